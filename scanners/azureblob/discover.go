// Naming what there is: subscriptions, their storage accounts, and the containers of each.

package azureblob

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/internal/ahead"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// Permissions that discovery needs (Azure RBAC, "Azure permissions for Storage" and "for Management and governance").
const (
	permitSubscriptions = "Microsoft.Resources/subscriptions/read"
	permitAccounts      = "Microsoft.Storage/storageAccounts/read"
	permitContainers    = "Microsoft.Storage/storageAccounts/blobServices/containers/read"
)

// PermitDescendants is the action that listing what is below a management group needs, for azure:mg/NAME alone.
const PermitDescendants = "Microsoft.Management/managementGroups/descendants/read"

// largestPage is the most containers that one page holds (REST API, Blob Containers - List).
const largestPage = "%24maxpagesize=5000"

// errStopped is what ends a list whose reader has enough.
var errStopped = errors.New("stopped by the reader")

// Discover names each subscription, its storage accounts in the order of the listing, and after each account its
// containers. Facts that come in the listings are in the Refs' seeds.
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
		if v.account != "" {
			d := &discovery{session: ses, target: target, yield: yield}
			d.oneAccount(ctx, v)
			return
		}
		subscriptions, err := ses.subscriptions(ctx, v)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		ahead.Run(ctx, ahead.Limits{Parts: subscriptionsAhead, Pairs: refsAhead}, func(yield func(part) bool) {
			for _, sub := range subscriptions {
				if !yield(func(ctx context.Context, yield func(scanners.Ref, error) bool) {
					(&discovery{session: ses, target: target, yield: yield}).subscription(ctx, sub)
				}) {
					return
				}
			}
		})(yield)
	}
}

// part names the resources of one subscription or storage account.
type part = ahead.Part[scanners.Ref, error]

// How much is listed side by side, and how many resources are named before they are wanted: each carries what the
// listing says of it.
const (
	subscriptionsAhead = 4
	accountsAhead      = 4
	refsAhead          = 32
)

// subscription is one subscription as the listings give it.
type subscription struct {
	ID    string `json:"subscriptionId"`
	Name  string `json:"displayName"`
	State string `json:"state"`
}

// subscriptions names those that a target stands for, sorted by id where they were listed.
func (ses *session) subscriptions(ctx context.Context, v view) ([]subscription, error) {
	switch {
	case v.group != "":
		return ses.belowGroup(ctx, v.group)
	case subscriptionID.MatchString(v.subscription):
		return []subscription{{ID: strings.ToLower(v.subscription), Name: v.subscription}}, nil
	}
	all, err := list[subscription](ctx, ses, "/subscriptions", "api-version=2022-12-01")
	if err != nil {
		return nil, explain("listing subscriptions", permitSubscriptions, err)
	}
	all = slices.DeleteFunc(all, func(s subscription) bool {
		// A deleted subscription answers no question; a disabled one can still be read, and its blobs served.
		return !subscriptionID.MatchString(s.ID) || s.State == "Deleted" || v.subscription != "" && !strings.EqualFold(s.Name, v.subscription)
	})
	slices.SortFunc(all, func(a, b subscription) int { return strings.Compare(a.ID, b.ID) })
	switch {
	case v.subscription != "" && len(all) > 1:
		return nil, scanners.WithHint(fmt.Errorf("%d subscriptions are named %q: %w", len(all), v.subscription, scanners.ErrBadTarget), "name one by its id")
	case len(all) == 0 && v.subscription != "":
		return nil, scanners.WithHint(fmt.Errorf("subscription %q: %w", v.subscription, scanners.ErrGone), "'az account list' names those that you can see")
	case len(all) == 0:
		return nil, scanners.WithHint(fmt.Errorf("these credentials see no subscription: %w", scanners.ErrDenied), "grant the role Reader, or a narrower one ('tojimari permissions azure'), on a subscription")
	}
	return all, nil
}

