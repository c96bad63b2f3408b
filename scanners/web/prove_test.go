package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

func TestProve(t *testing.T) {
	const host = "acme.s3.eu-west-1.amazonaws.com"
	s := newSite(t, map[string]answer{
		host + "/?list-type=2&prefix=a%2F&max-keys=1": {header: s3Headers, body: s3List},
		host + "/?list-type=2&max-keys=5":             {header: s3Headers, body: s3List},
		host + "/open.pdf":                            {status: 206, header: with(s3Headers, "Content-Type", "application/pdf"), body: "%"},
		host + "/empty":                               {status: 416, header: s3Headers, body: "<Error><Code>InvalidRange</Code></Error>"},
		host + "/closed.pdf":                          {status: 403, header: s3Headers, body: s3Denied},
		host + "/gone.pdf":                            {status: 404, header: s3Headers, body: "<Error><Code>NoSuchKey</Code></Error>"},
		host + "/slow":                                {status: 503, header: s3Headers, body: "<Error><Code>SlowDown</Code></Error>"},
		host + "/moved":                               {status: 307, header: with(s3Headers, "Location", "http://10.0.0.1/")},
		host + "/odd":                                 {status: 400, header: s3Headers, body: "<Error><Code>InvalidRequest</Code></Error>"},
		"page.s3.eu-west-1.amazonaws.com/?max-keys=1": {header: map[string]string{"Content-Type": "text/html"}, body: "<html>welcome</html>"},
		"acme.blob.core.windows.net/docs?restype=container&comp=list&maxresults=1": {status: 409, header: map[string]string{"X-Ms-Error-Code": "PublicAccessNotPermitted"}, body: azBarred},
		"storage.googleapis.com/storage/v1/b/acme/o?maxResults=1":                  {header: map[string]string{"Content-Type": "application/json"}, body: `{"kind":"storage#objects","items":[{"name":"a","bucket":"acme"}]}`},
		"minio.corp.example/acme/k":                                                {header: map[string]string{"Server": "MinIO"}, body: "x"},
		"gate.s3.eu-west-1.amazonaws.com/k":                                        {header: map[string]string{"Content-Type": "text/html"}, body: "<html>log in to the network</html>"},
		"gate.s3.eu-west-1.amazonaws.com/no":                                       {status: 403, body: "blocked by policy"},
		"evil.example.com/acme/k":                                                  {body: "x"},
	})
	endpoint, _ := url.Parse("https://minio.corp.example")
	w := scanner(t, s, func(_ *scanners.Runtime, o *web.Options) { o.Endpoints = []*url.URL{endpoint} })
	get := func(u string) *verdict.Request {
		return &verdict.Request{Method: "GET", URL: u, Key: "k", KeyKnown: true}
	}
	change := func(r *verdict.Request, f func(*verdict.Request)) *verdict.Request { f(r); return r }

	cases := []struct {
		name    string
		verb    verdict.Verb
		witness *verdict.Request
		want    web.Proof
	}{
		{"one page of one key", verdict.List, get("https://" + host + "/?list-type=2&prefix=a%2F&max-keys=1000"), web.Proof{Outcome: web.Confirmed, Status: 200}},
		{"a page size that the policy asks for", verdict.List, change(get("https://"+host+"/?list-type=2&max-keys=5"), func(r *verdict.Request) { r.Context = []string{"s3:max-keys=5"} }), web.Proof{Outcome: web.Confirmed, Status: 200}},
		{"one byte of an object", verdict.Read, get("https://" + host + "/open.pdf"), web.Proof{Outcome: web.Confirmed, Status: 206}},
		{"an empty object", verdict.Read, get("https://" + host + "/empty"), web.Proof{Outcome: web.Confirmed, Status: 416, Code: "InvalidRange"}},
		{"refused", verdict.Read, get("https://" + host + "/closed.pdf"), web.Proof{Outcome: web.Refused, Status: 403, Code: "AccessDenied", Detail: "Access Denied"}},
		{"404 is no refusal", verdict.Read, get("https://" + host + "/gone.pdf"), web.Proof{Outcome: web.NotTried, Why: web.WhyNotFound, Status: 404, Code: "NoSuchKey"}},
		{"503", verdict.Read, get("https://" + host + "/slow"), web.Proof{Outcome: web.NotTried, Why: web.WhyNoAnswer, Status: 503, Code: "SlowDown"}},
		{"a redirect is not followed", verdict.Read, get("https://" + host + "/moved"), web.Proof{Outcome: web.NotTried, Why: web.WhyRedirected, Status: 307}},
		{"400", verdict.Read, get("https://" + host + "/odd"), web.Proof{Outcome: web.NotTried, Why: web.WhyUnexpected, Status: 400, Code: "InvalidRequest"}},
		{"a page that is no listing", verdict.List, get("https://page.s3.eu-west-1.amazonaws.com/"), web.Proof{Outcome: web.NotTried, Why: web.WhyUnexpected, Status: 200}},
		{"Azure's refusal", verdict.List, get("https://acme.blob.core.windows.net/docs?restype=container&comp=list"), web.Proof{Outcome: web.Refused, Status: 409, Code: "PublicAccessNotPermitted", Detail: "Public access is not permitted on this storage account."}},
		{"Google's JSON", verdict.List, get("https://storage.googleapis.com/storage/v1/b/acme/o"), web.Proof{Outcome: web.Confirmed, Status: 200}},
		{"an endpoint that the user named", verdict.Read, get("https://minio.corp.example/acme/k"), web.Proof{Outcome: web.Confirmed, Status: 200}},
		{"a page of somebody in between", verdict.Read, get("http://gate.s3.eu-west-1.amazonaws.com/k"), web.Proof{Outcome: web.NotTried, Why: web.WhyStranger, Status: 200}},
		{"a refusal of somebody in between", verdict.Read, get("http://gate.s3.eu-west-1.amazonaws.com/no"), web.Proof{Outcome: web.NotTried, Why: web.WhyStranger, Status: 403}},
		{"no answer", verdict.Read, get("https://nowhere.s3.eu-west-1.amazonaws.com/k"), web.Proof{Outcome: web.NotTried, Why: web.WhyNoAnswer}},

		{"write", verdict.Write, get("https://" + host + "/open.pdf"), web.Proof{Outcome: web.NotTried, Why: web.WhyVerb}},
		{"permissions", verdict.Permissions, get("https://" + host + "/?acl"), web.Proof{Outcome: web.NotTried, Why: web.WhyVerb}},
		{"no witness", verdict.Read, nil, web.Proof{Outcome: web.NotTried, Why: web.WhyBadRequest}},
		{"signed", verdict.Read, change(get("https://"+host+"/open.pdf"), func(r *verdict.Request) { r.Signed = true }), web.Proof{Outcome: web.NotTried, Why: web.WhySigned}},
		{"a key that is a stand-in", verdict.Read, change(get("https://"+host+"/open.pdf"), func(r *verdict.Request) { r.KeyKnown = false }), web.Proof{Outcome: web.NotTried, Why: web.WhyNoKey}},
		{"PUT", verdict.Read, change(get("https://"+host+"/open.pdf"), func(r *verdict.Request) { r.Method = "PUT" }), web.Proof{Outcome: web.NotTried, Why: web.WhyMethod}},
		{"a host from somebody's file", verdict.Read, get("https://evil.example.com/acme/k"), web.Proof{Outcome: web.NotTried, Why: web.WhyHost}},
		{"an address from somebody's file", verdict.Read, get("http://169.254.169.254/latest/"), web.Proof{Outcome: web.NotTried, Why: web.WhyHost}},
		{"another port of the endpoint", verdict.Read, get("https://minio.corp.example:22/acme/k"), web.Proof{Outcome: web.NotTried, Why: web.WhyHost}},
		{"credentials in the address", verdict.Read, get("https://a:b@" + host + "/open.pdf"), web.Proof{Outcome: web.NotTried, Why: web.WhyBadRequest}},
		{"a header with a line end", verdict.Read, change(get("https://"+host+"/open.pdf"), func(r *verdict.Request) { r.Headers = [][2]string{{"Referer", "x\r\nAuthorization: y"}} }), web.Proof{Outcome: web.NotTried, Why: web.WhyBadRequest}},
		{"a header with credentials", verdict.Read, change(get("https://"+host+"/open.pdf"), func(r *verdict.Request) { r.Headers = [][2]string{{"authorization", "x"}} }), web.Proof{Outcome: web.NotTried, Why: web.WhyBadRequest}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s.log()
			got := w.Prove(context.Background(), c.verb, c.witness)
			ignore := cmpopts.IgnoreFields(web.Proof{}, "Vantage", "At", "OwnEndpoint", "Request")
			if c.want.Status == 0 {
				ignore = cmpopts.IgnoreFields(web.Proof{}, "Vantage", "At", "OwnEndpoint", "Request", "Detail")
			}
			if diff := cmp.Diff(c.want, got, ignore); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			sent := s.log()
			if len(sent) > 1 {
				t.Errorf("sent %q", sent)
			}
			if (c.want.Status != 0) != (len(sent) == 1) {
				t.Errorf("sent %q for %+v", sent, c.want)
			}
			if c.want.Status != 0 && got.Vantage.Source == "" {
				t.Error("no vantage")
			}
		})
	}
}

