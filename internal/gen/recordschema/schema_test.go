package main

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// TestCommittedSchemaIsCurrent: run `go generate ./internal/gen/recordschema` where it fails.
func TestCommittedSchemaIsCurrent(t *testing.T) {
	t.Chdir("../../..")
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s is stale (-committed +generated):\n%s", target, diff)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.Open("../../../" + target)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	document, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return schema.Validate(value)
}

// full gives every field a value.
func full(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 5, 1, 12, 0, 0, 5, time.UTC)))
		return
	case v.Type() == reflect.TypeFor[scanners.State]():
		v.SetUint(uint64(scanners.Known))
		return
	case v.Type() == reflect.TypeFor[scanners.ReasonCode]():
		v.SetString(string(scanners.Denied))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		full(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		full(v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	case reflect.Struct:
		for i := range v.NumField() {
			full(v.Field(i))
		}
	}
}

func encoded(t *testing.T, line scanners.Line) string {
	t.Helper()
	var out bytes.Buffer
	if err := scanners.NewLineWriter(&out).Write(line); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Every kind of line, with everything set and with nothing set, fits the schema.
func TestWhatIsWrittenFitsTheSchema(t *testing.T) {
	schema := compiled(t)
	var lines []scanners.Line
	for _, kind := range scanners.Kinds() {
		var rec scanners.Record
		full(reflect.ValueOf(&rec).Elem())
		rec.Kind, rec.Provider, rec.Parent = kind, scanners.Azure, "y"
		lines = append(lines, scanners.Line{Record: &rec}, scanners.Line{Record: scanners.NewRecord(scanners.Head{ID: "x", Kind: kind})})
	}
	// Known facts whose lists are nil are written as null.
	empty := scanners.NewRecord(scanners.Head{ID: "x", Kind: scanners.KindBucket})
	empty.Bucket.CORS = scanners.KnownFact(scanners.CORS{}, scanners.Origin{})
	empty.Bucket.CORS.Value.Rules = []scanners.CORSRule{{}}
	empty.Bucket.Labels = scanners.DeniedFact[scanners.Labels]("p", scanners.Origin{Call: "c"})
	lines = append(lines, scanners.Line{Record: empty},
		scanners.Line{Header: &scanners.Header{Schema: scanners.SchemaVersion, Tool: "t", At: time.Unix(0, 0).UTC(), Targets: []string{"aws"}}},
		scanners.Line{End: &scanners.End{Scope: "x"}},
		scanners.Line{Failed: &scanners.Failure{Scope: "x", Resource: "y", Code: "denied", Permission: "p", Detail: "d", Hint: "h"}})
	for _, line := range lines {
		text := encoded(t, line)
		if err := validate(t, schema, text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
		if _, err := scanners.NewLineReader(strings.NewReader(text)).Next(); err != nil {
			t.Errorf("the reader refuses %s: %v", text, err)
		}
	}
}

// The schema and the reader agree on what a line is.
func TestSchemaRefusesWhatTheReaderRefuses(t *testing.T) {
	schema := compiled(t)
	for i, tc := range []struct {
		text string
		good bool
	}{
		{`{"end":{"scope":"a","records":1}}`, true},
		{`{"record":{"id":"a","kind":"bucket"}}`, true},
		{`{"record":{"id":"a","kind":"bucket","bucket":{"versioning":{"state":"known","value":{"enabled":true}}}}}`, true},
		{`{}`, false},
		{`{"end":{"scope":"a","records":1},"failed":{"code":"x"}}`, false},
		{`{"tojimari":{"schema":"2"}}`, false},
		{`{"record":{"id":"","kind":"bucket"}}`, false},
		{`{"record":{"id":"a","kind":"teapot"}}`, false},
		{`{"record":{"id":"a","kind":"bucket","provider":"other"}}`, false},
		{`{"record":{"id":"a","kind":"bucket","colour":"red"}}`, false},
		{`{"record":{"id":"a","kind":"bucket","bucket":{"versionning":{"state":"absent"}}}}`, false},
		{`{"record":{"id":"a","kind":"bucket","bucket":{"versioning":{"state":"maybe"}}}}`, false},
		{`{"record":{"id":"a","kind":"bucket","bucket":{"versioning":{"state":"known","value":{"enabled":"yes"}}}}}`, false},
		{`{"record":{"id":"a","kind":"bucket","at":"yesterday"}}`, false},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			if err := validate(t, schema, tc.text); (err == nil) != tc.good {
				t.Errorf("schema: %v for %s", err, tc.text)
			}
			if _, err := scanners.NewLineReader(strings.NewReader(tc.text)).Next(); (err == nil) != tc.good {
				t.Errorf("reader: %v for %s", err, tc.text)
			}
		})
	}
}

// The example of docs/record-lines.md fits the schema, and the reader takes it for one whole scope.
func TestDocumentedExample(t *testing.T) {
	text, err := os.ReadFile("../../../docs/record-lines.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```jsonl\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no example")
	}
	schema := compiled(t)
	for line := range strings.Lines(example) {
		if err := validate(t, schema, line); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
	}
	var got []string
	for ref, err := range snapshot.Refs(t.Context(), strings.NewReader(example), scanners.Target{Scheme: "snapshot", Name: "-"}) {
		if err != nil {
			got = append(got, scanners.FailureOf(err).Code)
			continue
		}
		got = append(got, ref.ID)
	}
	want := []string{"aws:account/111122223333", "aws:s3:bucket/acme", "aws:s3:bucket/old", "gone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
