// Reading an account: its public access block, and what its organisation lays over it.

package awss3

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/s3control"

	"github.com/tojimari/tojimari/scanners"
)

func accountBlock() operation {
	return operation{call: "s3control:GetPublicAccessBlock", permission: "s3:GetAccountPublicAccessBlock", api: "account_public_access_block",
		notSet: []string{"NoSuchPublicAccessBlockConfiguration"}}
}

// outsideOrganizations are the answers for accounts that are in no organisation, or to which no such policy applies.
func outsideOrganizations() []string {
	return []string{"AWSOrganizationsNotInUseException", "EffectivePolicyNotFoundException"}
}

func organizationBlock() operation {
	return operation{call: "organizations:DescribeEffectivePolicy", permission: "organizations:DescribeEffectivePolicy",
		api: "account_public_access_block", notSet: outsideOrganizations()}
}

func organizationRead() operation {
	return operation{call: "organizations:DescribeOrganization", permission: "organizations:DescribeOrganization",
		api: "account_public_access_block", notSet: outsideOrganizations()}
}

func organizationPolicies() operation {
	return operation{call: "organizations:ListPoliciesForTarget", permission: "organizations:ListPoliciesForTarget",
		api: "account_public_access_block", notSet: outsideOrganizations()}
}

// inspectScope reads what is wanted of an account.
func (in *inspection) inspectScope(ctx context.Context) {
	s := &in.rec.Scope.AWS
	if in.wanted("scope.aws.public_access_block", s.PublicAccessBlock.Status()) && hasControl(in, &s.PublicAccessBlock, accountBlock()) {
		settle(ctx, in, &s.PublicAccessBlock, accountBlock(), in.readAccountBlock, func(out *s3control.GetPublicAccessBlockOutput) (scanners.PublicAccessBlock, error) {
			c := out.PublicAccessBlockConfiguration
			if c == nil {
				return scanners.PublicAccessBlock{}, errHollow
			}
			return block(c.BlockPublicAcls, c.IgnorePublicAcls, c.BlockPublicPolicy, c.RestrictPublicBuckets)
		})
	}
	if in.wanted("scope.aws.organization_block", s.OrganizationBlock.Status()) && hasControl(in, &s.OrganizationBlock, organizationBlock()) {
		settle(ctx, in, &s.OrganizationBlock, organizationBlock(), func(ctx context.Context) (*organizations.DescribeEffectivePolicyOutput, error) {
			return call(ctx, in.session, in.orgs.DescribeEffectivePolicy, &organizations.DescribeEffectivePolicyInput{PolicyType: orgtypes.EffectivePolicyTypeS3Policy})
		}, effectiveBlock)
	}
	if in.wanted("scope.aws.organization", s.Organization.Status()) && hasControl(in, &s.Organization, organizationRead()) {
		settle(ctx, in, &s.Organization, organizationRead(), func(ctx context.Context) (*organizations.DescribeOrganizationOutput, error) {
			return call(ctx, in.session, in.orgs.DescribeOrganization, &organizations.DescribeOrganizationInput{})
		}, func(out *organizations.DescribeOrganizationOutput) (scanners.Organization, error) {
			if out.Organization == nil || aws.ToString(out.Organization.Id) == "" {
				return scanners.Organization{}, errHollow
			}
			return scanners.Organization{ID: *out.Organization.Id, ManagementAccount: aws.ToString(out.Organization.MasterAccountId)}, nil
		})
		if org, ok := s.Organization.Get(); ok {
			org.Path = in.pathBelow(ctx, org.ID)
			s.Organization.Value = org
		}
	}
	for _, kind := range []struct {
		name scanners.FactName
		slot *scanners.Fact[scanners.Policies]
		of   orgtypes.PolicyType
	}{
		{"scope.aws.resource_control_policies", &s.ResourcePolicies, orgtypes.PolicyTypeResourceControlPolicy},
		{"scope.aws.service_control_policies", &s.ServicePolicies, orgtypes.PolicyTypeServiceControlPolicy},
	} {
		if in.wanted(kind.name, kind.slot.Status()) && hasControl(in, kind.slot, organizationPolicies()) {
			settle(ctx, in, kind.slot, organizationPolicies(), func(ctx context.Context) ([]scanners.PolicyText, error) {
				return in.policiesAbove(ctx, kind.of)
			}, func(list []scanners.PolicyText) (scanners.Policies, error) { return scanners.Policies{List: list}, nil })
		}
	}
}

func (in *inspection) readAccountBlock(ctx context.Context) (*s3control.GetPublicAccessBlockOutput, error) {
	return call(ctx, in.session, in.control.GetPublicAccessBlock, &s3control.GetPublicAccessBlockInput{AccountId: &in.account}, controlIn(in.region))
}

