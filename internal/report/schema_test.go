package report

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/result"
)

const reportSchema = "../../docs/schema/report-v1.schema.json"

// strictSchema is the published schema with every object closed: a field that is written and not declared fails.
func strictSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile(reportSchema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var closeAll func(any)
	closeAll = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if _, has := v["properties"]; has && v["type"] == "object" {
				v["additionalProperties"] = false
			}
			for _, inner := range v {
				closeAll(inner)
			}
		case []any:
			for _, inner := range v {
				closeAll(inner)
			}
		}
	}
	closeAll(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("strict.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("strict.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMachineFormatsMatchTheirSchema(t *testing.T) {
	strict := strictSchema(t)
	all := []result.Outcome{result.Fail, result.Pass, result.Unknown, result.NotApplicable}
	for name, results := range map[string][]result.Result{"sample": sampleResults(), "hostile": hostileSorted(), "nothing": nil} {
		for _, opts := range []Options{{}, {Show: all}, {RedactKeys: true, Rules: NoRules{}}} {
			t.Run(name, func(t *testing.T) {
				validate(t, strict, render(t, "json", results, hostileRunSorted(), opts))
				validate(t, strict, render(t, "json", results, result.Run{}, opts))
				for _, line := range strings.Split(strings.TrimSpace(render(t, "jsonl", results, hostileRunSorted(), opts)), "\n") {
					validate(t, strict, line)
				}
			})
		}
	}
}

func TestAnyLineMatchesTheSchema(t *testing.T) {
	strict := strictSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult(t)
		if r.Verb == "" || r.Proof != nil && r.Proof.Witness != nil && len(r.Proof.Witness.Headers) > 0 {
			r.Verb = ""
		}
		text, err := encode(findingOf(r))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if err := strict.Validate(value); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

func TestSchemaRefuses(t *testing.T) {
	strict := strictSchema(t)
	line := render(t, "jsonl", sampleResults()[:1], sampleRun(), Options{})
	line, _, _ = strings.Cut(line, "\n")
	for _, c := range []struct{ name, old, new string }{
		{"a field that is not declared", `{"type":"result"`, `{"type":"result","novel":1`},
		{"an outcome of its own", `"outcome":"fail"`, `"outcome":"maybe"`},
		{"a resource that is no string", `"resource":"aws:s3:bucket/welcome-documents"`, `"resource":{}`},
		{"no fingerprint", `"fingerprint"`, `"cause2"`},
		{"another type", `"type":"result"`, `"type":"run"`},
	} {
		broken := strings.Replace(line, c.old, c.new, 1)
		if broken == line {
			t.Fatalf("%s: nothing was replaced", c.name)
		}
		var value any
		if err := json.Unmarshal([]byte(broken), &value); err != nil {
			t.Fatal(err)
		}
		if strict.Validate(value) == nil {
			t.Errorf("%s passes", c.name)
		}
	}
}
