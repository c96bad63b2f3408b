// tojimari demo: the main job on pretend clouds, with nothing set up.

package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/gcs"
)

const (
	// demoAttempt bounds one call, so that the demo ends within seconds although one of its clouds hangs.
	demoAttempt = 2 * time.Second
	demoObjects = 20
)

func (a *app) demoCommand() *cobra.Command {
	f := &scanFlags{options: map[string]*string{}, concurrency: pace.DefaultMax}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it work on pretend clouds, with nothing set up",
		Long: `Start pretend clouds on this machine, scan them with the real scanners and print what a real scan
would. Nothing leaves the machine. The demo exits 0 and says which code a real scan would have had.`,
		Example: `  tojimari demo
  tojimari demo --lang ja
  tojimari demo -o jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd, f) },
	}
	cmd.Flags().StringArrayVarP(&f.outputs, "output", "o", []string{"terminal"}, "`FORMAT` or FORMAT=FILE, several times: "+formatNames())
	f.sel.flags(cmd.Flags())
	return cmd
}

func (a *app) demo(cmd *cobra.Command, f *scanFlags) error {
	world := lab.DemoWorld()
	clouds, err := lab.Start(world)
	if err != nil {
		return fmt.Errorf("starting the pretend clouds: %w", err)
	}
	defer clouds.Close()
	s := scan{concurrency: f.concurrency, at: a.now().UTC(), targets: []scanners.Target{{Scheme: "aws"}, {Scheme: "gcp", Name: lab.DemoProject}, {Scheme: "azure", Name: lab.DemoSubscription}}}
	f.noConfig = true
	if err := a.rulesOf(f, &s); err != nil {
		return err
	}
	if s.filter, err = parseFilter(f.sel.include, f.sel.exclude); err != nil {
		return err
	}
	if err := a.outputsOf(f, &s); err != nil {
		return err
	}
	s.pacer = pace.New(pace.Config{Base: clouds.Transport(), Max: f.concurrency, Attempt: demoAttempt})
	rt := scanners.Runtime{Transport: s.pacer, Now: a.now, Objects: demoObjects, Options: map[string]string{"region": "ap-northeast-1"}, UserAgent: "tojimari-demo/" + Version()}
	if s.registry, err = all.New(rt, all.Config{
		AWS:   []awss3.Option{awss3.WithCredentials(lab.Credentials(world))},
		GCS:   []gcs.Option{gcs.WithCredentials(lab.GoogleCredentials())},
		Azure: []azureblob.Option{azureblob.WithCredential(lab.AzureCredential())},
	}); err != nil {
		return err
	}
	fmt.Fprintln(a.Err, a.lang.Say(text.DemoIntro))
	run, err := a.run(cmd.Context(), s)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Err, a.lang.Say(text.DemoExit, run.ExitCode))
	fmt.Fprintln(a.Err, a.lang.Say(text.DemoNext, "tojimari scan aws"))
	return nil
}
