package signedlink

// The gate: where in a run of bytes could a signature parameter stand? Every grammar has a parameter called
// sig or ...signature, so the letters "sig" are looked for, by way of the g, which is rare enough in text, code
// and base64 that the processor's own byte search does nearly all of the work.

import "bytes"

// hit is a place where "sig" ends: at is the index of the g. Wide means that the text is UTF-16.
type hit struct {
	at   int
	wide bool
}

// gate walks over b. Each call of next moves on; the whole walk is linear in len(b).
type gate struct {
	b            []byte
	lower, upper int
}

func newGate(b []byte, from int) *gate {
	return &gate{b: b, lower: indexFrom(b, from, 'g'), upper: indexFrom(b, from, 'G')}
}

// seek goes on from a later index.
func (g *gate) seek(from int) {
	if g.lower < from {
		g.lower = indexFrom(g.b, from, 'g')
	}
	if g.upper < from {
		g.upper = indexFrom(g.b, from, 'G')
	}
}

func indexFrom(b []byte, from int, c byte) int {
	if from >= len(b) {
		return len(b)
	}
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

func (g *gate) next() (hit, bool) {
	b := g.b
	for {
		var at int
		if g.lower < g.upper {
			at = g.lower
			g.lower = indexFrom(b, at+1, 'g')
		} else {
			at = g.upper
			if at >= len(b) {
				return hit{}, false
			}
			g.upper = indexFrom(b, at+1, 'G')
		}
		if at < 2 {
			continue
		}
		switch c := b[at-1]; {
		case c|0x20 == 'i':
			if b[at-2]|0x20 == 's' {
				if nameEnds(b, at+1) {
					return hit{at: at}, true
				}
			} else if !isAlnum(b[at-2]) && splitSig(b, at) && nameEnds(b, at+1) {
				return hit{at: at}, true
			}
		case c == 0:
			if at >= 4 && b[at-2]|0x20 == 'i' && b[at-3] == 0 && b[at-4]|0x20 == 's' {
				return hit{at: at, wide: true}, true
			}
		case isBreak(c) || c == '"' || c == '\'' || c == '+' || c == '-':
			if splitSig(b, at) && nameEnds(b, at+1) {
				return hit{at: at}, true
			}
		}
	}
}

func isBreak(c byte) bool { return c == '\n' || c == ' ' || c == '\t' || c == '>' }

// skipBreak goes over one wrap: trailing blanks, a shell backslash or a quoted-printable "=", the line break, then
// indentation and the mark of a quoted mail or of a diff; or from one string literal to the next. It returns
// from when there is none.
func skipBreak(b []byte, from int) int {
	i := from
	if i < len(b) && (b[i] == '\\' || b[i] == '=') {
		i++
	}
	if i >= len(b) || linkByte(b[i]) {
		return from
	}
	end := gapAfter(b, i)
	switch {
	case end < 0:
		return from
	case b[end-1] == '\n' && end+1 < len(b) && (b[end] == '+' || b[end] == '-'):
		return end + 1
	default:
		return end
	}
}

// splitSig reports whether the g at an index ends the letters sig with wraps among them.
func splitSig(b []byte, at int) bool {
	i := at
	for _, want := range []byte("is") {
		i--
		if i >= 0 && b[i]|0x20 == want {
			continue
		}
		if i > 0 && (b[i] == '+' || b[i] == '-') && b[i-1] == '\n' {
			i--
		}
		if i < 0 || linkByte(b[i]) {
			return false
		}
		if i = gapBefore(b, i+1) - 1; i > 0 && (b[i] == '\\' || b[i] == '=') {
			i--
		}
		if i < 0 || b[i]|0x20 != want {
			return false
		}
	}
	return true
}

// nameEnds reports whether, after "sig", the parameter's name is complete ("sig", "signature") and an equals sign
// follows in some encoding.
func nameEnds(b []byte, i int) bool {
	if equalsFollows(b, i) {
		return true
	}
	for _, want := range []byte("nature") {
		if i < len(b) && b[i]|0x20 == want {
			i++
			continue
		}
		j := skipBreak(b, i)
		if j == i || j >= len(b) || b[j]|0x20 != want {
			return false
		}
		i = j + 1
	}
	return equalsFollows(b, i)
}

// equalsFollows knows = %3D %253D \u003d \x3d \= &#61; &#x3d; &equals; and =3D, also behind a line break.
func equalsFollows(b []byte, i int) bool {
	if i >= len(b) {
		return false
	}
	switch b[i] {
	case '=':
		return true
	case '%':
		return i+2 < len(b) && (b[i+1] == '3' && b[i+2]|0x20 == 'd' || b[i+1] == '2' && b[i+2] == '5')
	case '&':
		return i+1 < len(b) && (b[i+1] == '#' || b[i+1]|0x20 == 'e' || b[i+1]|0x20 == 'a')
	case '\\':
		if i+1 < len(b) && (b[i+1] == '\\' || b[i+1] == 'u' || b[i+1] == 'x' || b[i+1] == '=') {
			return true
		}
	default:
		if linkByte(b[i]) {
			return false
		}
	}
	if j := skipBreak(b, i); j > i {
		return j < len(b) && b[j] == '='
	}
	return false
}