// The witness's own headers are sent, and nothing more of an object than its first byte is asked for.
func TestProofHeaders(t *testing.T) {
	s := newSite(t, map[string]answer{"acme.s3.eu-west-1.amazonaws.com/k": {header: s3Headers}})
	w := scanner(t, s, nil)
	p := w.Prove(context.Background(), verdict.Read, &verdict.Request{Method: "GET", URL: "https://acme.s3.eu-west-1.amazonaws.com/k", KeyKnown: true,
		Headers: [][2]string{{"Referer", "https://example.com/"}, {"User-Agent", "special"}}})
	if p.Outcome != web.Confirmed || p.Request != "GET https://acme.s3.eu-west-1.amazonaws.com/k" {
		t.Errorf("%+v", p)
	}
	for name, want := range map[string]string{"Referer": "https://example.com/", "User-Agent": "special", "Range": "bytes=0-0", "Authorization": ""} {
		if got := s.headers.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	confirmed, refused := web.Proof{Outcome: web.Confirmed, Status: 200}, web.Proof{Outcome: web.Refused, Status: 403, Code: "AccessDenied"}
	proxied, inside := refused, refused
	proxied.Code, proxied.Vantage = "", fetch.Vantage{Proxy: "http://proxy:3128"}
	inside.Vantage = fetch.Vantage{PrivateAnswer: true}
	answer := func(a verdict.Answer) verdict.Verdict { return verdict.Verdict{Verdict: a} }
	own := inside
	own.OwnEndpoint = true
	from := func(ranges ...string) verdict.Verdict {
		return verdict.Verdict{Verdict: verdict.Conditional, DependsOn: []string{"source_ip in " + strings.Join(ranges, ", ")}}
	}
	at := func(source string, p web.Proof) web.Proof { p.Vantage.Source = source; return p }
	proxiedFrom := func(source string, p web.Proof) web.Proof {
		p.Vantage = fetch.Vantage{Source: source, Proxy: "http://proxy:3128"}
		return p
	}
	sentAt := func(when time.Time, p web.Proof) web.Proof { p.At = when; return p }
	soon := clock().Add(time.Minute)
	cases := []struct {
		name    string
		verdict verdict.Verdict
		proof   web.Proof
		want    web.Agreement
	}{
		{"yes and confirmed", answer(verdict.Yes), confirmed, web.Agrees},
		{"yes and refused", answer(verdict.Yes), refused, web.Disagrees},
		{"no and refused", answer(verdict.No), refused, web.Agrees},
		{"no and confirmed", answer(verdict.No), confirmed, web.Disagrees},
		{"not tried", answer(verdict.Yes), web.Proof{Outcome: web.NotTried, Why: web.WhyNotFound}, web.Open},
		{"conditional", verdict.Verdict{Verdict: verdict.Conditional, DependsOn: []string{"source_ip in 203.0.113.0/24"}}, refused, web.Open},
		{"unknown", answer(verdict.Unknown), confirmed, web.Open},
		{"refused by a proxy, perhaps", answer(verdict.Yes), proxied, web.Open},
		{"refused inside a private network", answer(verdict.Yes), inside, web.Open},
		{"refused by an endpoint of one's own", answer(verdict.Yes), own, web.Disagrees},
		{"seen from an address that is let in", from("203.0.113.0/24, 198.51.100.0/24", "2001:db8::/32"), at("93.184.215.14", refused), web.Open},
		{"let in and confirmed", from("93.184.215.0/24"), at("93.184.215.14", confirmed), web.Agrees},
		{"let in and refused", from("198.51.100.0/24, 93.184.215.14"), at("93.184.215.14", refused), web.Disagrees},
		{"not let in, by what is known", from("198.51.100.0/24"), at("93.184.215.14", confirmed), web.Open},
		{"from behind a translation", from("10.0.0.0/8"), at("10.1.2.3", refused), web.Open},
		{"through a proxy", from("93.184.215.0/24"), proxiedFrom("93.184.215.14", refused), web.Open},
		{"a network and more", verdict.Verdict{Verdict: verdict.Conditional, DependsOn: []string{"source_ip in 93.184.215.0/24", "source_vpc is vpc-1"}}, at("93.184.215.14", refused), web.Open},
		{"a network of private addresses in between", verdict.Verdict{Verdict: verdict.Conditional, DependsOn: []string{"source_vpc is vpc-1"}}, at("93.184.215.14", refused), web.Open},
		{"about to change", verdict.Verdict{Verdict: verdict.Yes, ChangesAt: &soon}, sentAt(clock(), refused), web.Open},
		{"changed since", verdict.Verdict{Verdict: verdict.Yes, ChangesAt: &soon}, sentAt(clock().Add(time.Hour), refused), web.Open},
		{"not for a while", verdict.Verdict{Verdict: verdict.Yes, ChangesAt: &soon}, sentAt(clock().Add(-time.Hour), refused), web.Disagrees},
	}
	for _, c := range cases {
		if got, why := web.Compare(c.verdict, c.proof); got != c.want || (got != web.Agrees) != (strings.TrimSpace(why) != "") {
			t.Errorf("%s: %s (%s), want %s", c.name, got, why, c.want)
		}
	}
}

// What the settings call closed is asked for as a stranger would first ask for it.
func TestPlainRequest(t *testing.T) {
	bucket := func(p scanners.Provider, id, name string, change func(*scanners.Record)) *scanners.Record {
		r := scanners.NewRecord(scanners.Head{ID: id, Kind: scanners.KindBucket, Provider: p, Name: name, Region: "eu-west-1"})
		r.Bucket.Objects = scanners.KnownFact(scanners.ObjectSample{Objects: []scanners.SampledObject{{Key: "a b/#1?.txt"}}}, scanners.Origin{})
		if change != nil {
			change(r)
		}
		return r
	}
	dotted := bucket(scanners.AWS, "aws:s3:bucket/a.b", "a.b", nil)
	minio := bucket(scanners.AWS, "s3:minio:9000:bucket/acme", "acme", func(r *scanners.Record) { r.BaseURL = "http://minio:9000/" })
	china := bucket(scanners.Azure, "azure:acct/docs", "docs", func(r *scanners.Record) { r.BaseURL = "https://acct.blob.core.chinacloudapi.cn" })
	unsampled := bucket(scanners.AWS, "aws:s3:bucket/acme", "acme", func(r *scanners.Record) { r.Bucket.Objects = scanners.Fact[scanners.ObjectSample]{} })
	cases := []struct {
		rec  *scanners.Record
		verb verdict.Verb
		want string
	}{
		{bucket(scanners.AWS, "aws:s3:bucket/acme", "acme", nil), verdict.List, "https://acme.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1"},
		{bucket(scanners.AWS, "aws:s3:bucket/acme", "acme", nil), verdict.Read, "https://acme.s3.eu-west-1.amazonaws.com/a%20b/%231%3F.txt"},
		{dotted, verdict.List, "https://s3.eu-west-1.amazonaws.com/a.b/?list-type=2&max-keys=1"},
		{minio, verdict.List, "http://minio:9000/acme/?list-type=2&max-keys=1"},
		{bucket(scanners.GCP, "gcp:gcs:bucket/acme", "acme", nil), verdict.List, "https://storage.googleapis.com/acme?list-type=2&max-keys=1"},
		{bucket(scanners.GCP, "gcp:gcs:bucket/acme", "acme", nil), verdict.Read, "https://storage.googleapis.com/acme/a%20b/%231%3F.txt"},
		{bucket(scanners.Azure, "azure:acct/docs", "docs", nil), verdict.List, "https://acct.blob.core.windows.net/docs?restype=container&comp=list&maxresults=1"},
		{china, verdict.Read, "https://acct.blob.core.chinacloudapi.cn/docs/a%20b/%231%3F.txt"},
		{unsampled, verdict.Read, ""},
		{bucket(scanners.AWS, "aws:s3:bucket/acme", "acme", nil), verdict.Write, ""},
		{bucket(scanners.Azure, "azure:acct", "docs", nil), verdict.List, ""},
		{bucket("", "x", "x", nil), verdict.List, ""},
		{scanners.NewRecord(scanners.Head{ID: "azure:acct", Kind: scanners.KindStore, Provider: scanners.Azure}), verdict.List, ""},
	}
	for _, c := range cases {
		got := ""
		if r := web.PlainRequest(c.rec, c.verb); r != nil {
			got = r.URL
			if r.Signed || len(r.Headers) > 0 || r.Method != "GET" || r.KeyKnown != (c.verb == verdict.Read) {
				t.Errorf("%s %s: %+v", c.rec.ID, c.verb, r)
			}
		}
		if got != c.want {
			t.Errorf("%s %s: %q, want %q", c.rec.ID, c.verb, got, c.want)
		}
	}
}

// Proofs keep a pace of their own at each host, the same for all that are under way.
func TestProofsKeepTheirPace(t *testing.T) {
	s := newSite(t, map[string]answer{"s3.eu-west-1.amazonaws.com/a": {status: 403, header: s3Headers, body: s3Denied}})
	var waits []time.Duration
	var mu sync.Mutex
	w := scanner(t, s, func(_ *scanners.Runtime, o *web.Options) {
		o.Pace, o.ProofPace = time.Hour, time.Second
		o.Wait = func(_ context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, d)
			return nil
		}
	})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			w.Prove(context.Background(), verdict.Read, &verdict.Request{Method: "GET", URL: "https://s3.eu-west-1.amazonaws.com/a", KeyKnown: true})
		})
	}
	wait.Wait()
	slices.Sort(waits)
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 3 * time.Second}, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}
