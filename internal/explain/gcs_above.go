// What stands above a bucket in raw GCS input: custom roles, deny policies, the service perimeter, tags.

package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/perimeter"
	"github.com/tojimari/tojimari/scanners"
)

func gcsCustomRoles(raw json.RawMessage) (scanners.CustomRoles, bool, error) {
	raw = unwrap(raw, "roles", "custom_roles")
	out := scanners.CustomRoles{List: []scanners.CustomRole{}}
	var items []json.RawMessage
	if doc, err := object(raw); err == nil && doc["name"] == nil && doc["includedPermissions"] == nil {
		for _, name := range slices.Sorted(maps.Keys(doc)) {
			role, err := gcsCustomRole(doc[name])
			if err != nil {
				return out, false, fmt.Errorf("role %q: %w", name, err)
			}
			role.Name = name
			out.List = append(out.List, role)
		}
		return out, true, nil
	}
	items, err := listOf(raw)
	if err != nil {
		return out, false, err
	}
	for i, item := range items {
		role, err := gcsCustomRole(item)
		if err != nil || role.Name == "" {
			return out, false, fmt.Errorf("role %d cannot be read or has no name", i+1)
		}
		out.List = append(out.List, role)
	}
	slices.SortFunc(out.List, func(a, b scanners.CustomRole) int { return strings.Compare(a.Name, b.Name) })
	return out, true, nil
}

func gcsCustomRole(raw json.RawMessage) (scanners.CustomRole, error) {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return scanners.CustomRole{Permissions: list}, nil
	}
	var doc struct {
		Name, Stage         string
		Deleted             bool
		IncludedPermissions []string
	}
	err := json.Unmarshal(raw, &doc)
	return scanners.CustomRole{Name: doc.Name, Stage: doc.Stage, Deleted: doc.Deleted, Permissions: doc.IncludedPermissions}, err
}

func gcsDenyPolicies(raw json.RawMessage) (scanners.Policies, bool, error) {
	items, err := listOf(unwrap(raw, "policies", "deny_policies"))
	if err != nil {
		return scanners.Policies{}, false, err
	}
	out := scanners.Policies{List: []scanners.PolicyText{}}
	for i, item := range items {
		text, _, err := textOrJSON(item)
		if err != nil {
			return out, false, fmt.Errorf("deny policy %d: %w", i+1, err)
		}
		out.List = append(out.List, scanners.PolicyText{Text: text})
	}
	return out, true, nil
}

// gcsPerimeter reads the perimeter that holds the bucket's project, as 'gcloud access-context-manager perimeters
// describe' prints it.
func gcsPerimeter(raw json.RawMessage) (scanners.ServicePerimeter, bool, error) {
	return perimeter.Read(unwrap(raw, "service_perimeter"), "")
}

// gcsTags accepts {"ORG/KEY": "VALUE"} or the effectiveTags of the Resource Manager API.
func gcsTags(raw json.RawMessage) (scanners.Labels, bool, error) {
	raw = unwrap(raw, "effectiveTags", "effective_tags")
	out := scanners.Labels{Values: map[string]string{}}
	if json.Unmarshal(raw, &out.Values) == nil {
		return out, true, nil
	}
	var list []struct{ NamespacedTagKey, NamespacedTagValue string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return out, false, fmt.Errorf("want an object of key and value, or effectiveTags as the API prints them")
	}
	for _, t := range list {
		out.Values[t.NamespacedTagKey] = strings.TrimPrefix(t.NamespacedTagValue, t.NamespacedTagKey+"/")
	}
	return out, true, nil
}
