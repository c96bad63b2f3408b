package oracle

// This file says which requests there are: who calls, the actions of each verb with the keys that they carry, and which
// combinations of values no request has. It joins what is found for everything that a client cannot choose.

import (
	"slices"
	"strings"
)

type situation struct {
	kind    string // anonymous, role, user, root, service
	vpc     bool
	foreign bool
}

type action struct {
	name   string
	object bool
	has    string // groups of request keys, by letter
	signed bool
}

// Groups: l listing keys, v version, e existing tags, t request tags, a ACL headers, p upload headers, k object lock.
func actionsOf(verb string) []action {
	switch verb {
	case "list":
		return []action{{"s3:ListBucket", false, "l", false}, {"s3:ListBucketVersions", false, "l", false}, {"s3:ListBucketMultipartUploads", false, "", false}}
	case "read":
		return []action{{"s3:GetObject", true, "e", false}, {"s3:GetObjectVersion", true, "ev", false}}
	case "write":
		return []action{
			{"s3:PutObject", true, "atpk", false}, {"s3:DeleteObject", true, "", false}, {"s3:DeleteObjectVersion", true, "v", false},
			{"s3:PutObjectTagging", true, "et", false}, {"s3:PutObjectVersionTagging", true, "etv", false},
			{"s3:DeleteObjectTagging", true, "e", false}, {"s3:DeleteObjectVersionTagging", true, "ev", false},
			{"s3:PutObjectRetention", true, "k", false}, {"s3:PutObjectLegalHold", true, "k", false}, {"s3:RestoreObject", true, "", false},
			{"s3:AbortMultipartUpload", true, "", false}, {"s3:ReplicateObject", true, "", true}, {"s3:ReplicateDelete", true, "", true},
			{"s3:ReplicateTags", true, "", true},
		}
	}
	return []action{{"s3:PutBucketAcl", false, "a", false}, {"s3:PutObjectAcl", true, "ae", false}, {"s3:PutObjectVersionAcl", true, "aev", false}}
}

// group gives the letter of the group that a request key belongs to, empty for keys of every action.
func group(key string) string {
	switch key {
	case "s3:prefix", "s3:delimiter", "s3:max-keys":
		return "l"
	case "s3:versionid":
		return "v"
	case "s3:x-amz-acl":
		return "a"
	case "s3:requestobjecttagkeys":
		return "t"
	}
	for _, g := range [...][2]string{
		{"s3:existingobjecttag/", "e"}, {"s3:requestobjecttag/", "t"}, {"s3:x-amz-grant-", "a"}, {"s3:object-lock-", "k"}, {"s3:x-amz-", "p"},
	} {
		if strings.HasPrefix(key, g[0]) {
			return g[1]
		}
	}
	return ""
}

// possible rules out combinations that no request has.
func possible(keys map[string][]string) bool {
	has := func(k string) bool { _, ok := keys[k]; return ok }
	is := func(k, v string) bool { return has(k) && keys[k][0] == v }
	tied := func(k string, want bool) bool { return has(k) == want }
	both := func(a, b string) bool { return has("?"+a) && has("?"+b) }
	switch {
	case both("aws:securetransport", "s3:tlsversion") && !tied("s3:tlsversion", is("aws:securetransport", "true")),
		both("s3:authtype", "s3:signatureage") && !tied("s3:signatureage", is("s3:authtype", "REST-QUERY-STRING")),
		both("aws:principalorgid", "aws:principalorgpaths") && has("aws:principalorgid") != has("aws:principalorgpaths"),
		both("aws:multifactorauthpresent", "aws:multifactorauthage") && !tied("aws:multifactorauthage", is("aws:multifactorauthpresent", "true")),
		has("s3:x-amz-server-side-encryption-aws-kms-key-id") && has("?s3:x-amz-server-side-encryption") && !strings.HasPrefix(first(keys["s3:x-amz-server-side-encryption"]), "aws:kms"),
		both("s3:requestobjecttag/k", "s3:requestobjecttagkeys") && has("s3:requestobjecttag/k") != tagged(keys["s3:requestobjecttagkeys"]):
		return false
	case has("aws:username") && has("aws:principalarn"):
		return strings.HasSuffix(keys["aws:principalarn"][0], "/"+keys["aws:username"][0])
	}
	return true
}

// tagged tells whether one of the tags is what s3:RequestObjectTag/k speaks of, in either case.
func tagged(names []string) bool { return slices.Contains(names, "k") || slices.Contains(names, "K") }

func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// situation judges one kind of caller: yes when nearly every uncontrolled combination has an allowed request.
func (j *judge) situation(s situation, verb string) string {
	// The uncontrolled combinations are those of all actions together; an action that lacks a key ignores it.
	type world map[string][]string
	union := map[string][][]string{}
	actions := actionsOf(verb)
	var order []string
	for _, a := range actions {
		for _, k := range j.keys {
			if c := j.choices(k, s, a); c != nil && c.uncontrolled && union[k] == nil {
				j.bound = j.bound || !s.vpc
				union[k] = c.values
				order = append(order, k)
			}
		}
	}
	combos := []world{{}}
	for _, k := range order {
		var next []world
		for _, c := range combos {
			for _, v := range union[k] {
				n := world{k: v}
				for kk, vv := range c {
					n[kk] = vv
				}
				next = append(next, n)
			}
		}
		combos = next
	}
	some := false
	failed := map[string]bool{} // addresses for which some combination fails
	all := true
	for _, c := range combos {
		ok := false
		for _, a := range actions {
			if a.signed && s.kind == "anonymous" || !j.granted(s, a) {
				continue
			}
			if j.tryAction(s, a, c) {
				ok = true
				break
			}
		}
		some = some || ok
		if !ok {
			all = false
			failed[first(c["aws:sourceip"])] = true
		}
	}
	switch {
	case !some:
		return "no"
	case s.vpc && (s.foreign || s.kind == "anonymous"):
		return "conditional"
	case all:
		return "yes"
	case failed[""]:
		return "conditional"
	case !failed["9.9.9.9"] && !failed["150.1.1.1"], !failed["2a00:1450::5"]:
		return "yes"
	}
	return "conditional"
}
