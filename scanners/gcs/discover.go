// Naming what there is: projects and their buckets.

package gcs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	raw "google.golang.org/api/storage/v1"

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
			ses.discoverTree(ctx, target, v.tree, yield)
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

func bucketRef(target scanners.Target, scope scanners.Ref, b *raw.Bucket) scanners.Ref {
	head := scanners.Head{
		ID: scanners.GCSBucketID(b.Name), Kind: scanners.KindBucket, Provider: scanners.GCP, Name: b.Name,
		Account: scope.Account, Region: b.Location, Parent: scope.ID,
	}
	if made, err := time.Parse(time.RFC3339, b.TimeCreated); err == nil {
		head.CreatedAt = made.UTC()
	}
	return scanners.Ref{Head: head, Scope: scope.ID, Target: target}
}

// discoverProject yields a project and its buckets, each with what the listing says of it. Where the project is one of
// many, its failures are its own.
func (ses *session) discoverProject(ctx context.Context, target scanners.Target, project string, oneOfMany bool, yield func(scanners.Ref, error) bool) {
	scope := scopeRef(target, project)
	if scanners.SkipScope(ctx, scope.ID) {
		yield(scope, nil)
		return
	}
	named, stopped := false, false
	say := func(ref scanners.Ref, err error) bool {
		if !named {
			named = true
			stopped = !yield(scope, nil)
		}
		stopped = stopped || !yield(ref, err)
		return !stopped
	}
	err := pages(func(token string) (string, error) {
		page, acls, err := ses.bucketPage(ctx, project, token)
		if err != nil {
			return "", err
		}
		for _, b := range page.Items {
			if !bucketName.MatchString(b.Name) {
				if !say(scope, fmt.Errorf("listing the buckets of %q: %q is no name that a bucket can have", project, attempt.Clean(b.Name, 300))) {
					return "", nil
				}
				continue
			}
			ref := bucketRef(target, scope, b)
			ref.Seed = seed(ref.Head, b, bucketListing(), acls)
			if !say(ref, nil) {
				return "", nil
			}
		}
		for _, place := range page.Unreachable {
			// "projects/_/buckets/NAME", or a location of which nothing is listed (buckets.list, returnPartialSuccess).
			if !say(scope, fmt.Errorf("listing the buckets of %q: %q cannot be reached", project, place)) {
				return "", nil
			}
		}
		return page.NextPageToken, nil
	})
	switch {
	case stopped:
	case err == nil && !named:
		yield(scope, nil)
	case err == nil:
	case errors.Is(err, scanners.ErrGone) && !named && !oneOfMany:
		yield(scanners.Ref{}, listBucketsError(project, err))
	default:
		say(scope, listBucketsError(project, err))
	}
}

// bucketPage reads one page. Where the ACLs that the full projection holds are refused, it is asked for without.
func (ses *session) bucketPage(ctx context.Context, project, token string) (*raw.Buckets, *failure, error) {
	return withACLs(ctx, ses, func(ctx context.Context, projection string) (*raw.Buckets, error) {
		return ses.api.Buckets.List(project).Projection(projection).MaxResults(1000).ReturnPartialSuccess(true).PageToken(token).Context(ctx).Do()
	})
}

// withACLs asks for a projection that holds ACLs, and again without where those are refused; it gives the refusal.
func withACLs[Out any](ctx context.Context, ses *session, ask func(ctx context.Context, projection string) (*Out, error)) (*Out, *failure, error) {
	asked := func(projection string) (*Out, error) {
		return call(ctx, ses, func(ctx context.Context) (*Out, error) { return ask(ctx, projection) })
	}
	out, err := asked("full")
	var f *failure
	if !errors.As(err, &f) || f.Kind != attempt.Denied {
		return out, nil, err
	}
	out, err = asked("noAcl")
	return out, f, err
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
			yield(bucketRef(target, scope, &raw.Bucket{Name: name}), nil)
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
func (ses *session) bucket(ctx context.Context, name string) (*raw.Bucket, *failure, error) {
	return withACLs(ctx, ses, func(ctx context.Context, projection string) (*raw.Bucket, error) {
		return ses.api.Buckets.Get(name).Projection(projection).Context(ctx).Do()
	})
}

// projectOf finds the id of a project by its number; the number itself where Resource Manager does not tell.
func (ses *session) projectOf(ctx context.Context, number uint64) string {
	text := strconv.FormatUint(number, 10)
	p, err := get[struct{ ProjectID string }](ctx, ses, resourceURL+"projects/"+text, nil)
	if err != nil || !projectName.MatchString(p.ProjectID) {
		return text
	}
	return p.ProjectID
}
