// Package gcprole knows which Cloud Storage permissions a Google Cloud role includes.
package gcprole

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/scanners"
)

// Deciding are the permissions that decide a verdict, without the prefix "storage.".
var deciding = []string{"buckets.getIamPolicy", "buckets.setIamPolicy", "managedFolders.setIamPolicy", "objects.create", "objects.delete", "objects.get", "objects.list", "objects.setIamPolicy", "objects.update"}

//go:embed roles.yaml
var rolesYAML []byte

type table struct {
	Read  string              `yaml:"read"`
	Roles map[string][]string `yaml:"roles"`
}

var predefined = sync.OnceValues(func() (table, error) {
	var t table
	if err := yaml.Unmarshal(rolesYAML, &t); err != nil {
		return t, fmt.Errorf("reading the table of predefined roles: %w", err)
	}
	for name, list := range t.Roles {
		for _, p := range list {
			if !slices.Contains(deciding, p) {
				return t, fmt.Errorf("role %s: %q is not a deciding permission", name, p)
			}
		}
	}
	return t, nil
})

// Permissions returns the deciding permissions of a role, without the prefix "storage.". ok is false for a role
// that is neither in the table nor among the custom roles: what it includes is then not known. A custom role
// that is disabled or deleted includes nothing.
func Permissions(role string, custom scanners.Fact[scanners.CustomRoles]) (permissions []string, ok bool) {
	if isCustom(role) {
		for _, r := range custom.Value.List {
			if r.Name != role {
				continue
			}
			if r.Deleted || r.Stage == "DISABLED" {
				return nil, true
			}
			for _, p := range r.Permissions {
				if short, found := strings.CutPrefix(p, "storage."); found && slices.Contains(deciding, short) {
					permissions = append(permissions, short)
				}
			}
			return permissions, true
		}
		return nil, false
	}
	t, err := predefined()
	if err != nil {
		return nil, false
	}
	permissions, ok = t.Roles[role]
	return permissions, ok
}

// isCustom reports whether the role is defined by a project or organisation.
func isCustom(role string) bool {
	return strings.HasPrefix(role, "projects/") || strings.HasPrefix(role, "organizations/")
}

// IsCustom reports whether what a role includes is read with the project's or organisation's custom roles.
func IsCustom(role string) bool { return isCustom(role) }
