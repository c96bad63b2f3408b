// Package scannertest is the conformance suite that every scanner passes. It works at the HTTP layer, so one suite
// serves every cloud: it looks at what a scanner asks, spoils one request at a time, and compares.
//
//	func TestConformance(t *testing.T) {
//		scannertest.Run(t, scannertest.Harness{New: ..., Target: ..., Answers: scannertest.AmazonAnswers()})
//	}
//
// The world should be small (a scope, two or three resources that have every setting) since each of its requests
// is spoiled in every way.
package scannertest

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// Harness is how the suite gets at a scanner and its world.
type Harness struct {
	// New returns a fresh scanner. Its requests go through wrap(transport of the world); its clock stands still;
	// it does not wait between attempts. The world is the same each time.
	New func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error)
	// Target names the world.
	Target scanners.Target
	// Answers are the provider's refusals. Without them those faults are left out.
	Answers Answers
	// ReadOnly says of a request that is neither GET nor HEAD that it changes nothing; nil means none is.
	ReadOnly func(identity string) bool
	// Silent names requests whose loss costs no fact, since there is another way to it.
	Silent func(identity string) bool
	// Falls says that a fact may be lost, or read in another way, with another one that it builds on.
	Falls func(lost, with scanners.FactName) bool
	// Persistence is how often a fault that passes strikes; 0 means 2.
	Persistence int
}

// Run reports every departure from the contract of scanners.Scanner as a failed subtest.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, check := range checks() {
		t.Run(check.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			for _, problem := range problems(ctx, h, check) {
				t.Error(problem)
			}
		})
	}
}

// Problems runs the suite and lists what is wrong, each line led by the name of the check.
func Problems(ctx context.Context, h Harness) []string {
	var out []string
	for _, check := range checks() {
		for _, problem := range problems(ctx, h, check) {
			out = append(out, check.name+": "+problem)
		}
	}
	return out
}

type check struct {
	name string
	run  func(*suite)
}

func checks() []check {
	return []check{
		{"description", (*suite).description},
		{"discovery", (*suite).discovery},
		{"facts", (*suite).facts},
		{"need", (*suite).need},
		{"prev", (*suite).prev},
		{"concurrency", (*suite).concurrency},
		{"cancel", (*suite).cancel},
		{"faults that pass", (*suite).passingFaults},
		{"faults that stay", (*suite).stayingFaults},
		{"faults in discovery", (*suite).discoveryFaults},
		{"read only", (*suite).readOnly},
	}
}

func problems(ctx context.Context, h Harness, c check) []string {
	if h.Persistence <= 0 {
		h.Persistence = 2
	}
	s := &suite{Harness: h, ctx: ctx}
	c.run(s)
	return s.found
}

// suite is one check at work.
type suite struct {
	Harness
	ctx   context.Context
	found []string
}

func (s *suite) errorf(format string, args ...any) {
	const most = 50
	if len(s.found) < most {
		s.found = append(s.found, fmt.Sprintf(format, args...))
	}
}

// subject is a fresh scanner with its faults.
type subject struct {
	scanners.Scanner
	faults *Faults
}

func (s *suite) fresh(choose func(identity string, attempt int) Fault) (*subject, bool) {
	faults := &Faults{Choose: choose, Answers: s.Answers}
	scanner, err := s.New(func(base http.RoundTripper) http.RoundTripper {
		faults.Base = base
		return faults
	})
	if err != nil {
		s.errorf("making the scanner: %v", err)
		return nil, false
	}
	return &subject{scanner, faults}, true
}

// discovered runs Discover to its end.
func (s *suite) discovered(ctx context.Context, of *subject) (refs []scanners.Ref, errs []error) {
	for ref, err := range of.Discover(WithOwner(ctx, "discover"), s.Target) {
		if err != nil {
			errs = append(errs, err)
			if ref.ID == "" && ref.Scope == "" {
				break
			}
			continue
		}
		refs = append(refs, ref)
	}
	return refs, errs
}

// ofKind is everything that the scanner can supply for a kind.
func ofKind(s scanners.Scanner, kind scanners.Kind) scanners.FactSet {
	return s.Describe().Facts().OfKind(kind)
}
