package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestWords(t *testing.T) {
	for id, m := range wordBook() {
		if strings.Contains(m.EN, "_") || !strings.ContainsFunc(m.JA, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) {
			t.Errorf("%s: %q", id, m)
		}
	}
	if got := EN.Word("rotate_account_key") + ", " + JA.Word("rotate_account_key"); got != "regenerating the account key, アカウントキーの再生成" {
		t.Error(got)
	}
	if got := JA.Word("some_new_id"); got != "some new id" {
		t.Error(got)
	}
}

// TestEveryLinkWord reads the ids that links have.
func TestEveryLinkWord(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "../signedlink/link.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, _ := spec.Type.(*ast.Ident)
		if kind == nil || kind.Name != "Kind" && kind.Name != "Revocation" && kind.Name != "LookAlike" {
			return true
		}
		id, _ := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		found++
		if _, ok := wordBook()[id]; !ok {
			t.Errorf("%s has no words", id)
		}
		return true
	})
	if found < 20 {
		t.Errorf("only %d ids found", found)
	}
}
