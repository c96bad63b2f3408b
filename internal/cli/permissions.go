// tojimari permissions: the least that the chosen rules need to be judged.

package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/links"
)

func (a *app) permissionsCommand() *cobra.Command {
	var sel selection
	var partition, orgRole string
	var objects int
	cmd := &cobra.Command{
		Use:   "permissions [aws|aws:org|gcp|azure]",
		Short: "Print the least-privilege policy for the chosen rules",
		Long: `Print the IAM policy (aws), custom role (gcp) or role definition (azure) that lets a scan read exactly
what the chosen rules need. Everything in it is read-only. Rules, --include by name and --objects are
the same as on scan.`,
		Example: `  tojimari permissions > tojimari-policy.json
  tojimari permissions gcp > tojimari-role.yaml
  tojimari permissions azure > tojimari-role.json
  tojimari permissions --tag exposure --include 'acme-*'`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: []string{"aws", "aws:org", "gcp", "azure"},
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 || args[0] == "aws" || args[0] == "aws:org":
			case args[0] == "gcp":
				return writeGCPRole(a.Out, &sel, objects)
			case args[0] == "azure" || strings.HasPrefix(args[0], "azure:"):
				return writeAzureRole(a.Out, &sel, objects, args[0])
			default:
				return usagef("permissions for %q are not known here; there are aws, aws:org, gcp and azure", args[0])
			}
			policy, err := iamPolicy(&sel, partition, objects)
			if err != nil {
				return err
			}
			if len(args) == 1 && args[0] == "aws:org" {
				policy.Statement = append(policy.Statement, organizationStatements(partition, orgRole)...)
			}
			return writeJSON(a.Out, policy)
		},
	}
	sel.flags(cmd.Flags())
	cmd.Flags().StringVar(&orgRole, "org-role", "OrganizationAccountAccessRole", "as on scan: `NAME` of the role that aws:org assumes in each account")
	cmd.Flags().StringVar(&partition, "partition", "aws", "`PARTITION`: aws, aws-cn or aws-us-gov")
	cmd.Flags().IntVar(&objects, "objects", 0, "as on scan: permissions to look at `N` objects per bucket")
	return cmd
}

// policyDocument is an IAM policy.
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
}

func iamPolicy(sel *selection, partition string, objects int) (policyDocument, error) {
	if !slices.Contains([]string{"aws", "aws-cn", "aws-us-gov"}, partition) {
		return policyDocument{}, usagef("--partition %q is not aws, aws-cn or aws-us-gov", partition)
	}
	f, err := parseFilter(sel.include, sel.exclude)
	if err != nil {
		return policyDocument{}, err
	}
	book, err := sel.book()
	if err != nil {
		return policyDocument{}, err
	}
	j, err := judge.New(book, judge.Options{Selection: sel.chosen()})
	if err != nil {
		return policyDocument{}, wrongUse(err)
	}
	actions, err := permissionsFor(j, f.needs(), scanners.AWS, scanners.Target{Scheme: "aws"}, objects)
	if err != nil {
		return policyDocument{}, err
	}
	byPlace := map[string][]string{}
	for _, action := range actions {
		place := placeOf(action)
		byPlace[place] = append(byPlace[place], action)
	}
	arn := "arn:" + partition + ":s3:"
	doc := policyDocument{Version: "2012-10-17", Statement: []policyStatement{}}
	for _, p := range []struct {
		sid, place string
		resources  []string
	}{
		{"TojimariAccount", "account", []string{"*"}},
		{"TojimariBuckets", "bucket", nameARNs(f, arn+"::", "")},
		{"TojimariObjects", "object", nameARNs(f, arn+"::", "/*")},
		{"TojimariAccessPoints", "accesspoint", []string{arn + "*:*:accesspoint/*"}},
	} {
		if list := byPlace[p.place]; len(list) > 0 {
			doc.Statement = append(doc.Statement, policyStatement{Sid: p.sid, Effect: "Allow", Action: list, Resource: p.resources})
		}
	}
	return doc, nil
}

// organizationStatements are what scanning every account of an organisation needs besides, in the account that it
// starts from. The other statements belong to the role in each account.
func organizationStatements(partition, role string) []policyStatement {
	return []policyStatement{
		{Sid: "TojimariOrganization", Effect: "Allow", Action: []string{"organizations:ListAccounts"}, Resource: []string{"*"}},
		{Sid: "TojimariMembers", Effect: "Allow", Action: []string{"sts:AssumeRole"}, Resource: []string{"arn:" + partition + ":iam::*:role/" + role}},
	}
}

// permissionsFor lists what the scanner of a target needs so that the judge's rules can be decided, sorted.
func permissionsFor(j *judge.Judge, extra scanners.FactSet, provider scanners.Provider, target scanners.Target, objects int) ([]string, error) {
	inText := linkFacts(j, objects)
	rt := scanners.Runtime{Objects: objects}
	if len(inText) > 0 {
		rt.Links = links.NewReader(nil, nil, false)
	}
	registry, err := all.New(rt, all.Config{})
	if err != nil {
		return nil, err
	}
	scanner, err := registry.For(target)
	if err != nil {
		return nil, err
	}
	needed := scanners.FactSet{}
	needed.AddAll(extra)
	needed.AddAll(inText)
	for _, kind := range scanners.Kinds() {
		needed.AddAll(j.Needs(kind, provider))
	}
	d := scanner.Describe()
	out := slices.Clone(d.Requires)
	for _, supply := range d.Supplies {
		sampled := supply.Fact == "bucket.objects" || supply.Fact == "bucket.names"
		if needed.Has(supply.Fact) && (!sampled || objects > 0) {
			out = append(out, supply.Permissions...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// placeOf says which kind of resource an action is allowed on. Service Authorization Reference, "Actions,
// resources, and condition keys for Amazon S3", column resource types.
func placeOf(action string) string {
	name, isS3 := strings.CutPrefix(action, "s3:")
	switch {
	case !isS3:
		return "account"
	case strings.HasPrefix(name, "GetObject"):
		return "object"
	case strings.Contains(name, "MultiRegionAccessPoint") || strings.HasPrefix(name, "List") && strings.Contains(name, "AccessPoint"):
		return "account"
	case strings.Contains(name, "AccessPoint"):
		return "accesspoint"
	case name == "ListAllMyBuckets" || strings.Contains(name, "Account"):
		return "account"
	default:
		return "bucket"
	}
}

// nameARNs narrows to the bucket names that --include gives, which are patterns in ARNs as well.
func nameARNs(f filter, prefix, suffix string) []string {
	var out []string
	for _, c := range f.include {
		if c.what == "name" {
			out = append(out, prefix+c.pattern.String()+suffix)
		}
	}
	if out == nil {
		out = []string{prefix + "*" + suffix}
	}
	return out
}
