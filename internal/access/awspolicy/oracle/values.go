package oracle

// This file holds the alphabets: which values each condition key can have in a request, by caller and action.

import (
	"slices"
	"strings"
	"unicode"
)

// choices is what a key can be: nil entries are absence. Uncontrolled values are not the client's to choose.
type choices struct {
	key          string
	values       [][]string
	uncontrolled bool
}

const (
	stranger = "777788889999"
	userID   = "AIDAZ7Q4WSTRANGER2X9K"
	roleID   = "AROAZ7Q4WSTRANGER2X9K:a"
)

// addresses of the public internet: two big halves of IPv4, small spots in them, and IPv6.
func addresses() []string {
	return []string{"9.9.9.9", "150.1.1.1", "8.8.8.8", "203.0.113.5", "2a00:1450::5", "2001:db8::5"}
}

func maybe(list ...string) [][]string {
	out := [][]string{nil}
	for _, s := range list {
		out = append(out, []string{s})
	}
	return out
}

// swapCase turns each letter of a text into the other case: the same to operators that fold, another to the rest.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

func always(list ...string) [][]string { return maybe(list...)[1:] }

// words are the texts that a client may send: short ones, and those of the policy in both cases.
func (w World) words(own []string) []string {
	out := []string{"", "a", "b", "ab", "A", "zz", "a/", "ba", "aa", "*", "?", "$", "anonymous", "a*", "a?", "a$", "aanonymous",
		stranger, "a" + stranger, "zb", "/", "az", "azz", "B", "aB", "Ab", "AB"}
	for _, x := range own {
		out = append(out, x)
		if other := swapCase(x); other != x {
			out = append(out, other)
		}
	}
	return out
}

