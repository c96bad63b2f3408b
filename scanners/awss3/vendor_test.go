package awss3_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// acmeVendor is a description in which what is not named is unconfirmed.
func acmeVendor() string {
	unsupported := []string{"policy_status", "website", "access_points", "account_public_access_block"}
	hidden := []string{"logging"}
	var rest []string
	for _, api := range vendors.APIs() {
		if !slices.Contains(slices.Concat(unsupported, hidden), string(api)) {
			rest = append(rest, string(api))
		}
	}
	return `name: acme
title: Acme Object Store
docs: [https://acme.example/docs]
endpoints:
  - {form: "s3.acme.example", style: path, source: https://acme.example/docs}
server: {like: "Acme/.*", source: https://acme.example/docs}
api:
  - {source: https://acme.example/docs, unsupported: [` + strings.Join(unsupported, ", ") + `], hidden: [` + strings.Join(hidden, ", ") + `]}
unconfirmed: [` + strings.Join(rest, ", ") + `]
absent_as_200: {names: [encryption, public_access_block], source: https://acme.example/docs}
roots: [{api: versioning, name: AcmeVersions, source: https://acme.example/docs}]
`
}

// elsewhereBench is a lab behind the host of an S3-compatible service.
func elsewhereBench(t *testing.T, world lab.World, host string, opts ...awss3.Option) bench {
	t.Helper()
	set, err := vendors.Load(fstest.MapFS{"acme.yaml": {Data: []byte(acmeVendor())}})
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, world, scanners.Runtime{})
	toLab := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != host {
			t.Errorf("%s was contacted", r.URL.Host)
		}
		sent := r.Clone(r.Context())
		sent.URL.Host, sent.URL.Scheme = strings.TrimPrefix(b.lab.URL(), "http://"), "http"
		sent.Host = sent.URL.Host
		return b.lab.Transport().RoundTrip(sent)
	})
	rt := scanners.Runtime{Transport: toLab, Now: func() time.Time { return at }}
	b.scanner = awss3.New(rt, append([]awss3.Option{signedAs(mine), awss3.WithVendors(set), atOnce()}, opts...)...)
	return b
}

func TestKnownVendor(t *testing.T) {
	world := oneBucket(lab.Bucket{Policy: `{"Statement":[]}`, Versioning: "Enabled", Block: lab.BlockAll(), Ownership: "ObjectWriter"})
	world.Faults = []lab.Fault{{Kind: lab.Empty, Operation: "GetBucketEncryption"}, {Kind: lab.Hollow, Operation: "GetPublicAccessBlock"}, {Kind: lab.Hollow, Operation: "GetBucketOwnershipControls"}}
	b := elsewhereBench(t, world, "s3.acme.example")
	got := b.mustDiscover("aws:?endpoint-url=https://s3.acme.example")
	want := []scanners.Head{
		{ID: "s3:s3.acme.example:account/", Kind: scanners.KindScope, Provider: scanners.AWS, Vendor: "acme", Partition: "aws", BaseURL: "https://s3.acme.example"},
		{ID: "s3:s3.acme.example:bucket/acme", Kind: scanners.KindBucket, Provider: scanners.AWS, Vendor: "acme", Name: "acme", Partition: "aws", Region: "us-east-1",
			BaseURL: "https://s3.acme.example", Parent: "s3:s3.acme.example:account/", CreatedAt: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	var heads []scanners.Head
	for _, ref := range got.refs {
		heads = append(heads, ref.Head)
	}
	if diff := cmp.Diff(want, heads); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rec := b.inspect(got.refs[1], allFacts(b.scanner, scanners.KindBucket)...)
	for name, want := range map[scanners.FactName]scanners.State{
		"bucket.aws.policy": scanners.Known, "bucket.aws.policy_status": scanners.Unsupported, "bucket.website": scanners.Unsupported,
		"bucket.aws.access_points": scanners.Unsupported, "bucket.encryption": scanners.Absent, "bucket.versioning": scanners.Known,
		"bucket.aws.public_access_block": scanners.Absent, "bucket.aws.ownership": scanners.Unknown, "bucket.logging": scanners.Unknown,
	} {
		if got := rec.Status(name); got.State != want {
			t.Errorf("%s: %+v, want %s", name, got, want)
		}
	}
	if got := rec.Status("bucket.logging").Reason.Code; got != scanners.Hidden {
		t.Errorf("what the service does not tell has reason %q", got)
	}
	scope := b.inspect(got.refs[0], allFacts(b.scanner, scanners.KindScope)...)
	for name, status := range scope.Facts() {
		if strings.HasPrefix(string(name), "scope.aws.") && status.State != scanners.Unsupported {
			t.Errorf("%s: %+v, want unsupported", name, status)
		}
	}
	if n := b.lab.Calls()["s3:GetBucketPolicyStatus"] + b.lab.Calls()["s3:GetBucketLogging"] + b.lab.Calls()["sts:GetCallerIdentity"]; n != 0 {
		t.Errorf("%v: asked for what the service does not have", b.lab.Calls())
	}
}

// answering is a transport that changes what the lab answers.
func answering(via http.RoundTripper, change func(r *http.Request, status int, header http.Header, body string) (int, string)) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := via.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return nil, err
		}
		response.Body.Close()
		status, text := change(r, response.StatusCode, response.Header, string(body))
		response.StatusCode, response.Status, response.ContentLength = status, "", int64(len(text))
		response.Header.Del("Content-Length")
		response.Body = io.NopCloser(strings.NewReader(text))
		return response, nil
	})
}

