// The role definition of Azure, in the form that 'az role definition create --role-definition' takes.

package cli

import (
	"io"
	"strings"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
)

// roleDefinition is a custom role. Azure RBAC documentation, "Azure custom roles: custom role properties".
type roleDefinition struct {
	Name             string
	IsCustom         bool
	Description      string
	Actions          []string
	NotActions       []string
	DataActions      []string
	NotDataActions   []string
	AssignableScopes []string
}

// writeAzureRole prints the role for the chosen rules. The target says where it can be assigned.
func writeAzureRole(w io.Writer, sel *selection, objects int, word string) error {
	target, err := scanners.ParseTarget(word)
	if err != nil {
		return wrongUse(err)
	}
	f, err := parseFilter(sel.include, sel.exclude)
	if err != nil {
		return err
	}
	book, err := sel.book()
	if err != nil {
		return err
	}
	j, err := judge.New(book, judge.Options{Selection: sel.chosen()})
	if err != nil {
		return wrongUse(err)
	}
	permissions, err := permissionsFor(j, f.needs(), scanners.Azure, target, objects)
	if err != nil {
		return err
	}
	role := roleDefinition{
		Name: "tojimari", IsCustom: true, Description: "Read-only, what the chosen rules of tojimari need",
		Actions: []string{}, NotActions: []string{}, DataActions: []string{}, NotDataActions: []string{},
	}
	scope := "/subscriptions/SUBSCRIPTION_ID"
	switch group, below := strings.CutPrefix(target.Name, "mg/"); {
	case below:
		scope = "/providers/Microsoft.Management/managementGroups/" + group
		role.Actions = append(role.Actions, azureblob.PermitDescendants)
	case target.Name != "":
		scope = "/subscriptions/" + target.Name
	}
	role.AssignableScopes = []string{scope}
	for _, p := range permissions {
		if azureblob.IsDataAction(p) {
			role.DataActions = append(role.DataActions, p)
			continue
		}
		role.Actions = append(role.Actions, p)
	}
	return writeJSON(w, role)
}
