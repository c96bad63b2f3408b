package awspolicy

// This file ties condition keys to each other where one request property fills several of them.

import "strings"

// coupling is a clause that holds for every request, used where the scene has both keys.
type coupling struct {
	keys   []int
	clause clause
	// signedOnly leaves it out for unsigned callers, whose keys are absent anyway.
	signedOnly bool
}

// bare makes a literal that no policy wrote.
func bare(k int, l literal) *clit {
	c := &clit{literal: &l, k: k, synthetic: true}
	for i := range l.texts {
		c.patterns = append(c.patterns, l.texts[i].ready)
		c.whole = append(c.whole, lang{p: l.texts[i].ready})
	}
	return c
}

func isPresent(k int) *clit { return bare(k, literal{op: operator{kind: opNull}, nullNo: true}) }

func isText(k int, fold bool, quant quantifier, list ...string) *clit {
	form := formLiteral
	if fold {
		form = formFold
	}
	l := literal{op: operator{kind: opString, form: form}, quant: quant}
	for _, s := range list {
		l.texts = append(l.texts, parseTemplate(s, form, false))
	}
	return bare(k, l)
}

func isAddr(k int, set addrSet) *clit { return bare(k, literal{op: operator{kind: opIP}, addrs: set}) }

func (s *Solver) couple() []coupling {
	var out []coupling
	both := func(a, b string) (int, int, bool) {
		i, ok := s.index[a]
		j, ok2 := s.index[b]
		return i, j, ok && ok2
	}
	// together says that two keys are present or absent together.
	together := func(a, b string, signedOnly bool) {
		if i, j, ok := both(a, b); ok {
			p, q := isPresent(i), isPresent(j)
			out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(p, false), demand(q, false)}, {demand(p, true), demand(q, true)}}}, signedOnly})
		}
	}
	if i, j, ok := both("aws:securetransport", "s3:tlsversion"); ok {
		https, tls := isText(i, false, quantNone, "true"), isPresent(j)
		out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(https, true), demand(tls, true)}, {demand(https, false), demand(tls, false)}}}, false})
	}
	if i, j, ok := both("s3:authtype", "s3:signatureage"); ok {
		query, age := isText(i, false, quantNone, "REST-QUERY-STRING"), isPresent(j)
		out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(query, false), demand(age, false)}, {demand(query, true), demand(age, true)}}}, true})
	}
	together("aws:principalorgid", "aws:principalorgpaths", true)
	if i, j, ok := both("aws:viaawsservice", "aws:calledvia"); ok {
		via, called := isText(i, false, quantNone, "true"), isPresent(j)
		out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(via, false), demand(called, false)}, {demand(via, true), demand(called, true)}}}, true})
	}
	if i, j, ok := both("aws:multifactorauthpresent", "aws:multifactorauthage"); ok {
		mfa, age := isText(i, false, quantNone, "true"), isPresent(j)
		out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(mfa, false), demand(age, false)}, {demand(mfa, true), demand(age, true)}}}, true})
	}
	if i, j, ok := both("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"); ok {
		kms, id := isText(i, false, quantNone, "aws:kms", "aws:kms:dsse"), isPresent(j)
		out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(id, false)}, {demand(kms, true)}}}, true})
	}
	if j, ok := s.index["s3:requestobjecttagkeys"]; ok {
		for i, name := range s.keys {
			tag, is := strings.CutPrefix(name, "s3:requestobjecttag/")
			if !is {
				continue
			}
			p, q := isPresent(i), isText(j, true, quantAny, tag)
			out = append(out, coupling{[]int{i, j}, clause{[][]signed{{demand(p, false), demand(q, false)}, {demand(p, true), demand(q, true)}}}, false})
		}
	}
	return out
}

// links gives the couplings that apply in the scene.
func (sc *scene) links() []clause {
	var out []clause
next:
	for _, c := range sc.s.couplings {
		for _, k := range c.keys {
			if sc.dom(k).kind == domAbsent {
				continue next
			}
		}
		if c.signedOnly && (!sc.caller.signed() || sc.caller.id == idService) {
			continue
		}
		out = append(out, c.clause)
	}
	return out
}

// namesOf gives the numbers of the two keys that hold a user's name, where the policies look at both.
func (sc *scene) namesOf() (name, arn int, ok bool) {
	if sc.caller.id != idUser {
		return 0, 0, false
	}
	name, ok = sc.s.index["aws:username"]
	arn, both := sc.s.index["aws:principalarn"]
	return name, arn, ok && both
}

// consistent checks a tie between free texts that no clause expresses: a user's name ends its ARN.
func (sc *scene) consistent(model []value) bool {
	name, arn, ok := sc.namesOf()
	if !ok || !model[name].present || !model[arn].present {
		return true
	}
	return lastPart(model[arn].text) == model[name].text
}

func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// tie demands that name and ARN agree, by the name or by the ARN of a solution where they do not.
func (sc *scene) tie(model []value) [][]signed {
	name, arn, _ := sc.namesOf()
	ending := bare(arn, literal{op: operator{kind: opString, form: formGlob}})
	p := newPattern(append([]rune{elStar, '/'}, []rune(model[name].text)...), false)
	ending.patterns, ending.whole = []*pattern{p}, []lang{{p: p}}
	return [][]signed{
		{demand(isText(name, false, quantNone, model[name].text), true), demand(ending, true)},
		{demand(isText(arn, false, quantNone, model[arn].text), true), demand(isText(name, false, quantNone, lastPart(model[arn].text)), true)},
	}
}
