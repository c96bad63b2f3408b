// Package gcprole knows which Cloud Storage permissions a Google Cloud role includes.
package gcprole

import (
	_ "embed"
	"fmt"
	"maps"
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

type rolesFile struct {
	Read        string              `yaml:"read"`
	Permissions map[string][]string `yaml:"permissions"`
	None        []string            `yaml:"none"`
}

// predefined maps each role of the table to its deciding permissions, sorted.
var predefined = sync.OnceValues(func() (map[string][]string, error) {
	var file rolesFile
	if err := yaml.Unmarshal(rolesYAML, &file); err != nil {
		return nil, fmt.Errorf("reading the table of predefined roles: %w", err)
	}
	out := map[string][]string{}
	for _, permission := range slices.Sorted(maps.Keys(file.Permissions)) {
		if !slices.Contains(deciding, permission) {
			return nil, fmt.Errorf("the table of predefined roles lists %q, which decides nothing", permission)
		}
		for _, role := range file.Permissions[permission] {
			out["roles/"+role] = append(out["roles/"+role], permission)
		}
	}
	for _, role := range file.None {
		if _, both := out["roles/"+role]; both {
			return nil, fmt.Errorf("the table of predefined roles has %q among those without permissions and among those with", role)
		}
		out["roles/"+role] = nil
	}
	return out, nil
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
	table, err := predefined()
	if err != nil {
		return nil, false
	}
	permissions, ok = table[role]
	return permissions, ok
}

// isCustom reports whether the role is defined by a project or organisation.
func isCustom(role string) bool {
	return strings.HasPrefix(role, "projects/") || strings.HasPrefix(role, "organizations/")
}

// IsCustom reports whether what a role includes is read with the project's or organisation's custom roles.
func IsCustom(role string) bool { return isCustom(role) }
