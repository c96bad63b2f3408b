package linksource

// Archives: zip, tar and compressed streams, inside one another, within bounds.

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Bounds of memory: the zstd window, the xz dictionary, a zip's directory, and what is held before a file is used.
const (
	maxWindow    = 64 << 20
	maxDirectory = 32 << 20
	spoolMemory  = 4 << 20
	sniffed      = 1024
)

// budget is what one top-level file may still become.
type budget struct {
	bytes   int64
	members int
	over    error // why it was exceeded
}

func (w *walker) budget(size int64) *budget {
	limit := w.limits.Expanded
	if size >= 0 && size < w.limits.Expanded/w.limits.Ratio {
		limit = min(limit, freeExpansion+size*w.limits.Ratio)
	}
	return &budget{bytes: limit, members: w.limits.Members}
}

// metered counts expanded bytes.
type metered struct {
	r io.Reader
	b *budget
}

func (m metered) Read(p []byte) (int, error) {
	if m.b.over != nil {
		return 0, m.b.over
	}
	n, err := m.r.Read(p)
	if m.b.bytes -= int64(n); m.b.bytes < 0 {
		m.b.over = ErrTooLarge
		return 0, m.b.over
	}
	return n, err
}

// part is something to look into: a stream and, where it has one, the random access behind it.
type part struct {
	source string
	commit *Commit
	r      io.Reader
	at     io.ReaderAt // nil for a stream
	size   int64       // -1 when unknown
	depth  int
	budget *budget
	office bool // a member of an office document
}

// top opens one top-level file. f is nil for a stream.
func (w *walker) top(source string, f *os.File, r io.Reader, size int64) {
	p := part{source: source, r: r, size: size, budget: w.budget(size)}
	if f != nil {
		p.at = f
	}
	w.part(p)
}

// part looks at the first bytes and goes the way they say.
func (w *walker) part(p part) {
	head, err := w.sniff(&p)
	if err != nil {
		w.skip(p.source, err)
		return
	}
	open, archive := opener(head)
	switch {
	case archive && p.depth >= w.limits.Depth:
		w.skip(p.source, ErrTooDeep)
	case open != nil:
		w.compressed(p, open)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
		w.zip(p)
	case isTar(head):
		w.tar(p)
	case bytes.HasPrefix(head, []byte("%PDF-")):
		w.twice(p, "text", pdfText)
	case isHAR(p.source, head):
		w.har(p)
	case p.office:
		w.twice(p, "text", markupText)
	default:
		w.emit(Unit{Source: p.source, Commit: p.commit, Reader: p.r})
	}
	if over := p.budget.over; over != nil && p.depth == 0 {
		w.skip(p.source, over)
	}
}

// sniff returns the first bytes of a part and leaves its reader at the beginning.
func (w *walker) sniff(p *part) ([]byte, error) {
	if p.at != nil {
		n, err := p.at.ReadAt(w.head[:], 0)
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return w.head[:n], err
	}
	br := bufio.NewReaderSize(p.r, sniffed)
	p.r = br
	head, err := br.Peek(sniffed)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return head, err
}

// opener returns how to open a compressed stream; archive is also true for zip and tar.
func opener(head []byte) (open func(io.Reader) (io.Reader, func(), error), archive bool) {
	nothing := func() {}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return func(r io.Reader) (io.Reader, func(), error) {
			z, err := gzip.NewReader(r)
			return z, nothing, err
		}, true
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) || len(head) > 4 && head[0]&0xf0 == 0x50 && bytes.HasPrefix(head[1:], []byte{0x2a, 0x4d, 0x18}):
		return func(r io.Reader) (io.Reader, func(), error) {
			z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, nothing, err
			}
			return z, z.Close, nil
		}, true
	case bytes.HasPrefix(head, []byte{0xfd, '7', 'z', 'X', 'Z', 0}):
		return func(r io.Reader) (io.Reader, func(), error) {
			z, err := xz.NewReader(&blockGuard{r: r})
			return z, nothing, err
		}, true
	case bytes.HasPrefix(head, []byte("BZh")) && len(head) > 10 && bytes.Equal(head[4:10], []byte{0x31, 0x41, 0x59, 0x26, 0x53, 0x59}):
		return func(r io.Reader) (io.Reader, func(), error) { return bzip2.NewReader(r), nothing, nil }, true
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), isTar(head):
		return nil, true
	default:
		return nil, false
	}
}

func isTar(head []byte) bool {
	const magic = 257
	return len(head) >= magic+5 && bytes.Equal(head[magic:magic+5], []byte("ustar"))
}

func (w *walker) compressed(p part, open func(io.Reader) (io.Reader, func(), error)) {
	r, done, err := open(bufio.NewReaderSize(p.r, 64<<10))
	if err != nil {
		w.skip(p.source, err)
		return
	}
	defer done()
	p.r, p.at, p.size, p.depth = metered{r, p.budget}, nil, -1, p.depth+1
	w.part(p)
}

