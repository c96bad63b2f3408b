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

// fact is a fact without its origin.
func fact[T any](f scanners.Fact[T]) scanners.Fact[T] {
	return scanners.Fact[T]{State: f.State, Value: f.Value, Reason: f.Reason}
}

func known[T any](v T) scanners.Fact[T] { return scanners.Fact[T]{State: scanners.Known, Value: v} }
func absent[T any]() scanners.Fact[T]   { return scanners.Fact[T]{State: scanners.Absent} }
func unsupp[T any]() scanners.Fact[T]   { return scanners.Fact[T]{State: scanners.Unsupported} }
func malformed[T any](detail string) scanners.Fact[T] {
	return scanners.Fact[T]{Reason: scanners.Reason{Code: scanners.Malformed, Detail: detail}}
}

// check compares one fact of an account that change has made out of a plain one.
func check[T any](t *testing.T, name string, change func(*lab.AzureAccount), get func(*scanners.Store) scanners.Fact[T], want scanners.Fact[T]) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Helper()
		a := account("acme")
		if change != nil {
			change(&a)
		}
		rec := start(t, worldOf(a), scanners.Runtime{}).inspect("azure:acme")
		if diff := cmp.Diff(want, fact(get(rec.Store)), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAccountFacts(t *testing.T) {
	anonymous := func(s *scanners.Store) scanners.Fact[scanners.AnonymousFlag] { return s.Azure.Anonymous }
	check(t, "flag on", nil, anonymous, known(scanners.AnonymousFlag{Allowed: true}))
	check(t, "flag off", func(a *lab.AzureAccount) { a.Properties.AllowBlobPublicAccess = ptr(false) }, anonymous, known(scanners.AnonymousFlag{}))
	check(t, "flag null", func(a *lab.AzureAccount) { a.Properties.AllowBlobPublicAccess = nil }, anonymous, absent[scanners.AnonymousFlag]())
	check(t, "no properties at all", func(a *lab.AzureAccount) { a.NoProperties = true }, anonymous,
		malformed[scanners.AnonymousFlag]("the account came without properties"))

	network := func(s *scanners.Store) scanners.Fact[scanners.AzureNetwork] { return s.Azure.Network }
	check(t, "no network rules", nil, network, known(scanners.AzureNetwork{}))
	check(t, "network rules", func(a *lab.AzureAccount) {
		a.Properties.PublicNetworkAccess = ptr(armstorage.PublicNetworkAccessSecuredByPerimeter)
		a.Properties.NetworkRuleSet = &armstorage.NetworkRuleSet{
			DefaultAction: ptr(armstorage.DefaultActionDeny), Bypass: ptr(armstorage.BypassNone),
			IPRules:             []*armstorage.IPRule{{IPAddressOrRange: ptr("198.51.100.0/24")}, nil},
			VirtualNetworkRules: []*armstorage.VirtualNetworkRule{{VirtualNetworkResourceID: ptr("/subnet")}},
			ResourceAccessRules: []*armstorage.ResourceAccessRule{{ResourceID: ptr("/site")}},
		}
	}, network, known(scanners.AzureNetwork{
		PublicNetworkAccess: "SecuredByPerimeter", DefaultAction: "Deny", Bypass: "None",
		IPRules: []string{"198.51.100.0/24"}, VNetRules: []string{"/subnet"}, ResourceRules: []string{"/site"},
	}))

	endpoints := func(s *scanners.Store) scanners.Fact[scanners.PrivateEndpoints] { return s.Azure.PrivateEndpoints }
	check(t, "private endpoints", func(a *lab.AzureAccount) {
		state := func(s armstorage.PrivateEndpointServiceConnectionStatus) *armstorage.PrivateEndpointConnection {
			return &armstorage.PrivateEndpointConnection{Properties: &armstorage.PrivateEndpointConnectionProperties{
				PrivateLinkServiceConnectionState: &armstorage.PrivateLinkServiceConnectionState{Status: &s}}}
		}
		a.Properties.PrivateEndpointConnections = []*armstorage.PrivateEndpointConnection{
			state(armstorage.PrivateEndpointServiceConnectionStatusApproved), state(armstorage.PrivateEndpointServiceConnectionStatusPending), nil, {}}
	}, endpoints, known(scanners.PrivateEndpoints{Approved: 1}))

	for name, get := range map[string]struct {
		set func(*armstorage.AccountProperties, *bool)
		get func(*scanners.Store) scanners.Fact[scanners.Switch]
	}{
		"shared key":   {func(p *armstorage.AccountProperties, b *bool) { p.AllowSharedKeyAccess = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.SharedKey }},
		"entra":        {func(p *armstorage.AccountProperties, b *bool) { p.DefaultToOAuthAuthentication = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.DefaultToEntra }},
		"cross tenant": {func(p *armstorage.AccountProperties, b *bool) { p.AllowCrossTenantReplication = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.CrossTenant }},
		"sftp":         {func(p *armstorage.AccountProperties, b *bool) { p.IsSftpEnabled = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.SFTP }},
		"nfs":          {func(p *armstorage.AccountProperties, b *bool) { p.EnableNfsV3 = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.NFS }},
		"hns":          {func(p *armstorage.AccountProperties, b *bool) { p.IsHnsEnabled = b }, func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.HierarchicalNames }},
	} {
		for word, b := range map[string]*bool{"true": ptr(true), "false": ptr(false), "null": nil} {
			want := absent[scanners.Switch]()
			if b != nil {
				want = known(scanners.Switch{On: *b})
			}
			check(t, name+" "+word, func(a *lab.AzureAccount) { get.set(&a.Properties, b) }, get.get, want)
		}
	}

	sas := func(s *scanners.Store) scanners.Fact[scanners.SASPolicy] { return s.Azure.SASPolicy }
	period := func(text string, action *armstorage.ExpirationAction) func(*lab.AzureAccount) {
		return func(a *lab.AzureAccount) {
			a.Properties.SasPolicy = &armstorage.SasPolicy{SasExpirationPeriod: &text, ExpirationAction: action}
		}
	}
	check(t, "no SAS policy", nil, sas, absent[scanners.SASPolicy]())
	check(t, "SAS policy", period("1.12:00:30", ptr(armstorage.ExpirationActionBlock)), sas, known(scanners.SASPolicy{Period: "1.12:00:30", Seconds: 129_630, Action: "Block"}))
	check(t, "SAS policy without days", period("02:00:00", nil), sas, known(scanners.SASPolicy{Period: "02:00:00", Seconds: 7200, Action: "Log"}))
	check(t, "SAS policy of nonsense", period("soon", nil), sas, malformed[scanners.SASPolicy]("the SAS expiration period is not D.HH:MM:SS"))

	check(t, "key policy", func(a *lab.AzureAccount) {
		a.Properties.KeyPolicy = &armstorage.KeyPolicy{KeyExpirationPeriodInDays: ptr(int32(90))}
	},
		func(s *scanners.Store) scanners.Fact[scanners.KeyPolicy] { return s.Azure.KeyPolicy }, known(scanners.KeyPolicy{Days: 90}))
	keys := func(s *scanners.Store) scanners.Fact[scanners.AccessKeys] { return s.Azure.Keys }
	check(t, "keys without times", nil, keys, known(scanners.AccessKeys{List: []scanners.AccessKey{{ID: "key1", State: "ACTIVE"}, {ID: "key2", State: "ACTIVE"}}}))
	made := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	check(t, "one key renewed", func(a *lab.AzureAccount) { a.Properties.KeyCreationTime = &armstorage.KeyCreationTime{Key2: &made} }, keys,
		known(scanners.AccessKeys{List: []scanners.AccessKey{{ID: "key1", State: "ACTIVE"}, {ID: "key2", State: "ACTIVE", CreatedAt: made}}}))

	transport := func(s *scanners.Store) scanners.Fact[scanners.Transport] { return s.Transport }
	check(t, "transport", nil, transport, known(scanners.Transport{HTTPSOnly: true, MinimumTLS: "1.2"}))
	check(t, "no minimum of TLS", func(a *lab.AzureAccount) { a.Properties.MinimumTLSVersion = nil }, transport, known(scanners.Transport{HTTPSOnly: true, MinimumTLS: "1.0"}))
	check(t, "HTTPS not said", func(a *lab.AzureAccount) { a.Properties.EnableHTTPSTrafficOnly = nil }, transport,
		malformed[scanners.Transport]("the account does not say whether only HTTPS is served"))

	encryption := func(s *scanners.Store) scanners.Fact[scanners.Encryption] { return s.Encryption }
	check(t, "encryption by Microsoft", nil, encryption, known(scanners.Encryption{Algorithm: "microsoft"}))
	check(t, "encryption by own key", func(a *lab.AzureAccount) {
		a.Properties.Encryption = &armstorage.Encryption{KeySource: ptr(armstorage.KeySourceMicrosoftKeyvault), RequireInfrastructureEncryption: ptr(true),
			KeyVaultProperties: &armstorage.KeyVaultProperties{KeyVaultURI: ptr("https://v.vault.azure.net/"), KeyName: ptr("k")}}
	}, encryption, known(scanners.Encryption{Algorithm: "cmek", KeyID: "https://v.vault.azure.net/keys/k", CustomerManaged: true, Infrastructure: true}))

	labels := func(s *scanners.Store) scanners.Fact[scanners.Labels] { return s.Labels }
	check(t, "no tags", nil, labels, absent[scanners.Labels]())
	check(t, "tags", func(a *lab.AzureAccount) { a.Tags = map[string]string{"k": "v"} }, labels, known(scanners.Labels{Values: map[string]string{"k": "v"}}))

	retention := func(s *scanners.Store) scanners.Fact[scanners.Retention] { return s.Retention }
	check(t, "no account immutability", nil, retention, absent[scanners.Retention]())
	check(t, "account immutability", func(a *lab.AzureAccount) {
		a.Properties.ImmutableStorageWithVersioning = &armstorage.ImmutableStorageAccount{Enabled: ptr(true), ImmutabilityPolicy: &armstorage.AccountImmutabilityPolicyProperties{
			State: ptr(armstorage.AccountImmutabilityPolicyStateLocked), ImmutabilityPeriodSinceCreationInDays: ptr(int32(7))}}
	}, retention, known(scanners.Retention{Enabled: true, Mode: "Locked", Days: 7, Locked: true}))
}

