// Reading a project: what its organisation lays over it, its custom roles and its HMAC keys.

package gcs

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

func effectivePrevention() operation {
	return operation{Call: "orgpolicy.projects.policies.getEffectivePolicy", Permission: "orgpolicy.policy.get", Apart: true}
}

func denyListing() operation {
	return operation{Call: "iam.policies.listPolicies", Permission: "iam.denypolicies.list", Apart: true}
}

func roleListing() operation {
	return operation{Call: "iam.projects.roles.list", Permission: "iam.roles.list", Apart: true}
}

func keyListing() operation {
	return operation{Call: "storage.projects.hmacKeys.list", Permission: "storage.hmacKeys.list", Apart: true}
}

// inspectScope reads what is wanted of a project. A bucket's owner that nobody would name has nothing to ask of.
func (in *inspection) inspectScope(ctx context.Context) {
	s := &in.rec.Scope.GCP
	if in.wanted("scope.gcp.public_access_prevention") {
		settle(ctx, in, &s.PublicAccessPrevention, effectivePrevention(), in.readPrevention)
	}
	if in.wanted("scope.gcp.deny_policies") {
		settle(ctx, in, &s.DenyPolicies, denyListing(), in.readDenies)
	}
	if in.wanted("scope.gcp.service_perimeter") {
		settle(ctx, in, &s.ServicePerimeter, perimeterListing(), in.readPerimeter)
	}
	if in.wanted("scope.gcp.custom_roles") {
		settle(ctx, in, &s.CustomRoles, roleListing(), in.readRoles)
	}
	if in.wanted("scope.gcp.hmac_keys") {
		settle(ctx, in, &s.HMACKeys, keyListing(), in.readKeys)
	}
}

// project is the name that the services know the scope by.
func (in *inspection) project() (string, error) {
	if in.ref.Name == "" {
		return "", &failure{Message: "the project that owns the bucket is not known: storage.buckets.get on the bucket would tell"}
	}
	return "projects/" + in.ref.Name, nil
}

// readPrevention asks for the effect of constraints/storage.publicAccessPrevention, which the service works out from
// the project, its folders and its organisation (Organization Policy API, "getEffectivePolicy").
func (in *inspection) readPrevention(ctx context.Context) (scanners.PublicAccessPrevention, error) {
	out := scanners.PublicAccessPrevention{Source: "organization"}
	project, err := in.project()
	if err != nil {
		return out, err
	}
	type policy struct {
		Name string
		Spec *struct {
			Rules []struct {
				Enforce   *bool
				Condition *struct{ Expression string }
			}
		}
	}
	doc, err := get[policy](ctx, in.session, orgURL+project+"/policies/storage.publicAccessPrevention:getEffectivePolicy", nil)
	if err != nil {
		return out, err
	}
	if !strings.HasSuffix(doc.Name, "/policies/storage.publicAccessPrevention") || doc.Spec == nil {
		return out, &failure{Kind: attempt.Malformed, Message: "the answer is not the effective policy"}
	}
	depends := func(r int) bool {
		c := doc.Spec.Rules[r].Condition
		return c != nil && c.Expression != ""
	}
	for i, r := range doc.Spec.Rules {
		if r.Enforce != nil && !depends(i) {
			out.Enforced = *r.Enforce
		}
	}
	for i, r := range doc.Spec.Rules {
		if r.Enforce != nil && depends(i) && *r.Enforce != out.Enforced {
			return out, &failure{Kind: attempt.Partial, Message: "whether it is enforced depends on tags: " + attempt.Clean(r.Condition.Expression, 200)}
		}
	}
	out.Mode = "inherited"
	if out.Enforced {
		out.Mode = "enforced"
	}
	return out, nil
}

// deepestAncestry bounds the way from a project to its organisation; Resource Manager allows ten levels of folders.
const deepestAncestry = 13

// readDenies collects the deny policies of the project and of everything above it, in that order. What is attached
// above one project is attached above many, so each place is read once.
func (in *inspection) readDenies(ctx context.Context) (scanners.Policies, error) {
	out := scanners.Policies{List: []scanners.PolicyText{}}
	node, err := in.project()
	if err != nil {
		return out, err
	}
	err = in.upwards(ctx, node, func(node string) (bool, error) {
		list, err := in.deniesAt(ctx, node)
		out.List = append(out.List, list...)
		return true, err
	})
	return out, err
}

// place is where a project or folder is in the tree.
type place struct {
	name   string // by number: "projects/123"
	parent string // "folders/N" or "organizations/N"; empty for a project without an organisation
}

func (ses *session) placeOf(ctx context.Context, node string) (place, error) {
	return ses.places.Get(ctx, node, func(ctx context.Context) (place, error) {
		kind, _, _ := strings.Cut(node, "/")
		doc, err := get[struct{ Name, Parent string }](ctx, ses, resourceURL+node, nil)
		if err != nil {
			return place{}, about("resourcemanager."+kind+".get", err)
		}
		if !placeName.MatchString(doc.Name) || doc.Parent != "" && !treeName.MatchString(doc.Parent) {
			return place{}, &failure{Kind: attempt.Malformed, Message: "the answer is not a project or folder"}
		}
		return place{doc.Name, doc.Parent}, nil
	})
}

// upwards calls visit for a project and everything above it, in that order, until visit says to stop.
func (ses *session) upwards(ctx context.Context, node string, visit func(node string) (more bool, err error)) error {
	for range deepestAncestry {
		if more, err := visit(node); err != nil || !more || strings.HasPrefix(node, "organizations/") {
			return err
		}
		at, err := ses.placeOf(ctx, node)
		if err != nil || at.parent == "" {
			return err
		}
		node = at.parent
	}
	return &failure{Kind: attempt.Malformed, Message: "the project lies deeper than folders can"}
}

