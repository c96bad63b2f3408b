// Finding credentials: Application Default Credentials, and the service account to read as.

package gcs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/credentials/impersonate"
	"cloud.google.com/go/compute/metadata"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

const (
	hintLogin   = "log in with 'gcloud auth application-default login', or name a key file in GOOGLE_APPLICATION_CREDENTIALS"
	hintExpired = "log in again with 'gcloud auth application-default login'; --resume continues from a snapshot"
	// cloudPlatform is the one scope that the policies' calls take; the narrower ones leave out getIamPolicy, deny
	// policies and roles (each API's discovery document). What may be done is decided by IAM, and only reads are sent.
	cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
	// metadataWait bounds the search for the metadata service, which is not there on most machines.
	metadataWait = 2 * time.Second
)

// credentialsFor finds the credentials of a connection; nil means to send none.
func (s *Scanner) credentialsFor(ctx context.Context, c connection) (*auth.Credentials, error) {
	if s.settings.anonymous {
		return nil, nil //nolint:nilnil // no credentials is what was asked for
	}
	client := &http.Client{Transport: s.rt.Transport}
	base := s.settings.credentials
	if base == nil {
		found, err := detect(ctx, client)
		if err != nil {
			return nil, err
		}
		base = found
	}
	if c.impersonate == "" {
		return base, nil
	}
	as, err := impersonate.NewCredentials(&impersonate.CredentialsOptions{
		TargetPrincipal: c.impersonate, Scopes: []string{cloudPlatform}, Credentials: base,
		Client: &http.Client{Transport: signed{s.rt.Transport, base}}, // a client that is handed in has to sign by itself
	})
	if err != nil {
		return nil, fmt.Errorf("reading as %s: %w", c.impersonate, err)
	}
	return as, nil
}

// signed sends requests with the credentials' token.
type signed struct {
	base        http.RoundTripper
	credentials *auth.Credentials
}

// RoundTrip implements http.RoundTripper.
func (t signed) RoundTrip(r *http.Request) (*http.Response, error) {
	token, err := t.credentials.Token(r.Context())
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.Header.Set("Authorization", "Bearer "+token.Value)
	return t.base.RoundTrip(sent)
}

// detect looks where Application Default Credentials look. The metadata service is asked for only where nothing
// else is set, and not for long.
func detect(ctx context.Context, client *http.Client) (*auth.Credentials, error) {
	file := os.Getenv("GOOGLE_APPLICATION_CREDENTIALS")
	if file == "" && !loggedIn() {
		asked, cancel := context.WithTimeout(ctx, metadataWait)
		defer cancel()
		if os.Getenv("NO_GCE_CHECK") == "true" || !metadata.OnGCEWithContext(asked) {
			return nil, scanners.WithHint(fmt.Errorf("looking for Google credentials: %w", scanners.ErrNoCredentials), hintLogin)
		}
	}
	found, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{cloudPlatform}, Client: client})
	if err == nil {
		return found, nil
	}
	text := "the credentials of gcloud"
	if file != "" {
		text = fmt.Sprintf("%q of GOOGLE_APPLICATION_CREDENTIALS", file)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, scanners.WithHint(fmt.Errorf("%s does not exist: %w", text, scanners.ErrNoCredentials), hintLogin)
	}
	// The library's own text may quote what stands in the file.
	return nil, scanners.WithHint(fmt.Errorf("%s cannot be used: %w", text, scanners.ErrNoCredentials), hintLogin)
}

// loggedIn reports whether gcloud has left credentials for programs.
func loggedIn() bool {
	dir := os.Getenv("CLOUDSDK_CONFIG")
	if dir == "" {
		base, err := os.UserHomeDir()
		if err != nil {
			return false
		}
		dir = base + "/.config/gcloud"
		if data := os.Getenv("APPDATA"); data != "" && os.PathSeparator == '\\' {
			dir = data + "/gcloud"
		}
	}
	_, err := os.Stat(dir + "/application_default_credentials.json")
	return err == nil
}

// defaultProject is the project that the environment or the credentials belong to.
func (ses *session) defaultProject(ctx context.Context) (string, error) {
	for _, name := range []string{"GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"} {
		if project := os.Getenv(name); project != "" {
			if !projectName.MatchString(project) {
				return "", fmt.Errorf("%s holds %q, which is not a project: %w", name, project, scanners.ErrBadTarget)
			}
			return project, nil
		}
	}
	if ses.credentials != nil {
		if project, err := ses.credentials.ProjectID(ctx); err == nil && projectName.MatchString(project) {
			return project, nil
		}
	}
	if ses.quota != "" {
		return ses.quota, nil
	}
	return "", scanners.WithHint(fmt.Errorf("neither GOOGLE_CLOUD_PROJECT nor the credentials name a project: %w", scanners.ErrBadTarget),
		"name it: gcp:PROJECT ('gcloud projects list' shows them)")
}

// tokenFailure words what went wrong when a token was asked for. Its text never repeats what the server sent, which
// may hold an assertion or a token.
func tokenFailure(err error) *failure {
	var refused *auth.Error
	if !errors.As(err, &refused) || refused.Response == nil {
		if f := attempt.Network(err); f != nil && (f.Kind == attempt.Transient || errors.Is(err, context.Canceled)) {
			f.Message = "no token: " + f.Message
			return f
		}
		return impersonationFailure(err)
	}
	f := &failure{Status: refused.Response.StatusCode, Err: err, Message: fmt.Sprintf("no token could be had (HTTP %d)", refused.Response.StatusCode)}
	switch {
	case f.Status >= 500:
		f.Kind = attempt.Transient
	case f.Status == http.StatusTooManyRequests:
		f.Kind = attempt.Throttled
	case strings.Contains(string(refused.Body), "invalid_grant"), strings.Contains(string(refused.Body), "invalid_rapt"):
		f.Kind, f.Message = attempt.Expired, "the credentials have expired"
	default:
		f.Kind = attempt.NoToken
	}
	return f
}

// impersonationFailure reads the status out of the text of the library, which has no other place for it.
func impersonationFailure(err error) *failure {
	_, text, ok := strings.Cut(err.Error(), "impersonate: status code ")
	var status int
	if _, scanErr := fmt.Sscanf(text, "%d:", &status); !ok || scanErr != nil {
		return &failure{Kind: attempt.NoToken, Message: "no token could be had from the credentials", Err: err}
	}
	switch {
	case status >= 500:
		return &failure{Kind: attempt.Transient, Status: status, Message: "no token of the service account could be had", Err: err}
	case status == http.StatusTooManyRequests:
		return &failure{Kind: attempt.Throttled, Status: status, Message: "no token of the service account could be had", Err: err}
	}
	return &failure{Kind: attempt.NoToken, Status: status, Err: err,
		Message: "the credentials may not act as the service account: iam.serviceAccounts.getAccessToken on it is missing, or it does not exist"}
}
