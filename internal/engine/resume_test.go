package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/scanners"
	"pgregory.net/rapid"
)

const header = `{"tojimari":{"schema":"1","tool":"tojimari","version":"test","targets":["fake:a"]}}` + "\n"

func resumeFrom(text string) func(*engine.Config) {
	return func(c *engine.Config) {
		c.Resume = engine.NewEarlier("earlier.jsonl", bytes.NewReader([]byte(text)), int64(len(text)))
	}
}

// Wherever a scan was cut, continuing it gives what an uncut one gives, and asks for nothing twice.
func TestResumeAnywhere(t *testing.T) {
	full := &world{accounts: 3, buckets: 7}
	want := lines(t, scan(t, t.Context(), full, nil))
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.IntRange(0, len(want)).Draw(rt, "cut")
		kept := want[:cut]
		whole := strings.LastIndexByte(kept, '\n') + 1
		w := &world{accounts: 3, buckets: 7}
		got := scan(t, t.Context(), w, resumeFrom(header+kept))
		if diff := cmp.Diff(want, lines(t, got)); diff != "" {
			rt.Fatalf("cut at %d (-uncut +resumed):\n%s", cut, diff)
		}
		reader := scanners.NewLineReader(strings.NewReader(kept[:whole]))
		for line, err := reader.Next(); err == nil; line, err = reader.Next() {
			if line.Record == nil {
				continue
			}
			for key, n := range w.calls {
				// An account's organisation belongs to the buckets that call for it, not to its own record.
				if strings.HasPrefix(key, line.Record.ID+" ") && !strings.HasSuffix(key, ".organization") {
					rt.Fatalf("cut at %d: %s was asked for %d times although its record is whole", cut, key, n)
				}
			}
		}
	})
}

func TestResumePassesWholeScopesThrough(t *testing.T) {
	// Something that a scan would not give, to see that it is passed through and not scanned again.
	text := header + strings.ReplaceAll(lines(t, scan(t, t.Context(), &world{accounts: 2, buckets: 2}, nil)), "s3:GetBucketPolicy", "s3:Marked")
	w := &world{accounts: 3, buckets: 2}
	got := scan(t, t.Context(), w, resumeFrom(text))
	var earlier []string
	for _, e := range got.events {
		if e.Earlier {
			earlier = append(earlier, e.Scope)
		}
	}
	if want := 8; len(earlier) != want || got.summary.Earlier != 6 {
		t.Errorf("%d events and %d records were passed through, want %d and 6", len(earlier), got.summary.Earlier, want)
	}
	if !strings.Contains(lines(t, got), "s3:Marked") {
		t.Error("the earlier records were changed")
	}
	for key := range w.calls {
		if !strings.Contains(key, "a2") {
			t.Errorf("asked for %s", key)
		}
	}
}

