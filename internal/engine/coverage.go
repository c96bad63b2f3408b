// Coverage: what was looked at and what was not, counted as the events go by.

package engine

import (
	"cmp"
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

// Summary is what a run looked at.
type Summary struct {
	// Scopes are those that had a record, an end or a failure, in order of delivery.
	Scopes []ScopeSummary
	// Records counts the records by kind, Earlier those of them that came from the resumed snapshot.
	Records map[scanners.Kind]int
	Earlier int
	// Unread counts the facts that were wanted and are unknown, sorted by fact, code and permission.
	Unread []Unread
	// Failures are the failures in order of delivery, at most MaxFailures; FailureCount counts all.
	Failures     []scanners.Failure
	FailureCount int
	// FailedTargets names the targets of which not one record could be had, in order.
	FailedTargets []string
	// Targets is how many targets were scanned.
	Targets int
	// CutOff says why the run ended early: it wraps ErrInterrupted or ErrDeadline. nil when it ran to the end.
	CutOff error
}

// MaxFailures bounds Summary.Failures.
const MaxFailures = 1000

// ScopeSummary is what was seen of one scope.
type ScopeSummary struct {
	Scope   string
	Records map[scanners.Kind]int
	// Unread counts facts that are unknown, Failed the failures.
	Unread int
	Failed int
	// Whole is set when the end marker was delivered.
	Whole bool
}

// Unread counts one fact that stayed unknown for one reason.
type Unread struct {
	Fact       scanners.FactName
	Code       scanners.ReasonCode
	Permission string
	Count      int
}

type coverage struct {
	summary Summary
	run     *run
	scopes  map[string]int // index into summary.Scopes
	unread  map[Unread]int // by the Unread without its count
	first   map[kindOf]scanners.FactSet
	had     map[string]bool // targets that had a record
	lost    map[string]bool // targets that had a failure
}

func newCoverage(r *run) *coverage {
	c := &coverage{
		run: r, scopes: map[string]int{}, unread: map[Unread]int{}, first: map[kindOf]scanners.FactSet{},
		had: map[string]bool{}, lost: map[string]bool{},
		summary: Summary{Records: map[scanners.Kind]int{}, Targets: len(r.sources)},
	}
	for _, s := range r.sources {
		for k, set := range s.first {
			if c.first[k] == nil {
				c.first[k] = scanners.FactSet{}
			}
			c.first[k].AddAll(set)
		}
	}
	return c
}

func (c *coverage) scope(name string) *ScopeSummary {
	i, ok := c.scopes[name]
	if !ok {
		i = len(c.summary.Scopes)
		c.scopes[name] = i
		c.summary.Scopes = append(c.summary.Scopes, ScopeSummary{Scope: name, Records: map[scanners.Kind]int{}})
	}
	return &c.summary.Scopes[i]
}

func (c *coverage) add(target string, e Event) {
	scope := c.scope(e.Scope)
	switch {
	case e.Record != nil:
		c.had[target] = true
		c.summary.Records[e.Record.Kind]++
		scope.Records[e.Record.Kind]++
		if e.Earlier {
			c.summary.Earlier++
		}
		scope.Unread += c.record(e.Record)
	case e.Failed != nil:
		c.lost[target] = true
		scope.Failed++
		c.summary.FailureCount++
		if len(c.summary.Failures) < MaxFailures {
			c.summary.Failures = append(c.summary.Failures, *e.Failed)
		}
	case e.End != nil:
		scope.Whole = true
	}
}

// record counts the unknown facts of the record's own part; those of ancestors count once, with the ancestor.
func (c *coverage) record(rec *scanners.Record) int {
	wanted, n := c.first[kindOf{rec.Kind, rec.Provider}], 0
	for _, field := range c.run.fields[rec.Kind] {
		status, _ := field.Of(rec)
		if status.State != scanners.Unknown {
			continue
		}
		if status.Reason.Code == scanners.NotInspected && !wanted.Has(field.Name) {
			continue
		}
		n++
		c.unread[Unread{Fact: field.Name, Code: status.Reason.Code, Permission: status.Reason.Permission}]++
	}
	return n
}

func (c *coverage) finish() Summary {
	for u, n := range c.unread {
		u.Count = n
		c.summary.Unread = append(c.summary.Unread, u)
	}
	slices.SortFunc(c.summary.Unread, func(a, b Unread) int {
		return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Permission, b.Permission))
	})
	for _, s := range c.run.sources {
		if c.lost[s.name] && !c.had[s.name] {
			c.summary.FailedTargets = append(c.summary.FailedTargets, s.name)
		}
	}
	return c.summary
}
