package awspolicy

// This file says, per condition key and caller, which values a request can have and who chooses them (IAM User Guide,
// "AWS global condition context keys"; Service Authorization Reference, Amazon S3; S3 API reference, "Amazon S3
// Signature Version 4 authentication specific policy keys").

import (
	"strings"
)

type domainKind uint8

const (
	domAbsent  domainKind = iota // never in the request
	domConst                     // one value
	domFinite                    // one of a few values
	domText                      // any string within base
	domAddr                      // an address within addrs
	domNumber                    // a whole number (or a time in seconds) from lo to hi
	domMulti                     // a list of strings, each within base
	domUnknown                   // fixed, but not known here
)

// textClass says which letters every text of a domain is made of, besides what base says.
type textClass uint8

const (
	anyText textClass = iota
	plainText
	nameText
)

// elements are the pattern elements for one letter and for any number of them.
func (c textClass) elements() (one, many rune) {
	switch c {
	case plainText:
		return elPlainAny, elPlainStar
	case nameText:
		return elNameAny, elNameStar
	}
	return elAny, elStar
}

type valueType uint8

const (
	typeText valueType = iota
	typeBool
	typeNumber
	typeDate
	typeEpoch
	typeAddr
)

// value is what a request holds under a key.
type value struct {
	present bool
	text    string
	num     float64
	many    []string // for keys with many values
}

func textValue(s string) value { return value{present: true, text: s} }

type domain struct {
	kind     domainKind
	typ      valueType
	optional bool // may be absent
	multi    bool
	alone    bool    // of the list that a key holds there is never more than one element
	fixed    value   // domConst; also the value to begin with in the other kinds
	finite   []value // domFinite, without absence
	base     []textCon
	minLen   int
	class    textClass
	addrs    addrSet
	lo, hi   float64
	// uncontrolled is true where the client cannot choose the value.
	uncontrolled bool
	// reason and unread say why a domUnknown is not known; unread names the missing fact.
	reason string
	unread string
}

type network uint8

const (
	netInternet network = iota
	netVPC
)

type identity uint8

const (
	idNone identity = iota // unsigned
	idRole
	idUser
	idRoot
	idService
	idCanonical
	idFederated
)

// caller is a kind of client, made concrete where the client has no say.
type caller struct {
	id      identity
	account string // twelve digits; empty when not known
	network network
	// foreign lets the caller stand in somebody else's network and use somebody else's key: uncontrolled.
	foreign bool
	// name is the one principal that is asked about, empty for strangers.
	name *Principal
}

func (c caller) signed() bool { return c.id != idNone }

func absent() domain           { return domain{kind: domAbsent} }
func constant(s string) domain { return domain{kind: domConst, fixed: textValue(s)} }
func unread(what, fact string) domain {
	return domain{kind: domUnknown, reason: what + " is not known", unread: fact}
}
func undocumented(why string) domain { return domain{kind: domUnknown, reason: why} }

func known(s, what, fact string) domain {
	if s == "" {
		return unread(what, fact)
	}
	return constant(s)
}

// oneOf lists the values of a header or parameter; the first is the value of a plain request unless it is optional.
func oneOf(optional bool, list ...string) domain {
	d := domain{kind: domFinite, optional: optional}
	for _, s := range list {
		d.finite = append(d.finite, textValue(s))
	}
	if !optional {
		d.fixed = d.finite[0]
	}
	return d
}

func freeText(minLen int) domain { return domain{kind: domText, optional: true, minLen: minLen} }

// within is text that lies in one of the patterns.
func within(optional bool, patterns ...string) domain {
	d := domain{kind: domText, optional: optional}
	c := textCon{}
	for _, p := range patterns {
		c.langs = append(c.langs, lang{p: globPattern(p, false)})
	}
	d.base = []textCon{c, noWildcards()}
	d.class = plainText
	return d
}

// noWildcards keeps out values with wildcards or variables, which identifiers of AWS never hold: a policy that compares
// them literally with "vpc-*" matches nothing.
func noWildcards() textCon { return without(notPlain) }

// tagText is text in the letters that tags may have (S3 User Guide, "Categorizing your storage using tags").
func tagText(minLen int) domain {
	d := freeText(minLen)
	d.base = []textCon{noWildcards()}
	d.class = plainText
	return d
}

// without keeps out values that hold any of the runes.
func without(runes string) textCon {
	c := textCon{neg: true}
	for _, r := range runes {
		c.langs = append(c.langs, lang{p: newPattern([]rune{elStar, r, elStar}, false)})
	}
	return c
}

// except takes out identifiers that are somebody else's, in whatever letter case: AWS gives them out in one case only.
func (d domain) except(list []string) domain {
	if len(list) == 0 {
		return d
	}
	c := textCon{neg: true}
	for _, s := range list {
		c.langs = append(c.langs, lang{p: newPattern([]rune(s), true)})
	}
	d.base = append(d.base, c)
	return d
}

func (d domain) exceptLike(list []string, suffix string) domain {
	if len(list) == 0 {
		return d
	}
	c := textCon{neg: true}
	for _, s := range list {
		c.langs = append(c.langs, lang{p: newPattern(append([]rune(s+suffix), elStar), true)})
	}
	d.base = append(d.base, c)
	return d
}

func (d domain) nobodys() domain {
	d.uncontrolled = true
	return d
}

// path is a list of one: an account is at one place of one organisation.
func (d domain) path() domain {
	d = d.list()
	d.alone = true
	return d
}

func (d domain) list() domain {
	if d.kind == domText {
		d.kind = domMulti
	}
	d.multi = true
	if d.kind == domConst {
		d.fixed.many = []string{d.fixed.text}
	}
	return d
}

func (d domain) maybe() domain {
	d.optional = true
	return d
}

func numberIn(lo, hi float64) domain {
	return domain{kind: domNumber, typ: typeNumber, optional: true, lo: lo, hi: hi}
}

// domainOf gives the domain of a lower-case condition key for a caller and an action.
func (s *Solver) domainOf(key string, c caller, a *action) domain {
	prefix, rest, ok := strings.Cut(key, ":")
	switch {
	case ok && prefix == "aws":
		return s.globalDomain(rest, c, a)
	case ok && prefix == "s3":
		return s.s3Domain(rest, c, a)
	}
	// Keys of other services come with sessions and roles that a signed caller makes for himself.
	if !c.signed() || c.id == idService || c.id == idCanonical {
		return absent()
	}
	return freeText(0)
}

// Unique ids are given out by AWS, so a stranger's can be none that a policy names.
const (
	strangerUserID = "AIDAZ7Q4WSTRANGER2X9K"
	strangerRoleID = "AROAZ7Q4WSTRANGER2X9K"
)
