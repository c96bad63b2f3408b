package memo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/memo"
)

func TestOncePerKey(t *testing.T) {
	var m memo.Memo[string, int]
	var computed atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := m.Get(t.Context(), "a", func(context.Context) (int, error) { computed.Add(1); return 7, nil })
			if got != 7 || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
	}
	wg.Wait()
	if n := computed.Load(); n != 1 {
		t.Errorf("computed %d times", n)
	}
}

func TestErrorsAreKept(t *testing.T) {
	var m memo.Memo[string, int]
	refused, calls := errors.New("refused"), 0
	for range 2 {
		if _, err := m.Get(t.Context(), "a", func(context.Context) (int, error) { calls++; return 0, refused }); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
	}
	if calls != 1 {
		t.Errorf("computed %d times", calls)
	}
}

func TestGivingUpIsNotKept(t *testing.T) {
	var m memo.Memo[string, int]
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := m.Get(ctx, "a", func(ctx context.Context) (int, error) { cancel(); return 0, ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got, err := m.Get(t.Context(), "a", func(context.Context) (int, error) { return 8, nil }); got != 8 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	if _, err := m.Get(ctx, "a", func(context.Context) (int, error) { return 9, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context got %v", err)
	}
}

func TestAPanicFreesThoseWhoWait(t *testing.T) {
	var m memo.Memo[string, int]
	func() {
		defer func() { _ = recover() }()
		_, _ = m.Get(t.Context(), "a", func(context.Context) (int, error) { panic("fault") })
	}()
	if got, err := m.Get(t.Context(), "a", func(context.Context) (int, error) { return 8, nil }); got != 8 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestKeepForgetsTheOldest(t *testing.T) {
	m := memo.Memo[int, int]{Keep: 2}
	computed := map[int]int{}
	get := func(key int) {
		if got, err := m.Get(t.Context(), key, func(context.Context) (int, error) { computed[key]++; return key, nil }); got != key || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	}
	for _, key := range []int{1, 2, 1, 3, 1, 2} { // at 3 the oldest is 2, at the last 2 it is 3
		get(key)
	}
	get(1)
	if diff := cmp.Diff(map[int]int{1: 1, 2: 2, 3: 1}, computed); diff != "" {
		t.Error(diff)
	}
}

// What is being computed is not forgotten, however many others are asked for meanwhile.
func TestKeepHoldsWhatIsUnderWay(t *testing.T) {
	m := memo.Memo[int, int]{Keep: 1}
	times := 0
	slow := func(ctx context.Context) (int, error) {
		times++
		for key := range 5 {
			if _, err := m.Get(ctx, key+1, func(context.Context) (int, error) { return 0, nil }); err != nil {
				return 0, err
			}
		}
		return 7, nil
	}
	for range 3 {
		if got, err := m.Get(t.Context(), 0, slow); got != 7 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	}
	if times != 1 {
		t.Errorf("computed %d times", times)
	}
}
