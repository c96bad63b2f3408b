// Package text holds every sentence that tojimari says to a person, in each of its languages, and makes foreign
// text safe to show. It knows no report and no command.
package text

import "strings"

// Lang is a language that the catalogue is complete in.
type Lang string

// The languages.
const (
	EN Lang = "en"
	JA Lang = "ja"
)

// Langs returns every language, the default first.
func Langs() []Lang { return []Lang{EN, JA} }

// ParseLang reads the value of --lang; ok is false for a language that there is no catalogue of.
func ParseLang(word string) (lang Lang, ok bool) {
	for _, l := range Langs() {
		if word == string(l) {
			return l, true
		}
	}
	return EN, false
}

// FromEnvironment chooses the language that a person's locale asks for: the first of LC_ALL, LC_MESSAGES and
// LANG that is not empty decides (POSIX, "Internationalization Variables"); a locale in another language, or
// none, gives English.
func FromEnvironment(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := getenv(name)
		if locale == "" {
			continue
		}
		language, _, _ := strings.Cut(strings.ToLower(locale), ".")
		language, _, _ = strings.Cut(language, "@")
		language, _, _ = strings.Cut(strings.ReplaceAll(language, "-", "_"), "_")
		lang, _ := ParseLang(language)
		return lang
	}
	return EN
}

// Pick returns the entry of byLang for the language, else the English one, else any (the first by key), so that
// a rule of a user's own that knows only one language is still shown.
func Pick(byLang map[string]string, lang Lang) string {
	if s := byLang[string(lang)]; s != "" {
		return s
	}
	if s := byLang[string(EN)]; s != "" {
		return s
	}
	first, out := "", ""
	for key, s := range byLang {
		if s != "" && (out == "" || key < first) {
			first, out = key, s
		}
	}
	return out
}
