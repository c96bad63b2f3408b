package signedlink

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func benchmark(b *testing.B, in []byte) {
	d := New(embedded(b))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range d.Scan(b.Context(), bytes.NewReader(in), Options{}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func repeated(unit string, size int) []byte {
	return []byte(strings.Repeat(unit, size/len(unit)+1)[:size])
}

func BenchmarkScanProse(b *testing.B) {
	benchmark(b, repeated("Anyone who can list a bucket will, sooner or later, be going through everything in it.\nGet signing right and things stay quiet.\n", 64<<20))
}

func BenchmarkScanJapanese(b *testing.B) {
	benchmark(b, repeated("バケットの一覧を取得できる人は、いずれ中身をすべて見ます。署名付きURLに気を付けてください。\n", 64<<20))
}

// BenchmarkScanSource reads this package's own source, which says signature on every other line.
func BenchmarkScanSource(b *testing.B) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		b.Fatal(err)
	}
	var all []byte
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, raw...)
	}
	benchmark(b, bytes.Repeat(all, (32<<20)/len(all)+1))
}

func BenchmarkScanMinified(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join(negatives, "files", "app.min.js"))
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, bytes.Repeat(raw, (16<<20)/len(raw)+1))
}

// BenchmarkScanLinks is the other extreme: nothing but links.
func BenchmarkScanLinks(b *testing.B) {
	var lines []string
	for _, s := range corpus(b) {
		lines = append(lines, s.url)
	}
	benchmark(b, repeated(strings.Join(lines, "\n")+"\n", 4<<20))
}
