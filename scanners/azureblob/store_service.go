// The blob service of a storage account: what Resource Manager says of it, its website, lifecycle and logging.

package azureblob

import (
	"context"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/tojimari/tojimari/scanners"
)

const (
	factWebsite             = scanners.FactName("store.website")
	factVersioning          = scanners.FactName("store.versioning")
	factCORS                = scanners.FactName("store.cors")
	factBlobSoftDelete      = scanners.FactName("store.azure.blob_soft_delete")
	factContainerSoftDelete = scanners.FactName("store.azure.container_soft_delete")
	factLifecycle           = scanners.FactName("store.lifecycle")
	factLogging             = scanners.FactName("store.logging")
)

// permitService allows reading the blob service's settings, by Resource Manager and by the service itself
// ("Authorize with Microsoft Entra ID", "Permissions for blob service operations").
const permitService = "Microsoft.Storage/storageAccounts/blobServices/read"

func serviceReading() operation {
	return operation{call: "arm:BlobServices.GetServiceProperties", permission: permitService}
}

func serviceFactNames() []scanners.FactName {
	return []scanners.FactName{factVersioning, factCORS, factBlobSoftDelete, factContainerSoftDelete}
}

// readService: one call for versioning, CORS and both kinds of soft delete.
func (in *inspection) readService(ctx context.Context) {
	names := in.wanted(serviceFactNames()...)
	if len(names) == 0 {
		return
	}
	op := serviceReading()
	got, err := inSubscription(ctx, in, func(ctx context.Context, clients *storageClients) (armstorage.BlobServicesClientGetServicePropertiesResponse, error) {
		return clients.services.GetServiceProperties(ctx, in.ref.ResourceGroup, in.ref.Name, nil)
	})
	p := got.BlobServiceProperties.BlobServiceProperties
	if err == nil && p == nil {
		err = errHollow
	}
	read := scanners.NewRecord(in.ref.Head)
	s := read.Store
	if err != nil {
		s.Versioning = unread[scanners.Versioning](in, op, err)
		s.CORS = unread[scanners.CORS](in, op, err)
		s.Azure.BlobSoftDelete = unread[scanners.SoftDelete](in, op, err)
		s.Azure.ContainerSoftDelete = unread[scanners.SoftDelete](in, op, err)
	} else {
		from := op.origin()
		s.Versioning = scanners.AbsentFact[scanners.Versioning](from)
		if p.IsVersioningEnabled != nil {
			s.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: *p.IsVersioningEnabled}, from)
		}
		cors, err := corsRules(p.Cors)
		s.CORS = settled(op, cors, err)
		blobs, err := softDelete(p.DeleteRetentionPolicy)
		s.Azure.BlobSoftDelete = settled(op, blobs, err)
		containers, err := softDelete(p.ContainerDeleteRetentionPolicy)
		s.Azure.ContainerSoftDelete = settled(op, containers, err)
	}
	in.fill(names, read)
}

func corsRules(c *armstorage.CorsRules) (scanners.CORS, error) {
	if c == nil || len(c.CorsRules) == 0 {
		return scanners.CORS{}, errNotSet
	}
	var out scanners.CORS
	for _, r := range c.CorsRules {
		if r == nil {
			continue
		}
		rule := scanners.CORSRule{Origins: texts(r.AllowedOrigins), Methods: texts(r.AllowedMethods), Headers: texts(r.AllowedHeaders), Expose: texts(r.ExposedHeaders)}
		if r.MaxAgeInSeconds != nil {
			rule.MaxAge = int64(*r.MaxAgeInSeconds)
		}
		out.Rules = append(out.Rules, rule)
	}
	return out, nil
}

func texts[S ~string](list []*S) []string {
	var out []string
	for _, s := range list {
		if s != nil {
			out = append(out, string(*s))
		}
	}
	return out
}

func softDelete(p *armstorage.DeleteRetentionPolicy) (scanners.SoftDelete, error) {
	if p == nil || p.Enabled == nil {
		return scanners.SoftDelete{}, errNotSet
	}
	out := scanners.SoftDelete{Enabled: *p.Enabled}
	if p.Days != nil {
		out.Days = int64(*p.Days)
	}
	return out, nil
}

func websiteReading() operation {
	return operation{call: "blob:GetBlobServiceProperties", permission: permitService}
}

// readWebsite asks the blob service itself: Resource Manager does not know of static websites.
func (in *inspection) readWebsite(ctx context.Context) {
	if !in.wants(factWebsite) {
		return
	}
	slot := &in.rec.Store.Website
	endpoint := slot.Value.Endpoint
	if in.ref.Seed != nil && in.ref.Seed.Store != nil {
		endpoint = in.ref.Seed.Store.Website.Value.Endpoint
	}
	settle(ctx, in, slot, websiteReading(), func(ctx context.Context) (service.GetPropertiesResponse, error) {
		client, err := in.blobService(in.baseURL(in.ref.Name))
		if err != nil {
			return service.GetPropertiesResponse{}, err
		}
		return call(ctx, in.session, func(ctx context.Context) (service.GetPropertiesResponse, error) {
			return client.GetProperties(ctx, nil)
		})
	}, func(out service.GetPropertiesResponse) (scanners.Website, error) {
		w := out.StaticWebsite
		if w == nil || w.Enabled == nil {
			return scanners.Website{}, errHollow
		}
		if !*w.Enabled {
			return scanners.Website{}, errNotSet
		}
		index := text(w.IndexDocument)
		if index == "" {
			index = text(w.DefaultIndexDocumentPath)
		}
		return scanners.Website{Enabled: true, Index: index, Error: text(w.ErrorDocument404Path), Endpoint: strings.TrimSuffix(endpoint, "/")}, nil
	})
}

