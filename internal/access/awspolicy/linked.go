package awspolicy

// This file solves policies in which one free condition key stands inside the pattern of another: the inner key is
// given trial values that the policy's own texts suggest, and each trial is solved exactly.

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	maxTrialValues = 16
	maxTrials      = 128
)

func itoa(n int) string { return strconv.Itoa(n) }

// search solves a choice. pinned is true when the solution fixes a value that the client cannot choose.
func (sc *scene) search(base []signed, clauses []clause) (sol *solution, pinned, ok bool) {
	refs := sc.freeVariables(base, clauses)
	if len(refs) == 0 {
		if sol, ok = sc.solve(base, clauses); ok {
			sc.freezeCube(sol) // another caller or action gives the variables other values
		}
		return sol, false, ok
	}
	if !sc.lax {
		if sol, ok = sc.solve(base, clauses); ok {
			sc.freezeCube(sol)
			return sol, false, true
		}
	}
	// With the variables left open there must be a solution too, and it hints at their values.
	was := sc.lax
	sc.lax = true
	loose, ok := sc.solve(base, clauses)
	sc.lax = was
	if !ok {
		return nil, false, false
	}
	trials := make([][]value, len(refs))
	for i, k := range refs {
		trials[i] = sc.trials(k, base, clauses, loose)
	}
	ok = false
	if sc.lax {
		// The loose solution stands; one with values for the variables shows better what is undecided.
		defer func() {
			if !ok {
				sol, pinned, ok = loose, false, true
			}
		}()
	}
	tries := 0
	sc.forced = make([]*value, len(sc.s.keys))
	defer func() { sc.forced = nil }()
	var walk func(i int) bool
	walk = func(i int) bool {
		if i == len(refs) {
			tries++
			sol, ok = sc.solve(base, clauses)
			return ok || tries >= maxTrials || sc.w.out()
		}
		for j := range trials[i] {
			sc.forced[refs[i]] = &trials[i][j]
			if walk(i + 1) {
				return true
			}
		}
		sc.forced[refs[i]] = nil
		return false
	}
	walk(0)
	if !ok {
		return nil, false, false
	}
	sol.forced = slices.Clone(sc.forced)
	sc.freezeCube(sol)
	for _, k := range refs {
		if sc.uncontrolled(k) {
			pinned = true
			if v := sc.forced[k]; v.present {
				sol.cube = append(sol.cube, demand(isText(k, false, quantNone, v.text), true))
			} else {
				sol.cube = append(sol.cube, demand(isPresent(k), false))
			}
		}
	}
	return sol, pinned, true
}

// freezeCube replaces the literals of a cube by what they amount to under this solution, with the values of variables
// as they are in it: the cube then says for which values of its keys the same request works.
func (sc *scene) freezeCube(sol *solution) {
	for i, x := range sol.cube {
		if !x.l.linked || x.l.op.kind != opString {
			continue
		}
		fixed := *x.l.literal
		fixed.linked = false
		out := *x.l
		out.literal = &fixed
		set := sc.langs(x.l)
		out.whole = set.sure
		if x.want == x.l.op.neg { // the value must lie outside, so outside of all that the variables may stand for
			out.whole = append(set.sure[:len(set.sure):len(set.sure)], set.rough...)
		}
		sol.cube[i].l = &out
	}
}

// freeVariables lists the keys that stand as variables in the literals and are neither constant nor unknown.
func (sc *scene) freeVariables(base []signed, clauses []clause) []int {
	var out []int
	look := func(l *clit) {
		if !l.linked {
			return
		}
		for i := range l.texts {
			for _, p := range l.texts[i].parts {
				if p.key == "" {
					continue
				}
				k := sc.s.index[p.key]
				d := sc.dom(k)
				free := d.kind == domText || d.kind == domFinite || d.kind == domNumber || d.kind == domAddr || d.kind == domConst && d.optional
				if free && !d.multi && d.typ != typeDate && !slices.Contains(out, k) {
					out = append(out, k)
				}
			}
		}
	}
	for _, c := range base {
		look(c.l)
	}
	for _, c := range clauses {
		for _, alt := range c.alts {
			for _, x := range alt {
				look(x.l)
			}
		}
	}
	return out
}

