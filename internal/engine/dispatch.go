// Dispatch: turns what was discovered into jobs, in order, and begins them as the gate lets them in.

package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/tojimari/tojimari/scanners"
)

// job is one entry of the bounded window between dispatch and deliver. It is a resource being inspected, or
// one of the marks between them.
type job struct {
	mark   mark
	scope  string
	source *source

	// For a resource.
	ref    scanners.Ref
	parent *job
	prev   *scanners.Record // of an earlier snapshot, the job's own copy
	done   chan struct{}    // closed when the outcome below is set
	rec    *scanners.Record
	failed *scanners.Failure // for a failure mark as well
	cut    bool              // interrupted before all was read
	left   bool              // left out by Config.Keep, or lies in what was left out
	more   ancestorFacts

	// cutShort says of a closing mark that discovery was interrupted.
	cutShort bool
}

type mark uint8

const (
	resourceMark mark = iota
	openMark          // a scope begins
	closeMark         // a scope ends
	failureMark       // Discover reported a failure
	replayMark        // a scope is passed through from the earlier snapshot
)

// ancestorFacts are facts that descendants called for and that the resource's own record does not have.
type ancestorFacts struct {
	lock  chan struct{} // a lock that can be waited for with a context, since it is held over calls
	asked scanners.FactSet
	rec   *scanners.Record
}

// dispatch reads the discoveries in the order of the targets and closes r.jobs at the end.
func (r *run) dispatch(ctx context.Context) {
	defer close(r.jobs)
	d := &dispatcher{
		run: r, seed: maphash.MakeSeed(), parents: newParents(),
		seen: map[uint64]struct{}{}, out: map[uint64]struct{}{}, replayed: map[string]bool{},
	}
	for i, channel := range r.discoverAll(ctx) {
		d.target(ctx, r.sources[i], channel)
	}
}

// dispatcher is the state of dispatch.
type dispatcher struct {
	*run
	seed     maphash.Seed
	parents  *parents
	seen     map[uint64]struct{} // ids met, hashed: memory per resource stays at a few bytes
	out      map[uint64]struct{} // ids that Config.Filter left out
	replayed map[string]bool

	group string // the scope being dispatched
	open  bool
	skip  bool // the group is passed through from the earlier snapshot
}

func (d *dispatcher) target(ctx context.Context, s *source, in <-chan found) {
	if d.resume != nil && d.resume.whole(s.name) {
		d.replay(s, s.name)
		return
	}
	opened := false
	for f := range in {
		if f.err != nil {
			d.fail(s, f)
			opened = true
			continue
		}
		d.enter(s, scopeOf(s, f.ref))
		opened = true
		if !d.skip {
			d.resource(ctx, s, f.ref)
		}
	}
	if !opened {
		d.enter(s, s.name) // an empty target is whole too
	}
	d.leave(s, ctx.Err() != nil)
}

func scopeOf(s *source, ref scanners.Ref) string {
	if ref.Scope != "" {
		return ref.Scope
	}
	return s.name
}

// enter makes scope the one being dispatched and closes the one before.
func (d *dispatcher) enter(s *source, scope string) {
	if d.open && d.group == scope {
		return
	}
	d.leave(s, false)
	d.group, d.open = scope, true
	if d.skip = d.resume != nil && d.resume.whole(scope); d.skip {
		d.replay(s, scope)
		return
	}
	d.jobs <- &job{mark: openMark, scope: scope, source: s}
}

func (d *dispatcher) leave(s *source, cutShort bool) {
	if d.open && !d.skip {
		d.jobs <- &job{mark: closeMark, scope: d.group, source: s, cutShort: cutShort}
	}
	d.open, d.skip = false, false
}

func (d *dispatcher) replay(s *source, scope string) {
	if !d.replayed[scope] {
		d.replayed[scope] = true
		d.jobs <- &job{mark: replayMark, scope: scope, source: s}
	}
}

