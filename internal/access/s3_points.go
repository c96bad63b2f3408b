// Access points and multi-region access points: a way in for signed requests only, where both the access
// point's policy and the bucket's must allow.
//
// S3 User Guide, "Configuring IAM policies for using access points", "Access points restrictions and limitations".

package access

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// s3PointPath is what an access point's policy and the bucket's open together, before the guards on either.
type s3PointPath struct {
	verdict verdict.Verdict
	own     flag           // RestrictPublicBuckets of the access point itself
	public  verdict.Answer // whether AWS calls the access point's policy public
	why     []verdict.Reason
}

// accessPointPaths asks each internet-facing access point. The bucket's own policy must allow as well; where it
// does not mention access points it decides the same as for direct requests, and they add nothing to it.
func (c *s3Case) accessPointPaths(who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) []s3PointPath {
	if c.policy == nil || !mentionsAccessPoints(c.rec.Bucket.AWS.Policy.Value.Text) {
		return nil
	}
	points := c.rec.Bucket.AWS.AccessPoints
	if points.State == scanners.Unknown {
		return []s3PointPath{undecidedPoint(unread(factAccessPoints, points.Status()))}
	}
	var out []s3PointPath
	for _, ap := range points.Value.List {
		out = append(out, c.accessPoint(ap, who, verb, principal))
	}
	return out
}

func undecidedPoint(reason verdict.Reason) s3PointPath {
	return s3PointPath{verdict: verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{reason}}, own: flag{known: true}, public: verdict.No}
}

// mentionsAccessPoints errs on the side of yes: JSON may spell any letter as an escape.
func mentionsAccessPoints(policy string) bool {
	return strings.Contains(strings.ToLower(policy), "accesspoint") || strings.Contains(policy, `\u`)
}

func (c *s3Case) accessPoint(ap scanners.AccessPoint, who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) s3PointPath {
	where := "access point " + ap.Name
	switch {
	case ap.Policy.State == scanners.Unknown:
		return undecidedPoint(unread(factAccessPoints, ap.Policy.Status()))
	case ap.Policy.State != scanners.Known:
		return s3PointPath{verdict: verdict.Verdict{Verdict: verdict.No}, own: flag{known: true}, public: verdict.No}
	}
	policy, err := awspolicy.Parse([]byte(ap.Policy.Value.Text))
	if err != nil {
		return undecidedPoint(verdict.Reason{Code: verdict.ReasonMalformed, Detail: where + ": policy: " + err.Error()})
	}
	via := c.via(ap)
	if c.rec.Account != "" && via.Account != c.rec.Account {
		c.assume(where + ": the public access block of account " + via.Account + ", which owns it, is not read, assumed unset")
	}
	grants := append(c.bucketLayer(), awspolicy.Layer{Policy: policy, Where: where, OnAccessPoint: true})
	out := s3PointPath{own: accessPointRestrict(ap)}
	out.verdict = c.agreed(verb, func(v s3Variant) verdict.Verdict {
		solver := awspolicy.New(awspolicy.Setting{Env: c.envOf(v), Grants: grants, Denies: c.deniesOf(v), Via: via, Sampled: c.sampled(), Fresh: c.fresh()})
		return c.verdictOf(solve(solver, who, verb, principal), verdict.GrantPolicy, &ap)
	})
	out.public, out.why = awspolicy.Public(policy, c.env, awspolicy.AccessPointPolicy)
	if ap.NetworkOrigin == "VPC" {
		out.public, out.why = verdict.No, nil
	}
	return out
}

// via reads where an access point stands from its ARN, which alone says it for sure: a multi-region access point is
// in no region and goes by its alias there, and another account than the bucket's may own it.
func (c *s3Case) via(ap scanners.AccessPoint) *awspolicy.AccessPoint {
	out := &awspolicy.AccessPoint{Name: ap.Name, Region: c.rec.Region, Account: ap.Account, VPC: ap.VPC}
	if ap.MultiRegion {
		out.Region = ""
		if ap.Alias != "" {
			out.Name = ap.Alias
		}
	}
	if account := arnField(ap.ARN, 4); account != "" {
		out.Account = account
		out.Region = arnField(ap.ARN, 3)
		if name, ok := strings.CutPrefix(arnField(ap.ARN, 5), "accesspoint/"); ok && name != "" {
			out.Name = name
		}
	}
	if out.Account == "" {
		out.Account = c.rec.Account
	}
	region, account := ownARN(ap)
	if out.Region == "" && !ap.MultiRegion {
		out.Region = region
	}
	if out.Account == "" {
		out.Account = account
	}
	return out
}

// ownARN reads region and account from the policy of an access point that nothing else tells them of: S3 takes only
// policies about the access point itself. Empty where the policy does not name it in full.
func ownARN(ap scanners.AccessPoint) (region, account string) {
	const start, longest = "arn:", 1024
	rest := ap.Policy.Value.Text
	for {
		_, after, found := strings.Cut(rest, start)
		if !found {
			return "", ""
		}
		rest = after
		arn, _, _ := strings.Cut(after[:min(len(after), longest)], `"`)
		resource, ok := strings.CutPrefix(arnField(start+arn, 5), "accesspoint/"+ap.Name)
		if ok && (resource == "" || resource[0] == '/') && !strings.ContainsAny(arnField(start+arn, 3)+arnField(start+arn, 4), "*?$") {
			return arnField(start+arn, 3), arnField(start+arn, 4)
		}
	}
}

// throughPoint applies RestrictPublicBuckets of access point, bucket and account. The bucket's own policy counts as
// public or not for its own restriction, the access point's for the restriction at any of the levels.
func (c *s3Case) throughPoint(p s3PointPath, without lift) verdict.Verdict {
	restrict, own := c.restrict.lifted(without), p.own.lifted(without)
	if !restrict.on && (own.on || !own.known) {
		own.reasons = append(slices.Clone(own.reasons), restrict.reasons...)
		return restrictedWhen(restrictedWhen(p.verdict, own, p.public, p.why), restrict, c.public, c.publicBy)
	}
	return restrictedWhen(restrictedWhen(p.verdict, restrict, p.public, p.why), restrict, c.public, c.publicBy)
}

// accessPointRestrict is RestrictPublicBuckets of the access point itself.
func accessPointRestrict(ap scanners.AccessPoint) flag {
	out := flag{known: true, guard: verdict.Guard{Name: "RestrictPublicBuckets", Level: "access point " + ap.Name, State: "off"}}
	switch block := ap.PublicAccessBlock; {
	case block.State == scanners.Known && block.Value.RestrictPublicBuckets:
		out.on, out.guard.State = true, "on"
	case block.State == scanners.Unknown:
		out.known, out.guard.State = false, "unknown"
		out.reasons = []verdict.Reason{unread(factAccessPoints, block.Status())}
	}
	return out
}

// pointsRestricted reports whether some access point's own restriction is on.
func (c *s3Case) pointsRestricted() bool {
	return slices.ContainsFunc(c.rec.Bucket.AWS.AccessPoints.Value.List, func(ap scanners.AccessPoint) bool { return accessPointRestrict(ap).on })
}

// arnField gives the nth colon-separated field of an ARN, counted from 0.
func arnField(arn string, n int) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 {
		return ""
	}
	return fields[n]
}
