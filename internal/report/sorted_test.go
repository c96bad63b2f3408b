package report

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/result"
)

func many(n int) []result.Result {
	list := make([]result.Result, 0, n)
	for i := range n {
		r := sampleResults()[i%11]
		r.Resource.ID = fmt.Sprintf("aws:s3:bucket/b%04d", (i*7919)%977)
		r.Resource.Name = fmt.Sprintf("b%04d", (i*7919)%977)
		r.Key = fmt.Sprint(i)
		list = append(list, finish(r))
	}
	return list
}

// TestSpillingChangesNothing: the bytes of every format are the same whether findings stayed in memory, were
// spilt once or many times.
func TestSpillingChangesNothing(t *testing.T) {
	results := many(600)
	hostileOnes := hostileSorted()
	for _, format := range Formats() {
		want := render(t, format, append(slices.Clone(results), hostileOnes...), sampleRun(), Options{SpillAt: 1 << 20})
		for _, at := range []int{1, 7, 100} {
			got := render(t, format, append(slices.Clone(results), hostileOnes...), sampleRun(), Options{SpillAt: at})
			if got != want {
				t.Errorf("%s, spilling at %d: other bytes than from memory: %s", format, at, cmp.Diff(want, got)[:min(2000, len(cmp.Diff(want, got)))])
			}
		}
	}
}

// TestSortedFormatsDoNotDependOnOrder: results that come in another order of resources give the same findings.
func TestSortedFormatsDoNotDependOnOrder(t *testing.T) {
	results := many(300)
	turned := slices.Clone(results)
	slices.Reverse(turned)
	for _, format := range []string{"json", "sarif"} {
		opts := Options{SpillAt: 50}
		run := sampleRun()
		if a, b := render(t, format, onlyFailures(results), run, opts), render(t, format, onlyFailures(turned), run, opts); a != b {
			t.Errorf("%s depends on the order of results: %s", format, cmp.Diff(a, b))
		}
	}
}

func onlyFailures(list []result.Result) []result.Result {
	return slices.DeleteFunc(slices.Clone(list), func(r result.Result) bool { return r.Outcome != result.Fail })
}

func TestSortedIsASort(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.IntRange(0, 30), 0, 60).Draw(t, "keys")
		s := newSorted(rapid.IntRange(1, 20).Draw(t, "limit"), dir)
		defer s.Close()
		var want []result.Result
		for i, k := range keys {
			r := result.Result{Rule: fmt.Sprintf("TJ%04d", k), Severity: result.High, Response: fmt.Sprint(i)}
			want = append(want, r)
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, result.Compare)
		for range 2 { // as often as asked
			var got []result.Result
			for r, err := range s.All() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
		for range s.All() { // stopping early is fine
			break
		}
	})
}

func TestSpillIsPrivateAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := newSorted(2, dir)
	for _, r := range many(20) {
		if err := s.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if s.file == nil {
		t.Fatal("nothing was spilt")
	}
	if runtime.GOOS != "windows" {
		at, err := s.file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if at.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, want 0600", at.Mode())
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%d files stand in the directory while they are used", len(left))
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestSpillThatFailsIsAnError(t *testing.T) {
	s := newSorted(1, filepath.Join(t.TempDir(), "missing"))
	if err := s.Add(many(1)[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(many(1)[0]); err == nil {
		t.Error("findings were lost without an error")
	}
}

// TestMemoryIsFlat: ten times the findings do not take ten times the memory.
func TestMemoryIsFlat(t *testing.T) {
	held := func(n int) uint64 {
		s := newSorted(0, t.TempDir())
		defer s.Close()
		sample := sampleResults()[0]
		for i := range n {
			sample.Key = fmt.Sprint(i)
			if err := s.Add(sample); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		runtime.KeepAlive(s)
		return m.HeapAlloc
	}
	small, large := held(20_000), held(100_000)
	if large > small+24<<20 {
		t.Errorf("20,000 findings hold %d MB, 100,000 hold %d MB", small>>20, large>>20)
	}
}
