//go:build servers && unix

// fake-gcs-server: listing, paging and ACLs of Google Cloud Storage. It checks no permission at all.

package servers

import (
	"strconv"
	"testing"
)

// FakeGCS starts fake-gcs-server, empty and in memory.
func FakeGCS(t testing.TB, options ...Option) *Server {
	t.Helper()
	return start(t, recipe{
		name:    "fake-gcs-server",
		version: pinned(t, ".ci/versions", `(?m)^FAKE_GCS_SERVER_VERSION=(\S+)`),
		hosts:   []string{"storage.googleapis.com"},
		ready:   "/storage/v1/b?project=test",
		command: func(port int, _, cert, key string) ([]string, []string, error) {
			args := []string{"-backend", "memory", "-host", "127.0.0.1", "-port", strconv.Itoa(port), "-public-host", "storage.googleapis.com"}
			if cert != "" {
				args = append(args, "-scheme", "https", "-cert-location", cert, "-private-key-location", key)
			} else {
				args = append(args, "-scheme", "http")
			}
			return args, nil, nil
		},
	}, options)
}
