package azureblob

import (
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/google/go-cmp/cmp"
)

// What is stored with a blob and looks as if it kept it back comes with the listing.
func TestGuardHeadersOfABlob(t *testing.T) {
	got := sample(container.ListBlobsFlatResponse{ListBlobsFlatSegmentResponse: container.ListBlobsFlatSegmentResponse{Segment: &container.BlobFlatListSegment{BlobItems: []*container.BlobItem{{
		Name:       to.Ptr("a"),
		Metadata:   map[string]*string{"X_Robots_Tag": to.Ptr("none"), "empty": nil},
		Properties: &container.BlobProperties{ContentDisposition: to.Ptr("attachment; filename=x")},
	}}}}}, 10)
	if diff := cmp.Diff([]string{"content-disposition: attachment", "X_Robots_Tag: none (metadata)"}, got.Objects[0].GuardHeaders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
