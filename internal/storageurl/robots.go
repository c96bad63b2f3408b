package storageurl

// Which robots.txt governs an address, and whether the owner of the bucket can set it.

// Control says who decides what stands in a host's robots.txt.
type Control string

// The answers.
const (
	ByOwner    Control = "owner"
	ByProvider Control = "provider" // nobody but the provider can set it
	NoCrawl    Control = "login"    // the host asks for a login, so there is nothing to crawl
	NotKnown   Control = "unknown"
)

// Governor is who governs crawling at one address.
type Governor struct {
	Control Control `json:"control"`
	// Place says where the owner puts a robots.txt, in English; empty unless Control is ByOwner.
	Place string `json:"place,omitempty"`
}

// Governor tells who can set the robots.txt of the location's host. The scope of a robots.txt is one scheme, host and
// port, so a bucket that shares its host with others has none of its own.
func (l Location) Governor() Governor {
	owner := func(place string) Governor { return Governor{Control: ByOwner, Place: place} }
	switch l.Style {
	case Path:
		if l.Vendor == "" || l.Provider != AWS {
			return Governor{Control: ByProvider}
		}
		// An S3-compatible service may be the owner's own server.
		return Governor{Control: NotKnown}
	case JSONAPI, Firebase:
		return Governor{Control: ByProvider}
	case Authenticated:
		return Governor{Control: NoCrawl}
	case VirtualHosted, AccessPoint:
		return owner("the object robots.txt at the root of the bucket, readable by anyone")
	case Website:
		if l.Provider == Azure {
			return owner("the blob robots.txt in the container $web")
		}
		return owner("the object robots.txt at the root of the bucket, readable by anyone")
	case Blob:
		return owner("the blob robots.txt in a container named $root, with anonymous read access")
	case Bound:
		return owner("the object robots.txt at the root of the bucket behind the domain, readable by anyone")
	case CDN:
		return owner("robots.txt as the default route of the CDN answers it")
	default:
		return Governor{Control: NotKnown}
	}
}

// HeaderControl says where an X-Robots-Tag header can be set for the location, in English, or "" where nothing on
// this host can set it: no storage service lets an owner choose that header (S3 returns a fixed list of system
// headers, Cloud Storage and Azure keep only their own metadata prefixes).
func (l Location) HeaderControl() string {
	switch l.Front {
	case "cloudfront":
		return "a response headers policy of the CloudFront distribution"
	case "front_door", "azure_cdn":
		return "a rule of Front Door that appends the response header"
	case "google_cloud_load_balancer":
		return "a custom response header on the backend bucket of the load balancer"
	case "":
	default:
		return "a rule of the CDN that adds the response header"
	}
	if !l.Known() {
		return "the configuration of the web server"
	}
	return ""
}
