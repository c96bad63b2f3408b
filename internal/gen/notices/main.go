// Command notices writes the licences of everything that is compiled into the program, for the release archives: most
// of them ask that their text goes along with a binary.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	out := flag.String("o", "", "file to write")
	program := flag.String("program", "./cmd/tojimari", "package whose dependencies are told")
	flag.Parse()
	if err := run(context.Background(), *program, *out); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1) //nolint:forbidigo // a main of its own
	}
}

func run(ctx context.Context, program, out string) error {
	found := map[string]module{}
	// What is linked differs between systems.
	for _, goos := range []string{"linux", "darwin", "windows"} {
		if err := modulesOf(ctx, goos, program, found); err != nil {
			return err
		}
	}
	root, err := output(ctx, "", "env", "GOROOT")
	if err != nil {
		return err
	}
	found["go"] = module{Path: "The Go standard library", Dir: strings.TrimSpace(string(root))}
	var text bytes.Buffer
	if err := write(&text, slices.Collect(maps.Values(found))); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o750); err != nil {
		return err
	}
	return os.WriteFile(out, text.Bytes(), 0o644) //nolint:gosec // goes into archives as it is, for everybody
}

// module is what `go list` says of one.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

func modulesOf(ctx context.Context, goos, program string, into map[string]module) error {
	raw, err := output(ctx, goos, "list", "-deps", "-json=Module", program)
	if err != nil {
		return err
	}
	list := json.NewDecoder(bytes.NewReader(raw))
	for {
		var pkg struct{ Module *module }
		err := list.Decode(&pkg)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the list of packages: %w", err)
		}
		if m := pkg.Module; m != nil && !m.Main {
			if m.Replace != nil {
				m = m.Replace
			}
			into[m.Path] = *m
		}
	}
}

func output(ctx context.Context, goos string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // a package of this module, named by the release
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if goos != "" {
		cmd.Env = append(cmd.Env, "GOOS="+goos)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return out, nil
}

// write writes the texts of all modules, by name. A module without a licence is an error: it must not be shipped.
func write(out io.Writer, modules []module) error {
	slices.SortFunc(modules, func(a, b module) int { return cmp.Compare(a.Path, b.Path) })
	fmt.Fprintln(out, "tojimari is built with the following. Each part comes under its own terms.")
	for _, m := range modules {
		texts, err := textsOf(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		fmt.Fprintf(out, "\n%s\n%s %s\n%s\n", strings.Repeat("=", 80), m.Path, m.Version, strings.Repeat("=", 80))
		for _, text := range texts {
			fmt.Fprintf(out, "\n%s\n", strings.TrimSpace(text))
		}
	}
	return nil
}

// textsOf reads the licence and notices at a module's root. A module in a subfolder of its repository carries a copy
// (Go Modules Reference, "Module zip files").
func textsOf(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !slices.ContainsFunc([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, func(p string) bool { return strings.HasPrefix(name, p) }) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	if texts == nil {
		return nil, fmt.Errorf("no licence in %q", dir)
	}
	return texts, nil
}
