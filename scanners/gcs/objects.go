// A bounded sample of objects with their ACLs and what their names show, notifications, and the tags in effect on a bucket.

package gcs

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/names"
	"github.com/tojimari/tojimari/scanners"
)

// largestSample is what one listing page holds.
const largestSample = 1000

func objectListing() operation {
	return operation{Call: "storage.objects.list", Permission: "storage.objects.list"}
}

func notificationListing() operation {
	return operation{Call: "storage.notifications.list", Permission: "storage.buckets.get"}
}

func tagListing() operation {
	return operation{Call: "cloudresourcemanager.effectiveTags.list", Permission: "storage.buckets.listEffectiveTags", Apart: true}
}

// readSample settles the sample and what the names in it show, from one listing.
func (in *inspection) readSample(ctx context.Context) {
	objects, shown := &in.rec.Bucket.Objects, &in.rec.Bucket.Names
	if !objects.Status().Settled() {
		settle(ctx, in, objects, objectListing(), in.readObjects)
	}
	if shown.Status().Settled() {
		return
	}
	*shown = scanners.Fact[scanners.Names]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
	if sample, ok := objects.Get(); ok {
		shown.Value = in.namesOf(sample)
	}
}

// samplesPerKind is how many keys stand for each kind of name.
const samplesPerKind = 3

func (in *inspection) namesOf(sample scanners.ObjectSample) scanners.Names {
	tally := names.NewTally(in.scanner.words, names.Options{Samples: samplesPerKind})
	for _, o := range sample.Objects {
		tally.Add(o.Key)
	}
	out := scanners.Names{Kinds: []scanners.NameCount{}, Sampled: int64(tally.Keys()), Complete: sample.Complete}
	for _, k := range tally.Kinds() {
		out.Sensitive = true
		out.Kinds = append(out.Kinds, scanners.NameCount{Kind: string(k.Category), Count: int64(k.Count), Samples: k.Samples})
	}
	slices.SortFunc(out.Kinds, func(a, b scanners.NameCount) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// readObjects takes one page of objects. Their ACLs come with it where uniform access is off and the caller may see
// them; under uniform access there is nothing to see.
func (in *inspection) readObjects(ctx context.Context) (scanners.ObjectSample, error) {
	limit := min(in.scanner.rt.Objects, largestSample)
	projection := "full"
	uniform := in.rec.Bucket.GCP.UniformAccess.Value.Enabled
	if uniform {
		projection = "noAcl"
	}
	query := in.query("maxResults", strconv.Itoa(limit), "projection", projection)
	var page storage.Objects
	if err := in.get(ctx, in.address("o"), query, "storage#objects", &page); err != nil {
		return scanners.ObjectSample{}, err
	}
	out := scanners.ObjectSample{Objects: []scanners.SampledObject{}, Complete: page.NextPageToken == "" && len(page.Items) <= limit}
	for _, o := range page.Items[:min(len(page.Items), limit)] {
		if o != nil {
			out.Objects = append(out.Objects, sampled(o, uniform))
		}
	}
	return out, nil
}

func sampled(o *storage.Object, uniform bool) scanners.SampledObject {
	out := scanners.SampledObject{Key: o.Name, Size: int64(o.Size), Modified: moment(o.Updated), StorageClass: o.StorageClass} // objects are far below 2^63 bytes
	if o.Generation > 0 {
		out.VersionID = strconv.FormatInt(o.Generation, 10)
	}
	switch {
	case o.CustomerEncryption != nil:
		out.Encryption = "csek"
	case o.KmsKeyName != "":
		out.Encryption = "cmek"
	}
	if o.Owner != nil {
		out.Owner = o.Owner.Entity
	}
	switch {
	case o.Acl != nil:
		out.ACLRead = true
		for _, e := range given(o.Acl) {
			out.Grants = append(out.Grants, scanners.ACLGrant{Grantee: e.Entity, Permission: e.Role})
		}
	case !uniform:
		out.ACLReason = scanners.Reason{Code: scanners.Denied, Permission: "storage.objects.getIamPolicy", Detail: "the answer leaves the ACL out"}
	}
	return out
}

func (in *inspection) readNotifications(ctx context.Context) (scanners.Notifications, error) {
	var page storage.Notifications
	if err := in.get(ctx, in.address("notificationConfigs"), in.query(), "storage#notifications", &page); err != nil {
		return scanners.Notifications{}, err
	}
	return scanners.Notifications{Configured: len(page.Items) > 0}, nil
}

// readTags lists the tags in effect, those of the project and above included. Resource Manager keeps the bindings of
// a bucket where the bucket is ("Tags", "Regional endpoints").
func (in *inspection) readTags(ctx context.Context) (scanners.Labels, error) {
	out := scanners.Labels{Values: map[string]string{}}
	place := strings.ToLower(in.ref.Region)
	if place == "" || strings.ContainsFunc(place, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
		return out, &failure{Message: "the bucket's location is not known"}
	}
	query := url.Values{"parent": {"//storage.googleapis.com/projects/_/buckets/" + in.ref.Name}, "pageSize": {"300"}}
	for {
		var page struct {
			EffectiveTags []struct{ NamespacedTagKey, NamespacedTagValue string }
			NextPageToken string
		}
		if err := in.get(ctx, "https://"+place+"-cloudresourcemanager.googleapis.com/v3/effectiveTags", query, "", &page); err != nil {
			return out, err
		}
		for _, t := range page.EffectiveTags {
			out.Values[t.NamespacedTagKey] = strings.TrimPrefix(t.NamespacedTagValue, t.NamespacedTagKey+"/")
		}
		if page.NextPageToken == "" || page.NextPageToken == query.Get("pageToken") {
			return out, nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}
