package awspolicy_test

import (
	"testing"

	"github.com/tojimari/tojimari/internal/access/awspolicy"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// TestFaultsFound holds policies on which the solver and brute force once disagreed, with the seed that made them
// (the grammar has grown since, so a seed may make another policy today), and what is right.
func TestFaultsFound(t *testing.T) {
	c := newChecker(t)
	for _, f := range []struct {
		seed   uint64
		verb   verdict.Verb
		who    verdict.Audience
		want   verdict.Answer
		why    string
		policy string
	}{
		{20346806, verdict.Read, verdict.Anonymous, verdict.Yes, "a number compared with a tag decides nothing, but a key that the Deny does not name needs no tag",
			`{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/a/b","arn:aws:s3:::*"]},{"Action":"s3:*","Condition":{"NumericEquals":{"s3:ExistingObjectTag/k":["10","10"]},"StringEqualsIgnoreCase":{"s3:ExistingObjectTag/k":"A"}},"Effect":"Deny","Principal":"*","Resource":["arn:aws:s3:::b/${aws:Referer}","arn:aws:s3:::b/a/b"]}],"Version":"2012-10-17"}`},
		{20354114, verdict.Read, verdict.AnyAccount, verdict.Yes, "whatever the tag is, a user has another name than it speaks of",
			`{"Statement":[{"Action":"s3:Get*","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/k":["a${aws:username, 'a'}","a*"]}},"Effect":"Allow","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:role/a","111122223333"]},"Resource":"arn:aws:s3:::b/b/*"},{"Action":"*","Condition":{"ForAllValues:StringEqualsIgnoreCase":{"s3:ExistingObjectTag/k":"ab"}},"Effect":"Allow","NotResource":["arn:aws:s3:::b/a/*"],"Principal":{"AWS":"*"}},{"Action":"s3:GetObject","Condition":{"Null":{"s3:ExistingObjectTag/k":["false","false"],"s3:x-amz-acl":"true"}},"Effect":"Deny","Principal":{"Service":"cloudtrail.amazonaws.com"},"Resource":"arn:aws:s3:::b/*"}],"Version":"2012-10-17"}`},
		{57472, verdict.Write, verdict.AnyAccount, verdict.Conditional, "a key id is any text that a key's owner could name",
			`{"Statement":[{"Action":"s3:*","Condition":{"Bool":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"true"}},"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b/a/b"},{"Action":"s3:GetObject?ersion","Condition":{"StringEqualsIgnoreCase":{"s3:x-amz-server-side-encryption-aws-kms-key-id":["arn:aws:kms:*","*"]}},"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","*"]},"Resource":"arn:aws:s3:::b/*"}]}`},
		{30021048, verdict.Write, verdict.Anonymous, verdict.Yes, "the tag K is what s3:RequestObjectTag/k speaks of too",
			`{"Statement":[{"Condition":{"ForAllValues:StringNotLike":{"s3:RequestObjectTagKeys":"k"},"StringEqualsIgnoreCase":{"s3:RequestObjectTag/k":["A","*"]}},"Effect":"Allow","NotAction":"s3:Put*Acl","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:role/a","111122223333"]},"Resource":["arn:aws:s3:::*"]},{"Action":"*","Condition":{"ForAnyValue:NumericEquals":{"s3:RequestObjectTagKeys":"10"},"StringEquals":{"aws:username":"ab"}},"Effect":"Deny","Principal":{"AWS":"*"},"Resource":["*"]}],"Version":"2012-10-17"}`},
		{30030167, verdict.Write, verdict.Anonymous, verdict.Yes, "a tag may be named false",
			`{"Statement":{"Action":"*","Condition":{"ForAnyValue:Bool":{"s3:RequestObjectTagKeys":"false"}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/?"]},"Version":"2012-10-17"}`},
		{20363628, verdict.Read, verdict.AnyAccount, verdict.Yes, "a user may be named like the owner's account",
			`{"Statement":[{"Action":"s3:GetObject?ersion","Condition":{},"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/a"},"Resource":"arn:aws:s3:::b/*b"},{"Action":["S3:GetObjectVersion","s3:GetObject"],"Condition":{"ForAnyValue:NotIpAddress":{"aws:SourceIp":"::/0"},"StringEquals":{"s3:ResourceAccount":["${aws:username, 'a'}","4*"]}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/a*"]}],"Version":"2012-10-17"}`},
		{30001624, verdict.Write, verdict.AnyAccount, verdict.Conditional, "no tag of the caller's own lets it at an object without tags",
			`{"Statement":[{"Action":"s3:PutObjectTagging","Condition":{"ForAllValues:StringNotEqualsIfExists":{"aws:SourceVpc":["vpc-*","*"]}},"Effect":"Allow","NotPrincipal":{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},"Resource":["arn:aws:s3:::b","arn:aws:s3:::b"]},{"Action":"s3:PutObjectTagging","Condition":{"StringEqualsIgnoreCase":{"s3:ExistingObjectTag/k":"a${aws:PrincipalTag/team, 'b'}"},"StringNotLike":{"s3:ExistingObjectTag/k":"b"}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/*b"]}],"Version":"2012-10-17"}`},
		{40007825, verdict.Read, verdict.AnyAccount, verdict.Yes, "a user's name ends its ARN",
			`{"Statement":[{"Action":"S3:GetObjectVersion","Condition":{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/a","arn:aws:iam::*:user/*"]},"StringEquals":{"aws:username":"b"}},"Effect":"Allow","Principal":"*","Resource":["*"]}],"Version":"2012-10-17"}`},
		{50293122, verdict.Read, verdict.Anonymous, verdict.Yes, "without a version the dollar sign and the braces are letters of the key, and ${*} has a wildcard",
			`{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/a/${*}/*"]},{"Action":"s3:*","Condition":{"StringNotLike":{"s3:ExistingObjectTag/k":"*b"},"stringequals":{"s3:ExistingObjectTag/k":""}},"Effect":"Deny","NotResource":["arn:aws:s3:::b/a/${s3:prefix}*","arn:aws:s3:::b"],"Principal":"*"}]}`},
		{50007206, verdict.List, verdict.AnyAccount, verdict.Yes, "a user named WS",
			`{"Statement":[{"Action":"s3:ListBucket","Condition":{"ArnNotEquals":{"aws:SourceArn":["arn:aws:cloudfront::444455556666:distribution/E1","arn:aws:s3:::*"]},"StringEqualsIgnoreCase":{"s3:signatureversion":"a${aws:username, 'a'}"}},"Effect":"Allow","Principal":{"AWS":"*"},"Resource":"arn:aws:s3:::b"}],"Version":"2012-10-17"}`},
		{40007119, verdict.Read, verdict.AnyAccount, verdict.No, "no name has a slash",
			`{"Statement":[{"Action":"s3:Put*Acl","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b/*b"},{"Action":"*","Effect":"Deny","NotResource":["arn:aws:s3:::b/a/*"],"Principal":"*"},{"Effect":"Allow","NotAction":"s3:Put*Acl","Principal":{"AWS":"*"},"Resource":"arn:aws:s3:::b/${aws:username}"}],"Version":"2012-10-17"}`},
		{825201, verdict.Read, verdict.AnyAccount, verdict.Yes, "a key may be named like the unique id of a role's session",
			`{"Statement":[{"Action":"s3:PutObjectAcl","Condition":{"StringEquals":{"s3:ExistingObjectTag/k":"A"}},"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b/b/*"},{"Condition":{"StringLike":{"aws:userid":["AROA*","anonymous"]}},"Effect":"Allow","NotAction":"s3:PutBucketAcl","Principal":"*","Resource":["arn:aws:s3:::b/${aws:userid}*"]},{"Action":"s3:PutBucketAcl","Condition":{"StringNotEqualsIgnoreCase":{"aws:userid":"*"},"StringNotLike":{"AWS:Userid":["AROAEXAMPLE:*","AIDA*"]}},"Effect":"Deny","Principal":{"AWS":"*"},"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::b/a/*"]}],"Version":"2012-10-17"}`},
		{884014, verdict.List, verdict.AnyAccount, verdict.Yes, "a prefix may be the caller's own organisation",
			`{"Statement":[{"Action":"s3:*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"${s3:prefix}"}},"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::b/a/b","arn:aws:s3:::*"]},{"Action":["s3:PutObjectAcl","s3:Put*Acl"],"Condition":{"IpAddressIfExists":{"aws:SourceIp":"128.0.0.0/1"},"StringEquals":{"aws:PrincipalOrgID":["o-abc","o-*"]}},"Effect":"Deny","Principal":{"Service":"cloudtrail.amazonaws.com"},"Resource":["arn:aws:s3:::b/${?}*"]},{"Action":["s3:PutObjectVersionAcl","s3:PutBucketAcl"],"Condition":{"NotIpAddress":{"aws:SourceIp":"8.8.8.8/32","aws:sourceip":"0.0.0.0/1"}},"Effect":"Deny","Principal":{"AWS":"*"},"Resource":["arn:aws:s3:::*"]}],"Version":"2012-10-17"}`},
	} {
		problems, limited := c.policy(t, []byte(f.policy))
		for _, p := range problems {
			t.Errorf("seed %d, %s", f.seed, p)
		}
		p, err := awspolicy.Parse([]byte(f.policy))
		if err != nil {
			t.Fatal(err)
		}
		a := awspolicy.New(awspolicy.Setting{Env: c.env, Grants: []awspolicy.Layer{{Policy: p}}}).Solve(f.verb, f.who)
		if a.Verdict != f.want || limited {
			t.Errorf("seed %d, %s by %s: got %s %v, want %s: %s", f.seed, f.verb, f.who, a.Verdict, a.Reasons, f.want, f.why)
		}
	}
}
