package web

// Fetching one page and reading what it is. Only what can be a listing, a page or an error document is read; of
// anything else the headers are enough, and its content stays where it is.

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/tojimari/tojimari/internal/fetch"
	"github.com/tojimari/tojimari/internal/indexability"
	"github.com/tojimari/tojimari/internal/listing"
	"github.com/tojimari/tojimari/internal/names"
)

const (
	// maxListing bounds a listing, which is read as a stream; maxPage bounds an HTML page, which is held.
	maxListing = 32 << 20
	maxPage    = 1 << 20
	// heldEntries is how many entries are kept for following; all are counted.
	heldEntries = 200
	keySamples  = 3
)

// visit is what came of asking one address.
type visit struct {
	asked    *url.URL
	answer   *fetch.Response // nil where nothing answered
	err      error
	format   listing.Format
	page     *listing.Page // nil where the body is no listing and no error document
	pageErr  error         // why a listing is not complete
	head     *indexability.Head
	tally    *names.Tally
	entries  []listing.Entry
	headOnly bool
}

// final is the address that answered.
func (v *visit) final() *url.URL {
	if v.answer != nil && v.answer.URL != nil {
		return v.answer.URL
	}
	return v.asked
}

// isListing reports whether the page lists keys.
func (v *visit) isListing() bool { return v.page != nil && v.page.Kind != listing.ErrorAnswer }

func (s *Scanner) visit(ctx context.Context, u *url.URL, method string, redact bool) *visit {
	v := &visit{asked: u, tally: names.NewTally(s.words, names.Options{Samples: keySamples, Redact: redact}), headOnly: method == http.MethodHead}
	v.answer, v.err = s.client.Fetch(ctx, fetch.Request{Method: method, URL: u, Named: true, MaxBytes: maxListing}, v.read)
	return v
}

func (v *visit) read(r *fetch.Response, body io.Reader) error {
	if r.Encoding != "" {
		return nil
	}
	buffered := bufio.NewReaderSize(body, 16<<10)
	start, err := buffered.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch v.format = listing.Sniff(start); v.format {
	case listing.XML, listing.JSON:
		v.list(buffered)
		return nil
	case listing.HTML:
		text, err := io.ReadAll(io.LimitReader(buffered, maxPage+1))
		if len(text) > maxPage {
			text, r.Truncated = text[:maxPage], true
		}
		v.list(bytes.NewReader(text))
		head, headErr := indexability.ReadHead(bytes.NewReader(text), r.URL)
		// A head that was cut off by the limit or a broken connection may hold more.
		if headErr != nil || (err != nil || r.Truncated) && !head.Complete {
			head.Complete = false
		}
		v.head = head
		return err
	default:
		return nil
	}
}

func (v *visit) list(from io.Reader) {
	page, err := listing.Read(from, listing.Limits{Bytes: maxListing}, func(e listing.Entry) bool {
		v.tally.Add(e.Key)
		if len(v.entries) < heldEntries {
			v.entries = append(v.entries, e)
		}
		return true
	})
	switch {
	case errors.Is(err, listing.ErrNotListing), errors.Is(err, listing.ErrDoctype):
		return // no storage service declares a document type
	case page.Kind == "":
		v.pageErr = err
		return
	}
	v.page, v.pageErr = &page, err
}
