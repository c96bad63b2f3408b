package gcs_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// bigTree answers for ten folders of 20 projects with a bucket each, 50 ms a call.
func bigTree(t *testing.T, calls *atomic.Int32) *gcs.Scanner {
	t.Helper()
	slow := roundTrip(func(r *http.Request) (*http.Response, error) {
		calls.Add(1)
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
	return gcs.New(scanners.Runtime{Transport: slow}, gcs.WithCredentials(lab.GoogleCredentials()))
}

// TestProjectsAreListedSideBySide: 200 projects are named in less than two seconds, in the order of the tree.
func TestProjectsAreListedSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		began, last, n := time.Now(), "", 0
		for ref, err := range bigTree(t, &calls).Discover(t.Context(), target(t, "gcp:organizations/1")) {
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
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		for range bigTree(t, &calls).Discover(t.Context(), target(t, "gcp:organizations/1")) {
			break
		}
		before := calls.Load()
		<-time.After(time.Hour)
		if n := calls.Load() - before; n != 0 || before > 200 {
			t.Errorf("%d calls, and %d after the reader had gone", before, n)
		}
	})
}

// TestFoldersInACircle: a tree that a service makes up does not keep a scan going.
func TestFoldersInACircle(t *testing.T) {
	var calls atomic.Int32
	circle := roundTrip(func(r *http.Request) (*http.Response, error) {
		calls.Add(1)
		if strings.HasSuffix(r.URL.Path, "/folders") {
			return answer(r, 200, `{"folders":[{"name":"folders/1"},{"name":"folders/2"},{"name":"folders/3"}]}`), nil
		}
		return answer(r, 200, `{}`), nil
	})
	b := start(t, organisation(), scanners.Runtime{Transport: circle})
	got := b.discover("gcp:folders/1")
	if n := calls.Load(); n > 10 || len(got.errs) != 3 || len(got.refs) != 0 {
		t.Errorf("%d calls, %v", n, got.errs)
	}
}

// TestNothingIsLeftOutSilently: what is listed under a name that cannot be asked about makes its scope incomplete.
func TestNothingIsLeftOutSilently(t *testing.T) {
	for path, body := range map[string]string{
		"/v3/projects":  `{"projects":[{"projectId":"Not/An/Id","state":"ACTIVE"}]}`,
		"/v3/folders":   `{"folders":[{"name":"elsewhere/1","state":"ACTIVE"}]}`,
		"/storage/v1/b": `{"kind":"storage#buckets","items":[{"name":"Not/A/Bucket"}]}`,
	} {
		s := gcs.New(scanners.Runtime{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			switch {
			case r.URL.Path == path:
				return answer(r, 200, body), nil
			case r.URL.Path == "/v3/projects":
				return answer(r, 200, `{"projects":[{"projectId":"acme-prod","state":"ACTIVE"}]}`), nil
			case r.URL.Path == "/storage/v1/b":
				return answer(r, 200, `{"kind":"storage#buckets"}`), nil
			}
			return answer(r, 200, `{}`), nil
		})}, gcs.WithCredentials(lab.GoogleCredentials()))
		var errs []string
		for _, err := range s.Discover(t.Context(), target(t, "gcp:organizations/1")) {
			if err != nil {
				errs = append(errs, err.Error())
			}
		}
		if len(errs) != 1 || !strings.Contains(errs[0], "no name that") {
			t.Errorf("%s: %q", path, errs)
		}
	}
}
