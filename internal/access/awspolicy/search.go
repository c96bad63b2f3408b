package awspolicy

// This file searches for a request that one choice of Allow statements admits and no Deny refuses. It keeps a value
// per condition key, looks for a Deny that these values violate, and branches on the ways to escape it.

import "slices"

// clause is a disjunction of conjunctions: one alternative must hold.
type clause struct {
	alts [][]signed
}

// problem is the state of one search.
type problem struct {
	sc      *scene
	cons    [][]signed // per key
	model   []value
	clauses []clause
}

// solution is a request, and what it owes to values that the client cannot choose.
type solution struct {
	model []value
	// cube are the literals on uncontrolled keys that the request needs; it works for all their values within the cube,
	// whatever a search was told to keep away from.
	cube []signed
	// forced are the trial values of variables that the solution rests on, nil without.
	forced []*value
}

// add demands more of the request. ok is false when a key then has no value.
func (p *problem) add(list []signed) bool {
	for _, c := range list {
		p.cons[c.l.k] = append(p.cons[c.l.k], c)
	}
	for _, c := range list {
		k := c.l.k
		v, ok := p.model[k], true
		if !p.sc.meets(p.cons[k], v) || p.sc.dom(k).kind == domUnknown {
			v, ok = p.sc.pick(k, p.cons[k])
		}
		if !ok {
			return false
		}
		p.model[k] = v
	}
	return true
}

func (p *problem) holds(alt []signed) bool {
	for _, c := range alt {
		if !p.sc.grants(c, p.model[c.l.k]) {
			return false
		}
	}
	return true
}

// find completes the search from the current state.
func (p *problem) find() bool {
	for _, c := range p.clauses {
		if !p.sc.w.spend(len(c.alts)) {
			return false
		}
		met := false
		for _, alt := range c.alts {
			if met = p.holds(alt); met {
				break
			}
		}
		if met {
			continue
		}
		for _, alt := range c.alts {
			if p.try(alt) {
				return true
			}
			if p.sc.w.out() {
				return false
			}
		}
		return false
	}
	return true
}

// try goes on with one alternative and takes it back when it leads nowhere.
func (p *problem) try(alt []signed) bool {
	lens := make([]int, len(alt))
	olds := make([]value, len(alt))
	for i, c := range alt {
		lens[i], olds[i] = len(p.cons[c.l.k]), p.model[c.l.k]
	}
	if p.add(alt) && p.find() {
		return true
	}
	for i := len(alt) - 1; i >= 0; i-- {
		k := alt[i].l.k
		p.cons[k], p.model[k] = p.cons[k][:lens[i]], olds[i]
	}
	return false
}

// simplify drops alternatives that can never hold and clauses that always do. ok is false when a clause has nothing left.
func (sc *scene) simplify(in []clause) ([]clause, bool) {
	out := make([]clause, 0, len(in))
next:
	for _, c := range in {
		alts := c.alts[:0:0]
	alternatives:
		for _, alt := range c.alts {
			open := false
			for _, x := range alt {
				d := sc.dom(x.l.k)
				switch {
				case sc.forced != nil && sc.forced[x.l.k] != nil:
					if !sc.grants(x, *sc.forced[x.l.k]) {
						continue alternatives
					}
				case d.kind == domConst && !d.optional, d.kind == domAbsent:
					if !sc.grants(x, d.fixed) {
						continue alternatives
					}
				default:
					open = true
				}
			}
			if !open {
				continue next
			}
			alts = append(alts, alt)
		}
		if len(alts) == 0 {
			return nil, false
		}
		out = append(out, clause{alts})
	}
	return out, true
}

// solve searches for a request that meets base and all clauses.
func (sc *scene) solve(base []signed, clauses []clause) (*solution, bool) {
	clauses, ok := sc.simplify(clauses)
	if !ok {
		return nil, false
	}
	p, ok := sc.complete(base, clauses)
	if !ok {
		return nil, false
	}
	if !sc.consistent(p.model) {
		tied := false
		for _, more := range sc.tie(p.model) {
			q, ok := sc.complete(append(base[:len(base):len(base)], more...), clauses)
			if tied = ok && sc.consistent(q.model); tied {
				p = q
				break
			}
		}
		if !tied {
			sc.incomplete = true
			return nil, false
		}
	}
	return &solution{model: p.model, cube: p.cube()}, true
}

// complete runs one search from its beginning.
func (sc *scene) complete(base []signed, clauses []clause) (*problem, bool) {
	p := &problem{sc: sc, cons: make([][]signed, len(sc.s.keys)), model: make([]value, len(sc.s.keys)), clauses: clauses}
	for k := range p.model {
		v, ok := sc.plain(k)
		if !ok && sc.dom(k).kind != domUnknown && p.needs(k, base) {
			return nil, false // the key can have no value at all: no such request
		}
		p.model[k] = v
	}
	return p, p.add(base) && p.find()
}

func (p *problem) needs(k int, base []signed) bool {
	for _, c := range base {
		if c.l.k == k {
			return true
		}
	}
	return k == keyResource
}

// cube collects the literals on uncontrolled keys that make the solution work.
func (p *problem) cube() []signed {
	var out []signed
	for k := range p.cons {
		if len(p.cons[k]) == 0 || !p.sc.uncontrolled(k) {
			continue
		}
		for _, x := range p.cons[k] {
			if !x.loose && !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	for _, c := range p.clauses {
		if c.alts[0][0].loose {
			continue
		}
		var owed []signed
		found, free := false, false
		for _, alt := range c.alts {
			if !p.holds(alt) {
				continue
			}
			var need []signed
			for _, x := range alt {
				if p.sc.uncontrolled(x.l.k) {
					need = append(need, x)
				}
			}
			if len(need) == 0 {
				free = true
				break
			}
			if !found || covered(need, out) {
				owed, found = need, true
			}
		}
		if !free {
			for _, x := range owed {
				if !covered([]signed{x}, out) {
					out = append(out, x)
				}
			}
		}
	}
	return out
}

func covered(need, have []signed) bool {
	for _, n := range need {
		in := false
		for _, h := range have {
			in = in || h == n
		}
		if !in {
			return false
		}
	}
	return true
}
