package awspolicy

// This file evaluates one literal, and finds a value that meets several, for one caller and one action.

import "slices"

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
	// loose is set on literals that only keep a search away from what earlier solutions cover: there undecided is
	// enough, for a value is covered only where the literal surely had the other truth.
	loose bool
}

func demand(l *clit, want bool) signed { return signed{l: l, want: want} }

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
		if out == maybe && l.op.form == formARN {
			p, _ = t.fill(formGlob, f) // a value with colons moves the parts
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
			el := slices.Clone(x.p.el)
			for i, e := range el {
				switch e {
				case elAny:
					el[i], _ = d.class.elements()
				case elStar:
					_, el[i] = d.class.elements()
				}
			}
			out = append(out, el)
		}
	case d.kind == domText:
		one, many := d.class.elements()
		el := []rune{many}
		if d.minLen > 0 {
			el = []rune{one, many}
		}
		out = append(out, el)
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
