// Writing a snapshot so that whatever becomes of the run, a usable file is left.
//
// A file that does not exist yet is written in place: cut off in the middle, it can be resumed. One that exists
// is left alone until Close, which puts the new one in its place: a run that is killed leaves the old FILE and
// the new FILE.part. Both are private (0600), for a snapshot tells an attacker where to go.

package snapshot

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tojimari/tojimari/scanners"
)

// Writer writes one snapshot. It is not safe for concurrent use.
type Writer struct {
	path   string // where it ends up
	file   *os.File
	buffer *bufio.Writer
	lines  *scanners.LineWriter
	err    error
}

// Create begins a snapshot at path with its header. A path that is neither new nor a regular file (a pipe, a
// terminal) is written to as it is.
func Create(path string, header scanners.Header) (*Writer, error) {
	file, err := createFile(path)
	if err != nil {
		return nil, fmt.Errorf("writing snapshot: %w", err)
	}
	w := &Writer{path: path, file: file, buffer: bufio.NewWriterSize(file, 64<<10)}
	w.lines = scanners.NewLineWriter(w.buffer)
	header.Schema = scanners.SchemaVersion
	if err := errors.Join(w.Write(scanners.Line{Header: &header}), w.flush()); err != nil {
		file.Close()
		return nil, err
	}
	return w, nil
}

const (
	writeNew = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	private  = 0o600
	// maxParts bounds how many files of killed runs are stepped over.
	maxParts = 100
)

func createFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, writeNew, private)
	if !errors.Is(err, fs.ErrExist) {
		return file, err
	}
	stat, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !stat.Mode().IsRegular() {
		return os.OpenFile(path, os.O_WRONLY, 0)
	}
	for i := range maxParts {
		part := path + ".part"
		if i > 0 {
			part = fmt.Sprintf("%s.part%d", path, i)
		}
		if file, err = os.OpenFile(part, writeNew, private); !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
	return nil, scanners.WithHint(err, "remove the .part files of runs that were killed")
}

// Write adds a line. The end of a scope, and a failure, are on disk when it returns.
func (w *Writer) Write(line scanners.Line) error {
	if w.err == nil {
		w.err = w.lines.Write(line)
	}
	if w.err == nil && (line.End != nil || line.Failed != nil) {
		w.err = w.buffer.Flush()
	}
	return w.failure()
}

func (w *Writer) flush() error {
	if w.err == nil {
		w.err = w.buffer.Flush()
	}
	return w.failure()
}

func (w *Writer) failure() error {
	if w.err == nil {
		return nil
	}
	return fmt.Errorf("writing snapshot %q: %w", w.file.Name(), w.err)
}

// Close ends the snapshot and puts it in its place, also when the run was cut off. After an error in writing the
// old file stays where it is. On Windows the file of --resume has to be closed before.
func (w *Writer) Close() error {
	err := w.flush()
	if stat, statErr := w.file.Stat(); err == nil && statErr == nil && stat.Mode().IsRegular() {
		err = w.file.Sync()
	}
	if closeErr := w.file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("writing snapshot %q: %w", w.file.Name(), err)
	}
	if w.file.Name() != w.path {
		if err := os.Rename(w.file.Name(), w.path); err != nil {
			return fmt.Errorf("putting the snapshot in its place: %w", err)
		}
	}
	return nil
}
