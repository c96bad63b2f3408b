package listing_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/listing"
)

// read reads a page whole, a few bytes at a time, as a slow server would send it.
func read(r io.Reader, l listing.Limits) (listing.Page, []listing.Entry, error) {
	var entries []listing.Entry
	page, err := listing.Read(&trickle{r}, l, func(e listing.Entry) bool {
		entries = append(entries, e)
		return true
	})
	return page, entries, err
}

type trickle struct{ from io.Reader }

func (t *trickle) Read(p []byte) (int, error) { return t.from.Read(p[:min(len(p), 3)]) }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// The pages in testdata/listing have the shape that the services document.
func TestPages(t *testing.T) {
	day := at("2026-01-02T03:04:05Z")
	cases := []struct {
		file    string
		page    listing.Page
		entries []listing.Entry
	}{
		{"s3-v1.xml",
			listing.Page{Kind: listing.S3V1, Bucket: "acme-files", Prefix: "in/", Delimiter: "/", Next: "in/b & c.pdf", Truncated: true, Entries: 2, Prefixes: 1},
			[]listing.Entry{{Key: "in/a.pdf", Size: 7, Modified: day}, {Key: "in/b & c.pdf", Size: 0, Modified: day}, {Key: "in/sub/", Dir: true, Size: -1}}},
		{"s3-v2-url-encoded.xml",
			listing.Page{Kind: listing.S3V2, Bucket: "acme-files", Next: "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=", Truncated: true, Entries: 2},
			[]listing.Entry{{Key: "運転免許証 1.jpg", Size: 10, Modified: day}, {Key: "a\x01b+c", Size: 11, Modified: day}}},
		{"s3-versions.xml",
			listing.Page{Kind: listing.S3Versions, Bucket: "acme-files", Entries: 2},
			[]listing.Entry{{Key: "a.txt", Size: 3, Modified: day, VersionID: "v2"}, {Key: "a.txt", Size: -1, Modified: day, VersionID: "v1", Gone: true}}},
		{"s3-uploads.xml",
			listing.Page{Kind: listing.S3Uploads, Bucket: "acme-files", Entries: 1},
			[]listing.Entry{{Key: "big.iso", Size: -1, Modified: day, Gone: true}}},
		{"s3-buckets.xml",
			listing.Page{Kind: listing.S3Buckets, Entries: 2},
			[]listing.Entry{{Key: "one", Size: -1, Modified: day}, {Key: "two", Size: -1, Modified: day}}},
		{"s3-empty.xml", listing.Page{Kind: listing.S3V2, Bucket: "acme-files"}, nil},
		{"s3-control-characters.xml",
			listing.Page{Kind: listing.S3V1, Bucket: "acme-files", Entries: 3, Cleaned: 3},
			[]listing.Entry{{Key: "a\uFFFD[31mred", Size: 1}, {Key: "b\uFFFD\uFFFD", Size: 2}, {Key: "<script>alert(1)</script>", Size: 3}}},
		{"gcs.xml",
			listing.Page{Kind: listing.GCSXML, Bucket: "acme-files", Entries: 1},
			[]listing.Entry{{Key: "a.txt", Size: 5, Modified: day, VersionID: "1360887697105000"}}},
		{"gcs.json",
			listing.Page{Kind: listing.GCSJSON, Bucket: "acme-files", Next: "CgVhLnR4dA==", Truncated: true, Entries: 2, Prefixes: 1},
			[]listing.Entry{
				{Key: "sub/", Dir: true, Size: -1},
				{Key: "a.txt", Size: 5, Modified: day, ContentType: "text/plain", VersionID: "1360887697105000"},
				{Key: "b\n\x1b[2J.txt", Size: -1}}},
		{"firebase-empty.json", listing.Page{Kind: listing.GCSJSON}, nil},
		{"azure-blobs.xml",
			listing.Page{Kind: listing.AzureBlobs, Bucket: "docs", Prefix: "p", Next: "2!80!MDAwMDEw", Truncated: true, Entries: 3, Prefixes: 1},
			[]listing.Entry{
				{Key: "dir/a b.pdf", Size: 100, Modified: day, ContentType: "application/pdf"},
				{Key: "odd\x02name", Size: 1},
				{Key: "gone.txt", Size: -1, Gone: true},
				{Key: "dir/", Dir: true, Size: -1}}},
		{"azure-containers.xml",
			listing.Page{Kind: listing.AzureBoxes, Entries: 1},
			[]listing.Entry{{Key: "docs", Size: -1, Modified: day}}},
		{"s3-error.xml",
			listing.Page{Kind: listing.ErrorAnswer, Error: &listing.ErrorDetail{Code: "PermanentRedirect", Message: "Use the endpoint.", Bucket: "acme-files", Endpoint: "acme-files.s3-eu-west-1.amazonaws.com", HostID: "abc="}}, nil},
		{"azure-error.xml",
			listing.Page{Kind: listing.ErrorAnswer, Error: &listing.ErrorDetail{Code: "PublicAccessNotPermitted", Message: "Public access is not permitted on this storage account."}}, nil},
		{"gcs-error.json",
			listing.Page{Kind: listing.ErrorAnswer, Error: &listing.ErrorDetail{Code: "401", Message: "Anonymous caller does not have storage.objects.list access."}}, nil},
		{"nginx.html",
			listing.Page{Kind: listing.HTMLIndex, Server: "nginx", Prefix: "/backup/", Entries: 2, Prefixes: 1},
			[]listing.Entry{{Key: "old/", Dir: true, Size: -1}, {Key: "db 1.sql.gz", Size: -1}, {Key: "a&b.txt", Size: -1}}},
		{"apache.html",
			listing.Page{Kind: listing.HTMLIndex, Server: "apache", Prefix: "/files", Entries: 1, Prefixes: 1},
			[]listing.Entry{{Key: "cv.docx", Size: -1}, {Key: "img/", Dir: true, Size: -1}}},
		{"python.html",
			listing.Page{Kind: listing.HTMLIndex, Prefix: "/", Entries: 1},
			[]listing.Entry{{Key: ".env", Size: -1}}},
		{"iis.html",
			listing.Page{Kind: listing.HTMLIndex, Server: "iis", Prefix: "/share/", Entries: 1},
			[]listing.Entry{{Key: "report.xlsx", Size: -1}}},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			file, err := os.Open(filepath.Join("../../testdata/listing", c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			page, entries, err := read(file, listing.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.page, page); diff != "" {
				t.Errorf("page (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.entries, entries); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// What a hostile or broken server may send.
func TestHostilePages(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ListBucketResult><Contents><Key>&b;</Key></Contents></ListBucketResult>`
	list := func(inside string) string { return "<ListBucketResult>" + inside + "</ListBucketResult>" }
	contents := "<Contents><Key>k</Key></Contents>"
	cases := []struct {
		name    string
		page    string
		limits  listing.Limits
		want    error
		entries int
	}{
		{"entity bomb", bomb, listing.Limits{}, listing.ErrDoctype, 0},
		{"external entity", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><ListBucketResult/>`, listing.Limits{}, listing.ErrDoctype, 0},
		{"undeclared entity", list(contents + "<Contents><Key>&xxe;</Key></Contents>"), listing.Limits{}, listing.ErrMalformed, 1},
		{"deep elements", list(contents + strings.Repeat("<a>", 100000)), listing.Limits{}, listing.ErrLimit, 1},
		{"deep json", `{"kind":"storage#objects","x":` + strings.Repeat("[", 5000), listing.Limits{}, listing.ErrLimit, 0},
		{"too many entries", list(strings.Repeat(contents, 50)), listing.Limits{Entries: 20}, listing.ErrLimit, 20},
		{"too many bytes", list(strings.Repeat(contents, 500)), listing.Limits{Bytes: 1000}, listing.ErrLimit, 29},
		{"endless key", list("<Contents><Key>" + strings.Repeat("k", 1<<20)), listing.Limits{}, listing.ErrLimit, 0},
		{"endless key in pieces", list("<Contents><Key>" + strings.Repeat("kkkkkkkk<!---->", 1<<17)), listing.Limits{}, listing.ErrLimit, 0},
		{"breaks off", "<ListBucketResult>" + contents + "<Contents><Ke", listing.Limits{}, listing.ErrMalformed, 1},
		{"closed out of order", list(contents + "<Contents><Key>x</Contents></Key>"), listing.Limits{}, listing.ErrMalformed, 1},
		{"json breaks off", `{"kind":"storage#objects","items":[{"name":"a","bucket":"b"},{"na`, listing.Limits{}, listing.ErrMalformed, 1},
		{"other xml", "<feed><entry/></feed>", listing.Limits{}, listing.ErrNotListing, 0},
		{"other json", `{"items":[{"name":"a"}]}`, listing.Limits{}, listing.ErrNotListing, 0},
		{"ordinary page", "<html><title>Shop</title><a href=x>x</a></html>", listing.Limits{}, listing.ErrNotListing, 0},
		{"page about indexes", "<html><title>Index of forbidden books</title><a href=x>x</a></html>", listing.Limits{}, listing.ErrNotListing, 0},
		{"image", "\x89PNG\r\n\x1a\n", listing.Limits{}, listing.ErrNotListing, 0},
		{"empty", "", listing.Limits{}, listing.ErrNotListing, 0},
		{"other encoding", `<?xml version="1.0" encoding="UTF-7"?>` + list(contents), listing.Limits{}, listing.ErrNotListing, 0},
		{"endless tag in html", "<html><title>Index of /</title><h1>Index of /</h1><a href=a>a</a><a href='" + strings.Repeat("x", 1<<20), listing.Limits{}, listing.ErrLimit, 1},
		{"null items", `{"kind":"storage#objects","items":null}`, listing.Limits{}, nil, 0},
		{"exactly the limit", list(contents), listing.Limits{Bytes: int64(len(list(contents)))}, nil, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, entries, err := read(strings.NewReader(c.page), c.limits)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if len(entries) != c.entries {
				t.Errorf("%d entries, want %d", len(entries), c.entries)
			}
		})
	}
}

func TestReaderMayStop(t *testing.T) {
	for _, text := range []string{
		"<ListBucketResult>" + strings.Repeat("<Contents><Key>k</Key></Contents>", 9) + "</ListBucketResult>",
		`{"items":[{"name":"a","bucket":"b"},{"name":"a","bucket":"b"},{"name":"c","bucket":"b"}]}`,
		"<html><title>Index of /</title><a href=a>a</a><a href=b>b</a><a href=c>b</a>",
	} {
		n := 0
		page, err := listing.Read(strings.NewReader(text), listing.Limits{}, func(listing.Entry) bool { n++; return n < 2 })
		if err != nil || n != 2 || page.Entries != 2 {
			t.Errorf("%.20q: read %d entries (%d counted), %v", text, n, page.Entries, err)
		}
	}
}

// Links of an index page that lead elsewhere are not entries.
func TestIndexLinks(t *testing.T) {
	page := `<html><head><title>Index of /d/</title></head><body><h1>Index of /d/</h1>
<a href="?C=N;O=D">Name</a> <a href="/">up</a> <a href="../">../</a> <a href="..">..</a> <a href="#x">x</a> <a href="">e</a>
<a href="https://evil.example/x">x</a> <a href="//evil.example/y">y</a> <a href="javascript:alert(1)">z</a> <a href="/other/f">f</a>
<a href="/d/in.txt">in</a> <a href="./rel.txt">rel</a> <a href="%E5%B1%A5%E6%AD%B4%E6%9B%B8.pdf">cv</a> <a href="bad%zz">bad</a>`
	_, entries, err := read(strings.NewReader(page), listing.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []listing.Entry{{Key: "in.txt", Size: -1}, {Key: "rel.txt", Size: -1}, {Key: "履歴書.pdf", Size: -1}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

// A page of any size takes the memory of one entry.
func TestMemoryStaysFlat(t *testing.T) {
	cost := func(entries int) float64 {
		return testing.AllocsPerRun(3, func() {
			in := io.MultiReader(strings.NewReader("<ListBucketResult>"), &repeated{text: "<a/>", left: entries}, strings.NewReader("</ListBucketResult>"))
			if _, err := listing.Read(in, listing.Limits{}, func(listing.Entry) bool { return true }); err != nil {
				t.Fatal(err)
			}
		}) / float64(entries)
	}
	if small, large := cost(1000), cost(100_000); large > small*1.5+1 {
		t.Errorf("allocations per element grow from %.1f to %.1f", small, large)
	}
}

type repeated struct {
	text string
	left int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	return copy(p, r.text), nil
}

func TestReadSitemap(t *testing.T) {
	urlset := `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="x"><url><loc> https://www.example.com/a?x=1&amp;y=2 </loc><lastmod>2026-01-01</lastmod><image:image><image:loc>https://www.example.com/i.png</image:loc></image:image></url><url><loc>https://other.example/</loc></url></urlset>`
	cases := []struct {
		name, text string
		limits     listing.Limits
		want       []listing.Location
		err        error
	}{
		{"addresses", urlset, listing.Limits{}, []listing.Location{{Address: "https://www.example.com/a?x=1&y=2"}, {Address: "https://other.example/"}}, nil},
		{"index", "<sitemapindex><sitemap><loc>https://www.example.com/s1.xml</loc></sitemap></sitemapindex>", listing.Limits{}, []listing.Location{{Address: "https://www.example.com/s1.xml", Sitemap: true}}, nil},
		{"text", "https://www.example.com/a\nhttps://www.example.com/b\r\n\nnot one\n", listing.Limits{}, []listing.Location{{Address: "https://www.example.com/a"}, {Address: "https://www.example.com/b"}}, nil},
		{"too many", urlset, listing.Limits{Entries: 1}, []listing.Location{{Address: "https://www.example.com/a?x=1&y=2"}}, listing.ErrLimit},
		{"entity bomb", `<!DOCTYPE u [<!ENTITY a "b">]>` + urlset[38:], listing.Limits{}, nil, listing.ErrDoctype},
		{"breaks off", urlset[:200], listing.Limits{}, []listing.Location{{Address: "https://www.example.com/a?x=1&y=2"}}, listing.ErrMalformed},
		{"deep", "<urlset>" + strings.Repeat("<a>", 1000), listing.Limits{}, nil, listing.ErrLimit},
		{"a page", "<html><body>404</body></html>", listing.Limits{}, nil, listing.ErrNotListing},
		{"a feed", "<rss><channel/></rss>", listing.Limits{}, nil, listing.ErrNotListing},
		{"closes what is not open", "<urlset></urlset></urlset></x>", listing.Limits{}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []listing.Location
			err := listing.ReadSitemap(&trickle{strings.NewReader(c.text)}, c.limits, func(l listing.Location) bool { got = append(got, l); return true })
			if !errors.Is(err, c.err) || err != nil && c.err == nil {
				t.Errorf("%v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzReadSitemap(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>https://h/</loc></url></urlset>"))
	f.Add([]byte("https://h/a\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		_ = listing.ReadSitemap(strings.NewReader(string(text)), listing.Limits{Entries: 50}, func(listing.Location) bool { n++; return true })
		if n > 50 {
			t.Fatal(n)
		}
	})
}

func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("../../testdata/listing/*")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds")
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		page, err := listing.Read(strings.NewReader(string(text)), listing.Limits{Entries: 100}, func(e listing.Entry) bool {
			if e.Key == "" {
				t.Fatal("an entry without a key")
			}
			n++
			return true
		})
		if n != page.Entries+page.Prefixes || n > 100 {
			t.Fatalf("handed out %d, counted %+v", n, page)
		}
		if err == nil && page.Kind == "" {
			t.Fatal("neither kind nor error")
		}
	})
}
