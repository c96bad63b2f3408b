// What the scanner says of itself.

package gcs

import (
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

// Describe implements scanners.Scanner. The permissions are those of "IAM permissions for JSON methods" (Cloud
// Storage) and of the references of Resource Manager, IAM and the Organization Policy API.
func (s *Scanner) Describe() scanners.Description {
	d := scanners.Description{
		Name: "gcs",
		Forms: []scanners.Form{
			{Scheme: "gcp", Pattern: "gcp:[PROJECT]", Help: "every Cloud Storage bucket of a project; gcp:folders/N and gcp:organizations/N go through the projects below", Options: targetOptions()},
			{Scheme: "gs", Pattern: "gs://BUCKET", Help: "one Cloud Storage bucket, also where listing buckets is not allowed", Options: targetOptions()},
		},
		Requires: []string{bucketListing().Permission},
		NotCovered: []string{
			"what access levels of service perimeters ask for", "Anywhere Cache", "folders of buckets with a hierarchical namespace",
			"allow policies of projects, folders and organisations", "who belongs to groups and domains",
			"principal access boundary policies", "object ACLs and signed links beyond the sample of --objects",
			"Cloud CDN, load balancers and other fronts", "data access audit logs", "Firebase rules",
		},
	}
	for _, name := range carried() {
		supply := scanners.Supply{Fact: name, Permissions: []string{bucketRead().Permission}}
		if slices.Contains(aclFacts(), name) {
			supply.Permissions = append(supply.Permissions, bucketPolicy().Permission)
		}
		d.Supplies = append(d.Supplies, supply)
	}
	add := func(name scanners.FactName, permissions ...string) {
		d.Supplies = append(d.Supplies, scanners.Supply{Fact: name, Permissions: permissions})
	}
	add("bucket.gcp.iam", bucketPolicy().Permission)
	add("bucket.gcp.managed_folders", folderListing().Permission, folderPolicy().Permission)
	add("bucket.gcp.effective_tags", tagListing().Permission)
	add("bucket.notifications", notificationListing().Permission)
	if s.rt.Objects > 0 { // without a sample nobody would ever settle it
		add("bucket.objects", objectListing().Permission, "storage.objects.getIamPolicy")
		add("bucket.names", objectListing().Permission)
		if s.rt.Links != nil {
			add("bucket.links", objectListing().Permission, objectReading().Permission)
		}
	}
	add("scope.gcp.public_access_prevention", effectivePrevention().Permission)
	add("scope.gcp.deny_policies", denyListing().Permission, "iam.denypolicies.get", "resourcemanager.projects.get", "resourcemanager.folders.get")
	add("scope.gcp.service_perimeter", perimeterListing().Permission, "accesscontextmanager.policies.list", "resourcemanager.projects.get", "resourcemanager.folders.get")
	add("scope.gcp.custom_roles", roleListing().Permission, "resourcemanager.projects.get", "resourcemanager.folders.get")
	add("scope.gcp.hmac_keys", keyListing().Permission)
	return d
}
