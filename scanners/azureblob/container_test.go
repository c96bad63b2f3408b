package azureblob_test

import (
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

// checkContainer compares one fact of a container that change has made out of a private one.
func checkContainer[T any](t *testing.T, name string, change func(*lab.AzureContainer), get func(*scanners.Bucket) scanners.Fact[T], want scanners.Fact[T]) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Helper()
		c := level("box", armstorage.PublicAccessNone)
		if change != nil {
			change(&c)
		}
		rec := start(t, worldOf(account("acme", c)), scanners.Runtime{Objects: 2}).inspect("azure:acme/box")
		if diff := cmp.Diff(want, fact(get(rec.Bucket)), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestContainerFacts(t *testing.T) {
	levels := func(b *scanners.Bucket) scanners.Fact[scanners.ContainerLevel] { return b.Azure.Level }
	for word, public := range map[string]armstorage.PublicAccess{"none": "None", "blob": "Blob", "container": "Container"} {
		checkContainer(t, "level "+word, func(c *lab.AzureContainer) { c.Properties.PublicAccess = &public }, levels, known(scanners.ContainerLevel{Level: word}))
	}
	checkContainer(t, "no level", func(c *lab.AzureContainer) { c.Properties.PublicAccess = nil }, levels, absent[scanners.ContainerLevel]())
	checkContainer(t, "a level that is none", func(c *lab.AzureContainer) { c.Properties.PublicAccess = ptr(armstorage.PublicAccess("Everything")) }, levels,
		malformed[scanners.ContainerLevel]("the level is not none, blob or container"))

	retention := func(b *scanners.Bucket) scanners.Fact[scanners.Retention] { return b.Retention }
	checkContainer(t, "no retention", nil, retention, absent[scanners.Retention]())
	checkContainer(t, "legal hold", func(c *lab.AzureContainer) { c.Properties.HasLegalHold = ptr(true) }, retention, known(scanners.Retention{Enabled: true, Legal: true}))
	checkContainer(t, "immutability policy", func(c *lab.AzureContainer) {
		c.Properties.HasImmutabilityPolicy = ptr(true)
		c.Properties.ImmutabilityPolicy = &armstorage.ImmutabilityPolicyProperties{Properties: &armstorage.ImmutabilityPolicyProperty{
			State: ptr(armstorage.ImmutabilityPolicyStateUnlocked), ImmutabilityPeriodSinceCreationInDays: ptr(int32(30))}}
	}, retention, known(scanners.Retention{Enabled: true, Mode: "Unlocked", Days: 30}))
	checkContainer(t, "immutability policy without terms", func(c *lab.AzureContainer) { c.Properties.HasImmutabilityPolicy = ptr(true) }, retention,
		malformed[scanners.Retention]("the answer is hollow"))

	labels := func(b *scanners.Bucket) scanners.Fact[scanners.Labels] { return b.Labels }
	checkContainer(t, "no metadata", nil, labels, absent[scanners.Labels]())
	checkContainer(t, "metadata", func(c *lab.AzureContainer) { c.Properties.Metadata = map[string]*string{"k": ptr("v")} }, labels, known(scanners.Labels{Values: map[string]string{"k": "v"}}))

	policies := func(b *scanners.Bucket) scanners.Fact[scanners.StoredPolicies] { return b.Azure.StoredPolicies }
	from, until := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	checkContainer(t, "no stored policies", nil, policies, absent[scanners.StoredPolicies]())
	checkContainer(t, "stored policies", func(c *lab.AzureContainer) {
		c.Policies = []lab.AzureStoredPolicy{{ID: "z", Permission: "rwdl", Start: from, Expiry: until}, {ID: "a<b>"}}
	}, policies, known(scanners.StoredPolicies{List: []scanners.StoredPolicy{{ID: "a<b>"}, {ID: "z", Permissions: "rwdl", StartsAt: from, ExpiresAt: until}}}))

	objects := func(b *scanners.Bucket) scanners.Fact[scanners.ObjectSample] { return b.Objects }
	checkContainer(t, "empty", nil, objects, known(scanners.ObjectSample{Complete: true}))
	checkContainer(t, "more blobs than wanted", func(c *lab.AzureContainer) {
		c.Blobs = []lab.Object{{Key: "a&b", Size: 7, Modified: from}, {Key: "b", Modified: from, StorageClass: "Archive"}, {Key: "c", Modified: from}}
	}, objects, known(scanners.ObjectSample{Objects: []scanners.SampledObject{{Key: "a&b", Size: 7, Modified: from, StorageClass: "Hot"}, {Key: "b", Modified: from, StorageClass: "Archive"}}}))

	names := func(b *scanners.Bucket) scanners.Fact[scanners.Names] { return b.Names }
	checkContainer(t, "telling names", func(c *lab.AzureContainer) { c.Blobs = []lab.Object{{Key: "x/passport.jpg", Modified: from}} }, names,
		known(scanners.Names{Sensitive: true, Kinds: []scanners.NameCount{{Kind: "identity", Count: 1, Samples: []string{"x/passport.jpg"}}}, Sampled: 1, Complete: true}))
}

// Without a sample nothing of the data is asked for, and nothing of it is said.
func TestNoSampleUnlessAskedFor(t *testing.T) {
	b := start(t, worldOf(account("acme", level("box", armstorage.PublicAccessContainer))), scanners.Runtime{})
	rec := b.inspect("azure:acme/box", "bucket.objects", "bucket.names", "bucket.azure.level")
	if rec.Bucket.Objects.Settled() || rec.Bucket.Names.Settled() || b.lab.Calls()["blob:ListBlobs"] != 0 {
		t.Errorf("%+v, calls %v", rec.Bucket, b.lab.Calls())
	}
}

// The figures for exposure: two calls per account and one per page of containers, none per container.
func TestCallsForExposure(t *testing.T) {
	world := worldOf()
	for _, name := range []string{"acmeone", "acmetwo", "acmethree"} {
		a := account(name)
		for _, c := range []string{"aaa", "bbb", "ccc", "ddd"} {
			a.Containers = append(a.Containers, level(c, armstorage.PublicAccessContainer))
		}
		world.Azure.Subscriptions[0].Accounts = append(world.Azure.Subscriptions[0].Accounts, a)
	}
	b := start(t, world, scanners.Runtime{})
	need := scanners.NewFactSet("store.azure.anonymous", "store.azure.network", "store.azure.perimeter", "store.website", "bucket.azure.level")
	for _, ref := range b.mustDiscover("azure:" + first).refs {
		rec, err := b.scanner.Inspect(b.Context(), ref, need.OfKind(ref.Kind), nil)
		if err != nil || len(rec.Unsettled(need.OfKind(ref.Kind))) > 0 {
			t.Errorf("%s: %v, %v", ref.ID, err, rec.Unsettled(need))
		}
	}
	want := map[string]int{"arm:StorageAccounts.List": 1, "arm:BlobContainers.List": 3, "arm:NetworkSecurityPerimeterConfigurations.List": 3, "blob:GetBlobServiceProperties": 3}
	if diff := cmp.Diff(want, b.lab.Calls()); diff != "" {
		t.Error(diff)
	}
}
