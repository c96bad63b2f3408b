package awss3_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

const acme = "aws:s3:bucket/acme"

// canonical is the lab's canonical id of account 111122223333.
var canonical = lab.CanonicalID("111122223333")

func owned(extra ...scanners.ACLGrant) scanners.ACL {
	return scanners.ACL{Owner: canonical, Grants: append([]scanners.ACLGrant{{Grantee: canonical, Kind: "CanonicalUser", Permission: "FULL_CONTROL"}}, extra...)}
}

// factCase is one fact read from a bucket that has it and from one that has not.
type factCase struct {
	name   scanners.FactName
	set    lab.Bucket
	want   any // the value read from set
	unset  scanners.State
	call   string
	action string
}

func factCases() []factCase {
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"}]}`
	return []factCase{
		{"bucket.aws.public_access_block", lab.Bucket{Block: &lab.PublicAccessBlock{IgnorePublicAcls: true, RestrictPublicBuckets: true}},
			scanners.PublicAccessBlock{IgnorePublicAcls: true, RestrictPublicBuckets: true}, scanners.Absent, "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"},
		{"bucket.aws.acl", lab.Bucket{Grants: []lab.Grant{{URI: lab.AllUsers, Permission: "READ"}, {ID: "65a011a29cdf8ec533ec3d1ccaae921c", Permission: "WRITE"}}},
			owned(scanners.ACLGrant{Grantee: lab.AllUsers, Kind: "Group", Permission: "READ"},
				scanners.ACLGrant{Grantee: "65a011a29cdf8ec533ec3d1ccaae921c", Kind: "CanonicalUser", Permission: "WRITE"}), scanners.Known, "GetBucketAcl", "s3:GetBucketAcl"},
		{"bucket.aws.policy", lab.Bucket{Policy: policy}, scanners.PolicyText{Text: policy}, scanners.Absent, "GetBucketPolicy", "s3:GetBucketPolicy"},
		{"bucket.aws.policy_status", lab.Bucket{Policy: policy, PolicyPublic: true}, scanners.PolicyStatus{Public: true}, scanners.Absent, "GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"},
		{"bucket.aws.ownership", lab.Bucket{Ownership: "BucketOwnerEnforced"}, scanners.Ownership{Mode: "BucketOwnerEnforced"}, scanners.Absent, "GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"},
		{"bucket.website", lab.Bucket{Website: &lab.Website{Index: "index.html", Error: "404.html"}},
			scanners.Website{Enabled: true, Index: "index.html", Error: "404.html", Endpoint: "http://acme.s3-website-us-east-1.amazonaws.com"}, scanners.Absent, "GetBucketWebsite", "s3:GetBucketWebsite"},
		{"bucket.cors", lab.Bucket{CORS: []lab.CORSRule{{Origins: []string{"*"}, Methods: []string{"GET", "PUT"}, Headers: []string{"*"}, Expose: []string{"ETag"}, MaxAge: 60}}},
			scanners.CORS{Rules: []scanners.CORSRule{{Origins: []string{"*"}, Methods: []string{"GET", "PUT"}, Headers: []string{"*"}, Expose: []string{"ETag"}, MaxAge: 60}}}, scanners.Absent, "GetBucketCors", "s3:GetBucketCORS"},
		{"bucket.versioning", lab.Bucket{Versioning: "Enabled", MFADelete: true}, scanners.Versioning{Enabled: true, MFADelete: true}, scanners.Absent, "GetBucketVersioning", "s3:GetBucketVersioning"},
		{"bucket.logging", lab.Bucket{Logging: &lab.Logging{Bucket: "logs", Prefix: "acme/"}},
			scanners.Logging{Enabled: true, Target: "logs", Prefix: "acme/", Read: true, Write: true, Delete: true}, scanners.Absent, "GetBucketLogging", "s3:GetBucketLogging"},
		{"bucket.encryption", lab.Bucket{Encryption: &lab.Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:us-east-1:111122223333:key/k", BucketKey: true, CustomerKeysBlocked: true}},
			scanners.Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:us-east-1:111122223333:key/k", CustomerManaged: true, BucketKey: true, CustomerKeysBlocked: true},
			scanners.Absent, "GetBucketEncryption", "s3:GetEncryptionConfiguration"},
		{"bucket.lifecycle", lab.Bucket{Lifecycle: []lab.LifecycleRule{{ID: "tidy", Prefix: "tmp/", ExpireDays: 3, NoncurrentDays: 30, AbortUploadDays: 7}}},
			scanners.Lifecycle{Rules: []scanners.LifecycleRule{{ID: "tidy", Enabled: true, Prefix: "tmp/", ExpireDays: 3, NoncurrentDays: 30, AbortIncompleteDays: 7}}},
			scanners.Absent, "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"},
		{"bucket.retention", lab.Bucket{Lock: &lab.Lock{Mode: "COMPLIANCE", Days: 30}}, scanners.Retention{Enabled: true, Mode: "COMPLIANCE", Days: 30, Locked: true},
			scanners.Absent, "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"},
		{"bucket.replication", lab.Bucket{Replication: []lab.ReplicationRule{{ID: "copy", Bucket: "other", Account: "444455556666", DeleteMarkers: true}}},
			scanners.Replication{Rules: []scanners.ReplicationRule{{ID: "copy", Enabled: true, Destination: "other", Account: "444455556666", Deletes: true}}},
			scanners.Absent, "GetBucketReplication", "s3:GetReplicationConfiguration"},
		{"bucket.requester_pays", lab.Bucket{RequesterPays: true}, scanners.RequesterPays{Enabled: true}, scanners.Known, "GetBucketRequestPayment", "s3:GetBucketRequestPayment"},
		{"bucket.labels", lab.Bucket{Tags: []lab.Tag{{Key: "owner", Value: "hr"}}}, scanners.Labels{Values: map[string]string{"owner": "hr"}}, scanners.Absent, "GetBucketTagging", "s3:GetBucketTagging"},
		{"bucket.notifications", lab.Bucket{EventBridge: true}, scanners.Notifications{Configured: true}, scanners.Absent, "GetBucketNotificationConfiguration", "s3:GetBucketNotification"},
		{"bucket.aws.accelerate", lab.Bucket{Accelerate: "Enabled"}, scanners.Accelerate{Enabled: true}, scanners.Absent, "GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"},
		{"bucket.aws.abac", lab.Bucket{ABAC: true}, scanners.ABAC{Enabled: true}, scanners.Known, "GetBucketAbac", "s3:GetBucketAbac"},
	}
}

// valueOf returns a fact's value, nil where it has none.
func valueOf(t *testing.T, rec scanners.Record, name scanners.FactName) any {
	t.Helper()
	field, ok := scanners.LookupFactField(name)
	if !ok {
		t.Fatalf("no fact %q in the schema", name)
	}
	_, value := field.Of(&rec)
	return value
}

// deref takes the value out of the pointer that FactField.Of returns.
func deref(pointer any) any {
	if pointer == nil {
		return nil
	}
	return reflect.ValueOf(pointer).Elem().Interface()
}

func TestEveryFactIsReadByOneCall(t *testing.T) {
	for _, tc := range factCases() {
		t.Run(string(tc.name), func(t *testing.T) {
			b := start(t, oneBucket(tc.set), scanners.Runtime{})
			ref := b.ref("aws", acme)
			before := b.lab.Calls()
			rec := b.inspect(ref, tc.name)
			if got := rec.Status(tc.name); got.State != scanners.Known || got.Origin.Call != "s3:"+tc.call {
				t.Fatalf("status %+v, want known from s3:%s", got, tc.call)
			}
			if diff := cmp.Diff(tc.want, deref(valueOf(t, rec, tc.name))); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			after := b.lab.Calls()
			for op, n := range before {
				after[op] -= n
				if after[op] == 0 {
					delete(after, op)
				}
			}
			if diff := cmp.Diff(map[string]int{"s3:" + tc.call: 1}, after); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			for name, status := range rec.Facts() {
				if name != tc.name && status.Settled() {
					t.Errorf("%s was read though nobody asked", name)
				}
			}
		})
	}
}

func TestNotSetIsAbsent(t *testing.T) {
	for _, tc := range factCases() {
		t.Run(string(tc.name), func(t *testing.T) {
			b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
			rec := b.inspect(b.ref("aws", acme), tc.name)
			if got := rec.Status(tc.name); got.State != tc.unset {
				t.Errorf("status %+v, want %s", got, tc.unset)
			}
		})
	}
}

// TestSpoiltAnswers asks for every fact of a bucket that has it set, while its call is spoilt in each way, and
// expects every other fact to be read all the same.
func TestSpoiltAnswers(t *testing.T) {
	unknown := func(code scanners.ReasonCode, detail string) scanners.Status {
		return scanners.Status{State: scanners.Unknown, Reason: scanners.Reason{Code: code, Detail: detail}}
	}
	for _, spoilt := range []struct {
		fault lab.Fault
		want  scanners.Status // Permission and Origin are filled in per fact; Detail matches as a part
	}{
		{lab.Fault{Kind: lab.Deny}, unknown(scanners.Denied, "Access")},
		{lab.Fault{Kind: lab.Wrong}, unknown(scanners.Malformed, "")},
		{lab.Fault{Kind: lab.Empty}, unknown(scanners.Malformed, "the answer is empty")},
		{lab.Fault{Kind: lab.Garbage}, unknown(scanners.Malformed, "the answer is")},
		{lab.Fault{Kind: lab.Cut}, unknown(scanners.Failed, "ended early")},
		{lab.Fault{Kind: lab.Truncate}, unknown(scanners.Failed, "ended early")},
		{lab.Fault{Kind: lab.Reset}, unknown(scanners.Failed, "connection")},
		{lab.Fault{Kind: lab.Broken}, unknown(scanners.Failed, "InternalError")},
		{lab.Fault{Kind: lab.Throttle}, unknown(scanners.Failed, "throttled: SlowDown")},
		{lab.Fault{Kind: lab.Missing}, scanners.Status{State: scanners.Unsupported}},
	} {
		t.Run(string(spoilt.fault.Kind), func(t *testing.T) {
			for _, tc := range factCases() {
				t.Run(string(tc.name), func(t *testing.T) {
					world := oneBucket(tc.set)
					fault := spoilt.fault
					fault.Operation, fault.Resource = tc.call, "acme"
					world.Faults = []lab.Fault{fault}
					b := start(t, world, scanners.Runtime{})
					rec := b.inspect(b.ref("aws", acme), allFacts(b.scanner, scanners.KindBucket)...)
					want := spoilt.want
					switch {
					case fault.Kind == lab.Missing && (tc.name == "bucket.aws.policy" || tc.name == "bucket.aws.policy_status"):
						want = unknown(scanners.Denied, "only the account that owns the bucket")
						want.Reason.Permission = tc.action
					case want.Reason.Code == scanners.Denied:
						want.Reason.Permission = tc.action
					}
					got := rec.Status(tc.name)
					if got.State != want.State || got.Reason.Code != want.Reason.Code || got.Reason.Permission != want.Reason.Permission ||
						!strings.Contains(got.Reason.Detail, want.Reason.Detail) || got.Origin.Call != "s3:"+tc.call {
						t.Errorf("got %+v, want %+v from s3:%s", got, want, tc.call)
					}
					for _, other := range factCases() {
						if other.name == tc.name || (tc.name == "bucket.aws.policy" && other.name == "bucket.aws.policy_status") {
							continue
						}
						if status := rec.Status(other.name); status.State == scanners.Unknown {
							t.Errorf("%s was lost too: %+v", other.name, status)
						}
					}
				})
			}
		})
	}
}

// TestHollowAnswers: the right element with nothing in it means "not set" only where AWS documents it so.
func TestHollowAnswers(t *testing.T) {
	documented := map[scanners.FactName]bool{"bucket.versioning": true, "bucket.logging": true, "bucket.notifications": true, "bucket.aws.accelerate": true}
	for _, tc := range factCases() {
		if tc.name == "bucket.aws.policy" {
			continue // JSON
		}
		t.Run(string(tc.name), func(t *testing.T) {
			world := oneBucket(tc.set)
			world.Faults = []lab.Fault{{Kind: lab.Hollow, Operation: tc.call, Resource: "acme"}}
			b := start(t, world, scanners.Runtime{})
			rec := b.inspect(b.ref("aws", acme), tc.name)
			got := rec.Status(tc.name)
			if documented[tc.name] && got.State != scanners.Absent {
				t.Errorf("got %+v, want absent", got)
			}
			if !documented[tc.name] && got.Reason.Code != scanners.Malformed {
				t.Errorf("got %+v, want unknown, malformed", got)
			}
		})
	}
}

func TestSettledFactsAreKept(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{Versioning: "Enabled"}), scanners.Runtime{})
	ref := b.ref("aws", acme)
	first := b.inspect(ref, "bucket.versioning")
	second, err := b.scanner.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.versioning", "bucket.aws.acl"), &first)
	if err != nil {
		t.Fatal(err)
	}
	if n := b.lab.Calls()["s3:GetBucketVersioning"]; n != 1 {
		t.Errorf("versioning was read %d times", n)
	}
	if !second.Bucket.Versioning.Value.Enabled || second.Bucket.AWS.ACL.State != scanners.Known {
		t.Errorf("facts lost: %+v", second.Bucket)
	}
	if first.Bucket.AWS.ACL.State != scanners.Unknown {
		t.Error("the previous record was changed")
	}
}

