//go:build servers && unix

// What is set at moto, the scan reads back; what is not set, it calls absent.

package servertest

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

// The buckets of the store test: one with everything set, one with nothing, one elsewhere.
const (
	wideBucket   = "store-wide"
	bareBucket   = "store-bare"
	remoteBucket = "store-remote"
	logBucket    = "store-logs"
)

// store is moto as the owner of the account sees it.
type store struct {
	s3      *s3.Client
	control *s3control.Client
	account string
}

func newStore(t *testing.T) (store, *servers.Server) {
	t.Helper()
	moto := servers.Moto(t, servers.TLS())
	signer := credentials.NewStaticCredentialsProvider("AKIDTEST", "SECRETTEST", "")
	client := moto.Client()
	return store{
		s3:      s3.New(s3.Options{Region: "us-east-1", Credentials: signer, HTTPClient: client}),
		control: s3control.New(s3control.Options{Region: "us-east-1", Credentials: signer, HTTPClient: client}),
		account: servers.MotoAccount,
	}, moto
}

// setting is one fact: how it is set on the wide bucket, and what the scan has to read.
type setting struct {
	fact scanners.FactName
	set  func(t *testing.T, st store) error
	want any // pointer to the fact's value
}

func TestScanReadsBackWhatIsSetAtMoto(t *testing.T) {
	st, moto := newStore(t)
	exclusions := loadExclusions(t, moto, false)
	st.makeBuckets(t)
	for _, set := range settings() {
		if err := set.set(t, st); err != nil {
			t.Fatalf("setting %s: %v", set.fact, err)
		}
	}
	records := scan{transport: servers.Transport(moto), key: accessKey{"AKIDTEST", "SECRETTEST"}, target: "aws"}.buckets(t)
	if got, want := sortedKeys(records), []string{bareBucket, logBucket, remoteBucket, wideBucket}; !slices.Equal(got, want) {
		t.Fatalf("buckets %q, want %q", got, want)
	}
	if got := records[remoteBucket].Region; got != "eu-west-1" {
		t.Errorf("region of the bucket in Ireland is %q", got)
	}
	tally := map[string]int{}
	for _, set := range settings() {
		t.Run(string(set.fact), func(t *testing.T) {
			field, ok := scanners.LookupFactField(set.fact)
			if !ok {
				t.Fatalf("no such fact")
			}
			status, value := field.Of(records[wideBucket])
			diff := cmp.Diff(set.want, value, readBack()...)
			aside := covering(exclusions, []string{string(set.fact)}, "", false)
			for _, e := range aside {
				e.matched++
				if diff != "" {
					e.reproduced++
				}
			}
			switch {
			case len(aside) > 0:
				tally["excluded"]++
			default:
				tally["compared"]++
				if diff != "" {
					t.Errorf("%+v (-set +read):\n%s", status, diff)
				}
			}
		})
	}
	st.checkBare(t, records[bareBucket], exclusions, tally)
	reportStale(t, exclusions)
	reportTally(t, moto, tally)
}

// readBack leaves out of a comparison what moto makes up at random, and where a fact was read.
func readBack() []cmp.Option {
	return []cmp.Option{
		cmpopts.IgnoreTypes(scanners.Origin{}),
		cmpopts.IgnoreFields(scanners.AccessPoint{}, "Alias"),
	}
}

// checkBare wants everything that is not set to be absent: known to be missing, and not unknown.
func (st store) checkBare(t *testing.T, bare *scanners.Record, exclusions []*exclusion, tally map[string]int) {
	t.Helper()
	for _, set := range settings() {
		if set.fact.Kind() != scanners.KindBucket || set.fact == "bucket.aws.acl" {
			continue // an ACL is never absent
		}
		got := bare.Status(set.fact)
		if set.fact == "bucket.aws.access_points" {
			// A list that is empty is an answer.
			if points, ok := bare.Bucket.AWS.AccessPoints.Get(); !ok || len(points.List) > 0 {
				t.Errorf("access points of the bare bucket: %+v", bare.Bucket.AWS.AccessPoints)
			}
			continue
		}
		aside := covering(exclusions, []string{"unset " + string(set.fact)}, "", false)
		for _, e := range aside {
			e.matched++
			if got.State != scanners.Absent {
				e.reproduced++
			}
		}
		if len(aside) > 0 {
			tally["excluded"]++
			continue
		}
		tally["compared"]++
		if got.State != scanners.Absent {
			t.Errorf("%s is not set, and read as %s (%+v)", set.fact, got.State, got.Reason)
		}
	}
}

func (st store) makeBuckets(t *testing.T) {
	t.Helper()
	for _, in := range []*s3.CreateBucketInput{
		{Bucket: aws.String(wideBucket), ObjectLockEnabledForBucket: aws.Bool(true)},
		{Bucket: aws.String(bareBucket)},
		{Bucket: aws.String(logBucket), ACL: "log-delivery-write"},
		{Bucket: aws.String(remoteBucket), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraintEuWest1}},
	} {
		if _, err := st.s3.CreateBucket(t.Context(), in); err != nil {
			t.Fatalf("making %s: %v", *in.Bucket, err)
		}
	}
}

