// Package ahead lets several sequences be worked out side by side and still be read one after the other.
package ahead

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
)

// Part gives its pairs to yield until that returns false or ctx ends.
type Part[A, B any] func(ctx context.Context, yield func(A, B) bool)

// Limits bound how far the work may be ahead of its reader.
type Limits struct {
	Parts int // how many parts are at work at once, the one being read among them
	Pairs int // how many pairs of each part wait for the reader, before the part waits itself
}

// Run yields what the parts give, in the order of the parts. Run returns when its parts have ended. A panic of
// a part is raised again where the pairs are read. A part that ends after ctx has may not be whole and may have failed to
// say so: it is the last that is read.
func Run[A, B any](ctx context.Context, limits Limits, parts iter.Seq[Part[A, B]]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		var running sync.WaitGroup
		defer running.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var queue []*output[A, B]
		for part := range parts {
			if len(queue) >= limits.Parts {
				if !read(queue[0], yield) {
					return
				}
				queue = queue[1:]
			}
			out := &output[A, B]{steps: make(chan step[A, B], limits.Pairs)}
			queue = append(queue, out)
			running.Go(func() { work(ctx, part, out) })
		}
		for _, in := range queue {
			if !read(in, yield) {
				return
			}
		}
	}
}

// PanicError is what a part panicked with, as it is raised again in the reader.
type PanicError struct {
	Value any
	Stack []byte // of the part
}

// Error says what the part panicked with.
func (e *PanicError) Error() string { return fmt.Sprint(e.Value) }

// step is one pair, or the panic that ended a part.
type step[A, B any] struct {
	a        A
	b        B
	panicked *PanicError
}

// output is what one part gives. cut may be read once steps is closed.
type output[A, B any] struct {
	steps chan step[A, B]
	cut   bool // the part ended after its context
}

func work[A, B any](ctx context.Context, part Part[A, B], out *output[A, B]) {
	defer func() {
		out.cut = ctx.Err() != nil
		close(out.steps)
	}()
	send := func(s step[A, B]) bool {
		select {
		case out.steps <- s:
			return true
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		if v := recover(); v != nil {
			send(step[A, B]{panicked: &PanicError{v, debug.Stack()}})
		}
	}()
	part(ctx, func(a A, b B) bool { return send(step[A, B]{a: a, b: b}) })
}

// read reports whether to go on with the next part.
func read[A, B any](in *output[A, B], yield func(A, B) bool) bool {
	for s := range in.steps {
		if s.panicked != nil {
			panic(s.panicked)
		}
		if !yield(s.a, s.b) {
			return false
		}
	}
	return !in.cut
}
