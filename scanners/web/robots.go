package web

// The robots.txt of each host, asked once per run.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/robots"
)

// maxPolicies bounds the hosts remembered; beyond it the memory starts anew, which costs requests and nothing else.
const maxPolicies = 5000

type policies struct {
	mu sync.Mutex
	by map[string]*policyEntry
}

type policyEntry struct {
	mu     sync.Mutex
	known  bool
	policy robots.Policy
	err    error
}

func newPolicies() *policies { return &policies{by: map[string]*policyEntry{}} }

func (p *policies) entry(address string) *policyEntry {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.by[address]
	if e == nil {
		if len(p.by) >= maxPolicies {
			clear(p.by)
		}
		e = &policyEntry{}
		p.by[address] = e
	}
	return e
}

// robotsOf gives the policy of the host of page. named says that the user named that host. An error says that the file
// could not be asked for from here, which says nothing of what a crawler gets.
func (s *Scanner) robotsOf(ctx context.Context, page *url.URL, named bool) (robots.Policy, error) {
	address := robots.URL(page)
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return robots.Policy{}, fmt.Errorf("no robots.txt governs %q", shown(page))
	}
	e := s.policies.entry(address)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known {
		return e.policy, e.err
	}
	outcome, err := s.fetchRobots(ctx, u, named)
	if err != nil {
		err = fmt.Errorf("reading %s: %w", shown(u), err)
	}
	policy := robots.Judge(outcome)
	if ctx.Err() == nil {
		e.known, e.policy, e.err = true, policy, err
	}
	return policy, err
}

func (s *Scanner) fetchRobots(ctx context.Context, u *url.URL, named bool) (robots.Fetch, error) {
	var f robots.Fetch
	var answer *fetch.Response
	var err error
	for n := range attempts {
		if n > 0 && !s.pause(ctx, n, answer) {
			break
		}
		f = robots.Fetch{}
		answer, err = s.client.Fetch(ctx, fetch.Request{URL: u, Named: named, MaxBytes: robots.MaxBytes + 1, MaxRedirects: robots.MaxHops},
			func(_ *fetch.Response, body io.Reader) error {
				var err error
				f.Body, err = io.ReadAll(body)
				return err
			})
		if !mayPass(answer, err) {
			break
		}
	}
	if answer != nil {
		f.Status, f.Hops, f.Loop = answer.Status, len(answer.Hops), answer.Loop
	}
	switch {
	case errors.Is(err, fetch.ErrRedirects):
		f.Hops = robots.MaxHops + 1
	case err != nil:
		return robots.Fetch{}, err
	}
	return f, nil
}
