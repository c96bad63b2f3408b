package storageurl

// What an answer says about the storage behind an address.

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tojimari/tojimari/internal/listing"
)

// Refine adds what the headers and, where the body was a listing or an error document, its page say. What the
// address says is never overruled: a server can write any header.
func (l Location) Refine(u *url.URL, h http.Header, page *listing.Page) Location {
	if l.Front == "" {
		l.Front = frontOf(h)
	}
	if l.Provider == "" {
		l.Provider, l.Vendor = softwareOf(h)
		if l.Provider == "" && page != nil {
			l.Provider = providerOf(page.Kind)
		}
		if l.Provider == "" {
			return l
		}
		l.Basis = FromAnswer
	}
	if l.Style == "" || l.Style == CDN || l.Bucket == "" && l.Style == Bound {
		l.place(u, h, page)
	}
	if l.Region == "" && l.Provider == AWS {
		l.Region = h.Get("X-Amz-Bucket-Region")
		if page != nil && page.Error != nil && l.Region == "" {
			l.Region = page.Error.Region
		}
	}
	return l
}

// place finds bucket and key where the address did not say.
func (l *Location) place(u *url.URL, h http.Header, page *listing.Page) {
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	if strings.HasPrefix(h.Get("Server"), "Azurite") {
		l.Style = Emulator
		account, rest, _ := strings.Cut(path, "/")
		l.Account = decode(account)
		l.Bucket, l.Key = firstSegment(rest)
		return
	}
	name := ""
	if page != nil {
		if name = page.Bucket; name == "" && page.Error != nil {
			name = page.Error.Bucket
		}
	}
	first, rest := firstSegment(path)
	switch {
	case l.Style == CDN:
		l.Bucket = name
	case name != "" && name == first:
		l.Style, l.Bucket, l.Key = Path, name, rest
	case name != "" && strings.HasPrefix(strings.ToLower(u.Hostname()), strings.ToLower(name)+"."):
		l.Style, l.Bucket, l.Key = VirtualHosted, name, decode(path)
	case l.Front != "":
		l.Style, l.Bucket, l.Key = CDN, name, decode(path)
	case name != "":
		l.Style, l.Bucket, l.Key = Bound, name, decode(path)
	default:
		// The answer names no bucket: on a service of its own host it stands in the path or is the host, which
		// cannot be told apart.
		l.Key = decode(path)
	}
}

// softwareOf recognises storage software by headers that it alone sends.
func softwareOf(h http.Header) (Provider, string) {
	server := strings.ToLower(h.Get("Server"))
	has := func(name string) bool { return h.Get(name) != "" }
	switch {
	case strings.HasPrefix(server, "minio"):
		return AWS, "minio"
	case strings.HasPrefix(server, "versitygw"):
		return AWS, "versitygw"
	case has("X-Rgw-Object-Type") || strings.HasPrefix(server, "ceph") || strings.HasPrefix(h.Get("X-Amz-Request-Id"), "tx0000"):
		return AWS, "ceph"
	case strings.HasPrefix(server, "aliyunoss") || has("X-Oss-Request-Id"):
		return AWS, "alibaba"
	case server == "amazons3" || has("X-Amz-Id-2"):
		return AWS, ""
	case has("X-Goog-Generation") || has("X-Goog-Hash") || has("X-Guploader-Uploadid"):
		return GCP, ""
	case strings.HasPrefix(server, "windows-azure-blob") || strings.HasPrefix(server, "windows-azure-web") ||
		strings.HasPrefix(server, "azurite-blob") || has("X-Ms-Blob-Type") || has("X-Ms-Version") && has("X-Ms-Request-Id"):
		return Azure, ""
	case has("X-Amz-Request-Id"):
		return AWS, ""
	default:
		return "", ""
	}
}

func providerOf(k listing.Kind) Provider {
	switch k {
	case listing.S3V1, listing.S3V2, listing.S3Versions, listing.S3Uploads, listing.S3Buckets:
		return AWS
	case listing.GCSXML, listing.GCSJSON:
		return GCP
	case listing.AzureBlobs, listing.AzureBoxes:
		return Azure
	default:
		return ""
	}
}

func frontOf(h http.Header) string {
	switch {
	case h.Get("X-Amz-Cf-Id") != "":
		return "cloudfront"
	case h.Get("X-Azure-Ref") != "":
		return "front_door"
	case h.Get("Cf-Ray") != "":
		return "cloudflare"
	case strings.HasPrefix(h.Get("X-Served-By"), "cache-"):
		return "fastly"
	case strings.Contains(h.Get("Via"), "1.1 google"):
		return "google_cloud_load_balancer"
	case h.Get("X-Akamai-Request-Id") != "" || strings.HasPrefix(h.Get("Server"), "AkamaiGHost"):
		return "akamai"
	default:
		return ""
	}
}

// Missing reports whether an answer says that the bucket itself does not exist, from its status, error code and
// message. A name in DNS or a CDN that leads to such a bucket can be claimed by whoever makes a bucket of that name.
//
// S3 and those that speak its protocol, and the XML API of Cloud Storage, say NoSuchBucket, in a document or in the
// header of a website endpoint; the JSON API says 404 and tells in its message what is not there. NoSuchWebsiteConfiguration
// is a bucket that exists. Amazon S3 API Reference, "Error responses"; Cloud Storage documentation, "HTTP status and
// error codes"; Azure Blob Storage documentation, "Blob service error codes".
func Missing(status int, code, message string) bool {
	if status != http.StatusNotFound {
		return false
	}
	switch code {
	case "NoSuchBucket", "ContainerNotFound":
		return true
	case "404", "notFound":
		return strings.HasPrefix(message, "The specified bucket does not exist")
	default:
		return false
	}
}
