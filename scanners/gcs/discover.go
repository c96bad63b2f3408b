// Naming what there is: projects and their buckets.

package gcs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

func bucketListing() operation {
	return operation{Call: "storage.buckets.list", Permission: "storage.buckets.list"}
}

// Discover names the project, then its buckets in the order of the listing; for a folder or organisation project
// after project, those of a folder before the folders in it.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		v, err := readTarget(target, s.rt)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		ses, err := s.connect(ctx, v.connection)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		switch {
		case v.bucket != "":
			ses.discoverBucket(ctx, target, v.bucket, yield)
		case v.tree != "":
			ses.discoverTree(ctx, target, v.tree, 0, yield)
		default:
			project := v.project
			if project == "" {
				if project, err = ses.defaultProject(ctx); err != nil {
					yield(scanners.Ref{}, err)
					return
				}
			}
			ses.discoverProject(ctx, target, project, false, yield)
		}
	}
}

// scopeRef is the Ref of a project by its id or number. Members and service accounts are named after ids, so that a
// project known by its number alone has no account to compare them with.
func scopeRef(target scanners.Target, project string) scanners.Ref {
	head := scanners.Head{ID: scanners.GCPProjectID(project), Kind: scanners.KindScope, Provider: scanners.GCP, Name: project, Account: project}
	if isNumber(project) {
		head.Account = ""
	}
	return scanners.Ref{Head: head, Scope: head.ID, Target: target}
}

func isNumber(project string) bool {
	_, err := strconv.ParseUint(project, 10, 64)
	return err == nil
}

func bucketRef(target scanners.Target, scope scanners.Ref, b *storage.Bucket) scanners.Ref {
	head := scanners.Head{
		ID: scanners.GCSBucketID(b.Name), Kind: scanners.KindBucket, Provider: scanners.GCP, Name: b.Name,
		Account: scope.Account, Region: b.Location, Parent: scope.ID,
	}
	if made, err := time.Parse(time.RFC3339, b.TimeCreated); err == nil {
		head.CreatedAt = made.UTC()
	}
	return scanners.Ref{Head: head, Scope: scope.ID, Target: target}
}

