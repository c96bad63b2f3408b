package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tojimari/tojimari/scanners"
)

func TestOrgFactsAreLentWhereTheyWereNotRead(t *testing.T) {
	const id = "aws:account/111122223333"
	org := scanners.NewRecord(scanners.Head{ID: id, Kind: scanners.KindScope, Provider: scanners.AWS, Name: "111122223333"})
	org.Scope.AWS.OrganizationBlock = scanners.KnownFact(scanners.PublicAccessBlock{RestrictPublicBuckets: true}, scanners.Origin{})
	org.Scope.AWS.ResourcePolicies = scanners.AbsentFact[scanners.Policies](scanners.Origin{})
	path := filepath.Join(t.TempDir(), "org.jsonl")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := scanners.NewLineWriter(file)
	for _, line := range []scanners.Line{{Header: &scanners.Header{Schema: scanners.SchemaVersion, Tool: "t", Version: "1"}}, {Record: org}} {
		if err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	lent, err := readOrgFacts(path)
	if err != nil {
		t.Fatal(err)
	}
	bucket := scanners.NewRecord(scanners.Head{ID: "aws:s3:bucket/b", Kind: scanners.KindBucket, Provider: scanners.AWS, Parent: id})
	bucket.Scope = &scanners.Scope{}
	bucket.Scope.AWS.OrganizationBlock = scanners.DeniedFact[scanners.PublicAccessBlock]("organizations:DescribeEffectivePolicy", scanners.Origin{})
	bucket.Scope.AWS.ResourcePolicies = scanners.KnownFact(scanners.Policies{List: []scanners.PolicyText{{Name: "own"}}}, scanners.Origin{})
	got := lent.lend(bucket)
	if !got.Scope.AWS.OrganizationBlock.Value.RestrictPublicBuckets {
		t.Error("a guard that was refused was not lent")
	}
	if got.Scope.AWS.ResourcePolicies.State != scanners.Known {
		t.Error("what the scan read itself was replaced")
	}
	if bucket.Scope.AWS.OrganizationBlock.State != scanners.Unknown {
		t.Error("the record's own scope was changed")
	}
	other := scanners.NewRecord(scanners.Head{ID: "aws:s3:bucket/c", Kind: scanners.KindBucket, Provider: scanners.AWS, Parent: "aws:account/999999999999"})
	other.Scope = &scanners.Scope{}
	if lent.lend(other) != other {
		t.Error("another account's bucket was lent something")
	}
	if _, err := readOrgFacts(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file was taken")
	}
}

// TestOrgFactsOfAnotherTime: an account that has left its organisation, or has joined one, is under other guards.
func TestOrgFactsOfAnotherTime(t *testing.T) {
	in := func(id string) scanners.Fact[scanners.Organization] {
		if id == "" {
			return scanners.AbsentFact[scanners.Organization](scanners.Origin{})
		}
		return scanners.KnownFact(scanners.Organization{ID: id}, scanners.Origin{})
	}
	for _, tc := range []struct {
		now, then string
		lent      bool
	}{{"o-a", "o-a", true}, {"o-a", "o-b", false}, {"", "o-a", false}, {"o-a", "", false}, {"", "", true}} {
		org := &scanners.Scope{}
		org.AWS.Organization = in(tc.then)
		org.AWS.OrganizationBlock = scanners.KnownFact(scanners.PublicAccessBlock{RestrictPublicBuckets: true}, scanners.Origin{})
		rec := scanners.NewRecord(scanners.Head{ID: "aws:account/111122223333", Kind: scanners.KindScope, Provider: scanners.AWS})
		rec.Scope.AWS.Organization = in(tc.now)
		rec.Scope.AWS.OrganizationBlock = scanners.DeniedFact[scanners.PublicAccessBlock]("organizations:DescribeEffectivePolicy", scanners.Origin{})
		facts := &orgFacts{scopes: map[string]*scanners.Scope{rec.ID: org}}
		if got := facts.lend(rec).Scope.AWS.OrganizationBlock.State == scanners.Known; got != tc.lent || tc.lent == (len(facts.other) > 0) {
			t.Errorf("in %q now and in %q then: lent %v, told %v", tc.now, tc.then, got, facts.other)
		}
	}
}
