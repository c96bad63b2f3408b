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

// readObjects takes one page of names. It answers both what is there and what the names show.
func (in *inspection) readObjects(ctx context.Context) {
	limit := min(in.scanner.rt.Objects, largestSample)
	wanted := in.wanted(factObjects, factNames)
	if limit <= 0 || len(wanted) == 0 {
		return
	}
	b := scanners.NewRecord(in.ref.Head)
	if taken, ok := in.rec.Bucket.Objects.Get(); ok {
		b.Bucket.Names = scanners.KnownFact(in.scanner.words.OfSample(taken), in.rec.Bucket.Objects.Origin)
		in.fill(wanted, b)
		return
	}
	settle(ctx, in, &b.Bucket.Objects, blobListing(), func(ctx context.Context) (container.ListBlobsFlatResponse, error) {
		return in.listBlobs(ctx, int32(limit))
	}, func(out container.ListBlobsFlatResponse) (scanners.ObjectSample, error) {
		if out.Segment == nil {
			return scanners.ObjectSample{}, errHollow
		}
		return sample(out, limit), nil
	})
	objects := b.Bucket.Objects
	b.Bucket.Names = scanners.Fact[scanners.Names]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
	if objects.State == scanners.Known {
		b.Bucket.Names.Value = in.scanner.words.OfSample(objects.Value)
	}
	for _, name := range []scanners.FactName{factObjects, factNames} {
		if !in.rec.Status(name).Settled() { // the other one comes for nothing
			in.fill([]scanners.FactName{name}, b)
		}
	}
}

func (in *inspection) listBlobs(ctx context.Context, size int32) (container.ListBlobsFlatResponse, error) {
	client, err := in.blobContainer(in.baseURL(in.account()), in.ref.Name)
	if err != nil {
		return container.ListBlobsFlatResponse{}, err
	}
	return call(ctx, in.session, func(ctx context.Context) (container.ListBlobsFlatResponse, error) {
		return client.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{MaxResults: &size, Include: container.ListBlobsInclude{Metadata: true}}).NextPage(ctx)
	})
}

// values takes the metadata that has any.
func values(metadata map[string]*string) map[string]string {
	out := make(map[string]string, len(metadata))
	for name, value := range metadata {
		out[name] = text(value)
	}
	return out
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
			o.GuardHeaders = scanners.GuardHeaders(text(p.CacheControl), text(p.ContentDisposition), values(b.Metadata))
			if p.CustomerProvidedKeySHA256 != nil {
				o.Encryption = "CPK"
			}
		}
		taken.Objects = append(taken.Objects, o)
	}
	return taken
}
