// Spoiling Google's answers, in Google's forms.

package lab

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

func (l *Lab) serveGoogle(w http.ResponseWriter, r *http.Request, form url.Values) {
	if l.world.Google == nil {
		http.Error(w, "no such host in this world", http.StatusNotFound)
		return
	}
	q := readGoogle(r, form)
	fault, spoiled := l.count(q)
	if !l.wait(r) {
		return
	}
	out := l.google(q)
	if spoiled && !l.spoilGoogle(w, r, q, fault, &out) {
		return
	}
	for key, value := range out.header {
		w.Header().Set(key, value)
	}
	w.Header().Set("Server", "UploadServer")
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if r.Method != http.MethodHead {
		w.Write(out.body) // a client that has gone away is its own affair
	}
}

// spoilGoogle changes the answer, or deals with the connection itself and returns false.
func (l *Lab) spoilGoogle(w http.ResponseWriter, r *http.Request, q request, f Fault, out *answer) bool {
	switch f.Kind {
	case Wrong:
		*out = googleJSON(map[string]any{"kind": "storage#channels"})
	case Hollow:
		var head struct{ Kind string }
		_ = json.Unmarshal(out.body, &head) // no kind is fine
		*out = googleJSON(head)
		out.body = []byte(strings.ReplaceAll(string(out.body), `"Kind"`, `"kind"`))
	case Deny, Throttle, Busy, Limit, Broken, Gone, Expired, BadKey, Missing:
		*out = googleRefusal(q, f.Kind)
	default:
		return l.spoil(w, r, q, f, out)
	}
	return true
}

// googleRefusal is the error answer for a fault. Cloud Storage, "HTTP status and error codes for JSON"; for Missing,
// Service Usage, "Error reasons".
func googleRefusal(q request, kind FaultKind) answer {
	switch kind {
	case Throttle:
		return googleError(http.StatusTooManyRequests, "rateLimitExceeded", "The rate of requests exceeds the allowed limit.")
	case Busy:
		out := googleError(http.StatusServiceUnavailable, "backendError", "Backend Error")
		out.header["Retry-After"] = "3"
		return out
	case Limit:
		return googleError(http.StatusForbidden, "userRateLimitExceeded", "User Rate Limit Exceeded")
	case Broken:
		return googleError(http.StatusInternalServerError, "internalError", "We encountered an internal error. Please try again.")
	case Gone:
		return googleError(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	case Expired:
		if q.operation == "oauth2.token" {
			out := googleJSON(map[string]any{"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
			out.status = http.StatusBadRequest
			return out
		}
		return googleError(http.StatusUnauthorized, "authError", "Invalid Credentials")
	case Missing:
		return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED", "The API has not been used in project 1 before or it is disabled.")
	}
	if q.operation == "" || !strings.HasPrefix(q.operation, "storage.") {
		return rpcError(http.StatusForbidden, "PERMISSION_DENIED", "", "The caller does not have permission")
	}
	return googleError(http.StatusForbidden, "forbidden", "lab@acme.example does not have "+q.operation+" access to the resource.")
}
