package pace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
	"pgregory.net/rapid"
)

// service answers after 50 ms and remembers how many calls it had at once.
type service struct {
	answer func(n int, req *http.Request) *http.Response

	mu             sync.Mutex
	n, flying, top int
	flyingOf       map[string]int
	topOf          map[string]int
}

const latency = 50 * time.Millisecond

func (s *service) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	if s.flyingOf == nil {
		s.flyingOf, s.topOf = map[string]int{}, map[string]int{}
	}
	n, host := s.n, req.URL.Host
	s.n++
	s.flying++
	s.flyingOf[host]++
	s.top = max(s.top, s.flying)
	s.topOf[host] = max(s.topOf[host], s.flyingOf[host])
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.flying--
		s.flyingOf[host]--
		s.mu.Unlock()
	}()
	select {
	case <-time.After(latency):
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
	if s.answer != nil {
		if resp := s.answer(n, req); resp != nil {
			return resp, nil
		}
	}
	return reply(200, "fine"), nil
}

func reply(status int, text string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text))}
}

// call makes one call and reads the answer.
func call(ctx context.Context, p *pace.Pacer, url string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := p.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// storm keeps many callers busy until n calls were answered well; a throttled call is repeated after a moment.
func storm(t *testing.T, p *pace.Pacer, callers, n int, url string) time.Duration {
	t.Helper()
	start := time.Now()
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range work {
				for {
					status, _, err := call(t.Context(), p, url)
					if err != nil {
						t.Error(err)
						return
					}
					if status == 200 {
						break
					}
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

func TestLimitDoublesUntilTheMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		p := pace.New(pace.Config{Base: s, Max: 200})
		took := storm(t, p, 400, 15_000, "http://a/")
		if s.top != 200 {
			t.Errorf("at most %d calls at once, want 200", s.top)
		}
		ideal := 15_000 * latency / 200
		if took > ideal*11/10 {
			t.Errorf("took %v, at full width it is %v", took, ideal)
		}
		if p.Width() != 32 {
			t.Errorf("width at rest is %d", p.Width())
		}
	})
}

// The service bears 20 calls at once and refuses what is over. The limit has to find that and stay near it.
func TestLimitFindsWhatTheServiceBears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		s.answer = func(int, *http.Request) *http.Response {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.flying > 20 {
				return reply(503, "<Error><Code>SlowDown</Code></Error>")
			}
			return nil
		}
		p := pace.New(pace.Config{Base: s})
		took := storm(t, p, 100, 4000, "http://a/")
		stats := p.Stats()
		if share := float64(stats.Throttled) / float64(stats.Calls); share > 0.15 || stats.Throttled == 0 {
			t.Errorf("%d of %d calls were throttled", stats.Throttled, stats.Calls)
		}
		if ideal := 4000 * latency / 20; took > 2*ideal {
			t.Errorf("took %v, ideal is %v", took, ideal)
		}
	})
}

// Five in a hundred are refused whatever the rate: that must not make the limit collapse, nor end its growth.
func TestFewRefusalsDoNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(n int, _ *http.Request) *http.Response {
			if n%20 == 7 {
				return reply(503, "")
			}
			return nil
		}}
		took := storm(t, pace.New(pace.Config{Base: s}), 400, 8000, "http://a/")
		if slowest := 8000 * latency / 128; took > slowest {
			t.Errorf("took %v, at half of the most it is %v", took, slowest)
		}
	})
}

func TestEverythingRefusedGoesToTheFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(int, *http.Request) *http.Response { return reply(429, "") }}
		p := pace.New(pace.Config{Base: s})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				for {
					if _, _, err := call(ctx, p, "http://a/"); err != nil {
						return
					}
				}
			})
		}
		// A moment at which no call ends: where one does, the next may not have begun yet.
		time.Sleep(5*time.Second + 7*time.Millisecond)
		synctest.Wait()
		s.mu.Lock()
		flying := s.flying
		s.mu.Unlock()
		if flying != 2 {
			t.Errorf("%d calls under way", flying)
		}
		wg.Wait()
	})
}

func TestLanesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(_ int, req *http.Request) *http.Response {
			if req.URL.Host == "slow" {
				return reply(429, "")
			}
			return nil
		}}
		p := pace.New(pace.Config{Base: s, Max: 100})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				for {
					if _, _, err := call(ctx, p, "http://slow/"); err != nil {
						return
					}
				}
			})
		}
		time.Sleep(5 * time.Second)
		took := storm(t, p, 200, 5000, "http://quick/")
		cancel()
		wg.Wait()
		if ideal := 5000 * latency / 100; took > ideal*5/4 {
			t.Errorf("a throttled host slowed another one: %v instead of %v", took, ideal)
		}
	})
}

func TestKeyGroupsHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{}
		p := pace.New(pace.Config{Base: s, Start: 4, Max: 4})
		ctx := pace.WithKey(t.Context(), "account")
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() { call(ctx, p, fmt.Sprintf("http://host%d/", i)) })
		}
		wg.Wait()
		if s.top != 4 {
			t.Errorf("%d at once", s.top)
		}
	})
}

// A refusal in earnest with Retry-After stops the key for that long; one refusal among many does not.
func TestRetryAfter(t *testing.T) {
	for _, tc := range []struct {
		name   string
		refuse func(n int) bool
		header string
		want   time.Duration
	}{
		{"in earnest, seconds", func(n int) bool { return n < 3 }, "Retry-After: 7", 7 * time.Second},
		{"in earnest, date", func(n int) bool { return n < 3 }, "Retry-After: Sat, 01 Jan 2000 00:00:09 GMT", 8 * time.Second},
		{"in earnest, absurd", func(n int) bool { return n < 3 }, "Retry-After: 86400", time.Minute},
		{"one of many", func(n int) bool { return n == 90 }, "Retry-After: 7", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				name, value, _ := strings.Cut(tc.header, ": ")
				s := &service{answer: func(n int, _ *http.Request) *http.Response {
					if tc.refuse(n) {
						return reply(429, "", name, value)
					}
					return nil
				}}
				p := pace.New(pace.Config{Base: s})
				start := time.Now()
				for range 100 {
					if _, _, err := call(t.Context(), p, "http://a/"); err != nil {
						t.Fatal(err)
					}
				}
				extra := time.Since(start) - 100*latency
				if extra < tc.want-time.Second || extra > 3*tc.want+time.Second {
					t.Errorf("paused for %v, asked for %v", extra, tc.want)
				}
				if tc.want == 0 && extra != 0 {
					t.Errorf("paused for %v", extra)
				}
			})
		})
	}
}

func TestThrottleIsRecognised(t *testing.T) {
	filler := strings.Repeat("x", 20_000)
	for _, tc := range []struct {
		name   string
		status int
		body   string
		header []string
		want   int
	}{
		{"429", 429, "", nil, 1},
		{"503", 503, "<Error><Code>SlowDown</Code></Error>", nil, 1},
		{"EC2 style", 400, "<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>", nil, 1},
		{"JSON with namespace", 400, `{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}`, nil, 1},
		{"type in the header", 400, `{}`, []string{"X-Amzn-ErrorType", "TooManyRequestsException:http://internal"}, 1},
		{"Google reason", 403, `{"error":{"errors":[{"reason": "rateLimitExceeded"}],"code":403}}`, nil, 1},
		{"denied", 403, "<Error><Code>AccessDenied</Code><Resource>/SlowDown/Throttling</Resource></Error>", nil, 0},
		{"fine", 200, "<Code>SlowDown</Code>", nil, 0},
		{"long answer", 404, "<Error>" + filler + "<Code>SlowDown</Code>", nil, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Config{Base: &service{answer: func(int, *http.Request) *http.Response { return reply(tc.status, tc.body, tc.header...) }}})
				status, text, err := call(t.Context(), p, "http://a/")
				if err != nil || status != tc.status || text != tc.body {
					t.Errorf("the answer was changed: %d, %d bytes, %v", status, len(text), err)
				}
				if got := p.Stats().Throttled; got != tc.want {
					t.Errorf("throttled %d, want %d", got, tc.want)
				}
			})
		})
	}
}

// stuck never answers, or stops in the middle of the body.
type stuck struct{ inBody bool }

