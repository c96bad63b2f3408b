package gcs_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

type noLinks struct{}

func (noLinks) Read(_ context.Context, _ string, text io.Reader, _ *scanners.FoundLinks) error {
	_, err := io.Copy(io.Discard, text)
	return err
}

// TestSampledObjectIsDeletedMeanwhile: that an object is gone says nothing of its bucket.
func TestSampledObjectIsDeletedMeanwhile(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{Objects: []*storage.Object{{Name: "notes.txt", Size: 5}}})
	l, err := lab.Start(lab.World{Google: world})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := start(t, world, scanners.Runtime{Objects: 5, Links: noLinks{}, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Get("alt") == "media" {
			return answer(r, 404, `{"error":{"code":404,"message":"No such object: acme/notes.txt","errors":[{"reason":"notFound"}]}}`), nil
		}
		return l.Transport().RoundTrip(r)
	})})
	rec, err := b.scanner.Inspect(t.Context(), b.ref("gcp:acme-prod", acme), scanners.NewFactSet("bucket.links", "bucket.objects"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := rec.Bucket.Links; got.State != scanners.Unknown || got.Reason.Code != scanners.Failed {
		t.Errorf("%+v", got)
	}
}

// TestReadingObjectsIsPaidFor: where a bucket makes its callers pay, content is asked for on the same project as the rest.
func TestReadingObjectsIsPaidFor(t *testing.T) {
	world := oneBucket(lab.GoogleBucket{Resource: storage.Bucket{Billing: &storage.BucketBilling{RequesterPays: true}}, Objects: []*storage.Object{{Name: "notes.txt", Size: 5}}})
	l, err := lab.Start(lab.World{Google: world})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := start(t, world, scanners.Runtime{Objects: 5, Links: noLinks{}, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		switch query := r.URL.Query(); {
		case query.Get("alt") != "media":
			return l.Transport().RoundTrip(r)
		case query.Get("userProject") == "":
			return answer(r, 400, `{"error":{"code":400,"message":"Bucket is a requester pays bucket but no user project provided.","errors":[{"reason":"required"}]}}`), nil
		}
		return answer(r, 200, "hello"), nil
	})})
	rec := b.inspect(b.ref("gcp:acme-prod", acme), "bucket.requester_pays", "bucket.links", "bucket.objects")
	if got := rec.Bucket.Links; got.State != scanners.Known {
		t.Errorf("%+v", got)
	}
}
