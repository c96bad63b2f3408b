// Raw Azure input: a storage account and its containers as the management API or the CLI print them.

package explain

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

var azureKeys = []string{"account", "containers", "container", "service_properties", "blobs",
	"stored_access_policies", "sas", "network_security_perimeter", "at"}

func azureRecord(in fields) (*built, error) {
	if err := in.onlyKeys(append([]string{"id", "provider"}, azureKeys...)); err != nil {
		return nil, err
	}
	b := &built{}
	var err error
	if b.at, err = in.time("at"); err != nil {
		return nil, err
	}
	rec := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket, Provider: scanners.Azure})
	rec.Store, rec.Scope = &scanners.Store{}, &scanners.Scope{}
	b.record = rec
	account, err := azureAccount(b, in)
	if err != nil {
		return nil, err
	}
	if err := azureContainer(b, in); err != nil {
		return nil, err
	}
	rec.ID = scanners.AzureContainerID(account, rec.Name)
	rec.Parent = scanners.AzureStoreID(account)
	if err := azureService(b, in); err != nil {
		return nil, err
	}
	if err := give(b, in, "network_security_perimeter", &rec.Store.Azure.Perimeter, azurePerimeter); err != nil {
		return nil, err
	}
	if err := give(b, in, "blobs", &rec.Bucket.Objects, azureBlobs); err != nil {
		return nil, err
	}
	// Policies that are not given stay unknown: a token that names one has no answer without it.
	if raw, ok := in["stored_access_policies"]; ok && !isNull(raw) {
		if err := give(b, in, "stored_access_policies", &rec.Bucket.Azure.StoredPolicies, azureStoredPolicies); err != nil {
			return nil, err
		}
	}
	return b, give(b, in, "sas", &rec.Bucket.Azure.Tokens, azureTokens)
}

// azureFlat folds "properties" into the object: the management API nests them, the CLI prints them flat.
func azureFlat(raw json.RawMessage) (fields, error) {
	doc, err := object(raw)
	if err != nil {
		return nil, err
	}
	out := fields{}
	for key, value := range doc {
		out[fold(key)] = value
	}
	if inner, ok := out["properties"]; ok && !isNull(inner) {
		nested, err := object(inner)
		if err != nil {
			return nil, fmt.Errorf("properties: %w", err)
		}
		for key, value := range nested {
			out[fold(key)] = value
		}
	}
	for key, value := range out {
		if isNull(value) {
			delete(out, key)
		}
	}
	return out, nil
}

// azureDeciding are the keys of an account that a misspelling must not hide.
func azureDeciding() []string {
	return []string{"allowBlobPublicAccess", "publicNetworkAccess", "networkAcls", "networkRuleSet", "allowSharedKeyAccess", "sasPolicy", "isHnsEnabled"}
}

func azureAccount(b *built, in fields) (name string, err error) {
	raw, ok := in["account"]
	if !ok || isNull(raw) {
		b.assume("account")
		raw = json.RawMessage("{}")
	}
	if json.Unmarshal(raw, &name) == nil {
		raw = json.RawMessage("{}")
	}
	doc, err := azureFlat(raw)
	if err != nil {
		return "", fmt.Errorf("account: %w", err)
	}
	if err := doc.misspelt(nil, azureDeciding()); err != nil {
		return "", fmt.Errorf("account: %w", err)
	}
	if given, err := doc.text("name"); err != nil || given != "" {
		name = given
		if err != nil {
			return "", fmt.Errorf("account: %w", err)
		}
	}
	az := &b.record.Store.Azure
	from := givenOrigin("account")
	steps := []error{
		azureSwitch(doc, "allowblobpublicaccess", func(on bool) {
			az.Anonymous = scanners.KnownFact(scanners.AnonymousFlag{Allowed: on}, from)
		}, func() { az.Anonymous = scanners.AbsentFact[scanners.AnonymousFlag](from) }),
		azureSwitch(doc, "allowsharedkeyaccess", func(on bool) {
			az.SharedKey = scanners.KnownFact(scanners.Switch{On: on}, from)
		}, func() { az.SharedKey = scanners.AbsentFact[scanners.Switch](from) }),
		azureSwitch(doc, "ishnsenabled", func(on bool) {
			az.HierarchicalNames = scanners.KnownFact(scanners.Switch{On: on}, from)
		}, func() { az.HierarchicalNames = scanners.AbsentFact[scanners.Switch](from) }),
		azureNetwork(b, doc, from),
		azureTransport(b, doc, from),
		azureSASPolicy(b, doc, from),
		azureEndpoints(b, doc),
	}
	for _, err := range steps {
		if err != nil {
			return "", fmt.Errorf("account: %w", err)
		}
	}
	b.record.Region, _ = doc.text("location")
	return name, nil
}

