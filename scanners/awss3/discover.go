// Naming what there is: the account, its buckets, its access points.

package awss3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// Discover names the account, then its buckets in the order of ListBuckets, then its access points.
func (s *Scanner) Discover(ctx context.Context, target scanners.Target) iter.Seq2[scanners.Ref, error] {
	return func(yield func(scanners.Ref, error) bool) {
		v, err := readTarget(target, s.rt)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		ses, err := s.connect(ctx, v.connection)
		if err != nil {
			yield(scanners.Ref{}, err)
			return
		}
		switch {
		case v.bucket != "":
			ses.discoverBucket(ctx, target, v.bucket, yield)
		case v.org:
			s.discoverOrganization(ctx, ses, target, v.orgRole, yield)
		default:
			ses.discoverAccount(ctx, target, yield)
		}
	}
}

func (ses *session) vendorName() string {
	if ses.vendor == nil {
		return ""
	}
	return ses.vendor.Name
}

// scopeRef is the Ref of an account; empty stands for one that is not known.
func (ses *session) scopeRef(target scanners.Target, account string) scanners.Ref {
	head := scanners.Head{
		ID: scanners.S3ScopeID(ses.endpoint, account), Kind: scanners.KindScope, Provider: scanners.AWS, Vendor: ses.vendorName(),
		Name: account, Account: account, Partition: ses.partition, BaseURL: ses.endpoint,
	}
	if account == "" && ses.endpoint == "" {
		head.ID = scanners.AWSAccountID("unknown")
	}
	return scanners.Ref{Head: head, Scope: head.ID, Target: target}
}

func (ses *session) bucketRef(target scanners.Target, scope scanners.Ref, b s3types.Bucket) scanners.Ref {
	head := scanners.Head{
		ID: scanners.S3BucketID(ses.endpoint, aws.ToString(b.Name)), Kind: scanners.KindBucket, Provider: scanners.AWS,
		Vendor: ses.vendorName(), Name: aws.ToString(b.Name), Account: scope.Account, Partition: ses.partition,
		Region: aws.ToString(b.BucketRegion), BaseURL: ses.endpoint, Parent: scope.ID,
	}
	if b.CreationDate != nil {
		head.CreatedAt = b.CreationDate.UTC()
	}
	if !regionName.MatchString(head.Region) {
		head.Region = ""
	}
	return scanners.Ref{Head: head, Scope: scope.ID, Target: target}
}

// discoverAccount yields the account, every bucket, and the access points of the regions seen. It reports
// whether to go on with another account.
func (ses *session) discoverAccount(ctx context.Context, target scanners.Target, yield func(scanners.Ref, error) bool) bool {
	scope := ses.scopeRef(target, ses.account)
	named := ses.account != "" // else it is named once a listing shows that there is something behind it
	if named && !yield(scope, nil) {
		return false
	}
	if named && scanners.SkipScope(ctx, scope.ID) {
		return true
	}
	regions := map[string]bool{}
	pageSize := int32(1000) // any value makes the answer carry each bucket's region (API Reference, ListBuckets)
	input := &s3.ListBucketsInput{MaxBuckets: &pageSize}
	follow := pages{most: mostBucketPages}
	for {
		page, err := call(ctx, ses, ses.s3.ListBuckets, input)
		switch {
		case err != nil && !named:
			return yield(scanners.Ref{}, ses.listBucketsError(err))
		case err != nil:
			return yield(scope, ses.listBucketsError(err))
		case !named:
			if named = true; !yield(scope, nil) {
				return false
			}
		}
		for _, b := range page.Buckets {
			ref := ses.bucketRef(target, scope, b)
			if ref.Region == "" && ses.account != "" {
				ref.Region, _ = ses.locate(ctx, ref.Name)
			}
			if ref.Region == "" && ses.endpoint != "" {
				ref.Region = ses.region
			}
			if ref.Region != "" {
				regions[ref.Region] = true
			}
			if !yield(ref, nil) {
				return false
			}
		}
		more, err := follow.more(page.ContinuationToken)
		if err != nil {
			return yield(scope, ses.listBucketsError(err))
		}
		if !more {
			break
		}
		input.ContinuationToken = page.ContinuationToken
	}
	var keys []pointsKey
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		keys = append(keys, pointsKey{region: region})
	}
	return ses.endpointRefs(ctx, target, scope.ID, keys, yield)
}

