// Markdown, for comments on changes and summaries of CI runs. Such places cut long texts off (GitHub: 65,536
// characters in a comment, 1 MiB in a job summary), so the table and the proofs are bounded, worst first, and say
// what they leave out.

package report

import (
	"bufio"
	"io"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

const (
	markdownRows   = 200
	markdownProofs = 20
)

type markdown struct {
	w    *bufio.Writer
	opts Options
}

func newMarkdown(w io.Writer, opts Options) *markdown {
	return &markdown{w: bufio.NewWriterSize(w, 64<<10), opts: opts}
}

func (m *markdown) say(key text.Key, args ...any) string { return m.opts.Lang.Say(key, args...) }

func (m *markdown) put(lines ...string) {
	for _, l := range lines {
		_, _ = m.w.WriteString(l + "\n") // the writer keeps its error for Flush
	}
}

// End writes the report.
func (m *markdown) End(end Ending) error {
	t := newTerminal(io.Discard, m.opts)
	seen := &overview{bySeverity: map[result.Severity]int64{}, rules: map[string]*ruleSeen{}}
	var proofs []result.Result
	rows, total := 0, int64(0)
	m.put("## tojimari", "")
	for r, err := range end.Findings.All() {
		if err != nil {
			return err
		}
		if r.Suppressed != nil {
			seen.suppressed++
			continue
		}
		total++
		seen.bySeverity[r.Severity]++
		if inFull(r) && len(proofs) < markdownProofs {
			proofs = append(proofs, r)
		}
		if rows == markdownRows {
			continue
		}
		if rows == 0 {
			m.put("| "+m.say(text.ColumnSeverity)+" | "+m.say(text.ColumnResource)+" | "+m.say(text.ColumnFinding)+" | "+m.say(text.ColumnRule)+" |", "|---|---|---|---|")
		}
		rows++
		m.put("| " + t.severityWord(r.Severity) + " | " + markdownText(mention(locator(r.Resource))) + " | " +
			markdownText(teller{opts: m.opts}.title(r)) + " | " + markdownText(r.Rule) + " |")
	}
	if total > int64(rows) {
		m.put("", m.say(text.MoreItems, total-int64(rows)))
	}
	if rows > 0 {
		m.put("")
	}
	for _, r := range proofs {
		m.proof(t, r)
	}
	m.end(t, end, seen, total)
	return m.w.Flush()
}

func (m *markdown) proof(t *terminal, r result.Result) {
	tell := teller{opts: m.opts}
	m.put("### "+t.severityWord(r.Severity)+" "+markdownText(mention(locator(r.Resource)))+" – "+markdownText(tell.title(r)), "")
	for _, l := range tell.lines(r) {
		m.put("- " + markdownText(l))
	}
	if label, line, ok := tell.request(r); ok {
		m.put("", markdownText(label), "", fenced("sh", line))
	}
	info, _ := m.opts.Rules.Rule(r.Rule)
	if fix := info.fixOf(r.Resource.Provider).For(r.Resource); fix.CLI != "" {
		m.put("", markdownText(m.say(text.LabelFix)), "", fenced("sh", fix.CLI))
	}
	m.put("")
}

func (m *markdown) end(t *terminal, end Ending, seen *overview, total int64) {
	if len(end.Unknowns) > 0 {
		m.put("### "+m.say(text.NotKnown), "")
		for _, g := range end.Unknowns {
			m.put("- " + t.severityWord(g.Severity) + " " + markdownText(t.unknownReason(g)) + "; " +
				markdownText(t.say(text.NotKnownWhere, g.Resources, t.examples(g))))
		}
		m.put("")
	}
	if len(end.Run.Trouble) > 0 {
		m.put("### "+m.say(text.NotRead), "")
		for _, f := range end.Run.Trouble {
			m.put("- " + markdownText(t.troubleText(f)))
		}
		m.put("")
	}
	m.put("### "+m.say(text.Summary), "")
	if end.Run.CutOff {
		m.put("- " + markdownText(m.say(text.CutOff)))
	}
	var parts []string
	for _, s := range result.Severities() {
		if n := seen.bySeverity[s]; n > 0 {
			parts = append(parts, t.severityWord(s)+" "+count(n))
		}
	}
	if total == 0 {
		m.put("- " + markdownText(m.say(text.SummaryNone)))
	} else {
		m.put("- " + markdownText(m.say(text.SummaryFindings, total, strings.Join(parts, t.say(text.PatternsAnd)))))
	}
	if n := end.Run.Counts.Outcomes[result.Unknown]; n > 0 {
		m.put("- " + markdownText(m.say(text.SummaryUnknown, n)))
	}
	if seen.suppressed > 0 {
		m.put("- " + markdownText(m.say(text.Suppressed, seen.suppressed)))
	}
	if len(end.Run.Coverage.NotCovered) > 0 {
		m.put("- " + markdownText(m.say(text.NotLookedAt, strings.Join(m.opts.Lang.Phrases(end.Run.Coverage.NotCovered), m.say(text.NotLookedAtAnd)))))
	}
	m.put("- " + markdownText(ExitText(m.opts.Lang, end.Run.ExitCode, m.opts.FailOn)))
}
