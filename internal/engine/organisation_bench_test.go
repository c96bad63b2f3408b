// The figures for whole organisations, measured as a scan of the real program is: discovery, every chosen rule judged,
// the default pace. The clouds are the lab's, in a process of their own, so that their memory is not in the figures.
//
//	make bench BENCH=Organisation

package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// bigWorld says which world a process of its own is to serve.
type bigWorld struct {
	Cloud         string // "aws", "azure" or "gcp"
	Subscriptions int    // Azure only
	Accounts, N   int
	Latency       time.Duration
	Share         int // one request in this many is throttled once
}

func (w bigWorld) world() lab.World {
	out := lab.BigOrganization(w.Accounts, w.N, w.Latency)
	switch w.Cloud {
	case "azure":
		out = lab.BigAzure(w.Subscriptions, w.Accounts, w.N, w.Latency)
	case "gcp":
		out = lab.BigGoogle(w.Accounts, w.N, w.Latency)
	}
	if w.Share > 0 {
		out.Faults = []lab.Fault{{Kind: lab.Throttle, Share: w.Share, Times: 1}}
	}
	return out
}

// servedWorld is the variable in which the process that serves is told what.
const servedWorld = "TOJIMARI_BENCH_WORLD"

// TestServeWorld serves a world until its input ends, and then says how often it was called; only serve starts it.
func TestServeWorld(t *testing.T) {
	text := os.Getenv(servedWorld)
	if text == "" {
		t.Skip("only for the benchmarks")
	}
	var w bigWorld
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	l, err := lab.Start(w.world())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fmt.Fprintln(os.Stdout, l.URL())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(l.Calls()); err != nil {
		t.Fatal(err)
	}
}

// elsewhere carries requests for any host to the process that serves the world.
type elsewhere struct {
	address string
	base    *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if sent.Host == "" {
		sent.Host = r.URL.Host
	}
	sent.URL.Scheme, sent.URL.Host = "http", e.address
	return e.base.RoundTrip(sent)
}

// serve starts a process that serves w. The function that it returns ends it and gives its calls.
func serve(b *testing.B, w bigWorld) (http.RoundTripper, func() map[string]int) {
	b.Helper()
	text, err := json.Marshal(w)
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), self, "-test.run=^TestServeWorld$", "-test.timeout=0")
	cmd.Env = append(os.Environ(), servedWorld+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); _ = cmd.Wait() }) // what matters of it has been read
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		b.Fatalf("the world did not come up: %v", lines.Err())
	}
	base := &http.Transport{MaxIdleConnsPerHost: pace.DefaultMax, MaxIdleConns: pace.DefaultMax, DisableCompression: true}
	return elsewhere{strings.TrimPrefix(lines.Text(), "http://"), base}, func() map[string]int {
		base.CloseIdleConnections()
		in.Close()
		calls := map[string]int{}
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &calls) != nil {
			b.Fatalf("the world did not say how often it was called: %q, %v", lines.Text(), lines.Err())
		}
		return calls
	}
}

// memory is the most that the process holds of the system's memory, looked at twenty times a second.
type memory struct {
	stop chan struct{}
	done sync.WaitGroup
	most uint64
}

func watchMemory() *memory {
	m := &memory{stop: make(chan struct{})}
	m.done.Go(func() {
		samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			metrics.Read(samples)
			m.most = max(m.most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			select {
			case <-tick.C:
			case <-m.stop:
				return
			}
		}
	})
	return m
}

func (m *memory) end() float64 {
	close(m.stop)
	m.done.Wait()
	return float64(m.most) / (1 << 20)
}

// processor is the time that the processors have spent on this process.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// judged gives the engine what a book of rules needs.
type judged struct{ *judge.Judge }

