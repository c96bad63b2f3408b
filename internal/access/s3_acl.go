// ACL grants of S3 buckets and sampled objects. A grant is written out as the Allow statement that it amounts
// to, so that explicit denies of the bucket policy and of the organisation beat it too.
//
// S3 User Guide, "Access control list (ACL) overview": who the groups are, and which actions a permission maps to.

package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

const (
	groupAllUsers      = "/groups/global/AllUsers"
	groupAuthenticated = "/groups/global/AuthenticatedUsers"
	groupAllUsersShort = "all-users"
	// anonymousID is the canonical id of the anonymous user, who owns what was uploaded without credentials.
	anonymousID = "65a011a29cdf8ec533ec3d1ccaae921c"
)

// aclEntry is one grant with where it stands.
type aclEntry struct {
	scanners.ACLGrant
	kind   verdict.GrantKind
	where  string
	index  int
	object string // key, empty for the bucket's ACL
	state  s3ObjectState
}

// aclPaths says what ACL grants open: grants to the groups (and to a named outsider), and apart from them
// those to the anonymous user's canonical id, since block flags speak of groups only.
func (c *s3Case) aclPaths(who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal) (groups, byID verdict.Verdict) {
	var toGroups, toID []aclEntry
	for _, e := range c.aclEntries(verb) {
		switch {
		case who == verdict.Named:
			if principal != nil && e.Grantee == principal.Name {
				toGroups = append(toGroups, e)
			}
		case isAllUsers(e.Grantee), who == verdict.AnyAccount && strings.HasSuffix(e.Grantee, groupAuthenticated):
			toGroups = append(toGroups, e)
		case who == verdict.Anonymous && e.Grantee == anonymousID:
			toID = append(toID, e)
		}
	}
	groups = c.askACL(who, verb, principal, toGroups)
	byID = verdict.Union(c.askACL(who, verb, principal, toID), c.ownedByAnybody(who, verb))
	// An ACL that was not read could hold any grant, unless nothing could bring it to bear.
	if acl := c.rec.Bucket.AWS.ACL; acl.State == scanners.Unknown && bucketACLGives(verb, acl.Reason) && !opens(groups) {
		groups = verdict.Union(groups, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factACL, acl.Status())}})
	}
	if objectACLGives(verb) && !opens(groups) && who != verdict.Named {
		groups = verdict.Union(groups, c.unsampled())
	}
	return groups, byID
}

// ownedByAnybody weighs sampled objects that were uploaded without credentials and whose ACL was not read: the
// anonymous user owns them, and their default ACL gives the owner full control.
func (c *s3Case) ownedByAnybody(who verdict.Audience, verb verdict.Verb) verdict.Verdict {
	if who != verdict.Anonymous || !objectACLGives(verb) {
		return verdict.Verdict{Verdict: verdict.No}
	}
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if o.Owner == anonymousID && !o.ACLRead {
			return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{
				Code: verdict.ReasonUnread, Fact: string(factObjects), Permission: "s3:GetObjectAcl", Detail: "an object that the anonymous user owns was sampled without its ACL",
			}}}
		}
	}
	return verdict.Verdict{Verdict: verdict.No}
}

// unsampled weighs objects whose own ACLs nobody has looked at. Where a look was asked for and failed, what they
// open is unknown; where none was asked for, they are assumed to open nothing, and that is said.
func (c *s3Case) unsampled() verdict.Verdict {
	nothing := verdict.Verdict{Verdict: verdict.No}
	switch objects := c.rec.Bucket.Objects.Status(); {
	case c.aclsOff.on || c.ignore.on:
		return nothing
	case objects.State != scanners.Unknown:
		for _, o := range c.rec.Bucket.Objects.Value.Objects {
			if o.ACLReason.Code != scanners.NotInspected {
				return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factObjects, scanners.Status{Reason: o.ACLReason})}}
			}
		}
		return nothing
	case objects.Reason.Code == scanners.NotInspected:
		c.assume(string(factObjects) + ": not sampled, assumed that no object's own ACL opens it")
		return nothing
	default:
		reason := unread(factObjects, objects)
		reason.Code = verdict.ReasonUnsampled
		return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{reason}}
	}
}

// bucketACLGives reports whether a bucket's ACL that was not read can grant the verb: at S3 it never opens the
// content of objects. What a service uses in its place, and does not tell, may grant anything.
func bucketACLGives(verb verdict.Verb, why scanners.Reason) bool {
	return verb != verdict.Read || why.Code == scanners.Hidden
}

// objectACLGives reports whether an object's ACL can grant the verb.
func objectACLGives(verb verdict.Verb) bool {
	return verb == verdict.Read || verb == verdict.Permissions
}

func isAllUsers(grantee string) bool {
	return strings.HasSuffix(grantee, groupAllUsers) || grantee == groupAllUsersShort
}

// aclEntries lists the grants that bear on the verb.
func (c *s3Case) aclEntries(verb verdict.Verb) []aclEntry {
	var out []aclEntry
	for i, g := range c.rec.Bucket.AWS.ACL.Value.Grants {
		if e := (aclEntry{ACLGrant: g, kind: verdict.GrantACL, where: "bucket ACL", index: i}); len(c.actionsOf(e, verb)) > 0 {
			out = append(out, e)
		}
	}
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		for i, g := range o.Grants {
			if len(aclActions(g.Permission, true, verb)) > 0 {
				out = append(out, aclEntry{ACLGrant: g, kind: verdict.GrantObject, where: "object " + o.Key, index: i, object: o.Key, state: s3StateOf(o)})
			}
		}
	}
	return out
}

