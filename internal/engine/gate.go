// The gate: how many resources are being inspected at once.

package engine

import (
	"context"
	"sync/atomic"
)

// waits is what a Pace may be able to say besides: how many calls wait for the limit of their own account, project or
// subscription, those of one key left out. *pace.Pacer says it.
type waits interface{ Waiting(except string) int }

// gate lets one goroutine (dispatch) in as others leave.
type gate struct {
	limit int
	pace  Pace
	in    atomic.Int64
	left  chan struct{}
}

func newGate(limit int, pace Pace) *gate {
	return &gate{limit: limit, pace: pace, left: make(chan struct{}, 1)}
}

// width is how many may be inside now: with a pace, a few more than there may be calls, since a resource is not on
// the wire all the time, and enough to reach the next account while one is being throttled.
func (g *gate) width() int64 {
	if g.pace == nil {
		return int64(g.limit)
	}
	w := min(g.pace.Width(), g.limit)
	return int64(w + w/4 + min(16, w/2+1))
}

// room reports whether one more resource under a pacing key may be begun. What waits for the limits of other accounts
// takes no room: it would keep the calls that this one may make from being made.
func (g *gate) room(key string) bool {
	in, width := g.in.Load(), g.width()
	if in < width {
		return true
	}
	lanes, ok := g.pace.(waits)
	return ok && in-int64(lanes.Waiting(key)) < width
}

// enter waits until there is room for a resource under a pacing key; it reports false when ctx is done.
func (g *gate) enter(ctx context.Context, key string) bool {
	var changed <-chan struct{}
	if g.pace != nil {
		changed = g.pace.Changed()
	}
	for ctx.Err() == nil {
		if g.room(key) {
			g.in.Add(1)
			return true
		}
		select {
		case <-g.left:
		case <-changed:
		case <-ctx.Done():
		}
	}
	return false
}

// aside keeps no room while somebody inside waits for another resource to be read, until the function that it returns
// is called. Coming back needs no room: what is left to do after such a wait is little.
func (g *gate) aside() (back func()) {
	g.leave()
	return func() { g.in.Add(1) }
}

func (g *gate) leave() {
	g.in.Add(-1)
	select {
	case g.left <- struct{}{}:
	default:
	}
}

// counter is a number written by one goroutine and read by another.
type counter struct{ n atomic.Int64 }

func (c *counter) add()       { c.n.Add(1) }
func (c *counter) value() int { return int(c.n.Load()) }
