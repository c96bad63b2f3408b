// Package gcs scans Google Cloud Storage: which buckets a project has, and how each is configured. It only reads;
// Describe names every permission that a reading needs.
package gcs

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"cloud.google.com/go/auth"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// Scanner implements scanners.Scanner for Cloud Storage.
type Scanner struct {
	rt       scanners.Runtime
	settings settings
	words    *names.Classifier
	sessions memo.Memo[connection, *session]
}

var _ scanners.Scanner = (*Scanner)(nil)

type settings struct {
	credentials *auth.Credentials
	anonymous   bool
	sleep       func(context.Context, time.Duration) error
	jitter      func() float64
	// attemptTimeout limits one attempt of one call.
	attemptTimeout time.Duration
}

// Option changes how a Scanner works.
type Option func(*settings)

// WithCredentials signs with these credentials and looks for none in files, environment or metadata service.
func WithCredentials(credentials *auth.Credentials) Option {
	return func(s *settings) { s.credentials = credentials }
}

// WithoutAuthentication sends no credentials at all, for servers that ask for none.
func WithoutAuthentication() Option { return func(s *settings) { s.anonymous = true } }

// WithSleep replaces the wait between two attempts of one call. It returns ctx's error when ctx ends first.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(s *settings) { s.sleep = sleep }
}

// New returns a Scanner. It touches neither the network nor the environment before Discover.
func New(rt scanners.Runtime, opts ...Option) *Scanner {
	set := settings{sleep: attempt.Sleep, jitter: rand.Float64, attemptTimeout: 20 * time.Second}
	for _, opt := range opts {
		opt(&set)
	}
	if rt.Transport == nil {
		rt.Transport = http.DefaultTransport
	}
	if rt.Now == nil {
		rt.Now = time.Now
	}
	return &Scanner{rt: rt, settings: set, words: names.New()}
}

// Inspect reads the facts in need of one project or bucket; see scanners.Scanner. Where the credentials have expired
// and nothing at all could be read, it fails with an error wrapping scanners.ErrExpired; where something was, the
// facts that were not are failed.
func (s *Scanner) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	v, err := readTarget(ref.Target, s.rt)
	if err != nil {
		return scanners.Record{}, err
	}
	ses, err := s.connect(ctx, v.connection)
	if err != nil {
		return scanners.Record{}, err
	}
	in := newInspection(s, ses, ref, need, prev)
	switch ref.Kind {
	case scanners.KindScope:
		in.inspectScope(ctx)
	case scanners.KindBucket:
		in.inspectBucket(ctx)
	}
	if err := in.reading.End(in.rec, need, prev != nil); err != nil {
		return scanners.Record{}, err
	}
	return *in.rec, nil
}
