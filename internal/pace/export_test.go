package pace

import (
	"net/http"
	"time"
)

// HoldsThrottleCode and RetryAfter are the parsers of what the other side says.
func HoldsThrottleCode(text []byte) bool { return holdsThrottleCode(text) }

// RetryAfter is retryAfter.
func RetryAfter(h http.Header, now time.Time) time.Duration { return retryAfter(h, now) }
