package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

func lines(t *testing.T, r ran) string {
	t.Helper()
	var out bytes.Buffer
	w := scanners.NewLineWriter(&out)
	for _, e := range r.events {
		if err := w.Write(e.Line()); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestOrderIsThatOfDiscovery(t *testing.T) {
	w := &world{accounts: 2, buckets: 2}
	got := scan(t, t.Context(), w, nil).ids()
	want := []string{
		"aws:account/a0", "aws:s3:bucket/a0-b00000", "aws:s3:bucket/a0-b00001", "end aws:account/a0 3",
		"aws:account/a1", "aws:s3:bucket/a1-b00000", "aws:s3:bucket/a1-b00001", "end aws:account/a1 3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Later resources finish first here, and every concurrency has to give the same bytes.
func TestBytesDoNotDependOnConcurrency(t *testing.T) {
	var first string
	for _, concurrency := range []int{1, 3, 64} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int64
			w := &world{accounts: 3, buckets: 50, before: func(context.Context, string, scanners.FactSet) {
				time.Sleep(time.Second / time.Duration(n.Add(1)))
			}}
			got := lines(t, scan(t, t.Context(), w, func(c *engine.Config) { c.Concurrency = concurrency }))
			if first == "" {
				first = got
			}
			if diff := cmp.Diff(first, got); diff != "" {
				t.Errorf("concurrency %d (-first +got):\n%s", concurrency, diff)
			}
		})
	}
}

func TestNeeds(t *testing.T) {
	w := &world{accounts: 2, buckets: 30}
	got := scan(t, t.Context(), w, nil)
	if n := w.count("aws:account/a0", "scope.aws.organization"); n != 1 {
		t.Errorf("the organisation of one account was asked for %d times, want once", n)
	}
	if n := w.count("aws:s3:bucket/a0-b00001", "bucket.aws.access_points"); n != 0 {
		t.Errorf("a fact that the scanner does not supply was asked for %d times", n)
	}
	for key, n := range w.calls {
		if n != 1 {
			t.Errorf("%s was asked for %d times", key, n)
		}
	}
	calling, other := got.record("aws:s3:bucket/a0-b00003"), got.record("aws:s3:bucket/a0-b00001")
	if org, _ := calling.Scope.AWS.Organization.Get(); org.ID != "o-aws:account/a0" {
		t.Errorf("bucket that called for the organisation has %+v", calling.Scope.AWS.Organization)
	}
	if calling.Bucket.Versioning.State != scanners.Known || other.Bucket.Versioning.Settled() {
		t.Errorf("versioning: of the calling bucket %v, of the other %v", calling.Bucket.Versioning, other.Bucket.Versioning)
	}
	if other.Scope.AWS.Organization.Settled() {
		t.Error("a bucket shows an organisation that only its neighbour called for")
	}
	if other.Scope.AWS.PublicAccessBlock.State != scanners.Absent {
		t.Errorf("inherited account block: %+v", other.Scope.AWS.PublicAccessBlock)
	}
	if got.record("aws:account/a0").Scope.AWS.Organization.Settled() {
		t.Error("the account's own record changed after the fact")
	}
}

func TestSameTargetTwiceIsOnce(t *testing.T) {
	target := scanners.Target{Scheme: "fake", Name: "a"}
	// The third is another target that finds the same resources.
	again := scanners.Target{Scheme: "fake", Name: "a", Options: map[string]string{"region": "x"}}
	got := scan(t, t.Context(), &world{accounts: 1, buckets: 1}, func(c *engine.Config) {
		c.Targets = []scanners.Target{target, target, again}
	}).ids()
	want := []string{"aws:account/a0", "aws:s3:bucket/a0-b00000", "end aws:account/a0 2", "end aws:account/a0 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestFailures(t *testing.T) {
	denied := scanners.WithHint(fmt.Errorf("listing buckets: %w", scanners.ErrDenied), "ask for s3:ListAllMyBuckets")
	for _, tc := range []struct {
		name  string
		world *world
		want  []string
	}{{
		name:  "a bucket that is gone leaves its scope whole",
		world: &world{accounts: 1, buckets: 2, lose: map[string]error{"aws:s3:bucket/a0-b00000": scanners.ErrGone}},
		want:  []string{"aws:account/a0", "failed gone aws:account/a0 aws:s3:bucket/a0-b00000", "aws:s3:bucket/a0-b00001", "end aws:account/a0 2"},
	}, {
		name:  "a bucket that is lost does not",
		world: &world{accounts: 1, buckets: 1, lose: map[string]error{"aws:s3:bucket/a0-b00000": scanners.ErrThrottled}},
		want:  []string{"aws:account/a0", "failed throttled aws:account/a0 aws:s3:bucket/a0-b00000"},
	}, {
		name: "expired credentials are said once per scope",
		world: &world{accounts: 2, buckets: 3, lose: map[string]error{
			"aws:s3:bucket/a0-b00001": scanners.ErrExpired, "aws:s3:bucket/a0-b00002": scanners.ErrExpired, "aws:s3:bucket/a1-b00001": scanners.ErrExpired,
		}},
		want: []string{
			"aws:account/a0", "aws:s3:bucket/a0-b00000", "failed expired aws:account/a0",
			"aws:account/a1", "aws:s3:bucket/a1-b00000", "aws:s3:bucket/a1-b00002", "failed expired aws:account/a1",
		},
	}, {
		name:  "a lost scope leaves its buckets",
		world: &world{accounts: 1, buckets: 1, lose: map[string]error{"aws:account/a0": errors.New("no such luck")}},
		want:  []string{"failed failed aws:account/a0 aws:account/a0", "aws:s3:bucket/a0-b00000"},
	}, {
		name: "a scope that ends in an error leaves the next one whole",
		world: &world{accounts: 2, buckets: 2, discover: func(account string, nth int) error {
			if account == "aws:account/a0" && nth == 1 {
				return denied
			}
			return nil
		}},
		want: []string{
			"aws:account/a0", "aws:s3:bucket/a0-b00000", "failed denied aws:account/a0",
			"aws:account/a1", "aws:s3:bucket/a1-b00000", "aws:s3:bucket/a1-b00001", "end aws:account/a1 3",
		},
	}, {
		name: "a panic while inspecting costs that bucket",
		world: &world{accounts: 1, buckets: 2, before: func(_ context.Context, id string, _ scanners.FactSet) {
			if id == "aws:s3:bucket/a0-b00000" {
				var none *scanners.Record
				_ = none.ID
			}
		}},
		want: []string{"aws:account/a0", "failed panic aws:account/a0 aws:s3:bucket/a0-b00000", "aws:s3:bucket/a0-b00001"},
	}, {
		name:  "a panic while discovering ends the target",
		world: &world{accounts: 1, buckets: 2, discover: func(string, int) error { panic("oh") }},
		want:  []string{"aws:account/a0", "failed panic fake:a"},
	}} {
		t.Run(tc.name, func(t *testing.T) {
			got := scan(t, t.Context(), tc.world, nil)
			if diff := cmp.Diff(tc.want, got.ids()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			for _, f := range got.summary.Failures {
				if f.Code == scanners.CodePanic && !(strings.Contains(f.Detail, "fake_test.go:") || strings.Contains(f.Detail, "engine_test.go:")) {
					t.Errorf("the failure does not say where the panic was: %s", f.Detail)
				}
				if f.Code == scanners.CodeExpired && f.Scope == "aws:account/a0" && f.Detail != "credentials have expired; 2 of the resources found were not read" {
					t.Errorf("the detail is %q", f.Detail)
				}
				if f.Code == scanners.CodeDenied && f.Hint == "" {
					t.Error("the hint was lost")
				}
			}
		})
	}
}

func TestTargetThatFailsAtOnce(t *testing.T) {
	for _, tc := range []struct {
		name string
		ref  scanners.Ref
		want string
	}{
		{"the target", scanners.Ref{}, "failed no_credentials failing:x"},
		{"a scope", scanners.Ref{Head: scanners.Head{ID: "s", Kind: scanners.KindScope}, Scope: "s"}, "failed no_credentials s"},
		{"a scope without a name of its own", scanners.Ref{Scope: "s"}, "failed no_credentials s"},
		{"inside a scope", scanners.Ref{Head: scanners.Head{ID: "azure:acct", Kind: scanners.KindStore}, Scope: "s"}, "failed no_credentials s azure:acct"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			registry, err := scanners.NewRegistry(&failing{tc.ref, scanners.ErrNoCredentials})
			if err != nil {
				t.Fatal(err)
			}
			got := scan(t, t.Context(), &world{}, func(c *engine.Config) {
				c.Registry = registry
				c.Targets = []scanners.Target{{Scheme: "failing", Name: "x"}}
			})
			if diff := cmp.Diff([]string{tc.want}, got.ids()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"failing:x"}, got.summary.FailedTargets); diff != "" {
				t.Errorf("failed targets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmptyTargetIsWhole(t *testing.T) {
	got := scan(t, t.Context(), &world{}, nil)
	if diff := cmp.Diff([]string{"end fake:a 0"}, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got.summary.FailedTargets != nil {
		t.Errorf("failed targets %v", got.summary.FailedTargets)
	}
}

func TestFilterAndKeepTakeWhatLiesInside(t *testing.T) {
	w := &world{accounts: 2, buckets: 2}
	got := scan(t, t.Context(), w, func(c *engine.Config) {
		c.Filter = func(ref scanners.Ref) bool { return ref.ID != "aws:account/a0" }
		c.Keep = func(rec *scanners.Record) bool { return rec.Name != "a1-b00000" }
	})
	want := []string{"end aws:account/a0 0", "aws:account/a1", "aws:s3:bucket/a1-b00001", "end aws:account/a1 2"}
	if diff := cmp.Diff(want, got.ids()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if w.count("aws:s3:bucket/a1-b00000", "bucket.aws.policy") != 0 {
		t.Error("more was read of a bucket that was left out")
	}
}

// At a moment in the middle the context ends. What was inspected by then is delivered, in order, and nothing else.
func TestInterruption(t *testing.T) {
	for _, tc := range []struct {
		name string
		// run scans until the moment.
		ctx   func(t *testing.T) context.Context
		cfg   func(*engine.Config)
		cause error
		code  string
	}{{
		name: "by the caller",
		ctx: func(t *testing.T) context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(2500*time.Millisecond, cancel)
			return ctx
		},
		cause: engine.ErrInterrupted, code: scanners.CodeCutOff,
	}, {
		name:  "by the deadline",
		ctx:   func(t *testing.T) context.Context { return t.Context() },
		cfg:   func(c *engine.Config) { c.Deadline = 2500 * time.Millisecond },
		cause: engine.ErrDeadline, code: scanners.CodeDeadline,
	}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{accounts: 1, buckets: 20, before: func(ctx context.Context, id string, need scanners.FactSet) {
					select {
					case <-time.After(time.Second):
					case <-ctx.Done():
					}
				}}
				got := scan(t, tc.ctx(t), w, func(c *engine.Config) {
					c.Concurrency = 5
					c.Needs = only{"bucket.aws.acl"}
					if tc.cfg != nil {
						tc.cfg(c)
					}
				})
				// Two seconds, five at once: the account and nine buckets.
				var want []string
				want = append(want, "aws:account/a0")
				for i := range 9 {
					want = append(want, fmt.Sprintf("aws:s3:bucket/a0-b%05d", i))
				}
				want = append(want, "failed "+tc.code+" aws:account/a0")
				if diff := cmp.Diff(want, got.ids()); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
				if !errors.Is(got.summary.CutOff, tc.cause) {
					t.Errorf("CutOff is %v, want %v", got.summary.CutOff, tc.cause)
				}
				last := got.events[len(got.events)-1]
				if !last.CutOff || got.events[0].CutOff {
					t.Errorf("marks: first %v, last %v", got.events[0].CutOff, last.CutOff)
				}
			})
		})
	}
}

func TestScannerThatDoesNotHeedTheContextIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		w := &world{accounts: 1, buckets: 3, before: func(_ context.Context, id string, _ scanners.FactSet) {
			if id == "aws:s3:bucket/a0-b00001" {
				<-hang
			}
		}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		got := scan(t, ctx, w, func(c *engine.Config) { c.Grace = time.Second })
		close(hang)
		want := []string{"aws:account/a0", "aws:s3:bucket/a0-b00000", "aws:s3:bucket/a0-b00002", "failed cut_off aws:account/a0"}
		if diff := cmp.Diff(want, got.ids()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestErrorOfEmitEndsTheRun(t *testing.T) {
	w := &world{accounts: 1, buckets: 5000}
	registry, err := scanners.NewRegistry(w)
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	_, err = engine.Run(t.Context(), engine.Config{
		Registry: registry, Targets: []scanners.Target{{Scheme: "fake", Name: "a"}}, Needs: needs{}, Concurrency: 4,
		Emit: func(engine.Event) error { return full },
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if n := w.count("aws:s3:bucket/a0-b04999", "bucket.aws.acl"); n != 0 {
		t.Error("the scan went on to the end")
	}
}

// The window between the first resource not yet delivered and the last one begun is bounded, also when the
// first one hangs.
func TestWindowIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		begun := 0
		w := &world{accounts: 1, buckets: 10_000, before: func(_ context.Context, id string, _ scanners.FactSet) {
			mu.Lock()
			begun++
			mu.Unlock()
			if id == "aws:s3:bucket/a0-b00000" {
				time.Sleep(time.Hour)
			}
		}}
		at := 0
		time.AfterFunc(time.Minute, func() { mu.Lock(); at = begun; mu.Unlock() })
		scan(t, t.Context(), w, func(c *engine.Config) { c.Concurrency = 10; c.Needs = only{"bucket.aws.acl"} })
		if at < 100 || at > 400 {
			t.Errorf("%d resources were begun while the first one hung", at)
		}
	})
}

func TestSummary(t *testing.T) {
	got := scan(t, t.Context(), &world{accounts: 2, buckets: 3, lose: map[string]error{"aws:s3:bucket/a1-b00002": scanners.ErrThrottled}}, nil).summary
	want := engine.Summary{
		Targets: 1,
		Records: map[scanners.Kind]int{scanners.KindScope: 2, scanners.KindBucket: 5},
		Scopes: []engine.ScopeSummary{
			{Scope: "aws:account/a0", Records: map[scanners.Kind]int{scanners.KindScope: 1, scanners.KindBucket: 3}, Unread: 3, Whole: true},
			{Scope: "aws:account/a1", Records: map[scanners.Kind]int{scanners.KindScope: 1, scanners.KindBucket: 2}, Unread: 2, Failed: 1},
		},
		Unread:       []engine.Unread{{Fact: "bucket.aws.policy", Code: scanners.Denied, Permission: "s3:GetBucketPolicy", Count: 5}},
		Failures:     []scanners.Failure{{Scope: "aws:account/a1", Resource: "aws:s3:bucket/a1-b00002", Code: "throttled", Detail: "throttled"}},
		FailureCount: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestUnknownSchemeIsRefused(t *testing.T) {
	registry, err := scanners.NewRegistry(&world{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = engine.Run(t.Context(), engine.Config{
		Registry: registry, Targets: []scanners.Target{{Scheme: "nobody"}}, Needs: needs{}, Emit: func(engine.Event) error { return nil },
	})
	if !errors.Is(err, scanners.ErrBadTarget) {
		t.Errorf("got %v", err)
	}
}

func TestTargetNameHoldsNoSecret(t *testing.T) {
	target, err := scanners.ParseTarget("https://me:secret@files.example.com/x?X-Amz-Signature=abcdef#y")
	if err != nil {
		t.Fatal(err)
	}
	if got := engine.TargetName(target); got != "https://files.example.com/x" {
		t.Errorf("got %s", got)
	}
}

// The records of a snapshot are taken as they are, with their ancestors' facts, and filters still apply.
func TestSavedRecords(t *testing.T) {
	text := header + lines(t, scan(t, t.Context(), &world{accounts: 2, buckets: 4}, nil))
	registry, err := scanners.NewRegistry(snapshot.New(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	got := scan(t, t.Context(), &world{}, func(c *engine.Config) {
		c.Registry, c.Targets, c.Needs = registry, []scanners.Target{{Scheme: "snapshot", Name: "-"}}, nobody{t}
		c.Keep = func(rec *scanners.Record) bool { return !strings.HasSuffix(rec.Name, "2") }
	})
	var want strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(text, header)) {
		if !strings.Contains(line, `00002"`) {
			want.WriteString(strings.Replace(line, `"records":5`, `"records":4`, 1))
		}
	}
	if diff := cmp.Diff(want.String(), lines(t, got)); diff != "" {
		t.Errorf("(-saved +delivered):\n%s", diff)
	}
}

// A collector need not repeat the account's facts in each of its buckets.
func TestSavedRecordsInherit(t *testing.T) {
	text := `{"record":{"id":"aws:account/1","kind":"scope","provider":"aws","name":"1","scope":{"aws":{"organization":{"state":"absent"}}}}}
{"record":{"id":"aws:s3:bucket/a","kind":"bucket","provider":"aws","name":"a","parent":"aws:account/1"}}
{"end":{"scope":"aws:account/1","records":2}}
`
	registry, err := scanners.NewRegistry(snapshot.New(strings.NewReader(text)))
	if err != nil {
		t.Fatal(err)
	}
	got := scan(t, t.Context(), &world{}, func(c *engine.Config) {
		c.Registry, c.Targets, c.Needs = registry, []scanners.Target{{Scheme: "snapshot", Name: "-"}}, nobody{t}
	})
	rec := got.record("aws:s3:bucket/a")
	if rec == nil || rec.Scope == nil || rec.Scope.AWS.Organization.State != scanners.Absent || rec.At != noon {
		t.Errorf("got %+v", rec)
	}
	if diff := cmp.Diff([]string{"aws:account/1", "aws:s3:bucket/a", "end aws:account/1 2"}, got.ids()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// nobody must not be asked for more.
type nobody struct{ t *testing.T }

func (nobody) First(scanners.Kind, scanners.Provider) scanners.FactSet { return nil }

func (n nobody) More(rec *scanners.Record) scanners.FactSet {
	n.t.Errorf("asked what %q calls for", rec.ID)
	return nil
}
