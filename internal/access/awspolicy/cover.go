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
	for k, d := range r.doms {
		scope.doms[k], scope.have[k] = d, true
	}
	left := leftover{sc: scope, cons: map[int][]signed{}}
	if !left.walk(r.blocked) || r.w.out() {
		return false
	}
	if !left.any {
		return true
	}
	all := r.s.reachable
	share4 := 1 - left.addrs.intersect(all).v4.size()/all.v4.size()
	share6 := 1 - left.addrs.intersect(all).v6.size()/all.v6.size()
	return share4 >= openShare || share6 >= openShare
}

// shut reports whether there is a value of what the client cannot choose with which nothing gets in, however undecided
// points and policy variables turn out: then the answer cannot be yes.
func (r *runner) shut(ph phase, choices []choice) bool {
	tried := map[int]bool{}
	for _, c := range r.blocked {
		for _, alt := range c.alts {
			k := alt[0].l.k
			if tried[k] {
				continue
			}
			tried[k] = true
			for _, v := range [...]value{{}, textValue("zz-none")} {
				if r.shutBy(k, v, ph, choices) {
					return true
				}
			}
		}
	}
	return false
}

func (r *runner) shutBy(k int, v value, ph phase, choices []choice) bool {
	for i := range choices {
		sc := r.s.scene(ph.caller, choices[i].act, r.w)
		sc.lax = true
		if sc.dom(k).kind != domAbsent { // otherwise the action does not look at the key
			if _, ok := sc.within(k, v); !ok {
				return false
			}
			sc.forced = make([]*value, len(r.s.keys))
			sc.forced[k] = &v
		}
		probe := &runner{s: r.s, w: r.w, out: outcome{answer: verdict.No}, coverage: &coverage{}, probing: true}
		probe.action(sc, true)
		if probe.out.answer != verdict.No || r.w.out() {
			return false
		}
	}
	return len(choices) > 0
}

type leftover struct {
	sc    *scene
	cons  map[int][]signed
	any   bool
	addrs addrSet
}

// walk adds up the addresses for which some value of the other keys is left out.
func (l *leftover) walk(rest []clause) bool {
	if !l.sc.w.spend(1) {
		return false
	}
	if len(rest) == 0 {
		l.any = true
		set := allAddrs()
		for k, cons := range l.cons {
			if d := l.sc.dom(k); d.kind == domAddr {
				set, _ = l.sc.addrsFor(d, cons)
			}
		}
		l.addrs = l.addrs.union(set)
		return true
	}
	for _, alt := range rest[0].alts {
		x := alt[0]
		k := x.l.k
		before := l.cons[k]
		l.cons[k] = append(before[:len(before):len(before)], x)
		if _, ok := l.sc.pick(k, l.cons[k]); ok && !l.walk(rest[1:]) {
			return false
		}
		l.cons[k] = before
	}
	return true
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
