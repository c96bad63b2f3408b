package gcs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

func ptr[T any](v T) *T { return &v }

// fact is a fact's state, reason code and value, without where it came from.
type fact struct {
	State      scanners.State
	Code       scanners.ReasonCode
	Permission string
	Value      any
}

func known(v any) fact { return fact{State: scanners.Known, Value: v} }

func factOf(t *testing.T, rec *scanners.Record, name scanners.FactName) fact {
	t.Helper()
	field, ok := scanners.LookupFactField(name)
	if !ok {
		t.Fatalf("no fact %q", name)
	}
	status, value := field.Of(rec)
	return fact{status.State, status.Reason.Code, status.Reason.Permission, value}
}

// TestFactsOfTheBucketResource holds each setting, set and not set, against the resource representation of the JSON API.
func TestFactsOfTheBucketResource(t *testing.T) {
	absent, unsupported := fact{State: scanners.Absent}, fact{State: scanners.Unsupported}
	hidden := fact{State: scanners.Unknown, Code: scanners.Denied, Permission: "storage.buckets.getIamPolicy"}
	for _, tc := range []struct {
		about  string
		bucket lab.GoogleBucket
		want   map[scanners.FactName]fact
	}{
		{"nothing is set", lab.GoogleBucket{}, map[scanners.FactName]fact{
			"bucket.versioning": absent, "bucket.logging": absent, "bucket.lifecycle": absent, "bucket.retention": absent, "bucket.cors": absent,
			"bucket.website": absent, "bucket.labels": absent, "bucket.gcp.ip_filter": absent, "bucket.gcp.soft_delete": absent,
			"bucket.encryption":                   known(&scanners.Encryption{Algorithm: "google"}),
			"bucket.requester_pays":               known(&scanners.RequesterPays{}),
			"bucket.gcp.uniform_access":           known(&scanners.UniformAccess{Enabled: true, LockedUntil: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}),
			"bucket.gcp.public_access_prevention": known(&scanners.PublicAccessPrevention{Mode: "inherited", Source: "bucket"}),
			// Hidden by uniform access, which is neither empty nor not set.
			"bucket.gcp.acl": unsupported, "bucket.gcp.default_object_acl": unsupported,
			"bucket.notifications":       known(&scanners.Notifications{}),
			"bucket.gcp.managed_folders": known(&scanners.ManagedFolders{List: []scanners.ManagedFolder{}}),
			"bucket.gcp.effective_tags":  known(&scanners.Labels{Values: map[string]string{}}),
		}},
		{"everything is set", lab.GoogleBucket{Resource: storage.Bucket{
			Versioning:       &storage.BucketVersioning{Enabled: true},
			Logging:          &storage.BucketLogging{LogBucket: "logs", LogObjectPrefix: "acme"},
			Encryption:       &storage.BucketEncryption{DefaultKmsKeyName: "projects/p/locations/eu/keyRings/r/cryptoKeys/k"},
			RetentionPolicy:  &storage.BucketRetentionPolicy{RetentionPeriod: 864_000, IsLocked: true},
			Cors:             []*storage.BucketCors{{Origin: []string{"*"}, Method: []string{"GET"}, ResponseHeader: []string{"x"}, MaxAgeSeconds: 60}},
			Website:          &storage.BucketWebsite{MainPageSuffix: "index.html", NotFoundPage: "404.html"},
			Labels:           map[string]string{"owner": "hr"},
			Billing:          &storage.BucketBilling{RequesterPays: true},
			SoftDeletePolicy: &storage.BucketSoftDeletePolicy{RetentionDurationSeconds: 604_800},
			IpFilter: &storage.BucketIpFilter{Mode: "Enabled", PublicNetworkSource: &storage.BucketIpFilterPublicNetworkSource{AllowedIpCidrRanges: []string{"203.0.113.0/24"}},
				VpcNetworkSources: []*storage.BucketIpFilterVpcNetworkSources{{Network: "projects/p/global/networks/n"}}},
			IamConfiguration: &storage.BucketIamConfiguration{PublicAccessPrevention: "enforced"},
		}, Topics: []string{"t"}}, map[scanners.FactName]fact{
			"bucket.versioning":                   known(&scanners.Versioning{Enabled: true}),
			"bucket.logging":                      known(&scanners.Logging{Enabled: true, Target: "logs", Prefix: "acme", Read: true, Write: true, Delete: true}),
			"bucket.encryption":                   known(&scanners.Encryption{Algorithm: "cmek", KeyID: "projects/p/locations/eu/keyRings/r/cryptoKeys/k", CustomerManaged: true}),
			"bucket.retention":                    known(&scanners.Retention{Enabled: true, Days: 10, Locked: true}),
			"bucket.cors":                         known(&scanners.CORS{Rules: []scanners.CORSRule{{Origins: []string{"*"}, Methods: []string{"GET"}, Headers: []string{"x"}, Expose: []string{"x"}, MaxAge: 60}}}),
			"bucket.website":                      known(&scanners.Website{Enabled: true, Index: "index.html", Error: "404.html"}),
			"bucket.labels":                       known(&scanners.Labels{Values: map[string]string{"owner": "hr"}}),
			"bucket.requester_pays":               known(&scanners.RequesterPays{Enabled: true}),
			"bucket.gcp.soft_delete":              known(&scanners.SoftDelete{Enabled: true, Days: 7}),
			"bucket.gcp.ip_filter":                known(&scanners.IPFilter{Enabled: true, PublicSet: true, PublicRanges: []string{"203.0.113.0/24"}, VPCs: []string{"projects/p/global/networks/n"}}),
			"bucket.gcp.uniform_access":           known(&scanners.UniformAccess{}),
			"bucket.gcp.public_access_prevention": known(&scanners.PublicAccessPrevention{Enforced: true, Mode: "enforced", Source: "bucket"}),
			"bucket.gcp.acl":                      known(&scanners.ACL{Grants: []scanners.ACLGrant{{Grantee: "project-owners-42", Permission: "OWNER"}}}),
			"bucket.gcp.default_object_acl":       known(&scanners.ACL{Grants: []scanners.ACLGrant{{Grantee: "project-owners-42", Permission: "OWNER"}}}),
			"bucket.notifications":                known(&scanners.Notifications{Configured: true}),
			// Requester pays: the project that owns the bucket is named as the payer.
			"bucket.gcp.iam":             known(&scanners.IAMPolicy{Version: 1, Bindings: []scanners.IAMBinding{}}),
			"bucket.gcp.managed_folders": unsupported,
		}},
		{"soft delete is off, a hold is on", lab.GoogleBucket{Resource: storage.Bucket{SoftDeletePolicy: &storage.BucketSoftDeletePolicy{}, DefaultEventBasedHold: true,
			ObjectRetention: &storage.BucketObjectRetention{Mode: "Enabled"}}}, map[scanners.FactName]fact{
			"bucket.gcp.soft_delete": known(&scanners.SoftDelete{}),
			"bucket.retention":       known(&scanners.Retention{Enabled: true, Legal: true}),
		}},
		{"ACLs that the caller may not see", lab.GoogleBucket{NoACLs: true, Resource: storage.Bucket{IamConfiguration: byObject()}}, map[scanners.FactName]fact{
			"bucket.gcp.acl": hidden, "bucket.gcp.default_object_acl": hidden,
		}},
		{"public ACLs", lab.GoogleBucket{Resource: storage.Bucket{IamConfiguration: byObject(), Acl: []*storage.BucketAccessControl{{Entity: "allUsers", Role: "READER"}},
			DefaultObjectAcl: []*storage.ObjectAccessControl{{Entity: "allAuthenticatedUsers", Role: "READER"}}}}, map[scanners.FactName]fact{
			"bucket.gcp.acl":                known(&scanners.ACL{Grants: []scanners.ACLGrant{{Grantee: "project-owners-42", Permission: "OWNER"}, {Grantee: "allUsers", Permission: "READER"}}}),
			"bucket.gcp.default_object_acl": known(&scanners.ACL{Grants: []scanners.ACLGrant{{Grantee: "allAuthenticatedUsers", Permission: "READER"}}}),
		}},
		{"the former name of uniform access", lab.GoogleBucket{Resource: storage.Bucket{IamConfiguration: &storage.BucketIamConfiguration{
			BucketPolicyOnly: &storage.BucketIamConfigurationBucketPolicyOnly{Enabled: true}}}}, map[scanners.FactName]fact{
			"bucket.gcp.uniform_access": known(&scanners.UniformAccess{Enabled: true}),
		}},
		{"a policy with a condition", lab.GoogleBucket{Policy: storage.Policy{Bindings: []*storage.PolicyBindings{
			{Role: "roles/storage.objectViewer", Members: []string{"user:b@x", "allUsers"}, Condition: &storage.Expr{Title: "now", Expression: "request.time < timestamp('2030-01-01T00:00:00Z')"}}}}},
			map[scanners.FactName]fact{"bucket.gcp.iam": known(&scanners.IAMPolicy{Version: 3, Bindings: []scanners.IAMBinding{
				{Role: "roles/storage.objectViewer", Members: []string{"allUsers", "user:b@x"}, Title: "now", Condition: "request.time < timestamp('2030-01-01T00:00:00Z')"}}})}},
		{"tags", lab.GoogleBucket{Tags: [][2]string{{"123/env", "prod"}}}, map[scanners.FactName]fact{
			"bucket.gcp.effective_tags": known(&scanners.Labels{Values: map[string]string{"123/env": "prod"}}),
		}},
	} {
		t.Run(tc.about, func(t *testing.T) {
			b := start(t, oneBucket(tc.bucket), scanners.Runtime{})
			listed := b.inspect(b.ref("gcp:acme-prod", acme))
			named := b.inspect(b.ref("gs://acme", acme))
			for name, want := range tc.want {
				for way, rec := range map[string]*scanners.Record{"by its project": &listed, "by its name": &named} {
					if diff := cmp.Diff(want, onlyKnown(factOf(t, rec, name))); diff != "" {
						t.Errorf("%s, %s (-want +got):\n%s", name, way, diff)
					}
				}
			}
		})
	}
}

