package oracle

// This file evaluates conditions, operator by operator.

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

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
