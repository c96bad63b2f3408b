// Package engine runs scanners over targets: it discovers, inspects with bounded concurrency, and hands the
// records to one consumer in discovery order, with memory that does not grow with their number.
//
// Order of the work, which is also the order of the files:
//
//	discover.go  one goroutine per target iterates Scanner.Discover, a few targets ahead
//	dispatch.go  turns what was discovered into jobs, in order, no more in flight than the pace allows
//	inspect.go   reads one resource: first the facts that are always needed, then what they call for
//	deliver.go   waits for the jobs in order and calls Config.Emit
//	resume.go    passes through what an earlier snapshot has whole
package engine

import (
	"context"
	"errors"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// Needs says which facts are to be read. The judge implements it. Both methods are called concurrently and
// the sets that they return are not changed by anybody.
type Needs interface {
	// First returns the facts that are needed of every resource of the kind. Facts of other kinds in it
	// ("scope.aws.organization" for a bucket) are read from the ancestors, once.
	First(kind scanners.Kind, provider scanners.Provider) scanners.FactSet
	// More returns the facts that rec calls for, given what is known of it so far; facts that are settled
	// already may be in the set. The facts of rec's ancestors are in it.
	More(rec *scanners.Record) scanners.FactSet
}

// Config is what a run is given. Registry, Targets, Needs and Emit must be set.
type Config struct {
	Registry *scanners.Registry
	// Targets are scanned in this order; one that stands twice is scanned once.
	Targets []scanners.Target
	Needs   Needs
	// Concurrency bounds how many resources are inspected at once; with a Pace it bounds the calls that they
	// may make at once, and a few more are inspected. 0 means 256.
	Concurrency int
	// Pace, where set, says how many calls may be under way at present, so that no more resources are begun
	// than can be served.
	Pace Pace
	// Filter, where set, leaves out resources by what Discover knows of them, with all that lies in them.
	Filter func(scanners.Ref) bool
	// Keep, where set, leaves out records by their facts after the first inspection, with all that lies in
	// them. It is called concurrently and does not change the record.
	Keep func(*scanners.Record) bool
	// Resume, where set, is an earlier snapshot of the same targets, and the same Selection, that was cut off.
	Resume *Earlier
	// Selection says in words what Filter and Keep leave in, sorted; it is compared with that of Resume.
	Selection []string
	// Deadline bounds the whole run; 0 means none. What was inspected by then is delivered.
	Deadline time.Duration
	// Grace bounds the wait for a scanner that does not heed a cancelled context. 0 means 10 s.
	Grace time.Duration
	// Now is the clock; it dates records that carry no date of their own. nil means time.Now.
	Now func() time.Time
	// Progress, where set, is told how far the run is after each event, from the goroutine that calls Emit.
	Progress func(Progress)
	// Beside, where set, makes records of what stands in one that was inspected: the signed links of a page, say. They
	// are delivered behind it, each id once. It is not asked about records of a saved scan, which has them already.
	Beside func(*scanners.Record) []*scanners.Record
	// Emit receives the events in order, from one goroutine. An error ends the run.
	Emit func(Event) error
}

// Pace is what the engine asks of the limiter of calls; *pace.Pacer implements it.
type Pace interface {
	// Width is how many calls may be under way at present.
	Width() int
	// Changed receives after Width has grown.
	Changed() <-chan struct{}
}

// Event is one thing delivered. Exactly one of Record, End and Failed is set.
type Event struct {
	Record *scanners.Record
	End    *scanners.End
	Failed *scanners.Failure
	// Scope is the scope it belongs to, or the target where that has no scopes.
	Scope string
	// CutOff is set once the run was interrupted: what follows is what had been inspected by then.
	CutOff bool
	// Earlier is set for what was taken unchanged from the snapshot that is being resumed.
	Earlier bool
}

// Line is the event in the form that snapshots hold.
func (e Event) Line() scanners.Line {
	return scanners.Line{Record: e.Record, End: e.End, Failed: e.Failed}
}

// Progress is how far a run is. Counts only grow.
type Progress struct {
	Target     string // being delivered
	Scope      string // being delivered
	Discovered int    // resources found so far
	Delivered  int    // records handed to Emit
	Failed     int    // failures handed to Emit
}

// ErrInterrupted is what Summary.CutOff wraps when the caller's context ended the run.
var ErrInterrupted = errors.New("interrupted")

// ErrDeadline is what Summary.CutOff wraps when Config.Deadline ended the run.
var ErrDeadline = errors.New("the time for the whole run was used up")

const (
	defaultConcurrency = 256
	defaultGrace       = 10 * time.Second
)

// Run scans the targets. Whatever goes wrong with a target, a scope or a resource is a Failure among the
// events. The error is for a Config that cannot be used and for an error of Emit; an interrupted run is not
// an error, see Summary.CutOff.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	r, err := newRun(cfg)
	if err != nil {
		return Summary{}, err
	}
	if cfg.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, cfg.Deadline, ErrDeadline)
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if cfg.Resume != nil {
		if err := r.planResume(); err != nil {
			return Summary{}, err
		}
		ctx = scanners.WithSkip(ctx, r.resume.whole)
	}
	go r.dispatch(ctx)
	emitErr := r.deliver(ctx, stop)
	if emitErr == nil {
		r.coverage.summary.CutOff = cutOffCause(ctx)
	}
	return r.coverage.finish(), emitErr
}

