// Access points and multi-region access points: other doors to a bucket, with policies and blocks of their own.

package awss3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	controltypes "github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"github.com/tojimari/tojimari/internal/ahead"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// multiRegionHome is where the control plane of multi-region access points is; only the partition "aws" has it
// (S3 User Guide, "Multi-Region Access Point request routing": control plane).
const multiRegionHome = "us-west-2"

func accessPointListing() operation {
	return operation{call: "s3control:ListAccessPoints", permission: "s3:ListAccessPoints", api: "access_points"}
}

func accessPointRead() operation {
	return operation{call: "s3control:GetAccessPoint", permission: "s3:GetAccessPoint", api: "access_points", notSet: []string{"NoSuchPublicAccessBlockConfiguration"}}
}

func accessPointPolicy() operation {
	return operation{call: "s3control:GetAccessPointPolicy", permission: "s3:GetAccessPointPolicy", api: "access_points", notSet: []string{"NoSuchAccessPointPolicy"}}
}

func multiRegionListing() operation {
	return operation{call: "s3control:ListMultiRegionAccessPoints", permission: "s3:ListMultiRegionAccessPoints", api: "access_points"}
}

func multiRegionPolicy() operation {
	return operation{call: "s3control:GetMultiRegionAccessPointPolicy", permission: "s3:GetMultiRegionAccessPointPolicy", api: "access_points",
		notSet: []string{"NoSuchMultiRegionAccessPointPolicy", "NoSuchAccessPointPolicy"}}
}

// pointsKey chooses one listing: a region, and for targets that name one bucket that bucket.
type pointsKey struct{ region, bucket string }

// pointEntry is an access point as the listing gives it, with the bucket that it leads to. A multi-region
// access point has one entry per bucket.
type pointEntry struct {
	bucket string
	region string
	point  scanners.AccessPoint
}

// listPoints lists the access points of a region once for all buckets.
func (ses *session) listPoints(ctx context.Context, key pointsKey) ([]pointEntry, error) {
	return ses.points.Get(ctx, key, func(ctx context.Context) ([]pointEntry, error) {
		input := &s3control.ListAccessPointsInput{AccountId: &ses.account, MaxResults: 1000}
		if key.bucket != "" {
			input.Bucket = &key.bucket
		}
		var out []pointEntry
		follow := pages{most: mostPages}
		for {
			page, err := call(ctx, ses, ses.control.ListAccessPoints, input, controlIn(key.region))
			if err != nil {
				return nil, err
			}
			for _, p := range page.AccessPointList {
				out = append(out, pointEntry{bucket: aws.ToString(p.Bucket), region: key.region, point: listedPoint(ses.account, p)})
			}
			more, err := follow.more(page.NextToken)
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			input.NextToken = page.NextToken
		}
		slices.SortFunc(out, func(a, b pointEntry) int { return strings.Compare(a.point.ARN, b.point.ARN) })
		return out, nil
	})
}

func listedPoint(account string, p controltypes.AccessPoint) scanners.AccessPoint {
	point := scanners.AccessPoint{
		Name: aws.ToString(p.Name), ARN: aws.ToString(p.AccessPointArn), Alias: aws.ToString(p.Alias),
		Account: account, BucketAccount: aws.ToString(p.BucketAccountId), NetworkOrigin: string(p.NetworkOrigin),
	}
	if p.VpcConfiguration != nil {
		point.VPC = aws.ToString(p.VpcConfiguration.VpcId)
	}
	return point
}

// listMultiRegion lists the account's multi-region access points once.
func (ses *session) listMultiRegion(ctx context.Context) ([]pointEntry, error) {
	return ses.multi.Get(ctx, struct{}{}, func(ctx context.Context) ([]pointEntry, error) {
		if ses.partition != "aws" {
			return nil, nil
		}
		input := &s3control.ListMultiRegionAccessPointsInput{AccountId: &ses.account}
		var out []pointEntry
		follow := pages{most: mostPages}
		for {
			page, err := call(ctx, ses, ses.control.ListMultiRegionAccessPoints, input, controlIn(multiRegionHome))
			if err != nil {
				return nil, err
			}
			for _, p := range page.AccessPoints {
				out = append(out, ses.multiRegionEntries(p)...)
			}
			more, err := follow.more(page.NextToken)
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			input.NextToken = page.NextToken
		}
		slices.SortStableFunc(out, func(a, b pointEntry) int {
			return strings.Compare(a.point.ARN+"\x00"+a.bucket, b.point.ARN+"\x00"+b.bucket)
		})
		return out, nil
	})
}

