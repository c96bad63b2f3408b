// Package pace carries HTTP requests at a rate that the other side bears: an http.RoundTripper with an adaptive
// limit per account or host, a limit for all, and an end to connections that hang.
//
// It never sends a request twice. Who made the call knows whether it may be repeated, and gets what it needs
// to decide: the throttling answer as it came, or a *StallError.
package pace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// Defaults of Config.
const (
	DefaultStart   = 32
	DefaultMax     = 256
	DefaultAttempt = 20 * time.Second
)

// Config is what a Pacer is given. Zero fields take the defaults.
type Config struct {
	// Base sends the requests; nil means Transport(Max).
	Base http.RoundTripper
	// Start is how many calls per key may be under way at first.
	Start int
	// Max is how many calls may be under way in all.
	Max int
	// Attempt is how long a call may go without an answer, and its body without another byte.
	Attempt time.Duration
	// Operation names a request for the counts; nil means DefaultOperation.
	Operation func(*http.Request) string
	// Clock is nil for the real one.
	Clock Clock
}

// Clock is the time that a Pacer goes by.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in its own goroutine after d, unless stop is called before.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }
func (realClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}

// Pacer is the limiter. Make one with New and share it between all scanners of a run.
type Pacer struct {
	cfg     Config
	changed chan struct{}

	mu     sync.Mutex
	lanes  map[string]*lane
	queued []*lane // lanes with waiters, served in turn
	flying int
	counts counts
}

var _ http.RoundTripper = (*Pacer)(nil)

// New returns a Pacer.
func New(cfg Config) *Pacer {
	cfg.Max = cmp.Or(max(cfg.Max, 0), DefaultMax)
	cfg.Start = min(cmp.Or(max(cfg.Start, 0), DefaultStart), cfg.Max)
	cfg.Attempt = cmp.Or(cfg.Attempt, DefaultAttempt)
	if cfg.Clock == nil {
		cfg.Clock = realClock{}
	}
	if cfg.Base == nil {
		cfg.Base = Transport(cfg.Max)
	}
	if cfg.Operation == nil {
		cfg.Operation = DefaultOperation
	}
	return &Pacer{cfg: cfg, changed: make(chan struct{}, 1), lanes: map[string]*lane{}, counts: newCounts()}
}

// StallError is a call that got no answer, or whose body stopped, for as long as Config.Attempt. Asking again
// may help.
type StallError struct {
	After time.Duration
	// InBody is set when the answer had begun.
	InBody bool
}

// Error says what stalled.
func (e *StallError) Error() string {
	if e.InBody {
		return fmt.Sprintf("the answer stopped in the middle for %v", e.After)
	}
	return fmt.Sprintf("no answer within %v", e.After)
}

// Timeout makes it a net.Error, which SDKs take as worth another attempt.
func (e *StallError) Timeout() bool { return true }

// Temporary is the other half of net.Error.
func (e *StallError) Temporary() bool { return true }

// Is makes it equal to context.DeadlineExceeded for errors.Is, as timeouts of net/http are.
func (e *StallError) Is(target error) bool { return target == context.DeadlineExceeded }

// WaitError is a call whose deadline passed while it waited for its place: nothing was sent. It is a
// scanners.ErrThrottled, since it costs time and says nothing about the other side's answer.
type WaitError struct{}

// Error says what happened.
func (e *WaitError) Error() string { return "the deadline passed while waiting for the pace" }

// Timeout makes it a net.Error, which SDKs take as worth another attempt.
func (e *WaitError) Timeout() bool { return true }

// Temporary is the other half of net.Error.
func (e *WaitError) Temporary() bool { return true }

// Is makes it equal to scanners.ErrThrottled and context.DeadlineExceeded.
func (e *WaitError) Is(target error) bool {
	return target == scanners.ErrThrottled || target == context.DeadlineExceeded
}

// RoundTrip waits for a place, sends the request and learns from the answer. The place is given back when the
// body is read to its end or closed.
func (p *Pacer) RoundTrip(req *http.Request) (*http.Response, error) {
	ticket, err := p.enter(req.Context(), keyOf(req))
	if err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, err
	}
	operation := p.cfg.Operation(req)
	watch := p.watch(req.Context())
	resp, err := p.cfg.Base.RoundTrip(req.WithContext(watch.ctx))
	if err != nil {
		watch.stop()
		p.counts.add(operation, false)
		p.leave(ticket, unanswered)
		if watch.stalled() && req.Context().Err() == nil {
			err = &StallError{After: p.cfg.Attempt}
		}
		return nil, err
	}
	throttled := throttles(resp)
	p.counts.add(operation, throttled)
	verdict := answered
	if throttled {
		verdict = refused
		p.heed(ticket, retryAfter(resp.Header, p.cfg.Clock.Now()))
	}
	p.learn(ticket, verdict)
	bare := resp.Body == nil || resp.Body == http.NoBody || resp.ContentLength == 0 || req.Method == http.MethodHead
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	resp.Body = &body{ReadCloser: resp.Body, watch: watch, done: func() { p.leave(ticket, noVerdict) }}
	if bare { // many callers do not close what has nothing in it
		resp.Body.Close()
		resp.Body = http.NoBody
	}
	return resp, nil
}

// watch ends a call that stalls.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	clock  Clock
	after  time.Duration

	mu        sync.Mutex
	stopTimer func() bool
}

var errStalled = errors.New("stalled")

func (p *Pacer) watch(parent context.Context) *watch {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{ctx: ctx, cancel: cancel, clock: p.cfg.Clock, after: p.cfg.Attempt}
	w.stopTimer = w.clock.AfterFunc(w.after, func() { cancel(errStalled) })
	return w
}

// again starts the time anew.
func (w *watch) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopTimer != nil && w.stopTimer() {
		w.stopTimer = w.clock.AfterFunc(w.after, func() { w.cancel(errStalled) })
	}
}

// stop ends the watch and what is left of the call.
func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopTimer != nil {
		w.stopTimer()
		w.stopTimer = nil
	}
	w.cancel(nil)
}

func (w *watch) stalled() bool { return errors.Is(context.Cause(w.ctx), errStalled) }
