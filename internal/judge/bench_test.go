package judge

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

var testTime = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// wellKept is an S3 bucket of which everything was read and nothing is wrong.
func wellKept(name string) *scanners.Record {
	from := scanners.Origin{Call: "test"}
	block := scanners.KnownFact(scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}, from)
	rec := scanners.NewRecord(scanners.Head{
		ID: scanners.S3BucketID("", name), Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name,
		Account: "111122223333", Partition: "aws", Region: "eu-west-1", Parent: scanners.AWSAccountID("111122223333"),
	})
	rec.At = testTime
	rec.Scope = &scanners.Scope{AWS: scanners.ScopeAWS{
		PublicAccessBlock: block,
		OrganizationBlock: scanners.AbsentFact[scanners.PublicAccessBlock](from),
		Organization:      scanners.AbsentFact[scanners.Organization](from),
		ResourcePolicies:  scanners.AbsentFact[scanners.Policies](from),
		ServicePolicies:   scanners.AbsentFact[scanners.Policies](from),
	}}
	b := rec.Bucket
	b.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: true}, from)
	b.Logging = scanners.KnownFact(scanners.Logging{Enabled: true, Target: "acme-logs", Prefix: name + "/", Read: true, Write: true, Delete: true}, from)
	b.Encryption = scanners.KnownFact(scanners.Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:eu-west-1:111122223333:key/1", CustomerManaged: true, BucketKey: true}, from)
	b.Lifecycle = scanners.KnownFact(scanners.Lifecycle{Rules: []scanners.LifecycleRule{{ID: "a", Enabled: true, NoncurrentDays: 90, AbortIncompleteDays: 7}}}, from)
	b.Retention = scanners.AbsentFact[scanners.Retention](from)
	b.Replication = scanners.AbsentFact[scanners.Replication](from)
	b.CORS = scanners.AbsentFact[scanners.CORS](from)
	b.Website = scanners.AbsentFact[scanners.Website](from)
	b.Labels = scanners.KnownFact(scanners.Labels{Values: map[string]string{"owner": "web"}}, from)
	b.RequesterPays = scanners.KnownFact(scanners.RequesterPays{}, from)
	b.Notifications = scanners.KnownFact(scanners.Notifications{Configured: true}, from)
	b.AWS.PublicAccessBlock = block
	b.AWS.ACL = scanners.KnownFact(scanners.ACL{Owner: "owner", Grants: []scanners.ACLGrant{{Grantee: "owner", Kind: "CanonicalUser", Permission: "FULL_CONTROL"}}}, from)
	b.AWS.Policy = scanners.KnownFact(scanners.PolicyText{Text: strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[
		{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::NAME","arn:aws:s3:::NAME/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
		{"Sid":"App","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/app"},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::NAME/*"}]}`, "NAME", name)}, from)
	b.AWS.PolicyStatus = scanners.KnownFact(scanners.PolicyStatus{}, from)
	b.AWS.Ownership = scanners.KnownFact(scanners.Ownership{Mode: "BucketOwnerEnforced"}, from)
	b.AWS.AccessPoints = scanners.KnownFact(scanners.AccessPoints{}, from)
	return rec
}

// open is the same bucket, readable and listable by everybody.
func open(name string) *scanners.Record {
	rec := wellKept(name)
	from := scanners.Origin{Call: "test"}
	rec.Scope.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
	rec.Bucket.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
	rec.Bucket.AWS.Policy.Value.Text = strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Open","Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::NAME","arn:aws:s3:::NAME/*"]}]}`, "NAME", name)
	rec.Bucket.AWS.PolicyStatus.Value.Public = true
	rec.Bucket.Encryption.Value = scanners.Encryption{Algorithm: "AES256"} // a key of its own would need a second permission
	return rec
}

// fixed answers that nobody gets in, without looking at the record.
func fixed(*scanners.Record, time.Time) access.Judged {
	var j access.Judged
	j.PublicByProvider = verdict.No
	no := map[verdict.Verb]verdict.Verdict{}
	for _, v := range verdict.Verbs() {
		no[v] = verdict.Verdict{Verdict: verdict.No}
	}
	j.Anonymous, j.AnyAccount = no, no
	for _, p := range postures {
		*p.of(&j.Posture) = verdict.Verdict{Verdict: verdict.Yes}
	}
	return j
}

// BenchmarkJudge judges decoded S3 records with all rules: the figure is records a second.
func BenchmarkJudge(b *testing.B) {
	book := shipped(b)
	for _, bench := range []struct {
		name string
		opts Options
		make func(string) *scanners.Record
	}{
		{"closed", Options{}, wellKept},
		{"open", Options{}, open},
		{"closed, rules alone", Options{Access: fixed}, wellKept},
	} {
		b.Run(bench.name, func(b *testing.B) {
			j, err := New(book, bench.opts)
			if err != nil {
				b.Fatal(err)
			}
			records := make([]*scanners.Record, 64)
			for i := range records {
				records[i] = bench.make("bucket-" + string(rune('a'+i%26)))
			}
			var judged Judged
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				judged = j.Append(judged.Results, records[i%len(records)], testTime)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(len(judged.Results)), "results")
		})
	}
}

// BenchmarkFromLine decodes each record from its snapshot line first.
func BenchmarkFromLine(b *testing.B) {
	j, err := New(shipped(b), Options{})
	if err != nil {
		b.Fatal(err)
	}
	line, err := json.Marshal(wellKept("acme"))
	if err != nil {
		b.Fatal(err)
	}
	var judged Judged
	b.ReportAllocs()
	for b.Loop() {
		var rec scanners.Record
		if err := json.Unmarshal(line, &rec); err != nil {
			b.Fatal(err)
		}
		judged = j.Append(judged.Results, &rec, testTime)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
