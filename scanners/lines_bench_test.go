// How fast records are read: a realistic S3 bucket with 25 facts, its account's facts included.

package scanners_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// s3Bucket is a bucket as a scan of all rules leaves it.
func s3Bucket(name string) *scanners.Record {
	from := func(op string) scanners.Origin { return scanners.Origin{Call: "s3:" + op} }
	r := scanners.NewRecord(scanners.Head{
		ID: scanners.S3BucketID("", name), Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name,
		Account: "123456789012", Partition: "aws", Region: "eu-central-1", Parent: scanners.AWSAccountID("123456789012"),
		CreatedAt: time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC),
	})
	r.At = time.Date(2026, 5, 1, 12, 0, 0, 123456789, time.UTC)
	block := scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true}
	r.Scope = &scanners.Scope{AWS: scanners.ScopeAWS{
		PublicAccessBlock: scanners.AbsentFact[scanners.PublicAccessBlock](from("GetAccountPublicAccessBlock")),
		OrganizationBlock: scanners.DeniedFact[scanners.PublicAccessBlock]("organizations:DescribeEffectivePolicy", scanners.Origin{Call: "organizations:DescribeEffectivePolicy"}),
		Organization:      scanners.KnownFact(scanners.Organization{ID: "o-abcdefghij", ManagementAccount: "210987654321", Path: "o-abcdefghij/r-abcd/ou-abcd-12345678/"}, scanners.Origin{Call: "organizations:DescribeOrganization"}),
		ResourcePolicies:  scanners.DeniedFact[scanners.Policies]("organizations:ListPoliciesForTarget", scanners.Origin{Call: "organizations:ListPoliciesForTarget"}),
		ServicePolicies:   scanners.DeniedFact[scanners.Policies]("organizations:ListPoliciesForTarget", scanners.Origin{Call: "organizations:ListPoliciesForTarget"}),
	}}
	b := r.Bucket
	b.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: true}, from("GetBucketVersioning"))
	b.Logging = scanners.KnownFact(scanners.Logging{Enabled: true, Target: "acme-access-logs", Prefix: name + "/", Read: true, Write: true, Delete: true}, from("GetBucketLogging"))
	b.Encryption = scanners.KnownFact(scanners.Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", CustomerManaged: true, BucketKey: true}, from("GetBucketEncryption"))
	b.Lifecycle = scanners.KnownFact(scanners.Lifecycle{Rules: []scanners.LifecycleRule{
		{ID: "expire-old-versions", Enabled: true, NoncurrentDays: 90}, {ID: "abort", Enabled: true, AbortIncompleteDays: 7},
	}}, from("GetBucketLifecycleConfiguration"))
	b.Retention = scanners.AbsentFact[scanners.Retention](from("GetObjectLockConfiguration"))
	b.Replication = scanners.AbsentFact[scanners.Replication](from("GetBucketReplication"))
	b.CORS = scanners.KnownFact(scanners.CORS{Rules: []scanners.CORSRule{{Origins: []string{"https://www.example.com"}, Methods: []string{"GET", "HEAD"}, Headers: []string{"*"}, Expose: []string{"ETag"}, MaxAge: 3000}}}, from("GetBucketCors"))
	b.Website = scanners.AbsentFact[scanners.Website](from("GetBucketWebsite"))
	b.Labels = scanners.KnownFact(scanners.Labels{Values: map[string]string{"team": "payments", "env": "production", "cost-centre": "4711"}}, from("GetBucketTagging"))
	b.RequesterPays = scanners.KnownFact(scanners.RequesterPays{}, from("GetBucketRequestPayment"))
	b.Notifications = scanners.AbsentFact[scanners.Notifications](from("GetBucketNotificationConfiguration"))
	a := &b.AWS
	a.PublicAccessBlock = scanners.KnownFact(block, from("GetPublicAccessBlock"))
	a.ACL = scanners.KnownFact(scanners.ACL{Owner: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", Grants: []scanners.ACLGrant{
		{Grantee: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", Kind: "CanonicalUser", Permission: "FULL_CONTROL"},
		{Grantee: "http://acs.amazonaws.com/groups/s3/LogDelivery", Kind: "Group", Permission: "WRITE"},
	}}, from("GetBucketAcl"))
	a.Policy = scanners.KnownFact(scanners.PolicyText{Text: `{"Version":"2012-10-17","Statement":[{"Sid":"DenyPlain","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::` + name + `","arn:aws:s3:::` + name + `/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},{"Sid":"Cdn","Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + name + `/*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"}}}]}`}, from("GetBucketPolicy"))
	a.PolicyStatus = scanners.KnownFact(scanners.PolicyStatus{}, from("GetBucketPolicyStatus"))
	a.Ownership = scanners.KnownFact(scanners.Ownership{Mode: "BucketOwnerPreferred"}, from("GetBucketOwnershipControls"))
	a.Accelerate = scanners.AbsentFact[scanners.Accelerate](from("GetBucketAccelerateConfiguration"))
	a.AccessPoints = scanners.KnownFact(scanners.AccessPoints{List: []scanners.AccessPoint{{
		Name: "reports", ARN: "arn:aws:s3:eu-central-1:123456789012:accesspoint/reports", Alias: "reports-abcdefghijklmnop-s3alias", Account: "123456789012",
		BucketAccount: "123456789012", NetworkOrigin: "Internet",
		Policy:            scanners.AbsentFact[scanners.PolicyText](from("GetAccessPointPolicy")),
		PublicAccessBlock: scanners.KnownFact(block, from("GetAccessPoint")),
	}}}, from("ListAccessPoints"))
	b.Names = scanners.KnownFact(scanners.Names{Kinds: []scanners.NameCount{}, Sampled: 1000, Complete: true}, from("ListObjectsV2"))
	return r
}

func recordLines(tb testing.TB, n int) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := scanners.NewLineWriter(&out)
	for i := range n {
		if err := w.Write(scanners.Line{Record: s3Bucket(fmt.Sprintf("acme-production-%05d", i))}); err != nil {
			tb.Fatal(err)
		}
	}
	return out.Bytes()
}

func BenchmarkReadRecords(b *testing.B) {
	text := recordLines(b, 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := scanners.NewLineReader(bytes.NewReader(text))
		for {
			_, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkWriteRecords(b *testing.B) {
	rec := s3Bucket("acme-production-00000")
	w := scanners.NewLineWriter(io.Discard)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(scanners.Line{Record: rec}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
