package web

// Addresses as they may be shown: without fragment, and without what is secret in a signed link.

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/scanners"
)

// parseTarget reads the address of a target.
func parseTarget(t scanners.Target) (*url.URL, error) {
	u, err := url.Parse(t.Name)
	if err != nil {
		return nil, fmt.Errorf("target is not an address: %w", scanners.ErrBadTarget)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is not an http or https address with a host: %w", shown(u), scanners.ErrBadTarget)
	}
	if u.User != nil {
		return nil, scanners.WithHint(fmt.Errorf("address at %q carries credentials: %w", u.Host, scanners.ErrBadTarget),
			"leave out the user name and password: this target looks at what anybody gets")
	}
	u.Host = strings.ToLower(u.Host)
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

// shown is an address for people and records: credentials and the secret parts of signed links are taken out, and
// what a terminal could act on is replaced.
func shown(u *url.URL) string {
	if u == nil {
		return ""
	}
	c := *u
	c.User = nil
	c.RawQuery = redactQuery(c.RawQuery)
	return names.Printable(c.String())
}

// redactQuery hides the values of parameters that sign a link or stand for a session.
func redactQuery(query string) string {
	if query == "" {
		return ""
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, found := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); found && (err != nil || secretParameter(plain)) {
			parts[i] = name + "=REDACTED"
		}
	}
	return strings.Join(parts, "&")
}

func secretParameter(name string) bool {
	switch strings.ToLower(name) {
	case "x-amz-signature", "x-amz-security-token", "x-goog-signature", "signature", "sig", "policy", "token", "access_token",
		"id_token", "key", "apikey", "api_key", "auth", "authorization", "password", "secret", "code", "q-signature",
		"x-oss-signature", "security-token", "x-cos-security-token", "hmac", "jwt", "session", "sessionid":
		return true
	default:
		return false
	}
}
