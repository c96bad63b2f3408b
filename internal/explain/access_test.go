package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// accessCase is one entry of testdata/policies.
type accessCase struct {
	Name    string         `yaml:"name"`
	Because string         `yaml:"because"`
	Input   map[string]any `yaml:"input"`
	Expect  map[string]any `yaml:"expect"`
}

func TestAccessTables(t *testing.T) {
	files, err := filepath.Glob("../../testdata/policies/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var cases []accessCase
		if err := yaml.Unmarshal(text, &cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			t.Run(tableName(file)+"/"+c.Name, func(t *testing.T) {
				if c.Because == "" {
					t.Fatal("no source")
				}
				line, err := json.Marshal(c.Input)
				if err != nil {
					t.Fatal(err)
				}
				a := judgeOne(t, line, at)
				if diff := cmp.Diff(flatten(c.Expect), observed(a, c.Expect)); diff != "" {
					full, _ := json.MarshalIndent(a, "", "  ")
					t.Errorf("verdicts (-want +got):\n%s\nbecause %s\n%s", diff, c.Because, full)
				}
			})
		}
	}
}

// tableName names a table by its cloud: "s3/buckets.yaml".
func tableName(file string) string {
	return filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
}

func judgeOne(t *testing.T, input []byte, at time.Time) *verdict.Access {
	t.Helper()
	var out *verdict.Access
	for answer, err := range Answers(context.Background(), bytes.NewReader(input), at) {
		if err != nil {
			t.Fatal(err)
		}
		if answer.Err != nil {
			t.Fatal(answer.Err)
		}
		if out != nil {
			t.Fatal("more than one answer")
		}
		out = answer.Access
	}
	if out == nil {
		t.Fatal("no answer")
	}
	return out
}

// flatten writes expectations as sorted "key: value" lines; lists give one line each.
func flatten(expect map[string]any) []string {
	out := []string{}
	for _, key := range slices.Sorted(maps.Keys(expect)) {
		if list, ok := expect[key].([]any); ok {
			words := []string{}
			for _, v := range list {
				words = append(words, v.(string))
			}
			slices.Sort(words)
			out = append(out, key+": "+strings.Join(words, ", "))
			continue
		}
		out = append(out, key+": "+expect[key].(string))
	}
	return out
}

// observed gives the same lines for an answer: every verb that is not "no", latent always, and what else the
// expectation names.
func observed(a *verdict.Access, expect map[string]any) []string {
	out := map[string]string{}
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			if v := a.Of(who, verb); v.Verdict != verdict.No {
				out[string(who)+"."+string(verb)] = string(v.Verdict)
			}
		}
	}
	for _, verb := range verdict.Verbs() {
		if v, ok := a.Bearer[verb]; ok && v.Verdict != verdict.No {
			out["sas_bearer."+string(verb)] = string(v.Verdict)
		}
	}
	latent := []string{}
	for _, l := range a.Latent {
		latent = append(latent, string(l.Audience)+"."+string(l.Verb)+" "+l.Guard.Name)
	}
	slices.Sort(latent)
	if len(latent) > 0 {
		out["latent"] = strings.Join(latent, ", ")
	}
	if _, named := expect["named"]; named {
		who := []string{}
		for _, n := range a.Named {
			who = append(who, n.Principal)
		}
		slices.Sort(who)
		out["named"] = strings.Join(who, ", ")
	}
	if _, asked := expect["public_by_provider"]; asked {
		out["public_by_provider"] = string(a.PublicByProvider)
	}
	for key := range expect {
		if part, ok := detail(a, key, expect[key]); ok {
			out[key] = part
		}
	}
	lines := []string{}
	for _, key := range slices.Sorted(maps.Keys(out)) {
		lines = append(lines, key+": "+out[key])
	}
	return lines
}

// detail gives one part of a verdict for an expectation "AUDIENCE.VERB.PART".
func detail(a *verdict.Access, key string, expected any) (string, bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return "", false
	}
	v := a.Bearer[verdict.Verb(parts[1])]
	if parts[0] != "sas_bearer" {
		v = a.Of(verdict.Audience(parts[0]), verdict.Verb(parts[1]))
	}
	var words []string
	switch parts[2] {
	case "needs":
		words = slices.Clone(v.Needs)
	case "depends_on":
		words = slices.Clone(v.DependsOn)
	case "patterns":
		words = slices.Clone(v.Patterns)
	case "except":
		words = slices.Clone(v.Except)
	case "reasons":
		for _, r := range v.Reasons {
			words = append(words, string(r.Code))
		}
	case "guards":
		for _, g := range v.Guards {
			words = append(words, g.Name)
		}
	case "closed_by":
		for _, g := range v.ClosedBy {
			words = append(words, g.Name)
		}
	case "changes_at":
		if v.ChangesAt != nil {
			words = append(words, v.ChangesAt.Format(time.RFC3339Nano))
		}
	case "curl":
		// Those of the expected parts that the line holds.
		list, _ := expected.([]any)
		for _, part := range list {
			if strings.Contains(v.Curl, part.(string)) {
				words = append(words, part.(string))
			}
		}
		if len(words) < len(list) {
			words = append(words, "in "+v.Curl)
		}
	default:
		return "", false
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", "), true
}

// A request that would change something is described against a key that nobody uses, within what is open.
func TestWriteProofNamesAFreshKey(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	input := `{"bucket":"acme-data","objects":[{"Key":"in/real.csv"}],"policy":{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-data/in/*.csv"}]}}`
	first := judgeOne(t, []byte(input), at).Anonymous[verdict.Write].Witness
	if first == nil || !strings.HasPrefix(first.Key, "in/") || !strings.HasSuffix(first.Key, ".csv") || !strings.Contains(first.Key, "tojimari-") {
		t.Fatalf("witness %+v", first)
	}
	if again := judgeOne(t, []byte(input), at).Anonymous[verdict.Write].Witness; again.Key != first.Key {
		t.Errorf("the same input gives %q and %q", first.Key, again.Key)
	}
	if later := judgeOne(t, []byte(input), at.Add(time.Second)).Anonymous[verdict.Write].Witness; later.Key == first.Key {
		t.Error("the key is the same at another time")
	}
}
