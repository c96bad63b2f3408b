package names

// From a key to its categories.

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxKey is how many bytes of a key are looked at; S3 and GCS allow 1,024.
	maxKey = 4096
	// maxTerm is the longest run of words that a term has.
	maxTerm = 4
)

// Classifier knows the words. Build one with New and share it: it is immutable.
type Classifier struct {
	latin      map[string]Category // words of a term joined without separator
	spaced     map[string]bool     // joined terms of more than one word; short ones do not count when written together
	japanese   []japaneseTerm
	extensions map[string]Category
	paper, web map[string]bool
	media      map[string]bool
	decor      map[string]bool
	furnished  map[string]bool
	programs   map[string]bool
	places     map[string]Category
	faint      map[string]bool
	harmless   map[string]bool
	keyWords   map[string]bool
}

type japaneseTerm struct {
	text     string
	category Category
}

// New builds the classifier.
func New() *Classifier {
	c := &Classifier{
		latin: map[string]Category{}, spaced: map[string]bool{},
		extensions: extensions(), paper: paper(), web: web(), media: media(), decor: decor(), furnished: furnished(), programs: programs(),
		places: places(), faint: faint(), harmless: harmless(), keyWords: keyWords(),
	}
	words, parts := latin(), japanese()
	for _, category := range Categories() {
		for _, w := range words[category] {
			joined := strings.ReplaceAll(w, " ", "")
			if _, taken := c.latin[joined]; !taken {
				c.latin[joined] = category
			}
			c.spaced[joined] = strings.Contains(w, " ")
		}
		for _, p := range parts[category] {
			c.japanese = append(c.japanese, japaneseTerm{norm.NFKC.String(p), category})
		}
	}
	return c
}

// Match is one category that a key falls into and the text that says so.
type Match struct {
	Category Category
	// Text is the part of the normalised key that told: a word, a phrase or an extension with its dot.
	Text string
}

