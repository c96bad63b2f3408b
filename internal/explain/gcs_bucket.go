// The bucket of raw GCS input: as the JSON API prints it, or as `gcloud storage buckets describe` does.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// gcsResource is what decides in a bucket resource. Cloud Storage JSON API reference, "Buckets".
type gcsResource struct {
	Name             string
	Location         string
	IAMConfiguration struct {
		UniformBucketLevelAccess struct {
			Enabled    bool
			LockedTime time.Time
		}
		BucketPolicyOnly struct {
			Enabled    bool
			LockedTime time.Time
		}
		PublicAccessPrevention string
	}
	Billing          struct{ RequesterPays bool }
	ACL              json.RawMessage
	DefaultObjectACL json.RawMessage
	IPFilter         *gcsIPFilter
	Website          struct{ MainPageSuffix, NotFoundPage string }
	Versioning       struct{ Enabled bool }

	// The words of gcloud.
	PublicAccessPrevention string `json:"public_access_prevention"`
	UniformAccess          bool   `json:"uniform_bucket_level_access"`
	UniformAccessLock      struct {
		LockedTime time.Time
	} `json:"uniform_bucket_level_access_lock_time"`
	RequesterPays bool            `json:"requester_pays"`
	DefaultACL    json.RawMessage `json:"default_acl"`
	IPFilterCLI   *gcsIPFilter    `json:"ip_filter_config"`
}

type gcsIPFilter struct {
	Mode                string
	PublicNetworkSource *struct {
		AllowedIPCIDRRanges []string `json:"allowedIpCidrRanges"`
	}
	VPCNetworkSources []struct{ Network string }
}

// gcsDeciding are the keys of a bucket, and of its iamConfiguration, that a misspelling must not hide.
func gcsDeciding() []string {
	return []string{"iamConfiguration", "acl", "defaultObjectAcl", "ipFilter", "billing", "public_access_prevention",
		"uniform_bucket_level_access", "requester_pays", "default_acl", "ip_filter_config",
		"publicAccessPrevention", "uniformBucketLevelAccess", "bucketPolicyOnly"}
}

// gcsBucket reads the parts of the bucket resource that decide. A bucket name alone is taken too.
func gcsBucket(b *built, in fields) error {
	var doc gcsResource
	switch raw, ok := in["bucket"]; {
	case !ok || isNull(raw):
		b.assume("bucket")
	case bytesStart(raw) == '{':
		if err := gcsSpelling(raw); err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			return err
		}
	default:
		if err := textInto(&doc.Name)(raw); err != nil {
			return err
		}
		b.assume("bucket settings")
	}
	from := givenOrigin("bucket")
	rec := b.record
	rec.Name, rec.Region = doc.Name, doc.Location
	g := &rec.Bucket.GCP
	uniform, old := doc.IAMConfiguration.UniformBucketLevelAccess, doc.IAMConfiguration.BucketPolicyOnly
	locked := uniform.LockedTime
	if locked.IsZero() {
		locked = old.LockedTime
	}
	g.UniformAccess = scanners.KnownFact(scanners.UniformAccess{Enabled: uniform.Enabled || old.Enabled || doc.UniformAccess, LockedUntil: locked}, from)
	mode := strings.ToLower(doc.IAMConfiguration.PublicAccessPrevention + doc.PublicAccessPrevention)
	if mode != "" && !slices.Contains([]string{"enforced", "inherited", "unspecified"}, mode) {
		return fmt.Errorf("publicAccessPrevention %q is not enforced, inherited or unspecified", mode)
	}
	g.PublicAccessPrevention = scanners.KnownFact(scanners.PublicAccessPrevention{Mode: mode, Enforced: mode == "enforced", Source: "bucket"}, from)
	rec.Bucket.RequesterPays = scanners.KnownFact(scanners.RequesterPays{Enabled: doc.Billing.RequesterPays || doc.RequesterPays}, from)
	if doc.IPFilter == nil {
		doc.IPFilter = doc.IPFilterCLI
	}
	g.IPFilter = scanners.AbsentFact[scanners.IPFilter](from)
	if f := doc.IPFilter; f != nil {
		g.IPFilter = scanners.KnownFact(f.fact(), from)
	}
	rec.Bucket.Website = scanners.KnownFact(scanners.Website{Enabled: doc.Website.MainPageSuffix != "", Index: doc.Website.MainPageSuffix, Error: doc.Website.NotFoundPage}, from)
	rec.Bucket.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: doc.Versioning.Enabled}, from)
	var err error
	if g.ACL, err = gcsACLFact(doc.ACL, from); err != nil {
		return fmt.Errorf("acl: %w", err)
	}
	if doc.DefaultObjectACL == nil {
		doc.DefaultObjectACL = doc.DefaultACL
	}
	if g.DefaultObjectACL, err = gcsACLFact(doc.DefaultObjectACL, from); err != nil {
		return fmt.Errorf("defaultObjectAcl: %w", err)
	}
	return nil
}

// gcsSpelling refuses near misses of the keys that decide.
func gcsSpelling(raw json.RawMessage) error {
	doc, err := object(raw)
	if err != nil {
		return err
	}
	if err := doc.misspelt(nil, gcsDeciding()); err != nil {
		return err
	}
	inner, ok := doc["iamConfiguration"]
	if !ok || isNull(inner) {
		return nil
	}
	if doc, err = object(inner); err != nil {
		return fmt.Errorf("iamConfiguration: %w", err)
	}
	return doc.misspelt(nil, gcsDeciding())
}

func (f gcsIPFilter) fact() scanners.IPFilter {
	v := scanners.IPFilter{Enabled: strings.EqualFold(f.Mode, "Enabled"), PublicSet: f.PublicNetworkSource != nil}
	if f.PublicNetworkSource != nil {
		v.PublicRanges = f.PublicNetworkSource.AllowedIPCIDRRanges
	}
	for _, n := range f.VPCNetworkSources {
		v.VPCs = append(v.VPCs, n.Network)
	}
	return v
}

func gcsACLFact(raw json.RawMessage, from scanners.Origin) (scanners.Fact[scanners.ACL], error) {
	if raw == nil || isNull(raw) {
		return scanners.AbsentFact[scanners.ACL](from), nil
	}
	acl, _, err := gcsACL(raw)
	return scanners.KnownFact(acl, from), err
}
