// The parts of a record: one struct per kind, one Fact field per aspect. A fact's name is its path of JSON
// names ("bucket.aws.public_access_block"); rules, scanners and reports use that name.

package scanners

import "time"

// Scope holds the facts of an account, project or subscription.
type Scope struct {
	AWS ScopeAWS `json:"aws,omitzero"`
	GCP ScopeGCP `json:"gcp,omitzero"`
}

// Store holds the facts of a storage account (Azure only).
type Store struct {
	Labels     Fact[Labels]     `json:"labels,omitzero"`
	Transport  Fact[Transport]  `json:"transport,omitzero"`
	Encryption Fact[Encryption] `json:"encryption,omitzero"`
	Versioning Fact[Versioning] `json:"versioning,omitzero"`
	Retention  Fact[Retention]  `json:"retention,omitzero"`
	Lifecycle  Fact[Lifecycle]  `json:"lifecycle,omitzero"`
	Logging    Fact[Logging]    `json:"logging,omitzero"`
	CORS       Fact[CORS]       `json:"cors,omitzero"`
	Website    Fact[Website]    `json:"website,omitzero"`
	Azure      StoreAzure       `json:"azure,omitzero"`
}

// Bucket holds the facts of an S3 or GCS bucket or a blob container.
type Bucket struct {
	Versioning    Fact[Versioning]    `json:"versioning,omitzero"`
	Logging       Fact[Logging]       `json:"logging,omitzero"`
	Encryption    Fact[Encryption]    `json:"encryption,omitzero"`
	Lifecycle     Fact[Lifecycle]     `json:"lifecycle,omitzero"`
	Retention     Fact[Retention]     `json:"retention,omitzero"`
	Replication   Fact[Replication]   `json:"replication,omitzero"`
	CORS          Fact[CORS]          `json:"cors,omitzero"`
	Website       Fact[Website]       `json:"website,omitzero"`
	Labels        Fact[Labels]        `json:"labels,omitzero"`
	RequesterPays Fact[RequesterPays] `json:"requester_pays,omitzero"`
	Notifications Fact[Notifications] `json:"notifications,omitzero"`
	Names         Fact[Names]         `json:"names,omitzero"`
	Objects       Fact[ObjectSample]  `json:"objects,omitzero"`
	Links         Fact[FoundLinks]    `json:"links,omitzero"` // signed links in the text of sampled objects
	AWS           BucketAWS           `json:"aws,omitzero"`
	GCP           BucketGCP           `json:"gcp,omitzero"`
	Azure         BucketAzure         `json:"azure,omitzero"`
}

// Prefix holds the facts of a managed folder.
type Prefix struct {
	GCP PrefixGCP `json:"gcp,omitzero"`
}

// Endpoint holds the facts of a way in that is not the bucket's own host.
type Endpoint struct {
	AWS EndpointAWS `json:"aws,omitzero"`
}

// Object holds the facts of one object.
type Object struct {
	Sample Fact[SampledObject] `json:"sample,omitzero"`
}

// Link holds the facts of a signed URL seen somewhere.
type Link struct {
	Signed Fact[SignedLink] `json:"signed,omitzero"`
	Live   Fact[Liveness]   `json:"live,omitzero"`
	Place  Fact[LinkPlace]  `json:"place,omitzero"`
}

