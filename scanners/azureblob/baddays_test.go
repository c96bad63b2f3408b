package azureblob_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/azureblob"
)

// TestNoCredentials follows the SDK's own chain in an environment that has nothing for it.
func TestNoCredentials(t *testing.T) {
	for _, name := range os.Environ() {
		if key, _, _ := strings.Cut(name, "="); strings.HasPrefix(key, "AZURE_") || strings.HasPrefix(key, "IDENTITY_") || strings.HasPrefix(key, "MSI_") {
			t.Setenv(key, "")
		}
	}
	t.Setenv("PATH", t.TempDir())
	b := start(t, worldOf(), scanners.Runtime{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("nobody is there")
	})}, azureblob.WithCredential(nil))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, err := range b.scanner.Discover(ctx, scanners.Target{Scheme: "azure"}) {
		if !errors.Is(err, scanners.ErrNoCredentials) || !strings.Contains(hintOf(err), "az login") {
			t.Errorf("%v, hint %q", err, hintOf(err))
		}
	}
}

type noToken struct{ err error }

func (n noToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, n.err
}

func TestTokensThatAreNotGivenOut(t *testing.T) {
	for text, want := range map[string]error{
		"DefaultAzureCredential: AADSTS700082: The refresh token has expired due to inactivity. secret=hunter2": scanners.ErrExpired,
		"DefaultAzureCredential: AADSTS90002: Tenant not found. secret=hunter2":                                 scanners.ErrDenied,
		"DefaultAzureCredential: failed to acquire a token. secret=hunter2":                                     scanners.ErrNoCredentials,
	} {
		err := start(t, worldOf(), scanners.Runtime{}, azureblob.WithCredential(noToken{errors.New(text)})).onlyError("azure")
		if !errors.Is(err, want) || hintOf(err) == "" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, hint %q", text, err, hintOf(err))
		}
	}
}

// With credentials at hand and no way to the login service, it is the network that needs looking at.
func TestLoginServiceOutOfReach(t *testing.T) {
	said := noToken{errors.New("DefaultAzureCredential: failed to acquire a token.\nAttempted credentials:\n\tClientSecretCredential: unable to resolve an endpoint: server response error:\n\t dial tcp: connection refused")}
	err := start(t, worldOf(), scanners.Runtime{}, azureblob.WithCredential(said)).onlyError("azure")
	if errors.Is(err, scanners.ErrNoCredentials) || !strings.Contains(err.Error(), "login.microsoftonline.com did not answer") || !strings.Contains(hintOf(err), "HTTPS_PROXY") {
		t.Errorf("%v, hint %q", err, hintOf(err))
	}
}

func TestRefusedListings(t *testing.T) {
	for _, tc := range []struct {
		operation, target string
		fault             lab.FaultKind
		want              error
		hint              string
		refs              int
	}{
		{"Subscriptions.List", "azure", lab.Deny, scanners.ErrDenied, "Microsoft.Resources/subscriptions/read", 0},
		{"Subscriptions.List", "azure", lab.Expired, scanners.ErrExpired, "az login", 0},
		{"Subscriptions.List", "azure", lab.BadKey, scanners.ErrDenied, "--tenant", 0},
		{"ManagementGroups.GetDescendants", "azure:mg/acme", lab.Deny, scanners.ErrDenied, "Microsoft.Management/managementGroups/descendants/read", 0},
		{"StorageAccounts.List", "azure:" + first, lab.Deny, scanners.ErrDenied, "Microsoft.Storage/storageAccounts/read", 1},
		{"StorageAccounts.List", "azure:" + first, lab.Hollow, nil, "", 1},
		{"BlobContainers.List", "azure:" + first, lab.Deny, scanners.ErrDenied, "Microsoft.Storage/storageAccounts/blobServices/containers/read", 2},
		{"BlobContainers.List", "azure:" + first, lab.Garbage, nil, "", 2},
		{"StorageAccounts.List", "az://acme", lab.Broken, nil, "", 0},
	} {
		world := worldOf(account("acme", level("box", armstorage.PublicAccessNone)))
		world.Azure.Groups = map[string][]string{"acme": {first}}
		world.Faults = []lab.Fault{{Kind: tc.fault, Operation: tc.operation}}
		got := start(t, world, scanners.Runtime{}).discover(tc.target)
		if len(got.errs) != 1 || len(got.refs) != tc.refs || tc.want != nil && !errors.Is(got.errs[0], tc.want) || !strings.Contains(hintOf(got.errs[0]), tc.hint) {
			t.Errorf("%s %s: %v, %v, hint %q", tc.operation, tc.fault, got.ids(), got.errs, hintOf(errors.Join(got.errs...)))
		}
	}
}

