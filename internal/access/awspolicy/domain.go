package awspolicy

// This file says, per condition key and caller, which values a request can have and who chooses them (IAM User Guide,
// "AWS global condition context keys"; Service Authorization Reference, Amazon S3; S3 API reference, "Amazon S3
// Signature Version 4 authentication specific policy keys").

import (
	"math"
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
	fixed    value   // domConst; also the value to begin with in the other kinds
	finite   []value // domFinite, without absence
	base     []textCon
	minLen   int
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
	return d
}

// noWildcards keeps out values with wildcards or variables, which identifiers of AWS never hold: a policy that compares
// them literally with "vpc-*" matches nothing.
func noWildcards() textCon { return without("*?${}") }

// tagText is text in the letters that tags may have (S3 User Guide, "Categorizing your storage using tags").
func tagText(minLen int) domain {
	d := freeText(minLen)
	d.base = []textCon{noWildcards()}
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

func (d domain) free() domain {
	d.uncontrolled = false
	return d
}

func (d domain) nobodys() domain {
	d.uncontrolled = true
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

func (s *Solver) globalDomain(key string, c caller, a *action) domain {
	switch key {
	case "securetransport":
		d := oneOf(false, "true", "false")
		if s.via != nil || c.id == idService {
			d = constant("true") // access points answer https only, and AWS services use nothing else
		}
		d.typ = typeBool
		return d
	case "referer", "useragent":
		return freeText(0)
	case "currenttime", "epochtime":
		if s.env.At.IsZero() {
			return unread("the time of judging", "at")
		}
		d := domain{kind: domConst, typ: typeDate}
		d.fixed = value{present: true, num: s.now, text: s.env.At.UTC().Format("2006-01-02T15:04:05Z")}
		if key == "epochtime" {
			d.typ, d.fixed.text = typeEpoch, formatNumber(math.Floor(s.now))
		}
		return d
	case "requestedregion":
		return known(s.env.Region, "the bucket's region", "bucket.region")
	case "resourceaccount":
		return known(s.env.Account, "the owner's account id", "account")
	case "resourceorgid":
		if s.env.NoOrg {
			return absent()
		}
		return known(s.env.OrgID, "the owner's organisation", "organization_id")
	case "resourceorgpaths":
		if s.env.NoOrg {
			return absent()
		}
		return known(s.env.OrgPath, "the owner's path in the organisation", "organization_path").list()
	case "sourceip":
		if c.network == netVPC || c.id == idService {
			return absent()
		}
		d := domain{kind: domAddr, typ: typeAddr, addrs: s.reachable, uncontrolled: true}
		d.fixed = textValue(typicalSource)
		return d
	case "tagkeys":
		return absent()
	}
	if d, ok := s.networkDomain(key, c); ok {
		return d
	}
	if d, ok := s.principalDomain(key, c); ok {
		return d
	}
	if d, ok := s.serviceDomain(key, c); ok {
		return d
	}
	name, tag, _ := strings.Cut(key, "/")
	switch name {
	case "resourcetag":
		return s.bucketTag(tag)
	case "requesttag":
		return absent()
	case "principaltag":
		if !c.signed() || c.id == idService || c.id == idRoot {
			return absent()
		}
		if c.name != nil {
			return tagText(0).nobodys()
		}
		return tagText(0)
	}
	return undocumented("condition key " + quote("aws:"+key) + " is not in the tables of this tool")
}

// typicalSource is where a client stands when nothing says otherwise.
const typicalSource = "198.18.0.7"

func (s *Solver) bucketTag(tag string) domain {
	switch {
	case s.env.ABAC == Off:
		return absent()
	case s.env.ABAC == NotKnown:
		return unread("whether attribute-based access control is on for the bucket", "bucket.aws.abac")
	case s.env.Tags == nil:
		return unread("the bucket's tags", "bucket.labels")
	}
	for k, v := range s.env.Tags {
		if strings.ToLower(k) == tag {
			return constant(v)
		}
	}
	return absent()
}

// networkDomain covers the keys that only requests through a VPC endpoint have.
func (s *Solver) networkDomain(key string, c caller) (domain, bool) {
	var d domain
	var fixed []string
	switch key {
	case "sourcevpc":
		d, fixed = within(false, "vpc-?*"), s.mentioned["vpc"]
		if s.via != nil && s.via.VPC != "" {
			return constant(s.via.VPC), true
		}
	case "sourcevpce":
		d, fixed = within(false, "vpce-?*"), s.mentioned["vpce"]
	case "vpcsourceip":
		d = domain{kind: domAddr, typ: typeAddr, addrs: allAddrs(), fixed: textValue("10.0.0.7")}
	case "sourcevpcarn":
		d, fixed = within(false, "arn:"+s.partition+":ec2:*:vpc/vpc-*"), s.mentioned["vpcarn"]
	case "vpceaccount":
		d = within(false, "????????????")
		if !c.foreign {
			d = known(c.account, "the caller's account", "")
		}
	case "vpceorgid":
		d, fixed = within(true, "o-?*"), s.mentioned["org"]
	case "vpceorgpaths":
		d = within(true, "o-?*")
		if !c.foreign {
			d = d.exceptLike(s.mentioned["org"], "/")
		}
		d = d.list()
	default:
		return domain{}, false
	}
	if c.network != netVPC {
		return absent(), true
	}
	if c.foreign || !c.signed() {
		return d.nobodys(), true
	}
	return d.except(fixed), true
}

// principalDomain covers the keys that describe who calls.
func (s *Solver) principalDomain(key string, c caller) (domain, bool) {
	switch key {
	case "principalaccount":
		switch {
		case c.id == idNone:
			return constant("anonymous"), true
		case c.id == idService:
			return absent(), true
		}
		return known(c.account, "the caller's account", ""), true
	case "principaltype":
		switch c.id {
		case idNone:
			return constant("Anonymous"), true
		case idRole:
			return constant("AssumedRole"), true
		case idUser:
			return constant("User"), true
		case idRoot:
			return constant("Account"), true
		}
		return undocumented("aws:PrincipalType of this kind of caller is not documented"), true
	case "userid":
		return s.userID(c), true
	case "principalarn":
		return s.principalARN(c), true
	case "principalorgid":
		if !c.signed() || c.id == idService {
			return absent(), true
		}
		if c.name != nil {
			return s.namedOrg(c), true
		}
		return within(true, "o-?*").except(s.mentioned["org"]), true
	case "principalorgpaths":
		if !c.signed() || c.id == idService {
			return absent(), true
		}
		if c.name != nil {
			if c.name.Kind == "organization" {
				return within(false, c.name.Name+"/*").list().nobodys(), true
			}
			return within(true, "o-?*").list().nobodys(), true
		}
		return within(true, "o-*/*").exceptLike(s.mentioned["org"], "/").list(), true
	case "principalisawsservice":
		switch c.id {
		case idNone:
			return absent(), true
		case idService:
			return constant("true"), true
		}
		return constant("false"), true
	case "username":
		switch {
		case c.id == idUser && c.name != nil && c.name.Kind == "arn":
			return constant(c.name.Name[strings.LastIndexByte(c.name.Name, '/')+1:]), true
		case c.id == idUser && c.name != nil:
			return freeText(1).nobodys(), true
		case c.id == idUser:
			d := within(false, "?*")
			d.base = append(d.base, without("/: "))
			return d, true
		}
		return absent(), true
	case "multifactorauthpresent":
		if !c.signed() || c.id == idService {
			return absent(), true
		}
		d := oneOf(true, "true", "false")
		d.typ = typeBool
		return d, true
	case "multifactorauthage":
		if !c.signed() || c.id == idService {
			return absent(), true
		}
		return numberIn(0, 129600), true
	case "tokenissuetime":
		if c.id != idRole && c.id != idFederated {
			return absent(), true
		}
		if s.env.At.IsZero() {
			return unread("the time of judging", "at"), true
		}
		return domain{kind: domNumber, typ: typeDate, optional: true, lo: math.Floor(s.now) - 43200, hi: math.Floor(s.now)}, true
	case "federatedprovider", "sourceidentity":
		if c.id != idRole && c.id != idFederated {
			return absent(), true
		}
		return tagText(1), true
	}
	return domain{}, false
}

func (s *Solver) userID(c caller) domain {
	if c.name != nil && c.name.Kind == "userid" {
		d := within(false, c.name.Name)
		return d
	}
	switch {
	case c.id == idNone:
		return constant("anonymous")
	case c.id == idService:
		return absent()
	case c.id == idRoot:
		return known(c.account, "the caller's account", "")
	case c.name != nil:
		return unread("the caller's unique id", "")
	case c.id == idUser:
		return constant(strangerUserID)
	}
	return within(false, strangerRoleID+":?*")
}

// Unique ids are given out by AWS, so a stranger's can be none that a policy names.
const (
	strangerUserID = "AIDAZ7Q4WSTRANGER2X9K"
	strangerRoleID = "AROAZ7Q4WSTRANGER2X9K"
)

func (s *Solver) principalARN(c caller) domain {
	if c.name != nil && c.name.Kind == "arn" {
		return constant(c.name.Name)
	}
	if c.id != idNone && c.id != idService && c.account == "" {
		return unread("the caller's ARN", "")
	}
	stem := "arn:" + s.partition + ":iam::" + c.account + ":"
	switch c.id {
	case idRole:
		return within(false, stem+"role/?*")
	case idUser:
		return within(false, stem+"user/?*")
	case idRoot:
		return constant(stem + "root")
	}
	return absent()
}

func (s *Solver) namedOrg(c caller) domain {
	if c.name.Kind == "organization" {
		return constant(c.name.Name)
	}
	return within(true, "o-?*").nobodys()
}

// serviceDomain covers the keys of calls that go through an AWS service.
func (s *Solver) serviceDomain(key string, c caller) (domain, bool) {
	service := c.id == idService
	switch key {
	case "sourcearn":
		if !service {
			return absent(), true
		}
		if c.foreign {
			return within(true, "arn:*").nobodys(), true
		}
		d := domain{kind: domText, optional: true}
		d.base = []textCon{{langs: []lang{{p: ownResource(s.partition, c.account)}, {p: globPattern("arn:"+s.partition+":s3:::?*", false)}}}, noWildcards()}
		return d.except(s.mentioned["arn"]), true
	case "sourceaccount", "sourceowner":
		if !service {
			return absent(), true
		}
		if c.foreign {
			return freeText(1).nobodys(), true
		}
		return constant(c.account).maybe(), true
	case "sourceorgid":
		if !service {
			return absent(), true
		}
		if c.foreign {
			return within(true, "o-?*").nobodys(), true
		}
		return within(true, "o-?*").except(s.mentioned["org"]), true
	case "sourceorgpaths":
		if !service {
			return absent(), true
		}
		if c.foreign {
			return within(true, "o-?*").list().nobodys(), true
		}
		return within(true, "o-?*").exceptLike(s.mentioned["org"], "/").list(), true
	case "principalservicename":
		if !service {
			return absent(), true
		}
		if c.name != nil {
			return constant(c.name.Name), true
		}
		return within(false, "?*.amazonaws.com"), true
	case "principalservicenameslist":
		if !service {
			return absent(), true
		}
		if c.name != nil {
			return constant(c.name.Name).list(), true
		}
		return within(false, "?*.amazonaws.com").list(), true
	case "viaawsservice":
		d := constant("false")
		if c.signed() && !service {
			d = oneOf(false, "false", "true")
		}
		d.typ = typeBool
		return d, true
	case "calledvia":
		if !c.signed() || service {
			return absent(), true
		}
		return within(true, "?*.amazonaws.com").list(), true
	case "calledviafirst", "calledvialast":
		if !c.signed() || service {
			return absent(), true
		}
		return within(true, "?*.amazonaws.com"), true
	}
	return domain{}, false
}

// ownKey matches the KMS keys of one account.
func ownKey(partition, account string) *pattern {
	el := []rune("arn:" + partition + ":kms:")
	el = append(el, elSegStar)
	el = append(el, []rune(":"+account+":")...)
	return newPattern(append(el, elAny, elStar), false)
}

// ownResource matches any ARN of one account, each star within its segment.
func ownResource(partition, account string) *pattern {
	el := []rune("arn:" + partition + ":")
	el = append(el, elSegAny, elSegStar, ':', elSegStar, ':')
	el = append(el, []rune(account+":")...)
	return newPattern(append(el, elAny, elStar), false)
}

// s3Domain covers the keys of S3 itself. A key that S3 does not fill in for the action is absent.
func (s *Solver) s3Domain(key string, c caller, a *action) domain {
	has := func(t trait, d domain) domain {
		if a.trait&t == 0 {
			return absent()
		}
		return d
	}
	switch key {
	case "resourceaccount":
		return known(s.env.Account, "the owner's account id", "account")
	case "dataaccesspointarn", "dataaccesspointaccount", "accesspointnetworkorigin":
		return s.accessPointDomain(key)
	case "prefix", "delimiter":
		return has(keysListing, freeText(0))
	case "max-keys":
		return has(keysListing, numberIn(0, math.MaxInt32))
	case "versionid":
		d := freeText(1)
		d.optional = false
		return has(keysVersion, d)
	case "tlsversion":
		d := domain{kind: domFinite, typ: typeNumber, optional: s.via == nil && c.id != idService}
		for _, v := range [...]struct {
			text string
			num  float64
		}{{"1.3", 1.3}, {"1.2", 1.2}} {
			d.finite = append(d.finite, value{present: true, text: v.text, num: v.num})
		}
		d.fixed = d.finite[0]
		return d
	case "authtype":
		if !c.signed() || c.id == idService {
			return absent()
		}
		if a.low == "s3:putobject" {
			return oneOf(false, "REST-HEADER", "REST-QUERY-STRING", "POST")
		}
		return oneOf(false, "REST-HEADER", "REST-QUERY-STRING")
	case "signatureversion":
		if !c.signed() || c.id == idService {
			return absent()
		}
		return oneOf(false, "AWS4-HMAC-SHA256", "AWS")
	case "signatureage":
		if !c.signed() || c.id == idService {
			return absent()
		}
		return numberIn(0, maxSignatureAge)
	case "x-amz-content-sha256":
		return oneOf(true, "UNSIGNED-PAYLOAD", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	case "requestobjecttagkeys":
		return has(keysTags, tagText(1).list())
	case "if-match":
		return has(keysMatch, freeText(1))
	case "if-none-match":
		return has(keysPut, oneOf(true, "*"))
	case "locationconstraint", "inventoryaccessibleoptionalfields", "jobsuspendedcause", "requestjoboperation",
		"requestjobpriority", "existingjoboperation", "existingjobpriority", "destinationregion", "isreplicationpauserequest":
		return absent()
	}
	if d, ok := s.uploadDomain(key, c); ok {
		return has(keysPut, d)
	}
	if d, ok := s.aclDomain(key); ok {
		return has(keysACL, d)
	}
	if strings.HasPrefix(key, "object-lock-") {
		return has(keysLock, s.lockDomain(key))
	}
	name, tag, _ := strings.Cut(key, "/")
	switch name {
	case "existingobjecttag":
		return has(keysExisting, tagText(0).nobodys())
	case "requestobjecttag":
		return has(keysTags, tagText(0))
	case "buckettag":
		return s.bucketTag(tag)
	}
	return undocumented("condition key " + quote("s3:"+key) + " is not in the tables of this tool")
}

// maxSignatureAge is seven days in milliseconds, the longest life of a SigV4 query signature.
const maxSignatureAge = 604_800_000

func (s *Solver) accessPointDomain(key string) domain {
	if s.via == nil {
		return absent()
	}
	switch key {
	case "dataaccesspointarn":
		return constant(s.via.arn(s.partition))
	case "dataaccesspointaccount":
		return constant(s.via.Account)
	}
	if s.via.VPC != "" {
		return constant("VPC")
	}
	return constant("Internet")
}

func (s *Solver) uploadDomain(key string, c caller) (domain, bool) {
	switch key {
	case "x-amz-server-side-encryption":
		if !c.signed() {
			return oneOf(true, "AES256"), true // aws:kms needs a signed request
		}
		return oneOf(true, "AES256", "aws:kms", "aws:kms:dsse"), true
	case "x-amz-server-side-encryption-aws-kms-key-id":
		switch {
		case !c.signed():
			return absent(), true
		case c.foreign:
			return within(true, "?*").nobodys(), true
		}
		d := domain{kind: domText, optional: true}
		d.base = []textCon{{langs: []lang{{p: ownKey(s.partition, c.account)}}}, noWildcards()}
		return d, true
	case "x-amz-server-side-encryption-customer-algorithm":
		return oneOf(true, "AES256"), true
	case "x-amz-storage-class":
		return oneOf(true, "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
			"GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"), true
	case "x-amz-website-redirect-location":
		return freeText(1), true
	case "x-amz-copy-source":
		if !c.signed() {
			return absent(), true // copying is refused to unsigned callers
		}
		return freeText(1), true
	case "x-amz-metadata-directive":
		return oneOf(true, "COPY", "REPLACE"), true
	}
	return domain{}, false
}

func (s *Solver) aclDomain(key string) (domain, bool) {
	if strings.HasPrefix(key, "x-amz-grant-") {
		if s.env.ACLs == Off {
			return absent(), true
		}
		d := freeText(1)
		if s.env.BlockPublicACLs {
			d.base = []textCon{{neg: true, langs: []lang{{p: globPattern("*groups/global/*", false)}}}}
		}
		return d, true
	}
	if key != "x-amz-acl" {
		return domain{}, false
	}
	// Values that S3 refuses cannot be part of a request that succeeds.
	switch {
	case s.env.ACLs == Off:
		return oneOf(true, "bucket-owner-full-control"), true
	case s.env.BlockPublicACLs:
		return oneOf(true, "private", "bucket-owner-full-control", "bucket-owner-read", "aws-exec-read"), true
	}
	return oneOf(true, "private", "bucket-owner-full-control", "bucket-owner-read", "aws-exec-read",
		"public-read", "public-read-write", "authenticated-read", "log-delivery-write"), true
}

func (s *Solver) lockDomain(key string) domain {
	switch key {
	case "object-lock-mode":
		return oneOf(true, "GOVERNANCE", "COMPLIANCE")
	case "object-lock-legal-hold":
		return oneOf(true, "ON", "OFF")
	case "object-lock-retain-until-date":
		if s.env.At.IsZero() {
			return unread("the time of judging", "at")
		}
		return domain{kind: domNumber, typ: typeDate, optional: true, lo: math.Floor(s.now) + 1, hi: math.Floor(s.now) + 3.2e9}
	case "object-lock-remaining-retention-days":
		return numberIn(1, 36500)
	}
	return undocumented("condition key " + quote("s3:"+key) + " is not in the tables of this tool")
}
