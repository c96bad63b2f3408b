// Package snapshot reads the records of an earlier scan (target snapshot:FILE) and writes them (Writer). What a
// snapshot holds is foreign: it may come from anybody, in any state.
package snapshot

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/tojimari/tojimari/scanners"
)

// Scheme is the scheme of its targets.
const Scheme = "snapshot"

// Scanner reads snapshots. Make one with New.
type Scanner struct{ stdin io.Reader }

var _ scanners.Scanner = (*Scanner)(nil)

// New returns a scanner; stdin is what snapshot:- reads, and may be nil.
func New(stdin io.Reader) *Scanner { return &Scanner{stdin: stdin} }

// Describe says that it can supply every fact, as far as the snapshot holds it.
func (s *Scanner) Describe() scanners.Description {
	return scanners.Description{
		Name: "snapshot",
		Forms: []scanners.Form{{
			Scheme: Scheme, Pattern: "snapshot:FILE",
			Help: "records of an earlier scan, plain or gzip; - reads standard input",
		}},
		Saved:    true,
		Supplies: AllFacts(),
	}
}

// AllFacts is what a source of saved records supplies: everything, without any permission.
func AllFacts() []scanners.Supply {
	var out []scanners.Supply
	for _, f := range scanners.FactFields() {
		out = append(out, scanners.Supply{Fact: f.Name})
	}
	return out
}

// Discover streams the records; each Ref carries its record as the Seed.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		in, closeIn, err := s.open(target.Name)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		defer closeIn()
		Refs(ctx, in, target)(yield)
	}
}

func (s *Scanner) open(path string) (io.Reader, func(), error) {
	if path == "-" {
		if s.stdin == nil {
			return nil, nil, fmt.Errorf("reading a snapshot: no standard input: %w", scanners.ErrBadTarget)
		}
		in, err := unzipped(s.stdin)
		return in, func() {}, err
	}
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = fmt.Errorf("opening snapshot %q: %w", path, scanners.ErrGone)
			return nil, nil, scanners.WithHint(err, "write one with: tojimari scan TARGET -o snapshot=FILE")
		}
		return nil, nil, fmt.Errorf("opening snapshot: %w", err)
	}
	in, err := unzipped(file)
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("opening snapshot %q: %w", path, err)
	}
	return in, func() { file.Close() }, nil
}

// unzipped goes by the first bytes, not by the name.
func unzipped(in io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(in)
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

// Inspect gives back what the snapshot holds. Facts that it does not hold stay not inspected.
func (s *Scanner) Inspect(_ context.Context, ref scanners.Ref, _ scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	return Seeded(ref, prev)
}

// Seeded is Inspect for Refs that carry their record.
func Seeded(ref scanners.Ref, prev *scanners.Record) (scanners.Record, error) {
	switch {
	case prev != nil:
		return *prev, nil
	case ref.Seed != nil:
		return *ref.Seed, nil
	}
	return scanners.Record{}, fmt.Errorf("no record of %q: %w", ref.ID, scanners.ErrGone)
}
