// Large worlds of Azure, for measuring.

package lab

import (
	"fmt"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
)

// BigAzure is a tenant of subscriptions, all below the management group "big", with accounts storage accounts each and
// n containers in each of these, and a delay on every answer. One container in fifty can be read by all.
func BigAzure(subscriptions, accounts, n int, latency time.Duration) World {
	world := World{Latency: latency, Azure: &Azure{Groups: map[string][]string{}}}
	for i := range subscriptions {
		sub := AzureSubscription{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Name: fmt.Sprintf("big-%04d", i)}
		for j := range accounts {
			sub.Accounts = append(sub.Accounts, bigStore(fmt.Sprintf("big%04d%04d", i, j), n))
		}
		world.Azure.Subscriptions = append(world.Azure.Subscriptions, sub)
		world.Azure.Groups["big"] = append(world.Azure.Groups["big"], sub.ID)
	}
	return world
}

func bigStore(name string, n int) AzureAccount {
	a := AzureAccount{
		Name: name, Group: "rg-" + name, Location: "westeurope",
		Properties: armstorage.AccountProperties{
			AllowBlobPublicAccess: ptr(true), EnableHTTPSTrafficOnly: ptr(true), MinimumTLSVersion: ptr(armstorage.MinimumTLSVersionTLS12),
			Encryption: &armstorage.Encryption{KeySource: ptr(armstorage.KeySourceMicrosoftStorage)},
		},
	}
	for k := range n {
		public := armstorage.PublicAccessNone
		if k%50 == 0 {
			public = armstorage.PublicAccessContainer
		}
		a.Containers = append(a.Containers, AzureContainer{Name: fmt.Sprintf("box-%06d", k), AnonymousList: k%50 == 0, AnonymousRead: k%50 == 0,
			Properties: armstorage.ContainerProperties{PublicAccess: &public, HasImmutabilityPolicy: ptr(false), HasLegalHold: ptr(false)}})
	}
	return a
}
