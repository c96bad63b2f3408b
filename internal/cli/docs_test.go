// What README and the guides tell people to type is there, and the example that the README opens with is what the demo
// prints.

package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/web"
)

// guides are the documents that tell people what to type.
func guides(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"../../*.md", "../../docs/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, found...)
	}
	return slices.DeleteFunc(out, func(path string) bool { return strings.Contains(path, "rules.") }) // generated from the rules
}

var (
	programCall = regexp.MustCompile(`(?:^|[\s|` + "`" + `'(])(?:tojimari|go run \./cmd/tojimari)((?: +(?:'[^']*'|[^\s|>&#;` + "`" + `')]+))+)`)
	makeCall    = regexp.MustCompile("(?m)(?:^|`|'|ran? )make ([a-z-]+)(?: |`|'|$)")
	argument    = regexp.MustCompile(`'[^']*'|\S+`)
)

// code are the lines of a document that people copy: fenced and indented blocks, and what stands between backquotes.
func code(markdown string) (blocks []string) {
	fenced := false
	for line := range strings.Lines(markdown) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced, strings.HasPrefix(line, "    "):
			blocks = append(blocks, line)
		default:
			for _, quoted := range regexp.MustCompile("`[^`]+`").FindAllString(line, -1) {
				blocks = append(blocks, strings.Trim(quoted, "`"))
			}
		}
	}
	return blocks
}

func TestDocumentedCommandsExist(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	calls, made := 0, 0
	for _, path := range guides(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range code(string(text)) {
			for _, m := range programCall.FindAllStringSubmatch(line, -1) {
				var args []string
				for _, arg := range argument.FindAllString(m[1], -1) {
					args = append(args, strings.Trim(arg, "'"))
				}
				calls++
				if err := wouldRun(args); err != nil {
					t.Errorf("%s: tojimari %s: %v", path, strings.Join(args, " "), err)
				}
			}
			for _, m := range makeCall.FindAllStringSubmatch(line, -1) {
				made++
				if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
					t.Errorf("%s: make %s: no such target", path, m[1])
				}
			}
		}
	}
	if calls < 20 || made < 8 {
		t.Errorf("only %d calls and %d targets found: this test looks in the wrong place", calls, made)
	}
}

// wouldRun checks a command line up to the point where it would begin to work.
func wouldRun(args []string) error {
	a := &app{}
	cmd, rest, err := a.root().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	rest = cmd.Flags().Args()
	if cmd.Args != nil {
		if err := cmd.Args(cmd, rest); err != nil {
			return err
		}
	}
	if cmd.Name() != "scan" {
		return nil
	}
	return takenByScanners(cmd, rest)
}

func takenByScanners(_ *cobra.Command, targets []string) error {
	registry, err := all.New(scanners.Runtime{}, all.Config{Web: &web.Scanner{}})
	if err != nil {
		return err
	}
	for _, target := range targets {
		parsed, err := scanners.ParseTarget(target)
		if err != nil {
			return err
		}
		if _, err := registry.For(parsed); err != nil {
			return err
		}
	}
	return nil
}

// TestDocumentedCommandsRun runs those of the README that need no cloud.
func TestDocumentedCommandsRun(t *testing.T) {
	for _, c := range []struct {
		args []string
		in   string
		code int
	}{
		{args: []string{"demo"}},
		{args: []string{"permissions"}},
		{args: []string{"rules", "list"}},
		{args: []string{"rules", "show", "TJ1001"}},
		{args: []string{"explain"}, in: `{"Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[]}"}`},
		{args: []string{"links"}, in: "nothing to see"},
		{args: []string{"version"}},
	} {
		var out, errs bytes.Buffer
		if got := Run(context.Background(), c.args, Streams{In: strings.NewReader(c.in), Out: &out, Err: &errs}); got != c.code {
			t.Errorf("tojimari %s: exit code %d: %s", strings.Join(c.args, " "), got, &errs)
		}
	}
}

func TestReadmeShowsWhatTheDemoPrints(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "```text\n")
	block, _, ok := strings.Cut(block, "```")
	if !ok || strings.Count(block, "\n") < 20 {
		t.Fatal("the README has no example")
	}
	var out, errs bytes.Buffer
	if code := Run(context.Background(), []string{"demo", "--lang", "en"}, Streams{Out: &out, Err: &errs}); code != 0 {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	if !strings.Contains(out.String(), block) {
		t.Errorf("the demo does not print the README's example:\n%s", block)
	}
	// It opens with the command that shows it and the one that tests it.
	opening, _, _ := strings.Cut(string(readme), "```text")
	if run, test := strings.Index(opening, "go run ./cmd/tojimari demo"), strings.Index(opening, "make test"); run < 0 || test < run {
		t.Error("the README does not open with the demo and the tests")
	}
}

// TestLinksInDocuments holds that files which documents point to are there.
func TestLinksInDocuments(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	found := 0
	for _, path := range guides(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s points to %s, which is not there", path, m[1])
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d links found", found)
	}
}
