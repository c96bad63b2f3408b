// Package verdict holds the vocabulary of an access verdict: who (audience) can do what (verb), with which proof.
//
// It is a leaf: every policy language under internal/access answers in these words, and rules and reports read them.
package verdict

import (
	"time"
)

// Verb is what a client may do to a bucket. Verdicts are per verb, never one "public" bit.
type Verb string

// The verbs, in the order in which they are reported.
const (
	List        Verb = "list"        // learn which keys exist
	Read        Verb = "read"        // get the content of an object
	Write       Verb = "write"       // create, replace or delete objects
	Permissions Verb = "permissions" // change who may do the above
)

// Verbs returns all verbs in reporting order.
func Verbs() []Verb { return []Verb{List, Read, Write, Permissions} }

// Audience is a class of clients, from widest to narrowest.
type Audience string

// The audiences.
const (
	Anonymous  Audience = "anonymous"   // no credentials at all
	AnyAccount Audience = "any_account" // any account of the provider: one free sign-up away from anonymous
	Named      Audience = "named"       // outsiders that the configuration names
)

// Answer is the verdict proper. The zero value is not an answer; use Unknown.
type Answer string

// The four answers.
const (
	// Yes: at the time of judging such a client can build a request that succeeds from what it alone
	// chooses (headers, query, scheme, prefix, version id), even if it must know a value.
	Yes Answer = "yes"
	// Conditional: it also depends on what the client cannot choose (source network, VPC, an existing tag).
	Conditional Answer = "conditional"
	No          Answer = "no"
	Unknown     Answer = "unknown"
)

// Rank orders answers by how much they open: no < unknown < conditional < yes. It is meant for joining
// alternatives (a union of grants), where any yes decides and an unknown outweighs a no.
func (a Answer) Rank() int {
	switch a {
	case Yes:
		return 3
	case Conditional:
		return 2
	case Unknown:
		return 1
	default:
		return 0
	}
}

// Verdict answers one question (one verb, one audience) with its proof.
type Verdict struct {
	Verdict Answer `json:"verdict"`
	// Needs lists what the client must know or send for a yes: "referer=https://example.com/".
	Needs []string `json:"needs,omitempty"`
	// DependsOn lists what a conditional hangs on and the client cannot choose: "source_ip in 203.0.113.0/24".
	DependsOn []string `json:"depends_on,omitempty"`
	// ChangesAt is when time alone next changes the answer, nil when it never does.
	ChangesAt *time.Time `json:"changes_at,omitempty"`
	// Reasons say why the answer is unknown, one per undecided point or unread fact.
	Reasons []Reason `json:"reasons,omitempty"`
	// Grants are what opens it, in the order in which they decide.
	Grants []Grant `json:"grants,omitempty"`
	// Guards are what could have stopped it and did not hold.
	Guards []Guard `json:"guards,omitempty"`
	// ClosedBy names the guards that stop it although something grants it (answer no).
	ClosedBy []Guard `json:"closed_by,omitempty"`
	// Patterns are the exposed object keys as wildcard patterns (`*`, `?`), relative to the bucket.
	Patterns []string `json:"patterns,omitempty"`
	// Except are keys within Patterns that a Deny refuses, as wildcard patterns too.
	Except []string `json:"except,omitempty"`
	// Witness is a request that succeeds, built from the solution; nil unless yes or conditional.
	Witness *Request `json:"witness,omitempty"`
	// Curl is the witness as a line that is safe to paste into a shell. For write and permissions it
	// describes a request against a fresh random key and is never sent by this tool.
	Curl string `json:"curl,omitempty"`
}

// Open reports whether the verdict is yes.
func (v Verdict) Open() bool { return v.Verdict == Yes }

// ReasonCode classes why something is unknown; it decides whether the run's exit code can be affected.
type ReasonCode string

// The classes of unknown.
const (
	// ReasonUnread: a fact that decides was not read (denied, failed, malformed, not inspected).
	ReasonUnread ReasonCode = "unread"
	// ReasonOpen: the provider's public text does not settle the point ([open]).
	ReasonOpen ReasonCode = "open_point"
	// ReasonLimit: the work limit of the search was reached.
	ReasonLimit ReasonCode = "work_limit"
	// ReasonUnsampled: objects that were not looked at could change the answer.
	ReasonUnsampled ReasonCode = "unsampled"
	// ReasonMalformed: the configuration itself cannot be read as the provider documents it.
	ReasonMalformed ReasonCode = "malformed"
)

// Reason is one cause of an unknown.
type Reason struct {
	Code ReasonCode `json:"code"`
	// Fact names the unread fact ("bucket.aws.policy"), for ReasonUnread.
	Fact string `json:"fact,omitempty"`
	// Permission is what would allow reading it ("s3:GetBucketPolicy"), when known.
	Permission string `json:"permission,omitempty"`
	// Detail is a short phrase in English: "breadth of fc00::/7 under the public definition is not documented".
	Detail string `json:"detail"`
}