// scanThrough is a scanner with the descriptions of acme, on a lab whose answers are changed.
func scanThrough(t *testing.T, world lab.World, set *vendors.Set, change func(r *http.Request, status int, header http.Header, body string) (int, string)) bench {
	t.Helper()
	b := start(t, world, scanners.Runtime{})
	toLab := answering(roundTrip(func(r *http.Request) (*http.Response, error) {
		sent := r.Clone(r.Context())
		sent.URL.Host, sent.URL.Scheme = strings.TrimPrefix(b.lab.URL(), "http://"), "http"
		sent.Host = sent.URL.Host
		return b.lab.Transport().RoundTrip(sent)
	}), change)
	b.scanner = awss3.New(scanners.Runtime{Transport: toLab, Now: func() time.Time { return at }}, signedAs(mine), awss3.WithVendors(set), atOnce())
	return b
}

func acmeSet(t *testing.T) *vendors.Set {
	t.Helper()
	set, err := vendors.Load(fstest.MapFS{"acme.yaml": {Data: []byte(acmeVendor())}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// A server of anybody's own is known by what it says it is, or by what the user says.
func TestVendorWithoutAHostOfItsOwn(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	renamed := func(server string) func(*http.Request, int, http.Header, string) (int, string) {
		return func(_ *http.Request, status int, header http.Header, body string) (int, string) {
			header.Set("Server", server)
			return status, strings.ReplaceAll(body, "VersioningConfiguration", "AcmeVersions")
		}
	}
	for _, tc := range []struct{ name, server, target, vendor string }{
		{"by its answers", "Acme/2.1", "aws:?endpoint-url=http://localhost:9000", "acme"},
		{"by the user", "nginx", "aws:?endpoint-url=http://localhost:9000&vendor=acme", "acme"},
		{"by nothing", "nginx", "aws:?endpoint-url=http://localhost:9000", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := scanThrough(t, world, acmeSet(t), renamed(tc.server))
			refs := b.mustDiscover(tc.target).refs
			rec := b.inspect(refs[1], "bucket.versioning", "bucket.website")
			if rec.Vendor != tc.vendor {
				t.Errorf("vendor %q, want %q", rec.Vendor, tc.vendor)
			}
			want := scanners.Known
			if tc.vendor == "" {
				want = scanners.Unknown
			}
			if got := rec.Status("bucket.versioning"); got.State != want {
				t.Errorf("an answer with acme's own root is %+v, want %s", got, want)
			}
			if got := rec.Status("bucket.website"); (got.State == scanners.Unsupported) != (tc.vendor != "") {
				t.Errorf("website: %+v", got)
			}
		})
	}
	b := scanThrough(t, world, acmeSet(t), renamed("nginx"))
	if got := b.discover("aws:?endpoint-url=http://localhost:9000&vendor=acmee"); len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrBadTarget) {
		t.Errorf("a vendor that is not described: %+v", got.errs)
	}
}

// A service that answers what it does not know with a listing, and is known to, has no such setting.
func TestListingInTheAnswersPlace(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Wrong, Operation: "GetBucketEncryption"}}
	for text, want := range map[string]scanners.State{
		acmeVendor(): scanners.Unknown,
		acmeVendor() + "unknown_as_listing: https://acme.example/docs\n": scanners.Unsupported,
	} {
		set, err := vendors.Load(fstest.MapFS{"acme.yaml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		b := scanThrough(t, world, set, func(_ *http.Request, status int, _ http.Header, body string) (int, string) { return status, body })
		refs := b.mustDiscover("aws:?endpoint-url=https://s3.acme.example").refs
		rec := b.inspect(refs[1], "bucket.encryption")
		if got := rec.Status("bucket.encryption"); got.State != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

func TestUnknownServiceThatAnswersEverythingWithAListing(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	for _, tc := range factCases() {
		world.Faults = append(world.Faults, lab.Fault{Kind: lab.Wrong, Operation: tc.call})
	}
	world.Faults = append(world.Faults, lab.Fault{Kind: lab.Wrong, Operation: "GetCallerIdentity"})
	b := elsewhereBench(t, world, "127.0.0.1:9100")
	got := b.mustDiscover("s3://acme?endpoint-url=http://127.0.0.1:9100")
	rec := b.inspect(got.refs[1], allFacts(b.scanner, scanners.KindBucket)...)
	for _, tc := range factCases() {
		if status := rec.Status(tc.name); status.Reason.Code != scanners.Malformed {
			t.Errorf("%s: %+v, want malformed", tc.name, status)
		}
	}
}

func TestServiceThatSpeaksForAnAccount(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Accounts[0].Block = lab.BlockAll()
	world.Accounts[0].Points = []lab.AccessPoint{{Name: "door", Bucket: "acme", Region: "us-east-1"}}
	b := elsewhereBench(t, world, "localhost:5000")
	got := b.mustDiscover("aws:?endpoint-url=http://localhost:5000")
	if got.refs[0].ID != "s3:localhost:5000:account/"+mine {
		t.Errorf("%+v", got.refs[0])
	}
	// Names are unique only where they are: an access point is told apart from Amazon's by the host.
	if id := got.refs[len(got.refs)-1].ID; id != "s3:localhost:5000:accesspoint/"+mine+"/us-east-1/door" {
		t.Errorf("the access point is %q", id)
	}
	rec := b.inspect(got.refs[0], "scope.aws.public_access_block")
	if !rec.Scope.AWS.PublicAccessBlock.Value.BlockPublicAcls {
		t.Errorf("%+v", rec.Scope.AWS.PublicAccessBlock)
	}
}

// TestEndpointFromTheEnvironment: what the SDK reads by itself counts like the option.
func TestEndpointFromTheEnvironment(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"AWS_ACCESS_KEY_ID": "LAB" + mine, "AWS_SECRET_ACCESS_KEY": "x", name: "http://127.0.0.1:9"}
			got := chain(t, oneBucket(lab.Bucket{}), nil, env, "").mustDiscover("aws")
			if diff := cmp.Diff([]string{"s3:127.0.0.1:9:account/" + mine, "s3:127.0.0.1:9:bucket/acme"}, got.ids()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAccountThatIsNoNumberIsNone(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	b.scanner = awss3.New(scanners.Runtime{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		text := "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>x</Arn><Account>../../evil</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
		if r.Method == http.MethodGet {
			text = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
	})}, signedAs(mine), atOnce())
	if diff := cmp.Diff([]string{"s3:localhost:5000:account/"}, b.mustDiscover("aws:?endpoint-url=http://localhost:5000").ids()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
