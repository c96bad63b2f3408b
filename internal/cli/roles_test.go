package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/gcs"
)

// What each call needs, by the providers' references and not by what the scanners say of themselves: Azure RBAC,
// "Azure permissions for Storage" and "for Security"; Cloud Storage, "IAM permissions for JSON methods".
const azureStorage = "Microsoft.Storage/storageAccounts/"

var rolePermissions = map[string]string{
	"arm:Subscriptions.List":                          "Microsoft.Resources/subscriptions/read",
	"arm:ManagementGroups.GetDescendants":             "Microsoft.Management/managementGroups/descendants/read",
	"arm:StorageAccounts.List":                        azureStorage + "read",
	"arm:StorageAccounts.GetProperties":               azureStorage + "read",
	"arm:BlobContainers.List":                         azureStorage + "blobServices/containers/read",
	"arm:BlobContainers.Get":                          azureStorage + "blobServices/containers/read",
	"arm:BlobServices.GetServiceProperties":           azureStorage + "blobServices/read",
	"arm:ManagementPolicies.Get":                      azureStorage + "managementPolicies/read",
	"arm:LocalUsers.List":                             azureStorage + "localUsers/read",
	"arm:DiagnosticSettings.List":                     "Microsoft.Insights/diagnosticSettings/read",
	"arm:DefenderForStorage.Get":                      "Microsoft.Security/defenderforstoragesettings/read",
	"arm:NetworkSecurityPerimeterConfigurations.List": azureStorage + "networkSecurityPerimeterConfigurations/read",
	"blob:GetBlobServiceProperties":                   azureStorage + "blobServices/read",
	"blob:GetContainerACL":                            azureStorage + "blobServices/containers/getAcl/action",
	"blob:ListBlobs":                                  azureStorage + "blobServices/containers/blobs/read",

	"gcp:storage.buckets.list":                                       "storage.buckets.list",
	"gcp:storage.buckets.get":                                        "storage.buckets.get",
	"gcp:storage.buckets.getIamPolicy":                               "storage.buckets.getIamPolicy",
	"gcp:storage.managedFolders.list":                                "storage.managedFolders.list",
	"gcp:storage.managedFolders.getIamPolicy":                        "storage.managedFolders.getIamPolicy",
	"gcp:storage.objects.list":                                       "storage.objects.list",
	"gcp:storage.notifications.list":                                 "storage.buckets.get",
	"gcp:storage.projects.hmacKeys.list":                             "storage.hmacKeys.list",
	"gcp:orgpolicy.projects.policies.getEffectivePolicy":             "orgpolicy.policy.get",
	"gcp:iam.policies.listPolicies":                                  "iam.denypolicies.list",
	"gcp:iam.policies.get":                                           "iam.denypolicies.get",
	"gcp:accesscontextmanager.accessPolicies.list":                   "accesscontextmanager.policies.list",
	"gcp:accesscontextmanager.accessPolicies.servicePerimeters.list": "accesscontextmanager.servicePerimeters.list",
	"gcp:iam.projects.roles.list":                                    "iam.roles.list",
	"gcp:iam.organizations.roles.list":                               "iam.roles.list",
	"gcp:cloudresourcemanager.projects.get":                          "resourcemanager.projects.get",
	"gcp:cloudresourcemanager.folders.get":                           "resourcemanager.folders.get",
	"gcp:cloudresourcemanager.effectiveTags.list":                    "storage.buckets.listEffectiveTags",
}

// notByDemo are permissions of a role that a scan of the demo does not use, and when one does.
var notByDemo = map[string]string{
	"iam.roles.list":                    "a binding gives a custom role",
	"storage.buckets.listEffectiveTags": "a condition asks for tags",
	"storage.buckets.get":               "a bucket was named, and not listed",
	"storage.objects.getIamPolicy":      "the listing of objects comes with their ACLs",
	"storage.objects.get":               "objects are searched for links",
}

