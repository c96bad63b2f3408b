package awspolicy

// This file asks a question of every kind of caller, action and statement, and joins what is found.

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// phase is one kind of caller that an audience can be.
type phase struct {
	caller caller
	// outside says that the situation itself is not the caller's to choose, so nothing found is more than conditional.
	outside bool
}

// choice is one way to be allowed: an action and one Allow statement of each granting layer.
type choice struct {
	act   *action
	stmts []*stmt
}

// found is a solution with where it came from.
type found struct {
	choice
	sc  *scene
	sol *solution
}

// outcome is what one phase, or all of them, found.
type outcome struct {
	answer  verdict.Answer
	best    *found
	granted []*stmt
	depends []signed
	reasons []verdict.Reason
	closed  []*stmt
}

// Solve answers for a verb and an audience. For verdict.Named use SolveFor.
func (s *Solver) Solve(verb verdict.Verb, who verdict.Audience) Answer {
	return s.overTime(func(t *Solver) Answer { return t.ask(verb, t.phases(who)) })
}

// SolveFor answers for one named outsider.
func (s *Solver) SolveFor(verb verdict.Verb, who Principal) Answer {
	return s.overTime(func(t *Solver) Answer { return t.ask(verb, t.namedPhases(&who)) })
}

func (s *Solver) uses(keys ...string) bool {
	for _, k := range keys {
		if _, ok := s.index[k]; ok {
			return true
		}
	}
	return false
}

func (s *Solver) usesPrefix(prefix string) bool {
	return slices.ContainsFunc(s.keys, func(k string) bool { return strings.HasPrefix(k, prefix) })
}

// usesNetwork reports whether it matters that a request comes through a VPC endpoint.
func (s *Solver) usesNetwork() bool {
	return s.uses("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourcevpcarn",
		"aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths")
}

// usesService reports whether a grant speaks of the resource for which an AWS service calls. Only then does the audience
// of any account include services that act for a stranger's resource: otherwise it is a signed request by a principal of
// another account.
func (s *Solver) usesService() bool {
	for _, l := range s.grants {
		for i := range l.stmts {
			if l.stmts[i].Effect == EffectDeny {
				continue
			}
			for _, c := range l.stmts[i].conds {
				switch c.key {
				case "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths":
					return true
				}
			}
		}
	}
	return false
}

func (s *Solver) usesIdentity() bool {
	return s.uses("aws:principaltype", "aws:principalarn", "aws:username", "aws:userid", "aws:tokenissuetime",
		"aws:federatedprovider", "aws:sourceidentity") || s.usesPrefix("aws:principaltag/")
}

func (s *Solver) phases(who verdict.Audience) []phase {
	if who == verdict.Anonymous {
		if s.via != nil {
			return nil // access points take signed requests only
		}
		out := []phase{{caller: caller{id: idNone}}}
		if s.usesNetwork() {
			out = append(out, phase{caller{id: idNone, network: netVPC}, true})
		}
		return out
	}
	ids := []identity{idRole}
	if s.usesIdentity() {
		ids = append(ids, idUser, idRoot)
	}
	if len(s.strangers) == 0 {
		return nil
	}
	own := s.strangers[0]
	var out, outside []phase
	add := func(list []phase, c caller, beyond bool) []phase {
		c.account = own
		return append(list, phase{c, beyond})
	}
	closed := s.via != nil && s.via.VPC != ""
	for _, id := range ids {
		if closed {
			outside = add(outside, caller{id: id, network: netVPC, foreign: true}, true)
			continue
		}
		out = add(out, caller{id: id}, false)
		if s.usesNetwork() {
			out = add(out, caller{id: id, network: netVPC}, false)
			outside = add(outside, caller{id: id, network: netVPC, foreign: true}, true)
		}
		if s.uses("s3:x-amz-server-side-encryption-aws-kms-key-id") {
			outside = add(outside, caller{id: id, foreign: true}, false)
		}
	}
	if !closed && s.usesService() {
		out = add(out, caller{id: idService}, false)
	}
	return append(out, outside...)
}

