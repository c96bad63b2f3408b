package signedlink

// Scanning: a stream in, links out, with the same memory whatever the stream's size.

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

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
		s := &scan{d: &Detector{known: d.known, all: opt.All}, opt: opt, yield: yield}
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

// wide reads UTF-16 text around a hit and returns where to go on in s.buf.
func (s *scan) wide(at int) int {
	big := s.lines.bigEndian
	if !s.lines.wide {
		// Without a byte order mark: UTF-16 units begin at even offsets, and little-endian ones with the
		// low byte.
		big = (s.base+int64(at))%2 != 0
	}
	unit := func(i int) rune { // of the pair whose low byte is at i
		j := i + 1
		if big {
			j = i - 1
		}
		if j < 0 || j >= len(s.buf) || i < 0 || i >= len(s.buf) {
			return 0
		}
		return rune(s.buf[j])<<8 | rune(s.buf[i])
	}
	text := func(r rune) bool { return r >= ' ' || r == '\n' || r == '\r' || r == '\t' }
	lo, hi := at, at
	for lo-2 >= max(0, at-side) && text(unit(lo-2)) {
		lo -= 2
	}
	for hi < min(len(s.buf), at+side) && text(unit(hi)) {
		hi += 2
	}
	narrow := make([]byte, 0, hi-lo)
	where := make([]int32, 0, hi-lo)
	edge, first := 0, 0
	settled := min(hi, at+2*commit)
	if hi < min(len(s.buf), at+side)-2 {
		settled = hi
	}
	for i := lo; i < hi; i += 2 {
		if i == at {
			first = max(0, len(narrow)-16)
		}
		r, here := unit(i), i
		if utf16.IsSurrogate(r) && i+2 < hi {
			if full := utf16.DecodeRune(r, unit(i+2)); full != utf8.RuneError {
				r = full
				i += 2
			}
		}
		if big {
			here--
		}
		narrow = utf8.AppendRune(narrow, r)
		for len(where) < len(narrow) {
			where = append(where, int32(max(0, here)))
		}
		if i < settled {
			edge = len(narrow)
		}
	}
	s.span(narrow, where, first, edge)
	return settled
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

// region reads all links of one region, in the order in which they stand.
func (d *Detector) region(b []byte, lo, hi int) []reading {
	var all []reading
	raw := textOf(b, lo, hi)
	all = d.descend(raw, all)
	if t, ok := joined(b, lo, hi); ok {
		all = d.descend(t, all)
	}
	if looksQuoted(raw.b) {
		t := unquoted(raw)
		all = d.descend(t, all)
		if j, ok := joined(t.b, 0, len(t.b)); ok {
			for i, p := range j.pos {
				j.pos[i] = t.pos[p]
			}
			for i, w := range j.wraps {
				j.wraps[i].pos = t.pos[w.pos]
			}
			all = d.descend(j, all)
		}
	}
	for i := range all {
		all[i].method = methodBefore(b, all[i].from)
	}
	return d.best(all)
}

// descend reads a text and the texts inside its percent-encoded links.
func (d *Detector) descend(t text, all []reading) []reading {
	for range 4 {
		t = unescape(t)
		if !company(t.b) {
			return all
		}
		all = d.plain(t, all)
		if !hasEncodedEquals(t) {
			return all
		}
		t = unpercent(t)
	}
	return all
}

// company reports whether a signature parameter in b has another parameter of a grammar beside it.
func company(b []byte) bool {
	for _, word := range []string{"x-amz-", "x-goog-", "accesskeyid", "googleaccessid", "key-pair-id", "sv"} {
		if indexFold(b, 0, word) >= 0 {
			return true
		}
	}
	return false
}

// plain reads the links of a text whose signature parameters are written plainly. Each token is read a bounded
// number of times per link start in it, so that the work is linear.
func (d *Detector) plain(t text, all []reading) []reading {
	const tries, outward = 2, 3
	for from := 0; ; {
		hit := plainHit(t.b, from)
		if hit < 0 {
			return all
		}
		lo, hi := token(t.b, hit)
		from = hi
		var schemes []int
		for i := lo; i < hi; i++ {
			if t.b[i]|0x20 == 'h' && schemeAt(t.b, i) {
				schemes = append(schemes, i)
			}
		}
		at, tried, done := 0, 0, lo
		for ; hit >= 0 && hit < hi; hit = plainHit(t.b, hit+1) {
			for at < len(schemes) && schemes[at] <= hit {
				at++
				tried = 0
			}
			if hit < done || tried >= tries || !d.all && !longEnough(t.b[hit+1:hi]) {
				continue
			}
			tried++
			stop := hi
			if at+outward < len(schemes) {
				stop = schemes[at+outward] // a link has few others in its own parameters
			}
			for _, s := range schemes[at:min(len(schemes), at+outward)] {
				if t.b[s-1] != '=' {
					stop = s
					break
				}
			}
			begins := make([]int, 0, outward+1)
			for i := at - 1; i >= 0 && len(begins) < outward; i-- {
				begins = append(begins, schemes[i])
			}
			if len(begins) < outward {
				begins = append(begins, lo)
			}
			if r, ok := d.innermost(t, begins, hit, stop); ok {
				all = append(all, r)
				if r.LookAlike == "" {
					done = stop
				}
			}
		}
	}
}

// longEnough reports whether a value that begins b could be a signature: the shortest has 27 characters.
func longEnough(b []byte) bool {
	const shortest = 27
	return len(b) >= shortest && bytes.IndexByte(b[:shortest], '&') < 0
}

// innermost reads the link around a hit from the first beginning that makes it whole; failing that, the first
// look-alike. In a text whose wraps were taken out, the link may end at any wrap: where a paragraph seems to end is
// tried first, then the whole, then the nearest wraps.
func (d *Detector) innermost(t text, begins []int, hit, stop int) (reading, bool) {
	var spare reading
	have := false
	for _, s := range stops(t, hit, stop) {
		for _, begin := range begins {
			r, ok := d.segment(t, begin, hit, s)
			if ok && r.LookAlike == "" {
				return r, true
			}
			if ok && !have {
				spare, have = r, true
			}
		}
	}
	return spare, have
}

func stops(t text, hit, stop int) []int {
	const nearest = 8
	var likely, others []int
	for _, w := range t.wraps {
		i, _ := slices.BinarySearch(t.pos, w.pos)
		switch {
		case i <= hit+1 || i >= stop:
		case w.ends && likely == nil:
			likely = []int{i}
		case len(others) < nearest:
			others = append(others, i)
		}
	}
	return append(append(likely, stop), others...)
}

func (d *Detector) segment(t text, begin, hit, stop int) (reading, bool) {
	seg := trimmed(t.b[begin:stop])
	if len(seg) <= hit-begin {
		seg = t.b[begin:stop]
	}
	c, ok := parse(seg, hit-begin)
	if !ok {
		return reading{}, false
	}
	r, ok := read(&c, d.known)
	if !ok {
		return reading{}, false
	}
	r.candidate = &c
	r.from, r.to = int(t.pos[begin]), int(t.pos[stop-1])+1
	return r, true
}

// best settles several readings of the same bytes: of two with one signature the fuller stays, and a look-alike
// goes where a link stands.
func (d *Detector) best(all []reading) []reading {
	var out []reading
	for _, r := range all {
		if r.LookAlike != "" {
			continue
		}
		i := slices.IndexFunc(out, func(o reading) bool {
			return o.Fingerprint == r.Fingerprint || o.Kind == r.Kind && bytes.Equal(o.signature, r.signature) && o.from < r.to && r.from < o.to
		})
		switch {
		case i < 0:
			out = append(out, r)
		case fuller(r, out[i]):
			out[i] = r
		}
	}
	for _, r := range all {
		if r.LookAlike == "" {
			continue
		}
		if !slices.ContainsFunc(out, func(o reading) bool { return o.from < r.to && r.from < o.to }) {
			out = append(out, r)
		}
	}
	for i := range out {
		// The method in front can only be known now, and may tell the permission.
		c := out[i].candidate
		if c.method = out[i].method; c.method != "" && out[i].Permissions == nil {
			if again, ok := read(c, d.known); ok {
				out[i].Link.Permissions, out[i].Link.Scope = again.Permissions, again.Scope
			}
		}
		out[i].finish(c, true)
	}
	slices.SortStableFunc(out, func(a, b reading) int { return cmp.Compare(a.from, b.from) })
	return out
}

func fuller(a, b reading) bool {
	switch {
	case a.known != b.known:
		return a.known > b.known
	case a.hostless != b.hostless:
		return b.hostless
	default:
		return a.ValidSyntax && !b.ValidSyntax
	}
}

// methodBefore reads the HTTP method in front of a link: of a request line, or of a command such as curl -X PUT.
func methodBefore(b []byte, at int) string {
	i := at
	for i > 0 && i > at-12 && (b[i-1] == ' ' || b[i-1] == '"' || b[i-1] == '\'') {
		i--
	}
	if i == at {
		return ""
	}
	end := i
	for i > 0 && end-i < 8 && b[i-1] >= 'A' && b[i-1] <= 'Z' {
		i--
	}
	if i > 0 && (isAlnum(b[i-1]) || b[i-1] == '_' || b[i-1] == '-') {
		return ""
	}
	switch m := string(b[i:end]); m {
	case "GET", "HEAD", "PUT", "POST", "DELETE":
		return m
	default:
		return ""
	}
}

// lineCounter counts the lines before a place, going forward only.
type lineCounter struct {
	wide, bigEndian bool  // the stream begins with the byte order mark of UTF-16
	dropped         int64 // lines before the buffer
	upTo            int   // index in the buffer counted so far
	counted         int64 // lines in buf[:upTo]
}

func (c *lineCounter) detect(b []byte) {
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		c.wide, c.bigEndian = true, b[0] == 0xfe
	}
}

func (c *lineCounter) count(b []byte, offset int64) int64 {
	if !c.wide {
		return int64(bytes.Count(b, []byte{'\n'}))
	}
	// UTF-16: a unit that is U+000A, not any byte of that value.
	var n int64
	low := offset % 2 // index of the first little-endian low byte in b
	if c.bigEndian {
		low = 1 - low
	}
	for i := int(low); i < len(b); i += 2 {
		j := i + 1
		if c.bigEndian {
			j = i - 1
		}
		if b[i] == '\n' && (j < 0 || j >= len(b) || b[j] == 0) {
			n++
		}
	}
	return n
}

func (c *lineCounter) at(b []byte, base int64, at int) int64 {
	if at < c.upTo {
		c.upTo, c.counted = 0, 0
	}
	c.counted += c.count(b[c.upTo:at], base+int64(c.upTo))
	c.upTo = at
	return c.dropped + c.counted + 1
}

func (c *lineCounter) drop(b []byte, base int64) {
	c.dropped += c.count(b, base)
	c.upTo, c.counted = 0, 0
}
