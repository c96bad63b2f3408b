package web

// The sitemaps that a host's robots.txt names: addresses that the site itself hands to search engines.

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/indexability"
	"github.com/tojimari/tojimari/internal/listing"
)

const (
	// maxSitemaps bounds the files read for one target, those that an index names among them.
	maxSitemaps = 3
	// maxSubmitted bounds the addresses kept; sitemapBytes and sitemapEntries bound the reading. A sitemap may have
	// 50,000 addresses and 50 MB.
	maxSubmitted   = 500
	sitemapBytes   = 50 << 20
	sitemapEntries = 50_000
)

// sitemaps gives the addresses on the host of start that its sitemaps list. What cannot be read gives none: a page is
// then found by other ways, or by none that is known.
func (s *Scanner) sitemaps(ctx context.Context, start *url.URL) map[string][]indexability.Discovery {
	policy, err := s.robotsOf(ctx, start, true)
	if err != nil || policy.File == nil {
		return nil
	}
	out := map[string][]indexability.Discovery{}
	queue := policy.File.Sitemaps
	asked := map[string]bool{}
	for len(queue) > 0 && len(asked) < maxSitemaps {
		u, err := start.Parse(queue[0])
		queue = queue[1:]
		if err != nil || asked[u.String()] {
			continue
		}
		asked[u.String()] = true
		named := sameHost(u, start)
		// A sitemap that breaks off, or is none, has told what it told.
		_, _ = s.client.Fetch(ctx, fetch.Request{URL: u, Named: named, MaxBytes: sitemapBytes}, func(r *fetch.Response, body io.Reader) error {
			if r.Status != http.StatusOK {
				return nil
			}
			body, err := unpacked(body)
			if err != nil {
				return err
			}
			return listing.ReadSitemap(body, listing.Limits{Bytes: sitemapBytes, Entries: sitemapEntries}, func(l listing.Location) bool {
				at, err := u.Parse(l.Address)
				switch {
				case err != nil:
				case l.Sitemap:
					queue = append(queue, at.String())
				case sameHost(at, start) && at.User == nil && len(out[at.String()]) == 0:
					at.Fragment, at.RawFragment = "", ""
					out[at.String()] = []indexability.Discovery{{Way: indexability.InSitemap, Detail: shown(u)}}
				}
				return len(out) < maxSubmitted && len(queue) < 2*maxSitemaps
			})
		})
	}
	return out
}

// unpacked undoes gzip where a sitemap is stored so: sitemaps.org, "Other Sitemap formats", takes sitemap.xml.gz with
// whatever type it is served. What it unpacks to is bounded like what is sent.
func unpacked(body io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(body)
	start, _ := buffered.Peek(2) // an error here shows again when it is read
	if len(start) < 2 || start[0] != 0x1F || start[1] != 0x8B {
		return buffered, nil
	}
	z, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("unpacking: %w", err)
	}
	return io.LimitReader(z, sitemapBytes), nil
}