func TestPolicyStatusIsAskedOnlyWhereThereIsAPolicy(t *testing.T) {
	for _, policy := range []string{"", `{"Version":"2012-10-17","Statement":[]}`} {
		b := start(t, oneBucket(lab.Bucket{Policy: policy}), scanners.Runtime{})
		rec := b.inspect(b.ref("aws", acme), "bucket.aws.policy", "bucket.aws.policy_status")
		want := 0
		if policy != "" {
			want = 1
		}
		if n := b.lab.Calls()["s3:GetBucketPolicyStatus"]; n != want {
			t.Errorf("policy %q: asked %d times, want %d", policy, n, want)
		}
		if rec.Bucket.AWS.PolicyStatus.State == scanners.Unknown {
			t.Errorf("policy %q: %+v", policy, rec.Bucket.AWS.PolicyStatus)
		}
	}
}

func TestCallsPerBucket(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	ref := b.ref("aws", acme)
	rest := func(calls map[string]int) int {
		n := 0
		for op, count := range calls {
			if strings.HasPrefix(op, "s3:") {
				n += count
			}
		}
		return n
	}
	before := rest(b.lab.Calls())
	b.inspect(ref, allFacts(b.scanner, scanners.KindBucket)...)
	// Eighteen facts of a bucket less access points and policy status, which need no call of the bucket here.
	if got, want := rest(b.lab.Calls())-before, len(factCases())-1; got != want {
		t.Errorf("%d calls, want %d", got, want)
	}
}

