package web

// Fetching one page and reading what it is. Only what can be a listing, a page or an error document is read; of
// anything else the headers are enough, and its content stays where it is.

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

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
	links    bool   // signed links are looked for
	text     []byte // what was read of a page, for that
	textCut  bool
	headOnly bool
	ownName  bool // the tally holds the name of the page itself
	// dangling and aliases tell of a name that leads to nothing.
	dangling string
	aliases  []string
}

// final is the address that answered.
func (v *visit) final() *url.URL {
	if v.answer != nil && v.answer.URL != nil {
		return v.answer.URL
	}
	return v.asked
}

// failed reports whether the page could not be had whole. A redirect that is not followed is an answer.
func (v *visit) failed() bool {
	if v.answer == nil || v.answer.Status == 0 {
		return true
	}
	return v.err != nil && !errors.Is(v.err, fetch.ErrAddress) && !errors.Is(v.err, fetch.ErrRedirects) && !errors.Is(v.err, fetch.ErrRequest)
}

// isListing reports whether the page lists keys.
func (v *visit) isListing() bool { return v.page != nil && v.page.Kind != listing.ErrorAnswer }

// attempts is how often an address is asked where the network fails or the server is too busy to answer.
const attempts = 3

// visit asks an address, again after a pause where the failure may pass.
func (s *Scanner) visit(ctx context.Context, u *url.URL, method string, redact bool) *visit {
	var v *visit
	for n := range attempts {
		if n > 0 && !s.pause(ctx, n, v.answer) {
			break
		}
		v = &visit{asked: u, tally: names.NewTally(s.words, names.Options{Samples: names.SamplesPerKind, Redact: redact}), headOnly: method == http.MethodHead, links: s.runtime.Links != nil}
		v.answer, v.err = s.client.Fetch(ctx, fetch.Request{Method: method, URL: u, Named: true, MaxBytes: maxListing}, v.read)
		if !mayPass(v.answer, v.err) {
			break
		}
	}
	s.trace(ctx, v)
	s.nameItself(v)
	return v
}

// nameItself counts the name of what is no listing, where the name of a file says something: an object of storage, or a
// file with an extension. What a page of a site is called says little ("/customers").
func (s *Scanner) nameItself(v *visit) {
	if v.failed() || v.isListing() || v.page != nil || v.pageErr != nil {
		return
	}
	at := s.locate(v)
	key := at.Key
	if !at.Known() || key == "" {
		if key = strings.TrimPrefix(v.final().Path, "/"); path.Ext(key) == "" {
			return
		}
	}
	if len(s.words.Classify(key)) > 0 {
		v.tally.Add(key)
		v.ownName = true
	}
}

// mayPass reports whether another attempt may be answered otherwise.
func mayPass(answer *fetch.Response, err error) bool {
	if err != nil {
		for _, final := range []error{fetch.ErrAddress, fetch.ErrRedirects, fetch.ErrRequest, fetch.ErrName, fetch.ErrProxy, context.Canceled} {
			if errors.Is(err, final) {
				return false
			}
		}
		var certificate *tls.CertificateVerificationError
		return !errors.As(err, &certificate)
	}
	return answer.Status == http.StatusTooManyRequests || answer.Status == http.StatusServiceUnavailable
}

// maxPause bounds what a server can ask for with Retry-After.
const maxPause = 10 * time.Second

// pause waits before the nth attempt: a second, then two, or as long as the server asks. It reports false where the
// run has ended.
func (s *Scanner) pause(ctx context.Context, n int, answer *fetch.Response) bool {
	d := time.Duration(n) * time.Second
	if answer != nil && answer.Header != nil {
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
			d = min(time.Duration(min(seconds, 3600))*time.Second, maxPause)
		}
	}
	return s.wait(ctx, d) == nil
}

// watched remembers why a body broke off: a parser cannot tell that from a page that ends too early.
type watched struct {
	from io.Reader
	err  error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func (v *visit) read(r *fetch.Response, body io.Reader) error {
	if r.Encoding != "" {
		return nil
	}
	watch := &watched{from: body}
	buffered := bufio.NewReaderSize(watch, 16<<10)
	// An error here shows again when what was buffered has been read.
	start, _ := buffered.Peek(1024)
	switch v.format = listing.Sniff(start); v.format {
	case listing.XML, listing.JSON:
		document := v.keep(buffered)
		v.list(document)
		v.readOn(document)
	case listing.HTML:
		// What was read before a connection broke is not kept as if it were whole.
		text, _ := io.ReadAll(io.LimitReader(buffered, maxPage+1))
		cut := len(text) > maxPage
		if cut {
			text, r.Truncated = text[:maxPage], true
		}
		v.text, v.textCut = text, cut
		v.list(bytes.NewReader(text))
		head, err := indexability.ReadHead(bytes.NewReader(text), r.URL)
		head.Complete = err == nil && head.Complete && (head.Closed || !cut)
		v.head = head
	}
	return watch.err
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
