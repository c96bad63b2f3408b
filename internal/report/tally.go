// Counting while results pass by, and grouping of what is not known.

package report

import (
	"cmp"
	"slices"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

const (
	// maxUnknownGroups bounds the memory for reasons; later ones are counted together.
	maxUnknownGroups = 200
	maxExamples      = 3
)

// UnknownGroup is one reason why rules could not be decided, for all resources that it concerns.
type UnknownGroup struct {
	Code       verdict.ReasonCode  `json:"code"`
	Reason     scanners.ReasonCode `json:"reason,omitempty"`
	Permission string              `json:"permission,omitempty"`
	// Facts were not read; sorted. Empty for reasons that are not about a fact.
	Facts  []scanners.FactName `json:"facts,omitempty"`
	Detail string              `json:"detail,omitempty"`
	// Severity is the worst that any of the rules would have given.
	Severity  result.Severity `json:"severity"`
	Rules     []string        `json:"rules"` // sorted ids
	Results   int64           `json:"results"`
	Resources int64           `json:"resources"`
	Examples  []string        `json:"examples"` // the first few resources, by canonical id
	// Others is set on the group that collects what was too varied to be listed.
	Others bool `json:"others,omitempty"`

	last string // the resource counted last
}

type unknownKey struct {
	code       verdict.ReasonCode
	reason     string
	permission string
	fact       scanners.FactName
	detail     string
}

type tally struct {
	outcomes   map[result.Outcome]int64
	findings   map[result.Severity]int64
	suppressed int64
	groups     map[unknownKey]*UnknownGroup
	others     *UnknownGroup
}

func newTally() *tally {
	return &tally{
		outcomes: map[result.Outcome]int64{}, findings: map[result.Severity]int64{}, groups: map[unknownKey]*UnknownGroup{},
	}
}

func (t *tally) counts() result.Counts {
	c := result.Counts{Outcomes: map[result.Outcome]int64{}, Findings: map[result.Severity]int64{}, Suppressed: t.suppressed}
	for k, v := range t.outcomes {
		c.Outcomes[k] = v
	}
	for k, v := range t.findings {
		c.Findings[k] = v
	}
	return c
}

func (t *tally) add(r result.Result) {
	t.outcomes[r.Outcome]++
	switch r.Outcome {
	case result.Fail:
		if r.Suppressed != nil {
			t.suppressed++
		} else {
			t.findings[r.Severity]++
		}
	case result.Unknown:
		missing := r.Missing
		if len(missing) == 0 {
			missing = []result.Missing{{}}
		}
		seen := make([]*UnknownGroup, 0, len(missing))
		for _, m := range missing {
			if g := t.group(m); !slices.Contains(seen, g) {
				seen = append(seen, g)
				g.count(r)
			}
		}
	default:
	}
}

func (t *tally) group(m result.Missing) *UnknownGroup {
	key := unknownKey{code: m.Code, reason: m.Reason, permission: m.Permission}
	switch {
	case m.Permission != "":
		// One permission opens several facts: that is one thing to do.
	case m.Code == verdict.ReasonUnread || m.Fact != "" && m.Code != verdict.ReasonOpen:
		key.fact = m.Fact
	default:
		key.detail = m.Detail
	}
	g, ok := t.groups[key]
	switch {
	case ok:
	case len(t.groups) < maxUnknownGroups:
		g = &UnknownGroup{Code: m.Code, Reason: scanners.ReasonCode(m.Reason), Permission: m.Permission, Detail: m.Detail, Severity: result.Info}
		t.groups[key] = g
	default:
		if t.others == nil {
			t.others = &UnknownGroup{Others: true, Severity: result.Info}
		}
		g = t.others
	}
	if m.Fact != "" && !g.Others {
		g.Facts = insert(g.Facts, m.Fact)
	}
	if m.Detail != "" && (g.Detail == "" || m.Detail < g.Detail) && !g.Others {
		g.Detail = m.Detail
	}
	return g
}

func (g *UnknownGroup) count(r result.Result) {
	g.Results++
	if r.Severity.Rank() < g.Severity.Rank() {
		g.Severity = r.Severity
	}
	g.Rules = insert(g.Rules, r.Rule)
	if g.last == r.Resource.ID {
		return // results of one resource come one after the other
	}
	g.last = r.Resource.ID
	g.Resources++
	if len(g.Examples) < maxExamples {
		g.Examples = append(g.Examples, r.Resource.ID)
	}
}

// unknowns returns the groups, the worst and widest first.
func (t *tally) unknowns() []UnknownGroup {
	var out []UnknownGroup
	for _, g := range t.groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b UnknownGroup) int {
		return cmp.Or(
			cmp.Compare(a.Severity.Rank(), b.Severity.Rank()),
			cmp.Compare(b.Resources, a.Resources),
			cmp.Compare(a.Permission, b.Permission),
			slices.Compare(a.Facts, b.Facts),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Reason, b.Reason),
			cmp.Compare(a.Detail, b.Detail),
		)
	})
	if t.others != nil {
		out = append(out, *t.others)
	}
	return out
}

// insert puts v into a sorted list once.
func insert[T cmp.Ordered](list []T, v T) []T {
	at, found := slices.BinarySearch(list, v)
	if found {
		return list
	}
	return slices.Insert(list, at, v)
}
