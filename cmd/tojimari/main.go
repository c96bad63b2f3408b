// Command tojimari checks that every door of your cloud storage is locked.
package main

import (
	"context"
	"os"

	"github.com/tojimari/tojimari/internal/cli"
)

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
