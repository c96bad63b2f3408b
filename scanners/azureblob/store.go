// Reading a storage account: what came with the listing, then one call per group of facts.

package azureblob

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

func (in *inspection) inspectStore(ctx context.Context) {
	in.readAccount(ctx)
	if !in.blobless() {
		in.readPerimeter(ctx)
		in.readWebsite(ctx)
		in.readService(ctx)
		in.readLifecycle(ctx)
		in.readLogging(ctx)
		in.readDefender(ctx)
	}
	in.readLocalUsers(ctx)
}

// blobless settles the facts of the blob service on an account that has none, and reports whether it is one.
func (in *inspection) blobless() bool {
	kind := in.rec.Store.Azure.SKU.Value.Values["kind"]
	if kind == "" && in.ref.Seed != nil && in.ref.Seed.Store != nil {
		kind = in.ref.Seed.Store.Azure.SKU.Value.Values["kind"]
	}
	if kind != string(armstorage.KindFileStorage) {
		return false
	}
	s, from := in.rec.Store, accountListing().origin()
	if in.wants(factWebsite) {
		s.Website = scanners.UnsupportedFact[scanners.Website](from)
	}
	if in.wants(factPerimeter) {
		s.Azure.Perimeter = scanners.UnsupportedFact[scanners.Perimeter](from)
	}
	if in.wants(factVersioning) {
		s.Versioning = scanners.UnsupportedFact[scanners.Versioning](from)
	}
	if in.wants(factCORS) {
		s.CORS = scanners.UnsupportedFact[scanners.CORS](from)
	}
	if in.wants(factBlobSoftDelete) {
		s.Azure.BlobSoftDelete = scanners.UnsupportedFact[scanners.SoftDelete](from)
	}
	if in.wants(factContainerSoftDelete) {
		s.Azure.ContainerSoftDelete = scanners.UnsupportedFact[scanners.SoftDelete](from)
	}
	if in.wants(factLifecycle) {
		s.Lifecycle = scanners.UnsupportedFact[scanners.Lifecycle](from)
	}
	if in.wants(factDefender) {
		s.Azure.Defender = scanners.UnsupportedFact[scanners.Switch](from)
	}
	if in.wants(factLogging) {
		s.Logging = scanners.UnsupportedFact[scanners.Logging](from)
	}
	return true
}

// readAccount takes what the listing gave, and asks for the account itself only where that is not at hand.
func (in *inspection) readAccount(ctx context.Context) {
	names := in.wanted(accountFactNames()...)
	if names = in.fill(names, in.ref.Seed); len(names) == 0 {
		return
	}
	op := accountReading()
	read := scanners.NewRecord(in.ref.Head)
	got, err := inSubscription(ctx, in, func(ctx context.Context, clients *storageClients) (armstorage.AccountsClientGetPropertiesResponse, error) {
		return clients.accounts.GetProperties(ctx, in.ref.ResourceGroup, in.ref.Name, nil)
	})
	if err == nil {
		accountFacts(read.Store, &got.Account, op)
	}
	in.take(names, read, op, err)
}

// take copies facts that one call answers, or says on each why that call gave nothing.
func (in *inspection) take(names []scanners.FactName, read *scanners.Record, op operation, err error) {
	if err != nil {
		why := in.reason(op, err)
		for _, name := range names {
			if field, ok := scanners.LookupFactField(name); ok {
				field.SetUnknown(read, why)
			}
		}
	}
	in.fill(names, read)
}

// inSubscription makes one call with the clients of the resource's subscription.
func inSubscription[Out any](ctx context.Context, in *inspection, fn func(context.Context, *storageClients) (Out, error)) (Out, error) {
	var none Out
	if in.reading.Expired != nil {
		return none, &failure{Kind: attempt.Expired}
	}
	if err := in.unseen(); err != nil {
		return none, err
	}
	clients, err := in.storage(ctx, in.ref.Account)
	if err != nil {
		return none, err
	}
	return call(ctx, in.session, func(ctx context.Context) (Out, error) { return fn(ctx, clients) })
}

// baseURL is the base URL of the account's blob service.
func (in *inspection) baseURL(account string) string {
	if in.ref.BaseURL != "" {
		return in.ref.BaseURL
	}
	return in.cloud.blobURL(account)
}

// unseen says why Resource Manager cannot be asked about the account, nil where it can.
func (in *inspection) unseen() error {
	switch {
	case in.ref.Account == "":
		return &failure{Kind: attempt.Denied, Message: "the account is in no subscription that these credentials see"}
	case in.ref.ResourceGroup == "":
		return &failure{Kind: attempt.Malformed, Message: "the record does not say in which resource group the account is"}
	}
	return nil
}
