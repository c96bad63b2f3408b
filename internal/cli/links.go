// tojimari links: signed URLs in text, as a filter.

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
)

// linksFlags are the flags of links.
type linksFlags struct {
	signedlink.Options
	output    string
	live      bool
	endpoints []string
}

func (a *app) linksCommand() *cobra.Command {
	f := &linksFlags{}
	cmd := &cobra.Command{
		Use:   "links [FILE|-]",
		Short: "Find signed URLs in text, say what they open and for how long",
		Long: `Read text and print the signed links in it: presigned S3 URLs (SigV4, SigV4A, SigV2), CloudFront and
Google Cloud Storage signed URLs, Azure SAS, and those of S3-compatibles, in plain text, HTML, JSON,
percent-encoding, mail, UTF-16 and more. Signatures are redacted. Nothing is sent anywhere unless
--live is given. Directories, archives and git histories are for 'tojimari scan links:PATH'.

Exit code 1 when any link looks live: not known from its text to be expired or otherwise dead, nor,
with --live, from what its service said.`,
		Example: `  tojimari links build.log
  kubectl logs job/export | tojimari links -o jsonl
  tojimari links --all page.html            also look-alikes, with what they are
  tojimari links --live build.log           ask the services whether they still work`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] != "-" {
				if at, err := os.Stat(args[0]); err == nil && at.IsDir() {
					return wrongUse(scanners.WithHint(fmt.Errorf("%q is a directory", args[0]), "to look through it: tojimari scan links:"+args[0]))
				}
			}
			in, closeIn, err := a.open(args)
			if err != nil {
				return err
			}
			defer closeIn()
			f.Source, f.Now = "-", a.now().UTC()
			if len(args) == 1 {
				f.Source = args[0]
			}
			return a.links(cmd, in, f)
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "terminal", "`FORMAT`: terminal or jsonl (one line per link)")
	cmd.Flags().BoolVar(&f.All, "all", false, "also look-alikes: documentation examples, placeholders, masked signatures, emulators")
	cmd.Flags().BoolVar(&f.RedactPaths, "redact-keys", false, "hide object names too")
	cmd.Flags().BoolVar(&f.EveryOccurrence, "every", false, "print a link again where it stands again")
	cmd.Flags().BoolVar(&f.live, "live", false, "ask the services whether the links still work, without taking content or changing anything")
	cmd.Flags().StringArrayVar(&f.endpoints, "endpoint-url", nil, "with --live: base `URL` of an S3-compatible service of your own that may be asked; several times")
	return cmd
}

// asked is a link with what its service said.
type asked struct {
	signedlink.Link
	Live *linklive.Result `json:"live,omitempty"`
}

// countsAsLive is the exit decision: what the service called expired or revoked is dead, and what it could not say is
// judged by the text.
func (l asked) countsAsLive(at time.Time) bool {
	if l.Live != nil {
		switch l.Live.State {
		case linklive.Expired, linklive.Revoked:
			return false
		case linklive.Live:
			return true
		}
	}
	return l.CountsAsLive(at)
}

func (a *app) links(cmd *cobra.Command, in io.Reader, f *linksFlags) error {
	var write func(asked) error
	switch f.output {
	case "jsonl":
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		write = func(l asked) error { return enc.Encode(l) }
	case "terminal":
		write = func(l asked) error { return a.describeLink(l, f.Now) }
	default:
		return usagef("-o %q: links writes terminal or jsonl", f.output)
	}
	known, err := vendors.Embedded()
	if err != nil {
		return err
	}
	checker, err := a.checkerOf(f, known)
	if err != nil {
		return err
	}
	f.KeepAddress = checker != nil
	live := 0
	for link, err := range signedlink.New(known).Scan(cmd.Context(), in, f.Options) {
		if err != nil {
			return err
		}
		l := asked{Link: link}
		if checker != nil {
			answer := checker.Check(cmd.Context(), link)
			l.Live = &answer
		}
		if l.countsAsLive(f.Now) {
			live++
		}
		if err := write(l); err != nil {
			return err
		}
	}
	if live > 0 {
		return exit(judge.ExitFindings)
	}
	return nil
}

