// Signed links in the text among the sampled blobs.

package azureblob

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/objecttext"
)

const factLinks = scanners.FactName("bucket.links")

func blobReading() operation { return operation{call: "blob:GetBlob", permission: permitBlobs} }

// readLinks reads the beginnings of text blobs. The sample is listed anew where nobody else took it.
func (in *inspection) readLinks(ctx context.Context) {
	reader, limit := in.scanner.rt.Links, min(in.scanner.rt.Objects, largestSample)
	if reader == nil || limit <= 0 || len(in.wanted(factLinks)) == 0 {
		return
	}
	slot, objects := &in.rec.Bucket.Links, in.rec.Bucket.Objects
	if !objects.Settled() {
		settle(ctx, in, &objects, blobListing(), func(ctx context.Context) (container.ListBlobsFlatResponse, error) {
			return in.listBlobs(ctx, int32(limit))
		}, func(out container.ListBlobsFlatResponse) (scanners.ObjectSample, error) {
			if out.Segment == nil {
				return scanners.ObjectSample{}, errHollow
			}
			return sample(out, limit), nil
		})
	}
	taken, ok := objects.Get()
	if !ok {
		*slot = scanners.Fact[scanners.FoundLinks]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
		return
	}
	settle(ctx, in, slot, blobReading(), func(ctx context.Context) (scanners.FoundLinks, error) {
		return objecttext.Links(ctx, reader, in.ref.ID, taken, in.openBlob)
	}, func(found scanners.FoundLinks) (scanners.FoundLinks, error) { return found, nil })
}

// openBlob reads inside the attempt, whose end closes the connection.
func (in *inspection) openBlob(ctx context.Context, key string, most int64, look objecttext.Look) error {
	client, err := in.blobContainer(in.baseURL(in.account()), in.ref.Name)
	if err != nil {
		return err
	}
	_, err = call(ctx, in.session, func(ctx context.Context) (struct{}, error) {
		out, err := client.NewBlobClient(key).DownloadStream(context.WithValue(ctx, contentKey{}, true), &blob.DownloadStreamOptions{Range: blob.HTTPRange{Count: most}})
		if err != nil {
			return struct{}{}, err
		}
		defer out.Body.Close()
		return struct{}{}, look(ctx, text(out.ContentType), out.Body)
	})
	return err
}

type contentKey struct{}

// isContent reports whether a request is for the content of a blob, which is passed on as it comes.
func isContent(ctx context.Context) bool { return ctx.Value(contentKey{}) != nil }
