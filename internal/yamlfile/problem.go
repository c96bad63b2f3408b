// What is wrong with a file, and where.

package yamlfile

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with a file.
type Problem struct {
	File   string
	Line   int    // from 1; 0 where the whole file is meant
	Column int    // from 1
	Field  string // dotted path of keys, "" for the whole file
	Text   string // what is wrong, and what to do
}

// Error gives "file:line:column: field: text".
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Problems are all things wrong with the files that were read.
type Problems []*Problem

// Error joins them, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Problems returns the problems gathered so far.
func (d *Decoder) Problems() Problems { return d.problems }
