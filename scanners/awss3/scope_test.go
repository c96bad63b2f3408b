package awss3

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/tojimari/tojimari/scanners"
)

func TestEffectiveBlock(t *testing.T) {
	all := scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
	for _, tc := range []struct {
		name, content string
		want          scanners.PublicAccessBlock
		err           error
	}{
		{"all", `{"s3_attributes":{"public_access_block_configuration":"all"}}`, all, nil},
		{"none", `{"s3_attributes":{"public_access_block_configuration":"none"}}`, scanners.PublicAccessBlock{}, nil},
		{"as written in a policy", `{"s3_attributes":{"public_access_block_configuration":{"@@assign":"all"}}}`, all, nil},
		{"something else of S3", `{"s3_attributes":{}}`, scanners.PublicAccessBlock{}, errNotSet},
		{"a word of later", `{"s3_attributes":{"public_access_block_configuration":"some"}}`, scanners.PublicAccessBlock{}, errHollow},
		{"flags of later", `{"s3_attributes":{"public_access_block_configuration":{"ignore_public_acls":true}}}`, scanners.PublicAccessBlock{}, errHollow},
		{"not JSON", `all`, scanners.PublicAccessBlock{}, errHollow},
		{"nothing", ``, scanners.PublicAccessBlock{}, errHollow},
	} {
		got, err := effectiveBlock(&organizations.DescribeEffectivePolicyOutput{EffectivePolicy: &orgtypes.EffectivePolicy{PolicyContent: aws.String(tc.content)}})
		if got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%s: %+v, %v; want %+v, %v", tc.name, got, err, tc.want, tc.err)
		}
	}
	if _, err := effectiveBlock(&organizations.DescribeEffectivePolicyOutput{}); !errors.Is(err, errHollow) {
		t.Errorf("no policy at all: %v", err)
	}
}
