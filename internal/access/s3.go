// Verdicts for S3 buckets: the policy's answer joined with everything around it.
//
// S3 User Guide, "How Amazon S3 authorizes a request", "Blocking public access to your Amazon S3 storage",
// "Controlling ownership of objects and disabling ACLs", "Access control list (ACL) overview", "Using Requester
// Pays buckets", "Using server-side encryption with AWS KMS", "Access points restrictions and limitations".

package access

import (
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// The facts that decide for an S3 bucket.
const (
	factOrgBlock     = scanners.FactName("scope.aws.organization_block")
	factAccountBlock = scanners.FactName("scope.aws.public_access_block")
	factRCPs         = scanners.FactName("scope.aws.resource_control_policies")
	factOrganization = scanners.FactName("scope.aws.organization")
	factBucketBlock  = scanners.FactName("bucket.aws.public_access_block")
	factACL          = scanners.FactName("bucket.aws.acl")
	factPolicy       = scanners.FactName("bucket.aws.policy")
	factPolicyStatus = scanners.FactName("bucket.aws.policy_status")
	factOwnership    = scanners.FactName("bucket.aws.ownership")
	factAccessPoints = scanners.FactName("bucket.aws.access_points")
	factPayer        = scanners.FactName("bucket.requester_pays")
	factEncryption   = scanners.FactName("bucket.encryption")
	factObjects      = scanners.FactName("bucket.objects")
	factLabels       = scanners.FactName("bucket.labels")
	factABAC         = scanners.FactName("bucket.aws.abac")
)

// s3Case is one bucket with what decides about it, each thing worked out once.
type s3Case struct {
	rec *scanners.Record
	env awspolicy.Env

	policy    *awspolicy.Policy // nil: none, or not known
	policyBad *verdict.Reason   // why the policy is not known
	denies    []awspolicy.Layer // resource control policies

	ignore    flag // IgnorePublicAcls
	restrict  flag // RestrictPublicBuckets
	blockACLs flag // BlockPublicAcls
	aclsOff   flag // BucketOwnerEnforced
	sealed    flag // a default encryption that strangers to its key cannot write under
	payer     flag // RequesterPays
	public    verdict.Answer
	publicBy  []verdict.Reason

	direct  *awspolicy.Solver // the bucket policy, by requests to the bucket's own host
	solvers map[s3Variant]*awspolicy.Solver
	assumed []string
}

// flag is a guard that is on, off or not known.
type flag struct {
	on      bool
	known   bool
	guard   verdict.Guard
	reasons []verdict.Reason
}

// lift names guards that are taken as off, to see what they hold back.
type lift string

const (
	liftNothing   lift = ""
	liftIgnore    lift = "IgnorePublicAcls"
	liftRestrict  lift = "RestrictPublicBuckets"
	liftOwnership lift = "BucketOwnerEnforced"
	liftPayer     lift = "RequesterPays"
)

func judgeS3Bucket(rec *scanners.Record, at time.Time) Judged {
	c := newS3Case(withParts(rec), at)
	var out Judged
	paths := map[verdict.Audience]map[verdict.Verb]s3Paths{}
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		paths[who] = map[verdict.Verb]s3Paths{}
		table := map[verdict.Verb]verdict.Verdict{}
		for _, verb := range verdict.Verbs() {
			p := c.paths(who, verb)
			paths[who][verb] = p
			table[verb] = c.decide(who, verb, p, liftNothing)
		}
		if who == verdict.Anonymous {
			out.Anonymous = table
		} else {
			out.AnyAccount = table
		}
	}
	out.Named = c.named()
	out.PublicByProvider, out.PublicReasons = c.public, c.publicBy
	out.Latent = c.latent(out.Access, paths)
	if c.policy != nil {
		out.PublishedVia = c.direct.PublishedVia()
	}
	out.Posture = c.posture()
	out.Assumed = c.assumed
	return out
}

