// A bounded sample of blobs. It needs a data role, so it is taken only where samples were asked for.

package azureblob

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/tojimari/tojimari/scanners"
)

// permitBlobs is a data action; the built-in role Storage Blob Data Reader has it.
const permitBlobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"

func blobListing() operation { return operation{call: "blob:ListBlobs", permission: permitBlobs} }

// largestSample is what one listing page holds (REST API, "List Blobs").
const largestSample = 5000

func (in *inspection) readObjects(ctx context.Context) {
	limit := min(in.scanner.rt.Objects, largestSample)
	if limit <= 0 || !in.wants(factObjects) {
		return
	}
	size := int32(limit)
	settle(ctx, in, &in.rec.Bucket.Objects, blobListing(), func(ctx context.Context) (container.ListBlobsFlatResponse, error) {
		client, err := in.blobContainer(in.baseURL(in.account()), in.ref.Name)
		if err != nil {
			return container.ListBlobsFlatResponse{}, err
		}
		return call(ctx, in.session, func(ctx context.Context) (container.ListBlobsFlatResponse, error) {
			return client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{MaxResults: &size}).NextPage(ctx)
		})
	}, func(out container.ListBlobsFlatResponse) (scanners.ObjectSample, error) {
		if out.Segment == nil {
			return scanners.ObjectSample{}, errHollow
		}
		return sample(out, limit), nil
	})
}

func sample(out container.ListBlobsFlatResponse, limit int) scanners.ObjectSample {
	blobs := out.Segment.BlobItems
	taken := scanners.ObjectSample{Complete: text(out.NextMarker) == "" && len(blobs) <= limit}
	for _, b := range blobs[:min(len(blobs), limit)] {
		if b == nil || b.Name == nil {
			continue
		}
		o := scanners.SampledObject{Key: *b.Name, VersionID: text(b.VersionID)}
		if p := b.Properties; p != nil {
			if text(p.ResourceType) == "directory" {
				continue
			}
			if p.ContentLength != nil {
				o.Size = *p.ContentLength
			}
			if p.LastModified != nil {
				o.Modified = p.LastModified.UTC()
			}
			o.StorageClass = text(p.AccessTier)
			if p.CustomerProvidedKeySHA256 != nil {
				o.Encryption = "CPK"
			}
		}
		taken.Objects = append(taken.Objects, o)
	}
	return taken
}
