// tojimari scan.

package cli

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/config"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/pace"
	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

const scanHelp = `Scan targets and say who on the internet can list, read, write or change permissions of each bucket.

Targets:
  aws, aws:PROFILE           every S3 bucket of the account that the credentials belong to
  aws:org                    every account of the organisation (a role is assumed in each)
  s3://BUCKET                one bucket, also where listing buckets is not allowed
  gcp, gcp:PROJECT           every Cloud Storage bucket of a project
  gcp:organizations/N        every project of an organisation; gcp:folders/N those of a folder
  gs://BUCKET                one Cloud Storage bucket
  azure, azure:SUBSCRIPTION  every storage account of the subscriptions seen, or of one
  azure:mg/NAME              every subscription below a management group
  az://ACCOUNT[/CONTAINER]   one storage account, or one container of it
  https://HOST/PATH          what a stranger and a search engine get at an address
  links:PATH                 signed links in files, archives and the history of git repositories
  snapshot:FILE              records saved by -o snapshot=FILE ("-" reads standard input)
  program:NAME               records printed by an external collector (--program NAME=PATH)

Options that belong to one target ride on it: s3://b?endpoint-url=https://minio.example&profile=ops

Exit codes: 0 clean, 1 findings at or over --fail-on, 2 wrong use, 3 something that decides was not
read, 4 nothing could be scanned, 130 and 143 interrupted (what was found is still reported).`

const scanExample = `  tojimari scan aws
  tojimari scan aws:ops aws:dev -o sarif=tojimari.sarif -o terminal
  tojimari scan s3://acme-data --rule public-read
  tojimari scan aws -o snapshot=night.jsonl && tojimari scan snapshot:night.jsonl --at 2026-01-01T00:00:00Z
  tojimari scan aws --resume night.jsonl -o snapshot=whole.jsonl`

// scanFlags are the flags of scan.
type scanFlags struct {
	sel          selection
	outputs      []string
	configFile   string
	noConfig     bool // the demo is not the user's estate
	failOn       string
	allowUnknown []string
	show         []string
	redact       bool
	concurrency  int
	deadline     time.Duration
	resume       string
	orgFacts     string
	objects      int
	prove, live  bool
	options      map[string]*string
	programs     []string
	programArgs  []string
	programTime  time.Duration
}

// targetOptions are flags that stand for all targets; each may ride on a target instead.
var targetOptions = []struct{ name, help string }{
	{"profile", "AWS `PROFILE` of the shared configuration files"},
	{"region", "`REGION` to begin with, for services that have one"},
	{"role-arn", "`ARN` of the role to assume for reading"},
	{"external-id", "external `ID` for --role-arn"},
	{"org-role", "`NAME` of the role that aws:org assumes in each account"},
	{"endpoint-url", "base `URL` of an S3-compatible service (path style)"},
	{"vendor", "what that service is (`NAME`: ceph, minio, ...), where neither its host nor its answers tell"},
	{"cloud", "Azure `CLOUD`: public, china or usgov"},
	{"tenant", "Entra `TENANT` to get tokens from, by id or domain"},
	{"subscription", "Azure `SUBSCRIPTION` that az://ACCOUNT is in, by id or name"},
	{"impersonate-service-account", "Google service `ACCOUNT` to read as"},
	{"quota-project", "Google Cloud `PROJECT` that the calls are counted on"},
	{"depth", "for https targets: follow links on the same host `N` steps"},
}

