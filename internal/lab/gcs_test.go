package lab

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	storage "google.golang.org/api/storage/v1"
)

func TestGoogleHosts(t *testing.T) {
	for _, name := range []string{"storage.googleapis.com", "storage.googleapis.com:443", "iam.googleapis.com", "us-central1-cloudresourcemanager.googleapis.com"} {
		if !isGoogle(name) {
			t.Errorf("%s is not of this world", name)
		}
	}
	for _, name := range []string{"", "googleapis.com", "storage.googleapis.com.evil.example", "compute.googleapis.com", "x.y-cloudresourcemanager.googleapis.com", "evilstorage.googleapis.com"} {
		if isGoogle(name) {
			t.Errorf("%q was taken for Google's", name)
		}
	}
}

// TestGoogleMethods holds addresses against the discovery documents of the APIs.
func TestGoogleMethods(t *testing.T) {
	for address, want := range map[string][3]string{
		"https://storage.googleapis.com/storage/v1/b?project=p":                                                     {"storage.buckets.list", "p", ""},
		"https://storage.googleapis.com/storage/v1/b/acme":                                                          {"storage.buckets.get", "acme", ""},
		"https://storage.googleapis.com/storage/v1/b/acme/iam":                                                      {"storage.buckets.getIamPolicy", "acme", ""},
		"https://storage.googleapis.com/storage/v1/b/acme/o":                                                        {"storage.objects.list", "acme", ""},
		"https://storage.googleapis.com/storage/v1/b/acme/managedFolders":                                           {"storage.managedFolders.list", "acme", ""},
		"https://storage.googleapis.com/storage/v1/b/acme/managedFolders/a%2Fb%2F/iam":                              {"storage.managedFolders.getIamPolicy", "acme", "a/b/"},
		"https://storage.googleapis.com/storage/v1/b/acme/notificationConfigs":                                      {"storage.notifications.list", "acme", ""},
		"https://storage.googleapis.com/storage/v1/projects/p/hmacKeys":                                             {"storage.projects.hmacKeys.list", "p", ""},
		"https://storage.googleapis.com/acme/a/b.txt":                                                               {"xml.objects.get", "acme", "a/b.txt"},
		"https://storage.googleapis.com/acme?list-type=2":                                                           {"xml.objects.list", "acme", ""},
		"https://cloudresourcemanager.googleapis.com/v3/projects?parent=folders/1":                                  {"cloudresourcemanager.projects.list", "folders/1", ""},
		"https://cloudresourcemanager.googleapis.com/v3/folders/1":                                                  {"cloudresourcemanager.folders.get", "folders/1", ""},
		"https://iam.googleapis.com/v1/organizations/1/roles":                                                       {"iam.organizations.roles.list", "organizations/1", ""},
		"https://iam.googleapis.com/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies":    {"iam.policies.listPolicies", "projects/p", ""},
		"https://iam.googleapis.com/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fp/denypolicies/d":  {"iam.policies.get", "projects/p", "d"},
		"https://orgpolicy.googleapis.com/v2/projects/p/policies/storage.publicAccessPrevention:getEffectivePolicy": {"orgpolicy.projects.policies.getEffectivePolicy", "p", "storage.publicAccessPrevention:getEffectivePolicy"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := readGoogle(r, url.Values{})
		if diff := cmp.Diff(want, [3]string{q.operation, q.bucket, q.key}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, "https://storage.googleapis.com/storage/v1/b/acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	if q := readGoogle(r, url.Values{}); q.operation != http.MethodDelete {
		t.Errorf("a deletion is counted as %s", q.operation)
	}
}

// bearer asks as the owner, or without credentials for an empty token.
func (l *Lab) bearer(t *testing.T, address, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := l.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// TestWhatGoogleLeavesOut: ACLs under uniform access or without the full projection, conditions below version 3, rules
// of deny policies in a list.
func TestWhatGoogleLeavesOut(t *testing.T) {
	b := GoogleBucket{Resource: storage.Bucket{Name: "acme", Acl: []*storage.BucketAccessControl{{Entity: "allUsers", Role: "READER"}},
		IamConfiguration: &storage.BucketIamConfiguration{UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{}}},
		Policy: storage.Policy{Bindings: []*storage.PolicyBindings{{Role: "r", Members: []string{"allUsers"}, Condition: &storage.Expr{Expression: "true"}}}}}
	world := &Google{Projects: []GoogleProject{{ID: "acme-prod", Number: 7, Buckets: []GoogleBucket{b}}},
		Denies: map[string][]GoogleDeny{"projects/acme-prod": {{ID: "d", Rules: `[{"denyRule":{}}]`}}}}
	l := begin(t, World{Google: world})
	const base = "https://storage.googleapis.com/storage/v1/b/acme"
	for address, wants := range map[string]bool{base + "?projection=full": true, base: false, base + "?projection=noAcl": false} {
		if _, body := l.bearer(t, address, "x"); strings.Contains(body, `"acl"`) != wants {
			t.Errorf("%s: %s", address, body)
		}
	}
	for query, wants := range map[string]bool{"": false, "?optionsRequestedPolicyVersion=3": true} {
		if _, body := l.bearer(t, base+"/iam"+query, "x"); strings.Contains(body, `"condition"`) != wants || strings.Contains(body, `"role":"r"`) != wants {
			t.Errorf("%s: %s", query, body)
		}
	}
	deny := "https://iam.googleapis.com/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Facme-prod/denypolicies"
	for address, wants := range map[string]bool{deny: false, deny + "/d": true} {
		if _, body := l.bearer(t, address, "x"); strings.Contains(body, "denyRule") != wants {
			t.Errorf("%s: %s", address, body)
		}
	}
	if status, _ := l.bearer(t, base, ""); status != http.StatusUnauthorized {
		t.Errorf("the JSON API answers strangers with %d", status)
	}
}

func TestStrangersAtGoogle(t *testing.T) {
	l := begin(t, DemoWorld())
	for address, want := range map[string]int{
		"https://storage.googleapis.com/acme-recruit-documents?list-type=2&max-keys=1":        200,
		"https://storage.googleapis.com/acme-recruit-documents/applicants/20117/passport.jpg": 200,
		"https://storage.googleapis.com/acme-customer-exports?list-type=2":                    403,
		"https://storage.googleapis.com/acme-old-site/index.html":                             403,
		"https://storage.googleapis.com/no-such-bucket-here?list-type=2":                      404,
	} {
		if status, body := l.bearer(t, address, ""); status != want {
			t.Errorf("%s: %d %s", address, status, body)
		}
	}
}

func TestDemoOfGoogleIsWhole(t *testing.T) {
	for place, list := range DemoWorld().Google.Denies {
		for _, d := range list {
			if !json.Valid([]byte(d.Rules)) {
				t.Errorf("deny policy %s of %s: %s", d.ID, place, d.Rules)
			}
		}
	}
}
