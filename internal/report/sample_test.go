// Results for the tests: an ordinary scan, and one in which everything foreign is hostile.

package report

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// catalogue is a Catalogue for tests.
type catalogue []RuleInfo

func (c catalogue) Rule(id string) (RuleInfo, bool) {
	for _, r := range c {
		if r.ID == id {
			return r, true
		}
	}
	return RuleInfo{}, false
}

func (c catalogue) Rules() []RuleInfo { return c }

func sampleRules() catalogue {
	return catalogue{
		{
			ID: "TJ1001", Name: "public-list", Severity: result.Critical, Since: "0.1.0",
			Title: map[string]string{"en": "Anyone on the internet can list this bucket", "ja": "インターネット上の誰でもこのバケットの一覧を取得できます"},
			Why: map[string]string{
				"en": "A listing turns a forgotten file into a found one. WelcomeHR lost the identity documents of 150,445 people this way, unnoticed for four years.",
				"ja": "一覧が見えると、忘れられたファイルも見つかります。WelcomeHR では 4 年間気付かれないまま、150,445 人分の本人確認書類がこの経路で持ち出されました。",
			},
			Fix: map[string]Fix{"aws": {
				CLI:       "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
				Terraform: "resource \"aws_s3_bucket_public_access_block\" \"this\" {\n\tbucket                  = \"BUCKET\"\n\tblock_public_policy     = true\n\trestrict_public_buckets = true\n}",
			}},
			Refs: []string{"https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"},
			Tags: []string{"exposure"},
			Maps: map[string][]Mapping{"cis-aws-5.0": {{ID: "2.1.4", Source: "https://www.cisecurity.org/benchmark/amazon_web_services"}}},
		},
		{
			ID: "TJ1002", Name: "public-read", Severity: result.High,
			Title: map[string]string{"en": "Anyone on the internet can read objects of this bucket", "ja": "インターネット上の誰でもこのバケットのオブジェクトを読めます"},
			Fix:   map[string]Fix{"any": {Note: map[string]string{"en": "Check first who relies on it.", "ja": "利用者がいないか先に確かめてください。"}, CLI: "aws s3api delete-bucket-policy --bucket BUCKET"}},
		},
		{
			ID: "TJ1003", Name: "public-write", Severity: result.Critical,
			Title: map[string]string{"en": "Anyone on the internet can write to this bucket", "ja": "インターネット上の誰でもこのバケットに書き込めます"},
		},
		{
			ID: "TJ1101", Name: "latent-acl", Severity: result.Low,
			Title: map[string]string{"en": "One setting away from public", "ja": "設定一つで公開になります"},
		},
		{
			ID: "TJ6001", Name: "no-versioning", Severity: result.Medium, Tags: []string{"recovery"},
			Title: map[string]string{"en": "No versioning: what is overwritten or deleted is gone", "ja": "バージョニングが無効です：上書き・削除されたものは戻りません"},
			Why:   map[string]string{"en": "Stolen keys have been used to delete whole buckets.", "ja": "盗まれた鍵でバケット全体が消された例があります。"},
			Fix: map[string]Fix{"aws": {
				CLI:       "aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled",
				Terraform: "resource \"aws_s3_bucket_versioning\" \"this\" {\n  bucket = \"BUCKET\"\n  versioning_configuration { status = \"Enabled\" }\n}",
			}},
		},
	}
}

func bucket(name, region string) result.Resource {
	return result.Resource{ID: "aws:s3:bucket/" + name, Kind: scanners.KindBucket, Provider: scanners.AWS, Name: name, Account: "111122223333", Region: region}
}

func finish(r result.Result) result.Result {
	r.Fingerprint = result.Fingerprint(r.Rule, r.Resource.ID, r.Audience, r.Verb, r.Key)
	if r.Proof != nil {
		r.Cause = result.CauseOf(r.Proof.Grants, r.Proof.Guards)
	}
	return r
}

