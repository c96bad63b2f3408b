// How the three clouds refuse.

package scannertest

import "net/http"

// AmazonAnswers are those of S3 and S3 Control (REST-XML), STS (query) and the JSON services.
// S3 API reference, "Error responses"; AWS common errors.
func AmazonAnswers() Answers {
	answer := func(status int, code, jsonCode string) func(*http.Request) *http.Response {
		return func(req *http.Request) *http.Response {
			switch {
			case req.Header.Get("X-Amz-Target") != "":
				return Respond(req, min(status, 400), "application/x-amz-json-1.1", `{"__type":"`+jsonCode+`","message":"no"}`)
			case req.Method == http.MethodPost:
				return Respond(req, status, "text/xml", `<ErrorResponse><Error><Type>Sender</Type><Code>`+code+`</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`)
			}
			return Respond(req, status, "application/xml", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>no</Message><RequestId>r</RequestId><HostId>h</HostId></Error>`)
		}
	}
	//nolint:bodyclose // whoever gets the answer closes it
	return Answers{Denied: answer(403, "AccessDenied", "AccessDeniedException"), Throttled: answer(503, "SlowDown", "TooManyRequestsException")}
}

// GoogleAnswers are those of the JSON APIs. Cloud Storage, "HTTP status and error codes for JSON".
func GoogleAnswers() Answers {
	return Answers{
		Denied: func(req *http.Request) *http.Response {
			return Respond(req, 403, "application/json", `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED","errors":[{"reason":"forbidden","message":"no"}]}}`)
		},
		Throttled: func(req *http.Request) *http.Response {
			return Respond(req, 429, "application/json", `{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED","errors":[{"reason":"rateLimitExceeded","message":"slow"}]}}`)
		},
	}
}

// AzureAnswers are those of the blob data plane (hosts that contain ".blob.") and of Resource Manager.
// Blob service REST API, "Status and error codes"; Resource Manager, "Throttling".
func AzureAnswers() Answers {
	answer := func(blobStatus int, blobCode string, armStatus int, armCode string) func(*http.Request) *http.Response {
		return func(req *http.Request) *http.Response {
			if req.Header.Get("X-Ms-Version") != "" {
				resp := Respond(req, blobStatus, "application/xml", `<?xml version="1.0" encoding="utf-8"?><Error><Code>`+blobCode+`</Code><Message>no</Message></Error>`)
				resp.Header.Set("X-Ms-Error-Code", blobCode)
				return resp
			}
			return Respond(req, armStatus, "application/json", `{"error":{"code":"`+armCode+`","message":"no"}}`)
		}
	}
	//nolint:bodyclose // whoever gets the answer closes it
	return Answers{Denied: answer(403, "AuthorizationPermissionMismatch", 403, "AuthorizationFailed"), Throttled: answer(503, "ServerBusy", 429, "TooManyRequests")}
}
