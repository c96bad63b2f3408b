// Package oracle evaluates S3 policies literally, one concrete request at a time, for tests of the solver. It shares no
// code with it: it reads the JSON with encoding/json, walks each condition as the IAM User Guide words it and matches
// wildcards by plain recursion. It also generates policies and enumerates requests over small alphabets.
package oracle

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Truth is a three-valued truth: the guides leave some combinations undefined.
type Truth int

// The truths.
const (
	False Truth = iota
	True
	Undefined
)

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

func negate(t Truth) Truth {
	switch t {
	case True:
		return False
	case False:
		return True
	}
	return Undefined
}

// Request is a concrete request.
type Request struct {
	Action   string
	Resource string
	// Anonymous, or one of the others.
	Anonymous bool
	Service   string
	Account   string
	ARN       string
	// Keys are the condition keys by lower-case name; a key that is absent has no entry.
	Keys map[string][]string
}

// Document is a policy. It remembers what it has matched, so it serves one goroutine at a time.
type Document struct {
	modern     bool
	statements []statement
	texts      map[textKey][]token
}

type textKey struct {
	text      string
	wildcards bool
}

type statement struct {
	allow        bool
	principal    any
	notPrincipal any
	action       []string
	notAction    []string
	resource     []string
	notResource  []string
	conditions   []condition
	acts         map[string]bool // actionMatches by action
	who          map[[3]string]bool
}

type condition struct {
	operator string // base name, lower-case, without Not
	negated  bool
	ifExists bool
	all, any bool
	key      string
	values   []string
}

// Read reads a well-formed policy. It is not a validator.
func Read(text []byte) (*Document, error) {
	var raw struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	list := []json.RawMessage{raw.Statement}
	if strings.HasPrefix(strings.TrimSpace(string(raw.Statement)), "[") {
		list = nil
		if err := json.Unmarshal(raw.Statement, &list); err != nil {
			return nil, err
		}
	}
	d := &Document{modern: raw.Version == "2012-10-17", texts: map[textKey][]token{}}
	for _, one := range list {
		var s struct {
			Effect                  string
			Principal, NotPrincipal any
			Action, NotAction       any
			Resource, NotResource   any
			Condition               map[string]map[string]any
		}
		if err := json.Unmarshal(one, &s); err != nil {
			return nil, err
		}
		st := statement{
			acts: map[string]bool{}, who: map[[3]string]bool{},
			allow: s.Effect == "Allow", principal: s.Principal, notPrincipal: s.NotPrincipal,
			action: flat(s.Action), notAction: flat(s.NotAction), resource: flat(s.Resource), notResource: flat(s.NotResource),
		}
		for op, keys := range s.Condition {
			for key, values := range keys {
				c := condition{key: strings.ToLower(key), values: flat(values)}
				name := strings.ToLower(op)
				if strings.HasPrefix(name, "forallvalues:") {
					c.all, name = true, name[len("forallvalues:"):]
				}
				if strings.HasPrefix(name, "foranyvalue:") {
					c.any, name = true, name[len("foranyvalue:"):]
				}
				if strings.HasSuffix(name, "ifexists") {
					c.ifExists, name = true, name[:len(name)-len("ifexists")]
				}
				if i := strings.Index(name, "not"); i >= 0 {
					c.negated, name = true, name[:i]+name[i+len("not"):]
				}
				c.operator = name
				st.conditions = append(st.conditions, c)
			}
		}
		d.statements = append(d.statements, st)
	}
	return d, nil
}

func flat(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case bool:
		return []string{strconv.FormatBool(x)}
	case float64:
		return []string{strconv.FormatFloat(x, 'f', -1, 64)}
	case []any:
		var out []string
		for _, i := range x {
			out = append(out, flat(i)...)
		}
		return out
	}
	return nil
}

// Allowed evaluates one policy: an Allow matches and no Deny does.
func (d *Document) Allowed(r *Request) Truth {
	allowed := False
	for i := range d.statements {
		if !d.statements[i].allow {
			continue
		}
		switch d.matches(&d.statements[i], r) {
		case True:
			allowed = True
		case Undefined:
			if allowed == False {
				allowed = Undefined
			}
		}
	}
	return and(allowed, negate(d.Denied(r)))
}

// Denied tells whether a Deny of the policy matches.
func (d *Document) Denied(r *Request) Truth {
	denied := False
	for i := range d.statements {
		if d.statements[i].allow {
			continue
		}
		switch d.matches(&d.statements[i], r) {
		case True:
			return True
		case Undefined:
			denied = Undefined
		}
	}
	return denied
}

func and(a, b Truth) Truth {
	switch {
	case a == False || b == False:
		return False
	case a == True && b == True:
		return True
	}
	return Undefined
}

func (d *Document) matches(s *statement, r *Request) Truth {
	if !principalMatches(s, r) || !actionMatches(s, r) {
		return False
	}
	t := d.resourceMatches(s, r)
	for i := range s.conditions {
		if t == False {
			return False
		}
		t = and(t, d.holds(&s.conditions[i], r))
	}
	return t
}

