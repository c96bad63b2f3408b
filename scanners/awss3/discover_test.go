package awss3_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

func TestAccountThenBucketsInOrder(t *testing.T) {
	made := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	world := lab.World{Accounts: []lab.Account{{ID: mine, Buckets: []lab.Bucket{
		{Name: "zeta", Region: "eu-west-1", Created: made}, {Name: "alpha", Region: "us-east-1", Created: made},
	}}}}
	b := start(t, world, scanners.Runtime{})
	got := b.mustDiscover("aws")
	want := scanners.Head{ID: "aws:s3:bucket/zeta", Kind: scanners.KindBucket, Provider: scanners.AWS, Name: "zeta", Account: mine,
		Partition: "aws", Region: "eu-west-1", Parent: "aws:account/" + mine, CreatedAt: made}
	if diff := cmp.Diff([]string{"aws:account/" + mine, "aws:s3:bucket/alpha", "aws:s3:bucket/zeta"}, got.ids()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got.refs[2].Head); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	calls := b.lab.Calls()
	if calls["s3:ListBuckets"] != 1 || calls["s3:GetBucketLocation"]+calls["s3:HeadBucket"] != 0 {
		t.Errorf("%v: the listing carries the regions", calls)
	}
}

func TestBucketsArePaged(t *testing.T) {
	b := start(t, lab.BigWorld(2500, 0), scanners.Runtime{})
	refs := b.mustDiscover("aws").refs
	if len(refs) != 2501 {
		t.Fatalf("%d refs", len(refs))
	}
	for i, ref := range refs[1:] {
		if ref.Name != fmt.Sprintf("big-%06d", i) {
			t.Fatalf("at %d: %q", i, ref.Name)
		}
	}
	if n := b.lab.Calls()["s3:ListBuckets"]; n != 3 {
		t.Errorf("%d pages, want 3", n)
	}
}

func TestNamedBuckets(t *testing.T) {
	world := organisation()
	world.Accounts[0].Buckets[0].Region = "ap-northeast-1"
	world.Accounts[1].Buckets[0].Policy = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + mine + `:root"},"Action":"s3:*","Resource":"*"}]}`
	b := start(t, world, scanners.Runtime{})
	t.Run("own", func(t *testing.T) {
		got := b.mustDiscover("s3://acme")
		if diff := cmp.Diff([]string{"aws:account/" + mine, acme}, got.ids()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got.refs[1].Region != "ap-northeast-1" {
			t.Errorf("region %q", got.refs[1].Region)
		}
	})
	t.Run("another account's", func(t *testing.T) {
		got := b.mustDiscover("s3://member-bucket")
		scope, bucket := got.refs[0], got.refs[1]
		if scope.Account != "" || bucket.Account != "" || bucket.Region != "eu-west-1" || bucket.Parent != scope.ID {
			t.Errorf("%+v", got.refs)
		}
		rec := b.inspect(scope, "scope.aws.public_access_block")
		if got := rec.Scope.AWS.PublicAccessBlock.Reason; got.Code != scanners.Failed || !strings.Contains(got.Detail, "account that owns it is not known") {
			t.Errorf("the block of its owner: %+v", got)
		}
		inside := b.inspect(bucket, "bucket.versioning", "bucket.aws.policy", "bucket.aws.access_points")
		if !inside.Bucket.Versioning.Value.Enabled || inside.Bucket.AWS.Policy.Reason.Code != scanners.Denied || inside.Bucket.AWS.AccessPoints.State != scanners.Unknown {
			t.Errorf("%+v", inside.Bucket)
		}
	})
	t.Run("missing", func(t *testing.T) {
		got := b.discover("s3://no-such-bucket")
		if len(got.errs) != 1 || len(got.refs) != 0 || !errors.Is(got.errs[0], scanners.ErrGone) || hintOf(got.errs[0]) == "" {
			t.Errorf("%v", got.errs)
		}
	})
}

func TestListBucketsDenied(t *testing.T) {
	world := oneBucket(lab.Bucket{Region: "eu-west-1"})
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "ListBuckets"}}
	b := start(t, world, scanners.Runtime{})
	got := b.discover("aws")
	if len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrDenied) || !strings.Contains(hintOf(got.errs[0]), "s3://BUCKET") || len(got.refs) != 1 {
		t.Errorf("%v, hint %q, refs %v", got.errs, hintOf(got.errs[0]), got.ids())
	}
	named := b.mustDiscover("s3://acme")
	if named.refs[1].Region != "eu-west-1" || named.refs[1].Account != mine {
		t.Errorf("%+v", named.refs[1].Head)
	}

	t.Run("and looking into the bucket too", func(t *testing.T) {
		world.Faults = append(world.Faults, lab.Fault{Kind: lab.Deny, Operation: "HeadBucket"})
		b := start(t, world, scanners.Runtime{})
		named := b.mustDiscover("s3://acme")
		if named.refs[1].Region != "eu-west-1" || named.refs[1].Account != mine {
			t.Errorf("%+v", named.refs[1].Head)
		}
	})
	t.Run("and everything else", func(t *testing.T) {
		world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: ""}}
		b := start(t, world, scanners.Runtime{})
		named := b.mustDiscover("s3://acme")
		if named.refs[1].Account != "" {
			t.Errorf("the owner was guessed: %+v", named.refs[1].Head)
		}
		rec := b.inspect(named.refs[1], allFacts(b.scanner, scanners.KindBucket)...)
		for _, tc := range factCases() {
			if got := rec.Status(tc.name); got.Reason.Code != scanners.Denied || got.Reason.Permission != tc.action {
				t.Errorf("%s: %+v", tc.name, got)
			}
		}
	})
}