// candidates gives the choices of a key, nil when it is absent.
func (w World) candidates(key string, s situation, a action, own []string) *choices {
	if g := group(key); g != "" && !strings.Contains(a.has, g) {
		return nil
	}
	free := func(v [][]string) *choices { return &choices{key, v, false} }
	bound := func(v [][]string) *choices { return &choices{key, v, true} }
	words := func() []string { return append(w.words(own), w.Region, w.OrgID, w.Account) }
	texts := func() []string { // those that are not empty
		return slices.DeleteFunc(words(), func(x string) bool { return x == "" })
	}
	signed := s.kind != "anonymous" && s.kind != "service"
	service := s.kind == "service"
	switch key {
	case "aws:principalaccount":
		switch {
		case s.kind == "anonymous":
			return free(always("anonymous"))
		case service:
			return nil
		}
		return free(always(stranger))
	case "aws:principaltype":
		return free(always(map[string]string{"anonymous": "Anonymous", "role": "AssumedRole", "user": "User", "root": "Account"}[s.kind]))
	case "aws:userid":
		switch s.kind {
		case "anonymous":
			return free(always("anonymous"))
		case "role":
			return free(always("AROAZ7Q4WSTRANGER2X9K:zz", roleID))
		case "user":
			return free(always(userID))
		case "root":
			return free(always(stranger))
		}
		return nil
	case "aws:sourceip":
		if s.vpc || service {
			return nil
		}
		return bound(always(addresses()...))
	case "aws:securetransport":
		if service {
			return free(always("true"))
		}
		return free(always("true", "false"))
	case "s3:tlsversion":
		if service {
			return free(always("1.3", "1.2"))
		}
		return free(maybe("1.3", "1.2"))
	case "aws:currenttime":
		return free(always(w.At))
	case "aws:epochtime":
		return free(always("1767225600"))
	case "aws:requestedregion":
		return free(always(w.Region))
	case "aws:viaawsservice":
		if signed {
			return free(always("false", "true"))
		}
		return free(always("false"))
	case "aws:useragent", "aws:referer":
		return free(maybe(words()...))
	case "aws:resourceaccount", "s3:resourceaccount":
		return free(always(w.Account))
	case "aws:resourceorgid":
		return free(always(w.OrgID))
	case "aws:resourceorgpaths":
		return free(always(w.OrgPath))
	case "aws:resourcetag/k":
		return free(always(w.Tags["k"]))
	case "aws:principalarn":
		stem := "arn:aws:iam::" + stranger + ":"
		switch s.kind {
		case "role":
			return free(always(stem+"role/a", stem+"role/zz", stem+"role/:role/a", stem+"role/:user/zz", stem+"role/:root"))
		case "user":
			return free(always(stem+"user/a", stem+"user/zz", stem+"user/:role/a", stem+"user/:user/zz", stem+"user/:root", stem+"user/b", stem+"user/ab", stem+"user/A", stem+"user/ba", stem+"user/az", stem+"user/B", stem+"user/aB", stem+"user/Ab", stem+"user/AB"))
		case "root":
			return free(always(stem + "root"))
		}
		return nil
	case "aws:principalorgid":
		if signed {
			return free(maybe("o-zz"))
		}
		return nil
	case "aws:principalorgpaths":
		if signed {
			return free(maybe("o-zz/r-1/ou-1/", "o-zz/x"))
		}
		return nil
	case "aws:principaltag/team":
		if signed && s.kind != "root" {
			return free(maybe(plain(words())...))
		}
		return nil
	case "aws:principalisawsservice":
		switch {
		case signed:
			return free(always("false"))
		case service:
			return free(always("true"))
		}
		return nil
	case "aws:principalservicename":
		if service {
			return free(always("cloudtrail.amazonaws.com", "logging.s3.amazonaws.com", "zz.amazonaws.com"))
		}
		return nil
	case "aws:principalservicenameslist":
		if service {
			return free(sets([]string{"cloudtrail.amazonaws.com", "logging.s3.amazonaws.com", "zz.amazonaws.com"}))
		}
		return nil
	case "aws:username":
		if s.kind == "user" {
			names := plain(append([]string{"a", "b", "zz", "ab", "A", "B", "ba", "az", "aB", "Ab", "AB"}, texts()...))
			return free(always(slices.DeleteFunc(names, func(n string) bool { return strings.ContainsAny(n, ":/ ") })...))
		}
		return nil
	case "aws:tokenissuetime":
		if s.kind == "role" {
			return free(maybe("2025-12-31T20:00:00Z", "2026-01-01T00:00:00Z"))
		}
		return nil
	case "aws:multifactorauthpresent":
		if signed {
			return free(maybe("true", "false"))
		}
		return nil
	case "aws:multifactorauthage":
		if signed {
			return free(maybe("0", "1", "299", "300", "301", "3599", "3600", "3601"))
		}
		return nil
	case "aws:federatedprovider":
		if s.kind == "role" {
			return free(maybe(plain(texts())...))
		}
		return nil
	case "aws:sourcearn":
		if service {
			return free(maybe("arn:aws:s3:::zz", "arn:aws:sqs:eu-west-1:"+stranger+":q"))
		}
		return nil
	case "aws:sourceaccount", "aws:sourceowner":
		if service {
			return free(maybe(stranger))
		}
		return nil
	case "aws:sourceorgid":
		if service {
			return free(maybe("o-zz"))
		}
		return nil
	case "aws:sourcevpc", "aws:sourcevpce":
		if !s.vpc {
			return nil
		}
		stem := strings.TrimPrefix(key, "aws:source") + "-"
		if s.foreign || s.kind == "anonymous" {
			return bound(always(stem+"1", stem+"2", stem+"zz"))
		}
		return free(always(stem + "zz"))
	case "aws:vpcsourceip":
		if !s.vpc {
			return nil
		}
		c := free(always("10.0.0.5", "192.168.1.1", "172.16.0.1", "2a00::1"))
		c.uncontrolled = s.foreign || s.kind == "anonymous"
		return c
	case "s3:authtype":
		if !signed {
			return nil
		}
		if a.name == "s3:PutObject" {
			return free(always("REST-HEADER", "REST-QUERY-STRING", "POST"))
		}
		return free(always("REST-HEADER", "REST-QUERY-STRING"))
	case "s3:signatureversion":
		if !signed {
			return nil
		}
		return free(always("AWS4-HMAC-SHA256", "AWS"))
	case "s3:signatureage":
		if !signed {
			return nil
		}
		return free(maybe("0", "1", "599999", "600000", "600001", "604799999", "604800000"))
	case "s3:prefix", "s3:delimiter":
		return free(maybe(words()...))
	case "s3:max-keys":
		return free(maybe("0", "1", "2", "9", "10", "11", "999", "1000", "1001"))
	case "s3:versionid":
		return free(always(texts()...))
	case "s3:x-amz-acl":
		return free(maybe("private", "public-read", "bucket-owner-full-control", "public-read-write", "authenticated-read"))
	case "s3:x-amz-grant-read", "s3:x-amz-grant-write", "s3:x-amz-grant-read-acp", "s3:x-amz-grant-write-acp", "s3:x-amz-grant-full-control":
		return free(maybe(texts()...))
	case "s3:x-amz-storage-class":
		return free(maybe("STANDARD", "GLACIER", "STANDARD_IA"))
	case "s3:x-amz-server-side-encryption":
		if s.kind == "anonymous" {
			return free(maybe("AES256"))
		}
		return free(maybe("AES256", "aws:kms", "aws:kms:dsse"))
	case "s3:x-amz-server-side-encryption-aws-kms-key-id":
		if s.kind == "anonymous" {
			return nil
		}
		mine := "arn:aws:kms:eu-west-1:" + stranger + ":key/z"
		if s.foreign {
			return bound(maybe(plain(append(texts(), mine, "arn:aws:kms:eu-west-1:444455556666:key/1"))...))
		}
		return free(maybe(mine))
	case "s3:x-amz-server-side-encryption-customer-algorithm":
		return free(maybe("AES256"))
	case "s3:x-amz-metadata-directive":
		return free(maybe("COPY", "REPLACE"))
	case "s3:x-amz-copy-source":
		if s.kind == "anonymous" {
			return nil
		}
		return free(maybe(texts()...))
	case "s3:x-amz-website-redirect-location":
		return free(maybe(texts()...))
	case "s3:requestobjecttag/k":
		return free(maybe(plain(words())...))
	case "s3:requestobjecttagkeys":
		names := []string{"k", "K", "a", "zz"}
		for _, x := range own {
			names = append(names, x, swapCase(x))
		}
		return free(append(maybe(), sets(plain(names))...))
	case "s3:object-lock-mode":
		return free(maybe("GOVERNANCE", "COMPLIANCE"))
	case "s3:object-lock-legal-hold":
		return free(maybe("ON", "OFF"))
	case "s3:object-lock-retain-until-date":
		return free(maybe("2026-01-01T00:00:01Z", "2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:01Z",
			"2029-12-31T23:59:59Z", "2030-01-01T00:00:00Z", "2030-01-01T00:00:01Z"))
	case "s3:object-lock-remaining-retention-days":
		return free(maybe("1", "2", "9", "10", "11", "29", "30", "31", "364", "365", "366"))
	case "s3:existingobjecttag/k":
		return bound(maybe(plain(append([]string{"", "a", "b", "ab", "A", "zz", "ba", "aa", "B", "aB", "Ab", "AB"}, own...))...))
	}
	return nil
}

