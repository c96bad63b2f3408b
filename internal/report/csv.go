// CSV (RFC 4180), one line per finding, for spreadsheets. Spreadsheets run what looks like a formula, so a cell
// that begins like one gets an apostrophe in front, and so does what follows a semicolon, where many locales begin a
// new cell (OWASP, "CSV Injection").

package report

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

type csvReport struct {
	out  *bufio.Writer
	w    *csv.Writer
	opts Options
}

func newCSV(w io.Writer, opts Options) *csvReport {
	out := bufio.NewWriterSize(w, 64<<10)
	return &csvReport{out: out, w: csv.NewWriter(out), opts: opts}
}

// csvColumns are fixed names: added to at the end, never renamed within a major version.
func csvColumns() []string {
	return []string{
		"severity", "outcome", "rule", "name", "title", "resource", "kind", "provider", "account", "region",
		"audience", "verb", "key", "needs", "patterns", "opened_by", "not_stopped_by", "curl", "place", "suppressed", "fingerprint", "proving", "answer",
	}
}

// End writes the table: findings, then what --show asked for.
func (c *csvReport) End(end Ending) error {
	if err := c.w.Write(csvColumns()); err != nil {
		return err
	}
	for _, from := range []*Sorted{end.Findings, end.Shown} {
		for r, err := range from.All() {
			if err != nil {
				return err
			}
			if err := c.w.Write(c.row(r)); err != nil {
				return err
			}
		}
	}
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return err
	}
	return c.out.Flush()
}

func (c *csvReport) row(r result.Result) []string {
	w := words{lang: c.opts.Lang, provider: r.Resource.Provider}
	row := []string{
		string(r.Severity), string(r.Outcome), r.Rule, r.Name, teller{opts: c.opts}.title(r), r.Resource.ID, string(r.Resource.Kind),
		string(r.Resource.Provider), r.Resource.Account, r.Resource.Region, string(r.Audience), string(r.Verb), r.Key,
	}
	var needs, patterns, curl string
	var opened, passed []string
	if p := r.Proof; p != nil {
		needs, patterns, curl = strings.Join(p.Needs, " "), strings.Join(p.Patterns, " "), p.Curl
		for _, g := range p.Grants {
			opened = append(opened, w.grant(g))
		}
		for _, g := range p.Guards {
			passed = append(passed, w.guard(g))
		}
	}
	place, reason := "", ""
	if r.Place.File != "" {
		place = r.Place.String()
	}
	if r.Suppressed != nil {
		reason = r.Suppressed.Reason
	}
	row = append(row, needs, patterns, strings.Join(opened, "; "), strings.Join(passed, "; "), curl, place, reason, r.Fingerprint, string(r.Proving), r.Response)
	for i := range row {
		row[i] = cell(row[i])
	}
	return row
}

// cell makes one cell that is text and nothing else.
func cell(s string) string {
	parts := strings.Split(text.Clean(s), ";")
	for i, part := range parts {
		first, _ := utf8.DecodeRuneInString(part)
		visible, _ := utf8.DecodeRuneInString(strings.TrimLeft(part, " \""))
		if part != "" && (strings.ContainsRune(startsFormula, visible) || i == 0 && strings.ContainsRune(startsNoText, first)) {
			parts[i] = "'" + part
		}
	}
	return strings.Join(parts, ";")
}

// startsFormula are the characters that begin a formula, and their wide forms; startsNoText begin a command of some
// spreadsheet, or are what would be taken for our apostrophe.
const (
	startsFormula = "=+-@＝＋－＠"
	startsNoText  = "'|%\\"
)
