// Package listing reads what a storage endpoint or web server answers when it shows what it holds: bucket listings
// of S3, Google Cloud Storage and Azure Blob, in XML and JSON, and the index pages of web servers.
//
// The page comes from a stranger. It is read as a stream: entries are handed out one by one and nothing is kept, the
// number of bytes, entries and levels is bounded, document types (and with them entity bombs) are refused, and what
// stands in the page decides what it is, not the content type that the server claims. Keys are handed out as they
// are, since they are needed to ask for the object; whoever prints one must clean it (names.Printable).
package listing

import (
	"errors"
	"time"
)

// Kind says whose listing a page is.
type Kind string

// The kinds of pages.
const (
	S3V1        Kind = "s3"          // ListBucketResult of ListObjects
	S3V2        Kind = "s3_v2"       // ListBucketResult of ListObjectsV2
	S3Versions  Kind = "s3_versions" // ListVersionsResult
	S3Uploads   Kind = "s3_uploads"  // ListMultipartUploadsResult
	S3Buckets   Kind = "s3_buckets"  // ListAllMyBucketsResult: entries are buckets
	GCSXML      Kind = "gcs_xml"     // ListBucketResult of the XML API of Google Cloud Storage
	GCSJSON     Kind = "gcs_json"    // storage#objects, also as Firebase Storage prints it
	AzureBlobs  Kind = "azure_blobs" // EnumerationResults of List Blobs
	AzureBoxes  Kind = "azure_containers"
	HTMLIndex   Kind = "html_index" // a directory page of a web server
	ErrorAnswer Kind = "error"      // an error document of a storage service, in Page.Error
)

// Page is what a listing says about itself. Strings are the server's and unclean.
type Page struct {
	Kind Kind `json:"kind"`
	// Bucket is the bucket or container that the page names, empty where it names none.
	Bucket    string `json:"bucket,omitempty"`
	Prefix    string `json:"prefix,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
	// Next is what the next page is asked for with: marker, continuation token or page token.
	Next string `json:"next,omitempty"`
	// Truncated says that the server has more than it showed here.
	Truncated bool `json:"truncated,omitempty"`
	// Server names the software of an index page ("nginx", "apache", ...), empty where it does not show.
	Server string `json:"server,omitempty"`
	// Entries and Prefixes count what was handed out.
	Entries  int `json:"entries"`
	Prefixes int `json:"prefixes,omitempty"`
	// Cleaned counts control characters that are not allowed in XML and were replaced by U+FFFD.
	Cleaned int          `json:"cleaned,omitempty"`
	Error   *ErrorDetail `json:"error,omitempty"`
}

// ErrorDetail is an error document of a storage service.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message,omitempty"`
	// Bucket and Endpoint are given by S3 with some codes (NoSuchBucket, PermanentRedirect).
	Bucket   string `json:"bucket,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	Region   string `json:"region,omitempty"`
	// HostID is set where S3's pair of request ids is present: a mark of S3 and its relatives.
	HostID string `json:"-"`
}

// Entry is one thing in a listing.
type Entry struct {
	// Key is the object key, blob name, bucket name, or path relative to an index page. It is not clean.
	Key string
	// Dir is true for a common prefix or a directory.
	Dir bool
	// Size in bytes, -1 where the page does not say.
	Size int64
	// Modified is zero where the page does not say or what it says cannot be read.
	Modified    time.Time
	VersionID   string
	ContentType string
	// Gone marks a delete marker, an unfinished upload or a soft-deleted blob: nothing to read.
	Gone bool
}

// Limits bound the work for one page. A zero field means its default.
type Limits struct {
	Bytes   int64 // of the page; default 32 MiB
	Entries int   // handed out; default 100,000
	Depth   int   // of elements or values; default 32
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 32 << 20
	}
	if l.Entries <= 0 {
		l.Entries = 100_000
	}
	if l.Depth <= 0 {
		l.Depth = 32
	}
	return l
}

// What a caller decides on.
var (
	// ErrNotListing says that the page is something else. Nothing was handed out.
	ErrNotListing = errors.New("not a listing")
	// ErrLimit says that a limit was reached; what was handed out before stands.
	ErrLimit = errors.New("limit reached")
	// ErrMalformed says that the page broke off or is not what it set out to be; what was handed out before
	// stands.
	ErrMalformed = errors.New("malformed listing")
	// ErrDoctype says that the page declares a document type, which no storage service does.
	ErrDoctype = errors.New("document type declared")

	errStop = errors.New("stopped by the reader")
)
