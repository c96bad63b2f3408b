package indexability_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	ix "github.com/tojimari/tojimari/internal/indexability"
	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/internal/storageurl"
)

var now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func rules(text string) robots.Policy {
	return robots.Judge(robots.Fetch{Status: 200, Body: []byte(text)})
}

// observe builds an observation of a readable PDF at an S3 virtual host, to be changed by each case.
func observe(t testing.TB, address string, change func(*ix.Observation)) ix.Observation {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	o := ix.Observation{
		URL: u, At: now, Status: 200, Header: http.Header{"Content-Type": {"application/pdf"}},
		Robots: robots.Judge(robots.Fetch{Status: 404}), Location: storageurl.New(nil).FromURL(u),
	}
	if change != nil {
		change(&o)
	}
	return o
}

const pdf = "https://acme.s3.eu-west-1.amazonaws.com/list.pdf"

// The table of crawl and index: every combination, for Google and for an engine that goes by RFC 9309.
func TestOutcomes(t *testing.T) {
	header := func(values ...string) func(*ix.Observation) {
		return func(o *ix.Observation) { o.Header["X-Robots-Tag"] = values }
	}
	both := func(changes ...func(*ix.Observation)) func(*ix.Observation) {
		return func(o *ix.Observation) {
			for _, c := range changes {
				c(o)
			}
		}
	}
	status := func(n int) func(*ix.Observation) { return func(o *ix.Observation) { o.Status = n } }
	policy := func(p robots.Policy) func(*ix.Observation) { return func(o *ix.Observation) { o.Robots = p } }
	blocked := policy(rules("User-agent: *\nDisallow: /\n"))
	fetched := func(status int) func(*ix.Observation) { return policy(robots.Judge(robots.Fetch{Status: status})) }
	media := func(v string) func(*ix.Observation) {
		return func(o *ix.Observation) { o.Header.Set("Content-Type", v) }
	}
	page := func(complete bool, metas ...ix.Meta) func(*ix.Observation) {
		return both(media("text/html; charset=utf-8"), func(o *ix.Observation) { o.Page = &ix.Head{Metas: metas, Complete: complete} })
	}

	cases := []struct {
		name          string
		change        func(*ix.Observation)
		google, other ix.Outcome
	}{
		{"readable, allowed, no noindex", nil, "indexable", "indexable"},
		{"401", status(401), "not_indexable", "not_indexable"},
		{"403, even where robots.txt blocks", both(status(403), blocked), "not_indexable", "not_indexable"},
		{"404", status(404), "not_indexable", "not_indexable"},
		{"500 says nothing lasting", status(500), "unknown", "unknown"},
		{"429 says nothing lasting", status(429), "unknown", "unknown"},
		{"no answer", both(status(0), func(o *ix.Observation) { o.Failure = "connection refused" }), "unknown", "unknown"},
		{"led to a login", func(o *ix.Observation) {
			o.Location.Style, o.Redirected = storageurl.Authenticated, "https://storage.cloud.google.com/acme/list.pdf"
		}, "not_indexable", "not_indexable"},
		{"at a private address", func(o *ix.Observation) { o.Private = true }, "unknown", "unknown"},
		{"noindex", header("noindex"), "not_indexable", "not_indexable"},
		{"none", header("NONE"), "not_indexable", "not_indexable"},
		{"noindex for Google alone", header("googlebot: noindex, nofollow"), "not_indexable", "indexable"},
		{"noindex for Bing alone", header("BingBot: noindex"), "indexable", "not_indexable"},
		{"noindex for somebody else", header("otherbot: noindex"), "indexable", "indexable"},
		{"generic and specific add up", header("nofollow", "googlebot: noarchive", "noindex"), "not_indexable", "not_indexable"},
		{"a second crawler in the middle of one header", header("googlebot: nofollow, otherbot: noindex"), "unknown", "unknown"},
		{"unavailable_after in the past", header("unavailable_after: 25 Jun 2010 15:00:00 PST"), "not_indexable", "not_indexable"},
		{"unavailable_after in the future", header("unavailable_after: 2027-01-01"), "indexable", "indexable"},
		{"unavailable_after with a weekday, then noindex", header("unavailable_after: Sunday, 25-Jul-27 15:00:00 GMT, noindex"), "not_indexable", "not_indexable"},
		{"a date that cannot be read is ignored", header("unavailable_after: soon"), "indexable", "indexable"},
		{"nosnippet is no noindex", header("nosnippet, max-snippet:0, noarchive"), "indexable", "indexable"},
		{"noindex inside another word", header("xnoindex"), "indexable", "indexable"},
		{"blocked", blocked, "url_only", "url_only"},
		{"blocked, and noindex never read", both(blocked, header("noindex")), "url_only", "url_only"},
		{"blocked for Google alone", policy(rules("User-agent: Googlebot\nDisallow: /")), "url_only", "indexable"},
		{"blocked as Google forgives, not by the letter", policy(rules("User-agent: *\ndisalow /")), "url_only", "indexable"},
		{"robots.txt 403", fetched(403), "indexable", "indexable"},
		{"robots.txt 429", fetched(429), "unknown", "indexable"},
		{"robots.txt 503", fetched(503), "unknown", "url_only"},
		{"robots.txt not asked for", policy(robots.Policy{}), "unknown", "unknown"},
		{"zip", media("application/zip"), "not_indexable", "not_indexable"},
		{"json", media("application/json"), "not_indexable", "not_indexable"},
		{"octet stream with a telling extension", media("binary/octet-stream"), "indexable", "indexable"},
		{"a type on no list", media("application/x-acme"), "unknown", "unknown"},
		{"page", page(true), "indexable", "indexable"},
		{"page with meta", page(true, ix.Meta{Name: "robots", Content: "noindex, follow"}), "not_indexable", "not_indexable"},
		{"page with meta for Google", page(true, ix.Meta{Name: "GoogleBot", Content: "noindex"}), "not_indexable", "indexable"},
		{"meta in the body", page(true, ix.Meta{Name: "robots", Content: "noindex", InBody: true}), "unknown", "unknown"},
		{"page whose head was not read to its end", page(false), "unknown", "unknown"},
		{"page not read, header decides", both(media("text/html"), header("noindex")), "not_indexable", "not_indexable"},
		{"a page of an unread kind", media("text/html"), "unknown", "unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := ix.Judge(observe(t, pdf, c.change))
			if s.Engines[0].Outcome != c.google || s.Engines[1].Outcome != c.other {
				t.Errorf("Google %s, RFC 9309 %s; want %s and %s\n%+v", s.Engines[0].Outcome, s.Engines[1].Outcome, c.google, c.other, s)
			}
		})
	}
}

