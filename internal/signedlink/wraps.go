package signedlink

// Wraps: taking out the line breaks, margins and joints of literals that a long link was broken up by.

import (
	"bytes"
	"strings"
)

// wrap is where a text went on after a line break or in the next literal. Ends tells that the line before it looks
// like the last of its paragraph: it is shorter than the one before, and nothing says that it goes on.
type wrap struct {
	pos   int32
	ends  bool
	short bool // the line before it is shorter than the one before that, if only by one
}

// joined takes the wraps out of a region that begins at lo and ends at hi. ok is false when it has none.
func joined(b []byte, lo, hi int) (text, bool) {
	whole := true
	for _, c := range b[lo:hi] {
		if !linkByte(c) {
			whole = false
			break
		}
	}
	if whole {
		return text{}, false
	}
	out := newText(hi - lo)
	lineStart, widthBefore := startOfLine(b, lo), 0
	mark := diffMark(b, lo, hi)
	for i := lo; i < hi; {
		next := -1
		if !linkByte(b[i]) {
			// A gap that was only seen from its other side is kept as the boundary that it is.
			next = gapAfter(b, i)
		}
		if next < 0 || next > hi {
			out.add(b[i], int32(i))
			i++
			continue
		}
		newline := bytes.LastIndexByte(b[i:next], '\n')
		certain := newline < 0 || b[i] == '"' || b[i] == '\''
		if newline >= 0 {
			start := i + newline + 1
			n := len(out.b)
			if n > 0 && out.b[n-1] == '\\' {
				certain = true
				out.b, out.pos = out.b[:n-1], out.pos[:n-1]
				n--
			}
			if mark != 0 && next == start && next < hi && b[lineStart] == mark && b[next] == mark {
				next++
			}
			certain = certain || n > 0 && strings.IndexByte("&?=", out.b[n-1]) >= 0 || next < hi && (b[next] == '&' || b[next] == '?')
			width := i - lineStart
			out.wraps = append(out.wraps, wrap{pos: int32(next), ends: !certain && width < widthBefore-2, short: !certain && width < widthBefore})
			lineStart, widthBefore = start, width
		} else {
			out.wraps = append(out.wraps, wrap{pos: int32(next)})
		}
		i = next
	}
	return out, len(out.wraps) > 0
}

// diffMark returns the + or - that at least half of the wraps in a region have on both of their lines, else 0.
func diffMark(b []byte, lo, hi int) byte {
	marks := map[byte]int{}
	wraps, lineStart := 0, startOfLine(b, lo)
	for i := lo; i < hi; i++ {
		if b[i] != '\n' || i+1 >= hi {
			continue
		}
		wraps++
		if c := b[i+1]; (c == '+' || c == '-') && b[lineStart] == c {
			marks[c]++
		}
		lineStart = i + 1
	}
	for _, c := range []byte("+-") {
		if marks[c] > 0 && marks[c]*2 >= wraps {
			return c
		}
	}
	return 0
}

// startOfLine goes back to the beginning of the line of i, or as far as lines are worth comparing.
func startOfLine(b []byte, i int) int {
	const longest = 4096
	least := max(0, i-longest)
	return least + bytes.LastIndexByte(b[least:i], '\n') + 1
}