const widePolicy = `{"Version": "2012-10-17",  "Statement": [{"Sid":"Odd \u0041", "Effect":"Allow","Principal":{"AWS":["*"]},` +
	`"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::store-wide/*"}]}`

const pointPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",` +
	`"Resource":"arn:aws:s3:us-east-1:123456789012:accesspoint/store-point/object/*"}]}`

func settings() []setting {
	wide := aws.String(wideBucket)
	return []setting{
		{"scope.aws.public_access_block", func(t *testing.T, st store) error {
			_, err := st.control.PutPublicAccessBlock(t.Context(), &s3control.PutPublicAccessBlockInput{AccountId: &st.account,
				PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true),
					IgnorePublicAcls: aws.Bool(false), BlockPublicPolicy: aws.Bool(false), RestrictPublicBuckets: aws.Bool(true)}})
			return err
		}, &scanners.PublicAccessBlock{BlockPublicAcls: true, RestrictPublicBuckets: true}},
		{"bucket.aws.public_access_block", func(t *testing.T, st store) error {
			_, err := st.s3.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{Bucket: wide,
				PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(false),
					IgnorePublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(false), RestrictPublicBuckets: aws.Bool(false)}})
			return err
		}, &scanners.PublicAccessBlock{IgnorePublicAcls: true}},
		{"bucket.aws.ownership", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketOwnershipControls(t.Context(), &s3.PutBucketOwnershipControlsInput{Bucket: wide,
				OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipBucketOwnerPreferred}}}})
			return err
		}, &scanners.Ownership{Mode: "BucketOwnerPreferred"}},
		{"bucket.aws.acl", func(t *testing.T, st store) error {
			owner := &types.Owner{ID: aws.String(motoOwner)}
			group := func(uri string) *types.Grantee { return &types.Grantee{Type: types.TypeGroup, URI: aws.String(uri)} }
			_, err := st.s3.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{Bucket: wide, AccessControlPolicy: &types.AccessControlPolicy{Owner: owner,
				Grants: []types.Grant{
					{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: owner.ID}, Permission: types.PermissionFullControl},
					{Grantee: group("http://acs.amazonaws.com/groups/global/AllUsers"), Permission: types.PermissionRead},
					{Grantee: group("http://acs.amazonaws.com/groups/global/AuthenticatedUsers"), Permission: types.PermissionReadAcp},
					{Grantee: group("http://acs.amazonaws.com/groups/s3/LogDelivery"), Permission: types.PermissionWrite},
				}}})
			return err
		}, &scanners.ACL{Owner: motoOwner, Grants: []scanners.ACLGrant{
			{Grantee: motoOwner, Kind: "CanonicalUser", Permission: "FULL_CONTROL"},
			{Grantee: "http://acs.amazonaws.com/groups/global/AllUsers", Kind: "Group", Permission: "READ"},
			{Grantee: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers", Kind: "Group", Permission: "READ_ACP"},
			{Grantee: "http://acs.amazonaws.com/groups/s3/LogDelivery", Kind: "Group", Permission: "WRITE"},
		}}},
		{"bucket.aws.policy", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: wide, Policy: aws.String(widePolicy)})
			return err
		}, &scanners.PolicyText{Text: widePolicy}},
		{"bucket.aws.policy_status", func(*testing.T, store) error { return nil }, &scanners.PolicyStatus{Public: true}},
		{"bucket.website", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: wide, WebsiteConfiguration: &types.WebsiteConfiguration{
				IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("oops.html")}}})
			return err
		}, &scanners.Website{Enabled: true, Index: "index.html", Error: "oops.html", Endpoint: "http://store-wide.s3-website-us-east-1.amazonaws.com"}},
		{"bucket.cors", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: wide, CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{
				{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"x-a"}, ExposeHeaders: []string{"etag"}, MaxAgeSeconds: aws.Int32(600)}}}})
			return err
		}, &scanners.CORS{Rules: []scanners.CORSRule{{Origins: []string{"*"}, Methods: []string{"GET", "PUT"}, Headers: []string{"x-a"}, Expose: []string{"etag"}, MaxAge: 600}}}},
		{"bucket.versioning", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: wide,
				VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
			return err
		}, &scanners.Versioning{Enabled: true}},
		{"bucket.logging", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketLogging(t.Context(), &s3.PutBucketLoggingInput{Bucket: wide, BucketLoggingStatus: &types.BucketLoggingStatus{
				LoggingEnabled: &types.LoggingEnabled{TargetBucket: aws.String(logBucket), TargetPrefix: aws.String("wide/")}}})
			return err
		}, &scanners.Logging{Enabled: true, Target: logBucket, Prefix: "wide/", Read: true, Write: true, Delete: true}},
		{"bucket.encryption", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: wide, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
				Rules: []types.ServerSideEncryptionRule{{BucketKeyEnabled: aws.Bool(true), ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
					SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String("arn:aws:kms:us-east-1:123456789012:key/k")}}}}})
			return err
		}, &scanners.Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:us-east-1:123456789012:key/k", CustomerManaged: true, BucketKey: true}},
		{"bucket.lifecycle", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: wide,
				LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{ID: aws.String("tidy"), Status: types.ExpirationStatusEnabled,
					Filter: &types.LifecycleRuleFilter{Prefix: aws.String("tmp/")}, Expiration: &types.LifecycleExpiration{Days: aws.Int32(30)},
					NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(7)},
					AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(3)}}}}})
			return err
		}, &scanners.Lifecycle{Rules: []scanners.LifecycleRule{{ID: "tidy", Enabled: true, Prefix: "tmp/", ExpireDays: 30, NoncurrentDays: 7, AbortIncompleteDays: 3}}}},
		{"bucket.retention", func(t *testing.T, st store) error {
			_, err := st.s3.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: wide, ObjectLockConfiguration: &types.ObjectLockConfiguration{
				ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{
					Mode: types.ObjectLockRetentionModeCompliance, Days: aws.Int32(30)}}}})
			return err
		}, &scanners.Retention{Enabled: true, Mode: "COMPLIANCE", Days: 30, Locked: true}},
		{"bucket.replication", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketReplication(t.Context(), &s3.PutBucketReplicationInput{Bucket: wide, ReplicationConfiguration: &types.ReplicationConfiguration{
				Role: aws.String("arn:aws:iam::123456789012:role/r"), Rules: []types.ReplicationRule{{ID: aws.String("copy"), Priority: aws.Int32(1),
					Status: types.ReplicationRuleStatusEnabled, Filter: &types.ReplicationRuleFilter{Prefix: aws.String("")},
					DeleteMarkerReplication: &types.DeleteMarkerReplication{Status: types.DeleteMarkerReplicationStatusDisabled},
					Destination:             &types.Destination{Bucket: aws.String("arn:aws:s3:::" + remoteBucket), Account: aws.String("210987654321")}}}}})
			return err
		}, &scanners.Replication{Rules: []scanners.ReplicationRule{{ID: "copy", Enabled: true, Destination: remoteBucket, Account: "210987654321"}}}},
		{"bucket.labels", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: wide, Tagging: &types.Tagging{TagSet: []types.Tag{
				{Key: aws.String("team"), Value: aws.String("ops & <more>")}, {Key: aws.String("env"), Value: aws.String("")}}}})
			return err
		}, &scanners.Labels{Values: map[string]string{"team": "ops & <more>", "env": ""}}},
		{"bucket.requester_pays", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketRequestPayment(t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: wide,
				RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: types.PayerRequester}})
			return err
		}, &scanners.RequesterPays{Enabled: true}},
		{"bucket.aws.accelerate", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketAccelerateConfiguration(t.Context(), &s3.PutBucketAccelerateConfigurationInput{Bucket: wide,
				AccelerateConfiguration: &types.AccelerateConfiguration{Status: types.BucketAccelerateStatusEnabled}})
			return err
		}, &scanners.Accelerate{Enabled: true}},
		{"bucket.notifications", func(t *testing.T, st store) error {
			_, err := st.s3.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: wide, SkipDestinationValidation: aws.Bool(true),
				NotificationConfiguration: &types.NotificationConfiguration{LambdaFunctionConfigurations: []types.LambdaFunctionConfiguration{{
					LambdaFunctionArn: aws.String("arn:aws:lambda:us-east-1:123456789012:function:f"), Events: []types.Event{types.EventS3ObjectCreated}}}}})
			return err
		}, &scanners.Notifications{Configured: true}},
		{"bucket.aws.access_points", func(t *testing.T, st store) error {
			ctx := t.Context()
			if _, err := st.control.CreateAccessPoint(ctx, &s3control.CreateAccessPointInput{AccountId: &st.account, Bucket: wide, Name: aws.String("store-point"),
				PublicAccessBlockConfiguration: &controltypes.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
					BlockPublicPolicy: aws.Bool(false), RestrictPublicBuckets: aws.Bool(false)}}); err != nil {
				return err
			}
			_, err := st.control.PutAccessPointPolicy(ctx, &s3control.PutAccessPointPolicyInput{AccountId: &st.account, Name: aws.String("store-point"), Policy: aws.String(pointPolicy)})
			return err
		}, &scanners.AccessPoints{List: []scanners.AccessPoint{{
			Name: "store-point", ARN: "arn:aws:s3:us-east-1:123456789012:accesspoint/store-point", Account: servers.MotoAccount, NetworkOrigin: "Internet",
			Policy:            scanners.KnownFact(scanners.PolicyText{Text: pointPolicy}, scanners.Origin{}),
			PublicAccessBlock: scanners.KnownFact(scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true}, scanners.Origin{}),
		}}}},
	}
}

// motoOwner is the canonical user id that moto gives everything.
const motoOwner = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

func sortedKeys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
