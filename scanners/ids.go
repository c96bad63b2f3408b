// Canonical ids of resources, stable across scans and the same for live and saved records.

package scanners

import "net/url"

// AWSAccountID is the id of an AWS account's scope.
func AWSAccountID(account string) string { return "aws:account/" + account }

// S3ScopeID is the id of the account that S3 buckets lie in; S3-compatibles carry their endpoint's host. The
// account may be empty: not every service has one, and a foreign bucket does not tell its owner's.
func S3ScopeID(endpoint, account string) string {
	if endpoint == "" {
		return AWSAccountID(account)
	}
	return s3Prefix(endpoint) + "account/" + account
}

// S3BucketID is the id of an S3 bucket; S3-compatibles carry their endpoint's host, since names are unique
// only there.
func S3BucketID(endpoint, name string) string {
	return s3Prefix(endpoint) + "bucket/" + name
}

// S3AccessPointID is the id of an access point; those of S3-compatibles carry their endpoint's host, as buckets do.
func S3AccessPointID(endpoint, account, region, name string) string {
	return s3Prefix(endpoint) + "accesspoint/" + account + "/" + region + "/" + name
}

// S3MultiRegionAccessPointID is the id of a multi-region access point.
func S3MultiRegionAccessPointID(endpoint, account, name string) string {
	return s3Prefix(endpoint) + "mrap/" + account + "/" + name
}

// s3Prefix begins the ids of what lies in S3, or in the S3-compatible service at the endpoint.
func s3Prefix(endpoint string) string {
	if endpoint == "" {
		return "aws:s3:"
	}
	host := endpoint
	if u, err := url.Parse(endpoint); err == nil && u.Host != "" {
		host = u.Host
	}
	return "s3:" + host + ":"
}

// GCPProjectID is the id of a project's scope.
func GCPProjectID(project string) string { return "gcp:project/" + project }

// GCSBucketID is the id of a GCS bucket.
func GCSBucketID(name string) string { return "gcp:gcs:bucket/" + name }

// GCSFolderID is the id of a managed folder.
func GCSFolderID(bucket, folder string) string {
	return GCSBucketID(bucket) + "/managedFolders/" + folder
}

// AzureSubscriptionID is the id of a subscription's scope.
func AzureSubscriptionID(subscription string) string { return "azure:subscription/" + subscription }

// AzureStoreID is the id of a storage account.
func AzureStoreID(account string) string { return "azure:" + account }

// AzureContainerID is the id of a blob container.
func AzureContainerID(account, container string) string { return "azure:" + account + "/" + container }

// ObjectID is the id of an object in a bucket.
func ObjectID(bucketID, key string) string { return bucketID + "#" + key }

// LinkID is the id of a signed link, by its fingerprint.
func LinkID(fingerprint string) string { return "link:" + fingerprint }

// LinkIDAt is the id of a signed link that stands at a place: LinkID where nobody else can read it, and otherwise one of
// its own for the links that others can read ("@public") and for those of which that is not known ("@unknown").
func LinkIDAt(fingerprint string, place Fact[LinkPlace]) string {
	switch stands, ok := place.Get(); {
	case !ok:
		return LinkID(fingerprint) + "@unknown"
	case stands.Public:
		return LinkID(fingerprint) + "@public"
	}
	return LinkID(fingerprint)
}

// PageID is the id of a page.
func PageID(rawURL string) string { return "page:" + rawURL }
