package storageurl

// From a URL to a location, by its host and path alone.

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/tojimari/tojimari/internal/vendors"
)

// Recogniser knows the hosts of the providers and of the vendors that it was given.
type Recogniser struct {
	vendors *vendors.Set
	aws     []awsForm
}

type awsForm struct {
	host *regexp.Regexp
	set  func(l *Location)
}

// New builds a recogniser; known may be nil for the three providers alone. It is immutable.
func New(known *vendors.Set) *Recogniser {
	const (
		bucket = `^(?:(?P<bucket>.+)\.)?`
		region = `(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9]+)`
		point  = `^(?P<bucket>[^.]+)-(?P<account>[0-9]{12})\.`
	)
	form := func(pattern string, set func(*Location)) awsForm {
		return awsForm{regexp.MustCompile(pattern + `$`), set}
	}
	none := func(*Location) {}
	point2 := func(l *Location) { l.Style = AccessPoint }
	return &Recogniser{vendors: known, aws: []awsForm{
		form(bucket+`s3`, none),
		form(bucket+`s3[.-]`+region, none),
		form(bucket+`s3-external-1`, func(l *Location) { l.Region = "us-east-1" }),
		form(bucket+`s3\.dualstack\.`+region, func(l *Location) { l.DualStack = true }),
		form(bucket+`s3-fips\.`+region, func(l *Location) { l.FIPS = true }),
		form(bucket+`s3-fips\.dualstack\.`+region, func(l *Location) { l.FIPS, l.DualStack = true, true }),
		form(bucket+`s3-accelerate`, func(l *Location) { l.Accelerate = true }),
		form(bucket+`s3-accelerate\.dualstack`, func(l *Location) { l.Accelerate, l.DualStack = true, true }),
		form(bucket+`s3-website[.-]`+region, func(l *Location) { l.Style = Website }),
		form(point+`s3-(?:accesspoint|object-lambda)(?P<fips>-fips)?(?P<dual>\.dualstack)?\.`+region, point2),
		form(`^(?P<bucket>[^.]+)\.mrap\.accesspoint\.s3-global`, point2),
		form(`^(?P<bucket>[^.]+)\.s3express-[a-z0-9-]+\.`+region, func(l *Location) { l.Style = Directory }),
	}}
}

// FromURL reads a URL. A URL without a host gives the zero Location.
func (r *Recogniser) FromURL(u *url.URL) Location {
	if u == nil || u.Host == "" {
		return Location{}
	}
	l := Location{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host), query: u.Query()}
	if !plainHost(l.Host) {
		return l
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	for _, read := range []func(*Location, string, string) bool{r.readAWS, readGCP, readAzure, readFront, r.readVendor} {
		if read(&l, host, path) {
			l.Basis = FromAddress
			return l
		}
	}
	return l
}

func (r *Recogniser) readAWS(l *Location, host, path string) bool {
	rest, ok := strings.CutSuffix(host, ".amazonaws.com")
	if !ok {
		if rest, ok = strings.CutSuffix(host, ".amazonaws.com.cn"); !ok {
			return false
		}
		l.China = true
	}
	for _, f := range r.aws {
		m := f.host.FindStringSubmatch(rest)
		if m == nil {
			continue
		}
		for i, name := range f.host.SubexpNames() {
			switch name {
			case "bucket":
				l.Bucket = m[i]
			case "region":
				l.Region = m[i]
			case "account":
				l.Account = m[i]
			case "fips":
				l.FIPS = m[i] != ""
			case "dual":
				l.DualStack = m[i] != ""
			}
		}
		l.Provider, l.Style = AWS, VirtualHosted
		f.set(l)
		if l.Bucket != "" {
			l.Key = decode(path)
			return true
		}
		if l.Style == Website || l.Accelerate {
			*l = Location{Scheme: l.Scheme, Host: l.Host, query: l.query}
			return false
		}
		l.Style = Path
		l.Bucket, l.Key = firstSegment(path)
		return true
	}
	l.China = false
	return false
}

