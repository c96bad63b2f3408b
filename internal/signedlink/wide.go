package signedlink

// UTF-16: text that Windows programs write, or keep inside themselves.

import (
	"unicode/utf16"
	"unicode/utf8"
)

// wide reads UTF-16 text around a hit and returns where to go on in s.buf.
func (s *scan) wide(at int) int {
	big := s.lines.bigEndian
	if !s.lines.wide {
		// Without a byte order mark: UTF-16 units begin at even offsets, and little-endian ones with the
		// low byte.
		big = (s.base+int64(at))%2 != 0
	}
	unit := func(i int) rune { // of the pair whose low byte is at i
		j := i + 1
		if big {
			j = i - 1
		}
		if j < 0 || j >= len(s.buf) || i < 0 || i >= len(s.buf) {
			return 0
		}
		return rune(s.buf[j])<<8 | rune(s.buf[i])
	}
	text := func(r rune) bool { return r >= ' ' || r == '\n' || r == '\r' || r == '\t' }
	lo, hi := at, at
	for lo-2 >= max(0, at-side) && text(unit(lo-2)) {
		lo -= 2
	}
	for hi < min(len(s.buf), at+side) && text(unit(hi)) {
		hi += 2
	}
	narrow := make([]byte, 0, hi-lo)
	where := make([]int32, 0, hi-lo)
	edge, first := 0, 0
	settled := min(hi, at+2*commit)
	if hi < min(len(s.buf), at+side)-2 {
		settled = hi
	}
	for i := lo; i < hi; i += 2 {
		if i == at {
			first = max(0, len(narrow)-16)
		}
		r, here := unit(i), i
		if utf16.IsSurrogate(r) && i+2 < hi {
			if full := utf16.DecodeRune(r, unit(i+2)); full != utf8.RuneError {
				r = full
				i += 2
			}
		}
		if big {
			here--
		}
		narrow = utf8.AppendRune(narrow, r)
		for len(where) < len(narrow) {
			where = append(where, int32(max(0, here)))
		}
		if i < settled {
			edge = len(narrow)
		}
	}
	s.span(narrow, where, first, edge)
	return settled
}
