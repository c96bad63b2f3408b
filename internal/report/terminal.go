// The terminal report: what a stranger can do, worst first, grouped by resource, then what is not known, what
// was looked at, and what the exit code means. The last lines are the ones that a person sees first.

package report

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

// maxGroups is how many resources are told one by one: the worst. A person reads no more, and machine formats have all.
const maxGroups = 200

type terminal struct {
	*paper
	opts Options
	lang text.Lang
}

func newTerminal(w io.Writer, opts Options) *terminal {
	return &terminal{paper: newPaper(w, opts.Colour, opts.Width), opts: opts, lang: opts.Lang}
}

func (t *terminal) say(key text.Key, args ...any) string { return t.lang.Say(key, args...) }

// End writes the report.
func (t *terminal) End(end Ending) error {
	if end.Run.CutOff {
		t.prose(0, bold, t.say(text.CutOff))
	}
	seen, err := t.findings(end)
	if err != nil {
		return err
	}
	if t.opts.shows(result.Unknown) {
		if err := t.oneByOne(end.Shown, result.Unknown, text.UnknownResults); err != nil {
			return err
		}
	}
	if t.opts.shows(result.Pass) {
		if err := t.oneByOne(end.Shown, result.Pass, text.Passed); err != nil {
			return err
		}
	}
	if err := t.pages(end.Pages, seen); err != nil {
		return err
	}
	t.fixes(seen)
	t.unknowns(end.Unknowns)
	t.trouble(end.Run)
	t.coverage(end.Run)
	t.summary(end, seen)
	return t.flush()
}

// overview is what is learnt while the findings are printed.
type overview struct {
	open       int64           // resources open to anyone
	doors      []door          // the first of them
	groups     int64           // resources with findings
	worstLeft  result.Severity // of those that are not told one by one
	bySeverity map[result.Severity]int64
	suppressed int64
	rules      map[string]*ruleSeen
	stories    map[string]bool // pages whose story was told with a finding
}

// door is one resource that is open to anyone on the internet, for the summary.
type door struct {
	resource result.Resource
	verbs    []verdict.Verb
}

type ruleSeen struct {
	info      RuleInfo
	known     bool
	severity  result.Severity
	provider  map[string]bool
	resources int64
	inFull    bool // told with why and fix beside the finding
	listed    bool // has findings in the short lists
	first     result.Resource
	file      string // of the first finding, for code
	last      string
}

// findings prints the groups.
func (t *terminal) findings(end Ending) (*overview, error) {
	seen := &overview{bySeverity: map[result.Severity]int64{}, rules: map[string]*ruleSeen{}, stories: map[string]bool{}}
	groups, err := t.grouped(end.Findings, seen)
	if err != nil {
		return nil, err
	}
	defer groups.Close()
	var g group
	for it, err := range groups.items() {
		if err != nil {
			return nil, err
		}
		r := it.Result
		if r.Resource.ID != g.id || g.id == "" {
			t.endGroup(&g, seen)
			g = group{id: r.Resource.ID, resource: r.Resource}
			if seen.groups++; seen.groups <= maxGroups {
				t.groupHead(r)
			} else if seen.groups == maxGroups+1 {
				seen.worstLeft = r.Severity
			}
		}
		if r.Audience == verdict.Anonymous && r.Proof != nil && r.Proof.Open() && !slices.Contains(g.open, r.Verb) {
			g.open = append(g.open, r.Verb)
		}
		rule := seen.note(r, t.opts.Rules)
		switch {
		case seen.groups > maxGroups:
			rule.listed = true
		case inFull(r):
			g.told = true
			t.finding(&g, r, rule)
			rule.inFull = true
			if len(seen.stories) < maxStories && tellsStory(r) {
				seen.stories[r.Resource.ID] = true
			}
		case r.Severity == result.Info && r.Place.File == "":
			g.minor = insert(g.minor, text.Short(r.Rule, 24))
			g.minors++
			rule.listed = true
		default:
			rule.listed = true
			t.also(&g)
			t.brief(r, rule)
		}
	}
	t.endGroup(&g, seen)
	if rest := seen.groups - maxGroups; rest > 0 {
		t.blank()
		t.line(0, t.paint(dim, strings.Repeat("─", t.width)))
		t.prose(0, bold, t.say(text.MoreResources, rest, t.severityWord(seen.worstLeft)))
	}
	return seen, nil
}

