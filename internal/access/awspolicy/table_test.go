package awspolicy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// tableFile is one file of testdata/policies/s3.
type tableFile struct {
	About string    `json:"about"`
	Env   tableEnv  `json:"env"`
	Cases []rowCase `json:"cases"`
}

type tableEnv struct {
	Bucket  string `json:"bucket"`
	Account string `json:"account"`
	Region  string `json:"region"`
	OrgID   string `json:"organization_id"`
	At      string `json:"at"`
}

type rowCase struct {
	Name   string          `json:"name"`
	Why    string          `json:"why"`
	Policy json.RawMessage `json:"policy"`
	RCP    json.RawMessage `json:"rcp"`
	// Public is what an outsider can reach at all: yes for anonymous or any account, or depending on tags alone.
	Public *bool `json:"public"`
	// Want is verb -> audience -> verdict; a verb that is left out is not checked.
	Want map[verdict.Verb]map[verdict.Audience]verdict.Answer `json:"want"`
	// Needs, DependsOn and the lists below are checked against the first verdict of Want that is not no.
	Needs     []string `json:"needs"`
	DependsOn []string `json:"depends_on"`
	Patterns  []string `json:"patterns"`
	Except    []string `json:"except"`
	ChangesAt string   `json:"changes_at"`
	// PublicByProvider is AWS's own label.
	PublicByProvider verdict.Answer `json:"public_by_provider"`
	At               string         `json:"at"`
}

func (e tableEnv) env(t testing.TB, at string) Env {
	t.Helper()
	if at == "" {
		at = e.At
	}
	env := Env{Bucket: e.Bucket, Account: e.Account, Region: e.Region, OrgID: e.OrgID}
	if at != "" {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatalf("time of the table: %v", err)
		}
		env.At = when
	}
	return env
}

func tables(t testing.TB) map[string]tableFile {
	t.Helper()
	files, err := filepath.Glob("../../../testdata/policies/s3/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables found: %v", err)
	}
	out := map[string]tableFile{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var tf tableFile
		dec := json.NewDecoder(strings.NewReader(string(b)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&tf); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		out[filepath.Base(f)] = tf
	}
	return out
}

func setting(t testing.TB, env Env, c rowCase) Setting {
	t.Helper()
	p, err := Parse(c.Policy)
	if err != nil {
		t.Fatalf("parsing policy: %v", err)
	}
	set := Setting{Env: env, Grants: []Layer{{Policy: p, Where: "bucket policy"}}}
	if len(c.RCP) > 0 {
		r, err := Parse(c.RCP)
		if err != nil {
			t.Fatalf("parsing RCP: %v", err)
		}
		set.Denies = []Layer{{Policy: r, Where: "RCP"}}
	}
	return set
}

func TestTables(t *testing.T) {
	for file, tf := range tables(t) {
		for _, c := range tf.Cases {
			t.Run(file+"/"+c.Name, func(t *testing.T) {
				if c.Why == "" {
					t.Error("case without the sentence that decides it")
				}
				set := setting(t, tf.Env.env(t, c.At), c)
				s := New(set)
				checkRow(t, s, c)
				if c.PublicByProvider != "" {
					got, reasons := Public(set.Grants[0].Policy, set.Env, BucketPolicy)
					if got != c.PublicByProvider {
						t.Errorf("public by provider: got %s %v, want %s", got, reasons, c.PublicByProvider)
					}
				}
			})
		}
	}
}

func checkRow(t *testing.T, s *Solver, c rowCase) {
	t.Helper()
	var decisive *Answer
	for _, verb := range verdict.Verbs() {
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			want, ok := c.Want[verb][who]
			if !ok {
				continue
			}
			got := s.Solve(verb, who)
			if got.Verdict != want {
				t.Errorf("%s by %s: got %s %+v, want %s", verb, who, got.Verdict, got.Reasons, want)
			}
			if got.Verdict == verdict.Unknown && len(got.Reasons) == 0 {
				t.Errorf("%s by %s: unknown without a reason", verb, who)
			}
			if (got.Verdict == verdict.Yes || got.Verdict == verdict.Conditional) && got.Witness == nil {
				t.Errorf("%s by %s: no witness", verb, who)
			}
			if decisive == nil || decisive.Verdict == verdict.No && got.Verdict != verdict.No {
				decisive = &got
			}
		}
	}
	if c.Public != nil {
		if got := reached(s); got != *c.Public {
			t.Errorf("reachable by strangers: got %v, want %v", got, *c.Public)
		}
	}
	if decisive == nil {
		return
	}
	lists := map[string][2][]string{
		"needs": {c.Needs, decisive.Needs}, "depends_on": {c.DependsOn, decisive.DependsOn},
		"patterns": {c.Patterns, decisive.Patterns}, "except": {c.Except, decisive.Except},
	}
	for name, l := range lists {
		if l[0] == nil {
			continue
		}
		if d := cmp.Diff(append([]string{}, l[0]...), append([]string{}, l[1]...)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	if c.ChangesAt != "" {
		got := "never"
		if decisive.ChangesAt != nil {
			got = decisive.ChangesAt.Format(time.RFC3339)
		}
		if got != c.ChangesAt {
			t.Errorf("changes at %s, want %s", got, c.ChangesAt)
		}
	}
}

// reached is the meaning of "public" in the comparison of scanners: a stranger gets in, or does for some objects.
func reached(s *Solver) bool {
	for _, verb := range verdict.Verbs() {
		for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			a := s.Solve(verb, who)
			if a.Verdict == verdict.Yes {
				return true
			}
			tags := len(a.DependsOn) > 0
			for _, d := range a.DependsOn {
				tags = tags && strings.HasPrefix(d, "existing_object_tag/")
			}
			if a.Verdict == verdict.Conditional && tags {
				return true
			}
		}
	}
	return false
}
