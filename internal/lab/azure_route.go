// Azure's hosts and paths, from a request to the operation that it asks for.

package lab

import (
	"net"
	"net/http"
	"strings"
)

const (
	serviceARM  service = "arm"
	serviceBlob service = "blob"
)

// azureHost says which of Azure's services a host is, and for blob services and sites of which account.
func azureHost(name string) (at service, account string, site bool) {
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	if isEntra(name) {
		return serviceEntra, "", false
	}
	switch name {
	case "management.azure.com", "management.chinacloudapi.cn", "management.usgovcloudapi.net":
		return serviceARM, "", false
	}
	for _, end := range []string{".core.windows.net", ".core.chinacloudapi.cn", ".core.usgovcloudapi.net"} {
		rest, ok := strings.CutSuffix(name, end)
		if !ok {
			continue
		}
		labels := strings.Split(rest, ".")
		switch {
		case len(labels) == 2 && labels[1] == "blob":
			return serviceBlob, labels[0], false
		case len(labels) == 3 && labels[2] == "web":
			return serviceBlob, labels[0], true
		}
	}
	return "", "", false
}

// hasAzure reports whether the world has a host of Azure's: an account that is not there has no host.
func (l *Lab) hasAzure(name string) bool {
	at, account, _ := azureHost(name)
	return at != "" && l.world.Azure != nil && (at != serviceBlob || l.world.Azure.account(account) != nil)
}

func isAzure(name string) bool {
	at, _, _ := azureHost(name)
	return at != ""
}

// readAzure works out the operation. In the request that it gives, bucket is what the operation is about (an account,
// or account/container), key the blob, region the host, and account the subscription or management group; owner is "caller" where a
// token came along.
func readAzure(r *http.Request) request {
	at, account, site := azureHost(r.Host)
	q := request{service: at, region: r.Host, query: r.URL.Query(), website: site}
	if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		q.owner = "caller"
	}
	if at == serviceEntra {
		readEntra(&q, r)
		return q
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		q.operation = r.Method // not served, but counted under a name that no test expects
		return q
	}
	if at == serviceARM {
		readManager(&q, segments(r.URL))
		return q
	}
	name, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if site {
		name, key = "$web", strings.TrimPrefix(r.URL.Path, "/")
	}
	if q.bucket, q.key = account, key; name != "" {
		q.bucket += "/" + name
	}
	switch component := q.query.Get("comp"); {
	case component == "properties" && q.query.Get("restype") == "service":
		q.operation = "GetBlobServiceProperties"
	case component == "acl" && key == "":
		q.operation = "GetContainerACL"
	case component == "list" && name == "":
		q.operation = "ListContainers"
	case component == "" && key == "" && q.query.Get("restype") == "container":
		q.operation = "GetContainerProperties"
	case component == "list" && q.query.Get("restype") == "container":
		q.operation = "ListBlobs"
	case component == "" && key != "":
		q.operation = "GetBlob"
	}
	return q
}

func readManager(q *request, parts []string) {
	path := strings.ToLower(strings.Join(parts, "/"))
	const storage = "providers/microsoft.storage/storageaccounts"
	switch {
	case path == "subscriptions":
		q.operation = "Subscriptions.List"
		return
	case strings.HasPrefix(path, "providers/microsoft.management/managementgroups/") && len(parts) == 5 && parts[4] == "descendants":
		q.operation, q.account = "ManagementGroups.GetDescendants", parts[3]
		return
	case len(parts) == 5 && parts[0] == "subscriptions" && strings.Join(lowered(parts[2:]), "/") == storage:
		q.operation, q.account = "StorageAccounts.List", parts[1]
		return
	case len(parts) < 8 || parts[0] != "subscriptions" || !strings.EqualFold(parts[2], "resourceGroups") || strings.Join(lowered(parts[4:7]), "/") != storage:
		return
	}
	q.account, q.bucket = parts[1], parts[7]
	q.key = parts[3] // the resource group, until it has been checked
	rest := lowered(parts[8:])
	switch joined := strings.Join(rest, "/"); {
	case joined == "":
		q.operation = "StorageAccounts.GetProperties"
	case joined == "blobservices/default":
		q.operation = "BlobServices.GetServiceProperties"
	case joined == "blobservices/default/containers":
		q.operation = "BlobContainers.List"
	case len(rest) == 4 && strings.HasPrefix(joined, "blobservices/default/containers/"):
		q.operation, q.bucket = "BlobContainers.Get", q.bucket+"/"+parts[11]
	case joined == "managementpolicies/default":
		q.operation = "ManagementPolicies.Get"
	case joined == "networksecurityperimeterconfigurations":
		q.operation = "NetworkSecurityPerimeterConfigurations.List"
	case joined == "localusers":
		q.operation = "LocalUsers.List"
	case joined == "providers/microsoft.security/defenderforstoragesettings/current":
		q.operation = "DefenderForStorage.Get"
	case joined == "blobservices/default/providers/microsoft.insights/diagnosticsettings":
		q.operation = "DiagnosticSettings.List"
	}
}

func lowered(parts []string) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = strings.ToLower(p)
	}
	return out
}