// discoverProject yields a project and its buckets, each with what the listing says of it. It reports whether to go on
// with another project. Where the project is one of many, its failures are its own.
func (ses *session) discoverProject(ctx context.Context, target scanners.Target, project string, oneOfMany bool, yield func(scanners.Ref, error) bool) bool {
	scope := scopeRef(target, project)
	if scanners.SkipScope(ctx, scope.ID) {
		return yield(scope, nil)
	}
	query := url.Values{"project": {project}, "projection": {"full"}, "maxResults": {"1000"}}
	named := false
	for {
		page, acls, err := ses.bucketPage(ctx, query)
		if err != nil {
			err = listBucketsError(project, err)
			if errors.Is(err, scanners.ErrGone) && !named && !oneOfMany {
				return yield(scanners.Ref{}, err)
			}
			if !named && !yield(scope, nil) {
				return false
			}
			return yield(scope, err)
		}
		if !named && !yield(scope, nil) {
			return false
		}
		named = true
		for _, b := range given(page.Items) {
			if !bucketName.MatchString(b.Name) {
				continue
			}
			ref := bucketRef(target, scope, b)
			ref.Seed = seed(ref.Head, b, bucketListing(), acls)
			if !yield(ref, nil) {
				return false
			}
		}
		for _, place := range page.Unreachable {
			// "projects/_/buckets/NAME", or a location of which nothing is listed (buckets.list, returnPartialSuccess).
			if !yield(scope, fmt.Errorf("listing the buckets of %q: %q cannot be reached", project, place)) {
				return false
			}
		}
		if page.NextPageToken == "" || page.NextPageToken == query.Get("pageToken") {
			return true
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

// bucketPage reads one page. Where the ACLs that the full projection holds are refused, it is asked for without.
func (ses *session) bucketPage(ctx context.Context, query url.Values) (page storage.Buckets, acls *failure, err error) {
	err = ses.get(ctx, storageURL+"b", query, "storage#buckets", &page)
	var f *failure
	if !errors.As(err, &f) || f.Kind != attempt.Denied {
		return page, nil, err
	}
	bare := url.Values{}
	for key, values := range query {
		bare[key] = values
	}
	bare.Set("projection", "noAcl")
	page = storage.Buckets{}
	return page, f, ses.get(ctx, storageURL+"b", bare, "storage#buckets", &page)
}

func listBucketsError(project string, err error) error {
	what := fmt.Sprintf("listing the buckets of %q", project)
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if f.Kind == attempt.Denied {
		return scanners.WithHint(&scanners.FailureError{
			Failure: scanners.Failure{Code: scanners.CodeDenied, Permission: bucketListing().Permission, Detail: what + ": " + f.Error()}, Err: f,
		}, "grant storage.buckets.list ('tojimari permissions gcp' prints a role), or name the buckets: gs://BUCKET gs://BUCKET ...")
	}
	return explain(what, f)
}

// explain gives a failure at the door the hint that fits it.
func explain(what string, f *failure) error {
	err := fmt.Errorf("%s: %w", what, f)
	switch f.Kind {
	case attempt.NoToken:
		return scanners.WithHint(err, hintLogin)
	case attempt.Expired:
		return scanners.WithHint(err, hintExpired)
	case attempt.Gone:
		return scanners.WithHint(err, "check the name; 'gcloud projects list' shows the ids of projects")
	case attempt.Disabled:
		return scanners.WithHint(err, "enable the API, or name a project that has it: --quota-project PROJECT")
	}
	return err
}

// discoverBucket yields one named bucket under the project that owns it.
func (ses *session) discoverBucket(ctx context.Context, target scanners.Target, name string, yield func(scanners.Ref, error) bool) {
	b, acls, err := ses.bucket(ctx, name)
	var f *failure
	switch {
	case errors.As(err, &f) && f.Kind == attempt.Gone:
		yield(scanners.Ref{}, scanners.WithHint(fmt.Errorf("gs://%s: %w", name, f), "check the bucket's name"))
		return
	case errors.As(err, &f) && f.Kind != attempt.Denied && f.Kind != attempt.PayerNeeded:
		yield(scanners.Ref{}, explain(fmt.Sprintf("looking for gs://%s (storage.buckets.get)", name), f))
		return
	case err != nil && f == nil:
		yield(scanners.Ref{}, fmt.Errorf("looking for gs://%s: %w", name, err))
		return
	case err != nil:
		scope := scopeRef(target, "unknown/owner-of/"+name)
		scope.Name, scope.Account = "", ""
		if yield(scope, nil) {
			yield(bucketRef(target, scope, &storage.Bucket{Name: name}), nil)
		}
		return
	}
	scope := scopeRef(target, ses.projectOf(ctx, b.ProjectNumber))
	if !yield(scope, nil) {
		return
	}
	ref := bucketRef(target, scope, b)
	ref.Seed = seed(ref.Head, b, bucketRead(), acls)
	yield(ref, nil)
}

func bucketRead() operation {
	return operation{Call: "storage.buckets.get", Permission: "storage.buckets.get"}
}

// bucket reads one bucket, without its ACLs where those are refused.
func (ses *session) bucket(ctx context.Context, name string) (b *storage.Bucket, acls *failure, err error) {
	b = new(storage.Bucket)
	address := storageURL + "b/" + url.PathEscape(name)
	err = ses.get(ctx, address, url.Values{"projection": {"full"}}, "storage#bucket", b)
	var f *failure
	if !errors.As(err, &f) || f.Kind != attempt.Denied {
		return b, nil, err
	}
	b = new(storage.Bucket)
	return b, f, ses.get(ctx, address, url.Values{"projection": {"noAcl"}}, "storage#bucket", b)
}

// projectOf finds the id of a project by its number; the number itself where Resource Manager does not tell.
func (ses *session) projectOf(ctx context.Context, number uint64) string {
	text := strconv.FormatUint(number, 10)
	var p struct{ ProjectID string }
	if err := ses.get(ctx, resourceURL+"projects/"+text, nil, "", &p); err != nil || !projectName.MatchString(p.ProjectID) {
		return text
	}
	return p.ProjectID
}

// deepestTree bounds the folders in folders; Resource Manager allows ten levels.
const deepestTree = 12

// discoverTree goes through the projects of a folder or organisation, then through its folders. A folder that may not
// be looked into is a failed scope; the rest is scanned all the same.
func (ses *session) discoverTree(ctx context.Context, target scanners.Target, parent string, depth int, yield func(scanners.Ref, error) bool) bool {
	failed := func(err error) bool {
		if depth == 0 {
			return yield(scanners.Ref{}, err)
		}
		scope := scopeRef(target, parent)
		scope.ID, scope.Account = "gcp:"+parent, ""
		scope.Scope = scope.ID
		return yield(scope, err)
	}
	projects, err := ses.children(ctx, parent, "projects")
	if err != nil {
		return failed(err)
	}
	for _, project := range projects {
		if !ses.discoverProject(ctx, target, project, true, yield) {
			return false
		}
	}
	folders, err := ses.children(ctx, parent, "folders")
	if err != nil {
		return failed(err)
	}
	for _, folder := range folders {
		if depth == deepestTree {
			return failed(fmt.Errorf("%s lies deeper than folders can", folder))
		}
		if !ses.discoverTree(ctx, target, folder, depth+1, yield) {
			return false
		}
	}
	return true
}

// children lists the ids of the active projects, or the names of the active folders, that lie directly in parent.
func (ses *session) children(ctx context.Context, parent, kind string) ([]string, error) {
	var out []string
	query := url.Values{"parent": {parent}, "pageSize": {"300"}}
	for {
		var page struct {
			Projects      []struct{ ProjectID, State string }
			Folders       []struct{ Name, State string }
			NextPageToken string
		}
		if err := ses.get(ctx, resourceURL+kind, query, "", &page); err != nil {
			return nil, listingError(parent, kind, err)
		}
		for _, p := range page.Projects {
			if (p.State == "" || p.State == "ACTIVE") && projectName.MatchString(p.ProjectID) {
				out = append(out, p.ProjectID)
			}
		}
		for _, f := range page.Folders {
			if (f.State == "" || f.State == "ACTIVE") && treeName.MatchString(f.Name) {
				out = append(out, f.Name)
			}
		}
		if page.NextPageToken == "" || page.NextPageToken == query.Get("pageToken") {
			slices.SortFunc(out, strings.Compare)
			return slices.Compact(out), nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

func listingError(parent, kind string, err error) error {
	permission := "resourcemanager." + kind + ".list"
	what := fmt.Sprintf("listing the %s of %s", kind, parent)
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if f.Kind == attempt.Denied {
		return scanners.WithHint(&scanners.FailureError{
			Failure: scanners.Failure{Code: scanners.CodeDenied, Permission: permission, Detail: what + ": " + f.Error()}, Err: f,
		}, "grant "+permission+" on it (roles/browser has it), or name the projects: gcp:PROJECT gcp:PROJECT ...")
	}
	return explain(what+" ("+permission+")", f)
}
