// Service perimeters of VPC Service Controls, which refuse whoever comes from outside, whatever grants it.
//
// VPC Service Controls documentation, "Ingress and egress rules", "Access level design"; Access Context Manager API,
// "ServicePerimeterConfig".

package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

const servicePerimeter = "servicePerimeter"

// perimeter is the gate of the perimeter that holds the project. One that was not read is assumed not to be there, as
// every guard above the scope.
func (c *gcsCase) perimeter(who verdict.Audience) gate {
	guard := verdict.Guard{Name: servicePerimeter, Level: "organization", State: "off"}
	fact := c.rec.Scope.GCP.ServicePerimeter
	if fact.State != scanners.Known {
		return gate{answer: verdict.Yes, guard: guard}
	}
	p := fact.Value
	if guard.Detail = p.Name; !p.Enforced {
		guard.State = "dry-run"
		return gate{answer: verdict.Yes, guard: guard}
	}
	guard.State = "on"
	if who == verdict.Named {
		return gate{answer: verdict.Conditional, guard: guard, depends: []string{"coming from inside the service perimeter, or being let in by it"}}
	}
	var depends []string
	for _, level := range p.AccessLevels {
		depends = append(depends, fmt.Sprintf("access level %s", level))
	}
	open := false
	for _, rule := range p.Ingress {
		switch {
		case !ingressFor(rule.IdentityType, who):
		case slices.Contains(rule.Sources, "*") && slices.Contains(rule.Methods, "*"):
			open = true
		default:
			depends = append(depends, fmt.Sprintf("an ingress rule of the perimeter: from %s, for %s", strings.Join(rule.Sources, ", "), strings.Join(rule.Methods, ", ")))
		}
	}
	switch {
	case open && who == verdict.Anonymous:
		return gate{answer: verdict.Unknown, guard: guard, reason: verdict.Reason{Code: verdict.ReasonOpen,
			Detail: "whether any identity of an ingress rule means callers without one is not documented"}}
	case open:
		guard.State = "open"
		return gate{answer: verdict.Yes, guard: guard}
	case len(depends) > 0:
		return gate{answer: verdict.Conditional, guard: guard, depends: depends}
	}
	return gate{answer: verdict.No, guard: guard}
}

// ingressFor reports whether a rule for a type of identities may let somebody of the audience in. Anybody can have a user
// account and a service account; without a type the rule is for those that it names.
func ingressFor(identityType string, who verdict.Audience) bool {
	switch identityType {
	case "ANY_IDENTITY":
		return true
	case "ANY_USER_ACCOUNT", "ANY_SERVICE_ACCOUNT":
		return who == verdict.AnyAccount
	default:
		return false
	}
}