func onlyKnown(f fact) fact {
	if f.State != scanners.Known {
		f.Value = nil
	}
	return f
}

func TestLifecycle(t *testing.T) {
	rule := func(action string, c storage.BucketLifecycleRuleCondition) *storage.BucketLifecycleRule {
		return &storage.BucketLifecycleRule{Action: &storage.BucketLifecycleRuleAction{Type: action}, Condition: &c}
	}
	b := start(t, oneBucket(lab.GoogleBucket{Resource: storage.Bucket{Lifecycle: &storage.BucketLifecycle{Rule: []*storage.BucketLifecycleRule{
		rule("Delete", storage.BucketLifecycleRuleCondition{Age: ptr(int64(30)), MatchesPrefix: []string{"tmp/"}}),
		rule("Delete", storage.BucketLifecycleRuleCondition{DaysSinceNoncurrentTime: 9}),
		rule("Delete", storage.BucketLifecycleRuleCondition{NumNewerVersions: 3}),
		rule("Delete", storage.BucketLifecycleRuleCondition{IsLive: ptr(false), Age: ptr(int64(400))}),
		rule("SetStorageClass", storage.BucketLifecycleRuleCondition{Age: ptr(int64(1)), MatchesStorageClass: []string{"STANDARD"}}),
		rule("AbortIncompleteMultipartUpload", storage.BucketLifecycleRuleCondition{Age: ptr(int64(7))}),
	}}}}), scanners.Runtime{})
	rec := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.lifecycle")
	want := scanners.Lifecycle{Rules: []scanners.LifecycleRule{
		{Enabled: true, Prefix: "tmp/", ExpireDays: 30}, {Enabled: true, NoncurrentDays: 9}, {Enabled: true, NoncurrentDays: 1},
		{Enabled: true, NoncurrentDays: 400}, {Enabled: true, Transition: true, Narrowed: true}, {Enabled: true, AbortIncompleteDays: 7},
	}}
	if diff := cmp.Diff(want, rec.Bucket.Lifecycle.Value); diff != "" {
		t.Error(diff)
	}
}