func TestServiceFacts(t *testing.T) {
	versioning := func(s *scanners.Store) scanners.Fact[scanners.Versioning] { return s.Versioning }
	check(t, "versioning never set", nil, versioning, absent[scanners.Versioning]())
	check(t, "versioning", func(a *lab.AzureAccount) { a.Service.IsVersioningEnabled = ptr(true) }, versioning, known(scanners.Versioning{Enabled: true}))
	check(t, "versioning off", func(a *lab.AzureAccount) { a.Service.IsVersioningEnabled = ptr(false) }, versioning, known(scanners.Versioning{}))

	blobs := func(s *scanners.Store) scanners.Fact[scanners.SoftDelete] { return s.Azure.BlobSoftDelete }
	check(t, "blob soft delete", func(a *lab.AzureAccount) {
		a.Service.DeleteRetentionPolicy = &armstorage.DeleteRetentionPolicy{Enabled: ptr(true), Days: ptr(int32(7))}
	}, blobs, known(scanners.SoftDelete{Enabled: true, Days: 7}))
	check(t, "blob soft delete never set", nil, blobs, absent[scanners.SoftDelete]())
	check(t, "container soft delete off", func(a *lab.AzureAccount) {
		a.Service.ContainerDeleteRetentionPolicy = &armstorage.DeleteRetentionPolicy{Enabled: ptr(false)}
	}, func(s *scanners.Store) scanners.Fact[scanners.SoftDelete] { return s.Azure.ContainerSoftDelete }, known(scanners.SoftDelete{}))

	cors := func(s *scanners.Store) scanners.Fact[scanners.CORS] { return s.CORS }
	check(t, "no CORS", func(a *lab.AzureAccount) { a.Service.Cors = &armstorage.CorsRules{CorsRules: []*armstorage.CorsRule{}} }, cors, absent[scanners.CORS]())
	check(t, "CORS", func(a *lab.AzureAccount) {
		a.Service.Cors = &armstorage.CorsRules{CorsRules: []*armstorage.CorsRule{{AllowedOrigins: []*string{ptr("*")}, AllowedMethods: []*armstorage.CorsRuleAllowedMethodsItem{ptr(armstorage.CorsRuleAllowedMethodsItemGET)}, MaxAgeInSeconds: ptr(int32(5))}}}
	}, cors, known(scanners.CORS{Rules: []scanners.CORSRule{{Origins: []string{"*"}, Methods: []string{"GET"}, MaxAge: 5}}}))

	website := func(s *scanners.Store) scanners.Fact[scanners.Website] { return s.Website }
	check(t, "no website", nil, func(s *scanners.Store) scanners.Fact[scanners.Website] {
		f := s.Website
		f.Value = scanners.Website{}
		return f
	}, absent[scanners.Website]())
	check(t, "website", func(a *lab.AzureAccount) { a.Website = &lab.Website{Index: "index.html", Error: "404.html"} }, website,
		known(scanners.Website{Enabled: true, Index: "index.html", Error: "404.html", Endpoint: "https://acme.z11.web.core.windows.net"}))

	lifecycle := func(s *scanners.Store) scanners.Fact[scanners.Lifecycle] { return s.Lifecycle }
	check(t, "no lifecycle", nil, lifecycle, absent[scanners.Lifecycle]())
	check(t, "lifecycle", func(a *lab.AzureAccount) {
		a.Lifecycle = &armstorage.ManagementPolicySchema{Rules: []*armstorage.ManagementPolicyRule{{
			Name: ptr("r"), Type: ptr(armstorage.RuleTypeLifecycle), Definition: &armstorage.ManagementPolicyDefinition{
				Filters: &armstorage.ManagementPolicyFilter{PrefixMatch: []*string{ptr("a/x"), ptr("b")}, BlobIndexMatch: []*armstorage.TagFilter{{}}},
				Actions: &armstorage.ManagementPolicyAction{
					BaseBlob: &armstorage.ManagementPolicyBaseBlob{Delete: &armstorage.DateAfterModification{DaysAfterLastAccessTimeGreaterThan: ptr(float32(0))}, TierToCool: &armstorage.DateAfterModification{}},
					Version:  &armstorage.ManagementPolicyVersion{Delete: &armstorage.DateAfterCreation{DaysAfterCreationGreaterThan: ptr(float32(30))}},
				}}}}}
	}, lifecycle, known(scanners.Lifecycle{Rules: []scanners.LifecycleRule{
		{ID: "r", Enabled: true, Prefix: "a/x", ExpireDays: 1, NoncurrentDays: 30, Transition: true, Narrowed: true},
		{ID: "r", Enabled: true, Prefix: "b", ExpireDays: 1, NoncurrentDays: 30, Transition: true, Narrowed: true},
	}}))

	defender := func(s *scanners.Store) scanners.Fact[scanners.Switch] { return s.Azure.Defender }
	check(t, "Defender never switched on", nil, defender, absent[scanners.Switch]())
	check(t, "Defender", func(a *lab.AzureAccount) { a.Defender = ptr(true) }, defender, known(scanners.Switch{On: true}))
	check(t, "Defender off", func(a *lab.AzureAccount) { a.Defender = ptr(false) }, defender, known(scanners.Switch{}))

	logging := func(s *scanners.Store) scanners.Fact[scanners.Logging] { return s.Logging }
	check(t, "no logging", nil, logging, absent[scanners.Logging]())
	check(t, "settings that log nothing", func(a *lab.AzureAccount) { a.Diagnostics = []lab.AzureDiagnostics{{Name: "metrics", Workspace: "/w"}} }, logging, known(scanners.Logging{}))
	check(t, "logging in two places", func(a *lab.AzureAccount) {
		a.Diagnostics = []lab.AzureDiagnostics{{Name: "a", Workspace: "/x/first", Categories: []string{"StorageRead"}}, {Name: "b", Workspace: "/x/second", Categories: []string{"StorageDelete"}}}
	}, logging, known(scanners.Logging{Enabled: true, Target: "first", Read: true, Delete: true}))
	check(t, "logging by group", func(a *lab.AzureAccount) {
		a.Diagnostics = []lab.AzureDiagnostics{{Name: "a", Workspace: "w", Groups: []string{"allLogs"}}}
	}, logging,
		known(scanners.Logging{Enabled: true, Target: "w", Read: true, Write: true, Delete: true}))
}

