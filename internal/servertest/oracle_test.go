//go:build servers && oracles && unix

// The same comparison with Ceph's S3 gateway, which has ACLs of objects and public access blocks too.

package servertest

import (
	"slices"
	"testing"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

func TestOracleRGWGivesWhatAccessSays(t *testing.T) {
	plain, secure := servers.RGW(t, [2]string{servers.VersitygwAccessKey, servers.VersitygwSecretKey}, [2]string{outsider.ID, outsider.Secret})
	st := stageOf(t, plain, secure)
	st.complete = func(s scene, record *scanners.Record) {
		// It has no object ownership, and keeps ACLs in force as ObjectWriter does. Its public access block answers under
		// another name than the API's, which the scan rightly does not take for an answer: it is as it was set.
		facts, from := &record.Bucket.AWS, scanners.Origin{Call: "set by the test"}
		facts.Ownership = scanners.AbsentFact[scanners.Ownership](from)
		// Version 16 knows no default encryption: it answers the question with something else.
		record.Bucket.Encryption = scanners.AbsentFact[scanners.Encryption](from)
		on := func(flag string) bool { return slices.Contains(s.block, flag) }
		facts.PublicAccessBlock = scanners.KnownFact(scanners.PublicAccessBlock{
			BlockPublicAcls: on("BlockPublicAcls"), IgnorePublicAcls: on("IgnorePublicAcls"),
			BlockPublicPolicy: on("BlockPublicPolicy"), RestrictPublicBuckets: on("RestrictPublicBuckets"),
		}, from)
	}
	list := scenes()
	for i := range list {
		list[i].ownership = ""
	}
	st.enforce(t, plain, append(list, aclScenes()...))
}

// aclScenes are about ACLs and what blocks them.
func aclScenes() []scene {
	website := policy(allow(`"s3:GetObject"`, objectsARN, ""))
	return []scene{
		{name: "ACL authenticated-read", acl: "authenticated-read"},
		{name: "object public", objectACL: "public-read"},
		{name: "object for any account", objectACL: "authenticated-read"},
		{name: "object public in a listable bucket", acl: "public-read", objectACL: "public-read"},
		{name: "object public, denied by policy", objectACL: "public-read", policy: policy(deny(`"s3:GetObject"`, objectsARN, ""))},
		{name: "object public, another opened by policy", objectACL: "public-read", policy: policy(allow(`"s3:GetObject"`, `"arn:aws:s3:::BUCKET/dir/*"`, ""))},
		{name: "public ACL ignored", acl: "public-read", block: []string{"IgnorePublicAcls"}},
		{name: "public object ACL ignored", objectACL: "public-read", block: []string{"IgnorePublicAcls"}},
		{name: "public ACL written before it was blocked", acl: "public-read", objectACL: "public-read", block: []string{"RestrictPublicBuckets"}},
		{name: "public policy restricted", policy: website, block: []string{"RestrictPublicBuckets"}},
		{name: "public policy with ACLs ignored", policy: website, block: []string{"IgnorePublicAcls"}},
		{name: "upload as public", policy: policy(allow(`"s3:PutObject"`, objectsARN, `{"StringEquals":{"s3:x-amz-acl":"public-read"}}`))},
	}
}
