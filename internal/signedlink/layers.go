package signedlink

// The layers: undoing the ways in which a link is written inside something else. Each step keeps, for every
// byte, where it came from, so that a link can be pointed at in its source.

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text is bytes with the place each has in the buffer, never falling, and the wraps that were taken out.
type text struct {
	b     []byte
	pos   []int32
	wraps []wrap
}

func textOf(b []byte, lo, hi int) text {
	t := text{b: b[lo:hi], pos: make([]int32, hi-lo)}
	for i := range t.pos {
		t.pos[i] = int32(lo + i)
	}
	return t
}

func newText(size int) text {
	return text{b: make([]byte, 0, size), pos: make([]int32, 0, size)}
}

func (t *text) add(c byte, pos int32) {
	t.b = append(t.b, c)
	t.pos = append(t.pos, pos)
}

func (t *text) addRune(r rune, pos int32) {
	t.b = utf8.AppendRune(t.b, r)
	for len(t.pos) < len(t.b) {
		t.pos = append(t.pos, pos)
	}
}

// unescape undoes backslash escapes and HTML references, each as often as it is nested, up to three times.
func unescape(t text) text {
	for range 3 {
		before := len(t.b)
		if bytes.IndexByte(t.b, '\\') >= 0 {
			t = unbackslash(t)
		}
		if bytes.IndexByte(t.b, '&') >= 0 && bytes.IndexByte(t.b, ';') >= 0 {
			t = unreference(t)
		}
		if len(t.b) == before {
			break
		}
	}
	return t
}

// unbackslash undoes JSON and JavaScript escapes (\u0026, \x26, \/, \n) and backslashes before punctuation, as
// Markdown and shells write them.
func unbackslash(t text) text {
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		c := t.b[i]
		if c != '\\' || i+1 >= len(t.b) {
			out.add(c, t.pos[i])
			continue
		}
		at := t.pos[i]
		switch e := t.b[i+1]; {
		case e == 'u' && i+5 < len(t.b):
			r, ok := hexRune(t.b[i+2 : i+6])
			if !ok {
				out.add(c, at)
				continue
			}
			i += 5
			if utf16.IsSurrogate(r) && i+6 < len(t.b) && t.b[i+1] == '\\' && t.b[i+2] == 'u' {
				if low, ok := hexRune(t.b[i+3 : i+7]); ok {
					if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
						r = full
						i += 6
					}
				}
			}
			out.addRune(r, at)
		case e == 'x' && i+3 < len(t.b):
			r, ok := hexRune(t.b[i+2 : i+4])
			if !ok {
				out.add(c, at)
				continue
			}
			out.add(byte(r), at)
			i += 3
		case e == 'n' || e == 'r' || e == 't':
			out.add('\n', at)
			i++
		case e > ' ' && e < 0x7f && !isAlnum(e):
			out.add(e, at)
			i++
		default:
			out.add(c, at)
		}
	}
	out.wraps = t.wraps
	return out
}

func hexRune(digits []byte) (rune, bool) {
	n := rune(0)
	for _, c := range digits {
		v, ok := hexValue(c)
		if !ok {
			return 0, false
		}
		n = n<<4 | rune(v)
	}
	return n, true
}

func hexValue(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	default:
		return 0, false
	}
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// reference names the HTML references for characters that stand in or around links.
func reference(name string) (rune, bool) {
	switch name {
	case "amp", "AMP":
		return '&', true
	case "lt", "LT":
		return '<', true
	case "gt", "GT":
		return '>', true
	case "quot", "QUOT":
		return '"', true
	case "apos":
		return '\'', true
	case "equals":
		return '=', true
	case "quest":
		return '?', true
	case "sol":
		return '/', true
	case "colon":
		return ':', true
	case "percnt":
		return '%', true
	case "plus":
		return '+', true
	case "period":
		return '.', true
	case "lowbar":
		return '_', true
	case "hyphen", "dash":
		return '-', true
	case "semi":
		return ';', true
	case "comma":
		return ',', true
	case "commat":
		return '@', true
	case "num":
		return '#', true
	case "nbsp", "Tab", "NewLine":
		return ' ', true
	}
	digits, ok := bytes.CutPrefix([]byte(name), []byte("#"))
	if !ok || len(digits) == 0 || len(digits) > 8 {
		return 0, false
	}
	base := 10
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune {
		return 0, false
	}
	return rune(n), true
}

func unreference(t text) text {
	const longest = 10
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		if t.b[i] == '&' {
			window := t.b[i+1 : min(len(t.b), i+1+longest)]
			if end := bytes.IndexByte(window, ';'); end > 0 {
				if r, ok := reference(string(window[:end])); ok {
					out.addRune(r, t.pos[i])
					i += end + 1
					continue
				}
			}
		}
		out.add(t.b[i], t.pos[i])
	}
	out.wraps = t.wraps
	return out
}

// unpercent decodes every %XX once.
func unpercent(t text) text {
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		if t.b[i] == '%' && i+2 < len(t.b) {
			if r, ok := hexRune(t.b[i+1 : i+3]); ok {
				out.add(byte(r), t.pos[i])
				i += 2
				continue
			}
		}
		out.add(t.b[i], t.pos[i])
	}
	out.wraps = t.wraps
	return out
}

// unampersand undoes a percent-encoded ampersand in front of a parameter whose equals sign is plain: links that were
// made fit for another query by encoding the ampersands alone.
func unampersand(t text) text {
	if !bytes.Contains(t.b, []byte("%26")) {
		return t
	}
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		if n := encodedAmpersand(t.b[i:]); n > 0 {
			out.add('&', t.pos[i])
			i += n - 1
			continue
		}
		out.add(t.b[i], t.pos[i])
	}
	out.wraps = t.wraps
	return out
}

// encodedAmpersand returns the length of a percent-encoded ampersand, HTML-escaped or not, that a parameter follows.
func encodedAmpersand(b []byte) int {
	const longestName = 40
	if !hasFold(b, 0, "%26") {
		return 0
	}
	n := 3
	if hasFold(b, n, "amp;") {
		n += 4
	}
	// What signs a link writes the equals signs of its values encoded, so that a plain one ends a name.
	for i, c := range b[n:min(len(b), n+longestName)] {
		switch {
		case c == '=' && i > 0:
			return n
		case !isAlnum(c) && c != '-' && c != '_' && c != '.':
			return 0
		}
	}
	return 0
}

// hasEncodedEquals reports whether a signature parameter in t has its equals sign percent-encoded, once or more.
func hasEncodedEquals(t text) bool {
	for i := 0; ; {
		at := bytes.IndexByte(t.b[i:], '%')
		if at < 0 {
			return false
		}
		i += at
		j := i + 1
		for j+1 < len(t.b) && t.b[j] == '2' && t.b[j+1] == '5' {
			j += 2
		}
		if j+1 < len(t.b) && t.b[j] == '3' && t.b[j+1]|0x20 == 'd' && (endsFold(t.b[:i], "sig") || endsFold(t.b[:i], "nature")) {
			return true
		}
		i = j
	}
}

func endsFold(b []byte, word string) bool { return hasFold(b, len(b)-len(word), word) }
