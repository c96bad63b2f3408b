// Running the examples of rules.

package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// ExampleFailure is an example on which a rule did not do what the file says.
type ExampleFailure struct {
	Rule string
	File string
	Line int
	// Text says what was expected and what came.
	Text string
}

// Error gives "file:line: rule: text".
func (f ExampleFailure) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Text)
}

// TestExamples runs the examples of every rule of the book, each rule alone, and returns how many were run and
// those that failed.
func (b *Book) TestExamples() (run int, failed []ExampleFailure) {
	for _, r := range b.rules {
		groups := []struct {
			want     result.Outcome
			examples []Example
		}{
			{result.Fail, r.Examples.Bad}, {result.Pass, r.Examples.Good},
			{result.Unknown, r.Examples.Unknown}, {result.NotApplicable, r.Examples.Other},
		}
		for _, g := range groups {
			for i := range g.examples {
				run++
				e := &g.examples[i]
				if text := b.try(r, e, g.want); text != "" {
					failed = append(failed, ExampleFailure{r.ID, e.file, e.Line, text})
				}
			}
		}
	}
	return run, failed
}

// try runs one example; it returns "" when the outcome is the wanted one.
func (b *Book) try(r *Rule, e *Example, want result.Outcome) string {
	settings, err := e.settings(r)
	if err != nil {
		return err.Error()
	}
	opts := Options{Settings: settings, Selection: Selection{Rules: []string{r.ID}}}
	if e.judged != nil {
		opts.Access = func(*scanners.Record, time.Time) access.Judged { return *e.judged }
	}
	j, err := New(b, opts)
	if err != nil {
		return err.Error()
	}
	rec := e.Record(r)
	var got Judged
	if rec.Kind == KindConfig {
		a := newActivation(j)
		a.reset(rec, e.at)
		a.exception = e.exception
		j.judge(a, rec.Kind, "", &got)
	} else if rec.Kind == KindProbe {
		a := newActivation(j)
		a.reset(rec, e.at)
		if e.probe != nil {
			a.probe = &probed{view: *e.probe}
		}
		j.judge(a, rec.Kind, rec.Provider, &got)
	} else {
		got = j.Judge(rec, e.at)
	}
	for _, w := range got.Woes {
		return "the rule failed: " + w.Detail
	}
	if len(got.Results) == 0 {
		if want == result.NotApplicable {
			return ""
		}
		return fmt.Sprintf("want %s, but the rule does not apply to a %s of %q", want, rec.Kind, rec.Provider)
	}
	return e.compare(got.Results, want)
}

func (e *Example) compare(results []result.Result, want result.Outcome) string {
	var keys []string
	worst := result.Info
	seen := map[result.Outcome]bool{}
	for _, r := range results {
		seen[r.Outcome] = true
		if r.Outcome == want && r.Severity.AtLeast(worst) {
			worst = r.Severity
		}
		if r.Outcome == result.Fail {
			keys = append(keys, r.Key)
		}
	}
	outcome := results[0].Outcome
	for _, o := range []result.Outcome{result.Fail, result.Unknown, result.Pass} {
		if seen[o] {
			outcome = o
			break
		}
	}
	switch {
	case outcome != want:
		text := fmt.Sprintf("want %s, got %s", want, outcome)
		for _, r := range results {
			for _, m := range r.Missing {
				text += fmt.Sprintf(" (%s: %s)", m.Fact, m.Detail)
			}
		}
		return text
	case e.Severity != "" && worst != e.Severity:
		return fmt.Sprintf("want severity %s, got %s", e.Severity, worst)
	case e.Keys != nil && !slices.Equal(keys, e.Keys):
		return fmt.Sprintf("want failing keys [%s], got [%s]", strings.Join(e.Keys, " "), strings.Join(keys, " "))
	}
	return ""
}

// settings are what the example says that the user declared.
func (e *Example) settings(r *Rule) (Settings, error) {
	s := Settings{TrustedAccounts: e.trusted, TrustedOrganizations: e.trusted}
	if e.intent != nil {
		s.Intents = []Intent{{Resource: NewPattern("*"), Allowed: e.intent}}
	}
	d := &yamlfile.Decoder{File: e.file}
	for _, name := range sortedKeys(e.params) {
		p, ok := r.Params[name]
		if !ok {
			return s, fmt.Errorf("the rule has no parameter %q", name)
		}
		if s.Params == nil {
			s.Params = map[string]map[string]any{r.ID: {}}
		}
		s.Params[r.ID][name] = p.Read(d, e.params[name], "params."+name)
	}
	return s, d.Err()
}
