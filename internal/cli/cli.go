// Package cli is the command line: commands, flags, progress and exit codes. stdout carries only the product;
// everything said to the person goes to stderr.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// Streams are what a run reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// app is what every command is given.
type app struct {
	Streams
	clock    func() time.Time // real time, for durations
	now      func() time.Time // the time of judging and of records
	lang     text.Lang
	langText string
	logLevel string
	atText   string
	color    string
}

// Run runs one command line and returns its exit code. At the first interrupt the command reports what it has;
// a second one ends the process at once.
func Run(ctx context.Context, args []string, streams Streams) int {
	ctx, stop := catchSignals(ctx)
	defer stop()
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	a := &app{Streams: streams, clock: time.Now, now: time.Now, lang: text.FromEnvironment(os.Getenv)}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	var chosen exitError
	switch {
	case errors.As(err, &chosen):
		a.complain(chosen.err)
		return chosen.code
	case err != nil && ctx.Err() != nil && terminated(ctx):
		return judge.ExitTerminated
	case err != nil && ctx.Err() != nil:
		return judge.ExitInterrupted
	case err != nil:
		a.complain(err)
		return judge.ExitUsage
	default:
		return judge.ExitClean
	}
}

// softMemory is where the garbage collector begins to work harder: a scan holds little at a time, whatever its size. Of
// an organisation that is 40 MB at full width; with a limit near that the collector took more time than the scan.
const softMemory = 128 << 20

// complain prints an error and its hint, if there is one.
func (a *app) complain(err error) {
	if err == nil {
		return
	}
	// What was typed is part of many an error, and a signed link may have been typed.
	fmt.Fprintf(a.Err, "tojimari: %s\n", clean(a.lang.Phrase(text.WithoutSecrets(err.Error()))))
	var hint *scanners.HintError
	if errors.As(err, &hint) {
		fmt.Fprintln(a.Err, a.lang.Say(text.Hint, clean(a.lang.Phrase(text.WithoutSecrets(hint.Hint)))))
	}
}

// clean makes every line of a message safe to show.
func clean(message string) string {
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = text.Clean(line)
	}
	return strings.Join(lines, "\n")
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tojimari",
		Short: "Check that every door of your cloud storage is locked",
		Long: `tojimari (戸締まり, the evening round that checks every door) looks at cloud object storage and says
who on the internet can list, read, write or change permissions of each bucket, by which path, with a
request that proves it; and whether a mistake would be noticed and survived.

It only reads. Nothing is changed, and nothing secret is printed.`,
		Example: `  tojimari demo                        see it work on pretend clouds, nothing set up
  tojimari scan aws                    every bucket of the account your credentials belong to
  tojimari scan s3://BUCKET -o sarif=tojimari.sarif
  aws s3api get-bucket-policy --bucket B | tojimari explain`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Version:           Version(),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.prepare(cmd) },
	}
	// Flags are told in the width of the window, with the word that stands for their value.
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", fmt.Sprintf(".FlagUsagesWrapped %d ", a.width(a.Out))))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return scanners.WithHint(err, fmt.Sprintf("'%s --help' lists the flags", cmd.CommandPath()))
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.langText, "lang", "", "`LANGUAGE` of what people read: en or ja (default: from the environment)")
	flags.StringVar(&a.color, "color", "auto", "`WHEN` to use colour: auto, always or never (auto heeds NO_COLOR)")
	flags.StringVar(&a.logLevel, "log-level", "warn", "log this `LEVEL` and worse to stderr: debug, info, warn or error")
	flags.StringVar(&a.atText, "at", "", "judge as of this `TIME` (RFC 3339) instead of now")
	root.AddCommand(a.scanCommand(), a.demoCommand(), a.explainCommand(), a.linksCommand(), a.permissionsCommand(), a.rulesCommand(), a.versionCommand())
	return root
}

// prepare reads the flags that all commands share and hands the logger to the context.
func (a *app) prepare(cmd *cobra.Command) error {
	levels := map[string]zerolog.Level{"debug": zerolog.DebugLevel, "info": zerolog.InfoLevel, "warn": zerolog.WarnLevel, "error": zerolog.ErrorLevel}
	level, ok := levels[a.logLevel]
	if !ok {
		return usagef("--log-level %q is not debug, info, warn or error", a.logLevel)
	}
	if a.atText != "" {
		at, err := time.Parse(time.RFC3339, a.atText)
		if err != nil {
			return usagef("--at %q is not an RFC 3339 time such as 2026-01-31T09:00:00Z", a.atText)
		}
		a.now = func() time.Time { return at.UTC() }
	}
	if a.color != "auto" && a.color != "always" && a.color != "never" {
		return usagef("--color %q is not auto, always or never", a.color)
	}
	if a.langText != "" {
		lang, ok := text.ParseLang(a.langText)
		if !ok {
			return usagef("--lang %q is not en or ja", a.langText)
		}
		a.lang = lang
	}
	log := zerolog.New(zerolog.ConsoleWriter{Out: a.Err, NoColor: true, TimeFormat: time.TimeOnly}).Level(level).With().Timestamp().Logger()
	cmd.SetContext(log.WithContext(cmd.Context()))
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Out, "tojimari %s\n", Version())
			return err
		},
	}
}

// Version is the module version the binary was built from, or "devel".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

// errTerminated is the cause of a context that SIGTERM ended.
var errTerminated = errors.New("terminated")

func terminated(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errTerminated) }

// catchSignals ends the returned context at the first interrupt or termination; the next one has its usual effect.
func catchSignals(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case got := <-signals:
			signal.Stop(signals)
			if got == syscall.SIGTERM {
				cancel(errTerminated)
				return
			}
			cancel(context.Canceled)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
