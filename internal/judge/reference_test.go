package judge

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/rules"
)

func TestReferenceIsUpToDate(t *testing.T) {
	book := shipped(t)
	variables, err := VariablesReference()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"rules.md": book.Reference("en"), "rules.ja.md": book.Reference("ja"), "rules-variables.md": variables} {
		got, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("docs/%s: run go generate ./internal/judge\n%s", name, diff)
		}
	}
}

// TestRuleInTheGuideWorks loads the rule that docs/rules-writing.md shows and runs its examples.
func TestRuleInTheGuideWorks(t *testing.T) {
	guide, err := os.ReadFile("../../docs/rules-writing.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(guide), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	tree := fstest.MapFS{"a.yaml": {Data: []byte(text)}}
	book, err := Load(Source{FS: rules.Files, Name: "rules"}, Source{FS: tree, Name: "guide", User: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, failed := book.TestExamples(); len(failed) > 0 {
		t.Error(failed)
	}
	if _, ok := book.Rule("finance-not-versioned"); !ok {
		t.Error("the guide's rule is not there")
	}
}
