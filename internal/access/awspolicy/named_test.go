package awspolicy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

func TestNamed(t *testing.T) {
	type row struct {
		Principal                      Principal
		List, Read, Write, Permissions verdict.Answer
	}
	const org = "o-partner000"
	for _, c := range []struct {
		name, policy string
		want         []row
	}{
		{"another account", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","444455556666"]},"Action":["s3:GetObject","s3:ListBucket"],"Resource":` + both + `}]}`,
			[]row{{Principal{"account", "111122223333", "111122223333"}, "yes", "yes", "no", "no"}}},
		{"a foreign role that the Deny spares nobody of", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/reader"},"Action":"s3:*","Resource":` + both + `},{"Effect":"Deny","Principal":"*","Action":["s3:Put*","s3:Delete*","s3:Restore*","s3:Abort*","s3:Replicate*"],"Resource":"*"}]}`,
			[]row{{Principal{"arn", "arn:aws:iam::111122223333:role/reader", "111122223333"}, "yes", "yes", "no", "no"}}},
		{"bucket settings count for named accounts", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:PutBucketPublicAccessBlock","Resource":"arn:aws:s3:::acme-files"}]}`,
			[]row{{Principal{"account", "111122223333", "111122223333"}, "no", "no", "no", "yes"}}},
		{"canonical user", `{"Statement":[{"Effect":"Allow","Principal":{"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"},"Action":"s3:GetObject","Resource":"*"}]}`,
			[]row{{Principal{Kind: "canonical_user", Name: "79a59df900b949e55d96a1e698fbaced"}, "no", "yes", "no", "no"}}},
		{"organisation by condition", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"` + org + `"}}}]}`,
			[]row{{Principal{Kind: "organization", Name: org}, "no", "yes", "no", "no"}}},
		{"organisation by path", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"` + org + `/r-1/*"}}}]}`,
			[]row{{Principal{Kind: "organization", Name: org}, "conditional", "no", "no", "no"}}},
		{"account by condition, from one address", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333"},"IpAddress":{"aws:SourceIp":"203.0.113.7"}}}]}`,
			[]row{{Principal{"account", "111122223333", "111122223333"}, "no", "no", "conditional", "no"}}},
		{"account by the pattern of its roles", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app-*"}}}]}`,
			[]row{{Principal{"account", "111122223333", "111122223333"}, "no", "yes", "no", "no"}}},
		{"service without a guard acts for anybody", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-files/logs/*"}]}`,
			[]row{{Principal{Kind: "service", Name: "logging.s3.amazonaws.com"}, "no", "no", "yes", "no"}}},
		{"service with a guard acts for the owner", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::acme-files/logs/*","Condition":{"StringEquals":{"aws:SourceAccount":"444455556666"}}}]}`,
			[]row{{Principal{Kind: "service", Name: "logging.s3.amazonaws.com"}, "no", "no", "conditional", "no"}}},
		{"Deny with NotPrincipal that lists the account", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/ann","111122223333"]},"Action":"s3:*","Resource":"*"}]}`,
			[]row{{Principal{"arn", "arn:aws:iam::111122223333:user/ann", "111122223333"}, "no", "yes", "no", "no"}}},
		{"Deny with NotPrincipal that does not", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:GetObject","Resource":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/ann"},"Action":"s3:*","Resource":"*"}]}`,
			[]row{{Principal{"arn", "arn:aws:iam::111122223333:user/ann", "111122223333"}, "no", "unknown", "no", "no"}}},
		{"nobody but the owner", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:role/a"},"Action":"s3:*","Resource":"*"}]}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []row
			for _, g := range New(settingOf(t, c.policy)).Named() {
				got = append(got, row{g.Principal, g.Verbs[verdict.List].Verdict, g.Verbs[verdict.Read].Verdict, g.Verbs[verdict.Write].Verdict, g.Verbs[verdict.Permissions].Verdict})
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestAccessPoint(t *testing.T) {
	const delegate = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":` + both + `,"Condition":{"StringEquals":{"s3:DataAccessPointAccount":"444455556666"}}}}`
	const point = "arn:aws:s3:eu-west-1:444455556666:accesspoint/reports"
	open := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["` + point + `","` + point + `/object/public/*"]}}`
	for _, c := range []struct {
		name, bucket, point string
		vpc                 string
		list, read, write   verdict.Answer
		patterns            []string
	}{
		{"delegated and open", delegate, open, "", "yes", "yes", "no", []string{"public/*"}},
		{"open, but the bucket does not delegate", `{"Statement":[]}`, open, "", "no", "no", "no", nil},
		{"open, but the bucket denies", `{"Version":"2012-10-17","Statement":[` + `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"StringNotEquals":{"s3:AccessPointNetworkOrigin":"VPC"}}}]}`, open, "", "yes", "no", "no", nil},
		{"the bucket is open, the access point is not", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`, `{"Statement":[]}`, "", "no", "no", "no", nil},
		{"both, for different keys", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/private/*"}}`, open, "", "no", "no", "no", nil},
		{"the access point's ARNs do not name the bucket", delegate, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":` + both + `}}`, "", "no", "no", "no", nil},
		{"VPC origin", delegate, open, "vpc-1a2b3c4d", "conditional", "conditional", "no", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := settingOf(t, c.bucket)
			p, err := Parse([]byte(c.point))
			if err != nil {
				t.Fatal(err)
			}
			set.Grants = append(set.Grants, Layer{Policy: p, Where: "access point reports", OnAccessPoint: true})
			set.Via = &AccessPoint{Name: "reports", Region: "eu-west-1", Account: "444455556666", VPC: c.vpc}
			s := New(set)
			for v, want := range map[verdict.Verb]verdict.Answer{verdict.List: c.list, verdict.Read: c.read, verdict.Write: c.write} {
				if got := s.Solve(v, verdict.AnyAccount); got.Verdict != want {
					t.Errorf("%s by any account: got %s %+v, want %s", v, got.Verdict, got.Reasons, want)
				}
				if got := s.Solve(v, verdict.Anonymous); got.Verdict != verdict.No {
					t.Errorf("%s by anonymous: got %s, want no", v, got.Verdict)
				}
			}
			a := s.Solve(verdict.Read, verdict.AnyAccount)
			if c.patterns != nil {
				if d := cmp.Diff(c.patterns, a.Patterns); d != "" {
					t.Errorf("patterns (-want +got):\n%s", d)
				}
			}
			if a.Verdict == verdict.Yes && (len(a.Grants) != 2 || a.Witness.Key == "" || !a.Witness.HTTPS || !a.Witness.Signed) {
				t.Errorf("grants %+v, witness %+v", a.Grants, a.Witness)
			}
		})
	}
}

func TestWhatIsNotKnown(t *testing.T) {
	for _, c := range []struct {
		name, condition string
		change          func(*Env)
		want            verdict.Answer
		fact            string
	}{
		{"owner", `"StringEquals":{"aws:ResourceAccount":"444455556666"}`, func(e *Env) { e.Account = "" }, "unknown", "account"},
		{"owner, known", `"StringEquals":{"aws:ResourceAccount":"444455556666"}`, func(e *Env) {}, "yes", ""},
		{"region", `"StringEquals":{"aws:RequestedRegion":"eu-west-1"}`, func(e *Env) { e.Region = "" }, "unknown", "bucket.region"},
		{"organisation", `"StringEquals":{"aws:ResourceOrgID":"o-x"}`, func(e *Env) { e.NoOrg = false }, "unknown", "organization_id"},
		{"no organisation", `"StringEquals":{"aws:ResourceOrgID":"o-x"}`, func(e *Env) {}, "no", ""},
		{"time", `"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}`, func(e *Env) { *e = Env{Bucket: e.Bucket} }, "unknown", "at"},
		{"bucket tags, ABAC on", `"StringEquals":{"aws:ResourceTag/Kind":"public"}`, func(e *Env) { e.ABAC, e.Tags = On, map[string]string{"kind": "public"} }, "yes", ""},
		{"bucket tags, ABAC off", `"StringEquals":{"aws:ResourceTag/Kind":"public"}`, func(e *Env) { e.ABAC, e.Tags = Off, map[string]string{"kind": "public"} }, "no", ""},
		{"bucket tags not read", `"StringEquals":{"aws:ResourceTag/Kind":"public"}`, func(e *Env) { e.ABAC = On }, "unknown", "bucket.labels"},
		{"private clients of another server", `"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`, func(e *Env) { e.PrivateSources = true }, "conditional", ""},
		{"private clients of Amazon", `"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`, func(e *Env) {}, "no", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := settingOf(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-files/*","Condition":{`+c.condition+`}}}`)
			c.change(&set.Env)
			a := New(set).Solve(verdict.Read, verdict.Anonymous)
			if a.Verdict != c.want {
				t.Errorf("got %s %+v, want %s", a.Verdict, a.Reasons, c.want)
			}
			if c.fact != "" && (len(a.Reasons) == 0 || a.Reasons[0].Fact != c.fact || a.Reasons[0].Code != verdict.ReasonUnread) {
				t.Errorf("reasons %+v do not name %s", a.Reasons, c.fact)
			}
		})
	}
}

func TestACLState(t *testing.T) {
	const demand = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["s3:PutObject","s3:PutObjectAcl"],"Resource":"*","Condition":{"StringEquals":{"s3:x-amz-acl":"public-read"}}}}`
	for _, c := range []struct {
		name               string
		acls               Tri
		block              bool
		write, permissions verdict.Answer
	}{
		{"live", On, false, "yes", "yes"},
		{"disabled by ownership", Off, false, "no", "no"},
		{"public ACLs blocked", On, true, "no", "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := settingOf(t, demand)
			set.Env.ACLs, set.Env.BlockPublicACLs = c.acls, c.block
			s := New(set)
			if got := s.Solve(verdict.Write, verdict.Anonymous).Verdict; got != c.write {
				t.Errorf("write: got %s, want %s", got, c.write)
			}
			if got := s.Solve(verdict.Permissions, verdict.Anonymous).Verdict; got != c.permissions {
				t.Errorf("permissions: got %s, want %s", got, c.permissions)
			}
		})
	}
}
