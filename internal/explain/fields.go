// Reading foreign JSON field by field: every key known or an error that names it, wrappers undone.

package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// fields is a JSON object with its keys as written.
type fields map[string]json.RawMessage

// built is a record made from raw input, with what had to be assumed.
type built struct {
	record  *scanners.Record
	at      time.Time // zero: not given
	assumed []string
}

func (b *built) assume(key string) { b.assumed = append(b.assumed, key+": not given, assumed unset") }

// givenOrigin is where a fact of raw input comes from.
func givenOrigin(key string) scanners.Origin { return scanners.Origin{Call: "input:" + key} }

// give reads one key into a fact: known, or absent when read says that it is not set. A key that is missing
// or null is absent and assumed.
func give[T any](b *built, in fields, key string, into *scanners.Fact[T], read func(json.RawMessage) (T, bool, error)) error {
	raw, ok := in[key]
	from := givenOrigin(key)
	if !ok || isNull(raw) {
		b.assume(key)
		*into = scanners.AbsentFact[T](from)
		return nil
	}
	value, set, err := read(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if !set {
		*into = scanners.AbsentFact[T](from)
		return nil
	}
	*into = scanners.KnownFact(value, from)
	return nil
}

func object(raw json.RawMessage) (fields, error) {
	var out fields
	if bytesStart(raw) != '{' {
		return nil, fmt.Errorf("want an object, got %s", snippet(raw))
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	return out, nil
}

// onlyKeys refuses keys outside the list and names the nearest known one.
func (f fields) onlyKeys(known []string) error {
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if slices.Contains(known, key) {
			continue
		}
		if near := nearest(key, known); near != "" {
			return fmt.Errorf("unknown key %q (did you mean %q?)", key, near)
		}
		return fmt.Errorf("unknown key %q; known are %s", key, strings.Join(known, ", "))
	}
	return nil
}

// each reads every key with the reader of its folded name (lower case, no underscores); a key without one is
// an error.
func (f fields) each(readers map[string]func(json.RawMessage) error) error {
	for _, key := range slices.Sorted(maps.Keys(f)) {
		read, ok := readers[fold(key)]
		if !ok {
			return fmt.Errorf("unknown key %q", key)
		}
		if isNull(f[key]) {
			continue
		}
		if err := read(f[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// misspelt finds a key that is not among the known ones and so near to one that decides that it can only be meant for it.
// Keys that a provider has added since are let pass.
func (f fields) misspelt(known, deciding []string) error {
	for _, key := range slices.Sorted(maps.Keys(f)) {
		if slices.ContainsFunc(slices.Concat(known, deciding), func(k string) bool { return fold(k) == fold(key) }) {
			continue
		}
		if near := nearest(key, deciding); near != "" {
			return fmt.Errorf("unknown key %q (did you mean %q?)", key, near)
		}
	}
	return nil
}

func (f fields) text(key string) (string, error) {
	raw, ok := f[key]
	if !ok || isNull(raw) {
		return "", nil
	}
	var out string
	if err := textInto(&out)(raw); err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	return out, nil
}

func (f fields) time(key string) (time.Time, error) {
	raw, ok := f[key]
	if !ok || isNull(raw) {
		return time.Time{}, nil
	}
	var out time.Time
	if err := timeInto(&out)(raw); err != nil {
		return out, fmt.Errorf("%s: %w", key, err)
	}
	return out, nil
}

func fold(key string) string { return strings.ToLower(strings.ReplaceAll(key, "_", "")) }

// listingWords are what APIs and CLIs print beside the list that an answer is about.
func listingWords() []string {
	return []string{"ResponseMetadata", "NextToken", "RequestCharged", "IsTruncated", "Name", "Prefix", "Delimiter", "MaxKeys", "KeyCount",
		"EncodingType", "CommonPrefixes", "ContinuationToken", "NextContinuationToken", "StartAfter", "Marker", "NextMarker",
		"kind", "nextPageToken", "nextLink", "prefixes"}
}

// unwrap undoes {"Name": ...} wrappers, in the order given, where the object holds nothing else but what an API or CLI
// adds to every answer of the kind.
func unwrap(raw json.RawMessage, names ...string) json.RawMessage {
	for range len(names) + 1 {
		if bytesStart(raw) != '{' {
			return raw
		}
		var doc fields
		if json.Unmarshal(raw, &doc) != nil {
			return raw
		}
		for _, word := range listingWords() {
			if !slices.Contains(names, word) {
				delete(doc, word)
			}
		}
		if len(doc) != 1 {
			return raw
		}
		found := false
		for _, name := range names {
			if inner, ok := doc[name]; ok {
				raw, found = inner, true
			}
		}
		if !found {
			return raw
		}
	}
	return raw
}

// textOrJSON gives the text of a JSON string, or the JSON itself of an object.
func textOrJSON(raw json.RawMessage) (text string, isText bool, err error) {
	switch bytesStart(raw) {
	case '"':
		err := json.Unmarshal(raw, &text)
		return text, true, err
	case '{':
		return string(bytes.TrimSpace(raw)), false, nil
	default:
		return "", false, fmt.Errorf("want a document as object or string, got %s", snippet(raw))
	}
}

// listOf gives the elements of an array, or the one value itself.
func listOf(raw json.RawMessage) ([]json.RawMessage, error) {
	if bytesStart(raw) != '[' {
		return []json.RawMessage{raw}, nil
	}
	var out []json.RawMessage
	err := json.Unmarshal(raw, &out)
	return out, err
}

// strict decodes and refuses unknown keys.
func strict(raw json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return fmt.Errorf("want %s, got %s", kind.Type.Kind(), snippet(raw))
		}
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func textInto(into *string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if json.Unmarshal(raw, into) == nil {
			return nil
		}
		var n json.Number
		if json.Unmarshal(raw, &n) == nil {
			*into = n.String()
			return nil
		}
		return fmt.Errorf("want a string, got %s", snippet(raw))
	}
}

func timeInto(into *time.Time) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return fmt.Errorf("want an RFC 3339 time, got %s", snippet(raw))
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fmt.Errorf("%q is not an RFC 3339 time such as 2026-01-31T09:00:00Z", text)
		}
		*into = at.UTC()
		return nil
	}
}

func boolInto(into *bool) func(json.RawMessage) error {
	return func(raw json.RawMessage) (err error) {
		*into, err = asBool(raw)
		return err
	}
}

// asBool accepts true, "true", "True" (what some tools print) and their opposites.
func asBool(raw json.RawMessage) (bool, error) {
	var b bool
	if json.Unmarshal(raw, &b) == nil {
		return b, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if b, err := strconv.ParseBool(text); err == nil {
			return b, nil
		}
	}
	return false, fmt.Errorf("want true or false, got %s", snippet(raw))
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func bytesStart(raw json.RawMessage) byte {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

func snippet(raw json.RawMessage) string {
	const most = 40
	text := string(bytes.TrimSpace(raw))
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strconv.Quote(text)
}

// nearest returns the known word at edit distance two or less, or "".
func nearest(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(fold(word), fold(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
