// The clouds of Azure: where each keeps its tokens, its Resource Manager and its blob service.

package azureblob

import (
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
)

// azureCloud is one cloud with hosts of its own. Azure documentation, "Azure Government developer guide: endpoint
// mapping" and "Azure China developer guide: check endpoints in Azure".
type azureCloud struct {
	config   cloud.Configuration
	manager  string   // base URL of Resource Manager
	audience string   // of Resource Manager's tokens
	blob     []string // ends of the hosts of blob services
}

// blobAudience is the same in every cloud ("Authorize with Microsoft Entra ID", "Microsoft Entra scopes").
const blobAudience = "https://storage.azure.com"

// cloudNamed returns the cloud for a word of --cloud; false for a word that is none.
func cloudNamed(word string) (azureCloud, bool) {
	switch word {
	case "", "public":
		return azureCloud{
			config: cloud.AzurePublic, manager: "https://management.azure.com", audience: "https://management.azure.com",
			blob: []string{".blob.core.windows.net", ".blob.storage.azure.net"},
		}, true
	case "china":
		return azureCloud{
			config: cloud.AzureChina, manager: "https://management.chinacloudapi.cn", audience: "https://management.core.chinacloudapi.cn",
			blob: []string{".blob.core.chinacloudapi.cn", ".blob.storage.azure.cn"},
		}, true
	case "usgov":
		return azureCloud{
			config: cloud.AzureGovernment, manager: "https://management.usgovcloudapi.net", audience: "https://management.core.usgovcloudapi.net",
			blob: []string{".blob.core.usgovcloudapi.net", ".blob.storage.azure.us"},
		}, true
	}
	return azureCloud{}, false
}

// login is the host that gives out tokens.
func (c azureCloud) login() string {
	u, err := url.Parse(c.config.ActiveDirectoryAuthorityHost)
	if err != nil {
		return ""
	}
	return u.Host
}

// blobURL is the usual base URL of an account's blob service.
func (c azureCloud) blobURL(account string) string { return "https://" + account + c.blob[0] }

// ownsBlob reports whether a base URL is a blob service of the cloud: tokens go nowhere else.
func (c azureCloud) ownsBlob(base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.User != nil {
		return false
	}
	for _, end := range c.blob {
		if name, ok := strings.CutSuffix(strings.ToLower(u.Host), end); ok && name != "" {
			return true
		}
	}
	return false
}