func TestAnotherRegion(t *testing.T) {
	world := oneBucket(lab.Bucket{Region: "ap-northeast-3", Versioning: "Enabled"})
	b := start(t, world, scanners.Runtime{})
	ref := b.ref("aws", acme)
	if ref.Region != "ap-northeast-3" {
		t.Fatalf("region %q", ref.Region)
	}
	stale := ref
	stale.Region = "us-east-1"
	rec := b.inspect(stale, "bucket.versioning", "bucket.aws.acl")
	if rec.Region != "ap-northeast-3" || rec.Bucket.Versioning.State != scanners.Known || rec.Bucket.AWS.ACL.State != scanners.Known {
		t.Errorf("region %q, versioning %+v, acl %+v", rec.Region, rec.Bucket.Versioning, rec.Bucket.AWS.ACL)
	}
	if n := b.lab.Calls()["s3:GetBucketVersioning"] + b.lab.Calls()["s3:GetBucketAcl"]; n != 3 {
		t.Errorf("%d calls, want one redirect in all", n)
	}
}

func TestAuthorizationHeaderMalformedNamesTheRegion(t *testing.T) {
	world := oneBucket(lab.Bucket{Region: "eu-west-1", Versioning: "Enabled"})
	world.Faults = []lab.Fault{{Kind: lab.Malformed, Operation: "GetBucketVersioning", Times: 1}}
	b := start(t, world, scanners.Runtime{})
	stale := b.ref("aws", acme)
	stale.Region = "us-west-2"
	if rec := b.inspect(stale, "bucket.versioning"); rec.Bucket.Versioning.State != scanners.Known || rec.Region != "eu-west-1" {
		t.Errorf("region %q, %+v", rec.Region, rec.Bucket.Versioning)
	}
}

