package fetch

// The client: one request with its redirects, at the pace of its host.

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client fetches pages. It is safe for concurrent use; close it when done.
type Client struct {
	options Options
	classes classifier
	close   []func()
	send    http.RoundTripper
	turns   turns
}

// router sends each request by the transport of its trust. They never share a connection, so that one made to a
// private address for a named host is not used again for a redirect to it.
type router struct{ named, strict, forward http.RoundTripper }

type trust int

const (
	strict  trust = iota // a host that somebody else named
	named                // a host that the user named
	forward              // the same, for a proxy to forward
)

type trustKey struct{}

// RoundTrip implements http.RoundTripper.
func (r router) RoundTrip(req *http.Request) (*http.Response, error) {
	switch t, _ := req.Context().Value(trustKey{}).(trust); t {
	case named:
		return r.named.RoundTrip(req)
	case forward:
		return r.forward.RoundTrip(req)
	default:
		return r.strict.RoundTrip(req)
	}
}

// New builds a client. Options without a user agent are refused: a scanner does not go about unnamed.
func New(o Options) (*Client, error) {
	if strings.TrimSpace(o.UserAgent) == "" {
		return nil, errors.New("fetch: no user agent given")
	}
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	if o.Wait == nil {
		o.Wait = Wait
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 20
	}
	if o.MaxHeaderBytes <= 0 {
		o.MaxHeaderBytes = 256 << 10
	}
	if o.MaxRedirects <= 0 {
		o.MaxRedirects = 5
	}
	c := &Client{options: o, classes: blocks(), turns: turns{next: map[string]time.Time{}}}
	answers := &firstAnswers{public: map[string]bool{}}
	trusted := &dialer{options: &c.options, classes: c.classes, named: true, first: answers}
	others := &dialer{options: &c.options, classes: c.classes, first: answers}
	c.send = router{
		named:   c.transport(trusted.dialContext, nil),
		strict:  c.transport(others.dialContext, nil),
		forward: c.transport(trusted.dialForward, func(r *http.Request) (*url.URL, error) { return proxyOf(r.Context()), nil }),
	}
	if o.Wrap != nil {
		c.send = o.Wrap(c.send)
	}
	return c, nil
}

// Close ends idle connections.
func (c *Client) Close() {
	for _, f := range c.close {
		f()
	}
}

func (c *Client) transport(dial func(context.Context, string, string) (net.Conn, error), proxy func(*http.Request) (*url.URL, error)) http.RoundTripper {
	t := &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.options.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: c.options.MaxHeaderBytes,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    16,
	}
	c.close = append(c.close, t.CloseIdleConnections)
	return t
}

type proxyKey struct{}

func proxyOf(ctx context.Context) *url.URL {
	u, _ := ctx.Value(proxyKey{}).(*url.URL)
	return u
}

