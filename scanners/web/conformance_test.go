package web_test

import (
	"net/http"
	"testing"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/scannertest"
	"github.com/tojimari/tojimari/scanners/web"
)

// The suite that every scanner passes. Refusals and throttling are left out of its faults: to this scanner what a
// server answers is the fact, whatever the status.
func TestConformance(t *testing.T) {
	s := newSite(t, map[string]answer{
		"acme.s3.eu-west-1.amazonaws.com/":           {header: s3Headers, body: s3List},
		"acme.s3.eu-west-1.amazonaws.com/robots.txt": {header: map[string]string{"Content-Type": "text/plain"}, body: "User-agent: *\nDisallow: /uploads/\n"},
		"www.example.com/":                           {header: map[string]string{"Content-Type": "text/html"}, body: `<html><head><title>x</title></head><body><a href="/a">a</a><a href="/b">b</a></body></html>`},
		"www.example.com/a":                          {header: map[string]string{"Content-Type": "text/html"}, body: `<html><head><meta name="robots" content="noindex"></head><body>text</body></html>`},
		"www.example.com/robots.txt":                 {header: map[string]string{"Content-Type": "text/plain"}, body: "User-agent: *\nDisallow: /b\n"},
	})
	for name, target := range map[string]scanners.Target{
		"one page":     {Scheme: "https", Name: "https://acme.s3.eu-west-1.amazonaws.com/"},
		"with a depth": {Scheme: "https", Name: "https://www.example.com/", Options: map[string]string{"depth": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			scannertest.Run(t, scannertest.Harness{
				New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
					return scanner(t, s, func(_ *scanners.Runtime, o *web.Options) { o.Wrap = wrap }), nil
				},
				Target: target,
			})
		})
	}
}
