package awspolicy

// This file answers what rules ask of a policy beyond who gets in: is cleartext refused, how old may a signature be,
// are unencrypted uploads refused, has the owner locked himself out, does a CDN publish the content. Each is the same
// question put to the solver: with everything allowed, what do the Deny statements still let through?

import (
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// Control is the answer to one of these questions.
type Control struct {
	// Holds is yes when the policy enforces it for everybody, no with a request that gets through, or unknown.
	Holds verdict.Answer
	// Verbs are the verbs for which a request gets through.
	Verbs []verdict.Verb
	// Through is such a request.
	Through *Witness
	Reasons []verdict.Reason
}

// Controls answers these questions about one setting. It fits the policies once for all of them. It is immutable and
// safe for concurrent use.
type Controls struct {
	set Setting
	// denies holds every Deny of the setting and no grant; nil where no question needs it.
	denies *Solver
	// only is true when nothing but cleartext is denied, whole when one Deny of cleartext covers all of the bucket.
	only, whole bool
}

// NewControls prepares the questions.
func NewControls(set Setting) *Controls {
	c := &Controls{set: set}
	bare := Setting{Env: set.Env, Via: set.Via, Denies: append(slices.Clone(set.Grants), set.Denies...)}
	bare.Env.Partition, bare.Env.Bucket = place(set)
	bare.Env.ACLs = NotKnown
	c.only, c.whole = deniesOnlyCleartext(set, bare.Env)
	if !c.only || !c.whole {
		c.denies = New(bare)
	}
	return c
}

// probe allows everything that meets the condition and keeps the Deny statements of the setting.
func (c *Controls) probe(action, condition string) *Solver {
	text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"` + action +
		`","Resource":"*","Condition":{` + condition + `}}}`
	p, err := Parse([]byte(text))
	if err != nil {
		return c.denies
	}
	return c.denies.granting(Layer{Policy: p, Where: "everything"})
}

// ask tells whether any request that meets the condition gets past the Deny statements.
func (c *Controls) ask(action, condition string, verbs []verdict.Verb) Control {
	t := c.probe(action, condition)
	out := Control{Holds: verdict.Yes}
	for _, v := range verbs {
		worst := verdict.No
		for a := range t.everybody(v) {
			if a.Verdict.Rank() > worst.Rank() {
				worst = a.Verdict
			}
			out.Reasons = append(out.Reasons, a.Reasons...)
			if out.Through == nil {
				out.Through = a.Witness
			}
			if worst.Rank() >= verdict.Conditional.Rank() {
				break
			}
		}
		switch worst {
		case verdict.Yes, verdict.Conditional:
			out.Verbs = append(out.Verbs, v)
			out.Holds = verdict.No
		case verdict.Unknown:
			if out.Holds == verdict.Yes {
				out.Holds = verdict.Unknown
			}
		}
	}
	if out.Holds != verdict.Unknown {
		out.Reasons = nil
	}
	return out
}

// everybody asks for strangers and, where the account is known, for the owner's own identities.
func (s *Solver) everybody(v verdict.Verb) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		if yield(s.Solve(v, verdict.Anonymous)) && yield(s.Solve(v, verdict.AnyAccount)) && s.env.Account != "" {
			yield(s.SolveFor(v, s.owner()))
		}
	}
}

func (s *Solver) owner() Principal {
	return Principal{Kind: "account", Name: s.env.Account, Account: s.env.Account}
}

// RefusesCleartext tells whether every request without TLS is refused, whoever makes it.
func (c *Controls) RefusesCleartext() Control {
	if c.whole {
		return Control{Holds: verdict.Yes}
	}
	return c.ask("*", `"Bool":{"aws:SecureTransport":"false"}`, verdict.Verbs())
}

// RefusesUnencryptedUploads tells whether every PutObject without a server-side encryption header is refused. (S3
// encrypts by default; such a policy is about choosing the key.)
func (c *Controls) RefusesUnencryptedUploads() Control {
	if c.only {
		return Control{Holds: verdict.No, Verbs: []verdict.Verb{verdict.Write}}
	}
	return c.ask("s3:PutObject", `"Null":{"s3:x-amz-server-side-encryption":"true","s3:x-amz-server-side-encryption-customer-algorithm":"true"}`, []verdict.Verb{verdict.Write})
}

// SignatureAge is the bound on the age of signatures in URLs.
type SignatureAge struct {
	// Bounded is yes when every URL-signed request older than Milliseconds is refused for reading, writing and listing.
	Bounded verdict.Answer
	// Milliseconds is the bound as S3 counts; 0 when signing in the URL is refused altogether.
	Milliseconds int64
	Reasons      []verdict.Reason
}

