// What opens a GCS bucket: bindings of the bucket and its managed folders, and ACL entries.

package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/gcprole"
	"github.com/tojimari/tojimari/internal/access/iamcond"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// gcsGrants are the ways in for one audience and verb, by what guards them.
type gcsGrants struct {
	iam verdict.Verdict // bindings of the bucket and its managed folders
	acl verdict.Verdict // only while uniform access is off
}

func (c *gcsCase) grants(who verdict.Audience, verb verdict.Verb) gcsGrants {
	return c.grantsTo(publicMember(who), verb)
}

// grantsTo lists the ways in for the members that are wanted.
func (c *gcsCase) grantsTo(wanted func(string) bool, verb verdict.Verb) gcsGrants {
	var bindings, overACLs []verdict.Verdict
	add := func(policy scanners.IAMPolicy, where, folder string) {
		some, over := c.bindings(policy, where, folder, verb, wanted)
		bindings, overACLs = append(bindings, some...), append(overACLs, over...)
	}
	switch policy := c.rec.Bucket.GCP.IAM; policy.State {
	case scanners.Unknown:
		bindings = append(bindings, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSIAM, policy.Status())}})
	case scanners.Known:
		add(policy.Value, "bucket policy", "")
	}
	switch folders := c.rec.Bucket.GCP.ManagedFolders; folders.State {
	case scanners.Unknown:
		bindings = append(bindings, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSFolders, folders.Status())}})
	case scanners.Known:
		for _, f := range folders.Value.List {
			if f.IAM.State == scanners.Unknown {
				bindings = append(bindings, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSFolders, f.IAM.Status())}})
				continue
			}
			add(f.IAM.Value, "managed folder "+f.Name, f.Name)
		}
	}
	if verb == verdict.Read {
		for i := range bindings {
			bindings[i] = c.objectGates(bindings[i])
		}
	}
	return gcsGrants{iam: verdict.Union(bindings...), acl: verdict.Union(append(overACLs, c.aclGrants(verb, wanted))...)}
}

// publicMember says which members of a binding mean the audience.
func publicMember(who verdict.Audience) func(string) bool {
	return func(member string) bool {
		return member == allUsers || who == verdict.AnyAccount && member == allAuthenticatedUsers
	}
}

// bindings asks every binding of a policy that names a wanted member; folder is the prefix of a managed folder. What is
// over ACLs apart: the right to change objects' ACLs is of no use while uniform access is on, which refuses every
// change of an ACL (Cloud Storage JSON API, ObjectAccessControls).
func (c *gcsCase) bindings(policy scanners.IAMPolicy, where, folder string, verb verdict.Verb, wanted func(string) bool) (out, overACLs []verdict.Verdict) {
	for i, b := range policy.Bindings {
		at := slices.IndexFunc(b.Members, wanted)
		if at < 0 {
			continue
		}
		permissions, known := gcprole.Permissions(b.Role, c.rec.Scope.GCP.CustomRoles)
		if !known {
			out = append(out, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{c.unknownRole(b.Role)}})
			continue
		}
		for _, p := range gcsPermissions(verb) {
			if !slices.Contains(permissions, p) || folder != "" && p == "buckets.setIamPolicy" {
				continue
			}
			v := c.binding(b, p, folder)
			if v.Verdict != verdict.No {
				v.Grants = []verdict.Grant{{
					Kind: verdict.GrantBinding, Where: where, Index: i, Who: b.Members[at], What: b.Role + " (storage." + p + ")", Text: b.Condition,
				}}
			}
			if v = c.denied(v, p, wanted); p == "objects.setIamPolicy" {
				overACLs = append(overACLs, v)
				continue
			}
			out = append(out, v)
		}
	}
	return out, overACLs
}

func (c *gcsCase) unknownRole(role string) verdict.Reason {
	if gcprole.IsCustom(role) {
		status := c.rec.Scope.GCP.CustomRoles.Status()
		r := unread(factGCSRoles, status)
		if status.State == scanners.Known {
			r.Detail = "it is not among the roles that could be listed"
		}
		r.Detail = fmt.Sprintf("what custom role %s includes is not known: %s", role, r.Detail)
		return r
	}
	return verdict.Reason{Code: verdict.ReasonOpen, Detail: "what predefined role " + role + " includes is not in this version's table"}
}

