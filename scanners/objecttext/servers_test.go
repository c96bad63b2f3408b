//go:build servers && unix

package objecttext_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/gcs"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/objecttext"
)

func presigned(key, signature string) string {
	return "https://b.s3.eu-west-1.amazonaws.com/" + key + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%2F20261121%2Feu-west-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20261121T000000Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=" + signature + "6b06892c8efd7bc9d09187f5122572da69092ee6c0d493f80e3f8cd40a9cd6"
}

type object struct{ key, contentType, body string }

func objects() []object {
	long := strings.Repeat("a line of a log that says nothing of note\n", objecttext.MostOfOne/42)
	return []object{
		{"README", "text/plain; charset=utf-8", "see " + presigned("readme", "a0")},
		{"data", "application/octet-stream", "see " + presigned("data", "a1")},
		{"empty.txt", "text/plain", ""},
		{"logs/big.log", "text/plain", presigned("early", "a2") + "\n" + long + long[:1000] + presigned("late", "a3")},
		{"notes/山田 太郎 100%.json", "application/json", `{"u":"` + strings.ReplaceAll(presigned("json", "a4"), "&", `\u0026`) + `"}`},
		{"photo.jpg", "image/jpeg", presigned("photo", "a5")},
		{"twice.txt", "application/octet-stream", presigned("early", "a2") + " again"},
	}
}

// reads lets only reading through, and remembers what was read of the content.
type reads struct {
	http.RoundTripper
	t    *testing.T
	asks []string
}

func (r *reads) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead && !strings.HasPrefix(req.URL.Host, "sts.") {
		r.t.Errorf("%s %s was sent", req.Method, req.URL)
	}
	for name, values := range req.Header { // as the libraries write it
		if strings.HasSuffix(strings.ToLower(name), "range") {
			r.asks = append(r.asks, values[0])
		}
	}
	return r.RoundTripper.RoundTrip(req)
}

// check inspects one bucket and holds what was found to what was put there.
func check(t *testing.T, transport http.RoundTripper, ref scanners.Ref, build func(scanners.Runtime) scanners.Scanner) {
	t.Helper()
	known, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	watched := &reads{RoundTripper: transport, t: t}
	rt := scanners.Runtime{Transport: watched, Now: time.Now, Objects: 100, Options: map[string]string{}, Links: links.NewReader(known, nil, false)}
	rec, err := build(rt).Inspect(t.Context(), ref, scanners.NewFactSet("bucket.links"), nil)
	if err != nil {
		t.Fatal(err)
	}
	found, ok := rec.Bucket.Links.Get()
	if !ok {
		t.Fatalf("%+v", rec.Bucket.Links)
	}
	var got []string
	for _, l := range found.Links {
		for _, s := range l.Signed.Seen {
			got = append(got, l.Signed.Object+" in "+strings.TrimPrefix(s.Source, ref.ID))
		}
	}
	want := []string{"readme in #README", "early in #logs/big.log", "early in #twice.txt", "json in #notes/山田 太郎 100%.json"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	all := objects()
	looked := int64(objecttext.MostOfOne + len(all[0].body) + len(all[4].body) + len(all[6].body))
	if found.Objects != 4 || found.NotText != 2 || found.Cut != 1 || found.Unread != 0 || found.Bytes != looked {
		t.Errorf("%d objects, %d bytes (want %d), %d cut, %d not text, %d unread", found.Objects, found.Bytes, looked, found.Cut, found.NotText, found.Unread)
	}
	if len(watched.asks) != 5 || watched.asks[0] != fmt.Sprintf("bytes=0-%d", objecttext.MostOfOne-1) {
		t.Errorf("asked for %q", watched.asks)
	}
	servers.Report(t, fmt.Sprintf("signed links in objects, %s: %d links in %d text objects, %d bytes", ref.Provider, len(found.Links), found.Objects, found.Bytes))
}

func target(t *testing.T, text string) scanners.Target {
	t.Helper()
	target, err := scanners.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestObjectsOfVersitygw(t *testing.T) {
	gw := servers.Versitygw(t, servers.TLS())
	keys := credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, "")
	client := s3.New(s3.Options{Region: "us-east-1", HTTPClient: gw.Client(), Credentials: keys})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-text")}); err != nil {
		t.Fatal(err)
	}
	for _, o := range objects() {
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("acme-text"), Key: &o.key, ContentType: &o.contentType, Body: strings.NewReader(o.body)}); err != nil {
			t.Fatal(err)
		}
	}
	ref := scanners.Ref{Head: scanners.Head{ID: scanners.S3BucketID("", "acme-text"), Kind: scanners.KindBucket, Provider: scanners.AWS, Name: "acme-text", Region: "us-east-1"},
		Target: target(t, "s3://acme-text")}
	check(t, servers.Transport(gw), ref, func(rt scanners.Runtime) scanners.Scanner {
		rt.Options["region"] = "us-east-1"
		return awss3.New(rt, awss3.WithCredentials(keys))
	})
}

