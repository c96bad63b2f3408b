// Package awspolicy decides AWS resource policies for S3 exactly: for a verb and an audience, whether some request
// exists that an Allow admits and no Deny refuses. Constraints on each condition key are sets (wildcard patterns as
// automata, address ranges, numbers, dates, presence), and the solution found is a request that proves the answer.
// It is pure: no network, no clock, no logging.
package awspolicy

// This file reads JSON into nodes that keep byte positions and repeated keys, which encoding/json loses.

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on foreign JSON. S3 caps a bucket policy at 20 KB (S3 User Guide, "Bucket policies"); the text limit is
// generous because infrastructure code may hold more before it is deployed.
const (
	maxPolicyBytes = 1 << 20
	maxDepth       = 32
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	boolNode
	numberNode
	stringNode
	arrayNode
	objectNode
)

func (k nodeKind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "object"}[k]
}

// node is one JSON value. text holds a string's content, or the literal of a number or boolean.
type node struct {
	kind     nodeKind
	off, end int
	text     string
	items    []node
	members  []member
}

type member struct {
	name  string
	value node
	// repeated is true when the same object holds the same name more than once.
	repeated bool
}

type jsonReader struct {
	src []byte
	pos int
}

// readJSON reads exactly one JSON value with nothing but white space after it.
func readJSON(src []byte) (node, error) {
	if len(src) > maxPolicyBytes {
		return node{}, fmt.Errorf("policy is %d bytes long, the limit is %d", len(src), maxPolicyBytes)
	}
	if len(src) >= 3 && src[0] == 0xEF && src[1] == 0xBB && src[2] == 0xBF {
		src = src[3:]
	}
	r := jsonReader{src: src}
	n, err := r.value(0)
	if err != nil {
		return node{}, err
	}
	r.space()
	if r.pos != len(r.src) {
		return node{}, r.fail("text after the end of the JSON value")
	}
	return n, nil
}

func (r *jsonReader) fail(what string) error {
	return fmt.Errorf("offset %d: %s", r.pos, what)
}

