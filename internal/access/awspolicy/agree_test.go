package awspolicy_test

import (
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
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
	}
	return r
}

// question is one that is asked of every policy.
type question struct {
	verb verdict.Verb
	who  verdict.Audience
}

func questions() []question {
	var out []question
	for _, verb := range verdict.Verbs() {
		out = append(out, question{verb, verdict.Anonymous}, question{verb, verdict.AnyAccount})
	}
	return out
}

// checker compares the solver with brute force and counts what it sees.
type checker struct {
	w   oracle.World
	env awspolicy.Env
	// By verdict, by kind of undecided point, and by production of the grammar.
	answers, undecided, productions                    map[string]int
	policies, asked, limited, sampled, hinted, excused int
	// bad are the seeds that disagree.
	bad []uint64
}

func newChecker(t testing.TB) *checker {
	w, env := world(t)
	return &checker{w: w, env: env, answers: map[string]int{}, undecided: map[string]int{}, productions: map[string]int{}}
}

// policy asks everything of one policy and tells what disagrees. limited is true when an answer rests on the work limit.
func (c *checker) policy(t testing.TB, text []byte) (problems []string, limited bool) {
	t.Helper()
	p, err := awspolicy.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	d, err := oracle.Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	solver := awspolicy.New(awspolicy.Setting{Env: c.env, Grants: []awspolicy.Layer{{Policy: p, Where: "bucket policy"}}})
	c.policies++
	for _, q := range questions() {
		a := solver.Solve(q.verb, q.who)
		c.asked++
		c.answers[string(a.Verdict)]++
		limited = limited || slices.ContainsFunc(a.Reasons, func(r verdict.Reason) bool { return r.Code == verdict.ReasonLimit })
		if problem := c.compare(d, q, a); problem != "" {
			problems = append(problems, fmt.Sprintf("%s by %s: %s, but %s\n%s\nneeds %q depends %q witness %+v",
				q.verb, q.who, a.Verdict, problem, text, a.Needs, a.DependsOn, a.Witness))
		}
	}
	if limited {
		c.limited++
	}
	return problems, limited
}

// compare holds an answer against brute force.
func (c *checker) compare(d *oracle.Document, q question, a awspolicy.Answer) string {
	for _, r := range a.Reasons {
		if r.Code != verdict.ReasonOpen && r.Code != verdict.ReasonLimit {
			return fmt.Sprintf("%s (%s) is neither an open point nor the work limit", r.Code, r.Detail)
		}
		c.undecided[kindOf(r)]++
	}
	if a.Witness != nil && d.Allowed(request(c.env, a.Witness)) != oracle.True {
		return "the witness is not allowed"
	}
	if a.Verdict == verdict.Unknown {
		if len(a.Reasons) == 0 {
			return "there is no reason"
		}
		return ""
	}
	j := oracle.Judge(d, c.w, string(q.verb), string(q.who), 700, nil)
	if a.Witness != nil && verdict.Answer(j.Answer).Rank() < a.Verdict.Rank() {
		// Its alphabets may be too small. It still judges every request by itself, for all that nobody chooses.
		c.hinted++
		j = oracle.Judge(d, c.w, string(q.verb), string(q.who), 700, request(c.env, a.Witness))
	}
	if j.Sampled {
		c.sampled++
	}
	switch {
	case j.Answer == string(a.Verdict):
	case j.Sampled && verdict.Answer(j.Answer).Rank() < a.Verdict.Rank(), excused(a, j):
		c.excused++
	default:
		return "brute force says " + j.Answer
	}
	return ""
}

// kindOf writes a reason without the key and the modifiers that it speaks of.
func kindOf(r verdict.Reason) string {
	text := strings.ToLower(r.Detail)
	text = regexp.MustCompile(`(forallvalues|foranyvalue):`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`ifexists on`).ReplaceAllString(text, " on")
	text = regexp.MustCompile(`(aws|s3):[a-z0-9/_-]+`).ReplaceAllString(text, "KEY")
	return string(r.Code) + ": " + text
}

// TestAgreesWithBruteForce compares verdicts with an enumeration of requests, for generated policies. With
// -policies=1000000 it is the long run.
func TestAgreesWithBruteForce(t *testing.T) {
	c := newChecker(t)
	for i := range *policies {
		s := *seed + uint64(i)
		if i > 0 && i%100_000 == 0 {
			t.Logf("%d policies so far, %d at the limit, seeds that disagree: %d", i, c.limited, c.bad)
		}
		text, used := oracle.Generate(s)
		for p := range used {
			c.productions[p]++
		}
		problems, limited := c.policy(t, text)
		if limited && c.limited <= 5 {
			t.Logf("at the limit: seed %d\n%s", s, text)
		}
		for _, p := range problems {
			t.Errorf("seed %d, %s", s, p)
		}
		if len(problems) > 0 {
			if c.bad = append(c.bad, s); len(c.bad) > 5 && !*goOn {
				t.Fatal("too many disagreements")
			}
		}
	}
	c.report(t)
}

func (c *checker) report(t *testing.T) {
	if len(c.bad) > 0 {
		t.Logf("seeds that disagree: %d", c.bad)
	}
	t.Logf("%d policies from seed %d, %d questions: %v; %d sampled, %d tried again with the witness, in %d brute force still could not see as much; %d policies at the limit",
		c.policies, *seed, c.asked, c.answers, c.sampled, c.hinted, c.excused, c.limited)
	for _, r := range slices.Sorted(maps.Keys(c.undecided)) {
		t.Logf("%8d %s", c.undecided[r], r)
	}
	if c.policies < 1000 {
		return // too few for shares
	}
	if c.limited*1000 > c.policies {
		t.Errorf("%d of %d policies reach the work limit, more than 0.1 %%", c.limited, c.policies)
	}
	for _, p := range oracle.Productions() {
		if c.productions[p]*100 < c.policies {
			t.Errorf("production %s occurs in %d of %d policies, less than 1 %%", p, c.productions[p], c.policies)
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