// group is the resource whose findings are being printed.
type group struct {
	id       string
	resource result.Resource
	open     []verdict.Verb // what anyone on the internet can do
	told     bool           // a finding was told in full
	listed   bool           // the short list has begun
	minor    []string       // rules whose findings are no more than remarks
	minors   int
	fix      []field // of the finding before: the same one is not printed twice
}

// also opens the short list behind the findings told in full.
func (t *terminal) also(g *group) {
	if g.listed {
		return
	}
	g.listed = true
	t.blank()
	if g.told {
		t.line(2, t.paint(dim, t.say(text.Also)))
	}
}

// endGroup closes the short list with one line for all remarks: their titles stand once, at the end.
func (t *terminal) endGroup(g *group, seen *overview) {
	if len(g.open) > 0 {
		seen.open++
		if len(seen.doors) < maxDoors {
			seen.doors = append(seen.doors, door{g.resource, g.open})
		}
	}
	if g.minors == 0 {
		return
	}
	t.also(g)
	t.hanging(4, result.Info, t.say(text.Minor, g.minors, strings.Join(g.minor, " ")), plain)
}

// grouped sorts the findings by the worst of their resource. Two passes keep memory flat: by resource, where
// the first of each is its worst, and then by that.
func (t *terminal) grouped(findings *Sorted, seen *overview) (*Sorted, error) {
	byResource := newSortedBy(func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.Result.Resource.ID, b.Result.Resource.ID), compareInGroup(a, b))
	}, t.opts.SpillAt, t.opts.TempDir)
	defer byResource.Close()
	for r, err := range findings.All() {
		if err != nil {
			return nil, err
		}
		if r.Suppressed != nil {
			seen.suppressed++
			continue
		}
		if err := byResource.Add(r); err != nil {
			return nil, err
		}
	}
	byWorst := newSortedBy(func(a, b *item) int {
		return cmp.Or(
			cmp.Compare(a.Worst, b.Worst),
			cmp.Compare(a.Result.Resource.ID, b.Result.Resource.ID),
			cmp.Compare(boolRank(inFull(b.Result)), boolRank(inFull(a.Result))), // in full first
			compareInGroup(a, b),
		)
	}, t.opts.SpillAt, t.opts.TempDir)
	current, worst := "", -1
	for it, err := range byResource.items() {
		if err != nil {
			return nil, err
		}
		if worst < 0 || it.Result.Resource.ID != current {
			current, worst = it.Result.Resource.ID, it.Result.Severity.Rank()
		}
		it.Worst = worst
		if err := byWorst.add(it); err != nil {
			return nil, err
		}
	}
	return byWorst, nil
}

// compareInGroup orders the findings of one resource: the severest first, which decides the group's place; then
// the verbs in their own order.
func compareInGroup(a, b *item) int {
	return cmp.Or(
		cmp.Compare(a.Result.Severity.Rank(), b.Result.Severity.Rank()),
		cmp.Compare(verbRank(a.Result.Verb), verbRank(b.Result.Verb)),
		result.Compare(a.Result, b.Result),
	)
}

// inFull says which findings are told with proof and fix on the spot: those that a stranger can use, and the
// severe ones. The others get a line each and their fix once per rule, or ten thousand buckets without
// versioning would bury the one that is open.
func inFull(r result.Result) bool {
	return r.Severity.AtLeast(result.High) || r.Proof != nil && (r.Proof.Verdict == verdict.Yes || r.Proof.Verdict == verdict.Conditional)
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

func verbRank(v verdict.Verb) int {
	for i, other := range verdict.Verbs() {
		if v == other {
			return i
		}
	}
	return len(verdict.Verbs())
}

func (o *overview) note(r result.Result, rules Catalogue) *ruleSeen {
	o.bySeverity[r.Severity]++
	rule, ok := o.rules[r.Rule]
	if !ok {
		rule = &ruleSeen{severity: r.Severity, provider: map[string]bool{}, first: r.Resource, file: r.Place.File}
		rule.info, rule.known = rules.Rule(r.Rule)
		if !rule.known {
			rule.info = RuleInfo{ID: r.Rule, Name: r.Name, Title: r.Text}
		}
		o.rules[r.Rule] = rule
	}
	rule.provider[string(r.Resource.Provider)] = true
	if r.Severity.Rank() < rule.severity.Rank() {
		rule.severity = r.Severity
	}
	if rule.last != r.Resource.ID {
		rule.last = r.Resource.ID
		rule.resources++
	}
	return rule
}
