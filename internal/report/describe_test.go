package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func TestWhoInWords(t *testing.T) {
	for _, c := range []struct {
		audience verdict.Audience
		provider scanners.Provider
		needs    []string
		en, ja   string
	}{
		{verdict.Anonymous, scanners.AWS, nil, "anyone on the internet", "インターネット上の誰でも"},
		{verdict.Anonymous, scanners.AWS, []string{"referer=https://example.com"},
			"anyone on the internet who sends the header Referer: https://example.com", "ヘッダー Referer: https://example.com を送るだけで、インターネット上の誰でも"},
		{verdict.Anonymous, scanners.AWS, []string{"secure_transport=true", "user_agent=a b"},
			`anyone on the internet who uses https and sends the header User-Agent: "a b"`, `https を使う、かつ ヘッダー User-Agent: "a b" を送るだけで、インターネット上の誰でも`},
		{verdict.AnyAccount, scanners.GCP, []string{"userProject=PROJECT (a project of the caller's own pays)"},
			"anyone with a Google account of their own who names a project of their own that pays", "支払い元として自分のプロジェクトを指定するだけで、自分の Google アカウントを持つ人なら誰でも"},
		{verdict.AnyAccount, scanners.AWS, []string{"a VPC endpoint of the caller's own", "x-amz-acl=private"},
			"anyone with an AWS account of their own who comes through a VPC endpoint of their own and sends the header x-amz-acl: private",
			"自分の VPC エンドポイントを経由する、かつ ヘッダー x-amz-acl: private を送るだけで、自分の AWS アカウントを持つ人なら誰でも"},
		{verdict.AnyAccount, scanners.Azure, []string{"prefix=a/", "max_keys=5", "delimiter=/", "version_id=7", "tls_version=1.3", "novel=1", "a thing"},
			"anyone with a Microsoft account of their own who asks for the prefix a/ and asks for 5 names at a time and asks with the delimiter / and asks for the version 7 and uses TLS 1.3 and sends novel=1 and has a thing", ""},
	} {
		if got := (words{lang: text.EN, provider: c.provider}).who(c.audience, "", c.needs); got != c.en {
			t.Errorf("got  %q\nwant %q", got, c.en)
		}
		if got := (words{lang: text.JA, provider: c.provider}).who(c.audience, "", c.needs); c.ja != "" && got != c.ja {
			t.Errorf("got  %q\nwant %q", got, c.ja)
		}
	}
}

func TestCanInWords(t *testing.T) {
	w := words{lang: text.EN}
	for _, c := range []struct {
		verb     verdict.Verb
		patterns []string
		except   []string
		want     string
	}{
		{verdict.List, nil, nil, "list the names of all objects"},
		{verdict.List, []string{"a/*", "b c*"}, nil, `list the names of objects matching a/*, "b c*"`},
		{verdict.Read, []string{"*"}, nil, "read every object"},
		{verdict.Read, []string{"dir/*"}, nil, "read objects matching dir/*"},
		{verdict.Read, []string{"*"}, []string{"private/*", "a b"}, `read every object, except private/*, "a b"`},
		{verdict.Write, []string{"x", "*"}, nil, "create, replace or delete objects"},
		{verdict.Permissions, []string{"x"}, nil, "change who has access"},
		{verdict.Read, []string{"1", "2", "3", "4", "5", "6", "7", "8"}, nil, "read objects matching 1, 2, 3, 4, 5, 6, and 2 more"},
	} {
		if got := w.can(c.verb, verdict.Verdict{Patterns: c.patterns, Except: c.except}); got != c.want {
			t.Errorf("%s %v: got %q, want %q", c.verb, c.patterns, got, c.want)
		}
	}
}

