// The exit code, decided in this one place.

package judge

import (
	"slices"

	"github.com/tojimari/tojimari/internal/result"
)

// The exit codes. No other is used.
const (
	ExitClean       = 0
	ExitFindings    = 1 // findings at or over the threshold
	ExitUsage       = 2 // wrong use, or an error in a rule or the config
	ExitUndecided   = 3 // something that could change an outcome at or over the threshold was not read
	ExitNothing     = 4 // nothing could be scanned
	ExitInterrupted = 130
	ExitTerminated  = 143
)

// Tally gathers what decides the exit code while results go by.
type Tally struct {
	// FailOn is the threshold; empty means high.
	FailOn result.Severity
	// AllowUnknown are ids or names of rules whose unknown outcomes do not count.
	AllowUnknown []string

	counts    result.Counts
	findings  int64
	undecided int64
}

// Ending is how the run itself went.
type Ending struct {
	Resources   int64 // how many were looked at
	Failures    int   // targets, scopes or resources that could not be read
	Interrupted bool  // SIGINT
	Terminated  bool  // SIGTERM
}

// Add counts one result.
func (t *Tally) Add(r *result.Result) {
	if t.counts.Outcomes == nil {
		t.counts.Outcomes, t.counts.Findings = map[result.Outcome]int64{}, map[result.Severity]int64{}
	}
	t.counts.Outcomes[r.Outcome]++
	if r.Suppressed != nil {
		t.counts.Suppressed++
		return
	}
	over := r.Severity.AtLeast(t.threshold())
	switch r.Outcome {
	case result.Fail:
		t.counts.Findings[r.Severity]++
		if over {
			t.findings++
		}
	case result.Unknown:
		allowed := slices.Contains(t.AllowUnknown, r.Rule) || slices.Contains(t.AllowUnknown, r.Name)
		if over && !allowed && slices.ContainsFunc(r.Missing, result.Missing.Affects) {
			t.undecided++
		}
	}
}

func (t *Tally) threshold() result.Severity {
	if t.FailOn == "" {
		return result.High
	}
	return t.FailOn
}

// Counts are the results counted so far.
func (t *Tally) Counts() result.Counts { return t.counts }

// Code is the exit code of a run that was begun; wrong use (ExitUsage) ends a program before there is a run.
func (t *Tally) Code(end Ending) int {
	switch {
	case end.Interrupted:
		return ExitInterrupted
	case end.Terminated:
		return ExitTerminated
	case end.Resources == 0 && end.Failures > 0:
		return ExitNothing
	case t.findings > 0:
		return ExitFindings
	case t.undecided > 0 || end.Failures > 0:
		return ExitUndecided
	}
	return ExitClean
}
