package awspolicy

// This file gives the domains of the global condition keys: who calls, from where, and through what (IAM User Guide,
// "AWS global condition context keys").

import (
	"math"
	"strings"
)

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
		d = d.path()
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
				return within(false, c.name.Name+"/*").path().nobodys(), true
			}
			return within(true, "o-?*").path().nobodys(), true
		}
		return within(true, "o-*/*").exceptLike(s.mentioned["org"], "/").path(), true
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
			d.class = nameText
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
		return ownIdentity(stem + "role/?*")
	case idUser:
		return ownIdentity(stem + "user/?*")
	case idRoot:
		return constant(stem + "root")
	}
	return absent()
}

// ownIdentity is the ARN of a user or role that the caller names himself. A path before the name may hold nearly any
// character, colons too (IAM API reference, CreateRole, Path); the name is not empty.
func ownIdentity(pattern string) domain {
	d := within(false, pattern)
	d.base = append(d.base, textCon{neg: true, langs: []lang{{p: globPattern("*/", false)}}})
	return d
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
			return within(true, "o-?*").path().nobodys(), true
		}
		return within(true, "o-?*").exceptLike(s.mentioned["org"], "/").path(), true
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
