package awss3_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// chain is a scanner that uses the SDK's own credential chain with the given environment and nothing else of
// this machine's.
func chain(t *testing.T, world lab.World, options map[string]string, env map[string]string, config string) bench {
	t.Helper()
	dir := t.TempDir()
	for _, name := range os.Environ() {
		if key, _, _ := strings.Cut(name, "="); strings.HasPrefix(key, "AWS_") {
			t.Setenv(key, "")
		}
	}
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for key, value := range env {
		t.Setenv(key, value)
	}
	return start(t, world, scanners.Runtime{Options: options}, awss3.WithCredentials(nil))
}

func (b bench) onlyError(text string) error {
	b.Helper()
	got := b.discover(text)
	if len(got.errs) != 1 || len(got.refs) != 0 {
		b.Fatalf("%s: refs %v, errors %v", text, got.ids(), got.errs)
	}
	return got.errs[0]
}

func TestNoCredentials(t *testing.T) {
	b := chain(t, oneBucket(lab.Bucket{}), nil, nil, "")
	err := b.onlyError("aws")
	if !errors.Is(err, scanners.ErrNoCredentials) || !strings.Contains(hintOf(err), "aws sso login") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}

func TestUnknownProfile(t *testing.T) {
	b := chain(t, oneBucket(lab.Bucket{}), nil, nil, "[profile ops]\nregion=us-east-1\n")
	err := b.onlyError("aws:nobody")
	if !errors.Is(err, scanners.ErrBadTarget) || !strings.Contains(err.Error(), `"nobody"`) || !strings.Contains(hintOf(err), "list-profiles") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}

func TestProfileAndEnvironment(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	profile := "[profile ops]\nregion=eu-west-1\naws_access_key_id=LAB" + mine + "\naws_secret_access_key=x\n"
	if ids := chain(t, world, nil, nil, profile).mustDiscover("aws:ops").ids(); len(ids) != 2 {
		t.Errorf("by profile: %v", ids)
	}
	env := map[string]string{"AWS_ACCESS_KEY_ID": "LAB" + mine, "AWS_SECRET_ACCESS_KEY": "x"}
	if ids := chain(t, world, nil, env, "").mustDiscover("aws").ids(); len(ids) != 2 {
		t.Errorf("by environment: %v", ids)
	}
}

func TestRefusedAtTheDoor(t *testing.T) {
	for _, tc := range []struct {
		fault lab.FaultKind
		want  error
		hint  string
	}{
		{lab.Expired, scanners.ErrExpired, "log in again"},
		{lab.BadKey, scanners.ErrDenied, "--region cn-north-1"},
		{lab.Skewed, scanners.ErrDenied, "clock"},
	} {
		world := oneBucket(lab.Bucket{})
		world.Faults = []lab.Fault{{Kind: tc.fault, Operation: "GetCallerIdentity"}}
		err := start(t, world, scanners.Runtime{}).onlyError("aws")
		if !errors.Is(err, tc.want) || !strings.Contains(hintOf(err), tc.hint) {
			t.Errorf("%s: %v, hint %q", tc.fault, err, hintOf(err))
		}
	}
}

func TestNoSTSStillReadsBuckets(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "GetCallerIdentity"}}
	b := start(t, world, scanners.Runtime{})
	got := b.mustDiscover("aws")
	rec := b.inspect(got.refs[1], "bucket.versioning", "bucket.aws.access_points")
	if !rec.Bucket.Versioning.Value.Enabled || rec.Bucket.AWS.AccessPoints.State != scanners.Unknown {
		t.Errorf("%+v", rec.Bucket)
	}
	scope := b.inspect(got.refs[0], "scope.aws.public_access_block")
	if got := scope.Scope.AWS.PublicAccessBlock.Reason; got.Code != scanners.Failed || !strings.Contains(got.Detail, "AccessDenied") {
		t.Errorf("%+v", got)
	}
}

