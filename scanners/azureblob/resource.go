// Questions to Resource Manager for which the storage SDK has no client, and lists that go on.

package azureblob

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// mostPages bounds a list, should its pages lead in a circle.
const mostPages = 10_000

// page is one page of a list of Resource Manager.
type page[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink"`
}

// list reads all pages below a path; query holds the API version.
func list[T any](ctx context.Context, ses *session, path, query string) ([]T, error) {
	out := []T{}
	err := pages(ctx, ses, path, query, func(got []T) error {
		out = append(out, got...)
		return nil
	})
	return out, err
}

// pages hands over page by page what is below a path. Each page is tried again by itself, which the SDK's pagers no
// longer allow: after a failure they only repeat it.
func pages[T any](ctx context.Context, ses *session, path, query string, take func([]T) error) error {
	next := ses.cloud.manager + path + "?" + query
	for range mostPages {
		got, err := call(ctx, ses, func(ctx context.Context) (page[T], error) { return get[page[T]](ctx, ses, next) })
		if err != nil {
			return err
		}
		if got.Value == nil {
			return errHollow
		}
		if err := take(got.Value); err != nil || got.NextLink == "" {
			return err
		}
		if got.NextLink == next {
			return &failure{Kind: attempt.Malformed, Message: "the next page is said to be the same page"}
		}
		next = got.NextLink
	}
	return &failure{Kind: attempt.Malformed, Message: "the list has no end"}
}

func get[T any](ctx context.Context, ses *session, address string) (T, error) {
	var out T
	req, err := runtime.NewRequest(ctx, http.MethodGet, address)
	if err != nil {
		return out, &malformedError{what: "the next page has no address"}
	}
	req.Raw().Header.Set("Accept", "application/json")
	resp, err := ses.manager.Pipeline().Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return out, runtime.NewResponseError(resp)
	}
	return out, runtime.UnmarshalAsJSON(resp, &out)
}

// groupOf takes the resource group out of a resource id: /subscriptions/S/resourceGroups/G/providers/...
func groupOf(id string) string {
	parts := strings.Split(strings.Trim(id, "/"), "/")
	if len(parts) > 3 && strings.EqualFold(parts[0], "subscriptions") && strings.EqualFold(parts[2], "resourceGroups") {
		return parts[3]
	}
	return ""
}

// storageVersion is the API version of what the storage SDK's types describe.
const storageVersion = "api-version=2024-01-01"

// accountPath is the path of a storage account's resource.
func accountPath(subscription, group, account string) string {
	return "/subscriptions/" + url.PathEscape(subscription) + "/resourceGroups/" + url.PathEscape(group) +
		"/providers/Microsoft.Storage/storageAccounts/" + url.PathEscape(account)
}
