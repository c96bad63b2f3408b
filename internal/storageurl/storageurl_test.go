package storageurl_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/listing"
	su "github.com/tojimari/tojimari/internal/storageurl"
	"github.com/tojimari/tojimari/internal/vendors"
)

func recogniser(t testing.TB) *su.Recogniser {
	t.Helper()
	set, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return su.New(set)
}

func parse(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestFromURL(t *testing.T) {
	r := recogniser(t)
	s3 := func(l su.Location) su.Location { l.Provider = su.AWS; return l }
	cases := map[string]su.Location{
		"https://acme.s3.eu-west-1.amazonaws.com/a/b%20c.pdf?x=1":                              s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "a/b c.pdf", Region: "eu-west-1"}),
		"https://acme.example.com.s3.amazonaws.com/":                                           s3(su.Location{Style: su.VirtualHosted, Bucket: "acme.example.com"}),
		"http://ACME.S3.amazonaws.com:80/k":                                                    s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k"}),
		"https://acme.s3-ap-northeast-1.amazonaws.com/k+1":                                     s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k+1", Region: "ap-northeast-1"}),
		"https://acme.s3.dualstack.us-gov-west-1.amazonaws.com/k":                              s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k", Region: "us-gov-west-1", DualStack: true}),
		"https://acme.s3-fips.us-gov-west-1.amazonaws.com/k":                                   s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k", Region: "us-gov-west-1", FIPS: true}),
		"https://acme.s3-accelerate.amazonaws.com/k":                                           s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k", Accelerate: true}),
		"https://acme.s3-accelerate.dualstack.amazonaws.com/k":                                 s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k", Accelerate: true, DualStack: true}),
		"https://s3.eu-west-1.amazonaws.com/acme/dir/k":                                        s3(su.Location{Style: su.Path, Bucket: "acme", Key: "dir/k", Region: "eu-west-1"}),
		"https://s3-eu-west-1.amazonaws.com/acme":                                              s3(su.Location{Style: su.Path, Bucket: "acme", Region: "eu-west-1"}),
		"https://s3.amazonaws.com/acme/":                                                       s3(su.Location{Style: su.Path, Bucket: "acme"}),
		"https://s3-external-1.amazonaws.com/acme/k":                                           s3(su.Location{Style: su.Path, Bucket: "acme", Key: "k", Region: "us-east-1"}),
		"https://acme.s3.cn-north-1.amazonaws.com.cn/k":                                        s3(su.Location{Style: su.VirtualHosted, Bucket: "acme", Key: "k", Region: "cn-north-1", China: true}),
		"http://acme.s3-website-us-east-1.amazonaws.com/":                                      s3(su.Location{Style: su.Website, Bucket: "acme", Region: "us-east-1"}),
		"http://www.acme.jp.s3-website.eu-central-1.amazonaws.com/x":                           s3(su.Location{Style: su.Website, Bucket: "www.acme.jp", Key: "x", Region: "eu-central-1"}),
		"https://reports-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k":                s3(su.Location{Style: su.AccessPoint, Bucket: "reports", Account: "123456789012", Key: "k", Region: "eu-west-1"}),
		"https://reports-123456789012.s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com/k": s3(su.Location{Style: su.AccessPoint, Bucket: "reports", Account: "123456789012", Key: "k", Region: "us-east-1", FIPS: true, DualStack: true}),
		"https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/k":                     s3(su.Location{Style: su.AccessPoint, Bucket: "mfzwi23gnjvgw", Key: "k"}),
		"https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/":                s3(su.Location{Style: su.Directory, Bucket: "b--use1-az4--x-s3", Region: "us-east-1"}),
		"https://ec2.eu-west-1.amazonaws.com/":                                                 {},
		"https://s3.amazonaws.com.evil.example/acme":                                           {},
		"https://s3-control.eu-west-1.amazonaws.com/":                                          {},

		"https://storage.googleapis.com/acme/a/b":                              {Provider: su.GCP, Style: su.Path, Bucket: "acme", Key: "a/b"},
		"https://acme.example.com.storage.googleapis.com/k":                    {Provider: su.GCP, Style: su.VirtualHosted, Bucket: "acme.example.com", Key: "k"},
		"https://storage.googleapis.com/storage/v1/b/acme/o/a%2Fb?alt=media":   {Provider: su.GCP, Style: su.JSONAPI, Bucket: "acme", Key: "a/b"},
		"https://www.googleapis.com/storage/v1/b/acme/o":                       {Provider: su.GCP, Style: su.JSONAPI, Bucket: "acme"},
		"https://storage.googleapis.com/download/storage/v1/b/acme/o/k":        {Provider: su.GCP, Style: su.JSONAPI, Bucket: "acme", Key: "k"},
		"https://storage.cloud.google.com/acme/k":                              {Provider: su.GCP, Style: su.Authenticated, Bucket: "acme", Key: "k"},
		"https://firebasestorage.googleapis.com/v0/b/acme.appspot.com/o/a%2Fb": {Provider: su.GCP, Style: su.Firebase, Bucket: "acme.appspot.com", Key: "a/b"},
		"https://storage.europe-west3.rep.googleapis.com/acme/k":               {Provider: su.GCP, Style: su.Path, Bucket: "acme", Key: "k"},
		"https://commondatastorage.googleapis.com/acme/k":                      {Provider: su.GCP, Style: su.Path, Bucket: "acme", Key: "k"},
		"https://www.googleapis.com/drive/v3":                                  {},

		"https://acme.blob.core.windows.net/docs/a/b.pdf":                     {Provider: su.Azure, Style: su.Blob, Account: "acme", Bucket: "docs", Key: "a/b.pdf"},
		"https://acme.blob.core.windows.net/docs?restype=container&comp=list": {Provider: su.Azure, Style: su.Blob, Account: "acme", Bucket: "docs"},
		"https://acme.blob.core.windows.net/robots.txt":                       {Provider: su.Azure, Style: su.Blob, Account: "acme", Bucket: "$root", Key: "robots.txt"},
		"https://acme-secondary.blob.core.windows.net/docs/k":                 {Provider: su.Azure, Style: su.Blob, Account: "acme", Bucket: "docs", Key: "k", Secondary: true},
		"https://acme.z16.web.core.windows.net/index.html":                    {Provider: su.Azure, Style: su.Website, Account: "acme", Bucket: "$web", Key: "index.html"},
		"https://acme.z03.blob.storage.azure.net/docs/k":                      {Provider: su.Azure, Style: su.Blob, Account: "acme", Bucket: "docs", Key: "k"},
		"https://acme.dfs.core.usgovcloudapi.net/docs/k":                      {Provider: su.Azure, Style: su.DFS, Account: "acme", Bucket: "docs", Key: "k"},
		"https://acme.queue.core.windows.net/q":                               {},
		"https://blob.core.windows.net/q":                                     {},

		"https://d111111abcdef8.cloudfront.net/a": {Style: su.CDN, Front: "cloudfront", Key: "a"},
		"https://acme.azurefd.net/":               {Style: su.CDN, Front: "front_door"},
		"https://files.example.com/a/b":           {},
		"http://127.0.0.1:9000/acme/k":            {},
		"/only/path":                              {},

		"https://s3.eu-central-1.wasabisys.com/acme/k":                             s3(su.Location{Vendor: "wasabi", Style: su.Path, Bucket: "acme", Key: "k", Region: "eu-central-1"}),
		"https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/acme/k": s3(su.Location{Vendor: "cloudflare_r2", Style: su.Path, Bucket: "acme", Key: "k", Account: "0123456789abcdef0123456789abcdef"}),
		"https://pub-0123456789abcdef.r2.dev/k":                                    s3(su.Location{Vendor: "cloudflare_r2", Style: su.Bound, Key: "k"}),
	}
	for raw, want := range cases {
		got := r.FromURL(parse(t, raw))
		if want.Style != "" {
			want.Basis = su.FromAddress
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(su.Location{}), cmpopts.IgnoreFields(su.Location{}, "Scheme", "Host")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestRefine(t *testing.T) {
	r := recogniser(t)
	list := func(kind listing.Kind, bucket string) *listing.Page { return &listing.Page{Kind: kind, Bucket: bucket} }
	cases := []struct {
		name, url string
		header    http.Header
		page      *listing.Page
		want      su.Location
	}{
		{"a domain of its own in front of S3", "https://files.example.com/", http.Header{"X-Amz-Id-2": {"x"}, "Server": {"AmazonS3"}}, list(listing.S3V2, "files.example.com"),
			su.Location{Provider: su.AWS, Style: su.Bound, Bucket: "files.example.com", Basis: su.FromAnswer}},
		{"CloudFront in front of S3", "https://cdn.example.com/a", http.Header{"Server": {"AmazonS3"}, "X-Amz-Cf-Id": {"x"}}, nil,
			su.Location{Provider: su.AWS, Style: su.CDN, Front: "cloudfront", Key: "a", Basis: su.FromAnswer}},
		{"CloudFront by its host, listing shown", "https://d1.cloudfront.net/", http.Header{"Server": {"AmazonS3"}, "X-Amz-Cf-Id": {"x"}}, list(listing.S3V1, "acme"),
			su.Location{Provider: su.AWS, Style: su.CDN, Front: "cloudfront", Bucket: "acme", Basis: su.FromAnswer}},
		{"MinIO in path style", "http://127.0.0.1:9000/acme/", http.Header{"Server": {"MinIO"}}, list(listing.S3V2, "acme"),
			su.Location{Provider: su.AWS, Vendor: "minio", Style: su.Path, Bucket: "acme", Basis: su.FromAnswer}},
		{"a gateway with virtual hosts", "https://acme.s3.corp.example/", http.Header{"Server": {"VERSITYGW"}}, list(listing.S3V2, "acme"),
			su.Location{Provider: su.AWS, Vendor: "versitygw", Style: su.VirtualHosted, Bucket: "acme", Basis: su.FromAnswer}},
		{"Azurite", "http://127.0.0.1:10000/devstoreaccount1/docs/a%20b", http.Header{"Server": {"Azurite-Blob/3.35.0"}}, nil,
			su.Location{Provider: su.Azure, Style: su.Emulator, Account: "devstoreaccount1", Bucket: "docs", Key: "a b", Basis: su.FromAnswer}},
		{"Cloud Storage behind a load balancer", "https://img.example.com/x.png", http.Header{"X-Goog-Generation": {"1"}, "Via": {"1.1 google"}}, nil,
			su.Location{Provider: su.GCP, Style: su.CDN, Front: "google_cloud_load_balancer", Key: "x.png", Basis: su.FromAnswer}},
		{"the address is not overruled", "https://storage.googleapis.com/acme/k", http.Header{"Server": {"AmazonS3"}}, list(listing.S3V1, "other"),
			su.Location{Provider: su.GCP, Style: su.Path, Bucket: "acme", Key: "k", Basis: su.FromAddress}},
		{"region from the answer", "https://acme.s3.amazonaws.com/", http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}}, nil,
			su.Location{Provider: su.AWS, Style: su.VirtualHosted, Bucket: "acme", Region: "eu-west-1", Basis: su.FromAddress}},
		{"a plain web server", "https://www.example.com/", http.Header{"Server": {"nginx"}}, list(listing.HTMLIndex, ""), su.Location{}},
		{"a bare error document does not tell who", "https://www.example.com/", http.Header{}, &listing.Page{Kind: listing.ErrorAnswer, Error: &listing.ErrorDetail{Code: "AccessDenied"}}, su.Location{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			u := parse(t, c.url)
			got := r.FromURL(u).Refine(u, c.header, c.page)
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(su.Location{}), cmpopts.IgnoreFields(su.Location{}, "Scheme", "Host")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuild(t *testing.T) {
	r := recogniser(t)
	cases := []struct{ url, list, object string }{
		{"https://acme.s3.eu-west-1.amazonaws.com/x", "https://acme.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1", "https://acme.s3.eu-west-1.amazonaws.com/a%20b/%E9%8D%B5%2B"},
		{"https://s3.eu-west-1.amazonaws.com/acme/x", "https://s3.eu-west-1.amazonaws.com/acme?list-type=2&max-keys=1", "https://s3.eu-west-1.amazonaws.com/acme/a%20b/%E9%8D%B5%2B"},
		{"http://acme.s3-website.eu-west-1.amazonaws.com/", "", "http://acme.s3-website.eu-west-1.amazonaws.com/a%20b/%E9%8D%B5%2B"},
		{"https://storage.googleapis.com/acme/x", "https://storage.googleapis.com/acme?max-keys=1", "https://storage.googleapis.com/acme/a%20b/%E9%8D%B5%2B"},
		{"https://acme.storage.googleapis.com/x", "https://acme.storage.googleapis.com/?max-keys=1", "https://acme.storage.googleapis.com/a%20b/%E9%8D%B5%2B"},
		{"https://storage.googleapis.com/storage/v1/b/acme/o/x", "https://storage.googleapis.com/storage/v1/b/acme/o?maxResults=1", "https://storage.googleapis.com/storage/v1/b/acme/o/a%20b%2F%E9%8D%B5%2B?alt=media"},
		{"https://acme.blob.core.windows.net/docs/x", "https://acme.blob.core.windows.net/docs?restype=container&comp=list&maxresults=1", "https://acme.blob.core.windows.net/docs/a%20b/%E9%8D%B5%2B"},
		{"https://acme.blob.core.windows.net/x", "https://acme.blob.core.windows.net/$root?restype=container&comp=list&maxresults=1", "https://acme.blob.core.windows.net/a%20b/%E9%8D%B5%2B"},
		{"https://acme.z1.web.core.windows.net/x", "", "https://acme.z1.web.core.windows.net/a%20b/%E9%8D%B5%2B"},
		{"https://files.example.com/x", "", ""},
	}
	for _, c := range cases {
		l := r.FromURL(parse(t, c.url))
		list, _ := l.ListURL(1)
		object, _ := l.ObjectURL("a b/鍵+")
		if list != c.list || object != c.object {
			t.Errorf("%s: listing %q, object %q", c.url, list, object)
		}
	}
}

func TestSiblings(t *testing.T) {
	r := recogniser(t)
	for raw, want := range map[string][]string{
		"https://acme.s3.eu-west-1.amazonaws.com/k": {
			"https://s3.eu-west-1.amazonaws.com/acme/k", "https://acme.s3.dualstack.eu-west-1.amazonaws.com/k", "https://acme.s3-accelerate.amazonaws.com/k"},
		"https://storage.googleapis.com/acme/k": {
			"https://acme.storage.googleapis.com/k", "https://storage.googleapis.com/storage/v1/b/acme/o/k?alt=media"},
		"https://acme.blob.core.windows.net/docs/k": {"https://acme-secondary.blob.core.windows.net/docs/k"},
		"https://d1.cloudfront.net/k":               nil,
	} {
		if diff := cmp.Diff(want, r.FromURL(parse(t, raw)).Siblings()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", raw, diff)
		}
	}
}

func TestGovernor(t *testing.T) {
	r := recogniser(t)
	for raw, want := range map[string]su.Control{
		"https://acme.s3.eu-west-1.amazonaws.com/k":            su.ByOwner,
		"https://s3.eu-west-1.amazonaws.com/acme/k":            su.ByProvider,
		"http://acme.s3-website.eu-west-1.amazonaws.com/k":     su.ByOwner,
		"https://storage.googleapis.com/acme/k":                su.ByProvider,
		"https://acme.storage.googleapis.com/k":                su.ByOwner,
		"https://storage.cloud.google.com/acme/k":              su.NoCrawl,
		"https://firebasestorage.googleapis.com/v0/b/acme/o/k": su.ByProvider,
		"https://acme.blob.core.windows.net/docs/k":            su.ByOwner,
		"https://acme.z1.web.core.windows.net/k":               su.ByOwner,
		"https://d1.cloudfront.net/k":                          su.ByOwner,
		"https://files.example.com/k":                          su.NotKnown,
		"https://s3.eu-central-1.wasabisys.com/acme/k":         su.NotKnown,
	} {
		got := r.FromURL(parse(t, raw)).Governor()
		if got.Control != want || (got.Place != "") != (want == su.ByOwner) {
			t.Errorf("%s: %+v, want %s", raw, got, want)
		}
	}
}

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
		want          bool
	}{
		{404, "NoSuchBucket", "The specified bucket does not exist", true},
		{404, "ContainerNotFound", "The specified container does not exist.", true},
		{404, "404", "The specified bucket does not exist.", true},
		{404, "404", "No such object: acme/k", false},
		{404, "NoSuchKey", "", false},
		{404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", false},
		{404, "ResourceNotFound", "", false},
		{404, "", "The specified bucket does not exist", false},
		{403, "NoSuchBucket", "", false},
		{200, "NoSuchBucket", "", false},
	} {
		if got := su.Missing(c.status, c.code, c.message); got != c.want {
			t.Errorf("%d %s %q: %v", c.status, c.code, c.message, got)
		}
	}
}

// An object's address leads back to the object, for any key.
func TestObjectURLLeadsBack(t *testing.T) {
	r := recogniser(t)
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]string{
			"https://acme.s3.eu-west-1.amazonaws.com/x", "https://s3.eu-west-1.amazonaws.com/acme/x", "https://storage.googleapis.com/acme/x",
			"https://storage.googleapis.com/storage/v1/b/acme/o/x", "https://firebasestorage.googleapis.com/v0/b/acme/o/x", "https://acme.blob.core.windows.net/docs/x",
		}).Draw(t, "base")
		key := rapid.StringN(1, 40, -1).Draw(t, "key")
		u, _ := url.Parse(base)
		l := r.FromURL(u)
		address, ok := l.ObjectURL(key)
		if !ok {
			t.Fatal("no address")
		}
		back, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.FromURL(back); got.Key != key || got.Bucket != l.Bucket {
			t.Fatalf("%q leads to bucket %q, key %q, want %q", address, got.Bucket, got.Key, key)
		}
	})
}

func FuzzFromURL(f *testing.F) {
	for _, raw := range []string{"https://a.s3.eu-west-1.amazonaws.com/k", "https://x.z1.web.core.windows.net/%zz", "https://storage.googleapis.com/download/storage/v1/b//o/%2F", "http://[::1]:9/"} {
		f.Add(raw)
	}
	set, err := vendors.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	r := su.New(set)
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		l := r.FromURL(u)
		for _, s := range append(l.Siblings(), func() string { s, _ := l.ListURL(1); return s }()) {
			if strings.ContainsAny(s, " \n\x1b'\"") {
				t.Fatalf("%q gives the address %q", raw, s)
			}
		}
	})
}
