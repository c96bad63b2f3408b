// One Inspect in progress.

package awss3

import (
	"context"
	"errors"

	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// operation names one API call and what reading its answer needs.
type operation struct {
	call       string      // "s3:GetBucketAcl": service and API operation
	permission string      // IAM action, as in the Service Authorization Reference
	api        vendors.API // its name in the descriptions of S3-compatible services
	notSet     []string    // error codes that are documented to mean "not set"
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
	where   string // region to ask, corrected by the first redirect
	moved   bool   // a redirect was followed
}

func newInspection(s *Scanner, ses *session, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) *inspection {
	in := &inspection{session: ses, scanner: s, ref: ref, need: need, where: ref.Region,
		rec: scanners.Begun(ref, prev, s.rt.Now()), reading: attempt.Reading{Name: ref.Name, Hint: hintExpired}}
	if in.where == "" || ses.endpoint != "" {
		in.where = ses.region
	}
	return in
}

// wanted reports whether a fact is asked for and not settled yet, and whether going on makes sense.
func (in *inspection) wanted(name scanners.FactName, status scanners.Status) bool {
	return in.need.Has(name) && !status.Settled() && in.reading.Gone == nil
}

// settle fills slot from one call: its value, its absence, or why it is not known.
func settle[T, Out any](ctx context.Context, in *inspection, slot *scanners.Fact[T], op operation, read func(context.Context) (Out, error), convert func(Out) (T, error)) {
	if untold(in.session, slot, op) {
		return
	}
	value, err := attempt.Ask(ctx, &in.reading, read, convert)
	*slot = attempt.Fact(&in.reading, op.asked(), value, in.meaning(op, err))
}

// unread is the fact for a reading that gave no value.
func unread[T any](in *inspection, op operation, err error) scanners.Fact[T] {
	var none T
	return attempt.Fact(&in.reading, op.asked(), none, in.meaning(op, err))
}

// meaning is what an error means for this operation at this service.
func (in *inspection) meaning(op operation, err error) error {
	var f *failure
	var wrong *malformedError
	switch {
	case errors.Is(err, attempt.ErrHollow) && in.emptyMeansAbsent(op.api):
		return attempt.ErrNotSet
	case !errors.As(err, &f):
	case f.Kind == attempt.Malformed && errors.As(f.Err, &wrong) && wrong.empty && in.emptyMeansAbsent(op.api):
		return attempt.ErrNotSet
	case f.Kind == attempt.Malformed && errors.As(f.Err, &wrong) && wrong.listing && in.vendor != nil && in.vendor.UnknownAsListing != "":
		return &failure{Kind: attempt.Unsupported, Message: f.Message, Err: err}
	case f.Kind == attempt.Unsupported && in.endpoint == "" && (op.api == "policy" || op.api == "policy_status"):
		// Amazon S3 answers 405 to a policy question of anybody but the owner (API Reference, GetBucketPolicy).
		return &failure{Kind: attempt.Denied, Message: "only the account that owns the bucket may read it", Err: err}
	}
	return err
}
