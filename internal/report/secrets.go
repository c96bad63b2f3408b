// Secrets go out of every field there is: a list of fields by hand forgets the next one.

package report

import (
	"encoding/json"
	"reflect"

	"github.com/tojimari/tojimari/internal/text"
)

// withoutSecrets returns v with secrets taken out of every string and every JSON value in it. What v points to stays as
// it is; nothing is copied where there is no secret.
func withoutSecrets[T any](v T) T {
	at := reflect.ValueOf(&v).Elem()
	if holdsSecret(at) {
		at.Set(cleanCopy(at))
	}
	return v
}

func isJSON(v reflect.Value) bool { return v.Type() == reflect.TypeFor[json.RawMessage]() }

func holdsSecret(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return text.WithoutSecrets(v.String()) != v.String()
	case reflect.Pointer:
		return !v.IsNil() && holdsSecret(v.Elem())
	case reflect.Slice, reflect.Array:
		if isJSON(v) {
			return len(v.Bytes()) > 0 && string(text.JSONWithoutSecrets(v.Bytes())) != string(v.Bytes())
		}
		for i := range v.Len() {
			if holdsSecret(v.Index(i)) {
				return true
			}
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			if holdsSecret(entries.Value()) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanInterface() && holdsSecret(f) {
				return true
			}
		}
	default:
	}
	return false
}

// cleanCopy copies v, and whatever it points to, without secrets.
func cleanCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(text.WithoutSecrets(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(cleanCopy(v.Elem()))
		}
	case reflect.Slice:
		switch {
		case v.IsNil():
		case isJSON(v):
			out.SetBytes(text.JSONWithoutSecrets(v.Bytes()))
		default:
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(cleanCopy(v.Index(i)))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(cleanCopy(v.Index(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for entries := v.MapRange(); entries.Next(); {
				out.SetMapIndex(entries.Key(), cleanCopy(entries.Value()))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() {
				out.Field(i).Set(cleanCopy(v.Field(i)))
			}
		}
	default:
	}
	return out
}
