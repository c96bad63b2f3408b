//go:build servers && unix

// versitygw: an S3 gateway over a folder that checks signatures and enforces bucket policies and canned ACLs, and that
// serves buckets as websites.

package servers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Credentials of versitygw's root user, who owns every bucket.
const (
	VersitygwAccessKey = "AKIDTEST"
	VersitygwSecretKey = "SECRETTEST"
)

// versitygwHost is whose place it takes, so that the addresses that the product builds lead to it unchanged.
const versitygwHost = "s3.us-east-1.amazonaws.com"

// VersitygwWebsiteHost is what the website endpoint of S3 in us-east-1 is called; a bucket's site has its name before it.
const VersitygwWebsiteHost = "s3-website-us-east-1.amazonaws.com"

// Versitygw starts versitygw over an empty folder, in place of S3 in us-east-1. The bucket may stand in the path or in the
// host.
func Versitygw(t testing.TB, options ...Option) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "versitygw",
		version: pinned(t, ".ci/versions", `(?m)^VERSITYGW_VERSION=(\S+)`),
		hosts:   []string{versitygwHost},
		ready:   "/",
		command: func(port int, dir, cert, key string) ([]string, []string, error) {
			args := []string{"--port", "127.0.0.1:" + strconv.Itoa(port), "--iam-dir", filepath.Join(dir, "iam"), "--quiet",
				"--virtual-domain", versitygwHost}
			if cert != "" {
				args = append(args, "--cert", cert, "--key", key)
			}
			return versitygwStore(args, dir)
		},
	}, options)
}

// VersitygwWebsite starts the website endpoint over the buckets of a versitygw, in place of that of S3 in us-east-1. It
// speaks plain HTTP, as S3's does.
func VersitygwWebsite(t testing.TB, store *Server) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "versitygw",
		version: store.Version,
		hosts:   []string{VersitygwWebsiteHost},
		ready:   "/",
		command: func(port int, dir, _, _ string) ([]string, []string, error) {
			gateway, err := freePort(t.Context()) // which nobody asks; versitygw has no website without one
			if err != nil {
				return nil, nil, err
			}
			return versitygwStore([]string{"--port", "127.0.0.1:" + strconv.Itoa(gateway), "--iam-dir", filepath.Join(dir, "iam"), "--quiet",
				"--website", "127.0.0.1:" + strconv.Itoa(port), "--website-domain", VersitygwWebsiteHost}, dir)
		},
	}, []Option{Over(store)})
}

// versitygwStore adds where versitygw keeps its buckets.
func versitygwStore(args []string, dir string) (all, env []string, err error) {
	for _, name := range []string{"iam", "versions", "sidecar", "buckets"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return nil, nil, err
		}
	}
	// Metadata in a side folder: not every file system has extended attributes.
	return append(args, "posix", "--versioning-dir", filepath.Join(dir, "versions"), "--sidecar", filepath.Join(dir, "sidecar"), filepath.Join(dir, "buckets")),
		[]string{"ROOT_ACCESS_KEY=" + VersitygwAccessKey, "ROOT_SECRET_KEY=" + VersitygwSecretKey}, nil
}

// VersitygwUser adds a user who owns nothing. versitygw knows users by their access keys.
func VersitygwUser(t testing.TB, server *Server, accessKey, secretKey string) {
	t.Helper()
	bin, err := binary("versitygw")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "admin", "--access", VersitygwAccessKey, "--secret", VersitygwSecretKey, //nolint:gosec // our own starter
		"--endpoint-url", server.URL, "create-user", "--access", accessKey, "--secret", secretKey, "--role", "user")
	cmd.Env = []string{"HOME=" + t.TempDir()}
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("adding the user %q to versitygw: %v\n%s", accessKey, err, output)
	}
}
