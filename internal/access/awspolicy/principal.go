package awspolicy

// This file matches callers with the Principal and NotPrincipal elements (IAM User Guide, "AWS JSON policy elements:
// Principal" and "NotPrincipal").

import (
	"slices"
	"strings"
)

// matchesCaller reports whether the statement's principal element covers the caller.
func (st *stmt) matchesCaller(c caller) truth {
	w := &st.who
	if !w.neg {
		switch {
		case w.any:
			return yes
		case w.unclear:
			return maybe
		}
		return is(c.name != nil && w.names(c.name) != notNamed)
	}
	switch {
	case w.any:
		return no
	case w.unclear:
		return maybe
	case c.name == nil:
		return yes
	}
	switch w.names(c.name) {
	case notNamed:
		return yes
	case namedInFull:
		return no
	case namedByAccount:
		// The account's own entry exempts the account principal, not the users and roles in it.
		return is(c.name.Kind == "arn")
	}
	// Without its account beside it, a named user or role may still be caught.
	return maybe
}

type naming uint8

const (
	notNamed naming = iota
	namedByAccount
	namedAlone // a user or role whose account is not listed beside it
	namedInFull
)

// names says how a principal element lists an outsider.
func (w *principals) names(p *Principal) naming {
	switch p.Kind {
	case "canonical_user":
		return named(w.canonical, p.Name)
	case "federated":
		return named(w.federated, p.Name)
	case "service":
		return named(w.service, p.Name)
	}
	self, account := false, false
	for _, v := range w.aws {
		if p.Kind == "arn" && v == p.Name {
			self = true
		}
		if p.Account != "" && accountOf(v) == p.Account && wholeAccount(v) {
			account = true
		}
	}
	switch {
	case self && (account || !w.neg):
		return namedInFull
	case self:
		return namedAlone
	case account && p.Kind != "arn":
		return namedInFull
	case account:
		return namedByAccount
	}
	return notNamed
}

func named(list []string, name string) naming {
	if slices.Contains(list, name) {
		return namedInFull
	}
	return notNamed
}

// accountOf gives the account id of an account id or ARN, empty when there is none.
func accountOf(v string) string {
	if isAccount(v) {
		return v
	}
	if f := strings.SplitN(v, ":", 6); len(f) == 6 && f[0] == "arn" && isAccount(f[4]) {
		return f[4]
	}
	return ""
}

// wholeAccount reports whether a principal stands for a whole account: its id or its root ARN.
func wholeAccount(v string) bool {
	return isAccount(v) || strings.HasPrefix(v, "arn:") && strings.HasSuffix(v, ":root")
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// place names the statement in a message.
func (st *stmt) place() string {
	where := st.layer.Where
	if where == "" {
		where = "policy"
	}
	if st.Sid != "" {
		return where + " statement " + quote(st.Sid)
	}
	return where + " statement " + itoa(st.Index)
}