func (ses *session) multiRegionEntries(p controltypes.MultiRegionAccessPointReport) []pointEntry {
	alias := aws.ToString(p.Alias)
	point := scanners.AccessPoint{
		Name: aws.ToString(p.Name), Alias: alias, Account: ses.account, NetworkOrigin: "Internet", MultiRegion: true,
		ARN: "arn:" + ses.partition + ":s3::" + ses.account + ":accesspoint/" + alias,
	}
	origin := multiRegionListing().origin()
	point.PublicAccessBlock = controlBlock(p.PublicAccessBlock, origin)
	if len(p.Regions) == 0 {
		return []pointEntry{{point: point}}
	}
	var out []pointEntry
	for _, r := range p.Regions {
		entry := pointEntry{bucket: aws.ToString(r.Bucket), region: aws.ToString(r.Region), point: point}
		entry.point.BucketAccount = aws.ToString(r.BucketAccountId)
		out = append(out, entry)
	}
	return out
}

func controlBlock(c *controltypes.PublicAccessBlockConfiguration, origin scanners.Origin) scanners.Fact[scanners.PublicAccessBlock] {
	if c == nil {
		return scanners.AbsentFact[scanners.PublicAccessBlock](origin)
	}
	value, err := block(c.BlockPublicAcls, c.IgnorePublicAcls, c.BlockPublicPolicy, c.RestrictPublicBuckets)
	if err != nil {
		return scanners.UnknownFact[scanners.PublicAccessBlock](scanners.Reason{Code: scanners.Malformed, Detail: err.Error()}, origin)
	}
	return scanners.KnownFact(value, origin)
}

// hasControl reports whether the service keeps anything per account. It fills slot where it does not.
func hasControl[T any](in *inspection, slot *scanners.Fact[T], op operation) bool {
	switch {
	case in.can(op.api) == vendors.Unsupported, in.identity != nil && in.identity.Kind == attempt.Unsupported:
		*slot = scanners.UnsupportedFact[T](op.origin())
	case in.account == "" || in.ref.Account == "":
		detail := "the account that owns it is not known"
		if in.identity != nil {
			detail += ": " + in.identity.Error()
		}
		*slot = scanners.UnknownFact[T](scanners.Reason{Code: scanners.Failed, Detail: detail}, op.origin())
	case in.ref.Account != in.account:
		*slot = scanners.UnknownFact[T](scanners.Reason{Code: scanners.Denied, Permission: op.permission,
			Detail: "only the account that owns it can say"}, op.origin())
	default:
		return true
	}
	return false
}

// readAccessPoints gathers the access points that lead to the bucket: one listing per region for all buckets,
// then two calls per access point found.
func readAccessPoints(ctx context.Context, in *inspection, _ scanners.FactName, op operation) {
	slot := &in.rec.Bucket.AWS.AccessPoints
	if !hasControl(in, slot, op) {
		return
	}
	settle(ctx, in, slot, op, func(ctx context.Context) ([]pointEntry, error) {
		return in.listPoints(ctx, in.listingOf(in.where))
	}, func(all []pointEntry) (scanners.AccessPoints, error) {
		return scanners.AccessPoints{List: leadingTo(all, in.ref.Name)}, nil
	})
	local, ok := slot.Get()
	if !ok {
		return
	}
	settle(ctx, in, slot, multiRegionListing(), in.listMultiRegion, func(all []pointEntry) (scanners.AccessPoints, error) {
		return scanners.AccessPoints{List: append(local.List, leadingTo(all, in.ref.Name)...)}, nil
	})
	found, ok := slot.Get()
	if !ok {
		return
	}
	slot.Origin = op.origin()
	for i := range found.List {
		in.completePoint(ctx, &found.List[i], in.where)
	}
	slot.Value = found
}

