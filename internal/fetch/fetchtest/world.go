// Package fetchtest is a pretend internet for tests: host names with addresses, and addresses with real servers on
// loopback behind them, reached through a resolver and a dialer that are handed to the code under test.
package fetchtest

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// World is one pretend internet. Set it up before use; the methods that are called by the code under test are safe
// for concurrent use.
type World struct {
	t       testing.TB
	mu      sync.Mutex
	names   map[string][][]string
	aliases map[string][]string
	servers map[string]string
	dialled []string
	roots   *x509.CertPool
	ca      *x509.Certificate
	caKey   *ecdsa.PrivateKey
	// ProxyURL is set by StartProxy.
	ProxyURL *url.URL
}

// New makes an empty world.
func New(t testing.TB) *World {
	return &World{t: t, names: map[string][][]string{}, aliases: map[string][]string{}, servers: map[string]string{}, roots: x509.NewCertPool()}
}

// Name gives a host its addresses. Several answers are given out one after the other; the last one stays.
func (w *World) Name(host string, answers ...[]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names[host] = answers
}

// Alias says of which names a host is an alias, in order. Whether there is anything at the end is for Name to say.
func (w *World) Alias(host string, of ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aliases[host] = of
}

// Aliases tells of them.
func (w *World) Aliases(_ context.Context, host string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.aliases[strings.ToLower(host)])
}

// Serve puts a web server at "ADDRESS:PORT".
func (w *World) Serve(address string, handler http.HandlerFunc) {
	s := httptest.NewServer(handler)
	w.t.Cleanup(s.Close)
	w.Listen(address, s.Listener.Addr().String())
}

// ServeTLS puts a web server with TLS at "ADDRESS:PORT", which has a certificate for the hosts from the authority
// that Roots trusts.
func (w *World) ServeTLS(address string, handler http.HandlerFunc, hosts ...string) {
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = true
	s.TLS = &tls.Config{Certificates: []tls.Certificate{w.certificate(hosts)}}
	s.StartTLS()
	w.t.Cleanup(s.Close)
	w.Listen(address, s.Listener.Addr().String())
}

// Raw puts something at "ADDRESS:PORT" that reads a request and then does as it likes.
func (w *World) Raw(address string, answer func(net.Conn)) {
	l, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	w.Listen(address, l.Addr().String())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = http.ReadRequest(bufio.NewReader(c))
				answer(c)
			}()
		}
	}()
}

// Listen says that "ADDRESS:PORT" is served at a real address.
func (w *World) Listen(address, real string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.servers[address] = real
}

// Roots trusts the authority of this world.
func (w *World) Roots() *x509.CertPool { return w.roots }

// LookupNetIP is the name server.
func (w *World) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	host = strings.ToLower(host)
	answers, ok := w.names[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		w.names[host] = answers[1:]
	}
	var out []netip.Addr
	for _, a := range answers[0] {
		out = append(out, netip.MustParseAddr(a))
	}
	return out, nil
}

// Dial connects to an address of this world.
func (w *World) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, address)
	real, ok := w.servers[address]
	w.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("nothing listens at %s", address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, real)
}

// Dialled lists the addresses connected to since the last call.
func (w *World) Dialled() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := slices.Clone(w.dialled)
	w.dialled = nil
	return out
}

// Proxy chooses the proxy of this world, none unless StartProxy was called.
func (w *World) Proxy(*http.Request) (*url.URL, error) { return w.ProxyURL, nil }

// StartProxy puts a proxy at 10.9.9.9:3128 that asks for a password, tunnels to the servers of this world where it is
// allowed to, and answers plain requests itself. The function returned lists what it was asked.
func (w *World) StartProxy(allowTunnel bool) func() []string {
	var mu sync.Mutex
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
		mu.Unlock()
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(rw, "forwarded "+r.RequestURI)
			return
		}
		w.mu.Lock()
		real, ok := w.servers[r.RequestURI]
		w.mu.Unlock()
		if !allowTunnel || !ok {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		tunnel(r.Context(), rw, real)
	}))
	w.t.Cleanup(s.Close)
	w.Listen("10.9.9.9:3128", s.Listener.Addr().String())
	w.ProxyURL = &url.URL{Scheme: "http", Host: "10.9.9.9:3128", User: url.UserPassword("me", "hush")}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
}

func tunnel(ctx context.Context, rw http.ResponseWriter, real string) {
	inner, err := (&net.Dialer{}).DialContext(ctx, "tcp", real)
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	defer inner.Close()
	outer, _, err := rw.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer outer.Close()
	_, _ = io.WriteString(outer, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(inner, outer) }()
	_, _ = io.Copy(outer, inner)
}

// certificate issues a certificate for hosts, making the authority on first use.
func (w *World) certificate(hosts []string) tls.Certificate {
	must := func(err error) {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if w.ca == nil {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pretend authority"}, NotBefore: time.Unix(0, 0),
			NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
		raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		must(err)
		w.ca, err = x509.ParseCertificate(raw)
		must(err)
		w.caKey = key
		w.roots.AddCert(w.ca)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "pretend server"}, DNSNames: hosts, NotBefore: time.Unix(0, 0),
		NotAfter: time.Unix(1<<33, 0), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, w.ca, key.Public(), w.caKey)
	must(err)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}
