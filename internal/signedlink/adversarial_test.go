package signedlink

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Links by the letter of the services' documentation, in every odd form: what a line says of each, field by field.
func TestOddForms(t *testing.T) {
	f, err := os.Open(filepath.Join(negatives, "adversarial.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, n := New(embedded(t)), 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); n++ {
		var c struct {
			Name, Text, Base64 string
			Want               map[string]any
			LookAlike          LookAlike `json:"look_alike"`
			Lines              *int
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		in := []byte(c.Text)
		if c.Base64 != "" {
			if in, err = base64.StdEncoding.DecodeString(c.Base64); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(c.Name, func(t *testing.T) {
			opt := Options{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
			if c.Lines != nil {
				if links := d.ScanBytes(in, opt); len(links) != *c.Lines {
					t.Errorf("%d lines, want %d: %+v\n%s", len(links), *c.Lines, links, in)
				}
				return
			}
			opt.All = true
			links := d.ScanBytes(in, opt)
			if len(links) != 1 || links[0].LookAlike != c.LookAlike {
				t.Fatalf("want one line (look-alike %q), got %+v\n%s", c.LookAlike, links, in)
			}
			var line map[string]any
			if err := json.Unmarshal([]byte(must[string](t)(marshal(links[0]))), &line); err != nil {
				t.Fatal(err)
			}
			for key, want := range c.Want {
				if diff := cmp.Diff(want, line[key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s\n%s", key, diff, in)
				}
			}
		})
	}
	if n < 150 {
		t.Errorf("%d forms", n)
	}
}
