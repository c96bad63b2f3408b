// Phrases: short English texts that facts, verdicts and failures carry, and what they are in other languages.

package text

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Phrase is one short text of ours in every language. The English one is its name: it is what records, verdicts and
// failures carry, in memory, in JSON and in the lines of external collectors, so a phrase needs no second name there.
//
// {0}, {1}, ... stand for foreign text (names, values), which is kept as it is; [0], [1], ... stand for other phrases.
type Phrase struct {
	EN, JA string
}

// Phrases returns every phrase there is. A test holds that each phrase that the code can produce is among them.
func Phrases() []Phrase {
	var out []Phrase
	for _, table := range [][]Phrase{settingPhrases(), verdictPhrases(), policyPhrases(), pagePhrases(), readingPhrases(), inputPhrases(), hintPhrases(), usagePhrases(), uncoveredPhrases(), joiningPhrases()} {
		out = append(out, table...)
	}
	return out
}

// maxPhraseBytes and maxPhraseDepth bound the work on foreign text.
const (
	maxPhraseBytes = 4 << 10
	maxPhraseDepth = 6
)

// tellingBytes is how much literal text tells a phrase from what others may have written.
const tellingBytes = 14

// Phrase returns a phrase in the language. What is no phrase (an answer of a server, a phrase that another version
// wrote) comes back as it is, and so does everything in English. The result holds foreign text as it was: clean it.
func (l Lang) Phrase(english string) string {
	if l == EN || len(english) > maxPhraseBytes {
		return english
	}
	if said, ok := phraseBook().say(l, english, 0); ok {
		return said
	}
	return english
}

// Condition says what an answer depends on: a phrase, or a key with the value that it has to have.
func (l Lang) Condition(english string) string {
	if said := l.Phrase(english); said != english || l == EN || len(english) > maxPhraseBytes {
		return said
	}
	if said, ok := conditionBook().say(l, english, 0); ok {
		return said
	}
	return english
}

// Phrases is Phrase for each of a list.
func (l Lang) Phrases(english []string) []string {
	out := make([]string, len(english))
	for i, s := range english {
		out[i] = l.Phrase(s)
	}
	return out
}

// mould is a phrase taken apart: the literal text around its slots.
type mould struct {
	Phrase
	literals []string // one more than slots
	nested   []bool   // per slot: it holds a phrase
	weight   int      // bytes of literal text: the phrase that says most itself is tried first
}

// book finds phrases: those without slots by name, the others by their first letter.
type book struct {
	whole  map[string]Phrase
	moulds map[byte][]mould // by the first byte of the literal text, 0 where a slot comes first; the heaviest first
}

// phraseBook and conditionBook are built once and never changed.
var (
	phraseBook    = sync.OnceValue(func() book { return bind(Phrases()) })
	conditionBook = sync.OnceValue(func() book { return bind(conditionPhrases()) })
)

func bind(phrases []Phrase) book {
	out := book{whole: map[string]Phrase{}, moulds: map[byte][]mould{}}
	for _, p := range phrases {
		m := mould{Phrase: p}
		m.literals, m.nested = takeApart(p.EN)
		if len(m.nested) == 0 {
			out.whole[p.EN] = p
			continue
		}
		first := byte(0)
		if m.literals[0] != "" {
			first = m.literals[0][0]
		}
		for _, s := range m.literals {
			m.weight += len(s)
		}
		list := out.moulds[first]
		at := 0
		for at < len(list) && list[at].weight >= m.weight {
			at++
		}
		list = append(list, mould{})
		copy(list[at+1:], list[at:])
		list[at] = m
		out.moulds[first] = list
	}
	return out
}

