package awspolicy

// This file finds a value of one condition key that gives several literals the truth that they must have.

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// meets reports whether a value gives every literal the truth that it must have.
func (sc *scene) meets(cons []signed, v value) bool {
	for _, c := range cons {
		if !sc.grants(c, v) {
			return false
		}
	}
	return true
}

func (sc *scene) grants(c signed, v value) bool {
	t := sc.eval(c.l, v)
	return t == is(c.want) || t == maybe && sc.lenient(c)
}

// lenient reports whether undecided is good enough for a literal.
func (sc *scene) lenient(c signed) bool { return sc.lax || c.loose }

// pick finds a value of key k that meets all constraints; the value of a plain request if that does.
func (sc *scene) pick(k int, cons []signed) (value, bool) {
	if !sc.w.spend(1 + len(cons)) {
		return value{}, false
	}
	if sc.forced != nil && sc.forced[k] != nil {
		return *sc.forced[k], sc.meets(cons, *sc.forced[k])
	}
	d := sc.dom(k)
	if len(cons) > 0 && d.kind != domUnknown {
		if v, ok := sc.plain(k); ok && sc.meets(cons, v) {
			return v, true
		}
	}
	switch d.kind {
	case domUnknown:
		return value{}, !slices.ContainsFunc(cons, func(c signed) bool { return !sc.lenient(c) })
	case domAbsent:
		return value{}, sc.meets(cons, value{})
	case domConst:
		if sc.meets(cons, d.fixed) {
			return d.fixed, true
		}
	}
	if d.optional && sc.meets(cons, value{}) {
		return value{}, true
	}
	switch d.kind {
	case domFinite:
		for _, v := range d.finite {
			if sc.meets(cons, v) {
				return v, true
			}
		}
	case domNumber:
		return sc.pickNumber(d, cons)
	case domAddr:
		set, ok := sc.addrsFor(d, cons)
		if !ok || set.empty() {
			return value{}, false
		}
		if a, err := netip.ParseAddr(d.fixed.text); err == nil && set.has(a) {
			return d.fixed, true
		}
		return textValue(set.first().String()), true
	case domText:
		texts, ok := sc.textCons(d.base, cons)
		if !ok {
			return value{}, false
		}
		s, ok := findText(texts, d.minLen, sc.w)
		return textValue(s), ok && (k != keyResource || len(s) <= maxKeyBytes)
	case domMulti:
		return sc.pickMany(d, cons)
	}
	return value{}, false
}

// maxKeyBytes is the longest object key (S3 User Guide, "Object key naming guidelines").
const maxKeyBytes = 1024

// textCon turns a literal into a constraint on a present value (on each value, where the key has several). The truth
// wanted is that of "the value matches, negation applied". some is false when nothing is demanded, ok is false when
// it cannot be met for sure.
func (sc *scene) textCon(c signed) (con textCon, some, ok bool) {
	set := sc.langs(c.l)
	in := c.want != c.l.op.neg
	lax := sc.lenient(c)
	switch {
	case in && !lax, !in && lax:
		return textCon{langs: set.sure, neg: !in}, true, true
	case set.unsure:
		return textCon{}, false, lax
	case !in && len(set.rough) > 0: // strict: outside whatever the values may be
		return textCon{langs: append(set.sure[:len(set.sure):len(set.sure)], set.rough...), neg: true}, true, true
	}
	return textCon{langs: append(set.sure[:len(set.sure):len(set.sure)], set.rough...), neg: !in}, true, true
}

// textCons turns literals on a single-valued key into constraints on its present value.
func (sc *scene) textCons(base []textCon, cons []signed) ([]textCon, bool) {
	out := append(make([]textCon, 0, len(base)+len(cons)), base...)
	for _, c := range cons {
		l := c.l
		if l.unclearAll || l.op.kind != opString && l.op.kind != opResource && l.op.kind != opNull {
			if !sc.lenient(c) {
				return nil, false
			}
			continue
		}
		if l.op.kind == opNull {
			if !sc.grants(c, textValue("x")) {
				return nil, false
			}
			continue
		}
		if l.op.kind == opResource && l.op.neg && l.linked && sc.unresolved(l) {
			if !sc.lenient(c) {
				return nil, false
			}
			continue
		}
		con, some, ok := sc.textCon(c)
		if !ok {
			return nil, false
		}
		if some {
			out = append(out, con)
		}
	}
	return out, true
}

