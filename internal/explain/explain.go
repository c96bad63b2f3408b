// Package explain judges single records, or what a provider's API and CLI print, one JSON value at a time.
package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// Answer is what is said of one input value. Exactly one of Access and Err is set.
type Answer struct {
	// ID echoes the input's id as JSON; for records and input without one it is the canonical id, or null.
	ID     json.RawMessage
	Line   int // where the value starts, from 1
	Head   scanners.Head
	At     time.Time
	Access *verdict.Access
	Err    error
}

// Answers reads values from r until its end and judges each at its own "at", else at the time given. A value
// that cannot be read gives an answer with Err, and the rest goes on. The sequence's error is set when reading
// itself failed; it is the last.
func Answers(ctx context.Context, r io.Reader, at time.Time) iter.Seq2[Answer, error] {
	return func(yield func(Answer, error) bool) {
		in := newSplitter(r)
		for {
			if ctx.Err() != nil {
				yield(Answer{}, ctx.Err())
				return
			}
			it, err := in.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Answer{}, err)
				return
			}
			answer, skip := answerOf(it, at)
			if skip {
				continue
			}
			if !yield(answer, nil) {
				return
			}
		}
	}
}

func answerOf(it item, at time.Time) (answer Answer, skip bool) {
	out := Answer{Line: it.line, ID: json.RawMessage("null"), At: at}
	if it.err != nil {
		out.Err = it.err
		return out, false
	}
	in, err := parseObject(it.text)
	if err != nil {
		out.Err = err
		return out, false
	}
	if raw, ok := in["id"]; ok && isScalar(raw) {
		out.ID = raw
	}
	b, err := build(in, it.text)
	if err != nil {
		out.Err = err
		return out, false
	}
	if b == nil {
		return out, true
	}
	if !b.at.IsZero() {
		out.At = b.at
	}
	out.Head = b.record.Head
	if _, given := in["id"]; !given && b.record.Name != "" {
		out.ID, _ = json.Marshal(b.record.ID)
	}
	judged := access.Judge(b.record, out.At)
	judged.Assumed = append(b.assumed, judged.Assumed...)
	slices.Sort(judged.Assumed)
	judged.Assumed = slices.Compact(judged.Assumed)
	out.Access = &judged.Access
	return out, false
}

// parseObject reads one JSON object and refuses keys that stand twice: which one counts is anybody's guess.
func parseObject(text []byte) (fields, error) {
	if bytesStart(text) != '{' {
		return nil, fmt.Errorf("want a JSON object, got %s", snippet(text))
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	var in fields
	if err := dec.Decode(&in); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if rest, err := io.ReadAll(dec.Buffered()); err == nil && len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("more behind the JSON object: %s", snippet(rest))
	}
	return in, duplicateKey(text)
}

// duplicateKey finds a key that stands twice at the top level.
func duplicateKey(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if seen[key] {
			return fmt.Errorf("key %q stands twice", key)
		}
		seen[key] = true
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return err
		}
	}
	return nil
}

// build turns one object into a record; nil for lines of a record stream that carry none.
func build(in fields, text []byte) (*built, error) {
	switch {
	case in["record"] != nil || in["tojimari"] != nil || in["end"] != nil || in["failed"] != nil:
		return streamLine(text)
	case in["kind"] != nil && in["id"] != nil:
		var rec scanners.Record
		if err := strict(text, &rec); err != nil {
			return nil, fmt.Errorf("record: %w", err)
		}
		return &built{record: &rec, at: rec.At}, nil
	}
	if whole, ok := wholeAnswer(in, text); ok {
		in = whole
	}
	provider, err := in.text("provider")
	if err != nil {
		return nil, err
	}
	if provider == "" {
		provider = guessProvider(in)
	}
	switch provider {
	case "aws", "s3", "amazon":
		return s3Record(in)
	case "gcp", "gcs", "google":
		return gcsRecord(in)
	case "azure", "azureblob":
		return azureRecord(in)
	default:
		return nil, fmt.Errorf("provider %q is not aws, gcp or azure", provider)
	}
}

// wholeAnswer recognises what one call of a provider's CLI prints, piped in as it is, and puts it under the key that
// it answers for: a bucket policy, bare or as get-bucket-policy wraps it, an S3 ACL, an IAM allow policy.
func wholeAnswer(in fields, text []byte) (fields, bool) {
	whole := json.RawMessage(bytes.TrimSpace(text))
	switch {
	case in["Statement"] != nil, in["Policy"] != nil && in["policy"] == nil:
		return fields{"provider": json.RawMessage(`"aws"`), "policy": whole}, true
	case in["Grants"] != nil && in["Owner"] != nil:
		return fields{"provider": json.RawMessage(`"aws"`), "acl": whole}, true
	case in["bindings"] != nil:
		return fields{"provider": json.RawMessage(`"gcp"`), "iam_policy": whole}, true
	default:
		return nil, false
	}
}

func streamLine(text []byte) (*built, error) {
	line, err := scanners.NewLineReader(bytes.NewReader(oneLine(text))).Next()
	if err != nil {
		var bad *scanners.LineError
		if errors.As(err, &bad) {
			err = bad.Err
		}
		return nil, err
	}
	if line.Record == nil {
		return nil, nil
	}
	return &built{record: line.Record, at: line.Record.At}, nil
}

func oneLine(text []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return text
	}
	return out.Bytes()
}

// guessProvider goes by keys that only one provider's input has.
func guessProvider(in fields) string {
	for _, key := range []string{"iam_policy", "default_object_acl", "managed_folders", "org_policy", "custom_roles", "deny_policies", "service_perimeter", "effective_tags"} {
		if in[key] != nil {
			return "gcp"
		}
	}
	for _, key := range []string{"container", "containers", "service_properties", "blobs", "stored_access_policies", "sas", "network_security_perimeter"} {
		if in[key] != nil {
			return "azure"
		}
	}
	if bytesStart(in["bucket"]) == '{' {
		return "gcp"
	}
	if bytesStart(in["account"]) == '{' {
		return "azure"
	}
	return "aws"
}

func isScalar(raw json.RawMessage) bool {
	start := bytesStart(raw)
	return start != '{' && start != '[' && start != 0
}
