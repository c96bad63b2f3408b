package fetch

// Making connections: resolve once, check, and connect to exactly what was checked.

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
)

// maxAddresses bounds how many addresses of one answer are tried.
const maxAddresses = 4

// dialer connects for one trust: named hosts or all others.
type dialer struct {
	options *Options
	classes classifier
	named   bool
	first   *firstAnswers
}

// firstAnswers remembers whether a named host was public when it was first asked. One that was and later leads to a
// private address is a name server playing tricks, not what the user named.
type firstAnswers struct {
	mu     sync.Mutex
	public map[string]bool
}

func (f *firstAnswers) check(host string, c class) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if was, known := f.public[host]; known && was && c != public {
		return fmt.Errorf("%q led to a public address before and now to a %s one: %w", host, c, ErrAddress)
	}
	if _, known := f.public[host]; !known {
		f.public[host] = c == public
	}
	return nil
}

// dialTimeout bounds name lookup, connection and tunnel together.
const dialTimeout = 15 * time.Second

// dialContext is dial for a transport, which does not end a dial with the request that asked for it.
func (d *dialer) dialContext(ctx context.Context, _, hostPort string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return d.dial(ctx, hostPort, proxyOf(ctx))
}

// dialForward connects to the proxy itself, for requests that it is to forward.
func (d *dialer) dialForward(ctx context.Context, _, _ string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return d.connectProxy(ctx, proxyOf(ctx))
}

// dial connects to host:port, through a proxy where proxyURL is not nil.
func (d *dialer) dial(ctx context.Context, hostPort string, proxyURL *url.URL) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, fmt.Errorf("splitting %q: %w: %w", hostPort, err, ErrRequest)
	}
	addrs, found, err := d.resolve(ctx, host)
	if err != nil {
		if proxyURL == nil || !d.named || !errors.Is(err, ErrName) {
			return nil, err
		}
		// Behind a proxy names may be known to the proxy alone; for a host that the user named that is enough.
		return d.tunnel(ctx, proxyURL, hostPort)
	}
	var errs []error
	for _, a := range addrs[:min(len(addrs), maxAddresses)] {
		target := net.JoinHostPort(a.String(), port)
		var conn net.Conn
		if proxyURL == nil {
			conn, err = d.options.Dial(ctx, "tcp", target)
		} else {
			conn, err = d.tunnel(ctx, proxyURL, target)
		}
		if err == nil {
			return &checkedConn{Conn: conn, target: target, private: found != public}, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("connecting to %q: %w", host, errors.Join(errs...))
}

// resolve gives the addresses that may be connected to.
func (d *dialer) resolve(ctx context.Context, host string) ([]netip.Addr, class, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return d.classes.usable(host, []netip.Addr{a}, d.named, d.named)
	}
	addrs, err := d.options.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, special, fmt.Errorf("looking up %q: %w: %w", host, ErrName, err)
	}
	if len(addrs) == 0 {
		return nil, special, fmt.Errorf("looking up %q: no addresses: %w", host, ErrName)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	usable, found, err := d.classes.usable(host, addrs, d.named, false)
	if err != nil {
		return nil, found, err
	}
	if d.named {
		if err := d.first.check(strings.ToLower(host), found); err != nil {
			return nil, found, err
		}
	}
	return usable, found, nil
}

// tunnel asks a proxy for a connection to target. Targets are addresses that were checked, so that the proxy does not
// look the name up again. The proxy itself is the user's and may be anywhere.
func (d *dialer) tunnel(ctx context.Context, proxyURL *url.URL, target string) (net.Conn, error) {
	conn, err := d.dialProxy(ctx, proxyURL)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {d.options.UserAgent}}}
	if user := proxyURL.User; user != nil {
		password, _ := user.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	err = ask.Write(conn)
	if err == nil {
		err = acceptTunnel(conn, ask)
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("tunnel through %s: %w: %w", redacted(proxyURL), err, ErrProxy)
	}
	return conn, nil
}

func acceptTunnel(conn net.Conn, ask *http.Request) error {
	reader := bufio.NewReader(io.LimitReader(conn, 64<<10))
	answer, err := http.ReadResponse(reader, ask)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	if reader.Buffered() > 0 {
		return errors.New("sent data before it was asked")
	}
	return nil
}

func (d *dialer) dialProxy(ctx context.Context, proxyURL *url.URL) (net.Conn, error) {
	conn, err := d.connectProxy(ctx, proxyURL)
	if err != nil || proxyURL.Scheme == "http" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: proxyURL.Hostname(), RootCAs: d.options.RootCAs, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("TLS with proxy %s: %w: %w", redacted(proxyURL), err, ErrProxy)
	}
	return secure, nil
}

// connectProxy makes the bare connection to a proxy.
func (d *dialer) connectProxy(ctx context.Context, proxyURL *url.URL) (net.Conn, error) {
	port := proxyURL.Port()
	switch {
	case proxyURL.Scheme != "http" && proxyURL.Scheme != "https":
		return nil, fmt.Errorf("scheme %q of proxy %s is not supported: %w", proxyURL.Scheme, redacted(proxyURL), ErrProxy)
	case port == "":
		port = defaultPort(proxyURL.Scheme)
	}
	host := proxyURL.Hostname()
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, a)
	} else if addrs, err = d.options.Resolver.LookupNetIP(ctx, "ip", host); err != nil || len(addrs) == 0 {
		return nil, fmt.Errorf("looking up proxy %q: %w", host, errors.Join(ErrProxy, err))
	}
	conn, err := d.options.Dial(ctx, "tcp", net.JoinHostPort(addrs[0].Unmap().String(), port))
	if err != nil {
		return nil, fmt.Errorf("connecting to proxy %s: %w: %w", redacted(proxyURL), err, ErrProxy)
	}
	return conn, nil
}

// redacted is a proxy without its credentials.
func redacted(u *url.URL) string {
	return u.Scheme + "://" + u.Host
}

// checkedConn keeps with a connection what was checked for it; connections are used for many requests.
type checkedConn struct {
	net.Conn
	target  string // IP and port, behind a proxy those that it was asked for
	private bool
}

// checkedOf finds what was checked for a connection, under TLS too.
func checkedOf(conn net.Conn) (*checkedConn, bool) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	c, ok := conn.(*checkedConn)
	return c, ok
}
