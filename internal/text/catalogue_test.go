// The catalogue is complete in every language, and every call gives each message the arguments it wants.

package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

var slot = regexp.MustCompile(`\{(\d+)\}`)

// slots returns the distinct placeholders of a sentence, sorted.
func slots(s string) []string {
	var out []string
	for _, m := range slot.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// declared reads this package's source: the constants of type Key, and the tables.
func declared(t *testing.T) (keys []string, table map[string][2]string) {
	t.Helper()
	files, err := filepath.Glob("messages_*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tables found: %v", err)
	}
	table = map[string][2]string{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, spec := range g.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						keys = append(keys, name.Name)
					}
				}
			}
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, isIdent := kv.Key.(*ast.Ident)
			value, isList := kv.Value.(*ast.CompositeLit)
			if !isIdent || !isList || len(value.Elts) != 2 {
				t.Errorf("%s: entry is not Key: {english, japanese}", file)
				return true
			}
			var pair [2]string
			for i, e := range value.Elts {
				pair[i], _ = strconv.Unquote(e.(*ast.BasicLit).Value)
			}
			if _, twice := table[key.Name]; twice {
				t.Errorf("%s: %s is in the tables twice", file, key.Name)
			}
			table[key.Name] = pair
			return true
		})
	}
	return keys, table
}

func TestEveryKeyInBothLanguages(t *testing.T) {
	keys, table := declared(t)
	if len(keys) < 50 || len(catalogue()) != len(keys) {
		t.Errorf("%d keys are declared, the catalogue holds %d: the tables share a number or one is not joined", len(keys), len(catalogue()))
	}
	for _, key := range keys {
		pair, ok := table[key]
		if !ok {
			t.Errorf("%s has no sentences", key)
			continue
		}
		if strings.TrimSpace(pair[0]) == "" || strings.TrimSpace(pair[1]) == "" {
			t.Errorf("%s is empty in a language: %q", key, pair)
		}
		if diff := cmp.Diff(slots(pair[0]), slots(pair[1])); diff != "" {
			t.Errorf("%s: placeholders differ between the languages (-en +ja):\n%s", key, diff)
		}
		for i, s := range slots(pair[0]) {
			if s != strconv.Itoa(i) {
				t.Errorf("%s: placeholders are not {0}, {1}, ...: %v", key, slots(pair[0]))
			}
		}
		if strings.ContainsFunc(pair[0], func(r rune) bool { return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) }) {
			t.Errorf("%s: the English sentence is Japanese: %q", key, pair[0])
		}
		words := slot.ReplaceAllString(pair[1], "")
		japanese := strings.ContainsFunc(words, func(r rune) bool {
			return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r)
		})
		if pair[0] == pair[1] && key != "LabelTerraform" || !japanese && key != "LabelTerraform" && strings.ContainsFunc(words, unicode.IsLetter) {
			t.Errorf("%s: the Japanese sentence is not Japanese: %q", key, pair[1])
		}
	}
}

// TestCallsGiveEveryArgument reads the whole project: a call of Say (or a say of its own) that names a key gives
// as many arguments as the sentence has placeholders, and no sentence is left that nobody says.
func TestCallsGiveEveryArgument(t *testing.T) {
	keys, table := declared(t)
	used := map[string]bool{}
	calls := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // not compiling is for the compiler to say
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "text" {
					used[sel.Sel.Name] = true
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || call.Ellipsis.IsValid() {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fun.Sel.Name != "Say" && fun.Sel.Name != "say" {
				return true
			}
			key, ok := call.Args[0].(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pair, known := table[key.Sel.Name]
			if !known {
				return true
			}
			calls++
			if want, got := len(slots(pair[0])), len(call.Args)-1; want != got {
				t.Errorf("%s: %s wants %d arguments, gets %d", path, key.Sel.Name, want, got)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls < 50 {
		t.Errorf("only %d calls found: this test looks in the wrong place", calls)
	}
	for _, key := range keys {
		if !used[key] {
			t.Errorf("nobody says %s", key)
		}
	}
}

func TestSay(t *testing.T) {
	if got, want := EN.Say(FixHeading, "{1}", "b{0}", 3), "{1} ×3  b{0}"; got != want {
		t.Errorf("got %q, want %q: arguments are not patterns", got, want)
	}
	if got := EN.Say(Key(-1)); got != "message -1" {
		t.Errorf("unknown key: %q", got)
	}
	if got := fill("a {x} {9} {", []any{1}); got != "a {x} {9} {" {
		t.Errorf("stray braces: %q", got)
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Lang
	}{
		{map[string]string{}, EN},
		{map[string]string{"LANG": "ja_JP.UTF-8"}, JA},
		{map[string]string{"LANG": "ja"}, JA},
		{map[string]string{"LANG": "ja-JP@modifier"}, JA},
		{map[string]string{"LANG": "jam_JM.UTF-8"}, EN},
		{map[string]string{"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, EN},
		{map[string]string{"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, EN},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "ja_JP.eucJP"}, JA},
		{map[string]string{"LC_MESSAGES": "", "LANG": "ja_JP"}, JA},
	} {
		if got := FromEnvironment(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
	if _, ok := ParseLang("de"); ok {
		t.Error("de was taken")
	}
	if l, ok := ParseLang("ja"); !ok || l != JA {
		t.Errorf("ja: %v %v", l, ok)
	}
}

func TestPick(t *testing.T) {
	for _, c := range []struct {
		texts map[string]string
		lang  Lang
		want  string
	}{
		{map[string]string{"en": "e", "ja": "j"}, JA, "j"},
		{map[string]string{"en": "e"}, JA, "e"},
		{map[string]string{"ja": "j"}, EN, "j"},
		{map[string]string{"fr": "f", "de": "d"}, EN, "d"},
		{nil, EN, ""},
	} {
		if got := Pick(c.texts, c.lang); got != c.want {
			t.Errorf("%v in %s: got %q, want %q", c.texts, c.lang, got, c.want)
		}
	}
}
