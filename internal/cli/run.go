// One scan, from targets to reports: the scanners' records are judged as they come and written as they go.

package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// scan is one run with all that it needs.
type scan struct {
	targets  []scanners.Target
	registry *scanners.Registry
	judge    *judge.Judge
	filter   filter
	lent     *orgFacts
	extra    scanners.FactSet // of buckets, beyond what the rules need
	pacer    *pace.Pacer
	prover   prover // nil without --prove

	outputs      []report.Destination // all but snapshots
	snapshots    []report.Destination
	options      report.Options
	failOn       result.Severity
	allowUnknown []string
	resume       string
	deadline     time.Duration
	concurrency  int
	at           time.Time // of judging

	rulesDigest, configDigest string
}

// run scans, judges and reports; the run record it returns carries the exit code.
func (a *app) run(ctx context.Context, s scan) (result.Run, error) {
	started := a.clock()
	run := result.Run{
		Schema: result.SchemaVersion, Tool: "tojimari", Version: Version(), RulesDigest: s.rulesDigest, ConfigSum: s.configDigest,
		At: s.at, StartedAt: started.UTC(),
	}
	for _, t := range s.targets {
		run.Targets = append(run.Targets, engine.TargetName(t))
	}
	var earlier *engine.Earlier
	if s.resume != "" {
		var err error
		if earlier, err = engine.OpenEarlier(s.resume); err != nil {
			return run, wrongUse(err)
		}
		defer func() { _ = earlier.Close() }()
	}
	progress := a.progress()
	reports, err := report.Open(s.outputs, progress.Beside(a.Out), s.options)
	if err != nil {
		return run, wrongUse(err)
	}
	saved, err := openSnapshots(progress.Beside(a.Out), s.snapshots, run, s.filter.words())
	if err != nil {
		return run, wrongUse(err)
	}
	j := &judging{scan: s, run: &run, reports: reports, saved: saved, tally: judge.Tally{FailOn: s.failOn, AllowUnknown: s.allowUnknown}}
	if s.prover != nil {
		j.proofs = newProofs(func() *proving {
			return &proving{prover: s.prover, judge: s.judge, at: s.at, hide: s.options.RedactKeys}
		}, j.take)
		defer j.proofs.end()
	}
	summary, err := engine.Run(ctx, engine.Config{
		Registry: s.registry, Targets: s.targets, Needs: needs{s.judge, s.extra}, Beside: s.links, Concurrency: s.concurrency, Pace: s.pacer,
		Filter: s.filter.takesRef, Keep: s.filter.takesRecord, Resume: earlier, Selection: s.filter.words(), Deadline: s.deadline, Now: a.now,
		Progress: func(p engine.Progress) { progress.Show(j.progress(p)) },
		Emit:     func(e engine.Event) error { return j.event(ctx, e) },
	})
	progress.Done()
	for _, remark := range s.lent.remarks(a.now()) {
		a.complain(remark)
	}
	if earlier != nil {
		_ = earlier.Close() // a snapshot may be about to take its place, which Windows refuses while it is open
	}
	if err != nil {
		return run, err
	}
	if err := j.finish(ctx, summary); err != nil {
		return run, err
	}
	run.Seconds = a.clock().Sub(started).Seconds()
	if err := saved.close(); err != nil {
		return run, err
	}
	return run, reports.End(run)
}

// judging judges each record as it is delivered.
type judging struct {
	scan    scan
	run     *result.Run
	reports *report.Report
	saved   snapshots
	tally   judge.Tally
	room    []result.Result
	lost    int     // failures that leave something unknown
	proofs  *proofs // nil without --prove
}

func (j *judging) event(ctx context.Context, e engine.Event) error {
	if e.Record != nil {
		e.Record = j.scan.lent.lend(e.Record)
	}
	if err := j.saved.write(e.Line()); err != nil {
		return err
	}
	if e.Failed != nil {
		// What is gone since it was discovered leaves no door unchecked.
		if e.Failed.Code != scanners.CodeGone || e.Failed.Resource == "" {
			j.lost++
		}
		if len(j.run.Trouble) < engine.MaxFailures {
			j.run.Trouble = append(j.run.Trouble, result.Trouble{Failure: *e.Failed})
		}
	}
	if e.Record == nil {
		return nil
	}
	if page, ok := result.PageOf(e.Record); ok {
		if err := j.reports.Page(e.Record.ID, page); err != nil {
			return err
		}
	}
	if j.proofs != nil {
		return j.proofs.add(ctx, e.Record, j.scan.judge.Judge(e.Record, j.scan.at))
	}
	judged := j.scan.judge.Append(j.room, e.Record, j.scan.at)
	j.room = judged.Results
	return j.take(judged)
}

