// tojimari explain: who can do what, judged from one record or from what a provider's API or CLI prints.

package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/explain"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/report"
	"github.com/tojimari/tojimari/internal/text"
)

const explainHelp = `Judge who can list, read, write or change permissions, from a record of a snapshot or from
raw provider JSON, without touching the network. FILE "-" or none reads standard input. One
JSON document, or JSON lines (streamed, one answer per line with -o jsonl).

Raw Amazon S3: a bucket policy as it is, or an object with any of
  id provider bucket account region partition at policy policy_status acl
  public_access_block account_public_access_block organization_public_access_block ownership
  website versioning request_payment encryption access_points objects abac tags
  organization_id organization_path resource_control_policies service_control_policies
Raw Google Cloud Storage: bucket (as the JSON API prints it) iam_policy objects
  default_object_acl managed_folders org_policy custom_roles deny_policies service_perimeter effective_tags at
Raw Azure: account and containers (as the management API prints them) container (the one
  asked about) service_properties blobs stored_access_policies sas network_security_perimeter at

Each value may be bare or in the wrapper that the API prints. What is not given is assumed
unset and listed as assumed.`

const explainExample = `  aws s3api get-bucket-policy --bucket B | tojimari explain
  echo '{"bucket":"b","acl":"public-read","public_access_block":{"IgnorePublicAcls":true}}' | tojimari explain
  echo '{"bucket":{"name":"b"},"iam_policy":{"bindings":[{"role":"roles/storage.objectViewer","members":["allUsers"]}]}}' | tojimari explain
  echo '{"account":{"name":"a","allowBlobPublicAccess":true},"containers":[{"name":"c","publicAccess":"Blob"}]}' | tojimari explain
  tojimari explain -o jsonl records.jsonl`

func (a *app) explainCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "explain [FILE|-]",
		Short:   "Say who can do what with a bucket, from its configuration alone",
		Long:    explainHelp,
		Example: explainExample,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "terminal" && output != "jsonl" {
				return usagef("-o %q: explain writes terminal or jsonl", output)
			}
			in, closeIn, err := a.open(args)
			if err != nil {
				return err
			}
			defer closeIn()
			return a.explain(cmd, in, output == "jsonl")
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "terminal", "`FORMAT`: terminal (words for a person) or jsonl (one line per input)")
	return cmd
}

// open gives the input named by the one argument, standard input for none or "-".
func (a *app) open(args []string) (in io.Reader, closeIn func(), err error) {
	if len(args) == 0 || args[0] == "-" {
		return a.In, func() {}, nil
	}
	file, err := os.Open(args[0])
	if err != nil {
		return nil, nil, wrongUse(err)
	}
	return file, func() { _ = file.Close() }, nil
}

func (a *app) explain(cmd *cobra.Command, in io.Reader, lines bool) error {
	answers, bad := 0, 0
	out := explain.NewLineWriter(a.Out)
	for answer, err := range explain.Answers(cmd.Context(), in, a.now().UTC()) {
		if err != nil {
			return usagef("reading the input: %w", err)
		}
		answers++
		if answer.Err != nil {
			bad++
		}
		switch {
		case lines:
			err = out.Write(answer)
		case answer.Err != nil:
			fmt.Fprintf(a.Err, "tojimari: %s\n", text.Clean(a.lang.Phrase(text.WithoutSecrets(fmt.Sprintf("line %d: %s", answer.Line, answer.Err.Error())))))
		default:
			if answers > 1 {
				fmt.Fprintln(a.Out)
			}
			err = report.Explain(a.Out, answer.Head, *answer.Access, a.lang, report.ExplainOptions{Colour: a.colours(a.Out), Width: a.width(a.Out)})
		}
		if err != nil {
			return err
		}
	}
	switch {
	case answers == 0:
		return usagef("nothing to explain: the input is empty")
	case bad > 0 && !lines:
		return exit(judge.ExitUsage)
	case bad > 0:
		return usagef("%d of %d lines could not be read; each has an error object in the output", bad, answers)
	}
	return nil
}
