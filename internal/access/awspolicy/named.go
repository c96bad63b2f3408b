package awspolicy

// This file finds the outsiders that a policy names, in principals and in conditions, and what each of them may do.

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// maxNamed bounds the outsiders that are asked about.
const maxNamed = 200

func (s *Solver) namedPhases(p *Principal) []phase {
	var callers []caller
	switch p.Kind {
	case "account":
		callers = []caller{{id: idRole}, {id: idUser}, {id: idRoot}}
	case "arn":
		switch f := strings.SplitN(p.Name, ":", 6); {
		case len(f) == 6 && strings.HasPrefix(f[5], "user/"):
			callers = []caller{{id: idUser}}
		case len(f) == 6 && f[5] == "root":
			callers = []caller{{id: idRoot}}
		default:
			callers = []caller{{id: idRole}}
		}
	case "canonical_user":
		callers = []caller{{id: idCanonical}}
	case "federated":
		callers = []caller{{id: idFederated}}
	case "service":
		callers = []caller{{id: idService}}
	default:
		callers = []caller{{id: idRole}}
	}
	var out []phase
	for _, c := range callers {
		c.name, c.account = p, p.Account
		if c.id == idService && c.account == "" && len(s.strangers) > 0 {
			c.account = s.strangers[0]
		}
		out = append(out, phase{caller: c})
		if c.id == idService {
			// For a resource of somebody else than the stranger: what the service does for the owner.
			c.foreign = true
			out = append(out, phase{caller: c})
			continue
		}
		if s.usesNetwork() {
			c.network, c.foreign = netVPC, true
			out = append(out, phase{c, true})
		}
	}
	return out
}

// NamedGrant is what a named outsider may do.
type NamedGrant struct {
	Principal Principal
	Verbs     map[verdict.Verb]Answer
}

// Named answers all verbs for each outsider that the granting policies name. The owner's own account is left out; when
// it is not known, every named account is listed.
func (s *Solver) Named() []NamedGrant {
	var out []NamedGrant
	spent := 0
	for _, p := range s.outsiders() {
		g := NamedGrant{Principal: p, Verbs: map[verdict.Verb]Answer{}}
		for _, v := range verdict.Verbs() {
			if spent > 8*s.env.limit() {
				g.Verbs[v] = Answer{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonLimit,
					Detail: "the policy names too many outsiders to ask about each"}}}
				continue
			}
			g.Verbs[v] = s.SolveFor(v, p)
			spent += g.Verbs[v].Work
		}
		out = append(out, g)
	}
	return out
}

// outsiders lists the principals that Allow statements name, sorted.
func (s *Solver) outsiders() []Principal {
	var out []Principal
	add := func(p Principal) {
		if p.Account != "" && p.Account == s.env.Account || p.Kind == "organization" && p.Name == s.env.OrgID || len(out) >= maxNamed {
			return
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, l := range s.grants {
		for i := range l.stmts {
			st := &l.stmts[i]
			if st.Effect == EffectDeny {
				continue
			}
			if !st.who.neg {
				namedBy(&st.who, add)
			}
			for _, c := range st.conds {
				if !c.op.neg && !c.ifExists && c.quant != quantAll && c.op.kind == opString {
					namedIn(c, add)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Principal) int { return strings.Compare(a.Kind+"\x00"+a.Name, b.Kind+"\x00"+b.Name) })
	return out
}

func namedBy(w *principals, add func(Principal)) {
	for _, v := range w.aws {
		switch a := accountOf(v); {
		case a != "" && wholeAccount(v):
			add(Principal{Kind: "account", Name: a, Account: a})
		default:
			add(Principal{Kind: "arn", Name: v, Account: a})
		}
	}
	for _, v := range w.canonical {
		add(Principal{Kind: "canonical_user", Name: v})
	}
	for _, v := range w.federated {
		add(Principal{Kind: "federated", Name: v, Account: accountOf(v)})
	}
	for _, v := range w.service {
		add(Principal{Kind: "service", Name: v})
	}
}

// namedIn reads outsiders from a positive condition.
func namedIn(c *clit, add func(Principal)) {
	for _, v := range c.values {
		if strings.Contains(v, "${") {
			continue
		}
		switch c.key {
		case "aws:principalaccount":
			if isAccount(v) {
				add(Principal{Kind: "account", Name: v, Account: v})
			}
		case "aws:principalarn":
			switch a := accountOf(v); {
			case a == "":
			case strings.ContainsAny(v, "*?"), wholeAccount(v):
				add(Principal{Kind: "account", Name: a, Account: a})
			default:
				add(Principal{Kind: "arn", Name: v, Account: a})
			}
		case "aws:principalorgid":
			if !strings.ContainsAny(v, "*?") {
				add(Principal{Kind: "organization", Name: v})
			}
		case "aws:principalorgpaths":
			id, _, _ := strings.Cut(v, "/")
			if strings.HasPrefix(id, "o-") && !strings.ContainsAny(id, "*?") {
				add(Principal{Kind: "organization", Name: id})
			}
		case "aws:userid":
			if v != "*" && v != "anonymous" && !strings.HasPrefix(v, "*") {
				add(Principal{Kind: "userid", Name: v})
			}
		}
	}
}
