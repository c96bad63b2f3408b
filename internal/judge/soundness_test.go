// What must hold for every rule that comes with the program, whatever is read and whatever is not.

package judge

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// words are what strings of random facts are made of: the ones that rules compare with, among others.
var words = []string{
	"", "a", "*", "GET", "PUT", "Internet", "VPC", "BucketOwnerEnforced", "1.0", "1.2", "logging.s3.amazonaws.com", "account",
	"object", "write", "read", "true", "false", "live", "revoked", "indexable", "not_indexable", "unknown", "backup", "acme.files",
	"http://acs.amazonaws.com/groups/global/AllUsers", "INACTIVE", "cdn", "111122223333", "AES256",
}

// randomValue fills a struct of the schema.
func randomValue(t *rapid.T, v reflect.Value, name string) {
	switch {
	case v.Type() == timeType:
		if rapid.Bool().Draw(t, name) {
			v.Set(reflect.ValueOf(testTime.AddDate(0, 0, rapid.IntRange(-800, 800).Draw(t, name))))
		}
	case factValue(v.Type()) != nil:
		randomFact(t, v, name)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				randomValue(t, v.Field(i), name)
			}
		}
	case v.Kind() == reflect.Slice:
		list := reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, name), 2)
		for i := range list.Len() {
			randomValue(t, list.Index(i), name)
		}
		v.Set(list)
	case v.Kind() == reflect.Map:
		m := reflect.MakeMap(v.Type())
		for range rapid.IntRange(0, 2).Draw(t, name) {
			m.SetMapIndex(reflect.ValueOf(rapid.SampledFrom(words).Draw(t, name)), reflect.ValueOf("x"))
		}
		v.Set(m)
	case v.Kind() == reflect.String:
		v.SetString(rapid.SampledFrom(words).Draw(t, name))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case v.CanInt():
		v.SetInt(rapid.SampledFrom([]int64{0, 1, 3, 90, 100000}).Draw(t, name))
	}
}

func randomFact(t *rapid.T, fact reflect.Value, name string) {
	state := rapid.SampledFrom([]scanners.State{scanners.Known, scanners.Known, scanners.Known, scanners.Absent, scanners.Unsupported, scanners.Unknown}).Draw(t, name)
	fact.FieldByName("State").Set(reflect.ValueOf(state))
	if state == scanners.Known {
		randomValue(t, fact.FieldByName("Value"), name)
	}
}

// eachFact calls f for every fact of the parts that a record of the kind has.
func eachFact(rec *scanners.Record, f func(name scanners.FactName, fact reflect.Value)) {
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		for _, field := range yamlfile.FieldsOf(v.Type()) {
			inner := v.FieldByIndex(field.Index)
			if factValue(inner.Type()) != nil {
				f(scanners.FactName(path+"."+field.Name), inner)
				continue
			}
			walk(inner, path+"."+field.Name)
		}
	}
	r := reflect.ValueOf(rec).Elem()
	for i := range r.NumField() {
		if part := r.Field(i); part.Kind() == reflect.Pointer && !part.IsNil() {
			name := r.Type().Field(i).Tag.Get("json")
			walk(part.Elem(), name[:len(name)-len(",omitempty")])
		}
	}
}

func randomRecord(t *rapid.T, kind scanners.Kind, provider scanners.Provider) *scanners.Record {
	rec := scanners.NewRecord(scanners.Head{
		ID: "x", Kind: kind, Provider: provider, Name: rapid.SampledFrom(words).Draw(t, "name"),
		Account: rapid.SampledFrom([]string{"", "111122223333"}).Draw(t, "account"),
	})
	for _, k := range above[kind] {
		switch k {
		case scanners.KindScope:
			rec.Scope = &scanners.Scope{}
		case scanners.KindStore:
			rec.Store = &scanners.Store{}
		case scanners.KindBucket:
			rec.Bucket = &scanners.Bucket{}
		}
	}
	eachFact(rec, func(name scanners.FactName, fact reflect.Value) { randomFact(t, fact, string(name)) })
	return rec
}

