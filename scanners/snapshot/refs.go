// Record lines as Refs: which scope a record belongs to, whether the scope is whole, and what to say of lines
// that cannot be read.

package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// maxBadLines ends the reading of what is plainly not a stream of records.
const maxBadLines = 1000

// Refs streams record lines from in. A line that cannot be read is a failure that names it by number, and the
// rest goes on; so is a scope without its end marker, or with fewer or more records than the marker says.
// Failures in the stream are passed on as they are.
func Refs(ctx context.Context, in io.Reader, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		s := &stream{lines: scanners.NewLineReader(in), target: target, name: target.String(), yield: yield}
		for ctx.Err() == nil && s.next() {
		}
	}
}

// stream is the state of Refs.
type stream struct {
	lines  *scanners.LineReader
	target scanners.Target
	name   string
	yield  func(scanners.Ref, error) bool

	read  int // good lines
	bad   int
	scope string // of the records being read; empty where they do not tell
	open  bool   // records were read since the last end
	count int    // how many
	lost  int    // bad lines among them
}

// next handles one line; false ends the stream.
func (s *stream) next() bool {
	line, err := s.lines.Next()
	var bad *scanners.LineError
	switch {
	case errors.Is(err, io.EOF):
		s.finish()
		return false
	case errors.Is(err, scanners.ErrSchema):
		s.yield(scanners.Ref{}, scanners.WithHint(fmt.Errorf("reading %s: %w", s.name, err), "it was written by another version of tojimari; scan again with this one"))
		return false
	case errors.As(err, &bad):
		return s.badLine(bad)
	case err != nil:
		s.yield(scanners.Ref{}, fmt.Errorf("reading %s: %w", s.name, err))
		return false
	}
	s.read++
	switch {
	case line.Record != nil:
		return s.record(line.Record)
	case line.End != nil:
		return s.end(*line.End)
	case line.Failed != nil:
		return s.failed(*line.Failed)
	}
	return true // the header
}

func (s *stream) badLine(bad *scanners.LineError) bool {
	s.bad++
	s.lost++
	scope := s.scopeOr(s.name)
	failure := scanners.FailureOf(fmt.Errorf("%s: %w", s.name, bad))
	failure.Scope, failure.Resource = scope, fmt.Sprintf("%s:%d", s.name, bad.Number)
	if !s.yield(scanners.Ref{Scope: scope}, &scanners.FailureError{Failure: failure, Err: bad}) {
		return false
	}
	if s.bad >= maxBadLines {
		s.yield(scanners.Ref{}, fmt.Errorf("reading %s: %d lines could not be read, the rest was not tried", s.name, s.bad))
		return false
	}
	return true
}

func (s *stream) record(rec *scanners.Record) bool {
	scope := s.scopeOf(rec)
	if s.open && scope != s.scope && !s.cutOff() {
		return false
	}
	if !s.open {
		s.count = 0
	}
	s.scope, s.open = scope, true
	s.count++
	return s.yield(scanners.Ref{Head: rec.Head, Scope: scope, Seed: rec, Target: s.target}, nil)
}

// scopeOf finds the scope from what the record says of its parents, else it is that of the record before.
func (s *stream) scopeOf(rec *scanners.Record) string {
	if rec.Kind == scanners.KindScope {
		return rec.ID
	}
	for _, prefix := range []string{scanners.AWSAccountID(""), scanners.GCPProjectID(""), scanners.AzureSubscriptionID("")} {
		if strings.HasPrefix(rec.Parent, prefix) {
			return rec.Parent
		}
	}
	if s.open {
		return s.scope
	}
	return ""
}

func (s *stream) end(end scanners.End) bool {
	if s.open && s.scope != "" && s.scope != end.Scope && !s.cutOff() {
		return false
	}
	count, lost := s.count, s.lost
	if !s.open {
		count = 0
	}
	s.close()
	if count == end.Records || lost > 0 { // a lost line was reported already
		return true
	}
	return s.fail(end.Scope, scanners.Failure{Scope: end.Scope, Code: scanners.CodeMalformed,
		Detail: fmt.Sprintf("scope %q has %d records, its end marker says %d", end.Scope, count, end.Records)})
}

func (s *stream) failed(f scanners.Failure) bool {
	if f.Scope == "" {
		f.Scope = s.scopeOr(s.name)
	}
	if f.Resource == "" && (s.scope == "" || s.scope == f.Scope) {
		s.close()
	}
	return s.fail(f.Scope, f)
}

// finish reports what is open at the end of the stream, and a stream that held nothing.
func (s *stream) finish() {
	switch {
	case s.open:
		s.cutOff()
	case s.read == 0 && s.bad == 0:
		s.yield(scanners.Ref{}, scanners.WithHint(fmt.Errorf("reading %s: it is empty", s.name), "a snapshot has at least a header line"))
	}
}

// cutOff reports that the open scope lacks its end marker.
func (s *stream) cutOff() bool {
	scope := s.scopeOr(s.name)
	s.close()
	return s.fail(scope, scanners.Failure{Scope: scope, Code: scanners.CodeCutOff,
		Detail: fmt.Sprintf("scope %q was cut off: it has no end marker", scope),
		Hint:   "continue that scan with --resume, or scan again"})
}

func (s *stream) close() { s.scope, s.open, s.count, s.lost = "", false, 0, 0 }

func (s *stream) fail(scope string, f scanners.Failure) bool {
	return s.yield(scanners.Ref{Scope: scope, Target: s.target}, &scanners.FailureError{Failure: f})
}

func (s *stream) scopeOr(otherwise string) string {
	if s.scope != "" {
		return s.scope
	}
	return otherwise
}
