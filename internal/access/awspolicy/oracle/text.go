package oracle

// This file reads policy text with wildcards and variables, and matches it.

import (
	"strings"
	"unicode/utf8"
)

// token is a literal rune or a wildcard.
type token struct {
	r    rune
	kind byte // 0 literal, '?', '*'
}

func glob(s string) []token {
	var out []token
	for _, c := range s {
		if c == '*' || c == '?' {
			out = append(out, token{kind: byte(c)})
		} else {
			out = append(out, token{r: c})
		}
	}
	return out
}

// tokens reads policy text with its variables put in. False: a variable has no value. Undefined: it is not a plain one.
func (d *Document) tokens(s string, wildcards bool, r *Request) ([]token, Truth) {
	if !d.modern || !strings.Contains(s, "${") {
		k := textKey{s, wildcards}
		if t, ok := d.texts[k]; ok {
			return t, True
		}
		t, _ := d.expand(s, wildcards, r)
		d.texts[k] = t
		return t, True
	}
	return d.expand(s, wildcards, r)
}

func (d *Document) expand(s string, wildcards bool, r *Request) ([]token, Truth) {
	var out []token
	for s != "" {
		if d.modern && strings.HasPrefix(s, "${") {
			end := strings.Index(s, "}")
			if end < 0 {
				return nil, Undefined
			}
			body := s[2:end]
			s = s[end+1:]
			if body == "*" || body == "?" || body == "$" {
				out = append(out, token{r: rune(body[0])})
				continue
			}
			name, fallback, has := strings.Cut(body, ",")
			name = strings.ToLower(strings.TrimSpace(name))
			if multi(name) || kindOf(name) == "date" || kindOf(name) == "epoch" {
				return nil, Undefined
			}
			values, ok := r.Keys[name]
			text := ""
			switch {
			case ok:
				text = values[0]
			case has:
				text = strings.Trim(strings.TrimSpace(fallback), "'")
			default:
				return nil, False
			}
			for _, c := range text {
				out = append(out, token{r: c})
			}
			continue
		}
		c, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		if wildcards && (c == '*' || c == '?') {
			out = append(out, token{kind: byte(c)})
		} else {
			out = append(out, token{r: c})
		}
	}
	return out, True
}

// wild matches by trying every length for every star; the texts are short.
func wild(p []token, s string) bool {
	for len(p) > 0 && p[0].kind != '*' {
		if s == "" {
			return false
		}
		c, size := utf8.DecodeRuneInString(s)
		if p[0].kind == 0 && p[0].r != c {
			return false
		}
		p, s = p[1:], s[size:]
	}
	if len(p) == 0 {
		return s == ""
	}
	if len(p) == 1 {
		return true
	}
	for {
		if wild(p[1:], s) {
			return true
		}
		if s == "" {
			return false
		}
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
}