// listingOf says which listing covers a region: all of the region where the whole account is scanned.
func (in *inspection) listingOf(region string) pointsKey {
	key := pointsKey{region: region}
	if in.ref.Target.Scheme == "s3" {
		key.bucket = in.ref.Name
	}
	return key
}

func leadingTo(all []pointEntry, bucket string) []scanners.AccessPoint {
	out := []scanners.AccessPoint{}
	for _, e := range all {
		if e.bucket == bucket {
			out = append(out, e.point)
		}
	}
	return out
}

// completePoint reads what the listing does not carry: the policy and, except for multi-region ones, the block.
func (in *inspection) completePoint(ctx context.Context, p *scanners.AccessPoint, region string) {
	in.pointPolicy(ctx, p.Name, region, p.MultiRegion, &p.Policy)
	if !p.MultiRegion {
		in.pointBlock(ctx, p, region)
	}
}

func (in *inspection) pointPolicy(ctx context.Context, name, region string, multi bool, slot *scanners.Fact[scanners.PolicyText]) {
	if multi {
		settle(ctx, in, slot, multiRegionPolicy(), func(ctx context.Context) (*s3control.GetMultiRegionAccessPointPolicyOutput, error) {
			return call(ctx, in.session, in.control.GetMultiRegionAccessPointPolicy,
				&s3control.GetMultiRegionAccessPointPolicyInput{AccountId: &in.account, Name: &name}, controlIn(multiRegionHome))
		}, func(out *s3control.GetMultiRegionAccessPointPolicyOutput) (scanners.PolicyText, error) {
			if out.Policy == nil {
				return scanners.PolicyText{}, errHollow
			}
			if out.Policy.Established == nil || aws.ToString(out.Policy.Established.Policy) == "" {
				return scanners.PolicyText{}, errNotSet
			}
			return scanners.PolicyText{Text: *out.Policy.Established.Policy}, nil
		})
		return
	}
	settle(ctx, in, slot, accessPointPolicy(), func(ctx context.Context) (*s3control.GetAccessPointPolicyOutput, error) {
		return call(ctx, in.session, in.control.GetAccessPointPolicy,
			&s3control.GetAccessPointPolicyInput{AccountId: &in.account, Name: &name}, controlIn(region))
	}, func(out *s3control.GetAccessPointPolicyOutput) (scanners.PolicyText, error) {
		if aws.ToString(out.Policy) == "" {
			return scanners.PolicyText{}, errHollow
		}
		return scanners.PolicyText{Text: *out.Policy}, nil
	})
}

// pointBlock asks for one access point and takes its block; what else the answer says goes into p.
func (in *inspection) pointBlock(ctx context.Context, p *scanners.AccessPoint, region string) {
	op := accessPointRead()
	out, err := call(ctx, in.session, in.control.GetAccessPoint, &s3control.GetAccessPointInput{AccountId: &in.account, Name: &p.Name}, controlIn(region))
	if err != nil {
		p.PublicAccessBlock = unread[scanners.PublicAccessBlock](in, op, err)
		return
	}
	p.PublicAccessBlock = controlBlock(out.PublicAccessBlockConfiguration, op.origin())
	if p.BucketAccount == "" {
		p.BucketAccount = aws.ToString(out.BucketAccountId)
	}
	if p.ARN == "" {
		p.ARN = aws.ToString(out.AccessPointArn)
	}
	if out.VpcConfiguration != nil {
		p.VPC = aws.ToString(out.VpcConfiguration.VpcId)
	}
	if p.NetworkOrigin == "" {
		p.NetworkOrigin = string(out.NetworkOrigin)
	}
}

