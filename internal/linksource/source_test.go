package linksource

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// secret stands for a link.
const secret = "https://acme.example/?sig=abc"

func packZip(t testing.TB, method uint16, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: files[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func packTar(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: files[i], Size: int64(len(files[i+1])), Mode: 0o600, Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func through(t testing.TB, open func(io.Writer) (io.WriteCloser, error), in []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(in); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gz(t testing.TB, in []byte) []byte {
	return through(t, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }, in)
}

// seen is what a walk yielded: source (and view) to content.
func seen(t testing.TB, path string, opt Options) (units map[string]string, skipped []string) {
	t.Helper()
	units = map[string]string{}
	for u, err := range Walk(context.Background(), path, opt) {
		if err != nil {
			var s *SkippedError
			if !errors.As(err, &s) {
				t.Fatal(err)
			}
			skipped = append(skipped, s.Error())
			continue
		}
		raw, err := io.ReadAll(u.Reader)
		name := strings.TrimPrefix(strings.TrimPrefix(u.Source, filepath.ToSlash(path)), "/")
		if u.View != "" {
			name += "#" + u.View
		}
		if err != nil {
			skipped = append(skipped, "reader: "+err.Error())
		}
		units[name] += string(raw)
	}
	return units, skipped
}

func put(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWalkOpensWhatHoldsText(t *testing.T) {
	dir := t.TempDir()
	plain := []byte(secret)
	inner := packZip(t, zip.Deflate, "deep.txt", secret)
	put(t, dir, "a.txt", plain)
	put(t, dir, "sub/b.bin", append([]byte{0, 1, 2}, plain...))
	put(t, dir, "c.zip", packZip(t, zip.Deflate, "x/y.txt", secret, "inner.zip", string(inner)))
	put(t, dir, "d.tar", packTar(t, "t.txt", secret, "u.gz", string(gz(t, plain))))
	put(t, dir, "e.tgz", gz(t, packTar(t, "v.txt", secret)))
	put(t, dir, "f.gz", gz(t, plain))
	put(t, dir, "g.zst", through(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, plain))
	put(t, dir, "h.tar.xz", through(t, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }, packTar(t, "w.txt", secret)))
	put(t, dir, "disguised.dat", packZip(t, zip.Store, "z.txt", secret))
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	got, skipped := seen(t, dir, Options{})
	want := map[string]string{
		"a.txt": secret, "sub/b.bin": "\x00\x01\x02" + secret, "c.zip!x/y.txt": secret, "c.zip!inner.zip!deep.txt": secret,
		"d.tar!t.txt": secret, "d.tar!u.gz": secret, "e.tgz!v.txt": secret, "f.gz": secret, "g.zst": secret, "h.tar.xz!w.txt": secret,
		"disguised.dat!z.txt": secret,
	}
	if diff := cmp.Diff(want, got); diff != "" || skipped != nil {
		t.Errorf("%v\n%s", skipped, diff)
	}
}

func TestDocuments(t *testing.T) {
	dir := t.TempDir()
	split := `<w:document><w:p><w:r><w:t>https://acme.example/</w:t></w:r><w:r><w:t>?sig=abc</w:t></w:r></w:p><w:p>next</w:p></w:document>`
	put(t, dir, "a.docx", packZip(t, zip.Deflate, "[Content_Types].xml", "<Types/>", "word/document.xml", split))
	content := "BT /F1 12 Tf (https://acme) Tj [(.exam)-20(ple/)3(?sig=)] TJ <616263> Tj ET"
	put(t, dir, "b.pdf", fmt.Appendf(nil, "%%PDF-1.7\n1 0 obj <</Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n2 0 obj <</URI(%s)>> endobj\n",
		through(t, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }, []byte(content)), "https://other.example/"))
	body := base64.StdEncoding.EncodeToString([]byte("body " + secret))
	put(t, dir, "c.har", []byte(`{"log":{"version":"1.2","creator":{"name":"x"},"entries":[{"request":{"method":"GET","url":"u","queryString":[{"name":"a b","value":"1&2+3"},{"name":"sig","value":"x/y="}],"cookies":[{"name":"sid","value":"1"},{"name":"CloudFront-Policy","value":"eyJ"},{"name":"CloudFront-Signature","value":"abc_"}]},"response":{"content":{"text":"plain"}}},{"response":{"content":{"text":"`+body+`","encoding":"base64"}}}]}}`))
	got, skipped := seen(t, dir, Options{})
	if skipped != nil {
		t.Error(skipped)
	}
	if !strings.Contains(got["a.docx!word/document.xml#text"], secret) {
		t.Errorf("office text: %q", got["a.docx!word/document.xml#text"])
	}
	if got["a.docx!word/document.xml"] != split {
		t.Errorf("office xml: %q", got["a.docx!word/document.xml"])
	}
	if !strings.Contains(got["b.pdf#text"], secret) || !strings.Contains(got["b.pdf"], "https://other.example/") {
		t.Errorf("pdf: %q", got["b.pdf#text"])
	}
	if want := "GET u?a%20b=1%262%2B3&sig=x%2Fy%3D\n\nCookie: CloudFront-Policy=eyJ; CloudFront-Signature=abc_"; got["c.har!entries/0#pairs"] != want {
		t.Errorf("har pairs: %q", got["c.har!entries/0#pairs"])
	}
	if got["c.har!entries/1#body"] != "body "+secret || !strings.Contains(got["c.har"], `"url":"u"`) {
		t.Errorf("har: %q", got)
	}
}

func TestBombsAreRefused(t *testing.T) {
	zeros := make([]byte, 100<<20)
	deep := []byte(secret)
	for range 8 {
		deep = packZip(t, zip.Store, "in.zip", string(deep))
	}
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprint(i), "x")
	}
	xzBomb := through(t, func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 128 << 20}.NewWriter(w) }, []byte(secret))
	encrypted := packZip(t, zip.Store, "e.txt", secret)
	for _, sig := range []string{"PK\x03\x04", "PK\x01\x02"} {
		i := bytes.Index(encrypted, []byte(sig))
		encrypted[i+map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8}[sig]] |= 1
	}
	for _, tc := range []struct {
		name, file string
		content    []byte
		limits     Limits
		want       error
	}{
		{"gzip", "a.gz", gz(t, zeros), Limits{}, ErrTooLarge},
		{"gzip in gzip", "a.gz", gz(t, gz(t, zeros)), Limits{}, ErrTooLarge},
		{"zip", "a.zip", packZip(t, zip.Deflate, "z", string(zeros), "y", "after"), Limits{}, ErrTooLarge},
		{"depth", "a.zip", deep, Limits{}, ErrTooDeep},
		{"members", "a.zip", packZip(t, zip.Store, many...), Limits{Members: 50}, ErrTooMany},
		{"xz dictionary", "a.xz", xzBomb, Limits{}, ErrUnsupported},
		{"encrypted", "a.zip", encrypted, Limits{}, ErrEncrypted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, tc.file, tc.content)
			put(t, dir, "z-after.txt", []byte(secret))
			var got []error
			after := false
			for u, err := range Walk(context.Background(), dir, Options{Limits: tc.limits}) {
				if err != nil {
					got = append(got, err)
					continue
				}
				n, _ := io.Copy(io.Discard, u.Reader)
				if n > freeExpansion+300*int64(len(tc.content)) {
					t.Errorf("%s gave %d bytes", u.Source, n)
				}
				after = after || strings.HasSuffix(u.Source, "z-after.txt")
			}
			if len(got) != 1 || !errors.Is(got[0], tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
			if !after {
				t.Error("the walk ended with the bomb")
			}
		})
	}
}

