package oracle

// This file is the grammar of generated policies: the setting, the keys with the values that policies hold against them,
// operators and variables. Each choice that the language gives is a named production.

import (
	"strings"
)

// World is the setting that generated policies talk about.
type World struct {
	Bucket, Region, Account, OrgID, OrgPath, At string
	Tags                                        map[string]string
}

// TheWorld is the fixed setting of all generated policies.
func TheWorld() World {
	return World{
		Bucket: "b", Region: "eu-west-1", Account: "444455556666", OrgID: "o-own", OrgPath: "o-own/r-1/",
		At: "2026-01-01T00:00:00Z", Tags: map[string]string{"k": "a"},
	}
}

type keySpec struct {
	name   string
	kind   string // text, bool, number, date, epoch, ip, arn, multi
	values []string
}

func keySpecs() []keySpec {
	abc := []string{"a", "b", "a*", "*", "?", "*b", "ab", "A", ""}
	return []keySpec{
		{"aws:PrincipalAccount", "text", []string{"anonymous", "111122223333", "444455556666", "*", "a*"}},
		{"aws:PrincipalType", "text", []string{"Anonymous", "User", "AssumedRole", "Account", "anonymous", "A*"}},
		{"aws:userid", "text", []string{"anonymous", "*", "AROAEXAMPLE:*", "AROA*", "AIDA*", "an*"}},
		{"aws:SourceIp", "ip", []string{"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "8.8.8.8/32", "8.8.8.8", "203.0.113.0/24", "10.0.0.0/8", "::/0", "2001:db8::/32"}},
		{"aws:SecureTransport", "bool", nil},
		{"aws:CurrentTime", "date", []string{"2025-06-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"}},
		{"aws:EpochTime", "epoch", []string{"1750000000", "1767225600", "1790000000"}},
		{"aws:RequestedRegion", "text", []string{"eu-west-1", "us-*", "eu-*"}},
		{"aws:ViaAWSService", "bool", nil},
		{"aws:UserAgent", "text", abc},
		{"aws:Referer", "text", abc},
		{"aws:ResourceAccount", "text", []string{"444455556666", "111122223333", "4*"}},
		{"s3:ResourceAccount", "text", []string{"444455556666", "111122223333", "4*"}},
		{"aws:ResourceOrgID", "text", []string{"o-own", "o-other", "o-*"}},
		{"aws:ResourceOrgPaths", "multi", []string{"o-own/r-1/", "o-own/*", "o-other/*"}},
		{"aws:PrincipalArn", "arn", []string{"arn:aws:iam::111122223333:role/a", "arn:aws:iam::*:role/a", "arn:aws:iam::*:user/*", "*", "arn:aws:iam::444455556666:root", "arn:aws:iam::*:root"}},
		{"aws:PrincipalOrgID", "text", []string{"o-abc", "o-own", "*", "o-*"}},
		{"aws:PrincipalOrgPaths", "multi", []string{"o-abc/*", "o-own/*", "*", "o-*/r-*/*"}},
		{"aws:PrincipalTag/team", "text", abc},
		{"aws:PrincipalIsAWSService", "bool", nil},
		{"aws:PrincipalServiceName", "text", []string{"cloudtrail.amazonaws.com", "logging.*", "*"}},
		{"aws:PrincipalServiceNamesList", "multi", []string{"cloudtrail.amazonaws.com", "logging.*", "*"}},
		{"aws:username", "text", abc},
		{"aws:TokenIssueTime", "date", []string{"2025-06-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"}},
		{"aws:MultiFactorAuthPresent", "bool", nil},
		{"aws:MultiFactorAuthAge", "number", []string{"0", "300", "3600"}},
		{"aws:FederatedProvider", "text", abc},
		{"aws:SourceArn", "arn", []string{"arn:aws:s3:::*", "arn:aws:cloudfront::444455556666:distribution/E1", "*", "arn:aws:s3:::mine"}},
		{"aws:SourceAccount", "text", []string{"444455556666", "*"}},
		{"aws:SourceOwner", "text", []string{"444455556666", "*"}},
		{"aws:SourceOrgID", "text", []string{"o-own", "o-*"}},
		{"aws:SourceVpc", "text", []string{"vpc-1", "vpc-2", "*", "vpc-*"}},
		{"aws:SourceVpce", "text", []string{"vpce-1", "vpce-2", "*", "vpce-*"}},
		{"aws:VpcSourceIp", "ip", []string{"10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0"}},
		{"s3:authType", "text", []string{"REST-HEADER", "REST-QUERY-STRING", "POST", "REST-*"}},
		{"s3:signatureversion", "text", []string{"AWS4-HMAC-SHA256", "AWS", "AWS*"}},
		{"s3:signatureAge", "number", []string{"0", "600000", "604800000"}},
		{"s3:TlsVersion", "number", []string{"1.2", "1.3", "1.1"}},
		{"s3:prefix", "text", append([]string{"a/", "a/*"}, abc...)},
		{"s3:delimiter", "text", []string{"/", "", "*", "a"}},
		{"s3:max-keys", "number", []string{"0", "1", "10", "1000"}},
		{"s3:VersionId", "text", abc},
		{"s3:x-amz-acl", "text", []string{"public-read", "bucket-owner-full-control", "private", "public-*", "*"}},
		{"s3:x-amz-grant-read", "text", abc},
		{"s3:x-amz-grant-write", "text", abc},
		{"s3:x-amz-grant-read-acp", "text", abc},
		{"s3:x-amz-grant-write-acp", "text", abc},
		{"s3:x-amz-grant-full-control", "text", abc},
		{"s3:x-amz-storage-class", "text", []string{"STANDARD", "GLACIER", "*"}},
		{"s3:x-amz-server-side-encryption", "text", []string{"AES256", "aws:kms", "aws:*"}},
		{"s3:x-amz-server-side-encryption-aws-kms-key-id", "text", []string{"arn:aws:kms:eu-west-1:444455556666:key/1", "arn:aws:kms:*", "*"}},
		{"s3:x-amz-server-side-encryption-customer-algorithm", "text", []string{"AES256", "aes256", "*"}},
		{"s3:x-amz-metadata-directive", "text", []string{"COPY", "REPLACE", "*"}},
		{"s3:x-amz-copy-source", "text", abc},
		{"s3:x-amz-website-redirect-location", "text", abc},
		{"s3:RequestObjectTag/k", "text", abc},
		{"s3:RequestObjectTagKeys", "multi", []string{"k", "a", "b", "*"}},
		{"s3:object-lock-mode", "text", []string{"GOVERNANCE", "COMPLIANCE", "*"}},
		{"s3:object-lock-legal-hold", "text", []string{"ON", "OFF", "*"}},
		{"s3:object-lock-retain-until-date", "date", []string{"2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"}},
		{"s3:object-lock-remaining-retention-days", "number", []string{"1", "30", "365"}},
		{"s3:ExistingObjectTag/k", "text", abc},
		{"aws:ResourceTag/k", "text", []string{"a", "b", "*"}},
		{"s3:DataAccessPointArn", "arn", []string{"arn:aws:s3:eu-west-1:444455556666:accesspoint/*", "*"}},
		{"s3:DataAccessPointAccount", "text", []string{"444455556666", "*"}},
	}
}

// Operators lists all base operators as written.
func Operators() []string {
	return []string{
		"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
		"ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null",
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	}
}

// Variables lists the policy variables that are generated.
func Variables() []string {
	return []string{
		"${aws:Referer}", "${aws:userid}", "${aws:username}", "${aws:username, 'a'}", "${aws:PrincipalAccount}",
		"${aws:PrincipalTag/team, 'b'}", "${s3:prefix}", "${*}", "${?}", "${$}",
	}
}

// Productions lists every production that Generate can take.
func Productions() []string {
	out := []string{
		"version:2012", "version:2008", "version:none", "statement:object", "statement:list", "effect:Allow", "effect:Deny",
		"principal:*", "principal:AWS*", "principal:AWS[*]", "principal:account", "principal:service", "principal:canonical",
		"principal:federated", "principal:deleted", "NotPrincipal",
		"Action", "NotAction", "Resource", "NotResource", "condition:empty", "condition:list", "condition:scalar",
		"IfExists", "ForAllValues", "ForAnyValue", "key:case", "operator:case", "condition:mismatch", "value:raw",
	}
	for _, o := range Operators() {
		out = append(out, "op:"+o)
	}
	for _, k := range keySpecs() {
		out = append(out, "key:"+strings.ToLower(k.name))
	}
	for _, v := range Variables() {
		out = append(out, "var:"+v)
	}
	return out
}
