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
	limit := s.env.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	w := &work{left: limit}
	total := outcome{answer: verdict.No}
	cover := &coverage{}
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
			o = s.run(verb, ph, &coverage{}, w)
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

// run asks for one kind of caller.
func (s *Solver) run(verb verdict.Verb, ph phase, cover *coverage, w *work) outcome {
	r := &runner{s: s, w: w, out: outcome{answer: verdict.No}, outside: ph.outside, coverage: cover}
	choices := make([]choice, 0, 8)
	for i := range s.actions {
		a := &s.actions[i]
		if a.verb != verb || !possible(a, ph.caller, s.env.ACLs) {
			continue
		}
		choices = append(choices, choice{act: a})
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
	if r.out.answer == verdict.Conditional && r.limited() && r.shut(ph, choices) {
		r.out.reasons = nil // the search gave up, but it could not have come to more
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

// runner goes through the choices of one caller.
type runner struct {
	s       *Solver
	w       *work
	out     outcome
	outside bool
	*coverage
	open  []*stmt // statements already known to open the verb
	loops int
	// probing asks only whether any solution exists, under the values that the scene forces.
	probing bool
}

// maxCubes bounds how often a choice is asked again for values that the client cannot choose.
const maxCubes = 48

func (r *runner) action(sc *scene, lax bool) {
	bit := r.s.actionBit(sc.act)
	var denies []clause
	for i := range r.s.denies {
		d := &r.s.denies[i]
		if c, ok := sc.escape(d, bit); ok {
			denies = append(denies, c)
		}
	}
	denies = append(denies, sc.links()...)
	r.layer(sc, bit, 0, nil, nil, denies, lax)
}

func (s *Solver) actionBit(a *action) uint64 {
	for i := range s.actions {
		if &s.actions[i] == a || s.actions[i].low == a.low {
			return 1 << i
		}
	}
	return 0
}

// escape gives the ways not to be hit by a Deny; ok is false when it does not concern the caller or the action.
func (sc *scene) escape(d *stmt, bit uint64) (clause, bool) {
	if d.Statement.actions&bit == 0 {
		return clause{}, false
	}
	switch t := d.matchesCaller(sc.caller); {
	case t == no, t == maybe && sc.lax:
		return clause{}, false
	}
	if sc.lax && len(d.Unclear) > 0 {
		return clause{}, false
	}
	var c clause
	if d.res != nil {
		c.alts = append(c.alts, []signed{{d.res, false}})
	}
	for _, l := range d.conds {
		c.alts = append(c.alts, []signed{{l, false}})
	}
	return c, true
}

// layer chooses an Allow statement of each granting layer in turn, then solves.
func (r *runner) layer(sc *scene, bit uint64, depth int, stmts []*stmt, base []signed, denies []clause, lax bool) {
	if r.w.out() {
		return
	}
	if depth == len(r.s.grants) {
		if depth > 0 {
			r.choice(sc, stmts, base, denies, lax)
		}
		return
	}
	list := r.s.grants[depth].stmts
	for i := range list {
		st := &list[i]
		if !st.admits(sc, bit) {
			continue
		}
		if !lax && len(r.s.grants) == 1 && slices.Contains(r.open, st) {
			continue
		}
		b := base[:len(base):len(base)]
		if st.res != nil {
			b = append(b, signed{st.res, true})
		}
		for _, l := range st.conds {
			b = append(b, signed{l, true})
		}
		r.layer(sc, bit, depth+1, append(stmts[:depth:depth], st), b, denies, lax)
	}
}

// admits reports whether the statement can be an Allow for the caller and the action.
func (st *stmt) admits(sc *scene, bit uint64) bool {
	if st.Statement.actions&bit == 0 || st.Effect == EffectDeny || st.denyOnly {
		return false
	}
	t := st.matchesCaller(sc.caller)
	if t == no {
		return false
	}
	return sc.lax || t == yes && st.Effect == EffectAllow && len(st.Unclear) == 0
}

// choice solves one choice, as often as there are values that the client cannot choose and that are not covered yet.
func (r *runner) choice(sc *scene, stmts []*stmt, base []signed, denies []clause, lax bool) {
	if lax {
		r.laxChoice(sc, stmts, base, denies)
		return
	}
	for range maxCubes {
		sol, pinned, ok := sc.search(base, append(denies[:len(denies):len(denies)], r.uncovered(sc)...))
		if !ok {
			break
		}
		f := &found{choice: choice{sc.act, slices.Clone(stmts)}, sc: sc, sol: sol}
		for _, st := range stmts {
			if !slices.Contains(r.out.granted, st) {
				r.out.granted = append(r.out.granted, st)
			}
		}
		if len(sol.cube) == 0 && !pinned {
			if r.out.answer != verdict.Yes {
				r.out.answer, r.out.best, r.out.depends = verdict.Yes, f, nil
			}
			r.open = append(r.open, stmts...)
			break
		}
		if r.out.answer == verdict.No {
			r.out.answer, r.out.best, r.out.depends = verdict.Conditional, f, sol.cube
		}
		if pinned || len(sol.cube) == 0 {
			break
		}
		if r.scope == nil {
			r.scope = sc
		}
		var c clause
		for _, x := range sol.cube {
			c.alts = append(c.alts, []signed{{x.l, !x.want}})
		}
		r.blocked = append(r.blocked, c)
		if r.loops++; r.loops >= maxCubes {
			sc.incomplete = true
			break
		}
	}
	if sc.incomplete {
		r.limit()
	}
}

// limited reports whether a search was given up.
func (r *runner) limited() bool {
	return slices.ContainsFunc(r.out.reasons, func(x verdict.Reason) bool { return x.Code == verdict.ReasonLimit })
}

func (r *runner) limit() {
	if r.limited() {
		return
	}
	r.out.reasons = append(r.out.reasons, verdict.Reason{Code: verdict.ReasonLimit,
		Detail: "values of linked condition keys were tried up to the limit of the search"})
}

// settle turns what was found into an answer: the cubes together may cover all that the client cannot choose.
func (r *runner) settle() {
	if r.out.answer == verdict.Conditional && r.coversAll() {
		r.out.answer, r.out.depends = verdict.Yes, nil
	}
	if r.out.answer == verdict.Yes {
		if r.outside {
			r.out.answer = verdict.Conditional
		} else {
			r.out.reasons = nil
		}
	}
}

// laxChoice looks for a request that the undecided points might let through.
func (r *runner) laxChoice(sc *scene, stmts []*stmt, base []signed, denies []clause) {
	if r.probing {
		if _, ok := sc.solve(base, denies); ok {
			r.out.answer = verdict.Unknown
		}
		return
	}
	sol, _, ok := sc.search(base, append(denies[:len(denies):len(denies)], r.uncovered(sc)...))
	if !ok {
		return
	}
	if r.out.answer == verdict.Conditional && (len(sol.cube) > 0 || r.outside) {
		return // an undecided point could not make it more than conditional
	}
	before := len(r.out.reasons)
	sc.forced = sol.forced
	r.explain(sc, stmts, base, sol)
	sc.forced = nil
	if len(r.out.reasons) == before && before == 0 {
		r.limit()
	}
}

// explain names the undecided points that a lax solution rests on.
func (r *runner) explain(sc *scene, stmts []*stmt, base []signed, sol *solution) {
	for _, st := range stmts {
		r.unclear(sc, st)
	}
	for _, c := range base {
		if sc.eval(c.l, sol.model[c.l.k]) == maybe {
			r.reason(sc.why(c.l))
		}
	}
	bit := r.s.actionBit(sc.act)
	strict := *sc // not lax: it keeps the Deny statements whose reach is undecided
	strict.lax = false
	for i := range r.s.denies {
		d := &r.s.denies[i]
		c, ok := strict.escape(d, bit)
		if !ok {
			continue
		}
		hit := true
		for _, alt := range c.alts {
			if sc.eval(alt[0].l, sol.model[alt[0].l.k]) == no {
				hit = false
			}
		}
		if !hit {
			continue
		}
		r.unclear(sc, d)
		for _, alt := range c.alts {
			if sc.eval(alt[0].l, sol.model[alt[0].l.k]) == maybe {
				r.reason(sc.why(alt[0].l))
			}
		}
	}
}

func (r *runner) unclear(sc *scene, st *stmt) {
	for _, u := range st.Unclear {
		r.reason(verdict.Reason{Code: verdict.ReasonMalformed, Detail: st.place() + ": " + u})
	}
	if len(st.Unclear) == 0 && st.matchesCaller(sc.caller) == maybe {
		r.reason(verdict.Reason{Code: verdict.ReasonOpen, Detail: st.place() + ": whether the principal element covers this caller is not documented"})
	}
}

func (r *runner) reason(x verdict.Reason) {
	if len(r.out.reasons) < 16 && !slices.Contains(r.out.reasons, x) {
		r.out.reasons = append(r.out.reasons, x)
	}
}

// why says what leaves a literal undecided.
func (sc *scene) why(l *clit) verdict.Reason {
	d := sc.dom(l.k)
	switch {
	case d.kind == domUnknown && d.unread != "":
		return verdict.Reason{Code: verdict.ReasonUnread, Fact: d.unread, Detail: d.reason + ", and " + l.name + " depends on it"}
	case d.kind == domUnknown:
		return verdict.Reason{Code: verdict.ReasonOpen, Detail: d.reason}
	case l.unclear != "":
		return verdict.Reason{Code: verdict.ReasonMalformed, Detail: l.unclear}
	case d.multi && l.quant == quantNone:
		return verdict.Reason{Code: verdict.ReasonOpen, Detail: l.opName + " without a set operator on " + l.name + ", which has several values, is not documented"}
	case l.linked && (l.op.kind == opResource || d.typ != typeDate && d.typ != typeEpoch):
		if x, ok := sc.unknownVariable(l); ok {
			return x
		}
		return verdict.Reason{Code: verdict.ReasonLimit, Detail: "values of the policy variables in " + l.name + " were tried up to the limit of the search"}
	}
	return verdict.Reason{Code: verdict.ReasonOpen, Detail: l.opName + " on " + l.name + " is not documented"}
}

func (sc *scene) unknownVariable(l *clit) (verdict.Reason, bool) {
	for i := range l.texts {
		for _, p := range l.texts[i].parts {
			if p.key == "" {
				continue
			}
			d := sc.dom(sc.s.index[p.key])
			switch {
			case d.kind == domUnknown && d.unread != "":
				return verdict.Reason{Code: verdict.ReasonUnread, Fact: d.unread, Detail: d.reason + ", and a policy variable depends on it"}, true
			case d.kind == domUnknown:
				return verdict.Reason{Code: verdict.ReasonOpen, Detail: d.reason}, true
			case d.multi || d.typ == typeDate || d.typ == typeEpoch:
				return verdict.Reason{Code: verdict.ReasonOpen, Detail: "a policy variable for " + p.key + " is not documented"}, true
			}
		}
	}
	if l.op.kind == opResource && l.op.neg {
		return verdict.Reason{Code: verdict.ReasonOpen, Detail: "NotResource with a variable that has no value is not documented"}, true
	}
	return verdict.Reason{}, false
}

// closers finds the Deny statements that stop what would be allowed without them.
func (r *runner) closers(ph phase, choices []choice) {
	if len(r.s.denies) == 0 {
		return
	}
	for i := range choices {
		sc := r.s.scene(ph.caller, choices[i].act, r.w)
		bit := r.s.actionBit(sc.act)
		bare := &runner{s: r.s, w: r.w, out: outcome{answer: verdict.No}, coverage: &coverage{}}
		bare.layer(sc, bit, 0, nil, nil, sc.links(), false)
		if bare.out.best == nil {
			continue
		}
		for j := range r.s.denies {
			d := &r.s.denies[j]
			c, ok := sc.escape(d, bit)
			if !ok {
				continue
			}
			hit := true
			for _, alt := range c.alts {
				if sc.eval(alt[0].l, bare.out.best.sol.model[alt[0].l.k]) == no {
					hit = false
					break
				}
			}
			if hit {
				r.out.closed = append(r.out.closed, d)
			}
		}
		if len(r.out.closed) > 0 {
			r.out.granted = bare.out.granted
			return
		}
	}
}
