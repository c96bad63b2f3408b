// Allow policies of buckets and managed folders. Cloud Storage JSON API, "Buckets: getIamPolicy", "Managed folders".

package gcs

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	storage "google.golang.org/api/storage/v1"

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

// address is the URL of something in the bucket. Segments are escaped: names may hold slashes.
func (in *inspection) address(segments ...string) string {
	out := storageURL + "b/" + url.PathEscape(in.ref.Name)
	for _, s := range segments {
		out += "/" + url.PathEscape(s)
	}
	return out
}

// query names the project that pays, where the bucket makes its callers pay.
func (in *inspection) query(pairs ...string) url.Values {
	out := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	if !in.rec.Bucket.RequesterPays.Value.Enabled {
		return out
	}
	switch {
	case in.quota != "":
		out.Set("userProject", in.quota)
	case in.ref.Account != "":
		out.Set("userProject", in.ref.Account)
	}
	return out
}

// readPolicy asks for version 3, below which conditions are left out.
func (in *inspection) readPolicy(ctx context.Context) (scanners.IAMPolicy, error) {
	var p storage.Policy
	if err := in.get(ctx, in.address("iam"), in.query("optionsRequestedPolicyVersion", "3"), "storage#policy", &p); err != nil {
		return scanners.IAMPolicy{}, err
	}
	return policy(&p), nil
}

func policy(p *storage.Policy) scanners.IAMPolicy {
	out := scanners.IAMPolicy{Version: p.Version, Bindings: []scanners.IAMBinding{}}
	for _, b := range given(p.Bindings) {
		binding := scanners.IAMBinding{Role: b.Role, Members: slices.Clone(b.Members)}
		if b.Condition != nil {
			binding.Condition, binding.Title = b.Condition.Expression, b.Condition.Title
		}
		slices.Sort(binding.Members)
		out.Bindings = append(out.Bindings, binding)
	}
	return out
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
		settle(ctx, in, &f.IAM, folderPolicy(), func(ctx context.Context) (scanners.IAMPolicy, error) {
			var p storage.Policy
			query := in.query("optionsRequestedPolicyVersion", "3")
			if err := in.get(ctx, in.address("managedFolders", f.Name, "iam"), query, "storage#policy", &p); err != nil {
				return scanners.IAMPolicy{}, err
			}
			return policy(&p), nil
		})
	}
}

func (in *inspection) listFolders(ctx context.Context) (scanners.ManagedFolders, error) {
	out := scanners.ManagedFolders{List: []scanners.ManagedFolder{}}
	query := in.query("pageSize", "1000")
	for {
		var page storage.ManagedFolders
		if err := in.get(ctx, in.address("managedFolders"), query, "storage#managedFolders", &page); err != nil {
			// Asked of a bucket without uniform access, the service refuses with 400: there can be none.
			var f *failure
			if errors.As(err, &f) && f.Status == 400 && strings.Contains(strings.ToLower(f.Message), "uniform bucket-level access") {
				return out, nil
			}
			return out, err
		}
		for _, f := range given(page.Items) {
			if f.Name != "" {
				out.List = append(out.List, scanners.ManagedFolder{Name: f.Name})
			}
		}
		if page.NextPageToken == "" || page.NextPageToken == query.Get("pageToken") {
			break
		}
		query.Set("pageToken", page.NextPageToken)
	}
	slices.SortFunc(out.List, func(a, b scanners.ManagedFolder) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
