// The Azure part of a world: subscriptions, their storage accounts as Resource Manager has them, and what only the
// blob service knows.

package lab

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azpolicy "github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
)

// Azure is everything there is of Azure.
type Azure struct {
	Subscriptions []AzureSubscription
	// Groups are the ids of the subscriptions below each management group.
	Groups map[string][]string
	// PageSize is how many things a page of Resource Manager holds; 0 is as many as Azure gives.
	PageSize int
}

// AzureSubscription is a subscription with its storage accounts.
type AzureSubscription struct {
	ID, Name string
	State    string // "" is "Enabled"
	// Hidden keeps it from the caller, who may still have a role for the data of its accounts.
	Hidden   bool
	Accounts []AzureAccount
}

// AzureAccount is one storage account; a nil property is null.
type AzureAccount struct {
	Name, Group, Location string
	Kind                  armstorage.Kind // "" is StorageV2
	Tags                  map[string]string
	// NoProperties leaves the properties out of the resource altogether.
	NoProperties bool
	Properties   armstorage.AccountProperties
	Service      armstorage.BlobServicePropertiesProperties
	Lifecycle    *armstorage.ManagementPolicySchema
	Perimeters   []*armstorage.NetworkSecurityPerimeterConfiguration
	Users        []string
	Diagnostics  []AzureDiagnostics
	Website      *Website
	// Defender is whether Microsoft Defender for Storage watches it; nil where it was never switched on.
	Defender   *bool
	Containers []AzureContainer
}

// AzureDiagnostics is one diagnostic setting of the blob service.
type AzureDiagnostics struct {
	Name, Workspace string
	Categories      []string // switched on
	Groups          []string // switched on
}

// AzureContainer is one container. Metadata and the terms of an immutability policy are left out of listings.
type AzureContainer struct {
	Name       string
	Properties armstorage.ContainerProperties
	Policies   []AzureStoredPolicy
	Blobs      []Object
	// AnonymousList and AnonymousRead are what Azure would let a stranger do.
	AnonymousList, AnonymousRead bool
}

// AzureStoredPolicy is a stored access policy; zero times are left out.
type AzureStoredPolicy struct {
	ID, Permission string
	Start, Expiry  time.Time
}

// AzureCredential gets a token that opens nothing outside the lab.
func AzureCredential() azcore.TokenCredential { return azureCredential{} }

type azureCredential struct{}

// GetToken implements azcore.TokenCredential.
func (azureCredential) GetToken(ctx context.Context, _ azpolicy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "not-a-token", ExpiresOn: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}, ctx.Err()
}

func ptr[T any](v T) *T { return &v }
