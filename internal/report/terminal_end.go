// The end of the terminal report: fixes by rule, what is not known, what was looked at, the summary.

package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// The terminal names this many and counts the rest; machine formats have them all.
const (
	maxScopes  = 10
	maxTrouble = 20
	maxDoors   = 10
	// nothingScanned is the exit code that the last lines explain.
	nothingScanned = 4
)

// fixes prints each rule of the short lists once: why it matters and how to mend it, or for remarks the title
// alone. What stood beside its finding is not repeated.
func (t *terminal) fixes(seen *overview) {
	list := slices.SortedFunc(maps.Values(seen.rules), func(a, b *ruleSeen) int {
		return cmp.Or(cmp.Compare(a.severity.Rank(), b.severity.Rank()), cmp.Compare(a.info.ID, b.info.ID))
	})
	list = slices.DeleteFunc(list, func(r *ruleSeen) bool { return !r.listed || r.inFull })
	if len(list) == 0 {
		return
	}
	t.heading(t.say(text.FixesByRule))
	remarks := false
	for _, rule := range list {
		minor := rule.severity == result.Info
		if !minor || !remarks {
			t.blank()
		}
		remarks = remarks || minor
		head := t.say(text.FixHeading, text.Clean(rule.info.ID), text.Clean(cmp.Or(rule.info.titleFor(t.lang), rule.info.Name)), rule.resources)
		t.hanging(2, rule.severity, head, plain)
		if minor {
			continue
		}
		if why := oneLine(text.Pick(rule.info.Why, t.lang)); why != "" {
			t.prose(fieldIndent, plain, why)
		}
		for _, provider := range slices.Sorted(maps.Keys(rule.provider)) {
			fix := rule.info.fixOf(scanners.Provider(provider))
			if rule.resources == 1 {
				fix = fix.For(rule.first)
			}
			t.fields(t.fixFields(fix, rule.file))
		}
	}
	t.blank()
	t.prose(2, dim, t.say(text.ShowRule))
}

// unknowns prints the reasons why rules are undecided, each once.
func (t *terminal) unknowns(groups []UnknownGroup) {
	if len(groups) == 0 {
		return
	}
	t.heading(t.say(text.NotKnown))
	var grant []string
	for _, g := range groups {
		if command := permissionsCommand(g); command != "" {
			grant = insert(grant, command)
		}
		t.hanging(2, g.Severity, t.unknownReason(g), bold)
		at := 2 + t.severityColumns() + 2
		t.prose(at, plain, t.say(text.NotKnownWhere, g.Resources, t.examples(g)))
		t.prose(at, dim, t.say(text.NotKnownRules, text.Clip(strings.Join(g.Rules, " "), 3*t.width)))
	}
	if len(grant) > 0 {
		t.prose(2, dim, t.say(text.NotKnownGrant, strings.Join(grant, t.say(text.PatternsAnd))))
	}
}

// permissionsCommand prints the permissions that a group lacks, by the cloud of its resources.
func permissionsCommand(g UnknownGroup) string {
	if g.Permission == "" || len(g.Examples) == 0 {
		return ""
	}
	switch cloud, _, _ := strings.Cut(g.Examples[0], ":"); cloud {
	case "gcp", "azure":
		return "tojimari permissions " + cloud
	default:
		return "tojimari permissions aws"
	}
}

// examples names a few of the resources of a group.
func (t *terminal) examples(g UnknownGroup) string {
	out := make([]string, 0, len(g.Examples)+1)
	for _, e := range g.Examples {
		out = append(out, mention(locatorOf(e)))
	}
	if rest := g.Resources - int64(len(g.Examples)); rest > 0 {
		out = append(out, t.say(text.MoreItems, rest))
	}
	return strings.Join(out, t.say(text.PatternsAnd))
}

