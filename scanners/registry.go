// The registry: a value that knows which scanner takes which target. There is no global one.

package scanners

import (
	"fmt"
	"slices"
	"strings"
)

// Registry maps target schemes to scanners. Build one with NewRegistry; it is not changed afterwards.
type Registry struct {
	list []Scanner
	by   map[string]Scanner
}

// NewRegistry lists scanners. Two scanners claiming one scheme is an error.
func NewRegistry(list ...Scanner) (*Registry, error) {
	r := &Registry{list: slices.Clone(list), by: map[string]Scanner{}}
	for _, s := range list {
		d := s.Describe()
		for _, form := range d.Forms {
			if other, taken := r.by[form.Scheme]; taken && other.Describe().Name != d.Name {
				return nil, fmt.Errorf("scanners %q and %q both take targets %q", other.Describe().Name, d.Name, form.Scheme)
			}
			r.by[form.Scheme] = s
		}
	}
	return r, nil
}

// For returns the scanner that takes the target; an unknown scheme, or a target that its scanner refuses, is
// ErrBadTarget with a hint.
func (r *Registry) For(target Target) (Scanner, error) {
	if s, ok := r.by[target.Scheme]; ok {
		if checker, ok := s.(TargetChecker); ok {
			if err := checker.CheckTarget(target); err != nil {
				return nil, err
			}
		}
		return s, nil
	}
	return nil, WithHint(fmt.Errorf("no scanner takes target %q: %w", target.String(), ErrBadTarget),
		"targets here start with "+strings.Join(r.Schemes(), ", "))
}

// All returns the scanners in the order in which they were listed.
func (r *Registry) All() []Scanner { return slices.Clone(r.list) }

// Schemes returns the schemes that are taken, sorted.
func (r *Registry) Schemes() []string {
	var out []string
	for scheme := range r.by {
		out = append(out, scheme)
	}
	slices.Sort(out)
	return out
}
