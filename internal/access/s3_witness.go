// From the solver's answer to a verdict with a request that a person can send.

package access

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/proof"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// verdictOf turns an answer into a verdict; ap is the access point it came through, nil for direct requests.
func (c *s3Case) verdictOf(a awspolicy.Answer, kind verdict.GrantKind, ap *scanners.AccessPoint) verdict.Verdict {
	v := verdict.Verdict{
		Verdict: a.Verdict, Needs: a.Needs, DependsOn: a.DependsOn, ChangesAt: a.ChangesAt, Reasons: a.Reasons, Patterns: a.Patterns, Except: a.Except,
	}
	for _, g := range a.Grants {
		v.Grants = append(v.Grants, verdict.Grant{Kind: kind, Where: g.Where, Index: g.Index, Sid: g.Sid, Text: clip(g.Text)})
	}
	for _, d := range a.Evaded {
		v.Guards = append(v.Guards, denyGuard(d, "does not apply", "does not refuse this request"))
	}
	for _, d := range a.ClosedBy {
		v.ClosedBy = append(v.ClosedBy, denyGuard(d, "on", "refuses what a grant allows"))
	}
	if a.Witness != nil && opens(v) {
		v.Witness = c.request(a, ap)
		// A multi-region access point wants signatures that curl cannot make (SigV4A).
		if ap == nil || !ap.MultiRegion {
			v.Curl = proof.Curl(*v.Witness)
		}
	}
	return v
}

func denyGuard(d awspolicy.StatementRef, state, detail string) verdict.Guard {
	if d.Where == sealedWhere {
		if state == "on" {
			return verdict.Guard{Name: "default encryption", Level: "bucket", State: "aws:kms", Detail: "refuses writes without rights on the key"}
		}
		return verdict.Guard{Name: "default encryption", Level: "bucket", State: "aws:kms", Detail: "the request asks for another encryption"}
	}
	name := "Deny"
	if d.Sid != "" {
		name += " " + d.Sid
	}
	return verdict.Guard{Name: name, Level: d.Where, State: state, Detail: detail}
}

// clip keeps a statement's text within what Grant.Text promises.
func clip(text string) string {
	const most = 2 << 10
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "..."
}

// request writes the witness as a request to the bucket's own host or the access point's.
func (c *s3Case) request(a awspolicy.Answer, ap *scanners.AccessPoint) *verdict.Request {
	w := a.Witness
	r := &verdict.Request{Method: w.Method, Signed: w.Signed, Region: c.rec.Region, Key: w.Key, KeyKnown: w.KeyLiteral, Headers: slices.Clone(w.Headers)}
	var query []string
	if w.Query != "" {
		query = append(query, w.Query)
	}
	for _, p := range w.Parameters {
		query = append(query, proof.EscapeQuery(p[0])+"="+proof.EscapeQuery(p[1]))
	}
	where := proof.S3{Bucket: c.direct.Bucket(), Region: c.rec.Region, Partition: c.rec.Partition, BaseURL: c.rec.BaseURL}
	scheme := "http"
	if w.HTTPS {
		scheme = "https"
	}
	switch joined := strings.Join(query, "&"); {
	case ap != nil && ap.MultiRegion:
		r.URL = where.MultiRegionURL(ap.Alias, r.Key, joined)
	case ap != nil:
		via := c.via(*ap)
		where.Region, r.Region = via.Region, via.Region
		r.URL = where.AccessPointURL(via.Name, via.Account, r.Key, joined)
	default:
		r.URL = where.URL(scheme, r.Key, joined)
	}
	if c.payer.on && w.Signed {
		r.Headers = append(r.Headers, [2]string{"x-amz-request-payer", "requester"})
	}
	if strings.HasSuffix(w.Action, "Acl") && !slices.ContainsFunc(r.Headers, func(h [2]string) bool { return strings.HasPrefix(h[0], "x-amz-") }) {
		// The canned ACL that gives strangers least and that S3 takes: there is no bucket-owner-full-control for buckets.
		canned := "bucket-owner-full-control"
		if r.Key == "" {
			canned = "private"
		}
		r.Headers = append(r.Headers, [2]string{"x-amz-acl", canned})
	}
	for key, values := range w.Context {
		r.Context = append(r.Context, key+"="+strings.Join(values, ","))
	}
	slices.Sort(r.Context)
	return r
}

// fresh is freshName for the bucket.
func (c *s3Case) fresh() string { return freshName(c.rec.ID, c.env.At) }

// freshName is a piece of a key that no object of a bucket has but by a wonder, and that is the same for the same bucket
// and time of judging.
func freshName(id string, at time.Time) string {
	sum := sha256.Sum256([]byte(id + "\x00" + at.UTC().Format(time.RFC3339Nano)))
	return "tojimari-" + hex.EncodeToString(sum[:6])
}