// run is the state of one Run.
type run struct {
	cfg     Config
	sources []*source
	resume  *plan // nil without Config.Resume
	jobs    chan *job
	gate    *gate

	fields   map[scanners.Kind][]scanners.FactField
	coverage *coverage
	// discovered is written by dispatch, read by deliver.
	discovered counter
}

// source is one target with what takes it.
type source struct {
	target   scanners.Target
	name     string // for people, without secrets
	scanner  scanners.Scanner
	saved    bool // Description.Saved
	supplies scanners.FactSet
	first    map[kindOf]scanners.FactSet
}

type kindOf struct {
	kind     scanners.Kind
	provider scanners.Provider
}

func newRun(cfg Config) (*run, error) {
	if cfg.Registry == nil || cfg.Needs == nil || cfg.Emit == nil {
		return nil, errors.New("engine: Registry, Needs and Emit must be set")
	}
	if cfg.Concurrency <= 0 {
		cfg.Concurrency = defaultConcurrency
	}
	if cfg.Grace <= 0 {
		cfg.Grace = defaultGrace
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &run{
		cfg:    cfg,
		jobs:   make(chan *job, max(256, 4*cfg.Concurrency)),
		gate:   newGate(cfg.Concurrency, cfg.Pace),
		fields: map[scanners.Kind][]scanners.FactField{},
	}
	for _, f := range scanners.FactFields() {
		r.fields[f.Name.Kind()] = append(r.fields[f.Name.Kind()], f)
	}
	seen := map[string]bool{}
	for _, target := range cfg.Targets {
		if seen[target.String()] {
			continue
		}
		seen[target.String()] = true
		scanner, err := cfg.Registry.For(target)
		if err != nil {
			return nil, err
		}
		description := scanner.Describe()
		supplies := description.Facts()
		r.sources = append(r.sources, &source{
			target: target, name: TargetName(target), scanner: scanner, saved: description.Saved, supplies: supplies,
			first: firstNeeds(cfg.Needs, supplies),
		})
	}
	r.coverage = newCoverage(r)
	return r, nil
}

// firstNeeds works out what is read of each kind at once: what is needed of the kind itself, and what the
// kinds below it need of it.
func firstNeeds(needs Needs, supplies scanners.FactSet) map[kindOf]scanners.FactSet {
	out := map[kindOf]scanners.FactSet{}
	for _, provider := range []scanners.Provider{"", scanners.AWS, scanners.GCP, scanners.Azure} {
		for _, kind := range scanners.Kinds() {
			out[kindOf{kind, provider}] = scanners.FactSet{}
		}
		for _, kind := range scanners.Kinds() {
			for name := range needs.First(kind, provider) {
				if of, ok := out[kindOf{name.Kind(), provider}]; ok && supplies.Has(name) {
					of.Add(name)
				}
			}
		}
	}
	return out
}

// cutOffCause says why ctx ended, nil while it has not.
func cutOffCause(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if cause := context.Cause(ctx); errors.Is(cause, ErrDeadline) {
		return cause
	}
	return ErrInterrupted
}