// belowGroup names every subscription below a management group, at any depth.
// REST API, "Management Groups - Get Descendants".
func (ses *session) belowGroup(ctx context.Context, group string) ([]subscription, error) {
	type descendant struct {
		Name, Type string
		Properties struct{ DisplayName string }
	}
	all, err := list[descendant](ctx, ses, "/providers/Microsoft.Management/managementGroups/"+group+"/descendants", "api-version=2020-05-01")
	if err != nil {
		return nil, explain(fmt.Sprintf("listing what is below management group %q", group), PermitDescendants, err)
	}
	var out []subscription
	for _, d := range all {
		if strings.EqualFold(d.Type, "/subscriptions") || strings.HasSuffix(strings.ToLower(d.Type), "managementgroups/subscriptions") {
			if subscriptionID.MatchString(d.Name) {
				out = append(out, subscription{ID: d.Name, Name: or(d.Properties.DisplayName, d.Name)})
			}
		}
	}
	slices.SortFunc(out, func(a, b subscription) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b subscription) bool { return a.ID == b.ID }), nil
}

// discovery is one Discover in progress.
type discovery struct {
	*session
	target scanners.Target
	yield  func(scanners.Ref, error) bool
}

func (d *discovery) scopeRef(sub subscription) scanners.Ref {
	head := scanners.Head{ID: scanners.AzureSubscriptionID(sub.ID), Kind: scanners.KindScope, Provider: scanners.Azure, Name: or(sub.Name, sub.ID), Account: sub.ID}
	return scanners.Ref{Head: head, Scope: head.ID, Target: d.target}
}

// subscription yields one subscription with all that is in it.
func (d *discovery) subscription(ctx context.Context, sub subscription) {
	scope := d.scopeRef(sub)
	if !d.yield(scope, nil) || scanners.SkipScope(ctx, scope.ID) {
		return
	}
	var failed error
	stores := func(yield func(part) bool) {
		failed = d.accounts(ctx, sub, func(a *armstorage.Account) error {
			if !yield(func(ctx context.Context, yield func(scanners.Ref, error) bool) {
				(&discovery{session: d.session, target: d.target, yield: yield}).account(ctx, scope, a, "")
			}) {
				return errStopped
			}
			return nil
		})
	}
	for ref, err := range ahead.Run(ctx, ahead.Limits{Parts: accountsAhead, Pairs: refsAhead}, stores) {
		if !d.yield(ref, err) {
			return
		}
	}
	if failed != nil && !errors.Is(failed, errStopped) { // stopped without a word: the context has ended
		d.yield(scope, explain("listing the storage accounts", permitAccounts, failed))
	}
}

// accounts goes through the storage accounts of a subscription. One that has never used Storage has none: a
// provider cannot be unregistered while resources of it exist ("Azure resource providers and types").
func (d *discovery) accounts(ctx context.Context, sub subscription, take func(*armstorage.Account) error) error {
	path := "/subscriptions/" + sub.ID + "/providers/Microsoft.Storage/storageAccounts"
	err := pages(ctx, d.session, path, storageVersion, func(got []armstorage.Account) error {
		for i := range got {
			a := &got[i]
			if a.Name == nil || !accountName.MatchString(*a.Name) || groupOf(text(a.ID)) == "" {
				return errHollow
			}
			if err := take(a); err != nil {
				return err
			}
		}
		return nil
	})
	var f *failure
	if errors.As(err, &f) && f.Kind == attempt.Disabled {
		return nil
	}
	return err
}

// account yields a storage account and its containers, or the one container that is named.
func (d *discovery) account(ctx context.Context, scope scanners.Ref, a *armstorage.Account, only string) {
	ref := d.storeRef(scope, a)
	if !d.yield(ref, nil) || !hasBlobs(a.Kind) {
		return
	}
	if only != "" {
		d.oneContainer(ctx, ref, only)
		return
	}
	err := d.containers(ctx, ref)
	var f *failure
	switch {
	case err == nil, errors.Is(err, errStopped):
	case errors.As(err, &f) && f.Kind == attempt.Unsupported: // an account of a kind that holds no blobs
	default:
		d.yield(ref, explain("listing the containers of "+ref.Name, permitContainers, err))
	}
}

func (d *discovery) storeRef(scope scanners.Ref, a *armstorage.Account) scanners.Ref {
	head := scanners.Head{
		ID: scanners.AzureStoreID(*a.Name), Kind: scanners.KindStore, Provider: scanners.Azure, Name: *a.Name, Account: scope.Account,
		Region: text(a.Location), ResourceGroup: groupOf(text(a.ID)), Parent: scope.ID,
	}
	if p := a.Properties; p != nil {
		if p.CreationTime != nil {
			head.CreatedAt = p.CreationTime.UTC()
		}
		if p.PrimaryEndpoints != nil {
			if base := strings.TrimSuffix(text(p.PrimaryEndpoints.Blob), "/"); base != "" && base != "https://"+*a.Name+".blob.core.windows.net" {
				head.BaseURL = base
			}
		}
	}
	seed := scanners.NewRecord(head)
	accountFacts(seed.Store, a, accountListing())
	return scanners.Ref{Head: head, Scope: scope.ID, Seed: seed, Target: d.target}
}

