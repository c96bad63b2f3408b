package gcs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

// organisation has a project directly in it, two in folders, and a folder in a folder.
func organisation() *lab.Google {
	bucket := func(name string) []lab.GoogleBucket {
		return []lab.GoogleBucket{{Resource: storage.Bucket{Name: name, Location: "EU", IamConfiguration: uniform()}}}
	}
	return &lab.Google{
		Folders: []lab.GoogleFolder{{Name: "folders/3", Parent: "folders/2"}, {Name: "folders/2", Parent: "organizations/1"}},
		Projects: []lab.GoogleProject{
			{ID: "deep-project", Number: 30, Parent: "folders/3", Buckets: bucket("deep-bucket")},
			{ID: "top-project-b", Number: 11, Parent: "organizations/1", Buckets: bucket("top-b")},
			{ID: "top-project-a", Number: 10, Parent: "organizations/1", Buckets: bucket("top-a"), Prevention: true},
			{ID: "middle-project", Number: 20, Parent: "folders/2", Buckets: bucket("middle")},
			{ID: "lonely-project", Number: 40, Buckets: bucket("lonely")},
		},
		Denies: map[string][]lab.GoogleDeny{
			"organizations/1": {{ID: "b", Rules: `[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"]}}]`}, {ID: "a", Rules: `[]`}},
			"folders/3":       {{ID: "f", Rules: `[]`}},
		},
		Roles: map[string][]lab.GoogleRole{
			"organizations/1":       {{Name: "organizations/1/roles/reader", Permissions: []string{"storage.objects.get", "compute.instances.list"}}},
			"projects/deep-project": {{Name: "projects/deep-project/roles/off", Stage: "DISABLED", Permissions: []string{"storage.objects.list"}}},
		},
	}
}

func TestDiscover(t *testing.T) {
	project := func(ids ...string) []string {
		var out []string
		for i, id := range ids {
			prefix := "gcp:gcs:bucket/"
			if i == 0 {
				prefix = "gcp:project/"
			}
			out = append(out, prefix+id)
		}
		return out
	}
	deep, middle := project("deep-project", "deep-bucket"), project("middle-project", "middle")
	below := append(append([]string{}, middle...), deep...)
	for text, want := range map[string][]string{
		"gcp:top-project-a":   project("top-project-a", "top-a"),
		"gcp:folders/3":       deep,
		"gcp:folders/2":       below,
		"gcp:organizations/1": append(append(project("top-project-a", "top-a"), project("top-project-b", "top-b")...), below...),
		"gs://middle":         middle,
	} {
		b := start(t, organisation(), scanners.Runtime{})
		if diff := cmp.Diff(want, b.mustDiscover(text).ids()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestTheDefaultProject(t *testing.T) {
	t.Setenv("GOOGLE_CLOUD_PROJECT", "top-project-a")
	b := start(t, organisation(), scanners.Runtime{})
	if got := b.mustDiscover("gcp").ids(); got[0] != "gcp:project/top-project-a" {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"} {
		t.Setenv(name, "")
	}
	got := start(t, organisation(), scanners.Runtime{}).discover("gcp")
	if len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrBadTarget) || !strings.Contains(hintOf(got.errs[0]), "gcp:PROJECT") {
		t.Errorf("%v", got.errs)
	}
}

func TestRefusedProjectsAreFailedScopes(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: "storage.buckets.list", Resource: "middle-project"},
		lab.Fault{Kind: lab.Missing, Operation: "storage.buckets.list", Resource: "top-project-b"})
	failed := map[string]scanners.Failure{}
	var ids []string
	for ref, err := range b.scanner.Discover(t.Context(), target(t, "gcp:organizations/1")) {
		if err != nil {
			failed[ref.ID] = scanners.FailureOf(err)
			continue
		}
		ids = append(ids, ref.ID)
	}
	if got := failed["gcp:project/middle-project"]; got.Code != scanners.CodeDenied || got.Permission != "storage.buckets.list" || !strings.Contains(got.Hint, "permissions gcp") {
		t.Errorf("refused: %+v", got)
	}
	if got := failed["gcp:project/top-project-b"]; got.Code != scanners.CodeFailed || !strings.Contains(got.Detail, "is not enabled") {
		t.Errorf("without the API: %+v", got)
	}
	if want := "gcp:gcs:bucket/deep-bucket"; ids[len(ids)-1] != want {
		t.Errorf("the scan did not go on to %s: %v", want, ids)
	}
}

func TestRefusedFoldersAreFailedScopes(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: "cloudresourcemanager.projects.list", Resource: "folders/2"})
	var failed []string
	for ref, err := range b.scanner.Discover(t.Context(), target(t, "gcp:organizations/1")) {
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s %s %s", ref.ID, scanners.FailureOf(err).Code, scanners.FailureOf(err).Permission))
		}
	}
	if diff := cmp.Diff([]string{"gcp:folders/2 denied resourcemanager.projects.list"}, failed); diff != "" {
		t.Error(diff)
	}
	got := start(t, organisation(), scanners.Runtime{}).discover("gcp:organizations/9")
	if len(got.errs) != 1 || len(got.refs) != 0 || !errors.Is(got.errs[0], scanners.ErrDenied) {
		t.Errorf("an organisation that is not there: %v", got.errs)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	for _, text := range []string{"gcp:no-such-project", "gs://no-such-bucket"} {
		got := b.discover(text)
		if len(got.refs) != 0 || len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrGone) || !strings.Contains(hintOf(got.errs[0]), "check") {
			t.Errorf("%s: %v %v", text, got.ids(), got.errs)
		}
	}
	ref := b.ref("gs://lonely", "gcp:gcs:bucket/lonely")
	gone := start(t, &lab.Google{Projects: []lab.GoogleProject{{ID: "lonely-project", Number: 40}}}, scanners.Runtime{})
	if _, err := gone.scanner.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.gcp.iam"), nil); !errors.Is(err, scanners.ErrGone) {
		t.Errorf("a bucket deleted meanwhile: %v", err)
	}
}

