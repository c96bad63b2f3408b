// Service perimeters of VPC Service Controls, which stand above the projects of an organisation.

package gcs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/tojimari/tojimari/internal/access/perimeter"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

func perimeterListing() operation {
	return operation{Call: "accesscontextmanager.accessPolicies.servicePerimeters.list", Permission: "accesscontextmanager.servicePerimeters.list", Apart: true}
}

// readPerimeter finds the perimeter that holds the project and restricts Cloud Storage. Perimeters name projects by
// number. A project is in one regular perimeter at most ("Service perimeter details and configuration"), and may be in
// another one that is tried out.
func (in *inspection) readPerimeter(ctx context.Context) (scanners.ServicePerimeter, error) {
	project, err := in.project()
	if err != nil {
		return scanners.ServicePerimeter{}, err
	}
	top, err := in.organisation(ctx, project)
	if err != nil {
		return scanners.ServicePerimeter{}, err
	}
	if top == "" {
		return scanners.ServicePerimeter{}, attempt.ErrNotSet
	}
	at, err := in.placeOf(ctx, project)
	if err != nil {
		return scanners.ServicePerimeter{}, err
	}
	all, err := in.fencesOf(ctx, top)
	if err != nil {
		return scanners.ServicePerimeter{}, err
	}
	var tried, enforced []scanners.ServicePerimeter
	for _, text := range all {
		switch p, holds, err := perimeter.Read(text, at.name); {
		case err != nil:
			return p, &failure{Kind: attempt.Malformed, Message: "a service perimeter cannot be read", Err: err}
		case holds && p.Enforced:
			enforced = append(enforced, p)
		case holds:
			tried = append(tried, p)
		}
	}
	switch {
	case len(enforced) > 1:
		return scanners.ServicePerimeter{}, &failure{Kind: attempt.Partial, Message: fmt.Sprintf("%d perimeters hold the project, and one at most can", len(enforced))}
	case len(enforced) == 1:
		return enforced[0], nil
	case len(tried) > 0:
		return tried[0], nil
	}
	return scanners.ServicePerimeter{}, attempt.ErrNotSet
}

var accessPolicyName = regexp.MustCompile(`^accessPolicies/[0-9]{1,20}$`)

// fencesOf reads the perimeters of all access policies of an organisation: the one for the whole of it and those scoped to
// a folder or project.
func (ses *session) fencesOf(ctx context.Context, organisation string) ([]json.RawMessage, error) {
	type policies struct {
		AccessPolicies []struct{ Name string }
		NextPageToken  string
	}
	type perimeters struct {
		ServicePerimeters []json.RawMessage
		NextPageToken     string
	}
	return ses.fences.Get(ctx, organisation, func(ctx context.Context) ([]json.RawMessage, error) {
		var names []string
		err := pages(func(token string) (string, error) {
			got, err := get[policies](ctx, ses, contextURL+"accessPolicies", withToken(url.Values{"parent": {organisation}, "pageSize": {"100"}}, token))
			if err != nil {
				return "", about("accesscontextmanager.policies.list", err)
			}
			for _, p := range got.AccessPolicies {
				if !accessPolicyName.MatchString(p.Name) {
					return "", &failure{Kind: attempt.Malformed, Message: "the answer names no access policy"}
				}
				names = append(names, p.Name)
			}
			return got.NextPageToken, nil
		})
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		var out []json.RawMessage
		for _, name := range names {
			err := pages(func(token string) (string, error) {
				got, err := get[perimeters](ctx, ses, contextURL+name+"/servicePerimeters", withToken(url.Values{"pageSize": {"100"}}, token))
				if err != nil {
					return "", err
				}
				out = append(out, got.ServicePerimeters...)
				return got.NextPageToken, nil
			})
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}
