// Grants, guards and resources in words: where something stands, what it is set to, what it holds back.

package report

import (
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// grant names where a grant stands and what it says; its text is for a line of its own.
func (w words) grant(g verdict.Grant) string {
	out := w.where(g.Where)
	switch g.Kind {
	case verdict.GrantLevel, verdict.GrantWebsite, verdict.GrantSAS, verdict.GrantKey: // one of a kind: no entries
	default:
		out = w.say(text.GrantNumber, out, g.Index+1)
	}
	if g.Sid != "" {
		out += ` "` + text.Short(g.Sid, 60) + `"`
	}
	if g.Who != "" || g.What != "" {
		out += w.say(text.Labelled, "", mention(w.lang.Phrase(orDash(g.Who)))+" → "+mention(w.lang.Phrase(orDash(g.What))))
	}
	if g.Place != "" {
		out = w.say(text.Bracketed, out, mention(g.Place))
	}
	return out
}

// where names the holder of a grant, and says where a foreign name in it ends.
func (w words) where(where string) string {
	for _, kind := range [...]string{"object ", "access point ", "container ", "storage account ", "managed folder "} {
		if name, ok := strings.CutPrefix(where, kind); ok {
			return w.phrase(kind + mention(name))
		}
	}
	return w.phrase(where)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// guard says a setting, its level and its state.
func (w words) guard(g verdict.Guard) string {
	out := w.say(text.Labelled, w.guardName(g), w.phrase(g.State))
	if g.Detail != "" {
		out += " – " + w.phrase(g.Detail)
	}
	return out
}

// guardName is a guard without its state, for the inside of a sentence.
func (w words) guardName(g verdict.Guard) string {
	if g.Level == "" {
		return w.phrase(g.Name)
	}
	return w.say(text.Bracketed, w.phrase(g.Name), w.level(g.Level))
}

// heldBack says once for each guard what it holds back: what the widest audience could do without it.
func (w words) heldBack(list []verdict.Latent) []string {
	var out []string
	var guards []verdict.Guard
	for _, l := range list {
		if slices.Contains(guards, l.Guard) {
			continue
		}
		if guards = append(guards, l.Guard); len(guards) > maxGrants {
			break
		}
		who := l.Audience
		for _, other := range list {
			if other.Guard == l.Guard && other.Audience == verdict.Anonymous {
				who = verdict.Anonymous
			}
		}
		var verbs []string
		for _, verb := range verdict.Verbs() {
			if slices.ContainsFunc(list, func(o verdict.Latent) bool { return o.Guard == l.Guard && o.Audience == who && o.Verb == verb }) {
				verbs = append(verbs, w.act(verb))
			}
		}
		line := w.guard(l.Guard)
		if len(verbs) > 0 {
			line += w.say(text.WithoutIt, w.audience(who, "–"), strings.Join(verbs, w.say(text.PatternsAnd)))
		}
		out = append(out, line)
	}
	return out
}

// account names what a resource belongs to, in the provider's own word.
func (w words) account(id string) string {
	key := text.Account
	switch w.provider {
	case scanners.GCP:
		key = text.AccountProject
	case scanners.Azure:
		key = text.AccountSubscription
	default:
	}
	return w.say(key, mention(id))
}

// evidence is one fact as it was read.
func (w words) evidence(e result.Evidence) string {
	if string(e.Value) == "null" {
		return w.say(text.Labelled, mention(string(e.Fact)), w.phrase("not set"))
	}
	return mention(string(e.Fact)) + " " + text.Short(string(e.Value), grantColumns)
}

// level names where a guard is set; one that is set in several places names them all.
func (w words) level(level string) string {
	if _, ok := strings.CutPrefix(level, "access point "); ok {
		return w.where(level)
	}
	var parts []string
	for _, l := range strings.Split(level, ", ") {
		switch l { // ids, which English says in other words
		case "organization":
			parts = append(parts, w.say(text.LevelOrganization))
		case "access_point":
			parts = append(parts, w.say(text.LevelAccessPoint))
		default:
			parts = append(parts, w.phrase(l))
		}
	}
	return strings.Join(parts, w.say(text.PatternsAnd))
}

// locator is what a person calls a resource: the target that would scan it, where there is one.
func locator(r result.Resource) string {
	if r.Kind == scanners.KindBucket && !strings.Contains(r.ID, "#") {
		switch {
		case r.Provider == scanners.AWS && r.Vendor == "":
			return "s3://" + r.Name
		case r.Provider == scanners.GCP:
			return "gs://" + r.Name
		case r.Provider == scanners.Azure:
			if rest, ok := strings.CutPrefix(r.ID, "azure:"); ok {
				return "az://" + rest
			}
		}
	}
	return r.ID
}

// locatorOf is locator where only the canonical id is known.
func locatorOf(id string) string {
	if strings.Contains(id, "#") {
		return id
	}
	for prefix, scheme := range map[string]string{"aws:s3:bucket/": "s3://", "gcp:gcs:bucket/": "gs://"} {
		if name, ok := strings.CutPrefix(id, prefix); ok {
			return scheme + name
		}
	}
	if rest, ok := strings.CutPrefix(id, "azure:"); ok && strings.Count(rest, "/") == 1 && !strings.HasPrefix(rest, "subscription/") {
		return "az://" + rest
	}
	return id
}

// grantText is the deciding text, bounded for people. It is compact JSON, which has no place to break a line: a space
// behind the commas between its members and behind the colons makes some. Inside a JSON string a bare quote can't stand.
func grantText(g verdict.Grant, columns int) string {
	var b strings.Builder
	for i := range len(g.Text) {
		b.WriteByte(g.Text[i])
		quoted := i > 0 && g.Text[i-1] == '"' && (i < 2 || g.Text[i-2] != '\\')
		next := i+1 < len(g.Text) && g.Text[i+1] != ' '
		if next && quoted && g.Text[i] == ':' || next && g.Text[i] == ',' && g.Text[i+1] == '"' {
			b.WriteByte(' ')
		}
	}
	return text.Short(b.String(), columns)
}
