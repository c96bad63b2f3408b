// Reading a bucket: one call per fact.

package awss3

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// bucketFact is one fact of a bucket and the call that reads it.
type bucketFact struct {
	name scanners.FactName
	op   operation
	read func(context.Context, *inspection, scanners.FactName, operation)
}

// bucketFacts lists the facts in the order in which they are read. Policy comes before policy status, which
// is asked for only where there is a policy; ownership comes before the object sample.
func bucketFacts() []bucketFact {
	return []bucketFact{
		{"bucket.aws.public_access_block",
			operation{"s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", "public_access_block", []string{"NoSuchPublicAccessBlockConfiguration"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.PublicAccessBlock] { return &b.AWS.PublicAccessBlock },
				(*s3.Client).GetPublicAccessBlock, func(name *string) *s3.GetPublicAccessBlockInput { return &s3.GetPublicAccessBlockInput{Bucket: name} }, bucketBlock)},
		{"bucket.aws.acl",
			operation{"s3:GetBucketAcl", "s3:GetBucketAcl", "acl", nil},
			readACL},
		{"bucket.aws.policy",
			operation{"s3:GetBucketPolicy", "s3:GetBucketPolicy", "policy", []string{"NoSuchBucketPolicy"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.PolicyText] { return &b.AWS.Policy },
				(*s3.Client).GetBucketPolicy, func(name *string) *s3.GetBucketPolicyInput { return &s3.GetBucketPolicyInput{Bucket: name} }, bucketPolicy)},
		{"bucket.aws.policy_status",
			operation{"s3:GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", "policy_status", []string{"NoSuchBucketPolicy"}},
			readPolicyStatus},
		{"bucket.aws.ownership",
			operation{"s3:GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", "ownership", []string{"OwnershipControlsNotFoundError"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Ownership] { return &b.AWS.Ownership },
				(*s3.Client).GetBucketOwnershipControls, func(name *string) *s3.GetBucketOwnershipControlsInput {
					return &s3.GetBucketOwnershipControlsInput{Bucket: name}
				}, ownership)},
		{"bucket.website",
			operation{"s3:GetBucketWebsite", "s3:GetBucketWebsite", "website", []string{"NoSuchWebsiteConfiguration"}},
			readWebsite},
		{"bucket.cors",
			operation{"s3:GetBucketCors", "s3:GetBucketCORS", "cors", []string{"NoSuchCORSConfiguration"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.CORS] { return &b.CORS },
				(*s3.Client).GetBucketCors, func(name *string) *s3.GetBucketCorsInput { return &s3.GetBucketCorsInput{Bucket: name} }, corsRules)},
		{"bucket.versioning",
			operation{"s3:GetBucketVersioning", "s3:GetBucketVersioning", "versioning", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Versioning] { return &b.Versioning },
				(*s3.Client).GetBucketVersioning, func(name *string) *s3.GetBucketVersioningInput { return &s3.GetBucketVersioningInput{Bucket: name} }, versioning)},
		{"bucket.logging",
			operation{"s3:GetBucketLogging", "s3:GetBucketLogging", "logging", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Logging] { return &b.Logging },
				(*s3.Client).GetBucketLogging, func(name *string) *s3.GetBucketLoggingInput { return &s3.GetBucketLoggingInput{Bucket: name} }, logging)},
		{"bucket.encryption",
			operation{"s3:GetBucketEncryption", "s3:GetEncryptionConfiguration", "encryption", []string{"ServerSideEncryptionConfigurationNotFoundError"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Encryption] { return &b.Encryption },
				(*s3.Client).GetBucketEncryption, func(name *string) *s3.GetBucketEncryptionInput { return &s3.GetBucketEncryptionInput{Bucket: name} }, encryption)},
		{"bucket.lifecycle",
			operation{"s3:GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "lifecycle", []string{"NoSuchLifecycleConfiguration"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Lifecycle] { return &b.Lifecycle },
				(*s3.Client).GetBucketLifecycleConfiguration, func(name *string) *s3.GetBucketLifecycleConfigurationInput {
					return &s3.GetBucketLifecycleConfigurationInput{Bucket: name}
				}, lifecycle)},
		{"bucket.retention",
			operation{"s3:GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "object_lock", []string{"ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Retention] { return &b.Retention },
				(*s3.Client).GetObjectLockConfiguration, func(name *string) *s3.GetObjectLockConfigurationInput {
					return &s3.GetObjectLockConfigurationInput{Bucket: name}
				}, objectLock)},
		{"bucket.replication",
			operation{"s3:GetBucketReplication", "s3:GetReplicationConfiguration", "replication", []string{"ReplicationConfigurationNotFoundError"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Replication] { return &b.Replication },
				(*s3.Client).GetBucketReplication, func(name *string) *s3.GetBucketReplicationInput { return &s3.GetBucketReplicationInput{Bucket: name} }, replication)},
		{"bucket.requester_pays",
			operation{"s3:GetBucketRequestPayment", "s3:GetBucketRequestPayment", "request_payment", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.RequesterPays] { return &b.RequesterPays },
				(*s3.Client).GetBucketRequestPayment, func(name *string) *s3.GetBucketRequestPaymentInput {
					return &s3.GetBucketRequestPaymentInput{Bucket: name}
				}, requesterPays)},
		{"bucket.labels",
			operation{"s3:GetBucketTagging", "s3:GetBucketTagging", "tagging", []string{"NoSuchTagSet", "NoSuchTagSetError"}},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Labels] { return &b.Labels },
				(*s3.Client).GetBucketTagging, func(name *string) *s3.GetBucketTaggingInput { return &s3.GetBucketTaggingInput{Bucket: name} }, tags)},
		{"bucket.notifications",
			operation{"s3:GetBucketNotificationConfiguration", "s3:GetBucketNotification", "notification", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Notifications] { return &b.Notifications },
				(*s3.Client).GetBucketNotificationConfiguration, func(name *string) *s3.GetBucketNotificationConfigurationInput {
					return &s3.GetBucketNotificationConfigurationInput{Bucket: name}
				}, notifications)},
		{"bucket.aws.accelerate",
			operation{"s3:GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", "accelerate", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.Accelerate] { return &b.AWS.Accelerate },
				(*s3.Client).GetBucketAccelerateConfiguration, func(name *string) *s3.GetBucketAccelerateConfigurationInput {
					return &s3.GetBucketAccelerateConfigurationInput{Bucket: name}
				}, accelerate)},
		{"bucket.aws.abac",
			operation{"s3:GetBucketAbac", "s3:GetBucketAbac", "abac", nil},
			fact(func(b *scanners.Bucket) *scanners.Fact[scanners.ABAC] { return &b.AWS.ABAC },
				(*s3.Client).GetBucketAbac, func(name *string) *s3.GetBucketAbacInput { return &s3.GetBucketAbacInput{Bucket: name} }, abac)},
		{"bucket.aws.access_points", accessPointListing(), readAccessPoints},
		{"bucket.objects", objectListing(), readObjects},
		{"bucket.names", objectListing(), readNames},
		{"bucket.links", objectReading(), readLinks},
	}
}

