// Package scanners is the seam between the clouds and the rest of tojimari: a Scanner turns a target named by
// the user into records of facts. Nothing here knows a rule or a report.
//
// A new scanner implements Scanner, is listed in the registry (scanners/all) and passes scannertest.
package scanners

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"
)

// A Scanner knows one kind of target.
type Scanner interface {
	// Describe says which targets it takes and, for each fact that it can supply, the provider permission
	// that reading it needs. It does not touch the network.
	Describe() Description
	// Discover names what there is, cheaply and in a deterministic order: a parent before its children, a
	// scope before everything in it. An error that ends a whole scope is yielded with the scope's Ref; an
	// error with a zero Ref ends the target. The engine stops iterating when ctx is done.
	Discover(ctx context.Context, target Target) iter.Seq2[Ref, error]
	// Inspect reads the facts in need of one Ref, keeping those that prev already holds; prev may be nil
	// and is not changed. What it could not read becomes an unknown fact with its reason; it fails only
	// where the Ref itself is unusable (gone, or never existed: ErrGone). Facts of ancestors are not its
	// business: the engine adds them. It is called concurrently.
	Inspect(ctx context.Context, ref Ref, need FactSet, prev *Record) (Record, error)
}

// A TargetChecker is a Scanner that knows a target that it could never take without asking anybody. The registry
// asks it before a scan begins, so that a slip of the pen does not show after an hour. Errors wrap ErrBadTarget.
type TargetChecker interface {
	CheckTarget(target Target) error
}

// Ref names one resource that Discover found.
type Ref struct {
	Head
	// Scope is the ID of the scope it belongs to: end markers, resume and pacing go by it. A scope's own
	// Ref carries its own ID here. Empty where the target has no scopes (files, URLs).
	Scope string
	// Seed holds facts that Discover learned on the way (a listing that carries configuration); Inspect
	// starts from it. May be nil.
	Seed *Record
	// Target is the target it came from, so that Inspect finds the right client.
	Target Target
}

// Description is what a scanner says of itself.
type Description struct {
	// Name is the package name: "awss3".
	Name string
	// Forms are the targets it takes, as a person types them.
	Forms []Form
	// Supplies lists the facts it can supply.
	Supplies []Supply
	// Requires are the permissions that Discover needs.
	Requires []string
	// Saved says that every Ref carries its whole record as the Seed and that Inspect has nothing to add: a
	// snapshot. Such records are taken as they are, and nobody is asked what else they might call for.
	Saved bool
	// NotCovered names what of this provider's storage it does not look at, in plain English.
	NotCovered []string
}

// Form is one way of naming a target.
type Form struct {
	Scheme  string // "aws", "s3", "gs", ...
	Pattern string // "aws:[PROFILE]"
	Help    string // one line in English
	Options []Option
}

// Option is a query option that a target of a form may carry, and a flag of the same name.
type Option struct {
	Name string // "profile"
	Help string
	// Program is true for options that may start a program or choose where to connect: they are taken
	// from the command line only, never from a file.
	Program bool
}

// Supply is one fact that a scanner can read for one kind of resource.
type Supply struct {
	Fact FactName
	// Permissions are what reading it needs, in the provider's words ("s3:GetBucketAcl"); none for facts that
	// come with discovery.
	Permissions []string
}

// Facts returns the names a scanner can supply.
func (d Description) Facts() FactSet {
	s := FactSet{}
	for _, f := range d.Supplies {
		s.Add(f.Fact)
	}
	return s
}

// Runtime is what a scanner is given to work with; it makes nothing of this kind for itself.
type Runtime struct {
	// Transport carries every HTTP request. Pace, retry limits, recording and faults are wrapped into it.
	Transport http.RoundTripper
	// Now is the clock.
	Now func() time.Time
	// Objects is how many objects per bucket may be sampled; 0 samples none.
	Objects int
	// Links, where set, finds signed links in pages and in sampled objects.
	Links LinkReader
	// Options are the flags that stand for all targets ("profile", "region", "endpoint-url", ...); an
	// option on a target wins over them.
	Options map[string]string
	// UserAgent names the tool and its version.
	UserAgent string
}

// Sentinels that a caller decides on; scanners wrap them.
var (
	// ErrNoCredentials: nothing to sign requests with.
	ErrNoCredentials = errors.New("no credentials")
	// ErrExpired: the credentials have expired.
	ErrExpired = errors.New("credentials have expired")
	// ErrDenied: the provider refused.
	ErrDenied = errors.New("access denied")
	// ErrGone: the resource does not exist, or no longer.
	ErrGone = errors.New("does not exist")
	// ErrBadTarget: the target is not of a form that the scanner takes.
	ErrBadTarget = errors.New("bad target")
	// ErrThrottled: the provider kept throttling until the retries were used up.
	ErrThrottled = errors.New("throttled")
)

// HintError carries what the person should do next, apart from the message.
type HintError struct {
	Err  error
	Hint string // a sentence in English, without final full stop
}

// Error returns the message without the hint.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error that the hint is for.
func (e *HintError) Unwrap() error { return e.Err }

// WithHint attaches a hint to err; nil stays nil.
func WithHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &HintError{Err: err, Hint: hint}
}
