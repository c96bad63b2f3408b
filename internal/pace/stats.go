// How many calls were made, and how many of them were throttled.

package pace

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxOperations bounds the operations told apart; the rest are counted as "other".
const maxOperations = 256

// Stats are the counts of a run so far.
type Stats struct {
	Calls     int
	Throttled int
	// Operations are sorted by name.
	Operations []OperationStats
}

// OperationStats are the counts of one operation.
type OperationStats struct {
	Operation string
	Calls     int
	Throttled int
}

type counts struct {
	mu *sync.Mutex
	by map[string]*OperationStats
}

func newCounts() counts { return counts{mu: &sync.Mutex{}, by: map[string]*OperationStats{}} }

func (c *counts) add(operation string, throttled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.by[operation]
	if s == nil {
		if len(c.by) >= maxOperations {
			operation = "other"
		}
		if s = c.by[operation]; s == nil {
			s = &OperationStats{Operation: operation}
			c.by[operation] = s
		}
	}
	s.Calls++
	if throttled {
		s.Throttled++
	}
}

// Stats returns the counts so far. Attempts count each.
func (p *Pacer) Stats() Stats {
	p.counts.mu.Lock()
	defer p.counts.mu.Unlock()
	var out Stats
	for _, s := range p.counts.by {
		out.Calls += s.Calls
		out.Throttled += s.Throttled
		out.Operations = append(out.Operations, *s)
	}
	slices.SortFunc(out.Operations, func(a, b OperationStats) int { return cmp.Compare(a.Operation, b.Operation) })
	return out
}

// DefaultOperation names a request by method and, as S3 and Azure have it, subresource: "GET ?acl",
// "GET ?comp=list". Names of buckets and objects are never part of it.
func DefaultOperation(req *http.Request) string {
	for part := range strings.SplitSeq(req.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name != "" && value == "" && isWord(name):
			return req.Method + " ?" + name
		case name == "comp" && isWord(value):
			return req.Method + " ?comp=" + value
		}
	}
	return req.Method
}

func isWord(text string) bool {
	return len(text) <= 40 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
	})
}
