package engine

import (
	"fmt"
	"testing"

	"github.com/tojimari/tojimari/scanners"
)

// However many are met, only the last ones are kept, and the scopes.
func TestParentsAreBounded(t *testing.T) {
	p := newParents()
	add := func(kind scanners.Kind, id string) {
		p.add(&job{ref: scanners.Ref{Head: scanners.Head{ID: id, Kind: kind}}})
	}
	add(scanners.KindScope, "scope")
	for i := range 3 * recentStores {
		add(scanners.KindStore, fmt.Sprintf("store %d", i))
		add(scanners.KindBucket, fmt.Sprintf("bucket %d", i))
		add(scanners.KindPrefix, fmt.Sprintf("prefix %d", i))
		add(scanners.KindObject, fmt.Sprintf("object %d", i))
	}
	last := 3*recentStores - 1
	for id, kept := range map[string]bool{
		"": false, "scope": true,
		fmt.Sprintf("store %d", last): true, fmt.Sprintf("store %d", last-recentStores+1): true, fmt.Sprintf("store %d", last-recentStores): false,
		fmt.Sprintf("bucket %d", last): true, fmt.Sprintf("bucket %d", last-recentParents/2+1): true, fmt.Sprintf("bucket %d", last-recentParents): false,
		fmt.Sprintf("object %d", last): false,
	} {
		if got := p.find(id) != nil; got != kept {
			t.Errorf("%q is kept: %v", id, got)
		}
	}
	if want := 1 + recentStores + recentParents; len(p.by) != want {
		t.Errorf("%d are kept, want %d", len(p.by), want)
	}
}
