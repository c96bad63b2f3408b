// A bounded sample of objects and their ACLs.

package awss3

import (
	"context"
	"errors"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// largestSample is what one listing page holds.
const largestSample = 1000

func objectListing() operation {
	return operation{call: "s3:ListObjectsV2", permission: "s3:ListBucket"}
}

func objectACL() operation {
	return operation{call: "s3:GetObjectAcl", permission: "s3:GetObjectAcl", api: "object_acl"}
}

// readObjects takes one page of keys and asks for each object's ACL. Where ownership is known to switch ACLs
// off nothing is asked: every answer would be the owner's full control.
func readObjects(ctx context.Context, in *inspection, _ scanners.FactName, op operation) {
	if in.sampleSize() <= 0 {
		return
	}
	settle(ctx, in, &in.rec.Bucket.Objects, op, in.listObjects, in.sample)
	taken, ok := in.rec.Bucket.Objects.Get()
	if !ok || in.can("object_acl") == vendors.Unsupported {
		return
	}
	if mode, ok := in.rec.Bucket.AWS.Ownership.Get(); ok && mode.Mode == string(s3types.ObjectOwnershipBucketOwnerEnforced) {
		return
	}
	for i := range taken.Objects {
		in.objectACL(ctx, &taken.Objects[i])
	}
	in.rec.Bucket.Objects.Value = taken
}

// readNames looks at the keys of the sample, and lists them itself where the sample was not asked for.
func readNames(ctx context.Context, in *inspection, _ scanners.FactName, op operation) {
	if in.sampleSize() <= 0 {
		return
	}
	slot := &in.rec.Bucket.Names
	switch objects := in.rec.Bucket.Objects; {
	case objects.State == scanners.Known:
		*slot = scanners.KnownFact(in.scanner.words.OfSample(objects.Value), objects.Origin)
	case objects.Settled():
		*slot = scanners.Fact[scanners.Names]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
	default:
		settle(ctx, in, slot, op, in.listObjects, func(out *s3.ListObjectsV2Output) (scanners.Names, error) {
			taken, err := in.sample(out)
			return in.scanner.words.OfSample(taken), err
		})
	}
}

func (in *inspection) sampleSize() int { return min(in.scanner.rt.Objects, largestSample) }

func (in *inspection) listObjects(ctx context.Context) (*s3.ListObjectsV2Output, error) {
	size := int32(in.sampleSize())
	return bucketCall(ctx, in, (*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{
		Bucket: &in.ref.Name, MaxKeys: &size, FetchOwner: aws.Bool(true), EncodingType: s3types.EncodingTypeUrl,
	})
}

func (in *inspection) sample(out *s3.ListObjectsV2Output) (scanners.ObjectSample, error) {
	limit := in.sampleSize()
	taken := scanners.ObjectSample{Complete: !aws.ToBool(out.IsTruncated) && len(out.Contents) <= limit}
	for _, o := range out.Contents[:min(len(out.Contents), limit)] {
		key := aws.ToString(o.Key)
		if out.EncodingType == s3types.EncodingTypeUrl {
			if plain, err := url.QueryUnescape(key); err == nil {
				key = plain
			}
		}
		object := scanners.SampledObject{Key: key, Size: aws.ToInt64(o.Size), StorageClass: string(o.StorageClass)}
		if o.LastModified != nil {
			object.Modified = o.LastModified.UTC()
		}
		if o.Owner != nil {
			object.Owner = aws.ToString(o.Owner.ID)
		}
		taken.Objects = append(taken.Objects, object)
	}
	return taken, nil
}

// objectACL fills in one object's grants, or says on the object why there are none.
func (in *inspection) objectACL(ctx context.Context, object *scanners.SampledObject) {
	out, err := bucketCall(ctx, in, (*s3.Client).GetObjectAcl, &s3.GetObjectAclInput{Bucket: &in.ref.Name, Key: &object.Key})
	if err == nil && out.Owner == nil && len(out.Grants) == 0 {
		err = errHollow
	}
	if err != nil {
		var f *failure
		if errors.As(err, &f) && f.Code == "NoSuchKey" {
			object.ACLReason = scanners.Reason{Code: scanners.Failed, Detail: "the object was deleted meanwhile"}
			return
		}
		object.ACLReason = unread[scanners.ACL](in, objectACL(), err).Reason
		return
	}
	object.ACLRead, object.Grants = true, grants(out.Grants)
	if object.Owner == "" && out.Owner != nil {
		object.Owner = aws.ToString(out.Owner.ID)
	}
}
