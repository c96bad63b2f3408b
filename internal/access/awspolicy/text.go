package awspolicy

// This file finds a string that lies in a set of wildcard patterns and outside others: the product of their
// automata, built lazily and searched breadth first, so that the answer is exact and the string is a shortest one.

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// work counts what a question costs, in automaton elements touched and constraints tried.
type work struct {
	left int
}

// spend takes n units and reports whether any are left.
func (w *work) spend(n int) bool {
	w.left -= n
	return w.left > 0
}

func (w *work) out() bool { return w.left <= 0 }

// textCon demands that a string lies in one of the languages, or in none when neg is set.
type textCon struct {
	langs []lang
	neg   bool
}

// has reports whether s is in the language.
func (l lang) has(s string) bool {
	if l.start == nil {
		return l.p.match(s)
	}
	set, next := append([]uint64(nil), l.start...), make([]uint64, len(l.start))
	for _, r := range s {
		l.p.step(set, next, r)
		set, next = next, set
	}
	return l.p.accepts(set)
}

func admits(cons []textCon, s string) bool {
	for _, c := range cons {
		in := false
		for _, l := range c.langs {
			if in = l.has(s); in {
				break
			}
		}
		if in == c.neg {
			return false
		}
	}
	return true
}

// findText gives a string of at least minLen runes that meets all constraints. ok is false when there is none,
// or when the work ran out (w.out() tells which).
func findText(cons []textCon, minLen int, w *work) (string, bool) {
	for _, c := range cons {
		if c.neg {
			continue
		}
		if len(c.langs) == 0 {
			return "", false
		}
		if s, ok, decided := pickLiteral(cons, c, minLen, w); decided {
			return s, ok
		}
	}
	if s, ok := guess(cons, minLen, w); ok {
		return s, true
	}
	s := newTextSearch(cons)
	return s.run(minLen, w)
}

// guess tries the plainest strings of the first language that is demanded, which usually do.
func guess(cons []textCon, minLen int, w *work) (string, bool) {
	try := func(s string) bool {
		return w.spend(1+len(s)) && utf8.RuneCountInString(s) >= minLen && admits(cons, s)
	}
	for _, c := range cons {
		if c.neg {
			continue
		}
		for _, l := range c.langs[:min(len(c.langs), 4)] {
			for _, star := range [...]string{"", "x"} {
				if s := l.sample(star); try(s) {
					return s, true
				}
			}
		}
		return "", false
	}
	// Not empty where it need not be: clients do not send an empty header.
	for _, s := range [...]string{"x", ""} {
		if try(s) {
			return s, true
		}
	}
	return "", false
}

// pickLiteral decides by trial when c allows only literal strings.
func pickLiteral(cons []textCon, c textCon, minLen int, w *work) (string, bool, bool) {
	for _, l := range c.langs {
		if _, plain := l.literal(); !plain {
			return "", false, false
		}
	}
	for _, l := range c.langs {
		s, _ := l.literal()
		if !w.spend(1 + len(s)) {
			return "", false, true
		}
		if utf8.RuneCountInString(s) >= minLen && admits(cons, s) {
			return s, true, true
		}
	}
	return "", false, true
}

// textSearch is the lazy product. A state is the concatenation of the position sets of all languages and, while
// fewer than minLen runes are read, their number.
type textSearch struct {
	cons  []textCon
	langs []lang
	at    []int // offset of each language's words in a state
	size  int
	other rune // a rune that no literal mentions
	// extra are runes that some elements do not take.
	extra string
}

func newTextSearch(cons []textCon) *textSearch {
	s := &textSearch{cons: cons}
	for _, c := range cons {
		for _, l := range c.langs {
			s.langs = append(s.langs, l)
			s.at = append(s.at, s.size)
			s.size += words(l.p)
			switch {
			case l.p.classes:
				s.extra = notName
			case l.p.seg && s.extra == "":
				s.extra = ":"
			}
		}
	}
	s.other = s.fresh()
	return s
}

