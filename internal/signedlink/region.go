package signedlink

// The region: how far the text of a link could reach around a hit, over wrapped lines and joined string
// literals. Regions are small in ordinary text, because blanks and quotes end them.

// reach is how far a region goes to each side of a hit. Keys have at most 1024 bytes and session tokens a few
// thousand, and percent-encoding at most triples either; 16 KiB holds them encoded twice.
const reach = 16 << 10

// longestGap bounds the blanks and marks between two lines or literals of one link.
const longestGap = 160

// linkByte reports whether a byte can stand inside a link in any of its encodings. Quotes, angle brackets,
// backquotes, bars, blanks and control bytes can't.
func linkByte(c byte) bool {
	switch {
	case c <= ' ', c == 0x7f:
		return false
	case c == '"', c == '\'', c == '`', c == '<', c == '>', c == '|':
		return false
	default:
		return true
	}
}

// extent returns the region around at, at most reach to each side. cut tells that the right side ends at that
// bound and not at the end of the link.
func extent(b []byte, at int) (lo, hi int, cut bool) {
	least, most := max(0, at-reach), min(len(b), at+reach)
	lo = at
	for lo > least {
		if linkByte(b[lo-1]) {
			lo--
			continue
		}
		start := gapBefore(b, lo)
		if start < 0 || start < least {
			break
		}
		lo = start
	}
	hi = at
	for hi < most {
		if linkByte(b[hi]) {
			hi++
			continue
		}
		end := gapAfter(b, hi)
		if end < 0 || end > most {
			break
		}
		hi = end
	}
	return lo, hi, hi == most && most < len(b)
}

// gapAfter returns where a link goes on after the non-link byte at i, or -1 where it ends there.
func gapAfter(b []byte, i int) int {
	stop := min(len(b), i+longestGap)
	j := i
	switch b[i] {
	case ' ', '\t', '\r', '\n':
		if b[i] == ' ' && i > 0 && b[i-1] == ';' && cookieAt(b, i+1) {
			return i + 1
		}
		j = skipBlanks(b, j, stop)
		if j < stop && b[j] == '\r' {
			j++
		}
		if j >= stop || b[j] != '\n' {
			return -1
		}
		j = skipMargin(b, j+1, stop)
	case '"', '\'':
		j = literalGap(b, i, stop)
	default:
		return -1
	}
	if j < 0 || j >= stop || !linkByte(b[j]) || schemeAt(b, j) {
		return -1 // a scheme begins another link
	}
	return j
}

// literalGap goes from a closing quote over a concatenation ("..." + "...", or literals on following lines) to
// what follows the next opening quote of the same sort.
func literalGap(b []byte, i, stop int) int {
	quote, joined := b[i], false
	for j := i + 1; j < stop; j++ {
		switch c := b[j]; c {
		case ' ', '\t', '\r':
		case '\n', '+', '.', '\\', '&':
			joined = true
		case '_': // goes on in the next line, in Visual Basic
		case 'f', 'F', 'r', 'R', 'b', 'B', 'u', 'U':
			if j+1 >= stop || b[j+1] != quote {
				return -1
			}
		case quote:
			if !joined {
				return -1
			}
			return j + 1
		default:
			return -1
		}
	}
	return -1
}

// gapBefore returns the index after the last link byte before the gap that ends at i, or -1 where the link begins
// there.
func gapBefore(b []byte, i int) int {
	if schemeAt(b, i) {
		return -1
	}
	stop := max(0, i-longestGap)
	j := i - 1
	switch c := b[j]; {
	case c == '"' || c == '\'':
		quote := c
		joined := false
		for j--; j >= stop; j-- {
			switch d := b[j]; d {
			case ' ', '\t', '\r', 'f', 'F', 'r', 'R', 'b', 'B', 'u', 'U':
			case '\n', '+', '.', '\\', '&':
				joined = true
			case '_':
			case quote:
				if !joined || literalGap(b, j, min(len(b), j+longestGap)) != i {
					return -1
				}
				return lastLink(b, j)
			default:
				return -1
			}
		}
		return -1
	case c == ' ' && j > 0 && b[j-1] == ';' && cookieAt(b, i):
		return j
	case c == ' ' || c == '\t' || c == '>' || c == '\n':
		// Back over the margin: indentation, at most one mark, indentation.
		for j >= stop && (b[j] == ' ' || b[j] == '\t') {
			j--
		}
		if j > stop && (b[j] == '>' || b[j] == '+' || b[j] == '-') {
			j--
			for j >= stop && (b[j] == ' ' || b[j] == '\t') {
				j--
			}
		}
		if j < stop || b[j] != '\n' {
			return -1
		}
		j--
		for j >= stop && (b[j] == ' ' || b[j] == '\t' || b[j] == '\r') {
			j--
		}
		return lastLink(b, j+1)
	default:
		return -1
	}
}

// lastLink returns i when the byte before it can end a part of a link.
func lastLink(b []byte, i int) int {
	if i > 0 && linkByte(b[i-1]) {
		return i
	}
	return -1
}

func skipBlanks(b []byte, i, stop int) int {
	for i < stop && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}

// skipMargin goes over what stands before the text of a line: indentation and the mark of quoted mail, or the
// mark of a changed line when indentation follows it.
func skipMargin(b []byte, i, stop int) int {
	i = skipBlanks(b, i, stop)
	if i < stop && b[i] == '>' {
		return skipBlanks(b, i+1, stop)
	}
	if i+1 < stop && (b[i] == '+' || b[i] == '-') && (b[i+1] == ' ' || b[i+1] == '\t') {
		return skipBlanks(b, i+1, stop)
	}
	return i
}

// cookieAt reports whether a CloudFront signing cookie begins at i: the three belong together.
func cookieAt(b []byte, i int) bool { return hasFold(b, i, "cloudfront-") }

// hasFold reports whether b has the lower-case ASCII word at i, in any case.
func hasFold(b []byte, i int, word string) bool {
	if i < 0 || len(b)-i < len(word) {
		return false
	}
	for k := range len(word) {
		c := b[i+k]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != word[k] {
			return false
		}
	}
	return true
}

// indexFold finds a lower-case ASCII word in b from i, in any case.
func indexFold(b []byte, from int, word string) int {
	for i := from; i+len(word) <= len(b); i++ {
		if b[i]|0x20 == word[0]|0x20 && hasFold(b, i, word) {
			return i
		}
	}
	return -1
}