func TestPartitions(t *testing.T) {
	for _, tc := range []struct{ partition, region string }{{"aws-cn", "cn-north-1"}, {"aws-us-gov", "us-gov-west-1"}} {
		world := lab.World{Accounts: []lab.Account{{ID: mine, Partition: tc.partition, Buckets: []lab.Bucket{{Name: "acme", Region: tc.region, Versioning: "Enabled"}}}}}
		b := start(t, world, scanners.Runtime{Options: map[string]string{"region": tc.region}})
		ref := b.ref("aws", acme)
		rec := b.inspect(ref, "bucket.versioning", "bucket.aws.access_points")
		if ref.Partition != tc.partition || !rec.Bucket.Versioning.Value.Enabled || rec.Bucket.AWS.AccessPoints.State != scanners.Known {
			t.Errorf("%s: %+v", tc.partition, rec)
		}
		if n := b.lab.Calls()["s3control:ListMultiRegionAccessPoints"]; n != 0 {
			t.Errorf("%s has no multi-region access points, asked %d times", tc.partition, n)
		}
	}
}

func TestBadTargets(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	for _, text := range []string{
		"s3://acme/key", "s3://a", "s3://acme--use1-az4--x-s3", "s3://acme?endpont-url=https://x", "aws:?region=../evil", "aws:?region=us-east-1.evil.example%23",
		"aws:?role-arn=role", "aws:org?org-role=a%20b", "s3://acme?endpoint-url=ftp://x", "s3://acme?endpoint-url=https://user:secret@x", "s3://acme?endpoint-url=https://",
	} {
		got := b.discover(text)
		if len(got.errs) != 1 || len(got.refs) != 0 || !errors.Is(got.errs[0], scanners.ErrBadTarget) {
			t.Errorf("%s: %v", text, got.errs)
			continue
		}
		if strings.Contains(got.errs[0].Error(), "secret") {
			t.Errorf("%s: the password is in %q", text, got.errs[0])
		}
	}
	if n := len(b.lab.Calls()); n != 0 {
		t.Errorf("%v", b.lab.Calls())
	}
}

func TestSkippedScopeIsNotListed(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	ctx := scanners.WithSkip(t.Context(), func(scope string) bool { return scope == "aws:account/"+mine })
	var ids []string
	for ref, err := range b.scanner.Discover(ctx, target(t, "aws")) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, ref.ID)
	}
	if diff := cmp.Diff([]string{"aws:account/" + mine}, ids); diff != "" || b.lab.Calls()["s3:ListBuckets"] != 0 {
		t.Errorf("%s, %v", diff, b.lab.Calls())
	}
}

// TestAmazonsOwnEndpoint: an endpoint of AWS changes the way to S3 and nothing else.
func TestAmazonsOwnEndpoint(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{Versioning: "Enabled"}), scanners.Runtime{Options: map[string]string{"endpoint-url": "https://s3.us-east-1.amazonaws.com/"}})
	got := b.mustDiscover("aws")
	if diff := cmp.Diff([]string{"aws:account/" + mine, acme}, got.ids()); diff != "" || got.refs[1].BaseURL != "" {
		t.Errorf("%+v\n%s", got.refs[1].Head, diff)
	}
	if rec := b.inspect(got.refs[1], "bucket.versioning", "bucket.aws.access_points"); !rec.Bucket.Versioning.Value.Enabled || rec.Bucket.AWS.AccessPoints.State != scanners.Known {
		t.Errorf("%+v", rec.Bucket)
	}
}
