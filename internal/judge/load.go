// Loading rule files: strict reading, and the checks across files.

package judge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// Source is a folder of rule files.
type Source struct {
	FS fs.FS
	// Name stands before file names in errors: the folder as the user typed it.
	Name string
	// User marks rules that did not come with the program: their evaluation has a cost limit.
	User bool
}

// Book is a set of rules that were loaded and type-checked.
type Book struct {
	rules  []*Rule // sorted by id
	env    *environment
	code   map[*Rule]*code
	digest string
}

// Load reads every .yaml and .yml file of the sources. All problems of all files are reported together, as
// yamlfile.Problems.
func Load(sources ...Source) (*Book, error) {
	env, err := newEnvironment()
	if err != nil {
		return nil, err
	}
	book := &Book{env: env, code: map[*Rule]*code{}}
	var problems yamlfile.Problems
	// A user's folder alone is being tested: what it says of the program's own rules cannot be checked.
	alone := !slices.ContainsFunc(sources, func(s Source) bool { return !s.User })
	sum := sha256.New()
	for _, src := range sources {
		err := fs.WalkDir(src.FS, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			ext := path.Ext(name)
			if entry.IsDir() || ext != ".yaml" && ext != ".yml" {
				return nil
			}
			text, err := fs.ReadFile(src.FS, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(sum, "%s\x00%d\x00", name, len(text))
			sum.Write(text)
			rule, found := readRule(src, name, text, alone)
			problems = append(problems, found...)
			if rule != nil {
				book.rules = append(book.rules, rule)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("reading rules of %q: %w", src.Name, err)
		}
	}
	slices.SortFunc(book.rules, func(a, b *Rule) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.File, b.File)) })
	problems = append(problems, book.crossCheck(alone)...)
	for _, r := range book.rules {
		code, found := compileRule(env, r)
		problems = append(problems, found...)
		book.code[r] = code
	}
	if len(problems) > 0 {
		return nil, problems
	}
	book.digest = hex.EncodeToString(sum.Sum(nil)[:16])
	return book, nil
}

// Rules returns all rules, sorted by id.
func (b *Book) Rules() []*Rule { return slices.Clone(b.rules) }

// Digest identifies the text of all rules.
func (b *Book) Digest() string { return b.digest }

// Rule finds a rule by id, name or former name.
func (b *Book) Rule(name string) (*Rule, bool) {
	for _, r := range b.rules {
		if r.called(name) {
			return r, true
		}
	}
	return nil, false
}

// Names lists every word by which a rule can be called, for hints.
func (b *Book) Names() []string {
	var out []string
	for _, r := range b.rules {
		out = append(out, r.ID, r.Name)
		out = append(out, r.Aliases...)
	}
	return out
}

