package fetch

// Bodies: decoded, and never more than was allowed.

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// decoded bounds a body, before and after gzip is undone: what unpacks to a million times its size is cut at the
// limit like any other.
func decoded(answer *http.Response, limit int64, out *Response) (io.Reader, error) {
	raw := &bounded{from: answer.Body, left: limit, truncated: &out.Truncated}
	switch encoding := strings.ToLower(strings.TrimSpace(answer.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return raw, nil
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(raw)
		if errors.Is(err, io.EOF) {
			return strings.NewReader(""), nil
		}
		if err != nil {
			return nil, fmt.Errorf("undoing gzip: %w", err)
		}
		return &bounded{from: unpacked, left: limit, truncated: &out.Truncated}, nil
	default:
		out.Encoding = encoding
		return raw, nil
	}
}

// bounded ends a body at its limit and notes that there was more.
type bounded struct {
	from      io.Reader
	left      int64
	truncated *bool
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		n, err := io.ReadFull(b.from, one[:])
		if n > 0 {
			*b.truncated = true
			return 0, io.EOF
		}
		return 0, err
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.from.Read(p)
	b.left -= int64(n)
	return n, err
}