func azureSwitch(doc fields, key string, set func(bool), absent func()) error {
	raw, ok := doc[key]
	if !ok {
		absent()
		return nil
	}
	on, err := asBool(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	set(on)
	return nil
}

func azureNetwork(b *built, doc fields, from scanners.Origin) error {
	var v scanners.AzureNetwork
	var err error
	if v.PublicNetworkAccess, err = doc.text("publicnetworkaccess"); err != nil {
		return err
	}
	v.PublicNetworkAccess = canonical(v.PublicNetworkAccess, "Enabled", "Disabled", "SecuredByPerimeter")
	raw, ok := doc["networkacls"]
	if !ok {
		raw, ok = doc["networkruleset"]
	}
	if ok {
		type ipRule struct{ Value, IPAddressOrRange, Action string }
		type vnetRule struct{ ID, VirtualNetworkResourceID, Action string }
		var acls struct {
			DefaultAction, Bypass string
			IPRules, IPv6Rules    []ipRule
			VirtualNetworkRules   []vnetRule
			ResourceAccessRules   []struct{ ResourceID string }
		}
		if err := json.Unmarshal(raw, &acls); err != nil {
			return fmt.Errorf("networkAcls: %w", err)
		}
		v.DefaultAction, v.Bypass = canonical(acls.DefaultAction, "Allow", "Deny"), acls.Bypass
		for _, r := range append(acls.IPRules, acls.IPv6Rules...) {
			v.IPRules = append(v.IPRules, r.Value+r.IPAddressOrRange)
		}
		for _, r := range acls.VirtualNetworkRules {
			v.VNetRules = append(v.VNetRules, r.ID+r.VirtualNetworkResourceID)
		}
		for _, r := range acls.ResourceAccessRules {
			v.ResourceRules = append(v.ResourceRules, r.ResourceID)
		}
	}
	b.record.Store.Azure.Network = scanners.KnownFact(v, from)
	return nil
}

// canonical gives the spelling of the list for a word that differs only in case.
func canonical(word string, spellings ...string) string {
	for _, s := range spellings {
		if strings.EqualFold(s, word) {
			return s
		}
	}
	return word
}

func azureTransport(b *built, doc fields, from scanners.Origin) error {
	v := scanners.Transport{}
	var err error
	for _, key := range []string{"supportshttpstrafficonly", "enablehttpstrafficonly"} {
		if raw, ok := doc[key]; ok {
			if v.HTTPSOnly, err = asBool(raw); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	tls, err := doc.text("minimumtlsversion")
	v.MinimumTLS = strings.ReplaceAll(strings.TrimPrefix(tls, "TLS"), "_", ".")
	b.record.Store.Transport = scanners.KnownFact(v, from)
	return err
}

func azureSASPolicy(b *built, doc fields, from scanners.Origin) error {
	raw, ok := doc["saspolicy"]
	if !ok {
		b.record.Store.Azure.SASPolicy = scanners.AbsentFact[scanners.SASPolicy](from)
		return nil
	}
	var v struct{ SASExpirationPeriod, ExpirationAction string }
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("sasPolicy: %w", err)
	}
	seconds, err := azurePeriod(v.SASExpirationPeriod)
	if err != nil {
		return fmt.Errorf("sasPolicy: %w", err)
	}
	action := canonical(v.ExpirationAction, "Log", "Block")
	if action == "" {
		action = "Log"
	}
	b.record.Store.Azure.SASPolicy = scanners.KnownFact(scanners.SASPolicy{Period: v.SASExpirationPeriod, Seconds: seconds, Action: action}, from)
	return nil
}

// azurePeriod reads D.HH:MM:SS.
func azurePeriod(text string) (seconds int64, err error) {
	var d, h, m, s int64
	if strings.Contains(text, ".") {
		_, err = fmt.Sscanf(text, "%d.%d:%d:%d", &d, &h, &m, &s)
	} else {
		_, err = fmt.Sscanf(text, "%d:%d:%d", &h, &m, &s)
	}
	if err != nil {
		return 0, fmt.Errorf("period %q is not D.HH:MM:SS", text)
	}
	return d*86400 + h*3600 + m*60 + s, nil
}

func azureEndpoints(b *built, doc fields) error {
	raw, ok := doc["primaryendpoints"]
	if !ok {
		return nil
	}
	var v struct{ Blob, Web string }
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("primaryEndpoints: %w", err)
	}
	b.record.BaseURL = strings.TrimSuffix(v.Blob, "/")
	b.record.Store.Website.Value.Endpoint = strings.TrimSuffix(v.Web, "/")
	return nil
}

func azureService(b *built, in fields) error {
	endpoint := b.record.Store.Website.Value.Endpoint
	err := give(b, in, "service_properties", &b.record.Store.Website, func(raw json.RawMessage) (scanners.Website, bool, error) {
		doc, err := azureFlat(unwrap(raw, "StorageServiceProperties"))
		if err != nil {
			return scanners.Website{}, false, err
		}
		site, ok := doc["staticwebsite"]
		if !ok {
			return scanners.Website{}, false, nil
		}
		var v struct{ Enabled, IndexDocument, ErrorDocument404Path, DefaultIndexDocumentPath json.RawMessage }
		if err := json.Unmarshal(site, &v); err != nil {
			return scanners.Website{}, false, fmt.Errorf("staticWebsite: %w", err)
		}
		out := scanners.Website{Endpoint: endpoint}
		if v.Enabled != nil {
			if out.Enabled, err = asBool(v.Enabled); err != nil {
				return out, false, fmt.Errorf("staticWebsite.enabled: %w", err)
			}
		}
		_ = json.Unmarshal(v.IndexDocument, &out.Index)
		_ = json.Unmarshal(v.ErrorDocument404Path, &out.Error)
		return out, true, nil
	})
	return err
}
