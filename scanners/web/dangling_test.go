package web_test

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

const (
	noSuchBucket = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message><BucketName>acme-assets</BucketName></Error>`
	noContainer  = `<?xml version="1.0" encoding="utf-8"?><Error><Code>ContainerNotFound</Code><Message>The specified container does not exist.</Message></Error>`
	noGCSBucket  = `{"error":{"code":404,"message":"The specified bucket does not exist.","errors":[{"message":"The specified bucket does not exist.","domain":"global","reason":"notFound"}]}}`
	noGCSXML     = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist.</Message></Error>`
	noSite       = `<html><head><title>404 Not Found</title></head><body><ul><li>Code: NoSuchWebsiteConfiguration</li></ul></body></html>`
	noSiteBucket = `<html><head><title>404 Not Found</title></head><body><ul><li>Code: NoSuchBucket</li></ul></body></html>`
)

// Names that lead to a bucket or an account that does not exist, and those that only look so.
func TestDangling(t *testing.T) {
	s := newSite(t, map[string]answer{
		"cdn.example.com/":                                            {status: 404, header: with(s3Headers, "X-Amz-Cf-Id", "x"), body: noSuchBucket},
		"static.example.com/":                                         {status: 404, header: s3Headers, body: noSuchBucket},
		"acme-assets.s3.eu-west-1.amazonaws.com/":                     {status: 404, header: s3Headers, body: noSuchBucket},
		"www.example.com.s3-website-eu-west-1.amazonaws.com/":         {status: 404, header: map[string]string{"Server": "AmazonS3", "Content-Type": "text/html", "X-Amz-Error-Code": "NoSuchBucket"}, body: noSiteBucket},
		"plain.example.com.s3-website-eu-west-1.amazonaws.com/":       {status: 404, header: map[string]string{"Server": "AmazonS3", "Content-Type": "text/html", "X-Amz-Error-Code": "NoSuchWebsiteConfiguration"}, body: noSite},
		"storage.googleapis.com/storage/v1/b/acme/o":                  {status: 404, header: map[string]string{"Content-Type": "application/json", "X-Guploader-Uploadid": "x"}, body: noGCSBucket},
		"storage.googleapis.com/acme":                                 {status: 404, header: map[string]string{"Content-Type": "application/xml", "X-Guploader-Uploadid": "x"}, body: noGCSXML},
		"acct.blob.core.windows.net/docs?restype=container&comp=list": {status: 404, header: map[string]string{"Content-Type": "application/xml", "X-Ms-Error-Code": "ContainerNotFound"}, body: noContainer},
		"acct.blob.core.windows.net/docs/a":                           {status: 404, header: map[string]string{"Content-Type": "application/xml", "X-Ms-Error-Code": "ResourceNotFound"}, body: azNotFund},
		"key.s3.eu-west-1.amazonaws.com/gone":                         {status: 404, header: s3Headers, body: "<Error><Code>NoSuchKey</Code></Error>"},
		"joker.example.com/":                                          {status: 200, header: map[string]string{"Content-Type": "application/xml"}, body: noSuchBucket},
	})
	s.Alias("static.example.com", "acme-assets.s3.eu-west-1.amazonaws.com")
	s.Alias("files.example.com", "edge.example.net", "acmefiles.blob.core.windows.net")
	s.Alias("other.example.com", "nobody.example.net")
	w := scanner(t, s, nil)
	type seen struct {
		Missing  bool
		Dangling string
		Aliases  []string
		Known    bool
	}
	none := []string{}
	for address, want := range map[string]seen{
		"https://cdn.example.com/":                                            {Missing: true, Aliases: none, Known: true},
		"https://static.example.com/":                                         {Missing: true, Aliases: []string{"acme-assets.s3.eu-west-1.amazonaws.com"}, Known: true},
		"https://acme-assets.s3.eu-west-1.amazonaws.com/":                     {Missing: true, Aliases: none, Known: true},
		"http://www.example.com.s3-website-eu-west-1.amazonaws.com/":          {Missing: true, Aliases: none, Known: true},
		"http://plain.example.com.s3-website-eu-west-1.amazonaws.com/":        {Aliases: none, Known: true},
		"https://storage.googleapis.com/storage/v1/b/acme/o":                  {Missing: true, Aliases: none, Known: true},
		"https://storage.googleapis.com/acme":                                 {Missing: true, Aliases: none, Known: true},
		"https://acct.blob.core.windows.net/docs?restype=container&comp=list": {Missing: true, Aliases: none, Known: true},
		"https://acct.blob.core.windows.net/docs/a":                           {Aliases: none, Known: true},
		"https://key.s3.eu-west-1.amazonaws.com/gone":                         {Aliases: none, Known: true},
		"https://joker.example.com/":                                          {Aliases: none, Known: true},
		"https://files.example.com/":                                          {Dangling: "acmefiles.blob.core.windows.net", Aliases: []string{"edge.example.net", "acmefiles.blob.core.windows.net"}, Known: true},
		"https://other.example.com/":                                          {},
		"https://nothing.example.com/":                                        {},
		"https://gone.blob.core.windows.net/docs":                             {Dangling: "gone.blob.core.windows.net", Aliases: none, Known: true},
	} {
		page := scan(t, w, address)[0].Page
		got := seen{Known: page.Response.State == scanners.Known}
		if got.Known {
			r := page.Response.Value
			got.Missing, got.Dangling, got.Aliases = r.BucketMissing, r.Dangling, r.Aliases
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
}

// flaky is a name server that cannot answer at the moment, although it knows the alias.
type flaky struct{ *site }

func (flaky) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}
}

// A name server that fails says nothing of whether the name leads anywhere.
func TestAFailingNameServerIsNoDanglingName(t *testing.T) {
	s := newSite(t, nil)
	s.Alias("files.example.com", "acmefiles.blob.core.windows.net")
	w := scanner(t, s, func(_ *scanners.Runtime, o *web.Options) { o.Resolver = flaky{s} })
	if r := scan(t, w, "https://files.example.com/")[0].Page.Response; r.State != scanners.Unknown {
		t.Errorf("%+v", r)
	}
}
