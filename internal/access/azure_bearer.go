// Azure access by SAS: what the tokens at hand open now, after everything that can refuse them.
//
// Azure Storage documentation: "Create an account SAS", "Create a service SAS", "Create a user delegation SAS",
// "Define a stored access policy", "Prevent Shared Key authorization", "Configure an expiration policy for
// shared access signatures".

package access

import (
	"fmt"
	"net/netip"
	"net/url"
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
	factAzureHierarchy = scanners.FactName("store.azure.hierarchical_names")
)

// bearer judges the tokens that were handed in; nil where there are none: tokens cannot be enumerated.
func (c azureCase) bearer(at time.Time) map[verdict.Verb]verdict.Verdict {
	tokens := c.rec.Bucket.Azure.Tokens
	if tokens.State != scanners.Known {
		return nil
	}
	var links []sasToken
	unread := 0
	for _, text := range tokens.Value.List {
		// A token alone is read as the query of this container's address, or of some blob's in it.
		bare := !strings.Contains(text, "://")
		if bare {
			text = c.bearerURL(text)
		}
		found := signedlink.New(nil).ScanBytes([]byte(text), signedlink.Options{Now: at, All: true})
		if len(found) == 0 {
			unread++
		}
		for _, l := range found {
			links = append(links, sasToken{Link: l, bare: bare, version: sasVersion(text)})
		}
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

// sasToken is a token with what its reading leaves out.
type sasToken struct {
	signedlink.Link
	bare    bool   // no address was given with it
	version string // sv
}

// bearerURL is an address to which a token without one could belong.
func (c azureCase) bearerURL(token string) string {
	token = strings.TrimPrefix(strings.TrimSpace(token), "?")
	address := c.blobURL("")
	if c.container != "$root" {
		if query, err := url.ParseQuery(token); err == nil && (strings.HasPrefix(query.Get("sr"), "b") || query.Get("sr") == "d") {
			address = c.blobURL(standInKey)
		}
	}
	return address + "?" + token
}

func sasVersion(text string) string {
	_, token, _ := strings.Cut(text, "?")
	query, err := url.ParseQuery(token)
	if err != nil {
		return ""
	}
	return query.Get("sv")
}

// sasHour is the longest life of a service SAS of versions before sasHourUntil that names no stored access policy.
// "Create a service SAS", "Specify the access policy".
const (
	sasHour      = time.Hour
	sasHourUntil = "2012-02-12"
)

// token judges one SAS for one verb.
func (c azureCase) token(l sasToken, verb verdict.Verb, at time.Time) verdict.Verdict {
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
		for _, twice := range []struct {
			what         string
			token, named bool
		}{
			{"permissions", len(permissions) > 0, p.Permissions != ""},
			{"start", starts != nil, !p.StartsAt.IsZero()},
			{"expiry", expires != nil, !p.ExpiresAt.IsZero()},
		} {
			if twice.token && twice.named {
				return no(twice.what, "stands in the token and in stored access policy "+p.ID+": such a token is refused")
			}
		}
		if permissions == nil {
			permissions = storedPermissions(p.Permissions)
		}
		starts, expires = laterOf(starts, p.StartsAt), orTime(expires, p.ExpiresAt)
		v.Grants[0].What = strings.Join(permissions, ", ") + " by stored access policy " + p.ID
	}
	if !tokenAllows(l.Link, permissions, verb) {
		return no("permissions", "the token does not allow it")
	}
	switch {
	case l.Kind == signedlink.AzureServiceSAS && l.Limits.StoredPolicy == "" && l.version != "" && l.version < sasHourUntil && expires != nil && (starts == nil || expires.Sub(*starts) > sasHour):
		return no("expiry", "a token of version "+l.version+" lives for an hour at most unless it names a stored access policy")
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
	if verb == verdict.Read || verb == verdict.Write || l.Scope != nil && *l.Scope == signedlink.ScopePrefix {
		v.Patterns = tokenPatterns(l)
	}
	if verb == verdict.Permissions {
		// Who may do what to a single blob is set where names are hierarchical alone.
		switch hns := c.rec.Store.Azure.HierarchicalNames; {
		case hns.State == scanners.Unknown:
			v.Verdict, v.Reasons = verdict.Unknown, append(v.Reasons, unread(factAzureHierarchy, hns.Status()))
		case hns.State != scanners.Known || !hns.Value.On:
			return no("isHnsEnabled", "blobs of an account without a hierarchical namespace have no permissions of their own")
		}
	}
	if v = c.keyGates(l.Link, v, starts, expires); v.Verdict == verdict.No {
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

// tokenPatterns are the blobs that a token speaks of, nil for a blob or a directory whose name the token does not tell.
func tokenPatterns(l sasToken) []string {
	switch {
	case l.Scope == nil || l.Object == nil || *l.Object == "":
		return []string{"*"}
	case l.bare && (*l.Scope == signedlink.ScopeObject || *l.Scope == signedlink.ScopePrefix):
		return nil
	case *l.Scope == signedlink.ScopeObject:
		return []string{*l.Object}
	case *l.Scope == signedlink.ScopePrefix:
		return []string{strings.TrimSuffix(*l.Object, "/") + "/*"}
	default:
		return []string{"*"}
	}
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
	words := map[rune]string{'r': "read", 'a': "add", 'c': "create", 'w': "write", 'd': "delete", 'x': "delete_version", 'y': "permanent_delete",
		'l': "list", 't': "tags", 'm': "move", 'i': "immutability", 'o': "ownership", 'p': "permissions"}
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
		verdict.List: {"list"}, verdict.Read: {"read"}, verdict.Permissions: {"permissions", "ownership"},
		verdict.Write: {"write", "create", "delete", "add", "delete_version", "permanent_delete", "move", "tags", "immutability"},
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
	guard := verdict.Guard{Name: "sip", Level: "token", State: "on"}
	var prefixes []netip.Prefix
	for _, r := range ranges {
		some, ok := spanOf(r)
		if !ok {
			return gate{answer: verdict.Unknown, guard: guard, reason: verdict.Reason{Code: verdict.ReasonMalformed, Detail: fmt.Sprintf("address range %q cannot be read", r)}}
		}
		prefixes = append(prefixes, some...)
	}
	switch {
	case onlyReserved(prefixes):
		guard.Detail = "no public address is let in"
		return gate{answer: verdict.No, guard: guard}
	case coversInternet(prefixes):
		return gate{answer: verdict.Yes, guard: guard}
	default:
		return gate{answer: verdict.Conditional, guard: guard, depends: []string{"source_ip in " + strings.Join(ranges, ", ")}}
	}
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
