// Package yamlfile reads the YAML files that people write for tojimari (rules, the config) strictly: an unknown
// key, a missing or doubled one, or a value of the wrong type is an error that names file, line and field.
//
// It decodes into structs by their `yaml` tags (`json` where there is none). A field tagged `yaml:"name,required"`
// must be given. Anchors, aliases and merge keys are refused: what stands in the file is what is meant, and a
// file cannot grow while it is read.
package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// MaxSize is the largest file that is read, in bytes.
const MaxSize = 1 << 20

// maxDepth bounds the nesting of a file.
const maxDepth = 64

// NodeReader is implemented by types that read their own node, reporting problems through d.
type NodeReader interface {
	ReadNode(d *Decoder, n *yaml.Node, field string)
}

// Decoder decodes one file and gathers its problems.
type Decoder struct {
	File     string
	problems Problems
	top      *yaml.Node
	lines    []string
}

// Decode reads one document from text into out, a pointer to a struct. Its error is Problems.
func Decode(file string, text []byte, out any) error {
	d := &Decoder{File: file}
	d.Document(text, out)
	return d.Err()
}

// Document reads the file's one document into out, a pointer to a struct.
func (d *Decoder) Document(text []byte, out any) {
	d.lines = strings.Split(string(text), "\n")
	if d.top = d.root(text); d.top != nil {
		d.Into(d.top, out, "")
	}
}

// Into decodes a node into what out points to.
func (d *Decoder) Into(n *yaml.Node, out any, field string) {
	d.Value(n, reflect.ValueOf(out).Elem(), field)
}

// FailAt notes a problem at a top-level key of the document.
func (d *Decoder) FailAt(field, format string, args ...any) {
	at := d.top
	if at != nil {
		for i := 0; i+1 < len(at.Content); i += 2 {
			if at.Content[i].Value == field {
				d.Fail(at.Content[i+1], field, format, args...)
				return
			}
		}
	}
	d.Fail(at, field, format, args...)
}

// Err returns the problems gathered so far as Problems, nil for none.
func (d *Decoder) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	return d.problems
}

// Fail notes a problem at a node.
func (d *Decoder) Fail(n *yaml.Node, field, format string, args ...any) {
	p := &Problem{File: d.File, Field: field, Text: fmt.Sprintf(format, args...)}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	d.problems = append(d.problems, p)
}

// Indent is the number of spaces before the text of a line, counted from 1.
func (d *Decoder) Indent(line int) int {
	if line < 1 || line > len(d.lines) {
		return 0
	}
	return len(d.lines[line-1]) - len(strings.TrimLeft(d.lines[line-1], " "))
}

// Blank reports whether a file holds nothing but space and comments.
func Blank(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func (d *Decoder) root(text []byte) *yaml.Node {
	if len(text) > MaxSize {
		d.Fail(nil, "", "longer than %d bytes", MaxSize)
		return nil
	}
	if Blank(text) {
		d.Fail(nil, "", "the file is empty")
		return nil
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		d.failYAML(err)
		return nil
	}
	n := &doc
	if n.Kind == yaml.DocumentNode {
		if len(n.Content) != 1 {
			d.Fail(nil, "", "want one YAML document")
			return nil
		}
		n = n.Content[0]
	}
	if !d.plain(n, 0) {
		return nil
	}
	return n
}

// failYAML notes what the YAML reader could not read, at its place.
func (d *Decoder) failYAML(err error) {
	p := &Problem{File: d.File, Text: "not YAML: " + err.Error()}
	if at := new(yaml.LoadError); errors.As(err, &at) && at.Message != "" {
		p.Line, p.Column, p.Text = at.Mark.Line, at.Mark.Column, "not YAML: "+at.Message
	}
	d.problems = append(d.problems, p)
}

// plain refuses what makes a file mean more than it says.
func (d *Decoder) plain(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		d.Fail(n, "", "nested deeper than %d", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.Fail(n, "", "anchors and aliases are not taken: write the value out")
		return false
	}
	for _, c := range n.Content {
		if !d.plain(c, depth+1) {
			return false
		}
	}
	return true
}

// Value decodes a node into v, noting problems under the field path.
func (d *Decoder) Value(n *yaml.Node, v reflect.Value, field string) {
	if v.CanAddr() {
		if r, ok := v.Addr().Interface().(NodeReader); ok {
			r.ReadNode(d, n, field)
			return
		}
	}
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.Value(n, v.Elem(), field)
	case v.Type() == reflect.TypeFor[time.Time]():
		d.time(n, v, field)
	case v.Kind() == reflect.Struct:
		d.structure(n, v, field)
	case v.Kind() == reflect.Slice:
		d.list(n, v, field)
	case v.Kind() == reflect.Map:
		d.table(n, v, field)
	default:
		d.scalar(n, v, field)
	}
}

