// Values of the facts whose concept is shared by the clouds. Field names are the CEL names (tag `json`).

package scanners

import "time"

// Versioning says whether old versions of objects are kept.
// S3 GetBucketVersioning; GCS Bucket.versioning; Azure BlobServiceProperties.isVersioningEnabled.
type Versioning struct {
	Enabled   bool `json:"enabled"`
	Suspended bool `json:"suspended"`  // S3 only: was enabled, new versions are no longer kept
	MFADelete bool `json:"mfa_delete"` // S3 only
}

// Logging says where access is recorded.
// S3 GetBucketLogging; GCS Bucket.logging; Azure diagnostic settings of the blob service.
type Logging struct {
	Enabled bool   `json:"enabled"`
	Target  string `json:"target"` // bucket, workspace or account name; foreign text
	Prefix  string `json:"prefix"`
	Read    bool   `json:"read"` // reads are recorded (Azure chooses categories; elsewhere true when enabled)
	Write   bool   `json:"write"`
	Delete  bool   `json:"delete"`
}

// Encryption is the default encryption at rest.
// S3 GetBucketEncryption; GCS Bucket.encryption; Azure account encryption key source.
type Encryption struct {
	Algorithm       string `json:"algorithm"`        // "AES256", "aws:kms", "aws:kms:dsse", "google", "cmek", "microsoft"
	KeyID           string `json:"key_id"`           // empty for the provider's own key
	CustomerManaged bool   `json:"customer_managed"` // a key that the customer made
	BucketKey       bool   `json:"bucket_key"`       // S3 only
	Infrastructure  bool   `json:"infrastructure"`   // Azure: second layer of encryption
	// CustomerKeysBlocked: writes encrypted with a key that the caller brings (SSE-C) are refused. S3 only.
	CustomerKeysBlocked bool `json:"customer_keys_blocked"`
}

// Lifecycle holds the rules that expire objects.
// S3 GetBucketLifecycleConfiguration; GCS Bucket.lifecycle; Azure management policies.
type Lifecycle struct {
	Rules []LifecycleRule `json:"rules"`
}

// LifecycleRule is one rule; days are 0 where the rule does not do that.
type LifecycleRule struct {
	ID                  string `json:"id"`
	Enabled             bool   `json:"enabled"`
	Prefix              string `json:"prefix"`
	ExpireDays          int64  `json:"expire_days"`
	NoncurrentDays      int64  `json:"noncurrent_days"`
	AbortIncompleteDays int64  `json:"abort_incomplete_days"`
	Transition          bool   `json:"transition"` // moves to another storage class
	Narrowed            bool   `json:"narrowed"`   // a filter by tag or size takes only some objects
}

// Retention keeps objects from being deleted or replaced for a time.
// S3 Object Lock (GetObjectLockConfiguration); GCS retentionPolicy; Azure immutability policies.
type Retention struct {
	Enabled bool   `json:"enabled"`
	Mode    string `json:"mode"`   // S3 "GOVERNANCE", "COMPLIANCE"; Azure "Locked", "Unlocked"; empty: no default
	Days    int64  `json:"days"`   // default retention in days, rounded down; 0 when none
	Locked  bool   `json:"locked"` // cannot be shortened by anybody
	Legal   bool   `json:"legal"`  // a legal hold is on
}

// SoftDelete keeps deleted things for a time.
type SoftDelete struct {
	Enabled bool  `json:"enabled"`
	Days    int64 `json:"days"`
}

// Replication holds the rules that copy objects elsewhere.
type Replication struct {
	Rules []ReplicationRule `json:"rules"`
}

// ReplicationRule is one destination. Account is empty where the configuration does not say.
type ReplicationRule struct {
	ID          string `json:"id"`
	Enabled     bool   `json:"enabled"`
	Destination string `json:"destination"`
	Account     string `json:"account"`
	Region      string `json:"region"`
	Deletes     bool   `json:"deletes"` // delete markers are copied too
}

// CORS holds the rules that let scripts of other origins read answers.
type CORS struct {
	Rules []CORSRule `json:"rules"`
}

// CORSRule is one rule. MaxAge is in seconds.
type CORSRule struct {
	Origins []string `json:"origins"`
	Methods []string `json:"methods"`
	Headers []string `json:"headers"`
	Expose  []string `json:"expose"`
	MaxAge  int64    `json:"max_age"`
}

