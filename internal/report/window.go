// The window: whether there is one, and how wide it is.

package report

import (
	"os"
	"strconv"

	"golang.org/x/term"
)

// IsTerminal reports whether the file is a terminal.
func IsTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// WindowWidth is how many columns there are: COLUMNS where it is a number (POSIX, "Environment Variables"), else what
// the terminal says, else 80. Without a terminal file is nil.
func WindowWidth(file *os.File, getenv func(string) string) int {
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if file == nil {
		return defaultWidth
	}
	if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
		return width
	}
	return defaultWidth
}
