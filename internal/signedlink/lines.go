package signedlink

// Lines: on which line of its source a place is, counted once and going forward.

import "bytes"

// lineCounter counts the lines before a place, going forward only.
type lineCounter struct {
	wide, bigEndian bool  // the stream begins with the byte order mark of UTF-16
	dropped         int64 // lines before the buffer
	upTo            int   // index in the buffer counted so far
	counted         int64 // lines in buf[:upTo]
}

func (c *lineCounter) detect(b []byte) {
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		c.wide, c.bigEndian = true, b[0] == 0xfe
	}
}

func (c *lineCounter) count(b []byte, offset int64) int64 {
	if !c.wide {
		return int64(bytes.Count(b, []byte{'\n'}))
	}
	// UTF-16: a unit that is U+000A, not any byte of that value.
	var n int64
	low := offset % 2 // index of the first little-endian low byte in b
	if c.bigEndian {
		low = 1 - low
	}
	for i := int(low); i < len(b); i += 2 {
		j := i + 1
		if c.bigEndian {
			j = i - 1
		}
		if b[i] == '\n' && (j < 0 || j >= len(b) || b[j] == 0) {
			n++
		}
	}
	return n
}

func (c *lineCounter) at(b []byte, base int64, at int) int64 {
	if at < c.upTo {
		c.upTo, c.counted = 0, 0
	}
	c.counted += c.count(b[c.upTo:at], base+int64(c.upTo))
	c.upTo = at
	return c.dropped + c.counted + 1
}

func (c *lineCounter) drop(b []byte, base int64) {
	c.dropped += c.count(b, base)
	c.upTo, c.counted = 0, 0
}
