//go:build unix

// The collector of these tests looks after process groups, which only Unix has.

package program_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/program"
)

// TestMain makes the test binary the collector that the tests run.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "collect" {
		os.Exit(collect(os.Stdout, os.Args[2:])) //nolint:forbidigo // it is a program of its own here
	}
	m.Run()
}

const whole = `{"tojimari":{"schema":"1","tool":"collector"}}
{"record":{"id":"aws:account/1","kind":"scope","name":"1"}}
{"end":{"scope":"aws:account/1","records":1}}
`

// collect is the collector; args choose its behaviour.
func collect(out io.Writer, args []string) int {
	switch args[0] {
	case "whole":
		fmt.Fprint(out, whole)
	case "args":
		for i, arg := range args[1:] {
			fmt.Fprintf(out, `{"record":{"id":"arg:%d","kind":"page","name":%s}}`+"\n", i, strconv.Quote(arg))
		}
		fmt.Fprintf(out, `{"end":{"scope":"program:x","records":%d}}`+"\n", len(args)-1)
	case "bad":
		fmt.Fprint(out, "{\"record\":{\"id\":\"aws:account/1\",\"kind\":\"scope\",\"name\":\"1\"}}\nwhat?\n{\"end\":{\"scope\":\"aws:account/1\",\"records\":1}}\n")
	case "fails":
		fmt.Fprint(os.Stderr, "first\nno \x1b[31mcredentials\u202e here")
		return 3
	case "fails late":
		fmt.Fprint(out, whole)
		return 4
	case "talks":
		fmt.Fprint(os.Stderr, strings.Repeat(strings.Repeat("x", 5000)+"\n", 300))
		fmt.Fprint(out, whole)
	case "floods":
		for {
			if _, err := fmt.Fprintln(out, `{"record":{"id":"page:x","kind":"page","name":"x"}}`); err != nil {
				return 1
			}
		}
	case "hangs":
		// With a child that outlives it, holds its output open, and writes its number down.
		child := exec.Command(os.Args[0], "collect", "sleeps")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			return 1
		}
		fmt.Fprint(out, whole)
		if err := os.WriteFile(args[1], []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
			return 1
		}
		child.Wait()
	case "sleeps":
		if r, _, err := os.Pipe(); err == nil {
			r.Read(make([]byte, 1)) // nothing ever comes
		}
	}
	return 0
}

func run(t *testing.T, ctx context.Context, options program.Options, stop func(event string) bool, args ...string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options.Paths = map[string]string{"x": self}
	options.Args = append([]string{"collect"}, args...)
	s := program.New(options)
	var out []string
	for ref, err := range s.Discover(ctx, scanners.Target{Scheme: "program", Name: "x"}) {
		event := ref.Scope + " " + ref.ID
		if err != nil {
			f := scanners.FailureOf(err)
			event = fmt.Sprintf("%s! %s: %s", ref.Scope, f.Code, f.Detail)
		} else if rec, err := s.Inspect(ctx, ref, nil, nil); err != nil || rec.ID != ref.ID {
			t.Errorf("inspecting %s: %v", ref.ID, err)
		} else if strings.HasPrefix(rec.ID, "arg:") {
			event = rec.Name
		}
		out = append(out, event)
		if stop != nil && stop(event) {
			break
		}
	}
	return out
}

