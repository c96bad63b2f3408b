// Making one call: attempts, waits, and what counts as an answer.

package azureblob

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

// Limits of trying again. Throttling costs time and nothing else, so it is bounded by the deadline rather
// than by a count; the count is there for calls without one.
const (
	throttledAttempts = 60
	transientAttempts = 6
	slowestBackoff    = 20 * time.Second
	firstBackoff      = 100 * time.Millisecond
)

// call makes one SDK call until it is answered. Every error it returns is a *failure or ctx's.
func call[Out any](ctx context.Context, ses *session, fn func(context.Context) (Out, error)) (Out, error) {
	var none Out
	retried := map[failureKind]int{}
	for {
		attempt, end := limited(ctx, ses.settings.attemptTimeout)
		out, err := fn(attempt)
		slow := end()
		if err == nil {
			return out, nil
		}
		if ctx.Err() != nil {
			return none, fmt.Errorf("stopped: %w", ctx.Err())
		}
		f := diagnose(err)
		if slow {
			f = &failure{kind: transient, message: "no answer in time"}
		}
		retried[f.kind]++
		if !again(f, retried[f.kind]) {
			return none, f
		}
		if err := ses.pause(ctx, f, retried[f.kind]); err != nil {
			return none, errors.Join(f, err)
		}
	}
}

// limited gives one attempt a limit that begins when a connection is asked for: before that the request may
// wait for its turn in the transport, which is not the service's doing. end says whether the limit was reached.
func limited(ctx context.Context, limit time.Duration) (attempt context.Context, end func() bool) {
	attempt, cancel := context.WithCancel(ctx)
	var once sync.Once
	var reached atomic.Bool
	timer := time.AfterFunc(limit, func() {
		reached.Store(true)
		cancel()
	})
	timer.Stop()
	attempt = httptrace.WithClientTrace(attempt, &httptrace.ClientTrace{GetConn: func(string) {
		once.Do(func() { timer.Reset(limit) })
	}})
	return attempt, func() bool {
		once.Do(func() {}) // a connection still being made must not start it again
		timer.Stop()
		cancel()
		return reached.Load()
	}
}

// again decides whether the nth failure of one kind is worth another attempt.
func again(f *failure, n int) bool {
	switch f.kind {
	case throttled:
		return n < throttledAttempts
	case transient:
		return n < transientAttempts
	}
	return false
}

// pause waits before the next attempt: half fixed, half by chance, doubling, never less than the service
// asked for. A wait that would outlast the deadline is not begun.
func (ses *session) pause(ctx context.Context, f *failure, n int) error {
	wait := min(firstBackoff<<min(n-1, 10), slowestBackoff)
	wait = wait/2 + time.Duration(ses.settings.jitter()*float64(wait/2))
	wait = max(wait, f.retryAfter)
	if deadline, ok := ctx.Deadline(); ok && ses.now().Add(wait).After(deadline) {
		return context.DeadlineExceeded
	}
	zerolog.Ctx(ctx).Debug().Str("failure", f.text()).Int("attempt", n).Dur("wait", wait).Msg("trying again")
	return ses.settings.sleep(ctx, wait)
}
