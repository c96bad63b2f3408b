package awspolicy

// This file goes through the actions and statements for one kind of caller and collects what is found.

import (
	"slices"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// runner goes through the choices of one caller.
type runner struct {
	s       *Solver
	w       *work
	out     outcome
	outside bool
	*coverage
	open  []*stmt // statements already known to open the verb
	loops int
	// probing asks only whether any solution exists, under the values that the scene forces.
	probing bool
}

// maxCubes bounds how often a choice is asked again for values that the client cannot choose.
const (
	maxCubes  = 48
	manyCubes = 6
)

func (r *runner) action(sc *scene, lax bool) {
	bit := r.s.actionBit(sc.act)
	var denies []clause
	for i := range r.s.denies {
		d := &r.s.denies[i]
		if c, ok := sc.escape(d, bit); ok {
			denies = append(denies, c)
		}
	}
	denies = append(denies, sc.links()...)
	r.layer(sc, bit, 0, nil, nil, denies, lax)
}

func (s *Solver) actionBit(a *action) uint64 {
	for i := range s.actions {
		if &s.actions[i] == a || s.actions[i].low == a.low {
			return 1 << i
		}
	}
	return 0
}

// escape gives the ways not to be hit by a Deny; ok is false when it does not concern the caller or the action.
func (sc *scene) escape(d *stmt, bit uint64) (clause, bool) {
	if d.Statement.actions&bit == 0 {
		return clause{}, false
	}
	switch t := d.matchesCaller(sc.caller); {
	case t == no, t == maybe && sc.lax:
		return clause{}, false
	}
	if sc.lax && len(d.Unclear) > 0 {
		return clause{}, false
	}
	var c clause
	if d.res != nil {
		c.alts = append(c.alts, []signed{demand(d.res, false)})
	}
	for _, l := range d.conds {
		c.alts = append(c.alts, []signed{demand(l, false)})
	}
	return c, true
}

// layer chooses an Allow statement of each granting layer in turn, then solves.
func (r *runner) layer(sc *scene, bit uint64, depth int, stmts []*stmt, base []signed, denies []clause, lax bool) {
	if r.w.out() {
		return
	}
	if depth == len(r.s.grants) {
		if depth > 0 {
			r.choice(sc, stmts, base, denies, lax)
		}
		return
	}
	list := r.s.grants[depth].stmts
	for i := range list {
		st := &list[i]
		if !st.admits(sc, bit) {
			continue
		}
		if !lax && len(r.s.grants) == 1 && slices.Contains(r.open, st) {
			continue
		}
		b := base[:len(base):len(base)]
		if st.res != nil {
			b = append(b, demand(st.res, true))
		}
		for _, l := range st.conds {
			b = append(b, demand(l, true))
		}
		r.layer(sc, bit, depth+1, append(stmts[:depth:depth], st), b, denies, lax)
	}
}

// admits reports whether the statement can be an Allow for the caller and the action.
func (st *stmt) admits(sc *scene, bit uint64) bool {
	if st.Statement.actions&bit == 0 || st.Effect == EffectDeny || st.denyOnly {
		return false
	}
	t := st.matchesCaller(sc.caller)
	if t == no {
		return false
	}
	return sc.lax || t == yes && st.Effect == EffectAllow && len(st.Unclear) == 0
}

// limited reports whether a search was given up.
func (r *runner) limited() bool {
	return slices.ContainsFunc(r.out.reasons, func(x verdict.Reason) bool { return x.Code == verdict.ReasonLimit })
}

func (r *runner) limit() {
	if r.limited() {
		return
	}
	r.out.reasons = append(r.out.reasons, verdict.Reason{Code: verdict.ReasonLimit,
		Detail: "values of linked condition keys were tried up to the limit of the search"})
}

// settle turns what was found into an answer: the cubes together may cover all that the client cannot choose.
func (r *runner) settle() {
	if r.out.answer == verdict.Conditional && r.coversAll() {
		r.out.answer, r.out.depends = verdict.Yes, nil
	}
	if r.out.answer == verdict.Yes {
		if r.outside {
			r.out.answer = verdict.Conditional
		} else {
			r.out.reasons = nil
		}
	}
}

// laxChoice looks for a request that the undecided points might let through.
func (r *runner) laxChoice(sc *scene, stmts []*stmt, base []signed, denies []clause) {
	if r.probing {
		if _, ok := sc.solve(base, denies); ok {
			r.out.answer = verdict.Unknown
		}
		return
	}
	sol, _, ok := sc.search(base, append(denies[:len(denies):len(denies)], r.uncovered(sc)...))
	if !ok {
		return
	}
	if r.out.answer == verdict.Conditional && (len(sol.cube) > 0 || r.outside) {
		return // an undecided point could not make it more than conditional
	}
	before := len(r.out.reasons)
	sc.forced = sol.forced
	r.explain(sc, stmts, base, sol)
	sc.forced = nil
	if len(r.out.reasons) == before && before == 0 {
		r.limit()
	}
}

// closers finds the Deny statements that stop what would be allowed without them.
func (r *runner) closers(ph phase, choices []choice) {
	if len(r.s.denies) == 0 {
		return
	}
	for i := range choices {
		sc := r.s.scene(ph.caller, choices[i].act, r.w)
		bit := r.s.actionBit(sc.act)
		bare := &runner{s: r.s, w: r.w, out: outcome{answer: verdict.No}, coverage: &coverage{}}
		bare.layer(sc, bit, 0, nil, nil, sc.links(), false)
		if bare.out.best == nil {
			continue
		}
		for j := range r.s.denies {
			d := &r.s.denies[j]
			c, ok := sc.escape(d, bit)
			if !ok {
				continue
			}
			hit := true
			for _, alt := range c.alts {
				if sc.eval(alt[0].l, bare.out.best.sol.model[alt[0].l.k]) == no {
					hit = false
					break
				}
			}
			if hit {
				r.out.closed = append(r.out.closed, d)
			}
		}
		if len(r.out.closed) > 0 {
			r.out.granted = bare.out.granted
			return
		}
	}
}

// choice solves one choice, as often as there are values that the client cannot choose and that are not covered yet.
func (r *runner) choice(sc *scene, stmts []*stmt, base []signed, denies []clause, lax bool) {
	if lax {
		r.laxChoice(sc, stmts, base, denies)
		return
	}
	for range maxCubes {
		if r.shut && slices.ContainsFunc(stmts, func(st *stmt) bool { return slices.Contains(r.out.granted, st) }) {
			break
		}
		sol, pinned, ok := sc.search(base, append(denies[:len(denies):len(denies)], r.uncovered(sc)...))
		if !ok {
			break
		}
		f := &found{choice: choice{sc.act, slices.Clone(stmts)}, sc: sc, sol: sol}
		for _, st := range stmts {
			if !slices.Contains(r.out.granted, st) {
				r.out.granted = append(r.out.granted, st)
			}
		}
		if len(sol.cube) == 0 && !pinned {
			if r.out.answer != verdict.Yes {
				r.out.answer, r.out.best, r.out.depends = verdict.Yes, f, nil
			}
			r.open = append(r.open, stmts...)
			break
		}
		if r.out.answer == verdict.No {
			r.out.answer, r.out.best, r.out.depends = verdict.Conditional, f, sol.cube
		}
		if r.outside {
			break // no more than conditional, whatever else is found
		}
		r.add(sc, sol.cube)
		r.loops++
		// Where a variable can have ever new values the solutions may never end.
		if pinned || r.loops == manyCubes && sol.forced != nil || r.loops >= maxCubes {
			if r.mustShut() {
				break
			}
		}
		if pinned || r.loops >= maxCubes {
			sc.incomplete = true
			break
		}
	}
	if sc.incomplete {
		r.limit()
	}
}
