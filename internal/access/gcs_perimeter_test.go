package access

import (
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// TestPerimeterOfNamedOutsiders: a name does not tell whether its owner comes from inside the perimeter.
func TestPerimeterOfNamedOutsiders(t *testing.T) {
	for enforced, want := range map[bool]verdict.Answer{true: verdict.Conditional, false: verdict.Yes} {
		rec := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket, Provider: scanners.GCP})
		rec.Scope = &scanners.Scope{}
		rec.Scope.GCP.ServicePerimeter = scanners.KnownFact(scanners.ServicePerimeter{Name: "p", Enforced: enforced}, scanners.Origin{})
		if got := (&gcsCase{rec: rec}).perimeter(verdict.Named).answer; got != want {
			t.Errorf("enforced %v: %s", enforced, got)
		}
	}
}
