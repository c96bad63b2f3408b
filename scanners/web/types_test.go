package web_test

import "testing"

// A server may call its answer what it likes: a listing is told by what it is, and what only says that it is one is
// none.
func TestWrongContentTypes(t *testing.T) {
	page := "<html><head><title>x</title><meta name=robots content=noindex></head><body>x</body></html>"
	as := func(contentType, body string) answer {
		return answer{header: map[string]string{"Content-Type": contentType}, body: body}
	}
	s := newSite(t, map[string]answer{
		"a.example.com/": as("image/png", s3List),
		"b.example.com/": as("text/plain; charset=utf-8", s3List),
		"c.example.com/": as("", "\xef\xbb\xbf"+s3List),
		"d.example.com/": as("application/xml", page),
		"e.example.com/": as("application/json", "\x89PNG\r\n\x1a\n"),
		"f.example.com/": as("application/xml", "{\"kind\":\"storage#objects\",\"items\":[{\"name\":\"a.sql\",\"bucket\":\"acme\"}]}"),
		"g.example.com/": as("text/html; charset=utf-16", "\xff\xfe<\x00L\x00"),
		"h.example.com/": as("multipart/x-mixed-replace; boundary=x", "--x\r\n\r\n"+s3List),
		"i.example.com/": {header: map[string]string{"Content-Type": "application/xml", "Content-Encoding": "br"}, body: s3List},
		"j.example.com/": {header: map[string]string{"Content-Type": "application/xml", "Content-Encoding": "gzip"}, body: "not gzip"},
		"k.example.com/": as("text/plain", page),
	})
	w := scanner(t, s, nil)
	for host, want := range map[string]struct {
		listing   bool
		indexable string
	}{
		"a": {true, "yes"}, "b": {true, "yes"}, "c": {true, "unknown"}, "d": {false, "unknown"}, "e": {false, "no"}, "f": {true, "yes"},
		"g": {false, "unknown"}, "h": {false, "unknown"}, "i": {false, "yes"}, "j": {false, ""},
		// A meta tag in plain text is text.
		"k": {false, "yes"},
	} {
		p := scan(t, w, "https://"+host+".example.com/")[0].Page
		if got := p.Response.Value.Listing; got != want.listing {
			t.Errorf("%s: listing %v, want %v (%+v)", host, got, want.listing, p.Response)
		}
		if got := p.Indexability.Value.Indexable; got != want.indexable {
			t.Errorf("%s: indexable %q, want %q: %+v", host, got, want.indexable, p.Indexability)
		}
	}
}
