package awspolicy

// This file turns a solution into an answer: statements, exposed keys, what the client must send, and the request.

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

func moment(s float64) time.Time {
	whole := math.Floor(s)
	return time.Unix(int64(whole), int64((s-whole)*1e9)).UTC()
}

func (st *stmt) ref() StatementRef {
	return StatementRef{Where: st.layer.Where, Index: st.Index, Sid: st.Sid, Text: st.Text, Offset: st.Offset}
}

func refs(list []*stmt) []StatementRef {
	var out []StatementRef
	for _, st := range list {
		out = append(out, st.ref())
	}
	return out
}

func (s *Solver) report(o outcome) Answer {
	a := Answer{Verdict: o.answer, Reasons: o.reasons}
	slices.SortStableFunc(o.granted, func(x, y *stmt) int {
		if x.layer != y.layer {
			return strings.Compare(x.layer.Where, y.layer.Where)
		}
		return x.Index - y.Index
	})
	a.Grants = refs(o.granted)
	a.ClosedBy = refs(o.closed)
	if o.best == nil || o.answer == verdict.No || o.answer == verdict.Unknown {
		return a
	}
	b := o.best
	a.Witness = s.witness(b)
	a.Needs = s.needs(b)
	if o.answer == verdict.Conditional {
		a.DependsOn = s.depends(b, o.depends)
	}
	bit := s.actionBit(b.act)
	for i := range s.denies {
		d := &s.denies[i]
		if d.Statement.actions&bit != 0 && d.matchesCaller(b.sc.caller) != no && d.Effect == EffectDeny {
			a.Evaded = append(a.Evaded, d.ref())
		}
	}
	a.Patterns, a.Except = s.exposed(b, o.granted)
	return a
}

// maxPatterns bounds the lists of exposed patterns.
const maxPatterns = 64

// exposed lists the key patterns that the granting statements open to this caller.
func (s *Solver) exposed(b *found, granted []*stmt) (patterns, except []string) {
	add := func(list []string, p string) []string {
		if len(list) < maxPatterns && !slices.Contains(list, p) {
			return append(list, p)
		}
		return list
	}
	if b.act.verb == verdict.List {
		for _, p := range s.listed(b, granted) {
			patterns = add(patterns, p)
		}
		return patterns, nil
	}
	w := &work{left: s.env.limit() / 4} // shared, so that many patterns cost no more than one question
	for _, st := range granted {
		if st.res == nil || s.via != nil && !st.layer.OnAccessPoint {
			continue // through an access point its own policy names the keys
		}
		sc := b.sc
		if st.res.op.neg || !sc.object() {
			if sc.object() {
				patterns = add(patterns, "*")
				for _, l := range st.res.object {
					for _, p := range l.residue() {
						except = add(except, p)
					}
				}
			}
			continue
		}
		langs := sc.langs(st.res).sure
		for _, l := range langs {
			if l.start == nil || len(langs) > 1 && !s.opens(b, granted, st, l, w) {
				continue
			}
			for _, p := range l.residue() {
				patterns = add(patterns, p)
			}
		}
	}
	if slices.Contains(patterns, "*") {
		patterns = []string{"*"}
	}
	for i := range s.denies {
		d := &s.denies[i]
		if d.res == nil || d.res.op.neg || d.res.linked || d.Effect != EffectDeny {
			continue
		}
		for _, l := range d.res.object {
			if l.p.universal(l.start) || s.reaches(b, granted, l, w) {
				continue
			}
			for _, p := range l.residue() {
				except = add(except, p)
			}
		}
	}
	return patterns, except
}

func onKey(l lang) signed {
	c := bare(keyResource, literal{op: operator{kind: opResource}})
	c.object = []lang{l}
	return demand(c, true)
}

