package linksource

// Documents: the text inside PDF files and office documents, where a link may be spread over marks.

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// maxStream is how much of one PDF stream is looked at together.
const maxStream = 8 << 20

// pdfText reads the compressed streams of a PDF (ISO 32000-1, 7.3.8 and 7.4.4) and, for each, the strings that it shows
// joined up, since a line of text is often written in pieces. Fonts with an encoding of their own stay unread.
func pdfText(r io.Reader, b *budget) io.Reader {
	return &pdfReader{in: bufio.NewReaderSize(r, 64<<10), budget: b}
}

type pdfReader struct {
	in     *bufio.Reader
	budget *budget
	out    []byte
	err    error
}

func (p *pdfReader) Read(to []byte) (int, error) {
	for len(p.out) == 0 && p.err == nil {
		p.next()
	}
	if len(p.out) == 0 {
		return 0, p.err
	}
	n := copy(to, p.out)
	p.out = p.out[n:]
	return n, nil
}

// next goes to the next stream and inflates it.
func (p *pdfReader) next() {
	if p.err = seekStream(p.in); p.err != nil {
		return
	}
	head, err := p.in.Peek(2)
	if err != nil {
		p.err = err
		return
	}
	if head[0]&0x0f != 8 || (int(head[0])<<8|int(head[1]))%31 != 0 {
		return // not zlib
	}
	z, err := zlib.NewReader(p.in)
	if err != nil {
		return
	}
	var body bytes.Buffer
	_, err = io.Copy(&body, io.LimitReader(metered{z, p.budget}, maxStream))
	if errors.Is(err, ErrTooLarge) {
		p.err = err
	}
	if body.Len() == 0 {
		return
	}
	text := shownText(body.Bytes())
	p.out = append(append(append(body.Bytes(), '\n'), text...), '\n')
}

// seekStream goes behind the next keyword "stream" and its line end; "endstream" doesn't count.
func seekStream(in *bufio.Reader) error {
	const word = "stream"
	matched, before := 0, byte(0)
	for last := byte(0); ; {
		c, err := in.ReadByte()
		if err != nil {
			return err
		}
		switch {
		case matched > 0 && c == word[matched]:
			matched++
		case c == word[0]:
			matched, before = 1, last
		default:
			matched = 0
		}
		last = c
		if matched < len(word) {
			continue
		}
		matched = 0
		if before == 'd' { // endstream
			continue
		}
		if c, err = in.ReadByte(); err == nil && c == '\r' {
			c, err = in.ReadByte()
		}
		if err != nil {
			return err
		}
		if c == '\n' {
			return nil
		}
		last = c
	}
}

// shownText joins the strings of a content stream (9.4.3): those of one operator without a break, those of different
// lines with one.
func shownText(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '(':
			i = literalString(b, i+1, &out)
		case c == '<' && i+1 < len(b) && b[i+1] != '<':
			i = hexString(b, i+1, &out)
		case c == '<':
			i += 2
		case c == 'T' && i+1 < len(b) && (b[i+1] == 'd' || b[i+1] == 'D' || b[i+1] == '*' || b[i+1] == 'm'), c == '\'':
			out = append(out, '\n')
			i += 2
		case c == 'E' && i+1 < len(b) && b[i+1] == 'T':
			out = append(out, '\n', '\n')
			i += 2
		default:
			i++
		}
	}
	return out
}

func literalString(b []byte, i int, out *[]byte) int {
	for depth := 1; i < len(b); i++ {
		switch c := b[i]; c {
		case '\\':
			if i++; i >= len(b) {
				return i
			}
			switch e := b[i]; {
			case e == '\n' || e == '\r':
			case e >= '0' && e <= '7':
				n := 0
				for k := 0; k < 3 && i < len(b) && b[i] >= '0' && b[i] <= '7'; k++ {
					n = n*8 + int(b[i]-'0')
					i++
				}
				i--
				*out = append(*out, byte(n))
			case e == 'n' || e == 'r' || e == 't' || e == 'b' || e == 'f':
				*out = append(*out, ' ')
			default:
				*out = append(*out, e)
			}
		case '(':
			depth++
			*out = append(*out, c)
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
			*out = append(*out, c)
		default:
			*out = append(*out, c)
		}
	}
	return i
}

func hexString(b []byte, i int, out *[]byte) int {
	n, have := byte(0), false
	for ; i < len(b) && b[i] != '>'; i++ {
		var v byte
		switch c := b[i]; {
		case '0' <= c && c <= '9':
			v = c - '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			v = c | 0x20 - 'a' + 10
		default:
			continue
		}
		if have {
			*out = append(*out, n<<4|v)
		}
		n, have = v, !have
	}
	return i + 1
}

// markupText drops the tags of XML, so that text which is split over runs is whole, and breaks lines at paragraphs.
func markupText(r io.Reader, _ *budget) io.Reader {
	return &markupReader{in: bufio.NewReaderSize(r, 64<<10)}
}

type markupReader struct{ in *bufio.Reader }

func (m *markupReader) Read(to []byte) (int, error) {
	n := 0
	for n < len(to) {
		c, err := m.in.ReadByte()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		if c != '<' {
			to[n] = c
			n++
			continue
		}
		paragraph, err := skipTag(m.in)
		if err != nil {
			continue // the next read says so
		}
		if paragraph {
			to[n] = '\n'
			n++
		}
	}
	return n, nil
}

// skipTag goes behind the tag whose "<" was read and reports whether it ends a paragraph, a cell or a line.
func skipTag(in *bufio.Reader) (bool, error) {
	const longest = 64
	name := make([]byte, 0, longest)
	for {
		c, err := in.ReadByte()
		if err != nil {
			return false, err
		}
		if c == '>' {
			break
		}
		if len(name) < longest {
			name = append(name, c)
		}
	}
	for _, end := range []string{":p", ":tab/", ":br/", "/si", "/c", ":h", ":table-cell"} {
		if bytes.HasSuffix(name, []byte(end)) && (name[0] == '/' || name[len(name)-1] == '/') {
			return true, nil
		}
	}
	return false, nil
}
