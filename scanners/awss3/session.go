// One set of credentials and one service: the clients, who is calling, and what was listed once for all.

package awss3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	smithylogging "github.com/aws/smithy-go/logging"
	"github.com/rs/zerolog"

	"github.com/tojimari/tojimari/internal/memo"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// session is safe for concurrent use.
type session struct {
	settings settings
	now      func() time.Time

	account   string // of the caller; empty where the service does not say
	partition string
	region    string                  // asked first
	endpoint  string                  // base URL of another service than Amazon's, else empty
	door      string                  // base URL of S3 where it is not the usual one of Amazon, else empty
	vendor    *vendors.Vendor         // that service's description, nil where not known
	server    *atomic.Pointer[string] // the header Server of the first answer
	identity  *failure                // why account is empty
	config    aws.Config
	manager   *session // of the organisation, for a member account's session

	s3      *s3.Client
	control *s3control.Client
	sts     *sts.Client
	orgs    *organizations.Client

	renewing sync.Mutex
	renewals atomic.Uint64 // how often there were newer credentials
	lapsed   bool          // there are no newer credentials
	points   memo.Memo[pointsKey, []pointEntry]
	multi    memo.Memo[struct{}, []pointEntry]
	policies memo.Memo[string, string]
	members  memo.Memo[string, *session]
}

// sessionFor returns the session for a target, and for a member account of an organisation its own.
func (s *Scanner) sessionFor(ctx context.Context, ref scanners.Ref) (*session, error) {
	v, err := readTarget(ref.Target, s.rt)
	if err != nil {
		return nil, err
	}
	ses, err := s.connect(ctx, v.connection)
	if err != nil || !v.org || ref.Account == "" || ref.Account == ses.account {
		return ses, err
	}
	return s.member(ctx, ses, ref.Account, v.orgRole)
}

// connect returns the one session for a connection.
func (s *Scanner) connect(ctx context.Context, c connection) (*session, error) {
	return s.sessions.Get(ctx, c, func(ctx context.Context) (*session, error) {
		config, err := s.config(ctx, c)
		if err != nil {
			return nil, err
		}
		return s.open(ctx, config, c.endpoint, c.door, c.vendor)
	})
}

// open makes the clients and asks who is calling. vendor is the description to go by where the user named one.
func (s *Scanner) open(ctx context.Context, config aws.Config, endpoint, door, vendor string) (*session, error) {
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	server := new(atomic.Pointer[string])
	config.HTTPClient = httpClient{transport: s.rt.Transport, server: server}
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} } // call does the retrying
	config.RetryMaxAttempts = 0
	config.Logger = smithylogging.Nop{} // what matters of a call is in its answer
	if s.rt.UserAgent != "" {
		name, version, _ := strings.Cut(s.rt.UserAgent, "/")
		config.APIOptions = append(config.APIOptions, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
	if endpoint == "" && config.BaseEndpoint != nil {
		endpoint = *config.BaseEndpoint
	}
	ses := &session{settings: s.settings, now: s.rt.Now, members: memo.Memo[string, *session]{Keep: membersKept},
		region: config.Region, config: config, endpoint: endpoint, door: door, server: server}
	ses.makeClients()
	if err := ses.recogniseVendor(vendor); err != nil {
		return nil, err
	}
	if err := ses.identify(ctx); err != nil {
		return nil, err
	}
	ses.heedServer()
	return ses, nil
}

func (ses *session) makeClients() {
	ses.s3 = s3.NewFromConfig(ses.config, func(o *s3.Options) {
		if ses.endpoint == "" && ses.door == "" && o.BaseEndpoint != nil { // AWS_ENDPOINT_URL_S3
			if ses.endpoint = *o.BaseEndpoint; isAmazon(ses.endpoint) {
				ses.endpoint, ses.door = "", ses.endpoint
			}
		}
		if base := cmp.Or(ses.door, ses.endpoint); base != "" {
			o.BaseEndpoint = &base
		}
		// A host per bucket would take a TLS handshake per bucket; a host per region has its connections used again.
		o.UsePathStyle = ses.vendor == nil || ses.vendor.VirtualOnly == ""
		o.DisableS3ExpressSessionAuth = aws.Bool(true)
		o.APIOptions = append(o.APIOptions, ses.checkAnswers)
	})
	ses.control = s3control.NewFromConfig(ses.config, func(o *s3control.Options) {
		if ses.endpoint != "" {
			o.EndpointResolverV2 = fixedEndpoint(ses.endpoint)
		}
		o.APIOptions = append(o.APIOptions, ses.checkAnswers)
	})
	ses.sts = sts.NewFromConfig(ses.config, func(o *sts.Options) {
		if ses.endpoint != "" {
			o.BaseEndpoint = &ses.endpoint
		}
	})
	ses.orgs = organizations.NewFromConfig(ses.config, func(o *organizations.Options) {
		if ses.endpoint != "" {
			o.BaseEndpoint = &ses.endpoint
		}
	})
}

// fixedEndpoint keeps S3 Control from putting the account id in front of the host of another service.
type fixedEndpoint string

func (e fixedEndpoint) ResolveEndpoint(context.Context, s3control.EndpointParameters) (smithyendpoints.Endpoint, error) {
	u, err := url.Parse(string(e))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *u}, nil
}

