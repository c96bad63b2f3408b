package linksource

// Repositories: recognising one, and reading its references and ids without asking git.

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// repositoryOf finds the .git directory of a working tree.
func repositoryOf(dir string) (string, bool) {
	meta := filepath.Join(dir, ".git")
	at, err := os.Lstat(meta)
	return meta, err == nil && at.IsDir() && looksLikeRepository(meta)
}

func bareRepository(dir string) bool {
	return filepath.Base(dir) != ".git" && looksLikeRepository(dir)
}

func looksLikeRepository(dir string) bool {
	for _, name := range []string{"objects", "refs"} {
		if at, err := os.Lstat(filepath.Join(dir, name)); err != nil || !at.IsDir() {
			return false
		}
	}
	at, err := os.Lstat(filepath.Join(dir, "HEAD"))
	return err == nil && at.Mode().IsRegular()
}

// usesSHA256 looks for the object format in a repository's configuration without giving it to git.
func usesSHA256(config []byte) bool {
	for line := range strings.Lines(strings.ToLower(string(config))) {
		name, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(name) == "objectformat" && strings.TrimSpace(value) == "sha256" {
			return true
		}
	}
	return false
}

func readBounded(path string, most int64) ([]byte, error) {
	at, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !at.Mode().IsRegular() || at.Size() > most {
		return nil, fmt.Errorf("%q is no regular file of at most %d bytes", path, most)
	}
	return os.ReadFile(path)
}

// references reads the object ids of all references, loose and packed, and that of HEAD.
func references(meta string) (ids []string, head string, err error) {
	byName := map[string]string{}
	if raw, err := readBounded(filepath.Join(meta, "packed-refs"), 256<<20); err == nil {
		for line := range bytes.Lines(raw) {
			id, name, ok := strings.Cut(strings.TrimSpace(string(line)), " ")
			if _, valid := parseID(id); ok && valid {
				byName[name] = id
			}
		}
	}
	root := filepath.Join(meta, "refs")
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(meta, path)
		if err != nil {
			return err
		}
		// A reference that can't be read is one that git wouldn't follow either.
		raw, readErr := readBounded(path, 4096)
		if id := strings.TrimSpace(string(raw)); readErr == nil && validID(id) {
			byName[filepath.ToSlash(name)] = id
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	raw, err := readBounded(filepath.Join(meta, "HEAD"), 4096)
	if err != nil {
		return nil, "", err
	}
	head = strings.TrimSpace(string(raw))
	if name, symbolic := strings.CutPrefix(head, "ref: "); symbolic {
		head = byName[strings.TrimSpace(name)]
	}
	seen := map[string]bool{}
	for _, id := range byName {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if validID(head) && !seen[head] {
		ids = append(ids, head)
	}
	slices.Sort(ids)
	return ids, head, nil
}

func validID(s string) bool { _, ok := parseID(s); return ok }

// blobID hashes a file as git does.
func blobID(path string, h hash.Hash) (objectID, error) {
	f, err := os.Open(path)
	if err != nil {
		return objectID{}, err
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil {
		return objectID{}, err
	}
	fmt.Fprintf(h, "blob %d\x00", at.Size())
	if _, err := io.Copy(h, f); err != nil {
		return objectID{}, err
	}
	var id objectID
	copy(id[:], h.Sum(nil))
	return id, nil
}

// objectID holds SHA-1 and SHA-256 ids.
type objectID [32]byte

func parseID(s string) (objectID, bool) {
	var id objectID
	if len(s) != 40 && len(s) != 64 {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

// deepestAlternate bounds how far one object store may refer to another; git's own bound is the same.
const deepestAlternate = 5

// plainStore refuses an object store that holds pipes, sockets or devices, because git would wait on one for ever. The
// stores that it borrows from (objects/info/alternates) are looked at as well.
func plainStore(ctx context.Context, objects string, depth int) error {
	if depth > deepestAlternate {
		return fmt.Errorf("the object store %q is borrowed too deeply", objects)
	}
	err := filepath.WalkDir(objects, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		kind := entry.Type()
		if kind&fs.ModeSymlink != 0 {
			at, err := os.Stat(path)
			if err != nil {
				return nil //nolint:nilerr // it leads nowhere, and git opens nothing there either
			}
			kind = at.Mode().Type()
		}
		if !kind.IsRegular() && !kind.IsDir() {
			return fmt.Errorf("%q: %w", path, ErrStore)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	raw, err := readBounded(filepath.Join(objects, "info", "alternates"), 1<<20)
	if err != nil {
		return nil // there are none, or none that git would read
	}
	for line := range strings.Lines(string(raw)) {
		other := strings.TrimSpace(line)
		if other == "" || strings.HasPrefix(other, "#") {
			continue
		}
		if !filepath.IsAbs(other) {
			other = filepath.Join(objects, other)
		}
		if at, err := os.Stat(other); err != nil || !at.IsDir() {
			continue
		}
		if err := plainStore(ctx, other, depth+1); err != nil {
			return err
		}
	}
	return nil
}
