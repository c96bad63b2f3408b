package awspolicy

// This file applies AWS's own meaning of "public" to a policy. It is syntactic and says nothing about whether anybody
// gets in; RestrictPublicBuckets and GetBucketPolicyStatus hang on it (S3 User Guide, "Blocking public access to your
// Amazon S3 storage", section "The meaning of public").

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// PolicyKind says what a policy is attached to.
type PolicyKind uint8

// The kinds of policies that AWS labels.
const (
	BucketPolicy PolicyKind = iota
	// AccessPointPolicy is the policy of an internet-origin access point. One of VPC origin is never public, and the
	// caller does not ask.
	AccessPointPolicy
)

// Public tells whether AWS calls the policy public: yes, no, or unknown with the points that its text leaves open.
// A policy starts out public; each Allow must be limited to fixed values of something on the guide's list.
func Public(p *Policy, env Env, kind PolicyKind) (verdict.Answer, []verdict.Reason) {
	out := verdict.No
	var reasons []verdict.Reason
	open := func(r verdict.Reason) {
		if !slices.Contains(reasons, r) && len(reasons) < 16 {
			reasons = append(reasons, r)
		}
	}
	denies := false
	for i := range p.Statements {
		st := &p.Statements[i]
		denies = denies || st.Effect == EffectDeny
		if st.Effect == EffectDeny {
			continue
		}
		a, why := publicStatement(st, kind)
		switch {
		case len(st.Unclear) > 0 && a != verdict.No:
			open(verdict.Reason{Code: verdict.ReasonMalformed, Detail: "statement " + itoa(i) + ": " + st.Unclear[0]})
			out = more(out, verdict.Unknown)
		case a == verdict.Unknown:
			for _, w := range why {
				open(verdict.Reason{Code: verdict.ReasonOpen, Detail: "statement " + itoa(i) + ": " + w})
			}
			out = more(out, a)
		default:
			out = more(out, a)
		}
	}
	if out == verdict.Yes && denies && denyDecides(p, env) {
		return verdict.Unknown, []verdict.Reason{{Code: verdict.ReasonOpen,
			Detail: "the guide does not say whether a Deny that keeps strangers out makes a policy non-public"}}
	}
	if out != verdict.Unknown {
		reasons = nil
	}
	return out, reasons
}

// more joins statements: one public statement makes the policy public.
func more(a, b verdict.Answer) verdict.Answer {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// denyDecides reports whether the Deny statements change what strangers reach.
func denyDecides(p *Policy, env Env) bool {
	bare := *p
	bare.Statements = nil
	for _, st := range p.Statements {
		if st.Effect != EffectDeny {
			bare.Statements = append(bare.Statements, st)
		}
	}
	with := New(Setting{Env: env, Grants: []Layer{{Policy: p}}})
	without := New(Setting{Env: env, Grants: []Layer{{Policy: &bare}}})
	changed := false
	for _, v := range verdict.Verbs() {
		for _, who := range [...]verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
			a := with.Solve(v, who).Verdict
			if a == verdict.Yes {
				return false
			}
			changed = changed || a != without.Solve(v, who).Verdict
		}
	}
	return changed || !judged(&bare)
}

// judged reports whether all actions of the policy are among those that verbs are made of.
func judged(p *Policy) bool {
	for i := range p.Statements {
		if p.Statements[i].actions == 0 || p.Statements[i].wildcards {
			return false
		}
	}
	return true
}

func publicStatement(st *Statement, kind PolicyKind) (verdict.Answer, []string) {
	w := &st.who
	if !w.neg && !w.any && !w.unclear && len(w.federated) == 0 {
		return verdict.No, nil // users, roles, accounts and services by name
	}
	var open []string
	for _, l := range st.conds {
		a, why := restricts(l, kind)
		switch a {
		case verdict.Yes:
			return verdict.No, nil
		case verdict.Unknown:
			open = append(open, why)
		}
		if a == verdict.No && l.quant == quantAll && guarded(st, l.key) {
			open = append(open, "whether "+l.opName+" beside Null on "+l.name+" counts as a fixed value is not documented")
		}
	}
	if len(open) > 0 {
		return verdict.Unknown, open
	}
	return verdict.Yes, nil
}

// guarded reports whether the statement also demands that the key is present.
func guarded(st *Statement, key string) bool {
	for _, l := range st.conds {
		if l.op.kind == opNull && l.key == key && l.nullNo && !l.nullYes {
			return true
		}
	}
	return false
}

