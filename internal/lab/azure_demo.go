// The Azure part of the demo: six storage accounts of one subscription.

package lab

import (
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
)

// DemoSubscription is the subscription that the demo scans.
const DemoSubscription = "0a1b2c3d-0000-4000-8000-000000000001"

func demoAzure(made time.Time) *Azure {
	level := func(name string, public armstorage.PublicAccess) AzureContainer {
		return AzureContainer{Name: name, Properties: armstorage.ContainerProperties{PublicAccess: &public, HasImmutabilityPolicy: ptr(false), HasLegalHold: ptr(false)}}
	}
	account := func(name, location string, flag *bool, containers ...AzureContainer) AzureAccount {
		return AzureAccount{
			Name: name, Group: "rg-" + name, Location: location, Tags: map[string]string{"owner": "unknown"}, Containers: containers,
			Properties: armstorage.AccountProperties{
				AllowBlobPublicAccess: flag, CreationTime: &made, EnableHTTPSTrafficOnly: ptr(true), MinimumTLSVersion: ptr(armstorage.MinimumTLSVersionTLS12),
				Encryption:      &armstorage.Encryption{KeySource: ptr(armstorage.KeySourceMicrosoftStorage)},
				NetworkRuleSet:  &armstorage.NetworkRuleSet{DefaultAction: ptr(armstorage.DefaultActionAllow), Bypass: ptr(armstorage.BypassAzureServices)},
				KeyCreationTime: &armstorage.KeyCreationTime{Key1: &made, Key2: &made},
			},
			Service: armstorage.BlobServicePropertiesProperties{Cors: &armstorage.CorsRules{CorsRules: []*armstorage.CorsRule{}}},
		}
	}

	documents := level("documents", armstorage.PublicAccessContainer)
	documents.AnonymousList, documents.AnonymousRead, documents.Blobs = true, true, personalDocuments(made)
	documents.Properties.Metadata = map[string]*string{"data": ptr("personal")}
	exports := level("exports", armstorage.PublicAccessNone)
	exports.Policies = []AzureStoredPolicy{
		{ID: "partner", Permission: "racwdl", Start: made},
		{ID: "week", Permission: "r", Start: made, Expiry: made.AddDate(0, 0, 7)},
	}
	thumbnails := level("thumbnails", armstorage.PublicAccessBlob)
	thumbnails.AnonymousRead = true
	applicants := account("acmeapplicants", "japaneast", ptr(true), documents, exports, thumbnails)

	site := level("$web", armstorage.PublicAccessNone)
	site.Blobs = []Object{{Key: "index.html", Size: 78, Modified: made, Body: "<!doctype html><title>Acme</title><p>Welcome.\n"}}
	www := account("acmewww", "westeurope", ptr(false), site)
	www.Website = &Website{Index: "index.html", Error: "404.html"}
	www.Service.Cors.CorsRules = []*armstorage.CorsRule{{
		AllowedOrigins: []*string{ptr("*")}, AllowedMethods: []*armstorage.CorsRuleAllowedMethodsItem{ptr(armstorage.CorsRuleAllowedMethodsItemGET)},
		AllowedHeaders: []*string{ptr("*")}, ExposedHeaders: []*string{}, MaxAgeInSeconds: ptr(int32(3600)),
	}}

	downloads := level("downloads", armstorage.PublicAccessBlob)
	downloads.AnonymousRead = true
	downloads.Blobs = []Object{{Key: "setup-0.9.exe", Size: 4_700_000, Modified: made, Body: "MZ"}}
	legacy := account("acmelegacy", "northeurope", nil, downloads)
	legacy.Properties.EnableHTTPSTrafficOnly, legacy.Properties.MinimumTLSVersion = ptr(false), ptr(armstorage.MinimumTLSVersionTLS10)
	legacy.Properties.KeyCreationTime = nil

	archive := account("acmearchive", "japanwest", ptr(false), level("scans", armstorage.PublicAccessContainer))

	ledgers := level("ledgers", armstorage.PublicAccessNone)
	finance := account("acmefinance", "japaneast", ptr(false), ledgers)

	kept := level("records", armstorage.PublicAccessNone)
	kept.Properties.Metadata = map[string]*string{"owner": ptr("platform")}
	kept.Properties.HasImmutabilityPolicy = ptr(true)
	kept.Properties.ImmutabilityPolicy = &armstorage.ImmutabilityPolicyProperties{Properties: &armstorage.ImmutabilityPolicyProperty{
		ImmutabilityPeriodSinceCreationInDays: ptr(int32(2555)), State: ptr(armstorage.ImmutabilityPolicyStateLocked)}}
	vault := account("acmevault", "japaneast", ptr(false), kept)
	p := &vault.Properties
	p.AllowSharedKeyAccess, p.DefaultToOAuthAuthentication, p.AllowCrossTenantReplication = ptr(false), ptr(true), ptr(false)
	p.NetworkRuleSet.DefaultAction = ptr(armstorage.DefaultActionDeny)
	p.PublicNetworkAccess = ptr(armstorage.PublicNetworkAccessDisabled)
	p.SasPolicy = &armstorage.SasPolicy{SasExpirationPeriod: ptr("1.00:00:00"), ExpirationAction: ptr(armstorage.ExpirationActionLog)}
	p.KeyPolicy = &armstorage.KeyPolicy{KeyExpirationPeriodInDays: ptr(int32(90))}
	p.Encryption = &armstorage.Encryption{
		KeySource: ptr(armstorage.KeySourceMicrosoftKeyvault), RequireInfrastructureEncryption: ptr(true),
		KeyVaultProperties: &armstorage.KeyVaultProperties{KeyVaultURI: ptr("https://acme-keys.vault.azure.net/"), KeyName: ptr("storage")},
	}
	p.PrivateEndpointConnections = []*armstorage.PrivateEndpointConnection{{Properties: &armstorage.PrivateEndpointConnectionProperties{
		PrivateLinkServiceConnectionState: &armstorage.PrivateLinkServiceConnectionState{Status: ptr(armstorage.PrivateEndpointServiceConnectionStatusApproved)}}}}
	vault.Tags = map[string]string{"owner": "platform", "data": "internal"}
	vault.Service = armstorage.BlobServicePropertiesProperties{
		IsVersioningEnabled:            ptr(true),
		DeleteRetentionPolicy:          &armstorage.DeleteRetentionPolicy{Enabled: ptr(true), Days: ptr(int32(30))},
		ContainerDeleteRetentionPolicy: &armstorage.DeleteRetentionPolicy{Enabled: ptr(true), Days: ptr(int32(30))},
	}
	vault.Defender = ptr(true)
	vault.Diagnostics = []AzureDiagnostics{{Name: "all", Workspace: "/subscriptions/" + DemoSubscription + "/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/acme-logs", Groups: []string{"audit"}}}
	vault.Lifecycle = &armstorage.ManagementPolicySchema{Rules: []*armstorage.ManagementPolicyRule{{
		Name: ptr("tidy"), Enabled: ptr(true), Type: ptr(armstorage.RuleTypeLifecycle),
		Definition: &armstorage.ManagementPolicyDefinition{
			Filters: &armstorage.ManagementPolicyFilter{BlobTypes: []*string{ptr("blockBlob")}},
			Actions: &armstorage.ManagementPolicyAction{Version: &armstorage.ManagementPolicyVersion{Delete: &armstorage.DateAfterCreation{DaysAfterCreationGreaterThan: ptr(float32(90))}}},
		}}}}

	return &Azure{
		Subscriptions: []AzureSubscription{{ID: DemoSubscription, Name: "acme-production", Accounts: []AzureAccount{applicants, archive, finance, legacy, vault, www}}},
		Groups:        map[string][]string{"acme": {DemoSubscription}},
	}
}
