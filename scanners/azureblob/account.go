// What comes with the listing of storage accounts: the whole configuration of each, and no secret.
// REST API, "Storage Accounts - List" and "- Get Properties".

package azureblob

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/scanners"
)

func accountListing() operation {
	return operation{call: "arm:StorageAccounts.List", permission: permitAccounts}
}
func accountReading() operation {
	return operation{call: "arm:StorageAccounts.GetProperties", permission: permitAccounts}
}

// accountFactNames are the facts that a storage account's resource holds.
func accountFactNames() []scanners.FactName {
	return []scanners.FactName{
		"store.azure.anonymous", "store.azure.network", "store.azure.private_endpoints", "store.azure.shared_key",
		"store.azure.default_to_entra", "store.azure.sas_policy", "store.azure.key_policy", "store.azure.keys",
		"store.azure.cross_tenant_replication", "store.azure.sftp", "store.azure.nfs", "store.azure.hierarchical_names",
		"store.azure.sku", "store.transport", "store.encryption", "store.labels", "store.retention",
	}
}

// accountFacts fills s from an account. A property that is not there is what its documentation says of null.
func accountFacts(s *scanners.Store, a *armstorage.Account, op operation) {
	p := a.Properties
	if p == nil {
		hollow := scanners.NewRecord(scanners.Head{Kind: scanners.KindStore})
		hollow.Store = s
		for _, name := range accountFactNames() {
			if field, ok := scanners.LookupFactField(name); ok {
				field.SetUnknown(hollow, scanners.Reason{Code: scanners.Malformed, Detail: "the account came without properties"})
			}
		}
		return
	}
	from := op.origin()
	z := &s.Azure
	z.Anonymous = scanners.AbsentFact[scanners.AnonymousFlag](from)
	if p.AllowBlobPublicAccess != nil {
		z.Anonymous = scanners.KnownFact(scanners.AnonymousFlag{Allowed: *p.AllowBlobPublicAccess}, from)
	}
	z.Network = scanners.KnownFact(network(p), from)
	z.PrivateEndpoints = scanners.KnownFact(privateEndpoints(p.PrivateEndpointConnections), from)
	z.SharedKey = toggle(p.AllowSharedKeyAccess, from)
	z.DefaultToEntra = toggle(p.DefaultToOAuthAuthentication, from)
	z.CrossTenant = toggle(p.AllowCrossTenantReplication, from)
	z.SFTP = toggle(p.IsSftpEnabled, from)
	z.NFS = toggle(p.EnableNfsV3, from)
	z.HierarchicalNames = toggle(p.IsHnsEnabled, from)
	policy, err := sasPolicy(p.SasPolicy)
	z.SASPolicy = settled(op, policy, err)
	z.KeyPolicy = scanners.AbsentFact[scanners.KeyPolicy](from)
	if p.KeyPolicy != nil && p.KeyPolicy.KeyExpirationPeriodInDays != nil {
		z.KeyPolicy = scanners.KnownFact(scanners.KeyPolicy{Days: int64(*p.KeyPolicy.KeyExpirationPeriodInDays)}, from)
	}
	z.Keys = scanners.KnownFact(keys(p.KeyCreationTime), from)
	kind, err := sku(a)
	z.SKU = settled(op, kind, err)
	transport, err := transportOf(p)
	s.Transport = settled(op, transport, err)
	encrypted, err := encryption(p.Encryption)
	s.Encryption = settled(op, encrypted, err)
	tags, err := labels(a.Tags)
	s.Labels = settled(op, tags, err)
	kept, err := accountRetention(p.ImmutableStorageWithVersioning)
	s.Retention = settled(op, kept, err)
	if p.PrimaryEndpoints != nil {
		// The site's address is not in the answer that says whether there is one; it waits here until then.
		s.Website.Value.Endpoint = text(p.PrimaryEndpoints.Web)
	}
}

func toggle(set *bool, from scanners.Origin) scanners.Fact[scanners.Switch] {
	if set == nil {
		return scanners.AbsentFact[scanners.Switch](from)
	}
	return scanners.KnownFact(scanners.Switch{On: *set}, from)
}

// network keeps what is not set empty; internal/access knows what that means.
func network(p *armstorage.AccountProperties) scanners.AzureNetwork {
	out := scanners.AzureNetwork{PublicNetworkAccess: text(p.PublicNetworkAccess)}
	if rules := p.NetworkRuleSet; rules != nil {
		out.DefaultAction, out.Bypass = text(rules.DefaultAction), text(rules.Bypass)
		for _, r := range rules.IPRules {
			if r != nil {
				out.IPRules = append(out.IPRules, text(r.IPAddressOrRange))
			}
		}
		for _, r := range rules.VirtualNetworkRules {
			if r != nil {
				out.VNetRules = append(out.VNetRules, text(r.VirtualNetworkResourceID))
			}
		}
		for _, r := range rules.ResourceAccessRules {
			if r != nil {
				out.ResourceRules = append(out.ResourceRules, text(r.ResourceID))
			}
		}
	}
	return out
}