// restricts reports whether a condition limits a statement to fixed values of a listed key: yes, no, or unknown.
func restricts(l *literal, kind PolicyKind) (verdict.Answer, string) {
	if l.op.neg || l.ifExists || l.quant == quantAll || l.op.kind == opNull || l.unclearAll {
		return verdict.No, ""
	}
	if l.key == "aws:sourceip" {
		return restrictsAddress(l)
	}
	if l.op.kind != opString || l.op.bool {
		return verdict.No, ""
	}
	switch l.key {
	case "aws:sourcearn", "aws:principalarn":
		return fixedARN(l)
	case "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount", "aws:userid", "aws:principalorgid",
		"aws:principalaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointaccount":
		return fixedValues(l)
	case "s3:dataaccesspointarn":
		return fixedAccessPoint(l, kind)
	case "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths",
		"aws:principalorgpaths", "aws:principalservicename", "aws:principalservicenameslist":
		if a, _ := fixedValues(l); a == verdict.No {
			return verdict.No, ""
		}
		return verdict.Unknown, "the guide's list does not name " + l.name
	}
	return verdict.No, ""
}

type fixity uint8

const (
	fixed fixity = iota
	loose
	doubtful
)

// fixityOf says whether a value holds neither wildcard nor policy variable.
func fixityOf(l *literal, i int) fixity {
	if i >= len(l.texts) || len(l.texts) != len(l.values) {
		return doubtful
	}
	t := &l.texts[i]
	if t.ready == nil {
		return loose
	}
	if strings.Contains(t.raw, "${") && !slices.Contains([]string{"${*}", "${?}", "${$}"}, t.raw) && strings.Contains(string(t.ready.el), "${") {
		return doubtful // literal text under the old version of the language
	}
	if !t.ready.plain {
		return loose
	}
	if strings.ContainsAny(strings.NewReplacer("${*}", "", "${?}", "", "${$}", "").Replace(t.raw), "*?") {
		return doubtful // a plain asterisk under StringEquals
	}
	return fixed
}

func fixedValues(l *literal) (verdict.Answer, string) {
	out, why := verdict.Yes, ""
	for i := range l.values {
		switch fixityOf(l, i) {
		case loose:
			return verdict.No, ""
		case doubtful:
			out, why = verdict.Unknown, "whether "+quote(l.values[i])+" under "+l.opName+" counts as a fixed value is not documented"
		}
	}
	return out, why
}

// fixedARN is fixedValues, but a wildcard behind a fixed account is left open.
func fixedARN(l *literal) (verdict.Answer, string) {
	out, why := verdict.Yes, ""
	for i, v := range l.values {
		switch fixityOf(l, i) {
		case doubtful:
			out, why = verdict.Unknown, "whether "+quote(v)+" under "+l.opName+" counts as a fixed value is not documented"
		case loose:
			if accountOf(v) == "" || l.texts[i].ready == nil {
				return verdict.No, ""
			}
			out, why = verdict.Unknown, "whether a wildcard behind a fixed account counts as a fixed value is not documented"
		}
	}
	return out, why
}

// fixedAccessPoint lets a bucket policy leave the access point's name open as long as the account is fixed.
func fixedAccessPoint(l *literal, kind PolicyKind) (verdict.Answer, string) {
	out, why := verdict.Yes, ""
	for i, v := range l.values {
		switch fixityOf(l, i) {
		case doubtful:
			out, why = verdict.Unknown, "whether "+quote(v)+" under "+l.opName+" counts as a fixed value is not documented"
		case loose:
			f := strings.SplitN(v, ":", 6)
			if kind == AccessPointPolicy || accountOf(v) == "" || l.texts[i].ready == nil {
				return verdict.No, ""
			}
			if strings.ContainsAny(strings.Join(f[:4], ""), "*?") || !strings.HasPrefix(f[5], "accesspoint/") {
				out, why = verdict.Unknown, "whether "+quote(v)+" counts as a fixed account of access points is not documented"
			}
		}
	}
	return out, why
}

// restrictsAddress applies the breadth rule: nothing wider than /8 (IPv4) or /32 (IPv6).
func restrictsAddress(l *literal) (verdict.Answer, string) {
	if l.op.kind != opIP {
		if l.op.kind == opString && !l.op.bool {
			if a, _ := fixedValues(l); a != verdict.No {
				return verdict.Unknown, "whether " + l.opName + " on " + l.name + " counts as a set of CIDRs is not documented"
			}
		}
		return verdict.No, ""
	}
	out, why := verdict.Yes, ""
	for _, v := range l.values {
		bits, four, local, ok := breadth(v)
		switch {
		case !ok:
			out, why = verdict.Unknown, "value "+quote(v)+" is not an IP address or CIDR block"
		case four && bits >= 8, !four && bits >= 32:
		case local:
			out, why = verdict.Unknown, "whether unique local IPv6 addresses wider than /32 are exempt is not documented"
		default:
			return verdict.No, ""
		}
	}
	return out, why
}

func breadth(v string) (bits int, four, uniqueLocal, ok bool) {
	v = strings.TrimSpace(v)
	p, err := netip.ParsePrefix(v)
	if err != nil {
		a, err := netip.ParseAddr(v)
		return a.BitLen(), a.Is4(), false, err == nil
	}
	local := netip.MustParsePrefix("fc00::/7")
	return p.Bits(), p.Addr().Is4(), p.Addr().Is6() && p.Bits() >= 7 && local.Contains(p.Addr()), true
}
