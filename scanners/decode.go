// A quick way to read a record line. encoding/json goes over each byte twice and looks every field up anew, which
// is most of the time of judging a snapshot. This reader goes over it once and knows the types beforehand.
//
// It understands only what is plainly well formed: on anything else (an unknown or repeated field, a name in
// another case, a number with a fraction, broken UTF-8) it gives up, and encoding/json decides what the line means
// or what is wrong with it. A fuzz test holds the two to the same result.

package scanners

import (
	"bytes"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
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

func (q *quick) space() {
	for q.at < len(q.text) {
		switch q.text[q.at] {
		case ' ', '\t', '\r', '\n':
			q.at++
		default:
			return
		}
	}
}

// take passes over space and one byte, if it is the next.
func (q *quick) take(b byte) bool {
	if q.at < len(q.text) && q.text[q.at] == b {
		q.at++
		return true
	}
	q.space()
	if q.at < len(q.text) && q.text[q.at] == b {
		q.at++
		return true
	}
	return false
}

// word passes over a literal that stands at the next place.
func (q *quick) word(word string) bool {
	q.space()
	if end := q.at + len(word); end <= len(q.text) && string(q.text[q.at:end]) == word {
		q.at = end
		return true // what follows has to be punctuation, or the caller gives up
	}
	return false
}

func (q *quick) null() bool { return q.at < len(q.text) && q.text[q.at] == 'n' && q.word("null") }

// plain reads a string without escapes in ASCII; the bytes are valid until the text changes.
func (q *quick) plain() ([]byte, bool) {
	if !q.take('"') {
		return nil, false
	}
	start := q.at
	for q.at < len(q.text) {
		switch b := q.text[q.at]; {
		case b == '"':
			q.at++
			return q.text[start : q.at-1], true
		case b == '\\' || b < 0x20 || b >= utf8.RuneSelf:
			return nil, false
		}
		q.at++
	}
	return nil, false
}

// bytes reads any string; the result is valid until the next one is read.
func (q *quick) bytes() ([]byte, bool) {
	if !q.take('"') {
		return nil, false
	}
	rest := q.text[q.at:]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return nil, false
	}
	if escape := bytes.IndexByte(rest[:end], '\\'); escape < 0 {
		q.at += end + 1
		return rest[:end], printable(rest[:end])
	}
	q.buffer = q.buffer[:0]
	for {
		end := bytes.IndexAny(rest, "\"\\")
		if end < 0 || !printable(rest[:end]) {
			return nil, false
		}
		q.buffer = append(q.buffer, rest[:end]...)
		if rest[end] == '"' {
			q.at = len(q.text) - len(rest) + end + 1
			return q.buffer, true
		}
		n := q.unescape(rest[end:])
		if n == 0 {
			return nil, false
		}
		rest = rest[end+n:]
	}
}

// printable reports whether text may stand in a JSON string as it is.
func printable(text []byte) bool {
	ascii := true
	for _, b := range text {
		if b < 0x20 {
			return false
		}
		ascii = ascii && b < utf8.RuneSelf
	}
	return ascii || utf8.Valid(text)
}

// unescape appends what the escape at the start of text stands for and returns its length, 0 to give up.
func (q *quick) unescape(text []byte) int {
	if len(text) < 2 {
		return 0
	}
	if at := strings.IndexByte(`"\/bfnrt`, text[1]); at >= 0 {
		q.buffer = append(q.buffer, "\"\\/\b\f\n\r\t"[at])
		return 2
	}
	r, ok := hexRune(text)
	if !ok {
		return 0
	}
	if !utf16.IsSurrogate(r) {
		q.buffer = utf8.AppendRune(q.buffer, r)
		return 6
	}
	low, ok := hexRune(text[6:])
	if both := utf16.DecodeRune(r, low); ok && both != utf8.RuneError {
		q.buffer = utf8.AppendRune(q.buffer, both)
		return 12
	}
	return 0
}

// hexRune reads the \uXXXX at the start of text.
func hexRune(text []byte) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, b := range text[2:6] {
		switch {
		case b >= '0' && b <= '9':
			r = r<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			r = r<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			r = r<<4 | rune(b-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func decodeString(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	text, ok := q.bytes()
	if ok {
		v.SetString(string(text))
	}
	return ok
}

func decodeRecurring(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	text, ok := q.bytes()
	if !ok {
		return false
	}
	known, have := q.known[string(text)]
	if !have {
		known = string(text)
		if q.known == nil {
			q.known = map[string]string{}
		}
		if len(q.known) < maxKnown && len(known) <= 128 {
			q.known[known] = known
		}
	}
	v.SetString(known)
	return true
}

func decodeState(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	text, ok := q.plain()
	if !ok {
		return false
	}
	for i, name := range stateNames {
		if name == string(text) {
			v.SetUint(uint64(i))
			return true
		}
	}
	return false
}

func decodeTime(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	q.space()
	start := q.at
	if _, ok := q.plain(); !ok {
		return false
	}
	return v.Addr().Interface().(*time.Time).UnmarshalJSON(q.text[start:q.at]) == nil
}

func decodeBool(q *quick, v reflect.Value) bool {
	switch {
	case q.word("true"):
		v.SetBool(true)
		return true
	case q.word("false"):
		return true
	}
	return q.null()
}

// decodeInt reads whole numbers that are sure to fit.
func decodeInt(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	q.space()
	negative := q.at < len(q.text) && q.text[q.at] == '-'
	if negative {
		q.at++
	}
	start, n := q.at, int64(0)
	for q.at < len(q.text) && q.text[q.at] >= '0' && q.text[q.at] <= '9' {
		n = n*10 + int64(q.text[q.at]-'0')
		q.at++
		if q.at-start > 18 {
			return false
		}
	}
	if q.at == start || q.text[start] == '0' && (q.at > start+1 || negative) {
		return false
	}
	if negative {
		n = -n
	}
	if v.OverflowInt(n) {
		return false
	}
	v.SetInt(n)
	return true
}

func decodeMap(q *quick, v reflect.Value) bool {
	if q.null() {
		return true
	}
	if !q.take('{') {
		return false
	}
	out := map[string]string{}
	v.Set(reflect.ValueOf(out))
	if q.take('}') {
		return true
	}
	for {
		text, ok := q.bytes()
		if !ok {
			return false
		}
		key := string(text)
		if !q.take(':') {
			return false
		}
		if q.space(); q.null() {
			out[key] = ""
		} else if text, ok = q.bytes(); !ok {
			return false
		} else {
			out[key] = string(text)
		}
		if q.take(',') {
			continue
		}
		return q.take('}')
	}
}
