//go:build servers && unix

// What internal/access says of containers that Azurite holds, against what a stranger and the holder of a link get.

package servertest

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azpolicy "github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
)

const azuriteSubscription = "00000000-0000-4000-8000-000000000001"

// azuriteBase is the account's blob service by the name that Azure would give it.
const azuriteBase = "https://" + servers.AzuriteAccount + ".blob.core.windows.net"

// azuriteToken gets tokens that Azurite takes: it checks audience, issuer and times, and no signature.
type azuriteToken struct{ now time.Time }

func (a azuriteToken) GetToken(context.Context, azpolicy.TokenRequestOptions) (azcore.AccessToken, error) {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims := fmt.Sprintf(`{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/00000000-0000-4000-8000-000000000002/","iat":%d,"nbf":%d,"exp":%d}`,
		a.now.Add(-time.Hour).Unix(), a.now.Add(-time.Hour).Unix(), a.now.Add(time.Hour).Unix())
	return azcore.AccessToken{Token: part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(claims) + "." + part("none"), ExpiresOn: a.now.Add(time.Hour)}, nil
}

// azurite is Azurite for the data and the lab for Resource Manager, which Azurite has not.
type azurite struct {
	t      *testing.T
	server *servers.Server
	owner  *service.Client
	key    *service.SharedKeyCredential
	list   []*exclusion
	levels map[string]armstorage.PublicAccess
}

// exclusion marks the exclusion for a construct as met, and as happening where happens is true.
func (a *azurite) exclusion(construct string, happens bool) {
	a.t.Helper()
	at := slices.IndexFunc(a.list, func(e *exclusion) bool { return slices.Equal(e.Constructs, []string{construct}) })
	if at < 0 {
		a.t.Fatalf("%s is not among what Azurite is known to get wrong", construct)
	}
	if a.list[at].matched++; happens {
		a.list[at].reproduced++
	}
}

// get makes one request without credentials and returns the status.
func (a *azurite) get(address string) int {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("X-Ms-Version", "2024-11-04")
	resp, err := a.server.Client().Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// records scans what there is. Azurite refuses the container's ACL to tokens, so it is asked for without one; that it
// then answers for a public container is another thing that Azure does not do.
func (a *azurite) records() map[string]*scanners.Record {
	a.t.Helper()
	world := lab.World{Azure: &lab.Azure{Subscriptions: []lab.AzureSubscription{{ID: azuriteSubscription, Name: "azurite"}}}}
	account := lab.AzureAccount{Name: servers.AzuriteAccount, Group: "azurite", Location: "here"}
	account.Properties.AllowBlobPublicAccess = new(true)
	for name, level := range a.levels {
		account.Containers = append(account.Containers, lab.AzureContainer{Name: name, Properties: armstorage.ContainerProperties{PublicAccess: &level}})
	}
	world.Azure.Subscriptions[0].Accounts = []lab.AzureAccount{account}
	manager, err := lab.Start(world)
	if err != nil {
		a.t.Fatal(err)
	}
	defer manager.Close()
	data := servers.Transport(a.server)
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "management.azure.com" {
			return manager.Transport().RoundTrip(r)
		}
		if r.URL.Query().Get("comp") == "acl" {
			resp, err := data.RoundTrip(r)
			if err != nil || resp.StatusCode != http.StatusForbidden {
				return resp, err
			}
			resp.Body.Close()
			a.exclusion("token bucket.azure.stored_policies", true)
			r = r.Clone(r.Context())
			r.Header.Del("Authorization")
		}
		return data.RoundTrip(r)
	})
	scanner := azureblob.New(scanners.Runtime{Transport: transport, Now: time.Now, Objects: 10}, azureblob.WithCredential(azuriteToken{time.Now()}),
		azureblob.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }))
	out := map[string]*scanners.Record{}
	var store *scanners.Record
	for ref, err := range scanner.Discover(a.t.Context(), scanners.Target{Scheme: "azure", Name: azuriteSubscription}) {
		if err != nil {
			a.t.Fatal(err)
		}
		rec, err := scanner.Inspect(a.t.Context(), ref, scanner.Describe().Facts(), nil)
		if err != nil {
			a.t.Fatal(err)
		}
		switch ref.Kind {
		case scanners.KindStore:
			store = &rec
		case scanners.KindBucket:
			rec.Inherit(store)
			out[rec.Name] = &rec
		}
	}
	return out
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func startAzurite(t *testing.T) *azurite {
	server := servers.Azurite(t, servers.TLS())
	key, err := service.NewSharedKeyCredential(servers.AzuriteAccount, servers.AzuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := service.NewClientWithSharedKeyCredential(azuriteBase, key, &service.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: server.Client()}})
	if err != nil {
		t.Fatal(err)
	}
	a := &azurite{t: t, server: server, owner: owner, key: key, list: loadExclusions(t, server, false), levels: map[string]armstorage.PublicAccess{}}
	return a
}

// make creates a container with a level, stored policies and one blob.
func (a *azurite) make(name string, level armstorage.PublicAccess, policies ...*container.SignedIdentifier) {
	a.t.Helper()
	a.levels[name] = level
	client := a.owner.NewContainerClient(name)
	var public *container.PublicAccessType
	if level != armstorage.PublicAccessNone {
		public = new(container.PublicAccessType(strings.ToLower(string(level))))
	}
	if _, err := client.Create(a.t.Context(), &container.CreateOptions{Access: public}); err != nil {
		a.t.Fatal(err)
	}
	if len(policies) > 0 {
		if _, err := client.SetAccessPolicy(a.t.Context(), &container.SetAccessPolicyOptions{Access: public, ContainerACL: policies}); err != nil {
			a.t.Fatal(err)
		}
	}
	if _, err := client.NewBlockBlobClient("dir/o.txt").UploadBuffer(a.t.Context(), []byte("content"), nil); err != nil {
		a.t.Fatal(err)
	}
}