func newS3Case(rec *scanners.Record, at time.Time) *s3Case {
	b, scope := rec.Bucket, rec.Scope.AWS
	c := &s3Case{rec: rec}
	c.ignore = c.blockFlag("IgnorePublicAcls", func(p scanners.PublicAccessBlock) bool { return p.IgnorePublicAcls })
	c.restrict = c.blockFlag("RestrictPublicBuckets", func(p scanners.PublicAccessBlock) bool { return p.RestrictPublicBuckets })
	c.blockACLs = c.blockFlag("BlockPublicAcls", func(p scanners.PublicAccessBlock) bool { return p.BlockPublicAcls })
	c.aclsOff = ownershipFlag(b.AWS.Ownership)
	c.sealed = sealedFlag(b.Encryption)
	c.payer = payerFlag(b.RequesterPays)
	c.assumeHidden()
	c.env = awspolicy.Env{
		Bucket: rec.Name, Partition: rec.Partition, Region: rec.Region, Account: rec.Account, At: at,
		BlockPublicACLs: c.blockACLs.on, PrivateSources: rec.Vendor != "", ACLs: aclsState(c.aclsOff.on),
	}
	switch b.Labels.State {
	case scanners.Known:
		c.env.Tags = b.Labels.Value.Values
	case scanners.Absent, scanners.Unsupported:
		c.env.Tags = map[string]string{}
	}
	switch b.AWS.ABAC.State {
	case scanners.Known:
		c.env.ABAC = awspolicy.Off
		if b.AWS.ABAC.Value.Enabled {
			c.env.ABAC = awspolicy.On
		}
	case scanners.Absent, scanners.Unsupported:
		c.env.ABAC = awspolicy.Off
	}
	switch org := scope.Organization; org.State {
	case scanners.Known:
		c.env.OrgID, c.env.OrgPath = org.Value.ID, org.Value.Path
	case scanners.Absent:
		c.env.NoOrg = org.Origin.Call != "input:organization_id" // input that says nothing is no proof of none
	}
	c.readPolicies(scope)
	return c
}

// assumeHidden takes guards that the service keeps to itself as off, and says so: an exposure that is seen stands, as
// it does under unread guards above the account.
func (c *s3Case) assumeHidden() {
	for _, g := range []struct {
		fact scanners.FactName
		why  scanners.Status
		flag *flag
	}{
		{factOwnership, c.rec.Bucket.AWS.Ownership.Status(), &c.aclsOff},
		{factPayer, c.rec.Bucket.RequesterPays.Status(), &c.payer},
		{factEncryption, c.rec.Bucket.Encryption.Status(), &c.sealed},
	} {
		if g.why.State == scanners.Unknown && g.why.Reason.Code == scanners.Hidden {
			g.flag.known, g.flag.reasons, g.flag.guard.State = true, nil, "off"
			c.assume(string(g.fact) + ": not told by the service, assumed off")
		}
	}
}

// readPolicies parses the bucket policy and the resource control policies.
func (c *s3Case) readPolicies(scope scanners.ScopeAWS) {
	c.public = verdict.No
	switch policy := c.rec.Bucket.AWS.Policy; policy.State {
	case scanners.Known:
		parsed, err := awspolicy.Parse([]byte(policy.Value.Text))
		if err != nil {
			c.policyBad = &verdict.Reason{Code: verdict.ReasonMalformed, Fact: string(factPolicy), Detail: "bucket policy: " + err.Error()}
			break
		}
		c.policy = parsed
	case scanners.Unknown:
		reason := unread(factPolicy, policy.Status())
		c.policyBad = &reason
	}
	switch rcps := scope.ResourcePolicies; rcps.State {
	case scanners.Known:
		for _, p := range rcps.Value.List {
			where := "resource control policy " + p.Name
			if p.Name == "" {
				where = "resource control policy " + p.ID
			}
			parsed, err := awspolicy.Parse([]byte(p.Text))
			if err != nil {
				c.assumed = append(c.assumed, strings.TrimSpace(where)+": cannot be read, assumed to deny nothing")
				continue
			}
			c.denies = append(c.denies, awspolicy.Layer{Policy: parsed, Where: strings.TrimSpace(where)})
		}
	case scanners.Unknown:
		c.assumed = append(c.assumed, string(factRCPs)+": not read, assumed to deny nothing")
	}
	c.direct = c.solver(s3Variant{aclsOff: c.aclsOff.on, blockACLs: c.blockACLs.on})
	switch {
	case c.policyBad != nil:
		c.public, c.publicBy = verdict.Unknown, []verdict.Reason{*c.policyBad}
	case c.policy != nil:
		c.public, c.publicBy = awspolicy.Public(c.policy, c.env, awspolicy.BucketPolicy)
	}
	if status := c.rec.Bucket.AWS.PolicyStatus; c.public == verdict.Unknown && status.State == scanners.Known && c.rec.Vendor == "" {
		c.public, c.publicBy = verdict.No, nil
		if status.Value.Public {
			c.public = verdict.Yes
		}
	}
}

