// Verdicts for Azure blob containers.
//
// Azure Storage documentation: "Configure anonymous read access for containers and blobs", "Static website
// hosting in Azure Storage", "Configure Azure Storage firewalls and virtual networks", "Prevent Shared Key
// authorization", "Network security perimeter for Azure Storage".

package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/proof"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// The facts that decide for a container.
const (
	factAzureAnonymous = scanners.FactName("store.azure.anonymous")
	factAzureNetwork   = scanners.FactName("store.azure.network")
	factAzurePerimeter = scanners.FactName("store.azure.perimeter")
	factAzureWebsite   = scanners.FactName("store.website")
	factAzureLevel     = scanners.FactName("bucket.azure.level")
)

// azureCase is one container with what decides about it.
type azureCase struct {
	rec       *scanners.Record
	account   string
	container string
	network   gate
	flag      gate
	site      bool // the container is $web and the static website is on
	siteFact  scanners.Status
}

func judgeAzureContainer(rec *scanners.Record, at time.Time) Judged {
	if rec.Store == nil {
		rec = withParts(rec)
	}
	c := azureCase{rec: rec, network: azureNetworkGate(rec), flag: azureFlagGate(rec)}
	c.account, c.container, _ = strings.Cut(strings.TrimPrefix(rec.ID, "azure:"), "/")
	if c.container == "" {
		c.container = rec.Name
	}
	website := rec.Store.Website
	c.siteFact = website.Status()
	c.site = c.container == "$web" && website.State == scanners.Known && website.Value.Enabled

	var out Judged
	out.Anonymous = map[verdict.Verb]verdict.Verdict{}
	never := func(why string) verdict.Verdict {
		return verdict.Verdict{Verdict: verdict.No, ClosedBy: []verdict.Guard{{Name: "anonymous requests", Level: "service", State: "read only", Detail: why}}}
	}
	out.Anonymous[verdict.List] = c.listing()
	out.Anonymous[verdict.Read] = c.reading()
	out.Anonymous[verdict.Write] = never("Azure accepts no anonymous write or delete")
	out.Anonymous[verdict.Permissions] = never("Azure accepts no anonymous change of a container's level or policies")
	out.AnyAccount = out.Anonymous
	out.PublicByProvider, out.PublicReasons = c.publicByProvider()
	out.Latent = c.latent()
	out.Bearer = c.bearer(at)
	for _, g := range []gate{c.network, c.flag} {
		if g.assumed != "" {
			out.Assumed = append(out.Assumed, g.assumed)
		}
	}
	if out.Bearer != nil {
		out.Assumed = append(out.Assumed, "sas: the signatures cannot be checked, assumed that the keys behind them still stand and that signers with an identity still hold their roles")
	}
	return out
}

// withParts returns a shallow copy with the parts of ancestors present, so that their facts read as not inspected.
func withParts(rec *scanners.Record) *scanners.Record {
	out := *rec
	if out.Scope == nil {
		out.Scope = &scanners.Scope{}
	}
	if out.Store == nil {
		out.Store = &scanners.Store{}
	}
	if out.Bucket == nil {
		out.Bucket = &scanners.Bucket{}
	}
	return &out
}

// azureFlagGate judges allowBlobPublicAccess. Null counts as allowed for an account that exists.
func azureFlagGate(rec *scanners.Record) gate {
	flag := rec.Store.Azure.Anonymous
	guard := verdict.Guard{Name: "allowBlobPublicAccess", Level: "account", State: "true"}
	switch {
	case flag.State == scanners.Unknown:
		return gate{answer: verdict.Unknown, guard: guard, reason: unread(factAzureAnonymous, flag.Status())}
	case flag.State != scanners.Known:
		guard.State, guard.Detail = "not set", "an account on which it was never set allows anonymous access"
		return gate{answer: verdict.Yes, guard: guard, assumed: string(factAzureAnonymous) + ": not set (null), which counts as allowed on accounts made before the default changed"}
	case !flag.Value.Allowed:
		guard.State, guard.Detail = "false", "closes every container whatever its level"
		return gate{answer: verdict.No, guard: guard}
	default:
		return gate{answer: verdict.Yes, guard: guard}
	}
}

// level is the container's own grant for the verb, before any gate.
func (c azureCase) level(verb verdict.Verb) verdict.Verdict {
	level := c.rec.Bucket.Azure.Level
	if level.State == scanners.Unknown {
		return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factAzureLevel, level.Status())}}
	}
	word := strings.ToLower(level.Value.Level)
	switch {
	case level.State != scanners.Known || word == "none" || word == "":
		return verdict.Verdict{Verdict: verdict.No}
	case c.container == "$logs" || c.container == "$blobchangefeed":
		return openPoint("whether system container " + c.container + " honours an anonymous access level is not documented")
	case word == "blob" && verb == verdict.List:
		return verdict.Verdict{Verdict: verdict.No}
	case word == "blob" || word == "container":
		return verdict.Verdict{Verdict: verdict.Yes, Patterns: patternsFor(verb), Grants: []verdict.Grant{{
			Kind: verdict.GrantLevel, Where: "container " + c.container, Who: "anyone", What: "publicAccess " + word,
		}}}
	default:
		return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonMalformed, Detail: fmt.Sprintf("access level %q is not none, blob or container", level.Value.Level)}}}
	}
}

