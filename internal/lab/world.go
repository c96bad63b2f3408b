// Package lab pretends to be Amazon S3, S3 Control, STS and Organizations, Google Cloud Storage with the services
// above it, and Azure Resource Manager with Blob Storage, on loopback, for the demo and for tests. It keeps configuration and answers as the provider documents it;
// it decides nothing about access, except that an unsigned listing or reading gets what the world says a stranger gets.
package lab

import (
	"encoding/xml"
	"time"
)

// World is everything there is. It is read-only once a Lab has started.
type World struct {
	// Accounts; the first is the caller's.
	Accounts []Account
	// Organization is nil where the accounts are in none.
	Organization *Organization
	// Google is nil where there is nothing of Google Cloud.
	Google *Google
	// Azure is nil where there is nothing of Azure.
	Azure *Azure
	// Latency is added to every answer.
	Latency time.Duration
	// Faults spoil chosen requests.
	Faults []Fault
}

// Account is one AWS account.
type Account struct {
	ID        string
	Name      string
	Partition string // "" is "aws"
	State     string // "" is "ACTIVE"
	Roles     []string
	// ExternalID, when set, must be given to assume any of the roles.
	ExternalID string
	Block      *PublicAccessBlock
	Buckets    []Bucket
	Points     []AccessPoint
	Multi      []MultiRegionAccessPoint
}

// Organization is the accounts' AWS organisation. Its management account is the first account.
type Organization struct {
	ID string
	// Unit is the organisational unit all member accounts are in; the management account is under Root.
	Root, Unit string
	// BlockPolicy is the S3 policy in force for every account: "all", "none", or "" for no such policy.
	BlockPolicy string
	// Delegated are member accounts that may look at the organisation as the management account does.
	Delegated []string
	// Policies are attached to the root.
	Policies []OrganizationPolicy
}

// OrganizationPolicy is a service or resource control policy.
type OrganizationPolicy struct{ ID, Name, Type, Content string }

// PublicAccessBlock holds the four flags.
type PublicAccessBlock struct {
	XMLName               xml.Name `xml:"PublicAccessBlockConfiguration"`
	BlockPublicAcls       bool     `xml:"BlockPublicAcls"`
	IgnorePublicAcls      bool     `xml:"IgnorePublicAcls"`
	BlockPublicPolicy     bool     `xml:"BlockPublicPolicy"`
	RestrictPublicBuckets bool     `xml:"RestrictPublicBuckets"`
}

// BlockAll is the setting that new buckets get.
func BlockAll() *PublicAccessBlock {
	return &PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
}

// Bucket is one bucket with its configuration; a zero field means "not set".
type Bucket struct {
	Name, Region  string
	Created       time.Time
	Block         *PublicAccessBlock
	Grants        []Grant // besides the owner's full control
	Policy        string
	PolicyPublic  bool // what GetBucketPolicyStatus says
	Ownership     string
	Website       *Website
	CORS          []CORSRule
	Versioning    string // "Enabled", "Suspended"
	MFADelete     bool
	Logging       *Logging
	Encryption    *Encryption
	Lifecycle     []LifecycleRule
	Lock          *Lock
	Replication   []ReplicationRule
	RequesterPays bool
	Tags          []Tag
	EventBridge   bool
	Accelerate    string // "Enabled", "Suspended"
	ABAC          bool
	Objects       []Object
	// AnonymousList and AnonymousRead are what AWS would let a stranger do.
	AnonymousList, AnonymousRead bool
}

// Object is one object; Grants are besides the owner's full control.
type Object struct {
	Key          string
	Size         int64
	Modified     time.Time
	StorageClass string // "" is "STANDARD"
	Grants       []Grant
	Body         string // what a stranger reads; demo content only
}

// Grant is one ACL entry: a group URI or a canonical user id.
type Grant struct{ URI, ID, Permission string }

