// Which facts the rules in force need, in stages: what is read of every resource, and what a record calls for
// once some of it is known.

package judge

import (
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/traits"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

type kindOf struct {
	kind     scanners.Kind
	provider scanners.Provider
}

type needsTable struct{ first, all map[kindOf]scanners.FactSet }

// First returns the facts that are read of every resource of a kind, those of its ancestors included. A rule
// that looks at settings names its facts here, except those that only matter where its `when` holds and reads
// facts itself; a rule on exposure begins with what decides for a closed resource. The set is not to be changed.
func (j *Judge) First(kind scanners.Kind, provider scanners.Provider) scanners.FactSet {
	return j.needs.first[kindOf{kind, knownProvider(provider)}]
}

// Needs returns every fact that the rules in force may read of a resource of a kind. The set is not to be changed.
func (j *Judge) Needs(kind scanners.Kind, provider scanners.Provider) scanners.FactSet {
	return j.needs.all[kindOf{kind, knownProvider(provider)}]
}

func (j *Judge) needsOf() needsTable {
	t := needsTable{map[kindOf]scanners.FactSet{}, map[kindOf]scanners.FactSet{}}
	for kind, providers := range j.byKind {
		for provider, rules := range providers {
			of := kindOf{kind, provider}
			t.first[of], t.all[of] = scanners.FactSet{}, scanners.FactSet{}
			for _, i := range rules {
				c := j.rules[i]
				for _, p := range c.begin() {
					j.addVars(t.first[of], of, p.vars, true)
				}
				for _, p := range c.programs() {
					j.addVars(t.all[of], of, p.vars, false)
				}
			}
			t.all[of].AddAll(t.first[of])
		}
	}
	return t
}

// begin are the programs whose facts are read of every resource.
func (c *code) begin() []*program {
	switch {
	case c.when != nil && readsFacts(c.when):
		return []*program{c.when}
	case c.each != nil:
		return []*program{c.each}
	}
	return []*program{c.fails}
}

func readsFacts(p *program) bool {
	for _, name := range p.vars {
		switch first, _, _ := cutName(name); first {
		case "intent", "resource", "params", "trusted", "now", "exception", "probe":
		default:
			return true
		}
	}
	return false
}

func (j *Judge) addVars(set scanners.FactSet, of kindOf, vars []string, first bool) {
	for _, name := range vars {
		v := j.book.env.vars[name]
		switch {
		case v.asked != nil:
			if fact := v.asked(of.kind); fact != "" && supported(of.provider, fact) {
				set.Add(fact)
			}
		case v.verdict && first:
			set.AddAll(access.First(of.provider, of.kind))
		case v.verdict:
			set.AddAll(access.First(of.provider, of.kind))
			set.AddAll(verdictNeeds(of, name))
		}
	}
}

// verdictNeeds are the facts that a variable from internal/access may rest on.
func verdictNeeds(of kindOf, name string) scanners.FactSet {
	out := scanners.FactSet{}
	group, who, verb := cutName(name)
	switch {
	case verb != "":
		return access.Needs(of.provider, of.kind, verdict.Audience(who), verdict.Verb(verb))
	case group == "posture":
		for _, fact := range grantFacts {
			if fact.Kind() == of.kind && supported(of.provider, fact) {
				out.Add(fact)
			}
		}
	case who == "named":
		for _, verb := range verdict.Verbs() {
			out.AddAll(access.Needs(of.provider, of.kind, verdict.Named, verb))
		}
	case who == "public_by_provider":
		for _, fact := range grantFacts {
			if fact.Kind() == of.kind && supported(of.provider, fact) {
				out.Add(fact)
			}
		}
	default:
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			for _, verb := range verdict.Verbs() {
				out.AddAll(access.Needs(of.provider, of.kind, who, verb))
			}
		}
	}
	return out
}

// More returns the facts that a record calls for, given what is known of it so far and judging at the time at
// which it was read: what keeps a rule from an answer, and what the severity and evidence of a failure rest on.
// Facts that could not be read are not asked for again.
func (j *Judge) More(rec *scanners.Record) scanners.FactSet {
	a := j.pool.Get().(*activation)
	defer j.pool.Put(a)
	a.reset(rec, moment(rec))
	out := scanners.FactSet{}
	for _, at := range j.byKind[rec.Kind][knownProvider(rec.Provider)] {
		c := j.rules[at]
		a.params, a.it = j.params[at], nil
		if c.each == nil {
			a.more(c, out)
			continue
		}
		list := c.each.run(a)
		a.ask(out, list.lacks)
		elements, ok := list.value.(traits.Lister)
		if list.kind != isValue || !ok {
			continue
		}
		for i := range min(int(elements.Size().(types.Int)), maxElements) {
			a.it = elements.Get(types.Int(i))
			a.more(c, out)
		}
	}
	return out
}

func moment(rec *scanners.Record) time.Time {
	if rec.At.IsZero() {
		return time.Unix(0, 0).UTC() // staging must not hang on the clock; verdicts on time windows come later
	}
	return rec.At
}

func (a *activation) more(c *code, out scanners.FactSet) {
	d := c.decide(a)
	a.ask(out, d.lacks)
	if d.outcome != result.Fail && d.outcome != result.Unknown {
		return
	}
	for _, p := range c.programs() {
		if p != c.when && p != c.fails && p != c.each {
			a.ask(out, p.run(a).lacks)
		}
	}
}

// ask adds the facts behind variables that were not inspected.
func (a *activation) ask(out scanners.FactSet, lacks []string) {
	add := func(name scanners.FactName) {
		if field, ok := scanners.LookupFactField(name); ok && supported(a.rec.Provider, name) {
			if status, _ := field.Of(a.rec); !status.Settled() {
				out.Add(name)
			}
		}
	}
	for _, name := range lacks {
		v, ok := a.judge.book.env.vars[name]
		if !ok {
			continue
		}
		if v.asked != nil {
			add(v.asked(a.rec.Kind))
		}
		if v.verdict {
			for _, r := range a.reasonsFor(v) {
				add(scanners.FactName(r.Fact))
			}
		}
	}
}
