package web_test

// Speed: many pages on many hosts that answer slowly.

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

// BenchmarkTenThousandPages looks at 10,000 pages on 200 hosts of which each answers after 50 ms, without a pace, as the
// engine does with 256 at once. The figure to hold is 30 seconds.
func BenchmarkTenThousandPages(b *testing.B) {
	const hosts, pages, atOnce = 200, 10_000, 256
	world := fetchtest.New(b)
	for h := range hosts {
		address := fmt.Sprintf("52.0.%d.%d", h/100, 1+h%100)
		world.Name(fmt.Sprintf("h%d.example.com", h), []string{address})
		world.Serve(address+":80", func(w http.ResponseWriter, _ *http.Request) {
			<-time.After(50 * time.Millisecond) // the latency that is measured against
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html><head><title>x</title></head><body>hello</body></html>")
		})
	}
	for b.Loop() {
		w := web.New(scanners.Runtime{Now: time.Now, UserAgent: "tojimari/bench"}, web.Options{Resolver: world, Dial: world.Dial})
		jobs := make(chan int)
		var group sync.WaitGroup
		for range atOnce {
			group.Go(func() {
				for n := range jobs {
					target := scanners.Target{Scheme: "http", Name: fmt.Sprintf("http://h%d.example.com/p%d", n%hosts, n)}
					for ref, err := range w.Discover(context.Background(), target) {
						if err != nil {
							b.Error(err)
						}
						r, err := w.Inspect(context.Background(), ref, w.Describe().Facts(), nil)
						if err != nil || r.Page.Response.Value.Status != 200 {
							b.Errorf("%+v, %v", r.Page.Response, err)
						}
					}
				}
			})
		}
		for n := range pages {
			jobs <- n
		}
		close(jobs)
		group.Wait()
		w.Close()
	}
	b.ReportMetric(float64(b.N)*pages/b.Elapsed().Seconds(), "pages/s")
}
