package awspolicy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

func settingOf(t testing.TB, policy string) Setting {
	t.Helper()
	p, err := Parse([]byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	return Setting{
		Env: Env{
			Bucket: "acme-files", Account: "444455556666", Region: "eu-west-1", NoOrg: true,
			At: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC),
		},
		Grants: []Layer{{Policy: p, Where: "bucket policy"}},
	}
}

const both = `["arn:aws:s3:::acme-files","arn:aws:s3:::acme-files/*"]`

func TestRefusesCleartext(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		want         verdict.Answer
		through      []verdict.Verb
	}{
		{"the guide's own Deny", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, verdict.Yes, nil},
		{"objects only", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::acme-files/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, verdict.No, []verdict.Verb{verdict.List, verdict.Permissions}},
		{"reading only", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject*","Resource":` + both + `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, verdict.No, []verdict.Verb{verdict.List, verdict.Write, verdict.Permissions}},
		{"written as a string comparison", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:securetransport":"false"}}}]}`, verdict.Yes, nil},
		{"TLS version, which cleartext does not have", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}}]}`, verdict.No, verdict.Verbs()},
		{"TLS version where it exists", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"NumericLessThanIfExists":{"s3:TlsVersion":"1.2"}}}]}`, verdict.Yes, nil},
		{"only an Allow over TLS", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`, verdict.No, verdict.Verbs()},
		{"one user is exempt", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"Bool":{"aws:SecureTransport":"false"},"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/legacy"}}}]}`, verdict.No, verdict.Verbs()},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := NewControls(settingOf(t, c.policy)).RefusesCleartext()
			if got.Holds != c.want {
				t.Errorf("got %s %+v, want %s", got.Holds, got.Reasons, c.want)
			}
			if d := cmp.Diff(c.through, got.Verbs); d != "" {
				t.Errorf("verbs that get through (-want +got):\n%s", d)
			}
		})
	}
}

func TestBoundsSignatureAge(t *testing.T) {
	deny := func(cond string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{` + cond + `}}]}`
	}
	for _, c := range []struct {
		name, policy string
		want         verdict.Answer
		ms           int64
	}{
		{"ten minutes", deny(`"NumericGreaterThan":{"s3:signatureAge":"600000"}`), verdict.Yes, 600000},
		{"ten minutes, exclusive", deny(`"NumericGreaterThanEquals":{"s3:signatureAge":600000}`), verdict.Yes, 599999},
		{"two bounds, of which the stricter counts", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"NumericGreaterThan":{"s3:signatureAge":3600000}}},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NumericGreaterThan":{"s3:signatureAge":["60000","900000"]}}}]}`, verdict.Yes, 60000},
		{"a bound at any of many ages", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"NumericGreaterThan":{"s3:signatureAge":["1000","2000","3000","4000"]}}},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NumericGreaterThanEquals":{"s3:signatureAge":5000}}}]}`, verdict.Yes, 4999},
		{"no signing in the URL", deny(`"StringNotEquals":{"s3:authType":"REST-HEADER"}`), verdict.Yes, 0},
		{"no bound", deny(`"Bool":{"aws:SecureTransport":"false"}`), verdict.No, 0},
		{"bound for reading only", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":` + both + `,"Condition":{"NumericGreaterThan":{"s3:signatureAge":600000}}}]}`, verdict.No, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := NewControls(settingOf(t, c.policy)).BoundsSignatureAge()
			if got.Bounded != c.want || got.Milliseconds != c.ms {
				t.Errorf("got %s %d %+v, want %s %d", got.Bounded, got.Milliseconds, got.Reasons, c.want, c.ms)
			}
		})
	}
}

func TestRefusesUnencryptedUploads(t *testing.T) {
	for _, c := range []struct {
		name, cond string
		want       verdict.Answer
	}{
		{"header must be there", `"Null":{"s3:x-amz-server-side-encryption":"true"}`, verdict.Yes},
		{"header must be aws:kms", `"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`, verdict.Yes},
		{"header may be missing", `"StringNotEqualsIfExists":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`, verdict.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := NewControls(settingOf(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-files/*","Condition":{`+c.cond+`}}]}`)).RefusesUnencryptedUploads()
			if got.Holds != c.want {
				t.Errorf("got %s %+v, want %s", got.Holds, got.Reasons, c.want)
			}
		})
	}
}

func TestLocksOut(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		want         verdict.Answer
	}{
		{"deny everyone everything", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `}]}`, verdict.Yes},
		{"deny everyone reading", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":` + both + `}]}`, verdict.No},
		{"deny everyone but one role", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/admin"}}}]}`, verdict.No},
		{"deny from outside an address", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` + both + `,"Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]}`, verdict.No},
		{"deny everyone of another account", `{"Statement":[{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:*","Resource":` + both + `}]}`, verdict.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := NewControls(settingOf(t, c.policy)).LocksOut(); got.Holds != c.want {
				t.Errorf("got %s %+v, want %s", got.Holds, got.Reasons, c.want)
			}
		})
	}
}

func TestPublishedVia(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		want         []string
	}{
		{"origin access control", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::444455556666:distribution/EDFDVBD6EXAMPLE"}}}]}`, []string{"cloudfront arn:aws:cloudfront::444455556666:distribution/EDFDVBD6EXAMPLE"}},
		{"origin access identity", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*"}]}`, []string{"cloudfront origin access identity EH1HDMB1FH2TC"}},
		{"denied again", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*"},{"Effect":"Deny","Principal":"*","Action":"s3:Get*","Resource":"*"}]}`, nil},
		{"another service", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*"}]}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, New(settingOf(t, c.policy)).PublishedVia()); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestPublicOfAnAccessPoint(t *testing.T) {
	for _, c := range []struct {
		name, condition string
		bucket, point   verdict.Answer
	}{
		{"any access point of one account", `"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:accesspoint/*"}`, verdict.No, verdict.Yes},
		{"one access point", `"StringEquals":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:123456789012:accesspoint/reports"}`, verdict.No, verdict.No},
		{"any access point of anybody", `"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:*:accesspoint/*"}`, verdict.Yes, verdict.Yes},
		{"any region", `"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:*:123456789012:accesspoint/*"}`, verdict.Unknown, verdict.Yes},
		{"fixed value under a negated operator", `"StringNotEquals":{"aws:SourceAccount":"123456789012"}`, verdict.Yes, verdict.Yes},
		{"fixed value where the key may be missing", `"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}`, verdict.Yes, verdict.Yes},
		{"fixed value for any value", `"ForAnyValue:StringEquals":{"aws:SourceAccount":"123456789012"}`, verdict.No, verdict.No},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := settingOf(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{`+c.condition+`}}}`)
			for kind, want := range map[PolicyKind]verdict.Answer{BucketPolicy: c.bucket, AccessPointPolicy: c.point} {
				if got, why := Public(set.Grants[0].Policy, set.Env, kind); got != want {
					t.Errorf("kind %d: got %s %+v, want %s", kind, got, why, want)
				}
			}
		})
	}
}
