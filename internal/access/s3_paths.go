// The ways into an S3 bucket (policy, ACL, access points) and the guards on each.

package access

import (
	"strings"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// s3Paths are the alternatives by which one audience could do one verb, before the guards around them.
type s3Paths struct {
	policy verdict.Verdict
	// acl holds grants to the groups, byID those to the canonical id of the anonymous user.
	acl, byID    verdict.Verdict
	accessPoints []verdict.Verdict // their own guards applied already
}

// paths asks every alternative for anybody.
func (c *s3Case) paths(who verdict.Audience, verb verdict.Verb) s3Paths {
	out := s3Paths{policy: verdict.Verdict{Verdict: verdict.No}}
	switch {
	case c.policyBad != nil:
		out.policy = verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{*c.policyBad}}
	case c.policy != nil:
		out.policy = c.askPolicy(who, verb)
	}
	out.acl, out.byID = c.aclPaths(who, verb, nil)
	if who != verdict.Anonymous {
		out.accessPoints = c.accessPointPaths(who, verb, nil)
	}
	return out
}

// askPolicy asks the bucket policy. Where ownership was not read and the policy speaks of ACL headers, the answer
// stands only if it is the same with ACLs disabled.
func (c *s3Case) askPolicy(who verdict.Audience, verb verdict.Verb) verdict.Verdict {
	v := c.verdictOf(c.direct.Solve(verb, who), verdict.GrantPolicy, nil)
	if c.aclsOff.known || !opens(v) || !strings.Contains(strings.ToLower(c.rec.Bucket.AWS.Policy.Value.Text), "s3:x-amz-") {
		return v
	}
	env := c.env
	env.ACLs = awspolicy.Off
	if c.verdictOf(awspolicy.New(awspolicy.Setting{Env: env, Grants: c.bucketLayer(), Denies: c.denies}).Solve(verb, who), verdict.GrantPolicy, nil).Verdict == v.Verdict {
		return v
	}
	v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, c.aclsOff.reasons...)
	return v
}

// solve asks a solver for anybody or, where principal is set, for one outsider.
func solve(s *awspolicy.Solver, who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) awspolicy.Answer {
	if principal != nil {
		return s.SolveFor(verb, *principal)
	}
	return s.Solve(verb, who)
}

// decide applies the guards to each way in and joins them: any one suffices.
func (c *s3Case) decide(who verdict.Audience, verb verdict.Verb, p s3Paths, without lift) verdict.Verdict {
	restrict, ignore, aclsOff, payer := c.restrict.lifted(without), c.ignore.lifted(without), c.aclsOff.lifted(without), c.payer.lifted(without)
	policy := c.restricted(p.policy, restrict)
	acl := guarded(guarded(p.acl, aclsOff), ignore)
	byID := guarded(p.byID, aclsOff)
	if opens(byID) && (ignore.on || !ignore.known) {
		byID.Verdict = verdict.Unknown
		byID.Reasons = append(byID.Reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: "whether IgnorePublicAcls covers a grant to the canonical id of the anonymous user is not documented"})
	}
	v := verdict.Union(append([]verdict.Verdict{policy, acl, byID}, p.accessPoints...)...)
	if verb == verdict.Permissions {
		// With ACLs disabled S3 refuses every change of an ACL (AccessControlListNotSupported), and nothing but
		// an ACL can be changed from outside the owner's account.
		if who != verdict.Named {
			v = guarded(v, aclsOff)
		}
	}
	switch {
	case !opens(v):
	case who == verdict.Anonymous:
		v = guarded(v, payer)
	case payer.on:
		v.Needs = append(v.Needs, "x-amz-request-payer=requester")
	}
	if verb == verdict.Read && opens(v) {
		v = c.objectGates(who, v)
	}
	return settled(v)
}

// guarded lets a verdict through a guard that is off, closes it where it is on, and makes it unknown where
// the guard was not read.
func guarded(v verdict.Verdict, g flag) verdict.Verdict {
	if v.Verdict == verdict.No {
		return v
	}
	switch {
	case g.on:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: append(v.ClosedBy, g.guard)}
	case !g.known:
		v.Verdict = verdict.Unknown
		v.Reasons = append(v.Reasons, g.reasons...)
		v.Guards = append(v.Guards, g.guard)
		return v
	default:
		v.Guards = append(v.Guards, g.guard)
		return v
	}
}

