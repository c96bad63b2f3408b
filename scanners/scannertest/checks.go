// What holds while nothing goes wrong.

package scannertest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/tojimari/tojimari/scanners"
)

func (s *suite) description() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	d := of.Describe()
	if d.Name == "" || len(d.Forms) == 0 {
		s.errorf("the description needs a name and forms: %+v", d)
	}
	if !slices.ContainsFunc(d.Forms, func(f scanners.Form) bool { return f.Scheme == s.Target.Scheme }) {
		s.errorf("no form takes the target %q", s.Target)
	}
	seen := scanners.FactSet{}
	for _, supply := range d.Supplies {
		if _, known := scanners.LookupFactField(supply.Fact); !known {
			s.errorf("it supplies %q, which is not in the schema", supply.Fact)
		}
		if seen.Has(supply.Fact) {
			s.errorf("it supplies %q twice", supply.Fact)
		}
		seen.Add(supply.Fact)
	}
	if n := len(of.faults.Seen()); n > 0 {
		s.errorf("Describe made %d requests", n)
	}
}

func (s *suite) discovery() {
	first, ok := s.fresh(nil)
	if !ok {
		return
	}
	refs, errs := s.discovered(s.ctx, first)
	for _, err := range errs {
		s.errorf("discovering: %v", err)
	}
	if len(refs) == 0 {
		s.errorf("nothing was discovered")
	}
	second, ok := s.fresh(nil)
	if !ok {
		return
	}
	again, _ := s.discovered(s.ctx, second)
	if a, b := refLines(refs), refLines(again); a != b {
		s.errorf("two discoveries differ:\n%s\n%s", a, b)
	}
	ids, ended, scope := map[string]bool{}, map[string]bool{}, ""
	for _, ref := range refs {
		if ref.ID == "" || !slices.Contains(scanners.Kinds(), ref.Kind) {
			s.errorf("a Ref without id or kind: %+v", ref.Head)
		}
		if ids[ref.ID] {
			s.errorf("%q was discovered twice", ref.ID)
		}
		ids[ref.ID] = true
		if ref.Parent != "" && !ids[ref.Parent] {
			s.errorf("%q came before its parent %q", ref.ID, ref.Parent)
		}
		if ref.Kind == scanners.KindScope && ref.Scope != ref.ID {
			s.errorf("the scope %q says that it belongs to scope %q", ref.ID, ref.Scope)
		}
		if ref.Scope != scope {
			ended[scope] = true
			if scope = ref.Scope; ended[scope] {
				s.errorf("scope %q is taken up again at %q: what belongs to a scope comes together", scope, ref.ID)
			}
		}
		if first.Describe().Saved && ref.Seed == nil {
			s.errorf("%q has no seed although its records are saved ones", ref.ID)
		}
		if ref.Seed != nil && (ref.Seed.ID != ref.ID || ref.Seed.Kind != ref.Kind) {
			s.errorf("the seed of %q is of %q", ref.ID, ref.Seed.ID)
		}
	}
}

func refLines(refs []scanners.Ref) string {
	var out strings.Builder
	for _, ref := range refs {
		fmt.Fprintf(&out, "%+v scope=%s\n", ref.Head, ref.Scope)
	}
	return out.String()
}

// facts: all that is needed is settled, and nothing is there that the description does not list.
func (s *suite) facts() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	supplies, saved := of.Describe().Facts(), of.Describe().Saved
	refs, _ := s.discovered(s.ctx, of)
	for _, ref := range refs {
		need := ofKind(of, ref.Kind)
		rec, err := of.Inspect(s.ctx, ref, need, nil)
		if err != nil {
			s.errorf("inspecting %q: %v", ref.ID, err)
			continue
		}
		if rec.ID != ref.ID || rec.Kind != ref.Kind || rec.Parent != ref.Parent {
			s.errorf("the record of %q says of itself %+v", ref.ID, rec.Head)
		}
		if rec.At.IsZero() {
			s.errorf("the record of %q is not dated", ref.ID)
		}
		for name := range rec.Unsettled(need) {
			if saved {
				break // it holds what it holds
			}
			s.errorf("%s of %q was needed and is not inspected", name, ref.ID)
		}
		for name, status := range rec.Facts() {
			switch {
			case status == (scanners.Status{}):
			case !supplies.Has(name):
				s.errorf("%s of %q is not among what the scanner says it supplies", name, ref.ID)
			case status.State == scanners.Unknown:
				s.errorf("%s of %q is unknown although nothing is wrong: %+v", name, ref.ID, status.Reason)
			case status.Origin == (scanners.Origin{}):
				s.errorf("%s of %q does not say where it came from", name, ref.ID)
			}
		}
	}
}

