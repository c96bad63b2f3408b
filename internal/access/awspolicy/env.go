package awspolicy

// This file says what is known about the bucket and the question: everything outside the policies themselves.

import (
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// Tri is a fact that may not be known. The zero value is not known.
type Tri uint8

// The states of a Tri.
const (
	NotKnown Tri = iota
	Off
	On
)

// Env is what stands fixed around a request. Empty fields are not known: where a policy depends on one, the answer is
// unknown with a reason that names it.
type Env struct {
	// Bucket is the bucket's name. When empty, the one name that all resource ARNs of the policies share is taken.
	Bucket string
	// Partition is aws, aws-cn, aws-us-gov... When empty it follows from the region, else from the resource ARNs, else
	// it is aws.
	Partition string
	Region    string
	// Account is the owner's twelve-digit account id.
	Account string
	// OrgID is the owner's organisation; NoOrg says that the owner is in none.
	OrgID string
	NoOrg bool
	// OrgPath is the owner's path in the organisation ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/").
	OrgPath string
	// At is the time of judging.
	At time.Time
	// Tags are the bucket's tags, nil when not known. They count only with attribute-based access control on (ABAC).
	Tags map[string]string
	ABAC Tri
	// ACLs says whether ACLs are live (On) or disabled by ownership BucketOwnerEnforced (Off). Not known counts as live.
	ACLs Tri
	// BlockPublicACLs is true when BlockPublicAcls is in force at any level: uploads with a public canned ACL fail.
	BlockPublicACLs bool
	// PrivateSources says that clients reach the endpoint from private addresses too, as with a server of one's own;
	// on Amazon S3 aws:SourceIp is a public address (IAM User Guide, "AWS global condition context keys").
	PrivateSources bool
	// Limit bounds the work per question, in automaton elements touched; 0 means DefaultLimit.
	Limit int
}

// DefaultLimit is the work a question may cost before it is answered unknown. A text
// made to be hard spends it in a few tenths of a second; ordinary policies need a thousandth of it.
const DefaultLimit = 2_000_000

func (e *Env) limit() int {
	if e.Limit > 0 {
		return e.Limit
	}
	return DefaultLimit
}

// AccessPoint is the access point through which a request comes.
type AccessPoint struct {
	Name, Region, Account string
	// VPC is the only VPC that a VPC-origin access point admits, empty for internet origin.
	VPC string
}

func (a *AccessPoint) arn(partition string) string {
	return "arn:" + partition + ":s3:" + a.Region + ":" + a.Account + ":accesspoint/" + a.Name
}

// Layer is one policy and the words for where it is attached ("bucket policy", "access point reports", "RCP p-1").
type Layer struct {
	Policy *Policy
	Where  string
	// OnAccessPoint says that the policy belongs to the access point, whose ARNs it then names.
	OnAccessPoint bool
}

// Setting is all that a Solver needs besides the question.
type Setting struct {
	Env Env
	// Grants are policies of which each must allow: the bucket policy, and the access point policy where one is used.
	Grants []Layer
	// Denies only take away: resource control policies, whose Allow statements count for nothing here.
	Denies []Layer
	// Via is the access point, nil for direct requests.
	Via *AccessPoint
	// Sampled are keys of readable objects that are known to exist; a witness that reads names one of them where it can.
	Sampled []string
	// Fresh is a piece of text that no existing key holds; a witness that changes something puts it into its key, so that
	// it is described against an object of its own.
	Fresh string
}

// Principal is a named outsider.
type Principal struct {
	// Kind is "account", "arn", "canonical_user", "federated", "service", "organization" or "userid".
	Kind string
	// Name is the outsider as written.
	Name string
	// Account is the account it belongs to, empty where the text does not say.
	Account string
}

// Answer is the verdict on one question with its proof, before the things around the policy are weighed.
type Answer struct {
	Verdict verdict.Answer
	// Grants are the statements that open it, in the order in which they stand.
	Grants []StatementRef
	// Evaded are Deny statements for this verb that do not stop the request.
	Evaded []StatementRef
	// ClosedBy are Deny statements that stop what a grant would open (answer no).
	ClosedBy []StatementRef
	// Patterns are the exposed keys; Except are patterns within them that a Deny takes out.
	Patterns, Except []string
	Witness          *Witness
	// Needs is what the client must send beyond a plain request, DependsOn what it cannot choose.
	Needs, DependsOn []string
	ChangesAt        *time.Time
	Reasons          []verdict.Reason
	// Work is what the question cost.
	Work int
}

// StatementRef points at a statement.
type StatementRef struct {
	Where string
	Index int
	Sid   string
	Text  string
	// Offset is the byte position in the policy text.
	Offset int
}

// Witness is a request that the policies allow, in neutral terms.
type Witness struct {
	// Action is the S3 action, Method and Query the operation ("list-type=2", "acl"; no key or prefix in it).
	Action, Method, Query string
	// Key is the object key, empty for bucket operations.
	Key string
	// KeyLiteral is true when the key stands literally in the policy.
	KeyLiteral bool
	// Parameters are query parameters beyond Query, Headers the headers to send; both sorted.
	Parameters, Headers [][2]string
	// HTTPS is the scheme.
	HTTPS bool
	// SourceIP is an address that works; set only where the address matters.
	SourceIP string
	// Signed says that the client signs with credentials of its own account; QuerySigned that it signs in the URL.
	Signed, QuerySigned bool
	// ByService says that an AWS service makes the call for the client's own resource.
	ByService bool
	// FromVPC says that the request goes through a VPC endpoint.
	FromVPC bool
	// Account is the caller's account id, empty for anonymous.
	Account string
	// Context holds every condition key of the policies with its value in the request ("aws:Referer=x"); keys that are
	// absent are left out. Sorted.
	Context map[string][]string
}
