// Package linksource walks over what could hold signed links: files, directories, archives inside archives, office
// documents, PDF, HAR files and the whole history of git repositories. It hands out bytes and says where they come
// from; it doesn't look at them.
//
// Everything it walks over is hostile. Archives are bounded in depth, members and expanded size; symbolic links
// aren't followed; nothing that stands in a tree is executed and no configuration in it is read by git.
package linksource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// Limits of what one file may become. Zero values take the defaults.
type Limits struct {
	// Depth is how many archives may stand inside one another (default 5).
	Depth int
	// Members is how many members one top-level file may hold, over all levels (default 200,000).
	Members int
	// Expanded is how many bytes one top-level file may grow to (default 4 GiB), and Ratio how many times its own size
	// beyond 64 MiB (default 300).
	Expanded int64
	Ratio    int64
}

func (l Limits) orDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = 5
	}
	if l.Members == 0 {
		l.Members = 200_000
	}
	if l.Expanded == 0 {
		l.Expanded = 4 << 30
	}
	if l.Ratio == 0 {
		l.Ratio = 300
	}
	return l
}

// freeExpansion may be reached whatever the size of the file.
const freeExpansion = 64 << 20

// Options say how to walk.
type Options struct {
	Limits Limits
	// NoHistory leaves out the history of git repositories.
	NoHistory bool
	// Git is the git program; "" looks for "git" on the program's own PATH.
	Git string
	// TempDir is where what doesn't fit into memory is kept, in private files; "" is the system's.
	TempDir string
}

// Commit is where a blob came into a repository.
type Commit struct {
	// Blob and ID are object ids in hex; Time is the committer's, in UTC; Path the path at that commit.
	Blob, ID string
	Time     time.Time
	Path     string
	// AtHead tells whether HEAD's tree still holds the blob, under any path.
	AtHead bool
}

// Unit is one run of bytes.
type Unit struct {
	// Source names it for people: a path, "!" and a member's name for each archive around it, "@commit:path" for history.
	Source string
	// View says what was made of the bytes: "" for the bytes themselves, "text" for the text of a document, "body" for
	// a decoded body of a HAR file. Two views of one source may hold the same link.
	View string
	// Commit is set for what comes from history.
	Commit *Commit
	// Reader is good until the next unit is asked for. Its error means that the rest couldn't be read (a damaged
	// archive); ErrTooLarge and ErrTooMany are told by the walk as well.
	Reader io.Reader
}

// SkippedError says that a part could not be looked through. The walk goes on after it.
type SkippedError struct {
	Source string
	Err    error
}

func (e *SkippedError) Error() string { return fmt.Sprintf("skipped %q: %v", e.Source, e.Err) }

// Unwrap returns the reason.
func (e *SkippedError) Unwrap() error { return e.Err }

// Reasons that a SkippedError may have beside those of the operating system.
var (
	ErrTooLarge    = errors.New("it expands beyond the limit")
	ErrTooDeep     = errors.New("archives are nested too deeply")
	ErrTooMany     = errors.New("it holds too many members")
	ErrEncrypted   = errors.New("it is encrypted")
	ErrNoGit       = errors.New("there is no git program to read its history")
	ErrElsewhere   = errors.New("its history is kept elsewhere")
	ErrIrregular   = errors.New("it is neither a file nor a directory")
	ErrStore       = errors.New("its object store holds what is neither a file nor a directory, on which git could wait for ever")
	ErrUnsupported = errors.New("its compression isn't supported")
)

// Walk yields every unit under path in a fixed order: a repository's history, oldest first, then files by name. A
// SkippedError comes with an empty Unit and doesn't end the walk; any other error does.
func Walk(ctx context.Context, path string, opt Options) iter.Seq2[Unit, error] {
	return func(yield func(Unit, error) bool) {
		w := &walker{ctx: ctx, opt: opt, limits: opt.Limits.orDefaults(), yield: yield}
		if err := w.root(path); err != nil && !w.stopped {
			yield(Unit{}, err)
		}
	}
}

// Open yields the units of one stream, such as standard input or an object of a bucket. size is its length where
// that is known, else -1.
func Open(ctx context.Context, source string, r io.Reader, size int64, opt Options) iter.Seq2[Unit, error] {
	return func(yield func(Unit, error) bool) {
		w := &walker{ctx: ctx, opt: opt, limits: opt.Limits.orDefaults(), yield: yield}
		w.top(source, nil, r, size)
	}
}

type walker struct {
	ctx     context.Context //nolint:containedctx // lives as long as one walk
	opt     Options
	limits  Limits
	yield   func(Unit, error) bool
	stopped bool
	head    [sniffed]byte
}

// emit yields a unit and reports whether to go on.
func (w *walker) emit(u Unit) bool {
	if w.stopped || w.ctx.Err() != nil {
		return false
	}
	if !w.yield(u, nil) {
		w.stopped = true
	}
	return !w.stopped
}

func (w *walker) skip(source string, err error) bool {
	if w.stopped || w.ctx.Err() != nil {
		return false
	}
	if !w.yield(Unit{}, &SkippedError{Source: source, Err: err}) {
		w.stopped = true
	}
	return !w.stopped
}

func (w *walker) root(path string) error {
	at, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("opening what to look through: %w", err)
	}
	if at.IsDir() {
		w.directory(path)
	} else {
		w.file(path, at.Mode())
	}
	return w.ctx.Err()
}

// directory walks a tree. Repositories are read before the files around them, which are left out where history
// already had the same bytes.
func (w *walker) directory(dir string) {
	if bareRepository(dir) {
		w.repository(dir, dir, true)
		return
	}
	var known func(path string) bool
	walkErr := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if w.stopped || w.ctx.Err() != nil {
			return fs.SkipAll
		}
		if err != nil {
			w.skip(path, err)
			return nil
		}
		if entry.IsDir() {
			if entry.Name() == ".git" {
				return fs.SkipDir
			}
			if meta, ok := repositoryOf(path); ok && !w.opt.NoHistory {
				if path != dir {
					// A repository inside: its own walk, with its own history.
					w.directory(path)
					return fs.SkipDir
				}
				known = w.repository(path, meta, false)
			} else if path != dir && bareRepository(path) {
				w.directory(path)
				return fs.SkipDir
			}
			return nil
		}
		if entry.Name() == ".git" {
			w.skip(path, ErrElsewhere)
			return nil
		}
		if entry.Type()&fs.ModeSymlink != 0 {
			return nil
		}
		if known != nil && entry.Type().IsRegular() && known(path) {
			return nil
		}
		w.file(path, entry.Type())
		return nil
	})
	if walkErr != nil {
		w.skip(dir, walkErr)
	}
}

func (w *walker) file(path string, mode fs.FileMode) {
	if !mode.IsRegular() {
		w.skip(path, ErrIrregular)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		w.skip(path, err)
		return
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil || !at.Mode().IsRegular() {
		w.skip(path, errors.Join(err, ErrIrregular))
		return
	}
	w.top(filepath.ToSlash(path), f, f, at.Size())
}