func sampleResults() []result.Result {
	docs, site, logs := bucket("welcome-documents", "eu-west-1"), bucket("www.example.com", "ap-northeast-1"), bucket("acme-logs", "eu-west-1")
	changes := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	expires := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	grant := verdict.Grant{
		Kind: verdict.GrantPolicy, Where: "bucket policy", Index: 1, Sid: "PartnerSite", Who: "*", What: "s3:ListBucket",
		Text: `{"Sid":"PartnerSite","Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::welcome-documents","Condition":{"StringLike":{"aws:Referer":"https://partner.example/*"}}}`,
	}
	guards := []verdict.Guard{
		{Name: "RestrictPublicBuckets", Level: "account", State: "not set"},
		{Name: "RestrictPublicBuckets", Level: "bucket", State: "off", Detail: "last changed by nobody knows"},
	}
	list := []result.Result{
		{Rule: "TJ1001", Name: "public-list", Outcome: result.Fail, Severity: result.Critical, Resource: docs,
			Audience: verdict.Anonymous, Verb: verdict.List, Proving: result.Confirmed, Response: "200, 1 key",
			Proof: &verdict.Verdict{
				Verdict: verdict.Yes, Needs: []string{"referer=https://partner.example/"}, Patterns: []string{"*"}, ChangesAt: &changes,
				Grants: []verdict.Grant{grant}, Guards: guards,
				Witness: &verdict.Request{Method: "GET", URL: "https://welcome-documents.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1", Headers: [][2]string{{"Referer", "https://partner.example/"}}},
				Curl:    `curl --globoff --path-as-is -H 'Referer: https://partner.example/' 'https://welcome-documents.s3.eu-west-1.amazonaws.com/?list-type=2&max-keys=1'`,
			}},
		{Rule: "TJ1002", Name: "public-read", Outcome: result.Fail, Severity: result.High, Resource: docs,
			Audience: verdict.Anonymous, Verb: verdict.Read,
			Proof: &verdict.Verdict{
				Verdict: verdict.Yes, Patterns: []string{"identity/*", "photos/*"},
				Grants:  []verdict.Grant{{Kind: verdict.GrantACL, Where: "bucket ACL", Index: 2, Who: "http://acs.amazonaws.com/groups/global/AllUsers", What: "READ"}},
				Guards:  []verdict.Guard{{Name: "IgnorePublicAcls", Level: "bucket", State: "off"}},
				Witness: &verdict.Request{Method: "GET", URL: "https://welcome-documents.s3.eu-west-1.amazonaws.com/identity/passport-001.jpg", Key: "identity/passport-001.jpg", KeyKnown: true},
				Curl:    `curl --globoff --path-as-is --range 0-0 'https://welcome-documents.s3.eu-west-1.amazonaws.com/identity/passport-001.jpg'`,
			}},
		{Rule: "TJ6001", Name: "no-versioning", Outcome: result.Fail, Severity: result.Medium, Resource: docs,
			Evidence: []result.Evidence{{Fact: "bucket.versioning", Value: json.RawMessage(`{"enabled":false}`), Origin: scanners.Origin{Call: "s3:GetBucketVersioning"}}}},
		{Rule: "TJ1101", Name: "latent-acl", Outcome: result.Fail, Severity: result.Low, Resource: docs, Audience: verdict.Anonymous, Verb: verdict.Permissions,
			Latent: []verdict.Latent{{Audience: verdict.Anonymous, Verb: verdict.Permissions, Guard: verdict.Guard{Name: "IgnorePublicAcls", Level: "account", State: "on"}}}},
		{Rule: "TJ1002", Name: "public-read", Outcome: result.Pass, Severity: result.High, Resource: logs, Audience: verdict.Anonymous, Verb: verdict.Read},
		{Rule: "TJ1001", Name: "public-list", Outcome: result.Unknown, Severity: result.Critical, Resource: logs, Audience: verdict.Anonymous, Verb: verdict.List,
			Missing: []result.Missing{{Fact: "bucket.aws.policy", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketPolicy"}}},
		{Rule: "TJ6001", Name: "no-versioning", Outcome: result.Fail, Severity: result.Medium, Resource: logs},
		{Rule: "TJ9999", Name: "users-own", Outcome: result.NotApplicable, Severity: result.Low, Resource: logs},
		{Rule: "TJ1002", Name: "public-read", Outcome: result.Fail, Severity: result.High, Resource: site, Audience: verdict.Anonymous, Verb: verdict.Read,
			Suppressed: &result.Suppression{Kind: result.ByException, Reason: "it is our website", Owner: "web@example.com", Expires: &expires}},
		{Rule: "TJ1001", Name: "public-list", Outcome: result.Unknown, Severity: result.Critical, Resource: site, Audience: verdict.AnyAccount, Verb: verdict.List,
			Missing: []result.Missing{{Code: verdict.ReasonOpen, Detail: "breadth of fc00::/7 under the public definition is not documented"}}},
		{Rule: "TJ1003", Name: "public-write", Outcome: result.Fail, Severity: result.Critical, Resource: site, Audience: verdict.AnyAccount, Verb: verdict.Write,
			Place: scanners.Origin{File: "infra/site.tf", Line: 12, Column: 3},
			Proof: &verdict.Verdict{
				Verdict: verdict.Conditional, DependsOn: []string{"source_ip in 203.0.113.0/24"}, Patterns: []string{"uploads/*"},
				Grants: []verdict.Grant{{Kind: verdict.GrantPolicy, Where: "bucket policy", Index: 0, Place: "infra/site.tf:12:3"}},
				Curl:   `curl --globoff --path-as-is -X PUT --data-binary '' 'https://www.example.com.s3.ap-northeast-1.amazonaws.com/uploads/tojimari-x'`,
			}},
	}
	for i := range list {
		list[i] = finish(list[i])
	}
	return list
}

func sampleRun() result.Run {
	return result.Run{
		Schema: result.SchemaVersion, Tool: "tojimari", Version: "0.1.0", RulesDigest: "sha256:00", Targets: []string{"aws:prod"},
		At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), StartedAt: time.Date(2026, 11, 21, 11, 59, 58, 0, time.UTC), Seconds: 1.5, Calls: 42,
		ExitCode: 1,
		Coverage: result.Coverage{
			Resources:  map[scanners.Kind]int64{scanners.KindScope: 1, scanners.KindBucket: 3},
			Scopes:     []result.ScopeCoverage{{ID: "aws:account/111122223333", Resources: 3, Whole: true}, {ID: "aws:account/444455556666", Resources: 0}},
			Unread:     []result.UnreadFact{{Fact: "bucket.aws.policy", Reason: scanners.Denied, Permission: "s3:GetBucketPolicy", Resources: 1}},
			NotCovered: []string{"directory buckets", "table buckets", "vector buckets", "S3 on Outposts"},
		},
		Trouble:    []result.Trouble{{Target: "aws:prod", Failure: scanners.Failure{Scope: "aws:account/444455556666", Code: "denied", Permission: "sts:AssumeRole", Detail: "assuming the role was refused", Hint: "give the role's trust policy this principal"}}},
		Exceptions: []result.Lapse{{Kind: "expired", What: "TJ1002 on www-old", File: "tojimari.yaml", Line: 14}},
		RuleErrors: []result.RuleWoes{{Rule: "USER1", Resource: "aws:s3:bucket/acme-logs", Detail: "cost limit reached"}},
	}
}

// hostile is text as an attacker would write it.
func hostile() map[string]string {
	return map[string]string{
		"ansi":    "x\x1b]0;pwned\x07\x1b[2J\x1b[31mred\x9b31m",
		"html":    `<img src=x onerror=alert(1)>&amp;"'`,
		"rtl":     "gnp.\u202egpj.exe\u2066\u200b\u200f",
		"lines":   "one\r\ntwo\n::set-output name=x::y\u2028three",
		"shell":   "a'; rm -rf / #`id`$(id)\\",
		"long":    strings.Repeat("あlong", 128),
		"invalid": "bad\xff\xfe\xc3",
		"marks":   "z" + strings.Repeat("\u0301", 64),
		"formula": `=HYPERLINK("http://evil","x")`,
		"orders":  "x ##vso[task.setvariable variable=PATH]/tmp ###[add-mask]y ::add-mask::z ::error::w ::debug::v",
		"tags":    "A\U000e0041\U000e0042\ufeff",
	}
}

func hostileResults() []result.Result {
	var list []result.Result
	for kind, s := range hostile() {
		res := bucket(s, s)
		res.Account = s
		list = append(list,
			finish(result.Result{
				Rule: "TJ1001", Name: "public-list", Outcome: result.Fail, Severity: result.Critical, Resource: res,
				Audience: verdict.Anonymous, Verb: verdict.List, Key: kind, Text: map[string]string{"en": s, "ja": s}, Response: s, Proving: result.Refused,
				Place: scanners.Origin{File: s, Line: 1, Column: 1},
				Proof: &verdict.Verdict{
					Verdict: verdict.Yes, Needs: []string{"referer=" + s, s, "x-amz-" + s + "=1"}, DependsOn: []string{s}, Patterns: []string{s, s + "*"},
					Grants:  []verdict.Grant{{Kind: verdict.GrantPolicy, Where: s, Sid: s, Who: s, What: s, Text: s, Place: s}},
					Guards:  []verdict.Guard{{Name: s, Level: s, State: s, Detail: s}},
					Witness: &verdict.Request{Method: s, URL: s, Headers: [][2]string{{s, s}}, Key: s},
					Curl:    "curl '" + s + "'",
				},
			}),
			finish(result.Result{
				Rule: "TJ6001", Name: s, Outcome: result.Fail, Severity: result.Medium, Resource: res, Key: kind,
				Evidence: []result.Evidence{{Fact: scanners.FactName(s), Value: quoted(s)}},
				Latent:   []verdict.Latent{{Audience: verdict.Anonymous, Verb: verdict.Read, Guard: verdict.Guard{Name: s, Level: s, State: s, Detail: s}}},
			}),
			finish(result.Result{
				Rule: s, Name: s, Outcome: result.Fail, Severity: result.High, Resource: res, Key: kind,
				Evidence: []result.Evidence{{Fact: scanners.FactName(s), Value: quoted(s)}},
			}),
			finish(result.Result{
				Rule: "TJ1002", Name: "public-read", Outcome: result.Unknown, Severity: result.High, Resource: res, Key: kind,
				Missing: []result.Missing{
					{Fact: scanners.FactName(s), Code: verdict.ReasonUnread, Reason: s, Permission: s, Detail: s},
					{Code: verdict.ReasonOpen, Detail: s}, {Code: verdict.ReasonCode(s), Detail: s},
				},
			}),
		)
	}
	return list
}

func quoted(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`null`)
	}
	return b
}

func hostileRun() result.Run {
	run := sampleRun()
	for _, s := range hostile() {
		run.Targets = append(run.Targets, s)
		run.Coverage.Scopes = append(run.Coverage.Scopes, result.ScopeCoverage{ID: s})
		run.Coverage.NotCovered = append(run.Coverage.NotCovered, s)
		run.Trouble = append(run.Trouble, result.Trouble{Target: s, Failure: scanners.Failure{Scope: s, Resource: s, Code: s, Permission: s, Detail: s, Hint: s}})
		run.Exceptions = append(run.Exceptions, result.Lapse{Kind: s, What: s, File: s, Line: 1})
		run.RuleErrors = append(run.RuleErrors, result.RuleWoes{Rule: s, Resource: s, Detail: s})
	}
	return run
}
