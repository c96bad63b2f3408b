// Failures below HTTP, and what HTTP itself says.

package attempt

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

const noAnswer = "no answer in time"

// Network words an error below HTTP without addresses and ports, which differ from run to run. It gives nil for an
// error that is none.
func Network(err error) *Failure {
	var dns *net.DNSError
	var unknownAuthority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var certificate x509.CertificateInvalidError
	var timeout net.Error
	met := func(kind Kind, message string) *Failure { return &Failure{Kind: kind, Message: message, Err: err} }
	switch {
	case errors.Is(err, context.Canceled):
		return met(Other, "cancelled")
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return met(Other, fmt.Sprintf("no such host %q", dns.Name))
		}
		return met(Transient, fmt.Sprintf("host %q could not be looked up", dns.Name))
	case errors.As(err, &unknownAuthority), errors.As(err, &hostname), errors.As(err, &certificate):
		return met(Other, "the server's certificate is not trusted")
	case errors.Is(err, syscall.ECONNREFUSED):
		return met(Transient, "connection refused")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return met(Transient, "connection reset")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return met(Transient, noAnswer)
	case EndedEarly(err):
		return met(Transient, "the answer ended early")
	case strings.Contains(err.Error(), "server closed idle connection"), strings.Contains(err.Error(), "use of closed network connection"):
		return met(Transient, "connection closed")
	}
	return nil
}

// EndedEarly reports whether a connection ended in the middle of an answer.
func EndedEarly(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// StatusKind is what an HTTP status says where the service has no word of its own; Other for statuses that say
// different things at different services.
func StatusKind(status int) Kind {
	switch status {
	case http.StatusForbidden:
		return Denied
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return Throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return Transient
	}
	return Other
}

// longestPatience bounds what a service can ask to wait.
const longestPatience = 5 * time.Minute

// RetryAfter reads how long a service asks to wait. Retry-After is read in seconds only: a date would need the
// server's clock. The headers in milliseconds are Azure's, more exact than the other and looked at first.
func RetryAfter(h http.Header) time.Duration {
	for _, header := range []struct{ name, unit string }{{"Retry-After-Ms", "ms"}, {"X-Ms-Retry-After-Ms", "ms"}, {"Retry-After", "s"}} {
		if wait, err := time.ParseDuration(h.Get(header.name) + header.unit); err == nil && wait > 0 {
			return min(wait, longestPatience)
		}
	}
	return 0
}
