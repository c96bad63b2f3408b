// Text of servers, made fit for a person.

package attempt

import (
	"strings"
	"unicode"
)

// Clean makes foreign text one line without control characters, of at most about limit bytes. Words that look like
// a secret, or are longer than any name, are taken out.
func Clean(text string, limit int) string {
	const longestWord = 300 // ARNs and resource ids stay whole
	var out strings.Builder
	n := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		if len(word) > longestWord || looksSecret(word) {
			word = "[removed]"
		}
		if n += len(word) + 1; n > limit {
			out.WriteString(" ...")
			break
		}
		if out.Len() > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(strings.ToValidUTF8(strings.Map(printable, word), "\uFFFD"))
	}
	return out.String()
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// looksSecret finds the shapes of keys, session tokens and signatures: long runs of base64 or hex, which unlike names
// of errors hold digits; and the beginnings of Google's and other bearer tokens. In the path of a resource a slash
// stands between words; elsewhere it is a letter of base64.
func looksSecret(word string) bool {
	word = strings.TrimLeft(word, `'"([{<`)
	if strings.HasPrefix(word, "ya29.") || strings.HasPrefix(word, "eyJ") {
		return true
	}
	if strings.HasPrefix(word, "arn:") {
		return false
	}
	path := false
	for _, start := range []string{"/", "projects/", "folders/", "organizations/", "policies/"} {
		path = path || strings.HasPrefix(word, start)
	}
	run, digits := 0, 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9', r == '+', r == '=':
			run, digits = run+1, digits+1
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '/' && !path:
			run++
		default:
			run, digits = 0, 0
		}
		if run >= 40 && digits > 0 {
			return true
		}
	}
	return false
}
