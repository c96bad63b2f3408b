package web

// Signed links in a page: in what was read of it anyway, and, for a document that turned out to be no listing, in the
// rest of its first MiB.

import (
	"bytes"
	"context"
	"io"

	"github.com/tojimari/tojimari/scanners"
)

// keep passes a document on to whoever reads it and keeps its beginning.
func (v *visit) keep(from io.Reader) io.Reader {
	if !v.links {
		return from
	}
	return io.TeeReader(from, (*keeper)(v))
}

// readOn reads what is left of the beginning of a document that is no listing.
func (v *visit) readOn(document io.Reader) {
	if v.links && v.page == nil && len(v.text) < maxPage {
		// An error of the body is remembered by the watched reader below.
		_, _ = io.CopyN(io.Discard, document, int64(maxPage+1-len(v.text)))
	}
}

// keeper keeps at most maxPage bytes of what is written to it.
type keeper visit

func (k *keeper) Write(p []byte) (int, error) {
	if room := maxPage - len(k.text); len(p) > room {
		k.text, k.textCut = append(k.text, p[:room]...), true
	} else {
		k.text = append(k.text, p...)
	}
	return len(p), nil
}

// linksFact looks for signed links in the text of a page.
func (s *Scanner) linksFact(ctx context.Context, v *visit, from scanners.Origin) scanners.Fact[scanners.FoundLinks] {
	switch {
	case s.runtime.Links == nil:
		return scanners.Fact[scanners.FoundLinks]{}
	case v.headOnly:
		return scanners.UnsupportedFact[scanners.FoundLinks](from)
	case v.failed() && len(v.text) == 0:
		return scanners.UnknownFact[scanners.FoundLinks](scanners.Reason{Code: scanners.Failed, Detail: failure(v.err)}, from)
	case v.answer.Encoding != "":
		return scanners.UnknownFact[scanners.FoundLinks](scanners.Reason{Code: scanners.Malformed, Detail: "its content encoding was not asked for and is not undone"}, from)
	case len(v.text) == 0:
		return scanners.AbsentFact[scanners.FoundLinks](from) // no page: its content was not read
	}
	found := scanners.FoundLinks{Links: []scanners.FoundLink{}}
	// Bytes in memory have no error of their own.
	if err := s.runtime.Links.Read(ctx, shown(v.final()), bytes.NewReader(v.text), &found); err != nil {
		return scanners.UnknownFact[scanners.FoundLinks](scanners.Reason{Code: scanners.Failed, Detail: failure(err)}, from)
	}
	if v.failed() && len(found.Links) == 0 { // it broke off, and the rest may hold some
		return scanners.UnknownFact[scanners.FoundLinks](scanners.Reason{Code: scanners.Failed, Detail: failure(v.err)}, from)
	}
	if v.textCut || v.failed() {
		found.Cut = 1
	}
	return scanners.KnownFact(found, from)
}
