// No field of what is reported is a way out for a secret, one added later neither.

package report

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

const everySecret = "c2VjcmV0c2lnbmF0dXJl"

// poison appends a signature to every string and JSON value below v that is free text.
func poison(v reflect.Value) {
	const link = " https://h/k?a=b&sig=" + everySecret
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() {
			v.SetString(v.String() + link)
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.Set(reflect.ValueOf(json.RawMessage(`"` + strings.ReplaceAll(link, "&", `\u0026`) + `"`)))
			return
		}
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			poison(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i))
			}
		}
	default:
	}
}

func TestNoFieldShowsASecret(t *testing.T) {
	results := sampleResults()
	results[0].Probe = &result.Probe{Outcome: result.Refused, Why: "why", Request: "GET", Code: "x", Detail: "x", Because: "x",
		Vantage: result.Vantage{Source: "x", Remote: "x", Proxy: "x"}}
	results[0].Place = scanners.Origin{File: "f", Line: 1}
	for i := range results {
		rule, name := results[i].Rule, results[i].Name
		poison(reflect.ValueOf(&results[i]).Elem())
		results[i].Rule, results[i].Name = rule, name
	}
	run := sampleRun()
	poison(reflect.ValueOf(&run).Elem())
	for _, format := range Formats() {
		out := render(t, format, results, run, Options{Show: []result.Outcome{result.Pass, result.Unknown, result.NotApplicable}})
		for line := range strings.Lines(out) {
			if strings.Contains(line, everySecret) || strings.Contains(line, everySecret[:12]) {
				t.Errorf("%s: %.300s", format, line)
			}
		}
		if !strings.Contains(out, redacted) {
			t.Errorf("%s shows nothing at all of it", format)
		}
	}
}
