// The values of variables for one record: read when an expression first asks, and once.

package judge

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// activation binds variables to one record. It is reused for the next one; nothing of it may be kept.
type activation struct {
	judge     *Judge
	rec       *scanners.Record
	at        time.Time
	exception *exceptionView
	probe     *probed

	params map[string]ref.Val // of the rule under evaluation, by variable name
	it     ref.Val            // the element of its `each`

	values  []any    // by slot; nil: not asked yet
	objects []object // by slot: room for the objects of values
	judged  *access.Judged
	views   []namedView
	viewed  bool
	names   []string
}

var _ cel.Activation = (*activation)(nil)

func newActivation(j *Judge) *activation {
	n := len(j.book.env.list)
	return &activation{judge: j, values: make([]any, n), objects: make([]object, n)}
}

// reset binds the activation to another record.
func (a *activation) reset(rec *scanners.Record, at time.Time) {
	a.rec, a.at, a.exception, a.probe = rec, at, nil, nil
	a.params, a.it = nil, nil
	clear(a.values)
	a.judged, a.views, a.viewed, a.names = nil, nil, false, nil
}

// ResolveName gives the value of a variable.
func (a *activation) ResolveName(name string) (any, bool) {
	v, ok := a.judge.book.env.vars[name]
	if !ok {
		if name == elementName && a.it != nil {
			return a.it, true
		}
		p, ok := a.params[name]
		return p, ok
	}
	if found := a.values[v.slot]; found != nil {
		return found, true
	}
	value := v.read(a, v)
	a.values[v.slot] = value
	return value, true
}

// Parent is nil: there is no outer activation.
func (a *activation) Parent() cel.Activation { return nil }

func (a *activation) access() *access.Judged {
	if a.judged == nil {
		judged := a.judge.access(a.rec, a.at)
		a.judged = &judged
	}
	return a.judged
}

func (a *activation) named() []namedView {
	if !a.viewed {
		a.views, a.viewed = namedViews(a.access().Named, a.judge.settings.trusts), true
	}
	return a.views
}

func (a *activation) resourceNames() []string {
	if a.names == nil {
		a.names = namesOf(&a.rec.Head)
	}
	return a.names
}

func (a *activation) intends(who verdict.Audience, verb verdict.Verb) bool {
	if len(a.judge.settings.Intents) == 0 {
		return false
	}
	for i := range a.judge.settings.Intents {
		intent := &a.judge.settings.Intents[i]
		if !intent.Resource.matchesAny(a.resourceNames()) {
			continue
		}
		// What anybody may do, those with an account may do as well.
		if contains(intent.Allowed[who], verb) || contains(intent.Allowed[verdict.Anonymous], verb) {
			return true
		}
	}
	return false
}

func contains(verbs []verdict.Verb, verb verdict.Verb) bool {
	for _, v := range verbs {
		if v == verb {
			return true
		}
	}
	return false
}

// grantFacts are the facts that name outsiders: while one of them was not read, who is named is not known.
var grantFacts = []scanners.FactName{
	"bucket.aws.policy", "bucket.aws.acl", "bucket.gcp.iam", "endpoint.aws.policy", "prefix.gcp.iam",
}

// unreadGrants lists the grant facts of the record that are unknown.
func (a *activation) unreadGrants() []scanners.FactName {
	var out []scanners.FactName
	for _, name := range grantFacts {
		if name.Kind() != a.rec.Kind || !supported(a.rec.Provider, name) {
			continue
		}
		if a.rec.Status(name).State == scanners.Unknown {
			out = append(out, name)
		}
	}
	return out
}

// undecided are the reasons for which verdicts on anybody and on any account are unknown.
func (a *activation) undecided() []verdict.Reason {
	var out []verdict.Reason
	for _, table := range []map[verdict.Verb]verdict.Verdict{a.access().Anonymous, a.access().AnyAccount} {
		for _, verb := range verdict.Verbs() {
			if v := table[verb]; v.Verdict == verdict.Unknown {
				out = append(out, v.Reasons...)
			}
		}
	}
	return out
}

