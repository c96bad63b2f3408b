// What the scanner says of itself.

package azureblob

import "github.com/tojimari/tojimari/scanners"

// Describe implements scanners.Scanner. The permissions are actions of Azure RBAC; those that end in "/blobs/read"
// are data actions. Azure RBAC documentation, "Azure permissions for Storage".
func (s *Scanner) Describe() scanners.Description {
	d := scanners.Description{
		Name: "azureblob",
		Forms: []scanners.Form{
			{Scheme: "azure", Pattern: "azure:[SUBSCRIPTION]", Help: "every storage account of a subscription, of all that the credentials see, or of azure:mg/NAME", Options: targetOptions()},
			{Scheme: "az", Pattern: "az://ACCOUNT[/CONTAINER]", Help: "one storage account, or one container of it", Options: accountOptions()},
		},
		Requires: []string{permitSubscriptions, permitAccounts, permitContainers},
		NotCovered: []string{
			"Azure file shares, queues and tables", "POSIX access control lists of Data Lake Storage", "Azure role assignments of the accounts",
			"classic (Azure Service Management) storage accounts", "virtual networks and private DNS in effect", "Azure Policy assignments",
			"classic Storage Analytics logging ($logs)", "soft-deleted containers and accounts", "Front Door, CDN and other fronts",
			"encryption scopes", "shared access signatures that were given out",
		},
	}
	supply := func(permission string, names ...scanners.FactName) {
		for _, name := range names {
			d.Supplies = append(d.Supplies, scanners.Supply{Fact: name, Permissions: []string{permission}})
		}
	}
	supply(permitAccounts, accountFactNames()...)
	supply(permitService, serviceFactNames()...)
	supply(websiteReading().permission, factWebsite)
	supply(lifecycleReading().permission, factLifecycle)
	supply(loggingListing().permission, factLogging)
	supply(perimeterListing().permission, factPerimeter)
	supply(localUserListing().permission, factLocalUsers)
	supply(defenderReading().permission, factDefender)
	supply(permitContainers, factLevel, factRetention, factLabels)
	supply(storedPolicyReading().permission, factStoredPolicies)
	if s.rt.Objects > 0 { // without a sample nobody would ever settle it
		supply(permitBlobs, factObjects, factNames)
		if s.rt.Links != nil {
			supply(permitBlobs, factLinks)
		}
	}
	return d
}

// IsDataAction reports whether a permission belongs among the data actions of a role.
func IsDataAction(permission string) bool { return permission == permitBlobs }
