// --prove: each read witness is sent once, and the finding says what came of it.

package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners/web"
)

// prover sends read-only witnesses. *web.Scanner implements it.
type prover interface {
	Prove(ctx context.Context, verb verdict.Verb, witness *verdict.Request) web.Proof
}

// prove sends the witness of a finding on exposure and notes the outcome in it.
func (j *judging) prove(ctx context.Context, r *result.Result) {
	if r.Outcome != result.Fail || r.Proof == nil || r.Verb == "" {
		return
	}
	if j.scan.prover == nil {
		return
	}
	p := j.scan.prover.Prove(ctx, r.Verb, r.Proof.Witness)
	switch p.Outcome {
	case web.Confirmed:
		r.Proving = result.Confirmed
	case web.Refused:
		r.Proving = result.Refused
	default:
		r.Proving = result.NotTried
	}
	var said []string
	if p.Status != 0 {
		said = append(said, fmt.Sprintf("%d", p.Status))
	}
	for _, word := range []string{p.Code, string(p.Why), p.Detail} {
		if word != "" {
			said = append(said, word)
		}
	}
	if agreement, why := web.Compare(*r.Proof, p); agreement == web.Disagrees {
		said = append(said, why)
	}
	r.Response = strings.Join(said, " ")
}
