package links_test

// Links in what other scanners read: one that stands in several places is told for each kind of place.

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/links"
)

func TestALinkIsToldOncePerOpenness(t *testing.T) {
	private := scanners.KnownFact(scanners.LinkPlace{}, scanners.Origin{})
	public := scanners.KnownFact(scanners.LinkPlace{Public: true}, scanners.Origin{})
	unknown := scanners.UnknownFact[scanners.LinkPlace](scanners.Reason{Code: scanners.Partial}, scanners.Origin{})
	place := func(source string) scanners.Fact[scanners.LinkPlace] {
		switch source[0] {
		case 'o':
			return public
		case 'p':
			return private
		}
		return unknown
	}
	for sources, want := range map[string]struct{ ID, First, Order string }{
		"p1":       {"link:f", "p1", "p1"},
		"o1":       {"link:f@public", "o1", "o1"},
		"?1":       {"link:f@unknown", "?1", "?1"},
		"p1 p2":    {"link:f", "p1", "p1 p2"},
		"p1 o1 o2": {"link:f@public", "o1", "o1 p1 o2"},
		"p1 ?1":    {"link:f@unknown", "?1", "?1 p1"},
		"?1 p1 o1": {"link:f@public", "o1", "o1 ?1 p1"},
	} {
		rec := scanners.NewRecord(scanners.Head{ID: "b", Kind: scanners.KindBucket, Provider: scanners.AWS})
		var seen []scanners.Sight
		for i, s := range strings.Fields(sources) {
			seen = append(seen, scanners.Sight{Source: s, Line: int64(i + 1)})
		}
		rec.Bucket.Links = scanners.KnownFact(scanners.FoundLinks{Links: []scanners.FoundLink{{Signed: scanners.SignedLink{Fingerprint: "f", Seen: seen}}}}, scanners.Origin{})
		out := links.InRecord(rec, place)
		if len(out) != 1 {
			t.Fatalf("%q: %d records", sources, len(out))
		}
		var order []string
		for _, s := range out[0].Link.Signed.Value.Seen {
			order = append(order, s.Source)
		}
		got := struct{ ID, First, Order string }{out[0].ID, out[0].Place.File, strings.Join(order, " ")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", sources, diff)
		}
		if diff := cmp.Diff(place(want.First), out[0].Link.Place); diff != "" {
			t.Errorf("%q (-want +got):\n%s", sources, diff)
		}
		if rec.Bucket.Links.Value.Links[0].Signed.Seen[0].Source != strings.Fields(sources)[0] {
			t.Errorf("%q: the bucket's own record was changed", sources)
		}
	}
}
