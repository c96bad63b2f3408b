package awss3_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// TestRefusedInBetween: Amazon S3 has every call that is made, and names a code in every refusal. A proxy that forwards
// some of them only does not speak for it.
func TestRefusedInBetween(t *testing.T) {
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusNotImplemented} {
		for _, body := range []string{"", "<html><body>not here</body></html>"} {
			world, err := lab.Start(oneBucket(lab.Bucket{}))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(world.Close)
			refusing := false
			proxy := roundTrip(func(r *http.Request) (*http.Response, error) {
				if !refusing {
					return world.Transport().RoundTrip(r)
				}
				return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
			})
			s := awss3.New(scanners.Runtime{Transport: proxy, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
			head := scanners.Head{ID: acme, Kind: scanners.KindBucket, Provider: scanners.AWS, Name: "acme", Account: mine, Region: "us-east-1"}
			ref := scanners.Ref{Head: head, Scope: "aws:account/" + mine, Target: scanners.Target{Scheme: "aws"}}
			if _, err := s.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.versioning"), nil); err != nil {
				t.Fatal(err)
			}
			refusing = true
			need := s.Describe().Facts().OfKind(scanners.KindBucket)
			rec, err := s.Inspect(t.Context(), ref, need, nil)
			if err != nil {
				t.Fatal(err)
			}
			var wrong []string
			for name := range need {
				if got := rec.Status(name); got.State != scanners.Unknown {
					wrong = append(wrong, fmt.Sprintf("%s: %s", name, got.State))
				}
			}
			if len(wrong) > 0 {
				t.Errorf("%d %q: %d of %d facts are taken for told: %v", status, body, len(wrong), len(need), wrong)
			}
		}
	}
}
