//go:build servers && unix

// The scenes: a table of what is found in the field, and as many again put together at random from its parts.

package servertest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// statement writes one statement. resource and condition are JSON; condition may be empty.
func statement(effect, principal, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Effect":%q,%s,"Action":%s,"Resource":%s%s}`, effect, principal, action, resource, condition)
}

func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const (
	anybody    = `"Principal":"*"`
	anybodyAWS = `"Principal":{"AWS":"*"}`
	bucketARN  = `"arn:aws:s3:::BUCKET"`
	objectsARN = `"arn:aws:s3:::BUCKET/*"`
	bothARN    = `["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"]`
)

func allow(action, resource, condition string) string {
	return statement("Allow", anybody, action, resource, condition)
}

func deny(action, resource, condition string) string {
	return statement("Deny", anybody, action, resource, condition)
}

// scenes is the table. Each line is something that people have done, or believed.
func scenes() []scene {
	get, list, put := `"s3:GetObject"`, `"s3:ListBucket"`, `"s3:PutObject"`
	table := []scene{
		{name: "nothing set"},
		{name: "ACLs allowed but private", ownership: "ObjectWriter"},
		{name: "ACL public-read", ownership: "BucketOwnerPreferred", acl: "public-read"},
		{name: "ACL public-read, owner's objects", ownership: "ObjectWriter", acl: "public-read"},
		{name: "ACL public-read-write", ownership: "BucketOwnerPreferred", acl: "public-read-write"},
		{name: "ACL public-read but a policy denies listing", ownership: "BucketOwnerPreferred", acl: "public-read", policy: policy(deny(list, bucketARN, ""))},
		{name: "ACL public-read-write but a policy denies writing", ownership: "BucketOwnerPreferred", acl: "public-read-write", policy: policy(deny(put, objectsARN, ""))},
	}
	add := func(name string, statements ...string) {
		table = append(table, scene{name: name, policy: policy(statements...)})
	}
	add("website", allow(get, objectsARN, ""))
	add("website, principal as an object", statement("Allow", anybodyAWS, get, objectsARN, ""))
	add("website, principal as a list", statement("Allow", `"Principal":{"AWS":["*"]}`, get, objectsARN, ""))
	add("listing alone", allow(list, bucketARN, ""))
	add("listing and reading", allow(`["s3:GetObject","s3:ListBucket"]`, bothARN, ""))
	add("everything", allow(`"s3:*"`, bothARN, ""))
	add("everything on objects", allow(`"s3:*"`, objectsARN, ""))
	add("everything on the bucket", allow(`"s3:*"`, bucketARN, ""))
	add("drop box", allow(put, objectsARN, ""))
	add("drop box below a folder", allow(put, `"arn:aws:s3:::BUCKET/dir/*"`, ""))
	add("deleting alone", allow(`"s3:DeleteObject"`, objectsARN, ""))
	add("get by wildcard", allow(`"s3:Get*"`, objectsARN, ""))
	add("list by wildcard", allow(`"s3:List*"`, bucketARN, ""))
	add("actions by wildcard in the middle", allow(`"s3:*Object"`, objectsARN, ""))
	add("tags alone", allow(`"s3:GetObjectTagging"`, objectsARN, ""))
	add("versions by id", allow(`"s3:GetObjectVersion"`, objectsARN, ""))
	add("listing versions", allow(`"s3:ListBucketVersions"`, bucketARN, ""))
	add("one folder", allow(get, `"arn:aws:s3:::BUCKET/dir/*"`, ""))
	add("one object", allow(get, `"arn:aws:s3:::BUCKET/o.txt"`, ""))
	add("question marks", allow(get, `"arn:aws:s3:::BUCKET/?.txt"`, ""))
	add("a suffix", allow(get, `"arn:aws:s3:::BUCKET/*.jpg"`, ""))
	add("several resources", allow(get, `["arn:aws:s3:::BUCKET/dir/sub/*","arn:aws:s3:::BUCKET/pub/*"]`, ""))
	add("all but one folder", allow(get, objectsARN, ""), deny(get, `"arn:aws:s3:::BUCKET/dir/*"`, ""))
	add("opened and shut", allow(get, objectsARN, ""), deny(`"s3:*"`, objectsARN, ""))
	add("shut for listing only", allow(`"s3:*"`, bothARN, ""), deny(`"s3:List*"`, bucketARN, ""))
	add("deny alone", deny(get, objectsARN, ""))

	add("https only", allow(get, objectsARN, ""), deny(`"s3:*"`, bothARN, `{"Bool":{"aws:SecureTransport":"false"}}`))
	add("https refused", allow(get, objectsARN, ""), deny(`"s3:*"`, bothARN, `{"Bool":{"aws:SecureTransport":"true"}}`))
	add("opened over https", allow(get, objectsARN, `{"Bool":{"aws:SecureTransport":"true"}}`))
	add("opened over http", allow(get, objectsARN, `{"Bool":{"aws:SecureTransport":"false"}}`))
	add("neither http nor https", allow(get, objectsARN, `{"Bool":{"aws:SecureTransport":"false"}}`), deny(get, objectsARN, `{"Bool":{"aws:SecureTransport":"false"}}`))

	add("referer", allow(get, objectsARN, `{"StringLike":{"aws:Referer":["https://www.example.com/*","https://example.com/*"]}}`))
	add("referer exactly", allow(list, bucketARN, `{"StringEquals":{"aws:Referer":"https://example.com/"}}`))
	add("referer in any case", allow(get, objectsARN, `{"StringEqualsIgnoreCase":{"aws:Referer":"HTTPS://EXAMPLE.COM/"}}`))
	add("hotlinks denied", allow(get, objectsARN, ""), deny(get, objectsARN, `{"StringNotLike":{"aws:Referer":"https://example.com/*"}}`))
	add("no referer", allow(get, objectsARN, `{"Null":{"aws:Referer":"true"}}`))
	add("some referer", allow(get, objectsARN, `{"Null":{"aws:Referer":"false"}}`))
	add("referer if there is one", allow(get, objectsARN, `{"StringLikeIfExists":{"aws:Referer":"https://example.com/*"}}`))
	add("two referers at once", allow(get, objectsARN, `{"StringEquals":{"aws:Referer":"https://a.example/"},"StringLike":{"aws:Referer":"https://b.example/*"}}`))
	add("referer as any of many", allow(get, objectsARN, `{"ForAnyValue:StringLike":{"aws:Referer":"https://example.com/*"}}`))
	add("referer as all of many", allow(get, objectsARN, `{"ForAllValues:StringLike":{"aws:Referer":"https://example.com/*"}}`))
	add("referer and agent", allow(get, objectsARN, `{"StringLike":{"aws:Referer":"https://example.com/*","aws:UserAgent":"App/*"}}`))
	add("agent", allow(list, bucketARN, `{"StringLike":{"aws:UserAgent":"*secret-agent*"}}`))
	add("any agent but one", allow(get, objectsARN, `{"StringNotEquals":{"aws:UserAgent":"bot"}}`))
	add("referer wanted and denied", allow(get, objectsARN, `{"StringEquals":{"aws:Referer":"https://example.com/"}}`), deny(get, objectsARN, `{"StringLike":{"aws:Referer":"https://example.com/*"}}`))

	add("listing a prefix", allow(list, bucketARN, `{"StringEquals":{"s3:prefix":"dir/"}}`))
	add("listing below a prefix", allow(list, bucketARN, `{"StringLike":{"s3:prefix":"dir/*"}}`))
	add("listing all but a prefix", allow(list, bucketARN, `{"StringNotLike":{"s3:prefix":"dir/*"}}`))
	add("listing, but not below a prefix", allow(list, bucketARN, ""), deny(list, bucketARN, `{"StringLike":{"s3:prefix":"dir/*"}}`))
	add("listing with a delimiter", allow(list, bucketARN, `{"StringEquals":{"s3:prefix":"dir/","s3:delimiter":"/"}}`))
	add("listing a few", allow(list, bucketARN, `{"NumericLessThanEquals":{"s3:max-keys":"10"}}`))
	add("listing, never more than a few", allow(list, bucketARN, ""), deny(list, bucketARN, `{"NumericGreaterThan":{"s3:max-keys":"10"}}`))

	add("until long ago", allow(get, objectsARN, `{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`))
	add("since long ago", allow(get, objectsARN, `{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`))
	add("in a window that is open", allow(get, objectsARN, `{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}}`))
	add("in a window that is over", allow(get, objectsARN, `{"DateGreaterThan":{"aws:CurrentTime":"2019-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`))
	add("by the epoch", allow(get, objectsARN, `{"NumericGreaterThan":{"aws:EpochTime":"1577836800"}}`))

	add("from nowhere that exists", allow(get, objectsARN, `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`))
	add("from everywhere", allow(get, objectsARN, `{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`))
	add("upload with an ACL", allow(put, objectsARN, `{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`))
	add("upload without an ACL", allow(put, objectsARN, ""), deny(put, objectsARN, `{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`))

	add("everybody but one", statement("Allow", `"NotPrincipal":{"AWS":"arn:aws:iam::123456789012:root"}`, get, objectsARN, ""))
	add("another account", statement("Allow", `"Principal":{"AWS":"arn:aws:iam::210987654321:root"}`, get, objectsARN, ""))
	add("everything but deleting", statement2(anybody, `"NotAction":"s3:DeleteObject"`, `"Resource":`+objectsARN))
	add("everywhere but one folder", statement2(anybody, `"Action":"s3:GetObject"`, `"NotResource":"arn:aws:s3:::BUCKET/dir/*"`))
	return table
}

