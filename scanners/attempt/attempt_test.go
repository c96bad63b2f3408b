package attempt_test

import (
	"context"
	"errors"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// caller waits in no time and notes for how long it would have.
func caller(waits *[]time.Duration) attempt.Caller {
	return attempt.Caller{
		Diagnose: func(err error) *attempt.Failure { return &attempt.Failure{Message: err.Error(), Err: err} },
		Limit:    time.Minute, Jitter: func() float64 { return 0 }, Now: time.Now,
		Sleep: func(ctx context.Context, d time.Duration) error { *waits = append(*waits, d); return ctx.Err() },
	}
}

func TestDo(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		attempts int
	}{
		"throttled":           {&attempt.Failure{Kind: attempt.Throttled}, 60},
		"by our own pace":     {scanners.ErrThrottled, 60},
		"transient":           {&attempt.Failure{Kind: attempt.Transient}, 6},
		"a clock that is off": {&attempt.Failure{Kind: attempt.ClockSkew}, 2},
		"expired":             {&attempt.Failure{Kind: attempt.Expired}, 1},
		"denied":              {&attempt.Failure{Kind: attempt.Denied}, 1},
		"something else":      {errors.New("else"), 1},
	} {
		var waits []time.Duration
		n := 0
		_, err := attempt.Do(t.Context(), caller(&waits), func(context.Context) (int, error) { n++; return 0, tc.err })
		var f *attempt.Failure
		if n != tc.attempts || !errors.As(err, &f) {
			t.Errorf("%s: %d attempts, %v", name, n, err)
		}
	}
}

func TestDoComesThrough(t *testing.T) {
	var waits []time.Duration
	n := 0
	got, err := attempt.Do(t.Context(), caller(&waits), func(context.Context) (int, error) {
		if n++; n < 5 {
			return 0, &attempt.Failure{Kind: attempt.Throttled, RetryAfter: 300 * time.Millisecond}
		}
		return 7, nil
	})
	if got != 7 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	const ms = time.Millisecond
	if diff := cmp.Diff([]time.Duration{300 * ms, 300 * ms, 300 * ms, 400 * ms}, waits); diff != "" {
		t.Error(diff)
	}
}

func TestNewCredentialsAreTriedOnce(t *testing.T) {
	var waits []time.Duration
	c := caller(&waits)
	renewed, asked := 0, 0
	c.Renew = func(context.Context) bool { renewed++; return true }
	_, err := attempt.Do(t.Context(), c, func(context.Context) (int, error) { asked++; return 0, &attempt.Failure{Kind: attempt.Expired} })
	if renewed != 1 || asked != 2 || len(waits) != 0 || !errors.Is(err, scanners.ErrExpired) {
		t.Errorf("renewed %d, asked %d, waited %v: %v", renewed, asked, waits, err)
	}
}

// TestNoWaitBeyondTheDeadline: a wait that would outlast the deadline is not begun, and the failure is not lost.
func TestNoWaitBeyondTheDeadline(t *testing.T) {
	var waits []time.Duration
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := attempt.Do(ctx, caller(&waits), func(context.Context) (int, error) {
		return 0, &attempt.Failure{Kind: attempt.Throttled, RetryAfter: 2 * time.Minute}
	})
	if len(waits) != 0 || !errors.Is(err, scanners.ErrThrottled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waited %v: %v", waits, err)
	}
}

// TestLimitBeginsWithTheConnection: a request that waits for its turn in the transport is not slow; one that has a
// connection and no answer is tried again.
func TestLimitBeginsWithTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waits []time.Duration
		n := 0
		got, err := attempt.Do(t.Context(), caller(&waits), func(ctx context.Context) (int, error) {
			if n++; n > 1 {
				httptrace.ContextClientTrace(ctx).GetConn("host:443")
				<-time.After(59 * time.Second)
				return 7, ctx.Err()
			}
			<-time.After(time.Hour)
			if ctx.Err() != nil {
				t.Error("the limit ran while the request waited")
			}
			httptrace.ContextClientTrace(ctx).GetConn("host:443")
			<-ctx.Done()
			return 0, ctx.Err()
		})
		if got != 7 || err != nil || n != 2 {
			t.Errorf("%d after %d attempts, %v", got, n, err)
		}
	})
}

func TestInterrupted(t *testing.T) {
	var waits []time.Duration
	ctx, cancel := context.WithCancel(t.Context())
	_, err := attempt.Do(ctx, caller(&waits), func(context.Context) (int, error) { cancel(); return 0, errors.New("broken off") })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
