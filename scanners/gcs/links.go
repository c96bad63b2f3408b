// Signed links in the text among the sampled objects.

package gcs

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/objecttext"
)

func objectReading() operation {
	return operation{Call: "storage.objects.get", Permission: "storage.objects.get", Apart: true}
}

// readLinks reads the beginnings of text objects. The sample is listed anew where nobody else took it.
func (in *inspection) readLinks(ctx context.Context) {
	slot, objects := &in.rec.Bucket.Links, in.rec.Bucket.Objects
	if !objects.Settled() {
		settle(ctx, in, &objects, objectListing(), in.readObjects)
	}
	sample, ok := objects.Get()
	if !ok {
		*slot = scanners.Fact[scanners.FoundLinks]{State: objects.State, Reason: objects.Reason, Origin: objects.Origin}
		return
	}
	settle(ctx, in, slot, objectReading(), func(ctx context.Context) (scanners.FoundLinks, error) {
		return objecttext.Links(ctx, in.scanner.rt.Links, in.ref.ID, sample, in.openObject)
	})
}

// openObject asks the JSON API for content ("Objects: get", alt=media) and reads it inside the attempt.
func (in *inspection) openObject(ctx context.Context, key string, most int64, look objecttext.Look) error {
	query := url.Values{"alt": {"media"}}
	if payer := in.payer(); payer != "" {
		query.Set("userProject", payer)
	}
	address := storageURL + "b/" + url.PathEscape(in.ref.Name) + "/o/" + url.PathEscape(key) + "?" + query.Encode()
	_, err := call(ctx, in.session, func(ctx context.Context) (struct{}, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return struct{}{}, &failure{Message: "the request could not be built", Err: err}
		}
		request.Header.Set("Range", fmt.Sprintf("bytes=0-%d", most-1))
		response, err := carrier{in.session}.RoundTrip(request)
		if err != nil {
			return struct{}{}, err
		}
		defer response.Body.Close()
		return struct{}{}, look(ctx, response.Header.Get("Content-Type"), response.Body)
	})
	return err
}

// isContent reports whether a request is for the content of an object, which is passed on as it comes.
func isContent(u *url.URL) bool { return u.Query().Get("alt") == "media" }
