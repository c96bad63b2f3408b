package signedlink

// Scanning: a stream in, links out, with the same memory whatever the stream's size.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/tojimari/tojimari/internal/vendors"
)

const (
	blockSize = 256 << 10
	// side is kept around every place that is judged: a region in UTF-16 is twice as long.
	side = 2 * reach
	// commit is how far after a hit a cut region settles what it covers; the next region begins there.
	commit = reach / 2
	// remembered bounds the fingerprints by which doubles in one source are known.
	remembered = 1 << 16
)

// Options say how to read one source.
type Options struct {
	// Source is copied into every link.
	Source string
	// Now, unless zero, is the time from which RemainingSeconds is counted.
	Now time.Time
	// All also yields look-alikes, with LookAlike set.
	All bool
	// EveryOccurrence yields a link again where it stands again. Otherwise it comes once per source; beyond
	// 65,536 different links the oldest are forgotten.
	EveryOccurrence bool
	// KeepAddress keeps what Link.Address returns.
	KeepAddress bool
	// RedactPaths hides objects too, which may be personal data by themselves.
	RedactPaths bool
}

// Detector finds signed links. It is safe for concurrent use.
type Detector struct {
	known   *vendors.Set
	buffers *sync.Pool // of *[]byte: most sources are far smaller than a buffer
	all     bool       // look-alikes are wanted: read what can't be a whole link, too
	steps   *int64     // where a test counts the bytes worked on; else nil
}

// New makes a detector that knows S3-compatible hosts and key ids from a set, which may be nil.
func New(known *vendors.Set) *Detector {
	return &Detector{known: known, buffers: &sync.Pool{New: func() any {
		b := make([]byte, 0, blockSize+2*side)
		return &b
	}}}
}

// Scan yields the links in r in the order in which they stand. It reads r to its end in blocks and keeps about
// half a megabyte. The only errors are those of ctx and of r, with what was found before them already yielded.
func (d *Detector) Scan(ctx context.Context, r io.Reader, opt Options) iter.Seq2[Link, error] {
	return func(yield func(Link, error) bool) {
		s := &scan{d: &Detector{known: d.known, all: opt.All, steps: d.steps}, opt: opt, yield: yield}
		buffer := d.buffers.Get().(*[]byte)
		defer d.buffers.Put(buffer)
		s.buf = (*buffer)[:0]
		if err := s.run(ctx, r); err != nil && !s.stopped {
			yield(Link{}, err)
		}
	}
}

// ScanBytes returns the links in b.
func (d *Detector) ScanBytes(b []byte, opt Options) []Link {
	var out []Link
	for link, err := range d.Scan(context.Background(), bytes.NewReader(b), opt) {
		if err == nil {
			out = append(out, link)
		}
	}
	return out
}

type scan struct {
	d       *Detector
	opt     Options
	yield   func(Link, error) bool
	stopped bool

	buf   []byte
	base  int64 // offset in the stream of buf[0]
	lines lineCounter

	seen map[[16]byte]int64 // fingerprint to the offset where it was yielded last
	ring [][16]byte
	next int
}

func (s *scan) run(ctx context.Context, r io.Reader) error {
	cursor := 0
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reading %q: %w", s.opt.Source, err)
		}
		n, err := io.ReadFull(r, s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if s.base == 0 {
			s.lines.detect(s.buf)
		}
		limit := len(s.buf)
		if err == nil {
			limit -= side
		}
		cursor = s.span(s.buf, nil, cursor, limit)
		if s.stopped {
			return nil
		}
		if last {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading %q: %w", s.opt.Source, err)
		}
		cursor = max(cursor, limit)
		if drop := cursor - side; drop > 0 {
			s.lines.drop(s.buf[:drop], s.base)
			s.buf = s.buf[:copy(s.buf, s.buf[drop:])]
			s.base += int64(drop)
			cursor -= drop
		}
	}
}

// span finds and yields the links whose signature stands in b[from:limit]. where maps an index of b to one of s.buf; nil
// when b is s.buf. It returns where to go on.
func (s *scan) span(b []byte, where []int32, from, limit int) int {
	g := newGate(b, from)
	for !s.stopped {
		h, ok := g.next()
		if !ok || h.at >= limit {
			return max(from, limit)
		}
		if h.wide {
			if where != nil {
				continue
			}
			from = s.wide(h.at)
		} else {
			lo, hi, cut := extent(b, h.at)
			s.emit(s.d.region(b, lo, hi), where)
			from = hi
			if cut {
				from = h.at + commit
			}
		}
		from = max(from, h.at+1)
		g.seek(from)
	}
	return limit
}

// emit yields readings that aren't known yet.
func (s *scan) emit(found []reading, where []int32) {
	for _, r := range found {
		if s.stopped {
			return
		}
		if r.LookAlike != "" && !s.opt.All {
			continue
		}
		at := r.from
		if where != nil {
			at = int(where[at])
		}
		l := r.Link
		l.Source = s.opt.Source
		l.Offset = s.base + int64(at)
		if s.known(l.Fingerprint, l.Offset) {
			continue
		}
		l.Line = s.lines.at(s.buf, s.base, at)
		if l.ExpiresAt != nil && !s.opt.Now.IsZero() {
			l.RemainingSeconds = ptr(max(0, int64(l.ExpiresAt.Sub(s.opt.Now)/time.Second)))
		}
		if s.opt.RedactPaths {
			r.finish(r.candidate, false)
			l.Object, l.Limits, l.Text = r.Object, r.Limits, r.Text
		}
		if c := r.candidate; s.opt.KeepAddress && c.host != "" && l.LookAlike == "" {
			l.address = c.address
		}
		if !s.yield(l, nil) {
			s.stopped = true
		}
	}
}

// known remembers a fingerprint with its offset and reports whether it is a double: seen before, or, where every
// occurrence counts, the same occurrence in an overlapping region.
func (s *scan) known(print string, offset int64) bool {
	var key [16]byte
	copy(key[:], unhex(print))
	if last, ok := s.seen[key]; ok {
		if !s.opt.EveryOccurrence || offset <= last {
			return true
		}
		s.seen[key] = offset
		return false
	}
	if s.seen == nil {
		s.seen = map[[16]byte]int64{}
	}
	if len(s.ring) < remembered {
		s.ring = append(s.ring, key)
	} else {
		delete(s.seen, s.ring[s.next])
		s.ring[s.next] = key
		s.next = (s.next + 1) % remembered
	}
	s.seen[key] = offset
	return false
}

func unhex(s string) []byte {
	b, _ := hexSignature(s)
	return b
}
