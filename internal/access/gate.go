// Gates that a request must pass whatever grants it: switches of the account, network rules.

package access

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// gate is a setting that must let a request through: open, closed, conditional or unknown.
type gate struct {
	answer  verdict.Answer
	guard   verdict.Guard
	depends []string
	reason  verdict.Reason
	assumed string
}

// rangeGate lets the public addresses of the ranges through.
func rangeGate(rules []string, guard verdict.Guard) gate {
	var ranges []netip.Prefix
	for _, rule := range rules {
		p, ok := parseRange(rule)
		if !ok {
			guard.State = "unknown"
			return gate{answer: verdict.Unknown, guard: guard, reason: verdict.Reason{Code: verdict.ReasonMalformed, Detail: fmt.Sprintf("address range %q cannot be read", rule)}}
		}
		ranges = append(ranges, p)
	}
	switch {
	case onlyReserved(ranges):
		guard.Detail = "no public address is let in"
		return gate{answer: verdict.No, guard: guard}
	case coversInternet(ranges):
		guard.State, guard.Detail = "open", "the address rules together let in every public address"
		return gate{answer: verdict.Yes, guard: guard}
	default:
		guard.Detail = "lets in some public addresses"
		return gate{answer: verdict.Conditional, guard: guard, depends: []string{"source_ip in " + strings.Join(rules, ", ")}}
	}
}

// through applies gates to what a grant opens, in the order in which they decide.
func through(v verdict.Verdict, gates ...gate) verdict.Verdict {
	if v.Verdict == verdict.No {
		return v
	}
	for _, g := range gates {
		switch g.answer {
		case verdict.No:
			return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{g.guard}}
		case verdict.Unknown:
			v.Reasons = append(v.Reasons, g.reason)
			v.Verdict = verdict.Unknown
		case verdict.Conditional:
			if v.Verdict == verdict.Yes {
				v.Verdict = verdict.Conditional
			}
			v.DependsOn = append(v.DependsOn, g.depends...)
			v.Guards = append(v.Guards, g.guard)
		default:
			v.Guards = append(v.Guards, g.guard)
		}
	}
	return v
}
