package signedlink

// The corpus: links made by the vendors' own Go libraries, and by hand where a library has no such signer (SigV2,
// HMAC on GCS, queue and table SAS, stored policies of the file service).

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/vendors"
)

// want is what a reading must say; everything the corpus knows about a link it made.
type want struct {
	kind                       Kind
	provider                   string
	account, container, object string // "" = null
	permissions                string // comma-separated; "" = null
	scope                      Scope
	starts, expires            string // RFC 3339; "" = null
	longLived                  string // "true", "false", "null"
	limits                     Limits
}

type specimen struct {
	name, url string
	want      want
}

const (
	longLivedID = "AKIAQNZGKIQY56JQ7WML"
	sessionID   = "ASIAQNZGKIQY56JQ7WML"
	ownAccount  = "029608264753"
)

func embedded(t testing.TB) *vendors.Set {
	t.Helper()
	set, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// corpus makes all specimens. Times of the AWS signer are those of the clock, so they are read back from the URL.
func corpus(t testing.TB) []specimen {
	t.Helper()
	var all []specimen
	all = append(all, awsSpecimens(t)...)
	all = append(all, compatibleSpecimens(t)...)
	all = append(all, sigV2Specimens()...)
	all = append(all, cloudFrontSpecimens(t)...)
	all = append(all, gcsSpecimens(t)...)
	all = append(all, azureSpecimens(t)...)
	return all
}

func presigner(id, secret, token, region, endpoint string, pathStyle bool) *s3.PresignClient {
	opt := s3.Options{Region: region, Credentials: credentials.NewStaticCredentialsProvider(id, secret, token), UsePathStyle: pathStyle}
	if endpoint != "" {
		opt.BaseEndpoint = aws.String(endpoint)
	}
	return s3.NewPresignClient(s3.New(opt))
}

// window reads the times of a V4 link with net/url, independently of the code under test.
func window(t testing.TB, raw, vendor string) (starts, expires string) {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(raw))
	start := must[time.Time](t)(time.Parse("20060102T150405Z", u.Query().Get("X-"+vendor+"-Date")))
	life := must[time.Duration](t)(time.ParseDuration(u.Query().Get("X-"+vendor+"-Expires") + "s"))
	return start.Format(time.RFC3339), start.Add(life).Format(time.RFC3339)
}

func awsSpecimens(t testing.TB) []specimen {
	ctx := context.Background()
	bucket, key := aws.String("acme-uploads"), aws.String("人事/履歴書 2024 (1)+a&b=c.pdf")
	life := s3.WithPresignExpires(36 * time.Hour)
	var out []specimen
	add := func(name, raw string, w want) {
		w.kind, w.provider = orKind(w.kind, AWSSigV4), "aws"
		w.starts, w.expires = window(t, raw, "Amz")
		out = append(out, specimen{"aws/" + name, raw, w})
	}
	long := presigner(longLivedID, "wJalrXUtnFEMI/K7MDENG/secret", "", "ap-northeast-1", "", false)
	get, err := long.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("get", get.URL, want{account: ownAccount, container: *bucket, object: *key, permissions: "read", scope: ScopeObject, longLived: "true"})

	put, err := long.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("in/box.bin"), ContentType: aws.String("text/plain")}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("put", put.URL, want{account: ownAccount, container: *bucket, object: "in/box.bin", permissions: "write", scope: ScopeObject, longLived: "true",
		limits: Limits{Headers: strings.Split("content-type", ",")}})

	session := presigner(sessionID, "secret", strings.Repeat("IQoJb3JpZ2luX2VjEJv//+x=", 40), "us-east-1", "", true)
	head, err := session.PresignHeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: aws.String("a/b.txt")}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("session", head.URL, want{account: ownAccount, container: *bucket, object: "a/b.txt", scope: ScopeObject, longLived: "false"})

	del, err := session.PresignDeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("a/b.txt")}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("delete", del.URL, want{account: ownAccount, container: *bucket, object: "a/b.txt", permissions: "delete", scope: ScopeObject, longLived: "false"})

	ap, err := long.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("arn:aws:s3:ap-northeast-1:123456789012:accesspoint/files"), Key: aws.String("k")}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("access point", ap.URL, want{account: ownAccount, container: "files-123456789012", object: "k", permissions: "read", scope: ScopeObject, longLived: "true"})

	mrap, err := long.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"), Key: aws.String("k")}, life)
	if err != nil {
		t.Fatal(err)
	}
	add("multi-region access point", mrap.URL, want{kind: AWSSigV4A, account: ownAccount, container: "mfzwi23gnjvgw.mrap.accesspoint", object: "k", permissions: "read", scope: ScopeObject, longLived: "true"})
	for i := range out {
		if strings.Contains(out[i].url, "x-id=") {
			continue
		}
		out[i].want.permissions = "" // this operation carries no hint
	}
	return out
}

