package web

// From a target to its pages. One page unless a depth was asked for; then links on the same host are followed, and
// a few objects of a listing are asked for their headers.

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/tojimari/tojimari/internal/indexability"
	"github.com/tojimari/tojimari/internal/listing"
	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/scanners"
)

// Discover implements scanners.Scanner. With a depth it has to fetch the pages to know their links, so it hands
// their facts on with the Ref and they are not fetched again.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		if s.unfit != nil {
			yield(scanners.Ref{}, s.unfit)
			return
		}
		u, err := parseTarget(target)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		depth, err := s.depthOf(target)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		if depth == 0 {
			yield(scanners.Ref{Head: s.head(u), Target: target}, nil)
			return
		}
		s.crawl(ctx, target, u, depth, yield)
	}
}

// step is one page to come.
type step struct {
	address *url.URL
	depth   int
	method  string
	found   []indexability.Discovery
}

func (s *Scanner) crawl(ctx context.Context, target scanners.Target, start *url.URL, depth int, yield func(scanners.Ref, error) bool) {
	submitted := s.sitemaps(ctx, start)
	queue := []step{{address: start, method: http.MethodGet, found: submitted[start.String()]}}
	seen := map[string]bool{start.String(): true}
	for _, address := range slices.Sorted(maps.Keys(submitted)) {
		if u, err := url.Parse(address); err == nil && !seen[address] {
			seen[address] = true
			queue = append(queue, step{address: u, depth: 1, method: http.MethodGet, found: submitted[address]})
		}
	}
	for pages := 0; len(queue) > 0 && pages < s.options.MaxPages && ctx.Err() == nil; pages++ {
		at := queue[0]
		queue = queue[1:]
		if pages > 0 && s.turnedAway(ctx, at.address) {
			continue
		}
		v := s.visit(ctx, at.address, at.method, s.redactKeys(target))
		record := scanners.NewRecord(s.head(at.address))
		record.At = s.runtime.Now().UTC()
		s.fill(ctx, record.Page, v)
		record.Page.Indexability = s.indexabilityFact(ctx, v, start, at.found)
		if !yield(scanners.Ref{Head: record.Head, Seed: record, Target: target}, nil) {
			return
		}
		if at.depth == depth {
			continue
		}
		for _, next := range s.next(v, start) {
			if key := next.address.String(); !seen[key] && len(seen) < 20*s.options.MaxPages {
				seen[key] = true
				next.depth = at.depth + 1
				queue = append(queue, next)
			}
		}
	}
}

// turnedAway reports whether the host's robots.txt has a group for this scanner by name that refuses the address.
func (s *Scanner) turnedAway(ctx context.Context, u *url.URL) bool {
	policy, err := s.robotsOf(ctx, u, true)
	return err == nil && policy.File.Names(robots.RFC9309, Token) &&
		policy.Decide(robots.RFC9309, []string{Token}, u.String()).Answer == robots.Blocked
}

// next gives what a page leads to on the host that the user named.
func (s *Scanner) next(v *visit, start *url.URL) []step {
	var out []step
	base := v.final()
	if base == nil || !sameHost(base, start) {
		return nil
	}
	if v.isListing() {
		location := s.locate(v)
		objects := 0
		for _, e := range v.entries {
			next := step{method: http.MethodGet, found: []indexability.Discovery{{Way: indexability.InListing, Detail: shown(base)}}}
			switch {
			case v.page.Kind == listing.HTMLIndex:
				next.address = base.JoinPath(escapePath(e.Key))
			case e.Dir || e.Gone:
				continue
			default:
				address, ok := location.ObjectURL(e.Key)
				if !ok {
					continue
				}
				next.address, _ = url.Parse(address)
			}
			if !e.Dir {
				// Headers alone: what lies there was not asked for.
				if next.method = http.MethodHead; objects >= s.runtime.Objects {
					continue
				}
				objects++
			}
			if next.address != nil && sameHost(next.address, start) {
				out = append(out, next)
			}
		}
		return out
	}
	if v.head == nil {
		return nil
	}
	for _, link := range v.head.Links {
		u, err := url.Parse(link)
		if err != nil || !sameHost(u, start) {
			continue
		}
		out = append(out, step{address: u, method: http.MethodGet, found: []indexability.Discovery{{Way: indexability.InLink, Detail: shown(base)}}})
	}
	return out
}

// escapePath keeps a name from an index page a path: JoinPath would take its dots and percent signs for syntax.
func escapePath(name string) string { return (&url.URL{Path: name}).EscapedPath() }

func sameHost(a, b *url.URL) bool { return a.Scheme == b.Scheme && a.Host == b.Host }

// Inspect implements scanners.Scanner.
func (s *Scanner) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	record := scanners.NewRecord(ref.Head)
	if prev != nil {
		whole := *prev
		whole.Head, whole.Page = ref.Head, record.Page
		record = &whole
	}
	for _, known := range []*scanners.Record{ref.Seed, prev} {
		if known != nil && known.Page != nil {
			keep(record.Page, known.Page)
			record.At = known.At
		}
	}
	if ref.Seed != nil || !wanted(need, record.Page) {
		return *record, nil
	}
	if s.unfit != nil {
		return *record, s.unfit
	}
	u, err := parseTarget(ref.Target)
	if err != nil {
		return *record, err
	}
	if shown(u) != ref.Name {
		return *record, fmt.Errorf("page %q is not that of its target: %w", ref.Name, scanners.ErrGone)
	}
	record.At = s.runtime.Now().UTC()
	v := s.visit(ctx, u, http.MethodGet, s.redactKeys(ref.Target))
	if ctx.Err() != nil && v.failed() {
		return *record, nil // the run has ended: nothing was inspected
	}
	fresh := &scanners.Page{}
	s.fill(ctx, fresh, v)
	if need.Has(factIndexability) {
		fresh.Indexability = s.indexabilityFact(ctx, v, u, nil)
	}
	keep(fresh, record.Page)
	record.Page = fresh
	return *record, nil
}

// wanted reports whether a fact is asked for that is not settled.
func wanted(need scanners.FactSet, p *scanners.Page) bool {
	return need.Has(factResponse) && !p.Response.Settled() || need.Has(factNames) && !p.Names.Settled() ||
		need.Has(factStorage) && !p.Storage.Settled() || need.Has(factLinks) && !p.Links.Settled() || need.Has(factIndexability) && !p.Indexability.Settled()
}

// keep takes over the facts that are settled already.
func keep(to, from *scanners.Page) {
	if from.Response.Settled() {
		to.Response = from.Response
	}
	if from.Names.Settled() {
		to.Names = from.Names
	}
	if from.Storage.Settled() {
		to.Storage = from.Storage
	}
	if from.Links.Settled() {
		to.Links = from.Links
	}
	if from.Indexability.Settled() {
		to.Indexability = from.Indexability
	}
}

// failure is an error for a record, clean and bounded.
func failure(err error) string {
	if err == nil {
		return "no answer"
	}
	return names.Printable(err.Error())
}
