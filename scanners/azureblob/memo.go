// A value computed once per key and shared by concurrent callers.

package azureblob

import (
	"context"
	"sync"
)

// memo computes one value per key. An attempt that ended because its caller gave up is not kept, so that
// the next caller tries again. The zero value is ready.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*memoEntry[V]
}

type memoEntry[V any] struct {
	done  chan struct{}
	value V
	err   error
	void  bool // its caller gave up
}

func (m *memo[K, V]) get(ctx context.Context, key K, compute func(context.Context) (V, error)) (V, error) {
	for {
		if err := ctx.Err(); err != nil {
			var zero V
			return zero, err
		}
		m.mu.Lock()
		entry, found := m.entries[key]
		if !found {
			entry = &memoEntry[V]{done: make(chan struct{})}
			if m.entries == nil {
				m.entries = map[K]*memoEntry[V]{}
			}
			m.entries[key] = entry
			m.mu.Unlock()
			entry.value, entry.err = compute(ctx)
			if ctx.Err() != nil && entry.err != nil {
				m.mu.Lock()
				entry.void = true
				delete(m.entries, key)
				m.mu.Unlock()
			}
			close(entry.done)
			return entry.value, entry.err
		}
		m.mu.Unlock()
		select {
		case <-entry.done:
			if entry.void {
				continue
			}
			return entry.value, entry.err
		case <-ctx.Done():
			var zero V
			return zero, ctx.Err()
		}
	}
}