func TestDirectoryOfZipIsBounded(t *testing.T) {
	z := packZip(t, zip.Store, "a", "b")
	end := bytes.LastIndex(z, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint32(z[end+12:], 1<<30)
	dir := t.TempDir()
	put(t, dir, "a.zip", z)
	if _, skipped := seen(t, dir, Options{}); len(skipped) != 1 || !strings.Contains(skipped[0], ErrTooMany.Error()) {
		t.Errorf("%v", skipped)
	}
}

func TestBrokenArchivesAreSaidToBe(t *testing.T) {
	dir := t.TempDir()
	good := gz(t, []byte(strings.Repeat(secret, 1000)))
	put(t, dir, "cut.gz", good[:len(good)/2])
	put(t, dir, "fake.zip", append([]byte("PK\x03\x04"), secret...))
	put(t, dir, "cut.tar", packTar(t, "a.txt", strings.Repeat(secret, 1000))[:2000])
	units, skipped := seen(t, dir, Options{})
	if len(skipped) < 3 {
		t.Errorf("%q", skipped)
	}
	if !strings.Contains(units["fake.zip"], secret) {
		t.Errorf("what only begins like a zip isn't looked through: %q", units)
	}
}

func runGit(t testing.TB, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@acme.jp", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@acme.jp",
		"GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func needGit(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("these tests need git")
	}
}

