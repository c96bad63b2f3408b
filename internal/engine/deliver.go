// Delivery: waits for the jobs in discovery order and hands their outcome to the consumer.

package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// delivery is the state of deliver.
type delivery struct {
	*run
	ctx      context.Context
	stop     context.CancelCauseFunc
	err      error // of Emit
	progress Progress

	grace     <-chan time.Time // set once ctx is done
	graceOver bool

	seed   maphash.Seed
	passed map[uint64]struct{} // ids of the links delivered, hashed: memory per link stays at a few bytes

	records int               // of the open scope
	broken  bool              // the open scope is not whole
	missing int               // resources of the open scope that were found and not read
	lapsed  int               // those of them that were lost to the credentials
	why     *scanners.Failure // the first of these
}

// deliver runs until r.jobs is closed. After an error of Emit it drains the rest silently.
func (r *run) deliver(ctx context.Context, stop context.CancelCauseFunc) error {
	d := &delivery{run: r, ctx: ctx, stop: stop, seed: maphash.MakeSeed(), passed: map[uint64]struct{}{}}
	for j := range r.jobs {
		d.job(j)
	}
	return d.err
}

func (d *delivery) job(j *job) {
	d.progress.Target, d.progress.Scope = j.source.name, j.scope
	switch j.mark {
	case openMark:
		d.records, d.broken, d.missing, d.lapsed, d.why = 0, false, 0, 0, nil
	case closeMark:
		d.close(j)
	case failureMark:
		d.broken = d.broken || j.failed.Resource == "" || j.failed.Code != scanners.CodeGone
		d.emit(Event{Failed: j.failed, Scope: j.scope})
	case replayMark:
		if err := d.resume.replay(j.scope, d.earlier); err != nil && d.err == nil {
			failure := scanners.FailureOf(err)
			failure.Scope = j.scope
			d.emit(Event{Failed: &failure, Scope: j.scope})
		}
	case resourceMark:
		d.resource(j)
	}
}

// earlier passes on what an earlier snapshot has, and reports whether to go on.
func (d *delivery) earlier(e Event) bool {
	if e.Record != nil && e.Record.Kind == scanners.KindLink {
		d.first(e.Record)
	}
	d.emit(e)
	return d.err == nil
}

func (d *delivery) resource(j *job) {
	if !d.wait(j) || j.cut {
		d.broken = true
		d.missing++
		return
	}
	switch {
	case j.left:
	case j.failed != nil && (j.failed.Code == scanners.CodeExpired || j.failed.Code == scanners.CodeNoCredentials):
		// What the credentials no longer reach is one thing to say per scope, and not one per resource.
		d.broken = true
		if d.lapsed++; d.why == nil {
			d.why = j.failed
		}
	case j.failed != nil:
		// Something that went away is whole all the same; anything else has to be asked again.
		d.broken = d.broken || j.failed.Code != scanners.CodeGone
		d.emit(Event{Failed: j.failed, Scope: j.scope})
	default:
		d.records++
		d.emit(Event{Record: j.rec, Scope: j.scope})
		d.beside(j)
	}
}

// beside delivers the records of what stands in a record.
func (d *delivery) beside(j *job) {
	if j.rec.Kind == scanners.KindLink {
		d.first(j.rec)
	}
	if d.cfg.Beside == nil || j.source.saved {
		return
	}
	for _, rec := range d.cfg.Beside(j.rec) {
		if d.first(rec) {
			d.records++
			d.emit(Event{Record: rec, Scope: j.scope})
		}
	}
}

// first reports whether no link of the id was delivered before, and notes this one.
func (d *delivery) first(link *scanners.Record) bool {
	id := maphash.String(d.seed, link.ID)
	_, twice := d.passed[id]
	d.passed[id] = struct{}{}
	return !twice
}

func (d *delivery) close(j *job) {
	if d.lapsed > 0 {
		failure := scanners.Failure{Scope: j.scope, Code: d.why.Code, Permission: d.why.Permission, Hint: d.why.Hint,
			Detail: fmt.Sprintf("%s; %d of the resources found were not read", d.why.Detail, d.lapsed)}
		if failure.Hint == "" {
			failure.Hint = "renew the credentials and continue from a snapshot with --resume"
		}
		d.emit(Event{Failed: &failure, Scope: j.scope})
	}
	if j.cutShort || d.missing > 0 {
		cause := cutOffCause(d.ctx)
		if cause == nil {
			cause = ErrInterrupted
		}
		d.emit(Event{Failed: cutOffFailure(j.scope, cause, d.missing), Scope: j.scope})
		return
	}
	if !d.broken {
		d.emit(Event{End: &scanners.End{Scope: j.scope, Records: d.records}, Scope: j.scope})
	}
}

// wait waits for a job; false means that its scanner did not heed the end of ctx in time.
func (d *delivery) wait(j *job) bool {
	select {
	case <-j.done:
		return true
	default:
	}
	select {
	case <-j.done:
		return true
	case <-d.ctx.Done():
	}
	if d.grace == nil {
		d.grace = time.After(d.cfg.Grace)
	}
	if !d.graceOver {
		select {
		case <-j.done:
			return true
		case <-d.grace:
			d.graceOver = true
		}
	}
	return false
}

func (d *delivery) emit(e Event) {
	if d.err != nil {
		return
	}
	e.CutOff = e.CutOff || d.ctx.Err() != nil
	d.coverage.add(d.progress.Target, e)
	if err := d.cfg.Emit(e); err != nil {
		d.err = err
		d.stop(errors.New("the consumer failed"))
		return
	}
	if e.Record != nil {
		d.progress.Delivered++
	}
	if e.Failed != nil {
		d.progress.Failed++
	}
	if d.cfg.Progress != nil {
		d.progress.Discovered = d.discovered.value()
		d.cfg.Progress(d.progress)
	}
}
