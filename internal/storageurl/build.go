package storageurl

// From a location to the addresses of its listing, its objects and the other hosts that serve the same.

import (
	"net/url"
	"strconv"
	"strings"
)

// ListURL is the address of one listing page of at most max keys, ok being false for styles that do not list.
func (l Location) ListURL(max int) (address string, ok bool) {
	n := strconv.Itoa(max)
	base := l.Scheme + "://" + l.Host
	switch {
	case l.Bucket == "" || !plainHost(l.Host):
		return "", false
	case l.Style == VirtualHosted && l.Provider == GCP:
		return base + "/?max-keys=" + n, true
	case l.Style == VirtualHosted, l.Style == AccessPoint && l.Provider == AWS, l.Style == Bound && l.Provider == AWS && l.Vendor == "":
		return base + "/?list-type=2&max-keys=" + n, true
	case l.Style == Path && l.Provider == GCP:
		return base + "/" + url.PathEscape(l.Bucket) + "?max-keys=" + n, true
	case l.Style == Path:
		return base + "/" + url.PathEscape(l.Bucket) + "?list-type=2&max-keys=" + n, true
	case l.Style == JSONAPI:
		return base + "/storage/v1/b/" + url.PathEscape(l.Bucket) + "/o?maxResults=" + n, true
	case l.Style == Firebase:
		return base + "/v0/b/" + url.PathEscape(l.Bucket) + "/o?maxResults=" + n, true
	case l.Style == Blob:
		return base + "/" + url.PathEscape(l.Bucket) + "?restype=container&comp=list&maxresults=" + n, true
	case l.Style == Emulator:
		return base + "/" + url.PathEscape(l.Account) + "/" + url.PathEscape(l.Bucket) + "?restype=container&comp=list&maxresults=" + n, true
	default:
		return "", false
	}
}

// ObjectURL is the address of one object in the same style, ok being false where the style has none.
func (l Location) ObjectURL(key string) (address string, ok bool) {
	base := l.Scheme + "://" + l.Host
	if key == "" || !plainHost(l.Host) {
		return "", false
	}
	switch l.Style {
	case VirtualHosted, Website, AccessPoint, Bound, CDN:
		return base + "/" + escapeKey(key), true
	case Path, Authenticated, DFS:
		return base + "/" + url.PathEscape(l.Bucket) + "/" + escapeKey(key), l.Bucket != ""
	case Blob:
		if l.Bucket == "$root" {
			return base + "/" + escapeKey(key), true
		}
		return base + "/" + url.PathEscape(l.Bucket) + "/" + escapeKey(key), l.Bucket != ""
	case Emulator:
		return base + "/" + url.PathEscape(l.Account) + "/" + url.PathEscape(l.Bucket) + "/" + escapeKey(key), l.Bucket != ""
	case JSONAPI:
		return base + "/storage/v1/b/" + url.PathEscape(l.Bucket) + "/o/" + escapeAll(key) + "?alt=media", l.Bucket != ""
	case Firebase:
		return base + "/v0/b/" + url.PathEscape(l.Bucket) + "/o/" + escapeAll(key) + "?alt=media", l.Bucket != ""
	default:
		return "", false
	}
}

// Siblings are other addresses under which the providers serve the same object or listing, in a fixed order and
// without the location's own host. A header or a robots.txt at one host does nothing for another. Hosts that exist
// only when a feature is switched on (acceleration, the secondary of an Azure account) are among them.
func (l Location) Siblings() []string {
	if l.Bucket == "" {
		return nil
	}
	var hosts []Location
	at := func(style Style, host string) {
		s := l
		s.Style, s.Scheme, s.Host = style, "https", host
		hosts = append(hosts, s)
	}
	switch {
	case l.Provider == AWS && l.Vendor == "" && (l.Style == VirtualHosted || l.Style == Path || l.Style == Website):
		end := ".amazonaws.com"
		if l.China {
			end += ".cn"
		}
		region := ""
		if l.Region != "" {
			region = "." + l.Region
		}
		at(VirtualHosted, l.Bucket+".s3"+region+end)
		at(Path, "s3"+region+end)
		if region != "" {
			at(VirtualHosted, l.Bucket+".s3.dualstack"+region+end)
		}
		if !strings.Contains(l.Bucket, ".") && !l.China {
			at(VirtualHosted, l.Bucket+".s3-accelerate"+end)
		}
	case l.Provider == GCP && (l.Style == VirtualHosted || l.Style == Path || l.Style == JSONAPI || l.Style == Bound):
		at(Path, "storage.googleapis.com")
		at(VirtualHosted, l.Bucket+".storage.googleapis.com")
		at(JSONAPI, "storage.googleapis.com")
	case l.Provider == Azure && l.Style == Blob && strings.Contains(l.Host, "."):
		_, domain, _ := strings.Cut(l.Host, ".")
		at(Blob, l.Account+"."+domain)
		at(Blob, l.Account+"-secondary."+domain)
	}
	var out []string
	for _, s := range hosts {
		if s.Host == l.Host && s.Style == l.Style {
			continue
		}
		address, ok := s.ObjectURL(l.Key)
		if l.Key == "" {
			address, ok = s.ListURL(1)
		}
		if ok {
			out = append(out, address)
		}
	}
	return out
}

// escapeKey encodes a key for a path, leaving its slashes.
func escapeKey(key string) string {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = escapeAll(p)
	}
	return strings.Join(parts, "/")
}

// escapeAll encodes everything but unreserved characters. Dots that make up a whole segment are encoded, so that no
// client resolves them.
func escapeAll(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
