// One resource and its findings on the terminal.

package report

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

const (
	fieldIndent  = 4
	grantColumns = 240
	maxGrants    = 5
	maxEvidence  = 4
)

func (t *terminal) severityWord(s result.Severity) string {
	switch s {
	case result.Critical:
		return t.say(text.SeverityCritical)
	case result.High:
		return t.say(text.SeverityHigh)
	case result.Medium:
		return t.say(text.SeverityMedium)
	case result.Low:
		return t.say(text.SeverityLow)
	default:
		return t.say(text.SeverityInfo)
	}
}

// severityColumns is the width of the widest word for a severity.
func (t *terminal) severityColumns() int {
	widest := 0
	for _, s := range result.Severities() {
		widest = max(widest, text.Width(t.severityWord(s)))
	}
	return widest
}

// groupHead names a resource: a rule across the window, then what it is called and where it is.
func (t *terminal) groupHead(r result.Result) {
	t.blank()
	t.line(0, t.paint(dim, strings.Repeat("─", t.width)))
	name := text.Short(locator(r.Resource), 4*t.width)
	for _, l := range text.Wrap(name, t.width) {
		t.line(0, t.paint(boldCyan, l))
	}
	var about []string
	if r.Resource.Vendor != "" {
		about = append(about, mention(r.Resource.Vendor))
	}
	if r.Resource.Region != "" {
		about = append(about, mention(r.Resource.Region))
	}
	if r.Resource.Account != "" {
		about = append(about, words{lang: t.lang, provider: r.Resource.Provider}.account(r.Resource.Account))
	}
	if len(about) > 0 {
		t.prose(0, dim, strings.Join(about, " · "))
	}
}

// titleOf is the result's own title, else the rule's.
func (t *terminal) titleOf(r result.Result, rule *ruleSeen) string {
	title := text.Pick(r.Text, t.lang)
	if title == "" {
		title = rule.info.titleFor(t.lang)
	}
	if title == "" {
		title = r.Name
	}
	return text.Short(title, 3*t.width)
}

// oneLine folds the lines of a text of rule files.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// headline is severity, title and rule.
func (t *terminal) headline(indent int, r result.Result, rule *ruleSeen, titleStyle style) {
	word := t.severityWord(r.Severity)
	pad := t.severityColumns()
	at := indent + pad + 2
	id := text.Short(r.Rule, 24)
	lines := text.Wrap(t.titleOf(r, rule), t.width-at)
	for i, l := range lines {
		lead := strings.Repeat(" ", pad)
		if i == 0 {
			lead = t.paint(severityStyle(r.Severity), text.Pad(word, pad))
		}
		last := i == len(lines)-1
		if last && at+text.Width(l)+2+text.Width(id) <= t.width {
			t.line(indent, lead, "  ", t.paint(titleStyle, l), "  ", t.paint(dim, id))
			return
		}
		t.line(indent, lead, "  ", t.paint(titleStyle, l))
	}
	t.line(at, t.paint(dim, id))
}

// hanging writes a severity and wrapped text beside it.
func (t *terminal) hanging(indent int, s result.Severity, what string, st style) {
	word, pad := t.severityWord(s), t.severityColumns()
	for i, l := range text.Wrap(text.Clean(what), t.width-indent-pad-2) {
		lead := strings.Repeat(" ", pad)
		if i == 0 {
			lead = t.paint(severityStyle(s), text.Pad(word, pad))
		}
		t.line(indent, lead, "  ", t.paint(st, l))
	}
}

// fields writes labelled facts in one column.
type field struct {
	label text.Key
	style style
	value string
	// exact values are for copying: on lines of their own, never wrapped.
	exact bool
}

