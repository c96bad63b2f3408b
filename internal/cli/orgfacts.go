// --org-facts: guards above the accounts, read once from a management account, lent to scans of single accounts
// that may not read them.

package cli

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

const (
	// maxOrgScopes bounds how many scopes are kept.
	maxOrgScopes = 100_000
	// orgFactsFresh is how long what an organisation sets is taken to stay as it was, without a word.
	orgFactsFresh = 7 * 24 * time.Hour
	// maxNamedScopes bounds how many scopes a remark names.
	maxNamedScopes = 3
)

// orgFacts are the scopes of a snapshot, and what became of lending them. A nil *orgFacts lends nothing. It is used
// by one goroutine.
type orgFacts struct {
	path   string
	at     time.Time // of the scan that wrote it
	scopes map[string]*scanners.Scope

	lentTo              int      // scopes
	missing, other, dim []string // scopes that it does not hold; of another organisation; that it could not read either
}

// readOrgFacts takes the scopes from a snapshot, plain or gzip; everything else in it is passed over.
func readOrgFacts(path string) (*orgFacts, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, scanners.WithHint(fmt.Errorf("--org-facts %q: there is no such file", path), hintOrgFacts)
	}
	if err != nil {
		return nil, fmt.Errorf("reading --org-facts: %w", err)
	}
	defer func() { _ = file.Close() }()
	var in io.Reader = bufio.NewReader(file)
	if magic, err := in.(*bufio.Reader).Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		if in, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("reading --org-facts %q: %w", path, err)
		}
	}
	out := &orgFacts{path: path, scopes: map[string]*scanners.Scope{}}
	lines, header := scanners.NewLineReader(in), false
	for {
		line, err := lines.Next()
		var bad *scanners.LineError
		switch {
		case errors.Is(err, io.EOF) && !header:
			return nil, notASnapshot(path)
		case errors.Is(err, io.EOF) && len(out.scopes) == 0:
			return nil, scanners.WithHint(fmt.Errorf("--org-facts %q holds no account or project", path), hintOrgFacts)
		case errors.Is(err, io.EOF):
			return out, nil
		case errors.Is(err, scanners.ErrSchema):
			return nil, scanners.WithHint(fmt.Errorf("reading --org-facts %q: %w", path, err), "it was written by another version of tojimari; scan the organisation again with this one")
		case errors.As(err, &bad) && header:
			continue // a scan that was cut off leaves half a line; the scopes that it has read are good
		case errors.As(err, &bad):
			return nil, notASnapshot(path)
		case err != nil:
			return nil, fmt.Errorf("reading --org-facts %q: %w", path, err)
		}
		if line.Header != nil {
			header, out.at = true, line.Header.At
		}
		if !header {
			return nil, notASnapshot(path)
		}
		if r := line.Record; r != nil && r.Kind == scanners.KindScope && r.Scope != nil && len(out.scopes) < maxOrgScopes {
			out.scopes[r.ID] = r.Scope
		}
	}
}

const hintOrgFacts = "write one from the management account: tojimari scan aws:org -o snapshot=FILE, or tojimari scan gcp:organizations/N -o snapshot=FILE"

func notASnapshot(path string) error {
	return scanners.WithHint(fmt.Errorf("--org-facts %q is not a snapshot", path), hintOrgFacts)
}

// lend fills in what the record's scope could not read of the guards above it. The record's own scope is not
// changed: it may be shared with records that are still being read.
func (o *orgFacts) lend(rec *scanners.Record) *scanners.Record {
	if o == nil || rec.Scope == nil {
		return rec
	}
	id, isScope := rec.Parent, rec.Kind == scanners.KindScope
	if isScope {
		id = rec.ID
	}
	from, ok := o.scopes[id]
	if !ok {
		if isScope && lacksAbove(rec) {
			o.missing = append(o.missing, id)
		}
		return rec
	}
	if inAnother(rec.Scope.AWS.Organization, from.AWS.Organization) {
		if isScope {
			o.other = append(o.other, id)
		}
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
	if isScope {
		o.lentTo++
		if lacksAbove(&out) {
			o.dim = append(o.dim, id)
		}
	}
	return &out
}

// inAnother reports whether an account is known to be in another organisation than it was, or in one at one time only.
func inAnother(now, then scanners.Fact[scanners.Organization]) bool {
	told := func(f scanners.Fact[scanners.Organization]) bool {
		return f.State == scanners.Known || f.State == scanners.Absent
	}
	return told(now) && told(then) && now.Value.ID != then.Value.ID
}

func lendFact[T any](to *scanners.Fact[T], from scanners.Fact[T]) {
	if to.State == scanners.Unknown && from.State != scanners.Unknown {
		*to = from
	}
}

// lacksAbove reports whether a guard above the scope was asked for and could not be read.
func lacksAbove(rec *scanners.Record) bool {
	var guards []scanners.Status
	switch s := rec.Scope; rec.Provider {
	case scanners.AWS:
		guards = []scanners.Status{s.AWS.OrganizationBlock.Status(), s.AWS.ResourcePolicies.Status()}
	case scanners.GCP:
		guards = []scanners.Status{s.GCP.PublicAccessPrevention.Status(), s.GCP.DenyPolicies.Status(), s.GCP.ServicePerimeter.Status()}
	}
	return slices.ContainsFunc(guards, func(s scanners.Status) bool {
		return s.State == scanners.Unknown && s.Reason.Code != scanners.NotInspected
	})
}

// remarks are what a person should know of the file after the scan: each is an error with a hint, none ends anything.
func (o *orgFacts) remarks(now time.Time) []error {
	if o == nil {
		return nil
	}
	var out []error
	if age := now.Sub(o.at); o.lentTo > 0 && !o.at.IsZero() && age > orgFactsFresh {
		out = append(out, scanners.WithHint(fmt.Errorf("--org-facts %q was written %d days ago, on %s; what it lends may have changed since",
			o.path, int(age.Hours()/24), o.at.UTC().Format(time.DateOnly)), "scan the organisation again: "+hintOrgFacts))
	}
	if len(o.missing) > 0 {
		out = append(out, scanners.WithHint(fmt.Errorf("--org-facts %q says nothing of %s; the guards above are assumed to do nothing there", o.path, someOf(o.missing)),
			"give the snapshot of the organisation that these belong to"))
	}
	if len(o.other) > 0 {
		out = append(out, scanners.WithHint(fmt.Errorf("--org-facts %q knows %s in another organisation than it is in now; nothing was lent", o.path, someOf(o.other)),
			"scan the organisation that it is in now"))
	}
	if len(o.dim) > 0 {
		out = append(out, scanners.WithHint(fmt.Errorf("--org-facts %q: its scan could not read every guard above %s either", o.path, someOf(o.dim)),
			"tojimari permissions aws:org and tojimari permissions gcp list what that scan needs"))
	}
	return out
}

// someOf names the first few.
func someOf(ids []string) string {
	if rest := len(ids) - maxNamedScopes; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:maxNamedScopes], ", "), rest)
	}
	return strings.Join(ids, ", ")
}
