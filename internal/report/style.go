// How the terminal looks: colours, columns and the painting of lines. Everything that reaches a terminal goes
// through here.

package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

// style is one way of drawing, as the parameters of SGR (ECMA-48 8.3.117).
type style string

const (
	plain    style = ""
	bold     style = "1"
	dim      style = "2"
	red      style = "31"
	redBold  style = "1;31"
	yellow   style = "33"
	green    style = "32"
	cyan     style = "36"
	boldCyan style = "1;36"
)

func severityStyle(s result.Severity) style {
	switch s {
	case result.Critical:
		return redBold
	case result.High:
		return red
	case result.Medium:
		return yellow
	case result.Low:
		return cyan
	default:
		return dim
	}
}

// UseColour decides about colour: mode is --color (auto, always, never); auto means a terminal, without
// NO_COLOR (no-color.org: present and not empty) and not TERM=dumb.
func UseColour(mode string, terminal bool, getenv func(string) string) bool {
	switch mode {
	case "always":
		return true
	case "never":
		return false
	default:
		return terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	}
}

const (
	defaultWidth = 80
	minWidth     = 40
	maxWidth     = 140 // longer lines are hard to read
)

// paper writes lines for a person. Foreign text comes in through its methods and is cleaned by them.
type paper struct {
	w      *bufio.Writer
	colour bool
	width  int
}

func newPaper(w io.Writer, colour bool, width int) *paper {
	if width <= 0 {
		width = defaultWidth
	}
	return &paper{w: bufio.NewWriterSize(w, 32<<10), colour: colour, width: min(max(width, minWidth), maxWidth)}
}

func (p *paper) flush() error { return p.w.Flush() }

// paint returns s cleaned and, where colours are on, drawn in the style.
func (p *paper) paint(st style, s string) string {
	s = text.Clean(s)
	if !p.colour || st == plain || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// raw writes what paint has made already.
func (p *paper) raw(s string) { _, _ = p.w.WriteString(s) } // a bufio.Writer keeps its error for flush

func (p *paper) blank() { p.raw("\n") }

// line writes one line of painted parts.
func (p *paper) line(indent int, parts ...string) {
	p.raw(noOrder(strings.Repeat(" ", indent)+strings.Join(parts, "")) + "\n")
}

// noOrder keeps a line from being one to runners of GitHub Actions: they take two colons at its start as an order
// ("Workflow commands"), so the first is written as an escape.
func noOrder(line string) string {
	if rest := strings.TrimLeft(line, " "); strings.HasPrefix(rest, "::") {
		return line[:len(line)-len(rest)] + `\x3a` + rest[1:]
	}
	return line
}

// prose writes cleaned text, wrapped, each line indented.
func (p *paper) prose(indent int, st style, s string) {
	for _, l := range text.Wrap(text.Clean(s), p.width-indent) {
		p.line(indent, p.paint(st, l))
	}
}

// verbatim writes a command or configuration: never wrapped with line ends of ours, so that it can be copied.
// Line ends of its own stay.
func (p *paper) verbatim(indent int, st style, s string) {
	for _, l := range strings.Split(strings.TrimRight(s, "\n"), "\n") {
		p.line(indent, p.paint(st, l))
	}
}

// labelled writes a label and wrapped text beside it.
func (p *paper) labelled(indent, labelWidth int, label string, st style, s string) {
	at := indent + labelWidth + 2
	for i, l := range text.Wrap(text.Clean(s), p.width-at) {
		name := ""
		if i == 0 {
			name = label
		}
		p.line(indent, p.paint(dim, text.Pad(text.Clean(name), labelWidth)), "  ", p.paint(st, l))
	}
}

// heading writes the title of a section.
func (p *paper) heading(s string) {
	p.blank()
	p.line(0, p.paint(bold, s))
}
