// Command recordschema writes docs/schema/record-v1.schema.json: the JSON Schema of record lines (snapshots, and
// what external collectors print), from the Go types. Run it with `go generate ./internal/gen/recordschema`.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/tojimari/tojimari/scanners"
)

const (
	module = "github.com/tojimari/tojimari"
	target = "docs/schema/record-v" + scanners.SchemaVersion + ".schema.json"
)

// closed are the types with a fixed set of values, as the reader holds to it.
func closed() map[reflect.Type]*jsonschema.Schema {
	words := func(values ...any) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Enum: values} }
	var kinds []any
	for _, k := range scanners.Kinds() {
		kinds = append(kinds, k)
	}
	return map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[scanners.State]():    words(scanners.Unknown, scanners.Known, scanners.Absent, scanners.Unsupported),
		reflect.TypeFor[scanners.Kind]():     words(kinds...),
		reflect.TypeFor[scanners.Provider](): words("", scanners.AWS, scanners.GCP, scanners.Azure),
		reflect.TypeFor[scanners.ReasonCode](): words(scanners.NotInspected, scanners.Denied, scanners.Failed, scanners.Malformed,
			scanners.Computed, scanners.Partial, scanners.Hidden),
	}
}

var factName = regexp.MustCompile(`^Fact\[.*\.(\w+)\]$`)

// generate returns the schema. Comments are read from the source, so the working directory is the root of the
// module.
func generate() ([]byte, error) {
	enums := closed()
	r := &jsonschema.Reflector{
		Anonymous: true,
		Mapper:    func(t reflect.Type) *jsonschema.Schema { return enums[t] },
		// "Fact[path.Versioning]" is called VersioningFact.
		Namer: func(t reflect.Type) string {
			if m := factName.FindStringSubmatch(t.Name()); m != nil {
				return m[1] + "Fact"
			}
			return ""
		},
	}
	if err := r.AddGoComments(module, "scanners"); err != nil {
		return nil, fmt.Errorf("reading comments: %w", err)
	}
	root := r.Reflect(scanners.Line{})
	line := root.Definitions["Line"]
	var one []*jsonschema.Schema
	for pair := line.Properties.Oldest(); pair != nil; pair = pair.Next() {
		one = append(one, &jsonschema.Schema{Required: []string{pair.Key}})
	}
	line.OneOf = one
	for name, definition := range root.Definitions {
		finish(name, definition)
	}
	schema := &jsonschema.Schema{
		Version: jsonschema.Version,
		ID:      jsonschema.ID("https://" + module + "/" + target),
		Title:   "Record lines of tojimari, schema version " + scanners.SchemaVersion,
		Description: "One line of a snapshot, or of what an external collector prints: a header, a record, the end of a scope, or a failure. " +
			"A fact that is left out was not inspected; null stands for an empty list.",
		Ref:         "#/$defs/Line",
		Definitions: root.Definitions,
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(text), '\n'), nil
}

// finish adds what the Go types cannot say: a fact needs its state and a record its id and kind, the rest may be
// left out; lists and maps may be null.
func finish(name string, s *jsonschema.Schema) {
	if s.Properties != nil {
		for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
			nullable(pair.Value)
			tidy(pair.Value)
		}
	}
	tidy(s)
	switch {
	case strings.HasSuffix(name, "Fact"):
		s.Required = []string{"state"}
		s.Properties.Set("state", &jsonschema.Schema{Type: "string", Enum: []any{scanners.Unknown, scanners.Known, scanners.Absent, scanners.Unsupported}})
	case s.Type == "object":
		// Leaving a field out means its zero value, so little is required.
		s.Required = nil
	}
	switch name {
	case "Record":
		s.Required = []string{"id", "kind"}
		if p, ok := s.Properties.Get("id"); ok {
			one := uint64(1)
			p.MinLength = &one
		}
	case "End":
		s.Required = []string{"scope", "records"}
	case "Failure":
		s.Required = []string{"code"}
	case "Header":
		s.Required = []string{"schema"}
		if p, ok := s.Properties.Get("schema"); ok {
			p.Const = scanners.SchemaVersion
		}
	}
}

// nullable lets a list or map be null, as Go writes an empty one.
func nullable(s *jsonschema.Schema) {
	if s.Type == "array" || s.Type == "object" && s.AdditionalProperties != nil {
		if s.Extras == nil {
			s.Extras = map[string]any{}
		}
		s.Extras["type"] = []string{s.Type, "null"}
		s.Type = ""
	}
}

// tidy joins the lines of a comment.
func tidy(s *jsonschema.Schema) {
	s.Description = strings.Join(strings.Fields(s.Description), " ")
}
