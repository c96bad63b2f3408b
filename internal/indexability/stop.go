package indexability

// What would stop it, and what looks as if it did.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/robots"
	"github.com/tojimari/tojimari/internal/storageurl"
)

// stops lists the measures for the host of the page, best first.
func stops(o Observation) []Stop {
	out := []Stop{{MakePrivate, Yes, "the access settings of the bucket",
		"the only stop for personal data: what answers 401, 403 or 404 drops out once it is crawled again"}}
	if o.Listing {
		out = append(out, Stop{CloseListing, Yes, "the permission to list",
			"this page goes away and names are no longer told; objects that can be read stay readable to whoever knows or guesses a name"})
	}
	readable := func(yes string) (Answer, string) {
		for _, e := range o.engines() {
			if o.URL == nil {
				break
			}
			switch d := o.Robots.Decide(e.Dialect, e.Tokens, o.URL.String()); {
			case d.Answer == robots.Blocked && d.Rule.Line > 0:
				return No, "robots.txt keeps crawlers from reading it; lift that rule first"
			case d.Answer != robots.Allowed:
				return Unknown, "whether crawlers come to read it is not known, since robots.txt could not be had"
			}
		}
		return Yes, yes
	}

	header := Stop{Action: NoindexHeader, Where: o.Location.HeaderControl()}
	if header.Where == "" {
		header.Effective, header.Why = No, "no storage service lets its owner set X-Robots-Tag; only something in front of it can"
	} else {
		header.Effective, header.Why = readable("works for every type of content, at this host alone")
		if others := o.Location.Siblings(); len(others) > 0 {
			header.Why += "; the storage host serves the same without it"
		}
	}
	out = append(out, header)

	if o.isHTML() {
		s := Stop{Action: NoindexMeta, Where: "the head of the page"}
		s.Effective, s.Why = readable("works for this page at every host that serves it")
		out = append(out, s)
	}

	rule := Stop{Action: RobotsRule, Effective: No, Why: "keeps the content from being read; the address can still be listed, and what is indexed already stays"}
	switch g := o.Location.Governor(); g.Control {
	case storageurl.ByOwner:
		rule.Where = g.Place
	case storageurl.ByProvider:
		rule.Why = "the robots.txt of this host belongs to the provider; one in the bucket has no effect here"
	default:
		rule.Where = "robots.txt at the root of the host"
	}
	out = append(out, rule)

	return append(out, Stop{RemovalTool, Unknown, "the search engine's own tool for site owners",
		"hides a result within a day and for about six months; needs one of the other stops to last"})
}

// traps lists what is in place and does not do what it looks like.
func traps(o Observation, s Story) []Trap {
	var out []Trap
	add := func(code TrapCode, format string, args ...any) {
		out = append(out, Trap{code, fmt.Sprintf(format, args...)})
	}
	if s.Reached.Answer == No {
		return nil
	}
	for i, e := range o.engines() {
		story, d := s.Engines[i], o.directives(e)
		if story.Robots.Answer == robots.Blocked {
			if d.NoIndex {
				add(RobotsHidesNoindex, "%s never reads the noindex, because robots.txt keeps it out; the address can still be listed", e.Name)
			} else {
				add(BlockedStillListed, "robots.txt keeps %s from the content and not from listing the address", e.Name)
			}
		}
		if o.Page != nil && !d.NoIndex && o.metasCount() == No && ReadDirectives(nil, o.Page.Metas, e.Tokens).NoIndex {
			add(NoindexNotHTML, "the page asks in a meta tag not to be indexed, and is served as %q, in which %s reads none", o.Header.Get("Content-Type"), e.Name)
		}
		if !d.NoIndex && len(d.OtherAgents) > 0 {
			add(NoindexForOthers, "the noindex is for %s and does not bind %s", quoted(d.OtherAgents), e.Name)
		}
		if len(d.BadDates) > 0 {
			add(DateIgnored, "%s ignores a date that it cannot read: %s", e.Name, quoted(d.BadDates))
		}
		if d.NoIndex && o.Location.Known() && strings.HasPrefix(d.Sources[0], "X-Robots-Tag") {
			// No storage service sets this header, so where it comes from a domain of its own something stands in front.
			front := o.Location.Front
			if front == "" && o.Location.Style == storageurl.Bound {
				front = "something in front of the storage"
			}
			if front != "" {
				add(NoindexAtFrontOnly, "the header is added by %s; where the bucket itself is public, the storage host serves the same without it", front)
			}
		}
	}
	if len(s.Engines) == 2 && s.Engines[0].Robots.Answer != s.Engines[1].Robots.Answer {
		add(ReadingsDiffer, "robots.txt as %s reads it: %s; as RFC 9309 reads it: %s", s.Engines[0].Engine, s.Engines[0].Robots.Answer, s.Engines[1].Robots.Answer)
	}
	if s.Governor.Control == storageurl.ByProvider {
		add(RobotsNotYours, "%s belongs to the provider; a robots.txt in the bucket has no effect at this host", s.RobotsURL)
	}
	if f := o.Robots.File; f != nil && f.HTML && f.Rules(robots.Google) == 0 {
		add(RobotsIsAPage, "robots.txt answers with a web page, which holds no rules")
	}
	if s.Reached.Answer == Yes && s.Verdict != NotIndexable {
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(o.Header.Get("Content-Disposition"))), "attachment") {
			add(AttachmentIsNoStop, "Content-Disposition: attachment does not keep content from being indexed")
		}
		if o.URL != nil {
			if answer, why, by := IndexedType(o.Header.Get("Content-Type"), o.URL.Path); by && answer == Yes {
				add(TypeByExtension, "%s", why)
			}
		}
	}
	for _, name := range []string{"X-Amz-Meta-X-Robots-Tag", "X-Goog-Meta-X-Robots-Tag", "X-Ms-Meta-X_robots_tag", "X-Amz-Meta-Robots", "X-Ms-Meta-Robots"} {
		if o.Header.Get(name) != "" {
			add(HeaderAsMetadata, "%s is metadata that no engine reads; it looks like an attempt to set X-Robots-Tag", name)
		}
	}
	slices.SortStableFunc(out, func(a, b Trap) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return slices.CompactFunc(out, func(a, b Trap) bool { return a == b })
}

func quoted(texts []string) string {
	var b strings.Builder
	for i, t := range texts[:min(len(texts), 5)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", t)
	}
	return b.String()
}