// Website is static website hosting.
// S3 GetBucketWebsite; GCS Bucket.website; Azure staticWebsite of the blob service.
type Website struct {
	Enabled      bool   `json:"enabled"`
	Index        string `json:"index"`
	Error        string `json:"error"`
	RedirectHost string `json:"redirect_host"` // all requests are redirected there
	Endpoint     string `json:"endpoint"`      // base URL of the site, where the provider says it
}

// Labels are the owner's own tags.
type Labels struct {
	Values map[string]string `json:"values"`
}

// RequesterPays makes the caller pay, and therefore identify.
type RequesterPays struct {
	Enabled bool `json:"enabled"`
}

// Transport is what the service enforces of TLS (Azure; on S3 and GCS it is policy or fixed).
type Transport struct {
	HTTPSOnly  bool   `json:"https_only"`
	MinimumTLS string `json:"minimum_tls"` // "1.0", "1.1", "1.2", "1.3"
}

// Notifications says whether changes are announced to anything.
type Notifications struct {
	Configured bool `json:"configured"`
}

// Names says what the names of objects show, from a bounded sample of keys.
type Names struct {
	Sensitive bool        `json:"sensitive"`
	Kinds     []NameCount `json:"kinds"`   // sorted by kind
	Sampled   int64       `json:"sampled"` // how many keys were looked at
	Complete  bool        `json:"complete"`
}

// NameCount is how many sampled keys look like one kind ("identity_document", "backup", ...).
type NameCount struct {
	Kind    string   `json:"kind"`
	Count   int64    `json:"count"`
	Samples []string `json:"samples"` // a few keys, foreign text, redacted on request
}

// ObjectSample is a bounded look at single objects.
type ObjectSample struct {
	Objects  []SampledObject `json:"objects"` // in listing order
	Complete bool            `json:"complete"`
}

// SampledObject is one object of a sample.
type SampledObject struct {
	Key       string    `json:"key"`
	VersionID string    `json:"version_id"`
	Size      int64     `json:"size"`
	Modified  time.Time `json:"modified"`
	// Encryption is "AES256", "aws:kms", "aws:kms:dsse", "SSE-C", "csek", "cmek" or empty where not read.
	Encryption string `json:"encryption"`
	// StorageClass is the provider's word; archive classes are readable only after a restore.
	StorageClass string     `json:"storage_class"`
	Owner        string     `json:"owner"`
	ACLRead      bool       `json:"acl_read"` // whether Grants is what the object's ACL says
	Grants       []ACLGrant `json:"grants"`
	// ACLReason says why the ACL was not read; zero where it was, or where nobody asked.
	ACLReason Reason `json:"acl_reason,omitzero"`
	// GuardHeaders are the stored headers that look as if they kept the object from somebody; see GuardHeaders. S3 does not
	// list them, so that they are empty there.
	GuardHeaders []string `json:"guard_headers,omitempty"`
}

// ACL is an access control list.
// S3 GetBucketAcl, GetObjectAcl; GCS bucketAccessControls, defaultObjectAccessControls.
type ACL struct {
	Owner  string     `json:"owner"` // canonical id (S3), entity (GCS)
	Grants []ACLGrant `json:"grants"`
	// ReadOpens is what READ on a bucket opens at services where it isn't what it opens at S3, the listing
	// alone: "list", "objects". Empty means as at S3.
	ReadOpens []string `json:"read_opens,omitempty"`
}

// ACLGrant is one entry.
type ACLGrant struct {
	// Grantee is as the provider writes it: a group URI or canonical user id (S3), an entity (GCS).
	Grantee string `json:"grantee"`
	// Kind is "Group", "CanonicalUser", "AmazonCustomerByEmail" (S3) or empty (GCS).
	Kind       string `json:"kind"`
	Permission string `json:"permission"`
}

// PolicyText is a policy document exactly as the provider returned it.
type PolicyText struct {
	Text string `json:"text"`
	ID   string `json:"id"`   // for policies of an organisation: its id
	Name string `json:"name"` // and name
	// AttachedTo is the root, unit or account an organisation policy is attached to.
	AttachedTo string `json:"attached_to"`
}

// Policies is a set of policy documents, all of which apply.
type Policies struct {
	List []PolicyText `json:"list"`
}
