// Where reports go: -o FORMAT[=FILE], several times.

package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// ErrBadDestination is wrapped by every error about -o: the command was used wrongly.
var ErrBadDestination = errors.New("bad output")

// Destination is one -o.
type Destination struct {
	Format string
	File   string // empty: standard output
}

// ParseDestination reads FORMAT or FORMAT=FILE. also names formats that others write (the snapshot), which are
// taken as they are.
func ParseDestination(word string, also ...string) (Destination, error) {
	format, file, hasFile := strings.Cut(word, "=")
	known := append(Formats(), also...)
	if !slices.Contains(known, format) {
		return Destination{}, fmt.Errorf("%w: no format %q; there are %s", ErrBadDestination, format, strings.Join(known, ", "))
	}
	if hasFile && file == "" {
		return Destination{}, fmt.Errorf("%w: %q names no file", ErrBadDestination, word)
	}
	if file == "-" {
		file = ""
	}
	return Destination{Format: format, File: file}, nil
}

// String gives back FORMAT or FORMAT=FILE.
func (d Destination) String() string {
	if d.File == "" {
		return d.Format
	}
	return d.Format + "=" + d.File
}

// checkDestinations refuses two outputs that would write over each other.
func checkDestinations(list []Destination) error {
	seen := map[string]Destination{}
	for _, d := range list {
		at := d.File
		if at != "" {
			at = filepath.Clean(at)
		}
		if other, taken := seen[at]; taken {
			place := "standard output"
			if d.File != "" {
				place = fmt.Sprintf("%q", d.File)
			}
			return fmt.Errorf("%w: %s and %s both write to %s; give one of them a file of its own, as in -o %s=FILE",
				ErrBadDestination, other.Format, d.Format, place, d.Format)
		}
		seen[at] = d
	}
	return nil
}