// inspectBucket reads what is wanted, one call after the other: the engine runs many buckets side by side.
func (in *inspection) inspectBucket(ctx context.Context, facts []bucketFact) {
	for _, f := range facts {
		if in.wanted(f.name, in.rec.Status(f.name)) {
			f.read(ctx, in, f.name, f.op)
		}
	}
}

// fact builds the reading of a fact that is one call about one bucket.
func fact[T, In, Out any](
	slot func(*scanners.Bucket) *scanners.Fact[T],
	method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error),
	input func(bucket *string) *In,
	convert func(*Out) (T, error),
) func(context.Context, *inspection, scanners.FactName, operation) {
	return func(ctx context.Context, in *inspection, _ scanners.FactName, op operation) {
		settle(ctx, in, slot(in.rec.Bucket), op, func(ctx context.Context) (*Out, error) {
			return bucketCall(ctx, in, method, input(&in.ref.Name))
		}, convert)
	}
}

// bucketCall asks in the bucket's region, and once more where the answer says that it is another.
// Amazon S3 User Guide, "Making requests using the REST API: redirects".
func bucketCall[In, Out any](ctx context.Context, in *inspection, method func(*s3.Client, context.Context, *In, ...func(*s3.Options)) (*Out, error), input *In) (*Out, error) {
	if !bucketName.MatchString(in.ref.Name) {
		return nil, &failure{Kind: attempt.Malformed, Message: "the name is not one that a bucket can have"}
	}
	ask := func(ctx context.Context, input *In, opts ...func(*s3.Options)) (*Out, error) {
		return method(in.s3, ctx, input, opts...)
	}
	out, err := call(ctx, in.session, ask, input, inRegion(in.where))
	var f *failure
	if err == nil || !errors.As(err, &f) || f.Kind != attempt.Elsewhere || in.moved {
		return out, err
	}
	in.moved = true
	region := f.Region
	if region == "" {
		region, _ = in.locate(ctx, in.ref.Name)
	}
	if region == "" || region == in.where {
		return out, err
	}
	in.where, in.rec.Region = region, region
	return call(ctx, in.session, ask, input, inRegion(region))
}

// locate finds a bucket's region: HeadBucket says it even when it refuses. The error is what HeadBucket
// said, nil where the bucket may be looked into.
func (ses *session) locate(ctx context.Context, bucket string) (string, error) {
	head, err := call(ctx, ses, ses.s3.HeadBucket, &s3.HeadBucketInput{Bucket: &bucket}, inRegion(ses.region))
	if err == nil {
		if region := aws.ToString(head.BucketRegion); regionName.MatchString(region) {
			return region, nil
		}
	}
	var f *failure
	if errors.As(err, &f) {
		switch {
		case f.Status == 404:
			return "", fmt.Errorf("bucket %q: %w", bucket, scanners.ErrGone)
		case f.Region != "" && f.Kind == attempt.Elsewhere:
			_, err = call(ctx, ses, ses.s3.HeadBucket, &s3.HeadBucketInput{Bucket: &bucket}, inRegion(f.Region))
			return f.Region, err
		case f.Region != "":
			return f.Region, err
		}
	}
	location, locationErr := call(ctx, ses, ses.s3.GetBucketLocation, &s3.GetBucketLocationInput{Bucket: &bucket}, inRegion(ses.region))
	if locationErr != nil {
		return "", errors.Join(err, locationErr)
	}
	switch region := string(location.LocationConstraint); {
	case region == "":
		return "us-east-1", err
	case region == "EU":
		return "eu-west-1", err
	case regionName.MatchString(region):
		return region, err
	}
	return "", err
}
