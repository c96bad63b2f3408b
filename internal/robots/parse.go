package robots

// Reading the text of a robots.txt file into groups of rules.

import (
	"bytes"
	"slices"
	"strings"
)

const (
	// MaxBytes is how much of a file is read: Google ignores what follows, and RFC 9309 section 2.5 asks for at
	// least as much.
	MaxBytes = 500 * 1024

	// maxLine is the longest line that Google's parser keeps, in bytes; the rest of the line is dropped.
	maxLine = 2083*8 - 1

	maxSitemaps = 100
	maxNamed    = 2000
)

// File is a parsed robots.txt, in both dialects. The zero value and nil hold no rules and so allow everything.
// A File is immutable and may be shared between goroutines.
type File struct {
	views [dialects]view
	named []Rule // every rule once, in the order of its lines
	// Sitemaps are the values of sitemap lines as written, at most 100. They may point to any host.
	Sitemaps []string
	// Truncated is set when the text was longer than MaxBytes.
	Truncated bool
	// WrongEncoding is set when the text looks like UTF-16 or UTF-32, in which no crawler finds a rule.
	WrongEncoding bool
	// HTML is set when the text looks like a web page: the usual sign of a site that answers every path.
	HTML bool
}

// view is a file in one dialect: the rules of each agent, ready to be asked.
type view struct {
	agents map[string][]compiled // by lower-case product token
	global []compiled            // rules of "*"
}

// Parse reads the text of a robots.txt file. Everything is tolerated: what is not a rule is skipped.
func Parse(text []byte) *File {
	f := &File{}
	if len(text) > MaxBytes {
		text, f.Truncated = text[:MaxBytes], true
	}
	f.WrongEncoding = wide(text)
	text = skipBOM(text)
	f.HTML = looksLikeHTML(text)

	builders := [dialects]builder{}
	for number, line := range lines(text) {
		for d := range dialects {
			key, value, ok := split(Dialect(d), line)
			if !ok {
				continue
			}
			if d == int(Google) && key == keySitemap && len(f.Sitemaps) < maxSitemaps {
				f.Sitemaps = append(f.Sitemaps, value)
			}
			builders[d].add(Dialect(d), number, key, value)
			if d == int(Google) && (key == keyAllow || key == keyDisallow) && len(f.named) < maxNamed {
				f.named = append(f.named, Rule{Allow: key == keyAllow, Pattern: value, Line: number})
			}
		}
	}
	for d := range dialects {
		f.views[d] = builders[d].view()
	}
	return f
}

// Rules returns how many rules there are in a dialect, over all groups.
func (f *File) Rules(d Dialect) int {
	if f == nil {
		return 0
	}
	n := len(f.views[d].global)
	for _, rules := range f.views[d].agents {
		n += len(rules)
	}
	return n
}

// skipBOM drops a UTF-8 byte order mark, whole or in part, as Google's parser does.
func skipBOM(text []byte) []byte {
	for _, b := range []byte{0xEF, 0xBB, 0xBF} {
		if len(text) == 0 || text[0] != b {
			break
		}
		text = text[1:]
	}
	return text
}

// wide reports whether text is UTF-16 or UTF-32 by its byte order mark or by zero bytes early in the text.
func wide(text []byte) bool {
	if bytes.HasPrefix(text, []byte{0xFF, 0xFE}) || bytes.HasPrefix(text, []byte{0xFE, 0xFF}) {
		return true
	}
	head := text[:min(len(text), 64)]
	return len(head) >= 4 && bytes.Count(head, []byte{0})*3 >= len(head)
}

func looksLikeHTML(text []byte) bool {
	head := bytes.ToLower(bytes.TrimLeft(text[:min(len(text), 1024)], " \t\r\n"))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(head, []byte(tag)) {
			return true
		}
	}
	return false
}

// lines yields the lines of text with their numbers from 1. CR, LF and CRLF end a line.
func lines(text []byte) func(yield func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		for number := 1; len(text) > 0; number++ {
			line, rest := text, []byte(nil)
			if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
				line, rest = text[:i], text[i+1:]
				if text[i] == '\r' && len(rest) > 0 && rest[0] == '\n' {
					rest = rest[1:]
				}
			}
			if !yield(number, line) {
				return
			}
			text = rest
		}
	}
}

type lineKey int

const (
	keyOther lineKey = iota
	keyAgent
	keyAllow
	keyDisallow
	keySitemap
)

