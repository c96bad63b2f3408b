package awspolicy_test

import (
	"testing"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/awspolicy/oracle"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// FuzzSolve feeds texts to the parser and whatever comes out to every question: no panic, and no question beyond the
// work limit.
func FuzzSolve(f *testing.F) {
	for seed := range uint64(64) {
		text, _ := oracle.Generate(seed)
		f.Add(text)
	}
	for _, text := range []string{
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:Referer":"*a?a*a?a*${aws:Referer}"}}}}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Principal":{"AWS":[]},"Action":[1],"NotAction":"s3:*","Resource":{},"Condition":{"Null":{"k":null}}}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::${x","Condition":{"StringEquals":{"aws:userid":"${aws:username,'"}}}]}`,
		`{"Statement":[[[[[[]]]]]]}`, `{"Statement":"x"}`, "\ufeff{\"Statement\":{}}", `{"Statement":[{"Condition":{"IpAddress":{"aws:SourceIp":["::ffff:1.2.3.4/96","1.2.3.4/33"]},"DateEquals":{"aws:CurrentTime":"9999999999999999999"}}}]}`,
	} {
		f.Add([]byte(text))
	}
	_, env := world(f)
	env.Limit = 200_000
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := awspolicy.Parse(text)
		if err != nil {
			return
		}
		if len(p.Statements) > 40 {
			return
		}
		s := awspolicy.New(awspolicy.Setting{Env: env, Grants: []awspolicy.Layer{{Policy: p, Where: "bucket policy"}}})
		for _, v := range verdict.Verbs() {
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				a := s.Solve(v, who)
				if a.Verdict == verdict.Unknown && len(a.Reasons) == 0 {
					t.Errorf("%s by %s: unknown without a reason", v, who)
				}
			}
		}
		c := awspolicy.NewControls(awspolicy.Setting{Env: env, Grants: []awspolicy.Layer{{Policy: p, Where: "bucket policy"}}})
		c.RefusesCleartext()
		c.BoundsSignatureAge()
		c.RefusesUnencryptedUploads()
		c.LocksOut()
		s.Named()
		s.PublishedVia()
		awspolicy.Public(p, env, awspolicy.BucketPolicy)
	})
}
