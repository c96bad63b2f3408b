package gcs_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// permissions maps every method that the scanner may call to the IAM permissions that it needs ("IAM permissions for
// JSON methods", and the reference of each service). A method that is not here must not be called at all.
var permissions = map[string][]string{
	"storage.buckets.list":                                       {"storage.buckets.list"},
	"storage.buckets.get":                                        {"storage.buckets.get"},
	"storage.buckets.getIamPolicy":                               {"storage.buckets.getIamPolicy"},
	"storage.managedFolders.list":                                {"storage.managedFolders.list"},
	"storage.managedFolders.getIamPolicy":                        {"storage.managedFolders.getIamPolicy"},
	"storage.objects.list":                                       {"storage.objects.list"},
	"storage.notifications.list":                                 {"storage.buckets.get"},
	"storage.projects.hmacKeys.list":                             {"storage.hmacKeys.list"},
	"orgpolicy.projects.policies.getEffectivePolicy":             {"orgpolicy.policy.get"},
	"iam.policies.listPolicies":                                  {"iam.denypolicies.list"},
	"iam.policies.get":                                           {"iam.denypolicies.get"},
	"accesscontextmanager.accessPolicies.list":                   {"accesscontextmanager.policies.list"},
	"accesscontextmanager.accessPolicies.servicePerimeters.list": {"accesscontextmanager.servicePerimeters.list"},
	"iam.projects.roles.list":                                    {"iam.roles.list"},
	"iam.organizations.roles.list":                               {"iam.roles.list"},
	"cloudresourcemanager.projects.get":                          {"resourcemanager.projects.get"},
	"cloudresourcemanager.folders.get":                           {"resourcemanager.folders.get"},
	"cloudresourcemanager.effectiveTags.list":                    {"storage.buckets.listEffectiveTags"},
}

// TestEveryCallIsDeclared scans a project and holds the calls that it made against Describe, fact by fact.
func TestEveryCallIsDeclared(t *testing.T) {
	b := start(t, demo(), scanners.Runtime{Objects: 1})
	description := b.scanner.Describe()
	refs := b.mustDiscover("gcp:" + lab.DemoProject).refs
	b.declared(map[string]int{}, description.Requires)
	for _, supply := range description.Supplies {
		for _, ref := range refs {
			if ref.Kind != supply.Fact.Kind() {
				continue
			}
			ref.Seed = nil // as for a bucket that no listing has told of
			before := b.lab.Calls()
			b.inspect(ref, supply.Fact)
			b.declared(before, supply.Permissions)
		}
	}
	called := b.lab.Calls()
	for method := range permissions {
		if called["gcp:"+method] == 0 {
			t.Errorf("%s was never called: the test no longer covers it", method)
		}
	}
}

// declared checks the calls since a count against the permissions allowed for them.
func (b bench) declared(before map[string]int, allowed []string) {
	b.Helper()
	after := b.lab.Calls()
	for _, call := range slices.Sorted(maps.Keys(after)) {
		if after[call] == before[call] {
			continue
		}
		needed, known := permissions[strings.TrimPrefix(call, "gcp:")]
		if !known {
			b.Errorf("%s was called, which the scanner may not", call)
		}
		for _, p := range needed {
			if !slices.Contains(allowed, p) {
				b.Errorf("%s was called, which needs %s; declared are %q", call, p, allowed)
			}
		}
	}
}

// TestOnlyReads looks at every request on its way out, of a whole organisation.
func TestOnlyReads(t *testing.T) {
	l, err := lab.Start(lab.World{Google: demo()})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	seen := 0
	b := start(t, demo(), scanners.Runtime{Objects: 1, UserAgent: "tojimari/1.2.3", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		seen++
		if r.Method != http.MethodGet || r.URL.Scheme != "https" || !strings.HasSuffix(r.URL.Host, ".googleapis.com") || r.Body != nil && r.Body != http.NoBody {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if r.Header.Get("User-Agent") != "tojimari/1.2.3" || r.Header.Get("Authorization") != "Bearer lab-token" {
			t.Errorf("headers %v", r.Header)
		}
		return l.Transport().RoundTrip(r)
	})})
	b.everything("gcp:organizations/1001")
	if seen < 30 {
		t.Errorf("only %d requests", seen)
	}
}

func TestDescription(t *testing.T) {
	d := gcs.New(scanners.Runtime{Objects: 1}).Describe()
	var all []string
	for _, list := range permissions {
		all = append(all, list...)
	}
	all = append(all, "storage.objects.getIamPolicy") // the ACLs in a listing of objects
	for _, supply := range d.Supplies {
		for _, p := range supply.Permissions {
			if !slices.Contains(all, p) {
				t.Errorf("%s needs %s, which no method does", supply.Fact, p)
			}
			if verb := p[strings.LastIndexByte(p, '.')+1:]; !strings.HasPrefix(verb, "get") && !strings.HasPrefix(verb, "list") {
				t.Errorf("%s needs %s, which does more than read", supply.Fact, p)
			}
		}
	}
	var missing []scanners.FactName
	for _, f := range scanners.FactFields() {
		name := string(f.Name)
		if (strings.HasPrefix(name, "bucket.gcp.") || strings.HasPrefix(name, "scope.gcp.")) && !d.Facts().Has(f.Name) {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		t.Errorf("facts of Google Cloud that nobody supplies: %v", missing)
	}
}