// scanAll scans a target with the chosen rules as the program does, and reports the figures.
func scanAll(b *testing.B, w bigWorld, target string, chosen judge.Selection) (perOperation map[string]int) {
	b.Helper()
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		b.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{Selection: chosen})
	if err != nil {
		b.Fatal(err)
	}
	t, err := scanners.ParseTarget(target)
	if err != nil {
		b.Fatal(err)
	}
	transport, end := serve(b, w)
	pacer := pace.New(pace.Config{Base: transport})
	rt := scanners.Runtime{Transport: pacer, Now: time.Now, UserAgent: "bench", Options: map[string]string{"region": "us-east-1"}}
	registry, err := all.New(rt, all.Config{
		AWS:   []awss3.Option{awss3.WithCredentials(lab.Credentials(lab.BigOrganization(1, 0, 0)))},
		Azure: []azureblob.Option{azureblob.WithCredential(lab.AzureCredential())},
		GCS:   []gcs.Option{gcs.WithCredentials(lab.GoogleCredentials())},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(128 << 20)) // as the program does
	var room []result.Result
	buckets, results := 0, 0
	watch, began, used := watchMemory(), time.Now(), processor(b)
	summary, err := engine.Run(b.Context(), engine.Config{
		Registry: registry, Targets: []scanners.Target{t}, Needs: judged{j}, Pace: pacer, Now: time.Now,
		Emit: func(e engine.Event) error {
			if e.Failed != nil {
				b.Errorf("%+v", *e.Failed)
			}
			if e.Record == nil {
				return nil
			}
			if e.Record.Kind == scanners.KindBucket {
				buckets++
			}
			room = j.Append(room, e.Record, began).Results
			results += len(room)
			return nil
		},
	})
	took, used := time.Since(began), processor(b)-used
	most := watch.end()
	if err != nil {
		b.Fatal(err)
	}
	for _, u := range summary.Unread {
		if u.Code != scanners.NotInspected {
			b.Errorf("lost: %+v", u)
		}
	}
	if want := max(w.Subscriptions, 1) * w.Accounts * w.N; buckets != want {
		b.Errorf("%d of %d buckets", buckets, want)
	}
	stats := pacer.Stats()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took.Seconds(), "s/scan")
	b.ReportMetric(used.Seconds(), "cpu-s/scan")
	b.ReportMetric(most, "MB-most")
	b.ReportMetric(float64(stats.Calls)/float64(buckets), "calls/bucket")
	b.ReportMetric(100*float64(stats.Throttled)/float64(stats.Calls), "%throttled")
	b.ReportMetric(float64(results)/float64(buckets), "results/bucket")
	return end()
}

// BenchmarkOrganisationAWS: the exposure rules under 40 s, all rules under 120 s, and no more memory for twice as many
// accounts.
func BenchmarkOrganisationAWS(b *testing.B) {
	exposure := judge.Selection{Tags: []string{"exposure"}}
	for _, tc := range []struct {
		name     string
		accounts int
		chosen   judge.Selection
	}{{"exposure/200", 200, exposure}, {"exposure/400", 400, exposure}, {"all/200", 200, judge.Selection{}}} {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				scanAll(b, bigWorld{Cloud: "aws", Accounts: tc.accounts, N: 100, Latency: 50 * time.Millisecond, Share: 20}, "aws:org", tc.chosen)
			}
		})
	}
}

// BenchmarkOrganisationAzure: the same of a management group, with two calls per account for exposure.
func BenchmarkOrganisationAzure(b *testing.B) {
	exposure := judge.Selection{Rules: []string{"public-list", "public-read", "public-write", "public-permissions"}}
	for _, tc := range []struct {
		name     string
		accounts int
		chosen   judge.Selection
	}{{"exposure/200", 10, exposure}, {"exposure/400", 20, exposure}, {"all/200", 10, judge.Selection{}}} {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				w := bigWorld{Cloud: "azure", Subscriptions: 20, Accounts: tc.accounts, N: 100, Latency: 50 * time.Millisecond, Share: 20}
				calls := scanAll(b, w, "azure:mg/big", tc.chosen)
				perAccount := 0
				for operation, n := range calls {
					if !strings.Contains(operation, "ManagementGroups") && !strings.Contains(operation, "StorageAccounts.List") && !strings.Contains(operation, "BlobContainers.List") {
						perAccount += n
					}
				}
				b.ReportMetric(float64(perAccount)/float64(w.Subscriptions*w.Accounts), "calls/account")
			}
		})
	}
}

// BenchmarkOrganisationGoogle: the same of an organisation's projects, with two calls per bucket for exposure.
func BenchmarkOrganisationGoogle(b *testing.B) {
	exposure := judge.Selection{Tags: []string{"exposure"}}
	for _, tc := range []struct {
		name     string
		projects int
		chosen   judge.Selection
	}{{"exposure/200", 200, exposure}, {"exposure/400", 400, exposure}, {"all/200", 200, judge.Selection{}}, {"all/400", 400, judge.Selection{}}} {
		b.Run(tc.name, func(b *testing.B) {
			for b.Loop() {
				scanAll(b, bigWorld{Cloud: "gcp", Accounts: tc.projects, N: 100, Latency: 50 * time.Millisecond, Share: 20}, "gcp:organizations/1", tc.chosen)
			}
		})
	}
}
