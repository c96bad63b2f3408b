// tojimari rules: list them, show one, run the examples of a folder.

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules, show one, or test rules of your own",
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.rulesListCommand(), a.rulesShowCommand(), a.rulesTestCommand())
	return cmd
}

func (a *app) rulesListCommand() *cobra.Command {
	var sel selection
	var output string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rules, those chosen by the same flags as on scan",
		Example: `  tojimari rules list --severity high
  tojimari rules list --tag exposure -o json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			book, err := sel.book()
			if err != nil {
				return err
			}
			if _, err := parseFilter(sel.include, sel.exclude); err != nil {
				return err
			}
			list, err := book.Select(sel.chosen())
			if err != nil {
				return wrongUse(err)
			}
			switch output {
			case "terminal":
				return a.ruleTable(list)
			case "json":
				return writeJSON(a.Out, list)
			default:
				return usagef("-o %q: rules list writes terminal or json", output)
			}
		},
	}
	sel.flags(cmd.Flags())
	cmd.Flags().StringVarP(&output, "output", "o", "terminal", "`FORMAT`: terminal or json")
	return cmd
}

func (a *app) ruleTable(list []*judge.Rule) error {
	w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	width := 0
	for _, r := range list {
		width = max(width, len(r.Name))
	}
	room := 0 // what is read by a program is not cut
	if _, ok := terminalOf(a.Out); ok {
		room = max(a.width(a.Out)-len("TJ0000")-width-len("critical")-6, 20)
	}
	for _, r := range list {
		title := text.Clean(r.Heading().In(string(a.lang)))
		if room > 0 {
			title = text.Clip(title, room)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Name, r.Severity.Worst(), title)
	}
	return w.Flush()
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (a *app) rulesShowCommand() *cobra.Command {
	var sel selection
	var output string
	cmd := &cobra.Command{
		Use:     "show ID|NAME",
		Short:   "Show one rule: what it asks, why, and how to put things right",
		Example: "  tojimari rules show public-list",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			book, err := sel.book()
			if err != nil {
				return err
			}
			chosen, err := book.Select(judge.Selection{Rules: args})
			if err != nil {
				return wrongUse(err)
			}
			if output == "json" {
				return writeJSON(a.Out, chosen[0])
			}
			return a.showRule(chosen[0])
		},
	}
	cmd.Flags().StringArrayVar(&sel.folders, "rules", nil, "`FOLDER` with rule files of your own; several times")
	cmd.Flags().StringVarP(&output, "output", "o", "terminal", "`FORMAT`: terminal or json")
	return cmd
}

func (a *app) showRule(r *judge.Rule) error {
	width := a.width(a.Out)
	var b strings.Builder
	paragraph := func(head, body string) {
		if strings.TrimSpace(body) == "" {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", head)
		for line := range strings.SplitSeq(strings.TrimRight(body, "\n"), "\n") {
			for _, l := range text.Wrap(text.Clean(line), width-2) {
				fmt.Fprintf(&b, "  %s\n", l)
			}
		}
	}
	say := a.lang.Say
	fmt.Fprintf(&b, "%s  %s  (%s)\n", r.ID, r.Name, r.Severity.Worst())
	for _, l := range text.Wrap(text.Clean(r.Heading().In(string(a.lang))), width) {
		fmt.Fprintln(&b, l)
	}
	paragraph(say(text.RuleWhy), r.Why.In(string(a.lang)))
	paragraph("fails_when", r.FailsWhen.Text)
	paragraph("when", r.When.Text)
	for _, p := range []struct {
		name  string
		steps *judge.Steps
	}{{"AWS", r.Fix.AWS}, {"Google Cloud", r.Fix.GCP}, {"Azure", r.Fix.Azure}, {"", r.Fix.Any}} {
		if p.steps == nil {
			continue
		}
		head := strings.TrimSpace(say(text.RuleFix) + " " + p.name)
		if p.steps.Note != nil {
			paragraph(head, p.steps.Note.In(string(a.lang)))
		}
		verbatim(&b, head+" (CLI)", p.steps.CLI)
		verbatim(&b, head+" (Terraform)", p.steps.Terraform)
	}
	var maps []string
	for framework, controls := range r.Maps {
		for _, c := range controls {
			maps = append(maps, fmt.Sprintf("%s %s (%s)", framework, c.ID, c.Source))
		}
	}
	slices.Sort(maps)
	paragraph("maps", strings.Join(maps, "\n"))
	paragraph("refs", strings.Join(r.Refs, "\n"))
	_, err := io.WriteString(a.Out, b.String())
	return err
}

// verbatim prints lines that are meant to be copied: never wrapped.
func verbatim(b *strings.Builder, head, body string) {
	if strings.TrimSpace(body) == "" {
		return
	}
	fmt.Fprintf(b, "\n%s\n", head)
	for line := range strings.SplitSeq(strings.TrimRight(body, "\n"), "\n") {
		fmt.Fprintf(b, "  %s\n", text.Clean(line))
	}
}

func (a *app) rulesTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test DIR",
		Short: "Run the examples in the rule files of a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			info, err := os.Stat(args[0])
			if err != nil {
				return wrongUse(err)
			}
			if !info.IsDir() {
				return wrongUse(scanners.WithHint(fmt.Errorf("%q is not a folder", args[0]), "give the folder that holds the rule files"))
			}
			book, err := judge.Load(judge.Source{FS: os.DirFS(args[0]), Name: args[0], User: true})
			if err != nil {
				return wrongUse(err)
			}
			run, failed := book.TestExamples()
			for _, f := range failed {
				fmt.Fprintln(a.Err, clean(f.Error()))
			}
			fmt.Fprintf(a.Out, "%d rules, %d examples, %d failed\n", len(book.Rules()), run, len(failed))
			if len(failed) > 0 {
				return exit(judge.ExitUsage)
			}
			return nil
		},
	}
}
