// Resuming: an earlier snapshot of the same targets, of which whole scopes are passed through and single
// records are built upon.
//
// A scope is whole when it ends in its marker, with as many records as the marker says, every line readable,
// none of its resources lost, and every fact that this run needs inspected. The snapshot is read twice, by
// offset: its records never lie in memory together.

package engine

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// Earlier is a snapshot to be continued. It stays open until Close; the file must not be written to while the
// run goes on (a sink that replaces it by rename does no harm).
type Earlier struct {
	name string
	in   io.ReaderAt
	size int64
	file io.Closer
}

// OpenEarlier opens a snapshot for Config.Resume.
func OpenEarlier(path string) (*Earlier, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening snapshot to resume: %w", err)
	}
	stat, err := file.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = scanners.WithHint(fmt.Errorf("%q is not a regular file", path), "--resume reads the snapshot twice, so it has to be a file")
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("opening snapshot to resume: %w", err)
	}
	return &Earlier{name: path, in: file, size: stat.Size(), file: file}, nil
}

// NewEarlier is OpenEarlier for what is at hand already.
func NewEarlier(name string, in io.ReaderAt, size int64) *Earlier {
	return &Earlier{name: name, in: in, size: size}
}

// Close closes the file.
func (e *Earlier) Close() error {
	if e.file == nil {
		return nil
	}
	return e.file.Close()
}

// span is a stretch of the file.
type span struct{ start, end int64 }

// plan is what one run takes from an Earlier.
type plan struct {
	earlier *Earlier
	seed    maphash.Seed
	scopes  map[string][]span // of the whole scopes, in the order of the file
	broken  map[string]bool   // scopes of which some stretch is not whole
	records map[uint64]span   // of the records outside whole scopes, by hashed id
}

// planResume reads the snapshot once and decides what can be taken from it.
func (r *run) planResume() error {
	p := &plan{
		earlier: r.cfg.Resume, seed: maphash.MakeSeed(),
		scopes: map[string][]span{}, broken: map[string]bool{}, records: map[uint64]span{},
	}
	x := &indexer{run: r, plan: p}
	lines := scanners.NewLineReader(io.NewSectionReader(p.earlier.in, 0, p.earlier.size))
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *scanners.LineError
		if err != nil && !errors.As(err, &bad) {
			return fmt.Errorf("reading snapshot %q to resume: %w", p.earlier.name, err)
		}
		start, end := lines.Span()
		if err := x.line(line, bad != nil, span{start, end}); err != nil {
			return fmt.Errorf("resuming snapshot %q: %w", p.earlier.name, err)
		}
	}
	x.finish("", false, span{})
	if !x.header {
		return scanners.WithHint(fmt.Errorf("%q is not a snapshot: it has no header line", p.earlier.name), "--resume takes a file that -o snapshot=FILE wrote")
	}
	for scope := range p.broken {
		for _, s := range p.scopes[scope] {
			if err := p.indexSpan(s); err != nil {
				return err
			}
		}
		delete(p.scopes, scope)
	}
	r.resume = p
	return nil
}

// indexer is the state of the first reading.
type indexer struct {
	run    *run
	plan   *plan
	header bool

	// The stretch being read, since the last end of a scope.
	open    bool
	broken  bool
	scope   string // of its scope record, where there is one
	from    int64
	records int
	ids     []indexed
}

type indexed struct {
	id uint64
	at span
}

func (x *indexer) line(line scanners.Line, bad bool, at span) error {
	switch {
	case bad:
		x.begin(at)
		x.broken = true
	case line.Header != nil:
		x.header = true
		if err := x.run.sameTargets(line.Header.Targets); err != nil {
			return err
		}
		return x.run.sameSelection(line.Header.Selection)
	case line.Record != nil:
		if line.Record.Kind == scanners.KindScope && x.records > 0 {
			x.finish(x.scope, false, at)
		}
		x.begin(at)
		if line.Record.Kind == scanners.KindScope {
			x.scope = line.Record.ID
		}
		x.records++
		x.ids = append(x.ids, indexed{maphash.String(x.plan.seed, line.Record.ID), at})
		x.broken = x.broken || !x.run.settled(line.Record)
	case line.Failed != nil:
		x.begin(at)
		if line.Failed.Resource == "" {
			x.finish(line.Failed.Scope, false, at)
		} else if line.Failed.Code != scanners.CodeGone {
			x.broken = true
		}
	case line.End != nil:
		x.begin(at)
		x.finish(line.End.Scope, !x.broken && x.records == line.End.Records, at)
	}
	return nil
}

func (x *indexer) begin(at span) {
	if !x.open {
		x.open, x.broken, x.scope, x.from, x.records, x.ids = true, false, "", at.start, 0, x.ids[:0]
	}
}

