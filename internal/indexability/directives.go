package indexability

// Reading X-Robots-Tag headers and robots meta tags.

import (
	"slices"
	"strings"
	"time"
)

// Directives is what a page asks of one crawler. Generic and specific rules add up, and the most restrictive counts.
type Directives struct {
	NoIndex bool
	// OnlyEmbedded: noindex with indexifembedded, which lets the content be indexed inside another page.
	OnlyEmbedded bool
	NoSnippet    bool
	NoImageIndex bool
	// UnavailableAfter is the earliest date given, zero for none.
	UnavailableAfter time.Time
	// BadDates are the dates that cannot be read; engines ignore them.
	BadDates []string
	// OtherAgents are crawlers for which a noindex was given and that are not this one.
	OtherAgents []string
	// Unsettled says in which respect the text can be read in two ways; it matters only where NoIndex is false.
	Unsettled []string
	// Sources are the texts that ask for noindex, as they came.
	Sources []string
}

// maxDirectives bounds how many directives are looked at.
const maxDirectives = 200

// ReadDirectives reads what header values of X-Robots-Tag and meta tags ask of the crawler with these tokens.
func ReadDirectives(headers []string, metas []Meta, tokens []string) Directives {
	var d Directives
	for _, value := range headers {
		agent, before := "", 0
		for i, item := range splitItems(value) {
			if name, rest, ok := agentPrefix(item); ok {
				if i > 0 {
					before++
				}
				agent, item = name, rest
			}
			d.take(item, agent, tokens, "X-Robots-Tag: "+value, before > 0)
		}
	}
	for _, m := range metas {
		agent := m.Name
		if strings.EqualFold(agent, "robots") {
			agent = ""
		}
		for _, item := range splitItems(m.Content) {
			d.take(item, agent, tokens, `<meta name="`+m.Name+`" content="`+m.Content+`">`, m.InBody)
		}
	}
	return d
}

// take adds one directive. Unsettled ones (a second crawler named in the middle of one header, a meta tag in the
// body) are recorded as such: the documentation does not say how they are read.
func (d *Directives) take(item, agent string, tokens []string, source string, unsettled bool) {
	name, value, _ := strings.Cut(item, ":")
	name = strings.ToLower(strings.TrimSpace(name))
	mine := agent == "" || slices.ContainsFunc(tokens, func(t string) bool { return strings.EqualFold(t, agent) })
	noindex := name == "noindex" || name == "none"
	switch {
	case noindex && unsettled:
		d.Unsettled = append(d.Unsettled, source)
	case noindex && !mine:
		if !slices.Contains(d.OtherAgents, agent) && len(d.OtherAgents) < maxDirectives {
			d.OtherAgents = append(d.OtherAgents, agent)
		}
	case !mine || unsettled:
	case noindex:
		d.NoIndex = true
		if !slices.Contains(d.Sources, source) && len(d.Sources) < maxDirectives {
			d.Sources = append(d.Sources, source)
		}
	case name == "indexifembedded":
		d.OnlyEmbedded = true
	case name == "nosnippet":
		d.NoSnippet = true
	case name == "noimageindex":
		d.NoImageIndex = true
	case name == "unavailable_after":
		when, ok := directiveDate(value)
		if !ok {
			if len(d.BadDates) < maxDirectives {
				d.BadDates = append(d.BadDates, strings.TrimSpace(value))
			}
			return
		}
		if d.UnavailableAfter.IsZero() || when.Before(d.UnavailableAfter) {
			d.UnavailableAfter = when
		}
	}
}

// splitItems splits a list at its commas, but not at the comma after the weekday in the date of unavailable_after.
func splitItems(list string) []string {
	var out []string
	for len(out) < maxDirectives {
		item, rest, more := strings.Cut(list, ",")
		if i := strings.Index(strings.ToLower(item), "unavailable_after"); i >= 0 && more {
			if _, date, ok := strings.Cut(item[i:], ":"); ok && isWeekday(strings.TrimSpace(date)) {
				tail, after, again := strings.Cut(rest, ",")
				item, rest, more = item+","+tail, after, again
			}
		}
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
		if !more {
			break
		}
		list = rest
	}
	return out
}

func isWeekday(s string) bool {
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	return len(s) >= 3 && slices.Contains(days, strings.ToLower(s[:3])) && !strings.ContainsAny(s, " 0123456789")
}

// agentPrefix takes "googlebot: noindex" apart. Directives that carry a value have a colon of their own.
func agentPrefix(item string) (agent, rest string, ok bool) {
	name, rest, found := strings.Cut(item, ":")
	name = strings.TrimSpace(name)
	if !found || name == "" || strings.ContainsAny(name, " =") {
		return "", "", false
	}
	switch strings.ToLower(name) {
	case "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview":
		return "", "", false
	}
	return name, strings.TrimSpace(rest), true
}

// directiveDate reads the formats that the documentation names (RFC 822, RFC 850, ISO 8601) and their usual variants.
func directiveDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	layouts := []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02",
		time.RFC1123, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700",
		time.RFC822, time.RFC822Z, "Mon, 02 Jan 06 15:04:05 MST", "Mon, 02 Jan 06 15:04:05 -0700",
		time.RFC850, "Monday, 02-Jan-06 15:04:05 -0700", "02-Jan-2006 15:04:05 MST", "02-Jan-06 15:04:05 MST",
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if name, offset := t.Zone(); offset == 0 {
			t = t.Add(-time.Duration(zoneHours(name)) * time.Hour)
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}

// zoneHours gives the offset of the zones that RFC 822 names and of Japan; the time package knows no offset for an
// abbreviation. Others count as UTC, which is at most half a day off.
func zoneHours(name string) int {
	switch name {
	case "EDT":
		return -4
	case "EST", "CDT":
		return -5
	case "CST", "MDT":
		return -6
	case "MST", "PDT":
		return -7
	case "PST":
		return -8
	case "JST":
		return 9
	default:
		return 0
	}
}