// The groups of an ACL.
const (
	AllUsers           = "http://acs.amazonaws.com/groups/global/AllUsers"
	AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
)

// Website is static hosting.
type Website struct{ Index, Error, RedirectHost string }

// CORSRule is one CORS rule.
type CORSRule struct {
	Origins []string `xml:"AllowedOrigin"`
	Methods []string `xml:"AllowedMethod"`
	Headers []string `xml:"AllowedHeader"`
	Expose  []string `xml:"ExposeHeader"`
	MaxAge  int      `xml:"MaxAgeSeconds,omitempty"`
}

// Logging is where access logs go.
type Logging struct{ Bucket, Prefix string }

// Encryption is the default encryption.
type Encryption struct {
	Algorithm, KeyID    string
	BucketKey           bool
	CustomerKeysBlocked bool
}

// LifecycleRule expires objects; days of 0 are left out.
type LifecycleRule struct {
	ID, Prefix                                  string
	ExpireDays, NoncurrentDays, AbortUploadDays int
}

// Lock is Object Lock with an optional default retention.
type Lock struct {
	Mode string
	Days int
}

// ReplicationRule copies objects to another bucket.
type ReplicationRule struct {
	ID, Bucket, Account string
	DeleteMarkers       bool
}

// Tag is one tag of a bucket.
type Tag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

// AccessPoint is an access point of its account.
type AccessPoint struct {
	Name, Region, Bucket, BucketAccount string
	VPC                                 string // "" is open to the internet
	Policy                              string
	Block                               *PublicAccessBlock
}

// MultiRegionAccessPoint leads to several buckets.
type MultiRegionAccessPoint struct {
	Name, Alias, Policy string
	Block               *PublicAccessBlock
	Buckets             []string
}

// FaultKind is how an answer is spoiled.
type FaultKind string

// The faults.
const (
	Deny      FaultKind = "deny"      // 403 AccessDenied
	Throttle  FaultKind = "throttle"  // 503 SlowDown
	Busy      FaultKind = "busy"      // 503 ServiceUnavailable with Retry-After
	Limit     FaultKind = "limit"     // 400 RequestLimitExceeded
	Broken    FaultKind = "broken"    // 500 InternalError
	Reset     FaultKind = "reset"     // the connection is reset
	Truncate  FaultKind = "truncate"  // half of the body, then the connection closes
	Cut       FaultKind = "cut"       // half of the body with a matching length
	Hang      FaultKind = "hang"      // no answer until the client goes away
	Wrong     FaultKind = "wrong"     // 200 with a listing instead of what was asked for
	Empty     FaultKind = "empty"     // 200 without a body
	Hollow    FaultKind = "hollow"    // 200 with the right root and nothing in it
	Garbage   FaultKind = "garbage"   // 200 with something that is not XML
	Gone      FaultKind = "gone"      // 404 NoSuchBucket
	Expired   FaultKind = "expired"   // 400 ExpiredToken
	BadKey    FaultKind = "badkey"    // 403 InvalidAccessKeyId
	Skewed    FaultKind = "skewed"    // 403 RequestTimeTooSkewed
	Missing   FaultKind = "missing"   // 501 NotImplemented
	NotHere   FaultKind = "nothere"   // 405 MethodNotAllowed
	Malformed FaultKind = "malformed" // 400 AuthorizationHeaderMalformed with the region in a header
)

// Fault spoils the requests that it matches. Which ones is decided by what a request asks for alone, so that
// two runs meet the same faults whatever their concurrency.
type Fault struct {
	Kind FaultKind
	// Operation and Resource match exactly; empty matches any. Resource is a bucket, access point or account.
	Operation, Resource string
	// Share takes one request identity in this many, by a hash of the identity; 0 takes all.
	Share int
	// Times is how often each identity is spoiled before it is answered; 0 is always.
	Times int
}

func (a Account) partition() string { return or(a.Partition, "aws") }

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
