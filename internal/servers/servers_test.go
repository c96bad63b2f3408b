//go:build servers && unix

package servers

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kinds are all servers with a request by the vendor's host name and what an unsigned client gets for it.
func kinds(t *testing.T) map[string]struct {
	start  func(t testing.TB, options ...Option) *Server
	url    string // without scheme
	status int
	body   string // what the body contains
} {
	site := t.TempDir()
	if err := os.WriteFile(filepath.Join(site, "index.html"), []byte("<h1>hello</h1>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		start  func(t testing.TB, options ...Option) *Server
		url    string
		status int
		body   string
	}{
		"moto":            {Moto, "missing-bucket-7f3a.s3.eu-west-1.amazonaws.com/", http.StatusNotFound, "NoSuchBucket"},
		"versitygw":       {Versitygw, "missing-bucket-7f3a.s3.us-east-1.amazonaws.com/", http.StatusNotFound, "NoSuchBucket"},
		"azurite":         {Azurite, "devstoreaccount1.blob.core.windows.net/?comp=list", http.StatusForbidden, "AuthorizationFailure"},
		"fake-gcs-server": {FakeGCS, "storage.googleapis.com/storage/v1/b?project=p", http.StatusOK, "storage#buckets"},
		"nginx": {func(t testing.TB, options ...Option) *Server {
			return Nginx(t, "root "+site+"; location = /gone { return 410; }", append(options, Hosts("files.example.com"))...)
		}, "files.example.com/", http.StatusOK, "<h1>hello</h1>"},
	}
}

func TestEachServerAnswersByItsVendorsName(t *testing.T) {
	for name, kind := range kinds(t) {
		for scheme, options := range map[string][]Option{"http": nil, "https": {TLS()}} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				server := kind.start(t, options...)
				if server.Version == "" {
					t.Error("no version")
				}
				if want := scheme + "://" + server.Address; server.URL != want {
					t.Errorf("URL %q, want %q", server.URL, want)
				}
				status, body := get(t, server.Client(), scheme+"://"+kind.url)
				if status != kind.status || !strings.Contains(body, kind.body) {
					t.Errorf("GET %s = %d %q, want %d with %q", kind.url, status, body, kind.status, kind.body)
				}
			})
		}
	}
}

func TestServerEndsWithItsTest(t *testing.T) {
	var address string
	t.Run("inner", func(t *testing.T) { address = FakeGCS(t).Address })
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("still listening after its test")
	}
}

func TestCertificateIsTrustedByItsOwnClientAlone(t *testing.T) {
	server := FakeGCS(t, TLS())
	stranger := &http.Client{Transport: &http.Transport{DialContext: Dial()}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := stranger.Do(req); err == nil {
		resp.Body.Close()
		t.Error("a client that does not know the authority connected")
	}
}

func TestDialFollowsTheLongestRouteAndLeavesTheMachineNever(t *testing.T) {
	wide, narrow, plain := listen(t), listen(t), listen(t)
	dial := Dial(Route{Host: "amazonaws.com", Address: wide}, Route{Host: "s3.amazonaws.com", Port: "443", Address: narrow},
		Route{Host: "s3.amazonaws.com", Port: "80", Address: plain})
	got := map[string]string{}
	for _, address := range []string{
		"sts.amazonaws.com:443", "S3.amazonaws.com.:443", "bucket.s3.amazonaws.com:443", "bucket.s3.amazonaws.com:80",
		"bucket.s3.amazonaws.com:8443", wide,
		"notamazonaws.com:443", "example.com:80", "8.8.8.8:53",
	} {
		conn, err := dial(t.Context(), "tcp", address)
		if err != nil {
			got[address] = "refused"
			continue
		}
		got[address] = conn.RemoteAddr().String()
		conn.Close()
	}
	want := map[string]string{
		"sts.amazonaws.com:443": wide, "S3.amazonaws.com.:443": narrow, "bucket.s3.amazonaws.com:443": narrow,
		"bucket.s3.amazonaws.com:80": plain, "bucket.s3.amazonaws.com:8443": wide, wide: wide,
		"notamazonaws.com:443": "refused", "example.com:80": "refused", "8.8.8.8:53": "refused",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingServerIsAnError(t *testing.T) {
	if _, err := binary("no-such-server"); err == nil {
		t.Error("found a server that is not installed")
	}
}

func TestServerThatEndsByItselfIsAnError(t *testing.T) {
	s := &Server{Name: "nginx"}
	err := s.launch(t, recipe{name: "nginx", command: func(int, string, string, string) ([]string, []string, error) {
		return []string{"-t", "-c", "/nonexistent/nginx.conf"}, nil, nil
	}})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/nginx.conf") {
		t.Errorf("launch = %v, want an error with the server's output", err)
	}
}

func listen(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
