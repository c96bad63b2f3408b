package scanners_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tojimari/tojimari/scanners"
	"pgregory.net/rapid"
)

// drawn fills a value of any type of the schema at random.
func drawn(t *rapid.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		if seconds := rapid.Int64Range(0, 4e9).Draw(t, "time"); seconds > 1e9 {
			v.Set(reflect.ValueOf(time.Unix(seconds, rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()))
		}
		return
	case v.Type() == reflect.TypeFor[scanners.State]():
		v.SetUint(uint64(rapid.IntRange(0, 3).Draw(t, "state")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `{"Statement":[]}`, "a\x00b\x1b[2J", "\u2028</script>\u202e", "\\u00e9", "戸締まり", "s3:GetBucketAcl"})).Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-1e17, 1e17).Draw(t, "int"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "present") {
			v.Set(reflect.New(v.Type().Elem()))
			drawn(t, v.Elem())
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(t, "len"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				drawn(t, v.Index(i))
			}
		}
	case reflect.Map:
		if n := rapid.IntRange(-1, 3).Draw(t, "len"); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				drawn(t, key)
				drawn(t, value)
				v.SetMapIndex(key, value)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" { // never written
				drawn(t, v.Field(i))
			}
		}
		if state := v.FieldByName("State"); state.IsValid() && state.Type() == reflect.TypeFor[scanners.State]() {
			if scanners.State(state.Uint()) != scanners.Known {
				v.FieldByName("Value").SetZero()
			}
			if scanners.State(state.Uint()) != scanners.Unknown {
				v.FieldByName("Reason").SetZero()
			}
		}
	default:
		t.Fatalf("the schema holds a %v, which the readers do not know", v.Type())
	}
}

// one leaves out most parts, so that a record stays small.
func one(t *rapid.T) scanners.Record {
	var rec scanners.Record
	drawn(t, reflect.ValueOf(&rec.Head).Elem())
	rec.ID, rec.Kind = "x", rapid.SampledFrom(scanners.Kinds()).Draw(t, "kind")
	rec.Provider = rapid.SampledFrom([]scanners.Provider{"", scanners.AWS, scanners.GCP, scanners.Azure}).Draw(t, "provider")
	rec.Parent = "y"
	rec = *scanners.NewRecord(rec.Head)
	drawn(t, reflect.ValueOf(&rec.At).Elem())
	fields := scanners.FactFields()
	for range rapid.IntRange(0, 6).Draw(t, "facts") {
		field := rapid.SampledFrom(fields).Draw(t, "fact")
		fact := reflect.ValueOf(&rec).Elem()
		for part := range strings.SplitSeq(string(field.Name), ".") {
			fact = byName(fact, part)
		}
		drawn(t, fact)
	}
	return rec
}

func byName(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == name {
			f := v.Field(i)
			if f.Kind() == reflect.Pointer {
				if f.IsNil() {
					f.Set(reflect.New(f.Type().Elem()))
				}
				f = f.Elem()
			}
			return f
		}
	}
	panic("no field " + name)
}

// Whatever a record holds comes back as it was written, and the quick reader is the one that reads it.
func TestRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rec := one(t)
		var text bytes.Buffer
		if err := scanners.NewLineWriter(&text).Write(scanners.Line{Record: &rec}); err != nil {
			t.Fatal(err)
		}
		line, err := scanners.NewLineReader(&text).Next()
		if err != nil {
			t.Fatal(err)
		}
		// A list that is left out when it is empty comes back as nil.
		if diff := cmp.Diff(&rec, line.Record, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-written +read):\n%s", diff)
		}
	})
}

func TestQuickReaderReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rec := one(t)
		var text bytes.Buffer
		if err := scanners.NewLineWriter(&text).Write(scanners.Line{Record: &rec}); err != nil {
			t.Fatal(err)
		}
		if _, ok := scanners.QuickLine(bytes.TrimSpace(text.Bytes())); !ok {
			t.Fatalf("given up on %s", text.String())
		}
	})
	for _, text := range bytes.Split(bytes.TrimSpace(recordLines(t, 3)), []byte("\n")) {
		if _, ok := scanners.QuickLine(text); !ok {
			t.Errorf("given up on %s", text)
		}
	}
}

