package awss3_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// bench is a lab with a scanner pointed at it. No test waits: backoff is counted, not slept.
type bench struct {
	*testing.T
	lab     *lab.Lab
	scanner *awss3.Scanner
	waits   *[]time.Duration
}

func start(t *testing.T, world lab.World, rt scanners.Runtime, opts ...awss3.Option) bench {
	t.Helper()
	l, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	waits := &[]time.Duration{}
	rt.Transport, rt.UserAgent = l.Transport(), "tojimari/test"
	if rt.Now == nil {
		rt.Now = func() time.Time { return at }
	}
	options := append([]awss3.Option{
		awss3.WithCredentials(lab.Credentials(world)),
		awss3.WithSleep(func(ctx context.Context, d time.Duration) error {
			*waits = append(*waits, d)
			return ctx.Err()
		}),
	}, opts...)
	return bench{t, l, awss3.New(rt, options...), waits}
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

func (b bench) discover(text string) found {
	b.Helper()
	var f found
	for ref, err := range b.scanner.Discover(b.Context(), target(b.T, text)) {
		if err != nil {
			f.errs = append(f.errs, err)
			continue
		}
		f.refs = append(f.refs, ref)
	}
	return f
}

func (f found) ids() []string {
	var out []string
	for _, r := range f.refs {
		out = append(out, r.ID)
	}
	return out
}

func (b bench) mustDiscover(text string) found {
	b.Helper()
	f := b.discover(text)
	for _, err := range f.errs {
		b.Fatalf("discovering %q: %v", text, err)
	}
	return f
}

// ref finds one resource by its id.
func (b bench) ref(text, id string) scanners.Ref {
	b.Helper()
	f := b.mustDiscover(text)
	for _, r := range f.refs {
		if r.ID == id {
			return r
		}
	}
	b.Fatalf("no %q among %q", id, f.ids())
	panic("unreachable")
}

func (b bench) inspect(ref scanners.Ref, need ...scanners.FactName) scanners.Record {
	b.Helper()
	rec, err := b.scanner.Inspect(b.Context(), ref, scanners.NewFactSet(need...), nil)
	if err != nil {
		b.Fatalf("inspecting %q: %v", ref.ID, err)
	}
	return rec
}

func allFacts(s *awss3.Scanner, kind scanners.Kind) []scanners.FactName {
	return s.Describe().Facts().OfKind(kind).Names()
}

func oneBucket(b lab.Bucket) lab.World {
	if b.Name == "" {
		b.Name = "acme"
	}
	if b.Region == "" {
		b.Region = "us-east-1"
	}
	return lab.World{Accounts: []lab.Account{{ID: "111122223333", Buckets: []lab.Bucket{b}}}}
}

func hintOf(err error) string {
	var h *scanners.HintError
	if errors.As(err, &h) {
		return h.Hint
	}
	return ""
}

// signedAs replaces the bench's credentials by another account's of the same world.
func signedAs(account string) awss3.Option {
	return awss3.WithCredentials(lab.Credentials(lab.World{Accounts: []lab.Account{{ID: account}}}))
}

// atOnce leaves out every wait.
func atOnce() awss3.Option {
	return awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}
