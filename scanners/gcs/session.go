// One set of credentials: who is calling, on whose quota, and what was read once for all.

package gcs

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/storage"
	"google.golang.org/api/option"
	raw "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/scanners"
)

// The hosts of the services that are asked.
const (
	storageURL  = "https://storage.googleapis.com/storage/v1/"
	resourceURL = "https://cloudresourcemanager.googleapis.com/v3/"
	orgURL      = "https://orgpolicy.googleapis.com/v2/"
	iamURL      = "https://iam.googleapis.com/"
	contextURL  = "https://accesscontextmanager.googleapis.com/v1/"
)

// session is safe for concurrent use.
type session struct {
	settings    settings
	transport   http.RoundTripper
	userAgent   string
	runtime     scanners.Runtime
	credentials *auth.Credentials // nil: calls are not signed
	quota       string            // project that calls are counted on; empty for the credentials' own

	client *storage.Client // for what it tells whole
	api    *raw.Service    // for buckets and managed folders: docs/decisions.md says what the client leaves out

	lapsed atomic.Bool                              // the credentials are known to have expired
	places memo.Memo[string, place]                 // by "projects/P", "folders/N"
	denies memo.Memo[string, []scanners.PolicyText] // by "projects/P", "folders/N", "organizations/N"
	roles  memo.Memo[string, []scanners.CustomRole] // by "projects/P", "organizations/N"
	fences memo.Memo[string, []json.RawMessage]     // service perimeters by "organizations/N"
}

// connect returns the one session for a connection.
func (s *Scanner) connect(ctx context.Context, c connection) (*session, error) {
	return s.sessions.Get(ctx, c, func(ctx context.Context) (*session, error) {
		found, err := s.credentialsFor(ctx, c)
		if err != nil {
			return nil, err
		}
		ses := &session{settings: s.settings, transport: s.rt.Transport, userAgent: s.rt.UserAgent, runtime: s.rt, credentials: found, quota: c.quota}
		if ses.quota == "" && found != nil {
			ses.quota = os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT")
			if ses.quota == "" {
				ses.quota, _ = found.QuotaProjectID(ctx) // none is fine
			}
			if !projectName.MatchString(ses.quota) {
				ses.quota = ""
			}
		}
		return ses, ses.open(ctx)
	})
}

// open makes the clients of Cloud Storage. Requests are signed by the carrier and repeated by call alone; the endpoint
// is named, so that no variable of the environment leads elsewhere.
func (ses *session) open(ctx context.Context) (err error) {
	options := []option.ClientOption{
		option.WithHTTPClient(&http.Client{Transport: carrier{ses}}), option.WithoutAuthentication(), option.WithEndpoint(storageURL), option.WithTelemetryDisabled(),
	}
	if ses.client, err = storage.NewClient(ctx, append(options, storage.WithDisabledClientMetrics())...); err != nil {
		return fmt.Errorf("making the client of Cloud Storage: %w", err)
	}
	ses.client.SetRetry(storage.WithPolicy(storage.RetryNever))
	if ses.api, err = raw.NewService(ctx, options...); err != nil {
		return fmt.Errorf("making the client of Cloud Storage: %w", err)
	}
	return nil
}
