package gcs_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// TestProjectsAreListedSideBySide: 200 projects in ten folders, 50 ms a call, are named in less than two seconds, in the
// order of the tree.
func TestProjectsAreListedSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-time.After(50 * time.Millisecond)
			query := r.URL.Query()
			folder, below := strings.CutPrefix(query.Get("parent"), "folders/")
			var items []string
			switch {
			case strings.HasSuffix(r.URL.Path, "/projects") && below:
				for i := range 20 {
					items = append(items, fmt.Sprintf(`{"projectId":"project-%s-%02d","state":"ACTIVE"}`, folder, i))
				}
				return answer(r, 200, `{"projects":[`+strings.Join(items, ",")+`]}`), nil
			case strings.HasSuffix(r.URL.Path, "/folders") && !below:
				for i := range 10 {
					items = append(items, fmt.Sprintf(`{"name":"folders/%d","state":"ACTIVE"}`, 10+i))
				}
				return answer(r, 200, `{"folders":[`+strings.Join(items, ",")+`]}`), nil
			case r.URL.Path == "/storage/v1/b":
				return answer(r, 200, `{"kind":"storage#buckets","items":[{"name":"bucket-of-`+query.Get("project")+`"}]}`), nil
			}
			return answer(r, 200, `{}`), nil
		})
		s := gcs.New(scanners.Runtime{Transport: slow}, gcs.WithCredentials(lab.GoogleCredentials()))
		began, last, n := time.Now(), "", 0
		for ref, err := range s.Discover(t.Context(), target(t, "gcp:organizations/1")) {
			if err != nil {
				t.Fatal(err)
			}
			if ref.Kind != scanners.KindBucket {
				continue
			}
			if n++; ref.Name <= last {
				t.Errorf("%s after %s", ref.Name, last)
			}
			last = ref.Name
		}
		if took := time.Since(began); n != 200 || took > 2*time.Second {
			t.Errorf("%d buckets after %v", n, took)
		}
	})
}

// TestAReaderThatStops: nothing is asked any more once the reader has gone.
func TestAReaderThatStops(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	for range b.scanner.Discover(t.Context(), target(t, "gcp:organizations/1")) {
		break
	}
	before := total(b.lab.Calls())
	for range 100 {
		if n := total(b.lab.Calls()); n != before {
			t.Fatalf("%d calls after the reader had gone", n-before)
		}
	}
}