// inspectEndpoint reads the facts of one access point. What the listing said came with the Ref.
func (in *inspection) inspectEndpoint(ctx context.Context) {
	e := &in.rec.Endpoint.AWS
	seed := scanners.AccessPoint{Name: in.ref.Name}
	if in.ref.Seed != nil && in.ref.Seed.Endpoint != nil {
		if p, ok := in.ref.Seed.Endpoint.AWS.AccessPoint.Get(); ok {
			seed = p
		}
	}
	multi := seed.MultiRegion || in.ref.Region == ""
	if in.wanted("endpoint.aws.policy", e.Policy.Status()) {
		in.pointPolicy(ctx, in.ref.Name, in.where, multi, &e.Policy)
	}
	if multi {
		if in.wanted("endpoint.aws.public_access_block", e.PublicAccessBlock.Status()) {
			e.PublicAccessBlock = seed.PublicAccessBlock
		}
		return
	}
	if in.wanted("endpoint.aws.public_access_block", e.PublicAccessBlock.Status()) {
		in.pointBlock(ctx, &seed, in.where)
		e.PublicAccessBlock = seed.PublicAccessBlock
	}
}

// endpointRefs names the access points of the given regions, then the multi-region ones. A listing that is
// refused names none: the fact bucket.aws.access_points says so for every bucket.
func (ses *session) endpointRefs(ctx context.Context, target scanners.Target, scope string, keys []pointsKey, yield func(scanners.Ref, error) bool) bool {
	if ses.account == "" || ses.can("access_points") == vendors.Unsupported {
		return true
	}
	yieldAll := func(entries []pointEntry) bool {
		last := ""
		for _, e := range entries {
			if e.point.MultiRegion && (e.point.ARN == last || len(keys) == 1 && keys[0].bucket != "" && e.bucket != keys[0].bucket) {
				continue
			}
			if last = e.point.ARN; !yield(ses.endpointRef(target, scope, e), nil) {
				return false
			}
		}
		return true
	}
	for entries, err := range ahead.Run(ctx, ahead.Limits{Parts: listingsAhead}, ses.pointListings(keys)) {
		if err != nil {
			if ends := ses.endsTarget(err); ends != nil {
				return yield(scanners.Ref{}, ends)
			}
			continue
		}
		if !yieldAll(entries) {
			return false
		}
	}
	return true
}

// listingsAhead is how many regions are asked for their access points side by side.
const listingsAhead = 8

// pointListings are the listings of access points: one per key, and the one of multi-region access points.
func (ses *session) pointListings(keys []pointsKey) iter.Seq[ahead.Part[[]pointEntry, error]] {
	return func(yield func(ahead.Part[[]pointEntry, error]) bool) {
		for _, key := range keys {
			if !yield(func(ctx context.Context, yield func([]pointEntry, error) bool) { yield(ses.listPoints(ctx, key)) }) {
				return
			}
		}
		yield(func(ctx context.Context, yield func([]pointEntry, error) bool) { yield(ses.listMultiRegion(ctx)) })
	}
}

func (ses *session) endpointRef(target scanners.Target, scope string, e pointEntry) scanners.Ref {
	head := scanners.Head{
		ID: scanners.S3AccessPointID(ses.endpoint, ses.account, e.region, e.point.Name), Kind: scanners.KindEndpoint, Provider: scanners.AWS,
		Name: e.point.Name, Account: ses.account, Partition: ses.partition, Region: e.region, BaseURL: ses.endpoint,
		Parent: scope, Vendor: ses.vendorName(),
	}
	op := accessPointListing()
	switch {
	case e.point.MultiRegion:
		op = multiRegionListing()
		head.ID, head.Region = scanners.S3MultiRegionAccessPointID(ses.endpoint, ses.account, e.point.Name), ""
	case e.point.BucketAccount == "" || e.point.BucketAccount == ses.account:
		head.Parent = scanners.S3BucketID(ses.endpoint, e.bucket)
	}
	seed := scanners.NewRecord(head)
	seed.Endpoint.AWS.AccessPoint = scanners.KnownFact(e.point, op.origin())
	return scanners.Ref{Head: head, Scope: scope, Target: target, Seed: seed}
}

// endsTarget wraps failures after which nothing more can be found: expired credentials.
func (ses *session) endsTarget(err error) error {
	if errors.Is(err, scanners.ErrExpired) {
		return scanners.WithHint(fmt.Errorf("listing access points: %w", err), hintExpired)
	}
	return nil
}
