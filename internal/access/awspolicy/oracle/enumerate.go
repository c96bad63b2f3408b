package oracle

// This file judges a generated policy by trying requests: for every value of what a client cannot choose, is there a
// request built from what it can choose that the policy allows? Candidate values come from fixed small alphabets.

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Judgement is what enumeration finds.
type Judgement struct {
	// Answer is yes, conditional or no.
	Answer string
	// Sampled is true when not all combinations were tried, so that more may be possible than Answer says.
	Sampled bool
	// Variables is true when the policy has policy variables, for whose values the small alphabets may be too small.
	Variables bool
	// Bound is true when the policy looks at values that the client cannot choose.
	Bound bool
	// Tried counts the requests.
	Tried int
}

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

// choices is what a key can be: nil entries are absence. Uncontrolled values are not the client's to choose.
type choices struct {
	key          string
	values       [][]string
	uncontrolled bool
}

const stranger = "777788889999"

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

func always(list ...string) [][]string { return maybe(list...)[1:] }

// candidates gives the choices of a key, nil when it is absent.
func (w World) candidates(key string, s situation, a action, own []string) *choices {
	has := func(letter string, c *choices) *choices {
		if !strings.Contains(a.has, letter) {
			return nil
		}
		return c
	}
	free := func(v [][]string) *choices { return &choices{key, v, false} }
	bound := func(v [][]string) *choices { return &choices{key, v, true} }
	words := []string{"", "a", "b", "ab", "A", "zz", "a/", "ba", "aa", "*", "?", "$", "anonymous", "a*", "a?", "a$", "aanonymous",
		stranger, "a" + stranger, "zb", "/", "az", "azz", "B", "aB", "Ab", "AB"}
	words = append(words, own...)
	var texts []string // those that are not empty
	for _, x := range words {
		if x != "" {
			texts = append(texts, x)
		}
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
			return free(always("AROAZ7Q4WSTRANGER2X9K:zz", "AROAZ7Q4WSTRANGER2X9K:a"))
		case "user":
			return free(always("AIDAZ7Q4WSTRANGER2X9K"))
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
		return free(maybe(words...))
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
			return free(always(stem+"role/a", stem+"role/zz"))
		case "user":
			return free(always(stem+"user/a", stem+"user/zz", stem+"user/b", stem+"user/ab", stem+"user/A", stem+"user/ba", stem+"user/az", stem+"user/B", stem+"user/aB", stem+"user/Ab", stem+"user/AB"))
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
			return free(maybe(plain(words)...))
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
	case "aws:username":
		if s.kind == "user" {
			return free(always(plain(append([]string{"a", "b", "zz", "ab", "A", "B", "ba", "az", "aB", "Ab", "AB"}, texts...))...))
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
			return free(maybe(plain(texts)...))
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
		return has("l", free(maybe(words...)))
	case "s3:max-keys":
		return has("l", free(maybe("0", "1", "2", "9", "10", "11", "999", "1000", "1001")))
	case "s3:versionid":
		return has("v", free(always(texts...)))
	case "s3:x-amz-acl":
		return has("a", free(maybe("private", "public-read", "bucket-owner-full-control", "public-read-write", "authenticated-read")))
	case "s3:x-amz-grant-read":
		return has("a", free(maybe(texts...)))
	case "s3:x-amz-storage-class":
		return has("p", free(maybe("STANDARD", "GLACIER", "STANDARD_IA")))
	case "s3:x-amz-server-side-encryption":
		if s.kind == "anonymous" {
			return has("p", free(maybe("AES256")))
		}
		return has("p", free(maybe("AES256", "aws:kms", "aws:kms:dsse")))
	case "s3:x-amz-server-side-encryption-aws-kms-key-id":
		if s.kind == "anonymous" {
			return nil
		}
		mine := "arn:aws:kms:eu-west-1:" + stranger + ":key/z"
		if s.foreign {
			return has("p", bound(maybe(mine, "arn:aws:kms:eu-west-1:444455556666:key/1", "arn:aws:kms:eu-west-1:444455556666:KEY/1", "z")))
		}
		return has("p", free(maybe(mine)))
	case "s3:x-amz-metadata-directive":
		return has("p", free(maybe("COPY", "REPLACE")))
	case "s3:x-amz-copy-source":
		if s.kind == "anonymous" {
			return nil
		}
		return has("p", free(maybe(texts...)))
	case "s3:x-amz-website-redirect-location":
		return has("p", free(maybe(texts...)))
	case "s3:requestobjecttag/k":
		return has("t", free(maybe(plain(words)...)))
	case "s3:requestobjecttagkeys":
		values := [][]string{nil}
		names := plain(append([]string{"k", "a", "b", "B", "zz"}, own...))
		for set := 1; set < 1<<min(len(names), 6); set++ {
			var v []string
			for i, n := range names[:min(len(names), 6)] {
				if set>>i&1 == 1 {
					v = append(v, n)
				}
			}
			values = append(values, v)
		}
		return has("t", free(values))
	case "s3:object-lock-mode":
		return has("k", free(maybe("GOVERNANCE", "COMPLIANCE")))
	case "s3:existingobjecttag/k":
		return has("e", bound(maybe(plain(append([]string{"", "a", "b", "ab", "A", "zz", "ba", "aa", "B", "aB", "Ab", "AB"}, own...))...)))
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
		both("s3:requestobjecttag/k", "s3:requestobjecttagkeys") && has("s3:requestobjecttag/k") != slices.Contains(keys["s3:requestobjecttagkeys"], "k"):
		return false
	case has("aws:username") && has("aws:principalarn"):
		return strings.HasSuffix(keys["aws:principalarn"][0], "/"+keys["aws:username"][0])
	}
	return true
}

func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// Keys lists the condition keys that a policy looks at, sorted.
func (d *Document) Keys() []string {
	seen := map[string]bool{}
	text := func(s string) {
		for {
			i := strings.Index(s, "${")
			if i < 0 || !d.modern {
				return
			}
			s = s[i+2:]
			name, _, _ := strings.Cut(s, "}")
			name, _, _ = strings.Cut(name, ",")
			if name != "*" && name != "?" && name != "$" {
				seen[strings.ToLower(strings.TrimSpace(name))] = true
			}
		}
	}
	for _, s := range d.statements {
		for _, c := range s.conditions {
			seen[c.key] = true
			for _, v := range c.values {
				text(v)
			}
		}
		for _, v := range slices.Concat(s.resource, s.notResource) {
			text(v)
		}
	}
	var out []string
	for k := range seen {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func objectKeys() []string {
	return []string{"x", "a", "b", "a/b", "a/x", "ax", "xb", "b/x", "ab", "x/b", "b/a", "a/bx", "zz", "a/zz", "zz/x", "*", "?", "$",
		"anonymous", "a/anonymous", "anonymous/x", "a/a", "a/x/x", "b/b", "A", "a/A", stranger, "a/" + stranger, stranger + "/x",
		"a/" + stranger + "/x", "a/anonymous/x", "xx", "a/*", "a/?", "a/$", "*x", "?x", "$x", "*/x", "?/x", "$/x", "a/*/x", "a/?/x", "a/$/x",
		"anonymousx", "ba", "bx", "aa", "a//", "a//x", "//", "/", "/x", "zzx", "a/zz/x",
		"*b", "?b", "$b", "a/*b", "a/?b", "a/$b"}
}

// Judge answers for a verb ("list", "read", "write", "permissions") and an audience ("anonymous", "any_account").
func Judge(d *Document, w World, verb, audience string, limit int) Judgement {
	keys := d.Keys()
	j := &judge{d: d, w: w, keys: keys, limit: limit, r: rand.New(rand.NewPCG(1, 2))}
	j.entangled, j.vars = j.variables()
	j.texts = map[string][]string{}
	for _, st := range d.statements {
		for _, c := range st.conditions {
			for _, v := range c.values {
				if !slices.Contains(j.texts[c.key], v) {
					j.texts[c.key] = append(j.texts[c.key], v)
				}
			}
		}
	}
	for k := range j.entangled {
		j.texts[k] = append(j.texts[k], "private", "public-read", "bucket-owner-full-control", "STANDARD", "GLACIER", "AES256", "aws:kms",
			"COPY", "REPLACE", "GOVERNANCE", "anonymous", "aanonymous", stranger, "a"+stranger, "true", "false", "AWS", "REST-HEADER",
			"AIDAZ7Q4WSTRANGER2X9K", "aAIDAZ7Q4WSTRANGER2X9K")
	}
	var free, outside []situation
	if audience == "anonymous" {
		free, outside = []situation{{kind: "anonymous"}}, []situation{{kind: "anonymous", vpc: true}}
	} else {
		for _, k := range []string{"role", "user", "root"} {
			free = append(free, situation{kind: k}, situation{kind: k, vpc: true})
			outside = append(outside, situation{kind: k, vpc: true, foreign: true}, situation{kind: k, foreign: true})
		}
		// Calls of services count where the policies speak of the resource they are made for.
		source := false
		for _, st := range d.statements {
			source = source || st.allow && slices.ContainsFunc(st.conditions, func(c condition) bool {
				return slices.Contains([]string{"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"}, c.key)
			})
		}
		switch {
		case source && slices.Contains(keys, "aws:principaltype"):
			j.sampled = true // what it holds for services is not documented
		case source:
			free = append(free, situation{kind: "service"})
		}
	}
	out := Judgement{Answer: "no"}
	for _, s := range free {
		a := j.situation(s, verb)
		if rank(a) > rank(out.Answer) {
			out.Answer = a
		}
		if out.Answer == "yes" {
			break
		}
	}
	out.Bound = j.bound
	if out.Answer == "no" {
		for _, s := range outside {
			if j.situation(s, verb) != "no" {
				out.Answer = "conditional"
				break
			}
		}
	}
	out.Sampled, out.Tried, out.Variables = j.sampled, j.tried, j.vars || len(j.entangled) > 0
	return out
}

func rank(a string) int { return slices.Index([]string{"no", "conditional", "yes"}, a) }

type judge struct {
	d    *Document
	w    World
	keys []string
	// texts are the values that the policy itself holds against each key, read literally.
	texts map[string][]string
	// entangled are keys whose value or whose conditions belong to policy variables; vars is true when resources do.
	entangled map[string]bool
	vars      bool
	r         *rand.Rand
	limit     int
	keysOf    []string // the resources of object actions
	sampled   bool
	bound     bool
	tried     int
}

func (j *judge) variables() (entangled map[string]bool, resources bool) {
	entangled = map[string]bool{}
	if !j.d.modern {
		return entangled, false
	}
	note := func(v string) bool {
		if !strings.Contains(v, "${") {
			return false
		}
		for _, k := range j.keys {
			if strings.Contains(strings.ToLower(v), "${"+k) {
				entangled[k] = true
			}
		}
		return true
	}
	for _, s := range j.d.statements {
		for _, v := range slices.Concat(s.resource, s.notResource) {
			resources = note(v) || resources
		}
		for _, c := range s.conditions {
			for _, v := range c.values {
				if note(v) {
					entangled[c.key] = true
				}
			}
		}
	}
	return entangled, resources
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
			if c := j.w.candidates(k, s, a, j.texts[k]); c != nil && c.uncontrolled && union[k] == nil {
				j.bound = j.bound || !s.vpc
				union[k] = j.reduce(k, c.values)
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

// reduce keeps one value per behaviour under the policy's conditions; with variables about, all of them.
func (j *judge) reduce(key string, values [][]string) [][]string {
	if j.entangled[key] || key == "aws:sourceip" {
		return values
	}
	seen := map[string]bool{}
	var out [][]string
	for _, v := range values {
		r := &Request{Keys: map[string][]string{}}
		if v != nil {
			r.Keys[key] = v
		}
		var sig strings.Builder
		if v == nil {
			sig.WriteByte('-')
		}
		for i := range j.d.statements {
			for k := range j.d.statements[i].conditions {
				if c := &j.d.statements[i].conditions[k]; c.key == key {
					sig.WriteByte(byte('0' + j.d.holds(c, r)))
				}
			}
		}
		if tied(key) {
			sig.WriteString(strings.Join(v, ",")) // other keys depend on the value itself
		}
		if !seen[sig.String()] {
			seen[sig.String()] = true
			out = append(out, v)
		}
	}
	return out
}

func tied(key string) bool {
	switch key {
	case "aws:securetransport", "s3:authtype", "aws:multifactorauthpresent", "s3:x-amz-server-side-encryption",
		"s3:requestobjecttagkeys", "aws:username", "aws:principalarn":
		return true
	}
	return false
}

// granted reports whether some Allow names the caller and the action at all.
func (j *judge) granted(s situation, a action) bool {
	r := &Request{Action: a.name, Anonymous: s.kind == "anonymous", Account: stranger}
	if s.kind == "service" {
		r.Service = "zz.amazonaws.com"
	}
	for i := range j.d.statements {
		if st := &j.d.statements[i]; st.allow && principalMatches(st, r) && actionMatches(st, r) {
			return true
		}
	}
	return false
}

func (j *judge) tryAction(s situation, a action, world map[string][]string) bool {
	req := &Request{Action: a.name, Keys: map[string][]string{}, Anonymous: s.kind == "anonymous"}
	switch s.kind {
	case "service":
		req.Service = "zz.amazonaws.com"
	case "role", "user", "root":
		req.Account = stranger
	}
	var open []choices
	total := 1
	for _, k := range j.keys {
		c := j.w.candidates(k, s, a, j.texts[k])
		if c == nil {
			continue
		}
		req.Keys["?"+k] = nil
		if c.uncontrolled {
			if v := world[k]; v != nil {
				req.Keys[k] = v
			}
			continue
		}
		c.values = j.reduce(k, c.values)
		open = append(open, *c)
		total *= len(c.values)
	}
	resources := []string{"arn:aws:s3:::" + j.w.Bucket}
	if a.object {
		if j.keysOf == nil {
			j.keysOf = j.objects()
		}
		resources = j.keysOf
	}
	if total*len(resources) <= j.limit && j.tried < 20*j.limit {
		return j.walk(req, open, resources)
	}
	j.sampled = true
	for range min(j.limit, max(0, 10*j.limit-j.tried)) {
		for _, c := range open {
			v := c.values[j.r.IntN(len(c.values))]
			delete(req.Keys, c.key)
			if v != nil {
				req.Keys[c.key] = v
			}
		}
		req.Resource = resources[j.r.IntN(len(resources))]
		if j.allowed(req) {
			return true
		}
	}
	return false
}

// objects gives the resources, one per behaviour under the policy's patterns.
func (j *judge) objects() []string {
	var out []string
	seen := map[string]bool{}
	keys := objectKeys()
	for _, st := range j.d.statements {
		for _, p := range slices.Concat(st.resource, st.notResource) {
			if _, k, ok := strings.Cut(p, "/"); ok && k != "" {
				if i, e := strings.Index(k, ", '"), strings.Index(k, "'}"); j.d.modern && i > 0 && e > i {
					k = k[:strings.Index(k, "${")] + k[i+3:e] + k[e+2:] // the default of a variable
				}
				keys = append(keys, k, strings.ReplaceAll(k, "*", "x"), strings.ReplaceAll(k, "*", "b"), strings.ReplaceAll(strings.ReplaceAll(k, "*", "x"), "?", "x"))
			}
		}
	}
	for _, k := range keys {
		arn := "arn:aws:s3:::" + j.w.Bucket + "/" + k
		if !j.vars {
			var sig strings.Builder
			r := &Request{Resource: arn}
			for i := range j.d.statements {
				sig.WriteByte(byte('0' + j.d.resourceMatches(&j.d.statements[i], r)))
			}
			if seen[sig.String()] {
				continue
			}
			seen[sig.String()] = true
		}
		out = append(out, arn)
	}
	return out
}

func (j *judge) walk(req *Request, open []choices, resources []string) bool {
	if len(open) == 0 {
		for _, r := range resources {
			req.Resource = r
			if j.allowed(req) {
				return true
			}
		}
		return false
	}
	c := open[0]
	for _, v := range c.values {
		delete(req.Keys, c.key)
		if v != nil {
			req.Keys[c.key] = v
		}
		if j.walk(req, open[1:], resources) {
			return true
		}
	}
	delete(req.Keys, c.key)
	return false
}

func (j *judge) allowed(req *Request) bool {
	if !possible(req.Keys) {
		return false
	}
	j.tried++
	return j.d.Allowed(req) == True
}
