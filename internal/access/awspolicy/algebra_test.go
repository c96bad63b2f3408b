package awspolicy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/awspolicy/oracle"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// document is a generated policy in a form that can be changed.
type document struct {
	Version   string           `json:",omitempty"`
	Statement []map[string]any `json:"Statement"`
}

func generated(t *rapid.T, label string) document {
	text, _ := oracle.Generate(rapid.Uint64().Draw(t, label))
	var raw struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatal(err)
	}
	d := document{Version: raw.Version}
	if strings.HasPrefix(string(raw.Statement), "{") {
		raw.Statement = json.RawMessage("[" + string(raw.Statement) + "]")
	}
	if err := json.Unmarshal(raw.Statement, &d.Statement); err != nil {
		t.Fatal(err)
	}
	return d
}

func answers(t *rapid.T, env awspolicy.Env, d document) map[string]awspolicy.Answer {
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	p, err := awspolicy.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	s := awspolicy.New(awspolicy.Setting{Env: env, Grants: []awspolicy.Layer{{Policy: p, Where: "bucket policy"}}})
	out := map[string]awspolicy.Answer{}
	for _, v := range verdict.Verbs() {
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			out[fmt.Sprintf("%s by %s", v, who)] = s.Solve(v, who)
		}
	}
	return out
}

// span is how closed and how open the truth can be: an unknown can be anything, a conditional with an undecided point
// beside it can be a yes.
func span(a awspolicy.Answer) (low, high int) {
	switch a.Verdict {
	case verdict.Yes:
		return 2, 2
	case verdict.Conditional:
		if len(a.Reasons) > 0 {
			return 1, 2
		}
		return 1, 1
	case verdict.No:
		return 0, 0
	}
	return 0, 2
}

func TestAddingDenyNeverWidens(t *testing.T) {
	_, env := world(t)
	rapid.Check(t, func(t *rapid.T) {
		d, extra := generated(t, "policy"), generated(t, "deny")
		deny := extra.Statement[0]
		deny["Effect"] = "Deny"
		with := document{Version: d.Version, Statement: append(append([]map[string]any(nil), d.Statement...), deny)}
		before, after := answers(t, env, d), answers(t, env, with)
		for q, a := range after {
			low, _ := span(a)
			if _, high := span(before[q]); low > high {
				t.Fatalf("%s: %s without the Deny, %s with it", q, before[q].Verdict, a.Verdict)
			}
		}
	})
}

func TestAddingAllowNeverNarrows(t *testing.T) {
	_, env := world(t)
	rapid.Check(t, func(t *rapid.T) {
		d, extra := generated(t, "policy"), generated(t, "allow")
		allow := extra.Statement[0]
		allow["Effect"] = "Allow"
		with := document{Version: d.Version, Statement: append(append([]map[string]any(nil), d.Statement...), allow)}
		before, after := answers(t, env, d), answers(t, env, with)
		for q, a := range after {
			low, _ := span(before[q])
			if _, high := span(a); high < low {
				t.Fatalf("%s: %s without the Allow, %s with it", q, before[q].Verdict, a.Verdict)
			}
		}
	})
}

func TestSidAndOrderNeverMatter(t *testing.T) {
	_, env := world(t)
	rapid.Check(t, func(t *rapid.T) {
		d := generated(t, "policy")
		d.Statement = append(d.Statement, generated(t, "more").Statement...)
		before := answers(t, env, d)
		order := rapid.Permutation(d.Statement).Draw(t, "order")
		for i, s := range order {
			s["Sid"] = fmt.Sprintf("S%d", i)
		}
		after := answers(t, env, document{Version: d.Version, Statement: order})
		for q, a := range after {
			if a.Verdict != before[q].Verdict {
				t.Fatalf("%s: %s, and %s in another order", q, before[q].Verdict, a.Verdict)
			}
		}
	})
}

func TestIfExistsIsNeverNarrower(t *testing.T) {
	_, env := world(t)
	rapid.Check(t, func(t *rapid.T) {
		d := generated(t, "policy")
		before := answers(t, env, d)
		for _, s := range d.Statement {
			conditions, _ := s["Condition"].(map[string]any)
			if s["Effect"] != "Allow" || len(conditions) == 0 {
				continue
			}
			wider := map[string]any{}
			for op, keys := range conditions {
				if !strings.EqualFold(op, "Null") && !strings.HasSuffix(strings.ToLower(op), "ifexists") && conditions[op+"IfExists"] == nil {
					op += "IfExists"
				}
				wider[op] = keys
			}
			s["Condition"] = wider
		}
		after := answers(t, env, d)
		for q, a := range after {
			low, _ := span(before[q])
			if _, high := span(a); high < low {
				t.Fatalf("%s: %s, and %s with IfExists", q, before[q].Verdict, a.Verdict)
			}
		}
	})
}

func TestWitnessIsAllowed(t *testing.T) {
	_, env := world(t)
	rapid.Check(t, func(t *rapid.T) {
		d := generated(t, "policy")
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		literal, err := oracle.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		for q, a := range answers(t, env, d) {
			open := a.Verdict == verdict.Yes || a.Verdict == verdict.Conditional
			if open != (a.Witness != nil) {
				t.Fatalf("%s: %s, and witness %+v", q, a.Verdict, a.Witness)
			}
			if a.Witness != nil && literal.Allowed(request(env, a.Witness)) != oracle.True {
				t.Fatalf("%s: %s, but the witness %+v is not allowed", q, a.Verdict, a.Witness)
			}
		}
	})
}
