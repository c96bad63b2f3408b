package report

import (
	"bytes"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func sampleAccess() (scanners.Head, verdict.Access) {
	changes := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	head := scanners.Head{ID: "aws:s3:bucket/welcome-documents", Kind: scanners.KindBucket, Provider: scanners.AWS, Name: "welcome-documents"}
	grant := verdict.Grant{Kind: verdict.GrantPolicy, Where: "bucket policy", Index: 1, Sid: "PartnerSite", Who: "*", What: "s3:GetObject",
		Text: `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::welcome-documents/dir/*","Condition":{"StringEquals":{"aws:Referer":"https://example.com"}}}`}
	read := verdict.Verdict{
		Verdict: verdict.Yes, Needs: []string{"referer=https://example.com", "secure_transport=true"}, Patterns: []string{"dir/*"}, ChangesAt: &changes,
		Grants: []verdict.Grant{grant}, Guards: []verdict.Guard{{Name: "RestrictPublicBuckets", Level: "account", State: "not set"}},
		Witness: &verdict.Request{Method: "GET", Key: "dir/x"},
		Curl:    `curl --globoff --path-as-is -H 'Referer: https://example.com' 'https://welcome-documents.s3.amazonaws.com/dir/x'`,
	}
	block := verdict.Guard{Name: "IgnorePublicAcls", Level: "bucket", State: "on"}
	return head, verdict.Access{
		Anonymous: map[verdict.Verb]verdict.Verdict{
			verdict.List:        {Verdict: verdict.No, Grants: []verdict.Grant{{Kind: verdict.GrantACL, Where: "bucket ACL", Index: 0, Who: "AllUsers", What: "READ"}}, ClosedBy: []verdict.Guard{block}},
			verdict.Read:        read,
			verdict.Write:       {Verdict: verdict.Conditional, DependsOn: []string{"source_ip in 203.0.113.0/24"}, Patterns: []string{"*"}, Curl: "curl -X PUT 'https://x/'"},
			verdict.Permissions: {Verdict: verdict.No},
		},
		AnyAccount: map[verdict.Verb]verdict.Verdict{
			verdict.List:  {Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: verdict.ReasonUnread, Fact: "bucket.aws.acl", Permission: "s3:GetBucketAcl", Detail: "access denied"}, {Code: verdict.ReasonOpen, Detail: "not documented"}}},
			verdict.Read:  read,
			verdict.Write: {Verdict: verdict.No},
		},
		Named: []verdict.NamedGrant{{Principal: "arn:aws:iam::999988887777:root", Account: "999988887777", Trusted: true,
			Verdict: map[verdict.Verb]verdict.Verdict{verdict.List: {Verdict: verdict.Yes, Patterns: []string{"*"}}}}},
		Bearer:           map[verdict.Verb]verdict.Verdict{verdict.Read: {Verdict: verdict.Yes, Patterns: []string{"shared/*"}}},
		PublicByProvider: verdict.Unknown,
		PublicReasons:    []verdict.Reason{{Code: verdict.ReasonOpen, Detail: "breadth of fc00::/7"}},
		Latent:           []verdict.Latent{{Audience: verdict.Anonymous, Verb: verdict.List, Guard: block, Grants: []verdict.Grant{{Kind: verdict.GrantACL, Where: "bucket ACL", Who: "AllUsers", What: "READ"}}}},
		PublishedVia:     []string{"CloudFront distribution E123"},
		Assumed:          []string{"acl: not given, assumed unset", "website: not given, assumed unset", "organization policies were not given: none assumed"},
	}
}

func TestGoldenExplanations(t *testing.T) {
	head, access := sampleAccess()
	for _, lang := range text.Langs() {
		var out bytes.Buffer
		if err := Explain(&out, head, access, lang, ExplainOptions{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "explain-"+string(lang)+".txt", out.String())
	}
	var out bytes.Buffer
	if err := Explain(&out, scanners.Head{}, verdict.Access{}, text.EN, ExplainOptions{Colour: true, Width: 60}); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain-nothing-known.txt", out.String())
}
