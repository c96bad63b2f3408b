// What the terminal can show: colour, width, progress.

package cli

import (
	"io"
	"os"

	"github.com/tojimari/tojimari/internal/report"
)

// terminalOf returns the file when w is a terminal.
func terminalOf(w io.Writer) (*os.File, bool) {
	file, isFile := w.(*os.File)
	if !isFile || !report.IsTerminal(file) {
		return nil, false
	}
	return file, true
}

// width is how many columns w has; for what is no terminal only COLUMNS counts.
func (a *app) width(w io.Writer) int {
	file, _ := terminalOf(w)
	return report.WindowWidth(file, os.Getenv)
}

// colours decides about colour in what is written to w.
func (a *app) colours(w io.Writer) bool {
	_, isTerminal := terminalOf(w)
	return report.UseColour(a.color, isTerminal, os.Getenv)
}

// progress draws to stderr when that is a terminal that can erase a line.
func (a *app) progress() *report.Progress {
	file, isTerminal := terminalOf(a.Err)
	return report.NewProgress(a.Err, report.ProgressOptions{
		On: isTerminal && os.Getenv("TERM") != "dumb", Lang: a.lang, Now: a.clock,
		Width: func() int { return report.WindowWidth(file, os.Getenv) },
	})
}
