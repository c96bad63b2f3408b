// One set of credentials: who is calling, on whose quota, and what was read once for all.

package gcs

import (
	"context"
	"os"
	"sync/atomic"

	"cloud.google.com/go/auth"

	"net/http"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/scanners"
)

// The hosts of the services that are asked.
const (
	storageURL  = "https://storage.googleapis.com/storage/v1/"
	resourceURL = "https://cloudresourcemanager.googleapis.com/v3/"
	orgURL      = "https://orgpolicy.googleapis.com/v2/"
	iamURL      = "https://iam.googleapis.com/"
)

// session is safe for concurrent use.
type session struct {
	settings    settings
	transport   http.RoundTripper
	userAgent   string
	runtime     scanners.Runtime
	credentials *auth.Credentials // nil: calls are not signed
	quota       string            // project that calls are counted on; empty for the credentials' own

	lapsed  atomic.Bool                              // the credentials are known to have expired
	parents memo.Memo[string, string]                // "projects/P", "folders/N": what it lies in, empty for nothing
	denies  memo.Memo[string, []scanners.PolicyText] // by "projects/P", "folders/N", "organizations/N"
	roles   memo.Memo[string, []scanners.CustomRole] // by "projects/P", "organizations/N"
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
		return ses, nil
	})
}