func TestHistory(t *testing.T) {
	needGit(t)
	for _, format := range []string{"sha1", "sha256"} {
		t.Run(format, func(t *testing.T) {
			dir := t.TempDir()
			runGit(t, dir, "init", "-q", "-b", "main", "--object-format="+format)
			commit := func(msg string) { runGit(t, dir, "add", "-A"); runGit(t, dir, "commit", "-q", "-m", msg) }
			put(t, dir, "removed.txt", []byte("removed "+secret))
			put(t, dir, "kept.txt", []byte("kept"))
			commit("one")
			if err := os.Remove(filepath.Join(dir, "removed.txt")); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "copy of kept.txt", []byte("kept"))
			commit("two")
			runGit(t, dir, "checkout", "-q", "-b", "side")
			put(t, dir, "日本 語.txt", []byte("side"))
			put(t, dir, "both.txt", []byte("from side"))
			commit("three")
			runGit(t, dir, "checkout", "-q", "main")
			put(t, dir, "both.txt", []byte("from main"))
			put(t, dir, "packed.gz", gz(t, []byte("packed "+secret)))
			commit("four")
			merge := exec.Command("git", "merge", "-q", "side")
			merge.Dir = dir
			_ = merge.Run() // conflicts, on purpose
			put(t, dir, "both.txt", []byte("from the merge"))
			commit("merge")
			runGit(t, dir, "branch", "-D", "side")
			runGit(t, dir, "tag", "-a", "-m", "x", "v1", "HEAD~1")
			runGit(t, dir, "pack-refs", "--all")
			put(t, dir, "untracked.txt", []byte("untracked "+secret))

			type line struct {
				Content string
				AtHead  bool
				History bool
			}
			got := map[string]line{}
			for u, err := range Walk(context.Background(), dir, Options{}) {
				if err != nil {
					t.Fatal(err)
				}
				raw, err := io.ReadAll(u.Reader)
				if err != nil {
					t.Fatal(err)
				}
				name := strings.TrimPrefix(strings.TrimPrefix(u.Source, filepath.ToSlash(dir)), "/")
				l := line{Content: string(raw)}
				if c := u.Commit; c != nil {
					l.History, l.AtHead = true, c.AtHead
					name = c.Path
					if len(c.ID) != len(c.Blob) || c.Time.Format("2006-01-02T15:04:05Z") != "2026-01-02T03:04:05Z" || !strings.Contains(u.Source, "@"+c.ID[:12]+":"+c.Path) {
						t.Errorf("%+v in %s", c, u.Source)
					}
				}
				if _, twice := got[name+l.Content]; twice {
					t.Errorf("%s came twice", name)
				}
				got[name+l.Content] = l
			}
			var lines []string
			for k, v := range got {
				lines = append(lines, fmt.Sprintf("%s|%v|%v", strings.TrimSuffix(k, v.Content)+": "+v.Content, v.History, v.AtHead))
			}
			slices.Sort(lines)
			want := []string{
				"both.txt: from main|true|false", "both.txt: from side|true|false", "both.txt: from the merge|true|true",
				"packed.gz: packed " + secret + "|true|true", "removed.txt: removed " + secret + "|true|false",
				"untracked.txt: untracked " + secret + "|false|false", "日本 語.txt: side|true|true",
			}
			// One blob under two names comes under the first.
			want = append(want, "kept.txt: kept|true|true")
			slices.Sort(want)
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a scanned repository configures is neither read nor run.
func TestHostileRepositoryRunsNothing(t *testing.T) {
	needGit(t)
	dir, traps := t.TempDir(), t.TempDir()
	mark := filepath.Join(traps, "ran")
	program := filepath.Join(traps, "trap.sh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho ran >> '"+mark+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "init", "-q", "-b", "main")
	put(t, dir, "a.txt", []byte(secret))
	put(t, dir, ".gitattributes", []byte("* filter=trap diff=trap\n"))
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "one")
	f, err := os.OpenFile(filepath.Join(dir, ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(f, "[core]\n pager = %[1]s\n fsmonitor = %[1]s\n sshCommand = %[1]s\n alternateRefsCommand = %[1]s\n hooksPath = %[2]s\n[log]\n showSignature = true\n[gpg]\n program = %[1]s\n[diff \"trap\"]\n textconv = %[1]s\n command = %[1]s\n[filter \"trap\"]\n smudge = %[1]s\n clean = %[1]s\n process = %[1]s\n[extensions]\n partialClone = origin\n[remote \"origin\"]\n url = ext::%[1]s\n promisor = true\n uploadpack = %[1]s\n[protocol]\n allow = always\n[alias]\n log = !%[1]s\n", program, traps)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	// Take an object away, so that a partial clone would be filled up.
	var objects []string
	_ = filepath.WalkDir(filepath.Join(dir, ".git", "objects"), func(path string, e fs.DirEntry, _ error) error {
		if e.Type().IsRegular() {
			objects = append(objects, path)
		}
		return nil
	})
	if err := os.Remove(objects[0]); err != nil {
		t.Fatal(err)
	}
	units, _ := seen(t, dir, Options{})
	if _, err := os.Stat(mark); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something that the repository configured was run")
	}
	// The trap is a real one: git itself, used in the directory, walks into it.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	naive := exec.CommandContext(ctx, "git", "status")
	naive.Dir, naive.WaitDelay = dir, time.Second
	_ = naive.Run()
	if _, err := os.Stat(mark); err != nil {
		t.Errorf("the trap doesn't work: %v", err)
	}
	found := false
	for _, content := range units {
		found = found || content == secret
	}
	if !found {
		t.Errorf("the file itself wasn't looked through: %q", units)
	}
}

func TestWithoutGitItIsSaid(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	put(t, dir, "a.txt", []byte("x"))
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "one")
	units, skipped := seen(t, dir, Options{Git: filepath.Join(dir, "no-such-program")})
	if len(skipped) != 1 || units["a.txt"] != "x" {
		t.Errorf("%q %q", units, skipped)
	}
	t.Setenv("PATH", t.TempDir())
	if _, skipped = seen(t, dir, Options{}); len(skipped) != 1 || !strings.Contains(skipped[0], ErrNoGit.Error()) {
		t.Errorf("%q", skipped)
	}
}

func TestStoppingEarlyLeavesNothing(t *testing.T) {
	needGit(t)
	dir, temp := t.TempDir(), t.TempDir()
	runGit(t, dir, "init", "-q", "-b", "main")
	for i := range 600 {
		put(t, dir, fmt.Sprintf("f%d", i), fmt.Appendf(nil, "%d", i))
	}
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "many")
	before := runtime.NumGoroutine()
	for _, err := range Walk(context.Background(), dir, Options{TempDir: temp}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	left, err := os.ReadDir(temp)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if after := runtime.NumGoroutine(); after > before+1 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

func TestStreams(t *testing.T) {
	var got []string
	for u, err := range Open(context.Background(), "-", bytes.NewReader(gz(t, packTar(t, "a", secret))), -1, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(u.Reader)
		got = append(got, u.Source+" "+string(raw))
	}
	if diff := cmp.Diff([]string{"-!a " + secret}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(packZip(f, zip.Deflate, "a", secret))
	f.Add(gz(f, packTar(f, "a", secret)))
	f.Add(through(f, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, []byte(secret)))
	f.Add(through(f, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }, []byte(secret)))
	f.Add([]byte("%PDF-1.4\nstream\n(a) Tj endstream"))
	f.Add([]byte(`{"log":{"entries":[{"response":{"content":{"text":"YQ==","encoding":"base64"}}}]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		total := int64(0)
		for u, err := range Open(context.Background(), "x", bytes.NewReader(in), int64(len(in)), Options{Limits: Limits{Expanded: 1 << 20, Members: 100}, TempDir: t.TempDir()}) {
			if err != nil {
				continue
			}
			n, _ := io.Copy(io.Discard, u.Reader)
			total += n
		}
		if total > 16<<20 {
			t.Fatalf("%d bytes came of %d", total, len(in))
		}
	})
}