// fresh picks a readable rune outside all literals. One is enough: all such runes behave alike.
func (s *textSearch) fresh() rune {
	used := make(map[rune]bool)
	for _, l := range s.langs {
		for _, e := range l.p.el {
			if e < 0 {
				continue
			}
			used[e] = true
			if l.p.fold {
				for r := unicode.SimpleFold(e); r != e; r = unicode.SimpleFold(r) {
					used[r] = true
				}
			}
		}
	}
	for _, r := range "xyzwvutsrqponmlkjihgfedcba0123456789-_." {
		if !used[r] {
			return r
		}
	}
	r := rune(0x4E00)
	for used[r] || !utf8.ValidRune(r) {
		r++
	}
	return r
}

type textNode struct {
	from int
	by   rune
	deep int
}

func (s *textSearch) run(minLen int, w *work) (string, bool) {
	start := make([]uint64, s.size)
	for i, l := range s.langs {
		set := start[s.at[i] : s.at[i]+words(l.p)]
		if l.start != nil {
			copy(set, l.start)
		} else {
			set[0] = 1
			l.p.closure(set)
		}
	}
	states, nodes := [][]uint64{start}, []textNode{{from: -1}}
	seen := map[string]bool{stateKey(start, min(0, minLen)): true}
	next := make([]uint64, s.size)
	var alphabet []rune
	for head := 0; head < len(states); head++ {
		state, deep := states[head], nodes[head].deep
		if !w.spend(1 + s.size) {
			return "", false
		}
		if deep >= minLen && s.accepting(state) {
			return spell(nodes, head), true
		}
		alphabet = s.alphabet(state, alphabet[:0])
		for _, r := range alphabet {
			if !w.spend(len(s.langs)) {
				return "", false
			}
			for i, l := range s.langs {
				l.p.step(state[s.at[i]:s.at[i]+words(l.p)], next[s.at[i]:s.at[i]+words(l.p)], r)
			}
			if s.dead(next) {
				continue
			}
			key := stateKey(next, min(deep+1, minLen))
			if seen[key] {
				continue
			}
			seen[key] = true
			states = append(states, append([]uint64(nil), next...))
			nodes = append(nodes, textNode{from: head, by: r, deep: deep + 1})
		}
	}
	return "", false
}

func stateKey(state []uint64, deep int) string {
	b := make([]byte, 0, 8*len(state)+1)
	b = append(b, byte(deep))
	for _, w := range state {
		b = append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56))
	}
	return string(b)
}

func spell(nodes []textNode, at int) string {
	n := nodes[at].deep
	out := make([]rune, n)
	for ; n > 0; at = nodes[at].from {
		n--
		out[n] = nodes[at].by
	}
	return string(out)
}

func (s *textSearch) accepting(state []uint64) bool {
	i := 0
	for _, c := range s.cons {
		in := false
		for _, l := range c.langs {
			in = in || l.p.accepts(state[s.at[i]:s.at[i]+words(l.p)])
			i++
		}
		if in == c.neg {
			return false
		}
	}
	return true
}

// dead reports whether no continuation can meet the constraints any more.
func (s *textSearch) dead(state []uint64) bool {
	i := 0
	for _, c := range s.cons {
		live := false
		for _, l := range c.langs {
			set := state[s.at[i] : s.at[i]+words(l.p)]
			i++
			if c.neg && l.p.universal(set) {
				return true
			}
			live = live || !empty(set)
		}
		if !c.neg && !live {
			return true
		}
	}
	return false
}

// alphabet lists the runes that can matter in this state: the literals at its positions, and one for all others.
func (s *textSearch) alphabet(state []uint64, out []rune) []rune {
	add := func(r rune) {
		for _, have := range out {
			if have == r {
				return
			}
		}
		out = append(out, r)
	}
	for i, l := range s.langs {
		set := state[s.at[i] : s.at[i]+words(l.p)]
		for k, w := range set {
			for ; w != 0; w &= w - 1 {
				at := k*64 + bits.TrailingZeros64(w)
				if at >= len(l.p.el) || l.p.el[at] < 0 {
					continue
				}
				e := l.p.el[at]
				add(e)
				if l.p.fold {
					add(unicode.ToUpper(e)) // before rarer signs that fold to the same letter
					add(unicode.ToLower(e))
					for r := unicode.SimpleFold(e); r != e; r = unicode.SimpleFold(r) {
						add(r)
					}
				}
			}
		}
	}
	for _, r := range s.extra {
		add(r)
	}
	add(s.other)
	return out
}
