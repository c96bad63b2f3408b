package judge

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
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