func TestExpiredMidScan(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	world.Accounts[0].Buckets = append(world.Accounts[0].Buckets, lab.Bucket{Name: "later", Region: "us-east-1"})
	world.Faults = []lab.Fault{{Kind: lab.Expired, Operation: "GetBucketLogging"}, {Kind: lab.Expired, Resource: "later"}}
	b := start(t, world, scanners.Runtime{})
	refs := b.mustDiscover("aws").refs
	rec := b.inspect(refs[1], "bucket.versioning", "bucket.logging", "bucket.encryption")
	if !rec.Bucket.Versioning.Value.Enabled {
		t.Errorf("what was read before is lost: %+v", rec.Bucket.Versioning)
	}
	for _, name := range []scanners.FactName{"bucket.logging", "bucket.encryption"} {
		if got := rec.Status(name).Reason; got.Code != scanners.Failed || !strings.Contains(got.Detail, "expired") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, err := b.scanner.Inspect(t.Context(), refs[2], scanners.NewFactSet("bucket.versioning"), nil)
	if !errors.Is(err, scanners.ErrExpired) || !strings.Contains(hintOf(err), "--resume") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
	if n := b.lab.Calls()["s3:GetBucketEncryption"]; n != 0 {
		t.Errorf("%d calls with credentials known to have expired", n)
	}
}

// renewing gives a new key each time it is asked.
type renewing struct{ keys []string }

func (r *renewing) Retrieve(context.Context) (aws.Credentials, error) {
	key := r.keys[0]
	if len(r.keys) > 1 {
		r.keys = r.keys[1:]
	}
	return aws.Credentials{AccessKeyID: "LAB" + mine, SecretAccessKey: "x", SessionToken: key}, nil
}

func TestExpiredCredentialsAreRenewed(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	world.Faults = []lab.Fault{{Kind: lab.Expired, Operation: "GetBucketVersioning", Times: 1}}
	b := start(t, world, scanners.Runtime{}, awss3.WithCredentials(aws.NewCredentialsCache(&renewing{[]string{"old", "new"}})))
	if rec := b.inspect(b.ref("aws", acme), "bucket.versioning"); !rec.Bucket.Versioning.Value.Enabled {
		t.Errorf("%+v", rec.Bucket.Versioning)
	}
}

// ending gives credentials once, and then says why it has none, quoting them.
type ending struct{ given bool }

func (e *ending) Retrieve(context.Context) (aws.Credentials, error) {
	if e.given {
		return aws.Credentials{}, errors.New("no new token for wJalrXUtnFEMI/K7MDENG")
	}
	e.given = true
	return aws.Credentials{AccessKeyID: "LAB" + mine, SecretAccessKey: "wJalrXUtnFEMI/K7MDENG", CanExpire: true, Expires: time.Now().Add(-time.Hour)}, nil
}

func TestCredentialsThatCannotBeRenewed(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{}, awss3.WithCredentials(aws.NewCredentialsCache(&ending{})))
	err := b.onlyError("aws")
	if !errors.Is(err, scanners.ErrExpired) || strings.Contains(err.Error(), "wJalr") || hintOf(err) == "" {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}

// everything scans a world and returns the records as bytes.
func (b bench) everything(text string) string {
	b.Helper()
	var out strings.Builder
	for _, ref := range b.mustDiscover(text).refs {
		rec, err := b.scanner.Inspect(b.Context(), ref, b.scanner.Describe().Facts().OfKind(ref.Kind), nil)
		if err != nil {
			out.WriteString(err.Error() + "\n")
			continue
		}
		line, err := json.Marshal(rec)
		if err != nil {
			b.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.String()
}

func TestThrottlingLosesNothing(t *testing.T) {
	clean := start(t, lab.DemoWorld(), scanners.Runtime{Objects: 2})
	want := clean.everything("aws")
	for _, kind := range []lab.FaultKind{lab.Throttle, lab.Busy, lab.Limit, lab.Reset, lab.Truncate, lab.Cut, lab.Broken} {
		t.Run(string(kind), func(t *testing.T) {
			world := lab.DemoWorld()
			world.Faults = append([]lab.Fault{{Kind: kind, Share: 3, Times: 3}}, world.Faults...)
			b := start(t, world, scanners.Runtime{Objects: 2})
			if got := b.everything("aws"); got != want {
				t.Errorf("a third of the calls failing three times each changes the records:\n%s", firstDifference(want, got))
			}
			if len(*b.waits) < 30 {
				t.Errorf("only %d waits: nothing was throttled", len(*b.waits))
			}
		})
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "want " + a[i] + "\ngot  " + b[i]
		}
	}
	return "lengths differ"
}

func TestASecondRunGivesTheSameBytes(t *testing.T) {
	run := func() string {
		world := lab.DemoWorld()
		world.Faults = append(world.Faults, lab.Fault{Kind: lab.Reset, Share: 7}, lab.Fault{Kind: lab.Deny, Share: 5}, lab.Fault{Kind: lab.Throttle, Share: 4, Times: 2}, lab.Fault{Kind: lab.Wrong, Share: 11})
		return start(t, world, scanners.Runtime{Objects: 2}).everything("aws:")
	}
	if first, second := run(), run(); first != second {
		t.Error(firstDifference(first, second))
	}
}

func TestBackoff(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Throttle, Operation: "GetBucketLogging", Times: 12}}
	b := start(t, world, scanners.Runtime{})
	rec := b.inspect(b.ref("aws", acme), "bucket.logging")
	if rec.Bucket.Logging.State != scanners.Absent || len(*b.waits) != 12 {
		t.Fatalf("%+v after %d waits", rec.Bucket.Logging, len(*b.waits))
	}
	for i, wait := range *b.waits {
		full := min(100*time.Millisecond<<i, 20*time.Second)
		if wait < full/2 || wait > full {
			t.Errorf("wait %d is %v, want between %v and %v", i, wait, full/2, full)
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Busy, Operation: "GetBucketLogging", Times: 1}}
	b := start(t, world, scanners.Runtime{})
	b.inspect(b.ref("aws", acme), "bucket.logging")
	if len(*b.waits) != 1 || (*b.waits)[0] != 3*time.Second {
		t.Errorf("%v, want the 3 s that the answer asked for", *b.waits)
	}
}