func (w *walker) tar(p part) {
	t := tar.NewReader(bufio.NewReaderSize(p.r, 64<<10))
	for !w.stopped {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			w.skip(p.source, fmt.Errorf("reading its members: %w", err))
			return
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		member := p
		member.source, member.r, member.at, member.size, member.depth = p.source+"!"+memberName(h.Name), t, nil, h.Size, p.depth+1
		if p.depth == 0 {
			member.r = metered{t, p.budget} // sparse members grow
		}
		if !w.member(member) {
			return
		}
	}
}

// member looks into one member, within the bounds.
func (w *walker) member(p part) bool {
	if p.budget.members--; p.budget.members < 0 && p.budget.over == nil {
		p.budget.over = ErrTooMany
	}
	if p.budget.over != nil {
		return false
	}
	w.part(p)
	return !w.stopped && p.budget.over == nil
}

func (w *walker) zip(p part) {
	at, size, done, err := w.randomAccess(p)
	if err != nil {
		w.skip(p.source, err)
		return
	}
	defer done()
	if directory := directoryOf(at, size); directory > maxDirectory {
		w.skip(p.source, ErrTooMany)
		return
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		// What only begins like a zip is still bytes.
		if w.skip(p.source, err) {
			w.emit(Unit{Source: p.source, Commit: p.commit, Reader: io.NewSectionReader(at, 0, size)})
		}
		return
	}
	office := false
	for _, f := range z.File {
		office = office || f.Name == "[Content_Types].xml" || f.Name == "content.xml"
	}
	for _, f := range z.File {
		if w.stopped {
			return
		}
		if f.FileInfo().IsDir() {
			continue
		}
		source := p.source + "!" + memberName(f.Name)
		if f.Flags&1 != 0 {
			w.skip(source, ErrEncrypted)
			continue
		}
		r, err := f.Open()
		if err != nil {
			if errors.Is(err, zip.ErrAlgorithm) {
				err = ErrUnsupported
			}
			w.skip(source, err)
			continue
		}
		more := w.member(part{source: source, commit: p.commit, r: metered{r, p.budget}, size: int64(f.UncompressedSize64), depth: p.depth + 1, budget: p.budget,
			office: office && strings.HasSuffix(f.Name, ".xml")})
		_ = r.Close()
		if !more {
			return
		}
	}
}

// directoryOf reads the size of a zip's central directory from its end record, because the library holds all of it.
func directoryOf(at io.ReaderAt, size int64) int64 {
	const record, longest = 22, 22 + 65535
	tail := make([]byte, min(size, longest))
	if _, err := at.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || i+record > len(tail) {
		return 0
	}
	directory := int64(binary.LittleEndian.Uint32(tail[i+12:]))
	if j := bytes.LastIndex(tail[:i], []byte("PK\x06\x07")); directory == 0xffffffff && j >= 0 && j+16 <= len(tail) {
		end := make([]byte, 56)
		if _, err := at.ReadAt(end, int64(binary.LittleEndian.Uint64(tail[j+8:]))); err == nil {
			directory = int64(binary.LittleEndian.Uint64(end[40:]))
		}
	}
	if directory < 0 {
		return maxDirectory + 1
	}
	return directory
}

// randomAccess returns a part's bytes for reading anywhere: the file behind it, memory, or a private temporary file.
func (w *walker) randomAccess(p part) (at io.ReaderAt, size int64, done func(), err error) {
	if p.at != nil {
		return p.at, p.size, func() {}, nil
	}
	held, err := io.ReadAll(io.LimitReader(p.r, spoolMemory))
	if err != nil {
		return nil, 0, nil, err
	}
	if len(held) < spoolMemory {
		return bytes.NewReader(held), int64(len(held)), func() {}, nil
	}
	f, err := os.CreateTemp(w.opt.TempDir, "tojimari-*")
	if err != nil {
		return nil, 0, nil, fmt.Errorf("making room for an archive: %w", err)
	}
	done = func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	if _, err := f.Write(held); err == nil {
		_, err = io.Copy(f, io.LimitReader(p.r, w.limits.Expanded))
		if err == nil {
			size, err = f.Seek(0, io.SeekCurrent)
		}
		if err == nil {
			return f, size, done, nil
		}
	}
	done()
	if p.budget.over != nil {
		return nil, 0, nil, p.budget.over
	}
	return nil, 0, nil, fmt.Errorf("making room for an archive: %w", err)
}

// twice yields a part as it is and in a second view.
func (w *walker) twice(p part, view string, text func(io.Reader, *budget) io.Reader) {
	at, size, done, err := w.randomAccess(p)
	if err != nil {
		w.skip(p.source, err)
		return
	}
	defer done()
	if w.emit(Unit{Source: p.source, Commit: p.commit, Reader: io.NewSectionReader(at, 0, size)}) {
		w.emit(Unit{Source: p.source, View: view, Commit: p.commit, Reader: text(io.NewSectionReader(at, 0, size), p.budget)})
	}
}

// memberName bounds a name that stands in an archive.
func memberName(name string) string {
	const most = 1024
	if len(name) > most {
		name = name[:most]
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}
