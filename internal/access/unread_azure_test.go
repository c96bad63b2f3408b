package access

import "github.com/tojimari/tojimari/scanners"

func azureBase() *scanners.Record {
	r := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket, Provider: scanners.Azure, ID: scanners.AzureContainerID("acme", "$web"), Name: "$web"})
	r.Store, r.Scope = &scanners.Store{}, &scanners.Scope{}
	return r
}

func azureCloud() cloud {
	az := func(r *scanners.Record) *scanners.StoreAzure { return &r.Store.Azure }
	sample := func(objects ...scanners.SampledObject) scanners.ObjectSample {
		return scanners.ObjectSample{Objects: objects}
	}
	parts := []part{
		facts(factAzureLevel, func(r *scanners.Record) *scanners.Fact[scanners.ContainerLevel] { return &r.Bucket.Azure.Level }, map[string]scanners.ContainerLevel{
			"none": {Level: "none"}, "blob": {Level: "blob"}, "container": {Level: "Container"}, "broken": {Level: "x"},
		}).always(),
		facts(factAzureAnonymous, func(r *scanners.Record) *scanners.Fact[scanners.AnonymousFlag] { return &az(r).Anonymous }, map[string]scanners.AnonymousFlag{
			"allowed": {Allowed: true}, "refused": {},
		}),
		facts(factAzureNetwork, func(r *scanners.Record) *scanners.Fact[scanners.AzureNetwork] { return &az(r).Network }, map[string]scanners.AzureNetwork{
			"open": {DefaultAction: "Allow"}, "disabled": {PublicNetworkAccess: "Disabled"}, "by perimeter": {PublicNetworkAccess: "SecuredByPerimeter"},
			"nobody": {DefaultAction: "Deny"}, "some": {DefaultAction: "Deny", IPRules: []string{"20.1.2.3"}}, "all": {DefaultAction: "Deny", IPRules: []string{"0.0.0.0/1", "128.0.0.0/1"}},
			"broken": {DefaultAction: "Deny", IPRules: []string{"x"}},
		}).always(),
		facts(factAzurePerimeter, func(r *scanners.Record) *scanners.Fact[scanners.Perimeter] { return &az(r).Perimeter }, map[string]scanners.Perimeter{
			"learning, nobody": {Associated: true, Mode: "Learning"}, "learning, all": {Associated: true, Mode: "Learning", InboundIPs: []string{"0.0.0.0/0"}},
			"enforced, nobody": {Associated: true, Mode: "Enforced"}, "enforced, some": {Associated: true, Mode: "Enforced", InboundIPs: []string{"20.1.0.0/16"}},
			"audit, all": {Associated: true, Mode: "Audit", InboundIPs: []string{"0.0.0.0/0"}},
		}).guardAbove(),
		facts(factAzureWebsite, func(r *scanners.Record) *scanners.Fact[scanners.Website] { return &r.Store.Website }, map[string]scanners.Website{
			"on": {Enabled: true, Endpoint: "https://acme.z6.web.core.windows.net", Index: "index.html"}, "off": {},
		}),
		facts(factObjects, func(r *scanners.Record) *scanners.Fact[scanners.ObjectSample] { return &r.Bucket.Objects }, map[string]scanners.ObjectSample{
			"hot": sample(scanners.SampledObject{Key: "a", StorageClass: "Hot"}), "archived": sample(scanners.SampledObject{Key: "a", StorageClass: "Archive"}),
			"all archived": {Complete: true, Objects: []scanners.SampledObject{{Key: "a", StorageClass: "Archive"}}},
		}).sample(),
	}
	return cloud{
		base: azureBase, parts: parts,
		stronger: [][3]string{
			{string(factAzureAnonymous), "allowed", "refused"}, {string(factAzureAnonymous), "absent", "refused"},
			{string(factAzureNetwork), "open", "some"}, {string(factAzureNetwork), "some", "nobody"}, {string(factAzureNetwork), "nobody", "disabled"},
			{string(factAzurePerimeter), "learning, all", "enforced, some"}, {string(factAzurePerimeter), "enforced, some", "enforced, nobody"},
		},
		wider: [][3]string{
			{string(factAzureLevel), "none", "blob"}, {string(factAzureLevel), "blob", "container"}, {string(factAzureWebsite), "off", "on"},
			{string(factAzurePerimeter), "absent", "learning, all"},
		},
	}
}
