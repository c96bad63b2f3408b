// Deny policies of organisations, folders and projects. IAM documentation, "Deny policies".

package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/iamcond"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

const everybody = "principalSet://goog/public:all"

// gcsDeny is one deny rule.
type gcsDeny struct {
	name              string
	Principals        []string                    `json:"deniedPrincipals"`
	ExceptPrincipals  []string                    `json:"exceptionPrincipals"`
	Permissions       []string                    `json:"deniedPermissions"`
	ExceptPermissions []string                    `json:"exceptionPermissions"`
	DenialCondition   struct{ Expression string } `json:"denialCondition"`
}

// readDenies reads the policies; one that cannot be read is assumed to deny nothing and said so, like every
// guard above the scope.
func (c *gcsCase) readDenies() {
	policies := c.rec.Scope.GCP.DenyPolicies
	if policies.State == scanners.Unknown {
		c.assumed = append(c.assumed, string(factGCSDeny)+": not read, assumed to deny nothing")
	}
	for _, p := range policies.Value.List {
		var doc struct {
			Name  string
			Rules []struct {
				DenyRule gcsDeny `json:"denyRule"`
			}
		}
		if err := json.Unmarshal([]byte(p.Text), &doc); err != nil {
			c.assumed = append(c.assumed, fmt.Sprintf("deny policy %s: cannot be read, assumed to deny nothing", p.Name))
			continue
		}
		for i, r := range doc.Rules {
			rule := r.DenyRule
			rule.name = fmt.Sprintf("deny policy %s rule %d", doc.Name+p.Name, i+1)
			c.denies = append(c.denies, rule)
		}
	}
}

// covers reports whether the rule takes the permission away.
func (d gcsDeny) covers(permission string) bool {
	full := "storage.googleapis.com/" + permission
	match := func(p string) bool { return globMatch(p, full) }
	return slices.ContainsFunc(d.Permissions, match) && !slices.ContainsFunc(d.ExceptPermissions, match)
}

// denied applies deny rules to what a binding grants.
func (c *gcsCase) denied(v verdict.Verdict, permission string, wanted func(string) bool) verdict.Verdict {
	if v.Verdict == verdict.No {
		return v
	}
	public := wanted(allUsers)
	for _, d := range c.denies {
		if !d.covers(permission) || !slices.Contains(d.Principals, everybody) || slices.Contains(d.ExceptPrincipals, everybody) {
			continue
		}
		guard := verdict.Guard{Name: "deny policy", Level: "above the bucket", State: "on", Detail: d.name}
		if !public && len(d.ExceptPrincipals) > 0 {
			v.Verdict = verdict.Unknown
			v.Reasons = append(v.Reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: d.name + ": whether the member is among the exceptions is not in the configuration"})
			continue
		}
		expression := strings.TrimSpace(d.DenialCondition.Expression)
		if expression == "" {
			return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{guard}}
		}
		switch a := iamcond.Solve(expression, iamcond.Resource{Bucket: c.rec.Name, Tags: c.rec.Bucket.GCP.EffectiveTags}, c.at); a.Verdict {
		case verdict.Yes:
			return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{guard}}
		case verdict.Unknown:
			v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, a.Reasons...)
		default:
			guard.State = "does not apply"
			v.Guards = append(v.Guards, guard)
		}
	}
	return v
}

// aclDenied: whether a deny policy overrides a grant made by ACL is not documented. One that leaves any of the
// permissions alone leaves the verb alone.
func (c *gcsCase) aclDenied(v verdict.Verdict, permissions []string, wanted func(string) bool) verdict.Verdict {
	if !opens(v) {
		return v
	}
	for _, p := range permissions {
		if c.denied(v, p, wanted).Verdict == v.Verdict {
			return v
		}
	}
	v.Verdict = verdict.Unknown
	v.Reasons = append(v.Reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: "whether a deny policy overrides a grant made by ACL is not documented"})
	return v
}
