package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

func TestOnePageUnlessADepthIsGiven(t *testing.T) {
	page := func(links ...string) answer {
		body := "<html><body>"
		for _, l := range links {
			body += `<a href="` + l + `">x</a>`
		}
		return answer{header: map[string]string{"Content-Type": "text/html"}, body: body + "</body></html>"}
	}
	s := newSite(t, map[string]answer{
		"www.example.com/":           page("/a", "/b", "https://other.example.com/", "http://www.example.com/plain", "/a#again", "/hidden/x"),
		"www.example.com/a":          page("/c", "/"),
		"www.example.com/b":          {header: map[string]string{"Content-Type": "application/pdf"}, body: "%PDF"},
		"www.example.com/c":          page("/d"),
		"www.example.com/d":          page(),
		"www.example.com/hidden/x":   page(),
		"www.example.com/robots.txt": {body: "User-agent: *\nDisallow: /b\nUser-agent: tojimari\nDisallow: /hidden/\n"},
		"other.example.com/":         page(),
	})
	asked := func(depth string) []string {
		w := scanner(t, s, func(rt *scanners.Runtime, _ *web.Options) { rt.Options["depth"] = depth })
		scan(t, w, "https://www.example.com/")
		return s.log()
	}
	robots := "GET www.example.com/robots.txt"
	for depth, want := range map[string][]string{
		"":  {"GET www.example.com/", robots},
		"0": {"GET www.example.com/", robots},
		// A group for everybody does not turn this scanner away; one that names it does.
		"1": {robots, "GET www.example.com/", "GET www.example.com/a", "GET www.example.com/b"},
		"2": {robots, "GET www.example.com/", "GET www.example.com/a", "GET www.example.com/b", "GET www.example.com/c"},
	} {
		if diff := cmp.Diff(want, asked(depth)); diff != "" {
			t.Errorf("depth %q (-want +got):\n%s", depth, diff)
		}
	}
	w := scanner(t, s, func(rt *scanners.Runtime, o *web.Options) { rt.Options["depth"], o.MaxPages = "5", 2 })
	if records := scan(t, w, "https://www.example.com/"); len(records) != 2 {
		t.Errorf("%d pages, want the limit of 2", len(records))
	}
	if records := scan(t, w, "https://www.example.com/"); records[1].Page.Indexability.Value.FoundBy[0] != "link: https://www.example.com/" {
		t.Errorf("found by %q", records[1].Page.Indexability.Value.FoundBy)
	}
}

// With a depth the sitemaps that robots.txt names are read, and say which pages were submitted to search engines.
func TestSitemaps(t *testing.T) {
	html := answer{header: map[string]string{"Content-Type": "text/html"}, body: "<html><body>x</body></html>"}
	s := newSite(t, map[string]answer{
		"www.example.com/robots.txt": {body: "Sitemap: https://www.example.com/sitemap.xml\nSitemap: http://127.0.0.1/inside.xml\nSitemap: file:///etc/passwd\n"},
		"www.example.com/sitemap.xml": {header: map[string]string{"Content-Type": "application/xml"}, body: "<urlset><url><loc>https://www.example.com/</loc></url><url><loc>https://www.example.com/members</loc></url>" +
			"<url><loc>https://other.example.com/x</loc></url><url><loc>http://169.254.169.254/</loc></url></urlset>"},
		"www.example.com/":        html,
		"www.example.com/members": html,
	})
	w := scanner(t, s, func(rt *scanners.Runtime, _ *web.Options) { rt.Options["depth"] = "1" })
	records := scan(t, w, "https://www.example.com/")
	if len(records) != 2 {
		t.Fatalf("%d records", len(records))
	}
	for _, r := range records {
		if by := r.Page.Indexability.Value.FoundBy; len(by) == 0 || by[0] != "sitemap: https://www.example.com/sitemap.xml" {
			t.Errorf("%s: %q", r.Name, by)
		}
	}
	for _, to := range s.Dialled() {
		if !strings.HasPrefix(to, cloudIP) {
			t.Errorf("connected to %s", to)
		}
	}
}

// A sitemap may be stored packed, and what it unpacks to is bounded.
func TestPackedSitemaps(t *testing.T) {
	packed := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		return b.String()
	}
	html := answer{header: map[string]string{"Content-Type": "text/html"}, body: "<html><body>x</body></html>"}
	s := newSite(t, map[string]answer{
		"www.example.com/robots.txt":     {body: "Sitemap: https://www.example.com/sitemap.xml.gz\nSitemap: https://www.example.com/bomb.xml.gz\nSitemap: https://www.example.com/half.xml.gz\n"},
		"www.example.com/sitemap.xml.gz": {header: map[string]string{"Content-Type": "application/x-gzip"}, body: packed("<urlset><url><loc>https://www.example.com/members</loc></url></urlset>")},
		"www.example.com/bomb.xml.gz":    {header: map[string]string{"Content-Type": "application/gzip"}, body: packed("<urlset>" + strings.Repeat(" ", 60<<20) + "<url><loc>https://www.example.com/beyond</loc></url></urlset>")},
		"www.example.com/half.xml.gz":    {header: map[string]string{"Content-Type": "application/gzip"}, body: "\x1f\x8b\x08"},
		"www.example.com/":               html,
		"www.example.com/members":        html,
	})
	w := scanner(t, s, func(rt *scanners.Runtime, _ *web.Options) { rt.Options["depth"] = "1" })
	var got []string
	for _, r := range scan(t, w, "https://www.example.com/") {
		got = append(got, r.Name)
	}
	if diff := cmp.Diff([]string{"https://www.example.com/", "https://www.example.com/members"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Objects of a listing are asked for their headers alone, and only as many as were asked for.
func TestObjectsOfAListing(t *testing.T) {
	s := newSite(t, map[string]answer{
		"acme.s3.eu-west-1.amazonaws.com/":                                {header: s3Headers, body: s3List},
		"acme.s3.eu-west-1.amazonaws.com/uploads/8812/passport_front.jpg": {header: with(s3Headers, "Content-Type", "image/jpeg", "X-Robots-Tag", "noindex"), body: "face"},
	})
	for objects, want := range map[int][]string{
		0: {"GET acme.s3.eu-west-1.amazonaws.com/robots.txt", "GET acme.s3.eu-west-1.amazonaws.com/"},
		2: {"GET acme.s3.eu-west-1.amazonaws.com/robots.txt", "GET acme.s3.eu-west-1.amazonaws.com/",
			"HEAD acme.s3.eu-west-1.amazonaws.com/uploads/8812/passport_front.jpg",
			"HEAD acme.s3.eu-west-1.amazonaws.com/uploads/8812/%E5%B1%A5%E6%AD%B4%E6%9B%B8_%E7%94%B0%E4%B8%AD.pdf"},
	} {
		w := scanner(t, s, func(rt *scanners.Runtime, _ *web.Options) { rt.Objects, rt.Options["depth"] = objects, "1" })
		records := scan(t, w, "https://acme.s3.eu-west-1.amazonaws.com/")
		if diff := cmp.Diff(want, s.log()); diff != "" {
			t.Errorf("%d objects (-want +got):\n%s", objects, diff)
		}
		if objects > 0 && records[1].Page.Indexability.Value.Verdict != "not_indexable" {
			t.Errorf("%+v", records[1].Page.Indexability.Value)
		}
	}
}