func randomJudged(t *rapid.T) access.Judged {
	answer := func(name string) verdict.Verdict {
		v := verdict.Verdict{Verdict: rapid.SampledFrom([]verdict.Answer{verdict.Yes, verdict.No, verdict.Conditional, verdict.Unknown}).Draw(t, name)}
		if v.Verdict == verdict.Unknown {
			v.Reasons = []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "bucket.aws.policy"}}
		}
		return v
	}
	out := access.Judged{}
	out.PublicByProvider = answer("public").Verdict
	out.Anonymous, out.AnyAccount = map[verdict.Verb]verdict.Verdict{}, map[verdict.Verb]verdict.Verdict{}
	named := verdict.NamedGrant{Principal: "p", Account: "111122223333", Verdict: map[verdict.Verb]verdict.Verdict{}}
	for _, verb := range verdict.Verbs() {
		out.Anonymous[verb], out.AnyAccount[verb] = answer("anonymous "+string(verb)), answer("any "+string(verb))
		named.Verdict[verb] = answer("named " + string(verb))
	}
	if rapid.Bool().Draw(t, "named") {
		out.Named = append(out.Named, named)
	}
	if rapid.Bool().Draw(t, "latent") {
		out.Latent = append(out.Latent, verdict.Latent{Audience: verdict.Anonymous, Verb: verdict.Write, Guard: verdict.Guard{Name: "g"}})
	}
	for _, p := range postures {
		*p.of(&out.Posture) = answer(p.name)
	}
	return out
}

// forget makes some verdicts unknown.
func forget(t *rapid.T, j access.Judged) access.Judged {
	unknown := verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "bucket.aws.policy"}}}
	mask := func(table map[verdict.Verb]verdict.Verdict) map[verdict.Verb]verdict.Verdict {
		out := map[verdict.Verb]verdict.Verdict{}
		for _, verb := range verdict.Verbs() {
			out[verb] = table[verb]
			if rapid.IntRange(0, 3).Draw(t, "forget") == 0 {
				out[verb] = unknown
			}
		}
		return out
	}
	j.Anonymous, j.AnyAccount = mask(j.Anonymous), mask(j.AnyAccount)
	for _, p := range postures {
		if rapid.IntRange(0, 3).Draw(t, "forget") == 0 {
			*p.of(&j.Posture) = unknown
		}
	}
	return j
}

// judgeAlone judges by one rule, so that no other silences it.
func judgeAlone(j *Judge, at int, rec *scanners.Record, verdicts access.Judged) Judged {
	a := newActivation(j)
	a.reset(rec, testTime)
	a.judged = &verdicts
	var out Judged
	j.rule(a, at, result.ResourceOf(rec.Head), &out)
	return out
}

// TestNothingReadMakesAnOutcomeOnlyUnknown: what a rule says with some facts unread it says with all of them read,
// and no rule ever fails to evaluate.
func TestNothingReadMakesAnOutcomeOnlyUnknown(t *testing.T) {
	j := shippedJudge(t, Options{Settings: Settings{Params: map[string]map[string]any{"TJ7001": {"required": []string{"a"}}}}})
	var decided, undecided int
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(j.rules)-1).Draw(t, "rule")
		rule := j.rules[at].rule
		kind := rapid.SampledFrom(rule.Applies).Draw(t, "kind")
		if isPseudo(kind) {
			return
		}
		provider := scanners.AWS
		if len(rule.Providers) > 0 {
			provider = rule.Providers[0]
		} else if kind == scanners.KindStore {
			provider = scanners.Azure
		}
		full := randomRecord(t, kind, provider)
		verdicts := randomJudged(t)
		whole := judgeAlone(j, at, full, verdicts)

		part := randomCopy(t, full)
		partly := judgeAlone(j, at, part, forget(t, verdicts))
		for _, woe := range append(whole.Woes, partly.Woes...) {
			t.Fatalf("%s: %s", rule.ID, woe.Detail)
		}
		if len(whole.Results) != len(partly.Results) {
			return // the list of elements itself is not known
		}
		for i, r := range partly.Results {
			before := whole.Results[i].Outcome
			allowed := map[result.Outcome][]result.Outcome{
				result.Fail: {result.Fail}, result.Pass: {result.Pass, result.NotApplicable}, result.NotApplicable: {result.NotApplicable},
			}[r.Outcome]
			if r.Outcome == result.Unknown {
				undecided++
				if len(r.Missing) == 0 {
					t.Fatalf("%s is unknown and names nothing that is missing", rule.ID)
				}
				continue
			}
			decided++
			found := before == result.Unknown
			for _, o := range allowed {
				found = found || o == before
			}
			// An unread fact in what was whole may hide anything; only settled answers bind.
			if !found {
				t.Fatalf("%s: %s with facts unread, %s with all read", rule.ID, r.Outcome, before)
			}
			if before == result.Unknown {
				t.Fatalf("%s: %s with fewer facts, unknown with more", rule.ID, r.Outcome)
			}
		}
	})
	if decided == 0 || undecided == 0 {
		t.Errorf("%d decided and %d undecided: the test says nothing", decided, undecided)
	}
}

