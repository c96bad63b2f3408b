// What holds when one request goes wrong: it costs the fact that it was for, or nothing at all, and a second run
// gives the same bytes.

package scannertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// clean is what a scan without faults gives.
type clean struct {
	refs      []scanners.Ref
	records   map[string]*scanners.Record
	texts     map[string]string
	discover  []string            // identities, in order
	requests  map[string][]string // identities by id of the resource
	discovery string
}

func (s *suite) clean() (clean, bool) {
	c := clean{records: map[string]*scanners.Record{}, texts: map[string]string{}, requests: map[string][]string{}}
	of, ok := s.fresh(nil)
	if !ok {
		return c, false
	}
	refs, errs := s.discovered(s.ctx, of)
	if len(errs) > 0 {
		s.errorf("discovering: %v", errs[0])
		return c, false
	}
	c.refs, c.discovery = refs, refLines(refs)
	for _, ref := range refs {
		rec, err := of.Inspect(WithOwner(s.ctx, ref.ID), ref, ofKind(of, ref.Kind), nil)
		if err != nil {
			s.errorf("inspecting %q: %v", ref.ID, err)
			return c, false
		}
		c.records[ref.ID], c.texts[ref.ID] = &rec, encode(&rec)
	}
	for _, seen := range of.faults.Seen() {
		list := c.requests[seen.Owner]
		if !slices.Contains(list, seen.Identity) {
			c.requests[seen.Owner] = append(list, seen.Identity)
		}
	}
	c.discover = c.requests["discover"]
	return c, true
}

// spoiled inspects one resource with one of its requests spoiled.
func (s *suite) spoiled(ref scanners.Ref, identity string, fault Fault, times int) (*scanners.Record, string, bool) {
	of, ok := s.fresh(func(id string, attempt int) Fault {
		if id == identity && attempt < times {
			return fault
		}
		return None
	})
	if !ok {
		return nil, "", false
	}
	rec, err := of.Inspect(WithOwner(s.ctx, ref.ID), ref, ofKind(of, ref.Kind), nil)
	if err != nil {
		return nil, fmt.Sprintf("%q failed: %+v\n", ref.ID, scanners.FailureOf(err)), true
	}
	return &rec, encode(&rec), true
}

// forever is more attempts than any scanner makes.
const forever = 1 << 30

func (s *suite) eachRequest(c clean, do func(ref scanners.Ref, identity string)) {
	for _, ref := range c.refs {
		for _, identity := range c.requests[ref.ID] {
			if s.ctx.Err() != nil {
				s.errorf("it took too long: %v", s.ctx.Err())
				return
			}
			do(ref, identity)
		}
	}
}

func (s *suite) passingFaults() {
	c, ok := s.clean()
	if !ok {
		return
	}
	faults := []Fault{Reset, Truncated, Torn, Slow}
	if s.Answers.Throttled != nil {
		faults = append(faults, Throttled)
	}
	s.eachRequest(c, func(ref scanners.Ref, identity string) {
		for _, fault := range faults {
			if _, text, ok := s.spoiled(ref, identity, fault, s.Persistence); ok && text != c.texts[ref.ID] {
				s.errorf("%s, %s %d times, left its mark on %q:\n%s%s", identity, fault, s.Persistence, ref.ID, c.texts[ref.ID], text)
			}
		}
	})
}

func (s *suite) stayingFaults() {
	c, ok := s.clean()
	if !ok {
		return
	}
	faults := []Fault{Reset, Truncated, Torn, Slow}
	if s.Answers.Denied != nil {
		faults = append(faults, Denied)
	}
	if s.Answers.Throttled != nil {
		faults = append(faults, Throttled)
	}
	s.eachRequest(c, func(ref scanners.Ref, identity string) {
		for _, fault := range faults {
			rec, text, ok := s.spoiled(ref, identity, fault, forever)
			if !ok {
				return
			}
			what := fmt.Sprintf("%s, %s for good", identity, fault)
			if _, again, _ := s.spoiled(ref, identity, fault, forever); again != text {
				s.errorf("%s, gives different bytes the second time:\n%s%s", what, text, again)
			}
			if rec == nil {
				s.errorf("%s, costs all of %q: %s", what, ref.ID, text)
				continue
			}
			s.lost(what, fault, identity, c.records[ref.ID], rec)
		}
	})
}

