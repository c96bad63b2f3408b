package linksource

// Git: every blob of a repository's history once, with the commit that brought it.
//
// The git program reads the objects, with fixed arguments, no shell, and a repository directory of our own whose
// object store is the scanned one. So nothing that a scanned repository configures (pagers, signature programs,
// filters, remotes to fetch missing objects from) is ever read, let alone run.

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// repository yields a history. It returns a function that tells whether the bytes of a file were in it, or nil.
func (w *walker) repository(dir, meta string, bare bool) func(string) bool {
	h, err := w.openHistory(dir, meta)
	if err != nil {
		w.skip(dir, err)
		return nil
	}
	defer h.close()
	if err := h.walk(w); err != nil && w.ctx.Err() == nil {
		w.skip(dir, fmt.Errorf("reading its history: %w", err))
	}
	if bare {
		return nil
	}
	seen, newHash := h.seen, h.newHash
	return func(path string) bool {
		id, err := blobID(path, newHash())
		if err != nil {
			return false
		}
		_, ok := seen[id]
		return ok
	}
}

type history struct {
	source  string
	git     string
	own     string // our repository directory
	objects string
	tips    []string
	head    string
	newHash func() hash.Hash
	seen    map[objectID]struct{}
	atHead  map[objectID]struct{}
}

func (w *walker) openHistory(dir, meta string) (*history, error) {
	git := w.opt.Git
	if git == "" {
		found, err := exec.LookPath("git")
		if err != nil {
			return nil, ErrNoGit
		}
		git = found
	}
	objects, err := filepath.Abs(filepath.Join(meta, "objects"))
	if err != nil {
		return nil, err
	}
	if err := plainStore(w.ctx, objects, 0); err != nil {
		return nil, err
	}
	h := &history{source: filepath.ToSlash(dir), git: git, objects: objects, newHash: sha1.New, seen: map[objectID]struct{}{}, atHead: map[objectID]struct{}{}}
	format := ""
	if raw, err := readBounded(filepath.Join(meta, "config"), 1<<20); err == nil && usesSHA256(raw) {
		h.newHash = sha256.New
		format = "[extensions]\n\tobjectformat = sha256\n"
	}
	if h.own, err = os.MkdirTemp(w.opt.TempDir, "tojimari-git-"); err != nil {
		return nil, fmt.Errorf("making a directory for git: %w", err)
	}
	version := 0
	if format != "" {
		version = 1
	}
	files := map[string][]byte{
		"HEAD":   []byte("ref: refs/heads/none\n"),
		"config": fmt.Appendf(nil, "[core]\n\trepositoryformatversion = %d\n\tbare = true\n%s", version, format),
	}
	if raw, err := readBounded(filepath.Join(meta, "shallow"), 64<<20); err == nil {
		files["shallow"] = raw
	}
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(h.own, name), raw, 0o600); err != nil {
			h.close()
			return nil, fmt.Errorf("preparing git: %w", err)
		}
	}
	for _, name := range []string{"refs", "objects"} {
		if err := os.Mkdir(filepath.Join(h.own, name), 0o700); err != nil {
			h.close()
			return nil, fmt.Errorf("preparing git: %w", err)
		}
	}
	refs, head, err := references(meta)
	if err != nil {
		h.close()
		return nil, fmt.Errorf("reading its references: %w", err)
	}
	if h.tips, err = h.commits(w.ctx, refs); err != nil {
		h.close()
		return nil, err
	}
	if tip, err := h.commits(w.ctx, []string{head}); err == nil && len(tip) == 1 {
		h.head = tip[0]
	}
	return h, nil
}

func (h *history) close() { _ = os.RemoveAll(h.own) }

// command prepares a git command on our own repository directory.
func (h *history) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{"--no-pager", "-c", "core.commitGraph=false", "-c", "core.quotePath=false"}
	cmd := exec.CommandContext(ctx, h.git, append(fixed, args...)...) //nolint:gosec // fixed arguments, no shell
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + h.own, "LC_ALL=C", "GIT_DIR=" + h.own, "GIT_OBJECT_DIRECTORY=" + h.objects,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
	}
	cmd.Dir = h.own
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// commits keeps those ids that lead to a commit, as that commit.
func (h *history) commits(ctx context.Context, ids []string) ([]string, error) {
	var in strings.Builder
	for _, id := range ids {
		if validID(id) {
			in.WriteString(id + "^{commit}\n")
		}
	}
	if in.Len() == 0 {
		return nil, nil
	}
	cmd := h.command(ctx, "cat-file", "--batch-check=%(objectname) %(objecttype)")
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking git for the tips of its history: %w", withStderr(err))
	}
	var tips []string
	for line := range strings.Lines(string(out)) {
		if id, kind, _ := strings.Cut(strings.TrimSpace(line), " "); kind == "commit" && validID(id) {
			tips = append(tips, id)
		}
	}
	slices.Sort(tips)
	return slices.Compact(tips), nil
}

func withStderr(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %q", err, firstLine(exit.Stderr))
	}
	return err
}

func firstLine(b []byte) string {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(line[:min(len(line), 200)])
}

