package listing

// Sitemaps: the addresses that a site itself hands to search engines.
//
// Source: sitemaps.org, "Sitemaps XML format".

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Location is one address of a sitemap.
type Location struct {
	Address string
	// Sitemap is set for an entry of a sitemap index: the address of another sitemap.
	Sitemap bool
}

// ReadSitemap reads a sitemap, or an index of sitemaps, as a stream and calls yield for each address until it returns
// false. Addresses are the server's and unclean. Plain text sitemaps (one address a line) are read too.
func ReadSitemap(r io.Reader, limits Limits, yield func(Location) bool) error {
	limits = limits.orDefault()
	buffered := bufio.NewReaderSize(&cappedReader{from: r, left: limits.Bytes}, 16<<10)
	start, _ := buffered.Peek(peek)
	if Sniff(start) != XML {
		return textSitemap(buffered, limits, yield)
	}
	decoder := xml.NewDecoder(&cleaner{from: buffered})
	var path []string
	var text strings.Builder
	for n := 0; ; {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, ErrLimit) {
			return err
		}
		if err != nil {
			return fmt.Errorf("reading sitemap: %v: %w", err, ErrMalformed)
		}
		switch t := token.(type) {
		case xml.Directive:
			return ErrDoctype
		case xml.StartElement:
			if len(path) >= limits.Depth {
				return fmt.Errorf("elements %d deep: %w", len(path)+1, ErrLimit)
			}
			if len(path) == 0 && t.Name.Local != "urlset" && t.Name.Local != "sitemapindex" {
				return ErrNotListing
			}
			path = append(path, t.Name.Local)
			text.Reset()
		case xml.CharData:
			if text.Len()+len(t) > maxRun {
				return fmt.Errorf("text over %d bytes: %w", maxRun, ErrLimit)
			}
			text.Write(t)
		case xml.EndElement:
			if len(path) == 3 && path[2] == "loc" {
				if n++; n > limits.Entries {
					return fmt.Errorf("more than %d addresses: %w", limits.Entries, ErrLimit)
				}
				if !yield(Location{strings.TrimSpace(text.String()), path[0] == "sitemapindex"}) {
					return nil
				}
			}
			path = path[:max(len(path)-1, 0)]
			text.Reset()
		}
	}
}

func textSitemap(r io.Reader, limits Limits, yield func(Location) bool) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<10)
	n := 0
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if !strings.HasPrefix(line, "http://") && !strings.HasPrefix(line, "https://") {
			if n == 0 && line != "" {
				return ErrNotListing
			}
			continue
		}
		if n++; n > limits.Entries {
			return fmt.Errorf("more than %d addresses: %w", limits.Entries, ErrLimit)
		}
		if !yield(Location{Address: line}) {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading sitemap: %w: %w", err, ErrLimit)
	}
	return nil
}
