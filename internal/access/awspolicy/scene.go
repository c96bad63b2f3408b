package awspolicy

// This file evaluates one literal, and finds a value that meets several, for one caller and one action.

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
)

type truth uint8

const (
	no truth = iota
	yes
	maybe // not decided by public text, or fixed by something not known here
)

func not(t truth) truth {
	if t == maybe {
		return t
	}
	return 1 - t
}

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

// signed is a literal with the truth that it must have.
type signed struct {
	l    *clit
	want bool
}

// scene is one caller doing one action: it knows the domain of every key.
type scene struct {
	s      *Solver
	caller caller
	act    *action
	w      *work
	// lax counts undecided literals as having whatever truth is wanted.
	lax    bool
	doms   []domain
	have   []bool
	forced []*value
	// first caches the value of a plain request per key.
	first     []value
	haveFirst []bool
	firstOK   []bool
	// incomplete is set when a search was cut short by its method rather than by the work limit.
	incomplete bool
}

func (s *Solver) scene(c caller, a *action, w *work) *scene {
	n := len(s.keys)
	flags := make([]bool, 3*n)
	values := make([]value, n)
	return &scene{
		s: s, caller: c, act: a, w: w, doms: make([]domain, n), have: flags[:n:n],
		first: values, haveFirst: flags[n : 2*n : 2*n], firstOK: flags[2*n:],
	}
}

func (sc *scene) object() bool { return sc.act.trait&onObject != 0 }

func (sc *scene) dom(k int) *domain {
	if !sc.have[k] {
		sc.have[k] = true
		switch {
		case k != keyResource:
			sc.doms[k] = sc.s.domainOf(sc.s.keys[k], sc.caller, sc.act)
		case sc.s.bucket == "":
			sc.doms[k] = unread("the bucket's name", "bucket.id")
		case sc.object():
			sc.doms[k] = domain{kind: domText, minLen: 1}
		default:
			sc.doms[k] = constant("")
		}
	}
	return &sc.doms[k]
}

func (sc *scene) uncontrolled(k int) bool { return sc.dom(k).uncontrolled }

// plain gives the value of a request that tries nothing special.
func (sc *scene) plain(k int) (value, bool) {
	if sc.forced != nil && sc.forced[k] != nil {
		return *sc.forced[k], true
	}
	if !sc.haveFirst[k] {
		sc.haveFirst[k] = true
		sc.first[k], sc.firstOK[k] = sc.pick(k, nil)
	}
	return sc.first[k], sc.firstOK[k]
}

// langSet is what is known of the strings that a literal's values match: at least those in sure, at most those in sure
// or rough as well; unsure means that nothing bounds them.
type langSet struct {
	sure, rough []lang
	unsure      bool
}

// langs gives the languages of a literal's patterns with its variables filled in. A variable without a settled value
// stands for any text, which bounds the language from above.
func (sc *scene) langs(l *clit) langSet {
	set := langSet{unsure: l.unclear != ""}
	if l.op.kind == opResource && sc.object() {
		set.sure = l.object
	} else {
		set.sure = l.whole
	}
	if !l.linked {
		return set
	}
	set.sure = set.sure[:len(set.sure):len(set.sure)]
	for i := range l.texts {
		t := &l.texts[i]
		if t.ready != nil {
			continue
		}
		filled, state := sc.fill(l, t)
		if state == no {
			continue // without a value the text matches nothing
		}
		if len(filled) == 0 {
			set.unsure = true
			continue
		}
		for _, p := range filled {
			x := lang{p: p}
			if l.op.kind == opResource && sc.object() {
				var ok bool
				if x, ok = p.from(sc.s.objectPrefix(l.onAP)); !ok {
					continue
				}
			}
			if state == yes {
				set.sure = append(set.sure, x)
			} else {
				set.rough = append(set.rough, x)
			}
		}
	}
	return set
}

// maxBounds bounds how many patterns stand for one text whose variables have no settled value.
const maxBounds = 32

