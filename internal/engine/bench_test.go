// Figures: how fast, and in how much memory. `make bench BENCH=Scan` runs them.

package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// everything needs all facts of a scanner at once.
type everything struct{ facts scanners.FactSet }

func (e everything) First(kind scanners.Kind, _ scanners.Provider) scanners.FactSet {
	return e.facts.OfKind(kind)
}

func (everything) More(*scanners.Record) scanners.FactSet { return nil }

// exposure needs what a verdict on a closed bucket reads.
type exposure struct{}

func (exposure) First(kind scanners.Kind, _ scanners.Provider) scanners.FactSet {
	switch kind {
	case scanners.KindBucket:
		return scanners.NewFactSet("bucket.aws.public_access_block", "bucket.aws.acl", "bucket.aws.policy", "bucket.aws.ownership")
	case scanners.KindScope:
		return scanners.NewFactSet("scope.aws.public_access_block")
	}
	return nil
}

func (exposure) More(*scanners.Record) scanners.FactSet { return nil }

// heap measures the most live heap met, looked at every few hundred events.
type heap struct {
	n    int
	most uint64
}

func (h *heap) look() {
	if h.n++; h.n%500 != 0 {
		return
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc)
}

// BenchmarkScanLab scans the pretend S3, spoken to by the real SDK over loopback: the server's work is in the
// figure too. over-ideal is the time divided by calls x latency / concurrency.
func BenchmarkScanLab(b *testing.B) {
	const latency = 50 * time.Millisecond
	for _, tc := range []struct {
		name        string
		concurrency int
		exposure    bool
	}{{"all/200", 200, false}, {"all/default", pace.DefaultMax, false}, {"exposure/default", pace.DefaultMax, true}} {
		b.Run(tc.name, func(b *testing.B) {
			world := lab.BigWorld(1000, latency)
			l, err := lab.Start(world)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			for b.Loop() {
				pacer := pace.New(pace.Config{Base: l.Transport(), Max: tc.concurrency})
				scanner := awss3.New(scanners.Runtime{Transport: pacer, Now: time.Now, UserAgent: "bench"}, awss3.WithCredentials(lab.Credentials(world)))
				var need engine.Needs = everything{scanner.Describe().Facts()}
				if tc.exposure {
					need = exposure{}
				}
				start := time.Now()
				records := drive(b, scanner, "aws", need, pacer, tc.concurrency, nil)
				took := time.Since(start)
				stats := pacer.Stats()
				ideal := time.Duration(stats.Calls) * latency / time.Duration(tc.concurrency)
				b.ReportMetric(float64(took)/float64(ideal), "over-ideal")
				b.ReportMetric(float64(stats.Calls)/float64(records), "calls/record")
				b.ReportMetric(took.Seconds(), "s/scan")
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.Sys)/(1<<20), "MB-of-system") // the pretend cloud's included
			}
		})
	}
}

// drive runs a scan that must not lose anything and counts its records.
func drive(b *testing.B, scanner scanners.Scanner, target string, need engine.Needs, pacer engine.Pace, concurrency int, each func(engine.Event)) (records int) {
	b.Helper()
	registry, err := scanners.NewRegistry(scanner)
	if err != nil {
		b.Fatal(err)
	}
	t, err := scanners.ParseTarget(target)
	if err != nil {
		b.Fatal(err)
	}
	summary, err := engine.Run(b.Context(), engine.Config{
		Registry: registry, Targets: []scanners.Target{t}, Needs: need, Pace: pacer, Concurrency: concurrency,
		Emit: func(e engine.Event) error {
			if e.Failed != nil {
				b.Fatalf("%+v", *e.Failed)
			}
			if e.Record != nil {
				records++
			}
			if each != nil {
				each(e)
			}
			return nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, u := range summary.Unread {
		if u.Code == scanners.Failed {
			b.Fatalf("lost: %+v", u)
		}
	}
	return records
}

// BenchmarkEngine is the engine and the pace alone: a made-up world, fifteen calls of 50 ms per bucket.
func BenchmarkEngine(b *testing.B) {
	for b.Loop() {
		took, ideal, _ := madeUp(b, 1000, 15, 50*time.Millisecond)
		b.ReportMetric(float64(took)/float64(ideal), "over-ideal")
	}
}

// BenchmarkHeap scans records of 6 kB each. The heap has to be the same for a thousand buckets and for twenty
// thousand.
func BenchmarkHeap(b *testing.B) {
	for _, buckets := range []int{1000, 20_000} {
		b.Run(fmt.Sprint(buckets), func(b *testing.B) {
			for b.Loop() {
				_, _, h := madeUp(b, buckets, 1, 5*time.Millisecond)
				b.ReportMetric(float64(h.most)/(1<<20), "MB-heap")
			}
		})
	}
}

func madeUp(b *testing.B, buckets, callsEach int, latency time.Duration) (took, ideal time.Duration, h heap) {
	b.Helper()
	const concurrency = 200
	pacer := pace.New(pace.Config{Base: after(latency), Max: concurrency})
	var calls atomic.Int64
	w := &world{accounts: 1, buckets: buckets, quiet: true, weight: 6000, before: func(ctx context.Context, _ string, _ scanners.FactSet) {
		for range callsEach {
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://s3/", nil)
			resp, err := pacer.RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			calls.Add(1)
		}
	}}
	start := time.Now()
	drive(b, w, "fake:a", only{"bucket.aws.acl"}, pacer, concurrency, func(engine.Event) { h.look() })
	return time.Since(start), time.Duration(calls.Load()) * latency / concurrency, h
}

// BenchmarkSnapshot reads the records of a saved scan, without judging them.
func BenchmarkSnapshot(b *testing.B) {
	world := lab.BigWorld(2000, 0)
	l, err := lab.Start(world)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	path := filepath.Join(b.TempDir(), "snapshot.jsonl")
	w, err := snapshot.Create(path, scanners.Header{Tool: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	scanner := awss3.New(scanners.Runtime{Transport: l.Transport(), Now: time.Now, UserAgent: "bench"}, awss3.WithCredentials(lab.Credentials(world)))
	all := everything{scanner.Describe().Facts()}
	drive(b, scanner, "aws", all, nil, 0, func(e engine.Event) {
		if err := w.Write(e.Line()); err != nil {
			b.Fatal(err)
		}
	})
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n += drive(b, snapshot.New(nil), "snapshot:"+path, all, nil, 0, nil)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

// after answers every request after a while.
type after time.Duration

func (a after) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(time.Duration(a))
	return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
}
