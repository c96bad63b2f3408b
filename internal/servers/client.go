//go:build servers && unix

// Reaching a server by its vendor's host names, without leaving loopback.

package servers

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// A Route takes every connection for Host, and for names under it, to Address.
type Route struct {
	Host    string // "amazonaws.com"
	Address string // "127.0.0.1:4566"
}

// Dial returns a DialContext that follows routes; the longest matching Host wins. Loopback addresses are dialled as they
// are. Anything else is refused: no test leaves the machine, whatever host name the code under test builds.
func Dial(routes ...Route) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		target, best := "", -1
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
			target = address
		}
		for _, route := range routes {
			if (host == route.Host || strings.HasSuffix(host, "."+route.Host)) && len(route.Host) > best {
				target, best = route.Address, len(route.Host)
			}
		}
		if target == "" {
			return nil, fmt.Errorf("no test server stands for %q", address)
		}
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, target)
	}
}

// Routes are the server's host names as routes, for a Dial over several servers.
func (s *Server) Routes() []Route {
	var routes []Route
	for _, host := range s.Hosts {
		routes = append(routes, Route{Host: host, Address: s.Address})
	}
	return routes
}

// Transport reaches the server by its URL and by its vendor's host names, and nothing else. It trusts the server's
// throwaway authority alone, keeps no proxy settings, and does not decompress.
func (s *Server) Transport() *http.Transport {
	transport := &http.Transport{DialContext: Dial(s.Routes()...), DisableCompression: true, MaxIdleConnsPerHost: 16}
	if s.authority != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: s.authority.Pool, MinVersion: tls.VersionTLS12}
	}
	return transport
}

// Client is a client on Transport that follows no redirects.
func (s *Server) Client() *http.Client {
	return &http.Client{
		Transport:     s.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Authority is who signed the server's certificate; nil without TLS.
func (s *Server) Authority() *Authority { return s.authority }

// certificateNames are what the server's certificate is for: its hosts, one label under each, and loopback.
func (s *Server) certificateNames() []string {
	names := []string{"127.0.0.1", "localhost"}
	for _, host := range s.Hosts {
		names = append(names, host, "*."+host)
	}
	return names
}
