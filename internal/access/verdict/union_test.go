package verdict_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// verdicts draws verdicts from a small world, so that the same guards, reasons and keys meet.
func verdicts() *rapid.Generator[verdict.Verdict] {
	some := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID[string])
	return rapid.Custom(func(t *rapid.T) verdict.Verdict {
		v := verdict.Verdict{Verdict: rapid.SampledFrom([]verdict.Answer{verdict.Yes, verdict.No, verdict.Unknown, verdict.Conditional}).Draw(t, "answer")}
		for _, s := range some.Draw(t, "guards") {
			v.Guards = append(v.Guards, verdict.Guard{Name: s})
		}
		for _, s := range some.Draw(t, "grants") {
			v.Grants = append(v.Grants, verdict.Grant{What: s})
		}
		if v.Verdict == verdict.Unknown {
			for _, s := range some.Draw(t, "reasons") {
				v.Reasons = append(v.Reasons, verdict.Reason{Detail: s})
			}
		}
		if rapid.Bool().Draw(t, "timed") {
			at := time.Unix(rapid.Int64Range(1, 3).Draw(t, "at"), 0)
			v.ChangesAt = &at
		}
		if rapid.Bool().Draw(t, "shown") {
			v.Witness, v.Needs = &verdict.Request{Key: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "key")}, []string{"n"}
		}
		if v.Verdict == verdict.Yes || v.Verdict == verdict.Conditional { // nothing is exposed by the others
			v.Patterns, v.Except = some.Draw(t, "patterns"), some.Draw(t, "except")
		}
		return v
	})
}

// TestUnionOfUnions: however the alternatives are put together, and whichever of them are closed, the answer is one.
func TestUnionOfUnions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(verdicts(), 0, 6).Draw(t, "all")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")
		at := cmp.Comparer(func(a, b verdict.Verdict) bool { return fmt.Sprintf("%+v", plain(a)) == fmt.Sprintf("%+v", plain(b)) })
		whole := verdict.Union(all...)
		if parts := verdict.Union(verdict.Union(all[:cut]...), verdict.Union(all[cut:]...)); !cmp.Equal(whole, parts, at) {
			t.Errorf("whole %+v\nparts %+v", plain(whole), plain(parts))
		}
		for _, v := range all {
			if v.Verdict.Rank() > whole.Verdict.Rank() {
				t.Errorf("%s is more open than %s", v.Verdict, whole.Verdict)
			}
		}
	})
}

// plain is a verdict in which equal values print alike.
func plain(v verdict.Verdict) map[string]any {
	out := map[string]any{"answer": v.Verdict, "grants": v.Grants, "guards": v.Guards, "reasons": v.Reasons, "needs": v.Needs, "patterns": v.Patterns, "except": v.Except}
	if v.ChangesAt != nil {
		out["changes"] = v.ChangesAt.Unix()
	}
	if v.Witness != nil {
		out["key"] = v.Witness.Key
	}
	for name, value := range out {
		out[name] = fmt.Sprintf("%v", value)
	}
	return out
}

func TestUnionOfExceptions(t *testing.T) {
	policy := verdict.Verdict{Verdict: verdict.Yes, Patterns: []string{"*"}, Except: []string{"private/*", "old/*"}}
	acl := verdict.Verdict{Verdict: verdict.Yes, Patterns: []string{"*"}, Except: []string{"private/*"}}
	for _, tc := range []struct {
		name string
		in   []verdict.Verdict
		want []string
	}{
		{"one way in", []verdict.Verdict{{Verdict: verdict.No}, policy}, []string{"private/*", "old/*"}},
		{"refused by both", []verdict.Verdict{policy, acl}, []string{"private/*"}},
		{"one way refuses nothing", []verdict.Verdict{policy, {Verdict: verdict.Yes}}, []string{}},
	} {
		if diff := cmp.Diff(tc.want, append([]string{}, verdict.Union(tc.in...).Except...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// TestUnionIsLinear: four times the alternatives take about four times the memory, not sixteen times.
func TestUnionIsLinear(t *testing.T) {
	spent := func(n int) uint64 {
		all := make([]verdict.Verdict, n)
		for i := range all {
			name := fmt.Sprint(i)
			all[i] = verdict.Verdict{Verdict: verdict.Yes, Grants: []verdict.Grant{{What: name}}, Guards: []verdict.Guard{{Name: name}}, Patterns: []string{name}}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if got := verdict.Union(all...); len(got.Grants) != n || len(got.Patterns) != n {
			t.Fatalf("%d grants and %d patterns of %d", len(got.Grants), len(got.Patterns), n)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if small, large := spent(1000), spent(4000); large > 8*small {
		t.Errorf("%d bytes for 1,000 alternatives, %d for 4,000", small, large)
	}
}
