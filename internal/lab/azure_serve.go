// Answering for Azure, and spoiling its answers in its own forms.

package lab

import (
	"net/http"
	"strconv"
)

func (l *Lab) serveAzure(w http.ResponseWriter, r *http.Request) {
	if l.world.Azure == nil {
		http.Error(w, "no such host in this world", http.StatusNotFound)
		return
	}
	q := readAzure(r)
	fault, spoiled := l.count(q)
	if !l.wait(r) {
		return
	}
	out := l.azure(q)
	if spoiled && !l.spoilAzure(w, r, q, fault, &out) {
		return
	}
	for key, value := range out.header {
		w.Header().Set(key, value)
	}
	w.Header().Set("X-Ms-Request-Id", strconv.FormatUint(uint64(hash(q.identity())), 16))
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if r.Method != http.MethodHead {
		w.Write(out.body) // the client may have gone
	}
}

// spoilAzure changes the answer, or deals with the connection itself and returns false.
func (l *Lab) spoilAzure(w http.ResponseWriter, r *http.Request, q request, f Fault, out *answer) bool {
	switch f.Kind {
	case Hollow, Wrong:
		switch {
		case q.service == serviceARM:
			*out = azureJSON(http.StatusOK, map[string]any{"kind": "something else"})
		case f.Kind == Wrong:
			*out = azureXML(`<Other></Other>`)
		default:
			root := rootOf(out.body)
			*out = azureXML("<" + root + "></" + root + ">")
		}
	case Reset, Truncate, Cut, Hang, Empty, Garbage:
		return l.spoil(w, r, q, f, out)
	default:
		*out = azureRefusal(q, f.Kind)
	}
	return true
}

// azureRefusal is the error answer for a fault. Resource Manager, "Common Azure deployment errors" and "Throttling
// Resource Manager requests"; Storage services, "Common REST API error codes".
func azureRefusal(q request, kind FaultKind) answer {
	if q.service == serviceEntra {
		return entraRefusal()
	}
	blob := q.service == serviceBlob
	pick := func(status int, code, message string, blobStatus int, blobCode, blobMessage string) answer {
		if blob {
			return azureFailure(q, blobStatus, blobCode, blobMessage)
		}
		return azureFailure(q, status, code, message)
	}
	const slow = "The server is busy."
	switch kind {
	case Throttle:
		return pick(http.StatusTooManyRequests, "TooManyRequests", "The request is being throttled as the limit has been reached.", http.StatusServiceUnavailable, "ServerBusy", slow)
	case Busy, Limit:
		out := pick(http.StatusTooManyRequests, "SubscriptionRequestsThrottled", "Number of requests for subscription exceeded the limit.", http.StatusServiceUnavailable, "ServerBusy", slow)
		out.header["Retry-After"] = "3"
		return out
	case Broken:
		return pick(http.StatusInternalServerError, "InternalServerError", "An internal error occurred.", http.StatusInternalServerError, "InternalError", "The server encountered an internal error.")
	case Gone:
		return pick(http.StatusNotFound, "ResourceNotFound", "The Resource was not found.", http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.")
	case Expired:
		return pick(http.StatusUnauthorized, "ExpiredAuthenticationToken", "The access token expiry is in the past.", http.StatusUnauthorized, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format.")
	case BadKey:
		return pick(http.StatusUnauthorized, "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer.", http.StatusForbidden, "AuthenticationFailed", "Server failed to authenticate the request.")
	case Missing:
		return pick(http.StatusBadRequest, "NoRegisteredProviderFound", "No registered resource provider found for location.", http.StatusConflict, "FeatureNotSupportedForAccount", "The feature is not supported for the account.")
	case NotHere: // the firewall, which answers before any role is looked at
		return pick(http.StatusConflict, "MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.Storage'.", http.StatusForbidden, "AuthorizationFailure", "This request is not authorized to perform this operation.")
	default:
		return pick(http.StatusForbidden, "AuthorizationFailed", "The client does not have authorization to perform action over scope.", http.StatusForbidden, "AuthorizationPermissionMismatch", "This request is not authorized to perform this operation using this permission.")
	}
}
