package awss3_test

import (
	"io"
	"net/http"
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

const acmeVendor = `name: acme
title: Acme Object Store
docs: [https://acme.example/docs]
endpoints:
  - {form: "s3.acme.example", style: path}
api: {policy_status: unsupported, website: unsupported, access_points: unsupported, account_public_access_block: unsupported}
absent_as_200: [encryption, public_access_block]
`

// elsewhereBench is a lab behind the host of an S3-compatible service.
func elsewhereBench(t *testing.T, world lab.World, host string, opts ...awss3.Option) bench {
	t.Helper()
	set, err := vendors.Load(fstest.MapFS{"acme.yaml": {Data: []byte(acmeVendor)}})
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
		"bucket.aws.public_access_block": scanners.Absent, "bucket.aws.ownership": scanners.Unknown,
	} {
		if got := rec.Status(name); got.State != want {
			t.Errorf("%s: %+v, want %s", name, got, want)
		}
	}
	scope := b.inspect(got.refs[0], allFacts(b.scanner, scanners.KindScope)...)
	for name, status := range scope.Facts() {
		if strings.HasPrefix(string(name), "scope.aws.") && status.State != scanners.Unsupported {
			t.Errorf("%s: %+v, want unsupported", name, status)
		}
	}
	if n := b.lab.Calls()["s3:GetBucketPolicyStatus"] + b.lab.Calls()["sts:GetCallerIdentity"]; n != 0 {
		t.Errorf("%v: asked for what the service does not have", b.lab.Calls())
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
	b := elsewhereBench(t, world, "localhost:5000")
	got := b.mustDiscover("aws:?endpoint-url=http://localhost:5000")
	if got.refs[0].ID != "s3:localhost:5000:account/"+mine {
		t.Errorf("%+v", got.refs[0])
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
