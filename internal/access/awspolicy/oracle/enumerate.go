package oracle

// This file judges a generated policy by trying requests: for every value of what a client cannot choose, is there a
// request built from what it can choose that the policy allows? Candidate values come from fixed small alphabets.

import (
	"math/rand/v2"
	"slices"
	"strconv"
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

// Judge answers for a verb ("list", "read", "write", "permissions") and an audience ("anonymous", "any_account"). A hint,
// which may be nil, is a request whose words are tried too, where they are among those that a client may choose.
func Judge(d *Document, w World, verb, audience string, limit int, hint *Request) Judgement {
	keys := d.Keys()
	j := &judge{d: d, w: w, keys: keys, limit: limit, r: rand.New(rand.NewPCG(1, 2)), known: map[lookup]*choices{}}
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
			userID, "a"+userID, roleID, "a"+roleID, "o-zz", "ao-zz", w.Account, "a"+w.Account, "a"+w.Region, "a"+w.OrgID, "vpc-zz", "vpce-zz",
			"cloudtrail.amazonaws.com", "arn:aws:s3:::zz", "arn:aws:iam::"+stranger+":role/a", "arn:aws:iam::"+stranger+":root")
	}
	if hint != nil {
		for k, v := range hint.Keys {
			j.texts[k] = append(j.texts[k], v...)
		}
		if _, key, ok := strings.Cut(hint.Resource, "/"); ok {
			j.hinted = []string{key}
		}
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
	known     map[lookup]*choices
	limit     int
	keysOf    []string // the resources of object actions
	hinted    []string // keys to try besides
	sampled   bool
	bound     bool
	tried     int
}

// lookup is what candidates depends on.
type lookup struct {
	key string
	s   situation
	has string
	put bool
}

// choices gives the candidates of a key, reduced; nil when it is absent.
func (j *judge) choices(key string, s situation, a action) *choices {
	l := lookup{key, s, a.has, a.name == "s3:PutObject"}
	c, ok := j.known[l]
	if !ok {
		if c = j.w.candidates(key, s, a, j.texts[key]); c != nil {
			c.values = j.reduce(key, c.values)
		}
		j.known[l] = c
	}
	return c
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
		switch {
		case key == "s3:requestobjecttagkeys":
			sig.WriteString(strconv.FormatBool(tagged(v)))
		case tied(key):
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
		"aws:username", "aws:principalarn":
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
		c := j.choices(k, s, a)
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
	keys := append(objectKeys(), j.hinted...)
	for _, st := range j.d.statements {
		for _, p := range slices.Concat(st.resource, st.notResource) {
			if _, k, ok := strings.Cut(p, "/"); ok && k != "" {
				if i, e := strings.Index(k, ", '"), strings.Index(k, "'}"); j.d.modern && i > 0 && e > i {
					k = k[:strings.Index(k, "${")] + k[i+3:e] + k[e+2:] // the default of a variable
				}
				keys = append(keys, k, strings.ReplaceAll(k, "*", "x"), strings.ReplaceAll(k, "*", "b"), strings.ReplaceAll(k, "*", "/x"), strings.ReplaceAll(strings.ReplaceAll(k, "*", "x"), "?", "x"))
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