// GrantKind says in which language a grant was made.
type GrantKind string

// The kinds of grants.
const (
	GrantPolicy  GrantKind = "policy_statement"
	GrantACL     GrantKind = "acl"
	GrantObject  GrantKind = "object_acl"
	GrantBinding GrantKind = "iam_binding"
	GrantLevel   GrantKind = "container_level"
	GrantWebsite GrantKind = "static_website"
	GrantSAS     GrantKind = "sas"
	GrantKey     GrantKind = "shared_key"
)

// Grant is one thing that opens access.
type Grant struct {
	Kind GrantKind `json:"kind"`
	// Where names the holder: "bucket policy", "bucket ACL", "access point NAME", "object KEY".
	Where string `json:"where"`
	// Index is the position in that holder (statement, ACL entry, binding), counted from 0.
	Index int `json:"index"`
	// Sid is the statement id where there is one.
	Sid string `json:"sid,omitempty"`
	// Who is the grantee as written ("*", a group URI, "allUsers").
	Who string `json:"who,omitempty"`
	// What is what was granted as written (actions, permission, role), shortened.
	What string `json:"what,omitempty"`
	// Text is the deciding text itself, compact JSON, at most 2 KiB.
	Text string `json:"text,omitempty"`
	// Place is file:line:column for code, empty for live configuration.
	Place string `json:"place,omitempty"`
}

// Guard is a setting that can stop a grant: a block flag, ownership, a Deny, a network rule.
type Guard struct {
	// Name is the provider's own name: "IgnorePublicAcls", "RestrictPublicBuckets", "publicAccessPrevention".
	Name string `json:"name"`
	// Level is where it is set: "organization", "account", "bucket", "access_point", "container", ...
	Level string `json:"level,omitempty"`
	// State is its value as read: "off", "on", "not set", "unknown", "does not apply".
	State string `json:"state"`
	// Detail says why it did not hold or what it stopped.
	Detail string `json:"detail,omitempty"`
}

// Request is a concrete request, enough to send it or to write it as a curl line.
type Request struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers,omitempty"` // in sending order
	// Signed is true when the client must sign with credentials of its own account.
	Signed bool `json:"signed,omitempty"`
	// Region is the region to sign for, when Signed.
	Region string `json:"region,omitempty"`
	// Key is the object key asked for, empty for a listing.
	Key string `json:"key,omitempty"`
	// KeyKnown says whether the key was sampled or is a literal of the policy; when false the key is a
	// stand-in and the proof says so.
	KeyKnown bool `json:"key_known,omitempty"`
	// Context holds the condition keys that the witness relies on, as "key=value", sorted.
	Context []string `json:"context,omitempty"`
}

// NamedGrant is access of an outsider that the configuration names.
type NamedGrant struct {
	// Principal is the outsider as written: an account id, ARN, canonical id, e-mail, domain, tenant.
	Principal string `json:"principal"`
	// Account is the account, project or tenant it belongs to, empty where the text does not say.
	Account string           `json:"account,omitempty"`
	Verdict map[Verb]Verdict `json:"verbs"`
	// Trusted is set by the caller from the user's configuration.
	Trusted bool `json:"trusted,omitempty"`
}

// Latent is what would open if one named guard were lifted and nothing else changed.
type Latent struct {
	Audience Audience `json:"audience"`
	Verb     Verb     `json:"verb"`
	Guard    Guard    `json:"guard"`
	Grants   []Grant  `json:"grants,omitempty"`
}

// Access is everything judged about one resource.
type Access struct {
	Anonymous  map[Verb]Verdict `json:"anonymous"`
	AnyAccount map[Verb]Verdict `json:"any_account"`
	Named      []NamedGrant     `json:"named"`
	// PublicByProvider is the provider's own syntactic notion of "public" (AWS's meaning of public);
	// never mixed into the verdicts above. It is yes, no or unknown.
	PublicByProvider Answer `json:"public_by_provider"`
	// PublicReasons say why PublicByProvider is unknown.
	PublicReasons []Reason `json:"public_reasons,omitempty"`
	Latent        []Latent `json:"latent"`
	// PublishedVia names services in front that may publish the content (a CDN's distribution).
	PublishedVia []string `json:"published_via,omitempty"`
	// Bearer is access by signed links and keys (Azure `sas_bearer`), nil where the question does not arise.
	Bearer map[Verb]Verdict `json:"sas_bearer,omitempty"`
	// Assumed lists what was not given or lies above the scope, and what was assumed of it.
	Assumed []string `json:"assumed"`
}

// Of returns the verdict for one audience and verb; the zero Verdict becomes unknown.
func (a Access) Of(who Audience, verb Verb) Verdict {
	table := a.Anonymous
	if who == AnyAccount {
		table = a.AnyAccount
	}
	v, ok := table[verb]
	if !ok {
		return Verdict{Verdict: Unknown, Reasons: []Reason{{Code: ReasonUnread, Detail: "not judged"}}}
	}
	return v
}
