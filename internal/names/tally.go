package names

// Counting categories over many keys, with a few samples of each.

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is what was found of one category.
type Kind struct {
	Category Category `json:"category"`
	// Count is the number of keys.
	Count int `json:"count"`
	// Words are the texts that told, most frequent first, at most 5.
	Words []string `json:"words"`
	// Samples are a few keys, in the order of the listing, clean for printing and redacted where asked for.
	Samples []string `json:"samples,omitempty"`
}

// Options say what a tally keeps.
type Options struct {
	// Samples per category, 0 for none.
	Samples int
	// Redact replaces everything in a sample but the telling words, separators and the extension by stars.
	Redact bool
}

// Tally counts the categories of many keys in bounded memory. It is not safe for concurrent use.
type Tally struct {
	classifier *Classifier
	options    Options
	keys       int
	counts     map[Category]*count
}

type count struct {
	keys    int
	words   map[string]int
	samples []string
}

// maxWords bounds how many different words are counted per category; the vocabulary is finite, so this only
// guards against odd spellings.
const maxWords = 200

// NewTally starts an empty tally.
func NewTally(c *Classifier, o Options) *Tally {
	return &Tally{classifier: c, options: o, counts: map[Category]*count{}}
}

// Add counts one key.
func (t *Tally) Add(key string) {
	t.keys++
	matches := t.classifier.Classify(key)
	for _, m := range matches {
		n := t.counts[m.Category]
		if n == nil {
			n = &count{words: map[string]int{}}
			t.counts[m.Category] = n
		}
		n.keys++
		if _, known := n.words[m.Text]; known || len(n.words) < maxWords {
			n.words[m.Text]++
		}
		if len(n.samples) < t.options.Samples {
			n.samples = append(n.samples, t.sample(key, matches))
		}
	}
}

func (t *Tally) sample(key string, matches []Match) string {
	if t.options.Redact {
		return Redact(key, matches)
	}
	return Printable(key)
}

// Keys is how many keys were added.
func (t *Tally) Keys() int { return t.keys }

// Kinds returns what was found, in reporting order.
func (t *Tally) Kinds() []Kind {
	var out []Kind
	for _, category := range Categories() {
		n := t.counts[category]
		if n == nil {
			continue
		}
		words := make([]string, 0, len(n.words))
		for w := range n.words {
			words = append(words, w)
		}
		slices.SortFunc(words, func(a, b string) int {
			if d := n.words[b] - n.words[a]; d != 0 {
				return d
			}
			return strings.Compare(a, b)
		})
		out = append(out, Kind{category, n.keys, words[:min(len(words), 5)], n.samples})
	}
	return out
}

// Redact hides a key except for its separators, its extension and the words that told its category. Each hidden run
// becomes one star, so that not even its length shows.
func Redact(key string, matches []Match) string {
	path := normalise(key)
	keep := make([]bool, len(path))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			keep[i] = true
		}
	}
	for _, m := range matches {
		for word := range strings.FieldsSeq(m.Text) {
			for from := 0; ; {
				i := strings.Index(path[from:], word)
				if i < 0 {
					break
				}
				mark(from+i, from+i+len(word))
				from += i + len(word)
			}
		}
	}
	if name := path[strings.LastIndexByte(path, '/')+1:]; extensionOf(name) != "" {
		mark(len(path)-len(extensionOf(name)), len(path))
	}
	var b strings.Builder
	hidden := false
	for i, r := range path {
		if keep[i] || strings.ContainsRune("/._- ", r) {
			b.WriteRune(r)
			hidden = false
		} else if !hidden {
			b.WriteByte('*')
			hidden = true
		}
	}
	return Printable(b.String())
}

// maxPrintable is how many bytes of a key are shown.
const maxPrintable = 300

// Printable makes a foreign string safe and short enough for one line on a terminal: control, formatting and other
// invisible characters (which could move the cursor, recolour, or turn the reading direction round) become U+FFFD.
func Printable(s string) string {
	cut := len(s) > maxPrintable
	if cut {
		end := maxPrintable
		for end > maxPrintable-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
	if cut {
		s += "…"
	}
	return s
}