func TestObjectSample(t *testing.T) {
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	objects := []lab.Object{
		{Key: "a b+c\x1b[31m.txt", Size: 5, Modified: day, Grants: []lab.Grant{{URI: lab.AllUsers, Permission: "READ"}}},
		{Key: "b/日本.pdf", Size: 6, Modified: day, StorageClass: "GLACIER"},
		{Key: "c", Size: 7, Modified: day},
	}
	acl := func(extra ...scanners.ACLGrant) []scanners.ACLGrant { return owned(extra...).Grants }
	want := scanners.ObjectSample{Objects: []scanners.SampledObject{
		{Key: "a b+c\x1b[31m.txt", Size: 5, Modified: day, StorageClass: "STANDARD", Owner: canonical, ACLRead: true,
			Grants: acl(scanners.ACLGrant{Grantee: lab.AllUsers, Kind: "Group", Permission: "READ"})},
		{Key: "b/日本.pdf", Size: 6, Modified: day, StorageClass: "GLACIER", Owner: canonical, ACLRead: true, Grants: acl()},
	}}
	b := start(t, oneBucket(lab.Bucket{Objects: objects}), scanners.Runtime{Objects: 2})
	rec := b.inspect(b.ref("aws", acme), "bucket.objects")
	if diff := cmp.Diff(scanners.KnownFact(want, scanners.Origin{Call: "s3:ListObjectsV2"}), rec.Bucket.Objects); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}

	t.Run("none without a number", func(t *testing.T) {
		b := start(t, oneBucket(lab.Bucket{Objects: objects}), scanners.Runtime{})
		if rec := b.inspect(b.ref("aws", acme), "bucket.objects"); rec.Bucket.Objects.Settled() {
			t.Errorf("%+v", rec.Bucket.Objects)
		}
	})
	t.Run("ACLs switched off are not read", func(t *testing.T) {
		b := start(t, oneBucket(lab.Bucket{Objects: objects, Ownership: "BucketOwnerEnforced"}), scanners.Runtime{Objects: 2})
		rec := b.inspect(b.ref("aws", acme), "bucket.objects", "bucket.aws.ownership")
		if n := b.lab.Calls()["s3:GetObjectAcl"]; n != 0 || len(rec.Bucket.Objects.Value.Objects) != 2 {
			t.Errorf("%d ACLs read, %+v", n, rec.Bucket.Objects)
		}
	})
	t.Run("one denied ACL costs one ACL", func(t *testing.T) {
		world := oneBucket(lab.Bucket{Objects: objects})
		world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "GetObjectAcl", Times: 1}}
		b := start(t, world, scanners.Runtime{Objects: 1})
		rec := b.inspect(b.ref("aws", acme), "bucket.objects")
		got := rec.Bucket.Objects.Value.Objects[0]
		if got.ACLRead || got.ACLReason.Permission != "s3:GetObjectAcl" || got.ACLReason.Code != scanners.Denied {
			t.Errorf("%+v", got)
		}
	})
	t.Run("listing denied", func(t *testing.T) {
		world := oneBucket(lab.Bucket{Objects: objects})
		world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "ListObjectsV2"}}
		b := start(t, world, scanners.Runtime{Objects: 1})
		rec := b.inspect(b.ref("aws", acme), "bucket.objects")
		if got := rec.Bucket.Objects.Reason; got.Permission != "s3:ListBucket" || got.Code != scanners.Denied {
			t.Errorf("%+v", got)
		}
	})
}

