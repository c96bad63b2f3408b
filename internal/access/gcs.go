// Verdicts for Google Cloud Storage buckets.
//
// Cloud Storage documentation: "Overview of access control", "Making data public", "Public access prevention",
// "Uniform bucket-level access", "Access control lists (ACLs)", "Managed folders", "Bucket IP filtering",
// "Requester Pays"; IAM documentation: "Deny policies", "IAM Conditions".

package access

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/proof"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// The facts that decide for a GCS bucket.
const (
	factGCSIAM       = scanners.FactName("bucket.gcp.iam")
	factGCSUniform   = scanners.FactName("bucket.gcp.uniform_access")
	factGCSPAP       = scanners.FactName("bucket.gcp.public_access_prevention")
	factGCSOrgPAP    = scanners.FactName("scope.gcp.public_access_prevention")
	factGCSDeny      = scanners.FactName("scope.gcp.deny_policies")
	factGCSRoles     = scanners.FactName("scope.gcp.custom_roles")
	factGCSPerimeter = scanners.FactName("scope.gcp.service_perimeter")
	factGCSACL       = scanners.FactName("bucket.gcp.acl")
	factGCSIPFilter  = scanners.FactName("bucket.gcp.ip_filter")
	factGCSFolders   = scanners.FactName("bucket.gcp.managed_folders")
	factGCSTags      = scanners.FactName("bucket.gcp.effective_tags")
)

const (
	allUsers              = "allUsers"
	allAuthenticatedUsers = "allAuthenticatedUsers"
)

func gcsFirst() scanners.FactSet {
	return scanners.NewFactSet(factGCSIAM, factGCSUniform, factGCSPAP, factGCSOrgPAP, factGCSDeny, factGCSPerimeter, factGCSACL, factGCSIPFilter, factGCSFolders, factPayer)
}

func gcsMore(verdict.Verb) scanners.FactSet {
	return scanners.NewFactSet(factGCSRoles, factGCSTags, factObjects)
}

// gcsPermissions are the permissions of which any one lets a client do the verb on a bucket.
func gcsPermissions(verb verdict.Verb) []string {
	switch verb {
	case verdict.List:
		return []string{"objects.list"}
	case verdict.Read:
		return []string{"objects.get"}
	case verdict.Write:
		return []string{"objects.create", "objects.delete", "objects.update"}
	default:
		return []string{"buckets.setIamPolicy", "objects.setIamPolicy", "managedFolders.setIamPolicy"}
	}
}

// gcsCase is one bucket with what decides about it.
type gcsCase struct {
	rec     *scanners.Record
	at      time.Time
	pap     flag
	uniform flag
	payer   flag
	network gate
	denies  []gcsDeny
	assumed []string
}

func judgeGCSBucket(rec *scanners.Record, at time.Time) Judged {
	rec = withParts(rec)
	c := &gcsCase{rec: rec, at: at, payer: payerFlag(rec.Bucket.RequesterPays)}
	c.payer.guard.Name = "requesterPays"
	c.pap = c.prevention()
	c.uniform = c.uniformAccess()
	c.network = gcsIPFilter(rec.Bucket.GCP.IPFilter)
	c.readDenies()
	if p := rec.Scope.GCP.ServicePerimeter; p.State == scanners.Unknown {
		c.assumed = append(c.assumed, string(factGCSPerimeter)+": not read, assumed that no VPC Service Controls perimeter holds the project")
	}
	var out Judged
	out.Anonymous, out.AnyAccount = map[verdict.Verb]verdict.Verdict{}, map[verdict.Verb]verdict.Verdict{}
	for _, verb := range verdict.Verbs() {
		anonymous, any := c.grants(verdict.Anonymous, verb), c.grants(verdict.AnyAccount, verb)
		out.Anonymous[verb] = c.decide(verdict.Anonymous, verb, anonymous, "")
		out.AnyAccount[verb] = c.decide(verdict.AnyAccount, verb, any, "")
		for who, g := range map[verdict.Audience]gcsGrants{verdict.Anonymous: anonymous, verdict.AnyAccount: any} {
			out.Latent = append(out.Latent, c.latent(who, verb, g, out.Of(who, verb))...)
		}
	}
	slices.SortStableFunc(out.Latent, func(a, b verdict.Latent) int {
		return strings.Compare(string(a.Audience)+string(a.Verb)+a.Guard.Name, string(b.Audience)+string(b.Verb)+b.Guard.Name)
	})
	out.Named = c.named()
	out.PublicByProvider, out.PublicReasons = c.publicByProvider(out.Access)
	out.Assumed = c.assumed
	return out
}

