// Signed links in the text among the sampled objects.

package awss3

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/objecttext"
)

func objectReading() operation {
	return operation{call: "s3:GetObject", permission: "s3:GetObject"}
}

// readLinks reads the beginnings of text objects. The sample is listed anew where nobody else took it.
func readLinks(ctx context.Context, in *inspection, _ scanners.FactName, op operation) {
	reader := in.scanner.rt.Links
	if in.sampleSize() <= 0 || reader == nil {
		return
	}
	slot, objects := &in.rec.Bucket.Links, in.rec.Bucket.Objects
	if !objects.Settled() {
		settle(ctx, in, &objects, objectListing(), in.listObjects, in.sample)
	}
	sample, ok := objects.Get()
	if !ok {
		*slot = scanners.Fact[scanners.FoundLinks]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
		return
	}
	settle(ctx, in, slot, op, func(ctx context.Context) (scanners.FoundLinks, error) {
		return objecttext.Links(ctx, reader, in.ref.ID, sample, in.openObject)
	}, func(found scanners.FoundLinks) (scanners.FoundLinks, error) { return found, nil })
}

// openObject reads inside the attempt, whose end closes the connection.
func (in *inspection) openObject(ctx context.Context, key string, most int64, look objecttext.Look) error {
	_, err := bucketCall(ctx, in, func(c *s3.Client, ctx context.Context, input *s3.GetObjectInput, opts ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
		out, err := c.GetObject(ctx, input, opts...)
		if err != nil {
			return out, err
		}
		defer out.Body.Close()
		return out, look(ctx, aws.ToString(out.ContentType), out.Body)
	}, &s3.GetObjectInput{Bucket: &in.ref.Name, Key: &key, Range: aws.String(fmt.Sprintf("bytes=0-%d", most-1))})
	return err
}
