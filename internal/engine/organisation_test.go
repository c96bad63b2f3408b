package engine_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
)

// throttling answers after 50 ms and refuses one call in twenty.
type throttling struct {
	mu sync.Mutex
	n  int
}

func (s *throttling) RoundTrip(*http.Request) (*http.Response, error) {
	time.Sleep(50 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n++; s.n%20 == 0 {
		return &http.Response{StatusCode: 503, Body: io.NopCloser(strings.NewReader("<Code>SlowDown</Code>")), ContentLength: -1, Header: http.Header{}}, nil
	}
	return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
}

// An organisation, in made-up time: a fifth of the 200 accounts with 100 buckets each that the figures speak of, four
// calls per bucket, one in twenty throttled. The figure is 40 s for all of it, of which the processors need half.
func TestOrganisationUnderThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer := pace.New(pace.Config{Base: &throttling{}})
		w := &world{accounts: 40, buckets: 100, quiet: true, before: func(ctx context.Context, _ string, _ scanners.FactSet) {
			for range 4 {
				for wait := 100 * time.Millisecond; ; wait *= 2 {
					req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://s3/", nil)
					resp, err := pacer.RoundTrip(req)
					if err != nil {
						t.Error(err)
						return
					}
					resp.Body.Close()
					if resp.StatusCode == 200 {
						break
					}
					time.Sleep(wait)
				}
			}
		}}
		start := time.Now()
		got := scan(t, t.Context(), w, func(c *engine.Config) { c.Needs = only{"bucket.aws.acl"}; c.Pace = pacer })
		took := time.Since(start)
		t.Logf("%v for %d records, %+v", took, got.summary.Records[scanners.KindBucket], pacer.Stats())
		if took > 5*time.Second {
			t.Errorf("took %v; the figure for all accounts would be missed", took)
		}
		if n := got.summary.Records[scanners.KindBucket]; n != 4000 {
			t.Errorf("%d buckets", n)
		}
	})
}
