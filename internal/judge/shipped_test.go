// The rules that come with the program: they load, and do on their examples what their files say.

package judge

import (
	"testing"

	"github.com/tojimari/tojimari/rules"
)

func shipped(t testing.TB) *Book {
	t.Helper()
	book, err := Load(Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestExamplesOfShippedRules(t *testing.T) {
	book := shipped(t)
	run, failed := book.TestExamples()
	for _, f := range failed {
		t.Error(f)
	}
	t.Logf("%d rules, %d examples", len(book.Rules()), run)
}
