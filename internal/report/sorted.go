// The store of findings: sorted, in bounded memory, spilling sorted runs into one private file.

package report

import (
	"bufio"
	"container/heap"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/tojimari/tojimari/internal/result"
)

const (
	defaultSpillAt = 50_000
	// spillBytes bounds the store where findings are large; it is compared with the length of their texts.
	spillBytes = 16 << 20
)

// item is one finding with the severity that its group is sorted by.
type item struct {
	Worst  int // rank of the worst severity of the group; 0 while groups are not known
	Result result.Result
}

// Sorted holds results and gives them back in order, as often as asked. Equal results keep the order in which
// they were added.
type Sorted struct {
	compare func(a, b *item) int
	limit   int
	dir     string
	held    []item
	bytes   int
	sorted  bool
	file    *os.File
	runs    []run // sorted runs in file
	size    int64
	count   int64
}

type run struct{ from, to int64 }

func newSorted(limit int, dir string) *Sorted {
	return newSortedBy(func(a, b *item) int { return result.Compare(a.Result, b.Result) }, limit, dir)
}

func newSortedBy(compare func(a, b *item) int, limit int, dir string) *Sorted {
	if limit <= 0 {
		limit = defaultSpillAt
	}
	return &Sorted{compare: compare, limit: limit, dir: dir}
}

// Len is how many results were added.
func (s *Sorted) Len() int64 { return s.count }

// Add puts a result in.
func (s *Sorted) Add(r result.Result) error { return s.add(item{Result: r}) }

func (s *Sorted) add(it item) error {
	if len(s.held) >= s.limit || s.bytes >= spillBytes {
		if err := s.spill(); err != nil {
			return fmt.Errorf("spilling findings to a temporary file: %w", err)
		}
	}
	s.held = append(s.held, it)
	s.bytes += weight(&it.Result)
	s.sorted = false
	s.count++
	return nil
}

// weight is about how many bytes the texts of a result take.
func weight(r *result.Result) int {
	n := 512 + len(r.Resource.ID) + len(r.Resource.Name) + len(r.Key) + len(r.Response)
	for _, t := range r.Text {
		n += len(t)
	}
	for _, e := range r.Evidence {
		n += 64 + len(e.Value)
	}
	if p := r.Proof; p != nil {
		n += 512 + len(p.Curl)
		for _, g := range p.Grants {
			n += 128 + len(g.Text)
		}
		n += 96 * (len(p.Guards) + len(p.Reasons) + len(p.Patterns))
	}
	return n + 256*len(r.Latent) + 128*len(r.Missing)
}

func (s *Sorted) sortHeld() {
	if !s.sorted {
		slices.SortStableFunc(s.held, func(a, b item) int { return s.compare(&a, &b) })
		s.sorted = true
	}
}

// spill writes what is held as one sorted run behind the others. The file is for the owner only and is
// unlinked at once where the system allows it, so that nothing stays behind whatever happens.
func (s *Sorted) spill() error {
	s.sortHeld()
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "tojimari-findings-*")
		if err != nil {
			return err
		}
		s.file = file
		_ = os.Remove(file.Name())
	}
	from := s.size
	counted := &countingWriter{w: s.file}
	buffered := bufio.NewWriterSize(counted, 256<<10)
	enc := gob.NewEncoder(buffered)
	for i := range s.held {
		if err := enc.Encode(&s.held[i]); err != nil {
			return err
		}
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	s.size += counted.n
	s.runs = append(s.runs, run{from: from, to: s.size})
	clear(s.held)
	s.held, s.bytes, s.sorted = s.held[:0], 0, false
	return nil
}

type countingWriter struct {
	w io.Writer
	n int64
}

// Write counts what was written.
func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// All yields the results in order. An error ends it.
func (s *Sorted) All() iter.Seq2[result.Result, error] {
	return func(yield func(result.Result, error) bool) {
		for it, err := range s.items() {
			if !yield(it.Result, err) || err != nil {
				return
			}
		}
	}
}

func (s *Sorted) items() iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		s.sortHeld()
		sources := &merge{compare: s.compare}
		for i, r := range s.runs {
			in := bufio.NewReaderSize(io.NewSectionReader(s.file, r.from, r.to-r.from), 64<<10)
			sources.list = append(sources.list, &source{order: i, dec: gob.NewDecoder(in)})
		}
		sources.list = append(sources.list, &source{order: len(s.runs), held: s.held})
		alive := sources.list[:0]
		for _, src := range sources.list {
			if err := src.next(); errors.Is(err, io.EOF) {
				continue
			} else if err != nil {
				yield(item{}, fmt.Errorf("reading findings back: %w", err))
				return
			}
			alive = append(alive, src)
		}
		sources.list = alive
		heap.Init(sources)
		for sources.Len() > 0 {
			src := sources.list[0]
			if !yield(src.at, nil) {
				return
			}
			if err := src.next(); errors.Is(err, io.EOF) {
				heap.Pop(sources)
			} else if err != nil {
				yield(item{}, fmt.Errorf("reading findings back: %w", err))
				return
			} else {
				heap.Fix(sources, 0)
			}
		}
	}
}

// Close frees the memory and the file.
func (s *Sorted) Close() error {
	s.held = nil
	if s.file == nil {
		return nil
	}
	name := s.file.Name()
	err := s.file.Close()
	s.file = nil
	// Where it could not be unlinked while open, now it can.
	_ = os.Remove(name)
	return err
}

// source is one sorted run, in the file or in memory.
type source struct {
	order int
	dec   *gob.Decoder
	held  []item
	at    item
}

func (s *source) next() error {
	if s.dec != nil {
		s.at = item{}
		return s.dec.Decode(&s.at)
	}
	if len(s.held) == 0 {
		return io.EOF
	}
	s.at, s.held = s.held[0], s.held[1:]
	return nil
}

// merge is a heap of runs by their next item; of equal ones the earlier run comes first.
type merge struct {
	compare func(a, b *item) int
	list    []*source
}

func (m *merge) Len() int { return len(m.list) }
func (m *merge) Less(i, j int) bool {
	if c := m.compare(&m.list[i].at, &m.list[j].at); c != 0 {
		return c < 0
	}
	return m.list[i].order < m.list[j].order
}
func (m *merge) Swap(i, j int) { m.list[i], m.list[j] = m.list[j], m.list[i] }
func (m *merge) Push(x any)    { m.list = append(m.list, x.(*source)) }
func (m *merge) Pop() any {
	last := m.list[len(m.list)-1]
	m.list = m.list[:len(m.list)-1]
	return last
}
