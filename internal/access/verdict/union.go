// Several ways in, judged as one.

package verdict

import (
	"slices"
	"time"
)

// Union joins alternatives of which any one suffices: the most open answer decides and keeps its proof; grants of
// equally open alternatives are all kept, and an unknown is only lost under a yes. The work grows with the number of
// alternatives and no faster: a stranger decides how many objects or tokens there are.
func Union(alternatives ...Verdict) Verdict {
	best := No
	for _, v := range alternatives {
		if v.Verdict.Rank() > best.Rank() {
			best = v.Verdict
		}
	}
	out, first := Verdict{Verdict: best}, true
	var guards, closedBy distinct[Guard]
	var reasons distinct[Reason]
	var patterns, dependsOn distinct[string]
	for _, v := range alternatives {
		out.ChangesAt = earliest(out.ChangesAt, v.ChangesAt)
		if v.Verdict == best || best != Yes && v.Verdict == Unknown {
			reasons.add(v.Reasons)
		}
		if v.Verdict != best {
			continue
		}
		out.Grants = append(out.Grants, v.Grants...)
		guards.add(v.Guards)
		closedBy.add(v.ClosedBy)
		patterns.add(v.Patterns)
		dependsOn.add(v.DependsOn)
		if out.Except = inBoth(out.Except, v.Except); first {
			out.Except = v.Except
		}
		if out.Witness == nil {
			out.Witness, out.Curl, out.Needs = v.Witness, v.Curl, v.Needs
		}
		first = false
	}
	out.Guards, out.ClosedBy, out.Reasons, out.Patterns, out.DependsOn = guards.list, closedBy.list, reasons.list, patterns.list, dependsOn.list
	return out
}

// distinct is a list without repetitions, in the order in which its values came.
type distinct[T comparable] struct {
	list []T
	seen map[T]bool // nil as long as the list is short
}

// short is how long a list may be to be searched from end to end.
const short = 16

func (d *distinct[T]) add(values []T) {
	for _, v := range values {
		if d.seen == nil && len(d.list) > short {
			d.seen = make(map[T]bool, 4*short)
			for _, old := range d.list {
				d.seen[old] = true
			}
		}
		switch {
		case d.seen != nil && d.seen[v], d.seen == nil && slices.Contains(d.list, v):
			continue
		case d.seen != nil:
			d.seen[v] = true
		}
		d.list = append(d.list, v)
	}
}

func inBoth[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(v T) bool { return !slices.Contains(b, v) })
}

func earliest(a, b *time.Time) *time.Time {
	if a == nil || (b != nil && b.Before(*a)) {
		return b
	}
	return a
}
