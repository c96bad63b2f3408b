// What a program says on standard error: shown through the logger, line by line, bounded and without control
// bytes.

package program

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rs/zerolog"
)

const (
	maxStderrLine  = 1000 // bytes
	maxStderrLines = 200
)

// stderr is an io.Writer for exec.Cmd; only its copying goroutine calls Write.
type stderr struct {
	log     *zerolog.Logger
	name    string
	partial []byte
	lines   int
	last    string
}

func newStderr(ctx context.Context, name string) *stderr {
	return &stderr{log: zerolog.Ctx(ctx), name: name}
}

func (s *stderr) Write(text []byte) (int, error) {
	n := len(text)
	for len(text) > 0 {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if room := maxStderrLine - len(s.partial); room > 0 {
			s.partial = append(s.partial, line[:min(room, len(line))]...)
		}
		if whole {
			s.say()
		}
		text = rest
	}
	return n, nil
}

// finish shows what came without a line end. The program has ended.
func (s *stderr) finish() {
	if len(s.partial) > 0 {
		s.say()
	}
	if s.lines > maxStderrLines {
		s.log.Warn().Str("program", s.name).Int("lines", s.lines-maxStderrLines).Msg("more was said than is shown")
	}
}

func (s *stderr) say() {
	line := Printable(string(s.partial))
	s.partial = s.partial[:0]
	if line == "" {
		return
	}
	s.last = line
	if s.lines++; s.lines <= maxStderrLines {
		s.log.Warn().Str("program", s.name).Msg(line)
	}
}

// lastWords is what a failure quotes.
func (s *stderr) lastWords() string {
	if s.last == "" {
		return ""
	}
	return fmt.Sprintf(" (it said %q)", s.last)
}

// Printable makes foreign text harmless on a terminal: control and format characters (among them those that
// change the writing direction) and bytes that are no UTF-8 become \xNN or \u{NNNN}.
func Printable(text string) string {
	var out strings.Builder
	for _, r := range strings.TrimRight(text, "\r") {
		switch {
		case r == '\t':
			out.WriteByte(' ')
		case r == utf8.RuneError:
			out.WriteRune(r)
		case unicode.IsPrint(r) && !unicode.Is(unicode.Cf, r):
			out.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&out, `\x%02x`, r)
		default:
			fmt.Fprintf(&out, `\u{%04x}`, r)
		}
	}
	return out.String()
}
