// The custom role of Google Cloud, in the form that 'gcloud iam roles create --file' takes.

package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/scanners"
)

// writeGCPRole prints the role for the chosen rules. IAM documentation, "Create and manage custom roles".
func writeGCPRole(w io.Writer, sel *selection, objects int) error {
	f, err := parseFilter(sel.include, sel.exclude)
	if err != nil {
		return err
	}
	book, err := sel.book()
	if err != nil {
		return err
	}
	j, err := judge.New(book, judge.Options{Selection: sel.chosen()})
	if err != nil {
		return wrongUse(err)
	}
	permissions, err := permissionsFor(j, f.needs(), scanners.GCP, scanners.Target{Scheme: "gcp"}, objects)
	if err != nil {
		return err
	}
	var out strings.Builder
	out.WriteString(`# gcloud iam roles create tojimari --organization ORGANIZATION_ID --file FILE
# gcp:folders/N and gcp:organizations/N list what is below them as well: resourcemanager.folders.list and
# resourcemanager.projects.list (both in roles/browser).
title: tojimari
description: Read-only, what the chosen rules of tojimari need
stage: GA
includedPermissions:
`)
	for _, p := range permissions {
		note := ""
		switch {
		case strings.HasPrefix(p, "resourcemanager.folders."):
			note = " # take it out of a role made with --project, which cannot hold it"
		case strings.HasPrefix(p, "accesscontextmanager."):
			note = " # read on the organisation: of use in a role made with --organization alone"
		}
		fmt.Fprintf(&out, "- %s%s\n", p, note)
	}
	_, err = io.WriteString(w, out.String())
	return err
}
