//go:build servers && unix

// The scanner of Google Cloud Storage against fake-gcs-server: listing, paging and ACLs, by the vendor's own host names
// over TLS. The server checks no permission and drops most of a bucket's settings, so nothing else is asked of it.

package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// googleAPI makes one JSON request of the server, as its tests' setup.
func googleAPI(t *testing.T, server *servers.Server, method, path string, body any) {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "https://storage.googleapis.com"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, answer)
	}
}

func gcsScanner(server *servers.Server, wrap func(http.RoundTripper) http.RoundTripper, objects int) *gcs.Scanner {
	return gcs.New(scanners.Runtime{Transport: wrap(servers.Transport(server)), Now: time.Now, Objects: objects}, gcs.WithoutAuthentication(),
		gcs.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
}

// pageSize makes the scanner ask for pages of a size that a test can afford to fill.
type pageSize struct {
	base  http.RoundTripper
	calls *int
}

func (p pageSize) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	if r.URL.Path == "/storage/v1/b" {
		*p.calls++
		query.Set("maxResults", "3")
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	return p.base.RoundTrip(r)
}

func TestGCSListingAndPaging(t *testing.T) {
	server := servers.FakeGCS(t, servers.TLS())
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("acme-%02d", i)
		googleAPI(t, server, http.MethodPost, "/storage/v1/b?project=acme-prod", map[string]any{"name": name, "versioning": map[string]any{"enabled": i%2 == 0}})
		want = append(want, scanners.GCSBucketID(name))
	}
	calls := 0
	scanner := gcsScanner(server, func(base http.RoundTripper) http.RoundTripper { return pageSize{base, &calls} }, 0)
	target, err := scanners.ParseTarget("gcp:acme-prod")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for ref, err := range scanner.Discover(t.Context(), target) {
		if err != nil {
			t.Fatal(err)
		}
		if ref.Kind != scanners.KindBucket {
			continue
		}
		got = append(got, ref.ID)
		record, err := scanner.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.versioning"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if even := strings.ContainsAny(ref.Name[len(ref.Name)-1:], "0246"); record.Bucket.Versioning.Value.Enabled != even {
			t.Errorf("versioning of %s: %+v", ref.Name, record.Bucket.Versioning)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if calls < 3 {
		t.Errorf("%d pages", calls)
	}
}

func TestGCSACLs(t *testing.T) {
	server := servers.FakeGCS(t, servers.TLS())
	googleAPI(t, server, http.MethodPost, "/storage/v1/b?project=acme-prod", map[string]any{"name": "acme-acl"})
	for _, name := range []string{"open/\u6238 1.txt", "shut.txt"} {
		googleAPI(t, server, http.MethodPost, "/upload/storage/v1/b/acme-acl/o?uploadType=media&name="+strings.NewReplacer("/", "%2F", " ", "%20", "\u6238", "%E6%88%B8").Replace(name), map[string]any{})
	}
	googleAPI(t, server, http.MethodPost, "/storage/v1/b/acme-acl/o/open%2F%E6%88%B8%201.txt/acl", map[string]any{"entity": "allUsers", "role": "READER"})
	scanner := gcsScanner(server, func(base http.RoundTripper) http.RoundTripper { return base }, 10)
	target, err := scanners.ParseTarget("gs://acme-acl")
	if err != nil {
		t.Fatal(err)
	}
	for ref, err := range scanner.Discover(t.Context(), target) {
		if err != nil {
			t.Fatal(err)
		}
		if ref.Kind != scanners.KindBucket {
			continue
		}
		record, err := scanner.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.objects", "bucket.gcp.iam", "bucket.gcp.uniform_access"), nil)
		if err != nil {
			t.Fatal(err)
		}
		sample := record.Bucket.Objects.Value
		public := map[string]bool{}
		for _, o := range sample.Objects {
			for _, g := range o.Grants {
				public[o.Key] = public[o.Key] || g.Grantee == "allUsers" && g.Permission == "READER"
			}
			if !o.ACLRead {
				t.Errorf("the ACL of %q was not read: %+v", o.Key, o.ACLReason)
			}
		}
		if len(sample.Objects) != 2 || !public["open/\u6238 1.txt"] || public["shut.txt"] {
			t.Errorf("%+v", sample)
		}
		// The server has no such settings and says nothing of them; that is never taken for "off".
		if record.Bucket.GCP.UniformAccess.State != scanners.Unknown || record.Bucket.GCP.IAM.State == scanners.Known {
			t.Errorf("uniform access %+v, policy %+v", record.Bucket.GCP.UniformAccess, record.Bucket.GCP.IAM)
		}
	}
}
