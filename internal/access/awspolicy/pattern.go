package awspolicy

// This file holds wildcard patterns: how policy text becomes one, and how one matches a given string.

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern elements that are not literal runes. The seg forms stay inside one colon-delimited segment of an ARN
// (IAM User Guide, "Condition operators": ArnLike checks each of the six components separately).
const (
	elAny     rune = -1 - iota // exactly one rune
	elStar                     // any number of runes
	elSegAny                   // exactly one rune but a colon
	elSegStar                  // any number of runes but colons
	// The next stand for what a variable may be: text without wildcards, and names.
	elPlainAny
	elPlainStar
	elNameAny
	elNameStar
)

// What identifiers and tags never hold, and what names do not either.
const (
	notPlain = "*?${}"
	notName  = notPlain + "/: "
)

// pattern is a compiled wildcard pattern over runes.
type pattern struct {
	el []rune
	// fold compares literals without regard to case (simple folding, as strings.EqualFold).
	fold bool
	// plain is true when every element is a literal.
	plain bool
	// seg is true when an element stays inside one ARN segment, classes when one is of the plain or name forms.
	seg, classes bool
}

func newPattern(el []rune, fold bool) *pattern {
	p := &pattern{el: make([]rune, 0, len(el)), fold: fold, plain: true}
	for _, e := range el {
		if e == elStar && len(p.el) > 0 && p.el[len(p.el)-1] == elStar {
			continue
		}
		if e < 0 {
			p.plain = false
			p.seg = p.seg || e == elSegAny || e == elSegStar
			p.classes = p.classes || e <= elPlainAny
		}
		p.el = append(p.el, e)
	}
	return p
}

// globPattern compiles text in which `*` and `?` are wildcards.
func globPattern(s string, fold bool) *pattern {
	el := make([]rune, 0, len(s))
	for _, r := range s {
		switch r {
		case '*':
			r = elStar
		case '?':
			r = elAny
		}
		el = append(el, r)
	}
	return newPattern(el, fold)
}

func textPattern(s string) *pattern { return newPattern([]rune(s), false) }

func foldEqual(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}

// takes reports whether element e consumes rune r.
func (p *pattern) takes(e, r rune) bool {
	switch e {
	case elAny, elStar:
		return true
	case elSegAny, elSegStar:
		return r != ':'
	case elPlainAny, elPlainStar:
		return !strings.ContainsRune(notPlain, r)
	case elNameAny, elNameStar:
		return !strings.ContainsRune(notName, r)
	}
	return e == r || p.fold && foldEqual(e, r)
}

func isStar(e rune) bool {
	return e == elStar || e == elSegStar || e == elPlainStar || e == elNameStar
}

// match reports whether the whole of s is in the pattern's language. One backtracking point is enough: a later
// star can absorb whatever an earlier one could, and the seg forms are separated by literal colons.
func (p *pattern) match(s string) bool {
	if p.classes { // a later star may absorb less than an earlier one
		l, ok := p.from("")
		return ok && l.has(s)
	}
	i, star, mark := 0, -1, 0
	for pos := 0; pos < len(s); {
		r, size := decode(s[pos:])
		if i < len(p.el) && isStar(p.el[i]) {
			star, mark = i, pos
			i++
			continue
		}
		if i < len(p.el) && p.takes(p.el[i], r) {
			i++
			pos += size
			continue
		}
		if star < 0 {
			return false
		}
		r, size = decode(s[mark:])
		if !p.takes(p.el[star], r) {
			return false
		}
		mark += size
		pos, i = mark, star+1
	}
	for i < len(p.el) && isStar(p.el[i]) {
		i++
	}
	return i == len(p.el)
}

// decode is utf8.DecodeRuneInString with a short way for ASCII.
func decode(s string) (rune, int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	return utf8.DecodeRuneInString(s)
}

// String gives the pattern back as policy text, for reports.
func (p *pattern) String() string { return elementText(p.el) }