func (x *indexer) finish(scope string, whole bool, at span) {
	if !x.open {
		return
	}
	x.open = false
	if whole {
		x.plan.scopes[scope] = append(x.plan.scopes[scope], span{x.from, at.end})
		return
	}
	for _, name := range []string{scope, x.scope} {
		if name != "" {
			x.plan.broken[name] = true
		}
	}
	for _, i := range x.ids {
		x.plan.records[i.id] = i.at
	}
	x.records = 0
}

// sameTargets refuses to resume a scan of something else: a scope that is whole for one target need not be so
// for another.
func (r *run) sameTargets(earlier []string) error {
	var now []string
	for _, s := range r.sources {
		now = append(now, s.name)
	}
	before := slices.Clone(earlier)
	slices.Sort(now)
	slices.Sort(before)
	if len(before) == 0 || slices.Equal(slices.Compact(before), slices.Compact(now)) {
		return nil
	}
	return scanners.WithHint(fmt.Errorf("it is a scan of %s, this is one of %s: %w",
		quoted(before), quoted(now), scanners.ErrBadTarget), "name the same targets, or scan without --resume")
}

// sameSelection refuses to resume a scan of other resources: a scope that is whole for some of its buckets is not
// whole for others, and nothing would say which are missing.
func (r *run) sameSelection(earlier []string) error {
	if slices.Equal(earlier, r.cfg.Selection) {
		return nil
	}
	of := func(selection []string) string {
		if len(selection) == 0 {
			return "everything in its targets"
		}
		return quoted(selection)
	}
	return scanners.WithHint(fmt.Errorf("it is a scan of %s, this is one of %s: %w", of(earlier), of(r.cfg.Selection), scanners.ErrBadTarget),
		"give the same --include and --exclude, or scan without --resume")
}

func quoted(names []string) string {
	var out []string
	for _, name := range names {
		out = append(out, fmt.Sprintf("%q", name))
	}
	return strings.Join(out, ", ")
}

// settled reports whether rec holds everything that this run needs of it.
func (r *run) settled(rec *scanners.Record) bool {
	need := scanners.FactSet{}
	need.AddAll(r.coverage.first[kindOf{rec.Kind, rec.Provider}])
	for name := range r.cfg.Needs.More(rec) {
		if name.Kind() == rec.Kind && r.supplied(name) {
			need.Add(name)
		}
	}
	return len(rec.Unsettled(need)) == 0
}

func (r *run) supplied(name scanners.FactName) bool {
	for _, s := range r.sources {
		if s.supplies.Has(name) {
			return true
		}
	}
	return false
}

// indexSpan makes single records of a stretch findable, after all.
func (p *plan) indexSpan(s span) error {
	return p.read(s, func(line scanners.Line, at span) bool {
		if line.Record != nil {
			p.records[maphash.String(p.seed, line.Record.ID)] = at
		}
		return true
	})
}

func (p *plan) whole(scope string) bool { return len(p.scopes[scope]) > 0 }

// replay hands on the lines of a whole scope, unchanged and in their order.
func (p *plan) replay(scope string, emit func(Event) bool) error {
	for _, s := range p.scopes[scope] {
		err := p.read(s, func(line scanners.Line, _ span) bool {
			return line.Header != nil ||
				emit(Event{Record: line.Record, End: line.End, Failed: line.Failed, Scope: scope, Earlier: true})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) read(s span, each func(scanners.Line, span) bool) error {
	lines := scanners.NewLineReader(io.NewSectionReader(p.earlier.in, s.start, s.end-s.start))
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading snapshot %q: %w", p.earlier.name, err)
		}
		start, end := lines.Span()
		if !each(line, span{s.start + start, s.start + end}) {
			return nil
		}
	}
}

// record returns the earlier record of a resource of a scope that is not whole, nil where there is none. Facts
// that failed are open again: what they failed on may have passed.
func (p *plan) record(id string) *scanners.Record {
	at, ok := p.records[maphash.String(p.seed, id)]
	if !ok {
		return nil
	}
	var rec *scanners.Record
	err := p.read(at, func(line scanners.Line, _ span) bool { rec = line.Record; return false })
	if err != nil || rec == nil || rec.ID != id {
		return nil
	}
	reopen(rec)
	return rec
}

// reopen clears failed facts of rec's own part, and drops the parts of ancestors that hold any.
func reopen(rec *scanners.Record) {
	var failed []scanners.FactName
	for name, status := range rec.Facts() {
		if status.State == scanners.Unknown && status.Reason.Code == scanners.Failed {
			failed = append(failed, name)
		}
	}
	for _, name := range failed {
		field, _ := scanners.LookupFactField(name)
		if name.Kind() == rec.Kind {
			field.Clear(rec)
		} else {
			rec.Drop(name.Kind())
		}
	}
}
