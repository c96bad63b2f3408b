package gcs_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// at is the moment of every test.
var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// bench is a scanner before a pretend cloud.
type bench struct {
	*testing.T
	lab     *lab.Lab
	scanner *gcs.Scanner
	waits   *[]time.Duration
}

func start(t *testing.T, google *lab.Google, rt scanners.Runtime, faults ...lab.Fault) bench {
	t.Helper()
	return startWith(t, google, rt, faults, gcs.WithCredentials(lab.GoogleCredentials()))
}

func startWith(t *testing.T, google *lab.Google, rt scanners.Runtime, faults []lab.Fault, opts ...gcs.Option) bench {
	t.Helper()
	l, err := lab.Start(lab.World{Google: google, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	if rt.Transport == nil {
		rt.Transport = l.Transport()
	}
	rt.Now = func() time.Time { return at }
	waits := &[]time.Duration{}
	opts = append([]gcs.Option{gcs.WithSleep(func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	})}, opts...)
	return bench{t, l, gcs.New(rt, opts...), waits}
}

func target(t *testing.T, text string) scanners.Target {
	t.Helper()
	got, err := scanners.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

type found struct {
	refs []scanners.Ref
	errs []error
}

func (f found) ids() []string {
	var out []string
	for _, r := range f.refs {
		out = append(out, r.ID)
	}
	return out
}

func (b bench) discover(text string) found {
	b.Helper()
	var out found
	for ref, err := range b.scanner.Discover(b.Context(), target(b.T, text)) {
		if err != nil {
			out.errs = append(out.errs, err)
			continue
		}
		out.refs = append(out.refs, ref)
	}
	return out
}

func (b bench) mustDiscover(text string) found {
	b.Helper()
	got := b.discover(text)
	if len(got.errs) > 0 {
		b.Fatal(got.errs)
	}
	return got
}

// ref discovers a target and picks one resource.
func (b bench) ref(text, id string) scanners.Ref {
	b.Helper()
	got := b.mustDiscover(text)
	for _, r := range got.refs {
		if r.ID == id {
			return r
		}
	}
	b.Fatalf("%s has no %s: %v", text, id, got.ids())
	return scanners.Ref{}
}

// inspect reads facts; none named means all of the kind.
func (b bench) inspect(ref scanners.Ref, names ...scanners.FactName) scanners.Record {
	b.Helper()
	need := scanners.NewFactSet(names...)
	if len(names) == 0 {
		need = b.scanner.Describe().Facts().OfKind(ref.Kind)
	}
	rec, err := b.scanner.Inspect(b.Context(), ref, need, nil)
	if err != nil {
		b.Fatal(err)
	}
	return rec
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

func hintOf(err error) string {
	var hint *scanners.HintError
	if errors.As(err, &hint) {
		return hint.Hint
	}
	return ""
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const acme = "gcp:gcs:bucket/acme"

// uniform is the configuration of a bucket with uniform access.
func uniform() *storage.BucketIamConfiguration {
	return &storage.BucketIamConfiguration{PublicAccessPrevention: "inherited",
		UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true, LockedTime: "2026-12-01T00:00:00Z"}}
}

// byObject is that of one where objects have ACLs.
func byObject() *storage.BucketIamConfiguration {
	return &storage.BucketIamConfiguration{UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{}}
}

// oneBucket is a project without an organisation that holds the bucket acme.
func oneBucket(b lab.GoogleBucket) *lab.Google {
	b.Resource.Name = "acme"
	if b.Resource.Location == "" {
		b.Resource.Location = "EU"
	}
	if b.Resource.IamConfiguration == nil {
		b.Resource.IamConfiguration = uniform()
	}
	return &lab.Google{Projects: []lab.GoogleProject{{ID: "acme-prod", Number: 42, Buckets: []lab.GoogleBucket{b}}}}
}