func orKind(k, other Kind) Kind {
	if k == "" {
		return other
	}
	return k
}

func compatibleSpecimens(t testing.TB) []specimen {
	account := "4f0c4a1e9b7d62a85c3e1f0d9a8b7c65"
	var out []specimen
	for _, v := range []struct {
		name, id, region, endpoint string
		path                       bool
		want                       want
	}{
		{"cloudflare_r2", "b3f1c2d4e5a60718293a4b5c6d7e8f90", "auto", "https://" + account + ".r2.cloudflarestorage.com", false, want{account: account}},
		{"wasabi", "K3M9Q1T7Z5X2C8V4B6N0", "ap-northeast-1", "https://s3.ap-northeast-1.wasabisys.com", true, want{}},
		{"digitalocean", "DO00Q7WMLXZ9K3TBV4R2", "nyc3", "https://nyc3.digitaloceanspaces.com", false, want{}},
		{"backblaze", "0040f3b7c9d1e2a0000000003", "us-west-004", "https://s3.us-west-004.backblazeb2.com", true, want{}},
		{"scaleway", "SCW9K3TBV4R2Q7WMLXZ1", "fr-par", "https://s3.fr-par.scw.cloud", false, want{}},
		{"hetzner", "7ZK3TBV4R2Q7WMLXZ19P", "fsn1", "https://fsn1.your-objectstorage.com", true, want{}},
		{"alibaba", "LTAI5tQ7WMLXZ9K3TBV4R2c8", "oss-cn-hangzhou", "https://oss-cn-hangzhou.aliyuncs.com", false, want{}},
		{"s3_compatible", "ops", "us-east-1", "http://10.20.30.40:9000", true, want{}},
		{"s3_compatible", "ops/with/slashes", "us-east-1", "https://minio.corp.acme.jp", true, want{}},
	} {
		req, err := presigner(v.id, "secret", "", v.region, v.endpoint, v.path).PresignGetObject(context.Background(),
			&s3.GetObjectInput{Bucket: aws.String("acme-photos"), Key: aws.String("2024/x.jpg")}, s3.WithPresignExpires(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		w := v.want
		w.kind, w.provider, w.container, w.object = AWSSigV4, v.name, "acme-photos", "2024/x.jpg"
		w.permissions, w.scope, w.longLived = "read", ScopeObject, "true"
		w.starts, w.expires = window(t, req.URL, "Amz")
		out = append(out, specimen{"compatible/" + v.name, req.URL, w})
	}
	return out
}

func sigV2Specimens() []specimen {
	mac := hmac.New(sha1.New, []byte("secret"))
	mac.Write([]byte("GET\n\n\n2145916800\n/acme-uploads/a b.pdf"))
	sig := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	w := want{kind: AWSSigV2, provider: "aws", account: ownAccount, container: "acme-uploads", object: "a b.pdf", scope: ScopeObject,
		expires: "2038-01-01T00:00:00Z", longLived: "true"}
	return []specimen{
		{"aws/v2 encoded", "https://acme-uploads.s3.amazonaws.com/a%20b.pdf?AWSAccessKeyId=" + longLivedID + "&Expires=2145916800&Signature=" + url.QueryEscape(sig), w},
		{"aws/v2 raw", "https://s3-ap-northeast-1.amazonaws.com/acme-uploads/a%20b.pdf?AWSAccessKeyId=" + longLivedID + "&Signature=" + sig + "&Expires=2145916800", w},
	}
}

func cloudFrontSpecimens(t testing.TB) []specimen {
	rsaKey := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	ecKey := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	const id = "K36X4X2EO997HM"
	end := time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC)
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	base := want{kind: CloudFrontCanned, provider: "aws", object: "v/1.mp4", permissions: "read", scope: ScopeObject, expires: "2031-05-01T00:00:00Z", longLived: "true"}

	out := []specimen{{"cloudfront/canned", must[string](t)(sign.NewURLSigner(id, rsaKey).Sign("https://d1a2b3c4e5f6g7.cloudfront.net/v/1.mp4", end)), base}}
	ec := base
	out = append(out, specimen{"cloudfront/canned ecdsa", must[string](t)(sign.NewURLSigner(id, ecKey).Sign("https://media.acme.jp/v/1.mp4", end)), ec})

	policyOf := func(resource, ip string, from *sign.AWSEpochTime) *sign.Policy {
		s := sign.Statement{Resource: resource, Condition: sign.Condition{DateLessThan: &sign.AWSEpochTime{Time: end}, DateGreaterThan: from}}
		if ip != "" {
			s.Condition.IPAddress = &sign.IPAddress{SourceIP: ip}
		}
		return &sign.Policy{Statements: []sign.Statement{s}}
	}
	custom := base
	custom.kind, custom.scope, custom.starts = CloudFrontCustom, ScopePrefix, "2026-05-01T00:00:00Z"
	custom.limits = Limits{Resource: "https://media.acme.jp/v/*", Network: []string{"203.0.113.0/24"}}
	out = append(out, specimen{"cloudfront/custom prefix", must[string](t)(sign.NewURLSigner(id, rsaKey).SignWithPolicy("https://media.acme.jp/v/1.mp4",
		policyOf("https://media.acme.jp/v/*", "203.0.113.0/24", &sign.AWSEpochTime{Time: start}))), custom})
	whole := base
	whole.kind, whole.scope = CloudFrontCustom, ScopeDistribution
	whole.limits = Limits{Resource: "https://media.acme.jp/*"}
	out = append(out, specimen{"cloudfront/custom distribution", must[string](t)(sign.NewURLSigner(id, ecKey).SignWithPolicy("https://media.acme.jp/v/1.mp4",
		policyOf("https://media.acme.jp/*", "", nil))), whole})
	return out
}

func gcsSpecimens(t testing.TB) []specimen {
	key := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	now := time.Now().UTC().Truncate(time.Second)
	opts := func(scheme storage.SigningScheme, mod func(*storage.SignedURLOptions)) *storage.SignedURLOptions {
		o := &storage.SignedURLOptions{GoogleAccessID: "uploader@acme-prod.iam.gserviceaccount.com", PrivateKey: block, Method: "GET", Scheme: scheme, Expires: now.Add(48 * time.Hour)}
		if mod != nil {
			mod(o)
		}
		return o
	}
	base := want{kind: GCSV4, provider: "gcp", account: "acme-prod", container: "acme-media", object: "dir/写真 1.png", scope: ScopeObject, longLived: "null"}
	var out []specimen
	add := func(name, bucket, object string, o *storage.SignedURLOptions, w want) {
		raw := must[string](t)(storage.SignedURL(bucket, object, o))
		if w.kind == GCSV2 {
			w.expires = o.Expires.Format(time.RFC3339)
		} else {
			w.starts, w.expires = window(t, raw, "Goog")
		}
		out = append(out, specimen{"gcs/" + name, raw, w})
	}
	add("v4", "acme-media", "dir/写真 1.png", opts(storage.SigningSchemeV4, nil), base)
	add("v4 virtual", "acme-media", "dir/写真 1.png", opts(storage.SigningSchemeV4, func(o *storage.SignedURLOptions) { o.Style = storage.VirtualHostedStyle() }), base)
	bound := base
	bound.container = ""
	add("v4 domain", "acme-media", "dir/写真 1.png", opts(storage.SigningSchemeV4, func(o *storage.SignedURLOptions) { o.Style = storage.BucketBoundHostname("media.acme.jp") }), bound)
	up := base
	up.permissions, up.limits = "write", Limits{Headers: []string{"content-type"}}
	add("v4 put", "acme-media", "dir/写真 1.png", opts(storage.SigningSchemeV4, func(o *storage.SignedURLOptions) { o.Method, o.ContentType = "PUT", "image/png" }), up)
	list := base
	list.object, list.permissions, list.scope = "", "list", ScopeContainer
	add("v4 bucket", "acme-media", "", opts(storage.SigningSchemeV4, nil), list)
	v2 := base
	v2.kind = GCSV2
	add("v2", "acme-media", "dir/写真 1.png", opts(storage.SigningSchemeV2, func(o *storage.SignedURLOptions) { o.Expires = time.Date(2491, 3, 9, 0, 0, 0, 0, time.UTC) }), v2)

	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte("string to sign"))
	h := base
	h.kind, h.account, h.longLived, h.object = GCSV4HMAC, "", "true", "a.txt"
	h.starts, h.expires = "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"
	out = append(out, specimen{"gcs/v4 hmac", "https://storage.googleapis.com/acme-media/a.txt?X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=GOOG1EQ7WMLXZ9K3TBV4R2%2F20261101%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20261101T000000Z&X-Goog-Expires=604800&X-Goog-SignedHeaders=host&X-Goog-Signature=" + hex.EncodeToString(mac.Sum(nil)), h})
	i := h
	i.kind = AWSSigV4
	out = append(out, specimen{"gcs/interoperable", "https://acme-media.storage.googleapis.com/a.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=GOOG1EQ7WMLXZ9K3TBV4R2%2F20261101%2Fauto%2Fs3%2Faws4_request&X-Amz-Date=20261101T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=" + hex.EncodeToString(mac.Sum(nil)), i})
	return out
}

