package judge

import (
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
)

func TestExitCode(t *testing.T) {
	fail := func(s result.Severity) result.Result {
		return result.Result{Rule: "TJ1", Name: "one", Outcome: result.Fail, Severity: s}
	}
	unknown := func(s result.Severity, code verdict.ReasonCode) result.Result {
		return result.Result{Rule: "TJ2", Name: "two", Outcome: result.Unknown, Severity: s, Missing: []result.Missing{{Code: code}}}
	}
	exempt := func(r result.Result) result.Result { r.Suppressed = &result.Suppression{}; return r }
	ok := Ending{Resources: 1}
	tests := []struct {
		name    string
		tally   Tally
		results []result.Result
		end     Ending
		want    int
	}{
		{"nothing found", Tally{}, nil, ok, 0},
		{"an account without buckets", Tally{}, nil, Ending{}, 0},
		{"high at the default threshold", Tally{}, []result.Result{fail(result.High)}, ok, 1},
		{"medium below it", Tally{}, []result.Result{fail(result.Medium)}, ok, 0},
		{"medium at --fail-on medium", Tally{FailOn: result.Medium}, []result.Result{fail(result.Medium)}, ok, 1},
		{"exempted", Tally{}, []result.Result{exempt(fail(result.Critical))}, ok, 0},
		{"unread fact", Tally{}, []result.Result{unknown(result.High, verdict.ReasonUnread)}, ok, 3},
		{"malformed", Tally{}, []result.Result{unknown(result.High, verdict.ReasonMalformed)}, ok, 3},
		{"unread fact below the threshold", Tally{}, []result.Result{unknown(result.Low, verdict.ReasonUnread)}, ok, 0},
		{"open point", Tally{}, []result.Result{unknown(result.Critical, verdict.ReasonOpen)}, ok, 0},
		{"unsampled objects", Tally{}, []result.Result{unknown(result.Critical, verdict.ReasonUnsampled)}, ok, 0},
		{"allowed by name", Tally{AllowUnknown: []string{"two"}}, []result.Result{unknown(result.High, verdict.ReasonUnread)}, ok, 0},
		{"another is allowed", Tally{AllowUnknown: []string{"TJ1"}}, []result.Result{unknown(result.High, verdict.ReasonUnread)}, ok, 3},
		{"findings win over unread facts", Tally{}, []result.Result{unknown(result.High, verdict.ReasonUnread), fail(result.High)}, ok, 1},
		{"a target failed", Tally{}, nil, Ending{Resources: 1, Failures: 1}, 3},
		{"findings win over a failed target", Tally{}, []result.Result{fail(result.High)}, Ending{Resources: 1, Failures: 1}, 1},
		{"everything failed", Tally{}, nil, Ending{Failures: 2}, 4},
		{"interrupted", Tally{}, []result.Result{fail(result.High)}, Ending{Resources: 1, Interrupted: true}, 130},
		{"terminated", Tally{}, nil, Ending{Terminated: true, Failures: 1}, 143},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range tt.results {
				tt.tally.Add(&r)
			}
			if got := tt.tally.Code(tt.end); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