// organisation is what the project lies in; empty for a project without one.
func (ses *session) organisation(ctx context.Context, project string) (string, error) {
	found := ""
	err := ses.upwards(ctx, project, func(node string) (bool, error) {
		if strings.HasPrefix(node, "organizations/") {
			found = node
		}
		return found == "", nil
	})
	return found, err
}

// deniesAt reads the deny policies attached to one place. The list leaves their rules out, so that each is read on its
// own (IAM API v2, "Method: policies.listPolicies").
func (ses *session) deniesAt(ctx context.Context, node string) ([]scanners.PolicyText, error) {
	return ses.denies.Get(ctx, node, func(ctx context.Context) ([]scanners.PolicyText, error) {
		point := iamURL + "v2/policies/" + url.PathEscape("cloudresourcemanager.googleapis.com/"+node) + "/denypolicies"
		type page struct {
			Policies      []struct{ Name string }
			NextPageToken string
		}
		var names []string
		err := pages(func(token string) (string, error) {
			got, err := get[page](ctx, ses, point, withToken(url.Values{"pageSize": {"1000"}}, token))
			if err != nil {
				return "", err
			}
			for _, p := range got.Policies {
				names = append(names, p.Name)
			}
			return got.NextPageToken, nil
		})
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		var out []scanners.PolicyText
		for _, name := range names {
			// "policies/ATTACHMENT_POINT/denypolicies/ID": the id is all that is taken from the answer.
			id := name[strings.LastIndexByte(name, '/')+1:]
			text, err := get[json.RawMessage](ctx, ses, point+"/"+url.PathEscape(id), nil)
			if err != nil {
				return nil, about("iam.denypolicies.get", err)
			}
			out = append(out, scanners.PolicyText{Text: string(*text), ID: id, Name: name, AttachedTo: node})
		}
		return out, nil
	})
}

// readRoles lists the custom roles of the project and, where it lies in one, of its organisation, with the permissions
// that have to do with storage. Organisation roles that may not be listed are left out: a verdict that meets one says
// that it is not known.
func (in *inspection) readRoles(ctx context.Context) (scanners.CustomRoles, error) {
	out := scanners.CustomRoles{List: []scanners.CustomRole{}}
	node, err := in.project()
	if err != nil {
		return out, err
	}
	own, err := in.rolesOf(ctx, node)
	if err != nil {
		return out, err
	}
	out.List = append(out.List, own...)
	top, err := in.organisation(ctx, node)
	if err == nil && top != "" {
		var above []scanners.CustomRole
		if above, err = in.rolesOf(ctx, top); err == nil {
			out.List = append(out.List, above...)
		}
	}
	if err := ctx.Err(); err != nil {
		return out, err
	}
	var f *failure
	if err != nil && (!errors.As(err, &f) || f.Kind != attempt.Denied && f.Kind != attempt.Disabled && f.Kind != attempt.Gone) {
		return out, err
	}
	slices.SortFunc(out.List, func(a, b scanners.CustomRole) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (ses *session) rolesOf(ctx context.Context, node string) ([]scanners.CustomRole, error) {
	type page struct {
		Roles []struct {
			Name, Stage         string
			Deleted             bool
			IncludedPermissions []string
		}
		NextPageToken string
	}
	return ses.roles.Get(ctx, node, func(ctx context.Context) ([]scanners.CustomRole, error) {
		var out []scanners.CustomRole
		err := pages(func(token string) (string, error) {
			query := url.Values{"view": {"FULL"}, "pageSize": {"1000"}, "showDeleted": {"true"}}
			got, err := get[page](ctx, ses, iamURL+"v1/"+node+"/roles", withToken(query, token))
			if err != nil {
				return "", err
			}
			for _, r := range got.Roles {
				storageOnly := []string{}
				for _, p := range r.IncludedPermissions {
					if strings.HasPrefix(p, "storage.") {
						storageOnly = append(storageOnly, p)
					}
				}
				slices.Sort(storageOnly)
				out = append(out, scanners.CustomRole{Name: r.Name, Stage: r.Stage, Deleted: r.Deleted, Permissions: storageOnly})
			}
			return got.NextPageToken, nil
		})
		return out, err
	})
}

// mostKeys is what one page of HMAC keys holds.
const mostKeys = 250

// readKeys lists the HMAC keys. The API hands a secret out once, when a key is made; a listing has none.
func (in *inspection) readKeys(ctx context.Context) (scanners.AccessKeys, error) {
	out := scanners.AccessKeys{List: []scanners.AccessKey{}}
	if _, err := in.project(); err != nil {
		return out, err
	}
	err := pages(func(token string) (next string, err error) {
		page, err := call(ctx, in.session, func(ctx context.Context) (page []*storage.HMACKey, err error) {
			list := iterator.NewPager(in.client.ListHMACKeys(ctx, in.ref.Name), mostKeys, token)
			next, err = list.NextPage(&page)
			return page, err
		})
		for _, k := range page {
			out.List = append(out.List, scanners.AccessKey{ID: k.AccessID, State: string(k.State), Owner: k.ServiceAccountEmail, CreatedAt: k.CreatedTime.UTC()})
		}
		return next, err
	})
	slices.SortFunc(out.List, func(a, b scanners.AccessKey) int { return strings.Compare(a.ID, b.ID) })
	return out, err
}
