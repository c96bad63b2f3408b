// Raw Google Cloud Storage input: a bucket as the JSON API prints it, with its policies.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

var gcsKeys = []string{"bucket", "iam_policy", "objects", "default_object_acl", "managed_folders", "org_policy",
	"custom_roles", "deny_policies", "service_perimeter", "effective_tags", "project", "at"}

func gcsRecord(in fields) (*built, error) {
	if err := in.onlyKeys(append([]string{"id", "provider"}, gcsKeys...)); err != nil {
		return nil, err
	}
	b := &built{}
	var err error
	if b.at, err = in.time("at"); err != nil {
		return nil, err
	}
	rec := scanners.NewRecord(scanners.Head{Kind: scanners.KindBucket, Provider: scanners.GCP})
	rec.Scope = &scanners.Scope{}
	b.record = rec
	if rec.Account, err = in.text("project"); err != nil {
		return nil, err
	}
	if err := gcsBucket(b, in); err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	rec.ID = scanners.GCSBucketID(rec.Name)
	g, scope := &rec.Bucket.GCP, &rec.Scope.GCP
	if err := give(b, in, "iam_policy", &g.IAM, iamPolicy); err != nil {
		return nil, err
	}
	if err := give(b, in, "objects", &rec.Bucket.Objects, gcsObjects); err != nil {
		return nil, err
	}
	if in["default_object_acl"] != nil {
		if err := give(b, in, "default_object_acl", &g.DefaultObjectACL, gcsACL); err != nil {
			return nil, err
		}
	}
	if err := give(b, in, "managed_folders", &g.ManagedFolders, gcsFolders); err != nil {
		return nil, err
	}
	for _, f := range g.ManagedFolders.Value.List {
		if f.IAM.State == scanners.Absent {
			b.assume("managed_folders[" + f.Name + "].iam_policy")
		}
	}
	if err := give(b, in, "custom_roles", &scope.CustomRoles, gcsCustomRoles); err != nil {
		return nil, err
	}
	if err := give(b, in, "deny_policies", &scope.DenyPolicies, gcsDenyPolicies); err != nil {
		return nil, err
	}
	if err := give(b, in, "service_perimeter", &scope.ServicePerimeter, gcsPerimeter); err != nil {
		return nil, err
	}
	// Tags that are not given stay unknown: a condition on them has no answer without them.
	if raw, ok := in["effective_tags"]; ok && !isNull(raw) {
		if err := give(b, in, "effective_tags", &g.EffectiveTags, gcsTags); err != nil {
			return nil, err
		}
	}
	return b, gcsOrgPolicy(b, in)
}

func iamPolicy(raw json.RawMessage) (scanners.IAMPolicy, bool, error) {
	raw = unwrap(raw, "policy", "Policy", "iam_policy")
	if text := ""; json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var doc struct {
		Version  int64
		Bindings []struct {
			Role      string
			Members   []string
			Condition *struct{ Expression, Title, Description string }
		}
	}
	if bytesStart(raw) != '{' {
		return scanners.IAMPolicy{}, false, fmt.Errorf("want an object, got %s", snippet(raw))
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return scanners.IAMPolicy{}, false, err
	}
	out := scanners.IAMPolicy{Version: doc.Version, Bindings: []scanners.IAMBinding{}}
	for i, b := range doc.Bindings {
		if b.Role == "" {
			return out, false, fmt.Errorf("binding %d has no role", i+1)
		}
		if b.Members == nil {
			b.Members = []string{}
		}
		binding := scanners.IAMBinding{Role: b.Role, Members: b.Members}
		if b.Condition != nil {
			binding.Condition, binding.Title = b.Condition.Expression, b.Condition.Title
		}
		out.Bindings = append(out.Bindings, binding)
	}
	return out, true, nil
}

// gcsACL accepts the entries of bucketAccessControls, objectAccessControls and their lists.
func gcsACL(raw json.RawMessage) (scanners.ACL, bool, error) {
	items, err := listOf(unwrap(raw, "items", "acl", "default_object_acl"))
	if err != nil {
		return scanners.ACL{}, false, err
	}
	out := scanners.ACL{Grants: []scanners.ACLGrant{}}
	for i, item := range items {
		var e struct{ Entity, Role string }
		if err := json.Unmarshal(item, &e); err != nil {
			return out, false, fmt.Errorf("entry %d: %w", i+1, err)
		}
		if !slices.Contains([]string{"READER", "WRITER", "OWNER"}, e.Role) {
			return out, false, fmt.Errorf("entry %d has role %q, which is not READER, WRITER or OWNER", i+1, e.Role)
		}
		out.Grants = append(out.Grants, scanners.ACLGrant{Grantee: e.Entity, Permission: e.Role})
	}
	return out, true, nil
}

func gcsObjects(raw json.RawMessage) (scanners.ObjectSample, bool, error) {
	items, err := listOf(unwrap(raw, "items", "objects"))
	if err != nil {
		return scanners.ObjectSample{}, false, err
	}
	out := scanners.ObjectSample{Objects: []scanners.SampledObject{}}
	for i, item := range items {
		var o scanners.SampledObject
		if json.Unmarshal(item, &o.Key) != nil {
			var doc struct {
				Name, Key, StorageClass, KMSKeyName string
				ACL                                 json.RawMessage
				CustomerEncryption                  json.RawMessage
			}
			if err := json.Unmarshal(item, &doc); err != nil {
				return out, false, fmt.Errorf("object %d: %w", i+1, err)
			}
			o.Key, o.StorageClass = doc.Name+doc.Key, doc.StorageClass
			switch {
			case doc.CustomerEncryption != nil && !isNull(doc.CustomerEncryption):
				o.Encryption = "csek"
			case doc.KMSKeyName != "":
				o.Encryption = "cmek"
			}
			if doc.ACL != nil && !isNull(doc.ACL) {
				acl, _, err := gcsACL(doc.ACL)
				if err != nil {
					return out, false, fmt.Errorf("object %d: acl: %w", i+1, err)
				}
				o.ACLRead, o.Grants = true, acl.Grants
			}
		}
		if o.Key == "" {
			return out, false, fmt.Errorf("object %d has no name", i+1)
		}
		out.Objects = append(out.Objects, o)
	}
	return out, true, nil
}

func gcsFolders(raw json.RawMessage) (scanners.ManagedFolders, bool, error) {
	items, err := listOf(unwrap(raw, "items", "managed_folders", "managedFolders"))
	if err != nil {
		return scanners.ManagedFolders{}, false, err
	}
	out := scanners.ManagedFolders{List: []scanners.ManagedFolder{}}
	for i, item := range items {
		doc, err := azureFlat(item)
		if err != nil {
			return out, false, fmt.Errorf("folder %d: %w", i+1, err)
		}
		f := scanners.ManagedFolder{IAM: scanners.AbsentFact[scanners.IAMPolicy](givenOrigin("managed_folders"))}
		if f.Name, err = doc.text("name"); err != nil || f.Name == "" {
			return out, false, fmt.Errorf("folder %d has no name", i+1)
		}
		if !strings.HasSuffix(f.Name, "/") {
			f.Name += "/"
		}
		for _, key := range []string{"iampolicy", "policy", "iam"} {
			if raw, ok := doc[key]; ok {
				policy, _, err := iamPolicy(raw)
				if err != nil {
					return out, false, fmt.Errorf("folder %q: %w", f.Name, err)
				}
				f.IAM = scanners.KnownFact(policy, givenOrigin("managed_folders"))
			}
		}
		out.List = append(out.List, f)
	}
	return out, true, nil
}
