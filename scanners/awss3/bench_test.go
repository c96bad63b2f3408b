package awss3_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// BenchmarkBuckets reads every fact of 1,000 buckets, many side by side, with and without a delay on each
// call. The engine's own benchmark measures pace and order around it.
func BenchmarkBuckets(b *testing.B) {
	for _, c := range []struct {
		latency time.Duration
		workers int
	}{{0, 8}, {50 * time.Millisecond, 200}} {
		b.Run(fmt.Sprintf("latency=%v/workers=%d", c.latency, c.workers), func(b *testing.B) {
			world := lab.BigWorld(1000, c.latency)
			l, err := lab.Start(world)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			s := awss3.New(scanners.Runtime{Transport: l.Transport()}, awss3.WithCredentials(lab.Credentials(world)))
			need := s.Describe().Facts().OfKind(scanners.KindBucket)
			b.ReportAllocs()
			for b.Loop() {
				refs := make(chan scanners.Ref, 1024)
				var group sync.WaitGroup
				for range c.workers {
					group.Go(func() {
						for ref := range refs {
							if _, err := s.Inspect(b.Context(), ref, need, nil); err != nil {
								b.Error(err)
							}
						}
					})
				}
				for ref, err := range s.Discover(b.Context(), scanners.Target{Scheme: "aws"}) {
					if err != nil {
						b.Fatal(err)
					}
					if ref.Kind == scanners.KindBucket {
						refs <- ref
					}
				}
				close(refs)
				group.Wait()
			}
			calls := 0
			for _, n := range l.Calls() {
				calls += n
			}
			b.ReportMetric(float64(calls)/float64(b.N), "calls/op")
		})
	}
}
