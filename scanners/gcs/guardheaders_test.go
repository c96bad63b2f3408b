package gcs

import (
	"testing"

	"cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"
)

// What is stored with an object and looks as if it kept it back comes with the listing.
func TestGuardHeadersOfAnObject(t *testing.T) {
	got := sampled(&storage.ObjectAttrs{Name: "a", CacheControl: "private", Metadata: map[string]string{"x-robots-tag": "noindex"}}, true)
	if diff := cmp.Diff([]string{"cache-control: private", "x-robots-tag: noindex (metadata)"}, got.GuardHeaders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
