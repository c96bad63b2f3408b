// One line on standard error that says how far a scan is, and vanishes when it is done.

package report

import (
	"io"
	"strings"
	"sync"
	"time"

	"github.com/tojimari/tojimari/internal/text"
)

const (
	// progressEvery is the least time between two drawings.
	progressEvery = 100 * time.Millisecond
	// A forecast is given only once it rests on something: everything has been found, and enough of it read.
	forecastAfter = 5 * time.Second
	forecastDone  = 20
	eraseLine     = "\r\x1b[K"
)

// ProgressState is how far a scan is.
type ProgressState struct {
	Scope string // being read; foreign text
	Found int64  // resources found so far
	// FoundAll is true when discovery has ended; only then is there a whole of which Done is a part.
	FoundAll  bool
	Done      int64
	Findings  int64
	Calls     int64
	Throttled int64
}

// ProgressOptions decide about the line. It is drawn only when On: when w is a terminal that can erase a line.
type ProgressOptions struct {
	On    bool
	Lang  text.Lang
	Width func() int // columns now; nil means 80
	Now   func() time.Time
}

// Progress draws the line. It may be used from several goroutines. The zero Progress draws nothing.
type Progress struct {
	mu      sync.Mutex
	w       io.Writer
	opts    ProgressOptions
	started time.Time
	last    time.Time
	drawn   bool
	done    bool
}

// NewProgress draws to w.
func NewProgress(w io.Writer, opts ProgressOptions) *Progress {
	if opts.Now == nil || w == nil {
		opts.On = false
	}
	p := &Progress{w: w, opts: opts}
	if opts.On {
		p.started = opts.Now()
	}
	return p
}

// Show draws the state, unless the line was drawn a moment ago.
func (p *Progress) Show(s ProgressState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.opts.On || p.done {
		return
	}
	now := p.opts.Now()
	if p.drawn && now.Sub(p.last) < progressEvery {
		return
	}
	width := defaultWidth
	if p.opts.Width != nil {
		width = p.opts.Width()
	}
	// The last column stays free: a terminal that wraps there would leave a line behind.
	line := text.Clip(p.line(s, now), max(width-1, 1))
	_, _ = io.WriteString(p.w, eraseLine+line)
	p.drawn, p.last = true, now
}

func (p *Progress) line(s ProgressState, now time.Time) string {
	say := p.opts.Lang.Say
	var parts []string
	if s.FoundAll {
		parts = append(parts, say(text.ProgressOf, s.Done, s.Found))
	} else {
		parts = append(parts, say(text.ProgressResources, s.Done))
	}
	if s.Findings > 0 {
		parts = append(parts, say(text.ProgressFindings, s.Findings))
	}
	if s.Calls > 0 {
		parts = append(parts, say(text.ProgressCalls, s.Calls))
	}
	if s.Throttled > 0 {
		parts = append(parts, say(text.ProgressThrottled, s.Throttled))
	}
	if left, ok := forecast(s, now.Sub(p.started)); ok {
		parts = append(parts, say(text.ProgressLeft, left))
	}
	if s.Scope != "" {
		parts = append(parts, mention(s.Scope))
	}
	return strings.Join(parts, " · ")
}

// forecast says how long the rest takes at the pace so far, where that can be known.
func forecast(s ProgressState, elapsed time.Duration) (time.Duration, bool) {
	if !s.FoundAll || s.Done < forecastDone || s.Done >= s.Found || elapsed < forecastAfter {
		return 0, false
	}
	left := time.Duration(float64(elapsed) / float64(s.Done) * float64(s.Found-s.Done))
	step := time.Second
	if left > time.Minute {
		step = 10 * time.Second
	}
	return max(left.Round(step), time.Second), true
}

// Done erases the line for good.
func (p *Progress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.done = true
}

func (p *Progress) erase() {
	if p.drawn {
		_, _ = io.WriteString(p.w, eraseLine)
		p.drawn = false
	}
}

// Beside returns a writer to w that erases the line before it writes, so that output and log lines that go to
// the same terminal never stand behind it. The next Show draws it again.
func (p *Progress) Beside(w io.Writer) io.Writer { return besideProgress{p, w} }

type besideProgress struct {
	p *Progress
	w io.Writer
}

// Write erases the line and writes.
func (b besideProgress) Write(text []byte) (int, error) {
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	b.p.erase()
	return b.w.Write(text)
}
