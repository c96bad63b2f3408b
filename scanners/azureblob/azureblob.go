// Package azureblob scans Azure Blob Storage: which storage accounts and containers there are, and how each is
// configured. It reads through Azure Resource Manager and, by Entra token only, the blob service; it never asks for
// an account key or anything else that is secret. Describe names every permission that a reading needs.
package azureblob

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// Scanner implements scanners.Scanner for Azure Blob Storage.
type Scanner struct {
	rt       scanners.Runtime
	settings settings
	words    *names.Classifier
	sessions memo.Memo[connection, *session]
}

var _ scanners.Scanner = (*Scanner)(nil)

type settings struct {
	credential     azcore.TokenCredential
	sleep          func(context.Context, time.Duration) error
	jitter         func() float64
	attemptTimeout time.Duration
}

// Option changes how a Scanner works.
type Option func(*settings)

// WithCredential takes tokens from here and reads no environment, command line tool or metadata service.
func WithCredential(credential azcore.TokenCredential) Option {
	return func(s *settings) { s.credential = credential }
}

// WithSleep replaces the wait between two attempts of one call. It returns ctx's error when ctx ends first.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(s *settings) { s.sleep = sleep }
}

// WithAttemptTimeout limits one attempt of one call; the default is 20 seconds.
func WithAttemptTimeout(limit time.Duration) Option {
	return func(s *settings) { s.attemptTimeout = limit }
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

// Inspect reads the facts in need of one storage account or container; see scanners.Scanner. A subscription has no
// facts of its own. Where the credentials have expired and nothing at all could be read, it fails with an error
// wrapping scanners.ErrExpired; where something was, the facts that were not are failed.
func (s *Scanner) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	ses, err := s.sessionFor(ctx, ref.Target)
	if err != nil {
		return scanners.Record{}, err
	}
	in := newInspection(s, ses, ref, need, prev)
	switch ref.Kind {
	case scanners.KindStore:
		in.inspectStore(ctx)
	case scanners.KindBucket:
		in.inspectContainer(ctx)
	}
	if err := in.reading.End(in.rec, need, prev != nil); err != nil {
		return scanners.Record{}, err
	}
	return *in.rec, nil
}
