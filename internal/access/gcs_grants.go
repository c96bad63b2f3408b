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
	var bindings []verdict.Verdict
	switch policy := c.rec.Bucket.GCP.IAM; policy.State {
	case scanners.Unknown:
		bindings = append(bindings, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSIAM, policy.Status())}})
	case scanners.Known:
		bindings = append(bindings, c.bindings(policy.Value, "bucket policy", "", verb, publicMember(who))...)
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
			bindings = append(bindings, c.bindings(f.IAM.Value, "managed folder "+f.Name, f.Name, verb, publicMember(who))...)
		}
	}
	return gcsGrants{iam: verdict.Union(bindings...), acl: c.aclGrants(verb, publicMember(who))}
}

// publicMember says which members of a binding mean the audience.
func publicMember(who verdict.Audience) func(string) bool {
	return func(member string) bool {
		return member == allUsers || who == verdict.AnyAccount && member == allAuthenticatedUsers
	}
}

// bindings asks every binding of a policy that names a wanted member; folder is the prefix of a managed folder.
func (c *gcsCase) bindings(policy scanners.IAMPolicy, where, folder string, verb verdict.Verb, wanted func(string) bool) []verdict.Verdict {
	var out []verdict.Verdict
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
			out = append(out, c.denied(v, p, wanted))
		}
	}
	return out
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
	if strings.HasPrefix(permission, "objects.") && permission != "objects.list" {
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
	var out []verdict.Verdict
	if acl.State == scanners.Unknown && verb != verdict.Read {
		out = append(out, verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factGCSACL, acl.Status())}})
	}
	for i, g := range acl.Value.Grants {
		if wanted(g.Grantee) && gcsBucketACLGives(g.Permission, verb) {
			v := verdict.Verdict{Verdict: verdict.Yes, Grants: []verdict.Grant{{Kind: verdict.GrantACL, Where: "bucket ACL", Index: i, Who: g.Grantee, What: g.Permission}}}
			if verb == verdict.Write {
				v.Patterns = []string{"*"}
			}
			out = append(out, c.aclDenied(v, gcsPermissions(verb)[0], wanted))
		}
	}
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		for i, g := range o.Grants {
			if !wanted(g.Grantee) || !gcsObjectACLGives(g.Permission, verb) {
				continue
			}
			out = append(out, c.aclDenied(verdict.Verdict{Verdict: verdict.Yes, Patterns: []string{o.Key}, Grants: []verdict.Grant{{
				Kind: verdict.GrantObject, Where: "object " + o.Key, Index: i, Who: g.Grantee, What: g.Permission,
			}}}, map[verdict.Verb]string{verdict.Read: "objects.get"}[verb], wanted))
		}
	}
	v := verdict.Union(out...)
	if verb == verdict.Read && !opens(v) {
		v = c.unsampled(v)
	}
	return v
}

// unsampled weighs objects whose own ACLs nobody has looked at, as on S3.
func (c *gcsCase) unsampled(v verdict.Verdict) verdict.Verdict {
	objects := c.rec.Bucket.Objects.Status()
	if objects.State != scanners.Unknown || c.uniform.on {
		return v
	}
	if objects.Reason.Code == scanners.NotInspected {
		if assumed := string(factObjects) + ": not sampled, assumed that no object's own ACL opens it"; !slices.Contains(c.assumed, assumed) {
			c.assumed = append(c.assumed, assumed)
		}
		return v
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