func (ses *session) listBucketsError(err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("listing buckets (s3:ListBuckets): %w", err)
	}
	if f.Kind == attempt.Denied {
		return scanners.WithHint(fmt.Errorf("listing buckets: %w", f),
			"grant s3:ListAllMyBuckets, or name the buckets: s3://BUCKET s3://BUCKET ...")
	}
	return ses.explain("listing buckets (s3:ListBuckets)", f)
}

// discoverBucket yields one named bucket under the account that owns it. The account's own settings guard the
// bucket, so the owner must be certain: a listing that holds the bucket is proof, and so is an answer to a
// question that names the owner expected.
func (ses *session) discoverBucket(ctx context.Context, target scanners.Target, name string, yield func(scanners.Ref, error) bool) {
	found, owned, err := ses.findBucket(ctx, name)
	if err != nil {
		yield(scanners.Ref{}, err)
		return
	}
	scope := ses.scopeRef(target, ses.account)
	if !owned {
		scope = ses.scopeRef(target, "")
		scope.ID += "/owner-of/" + name
		scope.Scope = scope.ID
	}
	if !yield(scope, nil) {
		return
	}
	ref := ses.bucketRef(target, scope, found)
	if ref.Region == "" {
		ref.Region = ses.region
	}
	if !yield(ref, nil) || !owned {
		return
	}
	ses.endpointRefs(ctx, target, scope.ID, []pointsKey{{region: ref.Region, bucket: name}}, yield)
}

// findBucket looks for a bucket and says whether the caller's account owns it.
func (ses *session) findBucket(ctx context.Context, name string) (found s3types.Bucket, owned bool, err error) {
	one := int32(1)
	page, listErr := call(ctx, ses, ses.s3.ListBuckets, &s3.ListBucketsInput{Prefix: &name, MaxBuckets: &one})
	if listErr == nil {
		for _, b := range page.Buckets {
			if aws.ToString(b.Name) == name && b.BucketRegion != nil {
				return b, true, nil
			}
		}
	}
	if errors.Is(listErr, scanners.ErrExpired) {
		return found, false, ses.listBucketsError(listErr)
	}
	found.Name = &name
	region, headErr := ses.locate(ctx, name)
	switch {
	case errors.Is(headErr, scanners.ErrGone):
		return found, false, scanners.WithHint(fmt.Errorf("s3://%s: %w", name, headErr), "check the bucket's name, and --endpoint-url where it is not at Amazon")
	case region == "" && headErr != nil && !errors.Is(headErr, scanners.ErrDenied):
		var f *failure
		if errors.As(headErr, &f) {
			return found, false, ses.explain(fmt.Sprintf("looking for s3://%s (s3:HeadBucket)", name), f)
		}
		return found, false, fmt.Errorf("looking for s3://%s: %w", name, headErr)
	}
	if region != "" {
		found.BucketRegion = &region
	}
	if ses.account == "" {
		// A service without accounts: whoever may use it is its owner.
		return found, ses.identity != nil && ses.identity.Kind == attempt.Unsupported, nil
	}
	return found, ses.owns(ctx, name, region), nil
}

// owns asks a question that names the caller's account as the owner expected; an owner's mismatch is refused
// (API Reference, x-amz-expected-bucket-owner).
func (ses *session) owns(ctx context.Context, name, region string) bool {
	if region == "" {
		region = ses.region
	}
	_, err := call(ctx, ses, ses.s3.HeadBucket, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &ses.account}, inRegion(region))
	if err == nil {
		return true
	}
	_, err = call(ctx, ses, ses.s3.GetPublicAccessBlock, &s3.GetPublicAccessBlockInput{Bucket: &name, ExpectedBucketOwner: &ses.account}, inRegion(region))
	var f *failure
	return err == nil || (errors.As(err, &f) && f.Code == "NoSuchPublicAccessBlockConfiguration")
}
