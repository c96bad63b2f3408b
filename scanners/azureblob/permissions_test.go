package azureblob_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
)

// actions maps every operation that the scanner may call to the action of Azure RBAC that it needs. An operation that
// is not here must not be called at all: listKeys, ListAccountSas and their like are not.
var actions = map[string]string{
	"arm:Subscriptions.List":                          "Microsoft.Resources/subscriptions/read",
	"arm:ManagementGroups.GetDescendants":             azureblob.PermitDescendants,
	"arm:StorageAccounts.List":                        "Microsoft.Storage/storageAccounts/read",
	"arm:StorageAccounts.GetProperties":               "Microsoft.Storage/storageAccounts/read",
	"arm:BlobContainers.List":                         "Microsoft.Storage/storageAccounts/blobServices/containers/read",
	"arm:BlobContainers.Get":                          "Microsoft.Storage/storageAccounts/blobServices/containers/read",
	"arm:BlobServices.GetServiceProperties":           "Microsoft.Storage/storageAccounts/blobServices/read",
	"arm:ManagementPolicies.Get":                      "Microsoft.Storage/storageAccounts/managementPolicies/read",
	"arm:LocalUsers.List":                             "Microsoft.Storage/storageAccounts/localUsers/read",
	"arm:DiagnosticSettings.List":                     "Microsoft.Insights/diagnosticSettings/read",
	"arm:NetworkSecurityPerimeterConfigurations.List": "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read",
	"arm:DefenderForStorage.Get":                      "Microsoft.Security/defenderforstoragesettings/read",
	"blob:GetBlobServiceProperties":                   "Microsoft.Storage/storageAccounts/blobServices/read",
	"blob:ListContainers":                             "Microsoft.Storage/storageAccounts/blobServices/containers/read",
	"blob:GetContainerProperties":                     "Microsoft.Storage/storageAccounts/blobServices/containers/read",
	"blob:GetContainerACL":                            "Microsoft.Storage/storageAccounts/blobServices/containers/getAcl/action",
	"blob:ListBlobs":                                  "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
}

// TestEveryCallIsDeclared holds the calls of a scan of everything against Describe, fact by fact.
func TestEveryCallIsDeclared(t *testing.T) {
	world := smallWorld()
	world.Azure.Groups = map[string][]string{"acme": {first}}
	world.Azure.Subscriptions = append(world.Azure.Subscriptions, lab.AzureSubscription{ID: second, Hidden: true,
		Accounts: []lab.AzureAccount{account("elsewhere", level("box", armstorage.PublicAccessNone))}})
	b := start(t, world, scanners.Runtime{Objects: 1})
	description := b.scanner.Describe()

	refs := b.mustDiscover("azure").refs
	b.mustDiscover("azure:mg/acme")
	b.mustDiscover("az://elsewhere")
	b.mustDiscover("az://elsewhere/box")
	b.declared(map[string]int{}, append(slices.Clone(description.Requires), azureblob.PermitDescendants))
	for _, supply := range description.Supplies {
		for _, ref := range refs {
			if ref.Kind != supply.Fact.Kind() {
				continue
			}
			for _, seed := range []*scanners.Record{ref.Seed, nil} {
				ref.Seed = seed
				before := b.lab.Calls()
				if _, err := b.scanner.Inspect(t.Context(), ref, scanners.NewFactSet(supply.Fact), nil); err != nil {
					t.Error(err)
				}
				b.declared(before, supply.Permissions)
			}
		}
	}
	for operation := range actions {
		if b.lab.Calls()[operation] == 0 {
			t.Errorf("%s was never called: the test no longer covers it", operation)
		}
	}
}

// declared checks the calls since a count against the permissions allowed for them.
func (b bench) declared(before map[string]int, allowed []string) {
	b.Helper()
	after := b.lab.Calls()
	for _, operation := range slices.Sorted(maps.Keys(after)) {
		if after[operation] == before[operation] {
			continue
		}
		action, known := actions[operation]
		if !known {
			b.Errorf("%s was called, which the scanner may not", operation)
		} else if !slices.Contains(allowed, action) {
			b.Errorf("%s was called, which needs %s; declared are %q", operation, action, allowed)
		}
	}
}

// TestOnlyReads looks at every request on its way out: no method but GET, no path that gives out or changes a secret.
func TestOnlyReads(t *testing.T) {
	l, err := lab.Start(lab.DemoWorld())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	watch := roundTrip(func(r *http.Request) (*http.Response, error) {
		path := strings.ToLower(r.URL.Path)
		for _, secret := range []string{"listkeys", "listaccountsas", "listservicesas", "regeneratekey", "regeneratepassword", "userdelegationkey", "register"} {
			if strings.Contains(path+r.URL.RawQuery, secret) {
				t.Errorf("asked for a secret: %s", r.URL)
			}
		}
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if r.Header.Get("User-Agent") != "tojimari/1.2.3" {
			t.Errorf("user agent %q", r.Header.Get("User-Agent"))
		}
		return l.Transport().RoundTrip(r)
	})
	s := azureblob.New(scanners.Runtime{Transport: watch, UserAgent: "tojimari/1.2.3", Objects: 1, Now: func() time.Time { return at }},
		azureblob.WithCredential(lab.AzureCredential()), atOnce())
	n := 0
	for ref, err := range s.Discover(t.Context(), scanners.Target{Scheme: "azure"}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Inspect(t.Context(), ref, s.Describe().Facts().OfKind(ref.Kind), nil); err != nil {
			t.Error(err)
		}
		n++
	}
	if n < 10 {
		t.Errorf("only %d resources", n)
	}
}

func TestDescription(t *testing.T) {
	d := azureblob.New(scanners.Runtime{Objects: 1}).Describe()
	supplied := d.Facts()
	for _, supply := range d.Supplies {
		for _, permission := range supply.Permissions {
			if !slices.Contains(slices.Collect(maps.Values(actions)), permission) {
				t.Errorf("%s needs %s, which no operation does", supply.Fact, permission)
			}
			if azureblob.IsDataAction(permission) != strings.Contains(permission, "/blobs/") {
				t.Errorf("%s is among the wrong actions", permission)
			}
		}
	}
	var missing []scanners.FactName
	for _, f := range scanners.FactFields() {
		name := string(f.Name)
		if (strings.HasPrefix(name, "bucket.azure.") || strings.HasPrefix(name, "store.")) && !supplied.Has(f.Name) && name != "bucket.azure.tokens" {
			missing = append(missing, f.Name)
		}
	}
	if diff := cmp.Diff([]scanners.FactName(nil), missing); diff != "" {
		t.Errorf("facts of Azure that nobody supplies:\n%s", diff)
	}
}
