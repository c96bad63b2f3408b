// tojimari links: signed URLs in text, as a filter.

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/signedlink"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/internal/vendors"
)

func (a *app) linksCommand() *cobra.Command {
	var output string
	opt := signedlink.Options{}
	cmd := &cobra.Command{
		Use:   "links [FILE|-]",
		Short: "Find signed URLs in text, say what they open and for how long",
		Long: `Read text and print the signed links in it: presigned S3 URLs (SigV4, SigV4A, SigV2), CloudFront and
Google Cloud Storage signed URLs, Azure SAS, and those of S3-compatibles, in plain text, HTML, JSON,
percent-encoding, mail, UTF-16 and more. Signatures are redacted. Nothing is sent anywhere.

Exit code 1 when any link looks live: not known from its text to be expired or otherwise dead.`,
		Example: `  tojimari links build.log
  kubectl logs job/export | tojimari links -o jsonl
  tojimari links --all page.html            also look-alikes, with what they are`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, closeIn, err := a.open(args)
			if err != nil {
				return err
			}
			defer closeIn()
			opt.Source, opt.Now = "-", a.now().UTC()
			if len(args) == 1 {
				opt.Source = args[0]
			}
			return a.links(cmd, in, opt, output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "terminal", "terminal or jsonl (one line per link)")
	cmd.Flags().BoolVar(&opt.All, "all", false, "also look-alikes: documentation examples, placeholders, masked signatures, emulators")
	cmd.Flags().BoolVar(&opt.RedactPaths, "redact-keys", false, "hide object names too")
	cmd.Flags().BoolVar(&opt.EveryOccurrence, "every", false, "print a link again where it stands again")
	return cmd
}

func (a *app) links(cmd *cobra.Command, in io.Reader, opt signedlink.Options, output string) error {
	var write func(signedlink.Link) error
	switch output {
	case "jsonl":
		enc := json.NewEncoder(a.Out)
		enc.SetEscapeHTML(false)
		write = func(l signedlink.Link) error { return enc.Encode(l) }
	case "terminal":
		write = func(l signedlink.Link) error { return a.describeLink(l, opt) }
	default:
		return usagef("-o %q: links writes terminal or jsonl", output)
	}
	known, err := vendors.Embedded()
	if err != nil {
		return err
	}
	live := 0
	for link, err := range signedlink.New(known).Scan(cmd.Context(), in, opt) {
		if err != nil {
			return err
		}
		if link.CountsAsLive(opt.Now) {
			live++
		}
		if err := write(link); err != nil {
			return err
		}
	}
	if live > 0 {
		return exit(judge.ExitFindings)
	}
	return nil
}

// describeLink prints one link for a person.
func (a *app) describeLink(l signedlink.Link, opt signedlink.Options) error {
	say := a.lang.Say
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d  %s  %s\n", text.Clean(l.Source), l.Line, a.lang.Word(string(l.Kind)), text.Clean(l.Provider))
	row := func(key text.Key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s  %s\n", text.Pad(say(key), linkLabelWidth), text.Clean(value))
		}
	}
	row(text.LinkOpens, strings.Join(nonEmpty(deref(l.Account), deref(l.Container), deref(l.Object)), " / "))
	if l.Permissions == nil {
		row(text.LinkMay, say(text.LinkNotSaid))
	} else {
		row(text.LinkMay, strings.Join(a.lang.Words(l.Permissions), say(text.PatternsAnd)))
	}
	switch {
	case l.LookAlike != "":
		row(text.LinkIs, a.lang.Word(string(l.LookAlike)))
	case l.ExpiresAt == nil:
		row(text.LinkUntil, say(text.LinkNotSaid))
	case !opt.Now.Before(*l.ExpiresAt):
		row(text.LinkUntil, say(text.LinkExpired, l.ExpiresAt.Format("2006-01-02 15:04 MST")))
	default:
		row(text.LinkUntil, l.ExpiresAt.Format("2006-01-02 15:04 MST"))
	}
	row(text.LinkRevoke, a.lang.Word(string(l.Revoke)))
	row(text.LinkText, l.Text)
	_, err := io.WriteString(a.Out, b.String())
	return err
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