func patternsFor(verb verdict.Verb) []string {
	if verb == verdict.List || verb == verdict.Permissions {
		return nil
	}
	return []string{"*"}
}

func (c azureCase) listing() verdict.Verdict {
	v := through(c.level(verdict.List), c.flag, c.network)
	if opens(v) {
		address := c.blobURL("") + "?restype=container&comp=list&maxresults=1"
		v.Witness = &verdict.Request{Method: "GET", URL: address}
		v.Curl = proof.Curl(*v.Witness)
	}
	return v
}

func (c azureCase) reading() verdict.Verdict {
	blob := c.objectGates(through(c.level(verdict.Read), c.flag, c.network))
	key, known := sampleKey(c.rec.Bucket.Objects, azureReadable)
	if opens(blob) {
		blob.Witness = &verdict.Request{Method: "GET", URL: c.blobURL(key), Key: key, KeyKnown: known}
		blob.Curl = proof.Curl(*blob.Witness)
	}
	if c.container != "$web" {
		return blob
	}
	return verdict.Union(blob, c.website())
}

// objectGates weighs the sampled blobs: one that is archived, or encrypted with a key that its writer sent along, is
// listed and cannot be read.
// Azure Storage documentation, "Archive access tier"; "Provide an encryption key on a request to Blob storage".
func (c azureCase) objectGates(v verdict.Verdict) verdict.Verdict {
	sample := c.rec.Bucket.Objects.Value
	switch {
	case v.Verdict == verdict.No || len(sample.Objects) == 0 || slices.ContainsFunc(sample.Objects, azureReadable):
		return v
	case sample.Complete:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{{Name: "blob encryption or tier", Level: "blob", State: "on", Detail: "no blob can be read without a key or before it is brought back from the archive"}}}
	default:
		return conditional(v, "a blob that is neither archived nor encrypted with a key of its writer's")
	}
}

// website is reading through the static website endpoint, which neither the account flag nor the level closes.
func (c azureCase) website() verdict.Verdict {
	if c.siteFact.State == scanners.Unknown {
		return verdict.Verdict{Verdict: verdict.Unknown, Reasons: []verdict.Reason{unread(factAzureWebsite, c.siteFact)}}
	}
	if !c.site {
		return verdict.Verdict{Verdict: verdict.No}
	}
	v := c.objectGates(through(verdict.Verdict{Verdict: verdict.Yes, Patterns: []string{"*"}, Grants: []verdict.Grant{{
		Kind: verdict.GrantWebsite, Where: "storage account " + c.account, Who: "anyone", What: "static website",
	}}}, c.network))
	if endpoint := c.rec.Store.Website.Value.Endpoint; opens(v) && endpoint != "" {
		key, known := sampleKey(c.rec.Bucket.Objects, azureReadable)
		if !known {
			key, known = c.rec.Store.Website.Value.Index, c.rec.Store.Website.Value.Index != ""
		}
		v.Witness = &verdict.Request{Method: "GET", URL: strings.TrimSuffix(endpoint, "/") + "/" + proof.EscapePath(key), Key: key, KeyKnown: known}
		v.Curl = proof.Curl(*v.Witness)
	}
	return v
}

func (c azureCase) publicByProvider() (verdict.Answer, []verdict.Reason) {
	v := through(c.level(verdict.Read), c.flag)
	if v.Verdict == verdict.Unknown {
		return verdict.Unknown, v.Reasons
	}
	if v.Verdict == verdict.Yes {
		return verdict.Yes, nil
	}
	return verdict.No, nil
}

// latent lists what the level grants and exactly one gate holds back.
func (c azureCase) latent() []verdict.Latent {
	var out []verdict.Latent
	gates := []gate{c.flag, c.network}
	for _, verb := range []verdict.Verb{verdict.List, verdict.Read} {
		granted := c.level(verb)
		if granted.Verdict != verdict.Yes {
			continue
		}
		for i, g := range gates {
			other := gates[1-i]
			if g.answer == verdict.No && (other.answer == verdict.Yes || other.answer == verdict.Conditional) {
				out = append(out, verdict.Latent{Audience: verdict.Anonymous, Verb: verb, Guard: g.guard, Grants: granted.Grants})
			}
		}
	}
	if c.site && c.network.answer == verdict.No {
		site := verdict.Grant{Kind: verdict.GrantWebsite, Where: "storage account " + c.account, Who: "anyone", What: "static website"}
		out = append(out, verdict.Latent{Audience: verdict.Anonymous, Verb: verdict.Read, Guard: c.network.guard, Grants: []verdict.Grant{site}})
	}
	return out
}

func (c azureCase) blobURL(key string) string {
	base := c.rec.BaseURL
	if base == "" {
		base = "https://" + proof.EscapePath(c.account) + ".blob.core.windows.net"
	}
	base = strings.TrimSuffix(base, "/") + "/"
	if c.container == "$root" && key != "" {
		return base + proof.EscapePath(key)
	}
	address := base + proof.EscapePath(c.container)
	if key != "" {
		address += "/" + proof.EscapePath(key)
	}
	return address
}

// azureReadable reports whether an anonymous client could read the blob's content.
func azureReadable(o scanners.SampledObject) bool {
	return !strings.EqualFold(o.StorageClass, "Archive") && o.Encryption != "CPK"
}
