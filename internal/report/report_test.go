package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func TestParseDestination(t *testing.T) {
	for _, c := range []struct {
		word string
		want Destination
		ok   bool
	}{
		{"json", Destination{Format: "json"}, true},
		{"json=a=b.json", Destination{Format: "json", File: "a=b.json"}, true},
		{"sarif=-", Destination{Format: "sarif"}, true},
		{"snapshot=x", Destination{Format: "snapshot", File: "x"}, true},
		{"json=", Destination{}, false},
		{"xml", Destination{}, false},
		{"", Destination{}, false},
	} {
		got, err := ParseDestination(c.word, "snapshot")
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%q: got %+v, %v", c.word, got, err)
		}
		if err != nil && !errors.Is(err, ErrBadDestination) {
			t.Errorf("%q: %v is not ErrBadDestination", c.word, err)
		}
	}
}

func TestTwoOutputsInOnePlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	for _, list := range [][]Destination{
		{{Format: "json"}, {Format: "sarif"}},
		{{Format: "json", File: file}, {Format: "sarif", File: filepath.Dir(file) + "/./x"}},
	} {
		if _, err := Open(list, &bytes.Buffer{}, Options{}); !errors.Is(err, ErrBadDestination) {
			t.Errorf("%v: %v", list, err)
		}
	}
}

func TestSeveralOutputsAtOnce(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	file := filepath.Join(dir, "r.sarif")
	if err := os.WriteFile(file, []byte(strings.Repeat("old report ", 100_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []Destination{{Format: "jsonl"}, {Format: "json", File: filepath.Join(dir, "r.json")}, {Format: "sarif", File: file}, {Format: "terminal", File: filepath.Join(dir, "r.txt")}}
	r, err := Open(list, &out, Options{Rules: sampleRules(), Lang: "en", FailOn: result.High, Colour: true})
	if err != nil {
		t.Fatal(err)
	}
	if at, _ := os.Stat(file); at.Size() == 0 {
		t.Error("the last report is gone before this one has begun")
	}
	for _, res := range sampleResults() {
		if err := r.Result(res); err != nil {
			t.Fatal(err)
		}
	}
	run := sampleRun()
	run.Counts = r.Counts()
	if err := r.End(run); err != nil {
		t.Fatal(err)
	}
	for name, format := range map[string]string{"r.json": "json", "r.sarif": "sarif", "r.txt": "terminal"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if want := render(t, format, sampleResults(), sampleRun(), Options{}); string(got) != want {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, string(got)))
		}
		if at, _ := os.Stat(filepath.Join(dir, name)); at.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v: what is open is nobody else's business", name, at.Mode())
		}
	}
	if out.String() != render(t, "jsonl", sampleResults(), sampleRun(), Options{}) {
		t.Error("standard output differs")
	}
}

// broken fails after some bytes, like a full disk.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestAnOutputThatFailsCostsOnlyItself(t *testing.T) {
	for _, format := range Formats() {
		file := filepath.Join(t.TempDir(), "r.json")
		r, err := Open([]Destination{{Format: format}, {Format: "json", File: file}}, &broken{left: 10}, Options{Lang: "en", Rules: sampleRules()})
		if err != nil {
			t.Fatal(err)
		}
		for _, res := range sampleResults() {
			if err := r.Result(res); err != nil {
				t.Fatal(err)
			}
		}
		run := sampleRun()
		run.Counts = r.Counts()
		err = r.End(run)
		if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), format) {
			t.Errorf("%s: %v", format, err)
		}
		got, _ := os.ReadFile(file)
		if string(got) != render(t, "json", sampleResults(), sampleRun(), Options{}) {
			t.Errorf("beside a broken %s the json file is not whole", format)
		}
	}
}

func TestFindingsAreFlushedAtOnce(t *testing.T) {
	var out bytes.Buffer
	r, err := Open([]Destination{{Format: "jsonl"}}, &out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Result(sampleResults()[0]); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "}\n") {
		t.Error("a finding waits in a buffer")
	}
	if err := r.End(sampleRun()); err != nil {
		t.Fatal(err)
	}
}