func (t *terminal) fields(list []field) {
	width := 0
	for _, f := range list {
		if !f.exact {
			width = max(width, text.Width(t.say(f.label)))
		}
	}
	before := text.Key(0)
	for _, f := range list {
		label := t.say(f.label)
		if f.label == before {
			label = ""
		}
		before = f.label
		if !f.exact {
			t.labelled(fieldIndent, width, label, f.style, f.value)
			continue
		}
		if label != "" {
			t.line(fieldIndent, t.paint(dim, label))
		}
		t.verbatim(fieldIndent+2, f.style, strings.ReplaceAll(f.value, "\t", "    "))
	}
}

// finding prints one finding with its proof and its fix.
func (t *terminal) finding(g *group, r result.Result, rule *ruleSeen) {
	t.blank()
	t.headline(2, r, rule, bold)
	w := words{lang: t.lang, provider: r.Resource.Provider}
	var out []field
	if r.Place.File != "" {
		out = append(out, field{label: text.LabelPlace, value: mention(r.Place.String())})
	}
	if r.Proof != nil {
		out = append(out, t.proofFields(w, r)...)
	} else {
		for i, e := range r.Evidence {
			if i == maxEvidence {
				out = append(out, field{label: text.LabelValue, value: t.say(text.MoreItems, len(r.Evidence)-i)})
				break
			}
			if story, ok := storyFields(t.lang, e); ok {
				out = append(out, story...)
				continue
			}
			out = append(out, field{label: text.LabelValue, value: words{lang: t.lang}.evidence(e)})
		}
	}
	out = append(out, t.latentFields(w, r)...)
	if why := oneLine(text.Pick(rule.info.Why, t.lang)); why != "" && !rule.inFull {
		out = append(out, field{label: text.LabelWhy, value: why})
	}
	fix := t.fixFields(rule.info.fixOf(r.Resource.Provider).For(r.Resource), r.Place.File)
	if len(fix) > 0 && slices.Equal(fix, g.fix) {
		out = append(out, field{label: text.LabelFix, value: t.say(text.SameFix)})
	} else {
		out = append(out, fix...)
	}
	g.fix = fix
	t.fields(out)
}

// fixFields tell how to mend it: by the command line for what is live, by code for what was found in code.
func (t *terminal) fixFields(fix Fix, file string) []field {
	var out []field
	if note := oneLine(text.Pick(fix.Note, t.lang)); note != "" {
		out = append(out, field{label: text.LabelFix, value: note})
	}
	label, command := text.LabelFix, fix.CLI
	if fix.Terraform != "" && (command == "" || strings.HasSuffix(file, ".tf") || strings.HasSuffix(file, ".tf.json")) {
		label, command = text.LabelTerraform, fix.Terraform
	}
	if command != "" {
		out = append(out, field{label: label, style: green, value: command, exact: true})
	}
	return out
}

func (t *terminal) proofFields(w words, r result.Result) []field {
	v := *r.Proof
	if sides, ok := w.bothSides(r); ok {
		sides = append(sides, grantFields(w, v.Grants)...)
		return append(sides, curlFields(w, r.Verb, v)...)
	}
	var out []field
	if r.Audience != "" && r.Verb != "" {
		out = append(out,
			field{label: text.LabelWho, value: w.who(r.Audience, orDash(r.Key), v.Needs)},
			field{label: text.LabelCan, value: w.can(r.Verb, v)})
	}
	for _, d := range v.DependsOn {
		out = append(out, field{label: text.DependsOn, value: w.conditions([]string{d})})
	}
	out = append(out, grantFields(w, v.Grants)...)
	out = append(out, guardFields(w, text.LabelNotHeld, v.Guards)...)
	out = append(out, assumedFields(w, r.Assumed)...)
	if at := timeText(v); at != "" {
		out = append(out, field{label: text.LabelUntil, value: at})
	}
	out = append(out, w.provingFields(r)...)
	return append(out, curlFields(w, r.Verb, v)...)
}

