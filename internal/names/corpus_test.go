package names_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/names"
)

// lines reads a table without its comments.
func lines(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var out []string
	seen := map[string]bool{}
	for in := bufio.NewScanner(file); in.Scan(); {
		line := in.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if seen[line] {
			t.Errorf("%s: %q stands there twice", name, line)
		}
		seen[line] = true
		out = append(out, line)
	}
	if len(out) < 200 {
		t.Fatalf("%s: %d names", name, len(out))
	}
	return out
}

// Realistic names: each sensitive one is called by its kind, and no harmless one is called anything.
func TestRealisticNames(t *testing.T) {
	c := names.New()
	for _, line := range lines(t, "sensitive.txt") {
		want, key, _ := strings.Cut(line, " ")
		var got []string
		for _, m := range c.Classify(key) {
			got = append(got, string(m.Category))
		}
		found := false
		for _, g := range got {
			found = found || g == want
		}
		if !found {
			t.Errorf("missed: %s %q is %v", want, key, got)
		}
	}
	for _, key := range lines(t, "harmless.txt") {
		for _, m := range c.Classify(key) {
			t.Errorf("false: %q is %s for %q", key, m.Category, m.Text)
		}
	}
}
