// Command configschema writes the JSON Schema of tojimari.yaml to the file named by its argument.
package main

import (
	"fmt"
	"os"

	"github.com/tojimari/tojimari/internal/config"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/rules"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "configschema:", err)
		os.Exit(1) //nolint:forbidigo // a main of its own
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("want one argument, the file to write")
	}
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		return err
	}
	text, err := config.Schema(book)
	if err != nil {
		return err
	}
	return os.WriteFile(os.Args[1], text, 0o644) //nolint:gosec // documentation, for everybody
}
