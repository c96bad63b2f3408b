package web_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	cloudIP   = "52.218.0.1"
	privateIP = "10.0.0.5"
)

// site is a pretend internet that answers by host and path and remembers what it was asked.
type site struct {
	*fetchtest.World
	mu      sync.Mutex
	asked   []string
	headers http.Header // of the last request
}

// answer is what a path answers.
type answer struct {
	status int
	header map[string]string
	body   string
}

// newSite serves pages, given as "HOST/PATH?QUERY", at a public address with and without TLS.
func newSite(t *testing.T, pages map[string]answer) *site {
	t.Helper()
	s := &site{World: fetchtest.New(t)}
	var hosts []string
	for address := range pages {
		host, _, _ := strings.Cut(address, "/")
		s.Name(host, []string{cloudIP})
		hosts = append(hosts, host)
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.headers = r.Header.Clone()
		s.asked = append(s.asked, r.Method+" "+r.Host+r.URL.RequestURI())
		s.mu.Unlock()
		a, ok := pages[r.Host+r.URL.RequestURI()]
		if !ok {
			a = answer{status: 404, body: "nothing here"}
		}
		w.Header()["Date"] = nil
		for k, v := range a.header {
			for _, one := range strings.Split(v, "\n") {
				w.Header().Add(k, one)
			}
		}
		if a.status == 0 {
			a.status = 200
		}
		w.WriteHeader(a.status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, a.body)
		}
	}
	s.Serve(cloudIP+":80", handler)
	s.ServeTLS(cloudIP+":443", handler, hosts...)
	return s
}

func (s *site) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func clock() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }

func scanner(t *testing.T, s *site, change func(*scanners.Runtime, *web.Options)) *web.Scanner {
	t.Helper()
	known, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	rt := scanners.Runtime{Now: clock, UserAgent: "tojimari/test", Options: map[string]string{}}
	o := web.Options{Vendors: known, Resolver: s, Dial: s.Dial, RootCAs: s.Roots(), Timeout: 5 * time.Second,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	if change != nil {
		change(&rt, &o)
	}
	w := web.New(rt, o)
	t.Cleanup(w.Close)
	return w
}

// scan discovers and inspects a target as the engine does.
func scan(t *testing.T, w *web.Scanner, address string) []scanners.Record {
	t.Helper()
	target, err := scanners.ParseTarget(address)
	if err != nil {
		t.Fatal(err)
	}
	var out []scanners.Record
	for ref, err := range w.Discover(context.Background(), target) {
		if err != nil {
			t.Fatal(err)
		}
		record, err := w.Inspect(context.Background(), ref, w.Describe().Facts(), nil)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, record)
	}
	return out
}

const (
	s3List = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>acme</Name><Prefix></Prefix><KeyCount>4</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>` +
		`<Contents><Key>uploads/8812/passport_front.jpg</Key><Size>10</Size></Contents><Contents><Key>uploads/8812/履歴書_田中.pdf</Key><Size>11</Size></Contents>` +
		`<Contents><Key>backup/db.sql.gz</Key><Size>12</Size></Contents><Contents><Key>logo.png</Key><Size>13</Size></Contents></ListBucketResult>`
	s3Denied  = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>1</RequestId><HostId>x=</HostId></Error>`
	azNotFund = "\xef\xbb\xbf" + `<?xml version="1.0" encoding="utf-8"?><Error><Code>ResourceNotFound</Code><Message>The specified resource does not exist.</Message></Error>`
	azBarred  = `<?xml version="1.0" encoding="utf-8"?><Error><Code>PublicAccessNotPermitted</Code><Message>Public access is not permitted on this storage account.</Message></Error>`
)

var s3Headers = map[string]string{"Server": "AmazonS3", "X-Amz-Id-2": "x", "X-Amz-Request-Id": "y", "Content-Type": "application/xml"}

