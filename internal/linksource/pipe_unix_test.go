//go:build unix

package linksource

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe among the objects would have git wait for ever. The files around it are still looked through.
func TestPipeAmongTheObjects(t *testing.T) {
	needGit(t)
	for name, lay := range map[string]func(t *testing.T, dir string){
		"loose object": func(t *testing.T, dir string) {
			put(t, dir, ".git/objects/00/x", nil)
			pipe(t, filepath.Join(dir, ".git", "objects", "00", strings.Repeat("0", 38)))
		},
		"pack index":   func(t *testing.T, dir string) { pipe(t, filepath.Join(dir, ".git", "objects", "pack", "pack-x.idx")) },
		"commit graph": func(t *testing.T, dir string) { pipe(t, filepath.Join(dir, ".git", "objects", "info", "commit-graph")) },
		"borrowed": func(t *testing.T, dir string) {
			other := t.TempDir()
			pipe(t, filepath.Join(other, "pipe"))
			put(t, dir, ".git/objects/info/alternates", []byte(other+"\n"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			runGit(t, dir, "init", "-q")
			put(t, dir, "a.txt", []byte(secret))
			runGit(t, dir, "add", "-A")
			runGit(t, dir, "commit", "-q", "-m", "one")
			lay(t, dir)
			units, skipped := seen(t, dir, Options{})
			if len(skipped) != 1 || !strings.Contains(skipped[0], ErrStore.Error()) || units["a.txt"] != secret {
				t.Errorf("%q %q", units, skipped)
			}
		})
	}
}

func pipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
