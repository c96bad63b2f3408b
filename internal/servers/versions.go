//go:build servers && unix

// Which version of a server is pinned.

package servers

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// pinned finds a server's version in the file that pins it.
func pinned(t testing.TB, file, pattern string) string {
	t.Helper()
	top, err := root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(pattern).FindSubmatch(text)
	if match == nil {
		t.Fatalf("%s pins nothing like %s", file, pattern)
	}
	return string(match[1])
}
