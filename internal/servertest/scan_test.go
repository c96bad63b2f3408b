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

// scan is a scan of an account with credentials of its own and nothing of the machine's.
type scan struct {
	transport http.RoundTripper
	key       accessKey
	target    string // "aws", "s3:BUCKET"
	objects   int    // how many objects of each bucket to look at
}

func (s scan) scanner() *awss3.Scanner {
	return awss3.New(scanners.Runtime{Transport: s.transport, Now: time.Now, Objects: s.objects, Options: map[string]string{"region": "us-east-1"}},
		awss3.WithCredentials(credentials.NewStaticCredentialsProvider(s.key.ID, s.key.Secret, "")),
		// What a server lacks it may answer with 500, and no waiting helps.
		awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
}

// buckets reads every fact of every bucket and returns the records by name, with their account's facts in them.
func (s scan) buckets(t *testing.T) map[string]*scanners.Record {
	t.Helper()
	target, err := scanners.ParseTarget(s.target)
	if err != nil {
		t.Fatal(err)
	}
	scanner := s.scanner()
	need := scanner.Describe().Facts()
	var account *scanners.Record
	out := map[string]*scanners.Record{}
	for ref, err := range scanner.Discover(t.Context(), target) {
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
			out[record.Name] = &record
		}
	}
	return out
}