// SignedLink is what a signed URL opens and for how long, read from its text alone. Its signature is redacted.
type SignedLink struct {
	SignedKind    string    `json:"kind"`     // "aws_sigv4", "azure_account_sas", ...
	Provider      string    `json:"provider"` // "aws", "gcp", "azure", or the vendor file's name
	Account       string    `json:"account"`
	Container     string    `json:"container"`
	Object        string    `json:"object"`
	Permissions   []string  `json:"permissions"`       // sorted; empty and not PermissionsKnown: the text does not say
	PermsKnown    bool      `json:"permissions_known"` //
	Scope         string    `json:"scope"`             // "object", "prefix", "container", "account", "distribution"
	StartsAt      time.Time `json:"starts_at"`         // zero: not in the text
	ExpiresAt     time.Time `json:"expires_at"`        // zero: not in the text
	Lifetime      int64     `json:"lifetime_seconds"`  // 0: no start is known
	LongLivedKey  string    `json:"long_lived_key"`    // "true", "false", "unknown"
	HTTPAllowed   bool      `json:"http_allowed"`
	Limits        []string  `json:"limits"`
	ValidSyntax   bool      `json:"valid_syntax"`
	Fingerprint   string    `json:"fingerprint"`
	Text          string    `json:"text"` // redacted
	Revoke        string    `json:"revoke"`
	Seen          []Sight   `json:"seen"`
	StoredPolicy  string    `json:"stored_policy"` // Azure `si`
	CredentialRef string    `json:"credential"`    // key id or principal, no secret
}

// Sight is a place where a link was seen.
type Sight struct {
	Source string    `json:"source"` // path, URL, "-" for standard input
	Offset int64     `json:"offset"`
	Line   int64     `json:"line"`
	Commit string    `json:"commit"`
	Date   time.Time `json:"date"`
	AtHead bool      `json:"at_head"`
}

// Liveness is whether a link is still good, asked without taking content.
type Liveness struct {
	State    string `json:"state"` // "live", "expired", "revoked", "refused", "unknown"
	Response string `json:"response"`
}

// Page holds the facts of a URL fetched from outside.
type Page struct {
	Response     Fact[Response]     `json:"response,omitzero"`
	Names        Fact[Names]        `json:"names,omitzero"`
	Indexability Fact[Indexability] `json:"indexability,omitzero"`
	Storage      Fact[StorageURL]   `json:"storage,omitzero"`
	Links        Fact[FoundLinks]   `json:"links,omitzero"` // signed links in the page
}

// Response is what a stranger got.
type Response struct {
	Status      int64    `json:"status"`
	ContentType string   `json:"content_type"`
	FinalURL    string   `json:"final_url"`
	Redirects   []string `json:"redirects"`
	Listing     bool     `json:"listing"` // the body is a listing of keys
	Code        string   `json:"code"`    // the provider's error code, if any
	Vantage     string   `json:"vantage"` // source address, proxy, private DNS answer
	// BucketMissing says that the storage service itself answered that there is no such bucket or container.
	BucketMissing bool `json:"bucket_missing"`
	// PrivateAnswer says that the name led to an address that is not on the internet.
	PrivateAnswer bool `json:"private_answer"`
	// Dangling is the host of a storage or delivery service that the name is an alias of and that does not exist;
	// empty for none.
	Dangling string `json:"dangling"`
	// Aliases are the names that the host's name led through, where it was looked at why nothing is there.
	Aliases []string `json:"aliases"`
}

// StorageURL is which storage answered, as recognised from the URL and the response.
type StorageURL struct {
	Provider string `json:"provider"`
	Vendor   string `json:"vendor"`
	Bucket   string `json:"bucket"`
	Key      string `json:"key"`
	Style    string `json:"style"` // "virtual_hosted", "path", "website", "cdn", ...
}

// Indexability is what a search engine would do with a page, in the order of the story.
type Indexability struct {
	Verdict      string   `json:"verdict"` // "indexable", "url_only", "not_indexable", "unknown"
	Reachable    string   `json:"reachable"`
	Discoverable string   `json:"discoverable"`
	FoundBy      []string `json:"found_by"`
	Crawlable    string   `json:"crawlable"`
	AllowedBy    string   `json:"allowed_by"`
	Indexable    string   `json:"indexable"`
	Because      []string `json:"because"`
	StopBy       []string `json:"stop_by"`
	Traps        []string `json:"traps"`
	SiteQueries  []string `json:"site_queries"` // for the owner to type into a search engine; never sent
	// RobotsNames are the paths in the host's robots.txt whose names point to something sensitive, as "CATEGORY: PATH".
	RobotsNames []string `json:"robots_names"`
}
