package gcs_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// FuzzAnswers gives a scan one and the same answer to every question: no panic, no end that does not come, and no fact
// that is known where the answer was a refusal.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"kind":"storage#buckets"}`, `{"kind":"storage#buckets","items":[null,{"name":"acme","iamConfiguration":{},"acl":[null],"defaultObjectAcl":[null],"cors":[null],"lifecycle":{"rule":[null,{}]},"ipFilter":{"vpcNetworkSources":[null]}}]}`,
		`{"kind":"storage#bucket","name":"acme","acl":[{"entity":"allUsers","role":"READER"}],"projectNumber":"1"}`,
		`{"kind":"storage#buckets","nextPageToken":"again","items":[{"name":"acme"}]}`,
		`{"kind":"storage#policy","bindings":[null,{"role":"r","members":[""],"condition":null}]}`,
		`{"kind":"storage#objects","items":[null,{"name":"\u001b[2J","acl":[null],"size":"18446744073709551615"}]}`,
		`{"kind":"storage#hmacKeysMetadata","items":[null,{}]}`, `{"name":"x/policies/storage.publicAccessPrevention","spec":{"rules":[null,{"enforce":null}]}}`,
		`{"error":{"code":403,"message":"\u0000","status":"PERMISSION_DENIED","details":[null,{"reason":"SERVICE_DISABLED"}]}}`,
		`{"parent":"folders/../x","name":"projects/1"}`, `{"projects":[{"projectId":"../x"}],"folders":[{"name":"folders/1"}]}`,
		`{"folders":[{"name":"folders/1"},{"name":"folders/2"},{"name":"folders/3"}]}`, `[`, "", "\xff",
	} {
		f.Add(200, body)
		f.Add(403, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		var asked atomic.Int32
		rt := scanners.Runtime{Objects: 2, Now: func() time.Time { return at }, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if asked.Add(1) > 5_000 {
				t.Errorf("no end of questions, the last %s", r.URL)
				return nil, context.Canceled
			}
			if strings.Contains(r.URL.Path, "..") {
				t.Errorf("an answer led to %s", r.URL)
			}
			return answer(r, status, body), nil
		})}
		s := gcs.New(rt, gcs.WithCredentials(lab.GoogleCredentials()), gcs.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
		for _, text := range []string{"gcp:acme-prod", "gs://acme", "gcp:folders/1"} {
			n := 0
			for ref, err := range s.Discover(t.Context(), target(t, text)) {
				if n++; n > 200 {
					break
				}
				if err != nil || ref.ID == "" {
					continue
				}
				rec, err := s.Inspect(t.Context(), ref, s.Describe().Facts().OfKind(ref.Kind), nil)
				if err != nil {
					continue
				}
				for name, fact := range rec.Facts() {
					if status != 200 && fact.State == scanners.Known {
						t.Errorf("%s is known from status %d", name, status)
					}
				}
			}
		}
	})
}
