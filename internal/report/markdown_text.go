// Foreign text inside Markdown: nothing of it is markup, a link, HTML or a mention.

package report

import (
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/internal/text"
)

// markdownText escapes one line of prose. Characters that mean something inside a line get a backslash (CommonMark
// 2.4); <, >, & and what makes URLs (www. too), mentions and issue numbers are written as entities, since not every renderer
// stops at the standard. A line that starts like a list or heading is kept from being one.
func markdownText(s string) string {
	var b strings.Builder
	for i, r := range text.Clean(s) {
		switch {
		case strings.ContainsRune("<>&@#:", r), r == '.' && strings.HasSuffix(strings.ToLower(b.String()), "www"):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\`*_{}[]|~$", r), i == 0 && strings.ContainsRune("-+=", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fenced is a block of code with a fence longer than any in it.
func fenced(language, code string) string {
	var lines []string
	longest := 2
	for _, l := range strings.Split(strings.TrimRight(code, "\n"), "\n") {
		l = noOrder(text.Clean(strings.ReplaceAll(l, "\t", "    ")))
		lines = append(lines, l)
		for run, i := 0, 0; i < len(l); i++ {
			if l[i] == '`' {
				run++
				longest = max(longest, run)
			} else {
				run = 0
			}
		}
	}
	fence := strings.Repeat("`", longest+1)
	return fence + language + "\n" + strings.Join(lines, "\n") + "\n" + fence
}
