// Package web looks at addresses from outside, without credentials: what a stranger gets, and what a search engine
// would do with it. It also sends the read-only requests that prove an access verdict.
//
//	web.go       what the scanner is and is given
//	discover.go  from a target to pages; following links where a depth was asked for
//	visit.go     fetching one page and reading what it is
//	robots.go    the robots.txt of each host, asked once
//	sitemap.go   the sitemaps that it names
//	address.go   addresses as they may be shown
//	links.go     signed links in what was read of a page
//	facts.go     from a visit to the facts of a record
//	prove.go     sending the witnesses of access verdicts
package web

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/storageurl"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// Token is the product token under which a robots.txt may turn this scanner away. Groups for "*" are not meant for
// it: what they hide is what it is asked to look at.
const Token = "tojimari"

// Options are what the scanner works with beside the Runtime. The Runtime's transport is not used: addresses have to
// be checked where a connection is made, so resolver and dialer are handed in here.
type Options struct {
	Vendors  *vendors.Set
	Resolver fetch.Resolver
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Proxy    func(*http.Request) (*url.URL, error)
	RootCAs  *x509.CertPool
	// Pace is the least time between two requests to one host; 0 for none.
	Pace time.Duration
	// ProofPace is the same for proofs, which go to the user's own storage: many buckets share a host there. 0 for
	// Pace.
	ProofPace time.Duration
	// Wait pauses for the pace and between attempts; nil for a timer.
	Wait func(ctx context.Context, d time.Duration) error
	// Timeout bounds one request; 0 for 30 seconds.
	Timeout time.Duration
	// MaxPages bounds the pages of one target with a depth; 0 for 200.
	MaxPages int
	// RedactKeys hides what samples of keys say, as the option redact-keys does.
	RedactKeys bool
	// Wrap is put around the transports, for recording and faults.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Endpoints are the service endpoints that the user named for S3-compatibles; a Prover may ask them although
	// they are private.
	Endpoints []*url.URL
}

// Scanner looks at addresses from outside.
type Scanner struct {
	runtime    scanners.Runtime
	options    Options
	client     *fetch.Client
	proofs     *fetch.Client
	recogniser *storageurl.Recogniser
	words      *names.Classifier
	policies   *policies
	wait       func(context.Context, time.Duration) error
	unfit      error // why it can describe itself and no more
}

var _ scanners.Scanner = (*Scanner)(nil)

// Defaults are the options for real use: the embedded vendors, the proxy of the environment, four requests a second
// to one host.
func Defaults() (Options, error) {
	known, err := vendors.Embedded()
	if err != nil {
		return Options{}, err
	}
	return Options{Vendors: known, Proxy: http.ProxyFromEnvironment, Pace: 250 * time.Millisecond}, nil
}

// New builds the scanner. Without a user agent and a clock in the Runtime it describes itself and looks at nothing.
func New(rt scanners.Runtime, o Options) *Scanner {
	if o.MaxPages <= 0 {
		o.MaxPages = 200
	}
	if o.Wait == nil {
		o.Wait = fetch.Wait
	}
	s := &Scanner{runtime: rt, options: o, recogniser: storageurl.New(o.Vendors), words: names.New(), policies: newPolicies(), wait: o.Wait}
	if rt.Now == nil {
		s.unfit = errors.New("web: no clock given")
		return s
	}
	client := func(pace time.Duration) (*fetch.Client, error) {
		return fetch.New(fetch.Options{
			UserAgent: rt.UserAgent, Resolver: o.Resolver, Dial: o.Dial, Proxy: o.Proxy, RootCAs: o.RootCAs,
			Pace: pace, Wait: o.Wait, Now: rt.Now, Timeout: o.Timeout, Wrap: o.Wrap,
		})
	}
	if s.client, s.unfit = client(o.Pace); s.unfit != nil {
		return s
	}
	s.proofs, s.unfit = client(cmp.Or(o.ProofPace, o.Pace))
	return s
}

// Close ends idle connections.
func (s *Scanner) Close() {
	if s.client != nil {
		s.client.Close()
	}
	if s.proofs != nil {
		s.proofs.Close()
	}
}

// The facts that this scanner supplies.
const (
	factResponse     scanners.FactName = "page.response"
	factNames        scanners.FactName = "page.names"
	factStorage      scanners.FactName = "page.storage"
	factIndexability scanners.FactName = "page.indexability"
	factLinks        scanners.FactName = "page.links"
)

// Describe implements scanners.Scanner.
func (s *Scanner) Describe() scanners.Description {
	options := []scanners.Option{
		{Name: "depth", Help: "follow links on the same host up to this many steps (default 0: one page)"},
		{Name: "redact-keys", Help: "hide what object keys say beyond the words that told their kind"},
	}
	supplies := []scanners.Supply{{Fact: factResponse}, {Fact: factNames}, {Fact: factStorage}, {Fact: factIndexability}}
	if s.runtime.Links != nil {
		supplies = append(supplies, scanners.Supply{Fact: factLinks})
	}
	return scanners.Description{
		Name: "web",
		Forms: []scanners.Form{
			{Scheme: "https", Pattern: "https://HOST/PATH", Help: "what a stranger and a search engine get at an address", Options: options},
			{Scheme: "http", Pattern: "http://HOST/PATH", Help: "the same without TLS, as website endpoints of S3 have it", Options: options},
		},
		Supplies: supplies,
		NotCovered: []string{
			"search engines themselves: nothing is asked of them", "sitemaps, unless a depth is given",
			"pages that a script builds in the browser", "links on other hosts",
			"signed links in what is neither HTML, XML nor JSON, and beyond the first MiB of a page",
		},
	}
}

// depthOf reads the depth of a target, at most 10.
func (s *Scanner) depthOf(t scanners.Target) (int, error) {
	text := t.Option(s.runtime, "depth")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 10 {
		return 0, fmt.Errorf("depth %q is not a number from 0 to 10: %w", text, scanners.ErrBadTarget)
	}
	return n, nil
}

// redactKeys says whether samples of keys are to be hidden.
func (s *Scanner) redactKeys(t scanners.Target) bool {
	switch t.Option(s.runtime, "redact-keys") {
	case "", "false", "0":
		return s.options.RedactKeys
	default:
		return true
	}
}