// pickMany finds a list of values: those constraints that bind every value hold for all, and each constraint that
// asks for one value gets its own.
func (sc *scene) pickMany(d *domain, cons []signed) (value, bool) {
	all := append([]textCon(nil), d.base...)
	var one []textCon
	for _, c := range cons {
		l := c.l
		if l.op.kind == opNull {
			if !sc.grants(c, value{present: true, many: []string{"x"}}) {
				return value{}, false
			}
			continue
		}
		if l.unclearAll || l.op.kind != opString || l.quant == quantNone {
			if !sc.lenient(c) {
				return value{}, false
			}
			continue
		}
		con, some, ok := sc.textCon(c)
		if !ok {
			return value{}, false
		}
		if !some {
			continue
		}
		if (l.quant == quantAll) == c.want {
			all = append(all, con)
		} else {
			one = append(one, con)
		}
	}
	v := value{present: true}
	add := func(extra ...textCon) bool {
		s, ok := findText(append(append([]textCon(nil), all...), extra...), d.minLen, sc.w)
		if ok {
			for _, have := range v.many {
				if have == s {
					return true
				}
			}
			v.many = append(v.many, s)
		}
		return ok
	}
	if d.alone {
		all, one = append(all, one...), nil
	}
	if len(one) == 0 {
		return v, add()
	}
	for _, c := range one {
		if !add(c) {
			return value{}, false
		}
	}
	return v, true
}

// addrsFor intersects the address sets of all constraints.
func (sc *scene) addrsFor(d *domain, cons []signed) (addrSet, bool) {
	set := d.addrs
	for _, c := range cons {
		l := c.l
		in := c.want != l.op.neg
		var s addrSet
		unsure := l.unclear != ""
		switch {
		case l.op.kind == opNull:
			if !sc.grants(c, d.fixed) {
				return addrSet{}, false
			}
			continue
		case l.unclearAll:
			unsure = true
		case l.op.kind == opIP:
			s = l.addrs
		case l.op.kind == opString:
			set := sc.langs(l)
			unsure = set.unsure || len(set.rough) > 0
			for _, x := range set.sure {
				some, ok := addrsLike(x.p, sc.w)
				unsure = unsure || !ok
				s = s.union(some)
			}
		default:
			unsure = true
		}
		switch {
		case in && unsure && sc.lenient(c):
			continue
		case !in && unsure && !sc.lenient(c):
			return addrSet{}, false
		}
		if !in {
			s = s.complement()
		}
		set = set.intersect(s)
	}
	return set, true
}

// pickNumber tries every point at which a constraint can change its truth, and the points beside it.
func (sc *scene) pickNumber(d *domain, cons []signed) (value, bool) {
	points := []float64{d.lo, d.hi}
	ragged := false
	for _, c := range cons {
		for _, n := range c.l.numbers {
			f := math.Floor(n)
			points = append(points, f-1, f, f+1, f+2)
		}
		if c.l.op.kind == opString && d.typ == typeNumber {
			for _, x := range sc.langs(c.l).sure {
				if s := string(x.p.el); x.p.plain {
					if n, err := strconv.ParseFloat(s, 64); err == nil {
						points = append(points, n-1, n, n+1)
					}
					continue
				}
				ragged = true
			}
		}
	}
	for _, n := range points {
		if n < d.lo || n > d.hi || n != math.Floor(n) {
			continue
		}
		if !sc.w.spend(len(cons)) {
			return value{}, false
		}
		v := value{present: true, num: n, text: formatNumber(n)}
		if d.typ == typeDate {
			v.text = moment(n).Format(time.RFC3339)
		}
		if sc.meets(cons, v) {
			return v, true
		}
	}
	if ragged {
		return sc.pickDigits(d, cons)
	}
	return value{}, false
}

// pickDigits handles wildcards over the text of a number: it tries texts that meet the string constraints alone.
func (sc *scene) pickDigits(d *domain, cons []signed) (value, bool) {
	var texts []signed
	for _, c := range cons {
		if c.l.op.kind == opString {
			texts = append(texts, c)
		}
	}
	digits := textCon{neg: true, langs: []lang{{p: globPattern("*x*", false)}, {p: globPattern("0?*", false)}}}
	list, ok := sc.textCons([]textCon{digits}, texts)
	if !ok {
		return value{}, false
	}
	for range maxTrialValues {
		s, ok := findText(list, 1, sc.w)
		if !ok {
			return value{}, false
		}
		if n, err := strconv.ParseFloat(s, 64); err == nil && n >= d.lo && n <= d.hi && formatNumber(n) == s {
			if v := (value{present: true, num: n, text: s}); sc.meets(cons, v) {
				return v, true
			}
		}
		list = append(list, textCon{neg: true, langs: []lang{{p: textPattern(s)}}})
	}
	sc.incomplete = true
	return value{}, false
}

func formatNumber(n float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', -1, 64), ".0")
}
