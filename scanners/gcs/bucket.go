// What the bucket resource itself says: the facts that a listing brings along.
//
// Cloud Storage JSON API, "Buckets: resource representations".

package gcs

import (
	"context"
	"slices"
	"strings"
	"time"

	raw "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/scanners"
)

// carried are the facts that the bucket resource holds.
func carried() []scanners.FactName {
	return []scanners.FactName{
		"bucket.versioning", "bucket.logging", "bucket.encryption", "bucket.lifecycle", "bucket.retention", "bucket.cors",
		"bucket.website", "bucket.labels", "bucket.requester_pays", "bucket.gcp.uniform_access", "bucket.gcp.public_access_prevention",
		"bucket.gcp.ip_filter", "bucket.gcp.soft_delete", "bucket.gcp.acl", "bucket.gcp.default_object_acl",
	}
}

// aclFacts are those of the carried that the projection "noAcl" leaves out.
func aclFacts() []scanners.FactName {
	return []scanners.FactName{"bucket.gcp.acl", "bucket.gcp.default_object_acl"}
}

// seed is a record with what the bucket resource says. acls is the refusal with which the ACLs were asked for, nil
// where they were not refused.
func seed(head scanners.Head, b *raw.Bucket, op operation, acls *failure) *scanners.Record {
	rec := scanners.NewRecord(head)
	carry(rec.Bucket, b, op, acls)
	return rec
}

// carry sets every fact that the bucket resource holds.
func carry(out *scanners.Bucket, b *raw.Bucket, op operation, acls *failure) {
	from := op.Origin()
	out.Versioning = scanners.AbsentFact[scanners.Versioning](from)
	if b.Versioning != nil {
		out.Versioning = scanners.KnownFact(scanners.Versioning{Enabled: b.Versioning.Enabled}, from)
	}
	out.Logging = scanners.AbsentFact[scanners.Logging](from)
	if l := b.Logging; l != nil && l.LogBucket != "" {
		out.Logging = scanners.KnownFact(scanners.Logging{Enabled: true, Target: l.LogBucket, Prefix: l.LogObjectPrefix, Read: true, Write: true, Delete: true}, from)
	}
	out.Encryption = scanners.KnownFact(encryption(b), from)
	out.Lifecycle = scanners.AbsentFact[scanners.Lifecycle](from)
	if b.Lifecycle != nil && len(b.Lifecycle.Rule) > 0 {
		out.Lifecycle = scanners.KnownFact(lifecycle(b.Lifecycle.Rule), from)
	}
	out.Retention = retention(b, from)
	out.CORS = scanners.AbsentFact[scanners.CORS](from)
	if len(b.Cors) > 0 {
		out.CORS = scanners.KnownFact(cors(b.Cors), from)
	}
	out.Website = scanners.AbsentFact[scanners.Website](from)
	if w := b.Website; w != nil && (w.MainPageSuffix != "" || w.NotFoundPage != "") {
		out.Website = scanners.KnownFact(scanners.Website{Enabled: true, Index: w.MainPageSuffix, Error: w.NotFoundPage}, from)
	}
	out.Labels = scanners.AbsentFact[scanners.Labels](from)
	if len(b.Labels) > 0 {
		out.Labels = scanners.KnownFact(scanners.Labels{Values: b.Labels}, from)
	}
	out.RequesterPays = scanners.KnownFact(scanners.RequesterPays{Enabled: b.Billing != nil && b.Billing.RequesterPays}, from)
	carryAccess(&out.GCP, b, from, acls)
}

func carryAccess(out *scanners.BucketGCP, b *raw.Bucket, from scanners.Origin, acls *failure) {
	out.IPFilter = scanners.AbsentFact[scanners.IPFilter](from)
	if b.IpFilter != nil {
		out.IPFilter = scanners.KnownFact(ipFilter(b.IpFilter), from)
	}
	out.SoftDelete = scanners.AbsentFact[scanners.SoftDelete](from)
	if p := b.SoftDeletePolicy; p != nil {
		out.SoftDelete = scanners.KnownFact(scanners.SoftDelete{Enabled: p.RetentionDurationSeconds > 0, Days: p.RetentionDurationSeconds / secondsPerDay}, from)
	}
	if b.IamConfiguration == nil {
		// Every answer has it; one without says nothing of who guards the bucket.
		hollow := scanners.Reason{Code: scanners.Malformed, Detail: "the answer holds no iamConfiguration"}
		out.UniformAccess = scanners.UnknownFact[scanners.UniformAccess](hollow, from)
		out.PublicAccessPrevention = scanners.UnknownFact[scanners.PublicAccessPrevention](hollow, from)
	} else {
		out.UniformAccess = scanners.KnownFact(uniformAccess(b.IamConfiguration), from)
		out.PublicAccessPrevention = scanners.KnownFact(prevention(b.IamConfiguration), from)
	}
	uniform := out.UniformAccess.Value.Enabled
	var bucket, objects []scanners.ACLGrant
	for _, e := range b.Acl {
		bucket = append(bucket, scanners.ACLGrant{Grantee: e.Entity, Permission: e.Role})
	}
	for _, e := range b.DefaultObjectAcl {
		objects = append(objects, scanners.ACLGrant{Grantee: e.Entity, Permission: e.Role})
	}
	// A list that is left out is a refusal; an empty default ACL is written as an empty list.
	out.ACL = acl(bucket, b.Acl != nil, uniform, from, acls)
	out.DefaultObjectACL = acl(objects, b.DefaultObjectAcl != nil, uniform, from, acls)
	if b.Owner != nil && out.ACL.State == scanners.Known {
		out.ACL.Value.Owner = b.Owner.Entity
	}
}