// prevention joins the bucket's public access prevention with the organisation constraint: either enforces.
func (c *gcsCase) prevention() flag {
	out := flag{known: true, guard: verdict.Guard{Name: "publicAccessPrevention", Level: "bucket, organization", State: "off"}}
	own, above := c.rec.Bucket.GCP.PublicAccessPrevention, c.rec.Scope.GCP.PublicAccessPrevention
	switch {
	case own.State == scanners.Known && own.Value.Enforced:
		out.on, out.guard.State, out.guard.Level = true, "on", "bucket"
	case above.State == scanners.Known && above.Value.Enforced:
		out.on, out.guard.State, out.guard.Level = true, "on", "organization"
	case own.State == scanners.Unknown:
		out.known, out.guard.State = false, "unknown"
		out.reasons = []verdict.Reason{unread(factGCSPAP, own.Status())}
	}
	switch {
	case out.on || above.State != scanners.Unknown:
	case above.Reason.Code == scanners.Partial:
		// It was read, and what it hangs on was not: that is no absence.
		out.known, out.guard.State = false, "unknown"
		out.reasons = append(out.reasons, unread(factGCSOrgPAP, above.Status()))
	default:
		c.assumed = append(c.assumed, string(factGCSOrgPAP)+": not read, assumed not enforced")
	}
	return out
}

func (c *gcsCase) uniformAccess() flag {
	out := flag{known: true, guard: verdict.Guard{Name: "uniformBucketLevelAccess", Level: "bucket", State: "off"}}
	switch uniform := c.rec.Bucket.GCP.UniformAccess; {
	case uniform.State == scanners.Known && uniform.Value.Enabled:
		out.on, out.guard.State = true, "on"
		if !uniform.Value.LockedUntil.IsZero() && c.at.After(uniform.Value.LockedUntil) {
			out.guard.Detail = "locked: it cannot be turned off any more"
		}
	case uniform.State == scanners.Unknown:
		out.known, out.guard.State = false, "unknown"
		out.reasons = []verdict.Reason{unread(factGCSUniform, uniform.Status())}
	}
	return out
}

func gcsIPFilter(filter scanners.Fact[scanners.IPFilter]) gate {
	guard := verdict.Guard{Name: "ipFilter", Level: "bucket", State: "off"}
	switch {
	case filter.State == scanners.Unknown:
		return gate{answer: verdict.Unknown, guard: guard, reason: unread(factGCSIPFilter, filter.Status())}
	case filter.State != scanners.Known || !filter.Value.Enabled:
		return gate{answer: verdict.Yes, guard: guard}
	case !filter.Value.PublicSet || len(filter.Value.PublicRanges) == 0:
		guard.State, guard.Detail = "on", "names no public network"
		return gate{answer: verdict.No, guard: guard}
	}
	guard.State = "on"
	for _, r := range filter.Value.PublicRanges {
		if p, ok := parseRange(r); ok && p.Bits() == 0 && p.Addr() == netip.IPv4Unspecified() {
			guard.State, guard.Detail = "open", "lets in every public address"
			return gate{answer: verdict.Yes, guard: guard}
		}
	}
	return rangeGate(filter.Value.PublicRanges, guard)
}

