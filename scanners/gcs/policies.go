// Allow policies of buckets and managed folders. Cloud Storage JSON API, "Buckets: getIamPolicy", "Managed folders".

package gcs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	raw "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/scanners"
)

func bucketPolicy() operation {
	return operation{Call: "storage.buckets.getIamPolicy", Permission: "storage.buckets.getIamPolicy"}
}

func folderListing() operation {
	return operation{Call: "storage.managedFolders.list", Permission: "storage.managedFolders.list"}
}

func folderPolicy() operation {
	return operation{Call: "storage.managedFolders.getIamPolicy", Permission: "storage.managedFolders.getIamPolicy", Apart: true}
}

// payer is the project that pays, where the bucket makes its callers pay; empty where it does not.
func (in *inspection) payer() string {
	if !in.rec.Bucket.RequesterPays.Value.Enabled {
		return ""
	}
	return cmp.Or(in.quota, in.ref.Account)
}

// handle is the bucket to the client.
func (in *inspection) handle() *storage.BucketHandle {
	bucket := in.client.Bucket(in.ref.Name)
	if payer := in.payer(); payer != "" {
		return bucket.UserProject(payer)
	}
	return bucket
}

// paid is the same for the calls that the client does not have.
func (in *inspection) paid() []googleapi.CallOption {
	if payer := in.payer(); payer != "" {
		return []googleapi.CallOption{googleapi.QueryParameter("userProject", payer)}
	}
	return nil
}

// conditional is the version of policies with conditions; asked for less, the service leaves the conditions out.
const conditional = 3

// readPolicy asks for the bucket's policy. The client leaves the policy's version out: it is that of policies with
// conditions where there are any, and else the first ("Buckets: getIamPolicy").
func (in *inspection) readPolicy(ctx context.Context) (scanners.IAMPolicy, error) {
	p, err := call(ctx, in.session, in.handle().IAM().V3().Policy)
	if err != nil {
		return scanners.IAMPolicy{}, err
	}
	out := scanners.IAMPolicy{Version: 1, Bindings: []scanners.IAMBinding{}}
	for _, b := range p.Bindings {
		binding := scanners.IAMBinding{Role: b.GetRole(), Members: b.GetMembers()}
		if c := b.GetCondition(); c != nil {
			binding.Condition, binding.Title, out.Version = c.GetExpression(), c.GetTitle(), conditional
		}
		slices.Sort(binding.Members)
		out.Bindings = append(out.Bindings, binding)
	}
	return out, nil
}

// readFolders lists the managed folders and reads the policy of each. Only buckets with uniform access have any
// ("Managed folders", "Considerations").
func (in *inspection) readFolders(ctx context.Context) {
	slot := &in.rec.Bucket.GCP.ManagedFolders
	if uniform, ok := in.rec.Bucket.GCP.UniformAccess.Get(); ok && !uniform.Enabled {
		*slot = scanners.UnsupportedFact[scanners.ManagedFolders](folderListing().Origin())
		return
	}
	settle(ctx, in, slot, folderListing(), in.listFolders)
	folders, ok := slot.Get()
	if !ok {
		return
	}
	for i := range folders.List {
		f := &folders.List[i]
		settle(ctx, in, &f.IAM, folderPolicy(), func(ctx context.Context) (scanners.IAMPolicy, error) { return in.readFolderPolicy(ctx, f.Name) })
	}
}

func (in *inspection) listFolders(ctx context.Context) (scanners.ManagedFolders, error) {
	out := scanners.ManagedFolders{List: []scanners.ManagedFolder{}}
	err := pages(func(token string) (string, error) {
		page, err := call(ctx, in.session, func(ctx context.Context) (*raw.ManagedFolders, error) {
			return in.api.ManagedFolders.List(in.ref.Name).PageSize(1000).PageToken(token).Context(ctx).Do(in.paid()...)
		})
		if err != nil {
			return "", err
		}
		for _, f := range page.Items {
			if f.Name != "" {
				out.List = append(out.List, scanners.ManagedFolder{Name: f.Name})
			}
		}
		return page.NextPageToken, nil
	})
	// Asked of a bucket without uniform access, the service refuses with 400: there can be none.
	var f *failure
	if errors.As(err, &f) && f.Status == 400 && strings.Contains(strings.ToLower(f.Message), "uniform bucket-level access") {
		err = nil
	}
	slices.SortFunc(out.List, func(a, b scanners.ManagedFolder) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func (in *inspection) readFolderPolicy(ctx context.Context, folder string) (scanners.IAMPolicy, error) {
	p, err := call(ctx, in.session, func(ctx context.Context) (*raw.Policy, error) {
		return in.api.ManagedFolders.GetIamPolicy(in.ref.Name, folder).OptionsRequestedPolicyVersion(conditional).Context(ctx).Do(in.paid()...)
	})
	if err != nil {
		return scanners.IAMPolicy{}, err
	}
	out := scanners.IAMPolicy{Version: p.Version, Bindings: []scanners.IAMBinding{}}
	for _, b := range p.Bindings {
		binding := scanners.IAMBinding{Role: b.Role, Members: b.Members}
		if b.Condition != nil {
			binding.Condition, binding.Title = b.Condition.Expression, b.Condition.Title
		}
		slices.Sort(binding.Members)
		out.Bindings = append(out.Bindings, binding)
	}
	return out, nil
}