func TestDeadlineEndsRetrying(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	world.Faults = []lab.Fault{{Kind: lab.Throttle, Operation: "GetBucketLogging"}}
	b := start(t, world, scanners.Runtime{Now: time.Now})
	ref := b.ref("aws", acme)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	rec, err := b.scanner.Inspect(ctx, ref, scanners.NewFactSet("bucket.versioning", "bucket.logging", "bucket.encryption"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.Bucket.Logging.Reason; !strings.Contains(got.Detail, "throttled") {
		t.Errorf("%+v", got)
	}
	if rec.Bucket.Encryption.State != scanners.Absent {
		t.Errorf("a throttled call cost its neighbour: %+v", rec.Bucket.Encryption)
	}
	if n := len(*b.waits); n == 0 || n > 8 {
		t.Errorf("%d waits: a wait beyond the deadline was begun", n)
	}
}

func TestHungConnection(t *testing.T) {
	world := oneBucket(lab.Bucket{Versioning: "Enabled"})
	world.Faults = []lab.Fault{{Kind: lab.Hang, Operation: "GetBucketLogging"}}
	b := start(t, world, scanners.Runtime{}, awss3.WithAttemptTimeout(60*time.Millisecond))
	rec := b.inspect(b.ref("aws", acme), "bucket.versioning", "bucket.logging")
	if got := rec.Bucket.Logging.Reason; got.Code != scanners.Failed || got.Detail != "no answer in time" {
		t.Errorf("%+v", got)
	}
	if !rec.Bucket.Versioning.Value.Enabled {
		t.Errorf("%+v", rec.Bucket.Versioning)
	}
}

func TestCancelled(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Throttle, Operation: "GetBucketLogging"}}
	ctx, cancel := context.WithCancel(t.Context())
	b := start(t, world, scanners.Runtime{}, awss3.WithSleep(func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}))
	ref := b.ref("aws", acme)
	rec, err := b.scanner.Inspect(ctx, ref, scanners.NewFactSet("bucket.logging", "bucket.versioning"), nil)
	if err != nil || rec.Bucket.Logging.Reason.Code != scanners.Failed {
		t.Errorf("%v, %+v", err, rec.Bucket)
	}
	if n := b.lab.Calls()["s3:GetBucketLogging"]; n != 1 {
		t.Errorf("%d attempts after Ctrl-C", n)
	}
}

