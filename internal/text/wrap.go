// Breaking prose into lines, by the rules of Unicode (UAX #14), which know where Japanese may be broken.

package text

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Wrap breaks s into lines of at most width columns. Line ends in s are kept as line ends. A word longer than a
// line is cut between characters. There is always at least one line.
func Wrap(s string, width int) []string {
	width = max(width, 8)
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		lines = append(lines, wrapParagraph(paragraph, width)...)
	}
	return lines
}

func wrapParagraph(s string, width int) []string {
	if Width(s) <= width {
		return []string{s}
	}
	var lines []string
	line, used, state, rest := "", 0, -1, s
	flush := func() {
		lines = append(lines, strings.TrimRight(line, " "))
		line, used = "", 0
	}
	put := func(segment string) {
		w := Width(strings.TrimRight(segment, " "))
		if used > 0 && used+w > width {
			flush()
		}
		for w > width {
			head := cut(segment, width)
			line = head
			segment = segment[len(head):]
			w = Width(strings.TrimRight(segment, " "))
			flush()
		}
		line += segment
		used += Width(segment)
	}
	var word []string
	putWord := func() {
		if whole := strings.Join(word, ""); Width(strings.TrimRight(whole, " ")) <= width {
			put(whole)
		} else {
			for _, segment := range word {
				put(segment)
			}
		}
		word = word[:0]
	}
	for rest != "" {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		if len(word) > 0 && !oneWord(word[len(word)-1], segment) {
			putWord()
		}
		word = append(word, segment)
	}
	putWord()
	if line != "" || len(lines) == 0 {
		flush()
	}
	return lines
}

// oneWord reports whether two segments belong together where the line has room for both: flags, addresses and ids may
// be broken behind hyphens and slashes, and are easier to read and to copy whole.
func oneWord(before, after string) bool {
	last, first := before[len(before)-1], after[0]
	return last > ' ' && last <= '~' && first > ' ' && first <= '~'
}

// cut returns the longest start of s that fits into width, at least one character.
func cut(s string, width int) string {
	used, state, rest, n := 0, -1, s, 0
	for rest != "" {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if n > 0 && used+w > width {
			break
		}
		used += w
		n += len(cluster)
	}
	return s[:n]
}