// ask runs the phases until one says yes.
func (s *Solver) ask(verb verdict.Verb, phases []phase) Answer {
	limit := s.env.limit()
	w := &work{left: limit}
	total := outcome{answer: verdict.No}
	cover := &coverage{verb: verb, phases: inside(phases)}
	for _, ph := range phases {
		if ph.outside {
			cover = &coverage{}
		}
		o := s.everyAccount(verb, ph, cover, w)
		total.reasons = append(total.reasons, o.reasons...)
		if len(total.closed) == 0 {
			total.closed = o.closed
		}
		if o.answer.Rank() > total.answer.Rank() {
			o.reasons, o.closed = total.reasons, total.closed
			total = o
		}
		if total.answer == verdict.Yes {
			break
		}
	}
	if w.out() && total.answer != verdict.Yes {
		total.reasons = append(total.reasons, verdict.Reason{Code: verdict.ReasonLimit, Detail: "the search for a request reached its work limit"})
		if total.answer == verdict.No {
			total.answer = verdict.Unknown
		}
	}
	a := s.report(total)
	a.Work = limit - w.left
	return a
}

// everyAccount asks for each stranger's account where the policy has patterns over parts of account ids: open to nearly
// all accounts is open, open to some is conditional.
func (s *Solver) everyAccount(verb verdict.Verb, ph phase, cover *coverage, w *work) outcome {
	o := s.run(verb, ph, cover, w)
	if len(s.strangers) < 2 || !ph.caller.signed() || ph.caller.name != nil {
		return o
	}
	open, best := 0, o
	for i, account := range s.strangers {
		if i > 0 {
			ph.caller.account = account
			own := []phase{ph}
			if ph.outside {
				own = nil
			}
			o = s.run(verb, ph, &coverage{verb: verb, phases: own}, w)
		}
		if o.answer == verdict.Yes {
			open++
		}
		if o.answer.Rank() > best.answer.Rank() {
			best = o
		}
	}
	if best.answer == verdict.Yes && open < len(s.strangers)-1 {
		best.answer = verdict.Conditional
		best.depends = append(best.depends, signed{}) // stands for the account id
	}
	return best
}

// grantable reports whether every granting layer has a statement, other than a Deny, that speaks of the action and may
// speak of the caller. Where one has none, nothing is allowed and nothing needs to be searched.
func (s *Solver) grantable(c caller, bit uint64) bool {
	for i := range s.grants {
		if !slices.ContainsFunc(s.grants[i].stmts, func(st stmt) bool {
			return st.Statement.actions&bit != 0 && st.Effect != EffectDeny && !st.denyOnly && st.matchesCaller(c) != no
		}) {
			return false
		}
	}
	return true
}

// choices lists the actions of a verb that may be granted to a caller.
func (s *Solver) choices(verb verdict.Verb, c caller) []choice {
	out := make([]choice, 0, 8)
	for i := range s.actions {
		a := &s.actions[i]
		if a.verb == verb && possible(a, c, s.env.ACLs) && s.grantable(c, s.actionBit(a)) {
			out = append(out, choice{act: a})
		}
	}
	return out
}

// inside leaves the phases whose situation is the caller's to choose.
func inside(phases []phase) []phase {
	return slices.DeleteFunc(slices.Clone(phases), func(ph phase) bool { return ph.outside })
}

// run asks for one kind of caller.
func (s *Solver) run(verb verdict.Verb, ph phase, cover *coverage, w *work) outcome {
	r := &runner{s: s, w: w, out: outcome{answer: verdict.No}, outside: ph.outside, coverage: cover}
	choices := s.choices(verb, ph.caller)
	if len(choices) == 0 {
		return r.out
	}
	for i := range choices {
		a := choices[i].act
		sc := s.scene(ph.caller, a, w)
		r.action(sc, false)
		if w.out() {
			break
		}
	}
	r.settle()
	if r.out.answer == verdict.Yes || w.out() {
		return r.out
	}
	if r.out.answer == verdict.Conditional && (r.shut || r.limited() && r.mustShut()) {
		r.out.reasons = nil // the search gave up, but it could not have come to more
		return r.out
	}
	for i := range choices {
		sc := s.scene(ph.caller, choices[i].act, w)
		sc.lax = true
		r.action(sc, true)
		if w.out() {
			break
		}
	}
	if r.out.answer == verdict.No {
		switch {
		case len(r.out.reasons) > 0:
			r.out.answer = verdict.Unknown
		default:
			r.closers(ph, choices)
		}
	}
	return r.out
}

// possible reports whether S3 lets such a caller do the action at all.
func possible(a *action, c caller, acls Tri) bool {
	switch {
	case a.trait&signedOnly != 0 && !c.signed():
		return false
	case a.trait&namedOnly != 0 && c.name == nil:
		return false
	case a.trait&setsACL != 0 && acls == Off:
		return false
	}
	return true
}