// Classify returns the categories of a key in reporting order, each once. The whole path speaks, so that
// "passports/1234.jpg" counts.
func (c *Classifier) Classify(key string) []Match {
	path := normalise(key)
	name := path[strings.LastIndexByte(path, '/')+1:]
	extension := extensionOf(name)
	found := map[Category]string{}
	add := func(category Category, text string) {
		if _, seen := found[category]; !seen && c.fits(category, extension, name) {
			found[category] = text
		}
	}
	certain := func(category Category, text string) {
		if _, seen := found[category]; !seen {
			found[category] = text
		}
	}
	if c.programs[name] {
		return nil
	}
	c.byExtension(name, certain)
	if extension == "key" && c.privateKey(path, name) {
		certain(Secret, ".key")
	}
	for end, category := range c.places {
		if path == end || strings.HasSuffix(path, "/"+end) {
			certain(category, end)
		}
	}
	if !c.decorates(name) && !c.isFurnished(path) {
		c.byWords(path, func(category Category, text string) {
			if c.faint[text] && c.picture(extension) {
				return
			}
			add(category, text)
		})
	}
	if !isASCII(path) {
		for _, term := range c.japanese {
			if strings.Contains(path, term.text) {
				add(term.category, term.text)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	out := make([]Match, 0, len(found))
	for _, category := range Categories() {
		if text, ok := found[category]; ok {
			out = append(out, Match{category, text})
		}
	}
	return out
}

// fits says whether a word of this category means something in a file with this extension.
func (c *Classifier) fits(category Category, extension, name string) bool {
	switch category {
	case Secret:
		return !c.media[extension] && (!c.web[extension] || extension == "php") && extension != "pub"
	case Export, Backup:
		return !c.media[extension] && !c.web[extension]
	case Contract:
		return !c.web[extension] && extension != "json" // what is called a contract there is a program's
	case Personal:
		return !c.media[extension] && (extension == "" || name == "" || c.paper[extension])
	default:
		// A directory, or an object without extension, is not known to be anything else.
		return extension == "" || name == "" || c.paper[extension]
	}
}

// privateKey tells a private key from a presentation, which have the same extension: by a word beside it, or by a host
// name as the name.
func (c *Classifier) privateKey(path, name string) bool {
	return strings.Count(name, ".") > 1 || slices.ContainsFunc(splitWords(strings.TrimSuffix(path, ".key")), func(w string) bool { return c.keyWords[w] })
}

// picture reports whether an extension is that of a picture.
func (c *Classifier) picture(extension string) bool {
	switch extension {
	case "png", "jpg", "jpeg", "gif", "webp", "avif", "bmp":
		return true
	}
	return false
}

// isFurnished reports whether a directory of the path holds what others wrote.
func (c *Classifier) isFurnished(path string) bool {
	for {
		part, rest, isDirectory := strings.Cut(path, "/")
		if !isDirectory {
			return false
		}
		if c.furnished[part] {
			return true
		}
		path = rest
	}
}

// decorates reports whether a name is that of a picture on a site.
func (c *Classifier) decorates(name string) bool {
	return slices.ContainsFunc(splitWords(name), func(w string) bool { return c.decor[w] })
}

// byExtension looks at every extension of the name: dump.sql.gz, .env.production, db.bak.2026-01-01.
func (c *Classifier) byExtension(name string, add func(Category, string)) {
	first := true
	for part := range strings.SplitSeq(name, ".") {
		if first {
			first = false
			continue
		}
		if category, ok := c.extensions[part]; ok {
			add(category, "."+part)
		}
	}
}

// byWords looks for terms in runs of words; runs do not cross a slash. A single word for people ("users", "members")
// says nothing as a directory, of which half of all applications have one, and much as the name of a file.
func (c *Classifier) byWords(path string, add func(Category, string)) {
	for path != "" {
		part, rest, isDirectory := strings.Cut(path, "/")
		path = rest
		words := splitWords(part)
		for i := range words {
			joined := ""
			if i+1 < len(words) && c.harmless[words[i]+words[i+1]] {
				continue
			}
			for n := 1; n <= maxTerm && i+n <= len(words); n++ {
				joined += words[i+n-1]
				category, ok := c.latin[joined]
				if !ok || n == 1 && (c.spaced[joined] && len(joined) < 6 || category == Personal && isDirectory) {
					continue
				}
				add(category, strings.Join(words[i:i+n], " "))
			}
		}
	}
}

// splitWords takes runs of letters and digits; a run of digits is a word of its own unless a letter precedes it
// directly (w2, ed25519).
func splitWords(s string) []string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	out := words[:0:0]
	for _, w := range words {
		i := strings.IndexFunc(w, unicode.IsDigit)
		trimmed := strings.TrimRightFunc(w, unicode.IsDigit)
		if i > 0 && len(trimmed) >= 4 && len(trimmed) < len(w) {
			// "passport2" is "passport"; "w2" stays.
			out = append(out, trimmed)
			continue
		}
		out = append(out, w)
	}
	return out
}

// normalise undoes percent-encoding, folds width and composition (a file name from a Mac is decomposed), puts blanks
// between camel-case words and lowers case.
func normalise(key string) string {
	key = key[:min(len(key), maxKey)]
	if strings.Contains(key, "%") {
		if s, err := url.PathUnescape(key); err == nil {
			key = s
		}
	}
	key = strings.ToValidUTF8(key, "\uFFFD")
	if !isASCII(key) {
		key = norm.NFKC.String(key)
	}
	var b strings.Builder
	b.Grow(len(key) + 8)
	var previous rune
	for _, r := range key {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			b.WriteByte(' ')
		}
		previous = r
		if unicode.IsControl(r) {
			r = ' '
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// extensionOf is the last extension of a name, without the dot, or "".
func extensionOf(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || len(name)-i > 10 {
		return ""
	}
	return name[i+1:]
}

func isASCII(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b >= 0x80 })
}
