// Command reportschema writes docs/schema/report-v1.schema.json: the JSON Schema of the formats json and jsonl,
// from the Go types that are written. Run it with `go generate ./internal/gen/reportschema`.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/internal/result"
)

const (
	module = "github.com/tojimari/tojimari"
	target = "docs/schema/report-v1.schema.json"
)

// enums are closed: a new value needs a new major version (docs/stability.md). Kinds of resource, audiences and
// reasons are open and stay plain strings.
func enums() map[reflect.Type][]any {
	out := map[reflect.Type][]any{
		reflect.TypeFor[result.Outcome]():         {result.Fail, result.Pass, result.Unknown, result.NotApplicable},
		reflect.TypeFor[verdict.Answer]():         {verdict.Yes, verdict.Conditional, verdict.No, verdict.Unknown},
		reflect.TypeFor[result.Proving]():         {result.Confirmed, result.Refused, result.NotTried},
		reflect.TypeFor[result.SuppressionKind](): {result.ByException, result.ByIntent},
	}
	for _, s := range result.Severities() {
		t := reflect.TypeFor[result.Severity]()
		out[t] = append(out[t], s)
	}
	for _, v := range verdict.Verbs() {
		t := reflect.TypeFor[verdict.Verb]()
		out[t] = append(out[t], v)
	}
	return out
}

// generate returns the schema. Comments are read from the source, so the working directory is the root of the
// module. Fields that are not declared are allowed: a reader may meet those of later versions.
func generate() ([]byte, error) {
	closed := enums()
	r := &jsonschema.Reflector{
		Anonymous:                 true,
		AllowAdditionalProperties: true,
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if values, ok := closed[t]; ok {
				return &jsonschema.Schema{Type: "string", Enum: values}
			}
			return nil
		},
	}
	for _, folder := range []string{"internal/report", "internal/result", "internal/access/verdict", "scanners"} {
		if err := r.AddGoComments(module, folder); err != nil {
			return nil, fmt.Errorf("reading comments of %s: %w", folder, err)
		}
	}
	root := r.Reflect(report.Document{})
	definitions := root.Definitions
	for _, line := range []any{report.Finding{}, report.PageLine{}, report.RunLine{}} {
		for name, d := range r.Reflect(line).Definitions {
			definitions[name] = d
		}
	}
	named(definitions, "Finding", "type", "result")
	named(definitions, "PageLine", "type", "page")
	named(definitions, "RunLine", "type", "run")
	// The string in Finding hides the struct of the embedded Result, as encoding/json has it; the reflector
	// takes the last one.
	definitions["Finding"].Properties.Set("resource", &jsonschema.Schema{Type: "string", Description: "the canonical id; the rest is in resource_detail"})
	schema := &jsonschema.Schema{
		Version:     jsonschema.Version,
		ID:          jsonschema.ID("https://" + module + "/" + target),
		Title:       "Reports of tojimari, schema version " + result.SchemaVersion,
		Description: "The whole of `-o json`, or one line of `-o jsonl`: a result, a page that was looked at, or, as the last line, the run.",
		OneOf: []*jsonschema.Schema{
			{Ref: "#/$defs/Document"}, {Ref: "#/$defs/Finding"}, {Ref: "#/$defs/PageLine"}, {Ref: "#/$defs/RunLine"},
		},
		Definitions: definitions,
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(text), '\n'), nil
}

// named fixes the value of a field that tells lines apart.
func named(definitions jsonschema.Definitions, definition, field, value string) {
	if p, ok := definitions[definition].Properties.Get(field); ok {
		p.Const = value
	}
}
