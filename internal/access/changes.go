// When time alone changes an answer. What grants and guards say of themselves is when any of them changes; whether the
// answer does then as well is seen by asking again at that moment.

package access

import (
	"maps"
	"slices"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// mostMoments bounds how often a record is judged anew: an answer that stood through as many changes of what it rests on
// counts as lasting.
const mostMoments = 24

// settleChanges sets ChangesAt of every verdict to the moment at which its answer first differs, nil where none is found.
func settleChanges(now *verdict.Access, judged func(time.Time) verdict.Access) {
	seen := map[time.Time]verdict.Access{}
	// A moment stands for what holds right after it, in whole seconds as requests tell them: what is allowed until T and
	// what is allowed after T both change at T.
	at := func(moment time.Time) (verdict.Access, bool) {
		moment = moment.Add(time.Second)
		if a, ok := seen[moment]; ok {
			return a, true
		}
		if len(seen) == mostMoments {
			return verdict.Access{}, false
		}
		seen[moment] = judged(moment)
		return seen[moment], true
	}
	settle := func(v verdict.Verdict, same func(verdict.Access) verdict.Verdict) verdict.Verdict {
		for next := v.ChangesAt; next != nil; {
			later, ok := at(*next)
			if !ok {
				break
			}
			then := same(later)
			if then.Verdict != v.Verdict {
				boundary := *next
				if boundary.Nanosecond() == 1 {
					boundary = boundary.Add(-time.Nanosecond)
				}
				v.ChangesAt = &boundary
				return v
			}
			if then.ChangesAt == nil || !then.ChangesAt.After(*next) {
				break
			}
			next = then.ChangesAt
		}
		v.ChangesAt = nil
		return v
	}
	table := func(verbs map[verdict.Verb]verdict.Verdict, of func(verdict.Access) map[verdict.Verb]verdict.Verdict) map[verdict.Verb]verdict.Verdict {
		out := maps.Clone(verbs)
		for _, verb := range verdict.Verbs() {
			if v, ok := verbs[verb]; ok && v.ChangesAt != nil {
				out[verb] = settle(v, func(a verdict.Access) verdict.Verdict { return of(a)[verb] })
			}
		}
		return out
	}
	now.Anonymous = table(now.Anonymous, func(a verdict.Access) map[verdict.Verb]verdict.Verdict { return a.Anonymous })
	now.AnyAccount = table(now.AnyAccount, func(a verdict.Access) map[verdict.Verb]verdict.Verdict { return a.AnyAccount })
	now.Bearer = table(now.Bearer, func(a verdict.Access) map[verdict.Verb]verdict.Verdict { return a.Bearer })
	for i, n := range now.Named {
		now.Named[i].Verdict = table(n.Verdict, func(a verdict.Access) map[verdict.Verb]verdict.Verdict {
			j := slices.IndexFunc(a.Named, func(m verdict.NamedGrant) bool { return m.Principal == n.Principal })
			if j < 0 {
				return map[verdict.Verb]verdict.Verdict{verdict.List: {Verdict: verdict.No}, verdict.Read: {Verdict: verdict.No},
					verdict.Write: {Verdict: verdict.No}, verdict.Permissions: {Verdict: verdict.No}}
			}
			return a.Named[j].Verdict
		})
	}
}
