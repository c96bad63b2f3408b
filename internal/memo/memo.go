// Package memo computes a value once per key and shares it among concurrent callers.
package memo

import (
	"context"
	"sync"
)

// Memo computes one value per key. An attempt that ended because its caller gave up is not kept, so that the next
// caller tries again; every other outcome is, errors included. The zero value is ready. It does not forget: the keys
// have to be few.
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	done  chan struct{}
	value V
	err   error
	void  bool // its caller gave up
}

// Get returns the value for key, computing it where nobody has. It returns ctx's error when ctx ends first.
func (m *Memo[K, V]) Get(ctx context.Context, key K, compute func(context.Context) (V, error)) (V, error) {
	var none V
	for {
		if err := ctx.Err(); err != nil {
			return none, err
		}
		m.mu.Lock()
		e, found := m.entries[key]
		if !found {
			e = &entry[V]{done: make(chan struct{})}
			if m.entries == nil {
				m.entries = map[K]*entry[V]{}
			}
			m.entries[key] = e
			m.mu.Unlock()
			m.fill(ctx, key, e, compute)
			return e.value, e.err
		}
		m.mu.Unlock()
		select {
		case <-e.done:
			if !e.void {
				return e.value, e.err
			}
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
}

// fill closes e.done whatever happens, a panic of compute included: others may be waiting.
func (m *Memo[K, V]) fill(ctx context.Context, key K, e *entry[V], compute func(context.Context) (V, error)) {
	e.void = true
	defer func() {
		if e.void {
			m.mu.Lock()
			delete(m.entries, key)
			m.mu.Unlock()
		}
		close(e.done)
	}()
	e.value, e.err = compute(ctx)
	e.void = e.err != nil && ctx.Err() != nil
}
