package awspolicy

// This file holds the language of a pattern read from the middle: its positions, steps and what is left of it.

import (
	"math/bits"
	"unicode/utf8"
)

// lang is the language of a pattern read from a set of start positions (nil: from the beginning).
type lang struct {
	p     *pattern
	start []uint64
}

func words(p *pattern) int { return (len(p.el) + 64) / 64 } // len(el)+1 positions

// closure adds the positions that a star may skip to.
func (p *pattern) closure(set []uint64) {
	for i := range set {
		for w := set[i]; w != 0; w &= w - 1 {
			at := i*64 + bits.TrailingZeros64(w)
			for at < len(p.el) && isStar(p.el[at]) {
				at++
				set[at/64] |= 1 << (at % 64)
			}
		}
	}
	n := len(p.el)
	if n > 0 && p.el[n-1] == elStar && set[(n-1)/64]>>((n-1)%64)&1 == 1 {
		clear(set) // everything from here on matches: one canonical state
		set[(n-1)/64] |= 1 << ((n - 1) % 64)
		set[n/64] |= 1 << (n % 64)
	}
}

// step writes to out the positions after rune r.
func (p *pattern) step(set, out []uint64, r rune) {
	clear(out)
	for i := range set {
		for w := set[i]; w != 0; w &= w - 1 {
			at := i*64 + bits.TrailingZeros64(w)
			if at >= len(p.el) || !p.takes(p.el[at], r) {
				continue
			}
			if !isStar(p.el[at]) {
				at++
			}
			out[at/64] |= 1 << (at % 64)
		}
	}
	p.closure(out)
}

func (p *pattern) accepts(set []uint64) bool {
	n := len(p.el)
	return set[n/64]>>(n%64)&1 == 1
}

// universal reports whether every continuation matches.
func (p *pattern) universal(set []uint64) bool {
	n := len(p.el)
	return n > 0 && p.el[n-1] == elStar && set[(n-1)/64]>>((n-1)%64)&1 == 1
}

func empty(set []uint64) bool {
	for _, w := range set {
		if w != 0 {
			return false
		}
	}
	return true
}

// from gives the language that is left after reading prefix, ok false when nothing is.
func (p *pattern) from(prefix string) (lang, bool) {
	set, next := make([]uint64, words(p)), make([]uint64, words(p))
	set[0] = 1
	p.closure(set)
	for _, r := range prefix {
		p.step(set, next, r)
		set, next = next, set
		if empty(set) {
			return lang{}, false
		}
	}
	return lang{p: p, start: set}, true
}

// literal gives the only string of the language when the pattern is plain and read from one position.
func (l lang) literal() (string, bool) {
	if !l.p.plain || l.p.fold {
		return "", false
	}
	if l.start == nil {
		return string(l.p.el), true
	}
	at := -1
	for i, w := range l.start {
		if w == 0 {
			continue
		}
		if at >= 0 || w&(w-1) != 0 {
			return "", false
		}
		at = i*64 + bits.TrailingZeros64(w)
	}
	if at < 0 {
		return "", false
	}
	return string(l.p.el[at:]), true
}

// residue writes the language as wildcard patterns, one per start position that is not contained in another.
func (l lang) residue() []string {
	if l.p.universal(l.start) {
		return []string{"*"}
	}
	var out []string
	for i, w := range l.start {
		for ; w != 0; w &= w - 1 {
			at := i*64 + bits.TrailingZeros64(w)
			if at > 0 && isStar(l.p.el[at-1]) && l.start[(at-1)/64]>>((at-1)%64)&1 == 1 {
				continue // reached by skipping the star before it
			}
			out = append(out, elementText(l.p.el[at:]))
		}
	}
	return out
}

// sample writes a string of the language, with the given text for each star.
func (l lang) sample(star string) string {
	at := 0
	if l.start != nil {
		for i, w := range l.start {
			if w != 0 {
				at = i*64 + bits.TrailingZeros64(w)
				break
			}
		}
	}
	b := make([]byte, 0, len(l.p.el)-at+8)
	for _, e := range l.p.el[at:] {
		switch {
		case isStar(e):
			b = append(b, star...)
		case e < 0:
			b = append(b, 'x')
		default:
			b = utf8.AppendRune(b, e)
		}
	}
	return string(b)
}
