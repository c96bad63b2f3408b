package listing

// Between the page and the XML parser: characters that XML does not allow.

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRun is how many bytes may stand between two tags. Keys have at most 1,024 characters, each at most ten bytes
// as a reference; what is longer is an attempt to fill memory.
const maxRun = 256 << 10

// cleaner replaces what XML 1.0 does not allow (control characters, raw or as character references, and bytes that
// are not UTF-8) by U+FFFD, so that one odd key does not hide the rest of the listing: S3 does print &#x1; for a
// key that has it. It also fails on text without a tag for more than maxRun bytes.
type cleaner struct {
	from    *bufio.Reader
	buf     []byte // reused
	pending []byte // the part of buf not yet read
	run     int
	cleaned int
}

const replacement = "\uFFFD"

func (c *cleaner) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// fill takes the next stretch of input.
func (c *cleaner) fill() error {
	c.buf = c.buf[:0]
	defer func() { c.pending = c.buf }()
	for len(c.buf) < 4096 {
		r, size, err := c.from.ReadRune()
		if err != nil {
			if len(c.buf) > 0 {
				return nil // the error shows again on the next read
			}
			return err
		}
		if r == '<' || r == '>' {
			c.run = 0
		} else if c.run += size; c.run > maxRun {
			return fmt.Errorf("more than %d bytes without a tag: %w", maxRun, ErrLimit)
		}
		switch {
		case r == '&':
			c.reference()
		case r == utf8.RuneError && size == 1, !allowed(r):
			c.cleaned++
			c.buf = append(c.buf, replacement...)
		default:
			c.buf = utf8.AppendRune(c.buf, r)
		}
	}
	return nil
}

// reference copies what follows an ampersand, replacing a reference to a character that is not allowed.
func (c *cleaner) reference() {
	ahead, _ := c.from.Peek(12)
	end := strings.IndexByte(string(ahead), ';')
	if end > 1 && ahead[0] == '#' {
		digits, base := string(ahead[1:end]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		if v, err := strconv.ParseUint(digits, base, 32); err == nil && !allowed(rune(min(v, utf8.MaxRune+1))) {
			c.cleaned++
			_, _ = c.from.Discard(end + 1) // just peeked
			c.buf = append(c.buf, replacement...)
			return
		}
	}
	c.buf = append(c.buf, '&')
}

// allowed is the Char production of XML 1.0.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD || 0x10000 <= r && r <= utf8.MaxRune
}

var _ io.Reader = (*cleaner)(nil)
