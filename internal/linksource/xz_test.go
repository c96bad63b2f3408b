package linksource

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/ulikunitz/xz"
)

func packed(t *testing.T, c xz.WriterConfig, in []byte) []byte {
	t.Helper()
	return through(t, func(w io.Writer) (io.WriteCloser, error) { return c.NewWriter(w) }, in)
}

// A dictionary that is too large is met before room is made for it, in whichever block or stream it stands.
func TestDictionariesOfXZ(t *testing.T) {
	noise := make([]byte, 300_000)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	small, large := packed(t, xz.WriterConfig{DictCap: 1 << 20}, noise), packed(t, xz.WriterConfig{DictCap: 128 << 20}, []byte(secret))
	blocks := packed(t, xz.WriterConfig{DictCap: 1 << 20, BlockSize: 50_000}, noise)
	for _, tc := range []struct {
		name string
		in   []byte
		want error
	}{
		{"one block", small, nil},
		{"several blocks", blocks, nil},
		{"several streams", append(bytes.Clone(small), blocks...), nil},
		{"the first block", large, ErrUnsupported},
		{"a later stream", append(bytes.Clone(small), large...), ErrUnsupported},
		{"at the end of a long file", append(bytes.Repeat(small, 3), large...), ErrUnsupported},
	} {
		for _, way := range []func(io.Reader) io.Reader{iotest.HalfReader, func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
			z, err := xz.NewReader(&blockGuard{r: way(bytes.NewReader(tc.in))})
			if err == nil {
				_, err = io.Copy(io.Discard, z)
			}
			if !errors.Is(err, tc.want) {
				t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
			}
		}
	}
}
