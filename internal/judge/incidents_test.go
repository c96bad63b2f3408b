// Buckets shaped like incidents, judged from their raw settings to the results.

package judge

import (
	"slices"
	"testing"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

func TestBucketsShapedLikeIncidents(t *testing.T) {
	from := scanners.Origin{Call: "test"}
	unguarded := func() *scanners.Record {
		rec := wellKept("acme")
		rec.Scope.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
		rec.Bucket.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
		rec.Bucket.AWS.Policy = scanners.AbsentFact[scanners.PolicyText](from)
		rec.Bucket.Encryption.Value = scanners.Encryption{Algorithm: "AES256"}
		return rec
	}
	policy := func(text string) *scanners.Record {
		rec := unguarded()
		rec.Bucket.AWS.Policy = scanners.KnownFact(scanners.PolicyText{Text: text}, from)
		return rec
	}
	acl := func(permission, group string) *scanners.Record {
		rec := unguarded()
		rec.Bucket.AWS.Ownership = scanners.AbsentFact[scanners.Ownership](from)
		rec.Bucket.AWS.ACL.Value.Grants = append(rec.Bucket.AWS.ACL.Value.Grants,
			scanners.ACLGrant{Grantee: "http://acs.amazonaws.com/groups/global/" + group, Kind: "Group", Permission: permission})
		return rec
	}
	tests := []struct {
		name  string
		rec   *scanners.Record
		fails []string // at high or over
	}{
		{"nothing grants anything", unguarded(), nil},
		{"outsiders may list, by a policy that looks restricted", policy(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket",
			"Resource":"arn:aws:s3:::acme","Condition":{"StringLike":{"aws:PrincipalArn":"*"}}}]}`), []string{"any-account-list"}},
		{"outsiders may list with the right referer", policy(`{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket",
			"Resource":"arn:aws:s3:::acme","Condition":{"StringLike":{"aws:Referer":"https://www.acme.example/*"}}}]}`), []string{"public-list"}},
		{"every account may list by the ACL", acl("READ", "AuthenticatedUsers"), []string{"any-account-list"}},
		{"all users may write by the ACL", acl("WRITE", "AllUsers"), []string{"public-write"}},
		{"all users may change the ACL", acl("WRITE_ACP", "AllUsers"), []string{"public-permissions"}},
	}
	j := shippedJudge(t, Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range j.Judge(tt.rec, testTime).Results {
				if r.Finding() && r.Severity.AtLeast(result.High) {
					got = append(got, r.Name)
					if r.Proof == nil || len(r.Proof.Grants) == 0 {
						t.Errorf("%s without proof", r.Name)
					}
				}
			}
			if !slices.Equal(got, tt.fails) {
				t.Errorf("got %v, want %v", got, tt.fails)
			}
		})
	}
}
