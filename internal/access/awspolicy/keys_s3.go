package awspolicy

// This file gives the domains of S3's own condition keys (Service Authorization Reference, Amazon S3; S3 API reference,
// "Amazon S3 Signature Version 4 authentication specific policy keys").

import (
	"math"
	"strings"
)

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