func principalMatches(s *statement, r *Request) bool {
	id := [3]string{r.Service, r.Account, r.ARN}
	if known, ok := s.who[id]; ok {
		return known
	}
	s.who[id] = principalListed(s, r)
	return s.who[id]
}

func principalListed(s *statement, r *Request) bool {
	if s.notPrincipal != nil {
		return !listed(s.notPrincipal, r)
	}
	return listed(s.principal, r)
}

func listed(v any, r *Request) bool {
	if v == "*" {
		return true
	}
	m, _ := v.(map[string]any)
	for kind, names := range m {
		for _, n := range flat(names) {
			switch kind {
			case "AWS":
				if n == "*" || !r.Anonymous && r.Service == "" && (n == r.ARN || n == r.Account || n == "arn:aws:iam::"+r.Account+":root") {
					return true
				}
			case "Service":
				if r.Service != "" && n == r.Service {
					return true
				}
			}
		}
	}
	return false
}

func actionMatches(s *statement, r *Request) bool {
	if known, ok := s.acts[r.Action]; ok {
		return known
	}
	s.acts[r.Action] = actionListed(s, r)
	return s.acts[r.Action]
}

func actionListed(s *statement, r *Request) bool {
	hit := func(list []string) bool {
		for _, p := range list {
			if wild(glob(strings.ToLower(p)), strings.ToLower(r.Action)) {
				return true
			}
		}
		return false
	}
	if s.notAction != nil {
		return !hit(s.notAction)
	}
	return hit(s.action)
}

func (d *Document) resourceMatches(s *statement, r *Request) Truth {
	list := s.resource
	if s.notResource != nil {
		list = s.notResource
	}
	out, missing := False, false
	for _, p := range list {
		toks, t := d.tokens(p, true, r)
		switch {
		case t == False:
			missing = true
		case t == Undefined:
			if out == False {
				out = Undefined
			}
		case wild(toks, r.Resource):
			out = True
		}
	}
	if s.notResource == nil {
		return out
	}
	if missing {
		return Undefined
	}
	return negate(out)
}

// token is a literal rune or a wildcard.
type token struct {
	r    rune
	kind byte // 0 literal, '?', '*'
}

func glob(s string) []token {
	var out []token
	for _, c := range s {
		if c == '*' || c == '?' {
			out = append(out, token{kind: byte(c)})
		} else {
			out = append(out, token{r: c})
		}
	}
	return out
}

// tokens reads policy text with its variables put in. False: a variable has no value. Undefined: it is not a plain one.
func (d *Document) tokens(s string, wildcards bool, r *Request) ([]token, Truth) {
	if !d.modern || !strings.Contains(s, "${") {
		k := textKey{s, wildcards}
		if t, ok := d.texts[k]; ok {
			return t, True
		}
		t, _ := d.expand(s, wildcards, r)
		d.texts[k] = t
		return t, True
	}
	return d.expand(s, wildcards, r)
}

func (d *Document) expand(s string, wildcards bool, r *Request) ([]token, Truth) {
	var out []token
	for s != "" {
		if d.modern && strings.HasPrefix(s, "${") {
			end := strings.Index(s, "}")
			if end < 0 {
				return nil, Undefined
			}
			body := s[2:end]
			s = s[end+1:]
			if body == "*" || body == "?" || body == "$" {
				out = append(out, token{r: rune(body[0])})
				continue
			}
			name, fallback, has := strings.Cut(body, ",")
			name = strings.ToLower(strings.TrimSpace(name))
			if multi(name) || kindOf(name) == "date" || kindOf(name) == "epoch" {
				return nil, Undefined
			}
			values, ok := r.Keys[name]
			text := ""
			switch {
			case ok:
				text = values[0]
			case has:
				text = strings.Trim(strings.TrimSpace(fallback), "'")
			default:
				return nil, False
			}
			for _, c := range text {
				out = append(out, token{r: c})
			}
			continue
		}
		c, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if wildcards && (c == '*' || c == '?') {
			out = append(out, token{kind: byte(c)})
		} else {
			out = append(out, token{r: c})
		}
	}
	return out, True
}

