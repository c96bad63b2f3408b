// The text of a record line as the quick reader goes over it: spaces, words, strings and their escapes.

package scanners

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (q *quick) space() {
	for q.at < len(q.text) {
		switch q.text[q.at] {
		case ' ', '\t', '\r', '\n':
			q.at++
		default:
			return
		}
	}
}

// take passes over space and one byte, if it is the next.
func (q *quick) take(b byte) bool {
	if q.at < len(q.text) && q.text[q.at] == b {
		q.at++
		return true
	}
	q.space()
	if q.at < len(q.text) && q.text[q.at] == b {
		q.at++
		return true
	}
	return false
}

// word passes over a literal that stands at the next place.
func (q *quick) word(word string) bool {
	q.space()
	if end := q.at + len(word); end <= len(q.text) && string(q.text[q.at:end]) == word {
		q.at = end
		return true // what follows has to be punctuation, or the caller gives up
	}
	return false
}

func (q *quick) null() bool { return q.at < len(q.text) && q.text[q.at] == 'n' && q.word("null") }

// plain reads a string without escapes in ASCII; the bytes are valid until the text changes.
func (q *quick) plain() ([]byte, bool) {
	if !q.take('"') {
		return nil, false
	}
	start := q.at
	for q.at < len(q.text) {
		switch b := q.text[q.at]; {
		case b == '"':
			q.at++
			return q.text[start : q.at-1], true
		case b == '\\' || b < 0x20 || b >= utf8.RuneSelf:
			return nil, false
		}
		q.at++
	}
	return nil, false
}

// bytes reads any string; the result is valid until the next one is read.
func (q *quick) bytes() ([]byte, bool) {
	if !q.take('"') {
		return nil, false
	}
	rest := q.text[q.at:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return nil, false
	}
	if escape := bytes.IndexByte(rest[:end], '\\'); escape < 0 {
		q.at += end + 1
		return rest[:end], printable(rest[:end])
	}
	q.buffer = q.buffer[:0]
	for {
		end := bytes.IndexAny(rest, "\"\\")
		if end < 0 || !printable(rest[:end]) {
			return nil, false
		}
		q.buffer = append(q.buffer, rest[:end]...)
		if rest[end] == '"' {
			q.at = len(q.text) - len(rest) + end + 1
			return q.buffer, true
		}
		n := q.unescape(rest[end:])
		if n == 0 {
			return nil, false
		}
		rest = rest[end+n:]
	}
}

// printable reports whether text may stand in a JSON string as it is.
func printable(text []byte) bool {
	ascii := true
	for _, b := range text {
		if b < 0x20 {
			return false
		}
		ascii = ascii && b < utf8.RuneSelf
	}
	return ascii || utf8.Valid(text)
}

// unescape appends what the escape at the start of text stands for and returns its length, 0 to give up.
func (q *quick) unescape(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	if at := strings.IndexByte(`"\/bfnrt`, text[1]); at >= 0 {
		q.buffer = append(q.buffer, "\"\\/\b\f\n\r\t"[at])
		return 2
	}
	r, ok := hexRune(text)
	if !ok {
		return 0
	}
	if !utf16.IsSurrogate(r) {
		q.buffer = utf8.AppendRune(q.buffer, r)
		return 6
	}
	low, ok := hexRune(text[6:])
	if both := utf16.DecodeRune(r, low); ok && both != utf8.RuneError {
		q.buffer = utf8.AppendRune(q.buffer, both)
		return 12
	}
	return 0
}

// hexRune reads the \uXXXX at the start of text.
func hexRune(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range text[2:6] {
		switch {
		case b >= '0' && b <= '9':
			r = r<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			r = r<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			r = r<<4 | rune(b-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
