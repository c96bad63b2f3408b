// Which errors of the SDK and of S3 mean what.

package awss3

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tojimari/tojimari/scanners/attempt"
)

type failure = attempt.Failure

// diagnose classes an error of an operation of this session. Amazon gives every refusal a code and a message (API
// Reference, "Error responses"): without them, "no such call" is said by something in between, and nothing of the bucket.
func (ses *session) diagnose(err error) *failure {
	f := diagnose(err)
	if f.Kind == attempt.Unsupported && ses.endpoint == "" && (f.Code == "" || f.Message == "") {
		return &failure{Status: f.Status, Message: fmt.Sprintf("refused by something between here and Amazon (HTTP %d)", f.Status), Err: err}
	}
	return f
}

// diagnose classes an error of an SDK operation.
// Codes: Amazon S3 API Reference, "Error responses"; AWS STS and Organizations, "Common errors".
func diagnose(err error) *failure {
	if known, ok := attempt.Known(err); ok {
		return known
	}
	f := &failure{Err: err}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		f.Status = response.HTTPStatusCode()
		f.Region = headerRegion(response.Response.Header)
		f.RetryAfter = attempt.RetryAfter(response.Response.Header)
	}
	var wrong *malformedError
	var api smithy.APIError
	var syntax *xml.SyntaxError
	var decoding *smithy.DeserializationError
	switch {
	case errors.As(err, &wrong):
		f.Kind, f.Message = attempt.Malformed, wrong.what
		if wrong.truncated {
			f.Kind = attempt.Transient
		}
	case errors.As(err, &api) && f.Status != 0:
		f.Code, f.Message = attempt.Clean(api.ErrorCode(), 100), attempt.Clean(api.ErrorMessage(), 300)
		if f.Message == f.Code || f.Message == http.StatusText(f.Status) {
			f.Message = ""
		}
		f.Kind = kindOf(f.Code, f.Status)
	case errors.As(err, &decoding) && attempt.Network(err) != nil: // the connection broke, and the decoder met it first
		f.Kind, f.Message = unanswered(err)
	case errors.As(err, &syntax) && endedEarly(err):
		f.Kind, f.Message = attempt.Transient, "the answer ended early"
	case errors.As(err, &syntax):
		undecoded(f, "the answer is not XML", "an answer that is not XML (HTTP %d)")
	case errors.As(err, &decoding):
		undecoded(f, "the answer could not be decoded", "an answer that could not be decoded (HTTP %d)")
	case strings.Contains(err.Error(), "get identity: "):
		// Below the SDK's words for this step stands whatever the chain met, which may quote what it read.
		f.Kind, f.Message = attempt.Expired, "the credentials could not be renewed"
	default:
		f.Kind, f.Message = unanswered(err)
	}
	return f
}

// undecoded words an answer that makes no sense: malformed, unless its status says enough.
func undecoded(f *failure, answered, refused string) {
	f.Kind, f.Message = attempt.Malformed, answered
	if f.Status < 200 || f.Status > 299 {
		f.Kind, f.Message = kindOf("", f.Status), fmt.Sprintf(refused, f.Status)
	}
}

func kindOf(code string, status int) attempt.Kind {
	switch code {
	case "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
		"RequestThrottledException", "TooManyRequestsException", "TooManyRequests", "RequestLimitExceeded",
		"BandwidthLimitExceeded", "PriorRequestNotComplete", "ServiceUnavailable", "Busy":
		return attempt.Throttled
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
		return attempt.Expired
	case "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
		"InvalidSignatureException", "InvalidToken", "IncompleteSignature", "MissingAuthenticationToken":
		return attempt.BadCredentials
	case "RequestTimeTooSkewed", "RequestExpired":
		return attempt.ClockSkew
	case "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AccountProblem", "UnauthorizedOperation":
		return attempt.Denied
	case "NoSuchBucket", "NoSuchAccessPoint", "NoSuchMultiRegionAccessPoint":
		return attempt.Gone
	case "PermanentRedirect", "TemporaryRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return attempt.Elsewhere
	case "NotImplemented", "MethodNotAllowed", "UnsupportedOperation", "UnsupportedArgument":
		return attempt.Unsupported
	case "InternalError", "InternalFailure", "RequestTimeout", "OperationAborted":
		return attempt.Transient
	}
	switch status {
	case http.StatusUnauthorized:
		return attempt.Denied
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return attempt.Elsewhere
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return attempt.Unsupported
	}
	return attempt.StatusKind(status)
}

// unanswered words an error below HTTP. The SDK's own text may hold a request id.
func unanswered(err error) (attempt.Kind, string) {
	if errors.Is(err, errTooLarge) {
		return attempt.Malformed, errTooLarge.Error()
	}
	if f := attempt.Network(err); f != nil {
		return f.Kind, f.Message
	}
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) {
		return attempt.Transient, "the request could not be sent"
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) && operation.Err != nil {
		err = operation.Err
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) {
		return attempt.Other, "the answer could not be understood"
	}
	return attempt.Other, attempt.Clean(err.Error(), 300)
}

func headerRegion(h http.Header) string {
	region := h.Get("X-Amz-Bucket-Region")
	if regionName.MatchString(region) {
		return region
	}
	return ""
}