func TestManagedFolders(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{Folders: []lab.GoogleManagedFolder{
		{Name: "a/b/", Policy: storage.Policy{Bindings: []*storage.PolicyBindings{lab.Binding("roles/storage.objectViewer", "allUsers")}}}, {Name: "c/"},
	}})
	b := start(t, world, scanners.Runtime{}, lab.Fault{Kind: lab.Gone, Operation: "storage.managedFolders.getIamPolicy"})
	folders := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.gcp.managed_folders").Bucket.GCP.ManagedFolders
	if len(folders.Value.List) != 2 || folders.Value.List[0].IAM.Reason.Code != scanners.Failed {
		t.Errorf("folders that went meanwhile: %+v", folders)
	}
	b = start(t, world, scanners.Runtime{})
	folders = b.inspect(b.ref("gcp:acme-prod", acme), "bucket.gcp.managed_folders").Bucket.GCP.ManagedFolders
	if got := folders.Value.List; len(got) != 2 || got[0].Name != "a/b/" || got[0].IAM.Value.Bindings[0].Members[0] != "allUsers" || got[1].IAM.State != scanners.Known {
		t.Errorf("%+v", got)
	}
}

func TestNames(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{Objects: []*storage.Object{{Name: "a/passport_0001.jpg"}, {Name: "a/passport_0002.jpg"}, {Name: "notes.txt"}}})
	b := start(t, world, scanners.Runtime{Objects: 5})
	got := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.names")
	want := scanners.Names{Sensitive: true, Sampled: 3, Complete: true, Kinds: []scanners.NameCount{
		{Kind: "identity", Count: 2, Samples: []string{"a/passport_0001.jpg", "a/passport_0002.jpg"}}}}
	if diff := cmp.Diff(want, got.Bucket.Names.Value); diff != "" {
		t.Error(diff)
	}
	if n := b.lab.Calls()["gcp:storage.objects.list"]; n != 1 || len(got.Bucket.Objects.Value.Objects) != 3 {
		t.Errorf("%d listings, %+v", n, got.Bucket.Objects)
	}
	b = start(t, world, scanners.Runtime{Objects: 5}, lab.Fault{Kind: lab.Deny, Operation: "storage.objects.list"})
	rec := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.names")
	if f := factOf(t, &rec, "bucket.names"); f.Permission != "storage.objects.list" {
		t.Errorf("%+v", f)
	}
}