func TestVerdictIsTheMostExposingOutcome(t *testing.T) {
	for header, want := range map[string]ix.Outcome{
		"googlebot: noindex": ix.Indexable, "noindex": ix.NotIndexable, "googlebot: x, y: noindex": ix.NotKnown,
	} {
		s := ix.Judge(observe(t, pdf, func(o *ix.Observation) { o.Header.Set("X-Robots-Tag", header) }))
		if s.Verdict != want {
			t.Errorf("%q: %s, want %s", header, s.Verdict, want)
		}
	}
}

func TestUntil(t *testing.T) {
	s := ix.Judge(observe(t, pdf, func(o *ix.Observation) {
		o.Header["X-Robots-Tag"] = []string{"unavailable_after: Fri, 01 Jan 2027 00:00:00 JST", "unavailable_after: 2027-06-01"}
	}))
	if want := time.Date(2026, 12, 31, 15, 0, 0, 0, time.UTC); !s.Engines[0].Until.Equal(want) {
		t.Errorf("until %v, want %v", s.Engines[0].Until, want)
	}
}

func TestTraps(t *testing.T) {
	codes := func(address string, change func(*ix.Observation)) []ix.TrapCode {
		var out []ix.TrapCode
		for _, trap := range ix.Judge(observe(t, address, change)).Traps {
			if !slices.Contains(out, trap.Code) {
				out = append(out, trap.Code)
			}
		}
		return out
	}
	cases := []struct {
		name, address string
		change        func(*ix.Observation)
		want          []ix.TrapCode
	}{
		{"none", pdf, nil, nil},
		{"robots hides noindex", pdf, func(o *ix.Observation) {
			o.Header.Set("X-Robots-Tag", "noindex")
			o.Robots = rules("user-agent: *\ndisallow: /")
		}, []ix.TrapCode{ix.RobotsHidesNoindex}},
		{"blocked can still be listed", pdf, func(o *ix.Observation) { o.Robots = rules("user-agent: *\ndisallow: /") }, []ix.TrapCode{ix.BlockedStillListed}},
		{"path style has no robots.txt of its own", "https://s3.eu-west-1.amazonaws.com/acme/list.pdf", nil, []ix.TrapCode{ix.RobotsNotYours}},
		{"storage.googleapis.com neither", "https://storage.googleapis.com/acme/list.pdf", nil, []ix.TrapCode{ix.RobotsNotYours}},
		{"noindex at the front only", pdf, func(o *ix.Observation) {
			o.Header.Set("X-Robots-Tag", "noindex")
			o.Location.Front = "cloudfront"
		}, []ix.TrapCode{ix.NoindexAtFrontOnly}},
		{"noindex at an unknown front", "https://files.example.com/list.pdf", func(o *ix.Observation) {
			o.Header.Set("X-Robots-Tag", "noindex")
			o.Location.Provider, o.Location.Style = storageurl.AWS, storageurl.Bound
		}, []ix.TrapCode{ix.NoindexAtFrontOnly}},
		{"noindex for others", pdf, func(o *ix.Observation) { o.Header.Set("X-Robots-Tag", "otherbot: noindex") }, []ix.TrapCode{ix.NoindexForOthers}},
		{"date ignored", pdf, func(o *ix.Observation) { o.Header.Set("X-Robots-Tag", "unavailable_after: someday") }, []ix.TrapCode{ix.DateIgnored}},
		{"attachment and extension", pdf, func(o *ix.Observation) {
			o.Header.Set("Content-Disposition", "attachment; filename=x")
			o.Header.Set("Content-Type", "binary/octet-stream")
		}, []ix.TrapCode{ix.AttachmentIsNoStop, ix.TypeByExtension}},
		{"header as metadata", pdf, func(o *ix.Observation) { o.Header.Set("X-Amz-Meta-X-Robots-Tag", "noindex") }, []ix.TrapCode{ix.HeaderAsMetadata}},
		{"readings differ", pdf, func(o *ix.Observation) { o.Robots = robots.Judge(robots.Fetch{Status: 503}) }, []ix.TrapCode{ix.BlockedStillListed, ix.ReadingsDiffer}},
		{"robots.txt is a page", pdf, func(o *ix.Observation) { o.Robots = rules("<!doctype html><title>hi</title>") }, []ix.TrapCode{ix.RobotsIsAPage}},
		{"nothing to trap where nothing is reached", "https://s3.eu-west-1.amazonaws.com/acme/list.pdf", func(o *ix.Observation) { o.Status = 403 }, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, codes(c.address, c.change)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStops(t *testing.T) {
	effects := func(address string, change func(*ix.Observation)) string {
		var out []string
		for _, s := range ix.Judge(observe(t, address, change)).Stops {
			out = append(out, string(s.Action)+"="+string(s.Effective))
		}
		return strings.Join(out, " ")
	}
	cases := []struct {
		name, address string
		change        func(*ix.Observation)
		want          string
	}{
		{"on S3 itself no header can be set", pdf, nil, "make_private=yes noindex_header=no robots_rule=no removal_tool=unknown"},
		{"behind CloudFront it can", pdf, func(o *ix.Observation) { o.Location.Front = "cloudfront" }, "make_private=yes noindex_header=yes robots_rule=no removal_tool=unknown"},
		{"unless robots.txt hides it", pdf, func(o *ix.Observation) {
			o.Location.Front, o.Robots = "cloudfront", rules("user-agent: *\ndisallow: /")
		}, "make_private=yes noindex_header=no robots_rule=no removal_tool=unknown"},
		{"or could not be had", pdf, func(o *ix.Observation) {
			o.Location.Front, o.Robots = "cloudfront", robots.Judge(robots.Fetch{Status: 503})
		}, "make_private=yes noindex_header=unknown robots_rule=no removal_tool=unknown"},
		{"a page has its meta tag", pdf, func(o *ix.Observation) {
			o.Header.Set("Content-Type", "text/html")
			o.Page = &ix.Head{Complete: true}
		}, "make_private=yes noindex_header=no noindex_meta=yes robots_rule=no removal_tool=unknown"},
		{"a web server of one's own", "https://www.example.com/list.pdf", nil, "make_private=yes noindex_header=yes robots_rule=no removal_tool=unknown"},
		{"a listing", pdf, func(o *ix.Observation) { o.Listing = true }, "make_private=yes close_listing=yes noindex_header=no robots_rule=no removal_tool=unknown"},
		{"nothing to stop", pdf, func(o *ix.Observation) { o.Status = 403 }, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := effects(c.address, c.change); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFound(t *testing.T) {
	cases := []struct {
		address string
		found   []ix.Discovery
		want    ix.Answer
		why     string
	}{
		{pdf, nil, ix.Unknown, "no way was seen; that nobody links to an address cannot be shown"},
		{"https://files.example.com/x", nil, ix.Yes, "own_domain"},
		{"http://files.example.com/x", nil, ix.Unknown, ""},
		{"https://192.0.2.1/x", nil, ix.Unknown, ""},
		{"https://files.corp.internal/x", nil, ix.Unknown, ""},
		{"http://acme.s3-website.eu-west-1.amazonaws.com/", nil, ix.Yes, "index_document"},
		{pdf, []ix.Discovery{{Way: ix.InListing}, {Way: ix.InSitemap, Detail: "https://www.example.com/sitemap.xml"}, {Way: ix.InListing}}, ix.Yes, "sitemap listing"},
	}
	for _, c := range cases {
		s := ix.Judge(observe(t, c.address, func(o *ix.Observation) { o.Found = c.found }))
		if why := strings.Join(s.Found.Why, " "); s.Found.Answer != c.want || c.why != "" && why != c.why {
			t.Errorf("%s: %s by %q", c.address, s.Found.Answer, why)
		}
	}
}

// Where no site answers, there is no front page that leads to anything.
func TestNoFrontPageWithoutASite(t *testing.T) {
	for status, want := range map[int]ix.Answer{200: ix.Yes, 403: ix.Unknown, 404: ix.Unknown, 503: ix.Yes} {
		s := ix.Judge(observe(t, "http://acme.s3-website.eu-west-1.amazonaws.com/", func(o *ix.Observation) { o.Status = status }))
		if s.Found.Answer != want {
			t.Errorf("%d: %+v", status, s.Found)
		}
	}
}

func TestSiteQueries(t *testing.T) {
	for address, want := range map[string][]string{
		"https://acme.s3.eu-west-1.amazonaws.com/a/b": {"site:acme.s3.eu-west-1.amazonaws.com", "site:s3.eu-west-1.amazonaws.com/acme",
			"site:acme.s3.dualstack.eu-west-1.amazonaws.com", "site:acme.s3-accelerate.amazonaws.com"},
		"https://storage.googleapis.com/acme/k":      {"site:storage.googleapis.com/acme", "site:acme.storage.googleapis.com"},
		"https://acme.blob.core.windows.net/docs/k":  {"site:acme.blob.core.windows.net/docs", "site:acme-secondary.blob.core.windows.net/docs"},
		"https://files.example.com/x":                {"site:files.example.com"},
		"https://s3.eu-west-1.amazonaws.com/a%20b/k": nil,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ix.SiteQueries(u, storageurl.New(nil).FromURL(u))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

func TestReadHead(t *testing.T) {
	base, _ := url.Parse("https://files.example.com/dir/page.html")
	read := func(text string) *ix.Head {
		h, err := ix.ReadHead(strings.NewReader(text), base)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	h := read(`<!doctype html><html><head><title>List &amp; more</title><META NAME=Robots CONTENT="NoIndex">
<!-- <meta name="robots" content="none"> --><meta name="description" content="noindex"><script>var s='<meta name="robots" content="all">';</script>
<base href="/other/"></head><body><meta name="googlebot" content="nosnippet">
<a href="a.pdf">a</a><a href="a.pdf#2">a</a><a href="//cdn.example.com/b?x=1&amp;y=2">b</a><a href="javascript:x()">c</a><a href="mailto:x@y">d</a>
<a href="https://user:pw@evil.example/">e</a><iframe src="https://frame.example/"></iframe><a href="http://[::1">f</a>`)
	want := &ix.Head{
		Title:  "List & more",
		Metas:  []ix.Meta{{Name: "Robots", Content: "NoIndex"}, {Name: "googlebot", Content: "nosnippet", InBody: true}},
		Links:  []string{"https://files.example.com/other/a.pdf", "https://cdn.example.com/b?x=1&y=2", "https://frame.example/"},
		Closed: true, Complete: true,
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := ix.ReadHead(strings.NewReader("<meta name=robots content='"+strings.Repeat("x", 1<<20)), base); err == nil {
		t.Error("a tag without end is taken")
	}
}

// Adding a noindex never makes a page more indexable.
func TestNoindexIsMonotone(t *testing.T) {
	rank := []ix.Outcome{ix.NotIndexable, ix.URLOnly, ix.NotKnown, ix.Indexable}
	rapid.Check(t, func(rt *rapid.T) {
		item := rapid.SampledFrom([]string{"noindex", "none", "nofollow", "googlebot: noindex", "otherbot: noindex", "unavailable_after: 2020-01-01",
			"unavailable_after: 2030-01-01", "all", "googlebot: nosnippet, bingbot: none", ""})
		values := rapid.SliceOfN(item, 0, 4).Draw(rt, "values")
		change := func(values []string) func(*ix.Observation) {
			return func(o *ix.Observation) { o.Header["X-Robots-Tag"] = values }
		}
		before := ix.Judge(observe(t, pdf, change(values)))
		after := ix.Judge(observe(t, pdf, change(append(slices.Clone(values), "noindex"))))
		if slices.Index(rank, after.Verdict) > slices.Index(rank, before.Verdict) || after.Verdict != ix.NotIndexable {
			rt.Fatalf("%q: from %s to %s", values, before.Verdict, after.Verdict)
		}
	})
}

func FuzzJudge(f *testing.F) {
	f.Add("https://acme.s3.amazonaws.com/k", "googlebot: noindex, unavailable_after: Sat, 1 Jan 2020 00:00:00 GMT", "<meta name=robots content=none>", "text/html")
	f.Add("http://x/", ",,:,:", "<head><base href='::'>", ";;")
	f.Fuzz(func(t *testing.T, address, header, page, media string) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		head, _ := ix.ReadHead(strings.NewReader(page), u)
		s := ix.Judge(ix.Observation{
			URL: u, At: now, Status: 200, Page: head, Location: storageurl.New(nil).FromURL(u), Robots: rules(page),
			Header: http.Header{"X-Robots-Tag": {header}, "Content-Type": {media}},
		})
		if len(s.Engines) != 2 || s.Verdict == "" || s.Found.Answer == ix.No {
			t.Fatalf("%+v", s)
		}
	})
}

// Pictures are fetched by a crawler with a group of its own.
func TestPicturesHaveACrawlerOfTheirOwn(t *testing.T) {
	file := robots.Parse([]byte("User-agent: Googlebot-Image\nDisallow: /\n\nUser-agent: *\nAllow: /\n"))
	for contentType, want := range map[string]ix.Outcome{
		"image/jpeg": ix.URLOnly, "Image/PNG; x=y": ix.URLOnly, "application/pdf": ix.Indexable,
	} {
		u, err := url.Parse("https://files.example.com/a")
		if err != nil {
			t.Fatal(err)
		}
		s := ix.Judge(ix.Observation{
			URL: u, Status: 200, Header: http.Header{"Content-Type": {contentType}}, Robots: robots.Policy{File: file},
		})
		if got := s.Engines[0].Outcome; got != want {
			t.Errorf("%s: %s, want %s (%+v)", contentType, got, want, s.Engines[0])
		}
	}
}

// A meta tag is read in HTML alone; where the type does not say what it is, nobody can tell.
func TestMetaTagsInOtherTypes(t *testing.T) {
	u, err := url.Parse("https://files.example.com/a.html")
	if err != nil {
		t.Fatal(err)
	}
	for contentType, want := range map[string]ix.Outcome{
		"text/html": ix.NotIndexable, "application/xhtml+xml": ix.NotIndexable, "text/plain": ix.Indexable, "application/pdf": ix.Indexable,
		"binary/octet-stream": ix.NotKnown, "": ix.NotKnown, "application/xml; charset=utf-8": ix.NotKnown,
	} {
		s := ix.Judge(ix.Observation{
			URL: u, Status: 200, Header: http.Header{"Content-Type": {contentType}}, Robots: robots.Judge(robots.Fetch{Status: 404}),
			Page: &ix.Head{Metas: []ix.Meta{{Name: "robots", Content: "noindex"}}, Closed: true, Complete: true},
		})
		if s.Verdict != want {
			t.Errorf("%q: %s, want %s (%+v)", contentType, s.Verdict, want, s.Engines[0].Index)
		}
		trapped := slices.ContainsFunc(s.Traps, func(t ix.Trap) bool { return t.Code == ix.NoindexNotHTML })
		if trapped != (want == ix.Indexable) {
			t.Errorf("%q: traps %+v", contentType, s.Traps)
		}
	}
}