var (
	idForm   = regexp.MustCompile(`^[A-Z]{2,8}[0-9]{4}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	wordForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// readRule reads one file; the rule is nil where nothing usable came of it.
func readRule(src Source, name string, text []byte, alone bool) (*Rule, yamlfile.Problems) {
	rule := &Rule{File: path.Join(src.Name, name), Family: path.Dir(name), user: src.User}
	d := &yamlfile.Decoder{File: rule.File}
	d.Document(text, rule)
	if found := d.Problems(); len(found) > 0 {
		return nil, found
	}
	fail := func(field, format string, args ...any) { d.FailAt(field, format, args...) }
	if !idForm.MatchString(rule.ID) {
		fail("id", "want capitals and four digits like TJ1001, got %q", rule.ID)
	}
	if strings.HasPrefix(rule.ID, "TJ") && src.User && !alone {
		fail("id", "ids that begin with TJ belong to the rules that come with the program; choose other letters")
	}
	for _, n := range append([]string{rule.Name}, rule.Aliases...) {
		if !nameForm.MatchString(n) {
			fail("name", "want lower-case words joined by hyphens, got %q", n)
		}
	}
	for _, tag := range rule.Tags {
		if !nameForm.MatchString(tag) {
			fail("tags", "want lower-case words joined by hyphens, got %q", tag)
		}
	}
	if len(rule.Applies) == 0 {
		fail("applies", "name at least one kind of resource")
	}
	kinds := append(scanners.Kinds(), pseudoKinds()...)
	for _, k := range rule.Applies {
		if !slices.Contains(kinds, k) {
			fail("applies", "unknown kind %q; kinds are %s", k, joinWords(kinds))
		}
	}
	providers := []scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure}
	for _, p := range rule.Providers {
		if !slices.Contains(providers, p) {
			fail("providers", "unknown provider %q; providers are %s", p, joinWords(providers))
		}
	}
	if rule.Fix == (Fix{}) {
		fail("fix", "say how to put it right for at least one provider, or for any")
	}
	if rule.Key.Text != "" && rule.Each.Text == "" {
		fail("key", "only rules with `each` have a key")
	}
	if rule.Each.Text != "" && rule.Key.Text == "" {
		fail("key", "missing: elements of `each` need text that tells them apart")
	}
	if rule.Each.Text == "" && (strings.Contains(rule.Title.EN, "{key}") || strings.Contains(rule.Title.JA, "{key}")) {
		fail("title", "{key} stands only in titles of rules with `each`")
	}
	if len(rule.Examples.Bad) == 0 || len(rule.Examples.Good) == 0 {
		fail("examples", "give at least one bad and one good example")
	}
	if found := d.Problems(); len(found) > 0 {
		return nil, found
	}
	return rule, nil
}

// crossCheck finds what is wrong between rules: doubled names, and yields_to that leads nowhere or round in a ring.
func (b *Book) crossCheck(alone bool) yamlfile.Problems {
	var out yamlfile.Problems
	fail := func(r *Rule, field, format string, args ...any) {
		out = append(out, &yamlfile.Problem{File: r.File, Field: field, Text: fmt.Sprintf(format, args...)})
	}
	owner := map[string]*Rule{}
	for _, r := range b.rules {
		for _, word := range append([]string{r.ID, r.Name}, r.Aliases...) {
			if other, ok := owner[word]; ok {
				fail(r, "name", "%q is already taken by %s", word, other.File)
				continue
			}
			owner[word] = r
		}
	}
	for _, r := range b.rules {
		for _, to := range r.YieldsTo {
			other, ok := owner[to]
			switch {
			case !ok && alone:
			case !ok:
				fail(r, "yields_to", "no rule is called %q%s", to, yamlfile.Hint(to, b.Names()))
			case other == r:
				fail(r, "yields_to", "a rule cannot yield to itself")
			case b.yields(other, r, owner, 0):
				fail(r, "yields_to", "%s yields to this rule as well; one of them has to stand", other.ID)
			}
		}
	}
	return out
}

// yields reports whether from yields to to, directly or through others.
func (b *Book) yields(from, to *Rule, owner map[string]*Rule, depth int) bool {
	if depth > len(b.rules) {
		return true
	}
	for _, name := range from.YieldsTo {
		if next := owner[name]; next != nil && (next == to || b.yields(next, to, owner, depth+1)) {
			return true
		}
	}
	return false
}

// ReadNode reads one severity word, or a list of cases of which the last has no condition.
func (s *Severity) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	if n.Kind == yaml.ScalarNode {
		s.Cases = []SeverityCase{{Is: result.Severity(n.Value)}}
	} else {
		d.Into(n, &s.Cases, field)
	}
	if len(s.Cases) == 0 {
		d.Fail(n, field, "want a severity, or a list of {if, is} that ends with {is}")
		s.Cases = []SeverityCase{{Is: result.Info}}
		return
	}
	for i, c := range s.Cases {
		if c.Is.Rank() == len(result.Severities()) {
			d.Fail(n, field, "unknown severity %q; severities are %s", c.Is, joinWords(result.Severities()))
		}
		if last := i == len(s.Cases)-1; last != (c.If.Text == "") {
			d.Fail(n, field, "every case but the last needs `if`, and the last has none")
		}
	}
}

type paramFile struct {
	Type ParamType `yaml:"type,required"`
	Help Text      `yaml:"help,required"`
}

// ReadNode reads {type, default, help}; the default has to be of the type.
func (p *Param) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	var given *yaml.Node
	rest := *n
	rest.Content = nil
	for key, value := range d.Keys(n, field) {
		if key.Value == "default" {
			given = value
			continue
		}
		rest.Content = append(rest.Content, key, value)
	}
	var file paramFile
	d.Into(&rest, &file, field)
	p.Type, p.Help = file.Type, file.Help
	if given == nil {
		d.Fail(n, field+".default", "missing")
		return
	}
	p.Default = p.Read(d, given, field+".default")
}

// Read reads a value of the parameter's type; nil where it is not of that type, which d was told.
func (p *Param) Read(d *yamlfile.Decoder, n *yaml.Node, field string) any {
	switch p.Type {
	case ParamInt:
		return readAs[int64](d, n, field)
	case ParamString:
		return readAs[string](d, n, field)
	case ParamBool:
		return readAs[bool](d, n, field)
	case ParamStrings:
		return readAs[[]string](d, n, field)
	}
	d.Fail(n, field, "unknown type %q; types are int, string, bool, strings", p.Type)
	return nil
}

func readAs[T any](d *yamlfile.Decoder, n *yaml.Node, field string) any {
	var v T
	d.Into(n, &v, field)
	return v
}

func joinWords[T ~string](words []T) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}
