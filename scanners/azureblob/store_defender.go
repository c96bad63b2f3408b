// Whether Microsoft Defender for Storage watches a storage account.

package azureblob

import (
	"context"

	"github.com/tojimari/tojimari/scanners"
)

const factDefender = scanners.FactName("store.azure.defender")

// defenderReading: where nobody has ever switched it on, neither for the account nor for its subscription, there is no
// such setting, or the subscription does not use the resource provider at all.
func defenderReading() operation {
	return operation{call: "arm:DefenderForStorage.Get", permission: "Microsoft.Security/defenderforstoragesettings/read",
		notSet: []string{"ResourceNotFound", "NotFound", "MissingSubscriptionRegistration", "SubscriptionNotRegistered"}}
}

// defenderSettings are those in force for the account. REST API, "Defender For Storage - Get".
type defenderSettings struct {
	Properties struct {
		Enabled *bool `json:"isEnabled"`
	} `json:"properties"`
}

func (in *inspection) readDefender(ctx context.Context) {
	if !in.wants(factDefender) {
		return
	}
	settle(ctx, in, &in.rec.Store.Azure.Defender, defenderReading(), func(ctx context.Context) (defenderSettings, error) {
		if err := in.unseen(); err != nil {
			return defenderSettings{}, err
		}
		address := in.cloud.manager + accountPath(in.ref.Account, in.ref.ResourceGroup, in.ref.Name) +
			"/providers/Microsoft.Security/defenderForStorageSettings/current?api-version=2025-01-01"
		return call(ctx, in.session, func(ctx context.Context) (defenderSettings, error) {
			return get[defenderSettings](ctx, in.session, address)
		})
	}, func(out defenderSettings) (scanners.Switch, error) {
		if out.Properties.Enabled == nil {
			return scanners.Switch{}, errHollow
		}
		return scanners.Switch{On: *out.Properties.Enabled}, nil
	})
}
