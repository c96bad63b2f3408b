// What a result rests on: the verdict with its grants and guards, or the facts as they were read.

package judge

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// maxEvidence is the longest value that is kept as evidence, in bytes of JSON.
const maxEvidence = 4 << 10

// yielded marks results that another rule says better; it never leaves the package.
var yielded = &result.Suppression{}

// titleFor fills the element into the rule's title.
func titleFor(r *Rule, key string) map[string]string {
	fill := strings.NewReplacer("{key}", key)
	return map[string]string{"en": fill.Replace(r.Title.EN), "ja": fill.Replace(r.Title.JA)}
}

// about sets the audience and verb of the element that is bound.
func (a *activation) about(c *code, r *result.Result) (element any) {
	o, ok := a.it.(*object)
	if !ok {
		return nil
	}
	switch v := o.v.Interface().(type) {
	case namedView:
		r.Audience = verdict.Named
		return v
	case latentView:
		r.Audience = v.Audience
		return v
	case conditionalView:
		r.Audience, r.Verb = v.Audience, v.Verb
		return v
	}
	return nil
}

// prove fills in what a failure rests on.
func (a *activation) prove(c *code, r *result.Result) {
	if a.probe != nil {
		a.probe.prove(r)
		return
	}
	switch v := a.about(c, r).(type) {
	case namedView:
		if verbs := reachable(v); len(verbs) > 0 {
			answer := v.grant.Verdict[verbs[0]]
			r.Verb, r.Proof, r.Assumed = verbs[0], &answer, a.access().Assumed
			r.Cause = result.CauseOf(answer.Grants, answer.Guards)
		}
		r.Evidence = append(r.Evidence, evidenceOf("", scanners.Origin{}, map[string]any{"principal": v.Principal, "account": v.Account, "verbs": reachable(v)}))
		return
	case latentView:
		r.Latent = v.all
		r.Cause = result.CauseOf(v.Grants, []verdict.Guard{{Name: v.Guard, Level: v.Level}})
		return
	case conditionalView:
		r.Proof, r.Assumed = &v.verdict, a.access().Assumed
		r.Cause = result.CauseOf(v.Grants, v.verdict.Guards)
		return
	}
	if c.question != nil {
		answer := a.access().Of(c.question.who, c.question.verb)
		r.Proof, r.Assumed = &answer, a.access().Assumed
		r.Cause = result.CauseOf(answer.Grants, answer.Guards)
		return
	}
	r.Evidence = a.evidence(c)
}

// reachable lists the verbs that an outsider can use, those under a condition after the others.
func reachable(v namedView) []verdict.Verb {
	var out []verdict.Verb
	for _, answer := range []verdict.Answer{verdict.Yes, verdict.Conditional} {
		for _, verb := range verdict.Verbs() {
			if v.grant.Verdict[verb].Verdict == answer {
				out = append(out, verb)
			}
		}
	}
	return out
}

// evidence is the value of the rule's `evidence`, else the element, and the facts that its condition read.
func (a *activation) evidence(c *code) []result.Evidence {
	var out []result.Evidence
	if c.evidence != nil {
		if got := c.evidence.run(a); got.kind == isValue {
			fact, origin := a.firstFact(c.evidence)
			return append(out, evidenceOf(fact, origin, plainValue(got.value)))
		}
	}
	if a.it != nil {
		fact, origin := a.firstFact(c.each)
		out = append(out, evidenceOf(fact, origin, plainValue(a.it)))
	}
	for _, p := range []*program{c.when, c.fails} {
		if p == nil {
			continue
		}
		for _, name := range p.vars {
			v := a.judge.book.env.vars[name]
			if v.asked == nil || c.each != nil && p == c.when {
				continue
			}
			out = a.addFact(out, v.asked(a.rec.Kind))
		}
	}
	return out
}

func (a *activation) addFact(out []result.Evidence, name scanners.FactName) []result.Evidence {
	for _, e := range out {
		if e.Fact == name {
			return out
		}
	}
	field, ok := scanners.LookupFactField(name)
	if !ok {
		return out
	}
	status, value := field.Of(a.rec)
	switch status.State {
	case scanners.Known:
		return append(out, evidenceOf(name, status.Origin, value))
	case scanners.Absent:
		return append(out, result.Evidence{Fact: name, Value: json.RawMessage("null"), Origin: status.Origin})
	}
	return out
}

func (a *activation) firstFact(p *program) (scanners.FactName, scanners.Origin) {
	for _, name := range p.vars {
		if v := a.judge.book.env.vars[name]; v.asked != nil {
			fact := v.asked(a.rec.Kind)
			return fact, a.rec.Status(fact).Origin
		}
	}
	return "", scanners.Origin{}
}

// evidenceOf keeps a value as JSON; one that is too long is named by its length.
func evidenceOf(fact scanners.FactName, origin scanners.Origin, value any) result.Evidence {
	text, err := json.Marshal(value)
	if err != nil {
		text, _ = json.Marshal("cannot be shown: " + err.Error())
	}
	if len(text) > maxEvidence {
		text, _ = json.Marshal(fmt.Sprintf("%d bytes, not shown", len(text)))
	}
	return result.Evidence{Fact: fact, Value: text, Origin: origin}
}

// plainValue turns a CEL value into one that encoding/json writes.
func plainValue(v ref.Val) any {
	switch v := v.(type) {
	case *object:
		if v.state != scanners.Known {
			return nil
		}
		return v.v.Interface()
	case traits.Mapper:
		native, err := v.ConvertToNative(reflect.TypeFor[map[string]any]())
		if err != nil {
			return nil
		}
		return native
	case traits.Lister:
		out := []any{}
		for i := range int(v.Size().(types.Int)) {
			if i >= maxElements {
				break
			}
			out = append(out, plainValue(v.Get(types.Int(i))))
		}
		return out
	case *types.Unknown, *types.Err:
		return nil
	}
	return v.Value()
}
