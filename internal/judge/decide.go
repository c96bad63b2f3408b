// The outcome of one rule, before it is dressed as a result.

package judge

import (
	"slices"

	"cel.dev/cel-go/common/types"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// decided is the outcome of a rule on a record, or on one element of its `each`.
type decided struct {
	outcome result.Outcome
	lacks   []string // variables, for Unknown
	err     error    // the rule itself failed; the outcome is then Unknown
}

// decide evaluates the conditions of a rule for the record and element that are bound.
//
// A condition `when` that is not known leaves the outcome unknown, unless the rule would not fail either way.
func (c *code) decide(a *activation) decided {
	var lacks []string
	if c.when != nil {
		switch w := c.when.run(a); {
		case w.kind == isInapplicable || w.is(types.False):
			return decided{outcome: result.NotApplicable}
		case w.kind == isBroken:
			return decided{outcome: result.Unknown, err: w.err}
		case w.kind == isUnknown:
			lacks = w.lacks
		}
	}
	f := c.fails.run(a)
	switch {
	case f.kind == isInapplicable:
		return decided{outcome: result.NotApplicable}
	case f.is(types.False):
		return decided{outcome: result.Pass}
	case f.kind == isUnknown && a.hidden(f.lacks):
		return decided{outcome: result.NotApplicable}
	case f.kind == isUnknown:
		return decided{outcome: result.Unknown, lacks: union(lacks, f.lacks)}
	case lacks != nil && a.hidden(lacks):
		return decided{outcome: result.NotApplicable}
	case lacks != nil:
		// Either it fails where `when` lets it, or `when` guards what cannot be evaluated.
		return decided{outcome: result.Unknown, lacks: lacks}
	case f.kind == isBroken:
		return decided{outcome: result.Unknown, err: f.err}
	}
	return decided{outcome: result.Fail}
}

// hidden reports whether all that an evaluation lacked is kept by services that do not tell it to anybody who asks
// through this API. No permission and no further scan would help.
func (a *activation) hidden(lacks []string) bool {
	for _, m := range a.missing(lacks) {
		if m.Reason != string(scanners.Hidden) {
			return false
		}
	}
	return true
}

func union(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// severityOf is the severity for what is bound. A case whose condition is not known does not raise it.
func (c *code) severityOf(a *activation) result.Severity {
	if s, ok := a.judge.settings.Severities[c.rule.ID]; ok {
		return s
	}
	for _, s := range c.severity {
		if s.when == nil || s.when.run(a).is(types.True) {
			return s.is
		}
	}
	return c.rule.Severity.Base()
}
