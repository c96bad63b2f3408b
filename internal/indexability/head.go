package indexability

// Reading the head of an HTML page: robots meta tags, and the links that a crawler would follow.

import (
	"errors"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Meta is one robots meta tag.
type Meta struct {
	Name    string `json:"name"`
	Content string `json:"content"`
	// InBody is set for a tag outside the head, where the documentation does not place it.
	InBody bool `json:"in_body,omitempty"`
}

// Head is what was read of an HTML page.
type Head struct {
	Metas []Meta
	Title string
	// Links are the absolute http and https addresses that the page links to, each once, without fragment.
	Links []string
	// Closed says that the end of the head was seen: a closing tag, or the body.
	Closed bool
	// Complete says that the head was read to its end. A page that broke off before may hold more meta tags.
	Complete bool
}

const (
	maxMetas = 50
	maxLinks = 2000
	maxTitle = 300
	// maxTag bounds one tag or text.
	maxTag = 128 << 10
)

// ReadHead reads a page that the caller has bounded. The base resolves relative links; a base element in the page
// counts as it does for crawlers.
func ReadHead(r io.Reader, base *url.URL) (*Head, error) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxTag)
	h := &Head{}
	seen := map[string]bool{}
	inBody, inTitle := false, false
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return h, err
			}
			// A page that ends is complete, closed or not.
			h.Complete = true
			return h, nil
		case html.TextToken:
			if inTitle && len(h.Title) < maxTitle {
				h.Title += string(z.Text())
				h.Title = strings.ToValidUTF8(h.Title[:min(len(h.Title), maxTitle)], "")
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			attrs := map[string]string{}
			for n := 0; more && n < 100; n++ {
				var key, value []byte
				key, value, more = z.TagAttr()
				if _, twice := attrs[string(key)]; !twice {
					attrs[string(key)] = string(value)
				}
			}
			switch tag {
			case "body":
				inBody, h.Closed, h.Complete = true, true, true
			case "title":
				inTitle = true
			case "base":
				if u, err := url.Parse(attrs["href"]); err == nil && base != nil && attrs["href"] != "" {
					base = base.ResolveReference(u)
				}
			case "meta":
				if m, ok := robotsMeta(attrs); ok && len(h.Metas) < maxMetas {
					m.InBody = inBody
					h.Metas = append(h.Metas, m)
				}
			case "a", "area", "frame", "iframe":
				h.link(base, attrs["href"]+attrs["src"], seen)
			}
		case html.EndTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "head":
				h.Closed, h.Complete, inBody = true, true, true
			case "title":
				inTitle = false
			}
		}
	}
}

func robotsMeta(attrs map[string]string) (Meta, bool) {
	name := strings.TrimSpace(attrs["name"])
	switch strings.ToLower(name) {
	case "robots", "googlebot", "bingbot", "googlebot-news", "msnbot":
		return Meta{Name: name, Content: attrs["content"]}, true
	default:
		return Meta{}, false
	}
}

func (h *Head) link(base *url.URL, href string, seen map[string]bool) {
	href = strings.TrimSpace(href)
	if href == "" || base == nil || len(h.Links) >= maxLinks {
		return
	}
	u, err := base.Parse(href)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return
	}
	u.Fragment, u.RawFragment = "", ""
	if address := u.String(); !seen[address] {
		seen[address] = true
		h.Links = append(h.Links, address)
	}
}