// TestAzuriteLevels compares the verdicts on a stranger, request by request.
func TestAzuriteLevels(t *testing.T) {
	a := startAzurite(t)
	defer func() { reportStale(t, a.list) }()
	a.make("private", armstorage.PublicAccessNone)
	a.make("blobs", armstorage.PublicAccessBlob)
	a.make("everything", armstorage.PublicAccessContainer)
	records := a.records()
	for name, rec := range records {
		judged := access.Judge(rec, time.Now())
		for verb, address := range map[verdict.Verb]string{
			verdict.List: azuriteBase + "/" + name + "?restype=container&comp=list&maxresults=1",
			verdict.Read: azuriteBase + "/" + name + "/dir/o.txt",
		} {
			v := judged.Anonymous[verb]
			got, want := a.get(address) == http.StatusOK, v.Verdict == verdict.Yes
			if got != want || v.Verdict != verdict.Yes && v.Verdict != verdict.No {
				t.Errorf("%s of %s: the verdict is %s, and a stranger gets it: %t", verb, name, v.Verdict, got)
			}
			if v.Witness == nil {
				continue
			}
			if status := a.get(v.Witness.URL); status != http.StatusOK {
				t.Errorf("%s of %s: the witness %s gets %d", verb, name, v.Witness.URL, status)
			}
		}
		if site := rec.Store.Website; site.State != scanners.Absent {
			t.Errorf("the service's properties by token: %+v", site)
		}
		if sample := rec.Bucket.Objects; sample.State != scanners.Known || len(sample.Value.Objects) != 1 || sample.Value.Objects[0].Key != "dir/o.txt" {
			t.Errorf("the sample of %s by token: %+v", name, sample)
		}
	}
	if len(records) != 3 {
		t.Errorf("%d containers", len(records))
	}
	// Azure gives the ACL to no stranger, and says no to one who asks for a private container as if it were not there.
	a.exclusion("anonymous container acl", a.get(azuriteBase+"/everything?restype=container&comp=acl") == http.StatusOK)
	a.exclusion("private container", a.get(azuriteBase+"/private?restype=container&comp=list") == http.StatusForbidden)
}

// TestAzuriteStoredPolicies compares the verdicts on links that leave their rights to a stored access policy.
func TestAzuriteStoredPolicies(t *testing.T) {
	a := startAzurite(t)
	now := time.Now().UTC().Truncate(time.Second)
	stored := func(id, permission string, start, end time.Time) *container.SignedIdentifier {
		return &container.SignedIdentifier{ID: &id, AccessPolicy: &container.AccessPolicy{Permission: &permission, Start: &start, Expiry: &end}}
	}
	const name = "shared"
	a.make(name, armstorage.PublicAccessContainer,
		stored("listing", "l", now.Add(-time.Hour), now.Add(time.Hour)),
		stored("reading", "r", now.Add(-time.Hour), now.Add(time.Hour)),
		stored("over", "rl", now.Add(-2*time.Hour), now.Add(-time.Hour)),
		stored("later", "rl", now.Add(time.Hour), now.Add(2*time.Hour)))
	rec := a.records()[name]
	if got, ok := rec.Bucket.Azure.StoredPolicies.Get(); !ok || len(got.List) != 4 {
		t.Fatalf("stored policies: %+v", rec.Bucket.Azure.StoredPolicies)
	}
	// From here on the container is private, so that what succeeds does so by the link.
	if _, err := a.owner.NewContainerClient(name).SetAccessPolicy(t.Context(), &container.SetAccessPolicyOptions{ContainerACL: []*container.SignedIdentifier{
		stored("listing", "l", now.Add(-time.Hour), now.Add(time.Hour)), stored("reading", "r", now.Add(-time.Hour), now.Add(time.Hour)),
		stored("over", "rl", now.Add(-2*time.Hour), now.Add(-time.Hour)), stored("later", "rl", now.Add(time.Hour), now.Add(2*time.Hour)),
	}}); err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, id := range []string{"listing", "reading", "over", "later", "missing"} {
		signed, err := sas.BlobSignatureValues{ContainerName: name, Identifier: id, Protocol: sas.ProtocolHTTPS}.SignWithSharedKey(a.key)
		if err != nil {
			t.Fatal(err)
		}
		token := signed.Encode()
		rec.Bucket.Azure.Tokens = scanners.KnownFact(scanners.Tokens{List: []string{token}}, scanners.Origin{})
		judged := access.Judge(rec, now)
		for verb, address := range map[verdict.Verb]string{
			verdict.List: azuriteBase + "/" + name + "?restype=container&comp=list&" + token,
			verdict.Read: azuriteBase + "/" + name + "/dir/o.txt?" + token,
		} {
			v, ok := judged.Bearer[verb]
			got := a.get(address) == http.StatusOK
			if !ok || got != (v.Verdict == verdict.Yes) {
				t.Errorf("%s by policy %q: the verdict is %q (%v), and the holder gets it: %t", verb, id, v.Verdict, v.Reasons, got)
			}
			if got {
				opened++
			}
		}
	}
	if opened != 2 {
		t.Errorf("%d of the links opened something, want 2", opened)
	}
}