func TestObjects(t *testing.T) {
	objects := []*storage.Object{
		{Name: "a b/\u6238.txt", Size: 5, Updated: "2026-01-02T03:04:05Z", StorageClass: "COLDLINE", Generation: 17, Acl: []*storage.ObjectAccessControl{{Entity: "allUsers", Role: "READER"}}},
		{Name: "k", KmsKeyName: "x"}, {Name: "s", CustomerEncryption: &storage.ObjectCustomerEncryption{EncryptionAlgorithm: "AES256", KeySha256: "c2hhMjU2"}},
	}
	b := start(t, oneBucket(lab.GoogleBucket{Resource: storage.Bucket{IamConfiguration: byObject()}, Objects: objects}), scanners.Runtime{Objects: 2})
	got := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.objects").Bucket.Objects.Value
	want := scanners.ObjectSample{Objects: []scanners.SampledObject{
		{Key: "a b/\u6238.txt", Size: 5, VersionID: "17", Modified: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), StorageClass: "COLDLINE", ACLRead: true, Grants: []scanners.ACLGrant{{Grantee: "allUsers", Permission: "READER"}}},
		{Key: "k", Encryption: "cmek", ACLRead: true, Grants: []scanners.ACLGrant{{Grantee: "project-owners-1", Permission: "OWNER"}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with ACLs (-want +got):\n%s", diff)
	}
	b = start(t, oneBucket(lab.GoogleBucket{NoACLs: true, Resource: storage.Bucket{IamConfiguration: byObject()}, Objects: objects}), scanners.Runtime{Objects: 5})
	got = b.inspect(b.ref("gcp:acme-prod", acme), "bucket.objects").Bucket.Objects.Value
	if !got.Complete || len(got.Objects) != 3 || got.Objects[0].ACLReason.Permission != "storage.objects.getIamPolicy" || got.Objects[2].Encryption != "csek" {
		t.Errorf("%+v", got)
	}
	b = start(t, oneBucket(lab.GoogleBucket{Objects: objects}), scanners.Runtime{Objects: 5})
	got = b.inspect(b.ref("gcp:acme-prod", acme), "bucket.objects").Bucket.Objects.Value
	if got.Objects[0].ACLRead || got.Objects[0].ACLReason != (scanners.Reason{}) {
		t.Errorf("under uniform access there is no ACL to read: %+v", got.Objects[0])
	}
}
