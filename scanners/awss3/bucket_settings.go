// What a bucket does with its objects and requests: website, CORS, versioning, logging, and the rest.

package awss3

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/scanners"
)

func readWebsite(ctx context.Context, in *inspection, name scanners.FactName, op operation) {
	fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Website] { return &b.Website },
		(*s3.Client).GetBucketWebsite, func(name *string) *s3.GetBucketWebsiteInput { return &s3.GetBucketWebsiteInput{Bucket: name} },
		website)(ctx, in, name, op)
	if site, ok := in.rec.Bucket.Website.Get(); ok && in.endpoint == "" {
		site.Endpoint = websiteURL(in.partition, in.where, in.ref.Name)
		in.rec.Bucket.Website.Value = site
	}
}

func website(out *s3.GetBucketWebsiteOutput) (scanners.Website, error) {
	site := scanners.Website{Enabled: true}
	switch {
	case out.RedirectAllRequestsTo != nil:
		site.RedirectHost = aws.ToString(out.RedirectAllRequestsTo.HostName)
	case out.IndexDocument != nil:
		site.Index = aws.ToString(out.IndexDocument.Suffix)
	default:
		return scanners.Website{}, errHollow
	}
	if out.ErrorDocument != nil {
		site.Error = aws.ToString(out.ErrorDocument.Key)
	}
	return site, nil
}

// websiteURL is the address of a bucket's site. The regions of before 2014 join the word website and the
// region with a hyphen, later ones with a dot (AWS General Reference, "Amazon S3 website endpoints").
func websiteURL(partition, region, bucket string) string {
	suffix := "amazonaws.com"
	if partition == "aws-cn" {
		suffix = "amazonaws.com.cn"
	}
	joint := "."
	switch region {
	case "us-east-1", "us-west-1", "us-west-2", "eu-west-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1", "us-gov-west-1":
		joint = "-"
	}
	return "http://" + bucket + ".s3-website" + joint + region + "." + suffix
}

func corsRules(out *s3.GetBucketCorsOutput) (scanners.CORS, error) {
	if len(out.CORSRules) == 0 {
		return scanners.CORS{}, errHollow
	}
	var cors scanners.CORS
	for _, r := range out.CORSRules {
		cors.Rules = append(cors.Rules, scanners.CORSRule{
			Origins: r.AllowedOrigins, Methods: r.AllowedMethods, Headers: r.AllowedHeaders, Expose: r.ExposeHeaders,
			MaxAge: int64(aws.ToInt32(r.MaxAgeSeconds)),
		})
	}
	return cors, nil
}

// versioning: a bucket that never had it answers with an empty element (API Reference, GetBucketVersioning).
func versioning(out *s3.GetBucketVersioningOutput) (scanners.Versioning, error) {
	if out.Status == "" && out.MFADelete == "" {
		return scanners.Versioning{}, errNotSet
	}
	return scanners.Versioning{
		Enabled:   out.Status == s3types.BucketVersioningStatusEnabled,
		Suspended: out.Status == s3types.BucketVersioningStatusSuspended,
		MFADelete: out.MFADelete == s3types.MFADeleteStatusEnabled,
	}, nil
}

// logging: off is an empty element (API Reference, GetBucketLogging).
func logging(out *s3.GetBucketLoggingOutput) (scanners.Logging, error) {
	if out.LoggingEnabled == nil {
		return scanners.Logging{}, errNotSet
	}
	return scanners.Logging{
		Enabled: true, Read: true, Write: true, Delete: true,
		Target: aws.ToString(out.LoggingEnabled.TargetBucket), Prefix: aws.ToString(out.LoggingEnabled.TargetPrefix),
	}, nil
}

func encryption(out *s3.GetBucketEncryptionOutput) (scanners.Encryption, error) {
	if out.ServerSideEncryptionConfiguration == nil || len(out.ServerSideEncryptionConfiguration.Rules) == 0 {
		return scanners.Encryption{}, errHollow
	}
	var e scanners.Encryption
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		if by := rule.ApplyServerSideEncryptionByDefault; by != nil {
			e.Algorithm, e.KeyID = string(by.SSEAlgorithm), aws.ToString(by.KMSMasterKeyID)
		}
		e.BucketKey = e.BucketKey || aws.ToBool(rule.BucketKeyEnabled)
		if blocked := rule.BlockedEncryptionTypes; blocked != nil {
			for _, kind := range blocked.EncryptionType {
				e.CustomerKeysBlocked = e.CustomerKeysBlocked || kind == s3types.EncryptionTypeSseC
			}
		}
	}
	e.CustomerManaged = e.KeyID != "" && !strings.HasSuffix(e.KeyID, "alias/aws/s3")
	return e, nil
}

