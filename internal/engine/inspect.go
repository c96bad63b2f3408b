// Inspecting one resource: first what is always needed, then, as long as the facts call for more, that too.

package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/scanners"
)

// maxRounds bounds how often a record may call for more facts. Verdicts need two; the rest is slack.
const maxRounds = 6

// inspect sets the outcome of j and closes j.done.
func (r *run) inspect(ctx context.Context, j *job) {
	defer close(j.done)
	err := r.read(ctx, j)
	if err == nil {
		return
	}
	j.rec = nil
	if ctx.Err() != nil {
		j.cut = true
		return
	}
	failure := scanners.FailureOf(err)
	failure.Scope, failure.Resource = j.scope, j.ref.ID
	j.failed = &failure
}

func (r *run) read(ctx context.Context, j *job) error {
	need := j.source.first[kindOf{j.ref.Kind, j.ref.Provider}]
	rec := j.prev
	if rec == nil || len(rec.Unsettled(need)) > 0 {
		var err error
		if rec, err = r.call(ctx, j, need, rec); err != nil {
			return err
		}
	}
	if rec.At.IsZero() {
		rec.At = r.cfg.Now().UTC()
	}
	j.rec = rec
	if j.parent != nil {
		r.await(j.parent)
		j.left = j.parent.left
		rec.Inherit(j.parent.rec)
	}
	if j.left || j.cut {
		return nil
	}
	for name := range need {
		if name.Kind() != rec.Kind {
			return fmt.Errorf("need of %q holds fact %q of another kind", rec.Kind, name)
		}
	}
	if r.cfg.Keep != nil && !r.cfg.Keep(rec) {
		j.left = true
		return nil
	}
	return r.readMore(ctx, j, need)
}

// await waits for a job that was begun before.
func (r *run) await(parent *job) {
	select {
	case <-parent.done:
		return
	default:
	}
	back := r.gate.aside()
	<-parent.done
	back()
}

// readMore asks for what the record calls for until it calls for nothing new.
func (r *run) readMore(ctx context.Context, j *job, first scanners.FactSet) error {
	asked := scanners.FactSet{}
	asked.AddAll(first)
	for range maxRounds {
		own, above := scanners.FactSet{}, scanners.FactSet{}
		for name := range j.rec.Unsettled(r.cfg.Needs.More(j.rec)) {
			switch {
			case asked.Has(name) || !j.source.supplies.Has(name):
			case name.Kind() == j.rec.Kind:
				own.Add(name)
			default:
				above.Add(name)
			}
		}
		if len(own)+len(above) == 0 {
			return nil
		}
		asked.AddAll(own)
		asked.AddAll(above)
		if len(above) > 0 {
			r.lend(ctx, j, above)
		}
		if len(own) > 0 {
			rec, err := r.call(ctx, j, own, j.rec)
			if err != nil {
				return err
			}
			rec.Inherit(j.rec)
			if rec.At.IsZero() {
				rec.At = j.rec.At
			}
			j.rec = rec
		}
		if j.cut {
			return nil
		}
	}
	return nil
}

// lend gives j's record facts of its ancestors that the ancestors' own records do not hold. They are read once
// per ancestor, and only the records that call for them show them: so each record's bytes depend on its own
// facts and not on which neighbour asked first.
func (r *run) lend(ctx context.Context, j *job, names scanners.FactSet) {
	for a := j.parent; a != nil; a = a.parent {
		<-a.done
		mine := names.OfKind(a.ref.Kind)
		if len(mine) == 0 || a.rec == nil {
			continue
		}
		from := r.moreOf(ctx, a, mine)
		if from == nil {
			j.cut = true
			continue
		}
		j.rec.Detach(a.ref.Kind)
		for name := range mine {
			if field, ok := scanners.LookupFactField(name); ok {
				field.Copy(j.rec, from)
			}
		}
		// An ancestor's call that was interrupted leaves this record unfinished as well.
		j.cut = j.cut || ctx.Err() != nil && hasFailed(from, mine)
	}
}

// moreOf reads facts of an ancestor, each once; nil when ctx ended before.
func (r *run) moreOf(ctx context.Context, a *job, names scanners.FactSet) *scanners.Record {
	select {
	case a.more.lock <- struct{}{}:
		defer func() { <-a.more.lock }()
	case <-ctx.Done():
		return nil
	}
	if a.more.asked == nil {
		a.more.asked = scanners.FactSet{}
		a.more.rec = a.rec
	}
	ask := scanners.FactSet{}
	for name := range a.more.rec.Unsettled(names) {
		if !a.more.asked.Has(name) {
			ask.Add(name)
		}
	}
	if len(ask) == 0 {
		return a.more.rec
	}
	a.more.asked.AddAll(ask)
	again := &job{source: a.source, scope: a.scope, ref: a.ref}
	rec, err := r.call(ctx, again, ask, a.more.rec)
	if err != nil {
		// The facts stay unread for a reason that the descendants can show.
		failed := *a.more.rec
		failed.Detach(a.ref.Kind)
		markFailed(&failed, ask, err)
		rec = &failed
	}
	a.more.rec = rec
	return rec
}

// call runs Inspect once. A record that was interrupted sets j.cut; a panic becomes an error.
func (r *run) call(ctx context.Context, j *job, need scanners.FactSet, prev *scanners.Record) (rec *scanners.Record, err error) {
	defer func() {
		if v := recover(); v != nil {
			rec, err = nil, panicError(fmt.Sprintf("inspecting %q", j.ref.ID), j.source, v)
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	got, err := j.source.scanner.Inspect(pace.WithKey(ctx, paceKey(j)), j.ref, need, prev)
	if err != nil {
		return nil, err
	}
	if got.ID != j.ref.ID || got.Kind != j.ref.Kind {
		return nil, fmt.Errorf("scanner %s answered for %q with a record of %q", j.source.scanner.Describe().Name, j.ref.ID, got.ID)
	}
	if ctx.Err() != nil && hasFailed(&got, need) {
		j.cut = true
	}
	return &got, nil
}

// paceKey is what the calls for a resource share a limit with; empty for the host that each goes to.
func paceKey(j *job) string {
	switch {
	case j.ref.Kind == scanners.KindPage || j.ref.Kind == scanners.KindLink: // of one target they may lie anywhere
		return ""
	case j.ref.Scope == "":
		return j.source.name
	}
	return j.ref.Scope
}

// hasFailed reports whether a fact could not be read for a reason that asking again may cure.
func hasFailed(rec *scanners.Record, names scanners.FactSet) bool {
	for name := range names {
		status := rec.Status(name)
		if status.State == scanners.Unknown && (status.Reason.Code == scanners.Failed || status.Reason.Code == scanners.NotInspected) {
			return true
		}
	}
	return false
}

// markFailed sets facts to unknown with the error as the reason.
func markFailed(rec *scanners.Record, names scanners.FactSet, err error) {
	reason := scanners.Reason{Code: scanners.Failed, Detail: scanners.FailureOf(err).Detail}
	var carried *scanners.FailureError
	if errors.Is(err, scanners.ErrDenied) || errors.As(err, &carried) && carried.Failure.Code == scanners.CodeDenied {
		reason.Code = scanners.Denied
		if carried != nil {
			reason.Permission = carried.Failure.Permission
		}
	}
	for name := range names {
		if field, ok := scanners.LookupFactField(name); ok {
			field.SetUnknown(rec, reason)
		}
	}
}