// A denied account in the middle costs its own containers and nothing else.
func TestOneDeniedAccountAmongOthers(t *testing.T) {
	box := level("box", armstorage.PublicAccessNone)
	world := worldOf(account("one", box), account("two", box), account("three", box))
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "BlobContainers.List", Resource: "two"}}
	got := start(t, world, scanners.Runtime{}).discover("azure")
	if strings.Join(got.ids(), " ") != "azure:subscription/"+first+" azure:one azure:one/box azure:two azure:three azure:three/box" || len(got.errs) != 1 {
		t.Errorf("%v, %v", got.ids(), got.errs)
	}
}

// A subscription that has never used Storage is empty, not failed.
func TestUnregisteredSubscription(t *testing.T) {
	world := worldOf(account("acme"))
	world.Faults = []lab.Fault{{Kind: lab.NotHere, Operation: "StorageAccounts.List"}}
	if ids := start(t, world, scanners.Runtime{}).mustDiscover("azure").ids(); len(ids) != 1 {
		t.Error(ids)
	}
}

// Every way of not answering one question, and what the fact says then.
func TestFactsNotRead(t *testing.T) {
	for _, tc := range []struct {
		operation string
		fault     lab.FaultKind
		fact      scanners.FactName
		state     scanners.State
		reason    scanners.Reason // the detail is a part of what is said
	}{
		{"GetBlobServiceProperties", lab.Deny, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/read", Detail: "AuthorizationPermissionMismatch"}},
		{"GetBlobServiceProperties", lab.NotHere, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/read", Detail: "network rules do not let this machine in"}},
		{"GetBlobServiceProperties", lab.Missing, "store.website", scanners.Unsupported, scanners.Reason{}},
		{"GetBlobServiceProperties", lab.Hollow, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "hollow"}},
		{"GetBlobServiceProperties", lab.Wrong, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "something else"}},
		{"GetBlobServiceProperties", lab.Empty, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "empty"}},
		{"GetBlobServiceProperties", lab.Garbage, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Malformed}},
		{"GetBlobServiceProperties", lab.Cut, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Failed, Detail: "ended early"}},
		{"GetBlobServiceProperties", lab.Broken, "store.website", scanners.Unknown, scanners.Reason{Code: scanners.Failed, Detail: "InternalError"}},
		{"GetContainerACL", lab.Deny, "bucket.azure.stored_policies", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/containers/getAcl/action"}},
		{"GetContainerACL", lab.Empty, "bucket.azure.stored_policies", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "empty"}},
		{"ListBlobs", lab.Deny, "bucket.objects", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"}},
		{"ListBlobs", lab.Deny, "bucket.names", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"}},
		{"BlobServices.GetServiceProperties", lab.Deny, "store.versioning", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/read", Detail: "AuthorizationFailed"}},
		{"BlobServices.GetServiceProperties", lab.Hollow, "store.cors", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "hollow"}},
		{"BlobServices.GetServiceProperties", lab.Empty, "store.azure.blob_soft_delete", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "empty"}},
		{"BlobServices.GetServiceProperties", lab.Garbage, "store.versioning", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "not a JSON object"}},
		{"BlobServices.GetServiceProperties", lab.Cut, "store.versioning", scanners.Unknown, scanners.Reason{Code: scanners.Failed, Detail: "ended early"}},
		{"ManagementPolicies.Get", lab.Deny, "store.lifecycle", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/managementPolicies/read"}},
		{"DiagnosticSettings.List", lab.Deny, "store.logging", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Insights/diagnosticSettings/read"}},
		{"DiagnosticSettings.List", lab.Hollow, "store.logging", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "hollow"}},
		{"NetworkSecurityPerimeterConfigurations.List", lab.Deny, "store.azure.perimeter", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read"}},
		{"NetworkSecurityPerimeterConfigurations.List", lab.Missing, "store.azure.perimeter", scanners.Unsupported, scanners.Reason{}},
		{"LocalUsers.List", lab.Deny, "store.azure.local_users", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/localUsers/read"}},
		{"DefenderForStorage.Get", lab.Deny, "store.azure.defender", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Security/defenderforstoragesettings/read", Detail: "AuthorizationFailed"}},
		{"DefenderForStorage.Get", lab.Hollow, "store.azure.defender", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "hollow"}},
		{"DefenderForStorage.Get", lab.Empty, "store.azure.defender", scanners.Unknown, scanners.Reason{Code: scanners.Malformed, Detail: "empty"}},
		{"DefenderForStorage.Get", lab.Cut, "store.azure.defender", scanners.Unknown, scanners.Reason{Code: scanners.Failed, Detail: "HTTP 404"}},
		{"DefenderForStorage.Get", lab.NotHere, "store.azure.defender", scanners.Absent, scanners.Reason{}},
		{"BlobContainers.Get", lab.Deny, "bucket.labels", scanners.Unknown, scanners.Reason{Code: scanners.Denied, Permission: "Microsoft.Storage/storageAccounts/blobServices/containers/read"}},
	} {
		a := account("acme", level("box", armstorage.PublicAccessNone))
		a.Properties.IsHnsEnabled = ptr(true)
		world := worldOf(a)
		world.Faults = []lab.Fault{{Kind: tc.fault, Operation: tc.operation}}
		id := "azure:acme"
		if tc.fact.Kind() == scanners.KindBucket {
			id = "azure:acme/box"
		}
		rec := start(t, world, scanners.Runtime{Objects: 1}).inspect(id)
		got := rec.Status(tc.fact)
		if got.State != tc.state || got.Reason.Code != tc.reason.Code || got.Reason.Permission != tc.reason.Permission || !strings.Contains(got.Reason.Detail, tc.reason.Detail) {
			t.Errorf("%s %s: %s is %+v", tc.operation, tc.fault, tc.fact, got)
		}
	}
}

// Throttling costs time and nothing else: the wait is the one asked for, and no fact is lost.
func TestThrottlingLosesNothing(t *testing.T) {
	world := smallWorld()
	world.Faults = []lab.Fault{{Kind: lab.Busy, Times: 12}}
	var waits []time.Duration
	b := start(t, world, scanners.Runtime{Objects: 2}, azureblob.WithSleep(func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d)
		return ctx.Err()
	}))
	for _, ref := range b.mustDiscover("azure").refs {
		rec, err := b.scanner.Inspect(t.Context(), ref, b.scanner.Describe().Facts().OfKind(ref.Kind), nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, status := range rec.Facts() {
			if status.Reason.Code != scanners.NotInspected {
				t.Errorf("%s of %s: %+v", name, ref.ID, status.Reason)
			}
		}
	}
	if len(waits) < 100 {
		t.Errorf("only %d waits", len(waits))
	}
	for _, d := range waits {
		if d < 3*time.Second {
			t.Errorf("waited %s where 3 s were asked for", d)
		}
	}
}

