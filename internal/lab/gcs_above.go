// What lies above buckets: Resource Manager, the Organization Policy API, IAM and its credentials.

package lab

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (g *Google) above(q request) answer {
	switch q.operation {
	case "cloudresourcemanager.projects.list", "cloudresourcemanager.folders.list":
		return g.children(q)
	case "cloudresourcemanager.projects.get", "cloudresourcemanager.folders.get":
		return g.node(q)
	case "cloudresourcemanager.effectiveTags.list":
		return g.tags(q)
	case "orgpolicy.projects.policies.getEffectivePolicy":
		return g.effectivePolicy(q)
	case "iam.projects.roles.list", "iam.organizations.roles.list":
		return g.roles(q)
	case "iam.policies.listPolicies", "iam.policies.get":
		return g.denyPolicies(q)
	case "accesscontextmanager.accessPolicies.list", "accesscontextmanager.accessPolicies.servicePerimeters.list":
		return g.perimeters(q)
	case "iamcredentials.generateAccessToken":
		if !slices.Contains(g.Impersonable, q.bucket) {
			return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource.")
		}
		return googleJSON(map[string]any{"accessToken": "lab-as-" + q.bucket, "expireTime": "2099-01-01T00:00:00Z"})
	}
	return rpcError(http.StatusNotFound, "NOT_FOUND", "", "Not Found")
}

// lies reports whether the tree has a place.
func (g *Google) lies(node string) bool {
	if g.project(node) != nil && strings.HasPrefix(node, "projects/") {
		return true
	}
	for _, f := range g.Folders {
		if f.Name == node || f.Parent == node {
			return true
		}
	}
	return slices.ContainsFunc(g.Projects, func(p GoogleProject) bool { return p.Parent == node && node != "" })
}

func (g *Google) children(q request) answer {
	if !g.lies(q.bucket) {
		return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "", "The caller does not have permission")
	}
	var list []map[string]any
	if q.operation == "cloudresourcemanager.projects.list" {
		for _, p := range g.Projects {
			if p.Parent == q.bucket {
				list = append(list, map[string]any{"name": "projects/" + strconv.FormatUint(p.Number, 10), "projectId": p.ID, "parent": p.Parent, "state": "ACTIVE"})
			}
		}
	} else {
		for _, f := range g.Folders {
			if f.Parent == q.bucket {
				list = append(list, map[string]any{"name": f.Name, "parent": f.Parent, "state": "ACTIVE"})
			}
		}
	}
	page, next := pageOf(q, len(list), "pageSize", 300)
	out := map[string]any{}
	if part := list[page[0]:page[1]]; len(part) > 0 {
		kind := strings.Split(q.operation, ".")[1]
		out[kind] = part
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return googleJSON(out)
}

func (g *Google) node(q request) answer {
	if p := g.project(q.bucket); p != nil && strings.HasPrefix(q.bucket, "projects/") {
		out := map[string]any{"name": "projects/" + strconv.FormatUint(p.Number, 10), "projectId": p.ID, "state": "ACTIVE"}
		if p.Parent != "" {
			out["parent"] = p.Parent
		}
		return googleJSON(out)
	}
	for _, f := range g.Folders {
		if f.Name == q.bucket {
			return googleJSON(map[string]any{"name": f.Name, "parent": f.Parent, "state": "ACTIVE"})
		}
	}
	return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "", "The caller does not have permission")
}

func (g *Google) tags(q request) answer {
	_, b := g.bucket(q.bucket)
	if b == nil {
		return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "", "The caller does not have permission")
	}
	out := map[string]any{}
	var list []map[string]any
	for _, t := range b.Tags {
		list = append(list, map[string]any{"namespacedTagKey": t[0], "namespacedTagValue": t[0] + "/" + t[1], "inherited": false})
	}
	if list != nil {
		out["effectiveTags"] = list
	}
	return googleJSON(out)
}

func (g *Google) effectivePolicy(q request) answer {
	p := g.project(q.bucket)
	name, ok := strings.CutSuffix(q.key, ":getEffectivePolicy")
	if p == nil || !ok {
		return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "", "Permission 'orgpolicy.policy.get' denied on resource.")
	}
	rules := json.RawMessage(or(p.PreventionRules, `[{"enforce":`+strconv.FormatBool(p.Prevention)+`}]`))
	return googleJSON(map[string]any{"name": "projects/" + strconv.FormatUint(p.Number, 10) + "/policies/" + name, "spec": map[string]any{"rules": rules}})
}

func (g *Google) roles(q request) answer {
	list := g.Roles[q.bucket]
	page, next := pageOf(q, len(list), "pageSize", 1000)
	var roles []map[string]any
	for _, r := range list[page[0]:page[1]] {
		role := map[string]any{"name": r.Name, "stage": or(r.Stage, "GA"), "deleted": r.Deleted}
		if q.query.Get("view") == "FULL" {
			role["includedPermissions"] = r.Permissions
		}
		roles = append(roles, role)
	}
	out := map[string]any{}
	if roles != nil {
		out["roles"] = roles
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return googleJSON(out)
}

func (g *Google) denyPolicies(q request) answer {
	name := func(d GoogleDeny) string {
		return "policies/cloudresourcemanager.googleapis.com%2F" + strings.ReplaceAll(q.bucket, "/", "%2F") + "/denypolicies/" + d.ID
	}
	var list []map[string]any
	for _, d := range g.Denies[q.bucket] {
		if q.operation == "iam.policies.get" && d.ID == q.key {
			return googleJSON(map[string]any{"name": name(d), "kind": "DenyPolicy", "rules": json.RawMessage(d.Rules)})
		}
		list = append(list, map[string]any{"name": name(d), "kind": "DenyPolicy"}) // the list leaves rules out
	}
	if q.operation == "iam.policies.get" {
		return rpcError(http.StatusNotFound, "NOT_FOUND", "", "Requested entity was not found.")
	}
	out := map[string]any{}
	if list != nil {
		out["policies"] = list
	}
	return googleJSON(out)
}

func (g *Google) perimeters(q request) answer {
	list := g.Perimeters[q.bucket]
	out, policy := map[string]any{}, "accessPolicies/"+strings.TrimPrefix(q.bucket, "organizations/")
	if q.operation == "accesscontextmanager.accessPolicies.list" {
		if len(list) > 0 {
			out["accessPolicies"] = []map[string]any{{"name": policy, "parent": q.bucket}}
		}
		return googleJSON(out)
	}
	page, next := pageOf(q, len(list), "pageSize", 100)
	var perimeters []json.RawMessage
	for _, p := range list[page[0]:page[1]] {
		perimeters = append(perimeters, json.RawMessage(p))
	}
	if perimeters != nil {
		out["servicePerimeters"] = perimeters
	}
	if next != "" {
		out["nextPageToken"] = next
	}
	return googleJSON(out)
}

// rpcError is an error of the newer services (AIP-193).
func rpcError(status int, code, reason, message string) answer {
	body := map[string]any{"code": status, "message": message, "status": code}
	if reason != "" {
		body["details"] = []map[string]any{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com",
			"metadata": map[string]string{"service": "orgpolicy.googleapis.com"}}}
	}
	out := googleJSON(map[string]any{"error": body})
	out.status = status
	return out
}
