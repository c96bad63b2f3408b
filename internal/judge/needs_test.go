package judge

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
)

// blank is a record of which nothing was inspected yet.
func blank(rec *scanners.Record) *scanners.Record {
	out := scanners.NewRecord(rec.Head)
	out.At = rec.At
	out.Scope = &scanners.Scope{}
	return out
}

// read stages the reading of full as the engine does and returns the names of each round.
func read(t *testing.T, j *Judge, full *scanners.Record) (rec *scanners.Record, rounds [][]scanners.FactName) {
	t.Helper()
	rec = blank(full)
	need := j.First(full.Kind, full.Provider)
	for len(need) > 0 {
		if len(rounds) > 6 {
			t.Fatalf("does not settle: %v", rounds)
		}
		rounds = append(rounds, need.Names())
		for name := range need {
			field, ok := scanners.LookupFactField(name)
			if !ok {
				t.Fatalf("no such fact: %s", name)
			}
			field.Copy(rec, full)
			if status := rec.Status(name); !status.Settled() {
				field.SetUnknown(rec, scanners.Reason{Code: scanners.Failed, Detail: "the test has no such fact: " + string(name)})
			}
		}
		need = rec.Unsettled(j.More(rec))
	}
	return rec, rounds
}

func ofBucket(names []scanners.FactName) []scanners.FactName {
	return slices.DeleteFunc(slices.Clone(names), func(n scanners.FactName) bool { return n.Kind() != scanners.KindBucket })
}

func TestExposureOfClosedBucketTakesFourCalls(t *testing.T) {
	j := shippedJudge(t, Options{Selection: Selection{Tags: []string{"anonymous", "any-account"}}})
	for name, rec := range map[string]*scanners.Record{"closed by everything": wellKept("acme"), "closed though nothing guards it": func() *scanners.Record {
		r := wellKept("acme")
		r.Scope.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](scanners.Origin{})
		r.Bucket.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](scanners.Origin{})
		r.Bucket.AWS.Policy = scanners.AbsentFact[scanners.PolicyText](scanners.Origin{})
		return r
	}()} {
		t.Run(name, func(t *testing.T) {
			_, rounds := read(t, j, rec)
			want := []scanners.FactName{"bucket.aws.acl", "bucket.aws.ownership", "bucket.aws.policy", "bucket.aws.public_access_block"}
			var got []scanners.FactName
			for _, r := range rounds {
				got = append(got, ofBucket(r)...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExposureOfOpenBucketTakesEightCallsAtMost(t *testing.T) {
	j := shippedJudge(t, Options{Selection: Selection{Tags: []string{"anonymous", "any-account"}}})
	rec := open("acme")
	rec.Bucket.Names = scanners.KnownFact(scanners.Names{}, scanners.Origin{})
	rec.Bucket.Objects = scanners.KnownFact(scanners.ObjectSample{}, scanners.Origin{})
	_, rounds := read(t, j, rec)
	var got []scanners.FactName
	for _, r := range rounds {
		got = append(got, ofBucket(r)...)
	}
	got = slices.DeleteFunc(got, sampled) // read only where the user asks for a sample
	if len(got) > 8 {
		t.Errorf("%d: %v", len(got), rounds)
	}
}

func TestAllRulesReadEachFactOnceAndNotMoreThanFifteen(t *testing.T) {
	j := shippedJudge(t, Options{})
	noPolicy := wellKept("acme")
	noPolicy.Bucket.AWS.Policy = scanners.AbsentFact[scanners.PolicyText](scanners.Origin{})
	for name, rec := range map[string]*scanners.Record{"with a policy": wellKept("acme"), "without": noPolicy, "open": open("acme")} {
		t.Run(name, func(t *testing.T) {
			_, rounds := read(t, j, rec)
			seen := map[scanners.FactName]bool{}
			var calls []scanners.FactName
			for _, r := range rounds {
				for _, fact := range ofBucket(r) {
					if seen[fact] {
						t.Errorf("%s is asked for twice", fact)
					}
					seen[fact] = true
					if !sampled(fact) && fact != "bucket.aws.access_points" {
						calls = append(calls, fact)
					}
				}
			}
			if len(calls) > 15 {
				t.Errorf("%d calls: %v", len(calls), calls)
			}
			if seen["bucket.aws.policy_status"] && rec.Bucket.AWS.Policy.State != scanners.Known {
				t.Error("policy status is asked for where there is no policy")
			}
			t.Logf("%d calls in %d rounds", len(calls), len(rounds))
		})
	}
}

func TestStagedReadingJudgesAsFullReadingDoes(t *testing.T) {
	j := shippedJudge(t, Options{})
	for _, full := range []*scanners.Record{wellKept("acme"), open("acme")} {
		full.Bucket.Names = scanners.KnownFact(scanners.Names{Sensitive: true}, scanners.Origin{})
		full.Bucket.Objects = scanners.KnownFact(scanners.ObjectSample{}, scanners.Origin{})
		staged, _ := read(t, j, full)
		for i, want := range j.Judge(full, testTime).Results {
			got := j.Judge(staged, testTime).Results[i]
			if got.Outcome != want.Outcome || got.Severity != want.Severity {
				t.Errorf("%s: staged %s %s, full %s %s", want.Name, got.Outcome, got.Severity, want.Outcome, want.Severity)
			}
		}
	}
}

func TestNeedsHoldEverythingThatIsAskedFor(t *testing.T) {
	j := shippedJudge(t, Options{})
	for _, full := range []*scanners.Record{wellKept("acme"), open("acme")} {
		_, rounds := read(t, j, full)
		all := j.Needs(full.Kind, full.Provider)
		for _, round := range rounds {
			for _, fact := range round {
				if !all.Has(fact) {
					t.Errorf("%s is read and not among the needs", fact)
				}
			}
		}
	}
}

func TestFactsOfOneRuleAlone(t *testing.T) {
	j := shippedJudge(t, Options{Selection: Selection{Rules: []string{"versioning-off"}}})
	tests := []struct {
		kind     scanners.Kind
		provider scanners.Provider
		want     []scanners.FactName
	}{
		{scanners.KindBucket, scanners.AWS, []scanners.FactName{"bucket.versioning"}},
		{scanners.KindStore, scanners.Azure, []scanners.FactName{"store.versioning"}},
		{scanners.KindBucket, scanners.Azure, nil},
		{scanners.KindScope, scanners.AWS, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, j.First(tt.kind, tt.provider).Names()); diff != "" {
			t.Errorf("%s of %s: %s", tt.kind, tt.provider, diff)
		}
	}
	if n := len(j.More(wellKept("acme"))); n != 0 {
		t.Errorf("%d more facts where nothing is wrong", n)
	}
	rec := wellKept("acme")
	rec.Bucket.Versioning.Value.Enabled = false
	if diff := cmp.Diff([]scanners.FactName{"bucket.names"}, j.More(rec).Names()); diff != "" {
		t.Errorf("a failure asks for what its severity rests on: %s", diff)
	}
}
