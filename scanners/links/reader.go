package links

// Reader: signed links in what other scanners read.

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// Reader finds signed links for scanners that come upon them in pages and objects. It is safe for concurrent use.
type Reader struct {
	detector *signedlink.Detector
	live     *linklive.Checker
	redact   bool
}

var _ scanners.LinkReader = (*Reader)(nil)

// HiddenKey stands in a source for the key of an object, where objects are hidden.
const HiddenKey = "REDACTED"

// NewReader returns a reader that knows the vendors' hosts, asks services through live unless that is nil, and hides
// the objects that links name where redactPaths says so.
func NewReader(known *vendors.Set, live *linklive.Checker, redactPaths bool) *Reader {
	return &Reader{detector: signedlink.New(known), live: live, redact: redactPaths}
}

// Read implements scanners.LinkReader.
func (r *Reader) Read(ctx context.Context, source string, text io.Reader, into *scanners.FoundLinks) error {
	counted := &counter{r: text}
	defer func() {
		into.Objects++
		into.Bytes += counted.n
	}()
	if holder, _, object := strings.Cut(source, "#"); object && r.redact {
		source = scanners.ObjectID(holder, HiddenKey)
	}
	opt := signedlink.Options{Source: source, RedactPaths: r.redact, KeepAddress: r.live != nil}
	for link, err := range r.detector.Scan(ctx, counted, opt) {
		if err != nil {
			return err
		}
		r.add(ctx, link, into)
	}
	return nil
}

func (r *Reader) add(ctx context.Context, link signedlink.Link, into *scanners.FoundLinks) {
	sight := scanners.Sight{Source: link.Source, Offset: link.Offset, Line: link.Line}
	found := scanners.FoundLink{Signed: signedFact(link, sight)}
	if r.live != nil {
		answer := r.live.Check(ctx, link)
		found.Live = scanners.Liveness{State: string(answer.State), Response: answer.Response}
	}
	into.Add(found)
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// InRecord makes the records of the links that stand in a page or in the objects of a bucket. The place says who can
// read a source; of several, the most open one counts and is named first. The id of a link that others can read, or of
// whose place that is not known, is one of its own (scanners.LinkIDAt), so that a private copy found earlier does not
// stand for it. A bucket whose objects could not be looked through gives one
// record whose facts are unknown, so that it is never taken for clean.
func InRecord(rec *scanners.Record, place func(source string) scanners.Fact[scanners.LinkPlace]) []*scanners.Record {
	var fact scanners.Fact[scanners.FoundLinks]
	switch {
	case rec.Kind == scanners.KindPage && rec.Page != nil:
		fact = rec.Page.Links
	case rec.Kind == scanners.KindBucket && rec.Bucket != nil:
		fact = rec.Bucket.Links
		if fact.State == scanners.Unknown && fact.Settled() {
			return []*scanners.Record{unreadRecord(rec, fact.Reason)}
		}
	}
	found, ok := fact.Get()
	if !ok {
		return nil
	}
	var out []*scanners.Record
	for _, f := range found.Links {
		signed, stands := mostOpen(f.Signed, place)
		link := recordOf(signed, rec.At)
		link.ID = scanners.LinkIDAt(signed.Fingerprint, stands)
		link.Parent = rec.ID
		link.Link.Place = stands
		if f.Live.State != "" {
			link.Link.Live = liveFact(linklive.Result{State: linklive.State(f.Live.State), Response: f.Live.Response})
		}
		out = append(out, link)
	}
	if found.Unread > 0 || found.More > 0 {
		out = append(out, unreadRecord(rec, scanners.Reason{Code: scanners.Partial, Detail: partly(found)}))
	}
	return out
}

// mostOpen finds the place that most can read, and puts its sight first.
func mostOpen(signed scanners.SignedLink, place func(source string) scanners.Fact[scanners.LinkPlace]) (scanners.SignedLink, scanners.Fact[scanners.LinkPlace]) {
	if len(signed.Seen) == 0 {
		return signed, place("")
	}
	best, at := place(signed.Seen[0].Source), 0
	for i := 1; i < len(signed.Seen) && openness(best) < openPublic; i++ {
		if other := place(signed.Seen[i].Source); openness(other) > openness(best) {
			best, at = other, i
		}
	}
	if at > 0 {
		first := signed.Seen[at]
		signed.Seen = slices.Insert(slices.Delete(slices.Clone(signed.Seen), at, at+1), 0, first)
	}
	return signed, best
}

const openPublic = 2

// openness orders places: one of which nothing is known may be open.
func openness(place scanners.Fact[scanners.LinkPlace]) int {
	switch stands, ok := place.Get(); {
	case !ok:
		return 1
	case stands.Public:
		return openPublic
	}
	return 0
}

// unreadRecord stands for what could not be looked through.
func unreadRecord(rec *scanners.Record, why scanners.Reason) *scanners.Record {
	head := scanners.Head{
		ID: scanners.LinkID("unread:" + rec.ID), Kind: scanners.KindLink, Name: rec.Name, Provider: rec.Provider, Vendor: rec.Vendor,
		Account: rec.Account, Parent: rec.ID,
	}
	out := scanners.NewRecord(head)
	out.At = rec.At
	out.Link.Signed = scanners.UnknownFact[scanners.SignedLink](why, scanners.Origin{})
	out.Link.Place = scanners.UnknownFact[scanners.LinkPlace](why, scanners.Origin{})
	return out
}

func partly(found scanners.FoundLinks) string {
	var said []string
	if found.Unread > 0 {
		said = append(said, fmt.Sprintf("%d text objects could not be read", found.Unread))
	}
	if found.More > 0 {
		said = append(said, fmt.Sprintf("there are more than %d links, %d of them not told one by one", scanners.MostFoundLinks, found.More))
	}
	return strings.Join(said, "; ")
}