func TestGoneMeanwhile(t *testing.T) {
	for operation, id := range map[string]string{"BlobServices.GetServiceProperties": "azure:acme", "GetContainerACL": "azure:acme/box"} {
		world := worldOf(account("acme", level("box", armstorage.PublicAccessNone)))
		world.Faults = []lab.Fault{{Kind: lab.Gone, Operation: operation}}
		b := start(t, world, scanners.Runtime{})
		for _, ref := range b.mustDiscover("azure").refs {
			if ref.ID != id {
				continue
			}
			if _, err := b.scanner.Inspect(t.Context(), ref, b.scanner.Describe().Facts().OfKind(ref.Kind), nil); !errors.Is(err, scanners.ErrGone) {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
}

func TestExpiredMidScan(t *testing.T) {
	world := worldOf(account("acme", level("box", armstorage.PublicAccessNone)))
	world.Faults = []lab.Fault{{Kind: lab.Expired, Operation: "ManagementPolicies.Get"}}
	rec := start(t, world, scanners.Runtime{}).inspect("azure:acme")
	if got := rec.Store.Lifecycle.Reason; got.Code != scanners.Failed || !strings.Contains(got.Detail, "expired") {
		t.Errorf("%+v", got)
	}
	if rec.Store.Azure.Anonymous.State != scanners.Known {
		t.Error("what had come before was lost")
	}
}

// A next page at another host would take the token there; so would a blob endpoint that is not the cloud's.
func TestTokensGoNowhereElse(t *testing.T) {
	l, err := lab.Start(twoSubscriptions())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	elsewhere := func(r *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(r.URL.Host, ".azure.com") && !strings.HasSuffix(r.URL.Host, ".blob.core.windows.net") {
			t.Errorf("asked %s with %q", r.URL.Host, r.Header.Get("Authorization"))
			return nil, errors.New("not here")
		}
		resp, err := l.Transport().RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		body = []byte(strings.ReplaceAll(string(body), `"nextLink":"https://management.azure.com/`, `"nextLink":"https://attacker.example/`))
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(string(body))), int64(len(body))
		resp.Header.Del("Content-Length")
		return resp, err
	}
	got := start(t, twoSubscriptions(), scanners.Runtime{Transport: roundTrip(elsewhere)}).discover("azure")
	if len(got.errs) != 1 || !strings.Contains(got.errs[0].Error(), "another host") {
		t.Errorf("%v, %v", got.ids(), got.errs)
	}

	for _, base := range []string{"https://attacker.example/", "http://acme.blob.core.windows.net/", "https://x:y@acme.blob.core.windows.net/", "https://acme.blob.core.windows.net.attacker.example/", "https://acme.blob.core.windows.net:8443/"} {
		a := account("acme", level("box", armstorage.PublicAccessNone))
		a.Properties.PrimaryEndpoints = &armstorage.Endpoints{Blob: &base}
		rec := start(t, worldOf(a), scanners.Runtime{}).inspect("azure:acme")
		if got := rec.Store.Website; got.State != scanners.Unknown || got.Reason.Code != scanners.Malformed {
			t.Errorf("%s: %+v", base, got)
		}
	}
}

// Names that Azure does not allow come from somebody else; nothing is built from them.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{"../../evil", "a\x1b[31m", "", "UPPER", strings.Repeat("a", 64)} {
		got := start(t, worldOf(account("acme", level(name, armstorage.PublicAccessNone))), scanners.Runtime{}).discover("azure")
		if len(got.errs) != 1 || len(got.refs) != 2 {
			t.Errorf("%q: %v, %v", name, got.ids(), got.errs)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"value":[{"name":"acme","id":"/subscriptions/s/resourceGroups/g/x","properties":{}}]}`, 200)
	f.Add(`<?xml version="1.0"?><StorageServiceProperties><StaticWebsite><Enabled>true</Enabled></StaticWebsite></StorageServiceProperties>`, 200)
	f.Add(`<SignedIdentifiers><SignedIdentifier><Id>x</Id><AccessPolicy><Expiry>never</Expiry></AccessPolicy></SignedIdentifier></SignedIdentifiers>`, 200)
	f.Add(`{"error":{"code":"AuthorizationFailed"}}`, 403)
	l, err := lab.Start(smallWorld())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(l.Close)
	target := scanners.Target{Scheme: "azure", Name: first}
	clean := azureblob.New(scanners.Runtime{Transport: l.Transport(), Objects: 1}, azureblob.WithCredential(lab.AzureCredential()), atOnce())
	var refs []scanners.Ref
	for ref := range clean.Discover(f.Context(), target) {
		ref.Seed = nil
		refs = append(refs, ref)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		s := azureblob.New(scanners.Runtime{Objects: 1, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})}, azureblob.WithCredential(lab.AzureCredential()), atOnce())
		n := 0
		for range s.Discover(t.Context(), target) {
			if n++; n > 1000 {
				break
			}
		}
		for _, ref := range refs {
			rec, err := s.Inspect(t.Context(), ref, s.Describe().Facts().OfKind(ref.Kind), nil)
			if err != nil {
				continue
			}
			if _, err := json.Marshal(rec); err != nil {
				t.Errorf("the record of %s cannot be written: %v", ref.ID, err)
			}
		}
	})
}
