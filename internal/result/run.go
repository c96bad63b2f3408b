// What is said once per run: versions, digests, coverage, and what varies from run to run.

package result

import (
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// Run describes a run. It is the only place where duration, call counts and start time stand.
type Run struct {
	Schema      string     `json:"schema"`
	Tool        string     `json:"tool"`
	Version     string     `json:"version"`
	RulesDigest string     `json:"rules_digest"`  // of the rules that were in force
	ConfigSum   string     `json:"config_digest"` // of the config file, empty without one
	Targets     []string   `json:"targets"`
	At          time.Time  `json:"at"` // the time of judging
	StartedAt   time.Time  `json:"started_at,omitzero"`
	Seconds     float64    `json:"seconds,omitempty"`
	Calls       int64      `json:"calls,omitempty"`
	Throttled   int64      `json:"throttled,omitempty"`
	Coverage    Coverage   `json:"coverage"`
	Counts      Counts     `json:"counts"`
	CutOff      bool       `json:"cut_off,omitempty"` // interrupted: what follows is what was found until then
	ExitCode    int        `json:"exit_code"`
	Trouble     []Trouble  `json:"failures,omitempty"`
	Exceptions  []Lapse    `json:"exceptions,omitempty"`
	RuleErrors  []RuleWoes `json:"rule_errors,omitempty"`
}

// Coverage says what was looked at, what was not and why, and what this tool does not look at at all.
type Coverage struct {
	Resources  map[scanners.Kind]int64 `json:"resources"`
	Scopes     []ScopeCoverage         `json:"scopes,omitempty"` // sorted by id
	Unread     []UnreadFact            `json:"unread,omitempty"` // sorted by fact, reason, permission
	NotCovered []string                `json:"not_covered"`      // what the scanners used do not look at
	Filtered   int64                   `json:"filtered,omitempty"`
}

// ScopeCoverage is one account, project or subscription.
type ScopeCoverage struct {
	ID        string `json:"id"`
	Resources int64  `json:"resources"`
	Whole     bool   `json:"whole"`
}

// UnreadFact counts resources for which a fact was needed and not read.
type UnreadFact struct {
	Fact       scanners.FactName   `json:"fact"`
	Reason     scanners.ReasonCode `json:"reason"`
	Permission string              `json:"permission,omitempty"`
	Resources  int64               `json:"resources"`
}

// Counts are the results by outcome, and findings by severity.
type Counts struct {
	Outcomes   map[Outcome]int64  `json:"outcomes"`
	Findings   map[Severity]int64 `json:"findings"`
	Suppressed int64              `json:"suppressed"`
}

// Trouble is a target, scope or resource that could not be read.
type Trouble struct {
	Target string `json:"target,omitempty"`
	scanners.Failure
}

// Lapse is an exception of the config file that no longer does what its owner thinks.
type Lapse struct {
	Kind string `json:"kind"` // "expired", "unused"
	What string `json:"what"`
	File string `json:"file"`
	Line int    `json:"line"`
}

// RuleWoes is a rule that failed while it was evaluated.
type RuleWoes struct {
	Rule     string `json:"rule"`
	Resource string `json:"resource"`
	Detail   string `json:"detail"`
}
