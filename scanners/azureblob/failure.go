// Which errors of the SDK, of Resource Manager and of the blob service mean what.

package azureblob

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/tojimari/tojimari/scanners/attempt"
)

type failure = attempt.Failure

// diagnose classes an error of an SDK operation.
// Codes: Resource Manager, "Troubleshoot common Azure deployment errors" and "Throttling Resource Manager requests";
// Storage services REST API, "Common REST API error codes" and "Blob service error codes".
func diagnose(err error) *failure {
	if known, ok := attempt.Known(err); ok {
		return known
	}
	var wrong *malformedError
	var stranger *strangerError
	var response *azcore.ResponseError
	switch {
	case errors.As(err, &wrong) && wrong.truncated:
		return &failure{Kind: attempt.Transient, Message: wrong.what, Err: err}
	case errors.As(err, &wrong):
		return &failure{Kind: attempt.Malformed, Message: wrong.what, Err: err}
	case errors.As(err, &stranger):
		return &failure{Kind: attempt.Malformed, Message: stranger.Error(), Err: err}
	}
	if kind, message, ok := tokenFailure(err); ok {
		return &failure{Kind: kind, Message: message, Err: err}
	}
	switch {
	case errors.As(err, &response):
		f := &failure{Status: response.StatusCode, Err: err}
		f.Code, f.Message = said(response)
		f.Kind = kindOf(f.Code, f.Status)
		if response.RawResponse != nil {
			f.RetryAfter = attempt.RetryAfter(response.RawResponse.Header)
		}
		return f
	case strings.HasPrefix(err.Error(), "unmarshalling type"):
		return &failure{Kind: attempt.Malformed, Message: "the answer could not be decoded", Err: err}
	}
	if f := attempt.Network(err); f != nil {
		return f
	}
	return &failure{Message: attempt.Clean(err.Error(), 300), Err: err}
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
	return attempt.Clean(code, 100), attempt.Clean(message, 300)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func kindOf(code string, status int) attempt.Kind {
	switch code {
	case "AuthorizationFailed", "LinkedAuthorizationFailed", "AuthorizationPermissionMismatch", "InsufficientAccountPermissions",
		"AccountIsDisabled", "ReadOnlyDisabledSubscription":
		return attempt.Denied
	case "AuthorizationFailure", "AuthorizationSourceIPMismatch", "PublicAccessNotPermitted", "NspDenied":
		return attempt.Walled
	case "ExpiredAuthenticationToken", "ExpiredToken":
		return attempt.Expired
	case "InvalidAuthenticationToken", "InvalidAuthenticationTokenTenant", "InvalidAuthenticationInfo", "AuthenticationFailed",
		"AuthenticationFailedMissingToken", "NoAuthenticationInformation":
		return attempt.BadCredentials
	case "ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound", "InvalidSubscriptionId", "ContainerNotFound", "AccountNotFound",
		"StorageAccountNotFound":
		return attempt.Gone
	case "TooManyRequests", "SubscriptionRequestsThrottled", "ResourceRequestsThrottled", "ServerBusy", "OperationPreempted", "RequestLimitExceeded":
		return attempt.Throttled
	case "FeatureNotSupportedForAccount", "FeatureNotSupported", "FeatureNotYetSupportedForHierarchicalNamespaceAccounts",
		"NoRegisteredProviderFound", "InvalidResourceType", "ResourceTypeNotSupported", "InvalidResourceNamespace",
		"HnsOnlyFeature", "OperationNotSupportedOnKind", "OperationNotAllowedOnKind":
		return attempt.Unsupported
	case "MissingSubscriptionRegistration", "SubscriptionNotRegistered":
		return attempt.Disabled
	case "InternalError", "InternalServerError", "OperationTimedOut", "GatewayTimeout":
		return attempt.Transient
	}
	if status == http.StatusUnauthorized {
		return attempt.BadCredentials
	}
	return attempt.StatusKind(status)
}

var entraCode = regexp.MustCompile(`AADSTS[0-9]{4,9}`)

// tokenFailure words a failure to get a token. The SDK's text may quote what it read, so only Entra's code is kept.
func tokenFailure(err error) (attempt.Kind, string, bool) {
	var failed *azidentity.AuthenticationFailedError
	var required *azidentity.AuthenticationRequiredError
	text := err.Error()
	switch {
	case errors.As(err, &required):
		return attempt.Expired, "a person has to log in again", true
	case errors.As(err, &failed), strings.Contains(text, "DefaultAzureCredential"):
	default:
		return 0, "", false
	}
	switch code := entraCode.FindString(text); code {
	case "":
		return attempt.Expired, "no token could be had", true
	case "AADSTS700082", "AADSTS50173", "AADSTS70043", "AADSTS70008", "AADSTS50078", "AADSTS50076", "AADSTS50079", "AADSTS7000222":
		return attempt.Expired, code + ": the login has expired", true
	default:
		return attempt.BadCredentials, code + ": no token is given out", true
	}
}