func TestGrantsAndGuardsInWords(t *testing.T) {
	w := words{lang: text.JA}
	for _, c := range []struct {
		grant verdict.Grant
		want  string
	}{
		{verdict.Grant{Kind: verdict.GrantPolicy, Where: "bucket policy", Index: 0, Sid: "S", Who: "*", What: "s3:*"}, `バケットポリシー（1 番目） "S"：* → s3:*`},
		{verdict.Grant{Kind: verdict.GrantObject, Where: "object a b", Index: 2, Who: "AllUsers", What: "READ"}, `オブジェクト "a b"（3 番目）：AllUsers → READ`},
		{verdict.Grant{Kind: verdict.GrantLevel, Where: "container c", Who: "anyone"}, "コンテナー c：誰でも → –"},
		{verdict.Grant{Kind: verdict.GrantBinding, Where: "somewhere new", Index: 1}, "somewhere new（2 番目）"},
	} {
		if got := w.grant(c.grant); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	for _, c := range []struct {
		guard verdict.Guard
		want  string
	}{
		{verdict.Guard{Name: "publicAccessPrevention", Level: "bucket, organization", State: "off"}, "publicAccessPrevention（バケット、組織）：オフ"},
		{verdict.Guard{Name: "RestrictPublicBuckets", Level: "access point x", State: "on", Detail: "d"}, "RestrictPublicBuckets（アクセスポイント x）：オン – d"},
		{verdict.Guard{Name: "n", State: "novel state"}, "n：novel state"},
	} {
		if got := w.guard(c.guard); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLocator(t *testing.T) {
	for id, want := range map[string]string{
		"aws:s3:bucket/acme":         "s3://acme",
		"gcp:gcs:bucket/acme":        "gs://acme",
		"azure:store/acme":           "az://store/acme",
		"aws:s3:bucket/acme#main.tf": "aws:s3:bucket/acme#main.tf",
	} {
		provider := scanners.AWS
		switch id[:3] {
		case "gcp":
			provider = scanners.GCP
		case "azu":
			provider = scanners.Azure
		}
		r := bucket("acme", "")
		r.ID, r.Provider = id, provider
		if got := locator(r); got != want {
			t.Errorf("%s: got %s, want %s", id, got, want)
		}
	}
	for id, want := range map[string]string{
		"aws:s3:bucket/acme": "s3://acme", "gcp:gcs:bucket/acme": "gs://acme", "azure:store/acme": "az://store/acme", "azure:store": "azure:store",
		"azure:subscription/0a1b": "azure:subscription/0a1b", "aws:s3:bucket/acme#main.tf": "aws:s3:bucket/acme#main.tf", "page:https://x/": "page:https://x/",
	} {
		if got := locatorOf(id); got != want {
			t.Errorf("%s alone: got %s, want %s", id, got, want)
		}
	}
	minio := bucket("acme", "")
	minio.ID, minio.Vendor = "s3:minio.example:bucket/acme", "minio"
	if got := locator(minio); got != minio.ID {
		t.Errorf("an S3-compatible is shown as %s", got)
	}
}

func TestHeldBackOncePerGuard(t *testing.T) {
	w := words{lang: text.EN, provider: scanners.GCP}
	prevention := verdict.Guard{Name: "publicAccessPrevention", Level: "bucket", State: "on"}
	filter := verdict.Guard{Name: "ipFilter", Level: "bucket", State: "on"}
	got := w.heldBack([]verdict.Latent{
		{Audience: verdict.AnyAccount, Verb: verdict.Write, Guard: prevention},
		{Audience: verdict.Anonymous, Verb: verdict.Read, Guard: prevention}, {Audience: verdict.Anonymous, Verb: verdict.List, Guard: prevention},
		{Audience: verdict.AnyAccount, Verb: verdict.Permissions, Guard: filter},
	})
	want := []string{
		"publicAccessPrevention (bucket): on; without it anyone on the internet could list, read",
		"ipFilter (bucket): on; without it anyone with a Google account of their own could change permissions",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnUnreadFactIsNamedOnce(t *testing.T) {
	w := words{lang: text.EN}
	if got := w.reason(verdict.Reason{Code: verdict.ReasonUnread, Fact: "bucket.cors", Detail: "not inspected"}); got != "bucket.cors: not read" {
		t.Error(got)
	}
	if got := w.reason(verdict.Reason{Code: verdict.ReasonUnread, Detail: "not inspected"}); got != "not inspected" {
		t.Error(got)
	}
}

// A link that does not tell its object opens that one, not every object.
func TestALinkWithoutAnObjectOpensNotAll(t *testing.T) {
	for _, c := range []struct {
		verb   verdict.Verb
		opens  []string
		en, ja string
	}{
		{verdict.Read, nil, "read the objects it was made for", "その対象のオブジェクトを読めます"},
		{verdict.Write, nil, "create, replace or delete the objects it was made for", "その対象のオブジェクトを作成・上書き・削除できます"},
		{verdict.Read, []string{"*"}, "read every object", "すべてのオブジェクトを読めます"},
	} {
		v := verdict.Verdict{Verdict: verdict.Yes, Patterns: c.opens}
		if got := (words{lang: text.EN}).can(c.verb, v); got != c.en {
			t.Errorf("%s of %q: %q", c.verb, c.opens, got)
		}
		if got := (words{lang: text.JA}).can(c.verb, v); got != c.ja {
			t.Errorf("%s of %q: %q", c.verb, c.opens, got)
		}
	}
}
