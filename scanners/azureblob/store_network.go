// The network security perimeter around a storage account, and its local users.

package azureblob

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/scanners"
)

const (
	factPerimeter  = scanners.FactName("store.azure.perimeter")
	factLocalUsers = scanners.FactName("store.azure.local_users")
)

func perimeterListing() operation {
	return operation{call: "arm:NetworkSecurityPerimeterConfigurations.List", permission: "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read"}
}

func (in *inspection) readPerimeter(ctx context.Context) {
	if !in.wants(factPerimeter) {
		return
	}
	settle(ctx, in, &in.rec.Store.Azure.Perimeter, perimeterListing(), func(ctx context.Context) ([]armstorage.NetworkSecurityPerimeterConfiguration, error) {
		return listBelow[armstorage.NetworkSecurityPerimeterConfiguration](ctx, in, "networkSecurityPerimeterConfigurations")
	}, perimeter)
}

// listBelow reads a list of what belongs to the account.
func listBelow[T any](ctx context.Context, in *inspection, name string) ([]T, error) {
	if err := in.unseen(); err != nil {
		return nil, err
	}
	return list[T](ctx, in.session, accountPath(in.ref.Account, in.ref.ResourceGroup, in.ref.Name)+"/"+name, storageVersion)
}

// perimeter joins the associations of an account, of which there is at most one in force. The addresses are those of
// inbound rules; rules for subscriptions and other perimeters let in nobody who has not identified
// ("What is a network security perimeter?", "Access rules").
func perimeter(all []armstorage.NetworkSecurityPerimeterConfiguration) (scanners.Perimeter, error) {
	if len(all) == 0 {
		return scanners.Perimeter{}, errNotSet
	}
	var out scanners.Perimeter
	for _, c := range all {
		if c.Properties == nil || c.Properties.ResourceAssociation == nil || c.Properties.ResourceAssociation.AccessMode == nil {
			return scanners.Perimeter{}, errHollow
		}
		mode := text(c.Properties.ResourceAssociation.AccessMode)
		if out.Associated = true; out.Mode != string(armstorage.ResourceAssociationAccessModeEnforced) {
			out.Mode = mode
		}
		if c.Properties.Profile == nil {
			continue
		}
		for _, r := range c.Properties.Profile.AccessRules {
			if r != nil && r.Properties != nil && text(r.Properties.Direction) == string(armstorage.NspAccessRuleDirectionInbound) {
				out.InboundIPs = append(out.InboundIPs, texts(r.Properties.AddressPrefixes)...)
			}
		}
	}
	return out, nil
}

func localUserListing() operation {
	return operation{call: "arm:LocalUsers.List", permission: "Microsoft.Storage/storageAccounts/localUsers/read"}
}

// readLocalUsers counts the users of SFTP. The listing holds their names and rights, no key and no password. Without
// a hierarchical namespace there is no SFTP, hence nobody to list (SSH File Transfer Protocol support, "Prerequisites").
func (in *inspection) readLocalUsers(ctx context.Context) {
	if !in.wants(factLocalUsers) {
		return
	}
	slot := &in.rec.Store.Azure.LocalUsers
	if tree, ok := in.rec.Store.Azure.HierarchicalNames, in.ref.Seed != nil && in.ref.Seed.Store != nil; tree.Settled() || ok {
		if !tree.Settled() {
			tree = in.ref.Seed.Store.Azure.HierarchicalNames
		}
		if tree.State == scanners.Absent || tree.State == scanners.Known && !tree.Value.On {
			*slot = scanners.AbsentFact[scanners.LocalUsers](accountListing().origin())
			return
		}
	}
	settle(ctx, in, slot, localUserListing(), func(ctx context.Context) ([]armstorage.LocalUser, error) {
		return listBelow[armstorage.LocalUser](ctx, in, "localUsers")
	}, func(all []armstorage.LocalUser) (scanners.LocalUsers, error) {
		if len(all) == 0 {
			return scanners.LocalUsers{}, errNotSet
		}
		return scanners.LocalUsers{Enabled: true, Count: int64(len(all))}, nil
	})
}
