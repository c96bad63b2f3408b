//go:build servers && unix

// versitygw: an S3 gateway over a folder that checks signatures and enforces bucket policies and canned ACLs.

package servers

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Credentials of versitygw's root user, who owns every bucket.
const (
	VersitygwAccessKey = "AKIDTEST"
	VersitygwSecretKey = "SECRETTEST"
)

// Versitygw starts versitygw over an empty folder. Path style only; region us-east-1.
func Versitygw(t testing.TB, options ...Option) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "versitygw",
		version: pinned(t, ".ci/versions", `(?m)^VERSITYGW_VERSION=(\S+)`),
		hosts:   []string{"s3.example.com"},
		ready:   "/",
		command: func(port int, dir, cert, key string) ([]string, []string, error) {
			args := []string{"--port", "127.0.0.1:" + strconv.Itoa(port), "--iam-dir", filepath.Join(dir, "iam"), "--quiet"}
			if cert != "" {
				args = append(args, "--cert", cert, "--key", key)
			}
			// Metadata in a side folder: not every file system has extended attributes.
			args = append(args, "posix", "--versioning-dir", filepath.Join(dir, "versions"),
				"--sidecar", filepath.Join(dir, "sidecar"), filepath.Join(dir, "buckets"))
			for _, name := range []string{"iam", "versions", "sidecar", "buckets"} {
				if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
					return nil, nil, err
				}
			}
			return args, []string{"ROOT_ACCESS_KEY=" + VersitygwAccessKey, "ROOT_SECRET_KEY=" + VersitygwSecretKey}, nil
		},
	}, options)
}
