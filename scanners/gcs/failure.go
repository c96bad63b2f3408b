// What went wrong with a call, as far as it decides what happens next.

package gcs

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/tojimari/tojimari/scanners"
)

type failureKind uint8

const (
	otherFailure failureKind = iota
	denied
	gone            // the bucket, project or folder does not exist
	expired         // the credentials have expired
	noToken         // no token could be had from the credentials
	apiDisabled     // the service is not enabled in the project
	payerNeeded     // the request has to name a project that pays
	throttled       // slow down
	transient       // network, truncated answer, 5xx: worth another try
	malformedAnswer // an answer that does not mean anything
)

// failure is a diagnosed error. Its text never holds an address, a request id or a credential, so that two runs give
// the same bytes.
type failure struct {
	kind       failureKind
	status     int
	reason     string // "forbidden", "rateLimitExceeded", "SERVICE_DISABLED"
	message    string
	service    string // for apiDisabled: "orgpolicy.googleapis.com"
	retryAfter time.Duration
	err        error
}

func (f *failure) Error() string { return f.text() }

func (f *failure) Unwrap() error {
	switch f.kind {
	case denied, payerNeeded:
		return scanners.ErrDenied
	case gone:
		return scanners.ErrGone
	case expired:
		return scanners.ErrExpired
	case noToken:
		return scanners.ErrNoCredentials
	case throttled:
		return scanners.ErrThrottled
	}
	if errors.Is(f.err, context.Canceled) {
		return context.Canceled
	}
	return nil
}

func (f *failure) text() string {
	switch {
	case f.kind == apiDisabled && f.service != "":
		return "the API " + f.service + " is not enabled; 'gcloud services enable " + f.service + "' does it"
	case f.kind == apiDisabled:
		return "the API is not enabled in the project that the call is counted on"
	case f.reason != "" && f.message != "":
		return f.reason + ": " + f.message
	case f.message != "":
		return f.message
	case f.reason != "":
		return fmt.Sprintf("%s (HTTP %d)", f.reason, f.status)
	default:
		return fmt.Sprintf("HTTP %d", f.status)
	}
}

// problem is the error document of Google's JSON APIs: the older reasons of Cloud Storage ("HTTP status and error
// codes for JSON") and the ErrorInfo of the newer services (AIP-193).
type problem struct {
	Error struct {
		Message string
		Status  string
		Errors  []struct{ Reason string }
		Details []struct {
			Reason   string
			Metadata struct{ Service string }
		}
	}
}

// diagnose classes an answer that is not 200.
func diagnose(response *http.Response, body []byte, signed bool) *failure {
	f := &failure{status: response.StatusCode, retryAfter: retryAfter(response.Header)}
	var doc problem
	if json.Unmarshal(body, &doc) == nil {
		f.message, f.reason = cleanText(doc.Error.Message, 300), cleanText(doc.Error.Status, 60)
		if len(doc.Error.Errors) > 0 && doc.Error.Errors[0].Reason != "" {
			f.reason = cleanText(doc.Error.Errors[0].Reason, 60)
		}
		for _, d := range doc.Error.Details {
			if d.Reason != "" {
				f.reason, f.service = cleanText(d.Reason, 60), cleanText(d.Metadata.Service, 100)
				break
			}
		}
	}
	f.kind = kindOf(f, signed)
	return f
}

func kindOf(f *failure, signed bool) failureKind {
	switch f.reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "quotaExceeded":
		return throttled
	case "backendError", "internalError":
		return transient
	case "accessNotConfigured", "SERVICE_DISABLED", "API_DISABLED":
		return apiDisabled
	case "CREDENTIALS_MISSING":
		return denied
	}
	switch f.status {
	case http.StatusUnauthorized:
		if signed && (f.reason == "authError" || f.reason == "ACCESS_TOKEN_EXPIRED" || f.reason == "UNAUTHENTICATED") {
			return expired
		}
		return denied
	case http.StatusForbidden:
		return denied
	case http.StatusNotFound, http.StatusGone:
		if f.reason != "" { // else it is not the service that says so: a path that something in between does not know
			return gone
		}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return transient
	case http.StatusBadRequest:
		if f.reason == "UserProjectMissing" || strings.Contains(f.message, "requester pays") {
			return payerNeeded
		}
	}
	return otherFailure
}

// networkFailure words an error below HTTP without addresses and ports, which differ from run to run.
func networkFailure(err error) (failureKind, string) {
	var dns *net.DNSError
	var unknownAuthority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var certificate x509.CertificateInvalidError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return otherFailure, "cancelled"
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return otherFailure, fmt.Sprintf("no such host %q", dns.Name)
		}
		return transient, fmt.Sprintf("host %q could not be looked up", dns.Name)
	case errors.As(err, &unknownAuthority), errors.As(err, &hostname), errors.As(err, &certificate):
		return otherFailure, "the server's certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return transient, "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return transient, "connection reset"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return transient, "no answer in time"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return transient, "the answer ended early"
	case strings.Contains(err.Error(), "server closed idle connection"), strings.Contains(err.Error(), "use of closed network connection"):
		return transient, "connection closed"
	}
	return otherFailure, "the request could not be sent"
}

// retryAfter reads seconds only: a date would need the server's clock.
func retryAfter(h http.Header) time.Duration {
	seconds, err := time.ParseDuration(h.Get("Retry-After") + "s")
	if err != nil || seconds < 0 {
		return 0
	}
	return min(seconds, time.Minute)
}

// cleanText makes text of a server fit for a person: one line, no control characters, no run of characters long
// enough to be a token, at most limit characters.
func cleanText(text string, limit int) string {
	const longestWord = 200
	var out strings.Builder
	n := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		if len(word) > longestWord || strings.HasPrefix(word, "ya29.") || strings.HasPrefix(word, "eyJ") {
			word = "[removed]"
		}
		if n += len(word) + 1; n > limit {
			out.WriteString(" ...")
			break
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(strings.ToValidUTF8(strings.Map(printable, word), "�"))
	}
	return out.String()
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}
