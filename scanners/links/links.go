// Package links looks for signed links in files, directories, archives and git histories (target links:PATH).
//
//	links.go    what the scanner is and is given
//	collect.go  gathering the places where each link was seen
//	facts.go    from a signed link to the facts of a record
//	reader.go   links in what other scanners read: pages and objects
package links

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"sync"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/linksource"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// Scheme is the scheme of its targets.
const Scheme = "links"

const (
	factSigned scanners.FactName = "link.signed"
	factLive   scanners.FactName = "link.live"
	factPlace  scanners.FactName = "link.place"
)

// Options are what the scanner works with beside the Runtime.
type Options struct {
	// Vendors are the S3-compatibles whose hosts and key ids are known; nil for none.
	Vendors *vendors.Set
	// Stdin is what links:- reads; nil for nothing.
	Stdin io.Reader
	// Source says how to walk.
	Source linksource.Options
	// Live asks the services whether links still work; nil asks nobody. It is off unless a person asked for it.
	Live *linklive.Checker
	// RedactPaths hides the objects that links name.
	RedactPaths bool
}

// Scanner finds signed links. Make one with New.
type Scanner struct {
	runtime  scanners.Runtime
	options  Options
	detector *signedlink.Detector

	mu sync.Mutex
	// asked holds, for live checks alone, the links whole. They leave with the scanner and are in no record.
	asked map[string]signedlink.Link
}

var _ scanners.Scanner = (*Scanner)(nil)

// New returns a scanner.
func New(rt scanners.Runtime, options Options) *Scanner {
	return &Scanner{runtime: rt, options: options, detector: signedlink.New(options.Vendors), asked: map[string]signedlink.Link{}}
}

// Describe says that it needs no permission of any provider.
func (s *Scanner) Describe() scanners.Description {
	supplies := []scanners.Supply{{Fact: factSigned}, {Fact: factPlace}}
	if s.options.Live != nil {
		supplies = append(supplies, scanners.Supply{Fact: factLive})
	}
	return scanners.Description{
		Name: "links",
		Forms: []scanners.Form{{
			Scheme: Scheme, Pattern: "links:PATH",
			Help: "signed links in a file, a directory, archives and the history of git repositories; - reads standard input",
		}},
		Supplies: supplies,
		NotCovered: []string{
			"signed links inside images, inside encrypted files, and inside what a program would have to be run to read",
			"text of PDF files in fonts with an encoding of their own",
			"git objects that no reference leads to (dropped commits, stashes but the last), and histories of submodules and worktrees that are kept elsewhere",
			"upload forms signed for POST, and cookies set on lines of their own",
		},
	}
}

// Discover walks the path once and yields each link with its record, in the order of their first appearance. What could not
// be looked through becomes a link record of its own whose facts are unknown, so that it is never taken for clean.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		c := &collector{scanner: s, target: target, yield: yield, index: map[string]int{}, passed: map[[16]byte]struct{}{}}
		for unit, err := range s.units(ctx, target) {
			var skipped *linksource.SkippedError
			switch {
			case errors.As(err, &skipped):
				c.unread(skipped.Source, skipped.Err)
			case err != nil:
				if errors.Is(err, fs.ErrNotExist) {
					err = fmt.Errorf("%w: %w", scanners.ErrGone, err)
				}
				c.flush()
				if !c.stopped {
					yield(scanners.Ref{}, err)
				}
				return
			default:
				s.read(ctx, unit, c)
			}
			if c.stopped {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		c.flush()
	}
}

func (s *Scanner) units(ctx context.Context, target scanners.Target) iter.Seq2[linksource.Unit, error] {
	if target.Name != "-" {
		return linksource.Walk(ctx, target.Name, s.options.Source)
	}
	if s.options.Stdin == nil {
		return func(yield func(linksource.Unit, error) bool) {
			yield(linksource.Unit{}, fmt.Errorf("reading links: no standard input: %w", scanners.ErrBadTarget))
		}
	}
	return linksource.Open(ctx, "-", s.options.Stdin, -1, s.options.Source)
}

// read looks through one unit.
func (s *Scanner) read(ctx context.Context, unit linksource.Unit, c *collector) {
	opt := signedlink.Options{Source: unit.Source, RedactPaths: s.options.RedactPaths, KeepAddress: s.options.Live != nil}
	for link, err := range s.detector.Scan(ctx, unit.Reader, opt) {
		if err != nil {
			// The walk itself tells what grew beyond the bounds.
			if ctx.Err() == nil && !errors.Is(err, linksource.ErrTooLarge) && !errors.Is(err, linksource.ErrTooMany) {
				c.unread(unit.Source, err)
			}
			return
		}
		c.add(link, unit)
		if c.stopped {
			return
		}
	}
}

// Inspect gives back what Discover read and, where that was asked for, whether the link still works.
func (s *Scanner) Inspect(ctx context.Context, ref scanners.Ref, need scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	from := prev
	if from == nil {
		from = ref.Seed
	}
	if from == nil || from.Link == nil {
		return scanners.Record{}, fmt.Errorf("no record of %q: %w", ref.ID, scanners.ErrGone)
	}
	record := *from
	part := *from.Link
	record.Link = &part
	if s.options.Live == nil || !need.Has(factLive) || part.Live.Settled() {
		return record, nil
	}
	s.mu.Lock()
	link, ok := s.asked[ref.ID]
	s.mu.Unlock()
	if ok {
		part.Live = liveFact(s.options.Live.Check(ctx, link))
	}
	return record, nil
}