func readGCP(l *Location, host, path string) bool {
	l.Provider = GCP
	switch {
	case host == "storage.cloud.google.com":
		l.Style = Authenticated
		l.Bucket, l.Key = firstSegment(path)
		return true
	case host == "firebasestorage.googleapis.com":
		l.Style = Firebase
		rest, ok := strings.CutPrefix(path, "v0/b/")
		if ok {
			l.Bucket, l.Key = jsonPath(rest)
		}
		return true
	case host == "www.googleapis.com" || host == "storage.googleapis.com" || isRegionalGCS(host):
		for _, prefix := range []string{"storage/v1/b/", "download/storage/v1/b/"} {
			if rest, ok := strings.CutPrefix(path, prefix); ok {
				l.Style = JSONAPI
				l.Bucket, l.Key = jsonPath(rest)
				return true
			}
		}
		if host == "www.googleapis.com" {
			break
		}
		l.Style = Path
		l.Bucket, l.Key = firstSegment(path)
		return true
	case host == "commondatastorage.googleapis.com" || host == "storage-download.googleapis.com":
		l.Style = Path
		l.Bucket, l.Key = firstSegment(path)
		return true
	case strings.HasSuffix(host, ".storage.googleapis.com") || strings.HasSuffix(host, ".commondatastorage.googleapis.com"):
		l.Style = VirtualHosted
		l.Bucket = strings.TrimSuffix(strings.TrimSuffix(host, ".googleapis.com"), ".storage")
		l.Bucket = strings.TrimSuffix(l.Bucket, ".commondatastorage")
		l.Key = decode(path)
		return true
	}
	l.Provider = ""
	return false
}

// isRegionalGCS recognises storage.REGION.rep.googleapis.com.
func isRegionalGCS(host string) bool {
	rest, ok := strings.CutSuffix(host, ".rep.googleapis.com")
	return ok && strings.HasPrefix(rest, "storage.")
}

// jsonPath reads BUCKET, BUCKET/o and BUCKET/o/KEY, where the key is one encoded segment.
func jsonPath(path string) (bucket, key string) {
	bucket, rest, _ := strings.Cut(path, "/")
	if rest, ok := strings.CutPrefix(rest, "o/"); ok {
		key = decode(rest)
	}
	return decode(bucket), key
}

func readAzure(l *Location, host, path string) bool {
	labels := strings.Split(host, ".")
	service := 1
	if len(labels) > 2 && isZone(labels[1]) {
		service = 2 // A.zNN.web.core.windows.net, A.zNN.blob.storage.azure.net
	}
	if len(labels) < service+3 {
		return false
	}
	switch strings.Join(labels[service+1:], ".") {
	case "core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn", "storage.azure.net":
	default:
		return false
	}
	switch labels[service] {
	case "blob":
		l.Style = Blob
		l.Bucket, l.Key = containerPath(path)
		if l.query.Get("restype") == "container" || l.query.Get("comp") == "list" {
			l.Bucket, l.Key = firstSegment(path)
		}
	case "dfs":
		l.Style = DFS
		l.Bucket, l.Key = firstSegment(path)
	case "web":
		l.Style, l.Bucket, l.Key = Website, "$web", decode(path)
	default:
		return false
	}
	l.Provider, l.Account = Azure, labels[0]
	if account, ok := strings.CutSuffix(labels[0], "-secondary"); ok {
		l.Account, l.Secondary = account, true
	}
	return true
}

func isZone(label string) bool {
	return len(label) > 1 && label[0] == 'z' && strings.Trim(label[1:], "0123456789") == ""
}

// containerPath reads CONTAINER/BLOB; a blob without a container lies in $root.
func containerPath(path string) (container, blob string) {
	container, blob = firstSegment(path)
	if blob == "" && container != "" && !strings.HasSuffix(path, "/") {
		return "$root", container
	}
	return container, blob
}

// readFront recognises the hosts of content delivery networks, which say nothing of the bucket behind.
func readFront(l *Location, host, path string) bool {
	for suffix, front := range map[string]string{
		".cloudfront.net": "cloudfront", ".azureedge.net": "azure_cdn", ".azurefd.net": "front_door",
	} {
		if strings.HasSuffix(host, suffix) {
			l.Style, l.Front, l.Key = CDN, front, decode(path)
			return true
		}
	}
	return false
}

func (r *Recogniser) readVendor(l *Location, host, path string) bool {
	m, ok := r.vendors.MatchEndpoint(host)
	if !ok {
		if m, ok = r.vendors.MatchPublic(host); !ok {
			return false
		}
	}
	l.Provider, l.Vendor, l.Bucket, l.Region, l.Account = AWS, m.Vendor, m.Bucket, m.Region, m.Account
	switch m.Style {
	case vendors.PathStyle:
		l.Style = Path
		l.Bucket, l.Key = firstSegment(path)
	case vendors.VirtualStyle:
		l.Style, l.Key = VirtualHosted, decode(path)
	default:
		l.Style, l.Key = Bound, decode(path)
	}
	return true
}

// plainHost keeps what no name server would answer for, and quotes and the like with it, out of built addresses.
func plainHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-._:[]", r)
	})
}

func firstSegment(path string) (first, rest string) {
	first, rest, _ = strings.Cut(path, "/")
	return decode(first), decode(rest)
}

// decode undoes percent-encoding; a text that is not well encoded stays as it is.
func decode(s string) string {
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	return s
}
