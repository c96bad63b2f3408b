package report

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

// schema compiles a JSON Schema from a file.
func schema(t testing.TB, file string) *jsonschema.Schema {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	doc, err := jsonschema.UnmarshalJSON(in)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(file, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t testing.TB, s *jsonschema.Schema, document string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		t.Fatalf("not JSON: %v\n%s", err, document)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, document)
	}
}

func TestSARIFMatchesTheOfficialSchema(t *testing.T) {
	official := schema(t, "testdata/schema/sarif-2.1.0.json")
	all := []result.Outcome{result.Fail, result.Pass, result.Unknown, result.NotApplicable}
	for name, document := range map[string]string{
		"sample":       render(t, "sarif", sampleResults(), sampleRun(), Options{}),
		"in Japanese":  render(t, "sarif", sampleResults(), sampleRun(), Options{Lang: text.JA}),
		"all outcomes": render(t, "sarif", sampleResults(), sampleRun(), Options{Show: all}),
		"hostile":      render(t, "sarif", hostileSorted(), hostileRunSorted(), Options{Show: all}),
		"nothing":      render(t, "sarif", nil, result.Run{}, Options{Rules: NoRules{}}),
	} {
		t.Run(name, func(t *testing.T) { validate(t, official, document) })
	}
	// The schema is one that refuses.
	broken, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":"2.1.0","runs":[{"tool":{"driver":{}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if official.Validate(broken) == nil {
		t.Error("a driver without a name passes: the schema checks nothing")
	}
}

// sarifLog is what a consumer reads.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Results     []sarifResult     `json:"results"`
		Invocations []sarifInvocation `json:"invocations"`
	} `json:"runs"`
}

func readSARIF(t *testing.T, document string) sarifLog {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal([]byte(document), &log); err != nil {
		t.Fatal(err)
	}
	return log
}

// TestSARIFForGitHub holds what the standard leaves open and GitHub demands.
func TestSARIFForGitHub(t *testing.T) {
	for _, results := range [][]result.Result{sampleResults(), hostileSorted()} {
		run := readSARIF(t, render(t, "sarif", results, sampleRun(), Options{Show: []result.Outcome{result.Fail, result.Pass, result.Unknown}})).Runs[0]
		for _, r := range run.Results {
			if len(r.Locations) != 1 || r.Locations[0].Physical.Artifact.URI == "" || r.Locations[0].Physical.Region.StartLine < 1 {
				t.Errorf("%s: no physical location", r.RuleID)
			}
			u, err := url.Parse(r.Locations[0].Physical.Artifact.URI)
			if err != nil || strings.HasPrefix(u.Path, "/") && u.Scheme != "file" || strings.Contains("/"+u.Path+"/", "/../") {
				t.Errorf("%s: URI %q: %v", r.RuleID, r.Locations[0].Physical.Artifact.URI, err)
			}
			if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("%s: rule index points to %s", r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID)
			}
			if (r.Kind == "fail") == (r.Level == "none") {
				t.Errorf("%s: kind %s with level %s", r.RuleID, r.Kind, r.Level)
			}
			if r.PartialFingerprints["tojimari/v1"] != r.Properties.Finding.Fingerprint || r.PartialFingerprints["primaryLocationLineHash"] == "" {
				t.Errorf("%s: fingerprints %v", r.RuleID, r.PartialFingerprints)
			}
			if r.Suppressions == nil {
				t.Errorf("%s: suppressions are null beside results that have them", r.RuleID)
			}
		}
		for _, rule := range run.Tool.Driver.Rules {
			if rule.Name == rule.ID {
				t.Errorf("%s: name and id are the same", rule.ID)
			}
		}
	}
	run := readSARIF(t, render(t, "sarif", sampleResults(), sampleRun(), Options{})).Runs[0]
	suppressed := 0
	for _, r := range run.Results {
		suppressed += len(r.Suppressions)
	}
	if suppressed != 1 || len(run.Results) != 7 {
		t.Errorf("%d results, %d suppressed; want 7 and 1", len(run.Results), suppressed)
	}
	if got := len(run.Invocations[0].Execution); got != 3 {
		t.Errorf("%d execution notifications, want one failure and two reasons for unknown", got)
	}
}