func privateEndpoints(list []*armstorage.PrivateEndpointConnection) scanners.PrivateEndpoints {
	var out scanners.PrivateEndpoints
	for _, c := range list {
		if c != nil && c.Properties != nil && c.Properties.PrivateLinkServiceConnectionState != nil &&
			text(c.Properties.PrivateLinkServiceConnectionState.Status) == "Approved" {
			out.Approved++
		}
	}
	return out
}

// sasPolicy reads a period "D.HH:MM:SS" ("Configure an expiration policy for shared access signatures").
func sasPolicy(p *armstorage.SasPolicy) (scanners.SASPolicy, error) {
	if p == nil || p.SasExpirationPeriod == nil {
		return scanners.SASPolicy{}, errNotSet
	}
	seconds, ok := periodSeconds(*p.SasExpirationPeriod)
	if !ok {
		return scanners.SASPolicy{}, errors.New("the SAS expiration period is not D.HH:MM:SS")
	}
	return scanners.SASPolicy{Period: *p.SasExpirationPeriod, Seconds: seconds, Action: or(text(p.ExpirationAction), "Log")}, nil
}

func periodSeconds(period string) (int64, bool) {
	days, clock, dotted := strings.Cut(period, ".")
	if !dotted {
		days, clock = "0", period
	}
	parts := strings.Split(clock, ":")
	if len(parts) != 3 {
		return 0, false
	}
	total := int64(0)
	for i, word := range append([]string{days}, parts...) {
		n, err := strconv.ParseUint(word, 10, 24)
		if err != nil {
			return 0, false
		}
		total += int64(n) * []int64{86_400, 3600, 60, 1}[i]
	}
	return total, true
}

// keys are the two keys of an account, by the times of their making alone. A key without a time is older than the
// record of such times, which began in 2021.
func keys(made *armstorage.KeyCreationTime) scanners.AccessKeys {
	var times [2]*time.Time
	if made != nil {
		times = [2]*time.Time{made.Key1, made.Key2}
	}
	var out scanners.AccessKeys
	for i, at := range times {
		key := scanners.AccessKey{ID: "key" + strconv.Itoa(i+1), State: "ACTIVE"}
		if at != nil {
			key.CreatedAt = at.UTC()
		}
		out.List = append(out.List, key)
	}
	return out
}

func sku(a *armstorage.Account) (scanners.Labels, error) {
	if a.SKU == nil || a.Kind == nil || text(a.SKU.Name) == "" {
		return scanners.Labels{}, errors.New("the account does not say of which kind it is")
	}
	return scanners.Labels{Values: map[string]string{"name": text(a.SKU.Name), "kind": text(a.Kind)}}, nil
}

// transportOf: no minimum means TLS 1.0; whether only HTTPS is served has had two defaults, so it must be said.
func transportOf(p *armstorage.AccountProperties) (scanners.Transport, error) {
	if p.EnableHTTPSTrafficOnly == nil {
		return scanners.Transport{}, errors.New("the account does not say whether only HTTPS is served")
	}
	out := scanners.Transport{HTTPSOnly: *p.EnableHTTPSTrafficOnly, MinimumTLS: "1.0"}
	if p.MinimumTLSVersion != nil {
		version, ok := strings.CutPrefix(text(p.MinimumTLSVersion), "TLS")
		if !ok {
			return scanners.Transport{}, errors.New("the minimum TLS version is none")
		}
		out.MinimumTLS = strings.ReplaceAll(version, "_", ".")
	}
	return out, nil
}

// encryption at rest is always on; what differs is whose key it is.
func encryption(e *armstorage.Encryption) (scanners.Encryption, error) {
	if e == nil || e.KeySource == nil {
		return scanners.Encryption{}, errors.New("the account does not say whose key it is encrypted with")
	}
	out := scanners.Encryption{Algorithm: "microsoft", Infrastructure: on(e.RequireInfrastructureEncryption)}
	if *e.KeySource == armstorage.KeySourceMicrosoftKeyvault {
		out.Algorithm, out.CustomerManaged = "cmek", true
		if v := e.KeyVaultProperties; v != nil {
			out.KeyID = strings.TrimSuffix(text(v.KeyVaultURI), "/") + "/keys/" + text(v.KeyName)
		}
	}
	return out, nil
}

func labels(tags map[string]*string) (scanners.Labels, error) {
	if len(tags) == 0 {
		return scanners.Labels{}, errNotSet
	}
	out := scanners.Labels{Values: map[string]string{}}
	for key, value := range tags {
		out.Values[key] = text(value)
	}
	return out, nil
}

func accountRetention(i *armstorage.ImmutableStorageAccount) (scanners.Retention, error) {
	if i == nil || !on(i.Enabled) {
		return scanners.Retention{}, errNotSet
	}
	out := scanners.Retention{Enabled: true}
	if p := i.ImmutabilityPolicy; p != nil {
		out.Mode = text(p.State)
		out.Locked = out.Mode == string(armstorage.AccountImmutabilityPolicyStateLocked)
		if p.ImmutabilityPeriodSinceCreationInDays != nil {
			out.Days = int64(*p.ImmutabilityPeriodSinceCreationInDays)
		}
	}
	return out, nil
}