// lost compares a spoiled record with the clean one: what differs is unknown with a fitting reason, and came
// from one call.
func (s *suite) lost(what string, fault Fault, identity string, whole, spoiled *scanners.Record) {
	var names []scanners.FactName
	for name := range spoiled.Facts() {
		if factText(whole, name) != factText(spoiled, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		status, after := spoiled.Status(name), factText(spoiled, name)
		if status.State != scanners.Unknown && !strings.Contains(after, `"state":"unknown"`) && !s.falls(name, names) {
			s.errorf("%s: %s of %q became %s", what, name, whole.ID, after)
		}
		if fault == Denied {
			if status.State == scanners.Unknown && (status.Reason.Code != scanners.Denied || status.Reason.Permission == "") && !s.falls(name, names) {
				s.errorf("%s: %s of %q has the reason %+v, want denied with the permission", what, name, whole.ID, status.Reason)
			}
		} else if status.State == scanners.Unknown && status.Reason.Code == scanners.Denied {
			s.errorf("%s: %s of %q is called denied", what, name, whole.ID)
		}
	}
	if len(names) == 0 && (s.Silent == nil || !s.Silent(identity)) {
		s.errorf("%s: it cannot be seen in the record of %q", what, whole.ID)
	}
	for _, name := range names[min(1, len(names)):] {
		first, call := whole.Status(names[0]).Origin.Call, whole.Status(name).Origin.Call
		if call != first && !s.falls(name, names) {
			s.errorf("%s: it costs %s and %s of %q", what, names[0], name, whole.ID)
		}
	}
}

// visible reports whether the records of what was found say that something could not be read.
func (s *suite) visible(of *subject, refs []scanners.Ref) bool {
	for _, ref := range refs {
		rec, err := of.Inspect(s.ctx, ref, ofKind(of, ref.Kind), nil)
		if err != nil {
			return true
		}
		for _, status := range rec.Facts() {
			if status.State == scanners.Unknown && status.Reason.Code != scanners.NotInspected {
				return true
			}
		}
	}
	return false
}

// falls reports whether a fact may be lost with one of the others.
func (s *suite) falls(name scanners.FactName, others []scanners.FactName) bool {
	return s.Falls != nil && slices.ContainsFunc(others, func(other scanners.FactName) bool {
		return other != name && (s.Falls(name, other) || s.Falls(other, name))
	})
}

// factText is the fact as it stands in the record's JSON.
func factText(rec *scanners.Record, name scanners.FactName) string {
	field, known := scanners.LookupFactField(name)
	if !known {
		return ""
	}
	status, value := field.Of(rec)
	text, err := json.Marshal(struct {
		Status scanners.Status
		Value  any
	}{status, value})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// discoveryFaults: a request of Discover that fails either costs nothing, or is reported; what was found is
// never silently less.
func (s *suite) discoveryFaults() {
	c, ok := s.clean()
	if !ok {
		return
	}
	for _, identity := range c.discover {
		for _, fault := range []Fault{Denied, Throttled, Reset, Truncated, Torn, Slow} {
			if fault == Denied && s.Answers.Denied == nil || fault == Throttled && s.Answers.Throttled == nil {
				continue
			}
			for _, times := range []int{s.Persistence, forever} {
				if fault == Denied && times != forever {
					continue
				}
				s.discoverSpoiled(c, identity, fault, times)
			}
		}
	}
}

func (s *suite) discoverSpoiled(c clean, identity string, fault Fault, times int) {
	of, ok := s.fresh(func(id string, attempt int) Fault {
		if id == identity && attempt < times {
			return fault
		}
		return None
	})
	if !ok {
		return
	}
	refs, errs := s.discovered(s.ctx, of)
	text := refLines(refs)
	switch {
	case times != forever && (text != c.discovery || len(errs) > 0):
		s.errorf("%s, %s %d times, left its mark on discovery: %v\n%s%s", identity, fault, times, errs, c.discovery, text)
	case text != c.discovery && len(errs) == 0 && !s.visible(of, refs):
		s.errorf("%s, %s for good, makes discovery find something else, and nothing is reported:\n%s%s", identity, fault, c.discovery, text)
	}
	for _, err := range errs {
		if fault == Denied && scanners.FailureOf(err).Code != scanners.CodeDenied {
			s.errorf("%s, denied, is reported as %+v", identity, scanners.FailureOf(err))
		}
	}
}
