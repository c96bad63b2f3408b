// The scanners of a run, with what the command line gives each of them. Programs, endpoints and what is contacted
// come from here alone, never from a file that is scanned.

package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/program"
	"github.com/tojimari/tojimari/scanners/web"
)

const (
	// outsidePace is the least time between two requests to one host that is not the user's own service.
	outsidePace = 200 * time.Millisecond
	// proofPace is the same for proofs, which go to the storage service of the user's own buckets.
	proofPace = 20 * time.Millisecond
)

// registryOf makes the scanners of a scan, and its prover where one was asked for.
func (a *app) registryOf(f *scanFlags, rt scanners.Runtime, s *scan) error {
	programs, err := namedPaths(f.programs)
	if err != nil {
		return err
	}
	known, err := vendors.Embedded()
	if err != nil {
		return err
	}
	endpoints, err := endpointsOf(rt, s.targets)
	if err != nil {
		return err
	}
	if err := checkVendors(known, rt, s.targets); err != nil {
		return err
	}
	var live *linklive.Checker
	if f.live {
		live = liveChecker(rt, known, endpoints)
	}
	if len(linkFacts(s.judge, 0)) > 0 {
		rt.Links = links.NewReader(known, live, f.redact)
	}
	pool, err := authorities(os.Getenv)
	if err != nil {
		return wrongUse(err)
	}
	outside := web.New(rt, web.Options{Vendors: known, RootCAs: pool, Proxy: http.ProxyFromEnvironment, Pace: outsidePace, ProofPace: proofPace, Endpoints: endpoints, RedactKeys: f.redact})
	if f.prove {
		s.prover = outside
	}
	cfg := all.Config{
		Stdin: a.In, Programs: program.Options{Paths: programs, Args: f.programArgs, Timeout: f.programTime}, Web: outside,
		RedactPaths: f.redact, Live: live,
	}
	s.registry, err = all.New(rt, cfg)
	return wrongUse(err)
}

// transport carries every call to the clouds.
func transport(calls int, getenv func(string) string) (http.RoundTripper, error) {
	base := pace.Transport(calls)
	pool, err := authorities(getenv)
	if err != nil {
		return nil, err
	}
	if pool != nil {
		base.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return base, nil
}

// authorities are the certificates of AWS_CA_BUNDLE beside those of the system, as the AWS tools trust them; nil for
// those of the system alone.
func authorities(getenv func(string) string) (*x509.CertPool, error) {
	bundle := getenv("AWS_CA_BUNDLE")
	if bundle == "" {
		return nil, nil //nolint:nilnil // no pool is the system's
	}
	pem, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("reading AWS_CA_BUNDLE: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("AWS_CA_BUNDLE %q holds no certificate", bundle)
	}
	return pool, nil
}

// liveChecker asks about links under hosts of known services and of endpoints that the user named.
func liveChecker(rt scanners.Runtime, known *vendors.Set, endpoints []*url.URL) *linklive.Checker {
	c := &linklive.Checker{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second},
		Detector:  signedlink.New(known), Now: rt.Now, UserAgent: rt.UserAgent,
	}
	for _, e := range endpoints {
		c.Hosts = append(c.Hosts, e.Host)
	}
	return c
}

// endpointsOf are the services of their own that the user named, by flag or on a target.
func endpointsOf(rt scanners.Runtime, targets []scanners.Target) ([]*url.URL, error) {
	var out []*url.URL
	words := []string{rt.Options["endpoint-url"]}
	for _, t := range targets {
		words = append(words, t.Options["endpoint-url"])
	}
	for _, word := range words {
		if word == "" {
			continue
		}
		u, err := url.Parse(word)
		if err != nil || u.Host == "" {
			return nil, wrongUse(scanners.WithHint(fmt.Errorf("endpoint-url %q is not a URL with a host", word), "for example https://minio.example.com:9000"))
		}
		out = append(out, u)
	}
	return out, nil
}

// checkVendors refuses names of services that nothing is known of.
func checkVendors(known *vendors.Set, rt scanners.Runtime, targets []scanners.Target) error {
	words := []string{rt.Options["vendor"]}
	for _, t := range targets {
		words = append(words, t.Options["vendor"])
	}
	for _, word := range words {
		if _, ok := known.Named(word); word != "" && !ok {
			return wrongUse(scanners.WithHint(fmt.Errorf("vendor %q is not described", word), "known are "+strings.Join(known.Names(), ", ")))
		}
	}
	return nil
}

// namedPaths reads NAME=PATH.
func namedPaths(words []string) (map[string]string, error) {
	out := map[string]string{}
	for _, word := range words {
		name, path, ok := strings.Cut(word, "=")
		if !ok || name == "" || path == "" {
			return nil, usagef("--program %q is not NAME=PATH", word)
		}
		if _, twice := out[name]; twice {
			return nil, usagef("--program names %q twice", name)
		}
		out[name] = path
	}
	return out, nil
}