func with(base map[string]string, more ...string) map[string]string {
	out := map[string]string{}
	for k, v := range base {
		out[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// What the scanner says of pages of every kind, as golden records.
func TestPages(t *testing.T) {
	pages := map[string]answer{
		"acme.s3.eu-west-1.amazonaws.com/":                            {header: s3Headers, body: s3List},
		"acme.s3.eu-west-1.amazonaws.com/robots.txt":                  {status: 403, header: s3Headers, body: s3Denied},
		"s3.eu-west-1.amazonaws.com/acme/report.pdf":                  {header: with(s3Headers, "Content-Type", "application/pdf"), body: "%PDF-1.7 secret"},
		"s3.eu-west-1.amazonaws.com/robots.txt":                       {status: 403, header: s3Headers, body: s3Denied},
		"storage.googleapis.com/acme/k":                               {status: 403, header: map[string]string{"Content-Type": "application/xml", "X-Guploader-Uploadid": "x"}, body: s3Denied},
		"acme.blob.core.windows.net/docs?restype=container&comp=list": {status: 404, header: map[string]string{"Content-Type": "application/xml", "X-Ms-Version": "2009-09-19", "X-Ms-Request-Id": "x"}, body: azNotFund},
		"barred.blob.core.windows.net/docs/a.txt":                     {status: 409, header: map[string]string{"Content-Type": "application/xml", "X-Ms-Version": "2009-09-19", "X-Ms-Request-Id": "x"}, body: azBarred},
		"site.s3-website.eu-west-1.amazonaws.com/":                    {header: with(s3Headers, "Content-Type", "text/html; charset=utf-8"), body: `<html><head><title>Members</title><meta name="robots" content="noindex"></head><body>hi</body></html>`},
		"site.s3-website.eu-west-1.amazonaws.com/robots.txt":          {header: map[string]string{"Content-Type": "text/plain"}, body: "User-agent: *\nDisallow: /\n"},
		"files.example.com/list.csv":                                  {header: with(s3Headers, "Content-Type", "text/csv", "X-Amz-Cf-Id", "z", "X-Robots-Tag", "noindex", "Content-Disposition", "attachment"), body: "a,b"},
		"www.example.com/backup/":                                     {header: map[string]string{"Content-Type": "text/html", "Server": "nginx"}, body: "<html>\n<head><title>Index of /backup/</title></head>\n<body>\n<h1>Index of /backup/</h1><hr><pre><a href=\"../\">../</a>\n<a href=\"db.sql\">db.sql</a>\n</pre><hr></body></html>"},
		"www.example.com/robots.txt":                                  {status: 503},
		"gone.s3-website.eu-west-1.amazonaws.com/":                    {status: 404, header: with(s3Headers, "Content-Type", "text/html", "X-Amz-Error-Code", "NoSuchBucket"), body: "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><ul><li>Code: NoSuchBucket</li><li>BucketName: gone</li></ul></body></html>"},
		"gone.s3.eu-west-1.amazonaws.com/":                            {status: 404, header: s3Headers, body: "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>gone</BucketName></Error>"},
		"tells.example.com/":                                          {header: map[string]string{"Content-Type": "text/html"}, body: "<html><head><title>t</title></head><body></body></html>"},
		"tells.example.com/robots.txt":                                {header: map[string]string{"Content-Type": "text/plain"}, body: "User-agent: *\nDisallow: /backup/\nDisallow: /cgi-bin/\nDisallow: /%E5%B1%A5%E6%AD%B4%E6%9B%B8/\nDisallow: /*.sql$\n"},
		"inward.example.com/":                                         {status: 302, header: map[string]string{"Location": "http://169.254.169.254/latest/meta-data/?X-Amz-Signature=secretsecret"}},
		"moved.example.com/":                                          {status: 301, header: map[string]string{"Location": "https://acme.s3.eu-west-1.amazonaws.com/"}},
		"hostile.example.com/":                                        {header: map[string]string{"Content-Type": "text/\x1b[31mhtml", "Server": "AmazonS3"}, body: "<ListBucketResult><Name>\u202egnp</Name><Contents><Key>\u001b[2J\u202edump.sql</Key></Contents><Contents><Key>&lt;img src=x onerror=alert(1)&gt;.pem</Key></Contents></ListBucketResult>"},
		"bomb.example.com/":                                           {header: map[string]string{"Content-Type": "application/xml"}, body: `<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ListBucketResult><Contents><Key>&b;</Key></Contents></ListBucketResult>`},
		"acme.s3.eu-west-1.amazonaws.com/k?X-Amz-Signature=secretsecret&X-Amz-Security-Token=tokentoken&x-id=GetObject": {header: with(s3Headers, "Content-Type", "image/jpeg"), body: "jpeg"},
	}
	s := newSite(t, pages)
	s.Name("inside.example.com", []string{privateIP})
	w := scanner(t, s, nil)
	for name, address := range map[string]string{
		"s3-open-listing":        "https://acme.s3.eu-west-1.amazonaws.com/",
		"s3-path-style-object":   "https://s3.eu-west-1.amazonaws.com/acme/report.pdf",
		"gcs-closed":             "https://storage.googleapis.com/acme/k",
		"azure-closed":           "https://acme.blob.core.windows.net/docs?restype=container&comp=list",
		"azure-account-barred":   "https://barred.blob.core.windows.net/docs/a.txt",
		"website-hidden-noindex": "http://site.s3-website.eu-west-1.amazonaws.com/",
		"cdn-noindex":            "https://files.example.com/list.csv",
		"nginx-index":            "http://www.example.com/backup/",
		"missing-bucket":         "https://gone.s3.eu-west-1.amazonaws.com/",
		"missing-website":        "http://gone.s3-website.eu-west-1.amazonaws.com/",
		"robots-tells":           "https://tells.example.com/",
		"redirect-inside":        "https://inward.example.com/",
		"redirect-to-bucket":     "https://moved.example.com/",
		"hostile-listing":        "https://hostile.example.com/",
		"entity-bomb":            "https://bomb.example.com/",
		"signed-link":            "https://acme.s3.eu-west-1.amazonaws.com/k?X-Amz-Signature=secretsecret&X-Amz-Security-Token=tokentoken&x-id=GetObject",
		"no-such-host":           "https://nowhere.example.com/",
	} {
		t.Run(name, func(t *testing.T) {
			records := scan(t, w, address)
			if len(records) != 1 {
				t.Fatalf("%d records", len(records))
			}
			got, err := json.MarshalIndent(records[0], "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			for _, secret := range []string{"secretsecret", "tokentoken", "\x1b", "\u202e", "\\u001b", "\\u202e"} {
				if strings.Contains(string(got), secret) {
					t.Errorf("the record holds %q", secret)
				}
			}
			golden(t, filepath.Join("testdata", name+".json"), got)
		})
	}
	for _, line := range s.log() {
		if method, _, _ := strings.Cut(line, " "); method != "GET" && method != "HEAD" {
			t.Errorf("sent %s", line)
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKeysAreRedactedOnRequest(t *testing.T) {
	s := newSite(t, map[string]answer{"acme.s3.eu-west-1.amazonaws.com/": {header: s3Headers, body: s3List}})
	for name, change := range map[string]func(*scanners.Runtime, *web.Options){
		"by the option of a target": func(rt *scanners.Runtime, _ *web.Options) { rt.Options["redact-keys"] = "true" },
		"for all":                   func(_ *scanners.Runtime, o *web.Options) { o.RedactKeys = true },
	} {
		text := fmt.Sprint(scan(t, scanner(t, s, change), "https://acme.s3.eu-west-1.amazonaws.com/")[0].Page.Names.Value)
		if strings.Contains(text, "8812") || strings.Contains(text, "田中") || !strings.Contains(text, "*/*/passport_*.jpg") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A robots.txt of 10 MB costs its first 500 KiB, and what it spells out is a way to be found.
func TestAHugeRobots(t *testing.T) {
	filler := strings.Repeat("# filler filler filler filler\n", 10<<20/30)
	s := newSite(t, map[string]answer{
		"www.example.com/backup/x.pdf": {header: map[string]string{"Content-Type": "application/pdf"}},
		"www.example.com/late/x.pdf":   {header: map[string]string{"Content-Type": "application/pdf"}},
		"www.example.com/robots.txt":   {body: "User-agent: *\nDisallow: /backup/\n" + filler + "Disallow: /late/\n"},
	})
	w := scanner(t, s, nil)
	early := scan(t, w, "https://www.example.com/backup/x.pdf")[0].Page.Indexability.Value
	late := scan(t, w, "https://www.example.com/late/x.pdf")[0].Page.Indexability.Value
	if early.Crawlable != "blocked" || late.Crawlable != "allowed" {
		t.Errorf("%+v\n%+v", early, late)
	}
	if early.FoundBy[0] != "robots_txt: robots.txt spells it out in line 2: /backup/" {
		t.Errorf("%q", early.FoundBy)
	}
}

// Robots.txt is asked for once per host, and not at all where nothing needs it.
func TestRobotsIsAskedOnce(t *testing.T) {
	s := newSite(t, map[string]answer{"www.example.com/a": {}, "www.example.com/b": {}})
	w := scanner(t, s, nil)
	for _, path := range []string{"a", "b", "a"} {
		scan(t, w, "https://www.example.com/"+path)
	}
	n := 0
	for _, line := range s.log() {
		if strings.HasSuffix(line, "/robots.txt") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("asked %d times", n)
	}

	w = scanner(t, s, nil)
	target, _ := scanners.ParseTarget("https://www.example.com/a")
	for ref := range w.Discover(context.Background(), target) {
		first, err := w.Inspect(context.Background(), ref, scanners.NewFactSet("page.response"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"GET www.example.com/a"}, s.log()); diff != "" {
			t.Error(diff)
		}
		again, err := w.Inspect(context.Background(), ref, scanners.NewFactSet("page.response"), &first)
		if diff := cmp.Diff(first, again); err != nil || diff != "" || len(s.log()) > 0 {
			t.Errorf("what is known is asked again: %v %s", err, diff)
		}
	}
}

func TestBadTargets(t *testing.T) {
	w := scanner(t, newSite(t, nil), nil)
	for _, target := range []scanners.Target{
		{Scheme: "https", Name: "https://user:hush@www.example.com/"},
		{Scheme: "https", Name: "ftp://www.example.com/"},
		{Scheme: "https", Name: "https:///x"},
		{Scheme: "https", Name: "https://www.example.com/", Options: map[string]string{"depth": "many"}},
		{Scheme: "https", Name: "https://www.example.com/", Options: map[string]string{"depth": "-1"}},
	} {
		for ref, err := range w.Discover(context.Background(), target) {
			if err == nil || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v: %v, %v", target, ref, err)
			}
		}
	}
}

func TestWithoutANameItLooksAtNothing(t *testing.T) {
	for _, rt := range []scanners.Runtime{{}, {Now: clock}, {UserAgent: "tojimari/test"}} {
		w := web.New(rt, web.Options{})
		if d := w.Describe(); d.Name != "web" || len(d.Supplies) != 4 {
			t.Errorf("%+v", d)
		}
		for _, err := range w.Discover(context.Background(), scanners.Target{Scheme: "https", Name: "https://www.example.com/"}) {
			if err == nil {
				t.Errorf("%+v goes on", rt)
			}
		}
		w.Close()
	}
}

// A private host that the user named is looked at, and the record says that it was private.
func TestANamedPrivateHost(t *testing.T) {
	s := newSite(t, nil)
	s.Name("intra.corp.example", []string{privateIP})
	s.Serve(privateIP+":80", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	p := scan(t, scanner(t, s, nil), "http://intra.corp.example/")[0].Page
	if p.Indexability.Value.Reachable != "unknown" {
		t.Errorf("what the internet gets there is not known: %+v", p.Indexability.Value)
	}
	r := p.Response
	if r.Value.Status != 200 || !strings.Contains(r.Value.Vantage, "private_dns_answer") {
		t.Errorf("%+v", r)
	}
}

// A storage account of Azure is governed by the robots.txt in its container $root, at the account's own host. (Azurite does
// not look into $root for a path without a container, so this cannot be shown against it.)
func TestRobotsOfAnAzureAccount(t *testing.T) {
	azure := map[string]string{"X-Ms-Version": "2020-10-02", "X-Ms-Request-Id": "x", "Server": "Windows-Azure-Blob/1.0"}
	s := newSite(t, map[string]answer{
		"acme.blob.core.windows.net/docs/a.pdf":  {header: with(azure, "Content-Type", "application/pdf"), body: "%PDF"},
		"acme.blob.core.windows.net/docs/b.pdf":  {header: with(azure, "Content-Type", "application/pdf"), body: "%PDF"},
		"acme.blob.core.windows.net/robots.txt":  {header: with(azure, "Content-Type", "text/plain"), body: "User-agent: *\nDisallow: /docs/a\n"},
		"other.blob.core.windows.net/docs/a.pdf": {header: with(azure, "Content-Type", "application/pdf"), body: "%PDF"},
		"other.blob.core.windows.net/robots.txt": {status: 404, header: azure},
	})
	w := scanner(t, s, nil)
	for address, want := range map[string]string{
		"https://acme.blob.core.windows.net/docs/a.pdf": "url_only", "https://acme.blob.core.windows.net/docs/b.pdf": "indexable",
		"https://other.blob.core.windows.net/docs/a.pdf": "indexable",
	} {
		v := scan(t, w, address)[0].Page.Indexability.Value
		if v.Verdict != want || !strings.Contains(strings.Join(v.StopBy, "\n"), "$root") || !strings.Contains(v.AllowedBy, "set by owner") {
			t.Errorf("%s: %+v", address, v)
		}
	}
}