func (a *app) scanCommand() *cobra.Command {
	f := &scanFlags{options: map[string]*string{}}
	cmd := &cobra.Command{
		Use:     "scan TARGET...",
		Short:   "Scan accounts, buckets or saved records",
		Long:    scanHelp,
		Example: scanExample,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.prepareScan(f, args)
			if err != nil {
				return err
			}
			run, err := a.run(cmd.Context(), s)
			if err != nil {
				return err
			}
			return exit(run.ExitCode)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.outputs, "output", "o", []string{"terminal"}, "`FORMAT` or FORMAT=FILE, several times: "+formatNames())
	flags.StringVar(&f.configFile, "config", "", "configuration `FILE` (default: "+config.Name+" of the working directory, if there is one)")
	flags.StringVar(&f.failOn, "fail-on", "", "exit 1 on findings of this `SEVERITY` or worse (default high, or what the configuration says)")
	flags.StringArrayVar(&f.allowUnknown, "allow-unknown", nil, "`RULE` whose unknown outcomes do not set exit code 3; several times")
	flags.StringArrayVar(&f.show, "show", nil, "also print results of this `OUTCOME` one by one: pass, unknown, not_applicable; several times")
	flags.BoolVar(&f.redact, "redact-keys", false, "leave the names of sampled objects out of every output")
	flags.IntVar(&f.concurrency, "concurrency", pace.DefaultMax, "at most `N` calls under way; the scan begins with fewer and adapts")
	flags.DurationVar(&f.deadline, "deadline", 0, "stop after this `TIME` (30m, 2h) and report what was found (0: no limit)")
	flags.StringVar(&f.resume, "resume", "", "continue a scan that was cut off, from its snapshot `FILE`; nothing that is whole is read again")
	flags.StringVar(&f.orgFacts, "org-facts", "", "snapshot `FILE` of the organisation, for guards above the account that this scan may not read")
	flags.IntVar(&f.objects, "objects", 0, "look at the ACLs of `N` objects per bucket, and for signed links in those that are text")
	flags.BoolVar(&f.prove, "prove", false, "ask from outside, once each, for what the settings say can be read, and whether what they close is closed: one listing page of one key, or one byte of one object")
	flags.BoolVar(&f.live, "live", false, "ask the services whether signed links still work, without taking content or changing anything")
	flags.StringArrayVar(&f.programs, "program", nil, "`NAME=PATH` of an external collector for program:NAME; several times")
	flags.StringArrayVar(&f.programArgs, "program-arg", nil, "`ARGUMENT` for the external collector; several times")
	flags.DurationVar(&f.programTime, "program-timeout", 10*time.Minute, "end an external collector that takes longer than this `TIME`")
	for _, o := range targetOptions {
		f.options[o.name] = flags.String(o.name, "", o.help)
	}
	f.sel.flags(flags)
	return cmd
}

func formatNames() string {
	out := ""
	for _, name := range append(report.Formats(), "snapshot") {
		if out != "" {
			out += ", "
		}
		out += name
	}
	return out
}

// prepareScan turns flags and arguments into a scan; every mistake in them is found before anything is called.
func (a *app) prepareScan(f *scanFlags, args []string) (scan, error) {
	s := scan{resume: f.resume, deadline: f.deadline, concurrency: f.concurrency, at: a.now().UTC()}
	if len(args) == 0 {
		return s, wrongUse(scanners.WithHint(errors.New("no target named"), "for example 'tojimari scan aws'; 'tojimari demo' needs nothing set up"))
	}
	if f.concurrency < 1 || f.objects < 0 {
		return s, usagef("--concurrency must be at least 1 and --objects at least 0")
	}
	for _, arg := range args {
		t, err := parseTarget(arg)
		if err != nil {
			return s, err
		}
		s.targets = append(s.targets, t)
	}
	if err := a.rulesOf(f, &s); err != nil {
		return s, err
	}
	var err error
	if s.filter, err = parseFilter(f.sel.include, f.sel.exclude); err != nil {
		return s, err
	}
	if f.orgFacts != "" {
		if s.lent, err = readOrgFacts(f.orgFacts); err != nil {
			return s, wrongUse(err)
		}
	}
	s.extra = scanners.FactSet{}
	s.extra.AddAll(s.filter.needs())
	if f.prove {
		// What is sent is compared with what the settings say, whatever rules were chosen.
		for _, p := range []scanners.Provider{scanners.AWS, scanners.GCP, scanners.Azure} {
			s.extra.AddAll(access.First(p, scanners.KindBucket))
		}
	}
	if f.prove && f.objects > 0 {
		s.extra.Add("bucket.objects") // a proof of reading needs a key that exists
	}
	s.extra.AddAll(linkFacts(s.judge, f.objects))
	if err := a.outputsOf(f, &s); err != nil {
		return s, err
	}
	if s.lent != nil || len(s.snapshots) > 0 && slices.ContainsFunc(s.targets, wholeOrganisation) {
		s.extra.Add("scope.aws.organization") // what was read above an account is not lent to one that has moved on
	}
	base, err := transport(f.concurrency, os.Getenv)
	if err != nil {
		return s, wrongUse(err)
	}
	s.pacer = pace.New(pace.Config{Max: f.concurrency, Base: base})
	rt := scanners.Runtime{Transport: s.pacer, Now: a.now, Objects: f.objects, Options: map[string]string{}, UserAgent: "tojimari/" + Version()}
	for name, value := range f.options {
		if *value != "" {
			rt.Options[name] = *value
		}
	}
	if err := a.registryOf(f, rt, &s); err != nil {
		return s, err
	}
	for _, t := range s.targets {
		if _, err := s.registry.For(t); err != nil {
			return s, wrongUse(err)
		}
	}
	return s, nil
}

