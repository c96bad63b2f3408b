// Package perimeter reads service perimeters of VPC Service Controls: which of them holds a project and restricts Cloud
// Storage, and whom it lets in all the same.
//
// Access Context Manager API, "REST Resource: accessPolicies.servicePerimeters"; VPC Service Controls documentation,
// "Service perimeter details and configuration", "Ingress and egress rules", "Dry run mode".
package perimeter

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

const (
	service = "storage.googleapis.com"
	all     = "*"
)

type document struct {
	Name          string
	PerimeterType string
	// Status is in force. Spec is tried out: what it would refuse is logged and let through.
	Status, Spec *config
}

type config struct {
	Resources, RestrictedServices, AccessLevels []string
	IngressPolicies                             []struct {
		IngressFrom struct {
			IdentityType string
			Identities   []string
			Sources      []struct{ AccessLevel, Resource string }
		}
		IngressTo struct {
			Resources, Roles []string
			Operations       []struct {
				ServiceName     string
				MethodSelectors []struct{ Method, Permission string }
			}
		}
	}
}

// Read reads one perimeter. project is "projects/NUMBER"; empty takes the perimeter for the one that holds the bucket. It
// gives false for a perimeter that does not hold the project, does not restrict Cloud Storage even in a dry run, or is
// a bridge, which restricts nothing.
func Read(text []byte, project string) (scanners.ServicePerimeter, bool, error) {
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		return scanners.ServicePerimeter{}, false, fmt.Errorf("the perimeter cannot be read: %w", err)
	}
	if doc.PerimeterType == "PERIMETER_TYPE_BRIDGE" {
		return scanners.ServicePerimeter{}, false, nil
	}
	for _, c := range []*config{doc.Status, doc.Spec} {
		if c == nil || !c.restricts(project) {
			continue
		}
		out := scanners.ServicePerimeter{Name: doc.Name, Enforced: c == doc.Status, AccessLevels: slices.Clone(c.AccessLevels), Ingress: c.ingress(project)}
		slices.Sort(out.AccessLevels)
		return out, true, nil
	}
	return scanners.ServicePerimeter{}, false, nil
}

func (c *config) restricts(project string) bool {
	return (project == "" || slices.Contains(c.Resources, project)) && (slices.Contains(c.RestrictedServices, service) || slices.Contains(c.RestrictedServices, all))
}

// ingress are the rules that let somebody reach Cloud Storage in the project.
func (c *config) ingress(project string) []scanners.PerimeterIngress {
	var out []scanners.PerimeterIngress
	for _, p := range c.IngressPolicies {
		to := p.IngressTo.Resources
		if project != "" && !slices.Contains(to, all) && !slices.Contains(to, project) {
			continue
		}
		rule := scanners.PerimeterIngress{IdentityType: p.IngressFrom.IdentityType, Identities: p.IngressFrom.Identities, Methods: p.IngressTo.Roles}
		for _, o := range p.IngressTo.Operations {
			switch o.ServiceName {
			case all:
				rule.Methods = append(rule.Methods, all) // all services come with all their methods
			case service:
				for _, m := range o.MethodSelectors {
					rule.Methods = append(rule.Methods, m.Method+m.Permission) // one of them is set
				}
			}
		}
		for _, s := range p.IngressFrom.Sources {
			rule.Sources = append(rule.Sources, s.AccessLevel+s.Resource) // one of them is set
		}
		if len(rule.Methods) > 0 && len(rule.Sources) > 0 {
			out = append(out, rule)
		}
	}
	return out
}
