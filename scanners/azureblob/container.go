// Reading a container: what came with the listing, its stored access policies, and a sample of its blobs.

package azureblob

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/tojimari/tojimari/scanners"
)

const (
	factLevel          = scanners.FactName("bucket.azure.level")
	factRetention      = scanners.FactName("bucket.retention")
	factLabels         = scanners.FactName("bucket.labels")
	factStoredPolicies = scanners.FactName("bucket.azure.stored_policies")
	factObjects        = scanners.FactName("bucket.objects")
	factNames          = scanners.FactName("bucket.names")
)

func containerListing() operation {
	return operation{call: "arm:BlobContainers.List", permission: permitContainers}
}

func containerReading() operation {
	return operation{call: "arm:BlobContainers.Get", permission: permitContainers}
}

func (in *inspection) inspectContainer(ctx context.Context) {
	in.readContainer(ctx)
	in.readStoredPolicies(ctx)
	in.readObjects(ctx)
	in.readLinks(ctx)
}

// readContainer takes what the listing gave, and asks for the container itself where that is not enough.
func (in *inspection) readContainer(ctx context.Context) {
	names := in.wanted(factLevel, factRetention, factLabels)
	if names = in.fill(names, in.ref.Seed); len(names) == 0 {
		return
	}
	op := containerReading()
	read := scanners.NewRecord(in.ref.Head)
	got, err := inSubscription(ctx, in, func(ctx context.Context, clients *storageClients) (armstorage.BlobContainersClientGetResponse, error) {
		return clients.containers.Get(ctx, in.ref.ResourceGroup, in.account(), in.ref.Name, nil)
	})
	if err == nil {
		containerFacts(read.Bucket, got.ContainerProperties, op)
	}
	in.take(names, read, op, err)
}

// account is the storage account that a container lies in.
func (in *inspection) account() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(in.ref.ID, "azure:"), "/")
	return name
}

// containerFacts fills b from a container's properties. The listing leaves out metadata and the terms of an
// immutability policy (REST API, "Blob Containers - List", sample response); what it leaves out stays not inspected.
func containerFacts(b *scanners.Bucket, p *armstorage.ContainerProperties, op operation) {
	whole := op.call == containerReading().call
	if p == nil {
		b.Azure.Level = settled(op, scanners.ContainerLevel{}, errHollow)
		if whole {
			b.Retention = settled(op, scanners.Retention{}, errHollow)
			b.Labels = settled(op, scanners.Labels{}, errHollow)
		}
		return
	}
	level, err := levelOf(p.PublicAccess)
	b.Azure.Level = settled(op, level, err)
	if retained, err := retention(p); whole || !errors.Is(err, errHollow) {
		b.Retention = settled(op, retained, err)
	}
	if whole || len(p.Metadata) > 0 {
		tags, err := labels(p.Metadata)
		b.Labels = settled(op, tags, err)
	}
}

// levelOf: no level is the service's way of saying private (REST API, "Get Container Properties",
// x-ms-blob-public-access).
func levelOf(p *armstorage.PublicAccess) (scanners.ContainerLevel, error) {
	switch word := strings.ToLower(text(p)); {
	case p == nil:
		return scanners.ContainerLevel{}, errNotSet
	case word == "none", word == "blob", word == "container":
		return scanners.ContainerLevel{Level: word}, nil
	default:
		return scanners.ContainerLevel{}, errors.New("the level is not none, blob or container")
	}
}

// retention is hollow where there is a policy whose terms were left out.
func retention(p *armstorage.ContainerProperties) (scanners.Retention, error) {
	out := scanners.Retention{Legal: on(p.HasLegalHold)}
	if !on(p.HasImmutabilityPolicy) {
		if !out.Legal {
			return out, errNotSet
		}
		out.Enabled = true
		return out, nil
	}
	if p.ImmutabilityPolicy == nil || p.ImmutabilityPolicy.Properties == nil {
		return out, errHollow
	}
	terms := p.ImmutabilityPolicy.Properties
	out.Enabled, out.Mode = true, text(terms.State)
	out.Locked = out.Mode == string(armstorage.ImmutabilityPolicyStateLocked)
	if terms.ImmutabilityPeriodSinceCreationInDays != nil {
		out.Days = int64(*terms.ImmutabilityPeriodSinceCreationInDays)
	}
	return out, nil
}

// storedPolicyReading: of the built-in roles for data only Storage Blob Data Owner has the permission.
func storedPolicyReading() operation {
	return operation{call: "blob:GetContainerACL", permission: "Microsoft.Storage/storageAccounts/blobServices/containers/getAcl/action"}
}

// readStoredPolicies asks the blob service: Resource Manager does not know of stored access policies.
func (in *inspection) readStoredPolicies(ctx context.Context) {
	if !in.wants(factStoredPolicies) {
		return
	}
	settle(ctx, in, &in.rec.Bucket.Azure.StoredPolicies, storedPolicyReading(), func(ctx context.Context) (container.GetAccessPolicyResponse, error) {
		client, err := in.blobContainer(in.baseURL(in.account()), in.ref.Name)
		if err != nil {
			return container.GetAccessPolicyResponse{}, err
		}
		return call(ctx, in.session, func(ctx context.Context) (container.GetAccessPolicyResponse, error) {
			return client.GetAccessPolicy(ctx, nil)
		})
	}, storedPolicies)
}

func storedPolicies(out container.GetAccessPolicyResponse) (scanners.StoredPolicies, error) {
	if len(out.SignedIdentifiers) == 0 {
		return scanners.StoredPolicies{}, errNotSet
	}
	var all scanners.StoredPolicies
	for _, s := range out.SignedIdentifiers {
		if s == nil || s.ID == nil {
			return scanners.StoredPolicies{}, errHollow
		}
		p := scanners.StoredPolicy{ID: *s.ID}
		if a := s.AccessPolicy; a != nil {
			p.Permissions = text(a.Permission)
			if a.Start != nil {
				p.StartsAt = a.Start.UTC()
			}
			if a.Expiry != nil {
				p.ExpiresAt = a.Expiry.UTC()
			}
		}
		all.List = append(all.List, p)
	}
	slices.SortStableFunc(all.List, func(a, b scanners.StoredPolicy) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}
