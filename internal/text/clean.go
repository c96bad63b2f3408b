// Foreign text made safe for a terminal, a log or a table: what would act or hide becomes visible.

package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxMarks is how many combining marks may follow one character; scripts in use need at most four, and a pile
// of them paints over other lines.
const maxMarks = 4

// Clean returns s on one line with everything visible: control bytes (escape sequences with them), line ends,
// bidirectional controls, zero-width and other invisible characters, private-use and unassigned code points,
// and bytes that are not UTF-8 are written as escapes (\n, \x1b, \u202e), and so is the second # of ##vso[ and ##[,
// with which Azure Pipelines and runners of GitHub Actions are given orders wherever it stands in a line of a log
// (Azure Pipelines, "Logging commands"). What prints stays as it is, so that backslashes of the text's own are not
// doubled: Clean is for eyes, not for reading back.
func Clean(s string) string {
	if plainASCII(s) && !strings.Contains(s, "##") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
			s, marks = s[1:], 0
			continue
		}
		s = s[size:]
		if r == '#' && strings.HasSuffix(b.String(), "#") && strings.HasPrefix(strings.TrimLeftFunc(s, unicode.IsLetter), "[") {
			b.WriteString(`\x23`)
			continue
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if Visible(r) && marks <= maxMarks {
			b.WriteRune(r)
			continue
		}
		writeEscape(&b, r)
	}
	return b.String()
}

// IsClean reports whether Clean would leave s as it is.
func IsClean(s string) bool { return Clean(s) == s }

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func writeEscape(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x100:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// Visible reports whether a character prints, and prints where it stands.
func Visible(r rune) bool {
	switch r {
	case ' ', '\u3000': // the ideographic space is common in Japanese names and two columns wide
		return true
	case '\u115f', '\u1160', '\u3164', '\uffa0': // Hangul fillers: letters by category, blank to the eye
		return false
	case '\u2800': // the empty Braille pattern
		return false
	case '\u034f', '\u17b4', '\u17b5', '\ufffc': // joiner and inherent vowels that are never drawn
		return false
	}
	if unicode.Is(unicode.Variation_Selector, r) {
		return false
	}
	return unicode.IsPrint(r)
}

// Width is how many terminal columns s takes, for text that went through Clean. East Asian wide characters
// count two (UAX #11); ambiguous ones count one, as terminals do by default.
func Width(s string) int {
	if plainASCII(s) {
		return len(s)
	}
	return uniseg.StringWidth(s)
}

// Clip shortens s to at most columns, with an ellipsis where something was cut. It never cuts a character.
func Clip(s string, columns int) string {
	if columns <= 0 {
		return ""
	}
	if Width(s) <= columns {
		return s
	}
	var b strings.Builder
	used, state, rest := 0, -1, s
	for rest != "" {
		var cluster string
		var width int
		cluster, rest, width, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+width > columns-1 {
			break
		}
		b.WriteString(cluster)
		used += width
	}
	return b.String() + "…"
}

// Short is Clip of Clean, at a cost that depends on columns and not on the length of s.
func Short(s string, columns int) string {
	// No column takes more bytes than this: what has no width is written as an escape, but for a few marks. (Only
	// Hangul letters that join without end do; of those less is shown.)
	most := max(columns, 0)*32 + utf8.UTFMax
	if len(s) <= most {
		return Clip(Clean(s), columns)
	}
	for range utf8.UTFMax - 1 {
		if !utf8.RuneStart(s[most]) {
			most--
		}
	}
	start := Clean(s[:most])
	if Width(start) > columns || columns < 1 {
		return Clip(start, columns)
	}
	return strings.TrimSuffix(Clip(start, columns-1), "…") + "…"
}

// Pad fills s with spaces up to columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}
