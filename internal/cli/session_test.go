package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tojimari/tojimari/scanners"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tojimari": func() {
			os.Exit(Run(context.Background(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// The sessions in testdata/sessions are the specification of the command line.
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/sessions",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			// No credentials of the machine's owner, and no metadata service.
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/none")
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/none")
			env.Setenv("LANG", "C")
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":        cmdCode,
			"clouds":      cmdClouds,
			"site":        cmdSite,
			"sameRecords": cmdSameRecords,
		},
	})
}

// cmdCode runs a command and checks its exit code: code N PROGRAM ARG...
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N PROGRAM ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = exitText(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s (%v)", got, args[0], err)
	}
}

func exitText(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

// cmdSameRecords compares what two snapshots hold, apart from when it was read: sameRecords A B.
func cmdSameRecords(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameRecords A B")
	}
	var held [2]string
	for i, name := range args {
		var out strings.Builder
		lines := scanners.NewLineReader(strings.NewReader(ts.ReadFile(name)))
		for {
			line, err := lines.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			ts.Check(err)
			switch {
			case line.Header != nil:
				line.Header.At = time.Time{}
			case line.Record != nil:
				line.Record.At = time.Time{}
			}
			ts.Check(scanners.NewLineWriter(&out).Write(line))
		}
		held[i] = out.String()
	}
	if diff := cmp.Diff(held[0], held[1]); diff != "" {
		ts.Fatalf("%s and %s differ:\n%s", args[0], args[1], diff)
	}
}