// need: without need there are no requests; one fact brings with it only what the same call answers.
func (s *suite) need() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	refs, _ := s.discovered(s.ctx, of)
	for _, ref := range refs {
		before := len(of.faults.Seen())
		bare, err := of.Inspect(s.ctx, ref, nil, nil)
		if err != nil {
			s.errorf("inspecting %q without need: %v", ref.ID, err)
			continue
		}
		if n := len(of.faults.Seen()) - before; n > 0 {
			s.errorf("%d requests for %q although nothing was needed, the first %s", n, ref.ID, of.faults.Seen()[before].Identity)
		}
		for _, name := range ofKind(of, ref.Kind).Names() {
			rec, err := of.Inspect(s.ctx, ref, scanners.NewFactSet(name), nil)
			if err != nil {
				s.errorf("inspecting %s of %q: %v", name, ref.ID, err)
				continue
			}
			call := rec.Status(name).Origin.Call
			for other, status := range rec.Facts() {
				if other != name && status.Settled() && !bare.Status(other).Settled() && status.Origin.Call != call {
					s.errorf("%s was needed of %q, and %s was read too, by %s", name, ref.ID, other, status.Origin.Call)
				}
			}
		}
	}
}

// prev: what is there is kept, costs nothing, and is not changed.
func (s *suite) prev() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	refs, _ := s.discovered(s.ctx, of)
	for _, ref := range refs {
		names := ofKind(of, ref.Kind).Names()
		whole, err := of.Inspect(s.ctx, ref, scanners.NewFactSet(names...), nil)
		if err != nil {
			continue // reported by facts
		}
		before, text := len(of.faults.Seen()), encode(&whole)
		again, err := of.Inspect(s.ctx, ref, scanners.NewFactSet(names...), &whole)
		if err != nil {
			s.errorf("inspecting %q with a whole record: %v", ref.ID, err)
			continue
		}
		if n := len(of.faults.Seen()) - before; n > 0 {
			s.errorf("%d requests for %q although all was known, the first %s", n, ref.ID, of.faults.Seen()[before].Identity)
		}
		if got := encode(&again); got != text {
			s.errorf("a whole record of %q was changed:\n%s%s", ref.ID, text, got)
		}
		// The rest is read beside a mark in the first fact; an ancestor's facts are kept as well.
		for _, name := range names {
			field, known := scanners.LookupFactField(name)
			if !known {
				continue // reported by description
			}
			marked := scanners.NewRecord(ref.Head)
			mark := scanners.Reason{Code: scanners.Denied, Permission: "scannertest", Detail: string(name)}
			field.SetUnknown(marked, mark)
			if ref.Kind != scanners.KindScope {
				marked.Scope = &scanners.Scope{}
				marked.Scope.AWS.Organization = scanners.KnownFact(scanners.Organization{ID: "kept"}, scanners.Origin{Call: "x"})
			}
			given := encode(marked)
			got, err := of.Inspect(s.ctx, ref, scanners.NewFactSet(names...), marked)
			if err != nil {
				s.errorf("inspecting %q beside %s: %v", ref.ID, name, err)
				continue
			}
			if got.Status(name).Reason != mark {
				s.errorf("%s of %q was settled and was read again: %+v", name, ref.ID, got.Status(name))
			}
			if ref.Kind != scanners.KindScope && (got.Scope == nil || got.Scope.AWS.Organization.Value.ID != "kept") {
				s.errorf("the ancestors' facts in the record of %q were lost", ref.ID)
			}
			if after := encode(marked); after != given {
				s.errorf("Inspect of %q changed prev:\n%s%s", ref.ID, given, after)
			}
		}
	}
}