// takeApart splits a pattern at its slots, which stand in order.
func takeApart(pattern string) (literals []string, nested []bool) {
	start := 0
	for i := 0; i+2 < len(pattern); i++ {
		open, digit, end := pattern[i], pattern[i+1], pattern[i+2]
		if digit < '0' || digit > '9' || !(open == '{' && end == '}' || open == '[' && end == ']') {
			continue
		}
		literals = append(literals, pattern[start:i])
		nested = append(nested, open == '[')
		start = i + 3
		i += 2
	}
	return append(literals, pattern[start:]), nested
}

func (b book) say(l Lang, english string, depth int) (string, bool) {
	return b.sayFrom(l, english, depth, 0)
}

// sayFrom is say with the phrases that have at least so much literal text.
func (b book) sayFrom(l Lang, english string, depth, weight int) (string, bool) {
	if p, ok := b.whole[english]; ok {
		return Message(p).in(l), true
	}
	if english == "" || depth == maxPhraseDepth {
		return "", false
	}
	// A code or a step in front of another phrase ("denied: no answer") is no part of what that phrase is filled with.
	if lead, rest, ok := strings.Cut(english, ": "); ok {
		if p, ok := b.whole[lead]; ok {
			if said, ok := b.sayFrom(l, rest, depth+1, tellingBytes); ok {
				return strings.NewReplacer("[0]", Message(p).in(l), "[1]", said).Replace(Message(joiningPhrases()[0]).in(l)), true
			}
		}
	}
	here, anywhere := b.moulds[english[0]], b.moulds[0]
	for len(here)+len(anywhere) > 0 {
		var m mould
		if len(anywhere) == 0 || len(here) > 0 && here[0].weight >= anywhere[0].weight {
			m, here = here[0], here[1:]
		} else {
			m, anywhere = anywhere[0], anywhere[1:]
		}
		if m.weight < weight {
			return "", false
		}
		values, ok := m.match(english)
		if !ok {
			continue
		}
		if said, ok := b.fill(l, m, values, depth); ok {
			return said, true
		}
	}
	return "", false
}

// match cuts the text at the literals; a slot holds at least one byte and ends where the next literal first comes.
func (m mould) match(s string) ([]string, bool) {
	last := len(m.literals) - 1
	if !strings.HasPrefix(s, m.literals[0]) {
		return nil, false
	}
	s = s[len(m.literals[0]):]
	if !strings.HasSuffix(s, m.literals[last]) {
		return nil, false
	}
	s = s[:len(s)-len(m.literals[last])]
	values := make([]string, 0, last)
	for _, literal := range m.literals[1:last] {
		at := strings.Index(s, literal)
		if at < 1 {
			return nil, false
		}
		values = append(values, s[:at])
		s = s[at+len(literal):]
	}
	return append(values, s), s != ""
}

// fill puts the values into the sentence. A phrase that says little itself but joins others counts only where one of
// those is known: "a: b" of a server stays what it is.
func (b book) fill(l Lang, m mould, values []string, depth int) (string, bool) {
	known := m.weight >= tellingBytes || !slices.Contains(m.nested, true)
	for i, nested := range m.nested {
		if !nested {
			continue
		}
		if said, ok := b.say(l, values[i], depth+1); ok {
			values[i], known = said, true
		}
	}
	if !known {
		return "", false
	}
	pattern := Message(m.Phrase).in(l)
	var out strings.Builder
	for i := 0; i < len(pattern); i++ {
		if i+2 < len(pattern) && (pattern[i] == '{' && pattern[i+2] == '}' || pattern[i] == '[' && pattern[i+2] == ']') {
			if n := int(pattern[i+1]) - '0'; n >= 0 && n < len(values) {
				out.WriteString(values[n])
				i += 2
				if apart(values[n], pattern[i+1:]) {
					out.WriteByte(' ')
				}
				continue
			}
		}
		out.WriteByte(pattern[i])
	}
	return out.String(), true
}

// apart reports whether Japanese text needs a space between a Latin word and what follows it.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	return last < utf8.RuneSelf && (unicode.IsLetter(last) || unicode.IsDigit(last)) && unicode.In(next, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
