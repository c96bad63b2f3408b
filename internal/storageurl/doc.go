// Package storageurl tells which object storage a URL leads to: the provider, the bucket, the key and the style of
// the address; it learns more from what was answered there, and it builds the addresses of listings and objects.
//
// It is pure. What a URL and its answer do not say stays empty; nothing is guessed from a bucket's name.
//
// Sources: Amazon S3 User Guide, "Methods for accessing a general purpose bucket", "Website endpoints", "Using
// dual-stack endpoints", "Transfer Acceleration"; Cloud Storage documentation, "Request endpoints"; Firebase Storage
// REST paths; Azure Storage documentation, "Storage account overview: endpoints", "Static website hosting". Hosts of
// S3-compatible services come from the vendor files.
package storageurl

import "net/url"

// Provider is whose storage it is. S3-compatible services have provider AWS and a vendor, as in records.
type Provider string

// The providers.
const (
	AWS   Provider = "aws"
	GCP   Provider = "gcp"
	Azure Provider = "azure"
)

// Style is the form of the address. It decides which robots.txt governs it and whether a listing can be asked for.
type Style string

// The styles. The zero value is an address of which nothing is known.
const (
	VirtualHosted Style = "virtual_hosted" // the bucket in the host
	Path          Style = "path"           // the bucket in the path
	Website       Style = "website"        // S3 website endpoint, Azure $web
	AccessPoint   Style = "access_point"   // S3 access point, multi-region access point, object lambda
	JSONAPI       Style = "json_api"       // the JSON API of Cloud Storage
	Authenticated Style = "authenticated"  // storage.cloud.google.com: asks for a login
	Firebase      Style = "firebase"       // firebasestorage.googleapis.com
	Blob          Style = "blob"           // A.blob.core.windows.net
	DFS           Style = "dfs"            // A.dfs.core.windows.net, the Data Lake endpoint
	Emulator      Style = "emulator"       // account in the path, as Azurite has it
	Bound         Style = "bound"          // a host that stands for one bucket (a domain of its own, r2.dev)
	CDN           Style = "cdn"            // a content delivery network in front
	Directory     Style = "directory"      // S3 directory bucket: never anonymous
)

// Basis says from what a location is known.
type Basis string

// From the address alone, or from what was answered there.
const (
	FromAddress Basis = "address"
	FromAnswer  Basis = "answer"
)

// Location is where a URL leads. All names come from the URL or the server and are unclean.
type Location struct {
	Provider Provider `json:"provider,omitempty"`
	// Vendor is the vendor file's name for S3-compatible services.
	Vendor string `json:"vendor,omitempty"`
	Style  Style  `json:"style,omitempty"`
	// Account is the Azure storage account, the AWS account of an access point, or a vendor's account.
	Account string `json:"account,omitempty"`
	// Bucket is the bucket, container or access point, empty where it is not known.
	Bucket string `json:"bucket,omitempty"`
	// Key is the object key, decoded; empty for the bucket itself.
	Key    string `json:"key,omitempty"`
	Region string `json:"region,omitempty"`
	// Front names the CDN ("cloudfront", "front_door", "cloudflare", ...), from address or answer.
	Front      string `json:"front,omitempty"`
	DualStack  bool   `json:"dual_stack,omitempty"`
	Accelerate bool   `json:"accelerate,omitempty"`
	FIPS       bool   `json:"fips,omitempty"`
	Secondary  bool   `json:"secondary,omitempty"` // Azure read-access copy in another region
	China      bool   `json:"china,omitempty"`     // amazonaws.com.cn
	Basis      Basis  `json:"basis,omitempty"`

	// Scheme and Host (with port) are those of the URL.
	Scheme string `json:"scheme"`
	Host   string `json:"host"`

	query url.Values
}

// Known reports whether the storage behind the address is known.
func (l Location) Known() bool { return l.Provider != "" }

// AsksForListing reports whether the URL names a bucket and no object in a style that lists.
func (l Location) AsksForListing() bool {
	if l.Bucket == "" || l.Key != "" {
		return false
	}
	switch l.Style {
	case VirtualHosted, Path, AccessPoint, JSONAPI, Firebase:
		return true
	case Blob, Emulator:
		return l.query.Get("comp") == "list"
	default:
		return false
	}
}