// spelling lists the names under which Google's parser takes a line; the first is the standard one. It compares
// them as prefixes, so that "Disallowed: /" blocks as well.
func spelling(k lineKey) []string {
	switch k {
	case keyAgent:
		return []string{"user-agent", "useragent", "user agent"}
	case keyAllow:
		return []string{"allow"}
	case keyDisallow:
		return []string{"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
	case keySitemap:
		return []string{"sitemap", "site-map"}
	default:
		return nil
	}
}

// split takes a line apart into its name and value.
func split(d Dialect, line []byte) (lineKey, string, bool) {
	if d == Google {
		line = line[:min(len(line), maxLine)]
	}
	// Google's parser works on C strings: a zero byte ends the line.
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	if i := bytes.IndexByte(line, '#'); i >= 0 {
		line = line[:i]
	}
	line = trim(line)
	i := bytes.IndexByte(line, ':')
	if i < 0 {
		if d != Google {
			return 0, "", false
		}
		if i = blankSeparator(line); i < 0 {
			return 0, "", false
		}
	}
	name, value := trim(line[:i]), trim(line[i+1:])
	if len(name) == 0 {
		return 0, "", false
	}
	return classify(d, name), string(value), true
}

// blankSeparator finds the blank that stands in for a forgotten colon: the line must be exactly two words.
func blankSeparator(line []byte) int {
	i := bytes.IndexAny(line, " \t")
	if i < 0 || bytes.ContainsAny(bytes.TrimLeft(line[i:], " \t"), " \t") {
		return -1
	}
	return i
}

func trim(b []byte) []byte { return bytes.Trim(b, " \t\n\v\f\r") }

func classify(d Dialect, name []byte) lineKey {
	for _, k := range []lineKey{keyAgent, keyAllow, keyDisallow, keySitemap} {
		for i, s := range spelling(k) {
			switch {
			case d == RFC9309 && i > 0:
			case d == RFC9309 && len(name) != len(s):
			case len(name) >= len(s) && strings.EqualFold(string(name[:len(s)]), s):
				return k
			}
		}
	}
	return keyOther
}

// builder collects groups. Consecutive user-agent lines name one group, the first rule closes the list of names,
// and other lines (sitemap, crawl-delay, unknown) change nothing.
type builder struct {
	agents map[string][]compiled
	global []compiled

	names      []string // of the group being read
	isGlobal   bool
	namesEnded bool
}

func (b *builder) add(d Dialect, line int, key lineKey, value string) {
	switch key {
	case keyAgent:
		if b.namesEnded {
			b.names, b.isGlobal, b.namesEnded = nil, false, false
		}
		if globalAgent(value) {
			b.isGlobal = true
			return
		}
		token := strings.ToLower(productToken(value))
		if token == "" || slices.Contains(b.names, token) {
			return
		}
		b.names = append(b.names, token)
		if b.agents == nil {
			b.agents = map[string][]compiled{}
		}
		// An agent that is named without a rule is still named: the "*" group is not for it.
		b.agents[token] = slices.Clip(b.agents[token])
	case keyAllow, keyDisallow:
		if len(b.names) == 0 && !b.isGlobal {
			return
		}
		b.namesEnded = true
		for _, c := range compile(d, Rule{Allow: key == keyAllow, Pattern: value, Line: line}) {
			for _, n := range b.names {
				b.agents[n] = append(b.agents[n], c)
			}
			if b.isGlobal {
				b.global = append(b.global, c)
			}
		}
	}
}

// globalAgent reports whether a user-agent value stands for every crawler. Text after the star and a blank is
// ignored.
func globalAgent(value string) bool {
	return value != "" && value[0] == '*' && (len(value) == 1 || strings.IndexByte(" \t\v\f", value[1]) >= 0)
}

// productToken is the part of a user-agent value that is compared: letters, underscore and hyphen up to the first
// other character (RFC 9309 section 2.2.1).
func productToken(value string) string {
	for i := range len(value) {
		c := value[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' {
			continue
		}
		return value[:i]
	}
	return value
}

// view sorts each group so that the first rule that matches is the deciding one: longest pattern first, and allow
// before disallow where they are equally long.
func (b *builder) view() view {
	order := func(x, y compiled) int {
		if n := y.length - x.length; n != 0 {
			return n
		}
		switch {
		case x.rule.Allow == y.rule.Allow:
			return x.rule.Line - y.rule.Line
		case x.rule.Allow:
			return -1
		default:
			return 1
		}
	}
	for _, rules := range b.agents {
		slices.SortStableFunc(rules, order)
	}
	slices.SortStableFunc(b.global, order)
	return view{agents: b.agents, global: b.global}
}
