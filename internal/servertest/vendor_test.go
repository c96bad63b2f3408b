//go:build servers && unix

// Servers that anybody can run, under their own addresses: what internal/vendors says of them holds.

package servertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

// asItself reads every fact of a new bucket at a server under its own address, and fails on any that stays unknown.
func asItself(t *testing.T, url, target, vendor string) *scanners.Record {
	t.Helper()
	owner := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, "")})
	if _, err := owner.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("as-itself")}); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("as-itself"), Key: aws.String("o.txt"), Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	record := scan{transport: http.DefaultTransport, key: accessKey{servers.VersitygwAccessKey, servers.VersitygwSecretKey}, target: target, objects: 5}.buckets(t)["as-itself"]
	if record == nil {
		t.Fatal("the bucket was not found")
	}
	if record.Vendor != vendor {
		t.Errorf("it is taken for %q, want %q", record.Vendor, vendor)
	}
	for name, status := range record.Facts() {
		if strings.HasPrefix(string(name), "bucket.") && supportedByS3(name) && status.State == scanners.Unknown && status.Reason.Code != scanners.NotInspected {
			t.Errorf("%s: %+v", name, status)
		}
	}
	return record
}

func supportedByS3(name scanners.FactName) bool {
	return !strings.HasPrefix(string(name), "bucket.gcp.") && !strings.HasPrefix(string(name), "bucket.azure.")
}

func TestVersitygwSaysWhatItIs(t *testing.T) {
	server := servers.Versitygw(t)
	record := asItself(t, server.URL, "aws:?endpoint-url="+server.URL, "versitygw")
	if record.Bucket.AWS.Ownership.Value.Mode != "BucketOwnerEnforced" {
		t.Errorf("ownership: %+v", record.Bucket.AWS.Ownership)
	}
	if record.Bucket.Encryption.State != scanners.Unsupported {
		t.Errorf("encryption: %+v", record.Bucket.Encryption)
	}
}
