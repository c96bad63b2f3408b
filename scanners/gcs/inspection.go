// One Inspect in progress, and how a call's answer or failure becomes a fact.

package gcs

import (
	"context"
	"errors"
	"fmt"

	"github.com/tojimari/tojimari/scanners"
)

// operation names one API call and what reading its answer needs.
type operation struct {
	call       string // "storage.buckets.getIamPolicy": the API's own id of the method
	permission string // IAM permission, as in the reference of each service
}

func (op operation) origin() scanners.Origin { return scanners.Origin{Call: op.call} }

// errNotSet is the documented answer for "not set".
var errNotSet = errors.New("not set")

// inspection is one Inspect. It is used by one goroutine.
type inspection struct {
	*session
	scanner *Scanner
	ref     scanners.Ref
	need    scanners.FactSet
	rec     *scanners.Record

	gone    error // the resource does not exist
	expired error // the credentials have expired
}

func newInspection(s *Scanner, ses *session, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) *inspection {
	in := &inspection{session: ses, scanner: s, ref: ref, need: need}
	if prev == nil {
		prev = ref.Seed
	}
	in.rec = scanners.NewRecord(ref.Head)
	if prev != nil {
		copied := *prev
		in.rec = &copied
		in.rec.Head = ref.Head
	}
	in.rec.At = s.rt.Now().UTC()
	in.rec.Detach(ref.Kind)
	if ref.Kind == scanners.KindScope && in.rec.Scope == nil {
		in.rec.Scope = &scanners.Scope{}
	}
	if ref.Kind == scanners.KindBucket && in.rec.Bucket == nil {
		in.rec.Bucket = &scanners.Bucket{}
	}
	return in
}

// wanted reports whether a fact is asked for and not settled yet, and whether going on makes sense.
func (in *inspection) wanted(name scanners.FactName) bool {
	return in.need.Has(name) && !in.rec.Status(name).Settled() && in.gone == nil
}

// readAnything reports whether a fact asked for has any answer.
func (in *inspection) readAnything() bool {
	for name := range in.need {
		if in.rec.Status(name).State != scanners.Unknown {
			return true
		}
	}
	return false
}

// settle fills slot from one reading: its value, its absence, or why it is not known.
func settle[T any](ctx context.Context, in *inspection, slot *scanners.Fact[T], op operation, read func(context.Context) (T, error)) {
	value, err := read(ctx)
	switch {
	case err == nil:
		*slot = scanners.KnownFact(value, op.origin())
	case errors.Is(err, errNotSet):
		*slot = scanners.AbsentFact[T](op.origin())
	default:
		*slot = scanners.UnknownFact[T](in.reason(op, err), op.origin())
	}
}

// permissionError says which permission a refusal is about, where it is another than the operation's.
type permissionError struct {
	permission string
	err        error
}

func (e *permissionError) Error() string { return e.err.Error() }
func (e *permissionError) Unwrap() error { return e.err }

// partialError is a reading that came through and does not decide.
type partialError struct{ detail string }

func (e *partialError) Error() string { return e.detail }

// reason says why a reading gave no value. It notes on the way that the resource is gone or the credentials are over.
func (in *inspection) reason(op operation, err error) scanners.Reason {
	permission := op.permission
	var other *permissionError
	if errors.As(err, &other) {
		permission = other.permission
	}
	var partial *partialError
	if errors.As(err, &partial) {
		return scanners.Reason{Code: scanners.Partial, Detail: partial.detail}
	}
	var f *failure
	if !errors.As(err, &f) {
		return scanners.Reason{Code: scanners.Failed, Detail: stopReason(err)}
	}
	switch f.kind {
	case denied:
		return scanners.Reason{Code: scanners.Denied, Permission: permission, Detail: f.text()}
	case payerNeeded:
		return scanners.Reason{Code: scanners.Denied, Permission: "serviceusage.services.use", Detail: f.text()}
	case malformedAnswer:
		return scanners.Reason{Code: scanners.Malformed, Detail: f.text()}
	case expired:
		in.expired = scanners.WithHint(fmt.Errorf("reading %q: %w", in.ref.Name, f), hintExpired)
		return scanners.Reason{Code: scanners.Failed, Detail: "the credentials have expired"}
	case throttled:
		return scanners.Reason{Code: scanners.Failed, Detail: "throttled: " + f.text()}
	}
	return scanners.Reason{Code: scanners.Failed, Detail: f.text()}
}

// bucketGone notes that a call on the bucket itself found none.
func (in *inspection) bucketGone(op operation, err error) error {
	var f *failure
	if errors.As(err, &f) && f.kind == gone {
		in.gone = fmt.Errorf("reading %s of %q: %s: %w", op.call, in.ref.Name, f.text(), scanners.ErrGone)
	}
	return err
}

func stopReason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time for reading it was over"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	default:
		return cleanText(err.Error(), 200)
	}
}
