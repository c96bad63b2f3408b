// One Inspect in progress: how what came of a call becomes a fact.

package attempt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

// Operation names one API call and what reading its answer needs.
type Operation struct {
	Call       string   // in the provider's words: "s3:GetBucketAcl"
	Permission string   // in the provider's words
	NotSet     []string // error codes that are documented to mean "not set"
	// Apart: it asks about something that can be missing while the resource is there.
	Apart bool
}

// Origin is the origin of facts that the operation gives.
func (op Operation) Origin() scanners.Origin { return scanners.Origin{Call: op.Call} }

// What a conversion says of an answer that holds no value.
var (
	ErrNotSet = errors.New("not set")              // the documented empty answer
	ErrHollow = errors.New("the answer is hollow") // the right form without what it must hold
)

// Reading collects what the calls of one Inspect come to. It is used by one goroutine.
type Reading struct {
	Name string // of the resource, for texts
	Hint string // what to do where the credentials have expired

	Gone    error // the resource does not exist
	Expired error // the credentials have expired
}

// End is why there is no record at all: the resource is gone, or the credentials were over before anything was read.
func (r *Reading) End(rec *scanners.Record, need scanners.FactSet, again bool) error {
	if r.Gone != nil {
		return r.Gone
	}
	if r.Expired == nil || again {
		return nil
	}
	for name := range need {
		if rec.Status(name).State != scanners.Unknown {
			return nil
		}
	}
	return r.Expired
}

// Reason says why a call gave nothing, and notes what ends the reading.
func (r *Reading) Reason(op Operation, err error) scanners.Reason {
	var f *Failure
	if !errors.As(err, &f) {
		if errors.Is(err, ErrHollow) {
			return scanners.Reason{Code: scanners.Malformed, Detail: ErrHollow.Error()}
		}
		return scanners.Reason{Code: scanners.Failed, Detail: stopped(err)}
	}
	failed := scanners.Reason{Code: scanners.Failed, Detail: f.Error()}
	switch f.Kind {
	case Gone:
		if !op.Apart {
			r.Gone = fmt.Errorf("reading %s of %q: %s: %w", op.Call, r.Name, f, scanners.ErrGone)
		}
	case Denied, Walled, PayerNeeded:
		failed.Code, failed.Permission = scanners.Denied, op.Permission
		if f.Permission != "" {
			failed.Permission = f.Permission
		}
	case Malformed:
		failed.Code = scanners.Malformed
	case Partial:
		failed.Code = scanners.Partial
	case Expired:
		if r.Expired == nil {
			r.Expired = scanners.WithHint(fmt.Errorf("reading %q: %w", r.Name, f), r.Hint)
		}
		failed.Detail = "the credentials have expired"
	case Throttled:
		failed.Detail = "throttled: " + failed.Detail
	}
	return failed
}

func stopped(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time for reading it was over"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	default:
		return Clean(err.Error(), 200)
	}
}

// Ask makes one reading and converts its answer. Once the credentials are known to have expired it asks no more: what
// else is asked with them would get the same answer.
func Ask[T, Out any](ctx context.Context, r *Reading, read func(context.Context) (Out, error), convert func(Out) (T, error)) (T, error) {
	var none T
	if r.Expired != nil {
		return none, &Failure{Kind: Expired}
	}
	out, err := read(ctx)
	if err != nil {
		return none, err
	}
	return convert(out)
}

// Fact is the fact for what a reading gave, or for what it gave instead.
func Fact[T any](r *Reading, op Operation, value T, err error) scanners.Fact[T] {
	var f *Failure
	switch {
	case err == nil:
		return scanners.KnownFact(value, op.Origin())
	case errors.Is(err, ErrNotSet), errors.As(err, &f) && slices.Contains(op.NotSet, f.Code):
		return scanners.AbsentFact[T](op.Origin())
	case Is(err, Unsupported):
		return scanners.UnsupportedFact[T](op.Origin())
	}
	return scanners.UnknownFact[T](r.Reason(op, err), op.Origin())
}
