// Azure access by SAS: what the tokens at hand open now, after everything that can refuse them.
//
// Azure Storage documentation: "Create an account SAS", "Create a service SAS", "Create a user delegation SAS",
// "Define a stored access policy", "Prevent Shared Key authorization", "Configure an expiration policy for
// shared access signatures".

package access

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/scanners"
)

const (
	factAzureSharedKey = scanners.FactName("store.azure.shared_key")
	factAzureSASPolicy = scanners.FactName("store.azure.sas_policy")
	factAzureStored    = scanners.FactName("bucket.azure.stored_policies")
)

// bearer judges the tokens that were handed in; nil where there are none: tokens cannot be enumerated.
func (c azureCase) bearer(at time.Time) map[verdict.Verb]verdict.Verdict {
	tokens := c.rec.Bucket.Azure.Tokens
	if tokens.State != scanners.Known {
		return nil
	}
	var links []signedlink.Link
	unread := 0
	for _, text := range tokens.Value.List {
		// A token alone is read as the query of this container's address.
		if !strings.Contains(text, "://") {
			text = c.blobURL("") + "?" + strings.TrimPrefix(text, "?")
		}
		found := signedlink.New(nil).ScanBytes([]byte(text), signedlink.Options{Now: at, All: true})
		if len(found) == 0 {
			unread++
		}
		links = append(links, found...)
	}
	out := map[verdict.Verb]verdict.Verdict{}
	for _, verb := range verdict.Verbs() {
		var all []verdict.Verdict
		for _, l := range links {
			all = append(all, c.token(l, verb, at))
		}
		if unread > 0 {
			all = append(all, malformed(fmt.Sprintf("%d of the tokens given cannot be read as a SAS", unread)))
		}
		out[verb] = verdict.Union(all...)
	}
	return out
}

// token judges one SAS for one verb.
func (c azureCase) token(l signedlink.Link, verb verdict.Verb, at time.Time) verdict.Verdict {
	no := func(name, detail string) verdict.Verdict {
		return verdict.Verdict{Verdict: verdict.No, ClosedBy: []verdict.Guard{{Name: name, Level: "token", State: "on", Detail: detail}}}
	}
	if l.Account != nil && c.account != "" && !strings.EqualFold(*l.Account, c.account) {
		return no("account", "the token is for another account")
	}
	if l.Container != nil && *l.Container != "" && l.Scope != nil && *l.Scope != signedlink.ScopeAccount && *l.Container != c.container {
		return no("container", "the token is for another container")
	}
	permissions, starts, expires := l.Permissions, l.StartsAt, l.ExpiresAt
	v := verdict.Verdict{Verdict: verdict.Yes, Grants: []verdict.Grant{{Kind: verdict.GrantSAS, Where: "token", Who: "its bearer", What: strings.Join(permissions, ", "), Text: clip(l.Text)}}}
	if l.Limits.StoredPolicy != "" {
		p, answer := c.storedPolicy(l.Limits.StoredPolicy)
		if answer != nil {
			return *answer
		}
		if permissions == nil {
			permissions = storedPermissions(p.Permissions)
		}
		starts, expires = laterOf(starts, p.StartsAt), orTime(expires, p.ExpiresAt)
		v.Grants[0].What = strings.Join(permissions, ", ") + " by stored access policy " + p.ID
	}
	if !tokenAllows(l, permissions, verb) {
		return no("permissions", "the token does not allow it")
	}
	switch {
	case expires == nil:
		return no("expiry", "a token without an expiry is refused")
	case !at.Before(*expires):
		return no("expiry", "expired at "+expires.UTC().Format(time.RFC3339))
	case starts != nil && at.Before(*starts):
		closed := no("start", "begins at "+starts.UTC().Format(time.RFC3339))
		closed.ChangesAt = starts
		return closed
	}
	v.ChangesAt = expires
	if verb == verdict.Read || verb == verdict.Write {
		v.Patterns = []string{"*"}
		if l.Object != nil && *l.Object != "" && l.Scope != nil && *l.Scope == signedlink.ScopeObject {
			v.Patterns = []string{*l.Object}
		}
	}
	if v = c.keyGates(l, v, starts, expires); v.Verdict == verdict.No {
		return v
	}
	if len(l.Limits.Network) > 0 {
		v = through(v, tokenNetwork(l.Limits.Network))
	}
	if l.Limits.User != "" {
		v = conditional(v, "a token of Entra user "+l.Limits.User)
	}
	return through(v, c.network)
}

