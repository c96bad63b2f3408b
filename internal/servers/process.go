//go:build servers && unix

// Starting, awaiting and stopping a server process.

package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Time limits: the slowest start seen was 2.1 s for moto's first on an idle machine; CI machines are not idle.
const (
	startLimit   = 60 * time.Second
	stopLimit    = 5 * time.Second
	pollInterval = 25 * time.Millisecond
	startTries   = 3
	logTail      = 2 << 10 // bytes of the server's output shown when a test fails
)

// A Server is a third-party server that runs until the test ends.
type Server struct {
	Name    string
	Version string // the pinned version; exclusions in testdata/servers name it
	URL     string // "http://127.0.0.1:PORT" or, with TLS, "https://127.0.0.1:PORT"
	Address string // "127.0.0.1:PORT"
	// Hosts are the vendor's host names, with everything under them, that Client and Transport take to Address.
	Hosts []string

	// Folder is where it keeps what it stores, for those that do (versitygw).
	Folder string

	authority *Authority // nil without TLS
}

// Option changes how a server is started.
type Option func(*settings)

type settings struct {
	tls   bool
	hosts []string
	over  *Server
}

// TLS has the server speak HTTPS itself, with a certificate for its vendor's host names from a throwaway authority
// that only Transport and Client trust.
func TLS() Option { return func(s *settings) { s.tls = true } }

// Hosts adds host names that lead to the server: exact ones stand in its certificate, and so does one label under each.
func Hosts(names ...string) Option {
	return func(s *settings) { s.hosts = append(s.hosts, names...) }
}

// Over has a server use another one's folder, so that one store is reached over http and https. For versitygw.
func Over(other *Server) Option { return func(s *settings) { s.over = other } }

// recipe is how to start one kind of server.
type recipe struct {
	name    string
	version string
	hosts   []string
	// command returns arguments and environment; cert and key are empty without TLS, dir is private to the server
	// unless it was started Over another.
	command func(port int, dir, cert, key string) (args, env []string, err error)
	// ready is the path whose answer, whatever its status, shows that the server is up.
	ready string
}

var errEnded = errors.New("it ended by itself")

func start(t testing.TB, r recipe, options []Option) *Server {
	t.Helper()
	var set settings
	for _, option := range options {
		option(&set)
	}
	s := &Server{Name: r.name, Version: r.version, Hosts: append(r.hosts, set.hosts...)}
	if set.tls {
		s.authority = NewAuthority(t)
	}
	if set.over != nil {
		s.Folder = set.over.Folder
	}
	var err error
	for range startTries {
		if err = s.launch(t, r); err == nil {
			return s
		}
		// Another process may take the port between choosing and listening: then the server ends, and we choose again.
		if !errors.Is(err, errEnded) {
			break
		}
		t.Logf("starting %s: %v", r.name, err)
	}
	t.Fatalf("%s does not start; `make test-servers` installs it: %v", r.name, err)
	return nil
}

func (s *Server) launch(t testing.TB, r recipe) error {
	t.Helper()
	if s.Folder == "" {
		s.Folder = t.TempDir()
	}
	dir := s.Folder
	port, err := freePort(t.Context())
	if err != nil {
		return err
	}
	s.Address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	s.URL = "http://" + s.Address
	var cert, key string
	if s.authority != nil {
		s.URL = "https://" + s.Address
		cert, key = s.authority.Issue(t, s.certificateNames()...)
	}
	args, env, err := r.command(port, dir, cert, key)
	if err != nil {
		return err
	}
	bin, err := binary(r.name)
	if err != nil {
		return err
	}
	output := &tail{}
	cmd := exec.Command(bin, args...) //nolint:gosec // our own starter; cleanup stops it, after the test's context has ended
	cmd.Dir = dir
	// Nothing of the developer's own cloud configuration may reach a server.
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir}, env...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		stop(cmd.Process.Pid, ended)
		if t.Failed() {
			t.Logf("output of %s:\n%s", r.name, output)
		}
	})
	if err := s.await(t.Context(), r.ready, ended); err != nil {
		return fmt.Errorf("%w; its output:\n%s", err, output)
	}
	return nil
}

// await returns when the server answers.
func (s *Server) await(ctx context.Context, path string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	client := s.Client()
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		select {
		case <-ended:
			return errEnded
		default:
		}
		if err == nil {
			return nil
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return fmt.Errorf("no answer after %v: %w", startLimit, err)
		case <-poll.C:
		}
	}
}

// stop asks the process group to end, then makes it.
func stop(pid int, ended <-chan struct{}) {
	_ = syscall.Kill(-pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(stopLimit):
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-ended
	}
}

func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// root is the top of the checkout: tests run in their package's folder, which this file is compiled from.
func root() (string, error) {
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		return "", errors.New("no source position to find the checkout by")
	}
	return filepath.Join(filepath.Dir(file), "..", ".."), nil
}

// binary finds what .ci/install-servers left for a server.
func binary(name string) (string, error) {
	top, err := root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(top, ".cache", "bin", name)
	if _, err := os.Stat(path); err != nil {
		return "", err
	}
	return path, nil
}

// tail keeps the end of what a server prints.
type tail struct {
	lock sync.Mutex
	kept []byte
}

func (b *tail) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.kept = append(b.kept, p...)
	if over := len(b.kept) - logTail; over > 0 {
		b.kept = bytes.Clone(b.kept[over:])
	}
	return len(p), nil
}

// String returns the end of the output.
func (b *tail) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return string(b.kept)
}