func TestSARIFLevels(t *testing.T) {
	var got [][3]string
	for _, s := range append(result.Severities(), "novel") {
		got = append(got, [3]string{sarifLevel(s), problemSeverity(s), securitySeverity(s)})
	}
	want := [][3]string{
		{"error", "error", "9.5"}, {"error", "error", "8.0"}, {"warning", "warning", "5.5"},
		{"note", "recommendation", "2.0"}, {"note", "recommendation", "0.1"}, {"note", "recommendation", "0.1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSARIFMessagesHoldNoLinks(t *testing.T) {
	if got, want := sarifMessage(`[x](https://evil) {0} \`), `\[x\](https://evil) {{0}} \\`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSARIFPlaces(t *testing.T) {
	for _, c := range []struct{ file, uri, base string }{
		{"infra/site.tf", "infra/site.tf", "%SRCROOT%"},
		{"./a b/ü:#?.tf", "a%20b/%C3%BC%3A%23%3F.tf", "%SRCROOT%"},
		{"/abs/x y.tf", "file:///abs/x%20y.tf", ""},
	} {
		if got := sarifFile(c.file); got.URI != c.uri || got.URIBaseID != c.base {
			t.Errorf("%q: got %+v", c.file, got)
		}
	}
	r := result.Result{Resource: result.Resource{ID: "azure:acme/../../$web"}}
	if got, want := sarifPlace(r).Physical.Artifact.URI, "cloud/azure/acme/_/_/$web"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSARIFKeepsToTheLimits: what GitHub would refuse is left out, the mildest first, and said.
func TestSARIFKeepsToTheLimits(t *testing.T) {
	findings, shown := newSorted(0, t.TempDir()), newSorted(0, t.TempDir())
	total := int64(0)
	for _, r := range sampleResults() {
		to := shown
		if r.Outcome == result.Fail {
			to = findings
		}
		total++
		if err := to.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for most := total; most >= 0; most-- {
		var out strings.Builder
		s := newSARIF(&out, Options{Rules: sampleRules(), Lang: text.EN})
		s.most = most
		if err := s.End(Ending{Run: sampleRun(), Findings: findings, Shown: shown}); err != nil {
			t.Fatal(err)
		}
		validate(t, schema(t, "testdata/schema/sarif-2.1.0.json"), out.String())
		var doc struct {
			Runs []struct {
				Tool struct {
					Driver struct {
						Rules []struct{ ID string }
					}
				}
				Results []struct {
					RuleID       string
					RuleIndex    int
					Fingerprints map[string]string `json:"partialFingerprints"`
				}
			}
		}
		if err := json.Unmarshal([]byte(out.String()), &doc); err != nil {
			t.Fatal(err)
		}
		run := doc.Runs[0]
		var got []string
		for _, r := range run.Results {
			got = append(got, r.Fingerprints["tojimari/v1"])
			if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
				t.Errorf("rule index of %s is that of %s", r.RuleID, run.Tool.Driver.Rules[r.RuleIndex].ID)
			}
		}
		if all == nil {
			all = got
		}
		if diff := cmp.Diff(all[:most], got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%d results (-want +got):\n%s", most, diff)
		}
		if said := strings.Contains(out.String(), "GitHub refuses a run with more"); said != (most < total) {
			t.Errorf("%d of %d: says so: %v", most, total, said)
		}
	}
	if tags := sarifTags(strings.Split(strings.Repeat("x ", 50), " ")); len(tags) != 20 || tags[0] != "security" {
		t.Errorf("%d tags", len(tags))
	}
}
