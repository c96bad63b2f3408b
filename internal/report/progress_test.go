package report

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/text"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestProgressLine(t *testing.T) {
	var out bytes.Buffer
	c := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	p := NewProgress(&out, ProgressOptions{On: true, Lang: text.EN, Width: func() int { return 60 }, Now: c.now})
	p.Show(ProgressState{Done: 3, Found: 10, Calls: 12, Scope: "aws:account/1\x1b[2J"})
	if got, want := out.String(), eraseLine+`read: 3 · calls: 12 · aws:account/1\x1b[2J`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	c.at = c.at.Add(50 * time.Millisecond)
	p.Show(ProgressState{Done: 4, Found: 10})
	if out.Len() != 0 {
		t.Errorf("drawn again after 50 ms: %q", out.String())
	}
	c.at = c.at.Add(10 * time.Second)
	p.Show(ProgressState{Done: 100, Found: 300, FoundAll: true, Findings: 2, Calls: 1, Throttled: 7, Scope: strings.Repeat("あ", 100)})
	line := strings.TrimPrefix(out.String(), eraseLine)
	if !strings.HasPrefix(line, "read: 100 of 300 · findings: 2 · calls: 1 · throttled: 7") || text.Width(line) >= 60 || !strings.HasSuffix(line, "…") {
		t.Errorf("%d columns: %q", text.Width(line), line)
	}
	out.Reset()
	var stdout bytes.Buffer
	w := p.Beside(io.MultiWriter(&stdout, &out))
	if _, err := io.WriteString(w, "finding\n"); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != eraseLine+"finding\n" || stdout.String() != "finding\n" {
		t.Errorf("output beside the line: %q, %q", got, stdout.String())
	}
	out.Reset()
	p.Show(ProgressState{Done: 101, Found: 300})
	if out.Len() == 0 {
		t.Error("the line does not come back after output")
	}
	out.Reset()
	p.Done()
	p.Show(ProgressState{Done: 300})
	p.Done()
	if out.String() != eraseLine {
		t.Errorf("after the end: %q", out.String())
	}
}

func TestProgressIsOffBesideATerminal(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(&out, ProgressOptions{On: false, Now: time.Now})
	p.Show(ProgressState{Done: 1})
	p.Done()
	if out.Len() != 0 {
		t.Errorf("%q on something that is no terminal", out.String())
	}
}

func TestForecastIsGivenOnlyWhenItRestsOnSomething(t *testing.T) {
	for _, c := range []struct {
		name    string
		state   ProgressState
		elapsed time.Duration
		want    time.Duration
	}{
		{"half way", ProgressState{Found: 100, Done: 50, FoundAll: true}, 10 * time.Second, 10 * time.Second},
		{"long", ProgressState{Found: 1000, Done: 100, FoundAll: true}, time.Minute, 9 * time.Minute},
		{"still discovering", ProgressState{Found: 100, Done: 50}, 10 * time.Second, 0},
		{"hardly begun", ProgressState{Found: 100, Done: 50, FoundAll: true}, time.Second, 0},
		{"few done", ProgressState{Found: 100, Done: 5, FoundAll: true}, time.Minute, 0},
		{"all done", ProgressState{Found: 100, Done: 100, FoundAll: true}, time.Minute, 0},
	} {
		got, ok := forecast(c.state, c.elapsed)
		if got != c.want || ok != (c.want > 0) {
			t.Errorf("%s: got %v, %v", c.name, got, ok)
		}
	}
}

func TestWindowWidth(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/x")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for columns, want := range map[string]int{"": 80, "132": 132, "0": 80, "-4": 80, "wide": 80} {
		if got := WindowWidth(file, func(string) string { return columns }); got != want {
			t.Errorf("COLUMNS=%q: %d, want %d", columns, got, want)
		}
	}
	if IsTerminal(file) {
		t.Error("a file is taken for a terminal")
	}
}
