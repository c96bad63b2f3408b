// What went wrong with a call, as far as it decides what happens next.

package attempt

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// Kind classes failures.
type Kind uint8

// The kinds. No service has all of them.
const (
	Other          Kind = iota
	Denied              // the caller lacks a permission
	Walled              // the network rules of the resource refuse this machine
	PayerNeeded         // the request has to name a project that pays
	BadCredentials      // the service does not take the key, token or signature
	NoToken             // no token could be had from the credentials
	Expired             // the credentials have expired
	ClockSkew           // signed with a clock too far from the service's
	Gone                // what is asked about does not exist
	Elsewhere           // it is in another region
	Disabled            // the service is not enabled for the account
	Unsupported         // the service has no such call or setting
	Throttled           // slow down
	Transient           // network, truncated answer, 5xx: worth another try
	Malformed           // an answer that does not mean anything
	Partial             // an answer that does not decide
)

// Failure is a diagnosed error. Its text never holds an address, a request id or a credential, so that two runs give
// the same bytes.
type Failure struct {
	Kind    Kind
	Code    string // the service's own word, cleaned
	Message string // for a person, cleaned
	Status  int    // of HTTP; 0 where nothing answered
	// Permission is what the refusal is about, where that is not the permission of the operation.
	Permission string
	Region     string        // for Elsewhere, where the answer says it
	RetryAfter time.Duration // what the service asks to wait
	Err        error         // what was diagnosed; it shows in no text
}

// Known finds a Failure in err, or makes one for a request that the pace of this program did not send in time.
func Known(err error) (*Failure, bool) {
	var f *Failure
	if errors.As(err, &f) {
		return f, true
	}
	if errors.Is(err, scanners.ErrThrottled) {
		return &Failure{Kind: Throttled, Message: noAnswer, Err: err}, true
	}
	return nil, false
}

// Is reports whether err is a Failure of one of the kinds.
func Is(err error, kinds ...Kind) bool {
	var f *Failure
	if !errors.As(err, &f) {
		return false
	}
	for _, kind := range kinds {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// Error gives the service's code and message, as far as there are.
func (f *Failure) Error() string {
	switch {
	case f.Code != "" && f.Message != "":
		return f.Code + ": " + f.Message
	case f.Code != "":
		return fmt.Sprintf("%s (HTTP %d)", f.Code, f.Status)
	case f.Message != "":
		return f.Message
	default:
		return fmt.Sprintf("HTTP %d", f.Status)
	}
}

// Unwrap gives the sentinel of package scanners that the kind stands for.
func (f *Failure) Unwrap() error {
	switch f.Kind {
	case Denied, Walled, PayerNeeded, BadCredentials, ClockSkew:
		return scanners.ErrDenied
	case NoToken:
		return scanners.ErrNoCredentials
	case Expired:
		return scanners.ErrExpired
	case Gone:
		return scanners.ErrGone
	case Throttled:
		return scanners.ErrThrottled
	}
	if errors.Is(f.Err, context.Canceled) {
		return context.Canceled
	}
	return nil
}
