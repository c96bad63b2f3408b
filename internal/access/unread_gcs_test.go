package access

import "github.com/tojimari/tojimari/scanners"

func gcsBase() *scanners.Record {
	r := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket, Provider: scanners.GCP, ID: scanners.GCSBucketID("acme"), Name: "acme", Account: "acme-prod"})
	r.Scope = &scanners.Scope{}
	return r
}

func gcsCloud() cloud {
	bind := func(role, member, condition string) scanners.IAMPolicy {
		return scanners.IAMPolicy{Version: 3, Bindings: []scanners.IAMBinding{{Role: role, Members: []string{"user:a@example.com", member}, Condition: condition}}}
	}
	policies := map[string]scanners.IAMPolicy{
		"nobody":      bind("roles/storage.objectViewer", "user:b@example.com", ""),
		"viewer":      bind("roles/storage.objectViewer", allUsers, ""),
		"reader":      bind("roles/storage.legacyObjectReader", allUsers, ""),
		"creator":     bind("roles/storage.objectCreator", allUsers, ""),
		"objectAdmin": bind("roles/storage.objectAdmin", allUsers, ""),
		"admin":       bind("roles/storage.admin", allUsers, ""),
		"any account": bind("roles/storage.admin", allAuthenticatedUsers, ""),
		"custom":      bind("projects/acme-prod/roles/r", allUsers, ""),
		"tagged":      bind("roles/storage.objectViewer", allUsers, "resource.matchTag('1/env', 'public')"),
		"expired":     bind("roles/storage.objectViewer", allUsers, "request.time < timestamp('2020-01-01T00:00:00Z')"),
		"folder":      bind("roles/storage.objectViewer", allUsers, "resource.name.startsWith('projects/_/buckets/acme/objects/pub/')"),
	}
	two := policies["viewer"]
	two.Bindings = append(append([]scanners.IAMBinding{}, two.Bindings...), policies["creator"].Bindings...)
	policies["viewer and creator"] = two
	acl := func(entity, role string) scanners.ACL {
		return scanners.ACL{Grants: []scanners.ACLGrant{{Grantee: entity, Permission: role}}}
	}
	folders := func(p scanners.IAMPolicy) scanners.ManagedFolders {
		return scanners.ManagedFolders{List: []scanners.ManagedFolder{{Name: "pub/", IAM: scanners.KnownFact(p, scanners.Origin{Call: "x"})}}}
	}
	deny := func(rule string) scanners.Policies {
		return scanners.Policies{List: []scanners.PolicyText{{Text: `{"rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],` + rule + `}}]}`}}}
	}
	sample := func(objects ...scanners.SampledObject) scanners.ObjectSample {
		return scanners.ObjectSample{Objects: objects}
	}
	gcp := func(r *scanners.Record) *scanners.BucketGCP { return &r.Bucket.GCP }
	scope := func(r *scanners.Record) *scanners.ScopeGCP { return &r.Scope.GCP }
	parts := []part{
		facts(factGCSIAM, func(r *scanners.Record) *scanners.Fact[scanners.IAMPolicy] { return &gcp(r).IAM }, policies),
		facts(factGCSUniform, func(r *scanners.Record) *scanners.Fact[scanners.UniformAccess] { return &gcp(r).UniformAccess }, map[string]scanners.UniformAccess{
			"off": {}, "on": {Enabled: true},
		}).always(),
		facts(factGCSPAP, func(r *scanners.Record) *scanners.Fact[scanners.PublicAccessPrevention] {
			return &gcp(r).PublicAccessPrevention
		}, map[string]scanners.PublicAccessPrevention{"inherited": {Mode: "inherited"}, "enforced": {Mode: "enforced", Enforced: true}}).always(),
		facts(factGCSOrgPAP, func(r *scanners.Record) *scanners.Fact[scanners.PublicAccessPrevention] {
			return &scope(r).PublicAccessPrevention
		}, map[string]scanners.PublicAccessPrevention{"off": {}, "on": {Enforced: true}}).guardAbove(),
		facts(factGCSDeny, func(r *scanners.Record) *scanners.Fact[scanners.Policies] { return &scope(r).DenyPolicies }, map[string]scanners.Policies{
			"reading": deny(`"deniedPermissions":["storage.googleapis.com/objects.get"]`), "everything": deny(`"deniedPermissions":["storage.googleapis.com/*.*"]`),
			"tagged": deny(`"deniedPermissions":["storage.googleapis.com/*.*"],"denialCondition":{"expression":"resource.matchTag('1/env', 'public')"}`),
		}).guardAbove(),
		facts(factGCSRoles, func(r *scanners.Record) *scanners.Fact[scanners.CustomRoles] { return &scope(r).CustomRoles }, map[string]scanners.CustomRoles{
			"reads":   {List: []scanners.CustomRole{{Name: "projects/acme-prod/roles/r", Permissions: []string{"storage.objects.get"}}}},
			"rules":   {List: []scanners.CustomRole{{Name: "projects/acme-prod/roles/r", Permissions: []string{"storage.buckets.setIamPolicy", "storage.objects.list"}}}},
			"deleted": {List: []scanners.CustomRole{{Name: "projects/acme-prod/roles/r", Deleted: true, Permissions: []string{"storage.objects.get"}}}},
		}),
		facts(factGCSACL, func(r *scanners.Record) *scanners.Fact[scanners.ACL] { return &gcp(r).ACL }, map[string]scanners.ACL{
			"private": acl("user-a@example.com", "OWNER"), "list": acl(allUsers, "READER"), "write": acl(allUsers, "WRITER"), "own": acl(allUsers, "OWNER"), "any account": acl(allAuthenticatedUsers, "OWNER"),
		}),
		facts(factGCSIPFilter, func(r *scanners.Record) *scanners.Fact[scanners.IPFilter] { return &gcp(r).IPFilter }, map[string]scanners.IPFilter{
			"off": {PublicSet: true}, "nobody": {Enabled: true}, "some": {Enabled: true, PublicSet: true, PublicRanges: []string{"20.0.0.0/8"}},
			"all": {Enabled: true, PublicSet: true, PublicRanges: []string{"0.0.0.0/0", "::/0"}}, "broken": {Enabled: true, PublicSet: true, PublicRanges: []string{"x"}},
		}),
		facts(factGCSFolders, func(r *scanners.Record) *scanners.Fact[scanners.ManagedFolders] { return &gcp(r).ManagedFolders }, map[string]scanners.ManagedFolders{
			"private": folders(policies["nobody"]), "public": folders(policies["viewer"]), "admin": folders(policies["admin"]),
		}),
		facts(factGCSTags, func(r *scanners.Record) *scanners.Fact[scanners.Labels] { return &gcp(r).EffectiveTags }, map[string]scanners.Labels{
			"public": {Values: map[string]string{"1/env": "public"}}, "other": {Values: map[string]string{"1/env": "dev"}},
		}),
		facts(factPayer, func(r *scanners.Record) *scanners.Fact[scanners.RequesterPays] { return &r.Bucket.RequesterPays }, map[string]scanners.RequesterPays{
			"owner": {}, "requester": {Enabled: true},
		}).always(),
		facts(factObjects, func(r *scanners.Record) *scanners.Fact[scanners.ObjectSample] { return &r.Bucket.Objects }, map[string]scanners.ObjectSample{
			"private":     sample(scanners.SampledObject{Key: "a", ACLRead: true}),
			"public":      sample(scanners.SampledObject{Key: "a", ACLRead: true, Grants: acl(allUsers, "OWNER").Grants}),
			"public, key": sample(scanners.SampledObject{Key: "a", Encryption: "csek", ACLRead: true, Grants: acl(allUsers, "READER").Grants}),
			"keyed":       sample(scanners.SampledObject{Key: "a", Encryption: "csek", ACLRead: true}),
		}).sample(),
	}
	return cloud{
		base: gcsBase, parts: parts,
		stronger: [][3]string{
			{string(factGCSUniform), "off", "on"}, {string(factGCSPAP), "inherited", "enforced"}, {string(factGCSOrgPAP), "off", "on"},
			{string(factGCSDeny), "absent", "reading"}, {string(factGCSDeny), "reading", "everything"}, {string(factGCSDeny), "absent", "tagged"},
			{string(factGCSIPFilter), "off", "some"}, {string(factGCSIPFilter), "some", "nobody"}, {string(factPayer), "owner", "requester"},
		},
		wider: [][3]string{
			{string(factGCSIAM), "nobody", "viewer"}, {string(factGCSIAM), "viewer", "viewer and creator"}, {string(factGCSIAM), "reader", "objectAdmin"},
			{string(factGCSIAM), "objectAdmin", "admin"}, {string(factGCSIAM), "nobody", "any account"}, {string(factGCSIAM), "nobody", "custom"},
			{string(factGCSACL), "private", "list"}, {string(factGCSACL), "list", "write"}, {string(factGCSACL), "write", "own"}, {string(factGCSACL), "private", "any account"},
			{string(factGCSFolders), "private", "public"}, {string(factGCSFolders), "public", "admin"}, {string(factObjects), "private", "public"},
		},
	}
}
