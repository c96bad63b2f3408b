package pace_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/pace"
)

func TestRetryAfterIsRead(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "3", 3 * time.Second},
		{"Retry-After", "0", 0},
		{"Retry-After", "-3", 0},
		{"Retry-After", "99999999999999999999", 0},
		{"Retry-After", "soon", 0},
		{"Retry-After", "", 0},
		{"Retry-After", "Fri, 01 May 2026 12:00:10 GMT", 10 * time.Second},
		{"Retry-After", "Fri, 01 May 2026 11:00:00 GMT", 0},
		{"Retry-After-Ms", "250", 250 * time.Millisecond},
		{"X-Ms-Retry-After-Ms", "1500", 1500 * time.Millisecond},
	} {
		if got := pace.RetryAfter(http.Header{tc.name: {tc.value}}, now); got != tc.want {
			t.Errorf("%s: %s is read as %v, want %v", tc.name, tc.value, got, tc.want)
		}
	}
}

func FuzzThrottle(f *testing.F) {
	f.Add([]byte(`<Error><Code>SlowDown</Code></Error>`), "5")
	f.Add([]byte(`{"code":"TooManyRequests","x":["`), "Fri, 01 May 2026 12:00:10 GMT")
	f.Add([]byte(`>>>""##<`), "-1")
	f.Fuzz(func(t *testing.T, text []byte, after string) {
		pace.HoldsThrottleCode(text)
		if wait := pace.RetryAfter(http.Header{"Retry-After": {after}}, time.Unix(1e9, 0)); wait < 0 {
			t.Errorf("%q is %v", after, wait)
		}
	})
}
