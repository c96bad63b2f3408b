// --prove: each request that a verdict rests on is sent once, and what came back stands beside the verdict.

package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

// prover sends read-only witnesses. *web.Scanner implements it, and keeps the pace at each host.
type prover interface {
	Prove(ctx context.Context, verb verdict.Verb, witness *verdict.Request) web.Proof
}

// proving sends the proofs of one record and fills in its results.
type proving struct {
	prover prover
	judge  *judge.Judge
	at     time.Time
	hide   bool // names of objects
	sent   map[string]web.Proof
}

// prove sends what is to be sent for a record: for every finding on exposure its witness, and for a bucket that the
// settings call open or closed to anybody the request that shows it. Nothing is sent twice.
func (p *proving) prove(ctx context.Context, rec *scanners.Record, judged *judge.Judged) {
	p.sent = map[string]web.Proof{}
	for i := range judged.Results {
		p.finding(ctx, &judged.Results[i])
	}
	if rec == nil || rec.Kind != scanners.KindBucket {
		return
	}
	inside := access.Judge(rec, p.at)
	var sides []judge.Probed
	for _, verb := range []verdict.Verb{verdict.List, verdict.Read} {
		v := inside.Of(verdict.Anonymous, verb)
		witness := v.Witness
		switch v.Verdict {
		case verdict.Unknown:
			continue
		case verdict.No:
			if witness = web.PlainRequest(rec, verb); witness == nil {
				continue
			}
		}
		sides = append(sides, judge.Probed{
			Audience: verdict.Anonymous, Verb: verb, Inside: v, Assumed: inside.Assumed,
			Outside: p.probe(v, verb, p.send(ctx, verb, witness), witness),
		})
	}
	compared := p.judge.Probed(rec, p.at, sides)
	judged.Results = append(judged.Results, compared.Results...)
	judged.Woes = append(judged.Woes, compared.Woes...)
}

// finding sends the witness of one finding and notes in it what came of it.
func (p *proving) finding(ctx context.Context, r *result.Result) {
	if r.Outcome != result.Fail || r.Proof == nil || r.Verb == "" {
		return
	}
	probe := p.probe(*r.Proof, r.Verb, p.send(ctx, r.Verb, r.Proof.Witness), r.Proof.Witness)
	r.Probe, r.Proving, r.Response = &probe, probe.Outcome, responseOf(probe)
}

// send sends a witness unless it has been sent.
func (p *proving) send(ctx context.Context, verb verdict.Verb, witness *verdict.Request) web.Proof {
	key := fmt.Sprintf("%s %+v", verb, witness)
	if witness != nil {
		key = fmt.Sprintf("%s %+v", verb, *witness)
	}
	proof, known := p.sent[key]
	if !known {
		proof = p.prover.Prove(ctx, verb, witness)
		p.sent[key] = proof
	}
	return proof
}

// probe puts a proof beside its verdict.
func (p *proving) probe(v verdict.Verdict, verb verdict.Verb, proof web.Proof, witness *verdict.Request) result.Probe {
	agreement, because := web.Compare(v, proof)
	out := result.Probe{
		Outcome: result.NotTried, Why: string(proof.Why), Request: proof.Request, Status: int64(proof.Status), Code: proof.Code,
		Detail: proof.Detail, Agreement: string(agreement), Because: because,
		Vantage: result.Vantage{
			Source: proof.Vantage.Source, Remote: proof.Vantage.Remote, Proxy: proof.Vantage.Proxy, PrivateAnswer: proof.Vantage.PrivateAnswer,
		},
	}
	switch proof.Outcome {
	case web.Confirmed:
		out.Outcome = result.Confirmed
	case web.Refused:
		out.Outcome = result.Refused
	}
	if p.hide && verb == verdict.Read && witness != nil && witness.Key != "" {
		out.Request, out.Detail = hostOf(out.Request), ""
	}
	return out
}

// hostOf keeps method and host of a request line.
func hostOf(request string) string {
	method, address, _ := strings.Cut(request, " ")
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return method + " " + u.Scheme + "://" + u.Host + "/REDACTED"
}

// responseOf is an answer in a line.
func responseOf(p result.Probe) string {
	var said []string
	if p.Status != 0 {
		said = append(said, fmt.Sprint(p.Status))
	}
	for _, word := range []string{p.Code, p.Why, p.Detail} {
		if word != "" {
			said = append(said, word)
		}
	}
	if p.Agreement == string(web.Disagrees) {
		said = append(said, p.Because)
	}
	return strings.Join(said, " ")
}

const (
	// proofsUnderWay is how many records are proven at a time; the prover spaces the requests to each host.
	proofsUnderWay = 32
	// proofWindow is how many judged records wait for an earlier one, so that results keep the order of discovery.
	proofWindow = 256
)

// proofs is a queue of judged records: proven side by side, delivered in order.
type proofs struct {
	make    func() *proving
	deliver func(judge.Judged) error

	room    chan struct{}
	running sync.WaitGroup
	waiting []*waitingRecord
}

type waitingRecord struct {
	judged judge.Judged
	done   chan struct{}
}

func newProofs(of func() *proving, deliver func(judge.Judged) error) *proofs {
	return &proofs{make: of, deliver: deliver, room: make(chan struct{}, proofsUnderWay)}
}

// add takes a judged record, which it owns from now on, and delivers those that are through.
func (q *proofs) add(ctx context.Context, rec *scanners.Record, judged judge.Judged) error {
	w := &waitingRecord{judged: judged, done: make(chan struct{})}
	q.waiting = append(q.waiting, w)
	q.room <- struct{}{}
	q.running.Go(func() {
		defer func() { <-q.room; close(w.done) }()
		q.make().prove(ctx, rec, &w.judged)
	})
	return q.flush(proofWindow)
}

// flush delivers, in order, what is done, and waits until no more than left are waiting.
func (q *proofs) flush(left int) error {
	for len(q.waiting) > 0 {
		first := q.waiting[0]
		if len(q.waiting) <= left {
			select {
			case <-first.done:
			default:
				return nil
			}
		}
		<-first.done
		q.waiting[0], q.waiting = nil, q.waiting[1:]
		if err := q.deliver(first.judged); err != nil {
			return err
		}
	}
	return nil
}

// end waits for what is under way; call it however the scan ended.
func (q *proofs) end() { q.running.Wait() }
