// Records as JSON lines, the format of snapshots and of external collectors: a header, records, and an end
// marker per scope that says that the scope is whole.

package scanners

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// MaxLine is the longest line that is read, in bytes. A record with a 20 KB policy is far below it.
const MaxLine = 16 << 20

// Line is one line of a stream of records. Exactly one field is set.
type Line struct {
	Header *Header `json:"tojimari,omitempty"`
	Record *Record `json:"record,omitempty"`
	End    *End    `json:"end,omitempty"`
	// Failed reports a scope or target that could not be read on; nothing of it may be taken as whole.
	Failed *Failure `json:"failed,omitempty"`
}

// Header opens a stream.
type Header struct {
	Schema  string    `json:"schema"`  // SchemaVersion
	Tool    string    `json:"tool"`    // "tojimari", or the collector's name
	Version string    `json:"version"` // of the tool
	At      time.Time `json:"at,omitzero"`
	Targets []string  `json:"targets,omitempty"`
	// Selection is what narrowed the scan to some resources of its targets, sorted: "include name=acme-*".
	Selection []string `json:"selection,omitempty"`
}

// End says that everything in a scope (or target, for targets without scopes) has been written.
type End struct {
	Scope   string `json:"scope"`
	Records int    `json:"records"` // how many records of it were written
}

// Failure says that a scope or target could not be read.
type Failure struct {
	Scope string `json:"scope,omitempty"`
	// Resource is set when only one resource was lost.
	Resource   string `json:"resource,omitempty"`
	Code       string `json:"code"` // "denied", "no_credentials", "gone", "failed", ...
	Permission string `json:"permission,omitempty"`
	Detail     string `json:"detail"`
	Hint       string `json:"hint,omitempty"`
}

// LineError is an unreadable line; reading can go on after it.
type LineError struct {
	Number int // from 1
	Err    error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Number, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// LineWriter writes lines.
type LineWriter struct{ enc *json.Encoder }

// NewLineWriter writes to w, one line per call, without buffering.
func NewLineWriter(w io.Writer) *LineWriter {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &LineWriter{enc: enc}
}

// Write writes one line.
func (w *LineWriter) Write(line Line) error { return w.enc.Encode(line) }

// LineReader reads lines in bounded memory.
type LineReader struct {
	in     *bufio.Reader
	number int
	start  int64 // offset of the line last read
	read   int64 // offset behind it
	quick  quick
}

// NewLineReader reads from r.
func NewLineReader(r io.Reader) *LineReader { return &LineReader{in: bufio.NewReaderSize(r, 64<<10)} }

// Next returns the next line. It returns io.EOF at the end, *LineError for a line that cannot be read (the
// next call goes on behind it), and any other error when reading itself failed. Blank lines are passed over.
func (r *LineReader) Next() (Line, error) {
	for {
		text, err := r.raw()
		if err != nil {
			return Line{}, err
		}
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			continue
		}
		line, err := r.parse(text)
		if err != nil {
			return Line{}, &LineError{Number: r.number, Err: err}
		}
		return line, nil
	}
}

// Number is the number of the line last returned, from 1.
func (r *LineReader) Number() int { return r.number }

// Span is where the line last returned lies in the input, in bytes: from start up to before end.
func (r *LineReader) Span() (start, end int64) { return r.start, r.read }

func (r *LineReader) parse(text []byte) (Line, error) {
	var line Line
	if !r.quick.line(text, &line) {
		var err error
		if line, err = slowLine(text); err != nil {
			return Line{}, err
		}
	}
	return line, checkLine(line)
}

// slowLine reads what quick does not, and says what is wrong with it.
func slowLine(text []byte) (Line, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var line Line
	if err := dec.Decode(&line); err != nil {
		return Line{}, fmt.Errorf("not a record line: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Line{}, errors.New("more than one JSON value on the line")
	}
	return line, nil
}

// checkLine holds a foreign line to what the rest of the program relies on.
func checkLine(line Line) error {
	set := 0
	for _, is := range []bool{line.Header != nil, line.Record != nil, line.End != nil, line.Failed != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return errors.New(`want exactly one of "tojimari", "record", "end", "failed"`)
	}
	if line.Header != nil && line.Header.Schema != SchemaVersion {
		return fmt.Errorf("%w %q, this version reads %q", ErrSchema, line.Header.Schema, SchemaVersion)
	}
	if line.Record != nil {
		return checkRecord(line.Record)
	}
	return nil
}

// ErrSchema is a header of another version of the format: nothing behind it can be trusted to mean the same.
var ErrSchema = errors.New("record schema")

// checkRecord does the same for a record.
func checkRecord(r *Record) error {
	if r.ID == "" || r.Kind == "" {
		return errors.New("a record needs id and kind")
	}
	if !slices.Contains(Kinds(), r.Kind) {
		return fmt.Errorf("unknown kind %q", r.Kind)
	}
	switch r.Provider {
	case "", AWS, GCP, Azure:
	default:
		return fmt.Errorf("unknown provider %q", r.Provider)
	}
	if r.Parent == r.ID {
		return fmt.Errorf("record %q is its own parent", r.ID)
	}
	r.allocate()
	return nil
}

// raw returns one line without its end; a line over MaxLine is passed over and reported.
func (r *LineReader) raw() ([]byte, error) {
	r.number++
	r.start = r.read
	var out []byte
	for {
		part, err := r.in.ReadSlice('\n')
		r.read += int64(len(part))
		if len(out)+len(part) > MaxLine {
			for errors.Is(err, bufio.ErrBufferFull) {
				part, err = r.in.ReadSlice('\n')
				r.read += int64(len(part))
			}
			if err != nil && err != io.EOF {
				return nil, err
			}
			return nil, &LineError{Number: r.number, Err: fmt.Errorf("longer than %d bytes", MaxLine)}
		}
		switch {
		case err == nil && out == nil:
			return part, nil
		case err == nil || errors.Is(err, bufio.ErrBufferFull):
			out = append(out, part...)
			if err == nil {
				return out, nil
			}
		case err == io.EOF && len(out)+len(part) > 0:
			return append(out, part...), nil
		default:
			return nil, err
		}
	}
}
