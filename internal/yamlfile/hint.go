// The nearest word, for a key or name that was most likely mistyped.

package yamlfile

import "fmt"

// Hint gives ` (did you mean "x"?)` for the nearest of the known words, or "" where none is near.
func Hint(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// Nearest returns the known word with the fewest edits from word, "" where all are farther than a third of it
// (two edits, as two letters swapped are, for words of four letters and more).
func Nearest(word string, known []string) string {
	if len(word) > 64 {
		return ""
	}
	limit := max(1, len(word)/3)
	if len(word) >= 4 {
		limit = max(limit, 2)
	}
	best, at := "", 1+limit
	for _, k := range known {
		if n := distance(word, k); n < at || n == at && best != "" && k < best {
			best, at = k, n
		}
	}
	return best
}

// distance is the number of single-byte edits between two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := left
			if a[i] != b[j] {
				cost++
			}
			left = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
