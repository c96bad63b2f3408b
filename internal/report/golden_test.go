// Golden reports: what each format prints for the same results. Run with -update to accept a change.

package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

var update = flag.Bool("update", false, "write the golden files")

// render writes one report of the results.
func render(t testing.TB, format string, results []result.Result, run result.Run, opts Options) string {
	t.Helper()
	var out bytes.Buffer
	if opts.Rules == nil {
		opts.Rules = sampleRules()
	}
	if opts.FailOn == "" {
		opts.FailOn = result.High
	}
	if opts.Lang == "" {
		opts.Lang = text.EN
	}
	if opts.TempDir == "" {
		opts.TempDir = t.TempDir()
	}
	r, err := Open([]Destination{{Format: format}}, &out, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range results {
		if err := r.Result(res); err != nil {
			t.Fatal(err)
		}
	}
	run.Counts = r.Counts()
	if err := r.End(run); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func hostileSorted() []result.Result {
	list := hostileResults()
	slices.SortFunc(list, func(a, b result.Result) int {
		return strings.Compare(a.Key+a.Rule+string(a.Outcome), b.Key+b.Rule+string(b.Outcome))
	})
	return list
}

func hostileRunSorted() result.Run {
	run := hostileRun()
	slices.SortFunc(run.Trouble, func(a, b result.Trouble) int { return strings.Compare(a.Target, b.Target) })
	slices.Sort(run.Targets)
	slices.Sort(run.Coverage.NotCovered)
	slices.SortFunc(run.Coverage.Scopes, func(a, b result.ScopeCoverage) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(run.Exceptions, func(a, b result.Lapse) int { return strings.Compare(a.What, b.What) })
	slices.SortFunc(run.RuleErrors, func(a, b result.RuleWoes) int { return strings.Compare(a.Rule, b.Rule) })
	return run
}

func TestGoldenReports(t *testing.T) {
	for _, lang := range text.Langs() {
		for _, width := range []int{80, 120} {
			name := "terminal-" + string(lang) + "-" + count(int64(width)) + ".txt"
			golden(t, name, render(t, "terminal", sampleResults(), sampleRun(), Options{Lang: lang, Width: width}))
		}
		golden(t, "hostile-terminal-"+string(lang)+".txt", render(t, "terminal", hostileSorted(), hostileRunSorted(), Options{Lang: lang}))
	}
	golden(t, "terminal-colour.txt", render(t, "terminal", sampleResults(), sampleRun(), Options{Colour: true}))
	golden(t, "terminal-show-pass.txt", render(t, "terminal", sampleResults(), sampleRun(), Options{Show: []result.Outcome{result.Fail, result.Pass, result.Unknown}}))
	golden(t, "terminal-clean.txt", render(t, "terminal", nil, result.Run{}, Options{}))
	for _, format := range Formats() {
		if format == "terminal" {
			continue
		}
		golden(t, "report."+format, render(t, format, sampleResults(), sampleRun(), Options{}))
		golden(t, "hostile."+format, render(t, format, hostileSorted(), hostileRunSorted(), Options{}))
	}
}
