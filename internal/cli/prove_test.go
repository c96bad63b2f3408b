package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

// outside answers requests from a table; what is not in it is refused.
type outside struct {
	mu      sync.Mutex
	answers map[string]web.Proof
	sent    []string
	hold    chan struct{} // where set, answers wait for it
	most    atomic.Int32
	now     atomic.Int32
}

func (o *outside) Prove(_ context.Context, verb verdict.Verb, w *verdict.Request) web.Proof {
	if n := o.now.Add(1); n > o.most.Load() {
		o.most.Store(n)
	}
	defer o.now.Add(-1)
	if o.hold != nil {
		<-o.hold
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	request := fmt.Sprintf("%s %s", verb, w.URL)
	o.sent = append(o.sent, request)
	if answer, ok := o.answers[request]; ok {
		return answer
	}
	return web.Proof{Outcome: web.Refused, Status: http.StatusForbidden, Code: "AccessDenied", Request: "GET " + w.URL, Vantage: fetch.Vantage{Source: "198.51.100.7", Remote: "52.1.1.1:443"}}
}

// s3Bucket is a bucket whose settings are all read; policy may be empty.
func s3Bucket(name, policy string) *scanners.Record {
	r := scanners.NewRecord(scanners.Head{ID: "aws:s3:bucket/" + name, Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name, Account: "111122223333", Partition: "aws", Region: "eu-west-1"})
	r.Scope = &scanners.Scope{}
	off := scanners.KnownFact(scanners.PublicAccessBlock{}, scanners.Origin{})
	r.Scope.AWS.PublicAccessBlock, r.Bucket.AWS.PublicAccessBlock = off, off
	r.Bucket.AWS.Policy = scanners.AbsentFact[scanners.PolicyText](scanners.Origin{})
	if policy != "" {
		r.Bucket.AWS.Policy = scanners.KnownFact(scanners.PolicyText{Text: policy}, scanners.Origin{})
	}
	r.Bucket.AWS.ACL = scanners.KnownFact(scanners.ACL{Owner: "o", Grants: nil}, scanners.Origin{})
	r.Bucket.AWS.Ownership = scanners.KnownFact(scanners.Ownership{Mode: "BucketOwnerEnforced"}, scanners.Origin{})
	r.Bucket.RequesterPays = scanners.KnownFact(scanners.RequesterPays{}, scanners.Origin{})
	r.Bucket.AWS.AccessPoints = scanners.KnownFact(scanners.AccessPoints{List: []scanners.AccessPoint{}}, scanners.Origin{})
	return r
}

func provingJudge(t *testing.T) *judge.Judge {
	t.Helper()
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{Selection: judge.Selection{Rules: []string{"public-list", "outside-disagrees"}}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

const listableBy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::%s"}]}`

func TestBothSides(t *testing.T) {
	j, at := provingJudge(t), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	ok := web.Proof{Outcome: web.Confirmed, Status: 200, Vantage: fetch.Vantage{Source: "198.51.100.7"}}
	o := &outside{answers: map[string]web.Proof{
		"list https://open.s3.eu-west-1.amazonaws.com/?list-type=2":               ok,
		"list https://leaky.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1":   ok,
		"list https://missing.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1": {Outcome: web.NotTried, Why: web.WhyNotFound, Status: 404},
	}}
	type side struct {
		Rule, Resource string
		Outcome        result.Outcome
		Severity       result.Severity
		Proving        result.Proving
		Agreement      string
	}
	var got []side
	for _, rec := range []*scanners.Record{
		s3Bucket("open", fmt.Sprintf(listableBy, "open")), s3Bucket("closed", ""), s3Bucket("leaky", ""),
		s3Bucket("refused", fmt.Sprintf(listableBy, "refused")), s3Bucket("missing", ""),
	} {
		judged := j.Judge(rec, at)
		p := proving{prover: o, judge: j, at: at}
		p.prove(t.Context(), rec, &judged)
		for _, r := range judged.Results {
			if r.Outcome != result.Fail && r.Rule != "TJ9005" {
				continue
			}
			s := side{Rule: r.Rule, Resource: r.Resource.Name, Outcome: r.Outcome, Severity: r.Severity, Proving: r.Proving}
			if r.Probe != nil {
				s.Agreement = r.Probe.Agreement
			}
			if r.Rule == "TJ9005" && r.Outcome == result.Fail && (r.Proof == nil || r.Probe == nil || len(r.Evidence) != 1 || r.Verb != verdict.List || r.Audience != verdict.Anonymous) {
				t.Errorf("%s lacks a side: %+v", r.Resource.Name, r)
			}
			got = append(got, s)
		}
	}
	want := []side{
		{"TJ1001", "open", result.Fail, result.High, result.Confirmed, "agrees"},
		{"TJ9005", "open", result.Pass, result.Medium, "", ""},
		{"TJ9005", "closed", result.Pass, result.Medium, "", ""},
		{"TJ9005", "leaky", result.Fail, result.High, result.Confirmed, "disagrees"},
		{"TJ1001", "refused", result.Fail, result.High, result.Refused, "disagrees"},
		{"TJ9005", "refused", result.Fail, result.Medium, result.Refused, "disagrees"},
		{"TJ9005", "missing", result.NotApplicable, result.Medium, "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(o.sent) != 5 {
		t.Errorf("a witness was sent twice or not at all: %q", o.sent)
	}
}

// Names of objects stay out of what is kept of a request where the user asked for that.
func TestProofsHideKeys(t *testing.T) {
	p := proving{hide: true}
	w := &verdict.Request{Method: "GET", URL: "https://a.s3.amazonaws.com/passport.jpg", Key: "passport.jpg", KeyKnown: true}
	got := p.probe(verdict.Verdict{Verdict: verdict.Yes}, verdict.Read, web.Proof{Outcome: web.Refused, Status: 403, Request: "GET " + w.URL, Detail: "no passport.jpg"}, w)
	if got.Request != "GET https://a.s3.amazonaws.com/REDACTED" || got.Detail != "" {
		t.Errorf("%+v", got)
	}
}

// Proofs are sent side by side, no more than so many at a time, and results come in the order of discovery.
func TestProofsSideBySide(t *testing.T) {
	const records = 600
	j, at := provingJudge(t), time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	o := &outside{hold: make(chan struct{})}
	var order []string
	q := newProofs(func() *proving { return &proving{prover: o, judge: j, at: at} }, func(judged judge.Judged) error {
		order = append(order, judged.Results[0].Resource.Name)
		return nil
	})
	go func() {
		for o.now.Load() < proofsUnderWay {
			runtime.Gosched() // until the room is full: without concurrency this test never ends
		}
		close(o.hold)
	}()
	var want []string
	for i := range records {
		rec := s3Bucket(fmt.Sprintf("b%04d", i), "")
		want = append(want, rec.Name)
		if err := q.add(t.Context(), rec, j.Judge(rec, at)); err != nil {
			t.Fatal(err)
		}
		if len(q.waiting) > proofWindow {
			t.Fatalf("%d records wait", len(q.waiting))
		}
	}
	if err := q.flush(0); err != nil {
		t.Fatal(err)
	}
	q.end()
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if most := o.most.Load(); most > proofsUnderWay {
		t.Errorf("%d at a time", most)
	}
	broken := errors.New("disk full")
	q.deliver = func(judge.Judged) error { return broken }
	rec := s3Bucket("last", "")
	err := q.add(t.Context(), rec, j.Judge(rec, at))
	if err == nil {
		err = q.flush(0)
	}
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	q.end()
}
