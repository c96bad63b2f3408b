// The JSON Schema of tojimari.yaml, for editors.

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/yamlfile"
)

type schema map[string]any

// Schema writes the JSON Schema (2020-12), with the names and parameters of the rules of a book.
func Schema(book *judge.Book) ([]byte, error) {
	root := schemaOf(reflect.TypeFor[File](), book)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://github.com/tojimari/tojimari/docs/schema/config-v1.schema.json"
	root["title"] = "tojimari.yaml"
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("writing the schema of the config: %w", err)
	}
	return out.Bytes(), nil
}

func schemaOf(t reflect.Type, book *judge.Book) schema {
	switch t {
	case reflect.TypeFor[Severity]():
		return schema{"enum": severityWords()}
	case reflect.TypeFor[verdict.Verb]():
		return schema{"enum": verdict.Verbs()}
	case reflect.TypeFor[RuleName]():
		return schema{"type": "string", "examples": ruleNames(book)}
	case reflect.TypeFor[Pattern]():
		return schema{"type": "string", "minLength": 1, "maxLength": 2048}
	case reflect.TypeFor[Day]():
		return schema{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}(T.*)?$`}
	case reflect.TypeFor[map[string]Setting]():
		return rulesSchema(book)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), book)
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Slice:
		return schema{"type": "array", "items": schemaOf(t.Elem(), book)}
	}
	properties, required := schema{}, []string{}
	for _, f := range yamlfile.FieldsOf(t) {
		field := schemaOf(f.Type, book)
		if doc := f.Tag.Get("doc"); doc != "" {
			field["description"] = doc
		}
		properties[f.Name] = field
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// rulesSchema describes the settings of each rule with its own parameters; rules of the user's own are taken too.
func rulesSchema(book *judge.Book) schema {
	properties := schema{}
	for _, r := range book.Rules() {
		params := schema{}
		for name, p := range r.Params {
			field := schema{"description": p.Help.EN, "default": p.Default}
			switch p.Type {
			case judge.ParamInt:
				field["type"] = "integer"
			case judge.ParamBool:
				field["type"] = "boolean"
			case judge.ParamStrings:
				field["type"], field["items"] = "array", schema{"type": "string"}
			default:
				field["type"] = "string"
			}
			params[name] = field
		}
		properties[r.Name] = settingSchema(r.ID+": "+r.Title.EN, schema{"type": "object", "properties": params, "additionalProperties": false})
	}
	return schema{
		"type": "object", "properties": properties,
		"additionalProperties": settingSchema("A rule by its id, or one of your own.", schema{"type": "object"}),
	}
}

func settingSchema(doc string, params schema) schema {
	return schema{"description": doc, "anyOf": []schema{
		{"enum": []any{"on", "off", true, false}},
		{"type": "object", "additionalProperties": false, "properties": schema{
			"enabled":  schema{"type": "boolean", "description": "false switches the rule off."},
			"severity": schema{"enum": severityWords(), "description": "Severity of its findings, instead of the rule's own."},
			"params":   params,
		}},
	}}
}

func ruleNames(book *judge.Book) []string {
	var out []string
	for _, r := range book.Rules() {
		out = append(out, r.Name)
	}
	return out
}
