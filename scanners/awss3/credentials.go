// Where credentials come from, and what to tell a person when they do not.

package awss3

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithylogging "github.com/aws/smithy-go/logging"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// config follows the SDK's own credential chain, or the credentials handed in, and assumes the role asked for.
func (s *Scanner) config(ctx context.Context, c connection) (aws.Config, error) {
	config := aws.Config{Region: c.region, Credentials: s.settings.credentials}
	if s.settings.credentials == nil {
		loaded, err := s.load(ctx, c)
		if err != nil {
			return aws.Config{}, err
		}
		config = loaded
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	if config.Credentials == nil {
		return aws.Config{}, credentialsError(ctx, errors.New("the chain is empty"))
	}
	if c.roleARN != "" {
		config.Credentials = s.assume(config, c.endpoint, c.roleARN, c.externalID)
	}
	return config, nil
}

func (s *Scanner) load(ctx context.Context, c connection) (aws.Config, error) {
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRetryer(chainRetryer),
		awsconfig.WithLogger(smithylogging.Nop{}), // what goes wrong is in the error
	}
	if c.profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(c.profile))
	}
	if c.region != "" {
		options = append(options, awsconfig.WithRegion(c.region))
	}
	config, err := awsconfig.LoadDefaultConfig(ctx, append(options, awsconfig.WithHTTPClient(httpClient{transport: s.rt.Transport}))...)
	if err != nil && strings.Contains(err.Error(), "RootCAs") {
		// AWS_CA_BUNDLE or ca_bundle is set, and the SDK can add it only to a client of its own making: the
		// chain gets that one, while the calls of a scan trust what the transport handed in trusts.
		config, err = awsconfig.LoadDefaultConfig(ctx, options...)
	}
	var missing awsconfig.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		name := c.profile
		if name == "" {
			name = missing.Profile
		}
		return aws.Config{}, scanners.WithHint(fmt.Errorf("profile %q is not in the AWS configuration files: %w", name, scanners.ErrBadTarget),
			"'aws configure list-profiles' lists those that are; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE choose the files")
	case err != nil:
		return aws.Config{}, scanners.WithHint(fmt.Errorf("reading the AWS configuration: %s: %w", attempt.Clean(err.Error(), 300), scanners.ErrNoCredentials),
			"'aws sts get-caller-identity' shows whether the AWS configuration works")
	}
	return config, nil
}

// chainRetryer is for the chain's own calls (SSO, web identity, roles, metadata). They are few; a token bucket
// would only lose some.
func chainRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.RateLimiter = 6, ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			var absent *noMetadataError
			if errors.As(err, &absent) {
				return aws.FalseTernary
			}
			return aws.UnknownTernary
		})}, o.Retryables...)
	})
}

// assume signs as a role. The session name is what the account's CloudTrail shows.
func (s *Scanner) assume(config aws.Config, endpoint, role, externalID string) *aws.CredentialsCache {
	config.HTTPClient = httpClient{transport: s.rt.Transport}
	config.Retryer = chainRetryer
	client := sts.NewFromConfig(config, func(o *sts.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(client, role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "tojimari"
		if externalID != "" {
			o.ExternalID = &externalID
		}
	}))
}

// credentialsError words a failure to get any credentials. The SDK's own text may quote what it read, so only
// its kind is kept.
func credentialsError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("getting credentials: %w", ctx.Err())
	}
	f := diagnose(err)
	switch {
	case f.Status != 0 && f.Kind == attempt.Expired:
		return scanners.WithHint(fmt.Errorf("getting credentials: %s: %w", f.Error(), scanners.ErrExpired), hintExpired)
	case f.Status != 0 && (f.Kind == attempt.Denied || f.Kind == attempt.BadCredentials):
		return scanners.WithHint(fmt.Errorf("getting credentials: %s: %w", f.Error(), scanners.ErrDenied),
			"check the role's ARN, its trust policy and the external id, and that the credentials may call sts:AssumeRole")
	case f.Status != 0:
		return scanners.WithHint(fmt.Errorf("getting credentials: %s: %w", f.Error(), scanners.ErrNoCredentials), hintNoCredentials)
	}
	var mfa awsconfig.AssumeRoleTokenProviderNotSetError
	text := err.Error()
	switch {
	case errors.As(err, &mfa):
		return scanners.WithHint(fmt.Errorf("the profile asks for an MFA code: %w", scanners.ErrNoCredentials),
			"get a session first, for example with 'aws sts get-session-token --serial-number ARN --token-code CODE', and hand it over in the environment")
	case strings.Contains(text, "SSO") && (strings.Contains(text, "expired") || strings.Contains(text, "cached")):
		return scanners.WithHint(fmt.Errorf("the single sign-on session has ended: %w", scanners.ErrExpired), "run 'aws sso login' and scan again")
	}
	return scanners.WithHint(fmt.Errorf("no AWS credentials were found: %w", scanners.ErrNoCredentials), hintNoCredentials)
}

const (
	hintNoCredentials = "log in ('aws sso login', 'aws configure'), name a profile (aws:PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; 'tojimari demo' needs none"
	hintExpired       = "log in again ('aws sso login', or new session credentials) and scan again; with --resume nothing that is whole is read twice"
)

// explain words a failure that ends a target, with what to do next.
func (ses *session) explain(doing string, f *failure) error {
	var hint string
	switch f.Kind {
	case attempt.Expired:
		hint = hintExpired
	case attempt.BadCredentials:
		hint = "check the access key; for accounts in China or GovCloud add --region cn-north-1 or --region us-gov-west-1"
	case attempt.ClockSkew:
		hint = "set this machine's clock: AWS refuses requests that are more than 15 minutes off"
	case attempt.Transient, attempt.Other:
		if f.Status == 0 {
			hint = "check the network, the proxy (HTTPS_PROXY) and --endpoint-url"
			if ses.endpoint == "" {
				hint = "check the network, the proxy (HTTPS_PROXY) and the region's name"
			}
		}
	case attempt.Throttled:
		hint = "scan again later, or with a lower --concurrency"
	}
	err := fmt.Errorf("%s: %w", doing, f)
	if hint == "" {
		return err
	}
	return scanners.WithHint(err, hint)
}