func FuzzReadersAgree(f *testing.F) {
	f.Add(bytes.TrimSpace(recordLines(f, 1)))
	for _, text := range []string{
		`{"end":{"scope":"a","records":3}}`, `{"end":{"scope":"a","records":1e3}}`, `{"end":{"scope":"\ud83d\ude00\ud83d","records":-0}}`,
		`{"failed":{"code":"x","detail":"\u00e9\"\\\/\b\f\n\r\t"}}`, `{"tojimari":{"schema":"1","at":"2026-05-01T12:00:00Z","targets":["a",null]}}`,
		`{"record":{"id":"x","kind":"bucket","bucket":{"labels":{"state":"known","value":{"values":{"a":"b","a":null}}}}}}`,
		`{"record":{"id":"x","ID":"y","kind":"bucket","kind":"scope"}}`, `{"record":null}`, `{"record":{"id":"x","kind":"bucket","bucket":{"azure":{"tokens":{"state":"known","value":{"-":["a"]}}}}}}`, `{"end":{"scope":"a"},"end":{"records":1}}`, ` { "end" : { "scope" : "a" , "records" : 007 } } `,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		quick, ok := scanners.QuickLine(text)
		if !ok {
			return
		}
		slow, err := scanners.SlowLine(text)
		if err != nil {
			t.Fatalf("encoding/json refuses what was read: %v", err)
		}
		if diff := cmp.Diff(slow, quick); diff != "" {
			t.Fatalf("(-encoding/json +quick):\n%s", diff)
		}
	})
}

func TestBadLines(t *testing.T) {
	const good = `{"end":{"scope":"a","records":1}}`
	for _, tc := range []struct{ name, text, want string }{
		{"not JSON", "what", "line 1: not a record line: invalid character 'w' looking for beginning of value"},
		{"an unknown field", `{"record":{"id":"a","kind":"bucket","colour":"red"}}`, `line 1: not a record line: json: unknown field "colour"`},
		{"two values", good + good, "line 1: more than one JSON value on the line"},
		{"a bracket too many", good + "]", "line 1: more than one JSON value on the line"},
		{"nothing set", "{}", `line 1: want exactly one of "tojimari", "record", "end", "failed"`},
		{"two set", `{"end":{"scope":"a","records":1},"failed":{"code":"x","detail":""}}`, `line 1: want exactly one of "tojimari", "record", "end", "failed"`},
		{"no id", `{"record":{"kind":"bucket"}}`, "line 1: a record needs id and kind"},
		{"unknown kind", `{"record":{"id":"a","kind":"teapot"}}`, `line 1: unknown kind "teapot"`},
		{"unknown provider", `{"record":{"id":"a","kind":"bucket","provider":"x\u001b"}}`, `line 1: unknown provider "x\x1b"`},
		{"its own parent", `{"record":{"id":"a","kind":"bucket","parent":"a"}}`, `line 1: record "a" is its own parent`},
		{"unknown state", `{"record":{"id":"a","kind":"bucket","bucket":{"versioning":{"state":"maybe"}}}}`, `line 1: not a record line: unknown fact state "maybe"`},
		{"another schema", `{"tojimari":{"schema":"9"}}`, `line 1: record schema "9", this version reads "1"`},
		{"deep", `{"record":` + strings.Repeat(`{"scope":`, 20_000), "line 1: not a record line: "},
		{"too long", strings.Repeat(" ", scanners.MaxLine) + good, fmt.Sprintf("line 1: longer than %d bytes", scanners.MaxLine)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := scanners.NewLineReader(strings.NewReader(tc.text + "\n\n \r\n" + good + "\n" + good))
			_, err := r.Next()
			var bad *scanners.LineError
			if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got %.200v", err)
			}
			for number := range 2 {
				line, err := r.Next()
				if err != nil || line.End == nil || r.Number() != 4+number {
					t.Errorf("after it: %+v, %v, line %d", line, err, r.Number())
				}
			}
			if _, err := r.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

// Span has to find a line again.
func TestSpan(t *testing.T) {
	text := "\n" + `{"end":{"scope":"a","records":1}}` + "\n\n{bad\n" + `{"end":{"scope":"b","records":2}}`
	r := scanners.NewLineReader(strings.NewReader(text))
	var got []string
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		start, end := r.Span()
		got = append(got, strings.TrimSpace(text[start:end]))
	}
	want := []string{`{"end":{"scope":"a","records":1}}`, "{bad", `{"end":{"scope":"b","records":2}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadingErrorIsNotTheEnd(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(`{"end":`), &failingReader{})
	_, err := scanners.NewLineReader(broken).Next()
	var bad *scanners.LineError
	if err == nil || errors.Is(err, io.EOF) || errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

type failingReader struct{}

func (*failingReader) Read([]byte) (int, error) { return 0, errors.New("disk trouble") }

func TestForeignTextIsNotEscapedTwice(t *testing.T) {
	rec := scanners.NewRecord(scanners.Head{ID: "x<&>", Kind: scanners.KindBucket})
	var out bytes.Buffer
	if err := scanners.NewLineWriter(&out).Write(scanners.Line{Record: rec}); err != nil {
		t.Fatal(err)
	}
	if want := `{"record":{"id":"x<&>","kind":"bucket","name":"","bucket":{}}}` + "\n"; out.String() != want {
		t.Errorf("got %s", out.String())
	}
}
