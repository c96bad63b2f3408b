// Package memo computes a value once per key and shares it among concurrent callers.
package memo

import (
	"context"
	"sync"
)

// Memo computes one value per key. An attempt that ended because its caller gave up is not kept, so that the next
// caller tries again; every other outcome is, errors included. The zero value is ready. It does not forget, so that the
// keys have to be few, unless Keep is set.
type Memo[K comparable, V any] struct {
	// Keep is how many values are kept; those asked for longest ago are forgotten, and computed again when asked for
	// once more. 0 keeps all.
	Keep int

	mu      sync.Mutex
	entries map[K]*entry[V]
	clock   uint64
}

type entry[V any] struct {
	asked uint64 // when, by Memo.clock
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
			m.touch(e)
			m.forget()
			m.mu.Unlock()
			m.fill(ctx, key, e, compute)
			return e.value, e.err
		}
		m.touch(e)
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

func (m *Memo[K, V]) touch(e *entry[V]) {
	m.clock++
	e.asked = m.clock
}

// forget drops the value asked for longest ago. One that is being computed stays: somebody waits for it.
func (m *Memo[K, V]) forget() {
	if m.Keep <= 0 || len(m.entries) <= m.Keep {
		return
	}
	var oldest K
	found := false
	for key, e := range m.entries {
		select {
		case <-e.done:
			if !found || e.asked < m.entries[oldest].asked {
				oldest, found = key, true
			}
		default:
		}
	}
	if found {
		delete(m.entries, oldest)
	}
}

// fill closes e.done whatever happens, a panic of compute included: others may be waiting.
func (m *Memo[K, V]) fill(ctx context.Context, key K, e *entry[V], compute func(context.Context) (V, error)) {
	e.void = true
	defer func() {
		if e.void {
			m.mu.Lock()
			delete(m.entries, key) // it was never done, hence never forgotten for another one
			m.mu.Unlock()
		}
		close(e.done)
	}()
	e.value, e.err = compute(ctx)
	e.void = e.err != nil && ctx.Err() != nil
}
