package awspolicy

// This file answers what rules ask of a policy beyond who gets in: is cleartext refused, how old may a signature be,
// are unencrypted uploads refused, has the owner locked himself out, does a CDN publish the content. Each is the same
// question put to the solver: with everything allowed, what do the Deny statements still let through?

import (
	"slices"
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

// probe allows everything that meets the condition and keeps the Deny statements of the setting.
func (s *Solver) probe(set Setting, action, condition string) *Solver {
	text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"` + action +
		`","Resource":"*","Condition":{` + condition + `}}}`
	p, err := Parse([]byte(text))
	if err != nil {
		return s
	}
	out := Setting{Env: set.Env, Via: set.Via}
	out.Env.Bucket, out.Env.Partition = s.bucket, s.partition
	out.Env.ACLs = NotKnown
	out.Grants = []Layer{{Policy: p, Where: "everything"}}
	out.Denies = append(slices.Clone(set.Grants), set.Denies...)
	return New(out)
}

// control asks whether any request that meets the condition gets past the Deny statements.
func control(set Setting, action, condition string, verbs []verdict.Verb) Control {
	t := New(set).probe(set, action, condition)
	out := Control{Holds: verdict.Yes}
	for _, v := range verbs {
		worst := verdict.No
		for _, a := range t.everybody(v) {
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
func (s *Solver) everybody(v verdict.Verb) []Answer {
	out := []Answer{s.Solve(v, verdict.Anonymous), s.Solve(v, verdict.AnyAccount)}
	if s.env.Account != "" {
		out = append(out, s.SolveFor(v, s.owner()))
	}
	return out
}

func (s *Solver) owner() Principal {
	return Principal{Kind: "account", Name: s.env.Account, Account: s.env.Account}
}

// RefusesCleartext tells whether every request without TLS is refused, whoever makes it.
func RefusesCleartext(set Setting) Control {
	if _, whole := deniesOnlyCleartext(set); whole {
		return Control{Holds: verdict.Yes}
	}
	return control(set, "*", `"Bool":{"aws:SecureTransport":"false"}`, verdict.Verbs())
}

// RefusesUnencryptedUploads tells whether every PutObject without a server-side encryption header is refused. (S3
// encrypts by default; such a policy is about choosing the key.)
func RefusesUnencryptedUploads(set Setting) Control {
	if only, _ := deniesOnlyCleartext(set); only {
		return Control{Holds: verdict.No, Verbs: []verdict.Verb{verdict.Write}}
	}
	return control(set, "s3:PutObject", `"Null":{"s3:x-amz-server-side-encryption":"true","s3:x-amz-server-side-encryption-customer-algorithm":"true"}`, []verdict.Verb{verdict.Write})
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
func BoundsSignatureAge(set Setting) SignatureAge {
	if only, _ := deniesOnlyCleartext(set); only {
		return SignatureAge{Bounded: verdict.No}
	}
	verbs := []verdict.Verb{verdict.Read, verdict.Write, verdict.List}
	const query = `"StringEquals":{"s3:authType":"REST-QUERY-STRING"}`
	whole := control(set, "*", query, verbs)
	if whole.Holds != verdict.No {
		return SignatureAge{Bounded: whole.Holds, Reasons: whole.Reasons}
	}
	for _, n := range ages(set) {
		c := control(set, "*", query+`,"NumericGreaterThan":{"s3:signatureAge":`+itoa(n)+`}`, verbs)
		if c.Holds != verdict.No {
			return SignatureAge{Bounded: c.Holds, Milliseconds: int64(n), Reasons: c.Reasons}
		}
	}
	return SignatureAge{Bounded: verdict.No}
}

// maxAges bounds how many different ages are tried.
const maxAges = 32

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
func LocksOut(set Setting) Control {
	if only, _ := deniesOnlyCleartext(set); only {
		return Control{Holds: verdict.No, Verbs: []verdict.Verb{verdict.Permissions}}
	}
	if set.Env.Account == "" {
		return Control{Holds: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "account", Detail: "the owner's account id is not known"}}}
	}
	t := New(set).probe(set, "s3:PutBucketPolicy", "")
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
