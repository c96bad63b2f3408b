// Verdicts of internal/access as rules see them.

package judge

import (
	"reflect"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// namedView is one outsider that the configuration names.
type namedView struct {
	Principal   string          `json:"principal"`
	Account     string          `json:"account"`
	Trusted     bool            `json:"trusted"` // by the user's configuration
	List        verdict.Verdict `json:"list"`
	Read        verdict.Verdict `json:"read"`
	Write       verdict.Verdict `json:"write"`
	Permissions verdict.Verdict `json:"permissions"`

	grant *verdict.NamedGrant
}

// latentView is everything that lifting one guard would open to one audience.
type latentView struct {
	Audience verdict.Audience `json:"audience"`
	Guard    string           `json:"guard"`
	Level    string           `json:"level"`
	Verbs    []verdict.Verb   `json:"verbs"`
	Grants   []verdict.Grant  `json:"grants"`

	all []verdict.Latent
}

// conditionalView is a verdict that hangs on what the client cannot choose.
type conditionalView struct {
	Audience  verdict.Audience `json:"audience"`
	Verb      verdict.Verb     `json:"verb"`
	DependsOn []string         `json:"depends_on"`
	Patterns  []string         `json:"patterns"`
	Grants    []verdict.Grant  `json:"grants"`

	verdict verdict.Verdict
}

// postures are the questions of access.Posture that are answered yes or no.
var postures = []struct {
	name string
	of   func(p *access.Posture) *verdict.Verdict
}{
	{"cleartext_refused", func(p *access.Posture) *verdict.Verdict { return &p.CleartextRefused }},
	{"signature_age_bounded", func(p *access.Posture) *verdict.Verdict { return &p.SignatureAgeBounded }},
	{"presigned_refused", func(p *access.Posture) *verdict.Verdict { return &p.PresignedRefused }},
	{"unencrypted_writes_refused", func(p *access.Posture) *verdict.Verdict { return &p.UnencryptedWritesRefused }},
	{"locked_out", func(p *access.Posture) *verdict.Verdict { return &p.LockedOut }},
}

// verdictFields are the fields of a verdict that rules see as they are.
var verdictFields = []string{"needs", "depends_on", "patterns", "grants", "guards", "closed_by", "curl"}

// verdictType registers the type of a verdict: its answer as three bools that are never all unread, and its proof.
func (t *typeTable) verdictType() *objectType {
	goType := reflect.TypeFor[verdict.Verdict]()
	if o, ok := t.byGo[goType]; ok {
		return o
	}
	o := &objectType{name: "access.Verdict", fields: map[string]*objectField{}}
	o.cel = types.NewObjectType(o.name)
	t.byGo[goType], t.byName[o.name] = o, o
	answer := func(want verdict.Answer) *objectField {
		return &objectField{typ: types.BoolType, get: func(obj *object) ref.Val {
			return types.Bool(verdict.Answer(obj.v.FieldByName("Verdict").String()) == want)
		}}
	}
	o.add("open", answer(verdict.Yes))
	o.add("conditional", answer(verdict.Conditional))
	o.add("closed", answer(verdict.No))
	for _, f := range yamlfile.FieldsOf(goType) {
		if slices.Contains(verdictFields, f.Name) {
			o.add(f.Name, t.field(f))
		}
	}
	return o
}

func (o *objectType) object(v verdict.Verdict, name string) *object {
	return &object{t: o, v: reflect.ValueOf(&v).Elem(), state: scanners.Known, fact: name}
}

// verdictField is a verdict inside a list element; it is unknown by itself.
func (t *typeTable) verdictField(f yamlfile.Field) *objectField {
	inner := t.verdictType()
	return &objectField{typ: inner.cel, get: func(o *object) ref.Val {
		v := o.v.FieldByIndex(f.Index)
		if verdict.Answer(v.FieldByName("Verdict").String()) == verdict.Unknown {
			return types.NewUnknown(0, types.NewAttributeTrail(o.fact))
		}
		return &object{t: inner, v: v, state: scanners.Known, fact: o.fact}
	}}
}

func namedViews(grants []verdict.NamedGrant, trusted func(verdict.NamedGrant) bool) []namedView {
	out := make([]namedView, len(grants))
	for i := range grants {
		g := &grants[i]
		of := func(verb verdict.Verb) verdict.Verdict {
			if v, ok := g.Verdict[verb]; ok {
				return v
			}
			return verdict.Verdict{Verdict: verdict.No}
		}
		out[i] = namedView{
			Principal: g.Principal, Account: g.Account, Trusted: g.Trusted || trusted(*g),
			List: of(verdict.List), Read: of(verdict.Read), Write: of(verdict.Write), Permissions: of(verdict.Permissions),
			grant: g,
		}
	}
	return out
}

// latentViews puts together what one guard holds back from one audience: one cause, one finding. What it holds
// back from everybody is not told again for those who have an account.
func latentViews(found []verdict.Latent) []latentView {
	var out []latentView
	for _, l := range found {
		i := slices.IndexFunc(out, func(v latentView) bool { return v.Guard == l.Guard.Name && v.Level == l.Guard.Level })
		if i < 0 {
			out = append(out, latentView{Audience: l.Audience, Guard: l.Guard.Name, Level: l.Guard.Level})
			i = len(out) - 1
		}
		v := &out[i]
		if l.Audience == verdict.Anonymous {
			v.Audience = verdict.Anonymous
		}
		if !slices.Contains(v.Verbs, l.Verb) {
			v.Verbs = append(v.Verbs, l.Verb)
		}
		for _, g := range l.Grants {
			if !slices.Contains(v.Grants, g) {
				v.Grants = append(v.Grants, g)
			}
		}
		v.all = append(v.all, l)
	}
	return out
}

// conditionalViews lists conditional verdicts, widest audience first; a verb that is told for anonymous clients
// is not told again for those with an account.
func conditionalViews(a *access.Judged) []conditionalView {
	var out []conditionalView
	for _, verb := range verdict.Verbs() {
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			v := a.Of(who, verb)
			if v.Verdict == verdict.Yes || v.Verdict == verdict.Unknown {
				break // told by the rule on that verb, which may turn out to say it all
			}
			if v.Verdict != verdict.Conditional {
				continue
			}
			out = append(out, conditionalView{
				Audience: who, Verb: verb, DependsOn: v.DependsOn, Patterns: v.Patterns, Grants: v.Grants, verdict: v,
			})
			break
		}
	}
	return out
}
