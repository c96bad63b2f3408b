// Package report writes what was found: one file per format, all of them functions of the same results. It
// knows no scanner and no rule; what a rule says of itself comes through the Catalogue.
//
// Streams (jsonl) are written as results come, in discovery order. Sorted formats hold findings only and are
// written at the end, from one store that spills to a private file.
package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

// A Format writes one report. Its methods are called from one goroutine: End exactly once, as the last.
type Format interface {
	// End writes the report, or what of it is still to come.
	End(Ending) error
}

// A Streamer is a Format that wants each result as it comes, in discovery order, and writes as it goes.
type Streamer interface {
	Format
	Result(result.Result) error
}

// Ending is what is known once everything was judged.
type Ending struct {
	Run      result.Run
	Findings *Sorted // failures, suppressed ones among them, in the order of result.Compare
	Shown    *Sorted // results of the other outcomes asked for with Options.Show; empty unless asked for
	Unknowns []UnknownGroup
	Pages    *pages // what was seen of pages, with and without findings
}

// Options decide how reports are written.
type Options struct {
	Rules Catalogue
	Lang  text.Lang
	// Show adds outcomes to those that each format prints one by one anyway: failures, and in streams
	// everything but not_applicable.
	Show []result.Outcome
	// FailOn is the threshold that the exit code was decided with; it is only named, not applied.
	FailOn result.Severity
	// RedactKeys leaves out the names of sampled objects.
	RedactKeys bool
	// Colour and Width are for the terminal; Width 0 means 80.
	Colour bool
	Width  int
	// TempDir is where findings spill, empty for the system's.
	TempDir string
	// SpillAt is how many findings are kept in memory, 0 for 50,000.
	SpillAt int
}

func (o Options) shows(outcome result.Outcome, anyway ...result.Outcome) bool {
	return slices.Contains(anyway, outcome) || slices.Contains(o.Show, outcome)
}

// builder makes a format that writes to w.
type builder func(w io.Writer, opts Options) Format

// formats is the list of all formats there are, in the order in which help names them.
func formats() []struct {
	name  string
	build builder
} {
	return []struct {
		name  string
		build builder
	}{
		{"terminal", func(w io.Writer, o Options) Format { return newTerminal(w, o) }},
		{"json", func(w io.Writer, o Options) Format { return newJSON(w, o) }},
		{"jsonl", func(w io.Writer, o Options) Format { return newJSONL(w, o) }},
		{"sarif", func(w io.Writer, o Options) Format { return newSARIF(w, o) }},
		{"junit", func(w io.Writer, o Options) Format { return newJUnit(w, o) }},
		{"markdown", func(w io.Writer, o Options) Format { return newMarkdown(w, o) }},
		{"csv", func(w io.Writer, o Options) Format { return newCSV(w, o) }},
	}
}

// Formats returns the names that ParseDestination takes for reports written here.
func Formats() []string {
	var out []string
	for _, f := range formats() {
		out = append(out, f.name)
	}
	return out
}

// Report is one run's output in all the formats asked for. It is not safe for concurrent use.
type Report struct {
	opts     Options
	outputs  []output
	findings *Sorted
	shown    *Sorted
	pages    *pages
	tally    *tally
}

type output struct {
	to     Destination
	format Format
	close  func() error
	failed error
}

// Open prepares all destinations; none writes anything before the first result. Files are opened now, so that
// a wrong path is known before the scan starts, and emptied when the first byte is written. A destination
// without a file writes to stdout; there can be one.
func Open(to []Destination, stdout io.Writer, opts Options) (*Report, error) {
	if opts.Rules == nil {
		opts.Rules = NoRules{}
	}
	r := &Report{
		opts:     opts,
		findings: newSorted(opts.SpillAt, opts.TempDir),
		shown:    newSorted(opts.SpillAt, opts.TempDir),
		pages:    newPages(opts),
		tally:    newTally(),
	}
	if err := checkDestinations(to); err != nil {
		return nil, err
	}
	for _, d := range to {
		out, err := r.open(d, stdout)
		if err != nil {
			r.closeAll()
			return nil, err
		}
		r.outputs = append(r.outputs, out)
	}
	return r, nil
}

func (r *Report) open(d Destination, stdout io.Writer) (output, error) {
	var build builder
	for _, f := range formats() {
		if f.name == d.Format {
			build = f.build
		}
	}
	if build == nil {
		return output{}, fmt.Errorf("no format %q", d.Format)
	}
	opts := r.opts
	if d.File == "" {
		return output{to: d, format: build(stdout, opts), close: func() error { return nil }}, nil
	}
	opts.Colour = false
	// Findings name what is open and how to get in: for the owner's eyes.
	file, err := os.OpenFile(d.File, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return output{}, fmt.Errorf("opening %s report: %w", d.Format, err)
	}
	w := &lateFile{file: file}
	return output{to: d, format: build(w, opts), close: file.Close}, nil
}

// lateFile empties the file when the first byte comes, so that a scan that never starts leaves the last report.
type lateFile struct {
	file  *os.File
	begun bool
}

// Write writes to the file.
func (f *lateFile) Write(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		// Pipes and devices can't be truncated and need not be.
		if at, err := f.file.Stat(); err == nil && at.Mode().IsRegular() {
			if err := f.file.Truncate(0); err != nil {
				return 0, err
			}
		}
	}
	return f.file.Write(p)
}

// Result takes one result. Results of one resource come one after the other. An output that fails is left out
// from then on and named by End; the others go on. The error returned is about the store alone.
func (r *Report) Result(res result.Result) error {
	res = scrub(res, r.opts.RedactKeys)
	r.tally.add(res)
	for i := range r.outputs {
		out := &r.outputs[i]
		if s, ok := out.format.(Streamer); ok && out.failed == nil {
			out.failed = s.Result(res)
		}
	}
	if res.Outcome == result.Fail {
		return r.findings.Add(res)
	}
	if r.opts.shows(res.Outcome) {
		return r.shown.Add(res)
	}
	return nil
}

// Counts returns what was counted so far, for the run record.
func (r *Report) Counts() result.Counts { return r.tally.counts() }

// End writes what remains to be written, with the run's own record, and closes every file. It reports every
// output that failed.
func (r *Report) End(run result.Run) error {
	end := Ending{
		Run: scrubRun(run), Findings: r.findings, Shown: r.shown, Unknowns: r.tally.unknowns(), Pages: r.pages,
	}
	var errs []error
	for i := range r.outputs {
		out := &r.outputs[i]
		if out.failed == nil {
			out.failed = out.format.End(end)
		}
		if err := out.close(); err != nil && out.failed == nil {
			out.failed = err
		}
		if out.failed != nil {
			errs = append(errs, fmt.Errorf("writing %s: %w", out.to, out.failed))
		}
	}
	errs = append(errs, r.findings.Close(), r.shown.Close(), r.pages.Close())
	return errors.Join(errs...)
}

func (r *Report) closeAll() {
	for _, out := range r.outputs {
		_ = out.close()
	}
}
