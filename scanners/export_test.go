package scanners

// QuickLine and SlowLine are the two readers that have to agree.
func QuickLine(text []byte) (Line, bool) {
	var line Line
	ok := new(quick).line(text, &line)
	return line, ok
}

// SlowLine is what encoding/json makes of a line.
func SlowLine(text []byte) (Line, error) { return slowLine(text) }
