package web

// The plainest request for what a verdict says nobody gets: what a stranger would try first.

import (
	"net/http"
	"strings"

	"github.com/tojimari/tojimari/internal/access/proof"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// PlainRequest is an anonymous request without any headers or parameters of its choice, for a verb that reads; nil
// where none can be made: for reading, where no key of an object is known. A verdict of no has no witness, so this
// stands in its place.
func PlainRequest(rec *scanners.Record, verb verdict.Verb) *verdict.Request {
	if rec.Kind != scanners.KindBucket || rec.Bucket == nil {
		return nil
	}
	r := &verdict.Request{Method: http.MethodGet}
	switch verb {
	case verdict.List:
	case verdict.Read:
		sample := rec.Bucket.Objects
		if sample.State != scanners.Known || len(sample.Value.Objects) == 0 {
			return nil
		}
		r.Key, r.KeyKnown = sample.Value.Objects[0].Key, true
	default:
		return nil
	}
	switch rec.Provider {
	case scanners.AWS:
		query := ""
		if verb == verdict.List {
			query = "list-type=2&max-keys=1"
		}
		r.URL = proof.S3{Bucket: rec.Name, Region: rec.Region, Partition: rec.Partition, BaseURL: rec.BaseURL}.URL("https", r.Key, query)
	case scanners.GCP:
		r.URL = "https://storage.googleapis.com/" + proof.EscapePath(rec.Name)
		if verb == verdict.List {
			r.URL += "?list-type=2&max-keys=1"
		} else {
			r.URL += "/" + proof.EscapePath(r.Key)
		}
	case scanners.Azure:
		account, container, ok := strings.Cut(strings.TrimPrefix(rec.ID, "azure:"), "/")
		if !ok || account == "" || container == "" {
			return nil
		}
		base := rec.BaseURL
		if base == "" {
			base = "https://" + proof.EscapePath(account) + ".blob.core.windows.net"
		}
		r.URL = strings.TrimSuffix(base, "/") + "/" + proof.EscapePath(container)
		if verb == verdict.List {
			r.URL += "?restype=container&comp=list&maxresults=1"
		} else {
			r.URL += "/" + proof.EscapePath(r.Key)
		}
	default:
		return nil
	}
	return r
}
