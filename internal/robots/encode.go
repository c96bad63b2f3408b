package robots

// Bringing rules and URLs to one percent-encoding before they are compared.

import "strings"

const upperHex = "0123456789ABCDEF"

// escapeHigh percent-encodes bytes above ASCII and puts the hex digits of what is already encoded in upper case.
// Google does this to rules only: a URL reaches the matcher as the crawler would request it.
func escapeHigh(s string) string {
	if !needsEscape(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isEscape(s, i):
			b.WriteByte('%')
			b.WriteByte(upper(s[i+1]))
			b.WriteByte(upper(s[i+2]))
			i += 2
		case c >= 0x80:
			writeEscape(&b, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// normalise is the form in which RFC 9309 section 2.2.2 compares: bytes above ASCII are encoded, encoded bytes of
// the unreserved set are decoded, every other encoding stays and its hex digits go to upper case. In a query the
// reserved characters are encoded too, as in the table of that section. The star and dollar of a pattern keep
// their meaning; those of a path are encoded, so that a pattern reaches them with %2A and %24 (section 2.2.3).
func normalise(s string, pattern bool) string {
	if !needsNormalising(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	query := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isEscape(s, i):
			if v := unhex(s[i+1])<<4 | unhex(s[i+2]); unreserved(v) {
				b.WriteByte(v)
			} else {
				writeEscape(&b, v)
			}
			i += 2
		case c == '*' && pattern, c == '$' && pattern && i == len(s)-1:
			b.WriteByte(c)
		case c >= 0x80, c == '*', c == '$', query && reserved(c):
			writeEscape(&b, c)
		default:
			query = query || c == '?'
			b.WriteByte(c)
		}
	}
	return b.String()
}

func needsNormalising(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || c == '%' || c == '*' || c == '$' || c == '?' {
			return true
		}
	}
	return false
}

// reserved is the set of RFC 3986 section 2.2 without star and dollar.
func reserved(c byte) bool { return strings.IndexByte(":/?#[]@!&'()+,;=", c) >= 0 }

func needsEscape(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == '%' {
			return true
		}
	}
	return false
}

func writeEscape(b *strings.Builder, c byte) {
	b.WriteByte('%')
	b.WriteByte(upperHex[c>>4])
	b.WriteByte(upperHex[c&15])
}

func isEscape(s string, i int) bool {
	return s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// unreserved is the set of RFC 3986 section 2.3.
func unreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
