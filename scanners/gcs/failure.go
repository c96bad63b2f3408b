// Which errors of Google's services mean what.

package gcs

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/tojimari/tojimari/scanners/attempt"
)

type failure = attempt.Failure

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

// refused classes an answer that is not 200.
func refused(response *http.Response, body []byte, signed bool) *failure {
	f := &failure{Status: response.StatusCode, RetryAfter: attempt.RetryAfter(response.Header)}
	var doc problem
	service := ""
	if json.Unmarshal(body, &doc) == nil {
		f.Message, f.Code = attempt.Clean(doc.Error.Message, 300), attempt.Clean(doc.Error.Status, 60)
		if len(doc.Error.Errors) > 0 && doc.Error.Errors[0].Reason != "" {
			f.Code = attempt.Clean(doc.Error.Errors[0].Reason, 60)
		}
		for _, d := range doc.Error.Details {
			if d.Reason != "" {
				f.Code, service = attempt.Clean(d.Reason, 60), attempt.Clean(d.Metadata.Service, 100)
				break
			}
		}
	}
	switch f.Kind = kindOf(f, signed); {
	case f.Kind == attempt.PayerNeeded:
		f.Permission = "serviceusage.services.use"
	case f.Kind == attempt.Disabled && service != "":
		f.Code, f.Message = "", "the API "+service+" is not enabled; 'gcloud services enable "+service+"' does it"
	case f.Kind == attempt.Disabled:
		f.Code, f.Message = "", "the API is not enabled in the project that the call is counted on"
	}
	return f
}

func kindOf(f *failure, signed bool) attempt.Kind {
	switch f.Code {
	case "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "quotaExceeded":
		return attempt.Throttled
	case "backendError", "internalError":
		return attempt.Transient
	case "accessNotConfigured", "SERVICE_DISABLED", "API_DISABLED":
		return attempt.Disabled
	case "CREDENTIALS_MISSING":
		return attempt.Denied
	}
	switch f.Status {
	case http.StatusUnauthorized:
		if signed && (f.Code == "authError" || f.Code == "ACCESS_TOKEN_EXPIRED" || f.Code == "UNAUTHENTICATED") {
			return attempt.Expired
		}
		return attempt.Denied
	case http.StatusNotFound, http.StatusGone:
		if f.Code != "" { // else it is not the service that says so: a path that something in between does not know
			return attempt.Gone
		}
	case http.StatusBadRequest:
		if f.Code == "UserProjectMissing" || strings.Contains(f.Message, "requester pays") {
			return attempt.PayerNeeded
		}
	}
	return attempt.StatusKind(f.Status)
}

// about says which permission a refusal is about, where it is another than the operation's.
func about(permission string, err error) error {
	var f *failure
	if errors.As(err, &f) && f.Permission == "" {
		named := *f
		named.Permission = permission
		return &named
	}
	return err
}
