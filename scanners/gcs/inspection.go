// One Inspect in progress.

package gcs

import (
	"context"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// operation names one API call by the API's own id of the method ("storage.buckets.getIamPolicy"), and the permission
// of IAM that it needs, as in the reference of each service.
type operation = attempt.Operation

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

// wanted reports whether a fact is asked for and not settled yet, and whether going on makes sense.
func (in *inspection) wanted(name scanners.FactName) bool {
	return in.need.Has(name) && !in.rec.Status(name).Settled() && in.reading.Gone == nil
}

// settle fills slot from one reading: its value, its absence, or why it is not known.
func settle[T any](ctx context.Context, in *inspection, slot *scanners.Fact[T], op operation, read func(context.Context) (T, error)) {
	value, err := read(ctx)
	*slot = attempt.Fact(&in.reading, op, value, err)
}
