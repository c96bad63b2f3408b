// Access points and multi-region access points: a way in for signed requests only, where both the access
// point's policy and the bucket's must allow.
//
// S3 User Guide, "Configuring IAM policies for using access points", "Access points restrictions and limitations".

package access

import (
	"strings"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// accessPointPaths asks each internet-facing access point. The bucket's own policy must allow as well; where it
// does not mention access points it decides the same as for direct requests, and they add nothing to it.
func (c *s3Case) accessPointPaths(who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) []verdict.Verdict {
	if c.policy == nil || !mentionsAccessPoints(c.rec.Bucket.AWS.Policy.Value.Text) {
		return nil
	}
	points := c.rec.Bucket.AWS.AccessPoints
	if points.State == scanners.Unknown {
		return []verdict.Verdict{{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factAccessPoints, points.Status())}}}
	}
	var out []verdict.Verdict
	for _, ap := range points.Value.List {
		out = append(out, c.accessPoint(ap, who, verb, principal))
	}
	return out
}

func mentionsAccessPoints(policy string) bool {
	return strings.Contains(strings.ToLower(policy), "accesspoint")
}

func (c *s3Case) accessPoint(ap scanners.AccessPoint, who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) verdict.Verdict {
	where := "access point " + ap.Name
	switch {
	case ap.Policy.State == scanners.Unknown:
		return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factAccessPoints, ap.Policy.Status())}}
	case ap.Policy.State != scanners.Known:
		return verdict.Verdict{Verdict: verdict.No}
	}
	policy, err := awspolicy.Parse([]byte(ap.Policy.Value.Text))
	if err != nil {
		return malformed(where + ": policy: " + err.Error())
	}
	via := &awspolicy.AccessPoint{Name: ap.Name, Region: c.rec.Region, Account: ap.Account, VPC: ap.VPC}
	if via.Account == "" {
		via.Account = c.rec.Account
	}
	if region := arnField(ap.ARN, 3); region != "" {
		via.Region = region
	}
	if account := arnField(ap.ARN, 4); account != "" {
		via.Account = account
	}
	grants := append(c.bucketLayer(), awspolicy.Layer{Policy: policy, Where: where, OnAccessPoint: true})
	solver := awspolicy.New(awspolicy.Setting{Env: c.env, Grants: grants, Denies: c.denies, Via: via, Sampled: c.sampled(), Fresh: c.fresh()})
	v := c.verdictOf(solve(solver, who, verb, principal), verdict.GrantPolicy, &ap)
	public, why := awspolicy.Public(policy, c.env, awspolicy.AccessPointPolicy)
	if ap.NetworkOrigin == "VPC" {
		public, why = verdict.No, nil
	}
	// The bucket's own policy counts as public or not for its own RestrictPublicBuckets, the access point's for
	// the restriction at any of the levels.
	v = restrictedWhen(v, c.accessPointRestrict(ap), public, why)
	return restrictedWhen(v, c.restrict, c.public, c.publicBy)
}

// accessPointRestrict joins RestrictPublicBuckets of the access point with that of bucket and account.
func (c *s3Case) accessPointRestrict(ap scanners.AccessPoint) flag {
	out := c.restrict
	if out.on {
		return out
	}
	switch block := ap.PublicAccessBlock; {
	case block.State == scanners.Known && block.Value.RestrictPublicBuckets:
		return flag{on: true, known: true, guard: verdict.Guard{Name: "RestrictPublicBuckets", Level: "access point " + ap.Name, State: "on"}}
	case block.State == scanners.Unknown:
		out.known = false
		out.guard.State = "unknown"
		out.reasons = append(out.reasons, unread(factAccessPoints, block.Status()))
	}
	return out
}

// arnField gives the nth colon-separated field of an ARN, counted from 0.
func arnField(arn string, n int) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 {
		return ""
	}
	return fields[n]
}
