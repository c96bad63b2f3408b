// A bounded sample of objects with their ACLs and what their names show, notifications, and the tags in effect on a bucket.

package gcs

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

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
		shown.Value = in.scanner.words.OfSample(sample)
	}
}

// readObjects takes one page of objects. Their ACLs come with it where uniform access is off and the caller may see
// them; under uniform access there is nothing to see.
func (in *inspection) readObjects(ctx context.Context) (scanners.ObjectSample, error) {
	limit := min(in.scanner.rt.Objects, largestSample)
	uniform := in.rec.Bucket.GCP.UniformAccess.Value.Enabled
	query := &storage.Query{Projection: storage.ProjectionFull}
	if uniform {
		query.Projection = storage.ProjectionNoACL
	}
	return call(ctx, in.session, func(ctx context.Context) (scanners.ObjectSample, error) {
		out := scanners.ObjectSample{Objects: []scanners.SampledObject{}}
		list := in.handle().Objects(ctx, query)
		list.PageInfo().MaxSize = limit
		for len(out.Objects) < limit {
			o, err := list.Next()
			if errors.Is(err, iterator.Done) {
				out.Complete = true
				return out, nil
			}
			if err != nil {
				return scanners.ObjectSample{}, err
			}
			out.Objects = append(out.Objects, sampled(o, uniform))
			if list.PageInfo().Remaining() == 0 {
				break
			}
		}
		out.Complete = list.PageInfo().Remaining() == 0 && list.PageInfo().Token == ""
		return out, nil
	})
}

// sampled is an object of the listing. Every object has an ACL that names at least its owner, so that one without any
// entry was left out.
func sampled(o *storage.ObjectAttrs, uniform bool) scanners.SampledObject {
	out := scanners.SampledObject{Key: o.Name, Size: o.Size, Modified: o.Updated.UTC(), StorageClass: o.StorageClass, Owner: o.Owner}
	out.GuardHeaders = scanners.GuardHeaders(o.CacheControl, o.ContentDisposition, o.Metadata)
	if o.Generation > 0 {
		out.VersionID = strconv.FormatInt(o.Generation, 10)
	}
	switch {
	case o.CustomerKeySHA256 != "":
		out.Encryption = "csek"
	case o.KMSKeyName != "":
		out.Encryption = "cmek"
	}
	switch {
	case len(o.ACL) > 0:
		out.ACLRead = true
		for _, e := range o.ACL {
			out.Grants = append(out.Grants, scanners.ACLGrant{Grantee: string(e.Entity), Permission: string(e.Role)})
		}
	case !uniform:
		out.ACLReason = scanners.Reason{Code: scanners.Denied, Permission: "storage.objects.getIamPolicy", Detail: "the answer leaves the ACL out"}
	}
	return out
}

func (in *inspection) readNotifications(ctx context.Context) (scanners.Notifications, error) {
	list, err := call(ctx, in.session, in.handle().Notifications)
	return scanners.Notifications{Configured: len(list) > 0}, err
}

// readTags lists the tags in effect, those of the project and above included. Resource Manager keeps the bindings of
// a bucket where the bucket is ("Tags", "Regional endpoints").
func (in *inspection) readTags(ctx context.Context) (scanners.Labels, error) {
	out := scanners.Labels{Values: map[string]string{}}
	place := strings.ToLower(in.ref.Region)
	if place == "" || strings.ContainsFunc(place, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }) {
		return out, &failure{Message: "the bucket's location is not known"}
	}
	type page struct {
		EffectiveTags []struct{ NamespacedTagKey, NamespacedTagValue string }
		NextPageToken string
	}
	err := pages(func(token string) (string, error) {
		query := url.Values{"parent": {"//storage.googleapis.com/projects/_/buckets/" + in.ref.Name}, "pageSize": {"300"}}
		got, err := get[page](ctx, in.session, "https://"+place+"-cloudresourcemanager.googleapis.com/v3/effectiveTags", withToken(query, token))
		if err != nil {
			return "", err
		}
		for _, t := range got.EffectiveTags {
			out.Values[t.NamespacedTagKey] = strings.TrimPrefix(t.NamespacedTagValue, t.NamespacedTagKey+"/")
		}
		return got.NextPageToken, nil
	})
	return out, err
}
