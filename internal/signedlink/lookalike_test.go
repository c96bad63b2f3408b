package signedlink

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

const negatives = "../../testdata/links"

// Nothing that only looks like a signed link gives a line; asked for all, it says what it is.
func TestLookAlikesGiveNoLine(t *testing.T) {
	d := New(embedded(t))
	f, err := os.Open(filepath.Join(negatives, "negatives.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var c struct {
			Name, Text string
			Why        LookAlike
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		for _, l := range d.ScanBytes([]byte(c.Text), Options{}) {
			t.Errorf("%s: taken for %s %s\n%s", c.Name, l.Kind, l.Text, c.Text)
		}
		if c.Why == "" {
			continue
		}
		all := d.ScanBytes([]byte(c.Text), Options{All: true})
		if len(all) != 1 || all[0].LookAlike != c.Why {
			t.Errorf("%s: want one %s, got %+v\n%s", c.Name, c.Why, all, c.Text)
		}
	}
	files, err := filepath.Glob(filepath.Join(negatives, "files", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range d.ScanBytes(raw, Options{}) {
			t.Errorf("%s: taken for %s %s", name, l.Kind, l.Text)
		}
		n++
	}
	if n < 200 {
		t.Errorf("%d negatives, want 200 at least", n)
	}
}
