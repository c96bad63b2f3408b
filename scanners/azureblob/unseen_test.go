package azureblob_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

// elsewhere is an account in a subscription that the caller does not see.
func elsewhere() lab.World {
	open, closed := level("open", armstorage.PublicAccessContainer), level("closed", armstorage.PublicAccessNone)
	open.Properties.Metadata = map[string]*string{"owner": ptr("sales"), "data": ptr("public")}
	open.Policies = []lab.AzureStoredPolicy{{ID: "p", Permission: "r"}}
	closed.Properties.HasImmutabilityPolicy = ptr(true)
	theirs := account("theirs", open, closed)
	theirs.Website = &lab.Website{Index: "index.html"}
	return lab.World{Azure: &lab.Azure{Subscriptions: []lab.AzureSubscription{
		{ID: first, Name: "first", Accounts: []lab.AzureAccount{account("mine")}},
		{ID: second, Hidden: true, Accounts: []lab.AzureAccount{theirs}},
	}}}
}

func reasonOf(s scanners.Status) string {
	return s.State.String() + " " + string(s.Reason.Code) + " " + s.Reason.Permission
}

// What the blob service says is read; what Resource Manager keeps is denied, with the permission that would allow it.
func TestAccountInNoVisibleSubscription(t *testing.T) {
	const scope = "azure:subscription/unknown/owner-of/theirs"
	for target, want := range map[string][]string{
		"az://theirs":      {scope, "azure:theirs", "azure:theirs/open", "azure:theirs/closed"},
		"az://theirs/open": {scope, "azure:theirs", "azure:theirs/open"},
	} {
		b := start(t, elsewhere(), scanners.Runtime{Objects: 1})
		got := b.mustDiscover(target)
		if diff := cmp.Diff(want, got.ids()); diff != "" {
			t.Errorf("%s:\n%s", target, diff)
		}
		facts := map[string]string{}
		for _, ref := range got.refs {
			if ref.Scope != scope {
				t.Errorf("%s is of scope %q", ref.ID, ref.Scope)
			}
			rec, err := b.scanner.Inspect(t.Context(), ref, b.scanner.Describe().Facts().OfKind(ref.Kind), nil)
			if err != nil {
				t.Fatal(err)
			}
			for name := range b.scanner.Describe().Facts().OfKind(ref.Kind) {
				facts[ref.ID+" "+string(name)] = strings.TrimSpace(reasonOf(rec.Status(name)))
			}
			if ref.ID == "azure:theirs/open" {
				if diff := cmp.Diff(scanners.ContainerLevel{Level: "container"}, rec.Bucket.Azure.Level.Value); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(map[string]string{"owner": "sales", "data": "public"}, rec.Bucket.Labels.Value.Values); diff != "" {
					t.Error(diff)
				}
			}
		}
		read := map[string]string{
			"azure:theirs store.website": "known", "azure:theirs/open bucket.azure.level": "known", "azure:theirs/open bucket.labels": "known",
			"azure:theirs/open bucket.retention": "absent", "azure:theirs/open bucket.azure.stored_policies": "known",
			"azure:theirs/open bucket.objects": "known", "azure:theirs/open bucket.names": "known",
			"azure:theirs/closed bucket.azure.level": "absent", "azure:theirs/closed bucket.labels": "absent",
			"azure:theirs/closed bucket.azure.stored_policies": "absent", "azure:theirs/closed bucket.objects": "known", "azure:theirs/closed bucket.names": "known",
			"azure:theirs/closed bucket.retention": "unknown denied Microsoft.Storage/storageAccounts/blobServices/containers/read",
		}
		for fact, state := range facts {
			if want, ok := read[fact]; ok && state != want || !ok && !strings.HasPrefix(state, "unknown denied Microsoft.") {
				t.Errorf("%s: %s is %q", target, fact, state)
			}
		}
		if n := b.lab.Calls()["arm:StorageAccounts.GetProperties"]; n != 0 {
			t.Errorf("asked Resource Manager %d times about an account that it does not show", n)
		}
	}
}

