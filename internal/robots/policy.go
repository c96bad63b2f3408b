package robots

// From the outcome of fetching /robots.txt to a policy in each dialect.

import (
	"net"
	"net/url"
	"strings"
)

// MaxHops is how many redirects are followed before the file counts as unavailable: Google's limit, and what RFC
// 9309 section 2.3.1.2 asks for at least.
const MaxHops = 5

// Reason says why a policy is what it is where no file was read.
type Reason string

// The reasons.
const (
	ReasonRobotsItself Reason = "robots_txt_is_always_allowed" // RFC 9309 section 2.2.2
	ReasonClientError  Reason = "client_error"                 // 4xx: the file is unavailable, nothing is restricted
	ReasonTooMany      Reason = "too_many_requests"            // 429: a server error to Google, a client error to the RFC
	ReasonServerError  Reason = "server_error"                 // 5xx
	ReasonUnreachable  Reason = "unreachable"                  // DNS, connection, TLS or time limit
	ReasonRedirects    Reason = "too_many_redirects"
	ReasonOddStatus    Reason = "undocumented_status" // neither reading says what follows
	ReasonNotFetched   Reason = "not_fetched"
)

// Fetch is the outcome of asking for /robots.txt. The zero value says that nobody asked.
type Fetch struct {
	// Status is the last HTTP status, 0 where there was no answer.
	Status int
	// Hops is the number of redirects followed before Status.
	Hops int
	// Loop is set when the redirects led back to an address already seen.
	Loop bool
	// Failed is set when there was no HTTP answer: name not found, connection refused, TLS, time limit, or a body
	// that broke off.
	Failed bool
	// Body is the decoded text, no more than MaxBytes+1 bytes of it.
	Body []byte
}

// Policy is what a host's robots.txt says, in both dialects.
type Policy struct {
	// File is the parsed file, nil where none was read.
	File *File
	// Reason is set where File is nil.
	Reason Reason

	fixed [dialects]Answer // where File is nil
}

// Judge turns the outcome of a fetch into a policy.
//
// The two readings part where there is no usable answer. Google (status code table of its robots.txt page) treats
// 429, 5xx and network errors alike: it pauses for up to 12 hours, then uses the last good copy for 30 days, and
// without such a copy assumes no restrictions; which of these holds depends on what Google saw before, so the answer
// is Unknown. RFC 9309 sections 2.3.1.3 and 2.3.1.4 call 4xx (429 among them) unavailable, so everything is
// allowed, and 5xx or no answer unreachable, so everything is disallowed.
func Judge(f Fetch) Policy {
	both := func(r Reason, google, rfc Answer) Policy {
		return Policy{Reason: r, fixed: [dialects]Answer{Google: google, RFC9309: rfc}}
	}
	switch {
	case f.Failed:
		return both(ReasonUnreachable, Unknown, Blocked)
	case f.Status == 0:
		return both(ReasonNotFetched, Unknown, Unknown)
	case f.Loop, f.Hops > MaxHops:
		return both(ReasonRedirects, Allowed, Allowed)
	case f.Status >= 200 && f.Status < 300:
		return Policy{File: Parse(f.Body)}
	case f.Status == 429:
		return both(ReasonTooMany, Unknown, Allowed)
	case f.Status >= 400 && f.Status < 500:
		return both(ReasonClientError, Allowed, Allowed)
	case f.Status >= 500 && f.Status < 600:
		return both(ReasonServerError, Unknown, Blocked)
	default:
		return both(ReasonOddStatus, Unknown, Unknown)
	}
}

// Decide asks the policy in one dialect.
func (p Policy) Decide(d Dialect, agents []string, url string) Decision {
	if p.File != nil {
		return p.File.DecideFirst(d, agents, url)
	}
	if p.Reason == "" || p.fixed[d] == "" {
		return Decision{Answer: Unknown, Reason: ReasonNotFetched}
	}
	return Decision{Answer: p.fixed[d], Reason: p.Reason}
}

// URL gives the address of the robots.txt that governs page, or "" for a page that is not http or https. The scope
// is exactly scheme, host and port (RFC 9309 section 2.3); a default port is left out, since it names the same place.
func URL(page *url.URL) string {
	scheme := strings.ToLower(page.Scheme)
	if scheme != "http" && scheme != "https" || page.Host == "" {
		return ""
	}
	host, port := strings.ToLower(page.Hostname()), page.Port()
	if port != "" && !(scheme == "http" && port == "80") && !(scheme == "https" && port == "443") {
		host = net.JoinHostPort(host, port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return scheme + "://" + host + "/robots.txt"
}