func elementText(el []rune) string {
	var b strings.Builder
	for _, e := range el {
		switch {
		case isStar(e):
			b.WriteByte('*')
		case e < 0:
			b.WriteByte('?')
		default:
			b.WriteRune(e)
		}
	}
	return b.String()
}

// template is policy text before its variables have values.
type template struct {
	raw   string
	parts []part
	// ready is the compiled pattern when there is no variable, nil otherwise.
	ready *pattern
	// broken says why the text has no decided meaning, empty when it has one.
	broken string
}

// part is a run of elements, or one variable.
type part struct {
	el []rune
	// key is the lower-case name of the variable, empty for a run of elements.
	key        string
	fallback   string
	hasDefault bool
}

// textForm says how the text of a value is to be read.
type textForm uint8

const (
	formLiteral textForm = iota // StringEquals: wildcards are plain characters
	formFold                    // StringEqualsIgnoreCase
	formGlob                    // StringLike, Resource
	formARN                     // ArnLike, ArnEquals
)

// parseTemplate reads policy text. Variables exist only under Version 2012-10-17 (IAM User Guide, "Policy variables").
func parseTemplate(s string, form textForm, variables bool) template {
	t := template{raw: s}
	var run []rune
	flush := func() {
		if len(run) > 0 {
			t.parts = append(t.parts, part{el: run})
			run = nil
		}
	}
	for len(s) > 0 {
		if variables && strings.HasPrefix(s, "${") {
			end := strings.IndexByte(s, '}')
			if end < 0 {
				t.broken = "a policy variable is not closed"
				return t
			}
			body := s[2:end]
			s = s[end+1:]
			switch body {
			case "*", "?", "$":
				run = append(run, rune(body[0]))
				continue
			}
			p, ok := parseVariable(body)
			if !ok {
				t.broken = "a policy variable is malformed"
				return t
			}
			flush()
			t.parts = append(t.parts, p)
			continue
		}
		r, size := decode(s)
		s = s[size:]
		if form >= formGlob {
			switch r {
			case '*':
				r = elStar
			case '?':
				r = elAny
			}
		}
		run = append(run, r)
	}
	flush()
	for _, p := range t.parts {
		if p.key != "" {
			return t
		}
	}
	t.ready, t.broken = t.fill(form, nil)
	return t
}

// parseVariable reads the inside of ${...}: a key and maybe a default in single quotes.
func parseVariable(body string) (part, bool) {
	key, rest, has := strings.Cut(body, ",")
	p := part{key: strings.ToLower(strings.TrimSpace(key))}
	if p.key == "" || strings.ContainsAny(p.key, "${'\"") {
		return p, false
	}
	if has {
		rest = strings.TrimSpace(rest)
		if len(rest) < 2 || rest[0] != '\'' || rest[len(rest)-1] != '\'' {
			return p, false
		}
		p.hasDefault, p.fallback = true, rest[1:len(rest)-1]
	}
	return p, true
}

// fill compiles the template with the given values of its variables, in order of occurrence.
func (t *template) fill(form textForm, values [][]rune) (*pattern, string) {
	var el []rune
	for _, p := range t.parts {
		if p.key == "" {
			el = append(el, p.el...)
			continue
		}
		el = append(el, values[0]...)
		values = values[1:]
	}
	if form != formARN {
		return newPattern(el, form == formFold), ""
	}
	return arnPattern(el)
}

// arnPattern confines wildcards of the first five segments to their segment. A lone `*` matches every ARN.
func arnPattern(el []rune) (*pattern, string) {
	only := len(el) > 0
	colons := 0
	for _, e := range el {
		only = only && e == elStar
		if e == ':' {
			colons++
		}
	}
	if only {
		return newPattern(el[:1], false), ""
	}
	if colons < 5 {
		return nil, "an ARN operator has a value with fewer than six parts"
	}
	out := make([]rune, len(el))
	colons = 0
	for i, e := range el {
		if e == ':' {
			colons++
		}
		if colons < 5 && e == elStar {
			e = elSegStar
		}
		if colons < 5 && e == elAny {
			e = elSegAny
		}
		out[i] = e
	}
	return newPattern(out, false), ""
}
