// The transport under the limits.

package pace

import (
	"net"
	"net/http"
	"time"
)

// Transport returns an http.Transport that keeps as many connections open as calls may be under way.
func Transport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          2 * connections,
		MaxIdleConnsPerHost:   connections,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		// Headers of a hostile server stay small.
		MaxResponseHeaderBytes: 256 << 10,
	}
}