// walk yields the blobs, oldest commit first. One git names them, another reads them.
func (h *history) walk(w *walker) error {
	if len(h.tips) == 0 {
		return nil
	}
	if err := h.readHead(w.ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()

	log := h.command(ctx, "log", "--stdin", "--reverse", "--topo-order", "--no-show-signature", "--no-notes", "--no-ext-diff", "--no-textconv",
		"--no-renames", "--raw", "--no-abbrev", "--diff-merges=combined", "--format=%x01%H %ct", "-z")
	log.Stdin = strings.NewReader(strings.Join(h.tips, "\n") + "\n")
	names, err := log.StdoutPipe()
	if err != nil {
		return err
	}
	batch := h.command(ctx, "cat-file", "--batch")
	asked, err := batch.StdinPipe()
	if err != nil {
		return err
	}
	bodies, err := batch.StdoutPipe()
	if err != nil {
		return err
	}
	if err := log.Start(); err != nil {
		return fmt.Errorf("starting git: %w", err)
	}
	if err := batch.Start(); err != nil {
		cancel()
		_ = log.Wait()
		return fmt.Errorf("starting git: %w", err)
	}

	const ahead = 256
	pending := make(chan Commit, ahead)
	named := make(chan error, 1)
	go func() {
		err := h.name(ctx, names, asked, pending)
		close(pending)
		err = errors.Join(err, asked.Close())
		if err != nil {
			cancel()
		}
		named <- errors.Join(err, log.Wait())
	}()
	readErr := h.read(w, bufio.NewReaderSize(bodies, 256<<10), pending)
	cancelled := readErr != nil || w.stopped
	if cancelled {
		cancel()
	}
	for range pending {
		// Let the other side end.
	}
	namedErr := <-named
	waitErr := batch.Wait()
	if w.stopped {
		return nil
	}
	if readErr != nil {
		return readErr
	}
	return errors.Join(namedErr, waitErr)
}

// readHead remembers the blobs of HEAD's tree.
func (h *history) readHead(ctx context.Context) error {
	if h.head == "" {
		return nil
	}
	cmd := h.command(ctx, "ls-tree", "-r", "-z", "--full-tree", h.head)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting git: %w", err)
	}
	r := bufio.NewReader(out)
	for {
		entry, err := r.ReadString(0)
		if err != nil {
			break
		}
		meta, _, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(meta); len(fields) == 3 {
			if id, ok := parseID(fields[2]); ok {
				h.atHead[id] = struct{}{}
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("reading the tree of HEAD: %w", err)
	}
	return nil
}

// name reads git log, asks for every blob that is new, and passes on where it came from.
func (h *history) name(ctx context.Context, log io.Reader, asked io.Writer, pending chan<- Commit) error {
	r := bufio.NewReaderSize(log, 256<<10)
	var commit Commit
	for {
		field, err := r.ReadString(0)
		if errors.Is(err, io.EOF) && field == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		field = strings.Trim(field, "\x00\n")
		switch {
		case strings.HasPrefix(field, "\x01"):
			id, seconds, _ := strings.Cut(field[1:], " ")
			unix, _ := strconv.ParseInt(strings.TrimSpace(seconds), 10, 64)
			commit = Commit{ID: id, Time: time.Unix(unix, 0).UTC()}
		case strings.HasPrefix(field, ":"):
			path, err := r.ReadString(0)
			if err != nil {
				return fmt.Errorf("git broke off in the middle of %s: %w", commit.ID, err)
			}
			mode, blob, ok := resultOf(field)
			if !ok || mode != "100644" && mode != "100755" && mode != "120000" && mode != "100664" {
				continue
			}
			id, ok := parseID(blob)
			if _, seen := h.seen[id]; !ok || seen || id == (objectID{}) {
				continue
			}
			h.seen[id] = struct{}{}
			at := commit
			at.Blob, at.Path = blob, memberName(strings.TrimSuffix(path, "\x00"))
			_, at.AtHead = h.atHead[id]
			select {
			case pending <- at:
			case <-ctx.Done():
				return ctx.Err()
			}
			if _, err := io.WriteString(asked, blob+"\n"); err != nil {
				return err
			}
		}
	}
}

// resultOf reads the mode and id on the result's side of a raw line, plain (:old new) or combined (::a b result).
func resultOf(field string) (mode, id string, ok bool) {
	parents := 0
	for strings.HasPrefix(field, ":") {
		field = field[1:]
		parents++
	}
	parts := strings.Fields(field)
	if len(parts) != 2*(parents+1)+1 {
		return "", "", false
	}
	return parts[parents], parts[2*parents+1], true
}

// read hands out the blobs in the order in which they were asked for.
func (h *history) read(w *walker, r *bufio.Reader, pending <-chan Commit) error {
	for at := range pending {
		if w.stopped || w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		head, err := r.ReadString('\n')
		if err != nil {
			return fmt.Errorf("reading blob %s: %w", at.Blob, err)
		}
		source := h.source + "@" + at.ID[:min(len(at.ID), 12)] + ":" + at.Path
		fields := strings.Fields(head)
		if len(fields) == 2 && fields[1] == "missing" {
			w.skip(source, errors.New("the repository doesn't have it (partial clone)"))
			continue
		}
		if len(fields) != 3 || fields[0] != at.Blob {
			return fmt.Errorf("git answered %q for blob %s", head, at.Blob)
		}
		size, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil || size < 0 {
			return fmt.Errorf("git answered %q for blob %s", head, at.Blob)
		}
		body := &io.LimitedReader{R: r, N: size}
		w.part(part{source: source, commit: &at, r: body, size: size, budget: w.budget(size)})
		if _, err := io.Copy(io.Discard, body); err != nil {
			return fmt.Errorf("reading blob %s: %w", at.Blob, err)
		}
		if body.N > 0 {
			return fmt.Errorf("reading blob %s: %w", at.Blob, io.ErrUnexpectedEOF)
		}
		if c, err := r.ReadByte(); err != nil || c != '\n' {
			return fmt.Errorf("git's answer for blob %s has no end", at.Blob)
		}
	}
	return nil
}
