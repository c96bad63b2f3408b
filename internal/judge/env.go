// The CEL environment of rules: one variable per fact of the schema, the verdicts, and what the user declared.

package judge

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// environment is what expressions are compiled against. It is not changed once it is made.
type environment struct {
	cel   *cel.Env
	types *typeTable
	vars  map[string]*variable
	list  []*variable
}

// variable is one declared name.
type variable struct {
	name string
	typ  *types.Type
	slot int
	read func(a *activation, v *variable) any
	// unknown stands for the variable when it cannot be had.
	unknown *types.Unknown
	// asked says which facts it stands for, by kind of resource; nil for those that come from the head or config.
	asked   func(k scanners.Kind) scanners.FactName
	verdict bool // comes from internal/access
	empty   *object
	none    *object
}

func newEnvironment() (*environment, error) {
	base, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	env := &environment{types: newTypeTable(base), vars: map[string]*variable{}}
	env.declareFacts()
	env.declareVerdicts()
	env.declareRest()
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(base), cel.CustomTypeProvider(env.types),
		ext.Strings(ext.StringsVersion(4)), ext.Sets(),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateComprehensionNestingLimit(3)),
		// glob: text matches a pattern of * and ? as a whole. Unlike matches() it needs no compiling.
		cel.Function("glob", cel.MemberOverload("string_glob_string", []*cel.Type{cel.StringType, cel.StringType}, cel.BoolType, cel.BinaryBinding(glob))),
		// days and seconds make a duration of a number; CEL's own duration() knows no days and takes only text.
		cel.Function("days", cel.Overload("days_int", []*cel.Type{cel.IntType}, cel.DurationType, cel.UnaryBinding(durationOf(24*time.Hour)))),
		cel.Function("seconds", cel.Overload("seconds_int", []*cel.Type{cel.IntType}, cel.DurationType, cel.UnaryBinding(durationOf(time.Second)))),
	}
	for _, v := range env.list {
		options = append(options, cel.Variable(v.name, v.typ))
	}
	env.cel, err = cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("making the environment of rules: %w", err)
	}
	return env, nil
}

func (env *environment) declare(name string, typ *types.Type, read func(a *activation, v *variable) any) *variable {
	v := &variable{
		name: name, typ: typ, slot: len(env.list), read: read,
		unknown: types.NewUnknown(0, types.NewAttributeTrail(name)),
	}
	env.list = append(env.list, v)
	env.vars[name] = v
	return v
}

func (env *environment) declareFacts() {
	own := map[string]map[scanners.Kind]scanners.FactField{}
	ownType := map[string]reflect.Type{}
	var order []string
	for _, f := range scanners.FactFields() {
		env.declareFact(string(f.Name), f.Value, func(scanners.Kind) (scanners.FactField, bool) { return f, true })
		kind, rest, _ := strings.Cut(string(f.Name), ".")
		if (kind == "bucket" || kind == "store") && !strings.Contains(rest, ".") {
			if own[rest] == nil {
				own[rest], ownType[rest] = map[scanners.Kind]scanners.FactField{}, f.Value
				order = append(order, rest)
			}
			if ownType[rest] == f.Value {
				own[rest][scanners.Kind(kind)] = f
			}
		}
	}
	// own.X is the fact of the judged resource itself where buckets and storage accounts share the concept.
	for _, rest := range order {
		if fields := own[rest]; len(fields) == 2 {
			env.declareFact("own."+rest, ownType[rest], func(k scanners.Kind) (scanners.FactField, bool) {
				f, ok := fields[k]
				return f, ok
			})
		}
	}
}

func (env *environment) declareFact(name string, value reflect.Type, field func(scanners.Kind) (scanners.FactField, bool)) {
	t := env.types.of(value)
	// Fields are looked up and supported() asked once, not per record.
	type place struct {
		kind     scanners.Kind
		provider scanners.Provider
	}
	places := map[place]scanners.FactField{}
	for _, k := range append(scanners.Kinds(), pseudoKinds()...) {
		for _, p := range []scanners.Provider{"", scanners.AWS, scanners.GCP, scanners.Azure} {
			if f, ok := field(k); ok && supported(p, f.Name) {
				places[place{k, p}] = f
			}
		}
	}
	v := env.declare(name, t.cel, func(a *activation, v *variable) any {
		f, ok := places[place{a.rec.Kind, knownProvider(a.rec.Provider)}]
		if !ok {
			return v.none
		}
		status, ptr := f.Of(a.rec)
		switch status.State {
		case scanners.Known:
			if undecided(ptr) {
				return v.unknown
			}
			o := &a.objects[v.slot]
			*o = object{t: t, v: reflect.ValueOf(ptr).Elem(), state: scanners.Known, fact: v.name}
			return o
		case scanners.Absent:
			return v.empty
		case scanners.Unsupported:
			return v.none
		}
		return v.unknown
	})
	v.empty = &object{t: t, state: scanners.Absent, fact: name}
	v.none = &object{t: t, state: scanners.Unsupported, fact: name}
	v.asked = func(k scanners.Kind) scanners.FactName {
		f, ok := field(k)
		if !ok {
			return ""
		}
		return f.Name
	}
}