func TestProgram(t *testing.T) {
	for _, tc := range []struct {
		name    string
		options program.Options
		args    []string
		want    []string
	}{{
		name: "its records", args: []string{"whole"},
		want: []string{"aws:account/1 aws:account/1"},
	}, {
		name: "no shell between", args: []string{"args", "$(id)", "a b", "*", "; exit 1", "'"},
		want: []string{"$(id)", "a b", "*", "; exit 1", "'"},
	}, {
		name: "a bad line by number", args: []string{"bad"},
		want: []string{"aws:account/1 aws:account/1", "aws:account/1! malformed: program:x: line 2: not a record line: invalid character 'w' looking for beginning of value"},
	}, {
		name: "its exit code and last words", args: []string{"fails"},
		want: []string{`! failed: program "x": exit status 3 (it said "no \\x1b[31mcredentials\\u{202e} here")`},
	}, {
		name: "an exit code after records", args: []string{"fails late"},
		want: []string{"aws:account/1 aws:account/1", `! failed: program "x": exit status 4`},
	}, {
		name: "nothing printed", args: []string{"nothing"},
		want: []string{"! failed: reading program:x: it is empty"},
	}, {
		name: "more than is allowed", args: []string{"whole"}, options: program.Options{MaxOutput: 10},
		want: []string{`! failed: program "x" printed more than 10 bytes`},
	}} {
		t.Run(tc.name, func(t *testing.T) {
			got := run(t, t.Context(), tc.options, nil, tc.args...)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// alive reports whether a process runs; one that is dead and not waited for does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}

// Time up, the caller's end, and a consumer that has had enough: each ends the program and its child.
func TestProgramIsEndedWithItsChildren(t *testing.T) {
	childOf := func(t *testing.T, file string) int {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(string(text))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	written := func(file string) {
		for {
			if text, err := os.ReadFile(file); err == nil && len(text) > 0 {
				return
			}
		}
	}
	for _, tc := range []struct {
		name string
		run  func(t *testing.T, file string) []string
		last string
	}{{
		name: "time is up",
		run: func(t *testing.T, file string) []string {
			return run(t, t.Context(), program.Options{Timeout: 2 * time.Second}, nil, "hangs", file)
		},
		last: `! failed: program "x" took longer than 2s`,
	}, {
		name: "cancelled",
		run: func(t *testing.T, file string) []string {
			ctx, cancel := context.WithCancel(t.Context())
			return run(t, ctx, program.Options{}, func(string) bool { written(file); cancel(); return false }, "hangs", file)
		},
		last: `! cut_off: program "x": context canceled`,
	}, {
		name: "not wanted any more",
		run: func(t *testing.T, file string) []string {
			return run(t, t.Context(), program.Options{}, func(string) bool { written(file); return true }, "hangs", file)
		},
		last: "aws:account/1 aws:account/1",
	}} {
		t.Run(tc.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "pid")
			got := tc.run(t, file)
			if last := got[len(got)-1]; last != tc.last {
				t.Errorf("the last event is %s", last)
			}
			pid := childOf(t, file)
			for deadline := time.Now().Add(5 * time.Second); alive(pid); {
				if time.Now().After(deadline) {
					t.Fatalf("child %d lives on", pid)
				}
			}
		})
	}
}

func TestFloodIsStopped(t *testing.T) {
	got := run(t, t.Context(), program.Options{MaxOutput: 1 << 20}, nil, "floods")
	if last := got[len(got)-1]; last != `! failed: program "x" printed more than 1048576 bytes` {
		t.Errorf("the last event is %s", last)
	}
}

func TestStandardErrorIsShown(t *testing.T) {
	var log bytes.Buffer
	ctx := zerolog.New(&log).WithContext(t.Context())
	run(t, ctx, program.Options{}, nil, "fails")
	want := `{"level":"warn","program":"x","message":"first"}
{"level":"warn","program":"x","message":"no \\x1b[31mcredentials\\u{202e} here"}
`
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	log.Reset()
	run(t, ctx, program.Options{}, nil, "talks")
	if n := log.Len(); n > 250_000 || !strings.Contains(log.String(), `"lines":100`) {
		t.Errorf("%d bytes of log", n)
	}
}

func TestUnknownProgram(t *testing.T) {
	s := program.New(program.Options{Paths: map[string]string{"x": "/bin/x", "y": "/no/such/file"}})
	for name, want := range map[string]string{"z": scanners.CodeBadTarget, "y": scanners.CodeFailed} {
		// The target's options choose nothing.
		target := scanners.Target{Scheme: "program", Name: name, Options: map[string]string{"program": "/bin/sh", "path": "/bin/sh"}}
		for ref, err := range s.Discover(t.Context(), target) {
			if f := scanners.FailureOf(err); ref.ID != "" || f.Code != want || f.Hint == "" {
				t.Errorf("%s: %v %+v", name, ref, f)
			}
		}
	}
}

func TestParseNamed(t *testing.T) {
	if name, path, err := program.ParseNamed("inv=./a=b.sh"); name != "inv" || path != "./a=b.sh" || err != nil {
		t.Errorf("%q %q %v", name, path, err)
	}
	for _, text := range []string{"", "x", "=x", "x=", "a:b=c"} {
		if _, _, err := program.ParseNamed(text); !errors.Is(err, scanners.ErrBadTarget) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
