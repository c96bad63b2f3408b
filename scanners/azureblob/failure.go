// What went wrong with a call, as far as it decides what happens next.

package azureblob

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/tojimari/tojimari/scanners"
)

type failureKind uint8

const (
	otherFailure failureKind = iota
	denied
	walled          // the account's network rules refuse this machine
	gone            // the subscription, account or container does not exist
	expired         // the credentials have expired
	badCredentials  // the token is not one that the service takes
	throttled       // slow down
	transient       // network, truncated answer, 5xx: worth another try
	notSupported    // the account or cloud has no such feature
	unregistered    // the subscription does not use the resource provider
	malformedAnswer // an answer that does not mean anything
)

// failure is a diagnosed error. Its text never holds a connection's ports, a request id or a credential, so
// that two runs give the same bytes.
type failure struct {
	kind       failureKind
	code       string
	status     int
	message    string
	retryAfter time.Duration
	err        error
}

func (f *failure) Error() string { return f.text() }

func (f *failure) Unwrap() error {
	switch f.kind {
	case denied, walled, badCredentials:
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
// Codes: Resource Manager, "Troubleshoot common Azure deployment errors" and "Throttling Resource Manager requests";
// Storage services REST API, "Common REST API error codes" and "Blob service error codes".
func diagnose(err error) *failure {
	var known *failure
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, scanners.ErrThrottled) { // by our own pace: nothing was sent
		return &failure{err: err, kind: throttled, message: "no answer in time"}
	}
	f := &failure{err: err}
	var wrong *malformedError
	if errors.As(err, &wrong) {
		f.kind, f.message = malformedAnswer, wrong.what
		if wrong.truncated {
			f.kind = transient
		}
		return f
	}
	var stranger *strangerError
	if errors.As(err, &stranger) {
		f.kind, f.message = malformedAnswer, stranger.Error()
		return f
	}
	if kind, message, ok := tokenFailure(err); ok {
		f.kind, f.message = kind, message
		return f
	}
	var response *azcore.ResponseError
	if errors.As(err, &response) {
		f.status = response.StatusCode
		f.code, f.message = said(response)
		f.kind = kindOf(f.code, f.status)
		if response.RawResponse != nil {
			f.retryAfter = retryAfter(response.RawResponse.Header)
		}
		return f
	}
	if strings.HasPrefix(err.Error(), "unmarshalling type") {
		f.kind, f.message = malformedAnswer, "the answer could not be decoded"
		return f
	}
	f.kind, f.message = networkFailure(err)
	return f
}

// said takes code and message out of the answer. The message of the blob service goes on with a request id and the
// time; only its first line is the same in two runs.
func said(response *azcore.ResponseError) (code, message string) {
	code = response.ErrorCode
	if response.RawResponse != nil {
		if body, err := runtime.Payload(response.RawResponse); err == nil {
			var manager struct {
				Error struct{ Code, Message string }
			}
			var blob struct {
				XMLName       xml.Name `xml:"Error"`
				Code, Message string
			}
			switch {
			case json.Unmarshal(body, &manager) == nil:
				code, message = or(code, manager.Error.Code), manager.Error.Message
			case xml.Unmarshal(body, &blob) == nil:
				code, message = or(code, blob.Code), blob.Message
			}
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	return cleanText(code, 100), cleanText(message, 300)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func kindOf(code string, status int) failureKind {
	switch code {
	case "AuthorizationFailed", "LinkedAuthorizationFailed", "AuthorizationPermissionMismatch", "InsufficientAccountPermissions",
		"AccountIsDisabled", "ReadOnlyDisabledSubscription":
		return denied
	case "AuthorizationFailure", "AuthorizationSourceIPMismatch", "PublicAccessNotPermitted", "NspDenied":
		return walled
	case "ExpiredAuthenticationToken", "ExpiredToken":
		return expired
	case "InvalidAuthenticationToken", "InvalidAuthenticationTokenTenant", "InvalidAuthenticationInfo", "AuthenticationFailed",
		"AuthenticationFailedMissingToken", "NoAuthenticationInformation":
		return badCredentials
	case "ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId", "ContainerNotFound", "AccountNotFound",
		"StorageAccountNotFound":
		return gone
	case "TooManyRequests", "SubscriptionRequestsThrottled", "ResourceRequestsThrottled", "ServerBusy", "OperationPreempted", "RequestLimitExceeded":
		return throttled
	case "FeatureNotSupportedForAccount", "FeatureNotSupported", "FeatureNotYetSupportedForHierarchicalNamespaceAccounts",
		"NoRegisteredProviderFound", "InvalidResourceType", "ResourceTypeNotSupported", "InvalidResourceNamespace",
		"HnsOnlyFeature", "OperationNotSupportedOnKind", "OperationNotAllowedOnKind":
		return notSupported
	case "MissingSubscriptionRegistration", "SubscriptionNotRegistered":
		return unregistered
	case "InternalError", "InternalServerError", "OperationTimedOut", "GatewayTimeout":
		return transient
	}
	switch status {
	case http.StatusForbidden:
		return denied
	case http.StatusUnauthorized:
		return badCredentials
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return throttled
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return transient
	}
	return otherFailure
}

var entraCode = regexp.MustCompile(`AADSTS[0-9]{4,9}`)

// tokenFailure words a failure to get a token. The SDK's text may quote what it read, so only Entra's code is kept.
func tokenFailure(err error) (failureKind, string, bool) {
	var failed *azidentity.AuthenticationFailedError
	var required *azidentity.AuthenticationRequiredError
	text := err.Error()
	switch {
	case errors.As(err, &required):
		return expired, "a person has to log in again", true
	case errors.As(err, &failed), strings.Contains(text, "DefaultAzureCredential"):
	default:
		return 0, "", false
	}
	switch code := entraCode.FindString(text); code {
	case "":
		return expired, "no token could be had", true
	case "AADSTS700082", "AADSTS50173", "AADSTS70043", "AADSTS70008", "AADSTS50078", "AADSTS50076", "AADSTS50079", "AADSTS7000222":
		return expired, code + ": the login has expired", true
	default:
		return badCredentials, code + ": no token is given out", true
	}
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
	return otherFailure, cleanText(err.Error(), 300)
}

// retryAfter reads the three headers in which Azure says how long to wait; a date would need the server's clock.
func retryAfter(h http.Header) time.Duration {
	for _, header := range []struct {
		name string
		unit string
	}{{"Retry-After-Ms", "ms"}, {"X-Ms-Retry-After-Ms", "ms"}, {"Retry-After", "s"}} {
		wait, err := time.ParseDuration(h.Get(header.name) + header.unit)
		if err == nil && wait > 0 {
			return min(wait, 5*time.Minute)
		}
	}
	return 0
}

// cleanText makes text of a server fit for a person: one line, no control characters, no run of characters
// long enough to be a token, at most limit characters.
func cleanText(text string, limit int) string {
	const longestWord = 300 // resource ids stay whole
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
		out.WriteString(strings.ToValidUTF8(strings.Map(printable, word), "\uFFFD"))
	}
	return out.String()
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// looksSecret finds the shapes of an account key, a token and a signature: long runs of base64 or hex with digits.
// Resource ids have slashes and hyphens between shorter words.
func looksSecret(word string) bool {
	run, digits := 0, 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9', r == '+', r == '=':
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
