// The Google part of the demo: eight buckets of one project in an organisation.

package lab

import (
	"fmt"
	"time"

	storage "google.golang.org/api/storage/v1"
)

// DemoProject is the project that the demo scans.
const DemoProject = "acme-production"

const demoRobot = "serviceAccount:app@" + DemoProject + ".iam.gserviceaccount.com"

func demoGoogle() *Google {
	const made = "2020-02-03T04:05:06.000Z"
	uniform := func(prevention string) *storage.BucketIamConfiguration {
		return &storage.BucketIamConfiguration{
			UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true, LockedTime: "2020-05-03T04:05:06.000Z"},
			PublicAccessPrevention:   prevention,
		}
	}
	byObject := func() *storage.BucketIamConfiguration {
		return &storage.BucketIamConfiguration{
			UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{}, PublicAccessPrevention: "inherited",
		}
	}
	bucket := func(name, location string, access *storage.BucketIamConfiguration, bindings ...*storage.PolicyBindings) GoogleBucket {
		return GoogleBucket{
			Resource: storage.Bucket{Name: name, Location: location, LocationType: "region", TimeCreated: made, IamConfiguration: access,
				SoftDeletePolicy: &storage.BucketSoftDeletePolicy{RetentionDurationSeconds: 604_800}, Labels: map[string]string{"owner": "unknown"}},
			Policy: storage.Policy{Bindings: append([]*storage.PolicyBindings{
				Binding("roles/storage.legacyBucketOwner", "projectEditor:"+DemoProject, "projectOwner:"+DemoProject)}, bindings...)},
		}
	}
	well := func(name string) GoogleBucket {
		b := bucket(name, "ASIA-NORTHEAST1", uniform("enforced"), Binding("roles/storage.objectUser", demoRobot))
		age := int64(90)
		archived := false
		b.Resource.Versioning = &storage.BucketVersioning{Enabled: true}
		b.Resource.Logging = &storage.BucketLogging{LogBucket: "acme-gcs-logs", LogObjectPrefix: name}
		b.Resource.Encryption = &storage.BucketEncryption{DefaultKmsKeyName: "projects/" + DemoProject + "/locations/asia-northeast1/keyRings/storage/cryptoKeys/" + name}
		b.Resource.Lifecycle = &storage.BucketLifecycle{Rule: []*storage.BucketLifecycleRule{
			{Action: &storage.BucketLifecycleRuleAction{Type: "Delete"}, Condition: &storage.BucketLifecycleRuleCondition{IsLive: &archived, DaysSinceNoncurrentTime: 90}},
			{Action: &storage.BucketLifecycleRuleAction{Type: "AbortIncompleteMultipartUpload"}, Condition: &storage.BucketLifecycleRuleCondition{Age: &age}},
		}}
		b.Resource.Labels = map[string]string{"owner": "platform", "data": "internal"}
		b.Topics = []string{"//pubsub.googleapis.com/projects/" + DemoProject + "/topics/uploads"}
		return b
	}

	documents := bucket("acme-recruit-documents", "ASIA-NORTHEAST1", uniform("inherited"), Binding("roles/storage.objectViewer", "allUsers"))
	documents.Resource.Labels = map[string]string{"owner": "hr", "data": "personal"}
	documents.Objects = googleDocuments()
	documents.AnonymousList, documents.AnonymousRead = true, true

	folder := well("acme-customer-exports")
	folder.Resource.IamConfiguration.PublicAccessPrevention = "inherited"
	folder.Folders = []GoogleManagedFolder{
		{Name: "internal/", Policy: storage.Policy{Bindings: []*storage.PolicyBindings{Binding("roles/storage.objectAdmin", demoRobot)}}},
		{Name: "partners/2025/", Policy: storage.Policy{Bindings: []*storage.PolicyBindings{Binding("roles/storage.legacyObjectReader", "allUsers")}}},
	}
	folder.Objects = []*storage.Object{{Name: "partners/2025/customers.csv", Size: 8_211_332, Updated: made, StorageClass: "STANDARD"}}
	folder.AnonymousRead = true

	prevented := bucket("acme-old-site", "US", uniform("enforced"), Binding("roles/storage.objectViewer", "allUsers"))
	prevented.Resource.Website = &storage.BucketWebsite{MainPageSuffix: "index.html", NotFoundPage: "404.html"}

	// What the ACL says is hidden while uniform access is on; the binding is what it left behind in the policy.
	hidden := bucket("acme-old-downloads-gcs", "EU", uniform("inherited"))
	hidden.Resource.IamConfiguration.UniformBucketLevelAccess.LockedTime = "2027-01-15T00:00:00.000Z"
	hidden.Resource.Acl = []*storage.BucketAccessControl{{Entity: "allUsers", Role: "READER"}}
	hidden.Resource.DefaultObjectAcl = []*storage.ObjectAccessControl{{Entity: "allUsers", Role: "READER"}}

	byACL := bucket("acme-press-kit", "EU", byObject())
	byACL.Resource.DefaultObjectAcl = []*storage.ObjectAccessControl{{Entity: "allUsers", Role: "READER"}}
	byACL.Objects = []*storage.Object{{Name: "logo.svg", Size: 4_211, Updated: made, StorageClass: "STANDARD", Acl: []*storage.ObjectAccessControl{
		{Entity: "user-press@acme.example", Role: "OWNER"}, {Entity: "allUsers", Role: "READER"}}}}
	byACL.AnonymousRead = true

	signedIn := bucket("acme-uploads-inbox", "US-CENTRAL1", uniform("inherited"), Binding("roles/storage.objectCreator", "allAuthenticatedUsers"))
	signedIn.Resource.Cors = []*storage.BucketCors{{Origin: []string{"*"}, Method: []string{"PUT", "POST"}, ResponseHeader: []string{"*"}, MaxAgeSeconds: 3600}}

	logs := well("acme-gcs-logs")
	logs.Resource.Logging = nil
	logs.Resource.RetentionPolicy = &storage.BucketRetentionPolicy{RetentionPeriod: 31_536_000, IsLocked: true, EffectiveTime: made}
	logs.Policy.Bindings = append(logs.Policy.Bindings, Binding("roles/storage.objectCreator", "group:cloud-storage-analytics@google.com"))

	return &Google{
		Folders: []GoogleFolder{{Name: "folders/2002", Parent: "organizations/1001"}},
		Projects: []GoogleProject{{
			ID: DemoProject, Number: 123_456_789_012, Parent: "folders/2002",
			Keys: []*storage.HmacKeyMetadata{
				{Kind: "storage#hmacKeyMetadata", AccessId: "GOOG1EDEMOACCESSKEY0001", State: "ACTIVE", ServiceAccountEmail: demoRobot[len("serviceAccount:"):], TimeCreated: made},
				{Kind: "storage#hmacKeyMetadata", AccessId: "GOOG1EDEMOACCESSKEY0002", State: "INACTIVE", ServiceAccountEmail: demoRobot[len("serviceAccount:"):], TimeCreated: made},
			},
			Buckets: []GoogleBucket{documents, folder, prevented, hidden, byACL, signedIn, logs, bucket("acme-finance-denied", "EU", uniform("inherited"))},
		}},
		Perimeters: map[string][]string{"organizations/1001": {`{"name":"accessPolicies/1001/servicePerimeters/data","title":"data","perimeterType":"PERIMETER_TYPE_REGULAR",` +
			`"status":{"resources":["projects/999999999999"],"restrictedServices":["storage.googleapis.com","bigquery.googleapis.com"]},` +
			`"spec":{"resources":["projects/123456789012","projects/999999999999"],"restrictedServices":["storage.googleapis.com"]},"useExplicitDryRunSpec":true}`}},
		Denies: map[string][]GoogleDeny{"organizations/1001": {{ID: "no-policy-changes", Rules: `[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],` +
			`"exceptionPrincipals":["principalSet://goog/group/cloud-admins@acme.example"],"deniedPermissions":["storage.googleapis.com/buckets.setIamPolicy"]}}]`}}},
	}
}

// googleDocuments are names as an applicant system gives them.
func googleDocuments() []*storage.Object {
	var out []*storage.Object
	at := time.Date(2021, 4, 1, 9, 0, 0, 0, time.UTC)
	for n := range 3 {
		for i, form := range []string{"applicants/%05d/driver_license_front.png", "applicants/%05d/mynumber_card.jpg", "applicants/%05d/passport.jpg", "applicants/%05d/履歴書.pdf"} {
			out = append(out, &storage.Object{Name: fmt.Sprintf(form, 20_117+n), Size: uint64(90_000 + 1_000*i + n), Updated: at.AddDate(0, n, i).Format(time.RFC3339), StorageClass: "STANDARD"})
		}
	}
	return out
}