// plain drops what tags cannot hold, and repetitions.
func plain(list []string) []string {
	var out []string
	for _, v := range list {
		if !strings.ContainsAny(v, "*?${}") && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// sets lists the sets of up to three of the words.
func sets(words []string) [][]string {
	var out [][]string
	for i, a := range words {
		out = append(out, []string{a})
		for j, b := range words[:i] {
			out = append(out, []string{a, b})
			for _, c := range words[:j] {
				out = append(out, []string{a, b, c})
			}
		}
	}
	return out
}

func objectKeys() []string {
	var ids []string // keys made of the unique ids of roles and users
	for _, id := range [...]string{roleID, userID} {
		ids = append(ids, id, id+"/x", id+"x", "a/"+id, "a/"+id+"/x")
	}
	return append(ids, []string{"x", "a", "b", "a/b", "a/x", "ax", "xb", "b/x", "ab", "x/b", "b/a", "a/bx", "zz", "a/zz", "zz/x", "*", "?", "$",
		"anonymous", "a/anonymous", "anonymous/x", "a/a", "a/x/x", "b/b", "A", "a/A", stranger, "a/" + stranger, stranger + "/x",
		"a/" + stranger + "/x", "a/anonymous/x", "xx", "a/*", "a/?", "a/$", "*x", "?x", "$x", "*/x", "?/x", "$/x", "a/*/x", "a/?/x", "a/$/x",
		"anonymousx", "ba", "bx", "aa", "a//", "a//x", "//", "/", "/x", "zzx", "a/zz/x",
		"*b", "?b", "$b", "a/*b", "a/?b", "a/$b"}...)
}
