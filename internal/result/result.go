// Package result holds what a judged rule says of a resource. It is one Go type; every output format is a
// function of it.
package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// SchemaVersion is the version of the machine formats; it changes only when a reader must change.
const SchemaVersion = "1"

// Outcome is what a rule found.
type Outcome string

// The outcomes. Unknown is never fine.
const (
	Fail          Outcome = "fail"
	Pass          Outcome = "pass"
	Unknown       Outcome = "unknown"
	NotApplicable Outcome = "not_applicable"
)

// Severity is how bad a failed rule is.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities returns all severities, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// Rank orders severities: 0 is the worst. An unknown word ranks last.
func (s Severity) Rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return i
	}
	return len(Severities())
}

// AtLeast reports whether s is as bad as threshold or worse.
func (s Severity) AtLeast(threshold Severity) bool { return s.Rank() <= threshold.Rank() }

// Resource says what a result is about.
type Resource struct {
	ID       string            `json:"id"`
	Kind     scanners.Kind     `json:"kind"`
	Provider scanners.Provider `json:"provider,omitempty"`
	Vendor   string            `json:"vendor,omitempty"`
	Name     string            `json:"name"` // foreign text
	Account  string            `json:"account,omitempty"`
	Region   string            `json:"region,omitempty"`
	// ResourceGroup is where Azure keeps it, empty elsewhere.
	ResourceGroup string `json:"resource_group,omitempty"`
}

// ResourceOf names the resource of a record.
func ResourceOf(h scanners.Head) Resource {
	return Resource{ID: h.ID, Kind: h.Kind, Provider: h.Provider, Vendor: h.Vendor, Name: h.Name, Account: h.Account, Region: h.Region, ResourceGroup: h.ResourceGroup}
}

// Evidence is one thing that a result rests on: a fact with its value as read, or a grant, or a guard.
type Evidence struct {
	Fact   scanners.FactName `json:"fact,omitempty"`
	Value  json.RawMessage   `json:"value,omitempty"`
	Origin scanners.Origin   `json:"origin,omitzero"`
}

// Missing is a fact that was not read, or an open point, that keeps a rule from an answer.
type Missing struct {
	Fact       scanners.FactName  `json:"fact,omitempty"`
	Code       verdict.ReasonCode `json:"code"`             // why, in the classes of verdicts
	Reason     string             `json:"reason,omitempty"` // the fact's own reason ("denied", "failed", ...)
	Permission string             `json:"permission,omitempty"`
	Detail     string             `json:"detail,omitempty"`
}

// Affects reports whether the missing thing can set exit code 3: open points, unsampled objects and the work
// limit are reported but do not.
func (m Missing) Affects() bool {
	return m.Code == verdict.ReasonUnread || m.Code == verdict.ReasonMalformed
}

// Proving says what came of sending the proof.
type Proving string

// What came of a proof. Empty means that proving was not asked for.
const (
	Confirmed Proving = "confirmed"
	Refused   Proving = "refused"
	NotTried  Proving = "not_tried"
)

// SuppressionKind says who silenced a finding.
type SuppressionKind string

// The kinds of suppression.
const (
	ByException SuppressionKind = "exception"
	ByIntent    SuppressionKind = "intent"
)

// Suppression keeps an exempted finding in the output.
type Suppression struct {
	Kind    SuppressionKind `json:"kind"`
	Reason  string          `json:"reason"`
	Owner   string          `json:"owner,omitempty"`
	Expires *time.Time      `json:"expires,omitempty"`
}

// Result is the outcome of one rule on one resource (and, where the rule has them, one audience and verb or
// one element).
type Result struct {
	Rule     string   `json:"rule"` // "TJ1001"
	Name     string   `json:"name"` // "public-list"
	Outcome  Outcome  `json:"outcome"`
	Severity Severity `json:"severity"`
	Resource Resource `json:"resource"`
	// Audience and Verb are set for rules on exposure.
	Audience verdict.Audience `json:"audience,omitempty"`
	Verb     verdict.Verb     `json:"verb,omitempty"`
	// Key is the element of an `each` rule.
	Key string `json:"key,omitempty"`
	// Text are the rule's title with the element filled in, by language ("en", "ja").
	Text map[string]string `json:"text,omitempty"`
	// Proof is the verdict that decided, for rules on exposure.
	Proof *verdict.Verdict `json:"proof,omitempty"`
	// Assumed lists what the proof leaves to levels above the scope, and what was taken for granted of them.
	Assumed []string `json:"assumed,omitempty"`
	// Latent is the grant that one guard holds back, for rules on latent exposure.
	Latent   []verdict.Latent `json:"latent,omitempty"`
	Evidence []Evidence       `json:"evidence,omitempty"`
	// Missing says why the outcome is unknown.
	Missing  []Missing       `json:"missing,omitempty"`
	Place    scanners.Origin `json:"place,omitzero"`
	Proving  Proving         `json:"proving,omitempty"`
	Response string          `json:"response,omitempty"` // what the server said to the proof; foreign text
	// Probe is the proof as it was sent, what came back and from where it was seen.
	Probe *Probe `json:"probe,omitempty"`
	// Suppressed is set for findings that the user's configuration exempts.
	Suppressed  *Suppression `json:"suppressed,omitempty"`
	Fingerprint string       `json:"fingerprint"`
	// Cause is a hash of the grants and failed guards: "worsened" can be told from "still there".
	Cause string `json:"cause,omitempty"`
}

// Finding reports whether the result is a failure that nobody exempted.
func (r Result) Finding() bool { return r.Outcome == Fail && r.Suppressed == nil }

// Fingerprint is stable across scans: "tj1:" and 128 bits of SHA-256 over rule id, canonical resource id,
// audience, verb and element key.
func Fingerprint(rule, resource string, audience verdict.Audience, verb verdict.Verb, key string) string {
	return "tj1:" + digest(rule, resource, string(audience), string(verb), key)
}

// CauseOf hashes what opens and what failed to stop it.
func CauseOf(grants []verdict.Grant, guards []verdict.Guard) string {
	if len(grants) == 0 && len(guards) == 0 {
		return ""
	}
	parts := make([]string, 0, len(grants)+len(guards))
	for _, g := range grants {
		parts = append(parts, strings.Join([]string{"grant", string(g.Kind), g.Where, g.Who, g.What, g.Text}, "\x1f"))
	}
	for _, g := range guards {
		parts = append(parts, strings.Join([]string{"guard", g.Name, g.Level, g.State}, "\x1f"))
	}
	slices.Sort(parts)
	return digest(parts...)
}

func digest(parts ...string) string {
	text := make([]byte, 0, 256) // enough for nearly all, so that it stays on the stack
	for _, p := range parts {
		text = append(append(text, p...), 0)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Compare orders findings for sorted formats: worst first, then by resource, rule, audience, verb and key.
func Compare(a, b Result) int {
	return cmp.Or(
		cmp.Compare(a.Severity.Rank(), b.Severity.Rank()),
		cmp.Compare(a.Resource.ID, b.Resource.ID),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Audience, b.Audience),
		cmp.Compare(a.Verb, b.Verb),
		cmp.Compare(a.Key, b.Key),
		cmp.Compare(a.Fingerprint, b.Fingerprint),
	)
}