// concurrency: the records have the same bytes, one after the other or all at once.
func (s *suite) concurrency() {
	var want string
	for _, width := range []int{1, 8} {
		of, ok := s.fresh(nil)
		if !ok {
			return
		}
		refs, _ := s.discovered(s.ctx, of)
		got := s.inspectAll(of, refs, width)
		if want == "" {
			want = got
		}
		if got != want {
			s.errorf("the bytes differ between one inspection at a time and %d:\n%s\n%s", width, want, got)
		}
	}
}

func (s *suite) inspectAll(of *subject, refs []scanners.Ref, width int) string {
	out, places := make([]string, len(refs)), make(chan struct{}, width)
	var wg sync.WaitGroup
	for i, ref := range refs {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			out[i] = s.inspectText(s.ctx, of, ref)
		})
	}
	wg.Wait()
	return strings.Join(out, "")
}

// inspectText is the record's line, or the failure in its place.
func (s *suite) inspectText(ctx context.Context, of *subject, ref scanners.Ref) string {
	rec, err := of.Inspect(WithOwner(ctx, ref.ID), ref, ofKind(of, ref.Kind), nil)
	if err != nil {
		return fmt.Sprintf("%q failed: %+v\n", ref.ID, scanners.FailureOf(err))
	}
	return encode(&rec)
}

func encode(rec *scanners.Record) string {
	var out bytes.Buffer
	if err := scanners.NewLineWriter(&out).Write(scanners.Line{Record: rec}); err != nil {
		return err.Error()
	}
	return out.String()
}

// cancel: nothing is asked under a context that has ended, and what was not read is not taken for absent.
func (s *suite) cancel() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	refs, _ := s.discovered(s.ctx, of)
	ended, end := context.WithCancel(s.ctx)
	end()
	for _, ref := range refs {
		need := ofKind(of, ref.Kind)
		bare, err := of.Inspect(s.ctx, ref, nil, nil)
		if err != nil {
			continue
		}
		before := len(of.faults.Seen())
		rec, err := of.Inspect(ended, ref, need, nil)
		for _, seen := range of.faults.Seen()[before:] {
			if !s.reached(seen) {
				continue
			}
			s.errorf("%s was asked for %q under an ended context", seen.Identity, ref.ID)
		}
		if err != nil {
			continue
		}
		for name := range need {
			status := rec.Status(name)
			if status.State != scanners.Unknown && !bare.Status(name).Settled() {
				s.errorf("%s of %q is %v under an ended context", name, ref.ID, status.State)
			}
		}
	}
	other, ok := s.fresh(nil)
	if !ok {
		return
	}
	if refs, errs := s.discovered(ended, other); len(refs) > 0 && len(errs) == 0 {
		for _, seen := range other.faults.Seen() {
			if s.reached(seen) {
				s.errorf("Discover went on under an ended context and asked %s", seen.Identity)
			}
		}
	}
}

// reached reports whether a request had a context that was alive: one that had ended goes nowhere.
func (s *suite) reached(seen Seen) bool { return seen.request.Context().Err() == nil }

// readOnly: nothing that a scan of everything sends changes anything.
func (s *suite) readOnly() {
	of, ok := s.fresh(nil)
	if !ok {
		return
	}
	refs, _ := s.discovered(s.ctx, of)
	s.inspectAll(of, refs, 1)
	for _, seen := range of.faults.Seen() {
		if seen.Method == "GET" || seen.Method == "HEAD" || s.ReadOnly != nil && s.ReadOnly(seen.Identity) {
			continue
		}
		s.errorf("%s may change something", seen.Identity)
	}
}
