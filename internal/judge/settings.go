// What the user's configuration changes: severities, parameters, declared intent, trusted outsiders, exceptions.

package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// Settings are the user's wishes, with rules named by id. The zero value changes nothing.
type Settings struct {
	Off        map[string]bool
	Severities map[string]result.Severity
	// Params hold values of the types of the rules' own parameters.
	Params               map[string]map[string]any
	Intents              []Intent
	TrustedAccounts      []string
	TrustedOrganizations []string
	Exceptions           []Exception
	// Digest identifies the text that it came from.
	Digest string
}

// Intent declares that some audience may do something to some resources.
type Intent struct {
	Resource Pattern
	Allowed  map[verdict.Audience][]verdict.Verb
}

// Exception exempts findings until it expires.
type Exception struct {
	Rule     string // id
	Resource Pattern
	Verb     verdict.Verb // empty: any
	Key      Pattern      // zero: any
	Reason   string
	Owner    string
	Expires  time.Time // the first moment at which it no longer holds; zero: never
	File     string
	Line     int
}

// What names the exception for a person.
func (e *Exception) What() string {
	parts := []string{e.Rule, "on", e.Resource.String()}
	if e.Verb != "" {
		parts = append(parts, "for", string(e.Verb))
	}
	return strings.Join(parts, " ")
}

func (e *Exception) expired(at time.Time) bool { return !e.Expires.IsZero() && !at.Before(e.Expires) }

func (e *Exception) matches(r *result.Result, names []string) bool {
	return e.Rule == r.Rule && (e.Verb == "" || e.Verb == r.Verb) &&
		(e.Key.text == "" || e.Key.Matches(r.Key)) && e.Resource.matchesAny(names)
}

// Pattern matches text with * (any run of characters) and ? (one character).
type Pattern struct{ text string }

// NewPattern makes a pattern.
func NewPattern(text string) Pattern { return Pattern{text} }

// String is the pattern as written.
func (p Pattern) String() string { return p.text }

// Matches reports whether the whole of text matches. Work is bounded by len(p) x len(text).
func (p Pattern) Matches(text string) bool {
	pat := p.text
	i, j, star, mark := 0, 0, -1, 0
	for j < len(text) {
		switch {
		case i < len(pat) && pat[i] == '*':
			star, mark = i, j
			i++
		case i < len(pat) && (pat[i] == '?' || pat[i] == text[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pat[i:], "*") == ""
}

func (p Pattern) matchesAny(names []string) bool { return slices.ContainsFunc(names, p.Matches) }

// namesOf are the names by which a pattern may mean a resource: its id, its name, and the way targets are written.
func namesOf(h *scanners.Head) []string {
	names := []string{h.ID, h.Name}
	switch {
	case h.Kind == scanners.KindBucket && h.Provider == scanners.AWS:
		names = append(names, "s3://"+h.Name)
	case h.Kind == scanners.KindBucket && h.Provider == scanners.GCP:
		names = append(names, "gs://"+h.Name)
	case h.Provider == scanners.Azure && (h.Kind == scanners.KindBucket || h.Kind == scanners.KindStore):
		names = append(names, "az://"+strings.TrimPrefix(h.ID, "azure:"))
	case h.Kind == scanners.KindScope && h.Account != "":
		names = append(names, h.Account)
	}
	return names
}

// trusts reports whether the user trusts the outsider of a grant.
func (s *Settings) trusts(g verdict.NamedGrant) bool {
	return g.Account != "" && slices.Contains(s.TrustedAccounts, g.Account) ||
		slices.Contains(s.TrustedAccounts, g.Principal) || slices.Contains(s.TrustedOrganizations, g.Principal)
}
