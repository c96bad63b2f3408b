package gcs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

func (b bench) scope(project string) scanners.Record {
	b.Helper()
	return b.inspect(b.ref("gcp:"+project, "gcp:project/"+project))
}

func TestPreventionByTheOrganisation(t *testing.T) {
	condition := `"condition":{"expression":"resource.matchTag('1/env','prod')"}`
	for rules, want := range map[string]fact{
		"":                   known(&scanners.PublicAccessPrevention{Mode: "inherited", Source: "organization"}),
		`[{"enforce":true}]`: known(&scanners.PublicAccessPrevention{Enforced: true, Mode: "enforced", Source: "organization"}),
		`[]`:                 known(&scanners.PublicAccessPrevention{Mode: "inherited", Source: "organization"}),
		`[{"enforce":true,` + condition + `},{"enforce":false}]`: {State: scanners.Unknown, Code: scanners.Partial},
		`[{"enforce":true},{"enforce":false,` + condition + `}]`: {State: scanners.Unknown, Code: scanners.Partial},
		`[{"enforce":true,` + condition + `},{"enforce":true}]`:  known(&scanners.PublicAccessPrevention{Enforced: true, Mode: "enforced", Source: "organization"}),
	} {
		world := oneBucket(lab.GoogleBucket{})
		world.Projects[0].PreventionRules = rules
		rec := start(t, world, scanners.Runtime{}).scope("acme-prod")
		if diff := cmp.Diff(want, onlyKnown(factOf(t, &rec, "scope.gcp.public_access_prevention"))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rules, diff)
		}
	}
}

func TestDenyPoliciesFromTheProjectUpwards(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	rec := b.scope("deep-project")
	var got []string
	for _, p := range rec.Scope.GCP.DenyPolicies.Value.List {
		got = append(got, p.AttachedTo+" "+p.ID)
		if !strings.Contains(p.Text, `"rules"`) {
			t.Errorf("a policy without its rules: %s", p.Text)
		}
	}
	if diff := cmp.Diff([]string{"folders/3 f", "organizations/1 a", "organizations/1 b"}, got); diff != "" {
		t.Error(diff)
	}
	// What lies above many projects is read once.
	before := b.lab.Calls()["gcp:iam.policies.get"]
	b.scope("top-project-a")
	if after := b.lab.Calls()["gcp:iam.policies.get"]; after != before {
		t.Errorf("%d more calls for policies that were read", after-before)
	}
}

func TestRefusalsAboveTheProject(t *testing.T) {
	for operation, want := range map[string]map[scanners.FactName]fact{
		"iam.policies.listPolicies": {"scope.gcp.deny_policies": {Code: scanners.Denied, Permission: "iam.denypolicies.list"}},
		"iam.policies.get":          {"scope.gcp.deny_policies": {Code: scanners.Denied, Permission: "iam.denypolicies.get"}},
		"cloudresourcemanager.folders.get": {
			"scope.gcp.deny_policies":     {Code: scanners.Denied, Permission: "resourcemanager.folders.get"},
			"scope.gcp.service_perimeter": {Code: scanners.Denied, Permission: "resourcemanager.folders.get"},
		},
		"iam.projects.roles.list":                        {"scope.gcp.custom_roles": {Code: scanners.Denied, Permission: "iam.roles.list"}},
		"orgpolicy.projects.policies.getEffectivePolicy": {"scope.gcp.public_access_prevention": {Code: scanners.Denied, Permission: "orgpolicy.policy.get"}},
		"storage.projects.hmacKeys.list":                 {"scope.gcp.hmac_keys": {Code: scanners.Denied, Permission: "storage.hmacKeys.list"}},
	} {
		rec := start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: operation}).scope("deep-project")
		for name, status := range rec.Facts() {
			switch f, refused := want[name]; {
			case refused && (status.Reason.Code != f.Code || status.Reason.Permission != f.Permission):
				t.Errorf("%s refused: %s is %+v", operation, name, status)
			case !refused && status.State == scanners.Unknown && status.Settled():
				t.Errorf("%s refused costs %s: %+v", operation, name, status)
			}
		}
		rec = start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Missing, Operation: operation}).scope("deep-project")
		for name := range want {
			if status := rec.Status(name); status.Reason.Code != scanners.Failed || !strings.Contains(status.Reason.Detail, "gcloud services enable") {
				t.Errorf("%s without its API: %+v", operation, status)
			}
		}
	}
}

func TestCustomRoles(t *testing.T) {
	rec := start(t, organisation(), scanners.Runtime{}).scope("deep-project")
	want := scanners.CustomRoles{List: []scanners.CustomRole{
		{Name: "organizations/1/roles/reader", Stage: "GA", Permissions: []string{"storage.objects.get"}},
		{Name: "projects/deep-project/roles/off", Stage: "DISABLED", Permissions: []string{"storage.objects.list"}},
	}}
	if diff := cmp.Diff(want, rec.Scope.GCP.CustomRoles.Value); diff != "" {
		t.Error(diff)
	}
	// The organisation's own may be out of sight; the project's are known all the same.
	rec = start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: "iam.organizations.roles.list"}).scope("deep-project")
	if diff := cmp.Diff(want.List[1:], rec.Scope.GCP.CustomRoles.Value.List); diff != "" {
		t.Error(diff)
	}
}

func TestHMACKeys(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{})
	world.Projects[0].Keys = []*storage.HmacKeyMetadata{
		{AccessId: "GOOG2", State: "INACTIVE", ServiceAccountEmail: "b@x", TimeCreated: "2021-01-01T00:00:00.000Z"},
		{AccessId: "GOOG1", State: "ACTIVE", ServiceAccountEmail: "a@x", TimeCreated: "2020-01-01T00:00:00.000Z"},
	}
	rec := start(t, world, scanners.Runtime{}).scope("acme-prod")
	want := scanners.AccessKeys{List: []scanners.AccessKey{
		{ID: "GOOG1", State: "ACTIVE", Owner: "a@x", CreatedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "GOOG2", State: "INACTIVE", Owner: "b@x", CreatedAt: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)},
	}}
	if diff := cmp.Diff(want, rec.Scope.GCP.HMACKeys.Value); diff != "" {
		t.Error(diff)
	}
}
