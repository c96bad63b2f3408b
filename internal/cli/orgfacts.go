// --org-facts: guards above the accounts, read once from a management account, lent to scans of single accounts
// that may not read them.

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tojimari/tojimari/scanners"
)

// orgFacts are the scopes of a snapshot, by id.
type orgFacts map[string]*scanners.Scope

// maxOrgScopes bounds how many scopes are kept.
const maxOrgScopes = 100_000

// readOrgFacts takes the scopes from a snapshot; everything else in it is passed over.
func readOrgFacts(path string) (orgFacts, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading --org-facts: %w", err)
	}
	defer func() { _ = file.Close() }()
	out := orgFacts{}
	lines := scanners.NewLineReader(file)
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading --org-facts %q: %w", path, err)
		}
		if r := line.Record; r != nil && r.Kind == scanners.KindScope && r.Scope != nil && len(out) < maxOrgScopes {
			out[r.ID] = r.Scope
		}
	}
	if len(out) == 0 {
		return nil, scanners.WithHint(fmt.Errorf("--org-facts %q holds no account or project", path), "give the snapshot of a scan of the whole organisation, as -o snapshot=FILE writes it")
	}
	return out, nil
}

// lend fills in what the record's scope could not read of the guards above it. The record's own scope is not
// changed: it may be shared with records that are still being read.
func (o orgFacts) lend(rec *scanners.Record) *scanners.Record {
	if len(o) == 0 || rec.Scope == nil {
		return rec
	}
	id := rec.Parent
	if rec.Kind == scanners.KindScope {
		id = rec.ID
	}
	from, ok := o[id]
	if !ok {
		return rec
	}
	scope := *rec.Scope
	lendFact(&scope.AWS.OrganizationBlock, from.AWS.OrganizationBlock)
	lendFact(&scope.AWS.Organization, from.AWS.Organization)
	lendFact(&scope.AWS.ResourcePolicies, from.AWS.ResourcePolicies)
	lendFact(&scope.AWS.ServicePolicies, from.AWS.ServicePolicies)
	lendFact(&scope.GCP.PublicAccessPrevention, from.GCP.PublicAccessPrevention)
	lendFact(&scope.GCP.DenyPolicies, from.GCP.DenyPolicies)
	lendFact(&scope.GCP.ServicePerimeter, from.GCP.ServicePerimeter)
	out := *rec
	out.Scope = &scope
	return &out
}

func lendFact[T any](to *scanners.Fact[T], from scanners.Fact[T]) {
	if to.State == scanners.Unknown && from.State != scanners.Unknown {
		*to = from
	}
}
