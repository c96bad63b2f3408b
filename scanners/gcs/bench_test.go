package gcs_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// BenchmarkExposure reads what exposure begins with, of 20 projects with 100 buckets each, many side by side, with and
// without a delay on each call: at most two calls per bucket.
func BenchmarkExposure(b *testing.B) {
	for _, c := range []struct {
		latency time.Duration
		workers int
	}{{0, 8}, {50 * time.Millisecond, 200}} {
		b.Run(fmt.Sprintf("latency=%v/workers=%d", c.latency, c.workers), func(b *testing.B) {
			l, err := lab.Start(lab.BigGoogle(20, 100, c.latency))
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			s := gcs.New(scanners.Runtime{Transport: l.Transport()}, gcs.WithCredentials(lab.GoogleCredentials()))
			need := scanners.NewFactSet("bucket.gcp.iam", "bucket.gcp.uniform_access", "bucket.gcp.public_access_prevention", "bucket.gcp.acl",
				"bucket.gcp.ip_filter", "bucket.gcp.managed_folders", "bucket.requester_pays")
			b.ReportAllocs()
			buckets := 0
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
				for ref, err := range s.Discover(b.Context(), scanners.Target{Scheme: "gcp", Name: "organizations/1"}) {
					if err != nil {
						b.Fatal(err)
					}
					if ref.Kind == scanners.KindBucket {
						buckets++
						refs <- ref
					}
				}
				close(refs)
				group.Wait()
			}
			calls := l.Calls()
			b.ReportMetric(float64(total(calls))/float64(b.N), "calls/op")
			if perBucket := calls["gcp:storage.buckets.getIamPolicy"] + calls["gcp:storage.managedFolders.list"]; buckets == 0 || perBucket > 2*buckets {
				b.Errorf("%d calls for %d buckets", perBucket, buckets)
			}
		})
	}
}
