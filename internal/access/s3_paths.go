// The ways into an S3 bucket (policy, ACL, access points) and the guards on each.

package access

import (
	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// s3Paths are the alternatives by which one audience could do one verb, before the guards around them.
type s3Paths struct {
	policy verdict.Verdict
	// acl holds grants to the groups, byID those to the canonical id of the anonymous user.
	acl, byID    verdict.Verdict
	accessPoints []s3PointPath
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

// askPolicy asks the bucket policy.
func (c *s3Case) askPolicy(who verdict.Audience, verb verdict.Verb) verdict.Verdict {
	return c.agreed(verb, func(v s3Variant) verdict.Verdict {
		return c.verdictOf(c.solver(v).Solve(verb, who), verdict.GrantPolicy, nil)
	})
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
	policy := c.policyObjects(who, verb, c.restricted(p.policy, restrict))
	acl := guarded(guarded(p.acl, aclsOff), ignore)
	byID := guarded(p.byID, aclsOff)
	if opens(byID) && (ignore.on || !ignore.known) {
		byID.Verdict = verdict.Unknown
		byID.Reasons = append(byID.Reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: "whether IgnorePublicAcls covers a grant to the canonical id of the anonymous user is not documented"})
	}
	ways := []verdict.Verdict{policy, acl, byID}
	for _, point := range p.accessPoints {
		ways = append(ways, c.policyObjects(who, verb, c.throughPoint(point, without)))
	}
	v := verdict.Union(ways...)
	if verb == verdict.Permissions {
		// With ACLs disabled S3 refuses every change of an ACL (AccessControlListNotSupported), and nothing but
		// an ACL can be changed from outside the owner's account.
		if who != verdict.Named {
			v = guarded(v, aclsOff)
		}
	}
	switch {
	case who == verdict.Anonymous:
		v = guarded(v, payer)
	case payer.on && opens(v):
		v.Needs = append(v.Needs, "x-amz-request-payer=requester")
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

func conditional(v verdict.Verdict, on string) verdict.Verdict {
	if v.Verdict == verdict.Yes {
		v.Verdict = verdict.Conditional
	}
	v.DependsOn = append(v.DependsOn, on)
	return v
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
				if !g.flag.on && !(g.name == liftRestrict && c.pointsRestricted()) {
					continue
				}
				if v := c.decide(who, verb, paths[who][verb], g.name); opens(v) {
					guard := g.flag.guard
					if closed := now.Of(who, verb).ClosedBy; !g.flag.on && len(closed) > 0 {
						guard = closed[0]
					}
					out = append(out, verdict.Latent{Audience: who, Verb: verb, Guard: guard, Grants: v.Grants})
				}
			}
		}
	}
	return out
}