func (r *jsonReader) space() {
	for r.pos < len(r.src) {
		switch r.src[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

func (r *jsonReader) value(depth int) (node, error) {
	if depth > maxDepth {
		return node{}, r.fail("nested too deeply")
	}
	r.space()
	if r.pos >= len(r.src) {
		return node{}, r.fail("unexpected end of JSON")
	}
	switch c := r.src[r.pos]; {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		start := r.pos
		s, err := r.str()
		return node{kind: stringNode, off: start, end: r.pos, text: s}, err
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(string(r.src[r.pos:min(len(r.src), r.pos+5)]), word) {
			n := node{kind: boolNode, off: r.pos, end: r.pos + len(word), text: word}
			if word == "null" {
				n.kind = nullNode
			}
			r.pos = n.end
			return n, nil
		}
	}
	return node{}, r.fail("not a JSON value")
}

func (r *jsonReader) number() (node, error) {
	start := r.pos
	for r.pos < len(r.src) && strings.IndexByte("+-.eE0123456789", r.src[r.pos]) >= 0 {
		r.pos++
	}
	text := string(r.src[start:r.pos])
	if !validNumber(text) {
		r.pos = start
		return node{}, r.fail("not a JSON number")
	}
	return node{kind: numberNode, off: start, end: r.pos, text: text}, nil
}

// validNumber checks the JSON grammar of numbers (RFC 8259 section 6).
func validNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		zero := n > 1 && s[0] == '0'
		s = s[n:]
		return n > 0 && !zero
	}
	if !digits() {
		return false
	}
	tail := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if strings.HasPrefix(s, ".") {
		s = s[1:]
		if !tail() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !tail() {
			return false
		}
	}
	return s == ""
}

func (r *jsonReader) array(depth int) (node, error) {
	n := node{kind: arrayNode, off: r.pos}
	r.pos++
	r.space()
	if r.pos < len(r.src) && r.src[r.pos] == ']' {
		r.pos++
		n.end = r.pos
		return n, nil
	}
	for {
		item, err := r.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		n.items = append(n.items, item)
		r.space()
		if r.pos >= len(r.src) {
			return node{}, r.fail("unexpected end of JSON")
		}
		c := r.src[r.pos]
		r.pos++
		if c == ']' {
			n.end = r.pos
			return n, nil
		}
		if c != ',' {
			r.pos--
			return node{}, r.fail("expected a comma or the end of the list")
		}
	}
}

func (r *jsonReader) object(depth int) (node, error) {
	n := node{kind: objectNode, off: r.pos}
	r.pos++
	r.space()
	if r.pos < len(r.src) && r.src[r.pos] == '}' {
		r.pos++
		n.end = r.pos
		return n, nil
	}
	var seen map[string]int // built only for wide objects, so that a hostile one costs no quadratic time
	for {
		r.space()
		if r.pos >= len(r.src) || r.src[r.pos] != '"' {
			return node{}, r.fail("expected a name in double quotes")
		}
		name, err := r.str()
		if err != nil {
			return node{}, err
		}
		r.space()
		if r.pos >= len(r.src) || r.src[r.pos] != ':' {
			return node{}, r.fail("expected a colon")
		}
		r.pos++
		v, err := r.value(depth + 1)
		if err != nil {
			return node{}, err
		}
		m := member{name: name, value: v}
		if seen == nil && len(n.members) == 16 {
			seen = make(map[string]int, 64)
			for i := range n.members {
				seen[n.members[i].name] = i
			}
		}
		if seen != nil {
			if i, ok := seen[name]; ok {
				n.members[i].repeated, m.repeated = true, true
			}
			seen[name] = len(n.members)
		} else {
			for i := range n.members {
				if n.members[i].name == name {
					n.members[i].repeated, m.repeated = true, true
				}
			}
		}
		n.members = append(n.members, m)
		r.space()
		if r.pos >= len(r.src) {
			return node{}, r.fail("unexpected end of JSON")
		}
		c := r.src[r.pos]
		r.pos++
		if c == '}' {
			n.end = r.pos
			return n, nil
		}
		if c != ',' {
			r.pos--
			return node{}, r.fail("expected a comma or the end of the object")
		}
	}
}

func (r *jsonReader) str() (string, error) {
	r.pos++
	start := r.pos
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == '"':
			s := string(r.src[start:r.pos])
			r.pos++
			return strings.ToValidUTF8(s, "\uFFFD"), nil
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			return "", r.fail("control character in a string")
		}
		r.pos++
	}
	return "", r.fail("string without an end")
}

// escaped goes on with a string in which a backslash was met.
func (r *jsonReader) escaped(start int) (string, error) {
	out := append([]byte(nil), r.src[start:r.pos]...)
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		switch {
		case c == '"':
			r.pos++
			return strings.ToValidUTF8(string(out), "\uFFFD"), nil
		case c < 0x20:
			return "", r.fail("control character in a string")
		case c != '\\':
			out = append(out, c)
			r.pos++
			continue
		}
		if r.pos+1 >= len(r.src) {
			return "", r.fail("string without an end")
		}
		e := r.src[r.pos+1]
		r.pos += 2
		switch e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			c1, ok := r.hex4()
			if !ok {
				return "", r.fail("bad \\u escape")
			}
			if utf16.IsSurrogate(c1) && r.pos+1 < len(r.src) && r.src[r.pos] == '\\' && r.src[r.pos+1] == 'u' {
				back := r.pos
				r.pos += 2
				if c2, ok := r.hex4(); ok && utf16.DecodeRune(c1, c2) != utf8.RuneError {
					c1 = utf16.DecodeRune(c1, c2)
				} else {
					r.pos = back
				}
			}
			out = utf8.AppendRune(out, c1)
		default:
			return "", r.fail("bad escape")
		}
	}
	return "", r.fail("string without an end")
}

func (r *jsonReader) hex4() (rune, bool) {
	if r.pos+4 > len(r.src) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(r.src[r.pos:r.pos+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	r.pos += 4
	return rune(v), true
}