// reasonsFor says why a variable from internal/access is unknown.
func (a *activation) reasonsFor(v *variable) []verdict.Reason {
	judged := a.access()
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			if v.name == "exposure."+string(who)+"."+string(verb) {
				return judged.Of(who, verb).Reasons
			}
		}
	}
	for _, p := range postures {
		if v.name == "posture."+p.name {
			return p.of(&judged.Posture).Reasons
		}
	}
	switch v.name {
	case "posture.signature_age_seconds":
		return judged.Posture.SignatureAgeBounded.Reasons
	case "exposure.latent", "exposure.conditional":
		return a.undecided()
	case "exposure.public_by_provider":
		return judged.PublicReasons
	case "exposure.named", "exposure.published_via":
		var out []verdict.Reason
		for _, name := range a.unreadGrants() {
			status := a.rec.Status(name)
			out = append(out, verdict.Reason{
				Code: verdict.ReasonUnread, Fact: string(name), Permission: status.Reason.Permission, Detail: status.Reason.Detail,
			})
		}
		for _, g := range judged.Named {
			for _, verb := range verdict.Verbs() {
				if answer := g.Verdict[verb]; answer.Verdict == verdict.Unknown {
					out = append(out, answer.Reasons...)
				}
			}
		}
		return out
	}
	return nil
}

// missing turns the variables that an evaluation lacked into what a result says of them.
func (a *activation) missing(lacks []string) []result.Missing {
	var out []result.Missing
	add := func(m result.Missing) {
		for _, have := range out {
			if have == m {
				return
			}
		}
		out = append(out, m)
	}
	for _, name := range lacks {
		v, ok := a.judge.book.env.vars[name]
		if !ok {
			// A fact inside a list element answers under the name of the list's variable.
			add(result.Missing{Code: verdict.ReasonUnread, Detail: name})
			continue
		}
		if v.verdict {
			for _, r := range a.reasonsFor(v) {
				m := result.Missing{Fact: scanners.FactName(r.Fact), Code: r.Code, Permission: r.Permission, Detail: r.Detail}
				if m.Fact != "" {
					m.Reason = string(a.rec.Status(m.Fact).Reason.Code)
				}
				add(m)
			}
			continue
		}
		if v.asked == nil {
			add(result.Missing{Code: verdict.ReasonUnsampled, Detail: "this scan did not look at everything that " + name + " stands for"})
			continue
		}
		fact := v.asked(a.rec.Kind)
		m := missingFact(fact, a.rec.Status(fact))
		if why := a.storyUnknown(fact); why != "" {
			m.Detail = why
		}
		add(m)
	}
	if len(out) == 0 {
		out = append(out, result.Missing{Code: verdict.ReasonUnread, Detail: "not judged"})
	}
	return out
}

// storyUnknown is why the story of a page that was looked at ends in an unknown; empty for other facts.
func (a *activation) storyUnknown(fact scanners.FactName) string {
	if fact != "page.indexability" || a.rec.Page == nil || a.rec.Page.Indexability.State != scanners.Known {
		return ""
	}
	story := a.rec.Page.Indexability.Value
	if story.Verdict != "unknown" || len(story.Because) == 0 {
		return ""
	}
	return story.Because[0]
}

// sampled are facts that are read only where the user asks for a sample of objects.
func sampled(name scanners.FactName) bool { return name == "bucket.objects" || name == "bucket.names" }

func missingFact(name scanners.FactName, status scanners.Status) result.Missing {
	m := result.Missing{
		Fact: name, Code: verdict.ReasonUnread, Reason: string(status.Reason.Code),
		Permission: status.Reason.Permission, Detail: status.Reason.Detail,
	}
	if status.State == scanners.Known {
		m.Detail = "part of it was not read"
		return m
	}
	switch status.Reason.Code {
	case scanners.Malformed:
		m.Code = verdict.ReasonMalformed
	case scanners.NotInspected:
		if sampled(name) {
			m.Code = verdict.ReasonUnsampled
		}
		if m.Detail == "" {
			m.Detail = "not inspected"
		}
	}
	return m
}

// celValue makes a parameter's value a CEL value.
func celValue(v any) ref.Val {
	switch v := v.(type) {
	case int64:
		return types.Int(v)
	case string:
		return types.String(v)
	case bool:
		return types.Bool(v)
	case []string:
		return types.NewStringList(types.DefaultTypeAdapter, v)
	}
	return types.NewErr("a parameter of type %T", v)
}