func (c *s3Case) bucketLayer() []awspolicy.Layer {
	if c.policy == nil {
		return nil
	}
	return []awspolicy.Layer{{Policy: c.policy, Where: "bucket policy"}}
}

// blockFlag joins one block flag over its levels: any level that sets it wins. An unread level inside the
// account leaves it unknown; the organisation's level is above the scope, so it is assumed off.
func (c *s3Case) blockFlag(name string, pick func(scanners.PublicAccessBlock) bool) flag {
	levels := []struct {
		name  string
		fact  scanners.FactName
		block scanners.Fact[scanners.PublicAccessBlock]
	}{
		{"organization", factOrgBlock, c.rec.Scope.AWS.OrganizationBlock},
		{"account", factAccountBlock, c.rec.Scope.AWS.PublicAccessBlock},
		{"bucket", factBucketBlock, c.rec.Bucket.AWS.PublicAccessBlock},
	}
	out := flag{known: true, guard: verdict.Guard{Name: name, State: "off"}}
	var on, missing []string
	orgSaysOff := false
	for _, l := range levels {
		switch {
		case l.block.State == scanners.Known && l.name == "organization" && !pick(l.block.Value):
			orgSaysOff = true
		case l.block.State == scanners.Known && pick(l.block.Value):
			on = append(on, l.name)
		case l.block.State == scanners.Unknown && l.name == "organization":
			c.assume(string(factOrgBlock) + ": not read, assumed unset")
		case l.block.State == scanners.Unknown && l.block.Reason.Code == scanners.Hidden:
			c.assume(string(l.fact) + ": not told by the service, assumed unset")
		case l.block.State == scanners.Unknown:
			missing = append(missing, l.name)
			out.reasons = append(out.reasons, unread(l.fact, l.block.Status()))
		}
	}
	switch {
	case orgSaysOff && len(on) == 1 && on[0] == "account":
		out.known = false
		out.guard.State, out.guard.Level = "unknown", "organization, account"
		out.reasons = append(out.reasons, verdict.Reason{Code: verdict.ReasonOpen, Detail: "whether an organisation's S3 policy that blocks nothing takes the place of the account's own " + name + " is not documented"})
	case len(on) > 0:
		out.on, out.reasons = true, nil
		out.guard.State, out.guard.Level = "on", strings.Join(on, ", ")
	case len(missing) > 0:
		out.known = false
		out.guard.State, out.guard.Level = "unknown", strings.Join(missing, ", ")
	default:
		out.guard.Level = "account, bucket"
	}
	return out
}

func (c *s3Case) assume(text string) {
	if !slices.Contains(c.assumed, text) {
		c.assumed = append(c.assumed, text)
	}
}

func ownershipFlag(ownership scanners.Fact[scanners.Ownership]) flag {
	out := flag{known: true, guard: verdict.Guard{Name: "BucketOwnerEnforced", Level: "bucket", State: "off"}}
	switch {
	case ownership.State == scanners.Unknown:
		out.known, out.guard.State = false, "unknown"
		out.reasons = []verdict.Reason{unread(factOwnership, ownership.Status())}
	case ownership.State == scanners.Known && ownership.Value.Mode == "BucketOwnerEnforced":
		out.on, out.guard.State = true, "on"
	case ownership.State == scanners.Known:
		out.guard.Detail = "object ownership is " + ownership.Value.Mode
	default:
		out.guard.Detail = "object ownership is not set: ACLs count"
	}
	return out
}

func payerFlag(payer scanners.Fact[scanners.RequesterPays]) flag {
	out := flag{known: true, guard: verdict.Guard{Name: "RequesterPays", Level: "bucket", State: "off"}}
	switch {
	case payer.State == scanners.Unknown:
		out.known, out.guard.State = false, "unknown"
		out.reasons = []verdict.Reason{unread(factPayer, payer.Status())}
	case payer.State == scanners.Known && payer.Value.Enabled:
		out.on, out.guard.State = true, "on"
	}
	return out
}

// lifted gives the flag as it would be without its guard.
func (f flag) lifted(name lift) flag {
	if string(name) != f.guard.Name {
		return f
	}
	return flag{known: true, guard: verdict.Guard{Name: f.guard.Name, Level: f.guard.Level, State: "off"}}
}
