// What an S3 bucket's policy enforces on everybody.

package access

import (
	"github.com/tojimari/tojimari/internal/access/verdict"
)

func (c *s3Case) posture() Posture {
	if c.policyBad != nil {
		v := verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{*c.policyBad}}
		return Posture{CleartextRefused: v, SignatureAgeBounded: v, PresignedRefused: v, UnencryptedWritesRefused: v, LockedOut: v}
	}
	no := verdict.Verdict{Verdict: verdict.No}
	return Posture{CleartextRefused: no, SignatureAgeBounded: no, PresignedRefused: no, UnencryptedWritesRefused: no, LockedOut: no}
}
