// Signed links in pages and in the objects of buckets: what is asked for, and the records that are made of them.

package cli

import (
	"slices"
	"strings"
	"sync"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/links"
)

const (
	factPageLinks   scanners.FactName = "page.links"
	factBucketLinks scanners.FactName = "bucket.links"
)

// linkFacts are the facts that hold links, where a rule in force judges links.
func linkFacts(j *judge.Judge, objects int) scanners.FactSet {
	out := scanners.FactSet{}
	asked := func(p scanners.Provider) bool { return len(j.Needs(scanners.KindLink, p)) > 0 }
	if !slices.ContainsFunc([]scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure}, asked) {
		return out
	}
	out.Add(factPageLinks)
	if objects > 0 {
		out.Add(factBucketLinks)
	}
	return out
}

// links makes the records of the links that stand in a record.
func (s scan) links(rec *scanners.Record) []*scanners.Record {
	if rec.Kind == scanners.KindPage {
		// It was had without credentials.
		public := scanners.KnownFact(scanners.LinkPlace{Public: true}, rec.Page.Links.Origin)
		return links.InRecord(rec, func(string) scanners.Fact[scanners.LinkPlace] { return public })
	}
	judged := sync.OnceValue(func() access.Judged { return access.Judge(s.lent.lend(rec), s.at) }) // most buckets hold no link
	return links.InRecord(rec, func(source string) scanners.Fact[scanners.LinkPlace] { return placeIn(rec, judged(), source) })
}

// placeIn says whether others can read an object of a bucket.
func placeIn(rec *scanners.Record, judged access.Judged, source string) scanners.Fact[scanners.LinkPlace] {
	key := keyOf(rec, source)
	unknown := false
	for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
		v := judged.Of(who, verdict.Read)
		switch {
		case v.Verdict == verdict.Unknown:
			unknown = true
		case v.Verdict == verdict.Yes && covers(v.Patterns, key):
			return scanners.KnownFact(scanners.LinkPlace{Public: true}, rec.Bucket.Links.Origin)
		}
	}
	if unknown {
		return scanners.UnknownFact[scanners.LinkPlace](scanners.Reason{Code: scanners.Partial, Detail: "who can read the bucket is not known"}, rec.Bucket.Links.Origin)
	}
	return scanners.KnownFact(scanners.LinkPlace{}, rec.Bucket.Links.Origin)
}

// covers reports whether a key is among the patterns of an open verdict; without patterns every key is.
func covers(patterns []string, key string) bool {
	return len(patterns) == 0 || key == "" || slices.ContainsFunc(patterns, func(p string) bool { return judge.NewPattern(p).Matches(key) })
}

// keyOf takes the object's key out of a source, "" where it is hidden.
func keyOf(rec *scanners.Record, source string) string {
	key, ok := strings.CutPrefix(source, scanners.ObjectID(rec.ID, ""))
	if !ok || key == links.HiddenKey {
		return ""
	}
	return key
}