func lifecycleReading() operation {
	return operation{call: "arm:ManagementPolicies.Get", permission: "Microsoft.Storage/storageAccounts/managementPolicies/read", notSet: []string{"ManagementPolicyNotFound"}}
}

func (in *inspection) readLifecycle(ctx context.Context) {
	if !in.wants(factLifecycle) {
		return
	}
	settle(ctx, in, &in.rec.Store.Lifecycle, lifecycleReading(), func(ctx context.Context) (armstorage.ManagementPoliciesClientGetResponse, error) {
		return inSubscription(ctx, in, func(ctx context.Context, clients *storageClients) (armstorage.ManagementPoliciesClientGetResponse, error) {
			return clients.policies.Get(ctx, in.ref.ResourceGroup, in.ref.Name, armstorage.ManagementPolicyNameDefault, nil)
		})
	}, lifecycle)
}

// lifecycle gives one rule per prefix: "Azure Blob Storage lifecycle management overview", "Lifecycle management
// policy definition".
func lifecycle(out armstorage.ManagementPoliciesClientGetResponse) (scanners.Lifecycle, error) {
	if out.Properties == nil || out.Properties.Policy == nil {
		return scanners.Lifecycle{}, errHollow
	}
	var all scanners.Lifecycle
	for _, r := range out.Properties.Policy.Rules {
		if r == nil || r.Definition == nil {
			return scanners.Lifecycle{}, errHollow
		}
		rule := scanners.LifecycleRule{ID: text(r.Name), Enabled: r.Enabled == nil || *r.Enabled}
		actions(&rule, r.Definition.Actions)
		prefixes := []string{""}
		if f := r.Definition.Filters; f != nil {
			rule.Narrowed = len(f.BlobIndexMatch) > 0
			if named := texts(f.PrefixMatch); len(named) > 0 {
				prefixes = named
			}
		}
		for _, prefix := range prefixes {
			rule.Prefix = prefix
			all.Rules = append(all.Rules, rule)
		}
	}
	return all, nil
}

func actions(rule *scanners.LifecycleRule, a *armstorage.ManagementPolicyAction) {
	if a == nil {
		return
	}
	if b := a.BaseBlob; b != nil {
		rule.Transition = b.TierToArchive != nil || b.TierToCold != nil || b.TierToCool != nil || b.TierToHot != nil
		if d := b.Delete; d != nil {
			rule.ExpireDays = firstDays(d.DaysAfterModificationGreaterThan, d.DaysAfterCreationGreaterThan, d.DaysAfterLastAccessTimeGreaterThan, d.DaysAfterLastTierChangeGreaterThan)
		}
	}
	if v := a.Version; v != nil && v.Delete != nil {
		rule.NoncurrentDays = firstDays(v.Delete.DaysAfterCreationGreaterThan, v.Delete.DaysAfterLastTierChangeGreaterThan)
	}
}

// firstDays is the first of the ages that is set; a rule that acts at once acts within a day.
func firstDays(ages ...*float32) int64 {
	for _, age := range ages {
		if age != nil {
			return max(int64(min(*age, 1e6)), 1)
		}
	}
	return 0
}

func loggingListing() operation {
	return operation{call: "arm:DiagnosticSettings.List", permission: "Microsoft.Insights/diagnosticSettings/read"}
}

// diagnosticSetting is one place that logs go to. REST API, "Diagnostic Settings - List".
type diagnosticSetting struct {
	Name       string `json:"name"`
	Properties struct {
		Workspace string `json:"workspaceId"`
		Storage   string `json:"storageAccountId"`
		EventHub  string `json:"eventHubName"`
		HubRule   string `json:"eventHubAuthorizationRuleId"`
		Partner   string `json:"marketplacePartnerId"`
		Logs      []struct {
			Category string `json:"category"`
			Group    string `json:"categoryGroup"`
			Enabled  bool   `json:"enabled"`
		} `json:"logs"`
	} `json:"properties"`
}

func (in *inspection) readLogging(ctx context.Context) {
	if !in.wants(factLogging) {
		return
	}
	settle(ctx, in, &in.rec.Store.Logging, loggingListing(), func(ctx context.Context) ([]diagnosticSetting, error) {
		if err := in.unseen(); err != nil {
			return nil, err
		}
		path := accountPath(in.ref.Account, in.ref.ResourceGroup, in.ref.Name) + "/blobServices/default/providers/Microsoft.Insights/diagnosticSettings"
		return list[diagnosticSetting](ctx, in.session, path, "api-version=2021-05-01-preview")
	}, logging)
}

// logging joins all settings: each category may go to another place. "Monitor Azure Blob Storage", resource logs.
func logging(settings []diagnosticSetting) (scanners.Logging, error) {
	if len(settings) == 0 {
		return scanners.Logging{}, errNotSet
	}
	var out scanners.Logging
	for _, s := range settings {
		p := s.Properties
		for _, l := range p.Logs {
			if !l.Enabled {
				continue
			}
			whole := strings.EqualFold(l.Group, "allLogs") || strings.EqualFold(l.Group, "audit")
			out.Read = out.Read || whole || l.Category == "StorageRead"
			out.Write = out.Write || whole || l.Category == "StorageWrite"
			out.Delete = out.Delete || whole || l.Category == "StorageDelete"
			if out.Target == "" {
				out.Target = lastOf(or(or(p.Workspace, p.Storage), or(or(p.EventHub, p.HubRule), p.Partner)))
			}
		}
	}
	out.Enabled = out.Read || out.Write || out.Delete
	return out, nil
}

// lastOf is the name at the end of a resource id.
func lastOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }
