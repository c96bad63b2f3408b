package gcs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

const perimeterFact = scanners.FactName("scope.gcp.service_perimeter")

// fence is a perimeter in force around projects by number.
func fence(id string, projects ...string) string {
	return `{"name":"accessPolicies/1/servicePerimeters/` + id + `","status":{"resources":["projects/` + strings.Join(projects, `","projects/`) + `"],"restrictedServices":["storage.googleapis.com"]}}`
}

func TestPerimeters(t *testing.T) {
	tried := `{"name":"accessPolicies/1/servicePerimeters/tried","spec":{"resources":["projects/30"],"restrictedServices":["storage.googleapis.com"]},"useExplicitDryRunSpec":true}`
	held := scanners.ServicePerimeter{Name: "accessPolicies/1/servicePerimeters/p", Enforced: true}
	for name, tc := range map[string]struct {
		perimeters []string
		faults     []lab.Fault
		want       fact
	}{
		"none":              {nil, nil, fact{State: scanners.Absent}},
		"around another":    {[]string{fence("p", "10", "20")}, nil, fact{State: scanners.Absent}},
		"around it":         {[]string{fence("q", "10"), fence("p", "20", "30")}, nil, known(&held)},
		"tried out":         {[]string{tried}, nil, known(&scanners.ServicePerimeter{Name: "accessPolicies/1/servicePerimeters/tried"})},
		"tried and another": {[]string{tried, fence("p", "30")}, nil, known(&held)},
		"two":               {[]string{fence("p", "30"), fence("q", "30")}, nil, fact{State: scanners.Unknown, Code: scanners.Partial}},
		"not one":           {[]string{`"x"`}, nil, fact{State: scanners.Unknown, Code: scanners.Malformed}},
		"policies refused": {[]string{fence("p", "30")}, []lab.Fault{{Kind: lab.Deny, Operation: "accesscontextmanager.accessPolicies.list"}},
			fact{State: scanners.Unknown, Code: scanners.Denied, Permission: "accesscontextmanager.policies.list"}},
		"perimeters refused": {[]string{fence("p", "30")}, []lab.Fault{{Kind: lab.Deny, Operation: "accesscontextmanager.accessPolicies.servicePerimeters.list"}},
			fact{State: scanners.Unknown, Code: scanners.Denied, Permission: "accesscontextmanager.servicePerimeters.list"}},
		"without the API": {[]string{fence("p", "30")}, []lab.Fault{{Kind: lab.Missing, Operation: "accesscontextmanager.accessPolicies.list"}},
			fact{State: scanners.Unknown, Code: scanners.Failed}},
	} {
		world := organisation()
		world.Perimeters = map[string][]string{"organizations/1": tc.perimeters}
		b := start(t, world, scanners.Runtime{}, tc.faults...)
		rec := b.inspect(b.ref("gcp:deep-project", "gcp:project/deep-project"), perimeterFact)
		if diff := cmp.Diff(tc.want, onlyKnown(factOf(t, &rec, perimeterFact))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPerimetersAreReadOnce: they stand above all projects of an organisation.
func TestPerimetersAreReadOnce(t *testing.T) {
	world := organisation()
	world.Perimeters = map[string][]string{"organizations/1": {fence("p", "30")}}
	b := start(t, world, scanners.Runtime{})
	for _, ref := range b.mustDiscover("gcp:organizations/1").refs {
		if ref.Kind == scanners.KindScope {
			b.inspect(ref, perimeterFact)
		}
	}
	calls := b.lab.Calls()
	if lists, perimeters := calls["gcp:accesscontextmanager.accessPolicies.list"], calls["gcp:accesscontextmanager.accessPolicies.servicePerimeters.list"]; lists != 1 || perimeters != 1 {
		t.Errorf("%d and %d calls", lists, perimeters)
	}
	lonely := b.inspect(b.ref("gcp:lonely-project", "gcp:project/lonely-project"), perimeterFact)
	if f := factOf(t, &lonely, perimeterFact); f.State != scanners.Absent {
		t.Errorf("a project without an organisation: %+v", f)
	}
}
