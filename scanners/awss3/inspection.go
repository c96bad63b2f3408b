// One Inspect in progress, and how a call's answer or failure becomes a fact.

package awss3

import (
	"context"
	"errors"
	"fmt"

	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// operation names one API call and what reading its answer needs.
type operation struct {
	call       string      // "s3:GetBucketAcl": service and API operation
	permission string      // IAM action, as in the Service Authorization Reference
	api        vendors.API // its name in the descriptions of S3-compatible services
	notSet     []string    // error codes that are documented to mean "not set"
}

func (op operation) origin() scanners.Origin { return scanners.Origin{Call: op.call} }

// What a conversion says of an answer that holds no value.
var (
	errNotSet = errors.New("not set")              // the documented empty answer
	errHollow = errors.New("the answer is hollow") // the right element without what it must hold
)

// inspection is one Inspect. It is used by one goroutine.
type inspection struct {
	*session
	scanner *Scanner
	ref     scanners.Ref
	need    scanners.FactSet
	rec     *scanners.Record
	where   string // region to ask, corrected by the first redirect
	moved   bool   // a redirect was followed

	gone    error // the resource does not exist
	expired error // the credentials have expired
}

func newInspection(s *Scanner, ses *session, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) *inspection {
	in := &inspection{session: ses, scanner: s, ref: ref, need: need, where: ref.Region}
	if in.where == "" || ses.endpoint != "" {
		in.where = ses.region
	}
	if prev == nil {
		prev = ref.Seed
	}
	in.rec = scanners.NewRecord(ref.Head)
	if prev != nil {
		copied := *prev
		in.rec = &copied
		in.rec.Head = ref.Head
		if prev.Region != "" {
			in.rec.Region = prev.Region
		}
	}
	in.rec.At = s.rt.Now().UTC()
	switch ref.Kind {
	case scanners.KindScope:
		in.rec.Scope = ownCopy(in.rec.Scope)
	case scanners.KindBucket:
		in.rec.Bucket = ownCopy(in.rec.Bucket)
	case scanners.KindEndpoint:
		in.rec.Endpoint = ownCopy(in.rec.Endpoint)
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

// wanted reports whether a fact is asked for and not settled yet, and whether going on makes sense.
func (in *inspection) wanted(name scanners.FactName, status scanners.Status) bool {
	return in.need.Has(name) && !status.Settled() && in.gone == nil
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

// settle fills slot from one call: its value, its absence, or why it is not known.
func settle[T, Out any](ctx context.Context, in *inspection, slot *scanners.Fact[T], op operation, read func(context.Context) (Out, error), convert func(Out) (T, error)) {
	if in.can(op.api) == vendors.Unsupported {
		*slot = scanners.UnsupportedFact[T](op.origin())
		return
	}
	if in.expired != nil {
		// What else is asked with these credentials would get the same answer.
		*slot = unread[T](in, op, &failure{kind: expired})
		return
	}
	out, err := read(ctx)
	if err == nil {
		var value T
		value, err = convert(out)
		if err == nil {
			*slot = scanners.KnownFact(value, op.origin())
			return
		}
	}
	*slot = unread[T](in, op, err)
}

// unread is the fact for a reading that gave no value.
func unread[T any](in *inspection, op operation, err error) scanners.Fact[T] {
	origin := op.origin()
	if errors.Is(err, errNotSet) {
		return scanners.AbsentFact[T](origin)
	}
	var f *failure
	if !errors.As(err, &f) {
		if errors.Is(err, errHollow) {
			if in.emptyMeansAbsent(op.api) {
				return scanners.AbsentFact[T](origin)
			}
			return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Malformed, Detail: errHollow.Error()}, origin)
		}
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: stopReason(err)}, origin)
	}
	for _, code := range op.notSet {
		if f.code == code {
			return scanners.AbsentFact[T](origin)
		}
	}
	switch f.kind {
	case gone:
		in.gone = fmt.Errorf("reading %s of %q: %s: %w", op.call, in.ref.Name, f.text(), scanners.ErrGone)
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: f.text()}, origin)
	case denied:
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Denied, Permission: op.permission, Detail: f.text()}, origin)
	case notImplemented:
		if in.endpoint == "" && (op.api == "policy" || op.api == "policy_status") {
			// Amazon S3 answers 405 to a policy question of anybody but the owner (API Reference, GetBucketPolicy).
			return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Denied, Permission: op.permission,
				Detail: "only the account that owns the bucket may read it"}, origin)
		}
		return scanners.UnsupportedFact[T](origin)
	case malformedAnswer:
		var wrong *malformedError
		if errors.As(f.err, &wrong) && wrong.empty && in.emptyMeansAbsent(op.api) {
			return scanners.AbsentFact[T](origin)
		}
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Malformed, Detail: f.text()}, origin)
	case expired:
		if in.expired == nil {
			in.expired = scanners.WithHint(fmt.Errorf("reading %q: %w", in.ref.Name, f), hintExpired)
		}
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: "the credentials have expired"}, origin)
	case throttled:
		return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: "throttled: " + f.text()}, origin)
	}
	return scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: f.text()}, origin)
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

// emptyMeansAbsent reports whether the service is described as answering 200 with nothing for "not set".
func (ses *session) emptyMeansAbsent(api vendors.API) bool {
	if ses.vendor == nil || api == "" {
		return false
	}
	for _, a := range ses.vendor.AbsentAs200 {
		if a == api {
			return true
		}
	}
	return false
}