// An account whose subscription may not be looked into is asked itself too.
func TestAccountWhereListingIsDenied(t *testing.T) {
	for _, operation := range []string{"Subscriptions.List", "StorageAccounts.List"} {
		world := worldOf(account("acme", level("box", armstorage.PublicAccessNone)))
		world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: operation}}
		got := start(t, world, scanners.Runtime{}).mustDiscover("az://acme")
		if diff := cmp.Diff([]string{"azure:subscription/unknown/owner-of/acme", "azure:acme", "azure:acme/box"}, got.ids()); diff != "" {
			t.Errorf("%s:\n%s", operation, diff)
		}
	}
}

func TestUnseenAccountOnBadDays(t *testing.T) {
	for name, tc := range map[string]struct {
		target string
		fault  lab.Fault
		refs   int
		want   error
		says   string // in the error or its hint
	}{
		"no right to list":         {"az://theirs", lab.Fault{Kind: lab.Deny, Operation: "ListContainers"}, 2, scanners.ErrDenied, "Storage Blob Data Reader"},
		"behind network rules":     {"az://theirs", lab.Fault{Kind: lab.NotHere, Operation: "ListContainers"}, 2, scanners.ErrDenied, "AuthorizationFailure"},
		"another tenant":           {"az://theirs", lab.Fault{Kind: lab.BadKey, Operation: "ListContainers"}, 2, scanners.ErrDenied, "--tenant"},
		"a list about nothing":     {"az://theirs", lab.Fault{Kind: lab.Wrong, Operation: "ListContainers"}, 0, nil, "something else"},
		"a list cut short":         {"az://theirs", lab.Fault{Kind: lab.Cut, Operation: "ListContainers"}, 0, nil, "ended early"},
		"no right to look":         {"az://theirs/open", lab.Fault{Kind: lab.Deny, Operation: "GetContainerProperties"}, 3, nil, ""},
		"no such container":        {"az://theirs/nobody", lab.Fault{Kind: lab.Deny, Operation: "none"}, 2, scanners.ErrGone, "ContainerNotFound"},
		"no such account":          {"az://nobody", lab.Fault{Kind: lab.Deny, Operation: "none"}, 0, scanners.ErrGone, "its host does not exist"},
		"the wrong subscription":   {"az://theirs?subscription=" + first, lab.Fault{Kind: lab.Deny, Operation: "none"}, 0, scanners.ErrGone, "az account list"},
		"a subscription not shown": {"az://theirs?subscription=" + second, lab.Fault{Kind: lab.Deny, Operation: "none"}, 4, nil, ""},
		"a list that goes on":      {"az://theirs", lab.Fault{Kind: lab.Throttle, Operation: "ListContainers", Times: 2}, 4, nil, ""},
	} {
		world := elsewhere()
		world.Faults = []lab.Fault{tc.fault}
		b := start(t, world, scanners.Runtime{})
		got := b.discover(tc.target)
		err := errors.Join(got.errs...)
		if len(got.refs) != tc.refs || (err == nil) != (tc.says == "") || tc.want != nil && !errors.Is(err, tc.want) ||
			err != nil && !strings.Contains(err.Error()+hintOf(err), tc.says) {
			t.Errorf("%s: %v, %v, hint %q", name, got.ids(), err, hintOf(err))
		}
		if name == "no right to look" {
			rec, err := b.scanner.Inspect(t.Context(), got.refs[2], scanners.NewFactSet("bucket.azure.level"), nil)
			if level := rec.Bucket.Azure.Level; err != nil || level.Reason.Code != scanners.Denied || level.Reason.Permission != "Microsoft.Storage/storageAccounts/blobServices/containers/read" {
				t.Errorf("%v, %+v", err, level)
			}
		}
	}
}
