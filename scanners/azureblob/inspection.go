// One Inspect in progress.

package azureblob

import (
	"context"
	"errors"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// operation names one API call and what reading its answer needs.
type operation struct {
	call       string   // "arm:StorageAccounts.List", "blob:GetContainerACL"
	permission string   // action or data action of Azure RBAC
	notSet     []string // error codes that are documented to mean "not set"
}

func (op operation) asked() attempt.Operation {
	return attempt.Operation{Call: op.call, Permission: op.permission, NotSet: op.notSet}
}

func (op operation) origin() scanners.Origin { return op.asked().Origin() }

// What a conversion says of an answer that holds no value.
var errNotSet, errHollow = attempt.ErrNotSet, attempt.ErrHollow

// inspection is one Inspect. It is used by one goroutine.
type inspection struct {
	*session
	scanner *Scanner
	ref     scanners.Ref
	need    scanners.FactSet
	rec     *scanners.Record
	reading attempt.Reading
}

func newInspection(s *Scanner, ses *session, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) *inspection {
	return &inspection{session: ses, scanner: s, ref: ref, need: need, rec: scanners.Begun(ref, prev, s.rt.Now()),
		reading: attempt.Reading{Name: ref.Name, Hint: hintExpired}}
}

// wanted lists those of the names that are asked for and not settled yet, as long as going on makes sense.
func (in *inspection) wanted(names ...scanners.FactName) []scanners.FactName {
	if in.reading.Gone != nil {
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
	value, err := attempt.Ask(ctx, &in.reading, read, convert)
	*slot = attempt.Fact(&in.reading, op.asked(), value, walled(err))
}

// settled is the fact for a value that an answer gave, or for what it gave instead.
func settled[T any](op operation, value T, err error) scanners.Fact[T] {
	switch {
	case err == nil:
		return scanners.KnownFact(value, op.origin())
	case errors.Is(err, attempt.ErrNotSet):
		return scanners.AbsentFact[T](op.origin())
	default:
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Malformed, Detail: attempt.Clean(err.Error(), 200)}, op.origin())
	}
}

// unread is the fact for a reading that gave no value.
func unread[T any](in *inspection, op operation, err error) scanners.Fact[T] {
	var none T
	return attempt.Fact(&in.reading, op.asked(), none, walled(err))
}

// reason says why a call gave nothing, and notes what ends the inspection.
func (in *inspection) reason(op operation, err error) scanners.Reason {
	return in.reading.Reason(op.asked(), walled(err))
}

// walled adds to a refusal by network rules that no role would help.
func walled(err error) error {
	var f *failure
	if !errors.As(err, &f) || f.Kind != attempt.Walled {
		return err
	}
	return &failure{Kind: f.Kind, Message: f.Error() + " (the account's network rules do not let this machine in, whatever its roles)"}
}
