package access

import (
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

func s3Base() *scanners.Record {
	r := scanners.NewRecord(scanners.Head{
		Kind: scanners.KindBucket, Provider: scanners.AWS, ID: "aws:s3:bucket/acme-data", Name: "acme-data",
		Account: "111122223333", Region: "eu-west-1", Partition: "aws",
	})
	r.Scope = &scanners.Scope{}
	return r
}

func s3Policy(statements ...string) scanners.PolicyText {
	return scanners.PolicyText{Text: `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`}
}

func s3Statement(effect, action, resource, condition string) string {
	out := `{"Effect":"` + effect + `","Principal":"*","Action":` + action + `,"Resource":` + resource
	if condition != "" {
		out += `,"Condition":` + condition
	}
	return out + "}"
}

func s3Cloud() cloud {
	const object, bucket, all = `"arn:aws:s3:::acme-data/*"`, `"arn:aws:s3:::acme-data"`, `["arn:aws:s3:::acme-data","arn:aws:s3:::acme-data/*"]`
	allow := func(action, resource, condition string) string {
		return s3Statement("Allow", action, resource, condition)
	}
	group := func(name, permission string) scanners.ACL {
		return scanners.ACL{Owner: "own", Grants: []scanners.ACLGrant{{Grantee: "http://acs.amazonaws.com/groups/global/" + name, Kind: "Group", Permission: permission}}}
	}
	both := group("AllUsers", "READ")
	both.Grants = append(both.Grants, group("AllUsers", "WRITE").Grants...)
	blocks := map[string]scanners.PublicAccessBlock{
		"none": {}, "ignore": {IgnorePublicAcls: true}, "restrict": {RestrictPublicBuckets: true}, "block": {BlockPublicAcls: true, BlockPublicPolicy: true},
		"all": {BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true},
	}
	sample := func(objects ...scanners.SampledObject) scanners.ObjectSample {
		return scanners.ObjectSample{Objects: objects}
	}
	public := func(encryption string) scanners.SampledObject {
		return scanners.SampledObject{Key: "a", Encryption: encryption, Owner: "own", ACLRead: true, Grants: group("AllUsers", "FULL_CONTROL").Grants}
	}
	point := func(restricted bool) scanners.AccessPoints {
		from := scanners.Origin{Call: "x"}
		return scanners.AccessPoints{List: []scanners.AccessPoint{{
			Name: "reports", ARN: "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports", NetworkOrigin: "Internet",
			Policy:            scanners.KnownFact(s3Policy(allow(`"s3:*"`, `["arn:aws:s3:eu-west-1:111122223333:accesspoint/reports","arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/*"]`, "")), from),
			PublicAccessBlock: scanners.KnownFact(scanners.PublicAccessBlock{RestrictPublicBuckets: restricted}, from),
		}}}
	}
	aws := func(r *scanners.Record) *scanners.BucketAWS { return &r.Bucket.AWS }
	scope := func(r *scanners.Record) *scanners.ScopeAWS { return &r.Scope.AWS }
	perimeter := s3Policy(s3Statement("Deny", `"s3:*"`, `"*"`, `{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-acme000001"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}`))
	parts := []part{
		facts(factPolicy, func(r *scanners.Record) *scanners.Fact[scanners.PolicyText] { return &aws(r).Policy }, map[string]scanners.PolicyText{
			"read":               s3Policy(allow(`"s3:GetObject"`, object, "")),
			"list":               s3Policy(allow(`"s3:ListBucket"`, bucket, "")),
			"write":              s3Policy(allow(`"s3:PutObject"`, object, "")),
			"everything":         s3Policy(allow(`"s3:*"`, all, "")),
			"upload as public":   s3Policy(allow(`"s3:PutObject"`, object, `{"StringEquals":{"s3:x-amz-acl":"public-read"}}`)),
			"upload as owner's":  s3Policy(allow(`"s3:PutObject"`, object, `{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`)),
			"upload unencrypted": s3Policy(allow(`"s3:PutObject"`, object, `{"Null":{"s3:x-amz-server-side-encryption":"true"}}`)),
			"upload under KMS":   s3Policy(allow(`"s3:PutObject"`, object, `{"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`)),
			"addresses":          s3Policy(allow(`"s3:GetObject"`, object, `{"IpAddress":{"aws:SourceIp":"20.0.0.0/8"}}`)),
			"ULA":                s3Policy(allow(`"s3:GetObject"`, object, `{"IpAddress":{"aws:SourceIp":["20.0.0.0/8","fc00::/7"]}}`)),
			"own organisation":   s3Policy(allow(`"s3:GetObject"`, object, `{"StringEquals":{"aws:ResourceOrgID":"o-acme000001"}}`)),
			"bucket tag":         s3Policy(allow(`"s3:GetObject"`, object, `{"StringEquals":{"aws:ResourceTag/public":"yes"}}`)),
			"delegated":          s3Policy(allow(`"s3:*"`, all, `{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}`)),
			"denied":             s3Policy(allow(`"s3:*"`, all, ""), s3Statement("Deny", `"s3:*"`, all, "")),
			"cut off":            {Text: `{"Statement":[`},
		}),
		facts(factACL, func(r *scanners.Record) *scanners.Fact[scanners.ACL] { return &aws(r).ACL }, map[string]scanners.ACL{
			"private": {Owner: "own"}, "list": group("AllUsers", "READ"), "write": group("AllUsers", "WRITE"), "list and write": both, "acp": group("AllUsers", "WRITE_ACP"),
			"any account": group("AuthenticatedUsers", "FULL_CONTROL"), "by id": {Owner: "own", Grants: []scanners.ACLGrant{{Grantee: anonymousID, Kind: "CanonicalUser", Permission: "READ"}}},
		}).always(),
		facts(factOrgBlock, func(r *scanners.Record) *scanners.Fact[scanners.PublicAccessBlock] {
			return &scope(r).OrganizationBlock
		}, map[string]scanners.PublicAccessBlock{
			"none": blocks["none"], "all": blocks["all"],
		}).guardAbove(),
		facts(factAccountBlock, func(r *scanners.Record) *scanners.Fact[scanners.PublicAccessBlock] {
			return &scope(r).PublicAccessBlock
		}, blocks),
		facts(factBucketBlock, func(r *scanners.Record) *scanners.Fact[scanners.PublicAccessBlock] { return &aws(r).PublicAccessBlock }, blocks),
		facts(factRCPs, func(r *scanners.Record) *scanners.Fact[scanners.Policies] { return &scope(r).ResourcePolicies }, map[string]scanners.Policies{
			"perimeter": {List: []scanners.PolicyText{perimeter}},
		}).guardAbove(),
		facts(factOrganization, func(r *scanners.Record) *scanners.Fact[scanners.Organization] { return &scope(r).Organization }, map[string]scanners.Organization{
			"acme": {ID: "o-acme000001"}, "other": {ID: "o-other00001"},
		}),
		facts(factOwnership, func(r *scanners.Record) *scanners.Fact[scanners.Ownership] { return &aws(r).Ownership }, map[string]scanners.Ownership{
			"enforced": {Mode: "BucketOwnerEnforced"}, "writer": {Mode: "ObjectWriter"}, "preferred": {Mode: "BucketOwnerPreferred"},
		}),
		facts(factPayer, func(r *scanners.Record) *scanners.Fact[scanners.RequesterPays] { return &r.Bucket.RequesterPays }, map[string]scanners.RequesterPays{
			"owner": {}, "requester": {Enabled: true},
		}),
		facts(factEncryption, func(r *scanners.Record) *scanners.Fact[scanners.Encryption] { return &r.Bucket.Encryption }, map[string]scanners.Encryption{
			"S3": {Algorithm: "AES256"}, "KMS": {Algorithm: "aws:kms"},
		}),
		facts(factObjects, func(r *scanners.Record) *scanners.Fact[scanners.ObjectSample] { return &r.Bucket.Objects }, map[string]scanners.ObjectSample{
			"private": sample(scanners.SampledObject{Key: "a", Owner: "own", ACLRead: true}), "public": sample(public("")), "public, KMS": sample(public("aws:kms")),
			"another's":  sample(scanners.SampledObject{Key: "a", Owner: "else", ACLRead: true}),
			"anybody's":  sample(scanners.SampledObject{Key: "a", Owner: anonymousID}),
			"archived":   sample(scanners.SampledObject{Key: "a", Owner: "own", StorageClass: "GLACIER", ACLRead: true}),
			"both kinds": sample(public("aws:kms"), scanners.SampledObject{Key: "b", Owner: "own", Encryption: "AES256", ACLRead: true}),
		}).sample(),
		facts(factAccessPoints, func(r *scanners.Record) *scanners.Fact[scanners.AccessPoints] { return &aws(r).AccessPoints }, map[string]scanners.AccessPoints{
			"open": point(false), "restricted": point(true),
		}),
		facts(factABAC, func(r *scanners.Record) *scanners.Fact[scanners.ABAC] { return &aws(r).ABAC }, map[string]scanners.ABAC{"on": {Enabled: true}, "off": {}}),
		facts(factLabels, func(r *scanners.Record) *scanners.Fact[scanners.Labels] { return &r.Bucket.Labels }, map[string]scanners.Labels{
			"public": {Values: map[string]string{"public": "yes"}}, "other": {Values: map[string]string{"team": "red"}},
		}),
	}
	var out cloud
	out.base, out.parts = s3Base, parts
	for _, level := range []scanners.FactName{factAccountBlock, factBucketBlock} {
		for _, flag := range []string{"ignore", "restrict", "block", "all"} {
			out.stronger = append(out.stronger, [3]string{string(level), "none", flag})
		}
	}
	out.stronger = append(out.stronger,
		[3]string{string(factOrgBlock), "absent", "all"},
		[3]string{string(factRCPs), "absent", "perimeter"},
		[3]string{string(factOwnership), "writer", "enforced"},
		[3]string{string(factPayer), "owner", "requester"},
		[3]string{string(factEncryption), "S3", "KMS"},
		[3]string{string(factPolicy), "everything", "denied"},
		[3]string{string(factAccessPoints), "open", "restricted"})
	for _, grant := range []string{"list", "write", "acp", "any account", "by id"} {
		out.wider = append(out.wider, [3]string{string(factACL), "private", grant})
	}
	out.wider = append(out.wider,
		[3]string{string(factACL), "list", "list and write"},
		[3]string{string(factPolicy), "absent", "read"},
		[3]string{string(factPolicy), "absent", "everything"},
		[3]string{string(factAccessPoints), "absent", "open"},
		[3]string{string(factObjects), "private", "public"})
	return out
}
