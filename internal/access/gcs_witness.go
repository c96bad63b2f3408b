// Requests that show what a bucket of Cloud Storage lets somebody do.

package access

import (
	"strings"

	"github.com/tojimari/tojimari/internal/access/proof"
	"github.com/tojimari/tojimari/internal/access/verdict"
)

// witness writes the request that shows it, in the XML API's URL style.
func (c *gcsCase) witness(who verdict.Audience, verb verdict.Verb, v verdict.Verdict) *verdict.Request {
	base := "https://storage.googleapis.com/" + proof.EscapePath(c.rec.Name)
	r := &verdict.Request{Method: "GET", Signed: false}
	pattern, prefix := "*", ""
	if len(v.Patterns) > 0 {
		pattern = v.Patterns[0]
		prefix, _, _ = strings.Cut(pattern, "*")
		if !strings.ContainsAny(pattern, "*?") {
			r.Key, r.KeyKnown = pattern, true
		}
	}
	switch verb {
	case verdict.List:
		r.URL = base + "?list-type=2&max-keys=1"
		for _, n := range v.Needs {
			if folder, ok := strings.CutPrefix(n, "prefix="); ok {
				r.URL += "&prefix=" + proof.EscapeQuery(folder)
			}
		}
	case verdict.Read:
		if !r.KeyKnown {
			r.Key, r.KeyKnown = c.sampledKey(pattern)
		}
		r.URL = base + "/" + proof.EscapePath(r.Key)
	case verdict.Write:
		r.Method = "PUT"
		if !r.KeyKnown {
			r.Key = filled(pattern, freshName(c.rec.ID, c.at))
		}
		r.KeyKnown = false
		r.URL = base + "/" + proof.EscapePath(r.Key)
	default:
		c.permissionsRequest(r, base, prefix, v)
	}
	if who == verdict.AnyAccount {
		r.Headers = append(r.Headers, [2]string{"Authorization", proof.BearerToken})
		if c.payer.on {
			r.Headers = append(r.Headers, [2]string{"x-goog-user-project", proof.PayingProject})
		}
	}
	return r
}

// permissionsRequest writes the change that the first grant allows: of the bucket's or a managed folder's policy by the
// JSON API, of an ACL by the XML API.
func (c *gcsCase) permissionsRequest(r *verdict.Request, base, prefix string, v verdict.Verdict) {
	r.Method = "PUT"
	what := ""
	if len(v.Grants) > 0 {
		what = v.Grants[0].What
	}
	bucket := "https://storage.googleapis.com/storage/v1/b/" + proof.EscapeQuery(c.rec.Name)
	switch {
	case strings.Contains(what, "managedFolders.setIamPolicy"):
		folder := prefix
		if folder == "" {
			folder = standInKey + "/"
		}
		r.Key, r.KeyKnown = folder, prefix != ""
		r.URL = bucket + "/managedFolders/" + proof.EscapeQuery(folder) + "/iam"
	case strings.Contains(what, "buckets.setIamPolicy"):
		r.Key, r.KeyKnown = "", false
		r.URL = bucket + "/iam"
	case r.KeyKnown:
		r.URL = base + "/" + proof.EscapePath(r.Key) + "?acl"
	case strings.Contains(what, "objects.setIamPolicy"):
		r.Key, r.KeyKnown = c.sampledKey(prefix + "*")
		r.URL = base + "/" + proof.EscapePath(r.Key) + "?acl"
	default:
		r.URL = base + "?acl"
	}
}

// sampledKey picks a sampled key that the pattern covers, else makes one up that it covers.
func (c *gcsCase) sampledKey(pattern string) (string, bool) {
	for _, o := range c.rec.Bucket.Objects.Value.Objects {
		if gcsReadable(o) && globMatch(pattern, o.Key) {
			return o.Key, true
		}
	}
	return filled(pattern, standInKey), false
}

// filled puts text where a pattern first leaves room for it.
func filled(pattern, text string) string {
	return strings.ReplaceAll(strings.Replace(pattern, "*", text, 1), "*", "")
}
