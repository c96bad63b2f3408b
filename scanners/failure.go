// Failures as values: what a scope, a target or one resource was lost to, in the form that records carry.

package scanners

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"
)

// Codes of a Failure. A collector may use words of its own; those are shown as they are.
const (
	CodeNoCredentials = "no_credentials"
	CodeExpired       = "expired"
	CodeDenied        = "denied"
	CodeGone          = "gone"
	CodeBadTarget     = "bad_target"
	CodeThrottled     = "throttled"
	CodeDeadline      = "deadline"  // the time given for the whole run was used up
	CodeCutOff        = "cut_off"   // the run was interrupted, or a saved stream ends in the middle
	CodePanic         = "panic"     // a fault in the scanner
	CodeMalformed     = "malformed" // a line or file that cannot be read
	CodeFailed        = "failed"    // anything else
)

// maxDetail bounds the foreign text kept in a Failure, in bytes.
const maxDetail = 1000

// FailureError is an error that already knows which Failure it is: a line of a saved stream, or a refusal
// whose missing permission is known.
type FailureError struct {
	Failure Failure
	// Err is the sentinel or cause, may be nil.
	Err error
}

// Error returns the detail, or the code where there is none.
func (e *FailureError) Error() string {
	if e.Failure.Detail != "" {
		return e.Failure.Detail
	}
	return e.Failure.Code
}

// Unwrap returns the cause.
func (e *FailureError) Unwrap() error { return e.Err }

// FailureOf turns an error into a Failure: the code from the sentinels of this package, the detail from the
// message (cut at 1,000 bytes), the hint from a HintError. It sets neither Scope nor Resource, except where
// err carries a FailureError that has them.
func FailureOf(err error) Failure {
	var f Failure
	var carried *FailureError
	if errors.As(err, &carried) {
		f = carried.Failure
	}
	if f.Code == "" {
		f.Code = failureCode(err)
	}
	if f.Detail == "" && err != nil {
		f.Detail = cutText(err.Error(), maxDetail)
	}
	var hint *HintError
	if f.Hint == "" && errors.As(err, &hint) {
		f.Hint = hint.Hint
	}
	return f
}

func failureCode(err error) string {
	var line *LineError
	switch {
	case errors.Is(err, ErrNoCredentials):
		return CodeNoCredentials
	case errors.Is(err, ErrExpired):
		return CodeExpired
	case errors.Is(err, ErrDenied):
		return CodeDenied
	case errors.Is(err, ErrGone):
		return CodeGone
	case errors.Is(err, ErrBadTarget):
		return CodeBadTarget
	case errors.Is(err, ErrThrottled):
		return CodeThrottled
	case errors.Is(err, context.Canceled):
		return CodeCutOff
	case errors.As(err, &line):
		return CodeMalformed
	}
	return CodeFailed
}

// cutText shortens text to at most limit bytes without splitting a rune, and makes it valid UTF-8.
func cutText(text string, limit int) string {
	if len(text) > limit {
		text = text[:limit]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		if r, size := utf8.DecodeLastRuneInString(text); r == utf8.RuneError && size == 1 {
			text = text[:len(text)-1]
		}
		text += "..."
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
