// Package robots decides what a robots.txt file lets a crawler fetch, in two dialects: as Google's crawlers read it
// and as RFC 9309 says it. It also turns the outcome of fetching the file (status, redirects, body) into a policy.
//
// It is pure: no network, no clock. A file is parsed once and then asked any number of times.
//
// Sources: RFC 9309; Google Search Central, "How Google interprets the robots.txt specification"; and, for the
// habits that Google's crawlers have beyond both (missing colon, misspelt names, index.html, long lines), the
// behaviour of the open-source google/robotstxt library.
package robots

// Dialect is a reading of robots.txt.
type Dialect int

// The two readings.
const (
	// Google is what Google's crawlers do, tolerance for mistakes included.
	Google Dialect = iota
	// RFC9309 is the letter of the standard: names are spelt out with a colon, and both rule and URL are
	// brought to one percent-encoding before they are compared (section 2.2.2).
	RFC9309

	dialects = 2
)

// String names the dialect as reports print it.
func (d Dialect) String() string {
	if d == RFC9309 {
		return "RFC 9309"
	}
	return "Google"
}

// Answer says whether a URL may be fetched.
type Answer string

// The answers. The zero value is not an answer.
const (
	Allowed Answer = "allowed"
	Blocked Answer = "blocked"
	// Unknown is given where the file could not be had and the reading depends on what the crawler saw before.
	Unknown Answer = "unknown"
)

// Decision is an answer with the rule that made it.
type Decision struct {
	Answer Answer `json:"answer"`
	// Rule is the deciding rule; its Line is 0 where no rule applied.
	Rule Rule `json:"rule,omitzero"`
	// Reason is why no rule was asked, or why the answer is unknown; empty where a rule or the absence of
	// one decided.
	Reason Reason `json:"reason,omitempty"`
}

// Rule is one allow or disallow line.
type Rule struct {
	// Allow is true for an allow line.
	Allow bool `json:"allow"`
	// Pattern is the path pattern as written, without surrounding blanks. It comes from a stranger and may hold
	// any byte but line ends and zero.
	Pattern string `json:"pattern"`
	// Line is counted from 1.
	Line int `json:"line"`
}