// fail passes on what Discover reported. What is open is not whole any more, whichever scope was named.
func (d *dispatcher) fail(s *source, f found) {
	failure := scanners.FailureOf(f.err)
	if isZeroRef(f.ref) {
		if !d.open {
			d.enter(s, s.name)
		}
		if failure.Scope == "" {
			failure.Scope = s.name
		}
	} else {
		scope := f.ref.Scope
		if scope == "" {
			scope = f.ref.ID
		}
		d.enter(s, scope)
		if failure.Scope == "" {
			failure.Scope = scope
		}
		// An error met at something inside the scope: the containers of one storage account, say.
		if failure.Resource == "" && f.ref.ID != scope {
			failure.Resource = f.ref.ID
		}
	}
	if d.skip {
		return
	}
	d.jobs <- &job{mark: failureMark, scope: d.group, source: s, failed: &failure}
}

func (d *dispatcher) resource(ctx context.Context, s *source, ref scanners.Ref) {
	id := maphash.String(d.seed, ref.ID)
	if _, twice := d.seen[id]; twice {
		return
	}
	d.seen[id] = struct{}{}
	if d.filtered(ref) {
		d.out[id] = struct{}{}
		return
	}
	d.discovered.add()
	j := &job{scope: d.group, source: s, ref: ref, parent: d.parents.find(ref.Parent), done: make(chan struct{})}
	j.more.lock = make(chan struct{}, 1)
	if d.resume != nil {
		j.prev = d.resume.record(ref.ID)
	}
	d.parents.add(j)
	if s.saved && ref.Seed != nil {
		d.take(j)
		d.jobs <- j
		return
	}
	d.jobs <- j // waits while the window is full
	if !d.gate.enter(ctx, paceKey(j)) {
		j.cut = true
		close(j.done)
		return
	}
	go func() {
		defer d.gate.leave()
		d.inspect(ctx, j)
	}()
}

// take makes a record of what Discover brought whole.
func (d *dispatcher) take(j *job) {
	defer close(j.done)
	rec := *j.ref.Seed
	if rec.At.IsZero() {
		rec.At = d.cfg.Now().UTC()
	}
	if j.parent != nil {
		<-j.parent.done // of another target, it may be under way
		j.left = j.parent.left
		rec.Inherit(j.parent.rec)
	}
	j.left = j.left || d.cfg.Keep != nil && !d.cfg.Keep(&rec)
	j.rec = &rec
}

func (d *dispatcher) filtered(ref scanners.Ref) bool {
	if ref.Parent != "" {
		if _, out := d.out[maphash.String(d.seed, ref.Parent)]; out {
			return true
		}
	}
	return d.cfg.Filter != nil && !d.cfg.Filter(ref)
}

// How many buckets, endpoints and the like, and how many storage accounts, are kept for what lies in them. What
// lies in something is discovered soon after it. Scopes are few and kept for the whole run.
const (
	recentParents = 1024
	recentStores  = 4096
)

// parents finds the job of a parent. Which are kept depends on the order of discovery alone.
type parents struct {
	by             map[string]*job
	recent, stores ring
}

// ring remembers the last ids.
type ring struct {
	ids  []string
	next int
}

// push adds an id and returns the one that it displaces, if any.
func (r *ring) push(id string, size int) (displaced string) {
	if len(r.ids) < size {
		r.ids = append(r.ids, id)
		return ""
	}
	displaced, r.ids[r.next] = r.ids[r.next], id
	r.next = (r.next + 1) % size
	return displaced
}

func newParents() *parents { return &parents{by: map[string]*job{}} }

func (p *parents) find(id string) *job {
	if id == "" {
		return nil
	}
	return p.by[id]
}

func (p *parents) add(j *job) {
	id := j.ref.ID
	switch j.ref.Kind {
	case scanners.KindScope:
	case scanners.KindStore:
		delete(p.by, p.stores.push(id, recentStores))
	case scanners.KindBucket, scanners.KindPrefix, scanners.KindEndpoint:
		delete(p.by, p.recent.push(id, recentParents))
	default:
		return // nothing lies in objects, links and pages
	}
	p.by[id] = j
}

// cutOffFailure says that a scope was not finished.
func cutOffFailure(scope string, cause error, missing int) *scanners.Failure {
	code := scanners.CodeCutOff
	if errors.Is(cause, ErrDeadline) {
		code = scanners.CodeDeadline
	}
	detail := fmt.Sprintf("%v before all of it was read", cause)
	if missing > 0 {
		detail = fmt.Sprintf("%v; %d of the resources found were not read", cause, missing)
	}
	return &scanners.Failure{Scope: scope, Code: code, Detail: detail,
		Hint: "a snapshot of this run can be continued with --resume"}
}
