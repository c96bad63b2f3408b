// Command rulesdoc writes rules.md, rules.ja.md and rules-variables.md to the folder named by its argument.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/rules"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "rulesdoc:", err)
		os.Exit(1) //nolint:forbidigo // a main of its own
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("want one argument, the folder to write to")
	}
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		return err
	}
	variables, err := judge.VariablesReference()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		"rules.md": book.Reference("en"), "rules.ja.md": book.Reference("ja"), "rules-variables.md": variables,
	} {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), []byte(text), 0o644); err != nil { //nolint:gosec // documentation, for everybody
			return err
		}
	}
	return nil
}
