// Package program runs an external collector and takes the record lines that it prints (target program:NAME).
//
// What NAME stands for comes from the command line only (--program NAME=PATH, --program-arg): never from a
// target's options, nor from a file. There is no shell.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/snapshot"
)

// Scheme is the scheme of its targets.
const Scheme = "program"

// Options are what the command line says.
type Options struct {
	// Paths are the programs by name.
	Paths map[string]string
	// Args are given to every program.
	Args []string
	// Timeout ends a program that takes longer; 0 means 10 minutes.
	Timeout time.Duration
	// MaxOutput bounds what a program may print on standard output, in bytes; 0 means 1 GiB.
	MaxOutput int64
}

const (
	defaultTimeout   = 10 * time.Minute
	defaultMaxOutput = 1 << 30
	// killWait is how long a program may take to end after having been asked to.
	killWait = 3 * time.Second
)

// Scanner runs collectors. Make one with New.
type Scanner struct{ options Options }

var _ scanners.Scanner = (*Scanner)(nil)

// New returns a scanner.
func New(options Options) *Scanner {
	if options.Timeout <= 0 {
		options.Timeout = defaultTimeout
	}
	if options.MaxOutput <= 0 {
		options.MaxOutput = defaultMaxOutput
	}
	return &Scanner{options: options}
}

// Describe says that a program may supply every fact.
func (s *Scanner) Describe() scanners.Description {
	return scanners.Description{
		Name: "program",
		Forms: []scanners.Form{{
			Scheme: Scheme, Pattern: "program:NAME",
			Help: "records that an external collector prints; --program NAME=PATH says which",
		}},
		Saved:    true,
		Supplies: snapshot.AllFacts(),
	}
}

// Discover runs the program and streams what it prints. The program, with all that it started, is ended when
// ctx is done, when its time is up, and when the caller stops iterating.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		stopped := false
		err := s.run(ctx, target, func(ref scanners.Ref, err error) bool {
			stopped = !yield(ref, err)
			return !stopped
		})
		if err != nil && !stopped {
			yield(scanners.Ref{}, err)
		}
	}
}

// errEnd ends a program whose output is not wanted any more.
var errEnd = errors.New("not wanted any more")

func (s *Scanner) run(parent context.Context, target scanners.Target, yield func(scanners.Ref, error) bool) error {
	path, err := s.path(target)
	if err != nil {
		return err
	}
	late := fmt.Errorf("program %q took longer than %v", target.Name, s.options.Timeout)
	timed, cancel := context.WithTimeoutCause(parent, s.options.Timeout, late)
	defer cancel()
	ctx, end := context.WithCancelCause(timed)
	defer end(errEnd)

	stdout, writer, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("running program %q: %w", target.Name, err)
	}
	defer stdout.Close()
	// A grandchild that escaped may hold the other end open for ever.
	unblock := context.AfterFunc(ctx, func() { stdout.Close() })
	defer unblock()

	said := newStderr(ctx, target.Name)
	cmd := exec.CommandContext(ctx, path, s.options.Args...) //nolint:gosec // what the command line names is run
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = writer, said, killWait
	ownGroup(cmd)
	err = cmd.Start()
	writer.Close()
	if err != nil {
		return scanners.WithHint(fmt.Errorf("running program %q: %w", target.Name, err), "--program NAME=PATH needs the path of an executable file")
	}

	in := &limited{in: stdout, left: s.options.MaxOutput}
	streamed := true
	var unreadable error // ends the target, but why the program ended says more
	snapshot.Refs(ctx, in, target)(func(ref scanners.Ref, err error) bool {
		if ctx.Err() != nil || in.left < 0 {
			streamed = false // what is cut off is said below, once
			return false
		}
		if ref.ID == "" && ref.Scope == "" {
			unreadable = err
			return false
		}
		streamed = yield(ref, err)
		return streamed
	})
	if !streamed || unreadable != nil && in.more() {
		end(errEnd)
	}
	waitErr := cmd.Wait()
	said.finish()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, late):
		return scanners.WithHint(late, "split what it collects over several programs")
	case parent.Err() != nil:
		return fmt.Errorf("program %q: %w", target.Name, parent.Err())
	case in.left < 0:
		return fmt.Errorf("program %q printed more than %d bytes", target.Name, s.options.MaxOutput)
	case !streamed:
		return nil
	case waitErr != nil && cause == nil:
		return fmt.Errorf("program %q: %w%s", target.Name, waitErr, said.lastWords())
	}
	return unreadable
}

func (s *Scanner) path(target scanners.Target) (string, error) {
	path, ok := s.options.Paths[target.Name]
	if !ok {
		hint := fmt.Sprintf("say which program it is with --program %s=PATH", target.Name)
		if names := slices.Sorted(maps.Keys(s.options.Paths)); len(names) > 0 {
			hint += "; named so far: " + strings.Join(names, ", ")
		}
		return "", scanners.WithHint(fmt.Errorf("no program is named %q: %w", target.Name, scanners.ErrBadTarget), hint)
	}
	return path, nil
}

// limited ends after left bytes; left is negative once there was more.
type limited struct {
	in    io.Reader
	left  int64
	ended bool
}

// more reports whether the end has not been met.
func (l *limited) more() bool { return !l.ended }

func (l *limited) Read(buf []byte) (int, error) {
	if l.left < 0 {
		return 0, io.EOF
	}
	if int64(len(buf)) > l.left+1 {
		buf = buf[:l.left+1]
	}
	n, err := l.in.Read(buf)
	l.ended = err != nil
	if l.left -= int64(n); l.left < 0 {
		return n - 1, io.EOF
	}
	return n, err
}

// Inspect gives back what the program printed.
func (s *Scanner) Inspect(_ context.Context, ref scanners.Ref, _ scanners.FactSet, prev *scanners.Record) (scanners.Record, error) {
	return snapshot.Seeded(ref, prev)
}

// ParseNamed reads NAME=PATH as --program takes it.
func ParseNamed(text string) (name, path string, err error) {
	name, path, found := strings.Cut(text, "=")
	if !found || name == "" || path == "" || bytes.ContainsAny([]byte(name), ":/?#&% ") {
		return "", "", scanners.WithHint(fmt.Errorf("%q is not NAME=PATH: %w", text, scanners.ErrBadTarget), "for example --program inventory=./collect.sh")
	}
	return name, path, nil
}
