// Discovery: one goroutine per target, a few targets ahead of the one whose resources are being begun.

package engine

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/tojimari/tojimari/internal/ahead"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
)

const (
	// discoverAhead is how many targets are discovered at once.
	discoverAhead = 4
	// discoverBuffer is how many resources of a target are found before they are wanted.
	discoverBuffer = 128
)

// found is one step of Discover.
type found struct {
	ref scanners.Ref
	err error
}

// discoverAll returns one channel per source, each closed at the end of its discovery. Once ctx is done the
// channels close early.
func (r *run) discoverAll(ctx context.Context) []<-chan found {
	slots := make(chan struct{}, discoverAhead)
	out := make([]<-chan found, len(r.sources))
	into := make([]chan found, len(r.sources))
	for i := range r.sources {
		into[i] = make(chan found, discoverBuffer)
		out[i] = into[i]
	}
	go func() {
		for i, s := range r.sources {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				for _, rest := range into[i:] {
					close(rest)
				}
				return
			}
			go func() {
				defer func() { <-slots }()
				defer close(into[i])
				r.discover(ctx, s, into[i])
			}()
		}
	}()
	return out
}

func (r *run) discover(ctx context.Context, s *source, into chan<- found) {
	send := func(f found) bool {
		select {
		case into <- f:
			return true
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		if v := recover(); v != nil {
			send(found{err: panicError(fmt.Sprintf("discovering %s", s.name), s, v)})
		}
	}()
	if r.resume != nil && r.resume.whole(s.name) {
		return
	}
	ctx = pace.WithKey(ctx, s.name)
	for ref, err := range s.scanner.Discover(ctx, s.target) {
		if ref.Target.Scheme == "" {
			ref.Target = s.target
		}
		if !send(found{ref, err}) {
			return
		}
		if err != nil && isZeroRef(ref) {
			return
		}
	}
}

func isZeroRef(ref scanners.Ref) bool { return ref.ID == "" && ref.Scope == "" }

// panicError names what the scanner was doing and where it fell over.
func panicError(doing string, s *source, value any) error {
	stack := debug.Stack()
	if elsewhere, ok := value.(*ahead.PanicError); ok {
		stack = elsewhere.Stack
	}
	return &scanners.FailureError{Failure: scanners.Failure{
		Code:   scanners.CodePanic,
		Detail: fmt.Sprintf("%s: scanner %s panicked: %v (at %s)", doing, s.scanner.Describe().Name, value, panicPlace(stack)),
		Hint:   "this is a fault in tojimari; please report it with this message",
	}}
}