// wholeOrganisation reports whether a target's snapshot may be lent with --org-facts.
func wholeOrganisation(t scanners.Target) bool { return t.Scheme == "aws" && t.Name == "org" }

// parseTarget refuses a bare word that a file of the same name makes ambiguous.
func parseTarget(arg string) (scanners.Target, error) {
	t, err := scanners.ParseTarget(arg)
	if err != nil {
		return t, wrongUse(err)
	}
	if t.Name == "" && len(t.Options) == 0 {
		if _, err := os.Lstat(arg); err == nil {
			return t, wrongUse(scanners.WithHint(errors.New("a file or folder named "+arg+" stands here, so the word could mean either"),
				"write "+arg+": for the cloud, or ./"+arg+" for the path"))
		}
	}
	return t, nil
}

// rulesOf loads rules and configuration.
func (a *app) rulesOf(f *scanFlags, s *scan) error {
	book, err := f.sel.book()
	if err != nil {
		return err
	}
	settings, err := a.settings(f, book, s)
	if err != nil {
		return err
	}
	s.rulesDigest = book.Digest()
	if f.failOn != "" {
		s.failOn = result.Severity(f.failOn)
	}
	if s.failOn == "" {
		s.failOn = result.High
	}
	if !slices.Contains(result.Severities(), s.failOn) {
		return usagef("--fail-on %q is not critical, high, medium, low or info", f.failOn)
	}
	for _, name := range f.allowUnknown {
		rule, ok := book.Rule(name)
		if !ok {
			return usagef("--allow-unknown: there is no rule %q", name)
		}
		s.allowUnknown = append(s.allowUnknown, rule.ID)
	}
	s.judge, err = judge.New(book, judge.Options{Selection: f.sel.chosen(), Settings: settings})
	return wrongUse(err)
}

// settings reads the configuration file: the one named, else the one of the working directory.
func (a *app) settings(f *scanFlags, book *judge.Book, s *scan) (judge.Settings, error) {
	if f.noConfig {
		return judge.Settings{}, nil
	}
	name := f.configFile
	if name == "" {
		name = config.Name
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && f.configFile == "" {
		return judge.Settings{}, nil
	}
	if err != nil {
		return judge.Settings{}, wrongUse(err)
	}
	file, err := config.Load(name, text)
	if err != nil {
		return judge.Settings{}, wrongUse(err)
	}
	settings, err := file.Settings(book)
	if err != nil {
		return judge.Settings{}, wrongUse(err)
	}
	s.failOn, s.configDigest = result.Severity(file.FailOn), settings.Digest
	for _, name := range file.AllowUnknown {
		if rule, ok := book.Rule(name.Text); ok {
			s.allowUnknown = append(s.allowUnknown, rule.ID)
		}
	}
	return settings, nil
}

// outputsOf reads -o.
func (a *app) outputsOf(f *scanFlags, s *scan) error {
	for _, word := range f.outputs {
		d, err := report.ParseDestination(word, "snapshot")
		if err != nil {
			return wrongUse(err)
		}
		if d.Format == "snapshot" {
			s.snapshots = append(s.snapshots, d)
			continue
		}
		s.outputs = append(s.outputs, d)
	}
	s.options = report.Options{
		Rules: newCatalogue(s.judge.Rules()), Lang: a.lang, FailOn: s.failOn, RedactKeys: f.redact,
		Colour: a.colours(a.Out), Width: a.width(a.Out),
	}
	for _, word := range f.show {
		outcome := result.Outcome(word)
		if !slices.Contains([]result.Outcome{result.Fail, result.Pass, result.Unknown, result.NotApplicable}, outcome) {
			return usagef("--show %q is not fail, pass, unknown or not_applicable", word)
		}
		s.options.Show = append(s.options.Show, outcome)
	}
	return nil
}
