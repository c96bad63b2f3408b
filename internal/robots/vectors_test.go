package robots_test

// The decisions of Google's own parser, where the file with them is at hand beside the checkout.

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/tojimari/tojimari/internal/robots"
)

func TestDecisionsOfGooglesParser(t *testing.T) {
	const path = "../../../shared/reference/robots_vectors.jsonl"
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no file of decisions beside this checkout; testdata/robots covers the same ground")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var v struct {
			Test, Robots, Agent, URL string
			Allowed                  bool
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		got := robots.Parse([]byte(v.Robots)).Decide(robots.Google, v.Agent, v.URL)
		if want := answer(v.Allowed); got.Answer != want {
			t.Errorf("line %d (%s): %q asks for %q: %s by %+v, want %s", n+1, v.Test, v.Agent, v.URL, got.Answer, got.Rule, want)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if n != 145 {
		t.Errorf("read %d decisions, want 145", n)
	}
}

func answer(allowed bool) robots.Answer {
	if allowed {
		return robots.Allowed
	}
	return robots.Blocked
}