// actionsOf gives the actions of the verb that an entry grants, with what READ on a bucket opens at this service.
func (c *s3Case) actionsOf(e aclEntry, verb verdict.Verb) []string {
	if e.object != "" {
		return aclActions(e.Permission, true, verb)
	}
	opens := c.rec.Bucket.AWS.ACL.Value.ReadOpens
	switch {
	case len(opens) == 0:
	case verb == verdict.Read && slices.Contains(opens, "objects"):
		return aclActions(e.Permission, true, verb)
	case verb == verdict.List && !slices.Contains(opens, "list"):
		return nil
	}
	return aclActions(e.Permission, false, verb)
}

// aclActions gives the actions of the verb that a permission maps to, on a bucket or on an object.
func aclActions(permission string, object bool, verb verdict.Verb) []string {
	full := permission == "FULL_CONTROL"
	switch {
	case !object && verb == verdict.List && (full || permission == "READ"):
		return []string{"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"}
	case !object && verb == verdict.Write && (full || permission == "WRITE"):
		return []string{"s3:PutObject"}
	case !object && verb == verdict.Permissions && (full || permission == "WRITE_ACP"):
		return []string{"s3:PutBucketAcl"}
	case object && verb == verdict.Read && (full || permission == "READ"):
		return []string{"s3:GetObject", "s3:GetObjectVersion"}
	case object && verb == verdict.Permissions && (full || permission == "WRITE_ACP"):
		return []string{"s3:PutObjectAcl", "s3:PutObjectVersionAcl"}
	default:
		return nil
	}
}

// askACL asks whether the grants open the verb: reading, only of objects that a stranger to their keys can read.
func (c *s3Case) askACL(who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal, entries []aclEntry) verdict.Verdict {
	if verb != verdict.Read {
		return c.askEntries(who, verb, principal, entries)
	}
	byState := map[s3ObjectState][]aclEntry{}
	for _, e := range entries {
		byState[e.state] = append(byState[e.state], e)
	}
	locked := c.askEntries(who, verb, principal, byState[s3Locked])
	if opens(locked) {
		locked = verdict.Verdict{Verdict: verdict.No, Grants: locked.Grants, ClosedBy: []verdict.Guard{lockedGuard}}
	}
	return verdict.Union(c.askEntries(who, verb, principal, byState[s3Readable]),
		c.byDefaultEncryption(who, c.askEntries(who, verb, principal, byState[s3Untold])), locked)
}

// askEntries asks whether the grants open the verb once every Deny has been heard.
func (c *s3Case) askEntries(who verdict.Audience, verb verdict.Verb, principal *awspolicy.Principal, entries []aclEntry) verdict.Verdict {
	if len(entries) == 0 {
		return verdict.Verdict{Verdict: verdict.No}
	}
	type statement struct {
		Effect, Principal, Resource string
		Action                      []string
	}
	doc := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, e := range entries {
		resource := "*"
		if e.object != "" {
			resource = "arn:" + c.partition() + ":s3:::" + c.direct.Bucket() + "/" + literalKey(e.object)
		}
		doc.Statement = append(doc.Statement, statement{"Allow", "*", resource, c.actionsOf(e, verb)})
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return malformed(fmt.Sprintf("ACL: %v", err))
	}
	policy, err := awspolicy.Parse(text)
	if err != nil {
		return malformed(fmt.Sprintf("ACL: %v", err))
	}
	v := c.agreed(verb, func(v s3Variant) verdict.Verdict {
		if who == verdict.Named {
			v.sealed = false
		}
		denies := append(c.bucketLayer(), c.deniesOf(v)...)
		solver := awspolicy.New(awspolicy.Setting{Env: c.envOf(v), Grants: []awspolicy.Layer{{Policy: policy, Where: "ACL"}}, Denies: denies, Fresh: c.fresh()})
		return c.verdictOf(solve(solver, who, verb, principal), verdict.GrantACL, nil)
	})
	for i, g := range v.Grants {
		e := entries[g.Index]
		v.Grants[i] = verdict.Grant{Kind: e.kind, Where: e.where, Index: e.index, Who: e.Grantee, What: e.Permission}
	}
	if v.Witness != nil && entries[0].object != "" {
		v.Witness.KeyKnown = true
	}
	switch {
	case c.policyBad == nil || !opens(v):
	case c.rec.Bucket.AWS.Policy.Reason.Code == scanners.Hidden:
		c.assume(string(factPolicy) + ": not told by the service, assumed to deny nothing")
	default:
		// The policy that was not read may deny.
		v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, *c.policyBad)
	}
	return v
}

// literalKey writes a key so that it stands for itself in a resource pattern.
// IAM User Guide, "IAM policy elements: Variables and tags", special characters.
func literalKey(key string) string {
	return strings.NewReplacer("*", "${*}", "?", "${?}", "$", "${$}").Replace(key)
}

func (c *s3Case) partition() string {
	if c.rec.Partition == "" {
		return "aws"
	}
	return c.rec.Partition
}

func malformed(detail string) verdict.Verdict {
	return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonMalformed, Detail: detail}}}
}

// namedByACL lists the canonical ids that ACLs name beside the owner, the groups and the anonymous user.
func (c *s3Case) namedByACL() []string {
	var out []string
	add := func(owner string, grants []scanners.ACLGrant) {
		for _, g := range grants {
			if g.Kind == "Group" || strings.Contains(g.Grantee, "/groups/") || g.Grantee == owner || g.Grantee == "" ||
				g.Grantee == anonymousID || g.Grantee == groupAllUsersShort || slices.Contains(out, g.Grantee) {
				continue
			}
			out = append(out, g.Grantee)
		}
	}
	owner := c.rec.Bucket.AWS.ACL.Value.Owner
	add(owner, c.rec.Bucket.AWS.ACL.Value.Grants)
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if o.Owner == "" || o.Owner == owner {
			add(owner, o.Grants)
		}
	}
	slices.Sort(out)
	return out
}
