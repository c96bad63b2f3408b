// Which rules are in force: one selection for scanning, permissions and listing rules.

package judge

import (
	"fmt"
	"slices"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
)

// Selection narrows a book. The zero value selects everything.
type Selection struct {
	Rules    []string        // ids, names or former names; empty: all
	Skip     []string        // left out even where another part selects them
	Tags     []string        // a rule needs one of them; empty: all
	Severity result.Severity // a rule must be able to be at least this bad; empty: all
}

// SelectionError is a word that fits no rule.
type SelectionError struct {
	What string // "rule", "tag", "severity"
	Word string
	Hint string // ` (did you mean "x"?)`, or empty
}

// Error names the word.
func (e *SelectionError) Error() string {
	return fmt.Sprintf("there is no %s %q%s", e.What, e.Word, e.Hint)
}

// Select returns the selected rules, sorted by id. Its error is a *SelectionError.
func (b *Book) Select(s Selection) ([]*Rule, error) {
	for _, name := range slices.Concat(s.Rules, s.Skip) {
		if _, ok := b.Rule(name); !ok {
			return nil, &SelectionError{"rule", name, yamlfile.Hint(name, b.Names())}
		}
	}
	tags := b.Tags()
	for _, tag := range s.Tags {
		if !slices.Contains(tags, tag) {
			return nil, &SelectionError{"tag", tag, yamlfile.Hint(tag, tags)}
		}
	}
	if s.Severity != "" && !slices.Contains(result.Severities(), s.Severity) {
		words := make([]string, 0, 5)
		for _, w := range result.Severities() {
			words = append(words, string(w))
		}
		return nil, &SelectionError{"severity", string(s.Severity), yamlfile.Hint(string(s.Severity), words)}
	}
	var out []*Rule
	for _, r := range b.rules {
		if s.takes(r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s Selection) takes(r *Rule) bool {
	named := func(name string) bool { return r.called(name) }
	return (len(s.Rules) == 0 || slices.ContainsFunc(s.Rules, named)) &&
		!slices.ContainsFunc(s.Skip, named) &&
		(len(s.Tags) == 0 || slices.ContainsFunc(s.Tags, func(t string) bool { return slices.Contains(r.Tags, t) || r.Family == t })) &&
		(s.Severity == "" || r.Severity.Worst().AtLeast(s.Severity))
}

// Tags lists all tags and families, sorted.
func (b *Book) Tags() []string {
	var out []string
	for _, r := range b.rules {
		out = append(out, r.Tags...)
		if r.Family != "." {
			out = append(out, r.Family)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
