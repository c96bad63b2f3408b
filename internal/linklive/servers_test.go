//go:build servers && unix

package linklive

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/servers"
)

const secretContent = "this is what must not be taken"

// counted counts the bytes of bodies that came back.
type counted struct {
	http.RoundTripper
	t *testing.T
}

func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.t.Errorf("%s was sent", r.Method)
	}
	resp, err := c.RoundTripper.RoundTrip(r)
	if err == nil && resp.StatusCode < 400 && r.Method == http.MethodGet && resp.ContentLength >= int64(len(secretContent)) && !strings.Contains(resp.Header.Get("Content-Type"), "xml") {
		c.t.Errorf("%d bytes of content were on their way", resp.ContentLength)
	}
	return resp, err
}

func TestVersitygw(t *testing.T) {
	gw := servers.Versitygw(t, servers.TLS())
	client := s3.New(s3.Options{Region: "us-east-1", HTTPClient: gw.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, "")})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-live")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("acme-live"), Key: aws.String("ids/山田 太郎.txt"), Body: strings.NewReader(secretContent)}); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	presigned := func(method, key, id, secret string, at time.Time) string {
		req, err := http.NewRequestWithContext(t.Context(), method, "https://acme-live.s3.us-east-1.amazonaws.com/"+key, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := req.URL.Query()
		q.Set("X-Amz-Expires", "900")
		req.URL.RawQuery = q.Encode()
		address, _, err := v4signer.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, req, "UNSIGNED-PAYLOAD", "s3", "us-east-1", at,
			func(o *v4signer.SignerOptions) { o.DisableURIPathEscaping = true })
		if err != nil {
			t.Fatal(err)
		}
		return address
	}
	const key = "ids/%E5%B1%B1%E7%94%B0%20%E5%A4%AA%E9%83%8E.txt"
	id, secret := servers.VersitygwAccessKey, servers.VersitygwSecretKey
	for _, tc := range []struct {
		name, link string
		want       State
	}{
		{"good", presigned("GET", key, id, secret, now), Live},
		{"object gone", presigned("GET", "gone.txt", id, secret, now), Live},
		{"expired", presigned("GET", key, id, secret, now.Add(-time.Hour)), Expired},
		{"key gone", presigned("GET", key, "AKIDGONE", secret, now), Revoked},
		{"wrong secret", presigned("GET", key, id, "other", now), Unknown},
		{"signed for PUT", presigned("PUT", key, id, secret, now), Unknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := checker(t, counted{gw.Client().Transport, t}, now).Check(t.Context(), find(t, tc.link))
			if got.State != tc.want {
				t.Errorf("%+v, want %s", got, tc.want)
			}
			servers.Report(t, fmt.Sprintf("linklive versitygw %s: %s, %s", tc.name, got.State, got.Response))
		})
	}
}

// renamed sends what is asked of an account that the detector takes for a real one to Azurite's.
type renamed struct{ http.RoundTripper }

func (r renamed) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host = strings.Replace(req.URL.Host, "acmefiles.", servers.AzuriteAccount+".", 1)
	req.Host = req.URL.Host
	return r.RoundTripper.RoundTrip(req)
}

func TestAzurite(t *testing.T) {
	az := servers.Azurite(t, servers.TLS())
	cred, err := service.NewSharedKeyCredential(servers.AzuriteAccount, servers.AzuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	other, err := service.NewSharedKeyCredential(servers.AzuriteAccount, "b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXk=")
	if err != nil {
		t.Fatal(err)
	}
	client, err := service.NewClientWithSharedKeyCredential("https://"+servers.AzuriteAccount+".blob.core.windows.net/", cred,
		&service.ClientOptions{ClientOptions: policy.ClientOptions{Transport: az.Client()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateContainer(t.Context(), "ids", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := client.NewContainerClient("ids").NewBlockBlobClient("a/b.txt").UploadBuffer(t.Context(), []byte(secretContent), nil); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Second)
	signed := func(v sas.BlobSignatureValues, cred *sas.SharedKeyCredential) string {
		v.ContainerName = "ids"
		q, err := v.SignWithSharedKey(cred)
		if err != nil {
			t.Fatal(err)
		}
		return q.Encode()
	}
	later, earlier := now.Add(time.Hour), now.Add(-time.Hour)
	account, err := sas.AccountSignatureValues{ExpiryTime: later, Permissions: "rl", ResourceTypes: "sco"}.SignWithSharedKey(cred)
	if err != nil {
		t.Fatal(err)
	}
	const host = "https://acmefiles.blob.core.windows.net"
	blob := func(v sas.BlobSignatureValues) sas.BlobSignatureValues { v.BlobName = "a/b.txt"; return v }
	for _, tc := range []struct {
		name, link string
		want       State
	}{
		{"blob", host + "/ids/a/b.txt?" + signed(blob(sas.BlobSignatureValues{Permissions: "r", ExpiryTime: later}), cred), Live},
		{"blob for writing", host + "/ids/a/b.txt?" + signed(blob(sas.BlobSignatureValues{Permissions: "w", ExpiryTime: later}), cred), Live},
		{"expired", host + "/ids/a/b.txt?" + signed(blob(sas.BlobSignatureValues{Permissions: "r", ExpiryTime: earlier}), cred), Expired},
		{"not yet", host + "/ids/a/b.txt?" + signed(blob(sas.BlobSignatureValues{Permissions: "r", StartTime: later, ExpiryTime: later.Add(time.Hour)}), cred), Refused},
		{"other key", host + "/ids/a/b.txt?" + signed(blob(sas.BlobSignatureValues{Permissions: "r", ExpiryTime: later}), other), Refused}, // Azure documents AuthenticationFailed; Azurite says AuthorizationFailure
		{"container", host + "/ids?" + signed(sas.BlobSignatureValues{Permissions: "l", ExpiryTime: later}, cred), Live},
		{"account", host + "/?" + account.Encode(), Live},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := checker(t, counted{renamed{az.Client().Transport}, t}, now).Check(t.Context(), find(t, tc.link))
			if got.State != tc.want {
				t.Errorf("%+v, want %s", got, tc.want)
			}
			servers.Report(t, fmt.Sprintf("linklive azurite %s: %s, %s", tc.name, got.State, got.Response))
		})
	}
}