// Keys yields the pairs of a mapping, refusing doubled keys and keys that are not plain strings.
func (d *Decoder) Keys(n *yaml.Node, field string) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if n.Kind != yaml.MappingNode {
			d.Fail(n, field, "want a mapping (key: value), got %s", kindName(n))
			return
		}
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if key.Kind != yaml.ScalarNode || key.Value == "<<" {
				d.Fail(key, field, "keys are plain words")
				continue
			}
			if seen[key.Value] {
				d.Fail(key, Join(field, key.Value), "given twice")
				continue
			}
			seen[key.Value] = true
			if !yield(key, value) {
				return
			}
		}
	}
}

// Join appends a key to a field path.
func Join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func (d *Decoder) structure(n *yaml.Node, v reflect.Value, field string) {
	fields := FieldsOf(v.Type())
	given := map[string]bool{}
	for key, value := range d.Keys(n, field) {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == key.Value })
		if i < 0 {
			names := make([]string, len(fields))
			for i, f := range fields {
				names[i] = f.Name
			}
			d.Fail(key, Join(field, key.Value), "unknown key%s", Hint(key.Value, names))
			continue
		}
		given[key.Value] = true
		d.Value(value, v.FieldByIndex(fields[i].Index), Join(field, key.Value))
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, f := range fields {
		if f.Required && !given[f.Name] {
			d.Fail(n, Join(field, f.Name), "missing")
		}
	}
}

func (d *Decoder) list(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.SequenceNode {
		d.Fail(n, field, "want a list, got %s", kindName(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		d.Value(c, out.Index(i), fmt.Sprintf("%s[%d]", field, i))
	}
	v.Set(out)
}

func (d *Decoder) table(n *yaml.Node, v reflect.Value, field string) {
	out := reflect.MakeMap(v.Type())
	for key, value := range d.Keys(n, field) {
		element := reflect.New(v.Type().Elem()).Elem()
		d.Value(value, element, Join(field, key.Value))
		out.SetMapIndex(reflect.ValueOf(key.Value).Convert(v.Type().Key()), element)
	}
	v.Set(out)
}

func (d *Decoder) scalar(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.ScalarNode {
		d.Fail(n, field, "want %s, got %s", typeName(v.Kind()), kindName(n))
		return
	}
	tag := n.ShortTag()
	switch v.Kind() {
	case reflect.String:
		// A date or number without quotes is most likely meant as written; null and booleans are not.
		if tag == "!!null" || tag == "!!bool" && n.Style == 0 {
			d.Fail(n, field, "want text, got %s (put it in quotes if it is meant as text)", kindName(n))
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		on := n.Value == "true"
		if tag != "!!bool" || !on && n.Value != "false" {
			d.Fail(n, field, "want true or false, got %q", n.Value)
			return
		}
		v.SetBool(on)
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if tag != "!!int" || err != nil {
			d.Fail(n, field, "want a whole number, got %q", n.Value)
			return
		}
		v.SetInt(i)
	default:
		d.Fail(n, field, "this version cannot read a %s", v.Kind())
	}
}

func (d *Decoder) time(n *yaml.Node, v reflect.Value, field string) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, n.Value); n.Kind == yaml.ScalarNode && err == nil {
			v.Set(reflect.ValueOf(t.UTC()))
			return
		}
	}
	d.Fail(n, field, "want a date (2026-12-31) or a time (2026-12-31T23:59:59Z), got %q", n.Value)
}
