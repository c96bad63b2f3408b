// Azure's answers: Resource Manager in JSON, the blob service in XML.

package lab

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
)

func azureJSON(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError, header: map[string]string{}}
	}
	return answer{status: status, body: body, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}
}

func azureXML(body string) answer {
	return answer{status: http.StatusOK, body: []byte("\xef\xbb\xbf" + `<?xml version="1.0" encoding="utf-8"?>` + body),
		header: map[string]string{"Content-Type": "application/xml", "x-ms-version": "2024-11-04"}}
}

// azureFailure is an error in the form of the service that was asked.
func azureFailure(q request, status int, code, message string) answer {
	if q.service == serviceARM {
		return azureJSON(status, map[string]any{"error": map[string]any{"code": code, "message": message}})
	}
	out := azureXML("<Error><Code>" + code + "</Code><Message>" + message + "\nRequestId:" + strconv.FormatInt(int64(hash(q.identity())), 16) + "\nTime:now</Message></Error>")
	out.status, out.header["x-ms-error-code"] = status, code
	return out
}

// azure answers one request for a host of Azure's.
func (l *Lab) azure(q request) answer {
	a := l.world.Azure
	if q.service == serviceEntra {
		return q.entra()
	}
	if q.service == serviceBlob {
		return a.blob(q)
	}
	if q.owner == "" {
		return azureFailure(q, http.StatusUnauthorized, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
	}
	switch q.operation {
	case "Subscriptions.List":
		var all []any
		for _, s := range a.Subscriptions {
			if s.Hidden {
				continue
			}
			all = append(all, map[string]any{"id": "/subscriptions/" + s.ID, "subscriptionId": s.ID, "displayName": s.Name, "state": or(s.State, "Enabled")})
		}
		return a.page(q, all)
	case "ManagementGroups.GetDescendants":
		below, ok := a.Groups[q.account]
		if !ok {
			return azureFailure(q, http.StatusNotFound, "ResourceNotFound", "The management group was not found.")
		}
		all := []any{map[string]any{"name": "nested", "type": "Microsoft.Management/managementGroups"}}
		for _, id := range below {
			all = append(all, map[string]any{"id": "/subscriptions/" + id, "name": id, "type": "Microsoft.Management/managementGroups/subscriptions",
				"properties": map[string]any{"displayName": a.nameOf(id)}})
		}
		return a.page(q, all)
	}
	sub := a.subscription(q.account)
	if sub == nil {
		return azureFailure(q, http.StatusNotFound, "SubscriptionNotFound", "The subscription could not be found.")
	}
	if sub.Hidden {
		return azureRefusal(q, Deny)
	}
	if q.operation == "StorageAccounts.List" {
		var all []any
		for i := range sub.Accounts {
			all = append(all, sub.Accounts[i].resource(sub.ID))
		}
		return a.page(q, all)
	}
	name, container, _ := strings.Cut(q.bucket, "/")
	at := slices.IndexFunc(sub.Accounts, func(s AzureAccount) bool { return s.Name == name && strings.EqualFold(s.Group, q.key) })
	if at < 0 || q.operation == "" {
		return azureFailure(q, http.StatusNotFound, "ResourceNotFound", "The Resource was not found.")
	}
	return a.ofAccount(q, sub, &sub.Accounts[at], container)
}

func (a *Azure) nameOf(id string) string {
	if s := a.subscription(id); s != nil {
		return s.Name
	}
	return id
}

func (a *Azure) subscription(id string) *AzureSubscription {
	for i := range a.Subscriptions {
		if strings.EqualFold(a.Subscriptions[i].ID, id) {
			return &a.Subscriptions[i]
		}
	}
	return nil
}

// page cuts a list as the token in the link of the page before says.
func (a *Azure) page(q request, all []any) answer {
	size := len(all)
	if asked, err := strconv.Atoi(q.query.Get("$maxpagesize")); err == nil && asked > 0 {
		size = asked
	}
	if a.PageSize > 0 {
		size = min(size, a.PageSize)
	}
	from, _ := strconv.Atoi(q.query.Get("$skiptoken")) // none is the start
	from = min(max(from, 0), len(all))
	end := min(from+max(size, 1), len(all))
	out := map[string]any{"value": append([]any{}, all[from:end]...)}
	if end < len(all) {
		query := url.Values{}
		for key, values := range q.query {
			query[key] = values
		}
		query.Set("$skiptoken", strconv.Itoa(end))
		out["nextLink"] = "https://" + q.region + q.path() + "?" + query.Encode()
	}
	return azureJSON(http.StatusOK, out)
}

// path is the path of a list, for the link to its next page.
func (q request) path() string {
	name, _, _ := strings.Cut(q.bucket, "/")
	account := "/subscriptions/" + q.account + "/resourceGroups/" + q.key + "/providers/Microsoft.Storage/storageAccounts/" + name
	switch q.operation {
	case "Subscriptions.List":
		return "/subscriptions"
	case "ManagementGroups.GetDescendants":
		return "/providers/Microsoft.Management/managementGroups/" + q.account + "/descendants"
	case "StorageAccounts.List":
		return "/subscriptions/" + q.account + "/providers/Microsoft.Storage/storageAccounts"
	case "BlobContainers.List":
		return account + "/blobServices/default/containers"
	case "LocalUsers.List":
		return account + "/localUsers"
	case "NetworkSecurityPerimeterConfigurations.List":
		return account + "/networkSecurityPerimeterConfigurations"
	}
	return account
}

func (s *AzureAccount) resource(subscription string) *armstorage.Account {
	kind := s.Kind
	if kind == "" {
		kind = armstorage.KindStorageV2
	}
	out := &armstorage.Account{
		ID:   ptr("/subscriptions/" + subscription + "/resourceGroups/" + s.Group + "/providers/Microsoft.Storage/storageAccounts/" + s.Name),
		Name: ptr(s.Name), Location: ptr(s.Location), Kind: &kind, Type: ptr("Microsoft.Storage/storageAccounts"),
		SKU: &armstorage.SKU{Name: ptr(armstorage.SKUNameStandardLRS)}, Tags: map[string]*string{},
	}
	for key, value := range s.Tags {
		out.Tags[key] = ptr(value)
	}
	if s.NoProperties {
		return out
	}
	p := s.Properties
	if p.PrimaryEndpoints == nil {
		p.PrimaryEndpoints = &armstorage.Endpoints{
			Blob: ptr("https://" + s.Name + ".blob.core.windows.net/"), Web: ptr("https://" + s.Name + ".z11.web.core.windows.net/"),
		}
	}
	out.Properties = &p
	return out
}

func (a *Azure) ofAccount(q request, sub *AzureSubscription, s *AzureAccount, container string) answer {
	switch q.operation {
	case "StorageAccounts.GetProperties":
		return azureJSON(http.StatusOK, s.resource(sub.ID))
	case "BlobServices.GetServiceProperties":
		service := s.Service
		return azureJSON(http.StatusOK, armstorage.BlobServiceProperties{Name: ptr("default"), BlobServiceProperties: &service})
	case "BlobContainers.List":
		if s.Kind == armstorage.KindFileStorage {
			return azureFailure(q, http.StatusBadRequest, "FeatureNotSupportedForAccount", "Blob is not supported for the account.")
		}
		all := []any{}
		for _, c := range s.Containers {
			shown := c.Properties
			shown.Metadata, shown.ImmutabilityPolicy = nil, nil
			all = append(all, armstorage.ListContainerItem{Name: ptr(c.Name), Properties: &shown})
		}
		return a.page(q, all)
	case "BlobContainers.Get":
		for _, c := range s.Containers {
			if c.Name == container {
				properties := c.Properties
				return azureJSON(http.StatusOK, armstorage.BlobContainer{Name: ptr(c.Name), ContainerProperties: &properties})
			}
		}
		return azureFailure(q, http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.")
	case "ManagementPolicies.Get":
		if s.Lifecycle == nil {
			return azureFailure(q, http.StatusNotFound, "ManagementPolicyNotFound", "No ManagementPolicy found for account "+s.Name)
		}
		return azureJSON(http.StatusOK, armstorage.ManagementPolicy{Name: ptr("DefaultManagementPolicy"), Properties: &armstorage.ManagementPolicyProperties{Policy: s.Lifecycle}})
	case "NetworkSecurityPerimeterConfigurations.List":
		all := []any{}
		for _, p := range s.Perimeters {
			all = append(all, p)
		}
		return a.page(q, all)
	case "LocalUsers.List":
		all := []any{}
		for _, name := range s.Users {
			all = append(all, armstorage.LocalUser{Name: ptr(name)})
		}
		return a.page(q, all)
	case "DiagnosticSettings.List":
		return s.diagnostics()
	case "DefenderForStorage.Get":
		if s.Defender == nil {
			return azureFailure(q, http.StatusNotFound, "ResourceNotFound", "The Defender for Storage settings were not found.")
		}
		return azureJSON(http.StatusOK, map[string]any{"name": "current", "properties": map[string]any{"isEnabled": *s.Defender}})
	}
	return azureFailure(q, http.StatusNotFound, "ResourceNotFound", "The Resource was not found.")
}

func (s *AzureAccount) diagnostics() answer {
	type entry struct {
		Category string `json:"category,omitempty"`
		Group    string `json:"categoryGroup,omitempty"`
		Enabled  bool   `json:"enabled"`
	}
	all := []any{}
	for _, d := range s.Diagnostics {
		logs := []entry{}
		for _, word := range []string{"StorageRead", "StorageWrite", "StorageDelete"} {
			logs = append(logs, entry{Category: word, Enabled: slices.Contains(d.Categories, word)})
		}
		for _, word := range d.Groups {
			logs = append(logs, entry{Group: word, Enabled: true})
		}
		all = append(all, map[string]any{"name": d.Name, "properties": map[string]any{"workspaceId": d.Workspace, "logs": logs}})
	}
	return azureJSON(http.StatusOK, map[string]any{"value": all})
}

func (a *Azure) account(name string) *AzureAccount {
	for i := range a.Subscriptions {
		for j := range a.Subscriptions[i].Accounts {
			if a.Subscriptions[i].Accounts[j].Name == name {
				return &a.Subscriptions[i].Accounts[j]
			}
		}
	}
	return nil
}

// blob answers for the blob service and the sites of an account.
func (a *Azure) blob(q request) answer {
	name, container, _ := strings.Cut(q.bucket, "/")
	account := a.account(name)
	if account == nil {
		return azureFailure(q, http.StatusBadRequest, "InvalidUri", "The requested URI does not represent any resource on the server.")
	}
	if q.operation == "GetBlobServiceProperties" && q.owner != "" {
		return account.serviceXML()
	}
	if q.operation == "ListContainers" && q.owner != "" {
		return account.containersXML(q)
	}
	at := slices.IndexFunc(account.Containers, func(c AzureContainer) bool { return c.Name == container })
	if at < 0 {
		return azureFailure(q, http.StatusNotFound, "ContainerNotFound", "The specified container does not exist.")
	}
	c := &account.Containers[at]
	switch {
	case q.operation == "GetContainerACL" && q.owner != "":
		return c.policiesXML()
	case q.operation == "GetContainerProperties" && q.owner != "":
		return c.propertiesAnswer()
	case q.operation == "ListBlobs" && (q.owner != "" || c.AnonymousList):
		return c.listXML(q)
	case q.operation == "GetBlob" && (c.AnonymousRead || q.website && account.Website != nil):
		for _, o := range c.Blobs {
			if o.Key == q.key {
				return answer{status: http.StatusOK, body: []byte(o.Body), header: map[string]string{"Content-Type": "application/octet-stream"}}
			}
		}
		return azureFailure(q, http.StatusNotFound, "BlobNotFound", "The specified blob does not exist.")
	}
	// What is private is not owned up to ("Get Blob", "Remarks" on anonymous requests).
	return azureFailure(q, http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
}

func (s *AzureAccount) serviceXML() answer {
	type site struct {
		Enabled              bool
		IndexDocument        string `xml:",omitempty"`
		ErrorDocument404Path string `xml:",omitempty"`
	}
	out := struct {
		XMLName       xml.Name `xml:"StorageServiceProperties"`
		StaticWebsite site
	}{}
	if s.Website != nil {
		out.StaticWebsite = site{true, s.Website.Index, s.Website.Error}
	}
	return azureXMLOf(out)
}

func (c *AzureContainer) policiesXML() answer {
	type policy struct {
		Start      string `xml:",omitempty"`
		Expiry     string `xml:",omitempty"`
		Permission string `xml:",omitempty"`
	}
	type identifier struct {
		ID     string `xml:"Id"`
		Policy policy `xml:"AccessPolicy"`
	}
	out := struct {
		XMLName xml.Name     `xml:"SignedIdentifiers"`
		List    []identifier `xml:"SignedIdentifier"`
	}{}
	stamp := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.UTC().Format("2006-01-02T15:04:05.0000000Z")
	}
	for _, p := range c.Policies {
		out.List = append(out.List, identifier{p.ID, policy{stamp(p.Start), stamp(p.Expiry), p.Permission}})
	}
	return azureXMLOf(out)
}

func (c *AzureContainer) listXML(q request) answer {
	type properties struct {
		LastModified string `xml:"Last-Modified"`
		Length       int64  `xml:"Content-Length"`
		Tier         string `xml:"AccessTier"`
	}
	type blob struct {
		Name       string
		Properties properties
	}
	out := struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Name       string   `xml:"ContainerName,attr"`
		Blobs      []blob   `xml:"Blobs>Blob"`
		NextMarker string
	}{Name: c.Name}
	size := number(q.query, "maxresults", 5000)
	from, _ := strconv.Atoi(q.query.Get("marker")) // none is the start
	from = min(max(from, 0), len(c.Blobs))
	end := min(from+size, len(c.Blobs))
	for _, o := range c.Blobs[from:end] {
		out.Blobs = append(out.Blobs, blob{o.Key, properties{o.Modified.UTC().Format(http.TimeFormat), o.Size, or(o.StorageClass, "Hot")}})
	}
	if end < len(c.Blobs) {
		out.NextMarker = strconv.Itoa(end)
	}
	answered := azureXMLOf(out)
	if len(out.Blobs) == 0 {
		answered.body = []byte(strings.Replace(string(answered.body), "<NextMarker>", "<Blobs></Blobs><NextMarker>", 1))
	}
	return answered
}

func azureXMLOf(v any) answer {
	body, err := xml.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError, header: map[string]string{}}
	}
	return azureXML(string(body))
}
