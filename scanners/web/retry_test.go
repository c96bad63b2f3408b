package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

// What may pass is asked again, a bounded number of times, and not sooner than the server asks for.
func TestAskedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		status  int64
		asked   int
		waits   []time.Duration
	}{
		"busy once":        {[]answer{{status: 503, header: map[string]string{"Retry-After": "3"}}, {}}, 200, 2, []time.Duration{3 * time.Second}},
		"too many":         {[]answer{{status: 429}, {status: 429}, {}}, 200, 3, []time.Duration{time.Second, 2 * time.Second}},
		"busy for good":    {[]answer{{status: 503}}, 503, 3, []time.Duration{time.Second, 2 * time.Second}},
		"asks for a year":  {[]answer{{status: 503, header: map[string]string{"Retry-After": "31536000"}}, {}}, 200, 2, []time.Duration{10 * time.Second}},
		"500 is an answer": {[]answer{{status: 500}}, 500, 1, nil},
		"403 is an answer": {[]answer{{status: 403}}, 403, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			s.Name("busy.example.com", []string{"52.218.0.9"})
			asked := 0
			s.Serve("52.218.0.9:80", func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				a := c.answers[min(asked, len(c.answers)-1)]
				asked++
				for k, v := range a.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(max(a.status, 200))
			})
			var waits []time.Duration
			w := scanner(t, s, func(_ *scanners.Runtime, o *web.Options) {
				o.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
			})
			r := scan(t, w, "http://busy.example.com/x")[0].Page.Response
			if r.Value.Status != c.status || asked != c.asked {
				t.Errorf("status %d after %d requests: %+v", r.Value.Status, asked, r)
			}
			if diff := cmp.Diff(c.waits, waits); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

// A listing that breaks off is a listing all the same; how many names it has is not known.
func TestAListingThatBreaksOff(t *testing.T) {
	s := newSite(t, nil)
	s.Name("broken.example.com", []string{"52.218.0.9"})
	s.Raw("52.218.0.9:80", func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 9999\r\n\r\n<ListBucketResult><Contents><Key>dump.sql</Key></Contents><Contents><Key>")
	})
	p := scan(t, scanner(t, s, nil), "http://broken.example.com/")[0].Page
	if !p.Response.Value.Listing || p.Names.State != scanners.Unknown || p.Names.Reason.Code != scanners.Partial {
		t.Errorf("%+v\n%+v", p.Response, p.Names)
	}
}
