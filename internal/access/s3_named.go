// Outsiders that policies and ACLs name.

package access

import (
	"slices"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// named lists every outsider with what it can do. The owner's own account is not an outsider.
func (c *s3Case) named() []verdict.NamedGrant {
	var out []verdict.NamedGrant
	if c.policy != nil {
		// Others than strangers may have rights on the key of the bucket's default encryption.
		for _, g := range c.direct.Named() {
			out = c.appendNamed(out, g.Principal, g.Verbs)
		}
	}
	for _, id := range c.namedByACL() {
		if !slices.ContainsFunc(out, func(g verdict.NamedGrant) bool { return g.Principal == id }) {
			out = c.appendNamed(out, awspolicy.Principal{Kind: "canonical_user", Name: id}, nil)
		}
	}
	return out
}

// appendNamed adds an outsider unless nothing is open to it. policy holds the policy's answers, nil where it
// has none for the outsider.
func (c *s3Case) appendNamed(out []verdict.NamedGrant, p awspolicy.Principal, policy map[verdict.Verb]awspolicy.Answer) []verdict.NamedGrant {
	grant := verdict.NamedGrant{Principal: p.Name, Account: p.Account, Verdict: map[verdict.Verb]verdict.Verdict{}}
	found := false
	for _, verb := range verdict.Verbs() {
		paths := s3Paths{policy: verdict.Verdict{Verdict: verdict.No}}
		if a, ok := policy[verb]; ok {
			paths.policy = c.verdictOf(a, verdict.GrantPolicy, nil)
		}
		paths.acl, paths.byID = c.aclPaths(verdict.Named, verb, &p)
		paths.accessPoints = c.accessPointPaths(verdict.Named, verb, &p)
		v := c.decide(verdict.Named, verb, paths, liftNothing)
		grant.Verdict[verb] = v
		found = found || v.Verdict != verdict.No
	}
	if !found {
		return out
	}
	return append(out, grant)
}