func (s stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	if !s.inBody {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return &http.Response{StatusCode: 200, ContentLength: -1, Body: &drip{ctx: req.Context()}}, nil
}

// drip gives three bytes, slowly, and then nothing.
type drip struct {
	ctx context.Context
	n   int
}

func (d *drip) Read(buf []byte) (int, error) {
	if d.n++; d.n <= 3 {
		time.Sleep(15 * time.Second)
		buf[0] = 'x'
		return 1, nil
	}
	<-d.ctx.Done()
	return 0, d.ctx.Err()
}

func (d *drip) Close() error { return nil }

func TestStalledCallIsRetryable(t *testing.T) {
	for _, tc := range []struct {
		inBody bool
		text   string
		after  time.Duration
	}{{false, "", 20 * time.Second}, {true, "xxx", 65 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			p := pace.New(pace.Config{Base: stuck{tc.inBody}, Max: 1})
			start := time.Now()
			_, text, err := call(t.Context(), p, "http://a/")
			var stall *pace.StallError
			var timeout net.Error
			if !errors.As(err, &stall) || stall.InBody != tc.inBody || !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("got %v", err)
			}
			if text != tc.text || time.Since(start) != tc.after {
				t.Errorf("got %q after %v", text, time.Since(start))
			}
			// The place was given back.
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, _, err := call(ctx, p, "http://a/"); errors.As(err, &stall) {
				t.Errorf("the caller's own deadline was taken for a stall: %v", err)
			}
		})
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Config{Base: stuck{}, Max: 1, Attempt: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		go call(ctx, p, "http://a/")
		synctest.Wait()
		short, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if _, _, err := call(short, p, "http://a/"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, scanners.ErrThrottled) {
			t.Errorf("got %v", err)
		}
		cancelled, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		if _, _, err := call(cancelled, p, "http://a/"); !errors.Is(err, context.Canceled) || errors.Is(err, scanners.ErrThrottled) {
			t.Errorf("got %v", err)
		}
		cancel()
		synctest.Wait()
		third, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		// The first gave its place back, the second never had one: this one is sent, and cut by its own end.
		req, _ := http.NewRequestWithContext(third, http.MethodGet, "http://a/", nil)
		if _, err := p.RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, scanners.ErrThrottled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStatsHoldNoNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Config{Base: &service{}})
		for _, url := range []string{
			"http://bucket.s3/?acl", "http://bucket.s3/?acl=", "http://s3/secret/key?versionId=abc", "http://a/c?restype=container&comp=acl",
			"http://a/?" + strings.Repeat("z", 50),
		} {
			call(t.Context(), p, url)
		}
		want := []pace.OperationStats{{Operation: "GET", Calls: 2}, {Operation: "GET ?acl", Calls: 2}, {Operation: "GET ?comp=acl", Calls: 1}}
		if diff := cmp.Diff(want, p.Stats().Operations); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// An answer without a body gives its place back although nobody closes it.
func TestBareAnswersAreNotWaitedFor(t *testing.T) {
	for name, answer := range map[string]func() *http.Response{
		"no body":  func() *http.Response { return &http.Response{StatusCode: 204, ContentLength: -1, Body: http.NoBody} },
		"nil body": func() *http.Response { return &http.Response{StatusCode: 204, ContentLength: -1} },
		"empty":    func() *http.Response { return reply(200, "") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Config{Base: &service{answer: func(int, *http.Request) *http.Response { return answer() }}, Max: 1})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				for range 3 {
					req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://a/", nil)
					if _, err := p.RoundTrip(req); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// Whatever the answers, the bounds hold, every call ends, and nothing is left behind.
func TestBoundsHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 50).Draw(rt, "answers")
		limit := rapid.IntRange(1, 40).Draw(rt, "max")
		hosts := rapid.IntRange(1, 3).Draw(rt, "hosts")
		synctest.Test(t, func(t *testing.T) {
			s := &service{answer: func(n int, _ *http.Request) *http.Response {
				switch seed[n%len(seed)] {
				case 0:
					return reply(503, "", "Retry-After", "1")
				case 1:
					return reply(404, "<Code>NoSuchBucket</Code>")
				}
				return nil
			}}
			p := pace.New(pace.Config{Base: s, Max: limit, Start: 8})
			var wg sync.WaitGroup
			for i := range 120 {
				wg.Go(func() {
					ctx := t.Context()
					if i%7 == 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*time.Millisecond)
						defer cancel()
					}
					call(ctx, p, fmt.Sprintf("http://h%d/", i%hosts))
				})
			}
			wg.Wait()
			if s.top > limit || s.flying != 0 {
				t.Errorf("%d at once with a maximum of %d, %d left", s.top, limit, s.flying)
			}
		})
	})
}