// needed scans the demo's part of a cloud, in which every setting is, and gives what the calls that were made need.
func needed(t *testing.T, target string, sel selection, objects int) []string {
	t.Helper()
	world := lab.DemoWorld()
	world.Faults = nil // a refusal may end a reading before its last call
	tree := true
	for i := range world.Azure.Subscriptions[0].Accounts {
		world.Azure.Subscriptions[0].Accounts[i].Properties.IsHnsEnabled = &tree
		world.Azure.Subscriptions[0].Accounts[i].Properties.IsSftpEnabled = &tree
	}
	clouds, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer clouds.Close()
	book, err := sel.book()
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{Selection: sel.chosen()})
	if err != nil {
		t.Fatal(err)
	}
	rt := scanners.Runtime{Transport: clouds.Transport(), Now: time.Now, Objects: objects}
	registry, err := all.New(rt, all.Config{
		Azure: []azureblob.Option{azureblob.WithCredential(lab.AzureCredential())}, GCS: []gcs.Option{gcs.WithCredentials(lab.GoogleCredentials())},
	})
	if err != nil {
		t.Fatal(err)
	}
	at, err := scanners.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	if _, err := engine.Run(context.Background(), engine.Config{Registry: registry, Targets: []scanners.Target{at}, Needs: needs{j, nil}, Emit: func(e engine.Event) error {
		if e.Failed != nil {
			lost++
		}
		return nil
	}}); err != nil || lost > 0 {
		t.Fatalf("%v, %d failures", err, lost)
	}
	set := map[string]bool{}
	for operation := range clouds.Calls() {
		permission, known := rolePermissions[operation]
		if !known {
			t.Errorf("%s was called, which no role is printed for", operation)
			continue
		}
		set[permission] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// printed is what the command prints for the same selection.
func printed(t *testing.T, target string, sel selection, objects int) []string {
	t.Helper()
	var out bytes.Buffer
	var list []string
	if strings.HasPrefix(target, "azure") {
		if err := writeAzureRole(&out, &sel, objects, target); err != nil {
			t.Fatal(err)
		}
		var role roleDefinition
		if err := json.Unmarshal(out.Bytes(), &role); err != nil {
			t.Fatal(err)
		}
		list = append(role.Actions, role.DataActions...)
	} else {
		if err := writeGCPRole(&out, &sel, objects); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if word, ok := strings.CutPrefix(line, "- "); ok {
				word, _, _ = strings.Cut(strings.TrimSpace(word), " ")
				list = append(list, word)
			}
		}
	}
	slices.Sort(list)
	return list
}

// TestRolesHoldWhatScansCall: a role allows every call that a scan makes, and with every rule chosen nothing else.
func TestRolesHoldWhatScansCall(t *testing.T) {
	for name, tc := range map[string]struct {
		target  string
		sel     selection
		objects int
		exact   bool
	}{
		"azure, everything":        {"azure", selection{}, 5, true},
		"azure, no sample":         {"azure", selection{}, 0, true},
		"azure, management group":  {"azure:mg/acme", selection{}, 5, false},
		"azure, one rule":          {"azure", selection{rules: judge.Selection{Rules: []string{"versioning-off"}}}, 0, true},
		"azure, one verdict":       {"azure", selection{rules: judge.Selection{Rules: []string{"public-list"}}}, 0, true},
		"google, everything":       {"gcp:" + lab.DemoProject, selection{}, 5, true},
		"google, no sample":        {"gcp:" + lab.DemoProject, selection{}, 0, true},
		"google, one rule":         {"gcp:" + lab.DemoProject, selection{rules: judge.Selection{Rules: []string{"versioning-off"}}}, 0, true},
		"google, one verdict":      {"gcp:" + lab.DemoProject, selection{rules: judge.Selection{Rules: []string{"public-read"}}}, 0, false},
		"google, detection alone":  {"gcp:" + lab.DemoProject, selection{rules: judge.Selection{Tags: []string{"logging"}}}, 0, false},
		"azure, transport alone":   {"azure", selection{rules: judge.Selection{Tags: []string{"transport"}}}, 0, false},
		"azure, threat detection":  {"azure", selection{rules: judge.Selection{Rules: []string{"threat-detection-off"}}}, 0, true},
		"azure, local users alone": {"azure", selection{rules: judge.Selection{Rules: []string{"local-users"}}}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			need, role := needed(t, tc.target, tc.sel, tc.objects), printed(t, tc.target, tc.sel, tc.objects)
			if tc.exact {
				role = slices.DeleteFunc(role, func(p string) bool { return notByDemo[p] != "" && !slices.Contains(need, p) })
				if diff := cmp.Diff(need, role); diff != "" {
					t.Errorf("(-called +printed):\n%s", diff)
				}
				return
			}
			for _, permission := range need {
				if !slices.Contains(role, permission) {
					t.Errorf("%s is needed and not printed: %q", permission, role)
				}
			}
		})
	}
}
