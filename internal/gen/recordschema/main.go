// The command: write the file, below the root of the module.

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . -root ../../..

func main() {
	root := flag.String("root", ".", "the root of the module")
	flag.Parse()
	if err := write(*root); err != nil {
		fmt.Fprintln(os.Stderr, "recordschema:", err)
		os.Exit(1) //nolint:forbidigo // a main of its own
	}
}

func write(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	schema, err := generate()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, schema, 0o644) //nolint:gosec // documentation, for everybody
}