func TestPaging(t *testing.T) {
	world := &lab.Google{Projects: []lab.GoogleProject{{ID: "big-project", Number: 7}}}
	for i := range 2_345 {
		world.Projects[0].Buckets = append(world.Projects[0].Buckets, lab.GoogleBucket{Resource: storage.Bucket{Name: fmt.Sprintf("b-%05d", 2_344-i), IamConfiguration: uniform()}})
	}
	b := start(t, world, scanners.Runtime{})
	ids := b.mustDiscover("gcp:big-project").ids()
	if len(ids) != 2_346 || ids[1] != "gcp:gcs:bucket/b-00000" || ids[2_345] != "gcp:gcs:bucket/b-02344" {
		t.Errorf("%d: %s ... %s", len(ids), ids[1], ids[len(ids)-1])
	}
	if got := b.lab.Calls()["gcp:storage.buckets.list"]; got != 3 {
		t.Errorf("%d calls", got)
	}
}

// TestExposureCallBudget: at most two calls per bucket for exposure, and one per managed folder.
func TestExposureCallBudget(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{Folders: []lab.GoogleManagedFolder{{Name: "a/"}, {Name: "b/"}, {Name: "c/"}}})
	b := start(t, world, scanners.Runtime{})
	ref := b.ref("gcp:acme-prod", acme)
	before := total(b.lab.Calls())
	b.inspect(ref, "bucket.gcp.iam", "bucket.gcp.uniform_access", "bucket.gcp.public_access_prevention", "bucket.gcp.acl", "bucket.gcp.ip_filter",
		"bucket.gcp.managed_folders", "bucket.requester_pays")
	if got := total(b.lab.Calls()) - before; got > 2+3 {
		t.Errorf("%d calls: %v", got, b.lab.Calls())
	}
	world.Projects[0].Buckets[0].Resource.IamConfiguration = byObject()
	world.Projects[0].Buckets[0].Folders = nil
	b = start(t, world, scanners.Runtime{})
	ref = b.ref("gcp:acme-prod", acme)
	before = total(b.lab.Calls())
	b.inspect(ref, "bucket.gcp.iam", "bucket.gcp.managed_folders", "bucket.gcp.acl")
	if got := total(b.lab.Calls()) - before; got != 1 {
		t.Errorf("without uniform access there are no folders to ask for: %d calls, %v", got, b.lab.Calls())
	}
}

func total(calls map[string]int) int {
	n := 0
	for _, c := range calls {
		n += c
	}
	return n
}

func TestTargets(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	for _, text := range []string{"gcp:a", "gcp:Folders/2", "gcp:folders/x", "gcp:folders/2/3", "gs://A", "gs://x/y", "gcp:top-project-a?profile=x", "gcp:top-project-a?impersonate-service-account=x",
		"gcp:top-project-a?quota-project=-", "gcp:../x", "gs://..", "gcp:organizations/1?impersonate-service-account=a@b/../c"} {
		parsed, err := scanners.ParseTarget(text)
		if err != nil {
			t.Fatal(err)
		}
		for ref, err := range b.scanner.Discover(t.Context(), parsed) {
			if !errors.Is(err, scanners.ErrBadTarget) || ref.ID != "" {
				t.Errorf("%s: %q %v", text, ref.ID, err)
			}
		}
	}
	if n := total(b.lab.Calls()); n != 0 {
		t.Errorf("%d calls for bad targets", n)
	}
}

func TestAnOwnerThatCannotBeSeen(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: "storage.buckets.get"})
	got := b.mustDiscover("gs://lonely")
	if len(got.refs) != 2 || got.refs[0].Account != "" {
		t.Fatalf("%+v", got.refs)
	}
	bucket := b.inspect(got.refs[1])
	if f := factOf(t, &bucket, "bucket.versioning"); f.Permission != "storage.buckets.get" {
		t.Errorf("%+v", f)
	}
	if bucket.Bucket.GCP.IAM.State != scanners.Known {
		t.Errorf("the policy may be read all the same: %+v", bucket.Bucket.GCP.IAM)
	}
	scope := b.inspect(got.refs[0])
	if f := factOf(t, &scope, "scope.gcp.deny_policies"); f.Code != scanners.Failed {
		t.Errorf("%+v", f)
	}
	b = start(t, organisation(), scanners.Runtime{}, lab.Fault{Kind: lab.Deny, Operation: "cloudresourcemanager.projects.get"})
	if ids := b.mustDiscover("gs://lonely").ids(); ids[0] != "gcp:project/40" {
		t.Errorf("known by its number alone: %v", ids)
	}
}