// delegate answers Get User Delegation Key, so that azblob itself makes the credential.
type delegate struct{ key string }

func (d delegate) Do(*http.Request) (*http.Response, error) {
	body := `<?xml version="1.0" encoding="utf-8"?><UserDelegationKey><SignedOid>8f1c2d3e-0a1b-4c5d-9e8f-7a6b5c4d3e2f</SignedOid><SignedTid>1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d</SignedTid><SignedStart>2026-11-01T00:00:00Z</SignedStart><SignedExpiry>2026-11-07T00:00:00Z</SignedExpiry><SignedService>b</SignedService><SignedVersion>2024-08-04</SignedVersion><Value>` + d.key + `</Value></UserDelegationKey>`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(bytes.NewReader([]byte(body)))}, nil
}

func (delegate) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func azureSpecimens(t testing.TB) []specimen {
	secret := make([]byte, 64)
	_, _ = rand.Read(secret)
	cred := must[*sas.SharedKeyCredential](t)(service.NewSharedKeyCredential("acmefiles", base64.StdEncoding.EncodeToString(secret)))
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	end := time.Date(2051, 10, 6, 9, 30, 0, 0, time.UTC)
	const host = "https://acmefiles.blob.core.windows.net"
	base := want{kind: AzureServiceSAS, provider: "azure", account: "acmefiles", starts: "2026-11-01T00:00:00Z", expires: "2051-10-06T09:30:00Z", longLived: "true"}
	var out []specimen
	add := func(name, raw string, w want) { out = append(out, specimen{"azure/" + name, raw, w}) }
	encoded := func(q sas.QueryParameters, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return q.Encode()
	}

	blob := base
	blob.container, blob.object, blob.permissions, blob.scope = "ids", "license/yamada.jpg", "read", ScopeObject
	blob.limits = Limits{Protocols: []string{"https"}, Network: []string{"203.0.113.5-203.0.113.9"}}
	add("blob", host+"/ids/license/yamada.jpg?"+encoded(sas.BlobSignatureValues{Protocol: sas.ProtocolHTTPS, StartTime: start, ExpiryTime: end, ContainerName: "ids", BlobName: "license/yamada.jpg",
		Permissions: to.Ptr(sas.BlobPermissions{Read: true}).String(), IPRange: sas.IPRange{Start: []byte{203, 0, 113, 5}, End: []byte{203, 0, 113, 9}}}.SignWithSharedKey(cred)), blob)

	cont := base
	cont.container, cont.permissions, cont.scope = "ids", "add,create,delete,list,read,write", ScopeContainer
	cont.limits = Limits{Protocols: []string{"http", "https"}}
	contSAS := encoded(sas.BlobSignatureValues{Protocol: sas.ProtocolHTTPSandHTTP, StartTime: start, ExpiryTime: end, ContainerName: "ids",
		Permissions: to.Ptr(sas.ContainerPermissions{Read: true, Add: true, Create: true, Write: true, Delete: true, List: true}).String()}.SignWithSharedKey(cred))
	add("container", host+"/ids?"+contSAS, cont)

	stored := base
	stored.container, stored.starts, stored.expires, stored.scope = "ids", "", "", ScopeContainer
	stored.limits = Limits{StoredPolicy: "partners"}
	add("stored policy", host+"/ids?"+encoded(sas.BlobSignatureValues{ContainerName: "ids", Identifier: "partners"}.SignWithSharedKey(cred)), stored)

	dir := base
	dir.container, dir.object, dir.permissions, dir.scope = "ids", "2024/tokyo", "list,read", ScopePrefix
	add("directory", "https://acmefiles.dfs.core.windows.net/ids/2024/tokyo?"+encoded(sas.BlobSignatureValues{StartTime: start, ExpiryTime: end, ContainerName: "ids", Directory: "2024/tokyo",
		Permissions: to.Ptr(sas.ContainerPermissions{Read: true, List: true}).String()}.SignWithSharedKey(cred)), dir)

	acct := base
	acct.kind, acct.permissions, acct.scope = AzureAccountSAS, "add,create,delete,filter,list,process,read,tags,update,write", ScopeAccount
	acct.limits = Limits{Protocols: []string{"https"}, Services: []string{"blob"}, ResourceTypes: []string{"container", "object", "service"}}
	add("account", host+"/?"+encoded(sas.AccountSignatureValues{Protocol: sas.ProtocolHTTPS, StartTime: start, ExpiryTime: end,
		Permissions:   to.Ptr(sas.AccountPermissions{Read: true, Write: true, Delete: true, List: true, Add: true, Create: true, Update: true, Process: true, FilterByTags: true, Tag: true}).String(),
		ResourceTypes: to.Ptr(sas.AccountResourceTypes{Service: true, Container: true, Object: true}).String()}.SignWithSharedKey(cred)), acct)

	d := delegate{base64.StdEncoding.EncodeToString(secret[:32])}
	client := must[*service.Client](t)(service.NewClient(host, d, &service.ClientOptions{ClientOptions: policy.ClientOptions{Transport: d}}))
	udc := must[*service.UserDelegationCredential](t)(client.GetUserDelegationCredential(context.Background(),
		service.KeyInfo{Start: to.Ptr("2026-11-01T00:00:00Z"), Expiry: to.Ptr("2026-11-07T00:00:00Z")}, nil))
	ud := base
	ud.kind, ud.container, ud.object, ud.permissions, ud.scope, ud.longLived = AzureUserDelegationSAS, "ids", "a.pdf", "read", ScopeObject, "false"
	ud.expires = "2026-11-07T00:00:00Z" // the delegation key ends before the token does
	add("user delegation", host+"/ids/a.pdf?"+encoded(sas.BlobSignatureValues{StartTime: start, ExpiryTime: end, ContainerName: "ids", BlobName: "a.pdf",
		Permissions: to.Ptr(sas.BlobPermissions{Read: true}).String()}.SignWithUserDelegation(udc)), ud)

	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("string to sign"))
	sig := url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	queue := base
	queue.container, queue.permissions, queue.scope, queue.expires = "jobs", "add,process,read", ScopeContainer, "2030-01-01T00:00:00Z"
	queue.starts = ""
	add("queue", "https://acmefiles.queue.core.windows.net/jobs?sv=2022-11-02&se=2030-01-01&sp=rap&sig="+sig, queue)
	table := queue
	table.container, table.permissions, table.expires = "people", "add,delete,read,update", "2030-01-01T15:30:00Z"
	add("table", "https://acmefiles.table.core.windows.net/people?sp=raud&sv=2022-11-02&tn=people&sig="+sig+"&se=2030-01-01T15:30Z", table)
	file := queue
	file.container, file.object, file.permissions, file.scope, file.expires = "share", "docs/a.txt", "read", ScopeObject, "2030-01-01T15:30:00Z"
	add("file", "https://acmefiles.file.core.windows.net/share/docs/a.txt?sv=2022-11-02&se=2030-01-01T15%3A30%3A00Z&sr=f&sp=r&sig="+sig, file)
	return out
}