// randomCopy is the record with some facts denied.
func randomCopy(t *rapid.T, rec *scanners.Record) *scanners.Record {
	out := *rec
	for _, k := range append([]scanners.Kind{rec.Kind}, above[rec.Kind]...) {
		out.Detach(k)
	}
	eachFact(&out, func(name scanners.FactName, fact reflect.Value) {
		if rapid.IntRange(0, 2).Draw(t, "deny "+string(name)) == 0 {
			fact.SetZero()
			fact.FieldByName("Reason").Set(reflect.ValueOf(scanners.Reason{Code: scanners.Denied, Permission: "x"}))
		}
	})
	return &out
}

// TestEveryRuleInEveryState runs each rule with each of its facts in each state, the others being fine.
func TestEveryRuleInEveryState(t *testing.T) {
	j := shippedJudge(t, Options{Access: fixed})
	states := []struct {
		name   string
		state  scanners.State
		reason scanners.Reason
	}{
		{"absent", scanners.Absent, scanners.Reason{}}, {"unsupported", scanners.Unsupported, scanners.Reason{}},
		{"unread", scanners.Unknown, scanners.Reason{}}, {"denied", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "x"}},
		{"failed", scanners.Unknown, scanners.Reason{Code: scanners.Failed}}, {"malformed", scanners.Unknown, scanners.Reason{Code: scanners.Malformed}},
		{"computed", scanners.Unknown, scanners.Reason{Code: scanners.Computed}}, {"partial", scanners.Unknown, scanners.Reason{Code: scanners.Partial}},
		{"known, all zero", scanners.Known, scanners.Reason{}},
	}
	run := 0
	for at, c := range j.rules {
		for _, kind := range c.rule.Applies {
			for _, provider := range []scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure} {
				if isPseudo(kind) || !c.rule.appliesTo(provider, kind) {
					continue
				}
				for fact := range j.Needs(kind, provider) {
					for _, s := range states {
						rec := scanners.NewRecord(scanners.Head{ID: "x", Kind: kind, Provider: provider, Name: "x"})
						rec.Scope, rec.Store = &scanners.Scope{}, &scanners.Store{}
						eachFact(rec, func(name scanners.FactName, f reflect.Value) {
							f.FieldByName("State").Set(reflect.ValueOf(scanners.Known))
							if name == fact {
								f.FieldByName("State").Set(reflect.ValueOf(s.state))
								f.FieldByName("Reason").Set(reflect.ValueOf(s.reason))
							}
						})
						out := judgeAlone(j, at, rec, fixed(rec, time.Time{}))
						for _, woe := range out.Woes {
							t.Errorf("%s of %s with %s %s: %s", kind, provider, fact, s.name, woe.Detail)
						}
						run++
					}
				}
			}
		}
	}
	if run < 1000 {
		t.Errorf("only %d cases", run)
	}
	fmt.Fprintf(t.Output(), "%d cases\n", run)
}
