package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tojimari/tojimari/internal/text"
)

// TestHelp holds that every command says what it does, and every flag what its value is, in words that fit a window.
func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	value := regexp.MustCompile(`^[A-Z][A-Z=]*$`)
	commands := 0
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			check(sub)
		}
		if cmd.Name() == "help" || cmd.Name() == "completion" || cmd.Parent() != nil && cmd.Parent().Name() == "completion" {
			return
		}
		commands++
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q", cmd.CommandPath(), cmd.Short)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			if f.Value.Type() != "bool" && !value.MatchString(name) {
				t.Errorf("%s --%s %s: name the value in capitals", cmd.CommandPath(), f.Name, name)
			}
			if usage == "" || strings.HasSuffix(usage, ".") {
				t.Errorf("%s --%s: %q", cmd.CommandPath(), f.Name, usage)
			}
		})
		for line := range strings.Lines(cmd.Long + "\n" + cmd.LocalFlags().FlagUsagesWrapped(100)) {
			if columns := text.Width(strings.TrimRight(line, "\n")); columns > 112 { // examples are for copying
				t.Errorf("%s: a line of %d columns: %s", cmd.CommandPath(), columns, line)
			}
		}
	}
	a := &app{}
	root := a.root()
	root.InitDefaultHelpFlag()
	check(root)
	if commands < 9 {
		t.Errorf("only %d commands", commands)
	}
}