func (env *environment) declareVerdicts() {
	adapter := env.types.adapter
	view := env.types.verdictType()
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			name := "exposure." + string(who) + "." + string(verb)
			env.declareVerdict(name, view.cel, func(a *activation, v *variable) any {
				answer := a.access().Of(who, verb)
				if answer.Verdict == verdict.Unknown {
					return v.unknown
				}
				return view.object(answer, name)
			})
		}
	}
	named := env.types.of(reflect.TypeFor[namedView]())
	env.declareVerdict("exposure.named", types.NewListType(named.cel), func(a *activation, v *variable) any {
		if len(a.unreadGrants()) > 0 {
			return v.unknown
		}
		return env.types.list(named, reflect.ValueOf(a.named()), v.name)
	})
	latent := env.types.of(reflect.TypeFor[latentView]())
	env.declareVerdict("exposure.latent", types.NewListType(latent.cel), func(a *activation, v *variable) any {
		found := latentViews(a.access().Latent)
		if len(found) == 0 && len(a.undecided()) > 0 {
			return v.unknown
		}
		return env.types.list(latent, reflect.ValueOf(found), v.name)
	})
	conditional := env.types.of(reflect.TypeFor[conditionalView]())
	env.declareVerdict("exposure.conditional", types.NewListType(conditional.cel), func(a *activation, v *variable) any {
		found := conditionalViews(a.access())
		if len(found) == 0 && len(a.undecided()) > 0 {
			return v.unknown
		}
		return env.types.list(conditional, reflect.ValueOf(found), v.name)
	})
	env.declareVerdict("exposure.public_by_provider", types.BoolType, func(a *activation, v *variable) any {
		return boolOf(a.access().PublicByProvider, v)
	})
	env.declareVerdict("exposure.published_via", types.NewListType(types.StringType), func(a *activation, v *variable) any {
		if len(a.access().PublishedVia) == 0 && len(a.unreadGrants()) > 0 {
			return v.unknown
		}
		return types.NewStringList(adapter, a.access().PublishedVia)
	})
	for _, p := range postures {
		env.declareVerdict("posture."+p.name, types.BoolType, func(a *activation, v *variable) any {
			return boolOf(p.of(&a.access().Posture).Verdict, v)
		})
	}
	env.declareVerdict("posture.signature_age_seconds", types.IntType, func(a *activation, v *variable) any {
		p := &a.access().Posture
		if p.SignatureAgeBounded.Verdict != verdict.Yes {
			return v.unknown
		}
		return types.Int(p.SignatureAgeSeconds)
	})
}

func (env *environment) declareVerdict(name string, typ *types.Type, read func(a *activation, v *variable) any) {
	env.declare(name, typ, read).verdict = true
}

func boolOf(a verdict.Answer, v *variable) any {
	switch a {
	case verdict.Yes:
		return types.True
	case verdict.No, verdict.Conditional:
		return types.False
	}
	return v.unknown
}

func (env *environment) declareRest() {
	head := env.types.of(reflect.TypeFor[scanners.Head]())
	env.declare("resource", head.cel, func(a *activation, v *variable) any {
		o := &a.objects[v.slot]
		*o = object{t: head, v: reflect.ValueOf(&a.rec.Head).Elem(), state: scanners.Known, fact: v.name}
		return o
	})
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			env.declare("intent."+string(who)+"."+string(verb), types.BoolType, func(a *activation, _ *variable) any {
				return types.Bool(a.intends(who, verb))
			})
		}
	}
	texts := types.NewListType(types.StringType)
	env.declare("trusted.accounts", texts, func(a *activation, _ *variable) any {
		return types.NewStringList(env.types.adapter, a.judge.settings.TrustedAccounts)
	})
	env.declare("trusted.organizations", texts, func(a *activation, _ *variable) any {
		return types.NewStringList(env.types.adapter, a.judge.settings.TrustedOrganizations)
	})
	env.declare("now", types.TimestampType, func(a *activation, _ *variable) any { return types.Timestamp{Time: a.at} })
	exception := env.types.of(reflect.TypeFor[exceptionView]())
	env.declare("exception", exception.cel, func(a *activation, v *variable) any {
		if a.exception == nil {
			return v.unknown
		}
		return &object{t: exception, v: reflect.ValueOf(a.exception).Elem(), state: scanners.Known, fact: v.name}
	})
	probe := env.types.of(reflect.TypeFor[probeView]())
	env.declare("probe", probe.cel, func(a *activation, v *variable) any {
		if a.probe == nil {
			return v.unknown
		}
		return &object{t: probe, v: reflect.ValueOf(&a.probe.view).Elem(), state: scanners.Known, fact: v.name}
	})
}

func glob(text, pattern ref.Val) ref.Val {
	t, ok := text.(types.String)
	p, ok2 := pattern.(types.String)
	if !ok || !ok2 {
		return types.NewErr("glob() takes text")
	}
	return types.Bool(NewPattern(string(p)).Matches(string(t)))
}

// maxDuration bounds what a rule may ask for, far below where durations overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

func durationOf(unit time.Duration) func(ref.Val) ref.Val {
	return func(n ref.Val) ref.Val {
		count, ok := n.(types.Int)
		if limit := types.Int(maxDuration / unit); !ok || count > limit || count < -limit {
			return types.NewErr("a duration of %v is longer than a hundred years", n)
		}
		return types.Duration{Duration: time.Duration(count) * unit}
	}
}

// undecided reports whether a fact was read but says itself that it does not know.
func undecided(value any) bool {
	switch v := value.(type) {
	case *scanners.Indexability:
		return v.Verdict == "unknown"
	case *scanners.Liveness:
		return v.State == "unknown"
	}
	return false
}

// supported reports whether a provider has a fact at all. What the tables of the schema say: facts under another
// provider's name do not exist for it, and an Azure container has no settings that its account holds.
func supported(p scanners.Provider, name scanners.FactName) bool {
	part := strings.Split(string(name), ".")
	switch part[1] {
	case "aws", "gcp", "azure":
		return part[1] == string(p)
	}
	switch {
	case part[0] == "store":
		return p == scanners.Azure
	case part[0] == "bucket" && p == scanners.Azure:
		switch part[1] {
		case "labels", "retention", "names", "objects":
			return true
		}
		return false
	case part[0] == "bucket":
		return p != ""
	}
	return true
}
