//go:build unix

package linksource_test

// Figures against others, on the same tree in the same run: ripgrep searching for the gate, and gitleaks. What isn't
// installed is left out and said. `make bench BENCH=Links` installs gitleaks first.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/linksource"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/vendors"
)

// gateExpression is what a search has to find before a link can be read: every grammar's signature or key id.
const gateExpression = `x-amz-signature|x-goog-signature|googleaccessid|awsaccesskeyid|key-pair-id|sig(=|%3d|\\u003d)`

const aLink = "https://b.s3.eu-west-1.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%%2F20261101%%2Feu-west-1%%2Fs3%%2Faws4_request" +
	"&X-Amz-Date=20261101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=%x"

func signature(r *rand.Rand) []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// plainTree is the text of Go's own standard library, with a link in every hundredth file. It returns its size and
// the number of links.
func plainTree(b *testing.B) (dir string, size int64, planted int) {
	b.Helper()
	dir = b.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	from, n := filepath.Join(goroot(b), "src"), 0
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".s") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n++; n%100 == 0 {
			raw = append(raw, fmt.Sprintf("// "+aLink+"\n", signature(r))...)
			planted++
		}
		size += int64(len(raw))
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		return os.WriteFile(to, raw, 0o600)
	})
	if err != nil {
		b.Fatal(err)
	}
	return dir, size, planted
}

func goroot(b *testing.B) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// links counts the links under a path, as links:PATH does, on one core.
func links(b *testing.B, path string) (n int) {
	b.Helper()
	known, err := vendors.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	d := signedlink.New(known)
	for unit, err := range linksource.Walk(b.Context(), path, linksource.Options{}) {
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range d.Scan(b.Context(), unit.Reader, signedlink.Options{Source: unit.Source}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	return n
}

// program finds a program on the PATH or among the repository's own tools.
func program(name string) (string, bool) {
	if path, err := exec.LookPath(name); err == nil {
		return path, true
	}
	path, err := filepath.Abs(filepath.Join("..", "..", ".cache", "bin", name))
	if err != nil {
		return "", false
	}
	_, err = os.Stat(path)
	return path, err == nil
}

// timed runs a program and returns the processor time that it used, which load on the machine doesn't change. Exit
// code 1 means, for both programs, that something was found.
func timed(ctx context.Context, b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout = io.Discard
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		b.Fatalf("%s: %v %s", name, err, said.Bytes())
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// least is the shortest of three: other work on the machine only ever adds.
func least(one func() time.Duration) time.Duration {
	best := one()
	for range 2 {
		best = min(best, one())
	}
	return best
}

// own is the processor time that this process spends on f.
func own(f func()) time.Duration {
	before := cpu()
	f()
	return cpu() - before
}

// BenchmarkLinksPlainText: over-rg is our speed divided by ripgrep's, over-gitleaks the same for gitleaks. Wanted: 0.5
// GB/s, 0.4 and 5.
func BenchmarkLinksPlainText(b *testing.B) {
	previous := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(previous)
	dir, size, planted := plainTree(b)
	for b.Loop() {
		if n := links(b, dir); n != planted {
			b.Fatalf("%d links, %d were planted", n, planted)
		}
	}
	ours := least(func() time.Duration { return own(func() { links(b, dir) }) })
	b.ReportMetric(float64(size)/ours.Seconds()/1e9, "GB/s")
	b.ReportMetric(float64(size)/1e6, "MB")
	if rg, ok := program("rg"); ok {
		theirs := least(func() time.Duration {
			return timed(b.Context(), b, rg, "-j1", "-i", "-c", "--no-ignore", "--hidden", "-e", gateExpression, dir)
		})
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "over-rg")
	} else {
		b.Log("rg isn't installed")
	}
	if gitleaks, ok := program("gitleaks"); ok {
		theirs := timed(b.Context(), b, gitleaks, "dir", "--no-banner", "--log-level", "error", "--exit-code", "0", dir)
		b.ReportMetric(theirs.Seconds()/ours.Seconds(), "over-gitleaks")
	} else {
		b.Log("gitleaks isn't installed")
	}
}

// BenchmarkLinksHistory reads a git history of 100,000 blobs. Wanted: over-gitleaks above 1.
func BenchmarkLinksHistory(b *testing.B) {
	const blobs = 100_000
	dir, planted := history(b, blobs)
	var ours time.Duration
	for b.Loop() {
		start := cpuWithChildren()
		if n := links(b, dir); n != planted {
			b.Fatalf("%d links, %d were planted", n, planted)
		}
		ours = cpuWithChildren() - start
	}
	b.ReportMetric(float64(blobs)/ours.Seconds(), "blobs/cpu-s")
	gitleaks, ok := program("gitleaks")
	if !ok {
		b.Log("gitleaks isn't installed")
		return
	}
	start := cpuWithChildren()
	timed(b.Context(), b, gitleaks, "git", "--no-banner", "--log-level", "error", "--exit-code", "0", dir)
	b.ReportMetric((cpuWithChildren()-start).Seconds()/ours.Seconds(), "over-gitleaks")
}

// history makes a repository with that many blobs in a tenth as many commits, by git fast-import.
func history(b *testing.B, blobs int) (dir string, planted int) {
	b.Helper()
	dir = b.TempDir()
	git := func(in io.Reader, args ...string) {
		cmd := exec.CommandContext(b.Context(), "git", append([]string{"-C", dir}, args...)...)
		cmd.Stdin = in
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %s: %v %s", args[0], err, out)
		}
	}
	git(nil, "init", "-q")
	r := rand.New(rand.NewPCG(3, 4))
	var in bytes.Buffer
	const each = 10
	for i := range blobs / each {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nx\n", 1_600_000_000+i)
		for k := range each {
			n := i*each + k
			text := fmt.Sprintf("package p%d\n\n%s", n, strings.Repeat("// what a program says of itself and of the bucket that it keeps its things in\nvar x = func() int { return 1 }\n", 10+n%40))
			if n%1000 == 0 {
				text += fmt.Sprintf("// "+aLink+"\n", signature(r))
				planted++
			}
			fmt.Fprintf(&in, "M 100644 inline d%d/f%d.go\ndata %d\n%s\n", n%50, n%5000, len(text), text)
		}
	}
	git(&in, "fast-import", "--quiet")
	git(nil, "read-tree", "main") // files of the working tree aren't wanted: history alone
	return dir, planted
}

// BenchmarkLinksMemory has the program itself read one file of 1 GB, thick with what nearly is a link. Wanted: under
// 150 MB at its peak.
func BenchmarkLinksMemory(b *testing.B) {
	dir := b.TempDir()
	binary, path := filepath.Join(dir, "tojimari"), filepath.Join(dir, "big.log")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, "../../cmd/tojimari").CombinedOutput(); err != nil {
		b.Fatalf("%v %s", err, out)
	}
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	line := []byte(strings.Repeat("everything that is signed goes through the gate and then to the log again\n", 10_000) + strings.Repeat("GET /sign?signature=1 200\n", 10_000))
	const size = 1 << 30
	for n := 0; n < size; n += len(line) {
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(2 * size) // it is read twice
	var most int64
	for b.Loop() {
		for _, args := range [][]string{{"links", path}, {"scan", "links:" + path, "--tag", "signed-links"}} {
			cmd := exec.CommandContext(b.Context(), binary, args...)
			cmd.Dir = dir
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			held, err := run(cmd)
			if err != nil {
				b.Fatalf("%v %s", err, said.String())
			}
			most = max(most, held)
		}
	}
	b.ReportMetric(float64(most)/(1<<20), "MB-peak")
}
