package robots

// Asking a parsed file: which group speaks for an agent, and which of its rules for a URL.

import (
	"slices"
	"strings"
)

// compiled is a rule taken apart at its stars.
type compiled struct {
	rule     Rule
	length   int      // of the pattern as compared: the longest match decides
	head     string   // what the path must start with
	middle   []string // what must follow in this order, anywhere
	tail     string   // what the path must end with, where anchored
	wild     bool     // there is a star
	anchored bool     // the pattern ends in $
}

// compile prepares a rule, or nothing for an empty pattern, which is no rule. Google's crawlers take an allow rule
// for .../index.html as one for the directory too.
func compile(d Dialect, r Rule) []compiled {
	if r.Pattern == "" {
		return nil
	}
	if d == RFC9309 {
		return []compiled{takeApart(r, normalise(r.Pattern, true))}
	}
	pattern := escapeHigh(r.Pattern)
	out := []compiled{takeApart(r, pattern)}
	if slash := strings.LastIndexByte(pattern, '/'); r.Allow && slash >= 0 &&
		strings.HasPrefix(pattern[slash:], "/index.htm") {
		out = append(out, takeApart(r, pattern[:slash+1]+"$"))
	}
	return out
}

func takeApart(r Rule, pattern string) compiled {
	text, anchored := strings.CutSuffix(pattern, "$")
	parts := strings.Split(text, "*")
	c := compiled{rule: r, length: len(pattern), anchored: anchored, head: parts[0]}
	if len(parts) == 1 {
		return c
	}
	c.wild = true
	last := len(parts) - 1
	if anchored {
		c.tail = parts[last]
	} else {
		last++
	}
	for _, p := range parts[1:last] {
		if p != "" {
			c.middle = append(c.middle, p)
		}
	}
	return c
}

// matches runs in time proportional to the path plus the pattern, whatever the number of stars: the leftmost place
// for each part leaves the most room for the next.
func (c *compiled) matches(path string) bool {
	if !strings.HasPrefix(path, c.head) {
		return false
	}
	rest := path[len(c.head):]
	if !c.wild {
		return !c.anchored || rest == ""
	}
	for _, part := range c.middle {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return !c.anchored || strings.HasSuffix(rest, c.tail)
}

// Decide says whether agent may fetch url. The agent is a bare product token such as "Googlebot", compared without
// regard to case; a token for which the file has no group falls under "*". The URL may be absolute or start at the
// path; its fragment is ignored.
func (f *File) Decide(d Dialect, agent, url string) Decision {
	return f.DecideFirst(d, []string{agent}, url)
}

// DecideFirst is Decide for a crawler that answers to several tokens, most specific first (Googlebot-Image obeys
// a group for Googlebot where none names it).
func (f *File) DecideFirst(d Dialect, agents []string, url string) Decision {
	if f == nil {
		return Decision{Answer: Allowed}
	}
	path := requestPath(url)
	if d == RFC9309 {
		if path == "/robots.txt" {
			return Decision{Answer: Allowed, Reason: ReasonRobotsItself}
		}
		path = normalise(path, false)
	}
	rules := f.views[d].group(agents)
	for i := range rules {
		if rules[i].matches(path) {
			if rules[i].rule.Allow {
				return Decision{Answer: Allowed, Rule: rules[i].rule}
			}
			return Decision{Answer: Blocked, Rule: rules[i].rule}
		}
	}
	return Decision{Answer: Allowed}
}

// Names reports whether the file has a group for this very agent.
func (f *File) Names(d Dialect, agent string) bool {
	if f == nil {
		return false
	}
	_, ok := f.views[d].agents[strings.ToLower(agent)]
	return ok
}

// Written returns every rule once, in the order of its lines.
func (f *File) Written() []Rule {
	if f == nil {
		return nil
	}
	return slices.Clone(f.named)
}

// Mentions finds a rule, of whatever group, that spells out the start of url's path: what is named here is told to
// everybody. Rules that name only the root or begin with a star spell out nothing.
func (f *File) Mentions(url string) (Rule, bool) {
	if f == nil {
		return Rule{}, false
	}
	path := requestPath(url)
	for _, r := range f.named {
		head, _, _ := strings.Cut(strings.TrimSuffix(r.Pattern, "$"), "*")
		if len(head) > 2 && strings.HasPrefix(path, escapeHigh(head)) {
			return r, true
		}
	}
	return Rule{}, false
}

func (v *view) group(agents []string) []compiled {
	for _, a := range agents {
		if rules, ok := v.agents[strings.ToLower(a)]; ok {
			return rules
		}
	}
	return v.global
}

// requestPath takes path, parameters and query out of a URL; anything without a path gives "/".
func requestPath(url string) string {
	from := 0
	if strings.HasPrefix(url, "//") {
		from = 2
	}
	end := len(url)
	if i := strings.IndexByte(url[from:], '#'); i >= 0 {
		end = from + i
	}
	host := from
	if i := strings.Index(url[from:], "://"); i >= 0 {
		// A "://" that follows the start of a path or query belongs to it and not to a scheme.
		if p := strings.IndexAny(url[from:], "/?;"); p < 0 || p >= i {
			host = from + i + len("://")
		}
	}
	if host > end {
		return "/"
	}
	i := strings.IndexAny(url[host:end], "/?;")
	if i < 0 {
		return "/"
	}
	path := url[host+i : end]
	if path[0] != '/' {
		return "/" + path
	}
	return path
}
