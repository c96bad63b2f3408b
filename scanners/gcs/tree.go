// Going through folders and organisations.

package gcs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/tojimari/tojimari/internal/ahead"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

const (
	// deepestTree bounds the folders in folders; Resource Manager allows ten levels.
	deepestTree = 12
	// foldersAhead and projectsAhead are how many folders and projects are listed side by side. Listing one project
	// takes a call for each thousand buckets.
	foldersAhead  = 16
	projectsAhead = 16
	// refsAhead is how many buckets of each project wait to be inspected.
	refsAhead = 256
)

// branch is a folder or organisation with what lies directly in it. Its fields are set once done is closed.
type branch struct {
	name     string
	projects []string
	folders  []*branch
	// projectsErr and foldersErr are why there may be more.
	projectsErr, foldersErr error
	done                    chan struct{}
}

// discoverTree goes through the projects of a folder or organisation, then through its folders. A folder that may not
// be looked into is a failed scope; the rest is scanned all the same.
func (ses *session) discoverTree(ctx context.Context, target scanners.Target, root string, yield func(scanners.Ref, error) bool) {
	g := &growth{session: ses, turns: make(chan struct{}, foldersAhead)}
	defer g.running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g.seen.Store(root, true)
	ahead.Run(ctx, ahead.Limits{Parts: projectsAhead, Pairs: refsAhead}, ses.parts(target, g.grow(ctx, root, 0), root))(yield)
}

// growth is one tree in the making.
type growth struct {
	*session
	turns   chan struct{} // holds one for each folder that is being listed
	running sync.WaitGroup
	seen    sync.Map // folders by name: each lies in one place
}

// grow lists what lies in a folder, and in the folders in it, side by side.
func (g *growth) grow(ctx context.Context, name string, depth int) *branch {
	b := &branch{name: name, done: make(chan struct{})}
	g.running.Go(func() {
		defer close(b.done)
		g.turns <- struct{}{}
		var folders []string
		b.projects, b.projectsErr = g.children(ctx, name, "projects")
		folders, b.foldersErr = g.children(ctx, name, "folders")
		<-g.turns
		if b.projectsErr != nil && errors.Is(b.foldersErr, scanners.ErrDenied) {
			b.foldersErr = nil // the first refusal says it
		}
		if depth == deepestTree && len(folders) > 0 {
			b.foldersErr = fmt.Errorf("%s lies deeper than folders can", folders[0])
			return
		}
		folders = slices.DeleteFunc(folders, func(folder string) bool {
			_, twice := g.seen.LoadOrStore(folder, true)
			if twice {
				b.foldersErr = fmt.Errorf("%s is said to lie in two places", folder)
			}
			return twice
		})
		for _, folder := range folders {
			b.folders = append(b.folders, g.grow(ctx, folder, depth+1))
		}
	})
	return b
}

// parts are the projects below b and what cannot be looked into, in the order of the tree.
func (ses *session) parts(target scanners.Target, b *branch, root string) iter.Seq[ahead.Part[scanners.Ref, error]] {
	return func(yield func(ahead.Part[scanners.Ref, error]) bool) {
		<-b.done
		failed := func(err error) bool {
			return err == nil || yield(func(_ context.Context, yield func(scanners.Ref, error) bool) {
				yield(folderRef(target, b.name, root), err)
			})
		}
		for _, project := range b.projects {
			if !yield(func(ctx context.Context, yield func(scanners.Ref, error) bool) {
				ses.discoverProject(ctx, target, project, true, yield)
			}) {
				return
			}
		}
		if !failed(b.projectsErr) {
			return
		}
		for _, folder := range b.folders {
			for part := range ses.parts(target, folder, root) {
				if !yield(part) {
					return
				}
			}
		}
		failed(b.foldersErr)
	}
}

// folderRef stands for a folder that cannot be looked into; for the target itself it names nothing.
func folderRef(target scanners.Target, name, root string) scanners.Ref {
	if name == root {
		return scanners.Ref{}
	}
	scope := scopeRef(target, name)
	scope.ID, scope.Account = "gcp:"+name, ""
	scope.Scope = scope.ID
	return scope
}

// children lists the ids of the active projects, or the names of the active folders, that lie directly in parent.
func (ses *session) children(ctx context.Context, parent, kind string) ([]string, error) {
	type page struct {
		Projects      []struct{ ProjectID, State string }
		Folders       []struct{ Name, State string }
		NextPageToken string
	}
	var out []string
	var odd error // what is active and cannot be asked about
	note := func(name string, fits bool) {
		if fits {
			out = append(out, name)
		} else if odd == nil {
			odd = listingError(parent, kind, &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("%q is no name that one can have", attempt.Clean(name, 100))})
		}
	}
	err := pages(func(token string) (string, error) {
		got, err := get[page](ctx, ses, resourceURL+kind, withToken(url.Values{"parent": {parent}, "pageSize": {"300"}}, token))
		if err != nil {
			return "", listingError(parent, kind, err)
		}
		for _, p := range got.Projects {
			if p.State == "" || p.State == "ACTIVE" {
				note(p.ProjectID, projectName.MatchString(p.ProjectID))
			}
		}
		for _, f := range got.Folders {
			if f.State == "" || f.State == "ACTIVE" {
				note(f.Name, treeName.MatchString(f.Name))
			}
		}
		return got.NextPageToken, nil
	})
	slices.SortFunc(out, strings.Compare)
	return slices.Compact(out), cmp.Or(err, odd)
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