func (j *judging) take(judged judge.Judged) error {
	for _, w := range judged.Woes {
		if len(j.run.RuleErrors) < engine.MaxFailures {
			j.run.RuleErrors = append(j.run.RuleErrors, w)
		}
	}
	for i := range judged.Results {
		j.tally.Add(&judged.Results[i])
		if err := j.reports.Result(judged.Results[i]); err != nil {
			return err
		}
	}
	return nil
}

func (j *judging) progress(p engine.Progress) report.ProgressState {
	stats := j.scan.pacer.Stats()
	findings := int64(0)
	for _, n := range j.tally.Counts().Findings {
		findings += n
	}
	return report.ProgressState{
		Scope: p.Scope, Found: int64(p.Discovered), Done: int64(p.Delivered), Findings: findings,
		Calls: int64(stats.Calls), Throttled: int64(stats.Throttled),
	}
}

// finish judges the exceptions and fills in the run record.
func (j *judging) finish(ctx context.Context, s engine.Summary) error {
	if j.proofs != nil {
		if err := j.proofs.flush(0); err != nil {
			return err
		}
	}
	whole := s.CutOff == nil && s.FailureCount == 0
	lapsed, lapses := j.scan.judge.Lapses(j.scan.at, whole && j.scan.filter.empty())
	if err := j.take(lapsed); err != nil {
		return err
	}
	run := j.run
	run.Exceptions = lapses
	run.CutOff = s.CutOff != nil
	stats := j.scan.pacer.Stats()
	run.Calls, run.Throttled = int64(stats.Calls), int64(stats.Throttled)
	run.Counts = j.tally.Counts()
	run.Coverage = coverageOf(s, j.scan)
	resources := int64(0)
	for _, n := range s.Records {
		resources += int64(n)
	}
	lost := j.lost
	if s.CutOff != nil {
		lost++
	}
	run.ExitCode = j.tally.Code(judge.Ending{
		Resources: resources, Failures: lost,
		Interrupted: ctx.Err() != nil && !terminated(ctx), Terminated: ctx.Err() != nil && terminated(ctx),
	})
	return nil
}

// keptBack names the facts that services keep to themselves: rules on them do not apply, and nothing else would say
// that they were not looked at.
func keptBack(unread []engine.Unread) string {
	var facts []string
	for _, u := range unread {
		if u.Code == scanners.Hidden && !slices.Contains(facts, string(u.Fact)) {
			facts = append(facts, string(u.Fact))
		}
	}
	if facts == nil {
		return ""
	}
	return strings.Join(facts, ", ") + ": kept by the service and not told through this API"
}

func coverageOf(s engine.Summary, in scan) result.Coverage {
	out := result.Coverage{Resources: map[scanners.Kind]int64{}}
	for kind, n := range s.Records {
		out.Resources[kind] = int64(n)
	}
	for _, scope := range s.Scopes {
		c := result.ScopeCoverage{ID: scope.Scope, Whole: scope.Whole}
		for _, n := range scope.Records {
			c.Resources += int64(n)
		}
		out.Scopes = append(out.Scopes, c)
	}
	slices.SortFunc(out.Scopes, func(a, b result.ScopeCoverage) int { return strings.Compare(a.ID, b.ID) })
	for _, u := range s.Unread {
		out.Unread = append(out.Unread, result.UnreadFact{Fact: u.Fact, Reason: u.Code, Permission: u.Permission, Resources: int64(u.Count)})
	}
	not := map[string]bool{}
	for _, t := range in.targets {
		if scanner, err := in.registry.For(t); err == nil {
			for _, what := range scanner.Describe().NotCovered {
				not[what] = true
			}
		}
	}
	if kept := keptBack(s.Unread); kept != "" {
		not[kept] = true
	}
	out.NotCovered = slices.Sorted(maps.Keys(not))
	if out.NotCovered == nil {
		out.NotCovered = []string{}
	}
	return out
}
