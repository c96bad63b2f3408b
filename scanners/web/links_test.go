package web_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/web"
)

const (
	presigned = "https://b.s3.eu-west-1.amazonaws.com/k.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%2F20261121%2Feu-west-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20261121T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=a56b06892c8efd7bc9d09187f5122572da69092ee6c0d493f80e3f8cd40a9cd6"
	sas = "https://acme.blob.core.windows.net/c/x.csv?sv=2022-11-02&se=2030-01-01&sr=b&sp=rw&sig=bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"
)

// What a page says of signed links, one word each: kind, container, line; "absent", "unknown" or "unsupported".
func TestSignedLinksInPages(t *testing.T) {
	filler := strings.Repeat("<p>nothing to see</p>\n", 100_000)
	for name, tc := range map[string]struct {
		page answer
		want []string
		cut  int64
	}{
		"html":          {page: answer{body: "<html>\n<a href=\"" + strings.ReplaceAll(presigned, "&", "&amp;") + "\">x</a>"}, want: []string{"aws_sigv4 b"}},
		"json":          {page: answer{body: `{"u":"` + strings.ReplaceAll(sas, "&", `\u0026`) + `","v":"` + presigned + `"}`}, want: []string{"azure_service_sas c", "aws_sigv4 b"}},
		"late in json":  {page: answer{body: `{"pad":"` + strings.Repeat("x", 300_000) + `","u":"` + sas + `"}`}, want: []string{"azure_service_sas c"}},
		"xml":           {page: answer{body: `<?xml version="1.0"?><a><b>` + strings.ReplaceAll(sas, "&", "&amp;") + `</b></a>`}, want: []string{"azure_service_sas c"}},
		"twice":         {page: answer{body: "<html>" + sas + " " + sas + "</html>"}, want: []string{"azure_service_sas c"}},
		"beyond a MiB":  {page: answer{body: "<html>" + filler + sas}, cut: 1},
		"an error page": {page: answer{status: 500, body: "<html>cannot PUT " + sas + "</html>"}, want: []string{"azure_service_sas c"}},
		"nothing":       {page: answer{body: "<html>hello</html>"}},
		"an image":      {page: answer{header: map[string]string{"Content-Type": "image/png"}, body: "\x89PNG " + sas}, want: []string{"absent"}},
		"squeezed":      {page: answer{header: map[string]string{"Content-Encoding": "br"}, body: "<html>"}, want: []string{"unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, map[string]answer{"www.acme.jp/": tc.page})
			records := scan(t, lookingForLinks(t, s), "https://www.acme.jp/")
			fact := records[0].Page.Links
			var got []string
			if fact.State != scanners.Known {
				got = []string{fact.State.String()}
			}
			for _, l := range fact.Value.Links {
				got = append(got, l.Signed.SignedKind+" "+l.Signed.Container)
				if l.Signed.Seen[0].Source != "https://www.acme.jp/" || strings.Contains(l.Signed.Text, "bhY0") {
					t.Errorf("%+v", l.Signed)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || fact.Value.Cut != tc.cut {
				t.Errorf("cut %d\n%s", fact.Value.Cut, diff)
			}
			if asked := s.log(); len(asked) != 2 { // the page and its robots.txt
				t.Errorf("asked %q", asked)
			}
		})
	}
}

func lookingForLinks(t *testing.T, s *site) *web.Scanner {
	t.Helper()
	known, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return scanner(t, s, func(rt *scanners.Runtime, _ *web.Options) { rt.Links = links.NewReader(known, nil, false) })
}

// Nobody to look for links, nothing read for them and nothing said.
func TestNoLinksUnlessTheyAreLookedFor(t *testing.T) {
	s := newSite(t, map[string]answer{"www.acme.jp/": {body: "<html>" + sas}})
	records := scan(t, scanner(t, s, nil), "https://www.acme.jp/")
	if records[0].Page.Links.Settled() {
		t.Errorf("%+v", records[0].Page.Links)
	}
}

// What a connection that broke off had brought is looked through, and not taken for the whole page.
func TestLinksInAPageThatBreaksOff(t *testing.T) {
	for body, state := range map[string]scanners.State{"<html>" + sas + " and so on": scanners.Known, "<html>hello": scanners.Unknown} {
		s := newSite(t, map[string]answer{"www.acme.jp/": {header: map[string]string{"Content-Length": "5000"}, body: body}})
		fact := scan(t, lookingForLinks(t, s), "https://www.acme.jp/")[0].Page.Links
		if fact.State != state || fact.State == scanners.Known && fact.Value.Cut != 1 {
			t.Errorf("%+v", fact)
		}
	}
}
