// What counts as being throttled, and for how long.

package pace

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// peekLimit is how much of a refusal is looked at, in bytes. The codes stand near the start.
const peekLimit = 8 << 10

// throttleCodes are the error codes that say "too fast".
// Amazon: aws-sdk-go-v2 retry.DefaultThrottleErrorCodes and the S3 "List of error codes"; Google: Cloud Storage
// JSON API "HTTP status and error codes"; Azure: Resource Manager "Throttling", Blob service error codes.
func isThrottleCode(code string) bool {
	switch code {
	case "SlowDown", "ServiceUnavailable", "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
		"RequestThrottled", "RequestThrottledException", "TooManyRequestsException", "TooManyRequests", "BandwidthLimitExceeded",
		"PriorRequestNotComplete", "EC2ThrottledException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
		"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED",
		"ServerBusy", "SubscriptionRequestsThrottled", "TenantRequestsThrottled", "ResourceCollectionRequestsThrottled":
		return true
	}
	return false
}

// throttles reports whether an answer says "too fast". The body can still be read whole.
func throttles(resp *http.Response) bool {
	switch {
	case resp.StatusCode < 400:
		return false
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable:
		return true
	}
	// "x-amzn-ErrorType: ThrottlingException:http://..."
	kind, _, _ := strings.Cut(resp.Header.Get("X-Amzn-Errortype"), ":")
	if isThrottleCode(kind) {
		return true
	}
	if resp.Body == nil || resp.Body == http.NoBody {
		return false
	}
	// ReadFull: one Read may stop short of the code.
	head := make([]byte, peekLimit)
	n, err := io.ReadFull(resp.Body, head)
	head = head[:n]
	rest := io.Reader(resp.Body)
	if err != nil && err != io.ErrUnexpectedEOF {
		rest = failing{err} // as met, io.EOF included
	}
	resp.Body = &peeked{Reader: io.MultiReader(bytes.NewReader(head), rest), Closer: resp.Body}
	return holdsThrottleCode(head)
}

// peeked is a body whose head was read already.
type peeked struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// holdsThrottleCode looks for a code where error documents have it: <Code>X</Code>, "code": "X", "reason": "X",
// "__type": "prefix#X". A key or name that contains the word is not taken for it.
func holdsThrottleCode(text []byte) bool {
	for len(text) > 0 {
		start := bytes.IndexAny(text, `>"#`)
		if start < 0 {
			return false
		}
		text = text[start+1:]
		end := bytes.IndexAny(text, `<">#:`)
		if end < 0 {
			return false
		}
		if text[end] != '>' && end < 64 && isThrottleCode(string(text[:end])) {
			return true
		}
	}
	return false
}

// retryAfter reads the header in both its forms (RFC 9110, section 10.2.3), and Azure's and Google's milliseconds.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseInt(h.Get("Retry-After-Ms"), 10, 32); err == nil && ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	if ms, err := strconv.ParseInt(h.Get("X-Ms-Retry-After-Ms"), 10, 32); err == nil && ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
