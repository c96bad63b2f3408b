package result

import (
	"slices"
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// Fingerprints are a promise: the same across versions. A change here breaks every baseline out there.
func TestFingerprintIsStable(t *testing.T) {
	got := Fingerprint("TJ1001", "aws:s3:bucket/acme", verdict.Anonymous, verdict.List, "")
	const want = "tj1:b6a5211b2f75e44ca26357fd0eaf76bf"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, other := range []string{
		Fingerprint("TJ1002", "aws:s3:bucket/acme", verdict.Anonymous, verdict.List, ""),
		Fingerprint("TJ1001", "aws:s3:bucket/acm", verdict.Anonymous, verdict.List, ""),
		Fingerprint("TJ1001", "aws:s3:bucket/acme", verdict.AnyAccount, verdict.List, ""),
		Fingerprint("TJ1001", "aws:s3:bucket/acme", verdict.Anonymous, verdict.Read, ""),
		Fingerprint("TJ1001", "aws:s3:bucket/acme", verdict.Anonymous, verdict.List, "k"),
	} {
		if other == got {
			t.Errorf("%s stands for two things", other)
		}
	}
}

func TestCauseForgetsOrder(t *testing.T) {
	a, b := verdict.Grant{Where: "bucket policy", Index: 0}, verdict.Grant{Where: "bucket ACL", Index: 1}
	guard := []verdict.Guard{{Name: "IgnorePublicAcls", State: "off"}}
	if CauseOf([]verdict.Grant{a, b}, guard) != CauseOf([]verdict.Grant{b, a}, guard) {
		t.Error("the order of grants changes the cause")
	}
	if CauseOf([]verdict.Grant{a}, guard) == CauseOf([]verdict.Grant{a, b}, guard) {
		t.Error("another grant leaves the cause as it was")
	}
	if CauseOf(nil, nil) != "" {
		t.Error("nothing has a cause")
	}
}

func TestCompareWorstFirst(t *testing.T) {
	list := []Result{
		{Severity: Low, Rule: "A"}, {Severity: Critical, Rule: "B", Resource: Resource{ID: "z"}},
		{Severity: Critical, Rule: "A", Resource: Resource{ID: "z"}}, {Severity: Critical, Rule: "Z", Resource: Resource{ID: "a"}},
	}
	slices.SortFunc(list, Compare)
	got := ""
	for _, r := range list {
		got += string(r.Severity[0]) + r.Resource.ID + r.Rule + " "
	}
	if want := "caZ czA czB lA "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSeverities(t *testing.T) {
	if !Critical.AtLeast(High) || High.AtLeast(Critical) || !High.AtLeast(High) || Severity("awful").AtLeast(Info) {
		t.Error("severities are ordered wrongly")
	}
}
