//go:build servers && unix

// Reaching a server by its vendor's host names, without leaving loopback.

package servers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// A Route takes every connection for Host, and for names under it, to Address.
type Route struct {
	Host    string // "amazonaws.com"
	Port    string // "443", or empty for every port
	Address string // "127.0.0.1:4566"
}

// Dial returns a DialContext that follows routes; the longest matching Host wins. Loopback addresses are dialled as they
// are. Anything else is refused: no test leaves the machine, whatever host name the code under test builds.
func Dial(routes ...Route) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		host = strings.ToLower(strings.TrimSuffix(host, "."))
		target, best := "", -1
		if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
			target = address
		}
		for _, route := range routes {
			under := host == route.Host || strings.HasSuffix(host, "."+route.Host)
			if under && (route.Port == "" || route.Port == port) && len(route.Host) > best {
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

// Routes are the server's host names as routes, for the port that its scheme stands for.
func (s *Server) Routes() []Route {
	port := "80"
	if s.authority != nil {
		port = "443"
	}
	var routes []Route
	for _, host := range s.Hosts {
		routes = append(routes, Route{Host: host, Port: port, Address: s.Address})
	}
	return routes
}

// Transport reaches the servers by their URLs and by their vendors' host names, and nothing else. It trusts the servers'
// throwaway authorities alone, keeps no proxy settings, and does not decompress.
func Transport(list ...*Server) *http.Transport {
	var routes []Route
	pool := x509.NewCertPool()
	for _, s := range list {
		routes = append(routes, s.Routes()...)
		if s.authority != nil {
			pool.AddCert(s.authority.cert)
		}
	}
	return &http.Transport{
		DialContext:         Dial(routes...),
		TLSClientConfig:     &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		DisableCompression:  true,
		MaxIdleConnsPerHost: 16,
	}
}

// Client is a client on Transport that follows no redirects.
func Client(list ...*Server) *http.Client {
	return &http.Client{
		Transport:     Transport(list...),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Client is a client on a Transport to this server alone.
func (s *Server) Client() *http.Client { return Client(s) }

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
