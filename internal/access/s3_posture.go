// What an S3 bucket's policy enforces on everybody.

package access

import (
	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

func (c *s3Case) posture() Posture {
	if c.policyBad != nil {
		v := verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{*c.policyBad}}
		return Posture{CleartextRefused: v, SignatureAgeBounded: v, PresignedRefused: v, UnencryptedWritesRefused: v, LockedOut: v}
	}
	if !c.denying() {
		no := verdict.Verdict{Verdict: verdict.No}
		return Posture{CleartextRefused: no, SignatureAgeBounded: no, PresignedRefused: no, UnencryptedWritesRefused: no, LockedOut: no}
	}
	controls := awspolicy.NewControls(awspolicy.Setting{Env: c.env, Grants: c.bucketLayer(), Denies: c.denies})
	age := controls.BoundsSignatureAge()
	out := Posture{
		CleartextRefused:         c.control(controls.RefusesCleartext()),
		SignatureAgeBounded:      verdict.Verdict{Verdict: age.Bounded, Reasons: factual(age.Reasons)},
		PresignedRefused:         verdict.Verdict{Verdict: verdict.No},
		UnencryptedWritesRefused: c.control(controls.RefusesUnencryptedUploads()),
		LockedOut:                c.control(controls.LocksOut()),
	}
	switch {
	case age.Bounded == verdict.Yes && age.Milliseconds == 0:
		out.PresignedRefused.Verdict = verdict.Yes
	case age.Bounded == verdict.Yes:
		out.SignatureAgeSeconds = (age.Milliseconds + 999) / 1000
	case age.Bounded == verdict.Unknown:
		out.PresignedRefused = out.SignatureAgeBounded
	}
	return out
}

// denying reports whether anything could be refused to those whom something else lets in.
func (c *s3Case) denying() bool {
	if len(c.denies) > 0 {
		return true
	}
	if c.policy == nil {
		return false
	}
	for i := range c.policy.Statements {
		if c.policy.Statements[i].Effect != awspolicy.EffectAllow {
			return true
		}
	}
	return false
}

func (c *s3Case) control(k awspolicy.Control) verdict.Verdict {
	v := verdict.Verdict{Verdict: k.Holds, Reasons: factual(k.Reasons)}
	if k.Holds == verdict.No && k.Through != nil {
		v.Witness = c.request(awspolicy.Answer{Witness: k.Through}, nil)
	}
	return v
}

// factual names facts of records where the solver names what it is missing in its own words.
func factual(reasons []verdict.Reason) []verdict.Reason {
	names := map[string]string{
		"account": "", "organization_id": string(factOrganization), "organization": string(factOrganization),
		"organization_path": string(factOrganization), "tags": "bucket.labels",
	}
	out := make([]verdict.Reason, 0, len(reasons))
	for _, r := range reasons {
		if fact, ok := names[r.Fact]; ok {
			r.Fact = fact
		}
		out = append(out, r)
	}
	return out
}
