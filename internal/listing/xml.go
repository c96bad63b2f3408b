package listing

// Listings in XML: S3 and its relatives, the XML API of Google Cloud Storage, Azure Blob.
//
// Sources: Amazon S3 API Reference, "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads",
// "ListBuckets"; Cloud Storage XML API, "List objects"; Azure Storage REST, "List Blobs", "List Containers".

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func readXML(from *bufio.Reader, out *sink) error {
	in := &cleaner{from: from}
	w := &walker{sink: out, decoder: xml.NewDecoder(in)}
	err := w.walk()
	out.page.Cleaned = in.cleaned
	switch {
	case out.page.Kind == "" && err != nil && !errors.Is(err, ErrDoctype) && !errors.Is(err, ErrLimit):
		return ErrNotListing
	case err == nil, errors.Is(err, errStop), errors.Is(err, ErrLimit), errors.Is(err, ErrDoctype), errors.Is(err, ErrNotListing):
		return err
	default:
		return fmt.Errorf("reading XML: %v: %w", err, ErrMalformed)
	}
}

// walker follows the path of element names. Only leaves of known names are kept, so memory is one entry.
type walker struct {
	*sink
	decoder *xml.Decoder

	path    []string
	text    strings.Builder
	entry   Entry
	inEntry bool
	encoded bool // keys are percent-encoded (encoding-type=url)
	blobEnc bool // this one blob name is percent-encoded (Encoded="true")
	google  bool
	second  bool // a mark of ListObjectsV2 was seen
}

func (w *walker) walk() error {
	for {
		token, err := w.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			if len(w.path) > 0 {
				return io.ErrUnexpectedEOF
			}
			if w.page.Kind == "" {
				return ErrNotListing
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			return ErrDoctype
		case xml.StartElement:
			if err := w.start(t); err != nil {
				return err
			}
		case xml.CharData:
			if w.text.Len()+len(t) > maxRun {
				return fmt.Errorf("text over %d bytes: %w", maxRun, ErrLimit)
			}
			if len(w.path) > 1 {
				w.text.Write(t)
			}
		case xml.EndElement:
			done, err := w.end(t.Name.Local)
			if done || err != nil {
				return err
			}
		}
	}
}

func (w *walker) start(t xml.StartElement) error {
	if len(w.path) >= w.limits.Depth {
		return fmt.Errorf("elements %d deep: %w", len(w.path)+1, ErrLimit)
	}
	w.text.Reset()
	if len(w.path) == 0 && !w.root(t) {
		return ErrNotListing
	}
	w.path = append(w.path, t.Name.Local)
	switch t.Name.Local {
	case "Contents", "Version", "DeleteMarker", "Upload", "Blob", "Bucket", "Container":
		if w.isEntry(t.Name.Local) {
			w.entry = Entry{Size: -1, Gone: t.Name.Local == "DeleteMarker" || t.Name.Local == "Upload"}
			w.inEntry = true
		}
	case "CommonPrefixes", "BlobPrefix":
		w.entry, w.inEntry = Entry{Size: -1, Dir: true}, true
	case "Name":
		w.blobEnc = attribute(t, "Encoded") == "true"
	}
	return nil
}

// isEntry guards names that mean something else elsewhere ("Bucket" is a plain value in ListMultipartUploadsResult).
func (w *walker) isEntry(name string) bool {
	switch name {
	case "Bucket":
		return w.page.Kind == S3Buckets && len(w.path) == 3
	case "Blob", "Container":
		return len(w.path) == 3
	default:
		return len(w.path) == 2
	}
}

func (w *walker) root(t xml.StartElement) bool {
	switch t.Name.Local {
	case "ListBucketResult":
		w.page.Kind = S3V1
		// Google's own name space; Amazon's is the same with an "s3" host and another date.
		w.google = strings.HasPrefix(attribute(t, "xmlns"), "http://doc.s3.amazonaws.com/")
	case "ListVersionsResult":
		w.page.Kind = S3Versions
	case "ListMultipartUploadsResult":
		w.page.Kind = S3Uploads
	case "ListAllMyBucketsResult":
		w.page.Kind = S3Buckets
	case "EnumerationResults":
		w.page.Kind = AzureBlobs
		w.page.Bucket = attribute(t, "ContainerName")
	case "Error":
		w.page.Kind, w.page.Error = ErrorAnswer, &ErrorDetail{}
	default:
		return false
	}
	return true
}

