// The machine formats json and jsonl. Their schema is docs/schema/report-v1.schema.json, generated from these
// types.

package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
)

// Finding is a result as machines read it. `resource` is the canonical id as a plain string, so that
// `jq -r .resource` and joins by it work; what else is known of the resource stands in `resource_detail`.
type Finding struct {
	Type     string          `json:"type"` // "result"
	Resource string          `json:"resource"`
	Detail   result.Resource `json:"resource_detail"`
	result.Result
}

// RunLine is the last line of jsonl.
type RunLine struct {
	Type string `json:"type"` // "run"
	result.Run
	Unknowns []UnknownGroup `json:"unknowns"`
}

// Document is the whole of the json format. Failures that were suppressed are among the findings.
type Document struct {
	Schema   string         `json:"schema"`
	Run      result.Run     `json:"run"`
	Unknowns []UnknownGroup `json:"unknowns"`
	// Rules are those that have a finding, sorted by id.
	Rules    []RuleInfo `json:"rules"`
	Findings []Finding  `json:"findings"`
	// Shown are results of other outcomes, where --show asked for them.
	Shown []Finding `json:"shown,omitempty"`
	// Pages are all pages that were looked at, those without a finding too; there only where a page was.
	Pages []PageLine `json:"pages,omitempty"`
}

// PageLine is a page as machines read it; in jsonl it is a line of its own.
type PageLine struct {
	Type     string `json:"type"` // "page"
	Resource string `json:"resource"`
	result.Page
}

func findingOf(r result.Result) Finding {
	return Finding{Type: "result", Resource: r.Resource.ID, Detail: r.Resource, Result: r}
}

// encode gives compact JSON without a line end. What prints is written as it is; control characters, U+2028 and
// everything invisible (bidirectional overrides, zero-width characters) as JSON escapes, and the second # of what
// looks like an order to a pipeline (see text.Clean): nothing is lost, one result is one line for every reader, and the
// output may be looked at on a terminal and in the log of a pipeline.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return escapeOrders(escapeInvisible(bytes.TrimSuffix(b.Bytes(), []byte("\n")))), nil
}

// escapeOrders works on JSON text, where ## stands inside strings only.
func escapeOrders(encoded []byte) []byte {
	if !bytes.Contains(encoded, []byte("##")) {
		return encoded
	}
	out := make([]byte, 0, len(encoded)+8)
	for i, c := range encoded {
		if c == '#' && i > 0 && encoded[i-1] == '#' {
			out = append(out, `\u0023`...)
			continue
		}
		out = append(out, c)
	}
	return out
}

// escapeInvisible works on JSON text, where such characters stand inside strings only.
func escapeInvisible(encoded []byte) []byte {
	harmless := func(r rune) bool { return r < 0x7f || text.Visible(r) }
	at := 0
	for at < len(encoded) {
		if encoded[at] < 0x7f {
			at++
			continue
		}
		r, size := utf8.DecodeRune(encoded[at:])
		if !harmless(r) {
			break
		}
		at += size
	}
	if at == len(encoded) {
		return encoded
	}
	out := append(make([]byte, 0, len(encoded)+32), encoded[:at]...)
	for _, r := range string(encoded[at:]) {
		switch {
		case harmless(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// jsonl writes one line per result, in discovery order, and the run as its last line.
type jsonl struct {
	w    *bufio.Writer
	opts Options
}

func newJSONL(w io.Writer, opts Options) *jsonl {
	return &jsonl{w: bufio.NewWriterSize(w, 64<<10), opts: opts}
}

// Result writes one line. Findings are flushed, so that who watches the stream sees them at once.
func (j *jsonl) Result(r result.Result) error {
	if !j.opts.shows(r.Outcome, result.Fail, result.Pass, result.Unknown) {
		return nil
	}
	if err := j.line(findingOf(r)); err != nil {
		return err
	}
	if r.Outcome == result.Fail {
		return j.w.Flush()
	}
	return nil
}

// Page writes one line.
func (j *jsonl) Page(p PageLine) error { return j.line(p) }

// End writes the run.
func (j *jsonl) End(end Ending) error {
	if err := j.line(RunLine{Type: "run", Run: end.Run, Unknowns: list(end.Unknowns)}); err != nil {
		return err
	}
	return j.w.Flush()
}

func (j *jsonl) line(v any) error {
	line, err := encode(v)
	if err != nil {
		return err
	}
	if _, err := j.w.Write(line); err != nil {
		return err
	}
	return j.w.WriteByte('\n')
}

// document writes the json format piece by piece, so that it is never whole in memory.
type document struct {
	w    *bufio.Writer
	opts Options
}

func newJSON(w io.Writer, opts Options) *document {
	return &document{w: bufio.NewWriterSize(w, 64<<10), opts: opts}
}

// End writes the document: a key per line, a finding per line.
func (d *document) End(end Ending) error {
	rules, err := rulesOf(end.Findings, d.opts.Rules)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		open  string
		value any
	}{
		{`{"schema":`, end.Run.Schema},
		{",\n\"run\":", end.Run},
		{",\n\"unknowns\":", list(end.Unknowns)},
		{",\n\"rules\":", list(rules)},
	} {
		if err := d.put(part.open, part.value); err != nil {
			return err
		}
	}
	if err := d.results(",\n\"findings\":[", end.Findings); err != nil {
		return err
	}
	if end.Shown.Len() > 0 {
		if err := d.results(",\n\"shown\":[", end.Shown); err != nil {
			return err
		}
	}
	if err := d.pages(end.Pages); err != nil {
		return err
	}
	if _, err := d.w.WriteString("}\n"); err != nil {
		return err
	}
	return d.w.Flush()
}

func (d *document) pages(seen *pages) error {
	if seen.Len() == 0 {
		return nil
	}
	before := ",\n\"pages\":[\n"
	for page, err := range seen.All() {
		if err != nil {
			return err
		}
		if err := d.put(before, page); err != nil {
			return err
		}
		before = ",\n"
	}
	_, err := d.w.WriteString("]")
	return err
}

func (d *document) results(open string, of *Sorted) error {
	if _, err := d.w.WriteString(open); err != nil {
		return err
	}
	before := "\n"
	for r, err := range of.All() {
		if err != nil {
			return err
		}
		if err := d.put(before, findingOf(r)); err != nil {
			return err
		}
		before = ",\n"
	}
	_, err := d.w.WriteString("]")
	return err
}

func (d *document) put(before string, v any) error {
	value, err := encode(v)
	if err != nil {
		return err
	}
	if _, err := d.w.WriteString(before); err != nil {
		return err
	}
	_, err = d.w.Write(value)
	return err
}

// rulesOf returns what is known of the rules that have findings, sorted by id.
func rulesOf(findings *Sorted, rules Catalogue) ([]RuleInfo, error) {
	var ids []string
	for r, err := range findings.All() {
		if err != nil {
			return nil, err
		}
		ids = insert(ids, r.Rule)
	}
	var out []RuleInfo
	for _, id := range ids {
		if info, ok := rules.Rule(id); ok {
			out = append(out, info)
		}
	}
	return out, nil
}

// list makes an empty list of nil, which JSON would write as null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
