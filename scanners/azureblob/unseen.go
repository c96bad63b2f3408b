// Storage accounts that none of the subscriptions seen holds: another team's, or one on which the caller has a role for
// data alone. What the blob service itself says of it, by Entra token, is all there is to read then.

package azureblob

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// The blob service answers both with the same action as Resource Manager; the built-in role Storage Blob Data Reader
// has it ("Permissions for blob service operations").
func serviceListing() operation {
	return operation{call: "blob:ListContainers", permission: permitContainers}
}

func containerProperties() operation {
	return operation{call: "blob:GetContainerProperties", permission: permitContainers}
}

// unseenAccount yields an account that was found in no subscription, with what its blob service says is in it. Facts
// that Resource Manager keeps are denied; inspection says with which permission.
func (d *discovery) unseenAccount(ctx context.Context, v view, looked string) {
	scope := d.scopeRef(subscription{Name: "the subscription of " + v.account})
	scope.ID = scanners.AzureSubscriptionID("unknown") + "/owner-of/" + v.account
	scope.Scope = scope.ID
	head := scanners.Head{ID: scanners.AzureStoreID(v.account), Kind: scanners.KindStore, Provider: scanners.Azure, Name: v.account, Parent: scope.ID}
	if base := d.cloud.blobURL(v.account); !strings.HasSuffix(base, ".blob.core.windows.net") {
		head.BaseURL = base
	}
	store := scanners.Ref{Head: head, Scope: scope.ID, Target: d.target}
	exists := false
	yield := func(ref scanners.Ref, err error) bool {
		if !exists {
			exists = true
			if !d.yield(scope, nil) || !d.yield(store, nil) {
				return false
			}
		}
		return d.yield(ref, err)
	}
	err := d.unseenContainers(ctx, store, v.container, func(ref scanners.Ref) bool { return yield(ref, nil) })
	switch {
	case errors.Is(err, errStopped):
	case err == nil && !exists:
		if d.yield(scope, nil) {
			d.yield(store, nil)
		}
	case err == nil:
	case noHost(err):
		d.yield(scanners.Ref{}, scanners.WithHint(fmt.Errorf("storage account %q %s, and its host does not exist: %w", v.account, looked, scanners.ErrGone),
			"check the name and the cloud (--cloud public, china or usgov)"))
	case attempt.Is(err, attempt.Denied, attempt.Walled):
		yield(store, scanners.WithHint(deniedListing(v, looked, err),
			"grant Storage Blob Data Reader on the account for its containers, and Reader for its settings ('tojimari permissions azure' prints a narrower role); 'az account list' names the subscriptions that you can see"))
	case exists || answered(err):
		yield(store, explain("asking the blob service of "+v.account, permitContainers, err))
	default: // whether there is such an account at all is not known
		d.yield(scanners.Ref{}, explain(fmt.Sprintf("storage account %q %s; asking its blob service", v.account, looked), permitContainers, err))
	}
}

// answered reports whether a failure is the service's own answer.
func answered(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.Status != 0
}

func deniedListing(v view, looked string, err error) error {
	said := fmt.Errorf("storage account %q %s, and its blob service does not say what is in it: %w", v.account, looked, err)
	return &scanners.FailureError{Failure: scanners.Failure{Code: scanners.CodeDenied, Permission: permitContainers, Detail: said.Error()}, Err: said}
}

// noHost reports whether the account's host name is nobody's.
func noHost(err error) bool {
	var f *failure
	var dns *net.DNSError
	return errors.As(err, &f) && errors.As(f.Err, &dns) && dns.IsNotFound
}