// checkerOf asks the services; nil without --live.
func (a *app) checkerOf(f *linksFlags, known *vendors.Set) (*linklive.Checker, error) {
	if !f.live {
		if len(f.endpoints) > 0 {
			return nil, usagef("--endpoint-url says who may be asked with --live, which is not given")
		}
		return nil, nil //nolint:nilnil // nobody is asked
	}
	var own []*url.URL
	for _, word := range f.endpoints {
		u, err := url.Parse(word)
		if err != nil || u.Host == "" {
			return nil, wrongUse(scanners.WithHint(errors.New("--endpoint-url is not a URL with a host"), "for example https://minio.example.com:9000"))
		}
		own = append(own, u)
	}
	rt := scanners.Runtime{Now: a.now, UserAgent: "tojimari/" + Version()}
	return liveChecker(rt, known, own), nil
}

// describeLink prints one link for a person.
func (a *app) describeLink(l asked, now time.Time) error {
	say := a.lang.Say
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d  %s  %s\n", text.Clean(l.Source), l.Line, a.lang.Word(string(l.Kind)), text.Clean(l.Provider))
	row := func(key text.Key, parts ...string) {
		if value := strings.Join(nonEmpty(parts...), say(text.PatternsAnd)); value != "" {
			fmt.Fprintf(&b, "  %s  %s\n", text.Pad(say(key), linkLabelWidth), text.Clean(value))
		}
	}
	scope := ""
	if l.Scope != nil {
		scope = a.lang.Word(string(*l.Scope))
	}
	row(text.LinkOpens, strings.Join(nonEmpty(deref(l.Account), deref(l.Container), deref(l.Object)), " / "), scope)
	if l.Permissions == nil {
		row(text.LinkMay, say(text.LinkNotSaid))
	} else {
		row(text.LinkMay, a.lang.Words(l.Permissions)...)
	}
	switch {
	case l.LookAlike != "":
		row(text.LinkIs, a.lang.Word(string(l.LookAlike)))
	case l.ExpiresAt == nil:
		row(text.LinkUntil, say(text.LinkNotSaid))
	case !now.Before(*l.ExpiresAt):
		row(text.LinkUntil, say(text.LinkExpired, l.ExpiresAt.Format("2006-01-02 15:04 MST")))
	default:
		row(text.LinkUntil, l.ExpiresAt.Format("2006-01-02 15:04 MST"))
	}
	if l.LookAlike == "" {
		a.describeLife(l, row)
	}
	row(text.LinkRevoke, a.lang.Word(string(l.Revoke)))
	if l.Live != nil {
		row(text.LinkLive, a.lang.Word(string(l.Live.State))+" ("+l.Live.Response+")")
	}
	row(text.LinkText, l.Text)
	_, err := io.WriteString(a.Out, b.String())
	return err
}

// describeLife says how long a link lives, by which key, and what restricts it.
func (a *app) describeLife(l asked, row func(text.Key, ...string)) {
	say := a.lang.Say
	var life []string
	if l.LifetimeSeconds != nil {
		life = append(life, say(text.LinkLifeOf, span(*l.LifetimeSeconds)))
	}
	if l.RemainingSeconds != nil && *l.RemainingSeconds > 0 {
		life = append(life, say(text.LinkLeft, span(*l.RemainingSeconds)))
	}
	row(text.LinkLife, life...)
	switch {
	case l.LongLivedKey == nil:
		row(text.LinkKey, say(text.LinkKeyUnclear))
	case *l.LongLivedKey:
		row(text.LinkKey, say(text.LinkKeyLong))
	default:
		row(text.LinkKey, say(text.LinkKeyShort))
	}
	row(text.LinkLimits, l.Limits.Words()...)
}

// span is a number of seconds in its largest units.
func span(seconds int64) string {
	const day = 24 * 60 * 60
	switch {
	case seconds >= 2*day:
		return strconv.FormatInt(seconds/day, 10) + "d"
	default:
		return strings.TrimSuffix(strings.TrimSuffix((time.Duration(seconds)*time.Second).String(), "0s"), "0m")
	}
}

const linkLabelWidth = 10

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func nonEmpty(words ...string) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}
