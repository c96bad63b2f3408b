// One Inspect in progress, and how a call's answer or failure becomes a fact.

package azureblob

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

// operation names one API call and what reading its answer needs.
type operation struct {
	call       string   // "arm:StorageAccounts.List", "blob:GetContainerACL"
	permission string   // action or data action of Azure RBAC
	notSet     []string // error codes that are documented to mean "not set"
}

func (op operation) origin() scanners.Origin { return scanners.Origin{Call: op.call} }

// What a conversion says of an answer that holds no value.
var (
	errNotSet = errors.New("not set")              // the documented empty answer
	errHollow = errors.New("the answer is hollow") // the right form without what it must hold
)

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
	switch ref.Kind {
	case scanners.KindScope:
		in.rec.Scope = ownCopy(in.rec.Scope)
	case scanners.KindStore:
		in.rec.Store = ownCopy(in.rec.Store)
	case scanners.KindBucket:
		in.rec.Bucket = ownCopy(in.rec.Bucket)
	}
	return in
}

func ownCopy[T any](part *T) *T {
	if part == nil {
		return new(T)
	}
	copied := *part
	return &copied
}

// wanted lists those of the names that are asked for and not settled yet, as long as going on makes sense.
func (in *inspection) wanted(names ...scanners.FactName) []scanners.FactName {
	if in.gone != nil {
		return nil
	}
	var out []scanners.FactName
	for _, name := range names {
		if in.need.Has(name) && !in.rec.Status(name).Settled() {
			out = append(out, name)
		}
	}
	return out
}

func (in *inspection) wants(name scanners.FactName) bool { return len(in.wanted(name)) > 0 }

// readAnything reports whether a fact asked for has any answer.
func (in *inspection) readAnything() bool {
	for name := range in.need {
		if in.rec.Status(name).State != scanners.Unknown {
			return true
		}
	}
	return false
}

// fill copies facts out of a record that another way of reading gave, and says which it does not have.
func (in *inspection) fill(names []scanners.FactName, from *scanners.Record) (missing []scanners.FactName) {
	for _, name := range names {
		field, known := scanners.LookupFactField(name)
		if !known {
			continue
		}
		if from == nil || !from.Status(name).Settled() {
			missing = append(missing, name)
			continue
		}
		field.Copy(in.rec, from)
	}
	return missing
}

// settle fills slot from one call: its value, its absence, or why it is not known.
func settle[T, Out any](ctx context.Context, in *inspection, slot *scanners.Fact[T], op operation, read func(context.Context) (Out, error), convert func(Out) (T, error)) {
	if in.expired != nil {
		// What else is asked with these credentials would get the same answer.
		*slot = unread[T](in, op, &failure{kind: expired})
		return
	}
	out, err := read(ctx)
	if err == nil {
		var value T
		if value, err = convert(out); err == nil {
			*slot = scanners.KnownFact(value, op.origin())
			return
		}
	}
	*slot = unread[T](in, op, err)
}

// settled is the fact for a value that an answer gave, or for what it gave instead.
func settled[T any](op operation, value T, err error) scanners.Fact[T] {
	switch {
	case err == nil:
		return scanners.KnownFact(value, op.origin())
	case errors.Is(err, errNotSet):
		return scanners.AbsentFact[T](op.origin())
	default:
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Malformed, Detail: cleanText(err.Error(), 200)}, op.origin())
	}
}

// unread is the fact for a reading that gave no value.
func unread[T any](in *inspection, op operation, err error) scanners.Fact[T] {
	if errors.Is(err, errNotSet) {
		return scanners.AbsentFact[T](op.origin())
	}
	var f *failure
	if errors.As(err, &f) {
		switch {
		case slices.Contains(op.notSet, f.code):
			return scanners.AbsentFact[T](op.origin())
		case f.kind == notSupported:
			return scanners.UnsupportedFact[T](op.origin())
		}
	}
	return scanners.UnknownFact[T](in.reason(op, err), op.origin())
}

// reason says why a call gave nothing, and notes what ends the inspection.
func (in *inspection) reason(op operation, err error) scanners.Reason {
	var f *failure
	if !errors.As(err, &f) {
		if errors.Is(err, errHollow) {
			return scanners.Reason{Code: scanners.Malformed, Detail: errHollow.Error()}
		}
		return scanners.Reason{Code: scanners.Failed, Detail: stopReason(err)}
	}
	switch f.kind {
	case gone:
		in.gone = fmt.Errorf("reading %s of %q: %s: %w", op.call, in.ref.Name, f.text(), scanners.ErrGone)
		return scanners.Reason{Code: scanners.Failed, Detail: f.text()}
	case denied:
		return scanners.Reason{Code: scanners.Denied, Permission: op.permission, Detail: f.text()}
	case walled:
		return scanners.Reason{Code: scanners.Denied, Permission: op.permission,
			Detail: f.text() + " (the account's network rules do not let this machine in, whatever its roles)"}
	case malformedAnswer:
		return scanners.Reason{Code: scanners.Malformed, Detail: f.text()}
	case expired:
		if in.expired == nil {
			in.expired = scanners.WithHint(fmt.Errorf("reading %q: %w", in.ref.Name, f), hintExpired)
		}
		return scanners.Reason{Code: scanners.Failed, Detail: "the credentials have expired"}
	case throttled:
		return scanners.Reason{Code: scanners.Failed, Detail: "throttled: " + f.text()}
	}
	return scanners.Reason{Code: scanners.Failed, Detail: f.text()}
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
