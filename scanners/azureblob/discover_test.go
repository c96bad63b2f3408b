package azureblob_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// twoSubscriptions has more accounts and containers than one page holds.
func twoSubscriptions() lab.World {
	private := func(name string) lab.AzureContainer { return level(name, armstorage.PublicAccessNone) }
	return lab.World{Azure: &lab.Azure{
		PageSize: 2,
		Subscriptions: []lab.AzureSubscription{
			{ID: second, Name: "Second One", Accounts: []lab.AzureAccount{account("twoacme", private("$web"), private("aaa"), private("bbb"))}},
			{ID: first, Name: "first", Accounts: []lab.AzureAccount{account("oneacme"), account("onebcme"), account("oneccme", private("zzz"))}},
			{ID: "00000000-0000-4000-8000-00000000000c", Name: "gone", State: "Deleted", Accounts: []lab.AzureAccount{account("ghost")}},
		},
		Groups: map[string][]string{"acme": {second}},
	}}
}

func TestTargets(t *testing.T) {
	inSecond := []string{"azure:subscription/" + second, "azure:twoacme", "azure:twoacme/$web", "azure:twoacme/aaa", "azure:twoacme/bbb"}
	inFirst := []string{"azure:subscription/" + first, "azure:oneacme", "azure:onebcme", "azure:oneccme", "azure:oneccme/zzz"}
	for target, want := range map[string][]string{
		"azure":                               append(append([]string{}, inFirst...), inSecond...),
		"azure:" + second:                     inSecond,
		"azure:" + strings.ToUpper(second):    inSecond,
		"azure:second one":                    inSecond,
		"azure:mg/acme":                       inSecond,
		"az://twoacme":                        inSecond,
		"az://twoacme/aaa":                    {inSecond[0], inSecond[1], inSecond[3]},
		"az://twoacme?subscription=" + second: inSecond,
		"az://oneccme/zzz":                    {inFirst[0], inFirst[3], inFirst[4]},
	} {
		b := start(t, twoSubscriptions(), scanners.Runtime{})
		if diff := cmp.Diff(want, b.mustDiscover(target).ids()); diff != "" {
			t.Errorf("%s:\n%s", target, diff)
		}
	}
}

func TestWrongTargets(t *testing.T) {
	for target, want := range map[string]error{
		"az://Acme":                       scanners.ErrBadTarget,
		"az://acme/Box":                   scanners.ErrBadTarget,
		"az://acme/box/blob":              scanners.ErrBadTarget,
		"azure:mg/a%2fb":                  scanners.ErrBadTarget,
		"azure:x?cloud=moon":              scanners.ErrBadTarget,
		"azure:x?subscription=y":          scanners.ErrBadTarget,
		"azure:x?tenant=a/b":              scanners.ErrBadTarget,
		"azure:nobody":                    scanners.ErrGone,
		"azure:mg/nobody":                 scanners.ErrGone,
		"az://nobody":                     scanners.ErrGone,
		"az://twoacme/nobody":             scanners.ErrGone,
		"az://twoacme?subscription=first": scanners.ErrGone,
	} {
		b := start(t, twoSubscriptions(), scanners.Runtime{})
		if err := b.onlyError(target); !errors.Is(err, want) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// What is in a Ref must be enough for another process: nothing of an Inspect rests on an earlier Discover.
func TestRefsCarryWhereTheyAre(t *testing.T) {
	b := start(t, twoSubscriptions(), scanners.Runtime{})
	ref := b.mustDiscover("az://twoacme/aaa").refs[2]
	if ref.ResourceGroup != "Group-1" || ref.Account != second || ref.Region != "japaneast" {
		t.Errorf("%+v", ref.Head)
	}
	ref.Seed = nil
	rec, err := start(t, twoSubscriptions(), scanners.Runtime{}).scanner.Inspect(b.Context(), ref, scanners.NewFactSet("bucket.azure.level"), nil)
	if err != nil || rec.Bucket.Azure.Level.Value.Level != "none" || rec.Bucket.Azure.Level.Origin.Call != "arm:BlobContainers.Get" {
		t.Errorf("%v: %+v", err, rec.Bucket)
	}
}

func TestSovereignClouds(t *testing.T) {
	for word, host := range map[string]struct{ manager, blob string }{
		"china": {"management.chinacloudapi.cn", "acme.blob.core.chinacloudapi.cn"},
		"usgov": {"management.usgovcloudapi.net", "acme.blob.core.usgovcloudapi.net"},
	} {
		world := worldOf(account("acme", level("box", armstorage.PublicAccessNone)))
		world.Azure.Subscriptions[0].Accounts[0].Properties.PrimaryEndpoints = &armstorage.Endpoints{Blob: ptr("https://" + host.blob + "/")}
		l, err := lab.Start(world)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		hosts := map[string]bool{}
		b := start(t, world, scanners.Runtime{Options: map[string]string{"cloud": word}, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			hosts[r.URL.Host] = true
			return l.Transport().RoundTrip(r)
		})})
		rec := b.inspect("azure:acme/box")
		if rec.BaseURL != "https://"+host.blob || rec.Bucket.Azure.StoredPolicies.State != scanners.Absent {
			t.Errorf("%s: %q, %+v", word, rec.BaseURL, rec.Bucket.Azure.StoredPolicies)
		}
		if diff := cmp.Diff(map[string]bool{host.manager: true, host.blob: true}, hosts); diff != "" {
			t.Errorf("%s: hosts asked:\n%s", word, diff)
		}
	}
}
