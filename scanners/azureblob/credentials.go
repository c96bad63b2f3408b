// Where tokens come from, and what to tell a person when there are none.

package azureblob

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

const (
	hintNoCredentials = "log in with 'az login', or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or a certificate, or a federated token); on Azure a managed identity is found by itself; 'tojimari demo' needs none"
	hintExpired       = "log in again with 'az login' and scan again; with --resume nothing that is whole is read twice"
	hintTenant        = "check the client id and its secret or certificate, the tenant (--tenant) and the cloud (--cloud public, china or usgov)"
)

// credential follows the SDK's own chain, or takes the credential handed in.
func (s *Scanner) credential(c connection, in azureCloud) (azcore.TokenCredential, error) {
	if s.settings.credential != nil {
		return s.settings.credential, nil
	}
	options := azcore.ClientOptions{Cloud: in.config, Transport: carrier{transport: s.rt.Transport, tokens: true}}
	chain, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{ClientOptions: options, TenantID: c.tenant})
	if err != nil {
		return nil, scanners.WithHint(fmt.Errorf("reading the Azure configuration: %s: %w", attempt.Clean(err.Error(), 300), scanners.ErrNoCredentials), hintNoCredentials)
	}
	return chain, nil
}

// probe gets a first token, so that a target without credentials says so at once.
func (ses *session) probe(ctx context.Context) error {
	_, err := ses.token.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{ses.cloud.audience + "/.default"}})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("getting a token: %w", ctx.Err())
	}
	kind, message, ok := tokenFailure(err)
	switch {
	case !ok:
		return scanners.WithHint(fmt.Errorf("getting a token: %s: %w", attempt.Clean(err.Error(), 300), scanners.ErrNoCredentials), hintNoCredentials)
	case kind == attempt.BadCredentials:
		return scanners.WithHint(fmt.Errorf("getting a token: %s: %w", message, scanners.ErrDenied), hintTenant)
	case loginUnreachable(err):
		return scanners.WithHint(fmt.Errorf("getting a token: the login service %s did not answer", ses.cloud.login()), "check the network and the proxy (HTTPS_PROXY)")
	case entraCode.MatchString(message):
		return scanners.WithHint(fmt.Errorf("getting a token: %s: %w", message, scanners.ErrExpired), hintExpired)
	}
	return scanners.WithHint(fmt.Errorf("no Azure credentials were found: %w", scanners.ErrNoCredentials), hintNoCredentials)
}

// loginUnreachable reports whether there are credentials, and the service that takes them could not be reached: the
// SDK's words for not getting as far as asking. Without credentials the chain asks nobody there.
func loginUnreachable(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unable to resolve an endpoint") && !entraCode.MatchString(text)
}

// explain words a failure that ends a target, a subscription or an account's listing, with what to do next.
func explain(doing, permission string, err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var hint string
	switch f.Kind {
	case attempt.Denied:
		hint = "grant " + permission + "; the built-in role Reader has it, and 'tojimari permissions azure' prints a narrower one"
	case attempt.Expired:
		hint = hintExpired
	case attempt.BadCredentials:
		hint = hintTenant
	case attempt.Gone:
		hint = "check the name, and the tenant that you are logged in to ('az account show')"
	case attempt.Transient, attempt.Other:
		if f.Status == 0 {
			hint = "check the network and the proxy (HTTPS_PROXY)"
		}
	case attempt.Throttled:
		hint = "scan again later, or with a lower --concurrency"
	}
	err = fmt.Errorf("%s: %w", doing, f)
	if f.Kind == attempt.Denied {
		err = &scanners.FailureError{Failure: scanners.Failure{Code: scanners.CodeDenied, Permission: permission, Detail: err.Error()}, Err: err}
	}
	if hint == "" {
		return err
	}
	return scanners.WithHint(err, hint)
}