// Fetch sends a request, follows its redirects and hands the body of the last answer to read, which may be nil for
// none. The body given to read is decoded and bounded; reading past the bound gives io.EOF and sets Truncated.
//
// On an error the Response, where there is one, tells how far it came: a redirect that may not be followed comes back
// as the answer together with ErrAddress, ErrRedirects or ErrRequest.
func (c *Client) Fetch(ctx context.Context, r Request, read func(*Response, io.Reader) error) (*Response, error) {
	if err := check(&r); err != nil {
		return nil, err
	}
	// The first turn is waited for outside the time limit: many may be waiting for the same host.
	if err := c.turns.take(ctx, r.URL.Host, &c.options); err != nil {
		return nil, fmt.Errorf("waiting for a turn at %q: %w", r.URL.Host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	limit := c.options.MaxRedirects
	if r.MaxRedirects > 0 {
		limit = r.MaxRedirects
	}
	out := &Response{}
	seen := []string{r.URL.String()}
	for at, header := r.URL, r.Header; ; header = nil {
		trusted := r.Named && samePlace(at, r.URL)
		next, err := c.hop(ctx, r, at, header, trusted, out, read)
		if err != nil || next == nil {
			return out, err
		}
		if len(out.Hops) >= limit {
			return out, fmt.Errorf("another redirect, to %q, after %d: %w", next.Host, limit, ErrRedirects)
		}
		if slices.Contains(seen, next.String()) {
			out.Loop = true
			return out, fmt.Errorf("redirect in a circle at %q: %w", next.Host, ErrRedirects)
		}
		if err := followable(next); err != nil {
			return out, err
		}
		seen = append(seen, next.String())
		out.Hops = append(out.Hops, Hop{at, out.Status})
		at = next
		if err := c.turns.take(ctx, at.Host, &c.options); err != nil {
			return out, fmt.Errorf("waiting for a turn at %q: %w", at.Host, err)
		}
	}
}

// hop asks one address. It returns where a redirect leads, or nil when this is the answer.
func (c *Client) hop(ctx context.Context, r Request, at *url.URL, header http.Header, trustedHost bool, out *Response, read func(*Response, io.Reader) error) (*url.URL, error) {
	vantage := Vantage{}
	req, err := http.NewRequestWithContext(ctx, r.Method, at.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w: %w", err, ErrRequest)
	}
	for name, values := range header {
		req.Header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.options.UserAgent)
	}
	req.Header.Set("Accept-Encoding", "identity")
	if c.options.Proxy != nil {
		proxyURL, err := c.options.Proxy(req)
		if err != nil {
			return nil, fmt.Errorf("choosing a proxy: %w: %w", err, ErrProxy)
		}
		if proxyURL != nil {
			vantage.Proxy = redacted(proxyURL)
			ctx = context.WithValue(ctx, proxyKey{}, proxyURL)
		}
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		vantage.Source, vantage.Remote = hostOf(info.Conn.LocalAddr()), info.Conn.RemoteAddr().String()
		if checked, ok := checkedOf(info.Conn); ok {
			vantage.Remote, vantage.PrivateAnswer = checked.target, checked.private
		}
	}})
	switch {
	case trustedHost && vantage.Proxy != "" && at.Scheme == "http":
		// Many proxies tunnel to port 443 alone; the rest of what the user named is theirs to forward.
		ctx = context.WithValue(ctx, trustKey{}, forward)
	case trustedHost:
		ctx = context.WithValue(ctx, trustKey{}, named)
	}
	answer, err := c.send.RoundTrip(req.WithContext(ctx))
	out.Vantage = vantage
	if err != nil {
		return nil, fmt.Errorf("asking %q: %w", at.Host, err)
	}
	defer answer.Body.Close()
	out.Status, out.Header, out.URL, out.Truncated, out.Encoding = answer.StatusCode, answer.Header, at, false, ""

	if next := redirect(answer, at); next != nil && !r.NoRedirects {
		return next, nil
	}
	if read == nil || r.Method == http.MethodHead {
		return nil, nil
	}
	limit := c.options.MaxBytes
	if r.MaxBytes > 0 {
		limit = r.MaxBytes
	}
	body, err := decoded(answer, limit, out)
	if err != nil {
		return nil, fmt.Errorf("body of %q: %w", at.Host, err)
	}
	if err := read(out, body); err != nil {
		return nil, fmt.Errorf("body of %q: %w", at.Host, err)
	}
	return nil, nil
}

// check refuses what this package does not send.
func check(r *Request) error {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fmt.Errorf("method %q: %w", r.Method, ErrRequest)
	}
	if r.URL == nil {
		return fmt.Errorf("no URL: %w", ErrRequest)
	}
	for name := range r.Header {
		switch name := http.CanonicalHeaderKey(name); {
		case name == "Authorization", name == "Cookie", name == "Host", name == "Content-Length", name == "Transfer-Encoding",
			name == "Connection", name == "Upgrade", name == "Te", strings.HasPrefix(name, "Proxy-"):
			return fmt.Errorf("header %q: %w", name, ErrRequest)
		}
	}
	return followable(r.URL)
}

// followable refuses addresses that are no web pages, and credentials in an address.
func followable(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scheme %q: %w", u.Scheme, ErrRequest)
	case u.Hostname() == "":
		return fmt.Errorf("no host in the address: %w", ErrRequest)
	case u.User != nil:
		return fmt.Errorf("credentials in the address at %q: %w", u.Host, ErrRequest)
	}
	return nil
}

// samePlace says whether a redirect stays where the user pointed: the same host at the same port, or at the default
// ports of http and https. Another port of a private host is another service.
func samePlace(a, b *url.URL) bool {
	if !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	standard := func(u *url.URL) bool { return u.Port() == "" || u.Port() == defaultPort(u.Scheme) }
	return a.Port() == b.Port() && a.Scheme == b.Scheme || standard(a) && standard(b)
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// redirect gives the address to which an answer leads, nil where it leads nowhere.
func redirect(answer *http.Response, at *url.URL) *url.URL {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	location := answer.Header.Get("Location")
	if location == "" {
		return nil
	}
	next, err := at.Parse(location)
	if err != nil {
		return nil
	}
	next.Fragment, next.RawFragment = "", ""
	return next
}

func hostOf(a net.Addr) string {
	if ap, err := netip.ParseAddrPort(a.String()); err == nil {
		return ap.Addr().Unmap().String()
	}
	return ""
}
