package cli

import (
	"testing"

	"github.com/tojimari/tojimari/scanners"
)

// TestPlaceOfALinkUnderLentGuards: a bucket that the organisation closes is no public place, also where that was read by
// an earlier scan of the organisation.
func TestPlaceOfALinkUnderLentGuards(t *testing.T) {
	const account = "aws:account/111122223333"
	rec := scanners.NewRecord(scanners.Head{ID: "aws:s3:bucket/acme", Name: "acme", Kind: scanners.KindBucket, Provider: scanners.AWS, Account: "111122223333", Parent: account})
	rec.Scope = &scanners.Scope{}
	rec.Scope.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](scanners.Origin{})
	rec.Scope.AWS.OrganizationBlock = scanners.DeniedFact[scanners.PublicAccessBlock]("organizations:DescribeEffectivePolicy", scanners.Origin{})
	b := rec.Bucket
	b.AWS.Policy = scanners.KnownFact(scanners.PolicyText{Text: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"}]}`}, scanners.Origin{})
	b.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](scanners.Origin{})
	b.AWS.Ownership = scanners.KnownFact(scanners.Ownership{Mode: "BucketOwnerEnforced"}, scanners.Origin{})
	b.RequesterPays = scanners.AbsentFact[scanners.RequesterPays](scanners.Origin{})
	b.Encryption = scanners.AbsentFact[scanners.Encryption](scanners.Origin{})
	b.AWS.AccessPoints = scanners.AbsentFact[scanners.AccessPoints](scanners.Origin{})
	b.Objects = scanners.KnownFact(scanners.ObjectSample{Objects: []scanners.SampledObject{{Key: "a.txt", ACLRead: true}}, Complete: true}, scanners.Origin{})
	b.Links = scanners.KnownFact(scanners.FoundLinks{Links: []scanners.FoundLink{{Signed: scanners.SignedLink{
		Fingerprint: "f", Seen: []scanners.Sight{{Source: scanners.ObjectID(rec.ID, "a.txt")}},
	}}}}, scanners.Origin{})
	public := func(s scan) bool {
		made := s.links(rec)
		if len(made) != 1 || made[0].Link.Place.State != scanners.Known {
			t.Fatalf("%d records, the place %+v", len(made), made[0].Link.Place)
		}
		return made[0].Link.Place.Value.Public
	}
	if !public(scan{}) {
		t.Error("an open bucket is no public place")
	}
	block := scanners.Scope{}
	block.AWS.OrganizationBlock = scanners.KnownFact(scanners.PublicAccessBlock{RestrictPublicBuckets: true}, scanners.Origin{})
	if public(scan{lent: &orgFacts{scopes: map[string]*scanners.Scope{account: &block}}}) {
		t.Error("a bucket that its organisation closes is a public place")
	}
}
