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

// named lists members that are neither public nor of the bucket's own project.
func (c *gcsCase) named() []verdict.NamedGrant {
	var members []string
	collect := func(policy scanners.IAMPolicy) {
		for _, b := range policy.Bindings {
			for _, m := range b.Members {
				if gcsOutsider(m, c.rec.Account) && !slices.Contains(members, m) {
					members = append(members, m)
				}
			}
		}
	}
	collect(c.rec.Bucket.GCP.IAM.Value)
	for _, f := range c.rec.Bucket.GCP.ManagedFolders.Value.List {
		collect(f.IAM.Value)
	}
	entries := slices.Clone(c.rec.Bucket.GCP.ACL.Value.Grants)
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		entries = append(entries, o.Grants...)
	}
	for _, e := range entries {
		if m := aclMember(e.Grantee); m != "" && gcsOutsider(m, c.rec.Account) && !slices.Contains(members, m) {
			members = append(members, m)
		}
	}
	slices.Sort(members)
	var out []verdict.NamedGrant
	for _, m := range members {
		grant := verdict.NamedGrant{Principal: m, Account: memberProject(m), Verdict: map[verdict.Verb]verdict.Verdict{}}
		is := func(member string) bool { return member == m }
		found := false
		for _, verb := range verdict.Verbs() {
			v := c.decide(verdict.Named, verb, c.grantsTo(is, verb), "")
			// What was not read is said of the public, not of everybody by name.
			if v.Verdict == verdict.Unknown && len(v.Grants) == 0 {
				v = verdict.Verdict{Verdict: verdict.No}
			}
			grant.Verdict[verb] = v
			found = found || v.Verdict != verdict.No
		}
		if found {
			out = append(out, grant)
		}
	}
	return out
}

// aclMember writes the entity of an ACL entry as IAM writes the member, empty for those of a project's own teams, which
// ACLs name by the project's number. Cloud Storage JSON API, BucketAccessControls, "entity".
func aclMember(entity string) string {
	kind, name, ok := strings.Cut(entity, "-")
	if !ok {
		return entity
	}
	switch kind {
	case "user":
		if strings.HasSuffix(name, ".gserviceaccount.com") {
			return "serviceAccount:" + name
		}
		return "user:" + name
	case "group", "domain":
		return kind + ":" + name
	default:
		return ""
	}
}

// logDelivery is the group as which Cloud Storage writes usage logs ("Usage logs & storage logs", "Set up log delivery").
const logDelivery = "group:cloud-storage-analytics@google.com"

// gcsOutsider reports whether a member is named and may stand outside the bucket's project. Convenience values,
// deleted members and the delivery of logs are not; whether a user, group or domain belongs to the owner is not in the bucket's
// configuration, so the reader of the verdict decides.
func gcsOutsider(member, project string) bool {
	switch {
	case member == allUsers || member == allAuthenticatedUsers || member == logDelivery || strings.HasPrefix(member, "deleted:"):
		return false
	case strings.HasPrefix(member, "projectOwner:"), strings.HasPrefix(member, "projectEditor:"), strings.HasPrefix(member, "projectViewer:"):
		return project != "" && !strings.HasSuffix(member, ":"+project)
	default:
		return project == "" || memberProject(member) != project
	}
}

// memberProject is the project a service account belongs to by its address, empty for other members.
func memberProject(member string) string {
	address, ok := strings.CutPrefix(member, "serviceAccount:")
	if !ok {
		return ""
	}
	_, host, _ := strings.Cut(address, "@")
	project, ok := strings.CutSuffix(host, ".iam.gserviceaccount.com")
	if !ok {
		return ""
	}
	return project
}

// witness writes the request that shows it, in the XML API's URL style.
func (c *gcsCase) witness(who verdict.Audience, verb verdict.Verb, v verdict.Verdict) *verdict.Request {
	base := "https://storage.googleapis.com/" + proof.EscapePath(c.rec.Name)
	r := &verdict.Request{Method: "GET", Signed: false}
	pattern, prefix := "*", ""
	if len(v.Patterns) > 0 {
		pattern = v.Patterns[0]
		prefix, _, _ = strings.Cut(pattern, "*")
		if !strings.ContainsAny(pattern, "*?") {
			r.Key, r.KeyKnown = pattern, true
		}
	}
	switch verb {
	case verdict.List:
		r.URL = base + "?list-type=2&max-keys=1"
		for _, n := range v.Needs {
			if folder, ok := strings.CutPrefix(n, "prefix="); ok {
				r.URL += "&prefix=" + proof.EscapeQuery(folder)
			}
		}
	case verdict.Read:
		if !r.KeyKnown {
			r.Key, r.KeyKnown = c.sampledKey(pattern)
		}
		r.URL = base + "/" + proof.EscapePath(r.Key)
	case verdict.Write:
		r.Method = "PUT"
		if !r.KeyKnown {
			r.Key = filled(pattern, freshName(c.rec.ID, c.at))
		}
		r.KeyKnown = false
		r.URL = base + "/" + proof.EscapePath(r.Key)
	default:
		c.permissionsRequest(r, base, prefix, v)
	}
	if who == verdict.AnyAccount {
		r.Headers = append(r.Headers, [2]string{"Authorization", proof.BearerToken})
		if c.payer.on {
			r.Headers = append(r.Headers, [2]string{"x-goog-user-project", proof.PayingProject})
		}
	}
	return r
}

// permissionsRequest writes the change that the first grant allows: of the bucket's or a managed folder's policy by the
// JSON API, of an ACL by the XML API.
func (c *gcsCase) permissionsRequest(r *verdict.Request, base, prefix string, v verdict.Verdict) {
	r.Method = "PUT"
	what := ""
	if len(v.Grants) > 0 {
		what = v.Grants[0].What
	}
	bucket := "https://storage.googleapis.com/storage/v1/b/" + proof.EscapeQuery(c.rec.Name)
	switch {
	case strings.Contains(what, "managedFolders.setIamPolicy"):
		folder := prefix
		if folder == "" {
			folder = standInKey + "/"
		}
		r.Key, r.KeyKnown = folder, prefix != ""
		r.URL = bucket + "/managedFolders/" + proof.EscapeQuery(folder) + "/iam"
	case strings.Contains(what, "buckets.setIamPolicy"):
		r.Key, r.KeyKnown = "", false
		r.URL = bucket + "/iam"
	case r.KeyKnown:
		r.URL = base + "/" + proof.EscapePath(r.Key) + "?acl"
	case strings.Contains(what, "objects.setIamPolicy"):
		r.Key, r.KeyKnown = c.sampledKey(prefix + "*")
		r.URL = base + "/" + proof.EscapePath(r.Key) + "?acl"
	default:
		r.URL = base + "?acl"
	}
}

// sampledKey picks a sampled key that the pattern covers, else makes one up that it covers.
func (c *gcsCase) sampledKey(pattern string) (string, bool) {
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if gcsReadable(o) && globMatch(pattern, o.Key) {
			return o.Key, true
		}
	}
	return filled(pattern, standInKey), false
}

// filled puts text where a pattern first leaves room for it.
func filled(pattern, text string) string {
	return strings.ReplaceAll(strings.Replace(pattern, "*", text, 1), "*", "")
}
