package azureblob_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
)

var at = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)

const (
	first  = "00000000-0000-4000-8000-00000000000a"
	second = "00000000-0000-4000-8000-00000000000b"
)

func ptr[T any](v T) *T { return &v }

func atOnce() azureblob.Option {
	return azureblob.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}

// bench is a scanner at work on a pretend Azure.
type bench struct {
	*testing.T
	lab     *lab.Lab
	scanner *azureblob.Scanner
}

func start(t *testing.T, world lab.World, rt scanners.Runtime, opts ...azureblob.Option) bench {
	t.Helper()
	l, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	if rt.Transport == nil {
		rt.Transport = l.Transport()
	}
	rt.Now = func() time.Time { return at }
	return bench{t, l, azureblob.New(rt, append([]azureblob.Option{azureblob.WithCredential(lab.AzureCredential()), atOnce()}, opts...)...)}
}

type discovered struct {
	refs []scanners.Ref
	errs []error
}

func (d discovered) ids() []string {
	var out []string
	for _, ref := range d.refs {
		out = append(out, ref.ID)
	}
	return out
}

func (b bench) discover(text string) discovered {
	b.Helper()
	target, err := scanners.ParseTarget(text)
	if err != nil {
		b.Fatal(err)
	}
	var out discovered
	for ref, err := range b.scanner.Discover(b.Context(), target) {
		if err != nil {
			out.errs = append(out.errs, err)
			continue
		}
		out.refs = append(out.refs, ref)
	}
	return out
}

func (b bench) mustDiscover(text string) discovered {
	b.Helper()
	out := b.discover(text)
	for _, err := range out.errs {
		b.Error(err)
	}
	return out
}

func (b bench) onlyError(text string) error {
	b.Helper()
	got := b.discover(text)
	if len(got.errs) != 1 {
		b.Fatalf("%s: refs %v, errors %v", text, got.ids(), got.errs)
	}
	return got.errs[0]
}

// inspect reads the named facts of one resource, or everything.
func (b bench) inspect(id string, names ...scanners.FactName) scanners.Record {
	b.Helper()
	for _, ref := range b.discover("azure").refs {
		if ref.ID != id {
			continue
		}
		need := scanners.NewFactSet(names...)
		if len(names) == 0 {
			need = b.scanner.Describe().Facts().OfKind(ref.Kind)
		}
		rec, err := b.scanner.Inspect(b.Context(), ref, need, nil)
		if err != nil {
			b.Fatal(err)
		}
		return rec
	}
	b.Fatalf("%s was not discovered", id)
	return scanners.Record{}
}

func hintOf(err error) string {
	var hint *scanners.HintError
	if errors.As(err, &hint) {
		return hint.Hint
	}
	return ""
}

// account is a storage account with everything said that Azure always says.
func account(name string, containers ...lab.AzureContainer) lab.AzureAccount {
	return lab.AzureAccount{
		Name: name, Group: "Group-1", Location: "japaneast", Containers: containers,
		Properties: armstorage.AccountProperties{
			AllowBlobPublicAccess: ptr(true), EnableHTTPSTrafficOnly: ptr(true), MinimumTLSVersion: ptr(armstorage.MinimumTLSVersionTLS12),
			Encryption: &armstorage.Encryption{KeySource: ptr(armstorage.KeySourceMicrosoftStorage)},
		},
	}
}

func level(name string, public armstorage.PublicAccess) lab.AzureContainer {
	return lab.AzureContainer{Name: name, Properties: armstorage.ContainerProperties{PublicAccess: &public, HasImmutabilityPolicy: ptr(false), HasLegalHold: ptr(false)}}
}

func worldOf(accounts ...lab.AzureAccount) lab.World {
	return lab.World{Azure: &lab.Azure{Subscriptions: []lab.AzureSubscription{{ID: first, Name: "first", Accounts: accounts}}}}
}

// smallWorld has every setting and little else.
func smallWorld() lab.World {
	pages := level("pages", armstorage.PublicAccessContainer)
	pages.Blobs = []lab.Object{{Key: "a.txt", Size: 1, Modified: at}, {Key: "b.txt", Size: 2, Modified: at}}
	pages.Policies = []lab.AzureStoredPolicy{{ID: "p", Permission: "r"}}
	full := account("full", pages, level("quiet", armstorage.PublicAccessNone))
	full.Website = &lab.Website{Index: "index.html"}
	full.Lifecycle = &armstorage.ManagementPolicySchema{Rules: []*armstorage.ManagementPolicyRule{}}
	full.Users, full.Properties.IsHnsEnabled = []string{"u"}, ptr(true)
	return worldOf(account("bare"), full)
}
