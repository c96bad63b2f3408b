package awspolicy

// This file decides whether solutions that hold for some values of what a client cannot choose together hold for all
// of them: address blocks that add up to the internet, a tag that is x in one statement and not x in another.

import "github.com/tojimari/tojimari/internal/access/verdict"

// openShare is the part of the public IPv4 or IPv6 space that must be let in for the source address to count as no
// restriction. Guides call for "wide" without a figure; with seven eighths nearly every client gets in from where it is.
const openShare = 7.0 / 8

// coverage is what the solutions of one audience cover so far.
type coverage struct {
	// blocked says, one clause per solution found, that the values which the client cannot choose are others.
	blocked []clause
	// doms are the domains of the keys in blocked, which not every action has.
	doms map[int]domain
	// scope is the scene of the first solution.
	scope *scene
	// verb and phases are the whole question: what one kind of caller cannot do another may.
	verb   verdict.Verb
	phases []phase
	// shut is set once it is clear that some values let nobody in.
	shut bool
}

// add notes that a solution covers its cube.
func (c *coverage) add(sc *scene, cube []signed) {
	if c.scope == nil {
		c.scope, c.doms = sc, map[int]domain{}
	}
	var out clause
	for _, x := range cube {
		out.alts = append(out.alts, []signed{{l: x.l, want: !x.want, loose: true}})
		if _, ok := c.doms[x.l.k]; !ok {
			c.doms[x.l.k] = *sc.dom(x.l.k)
		}
	}
	c.blocked = append(c.blocked, out)
}

// uncovered gives the clauses that keep a search away from values that earlier solutions cover.
func (r *runner) uncovered(sc *scene) []clause {
	out := make([]clause, 0, len(r.blocked))
next:
	for _, c := range r.blocked {
		for _, alt := range c.alts {
			if sc.dom(alt[0].l.k).kind == domAbsent {
				continue next // the action does not look at this key
			}
		}
		out = append(out, c)
	}
	return out
}

// coversAll reports whether what the solutions leave out is nothing, or a small part of the address space.
func (r *runner) coversAll() bool {
	if len(r.blocked) == 0 || r.w.out() {
		return false
	}
	scope := r.s.scene(r.scope.caller, r.scope.act, r.w)
	source := -1
	for k, d := range r.doms {
		scope.doms[k], scope.have[k] = d, true
		if d.kind == domAddr {
			source = k
		}
	}
	var left addrSet
	for range 4 * maxCubes {
		clauses := r.blocked[:len(r.blocked):len(r.blocked)]
		if !left.empty() {
			clauses = append(clauses, clause{[][]signed{{demand(isAddr(source, left), false)}}})
		}
		out, ok := scope.solve(nil, clauses)
		if !ok {
			return !r.w.out()
		}
		if source < 0 {
			return false
		}
		more := left.union(scope.leftOut(source, out.model, r.blocked))
		if more.same(left) || !r.s.wide(more) {
			return false
		}
		left = more
	}
	return false
}

// wide reports whether enough of the addresses remains without those left out.
func (s *Solver) wide(left addrSet) bool {
	left = left.intersect(s.reachable)
	return 1-left.v4.size()/s.reachable.v4.size() >= openShare || 1-left.v6.size()/s.reachable.v6.size() >= openShare
}

// leftOut gives the addresses that no solution covers, with the other keys as in the model.
func (sc *scene) leftOut(source int, model []value, blocked []clause) addrSet {
	d := sc.dom(source)
	out := d.addrs
next:
	for _, c := range blocked {
		var some addrSet
		for _, alt := range c.alts {
			x := alt[0]
			if x.l.k != source {
				if sc.grants(x, model[x.l.k]) {
					continue next
				}
				continue
			}
			if set, ok := sc.addrsFor(d, alt); ok {
				some = some.union(set)
			}
		}
		out = out.intersect(some)
	}
	return out
}

// mustShut reports whether there is a value of what the client cannot choose with which nothing gets in, however
// undecided points and policy variables turn out: then the answer cannot be yes.
func (r *runner) mustShut() bool {
	if r.shut || len(r.phases) == 0 {
		return r.shut
	}
	tried := map[int]bool{}
	for _, c := range r.blocked {
		for _, alt := range c.alts {
			k := alt[0].l.k
			if tried[k] {
				continue
			}
			tried[k] = true
			for _, v := range [...]value{{}, textValue("zz-none")} {
				if r.shut = r.shutBy(k, v); r.shut {
					return true
				}
			}
		}
	}
	return false
}

func (r *runner) shutBy(k int, v value) bool {
	seen := false
	for _, ph := range r.phases {
		for _, c := range r.s.choices(r.verb, ph.caller) {
			sc := r.s.scene(ph.caller, c.act, r.w)
			sc.lax = true
			if sc.dom(k).kind != domAbsent { // otherwise the action does not look at the key
				if _, ok := sc.within(k, v); !ok {
					return false
				}
				sc.forced = make([]*value, len(r.s.keys))
				sc.forced[k] = &v
				seen = true
			}
			probe := &runner{s: r.s, w: r.w, out: outcome{answer: verdict.No}, coverage: &coverage{}, probing: true}
			probe.action(sc, true)
			if probe.out.answer != verdict.No || r.w.out() {
				return false
			}
		}
	}
	return seen
}

// overTime answers now and looks for the next moment at which time alone gives another answer.
func (s *Solver) overTime(ask func(*Solver) Answer) Answer {
	a := ask(s)
	if s.env.At.IsZero() || len(s.dates) == 0 {
		return a
	}
	tried := 0
	for _, d := range s.dates {
		if d < s.now {
			continue
		}
		if tried++; tried > maxMoments || a.Work > 4*s.env.limit() {
			a.Reasons = append(a.Reasons, verdict.Reason{Code: verdict.ReasonLimit,
				Detail: "the policy has too many dates to find when the answer changes"})
			break
		}
		for _, at := range [...]float64{d, d + 1} {
			t := *s
			t.now = at
			b := ask(&t)
			a.Work += b.Work
			if b.Verdict != a.Verdict {
				when := moment(d)
				a.ChangesAt = &when
				return a
			}
		}
	}
	return a
}

// maxMoments bounds how many dates of a policy are looked at for the next change.
const maxMoments = 64
