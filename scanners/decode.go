// A quick way to read a record line. encoding/json goes over each byte twice and looks every field up anew, which
// is most of the time of judging a snapshot. This reader goes over it once and knows the types beforehand.
//
// It understands only what is plainly well formed: on anything else (an unknown or repeated field, a name in
// another case, a number with a fraction, broken UTF-8) it gives up, and encoding/json decides what the line means
// or what is wrong with it. A fuzz test holds the two to the same result.

package scanners

import (
	"reflect"
	"strings"
	"sync"
	"time"
)

// quickLine reads a line; false means that encoding/json has to.
func (q *quick) line(text []byte, into *Line) bool {
	q.text, q.at = text, 0
	if !linePlan()(q, reflect.ValueOf(into).Elem()) {
		return false
	}
	q.space()
	return q.at == len(q.text)
}

// linePlan is the decoder of Line, built once.
var linePlan = sync.OnceValue(func() decoder { return planOf(reflect.TypeFor[Line](), false) })

// decoder reads the value at q.at into v, which is zero; false gives up.
type decoder func(q *quick, v reflect.Value) bool

// quick is the state of reading.
type quick struct {
	text   []byte
	at     int
	buffer []byte            // for strings with escapes
	known  map[string]string // strings that come again with every record
}

// maxKnown bounds quick.known.
const maxKnown = 1024

// recurring are the types whose strings come again with every record (their ids and names apart).
var recurring = []reflect.Type{reflect.TypeFor[Origin](), reflect.TypeFor[Reason](), reflect.TypeFor[Head]()}

// planOf builds the decoder of a type. The types of a record do not contain themselves.
func planOf(t reflect.Type, recurs bool) decoder {
	switch t {
	case reflect.TypeFor[time.Time]():
		return decodeTime
	case reflect.TypeFor[State]():
		return decodeState
	}
	switch t.Kind() {
	case reflect.String:
		if recurs {
			return decodeRecurring
		}
		return decodeString
	case reflect.Bool:
		return decodeBool
	case reflect.Int, reflect.Int64:
		return decodeInt
	case reflect.Pointer:
		return pointerPlan(t)
	case reflect.Slice:
		return slicePlan(t)
	case reflect.Map:
		if t == reflect.TypeFor[map[string]string]() {
			return decodeMap
		}
	case reflect.Struct:
		return structPlan(t)
	}
	return func(*quick, reflect.Value) bool { return false }
}

func pointerPlan(t reflect.Type) decoder {
	elem := planOf(t.Elem(), false)
	return func(q *quick, v reflect.Value) bool {
		if q.null() {
			return true
		}
		target := reflect.New(t.Elem())
		v.Set(target)
		return elem(q, target.Elem())
	}
}

func slicePlan(t reflect.Type) decoder {
	elem := planOf(t.Elem(), false)
	empty := reflect.MakeSlice(t, 0, 0)
	return func(q *quick, v reflect.Value) bool {
		if q.null() {
			return true
		}
		if !q.take('[') {
			return false
		}
		if q.take(']') {
			v.Set(empty)
			return true
		}
		for n := 0; ; n++ {
			if n == v.Cap() {
				v.Grow(1)
			}
			v.SetLen(n + 1)
			if !elem(q, v.Index(n)) {
				return false
			}
			if q.take(',') {
				continue
			}
			return q.take(']')
		}
	}
}

// fieldPlan is one field of a struct, or of the struct embedded in it.
type fieldPlan struct {
	name   string
	index  int
	within int // index in the embedded struct, -1 for none
	decode decoder
}

func structPlan(t reflect.Type) decoder {
	fields := fieldPlans(t)
	by := map[string]int{}
	for i, f := range fields {
		by[f.name] = i
	}
	return func(q *quick, v reflect.Value) bool {
		if q.null() {
			return true
		}
		if !q.take('{') {
			return false
		}
		if q.take('}') {
			return true
		}
		var seen uint64 // no struct of a record has more than 64 fields; fieldPlans sees to it
		next := 0
		for {
			name, plain := q.plain()
			if !plain || !q.take(':') {
				return false
			}
			// Fields mostly come in their order, with some left out.
			i := next
			for i < len(fields) && fields[i].name != string(name) {
				i++
			}
			if i == len(fields) {
				var ok bool
				if i, ok = by[string(name)]; !ok {
					return false
				}
			}
			if seen&(1<<i) != 0 {
				return false
			}
			seen |= 1 << i
			next = i + 1
			f := &fields[i]
			field := v.Field(f.index)
			if f.within >= 0 {
				field = field.Field(f.within)
			}
			if !f.decode(q, field) {
				return false
			}
			if q.take(',') {
				continue
			}
			return q.take('}')
		}
	}
}

func fieldPlans(t reflect.Type) []fieldPlan {
	var out []fieldPlan
	recurs := func(t reflect.Type, name string) bool {
		for _, r := range recurring {
			if r == t {
				return name != "id" && name != "name" && name != "detail"
			}
		}
		return false
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("json") == "-" {
			continue
		}
		if f.Anonymous {
			for j := range f.Type.NumField() {
				inner := f.Type.Field(j)
				name := jsonName(inner)
				out = append(out, fieldPlan{name, i, j, planOf(inner.Type, recurs(f.Type, name))})
			}
			continue
		}
		name := jsonName(f)
		out = append(out, fieldPlan{name, i, -1, planOf(f.Type, recurs(t, name))})
	}
	if len(out) > 64 {
		return nil // gives up on every line
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