func TestResumeTakesNothingDoubtful(t *testing.T) {
	whole := lines(t, scan(t, t.Context(), &world{accounts: 1, buckets: 3}, nil))
	lost := `{"failed":{"scope":"aws:account/a0","resource":"aws:s3:bucket/a0-b00009","code":"failed","detail":"lost"}}` + "\n"
	gone := strings.Replace(lost, `"failed","detail"`, `"gone","detail"`, 1)
	for _, tc := range []struct {
		name  string
		text  string
		whole bool
	}{
		{"as written", whole, true},
		{"a line is missing", whole[strings.IndexByte(whole, '\n')+1:], false},
		{"a line cannot be read", strings.Replace(whole, `"id":"aws:s3:bucket/a0-b00001"`, `"id":7`, 1), false},
		{"a resource was lost", lost + whole, false},
		{"a resource is gone", gone + whole, true},
		{"a fact that is needed was not asked for", strings.Replace(whole, `"acl":{"state":"known"`, `"accelerate":{"state":"absent"},"acl":{"state":"unknown"`, 1), false},
		{"the marker is missing", strings.TrimSuffix(whole, "{\"end\":{\"scope\":\"aws:account/a0\",\"records\":4}}\n"), false},
		{"the scope failed", strings.ReplaceAll(whole, `{"end":{"scope":"aws:account/a0","records":4}}`, `{"failed":{"scope":"aws:account/a0","code":"denied","detail":"no"}}`), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := scan(t, t.Context(), &world{accounts: 1, buckets: 3}, resumeFrom(header+tc.text))
			if passed := got.summary.Earlier > 0; passed != tc.whole {
				t.Errorf("passed through: %v, want %v", passed, tc.whole)
			}
			if want := []string{"aws:account/a0", "aws:s3:bucket/a0-b00000", "aws:s3:bucket/a0-b00001", "aws:s3:bucket/a0-b00002", "end aws:account/a0 4"}; !tc.whole {
				if diff := cmp.Diff(want, got.ids()); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestResumeAsksAgainForWhatFailed(t *testing.T) {
	whole := lines(t, scan(t, t.Context(), &world{accounts: 1, buckets: 2}, nil))
	cut := whole[:strings.LastIndex(strings.TrimSuffix(whole, "\n"), "\n")+1]
	cut = strings.Replace(cut, `"policy":{"state":"unknown","reason":{"code":"denied","permission":"s3:GetBucketPolicy"}`, `"policy":{"state":"unknown","reason":{"code":"failed"}`, 1)
	w := &world{accounts: 1, buckets: 2}
	got := scan(t, t.Context(), w, resumeFrom(header+cut))
	if diff := cmp.Diff(whole, lines(t, got)); diff != "" {
		t.Errorf("(-uncut +resumed):\n%s", diff)
	}
	if n := w.count("aws:s3:bucket/a0-b00000", "bucket.aws.policy"); n != 1 {
		t.Errorf("the fact that failed was asked for %d times", n)
	}
	if n := w.count("aws:s3:bucket/a0-b00000", "bucket.aws.acl"); n != 0 {
		t.Errorf("a fact that is known was asked for %d times", n)
	}
}

func TestResumeRefusesAnotherScan(t *testing.T) {
	registry, err := scanners.NewRegistry(&world{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, text, want string }{
		{"other targets", strings.Replace(header, "fake:a", "fake:b", 1), "fake:b"},
		{"not a snapshot", "{}\n[]\n", "not a snapshot"},
		{"empty", "", "not a snapshot"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := engine.Config{Registry: registry, Targets: []scanners.Target{{Scheme: "fake", Name: "a"}}, Needs: needs{}, Emit: func(engine.Event) error { return nil }}
			resumeFrom(tc.text)(&cfg)
			_, err := engine.Run(t.Context(), cfg)
			var hint *scanners.HintError
			if err == nil || !strings.Contains(err.Error(), tc.want) || !errors.As(err, &hint) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A scan that is interrupted again and again, each time resumed from what the last one left, comes to the end.
func TestResumeOfAnInterruptedRun(t *testing.T) {
	want := lines(t, scan(t, t.Context(), &world{accounts: 2, buckets: 9}, nil))
	text, total := header, 0
	for round := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		w := &world{accounts: 2, buckets: 9, before: func(context.Context, string, scanners.FactSet) {
			if n++; n == 6 {
				cancel()
			}
		}}
		got := scan(t, ctx, w, func(c *engine.Config) { resumeFrom(text)(c); c.Concurrency = 1 })
		cancel()
		total += w.total()
		text = header + lines(t, got)
		if got.summary.CutOff == nil {
			if diff := cmp.Diff(want, lines(t, got)); diff != "" {
				t.Errorf("after %d rounds (-uncut +resumed):\n%s", round, diff)
			}
			return
		}
		if strings.Contains(fmt.Sprint(got.ids()), "end aws:account/a1") {
			t.Fatal("an interrupted scope has its end marker")
		}
	}
	t.Errorf("no end after 100 rounds and %d calls", total)
}