func TestUnreachableEndpoint(t *testing.T) {
	refuse := roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
	})
	for text, hint := range map[string]string{"aws:?endpoint-url=https://s3.internal.example": "--endpoint-url", "s3://acme?endpoint-url=https://s3.eu-central-1.wasabisys.com": "--endpoint-url"} {
		s := awss3.New(scanners.Runtime{Transport: refuse}, awss3.WithCredentials(credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "")), atOnce())
		var errs []error
		for _, err := range s.Discover(t.Context(), target(t, text)) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		if len(errs) != 1 || !strings.Contains(hintOf(errs[0]), hint) || strings.Contains(errs[0].Error(), "wJalr") {
			t.Errorf("%s: %v, hint %q", text, errs, hintOf(errs[0]))
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRedirectsAreFollowedOnce(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	ref := b.ref("aws", acme)
	asked := 0
	pingPong := roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/acme") {
			return b.lab.Transport().RoundTrip(r)
		}
		asked++
		region := "eu-west-1"
		if strings.Contains(r.URL.Host, region) {
			region = "eu-west-2"
		}
		return &http.Response{StatusCode: 301, Header: http.Header{"X-Amz-Bucket-Region": {region}}, Request: r,
			Body: io.NopCloser(strings.NewReader("<Error><Code>PermanentRedirect</Code></Error>"))}, nil
	})
	s := awss3.New(scanners.Runtime{Transport: pingPong, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
	rec, err := s.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.versioning", "bucket.logging", "bucket.cors"), nil)
	if err != nil || rec.Bucket.Versioning.Reason.Code != scanners.Failed || asked != 4 {
		t.Errorf("%v, %+v, %d requests for three facts and one redirect", err, rec.Bucket.Versioning, asked)
	}
}

func TestNothingBehindTheCredentials(t *testing.T) {
	world := oneBucket(lab.Bucket{})
	world.Faults = []lab.Fault{{Kind: lab.Deny}}
	b := start(t, world, scanners.Runtime{})
	got := b.discover("aws")
	if len(got.refs) != 0 || len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrDenied) {
		t.Errorf("refs %v, errors %v", got.ids(), got.errs)
	}
}

// TestMetadataServiceIsNotWaitedFor: on a network where nothing answers for link-local addresses the chain ends.
func TestMetadataServiceIsNotWaitedFor(t *testing.T) {
	hang := roundTrip(func(r *http.Request) (*http.Response, error) {
		if _, limited := r.Context().Deadline(); !limited {
			t.Errorf("%s is asked without a limit", r.URL.Host)
		}
		return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	})
	b := chain(t, oneBucket(lab.Bucket{}), nil, map[string]string{"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://169.254.169.254"}, "")
	b.scanner = awss3.New(scanners.Runtime{Transport: hang}, atOnce())
	if err := b.onlyError("aws"); !errors.Is(err, scanners.ErrNoCredentials) {
		t.Errorf("%v", err)
	}
}
