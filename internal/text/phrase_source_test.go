// Every phrase that the code can produce is read from its source and looked up.

package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// speakers are the packages whose texts reach a person through verdicts, facts, failures and coverage.
var speakers = []string{
	"internal/access", "internal/ahead", "internal/engine", "internal/explain", "internal/indexability", "internal/judge/activation.go",
	"internal/pace", "internal/storageurl", "scanners",
}

// silent are what these packages say to somebody else, by the folder or file that says it.
var silent = map[string]string{
	"internal/access/awspolicy/oracle": "the evaluator that tests the solver",
	"internal/access/gcprole":          "faults in a table that is built in",
	"internal/access/proof":            "parts of a command",
	"scanners/scannertest":             "what tests print",
}

var (
	formatVerb  = regexp.MustCompile(`%[-+# 0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z]`)
	phraseSlot  = regexp.MustCompile(`\{\d\}|\[\d\]`)
	quotedPart  = regexp.MustCompile(`「[^」]*」`)
	severalWord = regexp.MustCompile(`[A-Za-z']{2,}[,:;)]* +\(?[a-zA-Z]`)
)

// spoken is one text in the source, with {} for what is filled in.
type spoken struct {
	place, text string
}

// shape is the text of an expression that is made of literals, of Sprintf and Errorf, and of anything else as {}.
func shape(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return formatVerb.ReplaceAllString(s, "{}"), err == nil
		}
	case *ast.ParenExpr:
		return shape(e.X)
	case *ast.BinaryExpr:
		left, ok1 := shape(e.X)
		right, ok2 := shape(e.Y)
		if e.Op != token.ADD || !ok1 && !ok2 {
			return "", false
		}
		if !ok1 {
			left = "{}"
		}
		if !ok2 {
			right = "{}"
		}
		return left + right, true
	case *ast.CallExpr:
		if called := callee(e); called != "Sprintf" && called != "Errorf" {
			return "", false
		}
		s, ok := shape(e.Args[0])
		return strings.ReplaceAll(s, "%%", "%"), ok
	}
	return "", false
}

func callee(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// spokenIn reads the texts of one file that are more than one word.
func spokenIn(t *testing.T, path string) []spoken {
	t.Helper()
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Skipf("not compiling is for the compiler to say: %v", err)
	}
	var out []spoken
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			_, isField := n.(*ast.Field)
			return isField && n.(*ast.Field).Tag == nil
		case *ast.KeyValueExpr:
			// What `scan --help` and the reference say of targets and options.
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Help" || key.Name == "Targets" || key.Name == "Options") {
				return false
			}
		case *ast.CallExpr:
			switch callee(n) {
			case "Msg", "Msgf", "panic", "MustCompile", "Contains", "HasPrefix", "HasSuffix", "CutPrefix", "CutSuffix", "Fields":
				return false
			}
		}
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		s, ok := shape(e)
		if !ok {
			return true
		}
		s = strings.TrimSpace(s)
		if severalWord.MatchString(s) {
			out = append(out, spoken{files.Position(e.Pos()).String(), s})
		}
		return false
	})
	return out
}

func TestEveryPhraseIsTranslated(t *testing.T) {
	known := map[string]bool{}
	for _, p := range slices.Concat(Phrases(), conditionPhrases()) {
		known[phraseSlot.ReplaceAllString(p.EN, "{}")] = true
	}
	// What is put together is known by its parts.
	translated := func(text string) bool {
		whole := strings.ReplaceAll(text, "{}", "7x")
		said := JA.Phrase(whole)
		return known[text] || said != whole && !severalWord.MatchString(quotedPart.ReplaceAllString(said, ""))
	}
	kept := keptEnglish(t)
	found := 0
	for _, root := range speakers {
		err := filepath.WalkDir(filepath.Join("../..", root), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
			if silent[name] != "" || d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			for _, s := range spokenIn(t, path) {
				found++
				if !translated(s.text) && !kept.take(s.text) {
					t.Errorf("%s: %q has no Japanese: add it to a table of phrases, or to testdata/english.txt if no person reads it", s.place, s.text)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if found < 200 {
		t.Errorf("only %d texts found: this test looks in the wrong place", found)
	}
	for line, used := range kept {
		if !used {
			t.Errorf("testdata/english.txt: nobody says %q any more", line)
		}
	}
}

// TestEveryUsageErrorIsTranslated reads what commands say of a wrong command line.
func TestEveryUsageErrorIsTranslated(t *testing.T) {
	known := map[string]bool{}
	for _, p := range Phrases() {
		known[phraseSlot.ReplaceAllString(p.EN, "{}")] = true
	}
	files, err := filepath.Glob("../cli/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range files {
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Skipf("not compiling is for the compiler to say: %v", err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || callee(call) != "usagef" || len(call.Args) == 0 {
				return true
			}
			if s, ok := shape(call.Args[0]); ok {
				found++
				if !known[s] {
					t.Errorf("%s: %q has no Japanese: add it to phrases_usage.go", set.Position(call.Pos()), s)
				}
			}
			return true
		})
	}
	if found < 15 {
		t.Errorf("only %d usage errors found: this test looks in the wrong place", found)
	}
}

// keptList holds what stays English, and whether it was met.
type keptList map[string]bool

func (k keptList) take(s string) bool {
	if _, ok := k[s]; !ok {
		return false
	}
	k[s] = true
	return true
}

// keptEnglish reads the texts that stay English: one a line, reasons behind #.
func keptEnglish(t *testing.T) keptList {
	t.Helper()
	text, err := os.ReadFile("testdata/english.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := keptList{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out[line] = false
		}
	}
	return out
}