// restricted applies RestrictPublicBuckets, which acts only where AWS calls the policy public.
func (c *s3Case) restricted(v verdict.Verdict, restrict flag) verdict.Verdict {
	return restrictedWhen(v, restrict, c.public, c.publicBy)
}

func restrictedWhen(v verdict.Verdict, restrict flag, public verdict.Answer, why []verdict.Reason) verdict.Verdict {
	if v.Verdict == verdict.No || (restrict.known && !restrict.on) {
		return guarded(v, flag{known: true, guard: restrict.guard})
	}
	switch public {
	case verdict.Yes:
		return guarded(v, restrict)
	case verdict.No:
		guard := restrict.guard
		guard.State, guard.Detail = "does not apply", "the policy is not public in the provider's sense"
		v.Guards = append(v.Guards, guard)
		return v
	default:
		v.Verdict = verdict.Unknown
		v.Reasons = append(append(v.Reasons, why...), restrict.reasons...)
		v.Guards = append(v.Guards, restrict.guard)
		return v
	}
}

// objectGates weighs what single objects need: KMS-encrypted objects refuse unsigned readers and strangers to
// the key, archived ones need a restore first.
func (c *s3Case) objectGates(who verdict.Audience, v verdict.Verdict) verdict.Verdict {
	sample := c.rec.Bucket.Objects
	known, readable := 0, 0
	for _, o := range sample.Value.Objects {
		if o.Encryption == "" && o.StorageClass == "" {
			continue
		}
		known++
		if s3Readable(o) {
			readable++
		}
	}
	switch encryption := c.rec.Bucket.Encryption; {
	case readable > 0:
		return v
	case known > 0 && sample.Value.Complete:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{{Name: "object encryption or storage class", Level: "object", State: "on", Detail: "no object can be read without a key or a restore"}}}
	case known > 0:
		return conditional(v, "an object that is neither encrypted with KMS nor archived")
	case encryption.State == scanners.Unknown:
		// An unread guard inside the scope turns yes into unknown.
		v.Verdict = verdict.Unknown
		v.Reasons = append(v.Reasons, unread(factEncryption, encryption.Status()))
		return v
	case encryption.State == scanners.Known && isKMS(encryption.Value.Algorithm):
		who := map[verdict.Audience]string{verdict.Anonymous: "unsigned readers"}[who]
		if who == "" {
			who = "readers without rights on the key"
		}
		return conditional(v, "an object stored without KMS: the bucket's default is "+encryption.Value.Algorithm+", which refuses "+who)
	default:
		return v
	}
}

func conditional(v verdict.Verdict, on string) verdict.Verdict {
	if v.Verdict == verdict.Yes {
		v.Verdict = verdict.Conditional
	}
	v.DependsOn = append(v.DependsOn, on)
	return v
}

func isKMS(algorithm string) bool { return algorithm == "aws:kms" || algorithm == "aws:kms:dsse" }

// s3Readable reports whether a reader without any key gets the object's content.
func s3Readable(o scanners.SampledObject) bool {
	switch o.StorageClass {
	case "GLACIER", "DEEP_ARCHIVE":
		return false
	}
	return !isKMS(o.Encryption) && o.Encryption != "SSE-C"
}

// latent lists what one guard alone holds back.
func (c *s3Case) latent(now verdict.Access, paths map[verdict.Audience]map[verdict.Verb]s3Paths) []verdict.Latent {
	var out []verdict.Latent
	guards := []struct {
		name lift
		flag flag
	}{{liftIgnore, c.ignore}, {liftRestrict, c.restrict}, {liftOwnership, c.aclsOff}, {liftPayer, c.payer}}
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		for _, verb := range verdict.Verbs() {
			if now.Of(who, verb).Verdict != verdict.No {
				continue
			}
			for _, g := range guards {
				if !g.flag.on {
					continue
				}
				if v := c.decide(who, verb, paths[who][verb], g.name); opens(v) {
					out = append(out, verdict.Latent{Audience: who, Verb: verb, Guard: g.flag.guard, Grants: v.Grants})
				}
			}
		}
	}
	return out
}
