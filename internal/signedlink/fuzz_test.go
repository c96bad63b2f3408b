package signedlink

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzScan(f *testing.F) {
	all := corpus(f)
	for i, e := range encodings() {
		f.Add([]byte(e.put(all[i%len(all)].url)))
	}
	d := New(embedded(f))
	f.Fuzz(func(t *testing.T, in []byte) {
		last := int64(-1)
		for _, l := range d.ScanBytes(in, Options{All: true, EveryOccurrence: true}) {
			if l.Offset < 0 || l.Offset >= int64(len(in)) || l.Line < 1 {
				t.Fatalf("offset %d line %d of %d bytes", l.Offset, l.Line, len(in))
			}
			if l.Kind == "" || l.Provider == "" || len(l.Fingerprint) != 32 || !utf8.ValidString(l.Text) {
				t.Fatalf("%+v", l)
			}
			if strings.ContainsFunc(l.Text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
				t.Fatalf("text isn't printable: %q", l.Text)
			}
			if _, err := json.Marshal(l); err != nil {
				t.Fatal(err)
			}
			last = max(last, l.Offset)
		}
	})
}
