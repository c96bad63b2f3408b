// Package attempt makes the calls of the scanners that read a provider's API: it tries again what may pass, and turns
// what came of a call into a fact with its state, or the reason why it is not known. Which error of a service means
// what is each scanner's own vocabulary; it hands over a Failure.
package attempt

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Limits of trying again. Throttling costs time and nothing else, so it is bounded by the deadline rather than by a
// count; the count is there for calls without one.
const (
	throttledAttempts = 60
	transientAttempts = 6
	slowestBackoff    = 20 * time.Second
	firstBackoff      = 100 * time.Millisecond
)

// Caller makes the calls that go out with one set of credentials. All fields but Renew are needed.
type Caller struct {
	// Diagnose classes an error of the call. It is not asked for those that are a *Failure already.
	Diagnose func(error) *Failure
	// Limit bounds one attempt, counted from when it asks for a connection.
	Limit time.Duration
	// Sleep waits between two attempts; it returns ctx's error when ctx ends first.
	Sleep func(context.Context, time.Duration) error
	// Jitter is in [0, 1).
	Jitter func() float64
	Now    func() time.Time
	// Renew gets newer credentials after the service called them expired, and says whether it did.
	Renew func(context.Context) bool
}

// Do asks until there is an answer, or a failure that another attempt would meet again. Every error it returns is a
// *Failure or wraps ctx's. ask makes one attempt and does not retry.
func Do[Out any](ctx context.Context, c Caller, ask func(context.Context) (Out, error)) (Out, error) {
	var none Out
	met := map[Kind]int{}
	for {
		limited, end := withLimit(ctx, c.Limit)
		out, err := ask(limited)
		slow := end()
		if err == nil {
			return out, nil
		}
		if ctx.Err() != nil {
			return none, fmt.Errorf("stopped: %w", ctx.Err())
		}
		f := c.diagnosed(err)
		if slow {
			f = &Failure{Kind: Transient, Message: noAnswer}
		}
		met[f.Kind]++
		if !c.again(ctx, f.Kind, met[f.Kind]) {
			return none, f
		}
		if err := c.pause(ctx, f, met[f.Kind]); err != nil {
			return none, errors.Join(f, err)
		}
	}
}

func (c Caller) diagnosed(err error) *Failure {
	if f, ok := Known(err); ok {
		return f
	}
	return c.Diagnose(err)
}

// again decides whether the nth failure of one kind is worth another attempt.
func (c Caller) again(ctx context.Context, kind Kind, n int) bool {
	switch kind {
	case Throttled:
		return n < throttledAttempts
	case Transient:
		return n < transientAttempts
	case ClockSkew:
		return n == 1 // the SDK has noted the difference and signs by the service's clock now
	case Expired:
		return n == 1 && c.Renew != nil && c.Renew(ctx)
	}
	return false
}

// pause waits before the next attempt: half fixed, half by chance, doubling, never less than the service asked for. A
// wait that would outlast the deadline is not begun.
func (c Caller) pause(ctx context.Context, f *Failure, n int) error {
	if f.Kind == Expired || f.Kind == ClockSkew {
		return nil
	}
	wait := min(firstBackoff<<min(n-1, 10), slowestBackoff)
	wait = wait/2 + time.Duration(c.Jitter()*float64(wait/2))
	wait = max(wait, f.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && c.Now().Add(wait).After(deadline) {
		return context.DeadlineExceeded
	}
	zerolog.Ctx(ctx).Debug().Str("failure", f.Error()).Int("attempt", n).Dur("wait", wait).Msg("trying again")
	return c.Sleep(ctx, wait)
}

// withLimit gives one attempt a limit that begins when a connection is asked for: before that the request may wait for
// its turn in the transport, which is not the service's doing. end says whether the limit was reached.
func withLimit(ctx context.Context, limit time.Duration) (limited context.Context, end func() bool) {
	limited, cancel := context.WithCancel(ctx)
	var once sync.Once
	var reached atomic.Bool
	timer := time.AfterFunc(limit, func() {
		reached.Store(true)
		cancel()
	})
	timer.Stop()
	limited = httptrace.WithClientTrace(limited, &httptrace.ClientTrace{GetConn: func(string) {
		once.Do(func() { timer.Reset(limit) })
	}})
	return limited, func() bool {
		once.Do(func() {}) // a connection still being made must not start it again
		timer.Stop()
		cancel()
		return reached.Load()
	}
}

// Sleep is the Caller.Sleep of real runs.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