// keyGates: Shared Key switched off refuses account and service SAS; a blocking expiration policy refuses
// those that live longer than it allows.
func (c azureCase) keyGates(l signedlink.Link, v verdict.Verdict, starts, expires *time.Time) verdict.Verdict {
	delegated := l.Kind == signedlink.AzureUserDelegationSAS
	shared, policy := c.rec.Store.Azure.SharedKey, c.rec.Store.Azure.SASPolicy
	if !delegated {
		switch {
		case shared.State == scanners.Unknown:
			v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, unread(factAzureSharedKey, shared.Status()))
		case shared.State == scanners.Known && !shared.Value.On:
			return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{{
				Name: "allowSharedKeyAccess", Level: "account", State: "false", Detail: "refuses every SAS that an account key signed",
			}}}
		}
	}
	switch {
	case policy.State == scanners.Unknown:
		v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, unread(factAzureSASPolicy, policy.Status()))
	case policy.State != scanners.Known || policy.Value.Action != "Block":
	case starts != nil && expires.Sub(*starts) <= time.Duration(policy.Value.Seconds)*time.Second:
	case delegated:
		v.Verdict = verdict.Unknown
		v.Reasons = append(v.Reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: "whether a blocking SAS expiration policy covers user delegation SAS is not documented"})
	default:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{{
			Name: "sasPolicy", Level: "account", State: "Block", Detail: "refuses a SAS that lives longer than " + policy.Value.Period + " or names no start",
		}}}
	}
	return v
}

// storedPolicy finds the stored access policy that a token names; answer is set when there is none to be had.
func (c azureCase) storedPolicy(id string) (p scanners.StoredPolicy, answer *verdict.Verdict) {
	policies := c.rec.Bucket.Azure.StoredPolicies
	if policies.State == scanners.Unknown {
		return p, &verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factAzureStored, policies.Status())}}
	}
	at := slices.IndexFunc(policies.Value.List, func(p scanners.StoredPolicy) bool { return p.ID == id })
	if at < 0 {
		return p, &verdict.Verdict{Verdict: verdict.No, ClosedBy: []verdict.Guard{{Name: "stored access policy " + id, Level: "container", State: "missing", Detail: "a token that names no existing policy is refused"}}}
	}
	return policies.Value.List[at], nil
}

// storedPermissions spells the letters of a stored access policy out in the words of a link.
func storedPermissions(letters string) []string {
	words := map[rune]string{'r': "read", 'a': "add", 'c': "create", 'w': "write", 'd': "delete", 'x': "delete_version", 'l': "list", 't': "tags", 'i': "set_immutability_policy", 'p': "permissions"}
	var out []string
	for _, letter := range letters {
		if word, ok := words[letter]; ok {
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return out
}

// tokenAllows reports whether the permissions include the verb, for an account SAS together with its resource
// types: listing needs containers, reading and writing need objects.
func tokenAllows(l signedlink.Link, permissions []string, verb verdict.Verb) bool {
	wanted := map[verdict.Verb][]string{
		verdict.List: {"list"}, verdict.Read: {"read"}, verdict.Write: {"write", "create", "delete", "add"}, verdict.Permissions: {"permissions"},
	}[verb]
	if !slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(permissions, w) }) {
		return false
	}
	if l.Scope != nil && *l.Scope == signedlink.ScopeObject && verb == verdict.List {
		return false
	}
	if l.Kind != signedlink.AzureAccountSAS {
		return true
	}
	kind := "object"
	if verb == verdict.List {
		kind = "container"
	}
	return slices.Contains(l.Limits.Services, "blob") && slices.Contains(l.Limits.ResourceTypes, kind)
}

// tokenNetwork reads sip: an address, or a range A-B.
func tokenNetwork(ranges []string) gate {
	g := gate{answer: verdict.Conditional, guard: verdict.Guard{Name: "sip", Level: "token", State: "on"}}
	if slices.Contains(ranges, "0.0.0.0-255.255.255.255") {
		g.answer = verdict.Yes
		return g
	}
	for _, r := range ranges {
		first, _, _ := strings.Cut(r, "-")
		if _, err := netip.ParseAddr(first); err != nil {
			return gate{answer: verdict.Unknown, reason: verdict.Reason{Code: verdict.ReasonMalformed, Detail: fmt.Sprintf("address range %q cannot be read", r)}}
		}
	}
	g.depends = []string{"source_ip in " + strings.Join(ranges, ", ")}
	return g
}

func laterOf(a *time.Time, b time.Time) *time.Time {
	if b.IsZero() || a != nil && a.After(b) {
		return a
	}
	return &b
}

func orTime(a *time.Time, b time.Time) *time.Time {
	if a != nil || b.IsZero() {
		return a
	}
	return &b
}