func grantFields(w words, grants []verdict.Grant) []field {
	var out []field
	for i, g := range grants {
		if i == maxGrants {
			return append(out, field{label: text.LabelOpenedBy, value: w.say(text.MoreItems, len(grants)-i)})
		}
		out = append(out, field{label: text.LabelOpenedBy, value: w.grant(g)})
		if g.Text != "" {
			out = append(out, field{label: text.LabelOpenedBy, style: dim, value: grantText(g, grantColumns)})
		}
	}
	return out
}

// guardFields names guards, each once.
func guardFields(w words, label text.Key, guards []verdict.Guard) []field {
	var out []field
	for i, g := range guards {
		f := field{label: label, value: w.guard(g)}
		switch {
		case slices.Contains(out, f):
		case len(out) == maxGrants:
			return append(out, field{label: label, value: w.say(text.MoreItems, len(guards)-i)})
		default:
			out = append(out, f)
		}
	}
	return out
}

// assumedFields say what a finding takes for granted of the levels above.
func assumedFields(w words, assumed []string) []field {
	var out []field
	for i, a := range assumed {
		if i == maxEvidence {
			return append(out, field{label: text.LabelAssumed, value: w.say(text.MoreItems, len(assumed)-i)})
		}
		out = append(out, field{label: text.LabelAssumed, value: text.Short(w.lang.Phrase(a), grantColumns)})
	}
	return out
}

func curlFields(w words, verb verdict.Verb, v verdict.Verdict) []field {
	line, showable := curlOf(v)
	if line == "" {
		return nil
	}
	if !showable {
		return []field{{label: text.LabelSeeIt, value: w.say(text.NotShowable)}}
	}
	if verb == verdict.Write || verb == verdict.Permissions {
		return []field{{label: text.LabelRequest, value: w.say(text.NeverSent)}, {label: text.LabelRequest, style: yellow, value: line, exact: true}}
	}
	out := []field{{label: text.LabelSeeIt, style: yellow, value: line, exact: true}}
	if v.Witness != nil && v.Witness.Key != "" && !v.Witness.KeyKnown {
		out = slices.Insert(out, 0, field{label: text.LabelSeeIt, value: w.say(text.StandInKey)})
	}
	return out
}

func (t *terminal) latentFields(w words, r result.Result) []field {
	var out []field
	for _, line := range w.heldBack(r.Latent) {
		out = append(out, field{label: text.LabelHeldBackBy, value: line})
	}
	return out
}

// brief prints one finding on a line, with the guard that holds it back where that is its point.
func (t *terminal) brief(r result.Result, rule *ruleSeen) {
	t.headline(4, r, rule, plain)
	w := words{lang: t.lang, provider: r.Resource.Provider}
	if r.Place.File != "" {
		t.prose(4+t.severityColumns()+2, dim, mention(r.Place.String()))
	}
	for _, line := range w.heldBack(r.Latent) {
		t.prose(4+t.severityColumns()+2, dim, t.say(text.Labelled, t.say(text.LabelHeldBackBy), line))
	}
}

// oneByOne prints the results of another outcome that --show asked for.
func (t *terminal) oneByOne(shown *Sorted, outcome result.Outcome, heading text.Key) error {
	first := true
	for r, err := range shown.All() {
		if err != nil {
			return err
		}
		if r.Outcome != outcome {
			continue
		}
		if first {
			first = false
			t.heading(t.say(heading))
		}
		rule := &ruleSeen{}
		rule.info, rule.known = t.opts.Rules.Rule(r.Rule)
		t.prose(2, plain, text.Short(r.Rule, 24)+"  "+mention(locator(r.Resource))+"  "+t.titleOf(r, rule))
		w := words{lang: t.lang, provider: r.Resource.Provider}
		for i, m := range r.Missing {
			if i == maxEvidence {
				break
			}
			t.prose(10, dim, w.reason(verdict.Reason{Code: m.Code, Fact: string(m.Fact), Permission: m.Permission, Detail: m.Detail}))
		}
	}
	return nil
}
