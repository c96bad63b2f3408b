package access

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// gcsAllows judges one request to Cloud Storage literally, as the service would, for the settings that gcsCloud draws.
// It shares nothing with the judge but the names of things.
func gcsAllows(r *scanners.Record, signedIn bool, method string, address *url.URL) bool {
	g := r.Bucket.GCP
	if g.PublicAccessPrevention.Value.Enforced || r.Scope.GCP.PublicAccessPrevention.Value.Enforced || r.Bucket.RequesterPays.Value.Enabled && !signedIn {
		return false
	}
	if f := g.IPFilter.Value; f.Enabled && !slices.Contains(f.PublicRanges, "0.0.0.0/0") {
		return false
	}
	key, isObject := strings.CutPrefix(address.Path, "/acme/")
	permissions := []string{"objects.list"}
	switch _, overACL := address.Query()["acl"]; {
	case strings.HasPrefix(address.Path, "/storage/v1/b/acme/managedFolders/"):
		permissions, isObject = []string{"managedFolders.setIamPolicy"}, false
		key, _ = url.PathUnescape(strings.TrimSuffix(strings.TrimPrefix(address.EscapedPath(), "/storage/v1/b/acme/managedFolders/"), "/iam"))
	case address.Path == "/storage/v1/b/acme/iam":
		permissions = []string{"buckets.setIamPolicy"}
	case overACL && isObject:
		permissions = []string{"objects.setIamPolicy"}
	case overACL:
		permissions = []string{"buckets.setIamPolicy"}
	case isObject && method == "PUT":
		permissions = []string{"objects.create"}
	case isObject:
		permissions = []string{"objects.get"}
	default:
		key = address.Query().Get("prefix")
	}
	roles := map[string][]string{
		"roles/storage.objectViewer":       {"objects.get", "objects.list"},
		"roles/storage.legacyObjectReader": {"objects.get"},
		"roles/storage.objectCreator":      {"objects.create"},
		"roles/storage.objectAdmin":        {"objects.get", "objects.list", "objects.create", "objects.setIamPolicy"},
		"roles/storage.admin":              {"objects.get", "objects.list", "objects.create", "objects.setIamPolicy", "buckets.setIamPolicy", "managedFolders.setIamPolicy"},
	}
	for _, role := range r.Scope.GCP.CustomRoles.Value.List {
		if !role.Deleted {
			for _, p := range role.Permissions {
				roles[role.Name] = append(roles[role.Name], strings.TrimPrefix(p, "storage."))
			}
		}
	}
	public := func(member string) bool { return member == "allUsers" || signedIn && member == "allAuthenticatedUsers" }
	tag := g.EffectiveTags.Value.Values["1/env"]
	met := func(condition string) bool {
		switch {
		case strings.Contains(condition, "matchTag"):
			return tag == "public"
		case strings.Contains(condition, "2020-01-01"):
			return false
		case strings.Contains(condition, "objects/pub/"):
			return isObject && strings.HasPrefix(key, "pub/")
		default:
			return true
		}
	}
	denied := func(permission string) bool {
		for _, p := range r.Scope.GCP.DenyPolicies.Value.List {
			if strings.Contains(p.Text, "*.*") || strings.Contains(p.Text, "objects.get") && permission == "objects.get" {
				if !strings.Contains(p.Text, "matchTag") || tag == "public" {
					return true
				}
			}
		}
		return false
	}
	uniform := g.UniformAccess.Value.Enabled
	keyed := slices.ContainsFunc(r.Bucket.Objects.Value.Objects, func(o scanners.SampledObject) bool { return o.Key == key && o.Encryption == "csek" })
	for _, permission := range permissions {
		if permission == "objects.get" && keyed || permission == "objects.setIamPolicy" && uniform {
			continue
		}
		through := func(p scanners.IAMPolicy) bool {
			return slices.ContainsFunc(p.Bindings, func(b scanners.IAMBinding) bool {
				return slices.Contains(roles[b.Role], permission) && slices.ContainsFunc(b.Members, public) && met(b.Condition)
			})
		}
		if !denied(permission) {
			if through(g.IAM.Value) {
				return true
			}
			for _, f := range g.ManagedFolders.Value.List {
				if strings.HasPrefix(key, f.Name) && permission != "buckets.setIamPolicy" && through(f.IAM.Value) {
					return true
				}
			}
		}
		if uniform || denied(permission) {
			continue
		}
		gives := map[string][]string{
			"objects.list": {"READER", "WRITER", "OWNER"}, "objects.create": {"WRITER", "OWNER"}, "buckets.setIamPolicy": {"OWNER"},
		}[permission]
		for _, e := range g.ACL.Value.Grants {
			if public(e.Grantee) && slices.Contains(gives, e.Permission) {
				return true
			}
		}
		for _, o := range r.Bucket.Objects.Value.Objects {
			for _, e := range o.Grants {
				if o.Key == key && public(e.Grantee) && (permission == "objects.get" || permission == "objects.setIamPolicy" && e.Permission == "OWNER") {
					return true
				}
			}
		}
	}
	return false
}

// azureAllows judges one anonymous request to Azure literally, for the settings that azureCloud draws.
func azureAllows(r *scanners.Record, address *url.URL) bool {
	az := r.Store.Azure
	everybody := func(ranges []string) bool {
		return slices.Contains(ranges, "0.0.0.0/0") || slices.Contains(ranges, "0.0.0.0/1")
	}
	n, p := az.Network.Value, az.Perimeter.Value
	own := n.PublicNetworkAccess == "" && (n.DefaultAction != "Deny" || everybody(n.IPRules))
	switch {
	case p.Associated && p.Mode == "Enforced" && !everybody(p.InboundIPs), !own && !(p.Associated && everybody(p.InboundIPs)):
		return false
	case strings.HasSuffix(address.Host, ".web.core.windows.net"):
		return r.Store.Website.Value.Enabled
	case az.Anonymous.State == scanners.Known && !az.Anonymous.Value.Allowed:
		return false
	}
	level := strings.ToLower(r.Bucket.Azure.Level.Value.Level)
	if address.Query().Get("comp") == "list" {
		return level == "container"
	}
	return level == "container" || level == "blob"
}

// Every request that proves a yes is one that the settings allow.
func TestWitnessIsAllowed(t *testing.T) {
	proven := map[string]int{}
	for _, name := range []string{"gcs", "azure"} {
		cloud := clouds()[name]
		t.Run(name, func(t *testing.T) {
			one := func(t *rapid.T) {
				r := record(cloud.base, cloud.parts, draw(t, cloud.parts))
				judged := Judge(r, judgedAt)
				everyQuestion(func(who verdict.Audience, verb verdict.Verb) {
					v := judged.Of(who, verb)
					if v.Verdict != verdict.Yes {
						return
					}
					if v.Witness == nil {
						t.Fatalf("%s %s is yes without a request that shows it", who, verb)
					}
					address, err := url.Parse(v.Witness.URL)
					if err != nil {
						t.Fatal(err)
					}
					allowed := name == "azure" && azureAllows(r, address) || name == "gcs" && gcsAllows(r, who == verdict.AnyAccount, v.Witness.Method, address)
					if !allowed {
						t.Fatalf("%s %s is yes, and %s %s is refused\n%+v", who, verb, v.Witness.Method, v.Witness.URL, v.Grants)
					}
					proven[name]++
				})
			}
			rapid.Check(t, func(t *rapid.T) {
				for range 5 {
					one(t)
				}
			})
			t.Logf("%d requests looked at", proven[name])
			if proven[name] < 3 {
				t.Errorf("only %d requests were looked at", proven[name])
			}
		})
	}
}