func TestCounts(t *testing.T) {
	r, err := Open(nil, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range sampleResults() {
		if err := r.Result(res); err != nil {
			t.Fatal(err)
		}
	}
	want := result.Counts{
		Outcomes:   map[result.Outcome]int64{result.Fail: 7, result.Pass: 1, result.Unknown: 2, result.NotApplicable: 1},
		Findings:   map[result.Severity]int64{result.Critical: 2, result.High: 1, result.Medium: 2, result.Low: 1},
		Suppressed: 1,
	}
	if diff := cmp.Diff(want, r.Counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := r.End(result.Run{}); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownsAreGroupedByWhatIsMissing(t *testing.T) {
	tally := newTally()
	for i, name := range []string{"a", "a", "b", "c", "d"} {
		tally.add(result.Result{
			Rule: []string{"TJ1001", "TJ1002"}[i%2], Outcome: result.Unknown, Severity: []result.Severity{result.Medium, result.Critical}[i%2],
			Resource: bucket(name, ""),
			Missing: []result.Missing{
				{Fact: "bucket.aws.policy", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketPolicy"},
				{Fact: "bucket.aws.policy_status", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketPolicy"},
			},
		})
	}
	got := tally.unknowns()
	want := []UnknownGroup{{
		Code: verdict.ReasonUnread, Reason: scanners.Denied, Permission: "s3:GetBucketPolicy",
		Facts: []scanners.FactName{"bucket.aws.policy", "bucket.aws.policy_status"}, Severity: result.Critical,
		Rules: []string{"TJ1001", "TJ1002"}, Results: 5, Resources: 4,
		Examples: []string{"aws:s3:bucket/a", "aws:s3:bucket/b", "aws:s3:bucket/c"},
	}}
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".last" }, cmp.Ignore())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 3 * maxUnknownGroups {
		tally.add(result.Result{Outcome: result.Unknown, Resource: bucket("x", ""), Missing: []result.Missing{{Code: verdict.ReasonOpen, Detail: strings.Repeat("x", i)}}})
	}
	groups := tally.unknowns()
	if len(groups) != maxUnknownGroups+1 || !groups[len(groups)-1].Others {
		t.Errorf("%d groups: memory grows with what strangers write", len(groups))
	}
}

func TestUseColour(t *testing.T) {
	env := func(kv ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == name {
					return kv[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		mode     string
		terminal bool
		env      func(string) string
		want     bool
	}{
		{"auto", true, env("TERM", "xterm"), true},
		{"auto", false, env("TERM", "xterm"), false},
		{"auto", true, env("NO_COLOR", "1"), false},
		{"auto", true, env("NO_COLOR", ""), true},
		{"auto", true, env("TERM", "dumb"), false},
		{"always", false, env("NO_COLOR", "1"), true},
		{"never", true, env(), false},
	} {
		if got := UseColour(c.mode, c.terminal, c.env); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// TestLinesFitTheWindow: but for what is to be copied, nothing is wider than the window.
func TestLinesFitTheWindow(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, lang := range []string{"en", "ja"} {
			out := render(t, "terminal", sampleResults(), sampleRun(), Options{Width: width, Lang: text.Lang(lang)})
			for _, line := range strings.Split(out, "\n") {
				if got := text.Width(line); got > width && !strings.HasPrefix(line, "      ") {
					t.Errorf("%s, %d columns: %d in %q", lang, width, got, line)
				}
			}
			for _, r := range sampleResults() {
				if r.Proof != nil && r.Outcome == result.Fail && r.Proof.Curl != "" && !strings.Contains(out, r.Proof.Curl+"\n") {
					t.Errorf("%s, %d columns: the curl line was broken: %s", lang, width, r.Proof.Curl)
				}
			}
		}
	}
}

// TestTroubleIsBounded: ten thousand refused buckets do not bury the findings.
func TestTroubleIsBounded(t *testing.T) {
	run := sampleRun()
	for range 10_000 {
		run.Trouble = append(run.Trouble, run.Trouble[0])
		run.RuleErrors = append(run.RuleErrors, run.RuleErrors[0])
		run.Coverage.Scopes = append(run.Coverage.Scopes, result.ScopeCoverage{ID: "aws:account/1"})
	}
	out := render(t, "terminal", nil, run, Options{})
	if lines := strings.Count(out, "\n"); lines > 150 {
		t.Errorf("%d lines", lines)
	}
	for _, want := range []string{"and 9981 more\n", "and 9991 more scopes not read to the end\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("nobody says %q:\n%s", want, out)
		}
	}
}

// TestShowAdds: what is asked for comes beside what is shown anyway.
func TestShowAdds(t *testing.T) {
	count := func(format string, show ...result.Outcome) int {
		return strings.Count(render(t, format, sampleResults(), sampleRun(), Options{Show: show}), `"outcome":"`)
	}
	for _, c := range []struct {
		format string
		show   []result.Outcome
		want   int
	}{
		{"jsonl", nil, 10}, {"jsonl", []result.Outcome{result.NotApplicable}, 11}, {"jsonl", []result.Outcome{result.Pass}, 10},
		{"json", nil, 7}, {"json", []result.Outcome{result.Pass}, 8}, {"json", []result.Outcome{result.Unknown, result.Pass}, 10},
	} {
		if got := count(c.format, c.show...); got != c.want {
			t.Errorf("%s with --show %v: %d results, want %d", c.format, c.show, got, c.want)
		}
	}
}

// TestTheSummaryNamesTheOpenDoors: the last lines, which a person sees first, say what is open and how.
func TestTheSummaryNamesTheOpenDoors(t *testing.T) {
	var results []result.Result
	for i := range maxDoors + 3 {
		for _, r := range sampleResults()[:2] {
			r.Resource = bucket(fmt.Sprintf("b%02d", i), "")
			results = append(results, finish(r))
		}
	}
	out := render(t, "terminal", results, sampleRun(), Options{})
	_, summary, _ := strings.Cut(out, "\nSUMMARY\n")
	for _, want := range []string{"open to anyone on the internet: 13\n", "    s3://b00  list, read\n", "    s3://b09  list, read\n    and 3 more\n"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, summary)
		}
	}
}
