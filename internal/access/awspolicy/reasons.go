package awspolicy

// This file says why an answer is unknown.

import (
	"slices"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

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
