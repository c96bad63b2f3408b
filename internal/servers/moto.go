//go:build servers && unix

// moto: stores nearly every configuration of S3, S3 Control, IAM and STS; enforces next to nothing of it.

package servers

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// MotoAccount is the account in which everything at moto lives.
const MotoAccount = "123456789012"

// motoRegions are the regions whose host names moto's certificate covers.
func motoRegions() []string { return []string{"us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"} }

// Moto starts moto, which answers for every AWS service under amazonaws.com. Any credentials are accepted until
// EnforceIAM.
func Moto(t testing.TB, options ...Option) *Server {
	t.Helper()
	hosts := []string{"amazonaws.com", "s3.amazonaws.com"}
	for _, region := range motoRegions() {
		hosts = append(hosts, "s3."+region+".amazonaws.com", "s3-control."+region+".amazonaws.com", region+".amazonaws.com")
	}
	return start(t, recipe{
		name:    "moto",
		version: pinned(t, ".ci/servers/moto.txt", `(?m)^moto==(\S+)`),
		hosts:   hosts,
		ready:   "/moto-api/",
		command: func(port int, _, cert, key string) ([]string, []string, error) {
			args := []string{"-H", "127.0.0.1", "-p", strconv.Itoa(port)}
			if cert != "" {
				args = append(args, "-c", cert, "-k", key)
			}
			return args, nil, nil
		},
	}, options)
}

// EnforceIAM has a moto server check signatures and IAM policies of every call from the next on. It denies per action,
// by the operation's name, which is not always the name of the action at AWS.
func EnforceIAM(t testing.TB, moto *Server) {
	t.Helper()
	resetAuth(t, moto, "0")
}

// AllowAll ends EnforceIAM: any credentials do everything.
func AllowAll(t testing.TB, moto *Server) {
	t.Helper()
	resetAuth(t, moto, "inf")
}

func resetAuth(t testing.TB, moto *Server, calls string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, moto.URL+"/moto-api/reset-auth", strings.NewReader(calls))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	resp, err := moto.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("moto reset-auth: %s %q %v", resp.Status, body, err)
	}
}