func TestNames(t *testing.T) {
	objects := []lab.Object{{Key: "docs/1/passport.jpg"}, {Key: "docs/2/passport.jpg"}, {Key: "logo.svg"}}
	want := scanners.Names{Sensitive: true, Sampled: 3, Complete: true,
		Kinds: []scanners.NameCount{{Kind: "identity", Count: 2, Samples: []string{"docs/1/passport.jpg", "docs/2/passport.jpg"}}}}
	for _, need := range [][]scanners.FactName{{"bucket.names"}, {"bucket.names", "bucket.objects"}} {
		b := start(t, oneBucket(lab.Bucket{Objects: objects}), scanners.Runtime{Objects: 10})
		rec := b.inspect(b.ref("aws", acme), need...)
		if diff := cmp.Diff(scanners.KnownFact(want, scanners.Origin{Call: "s3:ListObjectsV2"}), rec.Bucket.Names); diff != "" {
			t.Errorf("%v (-want +got):\n%s", need, diff)
		}
		if n := b.lab.Calls()["s3:ListObjectsV2"]; n != 1 {
			t.Errorf("%v: listed %d times", need, n)
		}
	}
	world := oneBucket(lab.Bucket{Objects: objects})
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "ListObjectsV2"}}
	b := start(t, world, scanners.Runtime{Objects: 10})
	rec := b.inspect(b.ref("aws", acme), "bucket.names", "bucket.objects")
	if got := rec.Bucket.Names.Reason; got.Code != scanners.Denied || got.Permission != "s3:ListBucket" {
		t.Errorf("%+v", got)
	}
}

func TestDeletedMeanwhile(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Gone, Operation: "GetBucketCors"}}
	b := start(t, world, scanners.Runtime{})
	_, err := b.scanner.Inspect(t.Context(), b.ref("aws", acme), scanners.NewFactSet("bucket.cors", "bucket.logging"), nil)
	if !strings.Contains(err.Error(), `"acme"`) || scanners.FailureOf(err).Code != scanners.CodeGone {
		t.Errorf("got %v", err)
	}
}

func TestANameThatNoBucketHasIsNotSent(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	ref := b.ref("aws", acme)
	ref.Name = "arn:aws:s3:us-east-1:1:accesspoint/../x"
	before := len(b.lab.Calls())
	rec := b.inspect(ref, "bucket.versioning")
	if rec.Bucket.Versioning.Reason.Code != scanners.Malformed || len(b.lab.Calls()) != before {
		t.Errorf("%+v, calls %v", rec.Bucket.Versioning, b.lab.Calls())
	}
}
