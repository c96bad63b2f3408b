// Requests that were sent from outside, beside what the settings say of them.

package judge

import (
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// Probed is one request that was sent for a verdict, with what came back.
type Probed struct {
	Audience verdict.Audience
	Verb     verdict.Verb
	// Inside is what the settings say, Assumed what they leave to the levels above.
	Inside  verdict.Verdict
	Assumed []string
	// Outside is what came back.
	Outside result.Probe
}

// probeView is a request as rules see it.
type probeView struct {
	Audience  verdict.Audience `json:"audience"`
	Verb      verdict.Verb     `json:"verb"`
	Settings  verdict.Answer   `json:"settings"`  // "yes", "no", "conditional", "unknown"
	Outcome   result.Proving   `json:"outcome"`   // "confirmed", "refused", "not_tried"
	Agreement string           `json:"agreement"` // "agrees", "disagrees", "open"
	Status    int64            `json:"status"`
	Code      string           `json:"code"`
}

// probed binds a request to an activation.
type probed struct {
	view probeView
	from Probed
}

// dress names the question that was asked.
func (p *probed) dress(r *result.Result) { r.Audience, r.Verb = p.view.Audience, p.view.Verb }

// factProbe is the name under which evidence holds what came from outside. It is no fact of a record.
const factProbe scanners.FactName = "probe"

// prove shows both sides: the verdict with its grants and guards, and the answer.
func (p *probed) prove(r *result.Result) {
	inside, outside := p.from.Inside, p.from.Outside
	r.Proof, r.Probe, r.Proving, r.Assumed = &inside, &outside, outside.Outcome, p.from.Assumed
	r.Cause = result.CauseOf(inside.Grants, append(append([]verdict.Guard{}, inside.Guards...), inside.ClosedBy...))
	r.Evidence = []result.Evidence{evidenceOf(factProbe, scanners.Origin{Call: outside.Request}, map[string]any{
		"settings": inside.Verdict, "answer": outside,
	})}
}

// Probed judges the requests that were sent for a record by the rules that apply to probes.
func (j *Judge) Probed(rec *scanners.Record, at time.Time, sent []Probed) Judged {
	var out Judged
	if len(sent) == 0 {
		return out
	}
	a := newActivation(j)
	for _, s := range sent {
		a.reset(rec, at)
		a.probe = &probed{from: s, view: probeView{
			Audience: s.Audience, Verb: s.Verb, Settings: s.Inside.Verdict, Outcome: s.Outside.Outcome,
			Agreement: s.Outside.Agreement, Status: s.Outside.Status, Code: s.Outside.Code,
		}}
		var one Judged
		j.judge(a, KindProbe, rec.Provider, &one)
		out.Results = append(out.Results, one.Results...)
		out.Woes = append(out.Woes, one.Woes...)
	}
	return out
}