// binding weighs the condition of one binding for one permission.
func (c *gcsCase) binding(b scanners.IAMBinding, permission, folder string) verdict.Verdict {
	v := verdict.Verdict{Verdict: verdict.Yes}
	if strings.HasPrefix(permission, "objects.") && permission != "objects.list" || permission == "managedFolders.setIamPolicy" && folder != "" {
		v.Patterns = []string{folder + "*"}
	}
	if permission == "objects.list" && folder != "" {
		v.Needs = []string{"prefix=" + folder}
	}
	if b.Condition == "" {
		return v
	}
	resource := iamcond.Resource{Bucket: c.rec.Name, Tags: c.rec.Bucket.GCP.EffectiveTags}
	if strings.HasPrefix(permission, "objects.") && permission != "objects.list" {
		resource.ObjectPrefix, resource.Object = folder, true
	}
	answer := iamcond.Solve(b.Condition, resource, c.at)
	v.Verdict, v.ChangesAt, v.Reasons = answer.Verdict, answer.ChangesAt, answer.Reasons
	if answer.Patterns != nil {
		v.Patterns = answer.Patterns
	}
	if v.Verdict == verdict.No {
		v.Patterns = nil
	}
	return v
}

// aclGrants says what ACL entries open while uniform access is off.
func (c *gcsCase) aclGrants(verb verdict.Verb, wanted func(string) bool) verdict.Verdict {
	acl := c.rec.Bucket.GCP.ACL
	holds := func(entity string) bool { return wanted(entity) || wanted(aclMember(entity)) }
	var out []verdict.Verdict
	if acl.State == scanners.Unknown && verb != verdict.Read {
		out = append(out, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSACL, acl.Status())}})
	}
	for i, g := range acl.Value.Grants {
		if holds(g.Grantee) && gcsBucketACLGives(g.Permission, verb) {
			v := verdict.Verdict{Verdict: verdict.Yes, Grants: []verdict.Grant{{Kind: verdict.GrantACL, Where: "bucket ACL", Index: i, Who: g.Grantee, What: g.Permission}}}
			if verb == verdict.Write {
				v.Patterns = []string{"*"}
			}
			out = append(out, c.aclDenied(v, gcsACLPermissions(verb, false), wanted))
		}
	}
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		for i, g := range o.Grants {
			if !holds(g.Grantee) || !gcsObjectACLGives(g.Permission, verb) {
				continue
			}
			v := verdict.Verdict{Verdict: verdict.Yes, Patterns: []string{o.Key}, Grants: []verdict.Grant{{
				Kind: verdict.GrantObject, Where: "object " + o.Key, Index: i, Who: g.Grantee, What: g.Permission,
			}}}
			if verb == verdict.Read && !gcsReadable(o) {
				v = verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{csekGuard}}
			}
			out = append(out, c.aclDenied(v, gcsACLPermissions(verb, true), wanted))
		}
	}
	v := verdict.Union(out...)
	if (verb == verdict.Read || verb == verdict.Permissions) && !opens(v) {
		v = verdict.Union(v, c.unsampled())
	}
	return v
}

// gcsACLPermissions are the permissions that an ACL entry stands for when it gives a verb.
func gcsACLPermissions(verb verdict.Verb, object bool) []string {
	switch {
	case verb == verdict.Write:
		return []string{"objects.create", "objects.delete"}
	case verb == verdict.Permissions && object:
		return []string{"objects.setIamPolicy"}
	case verb == verdict.Permissions:
		return []string{"buckets.setIamPolicy"}
	default:
		return gcsPermissions(verb)
	}
}

// unsampled weighs objects whose own ACLs nobody has looked at, as on S3.
func (c *gcsCase) unsampled() verdict.Verdict {
	objects := c.rec.Bucket.Objects.Status()
	if objects.State != scanners.Unknown || c.uniform.on {
		return verdict.Verdict{Verdict: verdict.No}
	}
	if objects.Reason.Code == scanners.NotInspected {
		if assumed := string(factObjects) + ": not sampled, assumed that no object's own ACL opens it"; !slices.Contains(c.assumed, assumed) {
			c.assumed = append(c.assumed, assumed)
		}
		return verdict.Verdict{Verdict: verdict.No}
	}
	reason := unread(factObjects, objects)
	reason.Code = verdict.ReasonUnsampled
	return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{reason}}
}

func gcsBucketACLGives(permission string, verb verdict.Verb) bool {
	switch verb {
	case verdict.List:
		return permission == "READER" || permission == "WRITER" || permission == "OWNER"
	case verdict.Write:
		return permission == "WRITER" || permission == "OWNER"
	case verdict.Permissions:
		return permission == "OWNER"
	default:
		return false
	}
}

func gcsObjectACLGives(permission string, verb verdict.Verb) bool {
	switch verb {
	case verdict.Read:
		return permission == "READER" || permission == "OWNER"
	case verdict.Permissions:
		return permission == "OWNER"
	default:
		return false
	}
}
