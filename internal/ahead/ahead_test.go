package ahead_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/ahead"
)

type part = ahead.Part[int, string]

// counting gives n pairs, each after a while.
func counting(from, n int, pause time.Duration) part {
	return func(ctx context.Context, yield func(int, string) bool) {
		for i := range n {
			<-time.After(pause) // in made-up time
			if ctx.Err() != nil || !yield(from+i, "x") {
				return
			}
		}
	}
}

func read(seq iter.Seq2[int, string], most int) []int {
	var out []int
	for a := range seq {
		out = append(out, a)
		if len(out) == most {
			break
		}
	}
	return out
}

// Nine parts of 3 s each, three at a time: 9 s, and in order.
func TestSideBySideInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var parts []part
		var want []int
		for i := range 9 {
			parts = append(parts, counting(10*i, 3, time.Second))
			want = append(want, 10*i, 10*i+1, 10*i+2)
		}
		start := time.Now()
		if diff := cmp.Diff(want, read(ahead.Run(t.Context(), ahead.Limits{Parts: 3, Pairs: 512}, slices.Values(parts)), -1)); diff != "" {
			t.Error(diff)
		}
		if took := time.Since(start); took != 9*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// A reader that stops, and a context that ends, leave nothing at work behind.
func TestEndsWithItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var working atomic.Int32
		long := func(ctx context.Context, yield func(int, string) bool) {
			working.Add(1)
			defer working.Add(-1)
			for i := 0; yield(i, ""); i++ {
			}
		}
		parts := []part{long, long, long, long}
		if got := read(ahead.Run(t.Context(), ahead.Limits{Parts: 3, Pairs: 512}, slices.Values(parts)), 5000); len(got) != 5000 || got[4999] != 4999 {
			t.Errorf("%d pairs", len(got))
		}
		if n := working.Load(); n != 0 {
			t.Errorf("%d are still at work", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		if got := read(ahead.Run(ctx, ahead.Limits{Parts: 2, Pairs: 512}, slices.Values([]part{counting(0, 1000, time.Second), counting(0, 1000, time.Second)})), -1); len(got) > 4 {
			t.Errorf("%d pairs after the end", len(got))
		}
	})
}

// No part is more than a buffer ahead of its reader, nor is one begun before its turn comes near.
func TestBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given, begun atomic.Int32
		long := func(_ context.Context, yield func(int, string) bool) {
			begun.Add(1)
			for i := 0; yield(i, ""); i++ {
				given.Add(1)
			}
		}
		for range ahead.Run(t.Context(), ahead.Limits{Parts: 2, Pairs: 512}, slices.Values([]part{long, long, long, long})) {
			synctest.Wait()
			if begun.Load() != 2 || given.Load() > 2*520 {
				t.Errorf("%d parts begun, %d pairs given", begun.Load(), given.Load())
			}
			break
		}
	})
}

func TestPanicReachesTheReader(t *testing.T) {
	defer func() {
		if v, ok := recover().(*ahead.PanicError); !ok || v.Error() != "oh" || !strings.Contains(string(v.Stack), "ahead_test.go") {
			t.Errorf("recovered %v", v)
		}
	}()
	broken := func(context.Context, func(int, string) bool) { panic("oh") }
	read(ahead.Run(t.Context(), ahead.Limits{Parts: 2, Pairs: 512}, slices.Values([]part{counting(0, 1, 0), broken})), -1)
	t.Error("nothing was raised")
}

// A part that the end of the context cut off is the last that is read: what came after it would look as if the part
// were whole.
func TestNothingBehindWhatWasCutOff(t *testing.T) {
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		cut := func(ctx context.Context, yield func(int, string) bool) {
			if yield(1, "first page") {
				<-ctx.Done()
				yield(2, "the second page could not be read")
			}
		}
		next := func(_ context.Context, yield func(int, string) bool) { yield(3, "the next part") }
		for n, said := range ahead.Run(ctx, ahead.Limits{Parts: 2, Pairs: 8}, slices.Values([]part{cut, next})) {
			if n == 1 {
				cancel()
			}
			if n == 3 {
				t.Fatalf("%q is read behind what was cut off", said)
			}
		}
		cancel()
	}
}