// opens reports whether the statement opens a key of the language to the caller.
func (s *Solver) opens(b *found, granted []*stmt, st *stmt, l lang, w *work) bool {
	var list []*stmt
	for _, g := range granted {
		if g == st || g.layer != st.layer {
			list = append(list, g)
		}
	}
	return s.reaches(b, list, l, w)
}

// reaches reports whether any action of the verb, allowed by one of the statements of each layer, reaches a key of the
// language; where the work runs out it says so too.
func (s *Solver) reaches(b *found, granted []*stmt, l lang, w *work) bool {
	for i := range s.actions {
		a := &s.actions[i]
		if a.verb != b.act.verb || a.trait&onObject == 0 || !possible(a, b.sc.caller, s.env.ACLs) {
			continue
		}
		sc := s.scene(b.sc.caller, a, w)
		bit := s.actionBit(a)
		clauses := sc.links()
		for j := range s.denies {
			if c, ok := sc.escape(&s.denies[j], bit); ok {
				clauses = append(clauses, c)
			}
		}
		if s.reachesThrough(sc, bit, 0, []signed{onKey(l)}, granted, clauses) {
			return true
		}
	}
	return w.out()
}

// reachesThrough takes one of the statements per granting layer.
func (s *Solver) reachesThrough(sc *scene, bit uint64, layer int, base []signed, granted []*stmt, clauses []clause) bool {
	if layer == len(s.grants) {
		_, _, ok := sc.search(base, clauses)
		return ok
	}
	for _, st := range granted {
		if st.layer != &s.grants[layer].Layer || !st.admits(sc, bit) || st.res == nil {
			continue
		}
		next := append(base[:len(base):len(base)], demand(st.res, true))
		for _, c := range st.conds {
			next = append(next, demand(c, true))
		}
		if s.reachesThrough(sc, bit, layer+1, next, granted, clauses) {
			return true
		}
	}
	return false
}

// listed turns constraints on s3:prefix into the patterns of keys that a listing shows.
func (s *Solver) listed(b *found, granted []*stmt) []string {
	k, ok := s.index["s3:prefix"]
	if !ok || b.sc.dom(k).kind == domAbsent {
		return []string{"*"}
	}
	w := &work{left: s.env.limit() / 4}
	sc := s.scene(b.sc.caller, b.act, w)
	bit := s.actionBit(b.act)
	clauses := sc.links()
	for j := range s.denies {
		if c, ok := sc.escape(&s.denies[j], bit); ok {
			clauses = append(clauses, c)
		}
	}
	var out []string
	for _, st := range granted {
		if !st.admits(sc, bit) || st.res == nil {
			continue
		}
		base := []signed{demand(st.res, true)}
		for _, c := range st.conds {
			base = append(base, demand(c, true))
		}
		empty := isText(k, false, quantNone, "")
		for _, c := range [...]signed{demand(isPresent(k), false), demand(empty, true)} {
			if _, _, ok := sc.search(append(base[:len(base):len(base)], c), clauses); ok {
				return []string{"*"}
			}
		}
		for _, c := range st.conds {
			if c.k != k || c.op.kind != opString || c.op.neg {
				continue
			}
			for _, l := range sc.langs(c).sure {
				only := bare(k, literal{op: operator{kind: opString}})
				only.whole = []lang{l}
				if _, _, ok := sc.search(append(base[:len(base):len(base)], demand(only, true)), clauses); ok {
					out = append(out, strings.TrimRight(l.p.String(), "*")+"*")
				}
			}
		}
		if len(out) == 0 {
			if v := b.sol.model[k]; v.present {
				out = append(out, v.text+"*")
			}
		}
	}
	return out
}

