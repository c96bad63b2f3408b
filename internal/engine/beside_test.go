package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// beside makes a link of its own for every bucket, and one that stands in all of them.
func beside(rec *scanners.Record) []*scanners.Record {
	if rec.Kind != scanners.KindBucket {
		return nil
	}
	var out []*scanners.Record
	for _, id := range []string{"link:of-" + rec.Name, "link:everywhere"} {
		out = append(out, scanners.NewRecord(scanners.Head{ID: id, Kind: scanners.KindLink, Name: id, Parent: rec.ID}))
	}
	return out
}

func withBeside(change func(*engine.Config)) func(*engine.Config) {
	return func(c *engine.Config) {
		c.Beside = beside
		if change != nil {
			change(c)
		}
	}
}

func TestBesideComesBehindItsRecordOnce(t *testing.T) {
	got := scan(t, t.Context(), &world{accounts: 2, buckets: 2}, withBeside(nil))
	want := []string{
		"aws:account/a0", "aws:s3:bucket/a0-b00000", "link:of-a0-b00000", "link:everywhere", "aws:s3:bucket/a0-b00001", "link:of-a0-b00001", "end aws:account/a0 6",
		"aws:account/a1", "aws:s3:bucket/a1-b00000", "link:of-a1-b00000", "aws:s3:bucket/a1-b00001", "link:of-a1-b00001", "end aws:account/a1 5",
	}
	if diff := cmp.Diff(want, got.ids()); diff != "" {
		t.Error(diff)
	}
	if got.summary.Records[scanners.KindLink] != 5 {
		t.Errorf("%+v", got.summary.Records)
	}
}

// A saved scan has its links already.
func TestBesideIsNotAskedAboutSavedRecords(t *testing.T) {
	live := scan(t, t.Context(), &world{accounts: 2, buckets: 2}, withBeside(nil))
	registry, err := scanners.NewRegistry(snapshot.New(strings.NewReader(header + lines(t, live))))
	if err != nil {
		t.Fatal(err)
	}
	saved := scan(t, t.Context(), &world{}, withBeside(func(c *engine.Config) {
		c.Registry, c.Targets, c.Needs = registry, []scanners.Target{{Scheme: "snapshot", Name: "-"}}, nobody{t}
	}))
	sorted := func(r ran) []string { return slices.Sorted(slices.Values(r.ids())) }
	if diff := cmp.Diff(sorted(live), sorted(saved)); diff != "" {
		t.Error(diff)
	}
}

func TestResumeAnywhereWithBeside(t *testing.T) {
	want := lines(t, scan(t, t.Context(), &world{accounts: 3, buckets: 3}, withBeside(nil)))
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.IntRange(0, len(want)).Draw(rt, "cut")
		got := scan(t, t.Context(), &world{accounts: 3, buckets: 3}, withBeside(resumeFrom(header+want[:cut])))
		if diff := cmp.Diff(want, lines(t, got)); diff != "" {
			rt.Fatalf("cut at %d (-uncut +resumed):\n%s", cut, diff)
		}
	})
}
