// Facts that only Amazon S3 has.

package scanners

import "time"

// PublicAccessBlock holds the four block flags of one level.
// S3 User Guide, "Blocking public access to your Amazon S3 storage".
type PublicAccessBlock struct {
	BlockPublicAcls       bool `json:"block_public_acls"`
	IgnorePublicAcls      bool `json:"ignore_public_acls"`
	BlockPublicPolicy     bool `json:"block_public_policy"`
	RestrictPublicBuckets bool `json:"restrict_public_buckets"`
}

// PolicyStatus is AWS's own answer to "is this policy public" (GetBucketPolicyStatus).
type PolicyStatus struct {
	Public bool `json:"public"`
}

// Ownership is the object ownership setting; absent means ObjectWriter.
type Ownership struct {
	Mode string `json:"mode"` // "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"
}

// Accelerate is transfer acceleration.
type Accelerate struct {
	Enabled bool `json:"enabled"`
}

// ABAC is attribute-based access control on a bucket: with it on, the bucket's tags are in the request as
// aws:ResourceTag. S3 API Reference, GetBucketAbac.
type ABAC struct {
	Enabled bool `json:"enabled"`
}

// Organization is where an account stands in AWS Organizations.
type Organization struct {
	ID                string `json:"id"`
	ManagementAccount string `json:"management_account"`
	Path              string `json:"path"` // "o-x/r-y/ou-z/", empty where not read
}

// AccessPoints are the access points of one bucket.
type AccessPoints struct {
	List []AccessPoint `json:"list"` // sorted by ARN
}

// AccessPoint is one access point with what decides its reach. Its policy and block are facts of their own,
// because each is read by its own call.
type AccessPoint struct {
	Name          string `json:"name"`
	ARN           string `json:"arn"`
	Alias         string `json:"alias"`
	Account       string `json:"account"` // owner of the access point
	BucketAccount string `json:"bucket_account"`
	// NetworkOrigin is "Internet" or "VPC".
	NetworkOrigin     string                  `json:"network_origin"`
	VPC               string                  `json:"vpc"`
	MultiRegion       bool                    `json:"multi_region"`
	Policy            Fact[PolicyText]        `json:"policy,omitzero"`
	PublicAccessBlock Fact[PublicAccessBlock] `json:"public_access_block,omitzero"`
}

// ScopeAWS holds the facts of an AWS account.
type ScopeAWS struct {
	// PublicAccessBlock is the account's, as s3control returns it.
	PublicAccessBlock Fact[PublicAccessBlock] `json:"public_access_block,omitzero"`
	// OrganizationBlock is what an S3 policy of AWS Organizations sets.
	OrganizationBlock Fact[PublicAccessBlock] `json:"organization_block,omitzero"`
	Organization      Fact[Organization]      `json:"organization,omitzero"`
	ResourcePolicies  Fact[Policies]          `json:"resource_control_policies,omitzero"`
	ServicePolicies   Fact[Policies]          `json:"service_control_policies,omitzero"`
}

// BucketAWS holds the facts that only an S3 bucket has.
type BucketAWS struct {
	PublicAccessBlock Fact[PublicAccessBlock] `json:"public_access_block,omitzero"`
	ACL               Fact[ACL]               `json:"acl,omitzero"`
	Policy            Fact[PolicyText]        `json:"policy,omitzero"`
	PolicyStatus      Fact[PolicyStatus]      `json:"policy_status,omitzero"`
	Ownership         Fact[Ownership]         `json:"ownership,omitzero"`
	Accelerate        Fact[Accelerate]        `json:"accelerate,omitzero"`
	AccessPoints      Fact[AccessPoints]      `json:"access_points,omitzero"`
	ABAC              Fact[ABAC]              `json:"abac,omitzero"`
}

// EndpointAWS holds the facts of an access point or multi-region access point.
type EndpointAWS struct {
	AccessPoint       Fact[AccessPoint]       `json:"access_point,omitzero"`
	Policy            Fact[PolicyText]        `json:"policy,omitzero"`
	PublicAccessBlock Fact[PublicAccessBlock] `json:"public_access_block,omitzero"`
}

// AccessKey is a long-lived key, without its secret: an HMAC key, a storage account key.
type AccessKey struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`
	Owner     string    `json:"owner"` // service account, user
	CreatedAt time.Time `json:"created_at"`
}

// AccessKeys is a set of long-lived keys, sorted by id.
type AccessKeys struct {
	List []AccessKey `json:"list"`
}