// decide applies the gates that stand before every grant. without names one guard that is taken as off.
func (c *gcsCase) decide(who verdict.Audience, verb verdict.Verb, g gcsGrants, without string) verdict.Verdict {
	pap, uniform, payer, network, perimeter := c.pap, c.uniform, c.payer, c.network, c.perimeter(who)
	switch without {
	case "":
	case pap.guard.Name:
		pap = flag{known: true, guard: pap.guard}
	case uniform.guard.Name:
		uniform = flag{known: true, guard: uniform.guard}
	case payer.guard.Name:
		payer = flag{known: true, guard: payer.guard}
	case network.guard.Name:
		network = gate{answer: verdict.Yes, guard: network.guard}
	case perimeter.guard.Name:
		perimeter = gate{answer: verdict.Yes, guard: perimeter.guard}
	}
	v := verdict.Union(g.iam, guarded(g.acl, uniform))
	if who != verdict.Named {
		v = guarded(v, pap)
	}
	v = through(v, network, perimeter)
	switch {
	case who == verdict.Anonymous:
		v = guarded(v, payer)
	case payer.on && opens(v):
		v.Needs = append(v.Needs, "userProject=PROJECT (a project of the caller's own pays)")
	}
	if opens(v) && who != verdict.Named {
		v.Witness = c.witness(who, verb, v)
		v.Curl = proof.Curl(*v.Witness)
	}
	return settled(v)
}

// objectGates weighs, for reading by a binding, the sampled objects that it covers: one encrypted with a key that the
// customer supplies cannot be read without it.
func (c *gcsCase) objectGates(v verdict.Verdict) verdict.Verdict {
	if !opens(v) {
		return v
	}
	covered, readable := 0, 0
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if slices.ContainsFunc(v.Patterns, func(p string) bool { return globMatch(p, o.Key) }) {
			covered++
			if gcsReadable(o) {
				readable++
			}
		}
	}
	switch {
	case readable > 0 || covered == 0:
		return v
	case c.rec.Bucket.Objects.Value.Complete:
		return verdict.Verdict{Verdict: verdict.No, Grants: v.Grants, ClosedBy: []verdict.Guard{csekGuard}}
	default:
		return conditional(v, "an object that is not encrypted with a customer-supplied key")
	}
}

var csekGuard = verdict.Guard{Name: "customer-supplied key", Level: "object", State: "on", Detail: "no object can be read without the key"}

func gcsReadable(o scanners.SampledObject) bool { return o.Encryption != "csek" }

func (c *gcsCase) latent(who verdict.Audience, verb verdict.Verb, g gcsGrants, now verdict.Verdict) []verdict.Latent {
	if now.Verdict != verdict.No {
		return nil
	}
	var out []verdict.Latent
	for _, f := range []flag{c.pap, c.uniform, c.payer} {
		if !f.on {
			continue
		}
		if v := c.decide(who, verb, g, f.guard.Name); opens(v) {
			out = append(out, verdict.Latent{Audience: who, Verb: verb, Guard: f.guard, Grants: v.Grants})
		}
	}
	for _, shut := range []gate{c.network, c.perimeter(who)} {
		if shut.answer != verdict.No {
			continue
		}
		if v := c.decide(who, verb, g, shut.guard.Name); opens(v) {
			out = append(out, verdict.Latent{Audience: who, Verb: verb, Guard: shut.guard, Grants: v.Grants})
		}
	}
	return out
}

// publicByProvider is what the console calls public: a binding or bucket ACL entry for either public member
// that public access prevention does not switch off.
func (c *gcsCase) publicByProvider(a verdict.Access) (verdict.Answer, []verdict.Reason) {
	if c.pap.on {
		return verdict.No, nil
	}
	best := verdict.Verdict{Verdict: verdict.No}
	for _, verb := range verdict.Verbs() {
		best = verdict.Union(best, verdict.Verdict{Verdict: a.Of(verdict.AnyAccount, verb).Verdict, Reasons: a.Of(verdict.AnyAccount, verb).Reasons})
	}
	switch best.Verdict {
	case verdict.No:
		return verdict.No, nil
	case verdict.Unknown:
		return verdict.Unknown, best.Reasons
	default:
		return verdict.Yes, nil
	}
}