func (t *terminal) unknownReason(g UnknownGroup) string {
	w := words{lang: t.lang}
	detail := w.phrase(g.Detail)
	var facts []string
	for _, f := range g.Facts {
		facts = append(facts, string(f))
	}
	about := w.mentions(facts)
	if about == "" {
		about = orDash(detail)
	}
	switch {
	case g.Others:
		return t.say(text.NotKnownOther)
	case g.Permission != "":
		return t.say(text.NotKnownMissing, mention(g.Permission))
	case g.Code == verdict.ReasonOpen:
		return t.say(text.NotKnownOpen, orDash(detail))
	case g.Code == verdict.ReasonLimit:
		return t.say(text.NotKnownLimit, orDash(detail))
	case g.Code == verdict.ReasonUnsampled:
		return t.say(text.NotKnownUnsampled, about)
	case g.Code == verdict.ReasonMalformed || g.Reason == scanners.Malformed:
		return t.say(text.NotKnownMalformed, about)
	}
	if g.Reason == "" && detail != "" && slices.Contains(g.Facts, factIndexability) {
		return t.say(text.Labelled, about, detail) // it was read, and says why it decides nothing
	}
	switch g.Reason {
	case scanners.Denied:
		return t.say(text.NotKnownDenied, about)
	case scanners.Failed:
		return t.say(text.NotKnownFailed, about)
	case scanners.Computed:
		return t.say(text.NotKnownComputed, about)
	case scanners.Partial:
		return t.say(text.NotKnownPartial, about)
	default:
		return t.say(text.NotKnownNotInspected, about)
	}
}

// trouble prints what failed as a whole, and exceptions and rules that do not do what their owner thinks.
func (t *terminal) trouble(run result.Run) {
	if len(run.Trouble) > 0 {
		t.heading(t.say(text.NotRead))
	}
	for i, f := range run.Trouble {
		if i == maxTrouble {
			t.prose(2, dim, t.say(text.MoreItems, len(run.Trouble)-i))
			break
		}
		t.prose(2, plain, t.troubleText(f))
		if f.Hint != "" {
			t.prose(4, dim, t.say(text.Hint, text.Short(t.lang.Phrase(f.Hint), titleColumns)))
		}
	}
	if len(run.Exceptions) > 0 {
		t.heading(t.say(text.Lapsed))
	}
	for _, l := range run.Exceptions {
		t.prose(2, plain, t.lapseText(l))
	}
	if len(run.RuleErrors) > 0 {
		t.heading(t.say(text.RuleFailed))
	}
	for i, e := range run.RuleErrors {
		if i == maxTrouble {
			t.prose(2, dim, t.say(text.MoreItems, len(run.RuleErrors)-i))
			break
		}
		t.prose(2, plain, t.ruleErrorText(e))
	}
}

func (t *terminal) troubleText(f result.Trouble) string {
	line := text.Short(t.lang.Phrase(f.Detail), titleColumns)
	if what := cmp.Or(f.Resource, f.Scope, f.Target); what != "" {
		line = t.say(text.Labelled, mention(what), line)
	}
	if f.Permission != "" {
		line = t.say(text.Bracketed, line, t.say(text.PermissionMissing, mention(f.Permission)))
	}
	return line
}

func (t *terminal) ruleErrorText(e result.RuleWoes) string {
	return t.say(text.Labelled, mention(e.Rule)+" "+mention(e.Resource), text.Short(t.lang.Phrase(e.Detail), titleColumns))
}

func (t *terminal) lapseText(l result.Lapse) string {
	key := text.LapseUnused
	if l.Kind == "expired" {
		key = text.LapseExpired
	}
	line := t.say(key, mention(l.What))
	if l.File != "" {
		line = t.say(text.Bracketed, line, mention(l.File)+":"+count(int64(l.Line)))
	}
	return line
}