// BoundsSignatureAge finds the greatest age that a signature in a URL may have (s3:signatureAge, milliseconds; S3 API
// reference, "Amazon S3 Signature Version 4 authentication specific policy keys").
func (c *Controls) BoundsSignatureAge() SignatureAge {
	if c.only {
		return SignatureAge{Bounded: verdict.No}
	}
	verbs := []verdict.Verb{verdict.Read, verdict.Write, verdict.List}
	const query = `"StringEquals":{"s3:authType":"REST-QUERY-STRING"}`
	whole := c.ask("*", query, verbs)
	if whole.Holds != verdict.No {
		return SignatureAge{Bounded: whole.Holds, Reasons: whole.Reasons}
	}
	list := ages(c.set)
	older := func(n int) Control {
		return c.ask("*", query+`,"NumericGreaterThan":{"s3:signatureAge":`+itoa(n)+`}`, verbs)
	}
	// What is refused beyond an age is refused beyond any greater one.
	i := sort.Search(len(list), func(i int) bool { return older(list[i]).Holds != verdict.No })
	if i == len(list) {
		return SignatureAge{Bounded: verdict.No}
	}
	first := older(list[i])
	return SignatureAge{Bounded: first.Holds, Milliseconds: int64(list[i]), Reasons: first.Reasons}
}

// maxAges bounds how many different ages are told apart.
const maxAges = 1024

// ages lists the points at which a bound on the signature age can lie.
func ages(set Setting) []int {
	var out []int
	for _, l := range slices.Concat(set.Grants, set.Denies) {
		if l.Policy == nil {
			continue
		}
		for i := range l.Policy.Statements {
			for _, c := range l.Policy.Statements[i].conds {
				if c.key != "s3:signatureage" {
					continue
				}
				for _, n := range c.numbers {
					if n > 0 && n < maxSignatureAge {
						out = append(out, int(n)-1, int(n))
					}
				}
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > maxAges {
		out = out[:maxAges]
	}
	return out
}

// LocksOut tells whether the Deny statements keep the owner's own identities from changing permissions (yes: only the
// root user can repair the policy). Unknown where the account is not known.
func (c *Controls) LocksOut() Control {
	if c.only {
		return Control{Holds: verdict.No, Verbs: []verdict.Verb{verdict.Permissions}}
	}
	if c.set.Env.Account == "" {
		return Control{Holds: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "account", Detail: "the owner's account id is not known"}}}
	}
	t := c.probe("s3:PutBucketPolicy", "")
	a := t.SolveFor(verdict.Permissions, t.owner())
	out := Control{Reasons: a.Reasons, Through: a.Witness}
	switch a.Verdict {
	case verdict.No:
		out.Holds = verdict.Yes
	case verdict.Unknown:
		out.Holds = verdict.Unknown
	default:
		out.Holds, out.Verbs, out.Reasons = verdict.No, []verdict.Verb{verdict.Permissions}, nil
	}
	return out
}

// PublishedVia names CloudFront distributions and origin access identities that the policy lets read objects: they may
// serve the content to everyone (S3 and CloudFront guides, "Restricting access to an Amazon S3 origin").
func (s *Solver) PublishedVia() []string {
	var out []string
	add := func(v string) {
		if len(out) < maxNamed && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	for _, l := range s.grants {
		for i := range l.stmts {
			st := &l.stmts[i]
			if st.Effect == EffectDeny || st.who.neg {
				continue
			}
			const service = "cloudfront.amazonaws.com"
			if slices.Contains(st.who.service, service) && s.lets(Principal{Kind: "service", Name: service}) {
				named := false
				for _, c := range st.conds {
					if c.key == "aws:sourcearn" && !c.op.neg {
						for _, v := range c.values {
							named = true
							add("cloudfront " + v)
						}
					}
				}
				if !named {
					add("cloudfront (any distribution)")
				}
			}
			for _, v := range st.who.aws {
				const oai = ":iam::cloudfront:user/CloudFront Origin Access Identity "
				if _, id, ok := strings.Cut(v, oai); ok && s.lets(Principal{Kind: "arn", Name: v}) {
					add("cloudfront origin access identity " + id)
				}
			}
		}
	}
	return out
}

func (s *Solver) lets(p Principal) bool {
	return s.SolveFor(verdict.Read, p).Verdict != verdict.No
}