// fill puts values into a template: yes with one pattern, no when a variable has no value. maybe comes with patterns
// that together bound the true one from above, none where nothing does.
func (sc *scene) fill(l *clit, t *template) ([]*pattern, truth) {
	if len(t.parts) == 1 && t.parts[0].key == l.key {
		p, _ := t.fill(formGlob, [][]rune{{elStar}})
		return []*pattern{p}, yes // a key compared with itself
	}
	fills := [][][]rune{nil}
	out := yes
	for _, p := range t.parts {
		if p.key == "" {
			continue
		}
		v, state := sc.variable(p)
		choices := [][]rune{[]rune(v)}
		switch state {
		case no:
			return nil, no
		case maybe:
			out, choices = maybe, sc.bounds(p)
			if len(fills)*len(choices) > maxBounds {
				choices = [][]rune{{elStar}}
			}
		}
		var next [][][]rune
		for _, f := range fills {
			for _, c := range choices {
				next = append(next, append(f[:len(f):len(f)], c))
			}
		}
		fills = next
	}
	var list []*pattern
	for _, f := range fills {
		p, broken := t.fill(l.op.form, f)
		if broken != "" {
			return nil, maybe
		}
		list = append(list, p)
	}
	return list, out
}

// bounds gives element sequences that together cover all texts a variable can stand for.
func (sc *scene) bounds(p part) [][]rune {
	d := sc.dom(sc.s.index[p.key])
	var out [][]rune
	switch {
	case d.kind == domFinite:
		for _, v := range d.finite {
			out = append(out, []rune(v.text))
		}
	case d.kind == domConst && d.typ != typeDate && d.typ != typeEpoch && !d.multi:
		out = append(out, []rune(d.fixed.text))
	case d.kind == domText && len(d.base) > 0 && !d.base[0].neg:
		for _, x := range d.base[0].langs {
			out = append(out, x.p.el)
		}
	case d.kind == domText && d.minLen > 0:
		out = append(out, []rune{elAny, elStar})
	default:
		return [][]rune{{elStar}}
	}
	if p.hasDefault && d.optional {
		out = append(out, []rune(p.fallback))
	}
	return out
}

func (sc *scene) variable(p part) (string, truth) {
	k := sc.s.index[p.key]
	d := sc.dom(k)
	v, got := value{}, false
	switch {
	case sc.forced != nil && sc.forced[k] != nil:
		v, got = *sc.forced[k], true
	case d.kind == domAbsent:
		got = true
	case d.kind == domConst && !d.optional:
		v, got = d.fixed, true
	}
	switch {
	case !got || d.multi || v.present && (d.typ == typeDate || d.typ == typeEpoch):
		return "", maybe
	case v.present:
		return v.text, yes
	case p.hasDefault:
		return p.fallback, yes
	}
	return "", no
}

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
	return t == is(c.want) || t == maybe && sc.lax
}

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
		return value{}, len(cons) == 0 || sc.lax
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

// textCon turns a literal into a constraint on a present value (on each value, where the key has several). member is
// the truth wanted of "the value matches, negation applied". some is false when nothing is demanded, ok is false when
// it cannot be met for sure.
func (sc *scene) textCon(l *clit, member bool) (con textCon, some, ok bool) {
	set := sc.langs(l)
	in := member != l.op.neg
	switch {
	case in && !sc.lax, !in && sc.lax:
		return textCon{langs: set.sure, neg: !in}, true, true
	case set.unsure:
		return textCon{}, false, sc.lax
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
			if !sc.lax {
				return nil, false
			}
			continue
		}
		if l.op.kind == opNull {
			if t := sc.eval(l, textValue("x")); t != is(c.want) && (t != maybe || !sc.lax) {
				return nil, false
			}
			continue
		}
		if l.op.kind == opResource && l.op.neg && l.linked && sc.unresolved(l) {
			if !sc.lax {
				return nil, false
			}
			continue
		}
		con, some, ok := sc.textCon(l, c.want)
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
			if t := sc.eval(l, value{present: true, many: []string{"x"}}); t != is(c.want) && (t != maybe || !sc.lax) {
				return value{}, false
			}
			continue
		}
		if l.unclearAll || l.op.kind != opString || l.quant == quantNone {
			if !sc.lax {
				return value{}, false
			}
			continue
		}
		con, some, ok := sc.textCon(l, c.want)
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
			if t := sc.eval(l, d.fixed); t != is(c.want) && (t != maybe || !sc.lax) {
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
		case in && unsure && sc.lax:
			continue
		case !in && unsure && !sc.lax:
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