// statement2 writes an Allow from whole elements, for those with Not in front.
func statement2(principal, action, resource string) string {
	return fmt.Sprintf(`{"Effect":"Allow",%s,%s,%s}`, principal, action, resource)
}

// randomScenes puts n scenes together. The same seed gives the same scenes.
func randomScenes(t *testing.T, seed uint64, n int) []scene {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, seed))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var out []scene
	for i := range n {
		var statements []string
		for range 1 + random.IntN(3) {
			effect := pick("Allow", "Allow", "Allow", "Deny")
			principal := pick(anybody, anybody, anybodyAWS, `"Principal":{"AWS":["*"]}`)
			condition := ""
			if random.IntN(5) < 3 {
				condition = pick(
					`{"Bool":{"aws:SecureTransport":"true"}}`,
					`{"Bool":{"aws:SecureTransport":"false"}}`,
					`{"StringLike":{"aws:Referer":"https://example.com/*"}}`,
					`{"StringNotLike":{"aws:Referer":"https://example.com/*"}}`,
					`{"StringEquals":{"aws:Referer":["https://a.example/","https://b.example/"]}}`,
					`{"StringNotEquals":{"aws:UserAgent":"App/1.0"}}`,
					`{"StringLike":{"aws:UserAgent":"App/?.0","aws:Referer":"*.example/"}}`,
					`{"Null":{"aws:Referer":"true"}}`,
					`{"StringEqualsIfExists":{"aws:Referer":"https://a.example/"}}`,
					`{"DateGreaterThan":{"aws:CurrentTime":"2021-06-01T00:00:00Z"}}`,
					`{"DateLessThan":{"aws:CurrentTime":"2021-06-01T00:00:00Z"}}`,
				)
			}
			action, resource := pick(
				`"s3:GetObject"`, `"s3:Get*"`, `"s3:PutObject"`, `["s3:GetObject","s3:PutObject"]`, `"s3:*Object"`,
			), pick(objectsARN, `"arn:aws:s3:::BUCKET/dir/*"`, `"arn:aws:s3:::BUCKET/pub/?.jpg"`, `["arn:aws:s3:::BUCKET/o.txt","arn:aws:s3:::BUCKET/*/q.txt"]`)
			switch random.IntN(4) {
			case 0:
				action, resource = pick(`"s3:ListBucket"`, `"s3:ListBucket*"`), bucketARN
				if random.IntN(3) == 0 && condition == "" {
					condition = pick(`{"StringEquals":{"s3:prefix":"dir/"}}`, `{"StringLike":{"s3:prefix":["pub/*","dir/s*"]}}`)
				}
			case 1:
				action, resource = `"s3:*"`, bothARN
			}
			statements = append(statements, statement(effect, principal, action, resource, condition))
		}
		s := scene{name: fmt.Sprintf("random %d", i), policy: policy(statements...)}
		if !json.Valid([]byte(s.policy)) {
			t.Fatalf("not JSON: %s", s.policy)
		}
		out = append(out, s)
	}
	return out
}
