// A scanner over a made-up world, for the tests of this package.

package engine_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/scanners"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// world is what the fake scanner finds: accounts a0, a1, ... with buckets each.
type world struct {
	accounts, buckets int

	// before runs at the start of every Inspect.
	before func(ctx context.Context, id string, need scanners.FactSet)
	// lose gives the error of Inspect for an id.
	lose map[string]error
	// discover yields an error after the nth resource of an account.
	discover func(account string, nth int) error

	quiet  bool // do not count calls
	weight int  // bytes in each ACL

	mu    sync.Mutex
	calls map[string]int // "ID FACT"
}

func (w *world) called(id string, need scanners.FactSet) {
	if w.quiet {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calls == nil {
		w.calls = map[string]int{}
	}
	for name := range need {
		w.calls[id+" "+string(name)]++
	}
}

func (w *world) count(id string, name scanners.FactName) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[id+" "+string(name)]
}

func (w *world) total() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		n += c
	}
	return n
}

func (w *world) Describe() scanners.Description {
	d := scanners.Description{Name: "fake", Forms: []scanners.Form{{Scheme: "fake"}}}
	for _, f := range []scanners.FactName{
		"scope.aws.public_access_block", "scope.aws.organization", "bucket.aws.acl", "bucket.aws.policy", "bucket.versioning", "bucket.labels",
	} {
		d.Supplies = append(d.Supplies, scanners.Supply{Fact: f})
	}
	return d
}

func (w *world) Discover(_ context.Context, t scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		for a := range w.accounts {
			scope := scanners.AWSAccountID(fmt.Sprintf("%s%d", t.Name, a))
			if !yield(scanners.Ref{Head: scanners.Head{ID: scope, Kind: scanners.KindScope, Provider: scanners.AWS}, Scope: scope}, nil) {
				return
			}
			for b := range w.buckets {
				if w.discover != nil {
					if err := w.discover(scope, b); err != nil {
						if !yield(scanners.Ref{Scope: scope}, err) {
							return
						}
						break
					}
				}
				name := fmt.Sprintf("%s%d-b%05d", t.Name, a, b)
				head := scanners.Head{ID: scanners.S3BucketID("", name), Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name, Parent: scope}
				if !yield(scanners.Ref{Head: head, Scope: scope}, nil) {
					return
				}
			}
		}
	}
}

func (w *world) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	w.called(ref.ID, need)
	if w.before != nil {
		w.before(ctx, ref.ID, need)
	}
	if err := w.lose[ref.ID]; err != nil {
		return scanners.Record{}, err
	}
	rec := scanners.NewRecord(ref.Head)
	if prev != nil {
		*rec = *prev
		rec.Detach(ref.Kind)
	}
	rec.At = noon
	if err := ctx.Err(); err != nil {
		for name := range rec.Unsettled(need) {
			f, _ := scanners.LookupFactField(name)
			f.SetUnknown(rec, scanners.Reason{Code: scanners.Failed, Detail: err.Error()})
		}
		return *rec, nil
	}
	from := scanners.Origin{Call: "fake"}
	if need.Has("scope.aws.public_access_block") {
		rec.Scope.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
	}
	if need.Has("scope.aws.organization") {
		rec.Scope.AWS.Organization = scanners.KnownFact(scanners.Organization{ID: "o-" + ref.ID}, from)
	}
	if need.Has("bucket.aws.acl") {
		rec.Bucket.AWS.ACL = scanners.KnownFact(scanners.ACL{Owner: ref.Name + strings.Repeat("x", w.weight)}, from)
	}
	if need.Has("bucket.aws.policy") {
		rec.Bucket.AWS.Policy = scanners.DeniedFact[scanners.PolicyText]("s3:GetBucketPolicy", from)
	}
	if need.Has("bucket.versioning") {
		rec.Bucket.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: true}, from)
	}
	if need.Has("bucket.labels") {
		rec.Bucket.Labels = scanners.AbsentFact[scanners.Labels](from)
	}
	return *rec, nil
}

// needs asks for ACL and account block at first, for the policy when the ACL is known, and for the organisation
// and versioning of every third bucket when the policy is settled.
type needs struct{}

func (needs) First(kind scanners.Kind, _ scanners.Provider) scanners.FactSet {
	if kind == scanners.KindBucket {
		return scanners.NewFactSet("bucket.aws.acl", "scope.aws.public_access_block")
	}
	return nil
}

func (needs) More(rec *scanners.Record) scanners.FactSet {
	if rec.Kind != scanners.KindBucket {
		return nil
	}
	more := scanners.NewFactSet("bucket.aws.policy", "bucket.aws.access_points") // the second is not supplied
	if rec.Bucket.AWS.Policy.Settled() && rec.Name != "" && rec.Name[len(rec.Name)-1]%3 == 0 {
		more.Add("scope.aws.organization", "bucket.versioning")
	}
	return more
}

// ran is what a run delivered.
type ran struct {
	events  []engine.Event
	summary engine.Summary
}

func (r ran) ids() []string {
	var out []string
	for _, e := range r.events {
		switch {
		case e.Record != nil:
			out = append(out, e.Record.ID)
		case e.End != nil:
			out = append(out, fmt.Sprintf("end %s %d", e.End.Scope, e.End.Records))
		case e.Failed != nil:
			out = append(out, fmt.Sprintf("failed %s %s%s", e.Failed.Code, e.Failed.Scope, prefixed(" ", e.Failed.Resource)))
		}
	}
	return out
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (r ran) record(id string) *scanners.Record {
	i := slices.IndexFunc(r.events, func(e engine.Event) bool { return e.Record != nil && e.Record.ID == id })
	if i < 0 {
		return nil
	}
	return r.events[i].Record
}

func scan(t *testing.T, ctx context.Context, w *world, change func(*engine.Config)) ran {
	t.Helper()
	registry, err := scanners.NewRegistry(w)
	if err != nil {
		t.Fatal(err)
	}
	var got ran
	cfg := engine.Config{
		Registry: registry,
		Targets:  []scanners.Target{{Scheme: "fake", Name: "a"}},
		Needs:    needs{},
		Now:      func() time.Time { return noon },
		Emit:     func(e engine.Event) error { got.events = append(got.events, e); return nil },
	}
	if change != nil {
		change(&cfg)
	}
	if got.summary, err = engine.Run(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	return got
}

// only needs one fact of buckets and nothing more.
type only struct{ name scanners.FactName }

func (o only) First(kind scanners.Kind, _ scanners.Provider) scanners.FactSet {
	if kind == o.name.Kind() {
		return scanners.NewFactSet(o.name)
	}
	return nil
}

func (only) More(*scanners.Record) scanners.FactSet { return nil }

// failing is a scanner whose targets cannot be read at all.
type failing struct {
	ref scanners.Ref
	err error
}

func (f *failing) Describe() scanners.Description {
	return scanners.Description{Name: "failing", Forms: []scanners.Form{{Scheme: "failing"}}}
}

func (f *failing) Discover(context.Context, scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) { yield(f.ref, f.err) }
}

func (f *failing) Inspect(context.Context, scanners.Ref, scanners.FactSet, *scanners.Record) (scanners.Record, error) {
	return scanners.Record{}, f.err
}
