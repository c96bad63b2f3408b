// The values of a record line as the quick reader takes them: strings, states, times, numbers, tables.

package scanners

import (
	"reflect"
	"time"
)

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
