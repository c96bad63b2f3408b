package fetch

// The pace: one turn after the other at each host.

import (
	"context"
	"strings"
	"sync"
	"time"
)

// turns hands out the turns at each host.
type turns struct {
	mu   sync.Mutex
	next map[string]time.Time
}

// maxTurns bounds the hosts remembered; those whose turn has passed are forgotten beyond it.
const maxTurns = 10_000

func (t *turns) take(ctx context.Context, host string, o *Options) error {
	if o.Pace <= 0 {
		return ctx.Err()
	}
	host = strings.ToLower(host)
	now := o.Now()
	t.mu.Lock()
	if len(t.next) >= maxTurns {
		for h, at := range t.next {
			if at.Before(now) {
				delete(t.next, h)
			}
		}
	}
	turn := t.next[host]
	if turn.Before(now) {
		turn = now
	}
	t.next[host] = turn.Add(o.Pace)
	t.mu.Unlock()
	if d := turn.Sub(now); d > 0 {
		return o.Wait(ctx, d)
	}
	return ctx.Err()
}

// Wait pauses by a timer, or until ctx ends, whose error it then returns.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
