// What decides who may use a bucket: block, ACL, policy, policy status, ownership.

package awss3

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/scanners"
)

func bucketBlock(out *s3.GetPublicAccessBlockOutput) (scanners.PublicAccessBlock, error) {
	c := out.PublicAccessBlockConfiguration
	if c == nil {
		return scanners.PublicAccessBlock{}, errHollow
	}
	return block(c.BlockPublicAcls, c.IgnorePublicAcls, c.BlockPublicPolicy, c.RestrictPublicBuckets)
}

// block reads four flags. An element that is left out means false (API Reference,
// PublicAccessBlockConfiguration); an answer without any of them means nothing.
func block(blockACLs, ignoreACLs, blockPolicy, restrict *bool) (scanners.PublicAccessBlock, error) {
	if blockACLs == nil && ignoreACLs == nil && blockPolicy == nil && restrict == nil {
		return scanners.PublicAccessBlock{}, errHollow
	}
	return scanners.PublicAccessBlock{
		BlockPublicAcls:       aws.ToBool(blockACLs),
		IgnorePublicAcls:      aws.ToBool(ignoreACLs),
		BlockPublicPolicy:     aws.ToBool(blockPolicy),
		RestrictPublicBuckets: aws.ToBool(restrict),
	}, nil
}

func readACL(ctx context.Context, in *inspection, name scanners.FactName, op operation) {
	fact(func(b *scanners.Bucket) *scanners.Fact[scanners.ACL] { return &b.AWS.ACL },
		(*s3.Client).GetBucketAcl, func(name *string) *s3.GetBucketAclInput { return &s3.GetBucketAclInput{Bucket: name} }, bucketACL)(ctx, in, name, op)
	if acl := &in.rec.Bucket.AWS.ACL; acl.State == scanners.Known && in.vendor != nil {
		acl.Value.ReadOpens = in.vendor.ACLRead.Opens
	}
}

func bucketACL(out *s3.GetBucketAclOutput) (scanners.ACL, error) {
	if out.Owner == nil && len(out.Grants) == 0 {
		return scanners.ACL{}, errHollow
	}
	acl := scanners.ACL{Grants: grants(out.Grants)}
	if out.Owner != nil {
		acl.Owner = aws.ToString(out.Owner.ID)
	}
	return acl, nil
}

func grants(list []s3types.Grant) []scanners.ACLGrant {
	out := make([]scanners.ACLGrant, 0, len(list))
	for _, g := range list {
		grant := scanners.ACLGrant{Permission: string(g.Permission)}
		if g.Grantee != nil {
			grant.Kind = string(g.Grantee.Type)
			switch {
			case g.Grantee.URI != nil:
				grant.Grantee, grant.Kind = *g.Grantee.URI, string(s3types.TypeGroup)
			case g.Grantee.ID != nil:
				grant.Grantee, grant.Kind = *g.Grantee.ID, string(s3types.TypeCanonicalUser)
			default:
				grant.Grantee = aws.ToString(g.Grantee.EmailAddress)
			}
		}
		out = append(out, grant)
	}
	return out
}

func bucketPolicy(out *s3.GetBucketPolicyOutput) (scanners.PolicyText, error) {
	if aws.ToString(out.Policy) == "" {
		return scanners.PolicyText{}, errHollow
	}
	return scanners.PolicyText{Text: *out.Policy}, nil
}

// readPolicyStatus asks only where there is, or may be, a policy.
func readPolicyStatus(ctx context.Context, in *inspection, name scanners.FactName, op operation) {
	slot := &in.rec.Bucket.AWS.PolicyStatus
	switch in.rec.Bucket.AWS.Policy.State {
	case scanners.Absent:
		*slot = scanners.AbsentFact[scanners.PolicyStatus](in.rec.Bucket.AWS.Policy.Origin)
		return
	case scanners.Unsupported:
		*slot = scanners.UnsupportedFact[scanners.PolicyStatus](op.origin())
		return
	}
	fact(func(b *scanners.Bucket) *scanners.Fact[scanners.PolicyStatus] { return &b.AWS.PolicyStatus },
		(*s3.Client).GetBucketPolicyStatus, func(name *string) *s3.GetBucketPolicyStatusInput {
			return &s3.GetBucketPolicyStatusInput{Bucket: name}
		}, policyStatus)(ctx, in, name, op)
}

func policyStatus(out *s3.GetBucketPolicyStatusOutput) (scanners.PolicyStatus, error) {
	if out.PolicyStatus == nil || out.PolicyStatus.IsPublic == nil {
		return scanners.PolicyStatus{}, errHollow
	}
	return scanners.PolicyStatus{Public: *out.PolicyStatus.IsPublic}, nil
}

// abac: the answer always says which (API Reference, GetBucketAbac).
func abac(out *s3.GetBucketAbacOutput) (scanners.ABAC, error) {
	if out.AbacStatus == nil || out.AbacStatus.Status == "" {
		return scanners.ABAC{}, errHollow
	}
	return scanners.ABAC{Enabled: out.AbacStatus.Status == s3types.BucketAbacStatusEnabled}, nil
}

func ownership(out *s3.GetBucketOwnershipControlsOutput) (scanners.Ownership, error) {
	if out.OwnershipControls == nil || len(out.OwnershipControls.Rules) == 0 || out.OwnershipControls.Rules[0].ObjectOwnership == "" {
		return scanners.Ownership{}, errHollow
	}
	return scanners.Ownership{Mode: string(out.OwnershipControls.Rules[0].ObjectOwnership)}, nil
}
