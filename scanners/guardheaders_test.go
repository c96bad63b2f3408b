package scanners

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGuardHeaders(t *testing.T) {
	for _, c := range []struct {
		cache, disposition string
		metadata           map[string]string
		want               []string
	}{
		{"", "", nil, nil},
		{"public, max-age=3600", "inline", map[string]string{"author": "x", "robotics": "y"}, nil},
		{"Private, max-age=0", "", nil, []string{"cache-control: Private, max-age=0"}},
		{"no-store", ` Attachment; filename="x"`, nil, []string{"cache-control: no-store", "content-disposition: attachment"}},
		{"", "", map[string]string{"x-robots-tag": "noindex", "X_Robots_Tag": "none", "a": "b"}, []string{"X_Robots_Tag: none (metadata)", "x-robots-tag: noindex (metadata)"}},
		{"", "", map[string]string{"robots": strings.Repeat("é", 200)}, []string{"robots: " + strings.Repeat("é", 100) + "... (metadata)"}},
	} {
		if diff := cmp.Diff(c.want, GuardHeaders(c.cache, c.disposition, c.metadata)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c, diff)
		}
	}
}
