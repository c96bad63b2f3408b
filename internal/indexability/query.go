package indexability

// Queries with which an owner can see what a search engine holds.

import (
	"net/url"
	"strings"

	"github.com/tojimari/tojimari/internal/storageurl"
)

// SiteQueries gives site: queries for the host of a page and for the other hosts under which its storage is known,
// narrowed to the bucket where the host is shared. Google Search Central, "Search operators: site:". Names that do
// not fit into one word of a query give none.
func SiteQueries(u *url.URL, l storageurl.Location) []string {
	if u == nil || u.Hostname() == "" {
		return nil
	}
	var out []string
	add := func(host, path string) {
		q := "site:" + host + path
		if strings.ContainsFunc(q, func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7F || r > 0x7E }) {
			return
		}
		for _, known := range out {
			if known == q {
				return
			}
		}
		out = append(out, q)
	}
	host := strings.ToLower(u.Host)
	switch l.Style {
	case storageurl.Path, storageurl.Authenticated, storageurl.Blob, storageurl.DFS:
		if l.Bucket == "" || l.Bucket == "$root" {
			add(host, "")
			break
		}
		add(host, "/"+l.Bucket)
	case storageurl.JSONAPI:
		add(host, "/storage/v1/b/"+l.Bucket)
	case storageurl.Firebase:
		add(host, "/v0/b/"+l.Bucket)
	default:
		add(host, "")
	}
	for _, sibling := range l.Siblings() {
		s, err := url.Parse(sibling)
		if err != nil {
			continue
		}
		path := ""
		if first, _, _ := strings.Cut(strings.TrimPrefix(s.Path, "/"), "/"); first == l.Bucket {
			path = "/" + l.Bucket
		}
		if path == "" && !strings.Contains(s.Host, l.Bucket) && !strings.Contains(s.Host, l.Account+"-secondary") {
			continue // a shared host with the bucket deeper in the path
		}
		add(s.Host, path)
	}
	return out
}