type token struct{}

// GetToken gives a token that Azurite takes: it checks audience, issuer and times, and no signature.
func (token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	now := time.Now()
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims := fmt.Sprintf(`{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/00000000-0000-4000-8000-000000000002/","iat":%d,"nbf":%d,"exp":%d}`,
		now.Add(-time.Hour).Unix(), now.Add(-time.Hour).Unix(), now.Add(time.Hour).Unix())
	return azcore.AccessToken{Token: part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(claims) + "." + part("none"), ExpiresOn: now.Add(time.Hour)}, nil
}

func TestObjectsOfAzurite(t *testing.T) {
	az := servers.Azurite(t, servers.TLS())
	cred, err := service.NewSharedKeyCredential(servers.AzuriteAccount, servers.AzuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := service.NewClientWithSharedKeyCredential("https://"+servers.AzuriteAccount+".blob.core.windows.net/", cred,
		&service.ClientOptions{ClientOptions: policy.ClientOptions{Transport: az.Client()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateContainer(t.Context(), "text", nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range objects() {
		if _, err := client.NewContainerClient("text").NewBlockBlobClient(o.key).UploadBuffer(t.Context(), []byte(o.body), &blockblob.UploadBufferOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentType: &o.contentType}}); err != nil {
			t.Fatal(err)
		}
	}
	ref := scanners.Ref{Head: scanners.Head{ID: scanners.AzureContainerID(servers.AzuriteAccount, "text"), Kind: scanners.KindBucket, Provider: scanners.Azure, Name: "text"},
		Target: target(t, "az://"+servers.AzuriteAccount+"/text")}
	check(t, servers.Transport(az), ref, func(rt scanners.Runtime) scanners.Scanner {
		return azureblob.New(rt, azureblob.WithCredential(token{}))
	})
}

func TestObjectsOfFakeGCS(t *testing.T) {
	server := servers.FakeGCS(t, servers.TLS())
	post := func(path, contentType, body string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://storage.googleapis.com"+path, bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if said, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, resp.StatusCode, said)
		}
	}
	post("/storage/v1/b?project=acme-prod", "application/json", `{"name":"acme-text"}`)
	for _, o := range objects() {
		post("/upload/storage/v1/b/acme-text/o?uploadType=media&name="+url.QueryEscape(o.key), o.contentType, o.body)
	}
	ref := scanners.Ref{Head: scanners.Head{ID: scanners.GCSBucketID("acme-text"), Kind: scanners.KindBucket, Provider: scanners.GCP, Name: "acme-text"},
		Target: target(t, "gs://acme-text")}
	check(t, servers.Transport(server), ref, func(rt scanners.Runtime) scanners.Scanner { return gcs.New(rt, gcs.WithoutAuthentication()) })
}