// coverage prints what was looked at, what was not read to the end, and what this tool does not look at.
func (t *terminal) coverage(run result.Run) {
	c := run.Coverage
	t.heading(t.say(text.LookedAt))
	var kinds []string
	for _, k := range scanners.Kinds() {
		if n := c.Resources[k]; n > 0 {
			kinds = append(kinds, t.say(text.Resources, t.kind(k), n))
		}
	}
	if len(kinds) == 0 {
		kinds = []string{t.say(text.Resources, t.kind(scanners.KindBucket), 0)}
	}
	t.prose(2, plain, strings.Join(kinds, " · "))
	shown := 0
	for _, s := range c.Scopes {
		if s.Whole {
			continue
		}
		shown++
		if shown <= maxScopes {
			t.prose(2, yellow, t.say(text.ScopeNotWhole, mention(s.ID)))
		}
	}
	if shown > maxScopes {
		t.prose(2, yellow, t.say(text.MoreScopesNotWhole, shown-maxScopes))
	}
	if c.Filtered > 0 {
		t.prose(2, plain, t.say(text.FilteredOut, c.Filtered))
	}
	if len(c.NotCovered) > 0 {
		t.prose(2, dim, t.say(text.NotLookedAt, strings.Join(t.lang.Phrases(c.NotCovered), t.say(text.NotLookedAtAnd))))
	}
}

func (t *terminal) kind(k scanners.Kind) string {
	switch k {
	case scanners.KindScope:
		return t.say(text.KindScope)
	case scanners.KindStore:
		return t.say(text.KindStore)
	case scanners.KindBucket:
		return t.say(text.KindBucket)
	case scanners.KindPrefix:
		return t.say(text.KindPrefix)
	case scanners.KindEndpoint:
		return t.say(text.KindEndpoint)
	case scanners.KindObject:
		return t.say(text.KindObject)
	case scanners.KindLink:
		return t.say(text.KindLink)
	case scanners.KindPage:
		return t.say(text.KindPage)
	default:
		return mention(string(k))
	}
}

// summary ends the report: the numbers, and what the exit code says.
func (t *terminal) summary(end Ending, seen *overview) {
	t.heading(t.say(text.Summary))
	if seen.open > 0 {
		t.prose(2, redBold, t.say(text.SummaryOpen, seen.open))
		for _, d := range seen.doors {
			w := words{lang: t.lang}
			var verbs []string
			for _, v := range d.verbs {
				verbs = append(verbs, w.act(v))
			}
			t.prose(4, red, mention(locator(d.resource))+"  "+strings.Join(verbs, t.say(text.PatternsAnd)))
		}
		if rest := seen.open - int64(len(seen.doors)); rest > 0 {
			t.prose(4, dim, t.say(text.MoreItems, rest))
		}
	}
	var parts []string
	total := int64(0)
	for _, s := range result.Severities() {
		if n := seen.bySeverity[s]; n > 0 {
			total += n
			parts = append(parts, t.severityWord(s)+" "+count(n))
		}
	}
	switch {
	case end.Run.ExitCode == nothingScanned: // no findings would sound as if somebody had looked
	case total == 0:
		t.prose(2, green, t.say(text.SummaryNone))
	default:
		t.prose(2, bold, t.say(text.SummaryFindings, total, strings.Join(parts, t.say(text.PatternsAnd))))
	}
	if n := end.Run.Counts.Outcomes[result.Unknown]; n > 0 {
		t.prose(2, yellow, t.say(text.SummaryUnknown, n))
	}
	if seen.suppressed > 0 {
		t.prose(2, plain, t.say(text.Suppressed, seen.suppressed))
	}
	t.prose(2, plain, ExitText(t.lang, end.Run.ExitCode, t.opts.FailOn))
}

// ExitText says what an exit code means.
func ExitText(lang text.Lang, code int, failOn result.Severity) string {
	switch code {
	case 0:
		return lang.Say(text.ExitClean, failOn)
	case 1:
		return lang.Say(text.ExitFindings, failOn)
	case 2:
		return lang.Say(text.ExitUsage)
	case 3:
		return lang.Say(text.ExitUnread)
	case 4:
		return lang.Say(text.ExitNothing)
	case 130, 143:
		return lang.Say(text.ExitInterrupted, code)
	default:
		return lang.Say(text.ExitOther, code)
	}
}
