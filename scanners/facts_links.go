// What is found of signed links in things that are read for other reasons: pages, and the text objects of a bucket.

package scanners

import (
	"context"
	"io"
)

// MostFoundLinks bounds FoundLinks.Links; further links are counted.
const MostFoundLinks = 200

// FoundLinks are the signed links in a page or in the text objects of a bucket, and how much was looked through.
type FoundLinks struct {
	Links []FoundLink `json:"links"` // in the order of the text, each once, at most MostFoundLinks
	More  int64       `json:"more"`  // links beyond these
	// Objects and Bytes are how much was looked through; a page counts as one.
	Objects int64 `json:"objects"`
	Bytes   int64 `json:"bytes"`
	// Cut are those of which only the beginning was looked through.
	Cut int64 `json:"cut"`
	// NotText are sampled objects that were left out because nothing says that they are text, Unread the text objects
	// that could not be read.
	NotText int64 `json:"not_text"`
	Unread  int64 `json:"unread"`
}

// FoundLink is one signed link, with what its service said where it was asked.
type FoundLink struct {
	Signed SignedLink `json:"signed"`
	Live   Liveness   `json:"live"` // State "": not asked
}

// mostFoundSights bounds the places kept of one link.
const mostFoundSights = 32

// Add notes a link; one that is there already gets its places.
func (f *FoundLinks) Add(link FoundLink) {
	for i := range f.Links {
		if signed := &f.Links[i].Signed; signed.Fingerprint == link.Signed.Fingerprint {
			room := max(0, mostFoundSights-len(signed.Seen))
			signed.Seen = append(signed.Seen, link.Signed.Seen[:min(len(link.Signed.Seen), room)]...)
			return
		}
	}
	if len(f.Links) >= MostFoundLinks {
		f.More++
		return
	}
	f.Links = append(f.Links, link)
}

// Merge adds what was found elsewhere.
func (f *FoundLinks) Merge(other FoundLinks) {
	for _, link := range other.Links {
		f.Add(link)
	}
	f.More += other.More
	f.Objects += other.Objects
	f.Bytes += other.Bytes
	f.Cut += other.Cut
	f.NotText += other.NotText
	f.Unread += other.Unread
}

// LinkPlace is the place where a signed link stands.
type LinkPlace struct {
	Public bool `json:"public"` // others can read it
}

// LinkReader finds signed links in what a scanner reads. scanners/links has one.
type LinkReader interface {
	// Read looks through one text to its end and adds what it finds. Source names the text in the sights. The error is
	// that of the text; what was found before it has been added.
	Read(ctx context.Context, source string, text io.Reader, into *FoundLinks) error
}
