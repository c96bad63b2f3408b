// Outsiders whom a bucket of Cloud Storage names.

package access

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// named lists members that are neither public nor of the bucket's own project.
func (c *gcsCase) named() []verdict.NamedGrant {
	var members []string
	collect := func(policy scanners.IAMPolicy) {
		for _, b := range policy.Bindings {
			for _, m := range b.Members {
				if gcsOutsider(m, c.rec.Account) && !slices.Contains(members, m) {
					members = append(members, m)
				}
			}
		}
	}
	collect(c.rec.Bucket.GCP.IAM.Value)
	for _, f := range c.rec.Bucket.GCP.ManagedFolders.Value.List {
		collect(f.IAM.Value)
	}
	entries := slices.Clone(c.rec.Bucket.GCP.ACL.Value.Grants)
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		entries = append(entries, o.Grants...)
	}
	for _, e := range entries {
		if m := aclMember(e.Grantee); m != "" && gcsOutsider(m, c.rec.Account) && !slices.Contains(members, m) {
			members = append(members, m)
		}
	}
	slices.Sort(members)
	var out []verdict.NamedGrant
	for _, m := range members {
		grant := verdict.NamedGrant{Principal: m, Account: memberProject(m), Verdict: map[verdict.Verb]verdict.Verdict{}}
		is := func(member string) bool { return member == m }
		found := false
		for _, verb := range verdict.Verbs() {
			v := c.decide(verdict.Named, verb, c.grantsTo(is, verb), "")
			// What was not read is said of the public, not of everybody by name.
			if v.Verdict == verdict.Unknown && len(v.Grants) == 0 {
				v = verdict.Verdict{Verdict: verdict.No}
			}
			grant.Verdict[verb] = v
			found = found || v.Verdict != verdict.No
		}
		if found {
			out = append(out, grant)
		}
	}
	return out
}

// aclMember writes the entity of an ACL entry as IAM writes the member, empty for those of a project's own teams, which
// ACLs name by the project's number. Cloud Storage JSON API, BucketAccessControls, "entity".
func aclMember(entity string) string {
	kind, name, ok := strings.Cut(entity, "-")
	if !ok {
		return entity
	}
	switch kind {
	case "user":
		if strings.HasSuffix(name, ".gserviceaccount.com") {
			return "serviceAccount:" + name
		}
		return "user:" + name
	case "group", "domain":
		return kind + ":" + name
	default:
		return ""
	}
}

// logDelivery is the group as which Cloud Storage writes usage logs ("Usage logs & storage logs", "Set up log delivery").
const logDelivery = "group:cloud-storage-analytics@google.com"

// gcsOutsider reports whether a member is named and may stand outside the bucket's project. Convenience values,
// deleted members and the delivery of logs are not; whether a user, group or domain belongs to the owner is not in the bucket's
// configuration, so the reader of the verdict decides.
func gcsOutsider(member, project string) bool {
	switch {
	case member == allUsers || member == allAuthenticatedUsers || member == logDelivery || strings.HasPrefix(member, "deleted:"):
		return false
	case strings.HasPrefix(member, "projectOwner:"), strings.HasPrefix(member, "projectEditor:"), strings.HasPrefix(member, "projectViewer:"):
		return project != "" && !strings.HasSuffix(member, ":"+project)
	default:
		return project == "" || memberProject(member) != project
	}
}

// memberProject is the project a service account belongs to by its address, empty for other members.
func memberProject(member string) string {
	address, ok := strings.CutPrefix(member, "serviceAccount:")
	if !ok {
		return ""
	}
	_, host, _ := strings.Cut(address, "@")
	project, ok := strings.CutSuffix(host, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	return project
}
