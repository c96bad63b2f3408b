package awspolicy_test

import (
	"flag"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/awspolicy/oracle"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

var (
	policies = flag.Int("policies", 10_000, "how many generated policies are compared with brute force")
	seed     = flag.Uint64("seed", 1, "first seed of the generated policies")
	goOn     = flag.Bool("goon", false, "go on after disagreements and list their seeds at the end")
)

func world(t testing.TB) (oracle.World, awspolicy.Env) {
	t.Helper()
	w := oracle.TheWorld()
	at, err := time.Parse(time.RFC3339, w.At)
	if err != nil {
		t.Fatal(err)
	}
	return w, awspolicy.Env{
		Bucket: w.Bucket, Partition: "aws", Region: w.Region, Account: w.Account, OrgID: w.OrgID, OrgPath: w.OrgPath,
		At: at, Tags: w.Tags, ABAC: awspolicy.On,
	}
}

// request turns a witness into a request of the oracle.
func request(env awspolicy.Env, w *awspolicy.Witness) *oracle.Request {
	r := &oracle.Request{Action: w.Action, Anonymous: !w.Signed, Account: w.Account, Keys: map[string][]string{}}
	r.Resource = "arn:aws:s3:::" + env.Bucket
	if w.Key != "" {
		r.Resource += "/" + w.Key
	}
	if w.ByService {
		r.Service, r.Account = "zz.amazonaws.com", ""
	}
	for k, v := range w.Context {
		r.Keys[k] = v
		if strings.HasSuffix(k, "currenttime") {
			r.Keys[k] = []string{env.At.Format(time.RFC3339)}
		}
		if k == "aws:tokenissuetime" || k == "s3:object-lock-retain-until-date" {
			var n int64
			if _, err := fmt.Sscan(v[0], &n); err == nil {
				r.Keys[k] = []string{time.Unix(n, 0).UTC().Format(time.RFC3339)}
			}
		}
	}
	return r
}

// TestAgreesWithBruteForce compares verdicts with an enumeration of requests, for generated policies. With
// -policies=1000000 it is the long run.
func TestAgreesWithBruteForce(t *testing.T) {
	w, env := world(t)
	counts, unknown, productions := map[string]int{}, map[string]int{}, map[string]int{}
	limited, sampled, asked := 0, 0, 0
	var bad []uint64
	for i := range *policies {
		s := *seed + uint64(i)
		if i > 0 && i%100_000 == 0 {
			t.Logf("%d policies, %d at the limit, seeds that disagree: %d", i, limited, bad)
		}
		text, used := oracle.Generate(s)
		for p := range used {
			productions[p]++
		}
		p, err := awspolicy.Parse(text)
		if err != nil {
			t.Fatalf("seed %d: %v", s, err)
		}
		d, err := oracle.Read(text)
		if err != nil {
			t.Fatalf("seed %d: %v", s, err)
		}
		solver := awspolicy.New(awspolicy.Setting{Env: env, Grants: []awspolicy.Layer{{Policy: p, Where: "bucket policy"}}})
		hitLimit := false
		for _, verb := range verdict.Verbs() {
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				asked++
				a := solver.Solve(verb, who)
				counts[string(a.Verdict)]++
				for _, r := range a.Reasons {
					if r.Code == verdict.ReasonLimit && !hitLimit {
						hitLimit = true
						if limited < 5 {
							t.Logf("at the limit: seed %d, %s by %s: %s\n%s", s, verb, who, a.Verdict, text)
						}
					}
				}
				problem := ""
				if a.Witness != nil && d.Allowed(request(env, a.Witness)) != oracle.True {
					problem = fmt.Sprintf("the witness is not allowed: %+v", *a.Witness)
				}
				if a.Verdict == verdict.Unknown {
					for _, r := range a.Reasons {
						unknown[string(r.Code)+": "+r.Detail]++
					}
					if len(a.Reasons) == 0 {
						problem = "unknown without a reason"
					}
				}
				if problem == "" && a.Verdict != verdict.Unknown {
					j := oracle.Judge(d, w, string(verb), string(who), 700)
					if j.Sampled {
						sampled++
					}
					if j.Answer != string(a.Verdict) && !(j.Sampled && verdict.Answer(j.Answer).Rank() < a.Verdict.Rank()) && !excused(a, j) {
						problem = "brute force says " + j.Answer
					}
				}
				if problem != "" {
					if len(bad) == 0 || bad[len(bad)-1] != s {
						bad = append(bad, s)
					}
					t.Errorf("seed %d, %s by %s: %s, but %s\n%s\nneeds %q depends %q witness %+v", s, verb, who, a.Verdict, problem, text, a.Needs, a.DependsOn, a.Witness)
				}
				if len(bad) > 5 && !*goOn {
					t.Fatal("too many disagreements")
				}
			}
		}
		if hitLimit {
			limited++
		}
	}
	if limited*1000 > *policies {
		t.Errorf("%d of %d policies reach the work limit, more than 0.1 %%", limited, *policies)
	}
	if len(bad) > 0 {
		t.Logf("seeds that disagree: %d", bad)
	}
	t.Logf("%d policies from seed %d, %d questions: %v; %d sampled; %d policies at the limit", *policies, *seed, asked, counts, sampled, limited)
	var list []string
	for r, n := range unknown {
		list = append(list, fmt.Sprintf("%6d %s", n, r))
	}
	sort.Sort(sort.Reverse(sort.StringSlice(list)))
	for _, l := range list[:min(len(list), 40)] {
		t.Log(l)
	}
	if *policies >= 1000 {
		for _, p := range oracle.Productions() {
			if productions[p]*100 < *policies {
				t.Errorf("production %s occurs in %d of %d policies, less than 1 %%", p, productions[p], *policies)
			}
		}
	}
}

// excused: a conditional answer with an undecided point beside it may be a yes; and where policy variables need values
// beyond the small alphabets, a witness that the oracle allows proves the yes, unless it hangs on what nobody chooses.
func excused(a awspolicy.Answer, j oracle.Judgement) bool {
	if j.Variables && (a.Verdict == verdict.Yes && !j.Bound || a.Verdict == verdict.Conditional && j.Answer == "no") {
		return true
	}
	return a.Verdict == verdict.Conditional && len(a.Reasons) > 0 && slices.Contains([]string{"yes", "conditional"}, j.Answer)
}
