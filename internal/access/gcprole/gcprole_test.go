package gcprole_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/gcprole"
	"github.com/tojimari/tojimari/scanners"
)

func roles(list ...scanners.CustomRole) scanners.Fact[scanners.CustomRoles] {
	return scanners.KnownFact(scanners.CustomRoles{List: list}, scanners.Origin{Call: "x"})
}

// TestPermissions holds roles against "IAM roles for Cloud Storage" and the rules for custom roles.
func TestPermissions(t *testing.T) {
	custom := roles(
		scanners.CustomRole{Name: "projects/p/roles/reader", Permissions: []string{"compute.instances.list", "storage.objects.get", "storage.buckets.get"}},
		scanners.CustomRole{Name: "projects/p/roles/off", Stage: "DISABLED", Permissions: []string{"storage.objects.get"}},
		scanners.CustomRole{Name: "organizations/1/roles/gone", Deleted: true, Permissions: []string{"storage.objects.get"}},
		scanners.CustomRole{Name: "roles/storage.objectCreator", Permissions: []string{"storage.objects.get"}},
	)
	for role, want := range map[string][]string{
		"roles/storage.objectViewer":       {"objects.get", "objects.list"},
		"roles/storage.objectCreator":      {"objects.create"},
		"roles/storage.legacyObjectReader": {"objects.get"},
		"roles/storage.legacyBucketReader": {"objects.list"},
		"roles/storage.admin": {"buckets.getIamPolicy", "buckets.setIamPolicy", "managedFolders.setIamPolicy", "objects.create", "objects.delete",
			"objects.get", "objects.list", "objects.setIamPolicy", "objects.update"},
		"roles/storage.folderAdmin":       {"managedFolders.setIamPolicy", "objects.create", "objects.delete", "objects.get", "objects.list", "objects.setIamPolicy", "objects.update"},
		"roles/storage.legacyBucketOwner": {"buckets.getIamPolicy", "buckets.setIamPolicy", "managedFolders.setIamPolicy", "objects.create", "objects.delete", "objects.list"},
		"roles/storage.legacyObjectOwner": {"objects.get", "objects.setIamPolicy", "objects.update"},
		"roles/iam.securityReviewer":      {"buckets.getIamPolicy", "objects.list"},
		"roles/firebase.viewer":           {"buckets.getIamPolicy", "objects.get", "objects.list"},
		"roles/dataflow.worker":           {"objects.create", "objects.get"},
		"roles/cloudbuild.builds.builder": {"objects.create", "objects.delete", "objects.get", "objects.list", "objects.update"},
		"roles/viewer":                    {},
		"roles/editor":                    {},
		"roles/owner":                     {},
		"projects/p/roles/reader":         {"objects.get"},
		"projects/p/roles/off":            nil,
		"organizations/1/roles/gone":      nil,
	} {
		got, known := gcprole.Permissions(role, custom)
		if !known {
			t.Errorf("%s is not known", role)
		}
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", role, diff)
		}
	}
	for _, role := range []string{"", "roles/", "roles/storage.objectViewer ", "roles/Storage.ObjectViewer", "projects/q/roles/reader", "organizations/1/roles/x", "roles/storage.objectViewer_withcond_1"} {
		if got, known := gcprole.Permissions(role, custom); known || len(got) > 0 {
			t.Errorf("%q is taken for known, with %q", role, got)
		}
	}
	if _, known := gcprole.Permissions("projects/p/roles/reader", scanners.Fact[scanners.CustomRoles]{}); known {
		t.Error("a custom role is known although none was read")
	}
}

// TestTableIsWhole: storage.admin has every deciding permission, so that each of them has to be in the table.
func TestTableIsWhole(t *testing.T) {
	admin, _ := gcprole.Permissions("roles/storage.admin", scanners.Fact[scanners.CustomRoles]{})
	if len(admin) != 9 || !slices.IsSorted(admin) {
		t.Errorf("%q", admin)
	}
}

// TestAdminsHoldWhatUsersHold: the roles for Cloud Storage come in rising order ("IAM roles for Cloud Storage").
func TestAdminsHoldWhatUsersHold(t *testing.T) {
	for _, rising := range [][]string{
		{"roles/storage.objectCreator", "roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.folderAdmin", "roles/storage.admin"},
		{"roles/storage.objectViewer", "roles/storage.objectUser"},
		{"roles/storage.legacyBucketReader", "roles/storage.legacyBucketWriter", "roles/storage.legacyBucketOwner"},
		{"roles/storage.legacyObjectReader", "roles/storage.legacyObjectOwner"},
	} {
		for i := 1; i < len(rising); i++ {
			less, _ := gcprole.Permissions(rising[i-1], scanners.Fact[scanners.CustomRoles]{})
			more, _ := gcprole.Permissions(rising[i], scanners.Fact[scanners.CustomRoles]{})
			for _, p := range less {
				if !slices.Contains(more, p) {
					t.Errorf("%s has %s, %s does not", rising[i-1], p, rising[i])
				}
			}
			if len(less) == 0 {
				t.Errorf("%s has nothing", rising[i-1])
			}
		}
	}
}

// Whatever a project calls its roles and puts into them: an answer, and nothing that is not there.
func TestCustomRolesGiveWhatTheyHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"projects/p/roles/", "organizations/1/roles/"}).Draw(t, "where") + rapid.String().Draw(t, "name")
		held := rapid.SliceOf(rapid.SampledFrom([]string{"storage.objects.get", "storage.objects.list", "storage.objects", "objects.get", "storage.", "", "storage.buckets.setIamPolicy", "xstorage.objects.get"})).Draw(t, "held")
		role := scanners.CustomRole{Name: name, Permissions: held, Deleted: rapid.Bool().Draw(t, "deleted")}
		got, known := gcprole.Permissions(name, roles(role))
		if !known || role.Deleted && len(got) > 0 {
			t.Fatalf("%q: %v, %q", name, known, got)
		}
		for _, p := range got {
			if !slices.Contains(held, "storage."+p) {
				t.Fatalf("%q gives %q, which it does not hold: %q", name, p, held)
			}
		}
	})
}

func FuzzPermissions(f *testing.F) {
	f.Add("roles/storage.admin", "storage.objects.get")
	f.Add("projects/p/roles/r", "storage.objects.get")
	f.Fuzz(func(t *testing.T, role, permission string) {
		got, known := gcprole.Permissions(role, roles(scanners.CustomRole{Name: role, Permissions: []string{permission}}))
		if !known && len(got) > 0 {
			t.Errorf("%q is not known and includes %q", role, got)
		}
	})
}