// label is the short name of a condition key in needs and depends_on.
func label(key string) string {
	switch key {
	case "aws:referer":
		return "referer"
	case "aws:useragent":
		return "user_agent"
	case "aws:sourceip":
		return "source_ip"
	case "aws:sourcevpc":
		return "source_vpc"
	case "aws:sourcevpce":
		return "source_vpce"
	case "aws:vpcsourceip":
		return "vpc_source_ip"
	case "aws:securetransport":
		return "secure_transport"
	case "s3:tlsversion":
		return "tls_version"
	case "s3:prefix":
		return "prefix"
	case "s3:delimiter":
		return "delimiter"
	case "s3:max-keys":
		return "max_keys"
	case "s3:versionid":
		return "version_id"
	case "s3:authtype":
		return "auth_type"
	case "s3:signatureage":
		return "signature_age"
	}
	if rest, ok := strings.CutPrefix(key, "s3:existingobjecttag/"); ok {
		return "existing_object_tag/" + rest
	}
	if rest, ok := strings.CutPrefix(key, "s3:requestobjecttag/"); ok {
		return "request_object_tag/" + rest
	}
	if rest, ok := strings.CutPrefix(key, "s3:x-amz-"); ok {
		return "x-amz-" + rest
	}
	return key
}

// needs lists what the client must send beyond a plain request.
func (s *Solver) needs(b *found) []string {
	var out []string
	for k := 1; k < len(s.keys); k++ {
		v := b.sol.model[k]
		plain, _ := b.sc.plain(k)
		d := b.sc.dom(k)
		if d.kind == domUnknown || d.kind == domAbsent || d.uncontrolled || !v.present || same(v, plain) {
			continue
		}
		if d.multi {
			out = append(out, label(s.keys[k])+"="+strings.Join(v.many, ","))
			continue
		}
		out = append(out, label(s.keys[k])+"="+v.text)
	}
	if b.act.trait&keysVersion != 0 {
		out = append(out, "version_id of an object")
	}
	if b.sc.caller.id == idService {
		out = append(out, "an AWS service that acts for the caller's own resource")
	}
	if b.sc.caller.network == netVPC && b.sc.caller.signed() && !b.sc.caller.foreign {
		out = append(out, "a VPC endpoint of the caller's own")
	}
	slices.Sort(out)
	return out
}

func same(a, b value) bool {
	return a.present == b.present && a.text == b.text && slices.Equal(a.many, b.many)
}

// depends describes the values that the client cannot choose.
func (s *Solver) depends(b *found, cube []signed) []string {
	var out []string
	byKey := map[int][]signed{}
	for _, x := range cube {
		if x.l == nil {
			out = append(out, "the caller's account id")
			continue
		}
		byKey[x.l.k] = append(byKey[x.l.k], x)
	}
	for k, list := range byKey {
		if d := b.sc.dom(k); d.kind == domAddr {
			if set, ok := b.sc.addrsFor(d, list); ok {
				out = append(out, label(s.keys[k])+" in "+strings.Join(set.prefixes(8), ", "))
				continue
			}
		}
		for _, x := range list {
			out = append(out, describe(label(s.keys[k]), x))
		}
	}
	if b.sc.caller.network == netVPC && !s.namesNetwork(byKey) {
		out = append(out, "a request through a VPC endpoint")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *Solver) namesNetwork(byKey map[int][]signed) bool {
	for _, name := range [...]string{"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"} {
		if k, ok := s.index[name]; ok && len(byKey[k]) > 0 {
			return true
		}
	}
	return false
}

// describe writes a literal in words: "existing_object_tag/public is yes".
func describe(name string, x signed) string {
	l := x.l
	if l.op.kind == opNull {
		present := l.nullNo
		if l.nullYes && l.nullNo {
			return name
		}
		if present == x.want {
			return name + " is present"
		}
		return name + " is absent"
	}
	verb := " is "
	if l.op.neg == x.want {
		verb = " is not "
	}
	values := l.values
	if l.synthetic {
		values = nil
		for i := range l.texts {
			values = append(values, l.texts[i].raw)
		}
	}
	if len(values) > 8 {
		values = append(slices.Clone(values[:8]), "...")
	}
	return name + verb + strings.Join(values, " or ")
}
