package listing

// The way in: recognise the page by its first bytes and hand it to the reader of its format.

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// peek is how much of a page may precede its first telling byte.
const peek = 1024

// Read reads one page from r and calls yield for each entry until it returns false, which is no error. The Page
// holds what was learnt whatever the error; entries already handed out stand.
func Read(r io.Reader, limits Limits, yield func(Entry) bool) (Page, error) {
	limits = limits.orDefault()
	capped := &cappedReader{from: r, left: limits.Bytes}
	buffered := bufio.NewReaderSize(capped, 16<<10)
	// An error here shows again on the first read.
	head, _ := buffered.Peek(peek)

	out := &sink{limits: limits, yield: yield}
	var err error
	switch Sniff(head) {
	case XML:
		err = readXML(buffered, out)
	case JSON:
		err = readJSON(buffered, out)
	case HTML:
		err = readHTML(buffered, out)
	default:
		err = ErrNotListing
	}
	switch {
	case errors.Is(err, errStop):
		err = nil
	case capped.hit && !errors.Is(err, ErrNotListing):
		err = fmt.Errorf("page over %d bytes: %w", limits.Bytes, ErrLimit)
	}
	return out.page, err
}

// Format is the notation of a page, as its first bytes show it.
type Format string

// The notations. The zero value is none of them.
const (
	XML  Format = "xml"
	JSON Format = "json"
	HTML Format = "html"
)

// Sniff tells XML, JSON and HTML apart by their first bytes (1 KiB is enough); anything else is "".
func Sniff(head []byte) Format {
	head = bytes.TrimPrefix(head, []byte{0xEF, 0xBB, 0xBF})
	lower := bytes.ToLower(bytes.TrimLeft(head, " \t\r\n\f"))
	// Comments may come before anything.
	for bytes.HasPrefix(lower, []byte("<!--")) {
		end := bytes.Index(lower, []byte("-->"))
		if end < 0 {
			break
		}
		lower = bytes.TrimLeft(lower[end+3:], " \t\r\n\f")
	}
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<title", "<body", "<table", "<pre", "<h1"} {
		if bytes.HasPrefix(lower, []byte(tag)) {
			return HTML
		}
	}
	switch {
	case len(lower) == 0:
		return ""
	case bytes.HasPrefix(lower, []byte("<?xml")) && bytes.Contains(lower, []byte("<html")):
		return HTML // XHTML
	case lower[0] == '<':
		return XML
	case lower[0] == '{':
		return JSON
	default:
		return ""
	}
}

// sink counts and hands out entries.
type sink struct {
	page   Page
	limits Limits
	yield  func(Entry) bool
}

func (s *sink) put(e Entry) error {
	if s.page.Entries+s.page.Prefixes >= s.limits.Entries {
		return fmt.Errorf("more than %d entries: %w", s.limits.Entries, ErrLimit)
	}
	if e.Dir {
		s.page.Prefixes++
	} else {
		s.page.Entries++
	}
	if !s.yield(e) {
		return errStop
	}
	return nil
}

// cappedReader ends the input after left bytes and remembers that there was more.
type cappedReader struct {
	from io.Reader
	left int64
	hit  bool
}

func (c *cappedReader) Read(p []byte) (int, error) {
	if c.left <= 0 {
		// A page of exactly the limit is not over it.
		var one [1]byte
		n, err := io.ReadFull(c.from, one[:])
		if n == 0 {
			return 0, err
		}
		c.hit = true
		return 0, ErrLimit
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.from.Read(p)
	c.left -= int64(n)
	return n, err
}
