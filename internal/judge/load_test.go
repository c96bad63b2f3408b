package judge

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/rules"
)

func TestMistakesInRuleFiles(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"misspelt fact", ruleText("fails_when: bucket.versioning.enbled"),
			"dir/r0.yaml:6:30: fails_when: undefined field 'enbled'"},
		{"misspelt variable", ruleText("fails_when: bucket.versionin.enabled"),
			"dir/r0.yaml:6:29: fails_when: undeclared reference to 'bucket.versionin.enabled'"},
		{"in a block", ruleText("fails_when: |\n  bucket.versioning.enabled &&\n  bucket.versioning.nope"),
			"dir/r0.yaml:8:20: fails_when: undefined field 'nope'"},
		{"not a condition", ruleText("fails_when: bucket.logging.target"),
			"dir/r0.yaml:6:13: fails_when: want a bool, this gives string"},
		{"wrong operand", ruleText("fails_when: bucket.logging.target > 3"),
			"dir/r0.yaml:6:35: fails_when: found no matching overload for '_>_' applied to '(string, int)'"},
		{"syntax", ruleText(`fails_when: "bucket.versioning.enabled &&"`),
			"dir/r0.yaml:6:42: fails_when: Syntax error: mismatched input '<EOF>' expecting"},
		{"folded text", ruleText("fails_when: >\n  true"), "dir/r0.yaml:6:13: fails_when: write an expression on one line or as a block after |"},
		{"fact of another kind", ruleText("applies: [link]", "fails_when: bucket.versioning.enabled"),
			"dir/r0.yaml:6:13: fails_when: bucket.versioning is not part of a record of kind link"},
		{"unknown key", ruleText("fail_when: x"), `dir/r0.yaml:12:1: fail_when: unknown key (did you mean "fails_when"?)`},
		{"missing key", strings.Replace(ruleText(), "why: {en: w, ja: w}\n", "", 1), "dir/r0.yaml:1:1: why: missing"},
		{"missing language", ruleText("why: {en: w}"), "dir/r0.yaml:8:6: why.ja: missing"},
		{"wrong type", ruleText("tags: urgent"), `dir/r0.yaml:12:7: tags: want a list, got "urgent"`},
		{"unknown severity", ruleText("severity: bad"), `dir/r0.yaml:7:11: severity: unknown severity "bad"; severities are critical, high, medium, low, info`},
		{"severity without last case", ruleText("severity: [{if: 'true', is: low}]"), "dir/r0.yaml:7:11: severity: every case but the last needs `if`, and the last has none"},
		{"id that is taken by the program", ruleText("id: TJ0001"), "dir/r0.yaml:1:5: id: ids that begin with TJ belong to the rules that come with the program; choose other letters"},
		{"unknown kind", ruleText("applies: [buckets]"), `dir/r0.yaml:5:10: applies: unknown kind "buckets"; kinds are scope, store, bucket, prefix, endpoint, object, link, page, config`},
		{"each without key", ruleText("each: trusted.accounts"), "dir/r0.yaml:1:1: key: missing: elements of `each` need text that tells them apart"},
		{"each that is no list", ruleText("each: resource.name", "key: it"), "dir/r0.yaml:12:7: each: want a list, this gives string"},
		{"yields to nobody", ruleText("yields_to: [public-lst]"), `dir/r0.yaml: yields_to: no rule is called "public-lst"`},
		{"parameter default of another type", ruleText("params: {d: {type: int, default: x, help: {en: h, ja: h}}}"),
			`dir/r0.yaml:12:34: params.d.default: want a whole number, got "x"`},
		{"unknown fact in an example", ruleText("examples: {bad: [{bucket: {versionin: absent}}], good: [{}]}"),
			`dir/r0.yaml:11:28: examples.bad[0].bucket.versionin: no such fact (did you mean "versioning"?)`},
		{"word that is no state", ruleText("examples: {bad: [{bucket: {versioning: missing}}], good: [{}]}"),
			`dir/r0.yaml:11:40: examples.bad[0].bucket.versioning: want the fact's value or one of absent, unsupported, unread, denied, failed, malformed, computed, partial`},
		{"misspelt field in an example", ruleText("examples: {bad: [{bucket: {versioning: {enable: true}}}], good: [{}]}"),
			`dir/r0.yaml:11:41: examples.bad[0].bucket.versioning.enable: unknown key (did you mean "enabled"?)`},
		{"exception outside of config", ruleText("fails_when: exception.expired"), "dir/r0.yaml:6:13: fails_when: exception is there for rules that apply to config"},
		{"nested too deep", ruleText("fails_when: '[1].exists(a, [1].exists(b, [1].exists(c, [1].exists(d, now > now))))'"), "fails_when: comprehension exceeds nesting limit"},
		{"alias bomb", "a: &a [x]\nb: [*a, *a]\n", "dir/r0.yaml:1:4: anchors and aliases are not taken: write the value out"},
		{"not YAML", "a: [", "dir/r0.yaml:2:1: not YAML: did not find expected node content"},
		{"empty", "", "dir/r0.yaml: the file is empty"},
		{"two documents", ruleText() + "---\n" + ruleText(), "dir/r0.yaml: not YAML: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadText(tt.text)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestRulesAmongEachOther(t *testing.T) {
	second := func(lines ...string) string {
		return ruleText(append([]string{"id: ACME0002", "name: second"}, lines...)...)
	}
	tests := []struct {
		name, first, second, want string
	}{
		{"same id", ruleText(), ruleText("name: other"), `"ACME0001" is already taken by dir/r0.yaml`},
		{"same name", ruleText(), second("name: test-rule"), `"test-rule" is already taken by dir/r0.yaml`},
		{"name is another's former name", ruleText("aliases: [second]"), second(), `"second" is already taken by dir/r0.yaml`},
		{"ring", ruleText("yields_to: [second]"), second("yields_to: [test-rule]"), "ACME0002 yields to this rule as well; one of them has to stand"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadText(tt.first, tt.second)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestUsersFolderAlone(t *testing.T) {
	tree := fstest.MapFS{"a.yaml": {Data: []byte(ruleText("yields_to: [public-list]"))}, "b.yml": {Data: []byte(ruleText("id: TJ8001", "name: b"))}, "notes.txt": {Data: []byte("x")}}
	book, err := Load(Source{FS: tree, Name: "dir", User: true})
	if err != nil {
		t.Fatal(err)
	}
	run, failed := book.TestExamples()
	if run != 4 || len(failed) != 2 {
		t.Errorf("%d examples, failed: %v", run, failed) // the good example of each is bad
	}
	if _, err := Load(Source{FS: rules.Files, Name: "rules"}, Source{FS: fstest.MapFS{"a.yaml": tree["a.yaml"]}, Name: "dir", User: true}); err != nil {
		t.Error(err)
	}
	want := "yields_to: no rule is called \"public-lst\" (did you mean \"public-list\"?)"
	if _, err := Load(Source{FS: rules.Files, Name: "rules"}, Source{FS: fstest.MapFS{"a.yaml": {Data: []byte(ruleText("yields_to: [public-lst]"))}}, Name: "dir", User: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestSelection(t *testing.T) {
	book := shipped(t)
	count := func(s Selection) int {
		list, err := book.Select(s)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	all := count(Selection{})
	if n := count(Selection{Rules: []string{"public-list", "TJ1002"}}); n != 2 {
		t.Errorf("two by name and id: %d", n)
	}
	if n := count(Selection{Skip: []string{"TJ1001"}}); n != all-1 {
		t.Errorf("one left out: %d of %d", n, all)
	}
	if n := count(Selection{Rules: []string{"TJ1001"}, Skip: []string{"public-list"}}); n != 0 {
		t.Errorf("skip wins: %d", n)
	}
	for _, r := range mustSelect(t, book, Selection{Tags: []string{"recovery"}, Severity: "high"}) {
		if r.Family != "recovery" || !r.Severity.Worst().AtLeast("high") {
			t.Errorf("%s: %s %s", r.Name, r.Family, r.Severity.Worst())
		}
	}
	for want, s := range map[string]Selection{
		`there is no rule "public-lsit" (did you mean "public-list"?)`: {Rules: []string{"public-lsit"}},
		`there is no rule "x"`: {Skip: []string{"x"}},
		`there is no tag "recoverry" (did you mean "recovery"?)`: {Tags: []string{"recoverry"}},
		`there is no severity "hi"`:                              {Severity: "hi"},
	} {
		if _, err := book.Select(s); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func mustSelect(t *testing.T, b *Book, s Selection) []*Rule {
	t.Helper()
	list, err := b.Select(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("nothing selected")
	}
	return list
}

// TestShippedRulesAreWhole holds what a rule of the program must have beyond what loading demands.
func TestShippedRulesAreWhole(t *testing.T) {
	families := map[string]string{
		"exposure": "TJ1", "links": "TJ2", "index": "TJ3", "transport": "TJ4", "detection": "TJ5", "recovery": "TJ6", "hygiene": "TJ7", "scan": "TJ9",
	}
	s3 := 0
	book := shipped(t)
	for _, r := range book.Rules() {
		if want := families[r.Family]; want == "" || !strings.HasPrefix(r.ID, want) {
			t.Errorf("%s lies in %q", r.ID, r.Family)
		}
		if r.File != "rules/"+r.Family+"/"+r.Name+".yaml" {
			t.Errorf("%s is called %s but lies in %s", r.ID, r.Name, r.File)
		}
		if r.Title.EN == r.Title.JA || r.Why.EN == r.Why.JA {
			t.Errorf("%s: English and Japanese are the same", r.ID)
		}
		for framework, list := range r.Maps {
			for _, m := range list {
				if !strings.HasPrefix(m.Source, "https://") {
					t.Errorf("%s: %s %s has no source", r.ID, framework, m.ID)
				}
			}
		}
		if len(r.Examples.Unknown) == 0 && len(book.code[r].facts()) > 0 {
			t.Errorf("%s reads facts and shows no unknown example", r.ID)
		}
		if r.appliesTo("aws", "bucket") {
			s3++
			if fix := r.Fix.For("aws"); fix == nil {
				t.Errorf("%s has no fix for S3", r.ID)
			}
		}
	}
	if s3 < 30 {
		t.Errorf("only %d rules for S3 buckets", s3)
	}
}

// facts are the variables that stand for facts or verdicts in what decides the outcome.
func (c *code) facts() []string {
	var out []string
	for _, p := range []*program{c.when, c.each, c.fails} {
		if p != nil && readsFacts(p) {
			out = append(out, p.vars...)
		}
	}
	return out
}

func FuzzLoad(f *testing.F) {
	f.Add(ruleText())
	f.Add(ruleText("each: trusted.accounts", "key: it"))
	text, err := rules.Files.ReadFile("exposure/cross-account-access.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Fuzz(func(t *testing.T, text string) {
		book, err := loadText(text)
		if err != nil {
			return
		}
		if _, err := book.Select(Selection{}); err != nil {
			t.Error(err)
		}
		book.TestExamples()
	})
}

func TestDigestFollowsTheText(t *testing.T) {
	a, err := loadText(ruleText())
	if err != nil {
		t.Fatal(err)
	}
	b, err := loadText(ruleText("severity: low"))
	if err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(a.Digest(), b.Digest()) {
		t.Error("another severity, the same digest")
	}
}
