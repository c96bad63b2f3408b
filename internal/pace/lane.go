// The limit of one key. It doubles until more than a few calls of a round are throttled; then it is cut in
// proportion, to half at most, and from there on grows by one per round.
//
// A few are tolerated because a large account always has other callers: a limit that collapsed on every single
// refusal would crawl at the bottom. A round is a limit's worth of answers. Answers to calls that were sent
// before a cut count for nothing, so that they cannot cause a second one.

package pace

import (
	"context"
	"slices"
	"time"
)

const (
	floor        = 2    // the limit never falls below
	roundAtLeast = 50   // answers; fewer say little about a rate
	growUpTo     = 0.06 // share of throttled calls in a whole round
	cutFrom      = 0.12
	// A round need not be whole when it is plain already what it will say.
	plainAnswers = 8
	plainShare   = 0.25
	// longestPause bounds how long a Retry-After may stop a key.
	longestPause = time.Minute
)

// lane is the state of one key; the Pacer's lock guards it.
type lane struct {
	key     string
	limit   float64
	flying  int
	waiting []*waiter
	ramp    bool   // doubling
	round   uint64 // counts the cuts
	seen    int    // answers of this round
	refused int
	paused  time.Time // nothing is sent before
	waking  bool      // a timer is set for the end of the pause
}

type waiter struct {
	ticket  ticket
	granted chan struct{}
}

// ticket is a place inside the limits.
type ticket struct {
	lane  *lane
	round uint64
}

type verdict uint8

const (
	noVerdict  verdict = iota
	answered           // the other side did its work, or refused for its own reasons
	refused            // throttled
	unanswered         // says nothing about the rate
)

func (p *Pacer) enter(ctx context.Context, key string) (ticket, error) {
	if err := ctx.Err(); err != nil {
		return ticket{}, err
	}
	p.mu.Lock()
	l := p.lanes[key]
	if l == nil {
		l = &lane{key: key, limit: float64(p.cfg.Start), ramp: true}
		p.lanes[key] = l
		p.announce()
	}
	if len(l.waiting) == 0 && p.room(l) {
		t := p.take(l)
		p.mu.Unlock()
		return t, nil
	}
	w := &waiter{granted: make(chan struct{})}
	if len(l.waiting) == 0 {
		p.queued = append(p.queued, l)
	}
	l.waiting = append(l.waiting, w)
	p.wakeAfterPause(l)
	p.announce()
	p.mu.Unlock()
	select {
	case <-w.granted:
		return w.ticket, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-w.granted: // in the same moment: give it back
		p.give(w.ticket)
	default:
		l.waiting = slices.DeleteFunc(l.waiting, func(other *waiter) bool { return other == w })
		if len(l.waiting) == 0 {
			p.queued = slices.DeleteFunc(p.queued, func(other *lane) bool { return other == l })
		}
	}
	if ctx.Err() == context.DeadlineExceeded {
		return ticket{}, &WaitError{}
	}
	return ticket{}, ctx.Err()
}

// room reports whether one more call of the lane may be sent now.
func (p *Pacer) room(l *lane) bool {
	return p.flying < p.cfg.Max && l.flying < int(l.limit) && !p.cfg.Clock.Now().Before(l.paused)
}

func (p *Pacer) take(l *lane) ticket {
	p.flying++
	l.flying++
	return ticket{lane: l, round: l.round}
}

// give takes a place back and serves those who wait, one lane after the other.
func (p *Pacer) give(t ticket) {
	p.flying--
	t.lane.flying--
	p.serve()
}

func (p *Pacer) serve() {
	for served := true; served && p.flying < p.cfg.Max; {
		served = false
		for _, l := range slices.Clone(p.queued) {
			if len(l.waiting) == 0 || !p.room(l) {
				continue
			}
			served = true
			w := l.waiting[0]
			l.waiting = l.waiting[1:]
			w.ticket = p.take(l)
			close(w.granted)
		}
		p.queued = slices.DeleteFunc(p.queued, func(l *lane) bool { return len(l.waiting) == 0 })
		// The lane served first this time comes last next time.
		if len(p.queued) > 1 {
			p.queued = append(p.queued[1:], p.queued[0])
		}
	}
}

// leave gives the place back; learn has been called before, except for verdicts without an answer.
func (p *Pacer) leave(t ticket, v verdict) {
	if v != noVerdict {
		p.learn(t, v)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.give(t)
}

// learn adjusts the limit by one answer.
func (p *Pacer) learn(t ticket, v verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := t.lane
	if v == unanswered || v == noVerdict || t.round != l.round {
		return
	}
	l.seen++
	if v == refused {
		l.refused++
	}
	before := int(l.limit)
	share := float64(l.refused) / float64(l.seen)
	whole := l.seen >= max(roundAtLeast, before)
	switch {
	case whole && share > cutFrom || l.seen >= plainAnswers && share > plainShare:
		l.limit = max(floor, l.limit*max(0.5, 1-share))
		l.ramp = false
		l.round++
		l.seen, l.refused = 0, 0
	case l.ramp && l.flying >= before/2:
		if v == answered {
			l.limit++ // once per answer: doubles with every round
		}
		if whole {
			l.seen, l.refused = 0, 0
		}
	case whole:
		if share <= growUpTo && l.flying >= before/2 {
			l.limit++
		}
		l.seen, l.refused = 0, 0
	}
	l.limit = min(l.limit, float64(p.cfg.Max))
	if int(l.limit) > before {
		p.serve()
		p.announce()
	}
}

// heed stops a lane for as long as the other side asked, provided that it is refusing in earnest; a single
// refusal is waited for by the call that met it.
func (p *Pacer) heed(t ticket, wait time.Duration) {
	if wait <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := t.lane
	if float64(l.refused+1) <= plainShare*float64(l.seen+1) {
		return
	}
	until := p.cfg.Clock.Now().Add(min(wait, longestPause))
	if until.After(l.paused) {
		l.paused = until
	}
	p.wakeAfterPause(l)
}

// wakeAfterPause sees to it that those who wait for the end of a pause are served then.
func (p *Pacer) wakeAfterPause(l *lane) {
	wait := l.paused.Sub(p.cfg.Clock.Now())
	if wait <= 0 || l.waking || len(l.waiting) == 0 {
		return
	}
	l.waking = true
	p.cfg.Clock.AfterFunc(wait, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l.waking = false
		p.wakeAfterPause(l) // the pause may have grown
		p.serve()
	})
}

// Width is how many calls may be under way at present: the limits of the keys in use, and one more key's start,
// bounded by Max.
func (p *Pacer) Width() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	width := p.cfg.Start
	for _, l := range p.lanes {
		if l.flying > 0 || len(l.waiting) > 0 {
			width += int(l.limit)
		}
	}
	return min(width, p.cfg.Max)
}

// Waiting is how many calls wait for nothing but the limit of their own key, those of one key left out. More calls of
// that one key would not have to wait for them.
func (p *Pacer) Waiting(except string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, l := range p.queued {
		if l.key != except && (l.flying >= int(l.limit) || p.cfg.Clock.Now().Before(l.paused)) {
			n += len(l.waiting)
		}
	}
	return n
}

// Changed receives after Width or Waiting may have grown. One receiver only.
func (p *Pacer) Changed() <-chan struct{} { return p.changed }

func (p *Pacer) announce() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}
