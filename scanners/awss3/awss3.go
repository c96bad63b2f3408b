// Package awss3 scans Amazon S3 and services that speak its API: which buckets there are, and how each is
// configured. It only reads; Describe names every permission that a reading needs.
package awss3

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// Scanner implements scanners.Scanner for S3.
type Scanner struct {
	rt       scanners.Runtime
	settings settings
	buckets  []bucketFact
	words    *names.Classifier
	sessions memo.Memo[connection, *session]
}

var _ scanners.Scanner = (*Scanner)(nil)

type settings struct {
	credentials    aws.CredentialsProvider
	vendors        *vendors.Set
	sleep          func(context.Context, time.Duration) error
	jitter         func() float64
	attemptTimeout time.Duration
}

// Option changes how a Scanner works.
type Option func(*settings)

// WithCredentials signs with these credentials and reads no profile, environment or metadata service.
func WithCredentials(provider aws.CredentialsProvider) Option {
	return func(s *settings) { s.credentials = provider }
}

// WithVendors replaces the embedded descriptions of S3-compatible services.
func WithVendors(set *vendors.Set) Option { return func(s *settings) { s.vendors = set } }

// WithSleep replaces the wait between two attempts of one call. It returns ctx's error when ctx ends first.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(s *settings) { s.sleep = sleep }
}

// WithAttemptTimeout limits one attempt of one call; the default is 15 seconds.
func WithAttemptTimeout(limit time.Duration) Option {
	return func(s *settings) { s.attemptTimeout = limit }
}

// New returns a Scanner. It touches neither the network nor the environment before Discover.
func New(rt scanners.Runtime, opts ...Option) *Scanner {
	set := settings{sleep: attempt.Sleep, jitter: rand.Float64, attemptTimeout: 15 * time.Second}
	for _, opt := range opts {
		opt(&set)
	}
	if rt.Transport == nil {
		rt.Transport = http.DefaultTransport
	}
	if rt.Now == nil {
		rt.Now = time.Now
	}
	return &Scanner{rt: rt, settings: set, buckets: bucketFacts(), words: names.New()}
}

// Inspect reads the facts in need of one scope, bucket or access point; see scanners.Scanner. Where the
// credentials have expired and nothing at all could be read, it fails with an error wrapping
// scanners.ErrExpired; where something was, the facts that were not are failed.
func (s *Scanner) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	ses, err := s.sessionFor(ctx, ref)
	if err != nil {
		return scanners.Record{}, err
	}
	in := newInspection(s, ses, ref, need, prev)
	switch ref.Kind {
	case scanners.KindScope:
		in.inspectScope(ctx)
	case scanners.KindBucket:
		in.inspectBucket(ctx, s.buckets)
	case scanners.KindEndpoint:
		in.inspectEndpoint(ctx)
	}
	if err := in.reading.End(in.rec, need, prev != nil); err != nil {
		return scanners.Record{}, err
	}
	return *in.rec, nil
}