// acl is an ACL of the bucket resource. Under uniform access the fields are left out although ACLs are stored and come
// back when it is turned off, so that is neither "empty" nor "not set": there is no such setting meanwhile. Without
// uniform access a missing field means that the caller may not see it ("Buckets: acl[]").
func acl(grants []scanners.ACLGrant, there, uniform bool, from scanners.Origin, refused *failure) scanners.Fact[scanners.ACL] {
	switch {
	case uniform:
		return scanners.UnsupportedFact[scanners.ACL](from)
	case there:
		return scanners.KnownFact(scanners.ACL{Grants: grants}, from)
	}
	reason := scanners.Reason{Code: scanners.Denied, Permission: "storage.buckets.getIamPolicy", Detail: "the answer leaves the ACL out"}
	if refused != nil {
		reason.Detail = refused.Error()
	}
	return scanners.UnknownFact[scanners.ACL](reason, from)
}

func uniformAccess(c *raw.BucketIamConfiguration) scanners.UniformAccess {
	var out scanners.UniformAccess
	if u := c.UniformBucketLevelAccess; u != nil {
		out.Enabled, out.LockedUntil = u.Enabled, moment(u.LockedTime)
	}
	// bucketPolicyOnly is the setting's former name.
	if u := c.BucketPolicyOnly; u != nil && u.Enabled && !out.Enabled {
		out.Enabled, out.LockedUntil = true, moment(u.LockedTime)
	}
	return out
}

// prevention reads the bucket's own setting; "unspecified" is what older answers say for "inherited".
func prevention(c *raw.BucketIamConfiguration) scanners.PublicAccessPrevention {
	mode := strings.ToLower(c.PublicAccessPrevention)
	if mode == "" {
		mode = "inherited"
	}
	return scanners.PublicAccessPrevention{Mode: mode, Enforced: mode == "enforced", Source: "bucket"}
}

func ipFilter(f *raw.BucketIpFilter) scanners.IPFilter {
	out := scanners.IPFilter{Enabled: f.Mode == "Enabled", PublicSet: f.PublicNetworkSource != nil}
	if f.PublicNetworkSource != nil {
		out.PublicRanges = f.PublicNetworkSource.AllowedIpCidrRanges
	}
	for _, n := range f.VpcNetworkSources {
		out.VPCs = append(out.VPCs, n.Network)
	}
	return out
}

func moment(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// inspectBucket reads what is wanted of a bucket.
func (in *inspection) inspectBucket(ctx context.Context) {
	if slices.ContainsFunc(carried(), in.wanted) {
		in.readBucket(ctx)
	}
	g := &in.rec.Bucket.GCP
	if in.wanted("bucket.gcp.iam") {
		settle(ctx, in, &g.IAM, bucketPolicy(), in.readPolicy)
	}
	if in.wanted("bucket.gcp.managed_folders") {
		in.readFolders(ctx)
	}
	if in.scanner.rt.Objects > 0 && (in.wanted("bucket.objects") || in.wanted("bucket.names")) {
		in.readSample(ctx)
	}
	if in.scanner.rt.Objects > 0 && in.scanner.rt.Links != nil && in.wanted("bucket.links") {
		in.readLinks(ctx)
	}
	if in.wanted("bucket.notifications") {
		settle(ctx, in, &in.rec.Bucket.Notifications, notificationListing(), in.readNotifications)
	}
	if in.wanted("bucket.gcp.effective_tags") {
		settle(ctx, in, &g.EffectiveTags, tagListing(), in.readTags)
	}
}

// readBucket is for buckets that no listing has told of: one call settles all that the resource holds, and keeps what
// was settled before.
func (in *inspection) readBucket(ctx context.Context) {
	op := bucketRead()
	b, acls, err := in.bucket(ctx, in.ref.Name)
	read := scanners.NewRecord(in.rec.Head)
	if err == nil {
		carry(read.Bucket, b, op, acls)
	} else {
		reason := in.reading.Reason(op, err)
		for _, name := range carried() {
			if field, ok := scanners.LookupFactField(name); ok {
				field.SetUnknown(read, reason)
			}
		}
	}
	for _, name := range carried() {
		if field, ok := scanners.LookupFactField(name); ok && !in.rec.Status(name).Settled() {
			field.Copy(in.rec, read)
		}
	}
}
