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
// that have no access question of their own give verdicts of "no" with nothing granted. rec is not changed.
func Judge(rec *scanners.Record, at time.Time) Judged {
	out := judge(rec, at)
	settleChanges(&out.Access, func(moment time.Time) verdict.Access { return judge(rec, moment).Access })
	return out
}

func judge(rec *scanners.Record, at time.Time) Judged {
	if rec.Kind == scanners.KindBucket {
		switch rec.Provider {
		case scanners.AWS:
			return judgeS3Bucket(rec, at)
		case scanners.Azure:
			return judgeAzureContainer(rec, at)
		case scanners.GCP:
			return judgeGCSBucket(rec, at)
		}
	}
	return closed()
}

// closed is the answer where nothing is granted to anybody.
func closed() Judged {
	var out Judged
	out.Anonymous, out.AnyAccount = map[verdict.Verb]verdict.Verdict{}, map[verdict.Verb]verdict.Verdict{}
	for _, verb := range verdict.Verbs() {
		out.Anonymous[verb] = verdict.Verdict{Verdict: verdict.No}
		out.AnyAccount[verb] = verdict.Verdict{Verdict: verdict.No}
	}
	out.PublicByProvider = verdict.No
	return out
}
