// Package oracle evaluates S3 policies literally, one concrete request at a time, for tests of the solver. It shares no
// code with it: it reads the JSON with encoding/json, walks each condition as the IAM User Guide words it and matches
// wildcards by plain recursion. It also generates policies and enumerates requests over small alphabets.
package oracle

// This file holds requests and the truth of a statement about one: Allow, Deny, principal, action and resource.

import "strings"

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

func and(a, b Truth) Truth {
	switch {
	case a == False || b == False:
		return False
	case a == True && b == True:
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
	if s.varies {
		return d.resourceListed(s, r)
	}
	known, ok := s.where[r.Resource]
	if !ok {
		known = d.resourceListed(s, r)
		s.where[r.Resource] = known
	}
	return known
}

func (d *Document) resourceListed(s *statement, r *Request) Truth {
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