// trials suggests values for a key that stands as a variable.
func (sc *scene) trials(k int, base []signed, clauses []clause, loose *solution) []value {
	var out []value
	add := func(v value) {
		if len(out) >= maxTrialValues {
			return
		}
		for _, have := range out {
			if have.present == v.present && have.text == v.text {
				return
			}
		}
		if _, ok := sc.within(k, v); ok {
			out = append(out, v)
		}
	}
	d := sc.dom(k)
	var own []signed
	for _, c := range base {
		if c.l.k == k && !c.l.linked {
			own = append(own, c)
		}
	}
	// Two values that differ, so that a pattern that excludes the one can be met with the other.
	for range 2 {
		v, ok := sc.pick(k, own)
		if !ok {
			break
		}
		add(v)
		if !v.present {
			own = append(own, demand(isPresent(k), true))
			continue
		}
		own = append(own, demand(isText(k, false, quantNone, v.text), false))
	}
	for _, v := range d.finite {
		add(v)
	}
	if d.optional {
		add(value{})
	}
	var texts []string
	each := func(f func(l *clit)) {
		for _, c := range base {
			f(c.l)
		}
		for _, c := range clauses {
			for _, alt := range c.alts {
				for _, x := range alt {
					f(x.l)
				}
			}
		}
	}
	each(func(l *clit) {
		for i := range l.texts {
			for j, p := range l.texts[i].parts {
				if p.key == sc.s.keys[k] {
					text := loose.model[l.k].text
					if l.op.kind == opResource {
						text = sc.s.bucketARN(l.onAP)
						if sc.object() {
							text = sc.s.objectPrefix(l.onAP) + loose.model[l.k].text
						}
					}
					texts = append(texts, inverse(l.texts[i].parts, j, text)...)
				}
			}
		}
	})
	texts = append(texts, "x", "y", "", "xx")
	linked := map[int][]string{} // per key whose patterns hold k as a variable, the text before it
	each(func(l *clit) {
		for i := range l.texts {
			for j, p := range l.texts[i].parts {
				if p.key == sc.s.keys[k] {
					before := ""
					if j > 0 {
						before = elementText(l.texts[i].parts[j-1].el)
					}
					if l.op.kind == opResource {
						before = strings.TrimPrefix(before, sc.s.objectPrefix(l.onAP))
					}
					linked[l.k] = append(linked[l.k], before)
				}
			}
		}
	})
	// derive suggests the value that makes the other key's pattern fit a text of its own.
	derive := func(other int, text string) {
		for _, before := range linked[other] {
			if rest, ok := cutFold(text, before); ok {
				texts = append(texts, rest)
				if i := strings.IndexByte(rest, '/'); i >= 0 {
					texts = append(texts, rest[:i])
				}
			}
		}
	}
	for _, other := range slices.Sorted(maps.Keys(linked)) {
		o := sc.dom(other)
		derive(other, o.fixed.text)
		if v, ok := sc.pick(other, []signed{demand(isPresent(other), true)}); ok && o.kind == domText && other != keyResource {
			derive(other, v.text)
		}
		for _, v := range o.finite {
			derive(other, v.text)
		}
		for _, v := range o.fixed.many {
			derive(other, v)
		}
	}
	each(func(l *clit) {
		for _, p := range l.patterns {
			text := samplePattern(p)
			if l.k == k {
				texts = append(texts, text)
			}
			if l.op.kind == opResource {
				text = strings.TrimPrefix(text, sc.s.objectPrefix(l.onAP))
			}
			derive(l.k, text)
		}
		if l.k == k {
			for _, r := range l.addrs.v4 {
				texts = append(texts, address(r.lo, true).String())
			}
		}
	})
	for _, t := range texts {
		add(sc.parse(d, t))
	}
	return out
}

// inverse gives the texts that variable j must have for the parts to make up the given text, as far as the parts around
// it are plain.
func inverse(parts []part, j int, text string) []string {
	var before []rune
	for _, p := range parts[:j] {
		if p.key != "" {
			return nil
		}
		before = append(before, p.el...)
	}
	if slices.ContainsFunc(before, func(r rune) bool { return r < 0 }) {
		return nil
	}
	rest, ok := cutFold(text, string(before))
	if !ok {
		return nil
	}
	var after []rune
	if j+1 < len(parts) {
		for _, e := range parts[j+1].el {
			if e < 0 {
				break
			}
			after = append(after, e)
		}
	}
	out := []string{rest}
	if len(after) > 0 {
		for i := range rest {
			if strings.HasPrefix(rest[i:], string(after)) && len(out) < 4 {
				out = append(out, rest[:i])
			}
		}
	}
	return out
}

// cutFold is strings.CutPrefix without regard to case, for operators that have none.
func cutFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return "", false
	}
	return text[len(prefix):], true
}

// samplePattern is a short string of the pattern's language.
func samplePattern(p *pattern) string {
	var b strings.Builder
	for _, e := range p.el {
		switch {
		case isStar(e):
		case e < 0:
			b.WriteByte('x')
		default:
			b.WriteRune(e)
		}
	}
	return b.String()
}

func (sc *scene) parse(d *domain, text string) value {
	v := textValue(text)
	if d.typ == typeNumber {
		v.num, _ = strconv.ParseFloat(text, 64)
	}
	return v
}

// within reports whether a value belongs to the key's domain.
func (sc *scene) within(k int, v value) (value, bool) {
	d := sc.dom(k)
	if !v.present {
		return v, d.optional || d.kind == domAbsent
	}
	switch d.kind {
	case domText:
		return v, admits(d.base, v.text) && len([]rune(v.text)) >= d.minLen
	case domFinite:
		for _, f := range d.finite {
			if f.text == v.text {
				return f, true
			}
		}
	case domConst:
		return v, v.text == d.fixed.text
	case domNumber:
		n, err := strconv.ParseFloat(v.text, 64)
		return v, err == nil && n >= d.lo && n <= d.hi && formatNumber(n) == v.text
	case domAddr:
		a, ok := parseAddrs(v.text)
		return v, ok && !d.addrs.intersect(a).empty()
	}
	return v, false
}