// wild matches by trying every length for every star; the texts are short.
func wild(p []token, s string) bool {
	for len(p) > 0 && p[0].kind != '*' {
		if s == "" {
			return false
		}
		c, size := utf8.DecodeRuneInString(s)
		if p[0].kind == 0 && p[0].r != c {
			return false
		}
		p, s = p[1:], s[size:]
	}
	if len(p) == 0 {
		return s == ""
	}
	if len(p) == 1 {
		return true
	}
	for {
		if wild(p[1:], s) {
			return true
		}
		if s == "" {
			return false
		}
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
}

func multi(key string) bool {
	switch key {
	case "aws:principalorgpaths", "aws:resourceorgpaths", "aws:tagkeys", "aws:calledvia", "aws:principalservicenameslist",
		"aws:sourceorgpaths", "aws:vpceorgpaths", "s3:requestobjecttagkeys":
		return true
	}
	return false
}

func kindOf(key string) string {
	switch key {
	case "aws:currenttime", "aws:tokenissuetime", "s3:object-lock-retain-until-date":
		return "date"
	case "aws:epochtime":
		return "epoch"
	case "aws:sourceip", "aws:vpcsourceip":
		return "ip"
	case "s3:max-keys", "s3:signatureage", "s3:tlsversion", "aws:multifactorauthage", "s3:object-lock-remaining-retention-days":
		return "number"
	}
	return "text"
}

// holds evaluates one condition key under one operator.
func (d *Document) holds(c *condition, r *Request) Truth {
	values, present := r.Keys[c.key]
	if c.operator == "null" {
		for _, v := range c.values {
			if (v == "true") == !present {
				return True
			}
		}
		return False
	}
	if !present {
		if c.ifExists || c.all {
			return True
		}
		if c.any {
			return False
		}
		return truth(c.negated)
	}
	if multi(c.key) && !c.all && !c.any {
		return Undefined
	}
	one := func(v string) Truth {
		t := d.anyMatches(c, v, r)
		if c.negated {
			t = negate(t)
		}
		return t
	}
	if c.any {
		out := False
		for _, v := range values {
			switch one(v) {
			case True:
				return True
			case Undefined:
				out = Undefined
			}
		}
		return out
	}
	out := True
	for _, v := range values {
		out = and(out, one(v))
	}
	return out
}

// anyMatches tells whether the request's value matches one of the policy's values.
func (d *Document) anyMatches(c *condition, have string, r *Request) Truth {
	out := False
	for _, want := range c.values {
		switch d.compare(c, have, want, r) {
		case True:
			return True
		case Undefined:
			out = Undefined
		}
	}
	return out
}

func (d *Document) compare(c *condition, have, want string, r *Request) Truth {
	kind := kindOf(c.key)
	op := c.operator
	switch {
	case op == "ipaddress":
		if kind != "ip" {
			return Undefined
		}
		return inBlock(have, want)
	case strings.HasPrefix(op, "numeric"):
		if kind != "number" && kind != "epoch" {
			return Undefined
		}
		a, err1 := strconv.ParseFloat(have, 64)
		b, err2 := strconv.ParseFloat(want, 64)
		if err1 != nil || err2 != nil {
			return Undefined
		}
		return truth(ordered(strings.TrimPrefix(op, "numeric"), a, b))
	case strings.HasPrefix(op, "date"):
		if kind != "date" && kind != "epoch" {
			return Undefined
		}
		a, ok1 := when(have)
		b, ok2 := when(want)
		if !ok1 || !ok2 {
			return Undefined
		}
		return truth(ordered(strings.TrimPrefix(op, "date"), float64(a.Unix()), float64(b.Unix())))
	case op == "binaryequals":
		return Undefined
	}
	if kind == "date" || kind == "epoch" {
		return Undefined
	}
	toks, t := d.tokens(want, op == "stringlike" || strings.HasPrefix(op, "arn"), r)
	if t != True {
		return t
	}
	switch op {
	case "stringequals", "stringlike", "bool":
		return truth(wild(toks, have))
	case "stringequalsignorecase":
		var b strings.Builder
		for _, t := range toks {
			b.WriteRune(t.r)
		}
		return truth(strings.EqualFold(b.String(), have))
	case "arnequals", "arnlike":
		return arnMatches(toks, have)
	}
	return Undefined
}

// arnMatches compares the six parts one by one.
func arnMatches(p []token, have string) Truth {
	if len(p) == 1 && p[0].kind == '*' {
		return True
	}
	var parts [][]token
	rest := p
	for len(parts) < 5 {
		cut := -1
		for i, t := range rest {
			if t.kind == 0 && t.r == ':' {
				cut = i
				break
			}
		}
		if cut < 0 {
			return Undefined
		}
		parts = append(parts, rest[:cut])
		rest = rest[cut+1:]
	}
	parts = append(parts, rest)
	values := strings.SplitN(have, ":", 6)
	if len(values) != 6 {
		return False
	}
	for i := range parts {
		if !wild(parts[i], values[i]) {
			return False
		}
	}
	return True
}

func ordered(op string, a, b float64) bool {
	switch op {
	case "equals":
		return a == b
	case "lessthan":
		return a < b
	case "lessthanequals":
		return a <= b
	case "greaterthan":
		return a > b
	case "greaterthanequals":
		return a >= b
	}
	return false
}

func when(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), true
	}
	return time.Time{}, false
}

func inBlock(have, want string) Truth {
	a, err := netip.ParseAddr(have)
	if err != nil {
		return Undefined
	}
	if !strings.Contains(want, "/") {
		b, err := netip.ParseAddr(want)
		if err != nil {
			return Undefined
		}
		return truth(a == b)
	}
	p, err := netip.ParsePrefix(want)
	if err != nil {
		return Undefined
	}
	return truth(p.Contains(a))
}