func (d *discovery) containers(ctx context.Context, store scanners.Ref) error {
	path := accountPath(store.Account, store.ResourceGroup, store.Name) + "/blobServices/default/containers"
	return pages(ctx, d.session, path, storageVersion+"&"+largestPage, func(got []armstorage.ListContainerItem) error {
		for _, c := range got {
			if c.Name == nil || !containerName.MatchString(*c.Name) {
				return errHollow
			}
			if c.Properties != nil && on(c.Properties.Deleted) {
				continue
			}
			if !d.yield(d.containerRef(store, *c.Name, c.Properties, containerListing()), nil) {
				return errStopped
			}
		}
		return nil
	})
}

func (d *discovery) oneContainer(ctx context.Context, store scanners.Ref, name string) {
	clients, err := d.storage(ctx, store.Account)
	if err != nil {
		d.yield(store, err)
		return
	}
	got, err := call(ctx, d.session, func(ctx context.Context) (armstorage.BlobContainersClientGetResponse, error) {
		return clients.containers.Get(ctx, store.ResourceGroup, store.Name, name, nil)
	})
	if err != nil {
		d.yield(store, explain(fmt.Sprintf("looking for container %q of %s", name, store.Name), permitContainers, err))
		return
	}
	d.yield(d.containerRef(store, name, got.ContainerProperties, containerReading()), nil)
}

func (d *discovery) containerRef(store scanners.Ref, name string, properties *armstorage.ContainerProperties, op operation) scanners.Ref {
	head := scanners.Head{
		ID: scanners.AzureContainerID(store.Name, name), Kind: scanners.KindBucket, Provider: scanners.Azure, Name: name,
		Account: store.Account, Region: store.Region, ResourceGroup: store.ResourceGroup, BaseURL: store.BaseURL, Parent: store.ID,
	}
	seed := scanners.NewRecord(head)
	containerFacts(seed.Bucket, properties, op)
	return scanners.Ref{Head: head, Scope: store.Scope, Seed: seed, Target: d.target}
}

// oneAccount looks for an account in the subscriptions, since its name alone does not say where it is kept. One that is
// in none that may be looked into can still be asked itself.
func (d *discovery) oneAccount(ctx context.Context, v view) {
	subscriptions, lost := d.subscriptions(ctx, v)
	if lost != nil && (v.subscription != "" || !errors.Is(lost, scanners.ErrDenied)) {
		d.yield(scanners.Ref{}, lost)
		return
	}
	looked := "is in no subscription that these credentials see"
	for _, sub := range subscriptions {
		var found *armstorage.Account
		err := d.accounts(ctx, sub, func(a *armstorage.Account) error {
			if *a.Name == v.account {
				found = a
				return errStopped
			}
			return nil
		})
		if found != nil {
			scope := d.scopeRef(sub)
			if d.yield(scope, nil) {
				d.account(ctx, scope, found, v.container)
			}
			return
		}
		if err != nil && (lost == nil || !attempt.Is(err, attempt.Denied)) {
			lost = explain(fmt.Sprintf("looking for storage account %q in subscription %s", v.account, sub.ID), permitAccounts, err)
			looked = "was found in no subscription that these credentials may look into"
		}
	}
	switch {
	case v.subscription != "" && lost == nil: // said wrongly, and not unseen
	case lost == nil, errors.Is(lost, scanners.ErrDenied):
		d.unseenAccount(ctx, v, looked)
		return
	default:
		d.yield(scanners.Ref{}, lost)
		return
	}
	d.yield(scanners.Ref{}, scanners.WithHint(fmt.Errorf("storage account %q in %d subscriptions: %w", v.account, len(subscriptions), scanners.ErrGone),
		"check the name and the tenant; 'az account list' names the subscriptions that you can see"))
}

// hasBlobs reports whether accounts of a kind have a blob service at all.
func hasBlobs(kind *armstorage.Kind) bool { return kind == nil || *kind != armstorage.KindFileStorage }

func text[S ~string](s *S) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

func on(b *bool) bool { return b != nil && *b }