// unseenContainers yields the container that is named, or all. A named one exists as far as is known until the service
// says that it does not: what a stranger may do with it can be tried without any right to read its settings.
func (d *discovery) unseenContainers(ctx context.Context, store scanners.Ref, only string, yield func(scanners.Ref) bool) error {
	base := store.BaseURL
	if base == "" {
		base = d.cloud.blobURL(store.Name)
	}
	if only == "" {
		return d.listContainers(ctx, store, base, yield)
	}
	client, err := d.blobContainer(base, only)
	if err != nil {
		return err
	}
	got, err := call(ctx, d.session, func(ctx context.Context) (container.GetPropertiesResponse, error) {
		return client.GetProperties(ctx, nil)
	})
	switch {
	case noHost(err):
		return err
	case attempt.Is(err, attempt.Denied, attempt.Walled):
		ref := d.containerRef(store, only, nil, containerProperties())
		reading := attempt.Reading{Name: only, Hint: hintExpired}
		deny(ref.Seed, reading.Reason(containerProperties().asked(), walled(err)))
		yield(ref)
		return nil
	case err != nil:
		return err
	case got.LastModified == nil:
		return &failure{Kind: attempt.Malformed, Message: "the answer is hollow"}
	}
	yield(d.unseenContainer(store, only, containerProperties(), armstorage.ContainerProperties{
		PublicAccess: publicAccess(got.BlobPublicAccess), HasImmutabilityPolicy: got.HasImmutabilityPolicy, HasLegalHold: got.HasLegalHold, Metadata: lowered(got.Metadata),
	}))
	return nil
}

func (d *discovery) listContainers(ctx context.Context, store scanners.Ref, base string, yield func(scanners.Ref) bool) error {
	client, err := d.blobService(base)
	if err != nil {
		return err
	}
	options := service.ListContainersOptions{Include: service.ListContainersInclude{Metadata: true}}
	for range mostPages {
		page, err := call(ctx, d.session, func(ctx context.Context) (service.ListContainersResponse, error) {
			return client.NewListContainersPager(&options).NextPage(ctx)
		})
		if err != nil {
			return err
		}
		for _, c := range page.ContainerItems {
			if c == nil || c.Name == nil || c.Properties == nil || !containerName.MatchString(*c.Name) {
				return errHollow
			}
			p := c.Properties
			if !yield(d.unseenContainer(store, *c.Name, serviceListing(), armstorage.ContainerProperties{
				PublicAccess: publicAccess(p.PublicAccess), HasImmutabilityPolicy: p.HasImmutabilityPolicy, HasLegalHold: p.HasLegalHold, Metadata: c.Metadata,
			})) {
				return errStopped
			}
		}
		next := text(page.NextMarker)
		if next == "" {
			return nil
		}
		if next == text(options.Marker) {
			break
		}
		options.Marker = &next
	}
	return &failure{Kind: attempt.Malformed, Message: "the list has no end"}
}

// unseenContainer is a container as the blob service describes it: everything but the terms of an immutability policy.
func (d *discovery) unseenContainer(store scanners.Ref, name string, op operation, p armstorage.ContainerProperties) scanners.Ref {
	ref := d.containerRef(store, name, &p, op)
	b := ref.Seed.Bucket
	tags, err := labels(p.Metadata)
	b.Labels = settled(op, tags, err)
	if kept, err := retention(&p); errors.Is(err, errHollow) {
		b.Retention = scanners.DeniedFact[scanners.Retention](permitContainers, op.origin())
	} else {
		b.Retention = settled(op, kept, err)
	}
	return ref
}

// lowered gives the names of metadata that came in headers, whose case is not kept on the way, as most people write them.
func lowered(metadata map[string]*string) map[string]*string {
	out := map[string]*string{}
	for name, value := range metadata {
		out[strings.ToLower(name)] = value
	}
	return out
}

// publicAccess: the service leaves out the level of a private container.
func publicAccess[S ~string](level *S) *armstorage.PublicAccess {
	word := armstorage.PublicAccess(text(level))
	if word == "" {
		return nil
	}
	return &word
}

func deny(seed *scanners.Record, why scanners.Reason) {
	for _, name := range []scanners.FactName{factLevel, factRetention, factLabels} {
		if field, ok := scanners.LookupFactField(name); ok {
			field.SetUnknown(seed, why)
		}
	}
}
