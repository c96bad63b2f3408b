package linksource

// xz: keeping the dictionary of every block within bounds, because the library makes room for whatever a block's header
// says (xz file format, section 3.1).

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// blockGuard passes an xz file on and stops before a block whose dictionary is larger than maxWindow. Where blocks
// begin is known only to who decodes them, so every place where one can begin is looked at: a header that fits at such
// a place, its checksum included, is one but for chance of one in four thousand million.
type blockGuard struct {
	r    io.Reader
	held []byte // read and not passed on, beginning at a multiple of four
	free int    // how much of held has been looked at and may be passed on
	err  error
}

// longestHeader is the longest header of a block.
const longestHeader = 1024

func (g *blockGuard) Read(p []byte) (int, error) {
	for g.free == 0 {
		if g.err != nil {
			return 0, g.err
		}
		g.fill()
	}
	n := copy(p, g.held[:g.free])
	g.held, g.free = g.held[n:], g.free-n
	return n, nil
}

// fill reads on and frees what can't be the beginning of a header that isn't whole yet.
func (g *blockGuard) fill() {
	const step = 32 << 10
	lost := len(g.held)
	more := make([]byte, lost+step)
	copy(more, g.held)
	n, err := io.ReadFull(g.r, more[lost:])
	g.held = more[:lost+n]
	end := len(g.held) - longestHeader
	if err != nil {
		end = len(g.held)
		if g.err = err; err == io.ErrUnexpectedEOF {
			g.err = io.EOF
		}
	}
	i := 0
	for ; i < end; i += 4 {
		if dictionaryOf(g.held[i:]) > maxWindow {
			g.held, g.err = g.held[:i], ErrUnsupported
			break
		}
	}
	g.free = min(i, len(g.held))
}

// dictionaryOf reads the size of the dictionary of the block whose header begins b; 0 where none does.
func dictionaryOf(b []byte) int64 {
	if len(b) < 2 || b[0] == 0 || b[1]&0x3c != 0 {
		return 0
	}
	size := (int(b[0]) + 1) * 4
	if size > len(b) {
		return 0
	}
	flags, i, fields := b[1], 2, b[:size-4]
	for range int(flags>>6&1) + int(flags>>7&1) { // the sizes of the block, where they are written
		for i < len(fields) && fields[i]&0x80 != 0 {
			i++
		}
		i++
	}
	var most int64
	for range int(flags&3) + 1 {
		if i+2 >= len(fields) {
			return 0
		}
		id, length := fields[i], int(fields[i+1])
		if id == 0x21 && length == 1 {
			bits := fields[i+2] & 0x3f
			if bits >= 40 {
				most = 1 << 32
			} else {
				most = max(most, int64(2|bits&1)<<(bits/2+11))
			}
		}
		i += 2 + length
	}
	if most <= maxWindow || crc32.ChecksumIEEE(fields) != binary.LittleEndian.Uint32(b[size-4:]) {
		return 0
	}
	return most
}
