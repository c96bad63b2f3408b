//go:build servers && unix

// A scan of an account, as the engine makes it.

package servertest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// newScanner is the AWS scanner with credentials of its own and nothing of the machine's.
func newScanner(transport http.RoundTripper, accessKey, secretKey string) *awss3.Scanner {
	return awss3.New(scanners.Runtime{Transport: transport, Now: time.Now, Objects: 10, Options: map[string]string{"region": "us-east-1"}},
		awss3.WithCredentials(credentials.NewStaticCredentialsProvider(accessKey, secretKey, "")),
		// What a server lacks it may answer with 500, and no waiting helps.
		awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
}

// scanAll discovers a target ("aws", "s3://BUCKET") and reads every fact of every bucket. It returns the buckets' records by name, with their account's facts in them.
func scanAll(t *testing.T, transport http.RoundTripper, accessKey, secretKey, target string) map[string]*scanners.Record {
	t.Helper()
	scanner := newScanner(transport, accessKey, secretKey)
	parsed, err := scanners.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	need := scanner.Describe().Facts()
	var account *scanners.Record
	buckets := map[string]*scanners.Record{}
	for ref, err := range scanner.Discover(t.Context(), parsed) {
		if err != nil {
			t.Errorf("discovering %q: %v", ref.ID, err)
			continue
		}
		record, err := scanner.Inspect(t.Context(), ref, need, nil)
		if err != nil {
			t.Errorf("reading %q: %v", ref.ID, err)
			continue
		}
		switch ref.Kind {
		case scanners.KindScope:
			account = &record
		case scanners.KindBucket:
			record.Inherit(account)
			buckets[record.Name] = &record
		}
	}
	return buckets
}
