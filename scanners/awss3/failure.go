// What went wrong with a call, as far as it decides what happens next.

package awss3

import (
	"context"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tojimari/tojimari/scanners"
)

type failureKind uint8

const (
	otherFailure failureKind = iota
	denied
	gone            // the bucket or access point does not exist
	expired         // the credentials have expired
	badCredentials  // the service does not know the key, or the signature is wrong
	clockSkew       // signed with a clock too far from the service's
	throttled       // slow down
	transient       // network, truncated answer, 5xx: worth another try
	elsewhere       // the bucket is in another region
	notImplemented  // the service has no such call
	malformedAnswer // an answer that does not mean anything
)

// failure is a diagnosed error. Its text never holds a connection's ports, a request id or a credential, so
// that two runs give the same bytes.
type failure struct {
	kind       failureKind
	code       string
	status     int
	message    string
	region     string // of the bucket, where the answer says it
	retryAfter time.Duration
	err        error
}

func (f *failure) Error() string { return f.text() }

func (f *failure) Unwrap() error {
	switch f.kind {
	case denied:
		return scanners.ErrDenied
	case badCredentials, clockSkew:
		return scanners.ErrDenied
	case gone:
		return scanners.ErrGone
	case expired:
		return scanners.ErrExpired
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
	case f.code != "" && f.message != "":
		return f.code + ": " + f.message
	case f.code != "":
		return fmt.Sprintf("%s (HTTP %d)", f.code, f.status)
	case f.message != "":
		return f.message
	default:
		return fmt.Sprintf("HTTP %d", f.status)
	}
}

// diagnose classes an error of an SDK operation.
// Codes: Amazon S3 API Reference, "Error responses"; AWS STS and Organizations, "Common errors".
func diagnose(err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, scanners.ErrThrottled) { // by our own pace: nothing was sent
		return &failure{err: err, kind: throttled, message: "no answer in time"}
	}
	f := &failure{err: err}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		f.status = response.HTTPStatusCode()
		f.region = headerRegion(response.Response.Header)
		f.retryAfter = retryAfter(response.Response.Header)
	}
	var wrong *malformedError
	if errors.As(err, &wrong) {
		f.kind, f.message = malformedAnswer, wrong.what
		if wrong.truncated {
			f.kind = transient
		}
		return f
	}
	var api smithy.APIError
	if errors.As(err, &api) && f.status != 0 {
		f.code, f.message = cleanText(api.ErrorCode(), 100), cleanText(api.ErrorMessage(), 300)
		if f.message == f.code || f.message == http.StatusText(f.status) {
			f.message = ""
		}
		f.kind = kindOf(f.code, f.status)
		return f
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		if endedEarly(err) {
			f.kind, f.message = transient, "the answer ended early"
			return f
		}
		f.kind, f.message = malformedAnswer, "the answer is not XML"
		if f.status < 200 || f.status > 299 {
			f.kind, f.message = kindOf("", f.status), fmt.Sprintf("an answer that is not XML (HTTP %d)", f.status)
		}
		return f
	}
	var decoding *smithy.DeserializationError
	if errors.As(err, &decoding) && !isTruncated(err) {
		f.kind, f.message = malformedAnswer, "the answer could not be decoded"
		if f.status < 200 || f.status > 299 {
			f.kind, f.message = kindOf("", f.status), fmt.Sprintf("an answer that could not be decoded (HTTP %d)", f.status)
		}
		return f
	}
	if strings.Contains(err.Error(), "get identity: ") {
		// Below the SDK's words for this step stands whatever the chain met, which may quote what it read.
		f.kind, f.message = expired, "the credentials could not be renewed"
		return f
	}
	f.kind, f.message = networkFailure(err)
	return f
}

func kindOf(code string, status int) failureKind {
	switch code {
	case "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException", "TooManyRequests", "RequestLimitExceeded",
		"BandwidthLimitExceeded", "PriorRequestNotComplete", "ServiceUnavailable", "Busy":
		return throttled
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return expired
	case "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
		"InvalidSignatureException", "InvalidToken", "IncompleteSignature", "MissingAuthenticationToken":
		return badCredentials
	case "RequestTimeTooSkewed", "RequestExpired":
		return clockSkew
	case "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AccountProblem", "UnauthorizedOperation":
		return denied
	case "NoSuchBucket", "NoSuchAccessPoint", "NoSuchMultiRegionAccessPoint":
		return gone
	case "PermanentRedirect", "TemporaryRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return elsewhere
	case "NotImplemented", "MethodNotAllowed", "UnsupportedOperation", "UnsupportedArgument":
		return notImplemented
	case "InternalError", "InternalFailure", "RequestTimeout", "OperationAborted":
		return transient
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return denied
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return transient
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return elsewhere
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return notImplemented
	}
	return otherFailure
}

func isTruncated(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
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
	case errors.Is(err, errTooLarge):
		return malformedAnswer, errTooLarge.Error()
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
	case isTruncated(err):
		return transient, "the answer ended early"
	case strings.Contains(err.Error(), "server closed idle connection"), strings.Contains(err.Error(), "use of closed network connection"):
		return transient, "connection closed"
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return transient, "the request could not be sent"
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) && operation.Err != nil {
		err = operation.Err
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return otherFailure, "the answer could not be understood" // the SDK's text holds a request id
	}
	return otherFailure, cleanText(err.Error(), 300)
}

func headerRegion(h http.Header) string {
	region := h.Get("X-Amz-Bucket-Region")
	if regionName.MatchString(region) {
		return region
	}
	return ""
}

// retryAfter reads seconds only: a date would need the server's clock.
func retryAfter(h http.Header) time.Duration {
	seconds, err := time.ParseDuration(h.Get("Retry-After") + "s")
	if err != nil || seconds < 0 {
		return 0
	}
	return min(seconds, time.Minute)
}

// cleanText makes text of a server fit for a person: one line, no control characters, no run of characters
// long enough to be a token, at most limit characters.
func cleanText(text string, limit int) string {
	const longestWord = 200 // ARNs of long resource names stay whole
	var out strings.Builder
	n := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		if len(word) > longestWord || looksSecret(word) {
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

// looksSecret finds the shapes of a secret key, a session token and a signature: long runs of base64 or hex,
// which unlike names of errors hold digits.
func looksSecret(word string) bool {
	if strings.HasPrefix(word, "arn:") {
		return false
	}
	run, digits := 0, 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9', r == '+', r == '/', r == '=':
			run, digits = run+1, digits+1
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			run++
		default:
			run, digits = 0, 0
		}
		if run >= 40 && digits > 0 {
			return true
		}
	}
	return false
}
