package signedlink

// Quoted-printable (RFC 2045 section 6.7), as mail has it.

import "bytes"

// unquoted undoes quoted-printable (RFC 2045 section 6.7): soft breaks and =XX.
func unquoted(t text) text {
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		if t.b[i] == '=' {
			j := i + 1
			for j < len(t.b) && (t.b[j] == ' ' || t.b[j] == '\t' || t.b[j] == '\r') {
				j++
			}
			if j == len(t.b) || t.b[j] == '\n' {
				i = j // a soft break, perhaps with the line's end outside the region
				continue
			}
			if i+2 < len(t.b) {
				if r, ok := hexRune(t.b[i+1 : i+3]); ok {
					out.add(byte(r), t.pos[i])
					i += 2
					continue
				}
			}
		}
		out.add(t.b[i], t.pos[i])
	}
	out.wraps = t.wraps
	return out
}

// unwrapped undoes soft breaks alone, of text that was wrapped like quoted-printable and not escaped like it.
func unwrapped(t text) text {
	out := newText(len(t.b))
	for i := 0; i < len(t.b); i++ {
		if t.b[i] == '=' {
			j := i + 1
			if j < len(t.b) && t.b[j] == '\r' {
				j++
			}
			if j < len(t.b) && t.b[j] == '\n' {
				i = j
				continue
			}
		}
		out.add(t.b[i], t.pos[i])
	}
	out.wraps = t.wraps
	return out
}

// looksQuoted reports whether a region could be quoted-printable: it has =3D, or = before a line break.
func looksQuoted(b []byte) bool {
	for {
		at := bytes.IndexByte(b, '=')
		if at < 0 || at+1 >= len(b) {
			return false
		}
		b = b[at+1:]
		if b[0] == '\n' || b[0] == '\r' || b[0] == '3' && len(b) > 1 && b[1]|0x20 == 'd' {
			return true
		}
	}
}
