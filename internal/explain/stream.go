// Splitting the input: one JSON document over many lines, or one JSON value per line, without holding more
// than one value.

package explain

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/tojimari/tojimari/scanners"
)

// item is one JSON value of the input.
type item struct {
	line int // where it starts, from 1
	text []byte
	err  error // the value cannot be read; text is what there was of it
}

// splitter cuts the input into JSON objects. A value ends where its braces do; a line that is an object of
// its own right after an unfinished one shows that the unfinished one was cut off.
type splitter struct {
	in     *bufio.Reader
	line   int
	ahead  []byte
	isHeld bool
}

func newSplitter(r io.Reader) *splitter { return &splitter{in: bufio.NewReaderSize(r, 64<<10)} }

// next returns the next value, io.EOF at the end, or the error of reading itself.
func (s *splitter) next() (item, error) {
	for {
		text, err := s.readLine()
		if err != nil {
			return item{}, err
		}
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
		if len(bytes.TrimSpace(text)) > 0 {
			return s.value(text)
		}
	}
}

func (s *splitter) value(first []byte) (item, error) {
	out := item{line: s.line, text: bytes.Clone(first)}
	var depth nesting
	depth.feed(first)
	for depth.open() {
		more, err := s.readLine()
		if errors.Is(err, io.EOF) {
			out.err = errors.New("the JSON ends in the middle")
			return out, nil
		}
		if err != nil {
			return item{}, err
		}
		if bytes.HasPrefix(more, []byte("{")) && wholeObject(more) {
			s.ahead, s.isHeld = bytes.Clone(more), true
			s.line--
			out.err = errors.New("the JSON ends in the middle")
			return out, nil
		}
		if len(out.text)+len(more) > scanners.MaxLine {
			out.err = fmt.Errorf("longer than %d bytes", scanners.MaxLine)
			out.text = nil
		}
		if out.err == nil {
			out.text = append(out.text, more...)
		}
		depth.feed(more)
	}
	return out, nil
}

func wholeObject(text []byte) bool {
	var depth nesting
	depth.feed(text)
	return !depth.open() && bytes.HasSuffix(bytes.TrimSpace(text), []byte("}"))
}

// readLine returns one line with its end; over-long lines are cut at MaxLine and end as broken JSON.
func (s *splitter) readLine() ([]byte, error) {
	s.line++
	if s.isHeld {
		s.isHeld = false
		return s.ahead, nil
	}
	var out []byte
	for {
		part, err := s.in.ReadSlice('\n')
		if len(out) < scanners.MaxLine {
			out = append(out, part...)
		}
		switch {
		case err == nil:
			return out, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case err == io.EOF && len(out) > 0:
			return out, nil
		default:
			return nil, err
		}
	}
}

// nesting follows braces and brackets outside strings.
type nesting struct {
	depth   int
	inText  bool
	escaped bool
}

func (n *nesting) feed(text []byte) {
	for _, c := range text {
		switch {
		case n.escaped:
			n.escaped = false
		case n.inText && c == '\\':
			n.escaped = true
		case c == '"':
			n.inText = !n.inText
		case n.inText && c == '\n':
			n.inText = false // no JSON string holds a raw line end: the text is broken, resynchronise
		case n.inText:
		case c == '{' || c == '[':
			n.depth++
		case c == '}' || c == ']':
			n.depth--
		}
	}
}

func (n *nesting) open() bool { return n.depth > 0 }
