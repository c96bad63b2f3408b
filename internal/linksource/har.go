package linksource

// HAR files ("HTTP Archive 1.2"): the file as text, the bodies that stand in it in base64, and what it keeps in pairs
// of name and value alone: queries, and the cookies by which CloudFront signs.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// maxEntry is the longest entry of a HAR file whose bodies are decoded.
const maxEntry = 16 << 20

var errEntryTooLong = errors.New("an entry is too long to decode its bodies")

func isHAR(source string, head []byte) bool {
	if len(bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")) == 0 || bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf")[0] != '{' {
		return false
	}
	return strings.HasSuffix(strings.ToLower(source), ".har") ||
		bytes.Contains(head, []byte(`"log"`)) && (bytes.Contains(head, []byte(`"creator"`)) || bytes.Contains(head, []byte(`"entries"`)))
}

func (w *walker) har(p part) {
	at, size, done, err := w.randomAccess(p)
	if err != nil {
		w.skip(p.source, err)
		return
	}
	defer done()
	if !w.emit(Unit{Source: p.source, Commit: p.commit, Reader: io.NewSectionReader(at, 0, size)}) {
		return
	}
	if err := w.bodies(p, io.NewSectionReader(at, 0, size)); err != nil {
		w.skip(p.source, fmt.Errorf("decoding its bodies: %w", err))
	}
}

// bodies yields the base64 bodies of the entries.
func (w *walker) bodies(p part, r io.Reader) error {
	bounded := &entryReader{r: r}
	dec := json.NewDecoder(bounded)
	if err := enter(dec, bounded, "log"); err != nil {
		return err
	}
	if err := enter(dec, bounded, "entries"); err != nil {
		return err
	}
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.Join(err, errors.New("entries isn't a list"))
	}
	for i := 0; dec.More() && !w.stopped; i++ {
		bounded.read = 0
		var entry harEntry
		if err := dec.Decode(&entry); err != nil {
			return err
		}
		if text := entry.pairs(); text != "" {
			w.emit(Unit{Source: fmt.Sprintf("%s!entries/%d", p.source, i), View: "pairs", Commit: p.commit, Reader: strings.NewReader(text)})
		}
		if c := entry.Response.Content; c.Encoding == "base64" && c.Text != "" {
			body := base64.NewDecoder(base64.StdEncoding, strings.NewReader(c.Text))
			w.emit(Unit{Source: fmt.Sprintf("%s!entries/%d", p.source, i), View: "body", Commit: p.commit, Reader: body})
		}
	}
	return nil
}

// harEntry is what is read of an entry.
type harEntry struct {
	Request struct {
		Method, URL          string
		QueryString, Cookies []harPair
	}
	Response struct {
		Content struct{ Text, Encoding string }
		Cookies []harPair
	}
}

type harPair struct{ Name, Value string }

// pairs writes a query that isn't in the address, and CloudFront's cookies, the way they were sent.
func (e *harEntry) pairs() string {
	var out strings.Builder
	if q := e.Request.QueryString; len(q) > 0 && !strings.Contains(e.Request.URL, "?") {
		out.WriteString(e.Request.Method + " " + e.Request.URL)
		joint := byte('?')
		for _, p := range q {
			out.WriteByte(joint)
			joint = '&'
			out.WriteString(escaped(p.Name) + "=" + escaped(p.Value))
		}
		out.WriteString("\n\n")
	}
	for _, jar := range [][]harPair{e.Request.Cookies, e.Response.Cookies} {
		joint := "Cookie: "
		for _, c := range jar {
			if strings.HasPrefix(strings.ToLower(c.Name), "cloudfront-") {
				out.WriteString(joint + c.Name + "=" + c.Value)
				joint = "; "
			}
		}
		out.WriteString("\n\n")
	}
	return strings.TrimSpace(out.String())
}

// escaped writes a part of a query; the plus sign would be read as a plus.
func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// enter goes to the value of a key of the object that comes next.
func enter(dec *json.Decoder, bounded *entryReader, key string) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(err, errors.New("it isn't an object"))
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		if t == key {
			return nil
		}
		bounded.read = 0
		var other json.RawMessage
		if err := dec.Decode(&other); err != nil {
			return err
		}
	}
	return fmt.Errorf("it has no %q", key)
}

// entryReader bounds what is read for one entry.
type entryReader struct {
	r    io.Reader
	read int
}

func (e *entryReader) Read(p []byte) (int, error) {
	if e.read > maxEntry {
		return 0, errEntryTooLong
	}
	n, err := e.r.Read(p)
	e.read += n
	return n, err
}