// end closes an element and reports whether it was the root.
func (w *walker) end(name string) (bool, error) {
	if len(w.path) == 0 || w.path[len(w.path)-1] != name {
		return false, fmt.Errorf("element closed out of order")
	}
	depth := len(w.path)
	parent := ""
	if depth > 1 {
		parent = w.path[depth-2]
	}
	w.path = w.path[:depth-1]
	value := w.text.String()
	w.text.Reset()
	if depth == 1 {
		w.settleKind()
		return true, nil
	}
	if w.inEntry {
		switch name {
		case "Contents", "Version", "DeleteMarker", "Upload", "Blob", "Bucket", "Container", "CommonPrefixes", "BlobPrefix":
			if w.closesEntry(name, depth) {
				w.inEntry = false
				w.settleKind()
				if w.entry.Key == "" {
					return false, nil
				}
				return false, w.put(w.entry)
			}
		}
		w.field(parent, name, value)
		return false, nil
	}
	if w.page.Error != nil {
		w.errorField(name, value)
		return false, nil
	}
	if depth == 2 {
		w.header(name, value)
	}
	return false, nil
}

func (w *walker) closesEntry(name string, depth int) bool {
	switch name {
	case "Blob", "BlobPrefix", "Container", "Bucket":
		return depth == 3
	default:
		return depth == 2
	}
}

func (w *walker) settleKind() {
	if w.page.Kind != S3V1 {
		return
	}
	switch {
	case w.google:
		w.page.Kind = GCSXML
	case w.second:
		w.page.Kind = S3V2
	}
}

// header takes a value of the listing itself.
func (w *walker) header(name, value string) {
	switch name {
	case "Name", "Bucket":
		w.page.Bucket = value
	case "Prefix":
		w.page.Prefix = w.decode(value)
	case "Delimiter":
		w.page.Delimiter = w.decode(value)
	case "EncodingType":
		w.encoded = strings.EqualFold(value, "url")
	case "IsTruncated":
		w.page.Truncated = value == "true"
	case "NextContinuationToken":
		w.page.Next, w.second = value, true
	case "KeyCount", "ContinuationToken", "StartAfter":
		w.second = true
	case "NextMarker":
		w.page.Next = value
		if w.page.Kind == AzureBlobs || w.page.Kind == AzureBoxes {
			w.page.Truncated = value != ""
		} else {
			w.page.Next = w.decode(value)
		}
	case "NextKeyMarker":
		w.page.Next = w.decode(value)
	}
}

// field takes a value of one entry.
func (w *walker) field(parent, name, value string) {
	e := &w.entry
	switch name {
	case "Key":
		e.Key = w.decode(value)
	case "Prefix":
		if parent == "CommonPrefixes" {
			e.Key = w.decode(value)
		}
	case "Name":
		switch parent {
		case "Container":
			w.page.Kind = AzureBoxes
			e.Key = value
		case "Blob", "BlobPrefix":
			e.Key = value
			if w.blobEnc {
				e.Key = unescape(value)
			}
		case "Bucket":
			e.Key = value
		}
	case "Size", "Content-Length":
		if n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); err == nil && n >= 0 {
			e.Size = n
		}
	case "LastModified", "Initiated", "CreationDate", "Last-Modified":
		e.Modified = moment(value)
	case "VersionId":
		e.VersionID = value
	case "Generation":
		w.google, e.VersionID = true, value
	case "Content-Type":
		e.ContentType = value
	case "Deleted":
		e.Gone = e.Gone || value == "true"
	}
}

func (w *walker) errorField(name, value string) {
	value = strings.TrimSpace(value)
	switch name {
	case "Code":
		w.page.Error.Code = value
	case "Message":
		w.page.Error.Message = value
	case "BucketName", "Bucket":
		w.page.Error.Bucket = value
	case "Endpoint":
		w.page.Error.Endpoint = value
	case "Region":
		w.page.Error.Region = value
	case "HostId":
		w.page.Error.HostID = value
	}
}

func (w *walker) decode(value string) string {
	if w.encoded {
		return unescape(value)
	}
	return value
}

// unescape undoes percent-encoding, leaving a text that is not well encoded as it is. S3 prints a blank as a plus
// under encoding-type=url.
func unescape(value string) string {
	if s, err := url.QueryUnescape(value); err == nil {
		return s
	}
	return value
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// moment reads the time formats that the services use; what cannot be read is the zero time.
func moment(value string) time.Time {
	value = strings.TrimSpace(value)
	for _, layout := range []string{time.RFC3339Nano, time.RFC1123, time.RFC1123Z} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
