package gcs_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
	"github.com/tojimari/tojimari/scanners/scannertest"
)

func TestConformance(t *testing.T) {
	world := &lab.Google{
		Projects: []lab.GoogleProject{{
			ID: "acme-prod", Number: 42, Parent: "",
			Keys: []*storage.HmacKeyMetadata{{AccessId: "GOOG1E", State: "ACTIVE", TimeCreated: "2020-01-01T00:00:00Z", ServiceAccountEmail: "a@b.iam.gserviceaccount.com"}},
			Buckets: []lab.GoogleBucket{
				{
					Resource: storage.Bucket{Name: "acme-acl", Location: "EU", IamConfiguration: byObject(), TimeCreated: "2020-01-01T00:00:00Z"},
					Objects:  []*storage.Object{{Name: "a", Size: 1}, {Name: "b", Size: 2}, {Name: "c", Size: 3}},
				},
				{
					Resource: storage.Bucket{Name: "acme-iam", Location: "US-CENTRAL1", IamConfiguration: uniform(), Versioning: &storage.BucketVersioning{Enabled: true}},
					Policy:   storage.Policy{Bindings: []*storage.PolicyBindings{lab.Binding("projects/acme-prod/roles/reader", "allUsers")}},
					Folders: []lab.GoogleManagedFolder{
						{Name: "a/", Policy: storage.Policy{Bindings: []*storage.PolicyBindings{lab.Binding("roles/storage.objectViewer", "allUsers")}}},
						{Name: "b/c/"},
					},
					Tags: [][2]string{{"acme-prod/env", "prod"}}, Topics: []string{"t"},
				},
			},
		}},
		Denies: map[string][]lab.GoogleDeny{"projects/acme-prod": {{ID: "d", Rules: `[]`}}},
		Roles:  map[string][]lab.GoogleRole{"projects/acme-prod": {{Name: "projects/acme-prod/roles/reader", Permissions: []string{"storage.objects.get"}}}},
	}
	l, err := lab.Start(lab.World{Google: world})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	scannertest.Run(t, scannertest.Harness{
		New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			rt := scanners.Runtime{Transport: wrap(l.Transport()), Now: func() time.Time { return at }, UserAgent: "tojimari/test", Objects: 2}
			return gcs.New(rt, gcs.WithCredentials(lab.GoogleCredentials()),
				gcs.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })), nil
		},
		Target:  scanners.Target{Scheme: "gcp", Name: "acme-prod"},
		Answers: scannertest.GoogleAnswers(),
		Falls:   fallsTogether,
	})
}

// fallsTogether: what stands above a project is found by where it lies.
func fallsTogether(lost, with scanners.FactName) bool {
	above := []scanners.FactName{"scope.gcp.deny_policies", "scope.gcp.service_perimeter", "scope.gcp.custom_roles"}
	return slices.Contains(above, lost) && slices.Contains(above, with)
}

// TestConformanceOfTrees is for projects that are found through a folder and lie in an organisation.
func TestConformanceOfTrees(t *testing.T) {
	bucket := func(name string) []lab.GoogleBucket {
		return []lab.GoogleBucket{{Resource: storage.Bucket{Name: name, Location: "EU", IamConfiguration: uniform()}}}
	}
	world := &lab.Google{
		Folders: []lab.GoogleFolder{{Name: "folders/2", Parent: "organizations/1"}, {Name: "folders/3", Parent: "folders/2"}},
		Projects: []lab.GoogleProject{
			{ID: "acme-one", Number: 1, Parent: "folders/2", Buckets: bucket("acme-one-bucket")},
			{ID: "acme-two", Number: 2, Parent: "folders/3", Buckets: bucket("acme-two-bucket")},
		},
		Denies:     map[string][]lab.GoogleDeny{"organizations/1": {{ID: "d", Rules: `[]`}}},
		Perimeters: map[string][]string{"organizations/1": {fence("p", "1")}},
		Roles:      map[string][]lab.GoogleRole{"projects/acme-one": {{Name: "projects/acme-one/roles/reader", Permissions: []string{"storage.objects.get"}}}},
	}
	l, err := lab.Start(lab.World{Google: world})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	scannertest.Run(t, scannertest.Harness{
		New: func(wrap func(http.RoundTripper) http.RoundTripper) (scanners.Scanner, error) {
			rt := scanners.Runtime{Transport: wrap(l.Transport()), Now: func() time.Time { return at }, UserAgent: "tojimari/test"}
			return gcs.New(rt, gcs.WithCredentials(lab.GoogleCredentials()),
				gcs.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })), nil
		},
		Target:  scanners.Target{Scheme: "gcp", Name: "folders/2"},
		Answers: scannertest.GoogleAnswers(),
		Falls:   fallsTogether,
		// Roles of the organisation that may not be listed are left out; here there are none.
		Silent: func(identity string) bool { return strings.Contains(identity, "/v1/organizations/1/roles") },
	})
}