func TestPerimeterAndUsers(t *testing.T) {
	perimeter := func(s *scanners.Store) scanners.Fact[scanners.Perimeter] { return s.Azure.Perimeter }
	rule := func(direction armstorage.NspAccessRuleDirection, prefixes ...*string) *armstorage.NspAccessRule {
		return &armstorage.NspAccessRule{Properties: &armstorage.NspAccessRuleProperties{Direction: &direction, AddressPrefixes: prefixes}}
	}
	check(t, "in no perimeter", nil, perimeter, absent[scanners.Perimeter]())
	check(t, "in a perimeter", func(a *lab.AzureAccount) {
		a.Perimeters = []*armstorage.NetworkSecurityPerimeterConfiguration{{Properties: &armstorage.NetworkSecurityPerimeterConfigurationProperties{
			ResourceAssociation: &armstorage.NetworkSecurityPerimeterConfigurationPropertiesResourceAssociation{AccessMode: ptr(armstorage.ResourceAssociationAccessModeEnforced)},
			Profile: &armstorage.NetworkSecurityPerimeterConfigurationPropertiesProfile{AccessRules: []*armstorage.NspAccessRule{
				rule(armstorage.NspAccessRuleDirectionInbound, ptr("203.0.113.0/24")), rule(armstorage.NspAccessRuleDirectionOutbound, ptr("0.0.0.0/0"))}},
		}}}
	}, perimeter, known(scanners.Perimeter{Associated: true, Mode: "Enforced", InboundIPs: []string{"203.0.113.0/24"}}))
	check(t, "a perimeter that says nothing", func(a *lab.AzureAccount) { a.Perimeters = []*armstorage.NetworkSecurityPerimeterConfiguration{{}} }, perimeter,
		malformed[scanners.Perimeter]("the answer is hollow"))

	users := func(s *scanners.Store) scanners.Fact[scanners.LocalUsers] { return s.Azure.LocalUsers }
	check(t, "no SFTP possible", func(a *lab.AzureAccount) { a.Users = []string{"ghost"} }, users, absent[scanners.LocalUsers]())
	check(t, "local users", func(a *lab.AzureAccount) { a.Properties.IsHnsEnabled, a.Users = ptr(true), []string{"a", "b"} }, users, known(scanners.LocalUsers{Enabled: true, Count: 2}))
	check(t, "no local users", func(a *lab.AzureAccount) { a.Properties.IsHnsEnabled = ptr(true) }, users, absent[scanners.LocalUsers]())
}

// An account for file shares alone has no blob service: nothing is asked of it, and its rules do not apply.
func TestFileStorageAccount(t *testing.T) {
	files := account("files")
	files.Kind = armstorage.KindFileStorage
	b := start(t, worldOf(files), scanners.Runtime{})
	rec := b.inspect("azure:files")
	if diff := cmp.Diff(unsupp[scanners.Website](), scanners.Fact[scanners.Website]{State: rec.Store.Website.State}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(unsupp[scanners.Versioning](), fact(rec.Store.Versioning)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"arm:Subscriptions.List": 1, "arm:StorageAccounts.List": 1}, b.lab.Calls()); diff != "" {
		t.Errorf("calls:\n%s", diff)
	}
}
