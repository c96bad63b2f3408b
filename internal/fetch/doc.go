// Package fetch asks strangers' web servers for pages, politely and safely: GET and HEAD only, under a name of its
// own, at a pace per host, with limits on bytes, headers, redirects and time, TLS always verified, and never to an
// address that the user did not mean.
//
// Addresses are checked when a connection is made, on the very address that is connected to, so that a name server
// that changes its answer gains nothing. A host that the user named may be private; a redirect or a link may not lead
// to a private, loopback, link-local, shared, metadata or otherwise special address, nor to one of those wrapped in
// IPv6. Resolver, dialer, clock and proxy are handed in.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// Options are what a Client works with. Zero values mean the defaults given.
type Options struct {
	// UserAgent names the tool; required.
	UserAgent string
	// Resolver finds addresses; default net.DefaultResolver.
	Resolver Resolver
	// Dial connects to an address that was checked, always given as IP and port; default net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy chooses a proxy per request, as http.ProxyFromEnvironment does; nil for none. Proxies are http or https.
	Proxy func(*http.Request) (*url.URL, error)
	// RootCAs are the authorities trusted for TLS; default the system's.
	RootCAs *x509.CertPool
	// Pace is the least time between two requests to one host; 0 for none.
	Pace time.Duration
	// Wait pauses for the pace; default a timer. It returns early with the error of ctx.
	Wait func(ctx context.Context, d time.Duration) error
	// Now is the clock for the pace; default time.Now.
	Now func() time.Time
	// Timeout bounds one request with its redirects and body; default 30 seconds.
	Timeout time.Duration
	// MaxBytes bounds the decoded body; default 1 MiB. What is sent is bounded by the same.
	MaxBytes int64
	// MaxHeaderBytes bounds the headers of an answer; default 256 KiB.
	MaxHeaderBytes int64
	// MaxRedirects bounds the redirects of one request; default 5.
	MaxRedirects int
	// Wrap is put around what sends requests, for recording and faults; nil for none. It is called once.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Resolver is what is needed of net.Resolver.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Request is one page to fetch.
type Request struct {
	// Method is GET or HEAD; empty is GET.
	Method string
	URL    *url.URL
	// Header holds extra headers, which are sent to the host of URL alone. Credentials are refused.
	Header http.Header
	// Named says that the user named this host: it may be private, on this port.
	Named bool
	// NoRedirects hands out a redirect as the answer.
	NoRedirects bool
	// MaxBytes and MaxRedirects override the client's where they are positive.
	MaxBytes     int64
	MaxRedirects int
}

// Response is what came back. Its body has gone to the reader.
type Response struct {
	Status int
	Header http.Header
	// URL is the address that answered.
	URL *url.URL
	// Hops are the redirects before it, in order.
	Hops []Hop
	// Loop is set when a redirect led back to an address already asked.
	Loop bool
	// Truncated is set when there was more body than the limit; known once the body was read.
	Truncated bool
	// Encoding is a content encoding that was not undone ("br"), empty for none.
	Encoding string
	Vantage  Vantage
}

// Hop is one redirect.
type Hop struct {
	URL    *url.URL
	Status int
}

// Vantage is from where the answer was seen: what decides verdicts that hang on address or network.
type Vantage struct {
	// Source is the local address of the connection, without port.
	Source string `json:"source,omitempty"`
	// Remote is the address that was asked, with port: connected to, or behind a proxy asked for. Where the proxy
	// forwards a plain request itself it is the proxy's.
	Remote string `json:"remote,omitempty"`
	// Proxy is the proxy without credentials, empty for none.
	Proxy string `json:"proxy,omitempty"`
	// PrivateAnswer says that the name led to a private address.
	PrivateAnswer bool `json:"private_answer,omitempty"`
}

// What a caller decides on; errors wrap these.
var (
	// ErrAddress: the host leads to an address that may not be asked.
	ErrAddress = errors.New("address is not allowed")
	// ErrRedirects: more redirects than allowed, or in a circle.
	ErrRedirects = errors.New("too many redirects")
	// ErrRequest: the request is not one that this package sends.
	ErrRequest = errors.New("request refused")
	// ErrProxy: the proxy could not be used.
	ErrProxy = errors.New("proxy failed")
	// ErrName: the host name has no address.
	ErrName = errors.New("name not found")
)
