package awspolicy

// This file evaluates one literal for one value of its key.

import (
	"net/netip"
)

// eval gives the truth of a literal for a value of its key (Resource: of the object key).
func (sc *scene) eval(l *clit, v value) truth {
	d := sc.dom(l.k)
	if d.kind == domUnknown || l.unclearAll {
		return maybe
	}
	if l.op.kind == opResource {
		return sc.evalResource(l, v)
	}
	if l.op.kind == opNull {
		if l.unclear != "" && !l.nullYes && !l.nullNo {
			return maybe
		}
		t := is(v.present && l.nullNo || !v.present && l.nullYes)
		if t == no && l.unclear != "" {
			return maybe
		}
		return t
	}
	if !v.present {
		switch {
		case l.ifExists:
			return yes
		case l.quant == quantAll:
			return yes
		case l.quant == quantAny:
			return no
		}
		return is(l.op.neg)
	}
	if !d.multi {
		t := sc.matches(l, v, d)
		if l.op.neg {
			t = not(t)
		}
		return t
	}
	return sc.evalMany(l, v, d)
}

func (sc *scene) evalMany(l *clit, v value, d *domain) truth {
	if l.quant == quantNone {
		return maybe // a set operator is required for keys with several values
	}
	out := is(l.quant == quantAll)
	for _, s := range v.many {
		t := sc.matches(l, textValue(s), d)
		if l.op.neg {
			t = not(t)
		}
		if t == maybe {
			out = maybe
			continue
		}
		if (l.quant == quantAll) == (t == no) {
			return t
		}
	}
	return out
}

func (sc *scene) evalResource(l *clit, v value) truth {
	t := is(l.bucket)
	if sc.object() || l.linked {
		text := v.text
		if !sc.object() {
			text = sc.s.bucketARN(l.onAP)
		}
		t = sc.langs(l).has(text)
	} else if !l.bucket && l.unclear != "" {
		t = maybe
	}
	if l.op.neg {
		if l.linked && sc.unresolved(l) {
			return maybe // NotResource with a variable that has no value is not documented
		}
		t = not(t)
	}
	return t
}

// unresolved reports whether a variable of the literal has no value, or may have none.
func (sc *scene) unresolved(l *clit) bool {
	for i := range l.texts {
		for _, p := range l.texts[i].parts {
			if p.key == "" {
				continue
			}
			_, state := sc.variable(p)
			if state == no || state == maybe && !p.hasDefault && sc.dom(sc.s.index[p.key]).optional {
				return true
			}
		}
	}
	return false
}

// matches reports whether one value matches one of the literal's values, before negation.
func (sc *scene) matches(l *clit, v value, d *domain) truth {
	switch l.op.kind {
	case opString:
		if d.typ == typeDate || d.typ == typeEpoch {
			return maybe // the text form of times is not documented
		}
		return sc.langs(l).has(v.text)
	case opIP:
		a, err := netip.ParseAddr(v.text)
		if d.typ != typeAddr || err != nil {
			return maybe
		}
		if l.addrs.has(a) {
			return yes
		}
	case opNumber, opDate:
		if !comparable(l.op.kind, d.typ) {
			return maybe
		}
		for _, n := range l.numbers {
			if relate(l.op.rel, v.num, n) {
				return yes
			}
		}
	default:
		return maybe
	}
	if l.unclear != "" {
		return maybe
	}
	return no
}

// comparable reports whether the meaning of an operator on a type of key is documented.
func comparable(k opKind, t valueType) bool {
	if k == opNumber {
		return t == typeNumber || t == typeEpoch
	}
	return t == typeDate || t == typeEpoch
}

func relate(r relation, a, b float64) bool {
	switch r {
	case relLt:
		return a < b
	case relLe:
		return a <= b
	case relGt:
		return a > b
	case relGe:
		return a >= b
	}
	return a == b
}

// has reports whether a string matches.
func (s langSet) has(text string) truth {
	for _, x := range s.sure {
		if x.has(text) {
			return yes
		}
	}
	if s.unsure {
		return maybe
	}
	for _, x := range s.rough {
		if x.has(text) {
			return maybe
		}
	}
	return no
}
