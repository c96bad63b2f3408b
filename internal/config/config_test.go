package config

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
)

func book(t testing.TB) *judge.Book {
	t.Helper()
	b, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSettings(t *testing.T) {
	f, err := Load("tojimari.yaml", []byte(`# a whole config
fail-on: medium
allow-unknown: [object-acl-public]
rules:
  mfa-delete-off: off
  public-read: {severity: critical}
  labels-missing:
    params: {required: [owner, data]}
trusted:
  accounts: ["111122223333"]
  organizations: [o-acme]
expect:
  - resource: s3://www-*
    anonymous: [read]
    reason: our website
exceptions:
  - rule: TJ1001
    resource: acme-open-data
    verb: list
    reason: open data by law
    owner: data@acme.example
    expires: 2026-12-31
`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Settings(book(t))
	if err != nil {
		t.Fatal(err)
	}
	want := judge.Settings{
		Off:                  map[string]bool{"TJ6002": true},
		Severities:           map[string]result.Severity{"TJ1002": result.Critical},
		Params:               map[string]map[string]any{"TJ7001": {"required": []string{"owner", "data"}}},
		TrustedAccounts:      []string{"111122223333"},
		TrustedOrganizations: []string{"o-acme"},
		Intents: []judge.Intent{{
			Resource: judge.NewPattern("s3://www-*"),
			Allowed:  map[verdict.Audience][]verdict.Verb{verdict.Anonymous: {verdict.Read}, verdict.AnyAccount: nil},
		}},
		Exceptions: []judge.Exception{{
			Rule: "TJ1001", Resource: judge.NewPattern("acme-open-data"), Verb: verdict.List, Key: judge.NewPattern(""),
			Reason: "open data by law", Owner: "data@acme.example",
			Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), File: "tojimari.yaml", Line: 17,
		}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(judge.Pattern{}), cmpopts.IgnoreFields(judge.Settings{}, "Digest")); diff != "" {
		t.Error(diff)
	}
	if f.FailOn != "medium" || got.Digest == "" {
		t.Errorf("fail-on %q, digest %q", f.FailOn, got.Digest)
	}
}

func TestFilesThatChangeNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing yet\n"} {
		if _, err := Load("c.yaml", []byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"misspelt key", "fail_on: high\n", `c.yaml:1:1: fail_on: unknown key (did you mean "fail-on"?)`},
		{"misspelt key inside", "trusted: {acounts: []}\n", `c.yaml:1:11: trusted.acounts: unknown key (did you mean "accounts"?)`},
		{"unknown severity", "fail-on: hihg\n", `c.yaml:1:10: fail-on: want one of critical, high, medium, low, info, got "hihg" (did you mean "high"?)`},
		{"unknown rule", "rules:\n  public-lst: off\n", `c.yaml:2:15: rules.public-lst: there is no rule "public-lst" (did you mean "public-list"?)`},
		{"unknown parameter", "rules:\n  labels-missing: {params: {require: [a]}}\n",
			`c.yaml:2:38: rules.labels-missing.params.require: the rule has no such parameter (did you mean "required"?)`},
		{"parameter of another type", "rules:\n  labels-missing: {params: {required: 3}}\n",
			`c.yaml:2:39: rules.labels-missing.params.required: want a list, got "3"`},
		{"rule twice by two names", "rules:\n  TJ1001: off\n  public-list: on\n", `c.yaml:3:16: rules.public-list: is the same rule as "TJ1001"`},
		{"key twice", "fail-on: high\nfail-on: low\n", `c.yaml:2:1: fail-on: given twice`},
		{"neither on nor off", "rules: {public-list: maybe}\n", `c.yaml:1:22: rules.public-list: want on, off, or {enabled, severity, params}, got "maybe"`},
		{"unknown verb", "expect: [{resource: a, anonymous: [raed]}]\n",
			`c.yaml:1:10: expect[0]: unknown verb "raed"; verbs are list, read, write, permissions (did you mean "read"?)`},
		{"nothing expected", "expect: [{resource: a}]\n", "c.yaml:1:10: expect[0]: say what is expected: anonymous: [read]"},
		{"pattern empty", "expect: [{resource: '', anonymous: [read]}]\n", "c.yaml:1:21: expect[0].resource: the pattern is empty; * stands for everything"},
		{"exception without owner", "exceptions: [{rule: TJ1001, resource: a, reason: b, expires: 2026-01-01}]\n",
			"c.yaml:1:14: exceptions[0].owner: missing"},
		{"exception with an empty reason", "exceptions: [{rule: TJ1001, resource: a, reason: ' ', owner: c, expires: 2026-01-01}]\n",
			"c.yaml:1:50: exceptions[0].reason: empty: every exception says why, and who answers for it"},
		{"expiry that is no date", "exceptions: [{rule: TJ1001, resource: a, reason: b, owner: c, expires: soon}]\n",
			`c.yaml:1:72: exceptions[0].expires: want a date (2026-12-31) or a time (2026-12-31T23:59:59Z), got "soon"`},
		{"account as a number", "trusted: {accounts: [true]}\n", `c.yaml:1:22: trusted.accounts[0]: want text, got "true" (put it in quotes if it is meant as text)`},
		{"program", "program: {x: /bin/sh}\n", "c.yaml:1:1: program: is taken from the command line only, never from a file"},
		{"endpoint", "endpoint-url: http://evil.example\n", "c.yaml:1:1: endpoint-url: is taken from the command line only, never from a file"},
		{"alias", "trusted: &a {accounts: []}\n", "c.yaml:1:10: anchors and aliases are not taken: write the value out"},
		{"list instead of mapping", "- a\n", "c.yaml:1:1: want a mapping (key: value), got a list"},
	}
	b := book(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Load("c.yaml", []byte(tt.text))
			if err == nil {
				_, err = f.Settings(b)
			}
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSchemaIsUpToDate(t *testing.T) {
	want, err := Schema(book(t))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/schema/config-v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go generate ./internal/config:\n%s", diff)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("fail-on: high\nrules: {public-list: off}\n"))
	f.Add([]byte("exceptions: [{rule: a, resource: '*', reason: b, owner: c, expires: 2026-01-01}]"))
	f.Add([]byte("expect:\n  - resource: a\n    anonymous: [read]\n"))
	b := book(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if file, err := Load("fuzz.yaml", text); err == nil {
			_, _ = file.Settings(b)
		}
	})
}

func TestSchemaTakesWhatLoadTakes(t *testing.T) {
	text, err := Schema(book(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	exception := `{"rule":"TJ1001","resource":"a","reason":"b","owner":"c","expires":"2026-12-31"}`
	tests := []struct {
		text string
		ok   bool
	}{
		{`{}`, true},
		{`{"fail-on":"low","rules":{"public-list":"off","labels-missing":{"params":{"required":["owner"]}},"ACME0001":{"severity":"low"}}}`, true},
		{`{"expect":[{"resource":"s3://www-*","anonymous":["read"]}],"trusted":{"accounts":["111122223333"]},"exceptions":[` + exception + `]}`, true},
		{`{"fail_on":"low"}`, false},
		{`{"fail-on":"urgent"}`, false},
		{`{"rules":{"public-list":"maybe"}}`, false},
		{`{"rules":{"labels-missing":{"params":{"requird":[]}}}}`, false},
		{`{"expect":[{"anonymous":["read"]}]}`, false},
		{`{"exceptions":[{"rule":"TJ1001"}]}`, false},
		{`{"program":{}}`, false},
	}
	for _, tt := range tests {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != tt.ok {
			t.Errorf("schema on %s: %v", tt.text, err)
		}
		// JSON is YAML: the loader has to agree.
		f, err := Load("c.yaml", []byte(tt.text))
		if err == nil && !strings.Contains(tt.text, "ACME0001") {
			_, err = f.Settings(book(t))
		}
		if (err == nil) != tt.ok {
			t.Errorf("loader on %s: %v", tt.text, err)
		}
	}
}
