// Where a recovered panic came from.

package engine

import (
	"bytes"
	"path/filepath"
	"strings"
)

// panicPlace finds the file and line of the panic in a stack taken while recovering: the frame after the last
// "panic(" of the runtime. Only the last two parts of the path are kept.
func panicPlace(stack []byte) string {
	lines := strings.Split(string(bytes.TrimSpace(stack)), "\n")
	at := -1
	for i, line := range lines {
		if strings.HasPrefix(line, "panic(") {
			at = i
		}
	}
	for i := at + 2; at >= 0 && i+1 < len(lines); i += 2 {
		if strings.HasPrefix(lines[i], "runtime.") {
			continue
		}
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		return filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(place)), filepath.Base(place)))
	}
	return "an unknown place"
}
