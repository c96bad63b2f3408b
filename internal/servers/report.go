//go:build servers && unix

// Figures that a person should see although all tests pass.

package servers

import (
	"os"
	"path/filepath"
	"testing"
)

// Report adds a line to .cache/logs/servers.txt, which `make test-servers` prints at its end: go test shows nothing of
// tests that pass.
func Report(t testing.TB, line string) {
	t.Helper()
	t.Log(line)
	top, err := root()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(top, ".cache", "logs", "servers.txt"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(line + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