// identify asks STS who is calling. Another service than Amazon's may have no STS; then the account stays
// unknown and everything kept per account is unsupported.
func (ses *session) identify(ctx context.Context) error {
	ses.partition = partitionOf(ses.region)
	if _, err := ses.config.Credentials.Retrieve(ctx); err != nil {
		return credentialsError(ctx, err)
	}
	if ses.withoutAccounts() {
		return nil
	}
	out, err := call(ctx, ses, ses.sts.GetCallerIdentity, &sts.GetCallerIdentityInput{})
	if err == nil && accountNumber.MatchString(aws.ToString(out.Account)) {
		ses.account = aws.ToString(out.Account)
		if parsed, err := arn.Parse(aws.ToString(out.Arn)); err == nil {
			ses.partition = parsed.Partition
		}
		return nil
	}
	if err == nil {
		err = &failure{Kind: attempt.Malformed, Message: "the answer names no account"}
	}
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("asking who is calling (sts:GetCallerIdentity): %w", err)
	}
	switch {
	case f.Kind == attempt.Expired || f.Kind == attempt.ClockSkew || (f.Kind == attempt.BadCredentials && ses.endpoint == ""):
		return ses.explain("asking who is calling (sts:GetCallerIdentity)", f)
	case f.Status == 0 && ses.endpoint != "" && f.Kind != attempt.Malformed:
		return ses.explain("asking who is calling (sts:GetCallerIdentity)", f)
	case ses.endpoint != "" && f.Kind != attempt.Throttled && f.Kind != attempt.Transient:
		f = &failure{Kind: attempt.Unsupported, Message: "the service names no account"}
	}
	ses.identity = f
	return nil
}

// renew asks for new credentials after a service called them expired, and says whether there are any. Once
// there are none it does not ask again. seen is what renewals was before the call: of many that are refused at once the
// first renews for all, since a source asked twice may give the same newer ones twice.
func (ses *session) renew(ctx context.Context, seen uint64) bool {
	cache, ok := ses.config.Credentials.(*aws.CredentialsCache)
	ses.renewing.Lock()
	defer ses.renewing.Unlock()
	if !ok || ses.lapsed {
		return false
	}
	if ses.renewals.Load() != seen {
		return true
	}
	before, err := cache.Retrieve(ctx)
	if err != nil {
		return false
	}
	cache.Invalidate()
	after, err := cache.Retrieve(ctx)
	ses.lapsed = ctx.Err() == nil && (err != nil || after.AccessKeyID == before.AccessKeyID && after.SessionToken == before.SessionToken)
	if ses.lapsed {
		zerolog.Ctx(ctx).Warn().Msg("the credentials have expired, and there are no newer ones")
	}
	if err != nil || ses.lapsed {
		return false
	}
	ses.renewals.Add(1)
	return true
}

// partitionOf guesses from a region's name, for when the caller's ARN is not known.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

func inRegion(region string) func(*s3.Options) {
	return func(o *s3.Options) { o.Region = region }
}

func controlIn(region string) func(*s3control.Options) {
	return func(o *s3control.Options) { o.Region = region }
}