func lifecycle(out *s3.GetBucketLifecycleConfigurationOutput) (scanners.Lifecycle, error) {
	if len(out.Rules) == 0 {
		return scanners.Lifecycle{}, errHollow
	}
	var l scanners.Lifecycle
	for _, r := range out.Rules {
		rule := scanners.LifecycleRule{
			ID: aws.ToString(r.ID), Enabled: r.Status == s3types.ExpirationStatusEnabled,
			Prefix:     aws.ToString(r.Prefix), //nolint:staticcheck // rules written before filters existed still answer with it
			Transition: len(r.Transitions)+len(r.NoncurrentVersionTransitions) > 0,
		}
		if r.Filter != nil {
			if p := aws.ToString(r.Filter.Prefix); p != "" {
				rule.Prefix = p
			}
			rule.Narrowed = r.Filter.Tag != nil || r.Filter.ObjectSizeGreaterThan != nil || r.Filter.ObjectSizeLessThan != nil
			if and := r.Filter.And; and != nil {
				rule.Prefix = aws.ToString(and.Prefix)
				rule.Narrowed = rule.Narrowed || len(and.Tags) > 0 || and.ObjectSizeGreaterThan != nil || and.ObjectSizeLessThan != nil
			}
		}
		if r.Expiration != nil {
			rule.ExpireDays = int64(aws.ToInt32(r.Expiration.Days))
		}
		if r.NoncurrentVersionExpiration != nil {
			rule.NoncurrentDays = int64(aws.ToInt32(r.NoncurrentVersionExpiration.NoncurrentDays))
		}
		if r.AbortIncompleteMultipartUpload != nil {
			rule.AbortIncompleteDays = int64(aws.ToInt32(r.AbortIncompleteMultipartUpload.DaysAfterInitiation))
		}
		l.Rules = append(l.Rules, rule)
	}
	return l, nil
}

func objectLock(out *s3.GetObjectLockConfigurationOutput) (scanners.Retention, error) {
	c := out.ObjectLockConfiguration
	if c == nil || c.ObjectLockEnabled == "" {
		return scanners.Retention{}, errHollow
	}
	r := scanners.Retention{Enabled: c.ObjectLockEnabled == s3types.ObjectLockEnabledEnabled}
	if c.Rule != nil && c.Rule.DefaultRetention != nil {
		d := c.Rule.DefaultRetention
		r.Mode = string(d.Mode)
		r.Days = int64(aws.ToInt32(d.Days)) + 365*int64(aws.ToInt32(d.Years))
		r.Locked = d.Mode == s3types.ObjectLockRetentionModeCompliance
	}
	return r, nil
}

func replication(out *s3.GetBucketReplicationOutput) (scanners.Replication, error) {
	if out.ReplicationConfiguration == nil || len(out.ReplicationConfiguration.Rules) == 0 {
		return scanners.Replication{}, errHollow
	}
	var r scanners.Replication
	for _, in := range out.ReplicationConfiguration.Rules {
		rule := scanners.ReplicationRule{ID: aws.ToString(in.ID), Enabled: in.Status == s3types.ReplicationRuleStatusEnabled}
		if d := in.Destination; d != nil {
			rule.Destination = aws.ToString(d.Bucket)
			if _, name, ok := strings.Cut(rule.Destination, ":::"); ok {
				rule.Destination = name
			}
			rule.Account = aws.ToString(d.Account)
		}
		if in.DeleteMarkerReplication != nil {
			rule.Deletes = in.DeleteMarkerReplication.Status == s3types.DeleteMarkerReplicationStatusEnabled
		}
		r.Rules = append(r.Rules, rule)
	}
	return r, nil
}

func requesterPays(out *s3.GetBucketRequestPaymentOutput) (scanners.RequesterPays, error) {
	if out.Payer == "" {
		return scanners.RequesterPays{}, errHollow
	}
	return scanners.RequesterPays{Enabled: out.Payer == s3types.PayerRequester}, nil
}

func tags(out *s3.GetBucketTaggingOutput) (scanners.Labels, error) {
	if out.TagSet == nil {
		return scanners.Labels{}, errHollow
	}
	if len(out.TagSet) == 0 {
		return scanners.Labels{}, errNotSet
	}
	l := scanners.Labels{Values: map[string]string{}}
	for _, tag := range out.TagSet {
		l.Values[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return l, nil
}

// notifications: none is an empty element (API Reference, GetBucketNotificationConfiguration).
func notifications(out *s3.GetBucketNotificationConfigurationOutput) (scanners.Notifications, error) {
	if out.EventBridgeConfiguration == nil && len(out.LambdaFunctionConfigurations)+len(out.QueueConfigurations)+len(out.TopicConfigurations) == 0 {
		return scanners.Notifications{}, errNotSet
	}
	return scanners.Notifications{Configured: true}, nil
}

// accelerate: never set is an empty element (API Reference, GetBucketAccelerateConfiguration).
func accelerate(out *s3.GetBucketAccelerateConfigurationOutput) (scanners.Accelerate, error) {
	if out.Status == "" {
		return scanners.Accelerate{}, errNotSet
	}
	return scanners.Accelerate{Enabled: out.Status == s3types.BucketAccelerateStatusEnabled}, nil
}
