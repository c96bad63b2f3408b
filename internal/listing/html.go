package listing

// Directory pages of web servers: nginx autoindex, Apache mod_autoindex, lighttpd, Caddy, IIS, Python's http.server
// and whatever else titles its page in the same way.

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// maxToken bounds one tag or text of an HTML page.
const maxToken = 256 << 10

func readHTML(from io.Reader, out *sink) error {
	z := html.NewTokenizer(from)
	z.SetMaxBuf(maxToken)
	p := &indexPage{sink: out}
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p.finish(z.Err())
		case html.TextToken:
			p.words(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			href := ""
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if string(key) == "href" {
					href = string(value)
				}
			}
			p.open(string(name), href)
		case html.EndTagToken:
			name, _ := z.TagName()
			if err := p.close(string(name)); err != nil {
				return err
			}
		}
	}
}

// indexPage decides while reading: links are held back (bounded) until the page has shown itself to be an index.
type indexPage struct {
	*sink
	tags   string // start tags since the last heading, to tell servers apart
	inside string // the element whose text matters: title, h1, a
	text   strings.Builder
	href   string
	held   []string
	// titlePath is the path in a heading of the form "host - /path/", which IIS prints.
	titlePath string
}

const maxHeld = 64

func (p *indexPage) open(name, href string) {
	if len(p.tags) < 32 {
		p.tags += name + " "
	}
	if p.tags == "hr pre " && p.page.Kind == HTMLIndex && p.page.Server == "" {
		p.page.Server = "nginx"
	}
	switch name {
	case "title", "h1", "h2":
		p.inside = name
		p.text.Reset()
	case "a":
		p.inside, p.href = name, href
		p.text.Reset()
	}
}

func (p *indexPage) words(s string) {
	if p.inside != "" && p.text.Len() < 4096 {
		p.text.WriteString(s[:min(len(s), 4096)])
	}
	if p.page.Server == "" && p.page.Kind == HTMLIndex {
		for _, server := range []string{"Apache", "lighttpd", "LiteSpeed", "nginx"} {
			if strings.HasPrefix(strings.TrimSpace(s), server+"/") {
				p.page.Server = strings.ToLower(server)
			}
		}
	}
}

func (p *indexPage) close(name string) error {
	if name != p.inside {
		return nil
	}
	text := strings.TrimSpace(p.text.String())
	p.inside = ""
	if name != "a" {
		return p.heading(text)
	}
	if parentLink(p.href, text) && strings.EqualFold(strings.Trim(text, "[]"), "to parent directory") {
		p.page.Server = "iis"
		return p.recognise(p.titlePath)
	}
	return p.link(p.href)
}

// heading recognises an index by its title.
func (p *indexPage) heading(text string) error {
	for _, start := range []string{"Index of ", "Directory listing for ", "Directory Listing For ", "Directory: ", "Directory listing of "} {
		if path, ok := strings.CutPrefix(text, start); ok && strings.HasPrefix(strings.TrimSpace(path), "/") {
			p.tags = ""
			return p.recognise(strings.TrimSpace(path))
		}
	}
	if i := strings.Index(text, " - /"); i >= 0 {
		p.titlePath = text[i+len(" - "):]
	}
	return nil
}

func (p *indexPage) recognise(path string) error {
	if p.page.Kind == HTMLIndex {
		return nil
	}
	p.page.Kind, p.page.Prefix = HTMLIndex, path
	held := p.held
	p.held = nil
	for _, href := range held {
		if err := p.link(href); err != nil {
			return err
		}
	}
	return nil
}

func (p *indexPage) link(href string) error {
	if p.page.Kind != HTMLIndex {
		if len(p.held) < maxHeld {
			p.held = append(p.held, href)
		}
		return nil
	}
	key, ok := child(href, p.page.Prefix)
	if !ok {
		return nil
	}
	return p.put(Entry{Key: key, Dir: strings.HasSuffix(key, "/"), Size: -1})
}

// child gives the name that a link of an index page stands for: something below the page, and neither a sort order,
// nor the parent, nor another place.
func child(href, base string) (string, bool) {
	href = strings.TrimSpace(href)
	if href == "" || strings.HasPrefix(href, "?") || strings.HasPrefix(href, "#") {
		return "", false
	}
	u, err := url.Parse(href)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "", false
	}
	path := strings.TrimPrefix(u.Path, "./")
	if strings.HasPrefix(path, "/") {
		base = strings.TrimSuffix(base, "/") + "/"
		rest, below := strings.CutPrefix(path, base)
		if !below || !strings.HasPrefix(base, "/") {
			return "", false
		}
		path = rest
	}
	if path == "" || path == "." || path == "/" || path == ".." || strings.HasPrefix(path, "../") {
		return "", false
	}
	return path, true
}

func parentLink(href, text string) bool {
	return href != "" && strings.Contains(strings.ToLower(text), "parent")
}

func (p *indexPage) finish(err error) error {
	switch {
	case p.page.Kind != HTMLIndex:
		if errors.Is(err, ErrLimit) {
			return err
		}
		return ErrNotListing
	case errors.Is(err, io.EOF):
		return nil
	case errors.Is(err, html.ErrBufferExceeded):
		return fmt.Errorf("one piece of the page over %d bytes: %w", maxToken, ErrLimit)
	default:
		return fmt.Errorf("reading index page: %v: %w", err, ErrMalformed)
	}
}