// effectiveBlock reads an effective S3 policy: all four settings or none of them
// (Organizations User Guide, "S3 policy syntax and examples").
func effectiveBlock(out *organizations.DescribeEffectivePolicyOutput) (scanners.PublicAccessBlock, error) {
	if out.EffectivePolicy == nil {
		return scanners.PublicAccessBlock{}, errHollow
	}
	var content struct {
		Attributes struct {
			Block json.RawMessage `json:"public_access_block_configuration"`
		} `json:"s3_attributes"`
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.EffectivePolicy.PolicyContent)), &content); err != nil {
		return scanners.PublicAccessBlock{}, errHollow
	}
	if len(content.Attributes.Block) == 0 {
		return scanners.PublicAccessBlock{}, errNotSet
	}
	var word string
	if json.Unmarshal(content.Attributes.Block, &word) != nil {
		var assigned struct {
			Value string `json:"@@assign"`
		}
		if err := json.Unmarshal(content.Attributes.Block, &assigned); err != nil {
			return scanners.PublicAccessBlock{}, errHollow
		}
		word = assigned.Value
	}
	switch strings.ToLower(word) {
	case "all":
		return scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}, nil
	case "none":
		return scanners.PublicAccessBlock{}, nil
	}
	return scanners.PublicAccessBlock{}, errHollow
}

// deepestTree bounds the way from an account to its root; Organizations allows five levels of units.
const deepestTree = 8

// policiesAbove collects the policies of one type on the account and on everything above it, sorted by where
// they are attached and by id. Only the management account and delegated administrators may ask.
func (in *inspection) policiesAbove(ctx context.Context, kind orgtypes.PolicyType) ([]scanners.PolicyText, error) {
	var out []scanners.PolicyText
	asker, node := in.asker(), in.account
	for range deepestTree {
		input := &organizations.ListPoliciesForTargetInput{TargetId: aws.String(node), Filter: kind}
		follow := pages{most: mostPages}
		for {
			page, err := call(ctx, asker, asker.orgs.ListPoliciesForTarget, input)
			if err != nil {
				return nil, err
			}
			for _, p := range page.Policies {
				text, err := asker.policyText(ctx, aws.ToString(p.Id))
				if err != nil {
					return nil, err
				}
				out = append(out, scanners.PolicyText{Text: text, ID: aws.ToString(p.Id), Name: aws.ToString(p.Name), AttachedTo: node})
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
		if strings.HasPrefix(node, "r-") {
			break
		}
		parent, err := asker.parentOf(ctx, node)
		if err != nil {
			return nil, err
		}
		node = parent
	}
	slices.SortStableFunc(out, func(a, b scanners.PolicyText) int {
		return strings.Compare(a.AttachedTo+"\x00"+a.ID, b.AttachedTo+"\x00"+b.ID)
	})
	return out, nil
}

// asker is who may ask about the organisation: its management account, where that is whom we came from.
func (in *inspection) asker() *session {
	if in.manager != nil {
		return in.manager
	}
	return in.session
}

// parentOf names the unit or root above an account or unit.
func (ses *session) parentOf(ctx context.Context, child string) (string, error) {
	out, err := call(ctx, ses, ses.orgs.ListParents, &organizations.ListParentsInput{ChildId: &child})
	if err != nil {
		return "", err
	}
	if len(out.Parents) == 0 || aws.ToString(out.Parents[0].Id) == "" {
		return "", errHollow
	}
	return *out.Parents[0].Id, nil
}

// pathBelow is the account's path in the form of the condition key aws:ResourceOrgPaths, empty where it may not
// be asked for.
func (in *inspection) pathBelow(ctx context.Context, organization string) string {
	var path string
	node := in.account
	for range deepestTree {
		parent, err := in.asker().parentOf(ctx, node)
		if err != nil {
			return ""
		}
		path = parent + "/" + path
		if strings.HasPrefix(parent, "r-") {
			return organization + "/" + path
		}
		node = parent
	}
	return ""
}

// policyText reads one policy; it is kept, since the same few are attached to many accounts.
func (ses *session) policyText(ctx context.Context, id string) (string, error) {
	return ses.policies.Get(ctx, id, func(ctx context.Context) (string, error) {
		out, err := call(ctx, ses, ses.orgs.DescribePolicy, &organizations.DescribePolicyInput{PolicyId: &id})
		if err != nil {
			return "", err
		}
		if out.Policy == nil || aws.ToString(out.Policy.Content) == "" {
			return "", errHollow
		}
		return *out.Policy.Content, nil
	})
}
