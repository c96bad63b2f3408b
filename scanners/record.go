// The record: everything one scan knows about one resource, with the facts of what it lies in.

package scanners

import "time"

// SchemaVersion is the version of the record format; it changes only when a reader must change.
const SchemaVersion = "1"

// Kind is the kind of resource a record is about.
type Kind string

// The kinds.
const (
	KindScope    Kind = "scope"    // AWS account, GCP project, Azure subscription
	KindStore    Kind = "store"    // Azure storage account
	KindBucket   Kind = "bucket"   // S3 or GCS bucket, blob container
	KindPrefix   Kind = "prefix"   // GCS managed folder
	KindEndpoint Kind = "endpoint" // access point, multi-region access point, website, CDN
	KindObject   Kind = "object"
	KindLink     Kind = "link" // a signed URL seen somewhere
	KindPage     Kind = "page" // a URL fetched from outside
)

// Kinds returns every kind, outermost first.
func Kinds() []Kind {
	return []Kind{KindScope, KindStore, KindBucket, KindPrefix, KindEndpoint, KindObject, KindLink, KindPage}
}

// Provider is a cloud. Empty for resources of none (a plain web page).
type Provider string

// The providers.
const (
	AWS   Provider = "aws" // Amazon S3 and, with Record.Vendor set, S3-compatibles
	GCP   Provider = "gcp"
	Azure Provider = "azure"
)

// Head identifies a resource. It is the part of a record that is known before anything is inspected.
type Head struct {
	// ID is canonical and stable: "aws:s3:bucket/NAME", "gcp:gcs:bucket/NAME", "azure:ACCOUNT/CONTAINER",
	// "aws:account/ID"; see the functions in ids.go. For code the address is appended after '#'.
	ID       string   `json:"id"`
	Kind     Kind     `json:"kind"`
	Provider Provider `json:"provider,omitempty"`
	// Vendor is the vendor file's name for S3-compatibles, empty for the provider itself.
	Vendor string `json:"vendor,omitempty"`
	Name   string `json:"name"` // as the provider prints it; foreign text
	// Account is the owning AWS account, GCP project or Azure subscription, empty where not known.
	Account   string `json:"account,omitempty"`
	Partition string `json:"partition,omitempty"` // AWS: "aws", "aws-cn", "aws-us-gov"
	Region    string `json:"region,omitempty"`
	// ResourceGroup is where Azure keeps the resource, empty elsewhere.
	ResourceGroup string `json:"resource_group,omitempty"`
	// BaseURL is the service endpoint of an S3-compatible or sovereign cloud, empty for the default.
	BaseURL string `json:"base_url,omitempty"`
	// Parent is the ID of the resource it lies in, empty for the outermost.
	Parent string `json:"parent,omitempty"`
	// Place is the file and line that declares it, for code.
	Place Origin `json:"place,omitzero"`
	// CreatedAt is when the provider says it was made, zero when it does not say.
	CreatedAt time.Time `json:"created_at,omitzero"`
}

// Record is what is known of one resource. It is self-contained: the facts of its ancestors are in it, so
// that every rule can be judged from one record. Exactly the parts that apply are non-nil.
type Record struct {
	Head
	// At is when it was read, in UTC.
	At       time.Time `json:"at,omitzero"`
	Scope    *Scope    `json:"scope,omitempty"`
	Store    *Store    `json:"store,omitempty"`
	Bucket   *Bucket   `json:"bucket,omitempty"`
	Prefix   *Prefix   `json:"prefix,omitempty"`
	Endpoint *Endpoint `json:"endpoint,omitempty"`
	Object   *Object   `json:"object,omitempty"`
	Link     *Link     `json:"link,omitempty"`
	Page     *Page     `json:"page,omitempty"`
}

// NewRecord returns a record with the part of its own kind allocated and nothing inspected.
func NewRecord(head Head) *Record {
	r := &Record{Head: head}
	r.allocate()
	return r
}

// Begun returns the record that an Inspect of ref fills, read at the time given: a copy of what is known already, from
// prev or else from ref's seed, with a part of its own to change.
func Begun(ref Ref, prev *Record, at time.Time) *Record {
	if prev == nil {
		prev = ref.Seed
	}
	out := Record{Head: ref.Head}
	if prev != nil {
		out = *prev
		out.Head = ref.Head
		if prev.Region != "" {
			out.Region = prev.Region // the reading before this one may have been corrected by a redirect
		}
		out.Detach(ref.Kind)
	}
	out.allocate()
	out.At = at.UTC()
	return &out
}

// allocate makes sure that the part of r's own kind is there.
func (r *Record) allocate() {
	switch r.Kind {
	case KindScope:
		r.Scope = orNew(r.Scope)
	case KindStore:
		r.Store = orNew(r.Store)
	case KindBucket:
		r.Bucket = orNew(r.Bucket)
	case KindPrefix:
		r.Prefix = orNew(r.Prefix)
	case KindEndpoint:
		r.Endpoint = orNew(r.Endpoint)
	case KindObject:
		r.Object = orNew(r.Object)
	case KindLink:
		r.Link = orNew(r.Link)
	case KindPage:
		r.Page = orNew(r.Page)
	}
}

func orNew[T any](part *T) *T {
	if part == nil {
		return new(T)
	}
	return part
}

// Inherit fills the parts of r that belong to ancestors from parent, where r does not have its own.
// The parts are shared, not copied: a record is not changed once it has been handed on.
func (r *Record) Inherit(parent *Record) {
	if parent == nil {
		return
	}
	if r.Scope == nil {
		r.Scope = parent.Scope
	}
	if r.Store == nil {
		r.Store = parent.Store
	}
	if r.Bucket == nil && r.Kind != KindScope && r.Kind != KindStore {
		r.Bucket = parent.Bucket
	}
	if r.Account == "" {
		r.Account = parent.Account
	}
}
