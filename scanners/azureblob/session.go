// One set of credentials and one cloud: the clients, and what was listed once for all.

package azureblob

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	azpolicy "github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// session is safe for concurrent use.
type session struct {
	settings settings
	rt       scanners.Runtime
	now      func() time.Time
	cloud    azureCloud
	token    azcore.TokenCredential
	manager  *arm.Client // for what armstorage has no client for
	storages memo.Memo[string, *storageClients]
}

// storageClients are the clients of one subscription.
type storageClients struct {
	accounts   *armstorage.AccountsClient
	containers *armstorage.BlobContainersClient
	services   *armstorage.BlobServicesClient
	policies   *armstorage.ManagementPoliciesClient
}

// sessionFor returns the one session for a target's connection.
func (s *Scanner) sessionFor(ctx context.Context, target scanners.Target) (*session, error) {
	v, err := readTarget(target, s.rt)
	if err != nil {
		return nil, err
	}
	return s.connect(ctx, v.connection)
}

func (s *Scanner) connect(ctx context.Context, c connection) (*session, error) {
	return s.sessions.Get(ctx, c, func(ctx context.Context) (*session, error) {
		in, _ := cloudNamed(c.cloud)
		token, err := s.credential(c, in)
		if err != nil {
			return nil, err
		}
		ses := &session{settings: s.settings, rt: s.rt, now: s.rt.Now, cloud: in, token: token}
		if err := ses.probe(ctx); err != nil {
			return nil, err
		}
		ses.manager, err = arm.NewClient("tojimari", "v0.0.0", token, ses.managerOptions())
		if err != nil {
			return nil, fmt.Errorf("making the client of Resource Manager: %w", err)
		}
		return ses, nil
	})
}

// clientOptions leave attempts to call. Nothing is logged or traced: what matters of a call is in its answer.
func (ses *session) clientOptions(base string) azcore.ClientOptions {
	host := ""
	if u, err := url.Parse(base); err == nil {
		host = u.Host
	}
	return azcore.ClientOptions{
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: ses.cloud.config.ActiveDirectoryAuthorityHost,
			Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: ses.cloud.manager, Audience: ses.cloud.audience}},
		},
		Transport:       carrier{transport: ses.rt.Transport, host: host},
		Retry:           azpolicy.RetryOptions{MaxRetries: -1},
		Telemetry:       azpolicy.TelemetryOptions{Disabled: true},
		PerCallPolicies: []azpolicy.Policy{userAgent(ses.rt.UserAgent)},
	}
}

// managerOptions never register a resource provider: that would change the subscription.
func (ses *session) managerOptions() *policy.ClientOptions {
	return &policy.ClientOptions{ClientOptions: ses.clientOptions(ses.cloud.manager), DisableRPRegistration: true}
}

type userAgent string

// Do implements policy.Policy.
func (u userAgent) Do(req *azpolicy.Request) (*http.Response, error) {
	if u != "" {
		req.Raw().Header.Set("User-Agent", string(u))
	}
	return req.Next()
}

// storage returns the clients of a subscription.
func (ses *session) storage(ctx context.Context, subscription string) (*storageClients, error) {
	return ses.storages.Get(ctx, subscription, func(context.Context) (*storageClients, error) {
		factory, err := armstorage.NewClientFactory(subscription, ses.token, ses.managerOptions())
		if err != nil {
			return nil, fmt.Errorf("making the clients of subscription %q: %w", subscription, err)
		}
		return &storageClients{
			accounts: factory.NewAccountsClient(), containers: factory.NewBlobContainersClient(), services: factory.NewBlobServicesClient(),
			policies: factory.NewManagementPoliciesClient(),
		}, nil
	})
}

// blobService returns the client of an account's blob service. The base URL came in an answer: tokens are for hosts
// of the cloud alone.
func (ses *session) blobService(base string) (*service.Client, error) {
	if !ses.cloud.ownsBlob(base) {
		return nil, &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("blob endpoint %q is not at a host of this cloud", base)}
	}
	client, err := service.NewClient(base, ses.token, &service.ClientOptions{ClientOptions: ses.clientOptions(base), Audience: blobAudience})
	if err != nil {
		return nil, &failure{Kind: attempt.Malformed, Message: fmt.Sprintf("blob endpoint %q is none", base)}
	}
	return client, nil
}

func (ses *session) blobContainer(base, name string) (*container.Client, error) {
	client, err := ses.blobService(base)
	if err != nil {
		return nil, err
	}
	return client.NewContainerClient(name), nil
}
