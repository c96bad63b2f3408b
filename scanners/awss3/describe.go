// What the scanner says of itself.

package awss3

import "github.com/tojimari/tojimari/scanners"

// Describe implements scanners.Scanner. The permissions are IAM actions of the Service Authorization
// Reference, "Actions, resources, and condition keys for Amazon S3" and for AWS Organizations.
func (s *Scanner) Describe() scanners.Description {
	d := scanners.Description{
		Name: "awss3",
		Forms: []scanners.Form{
			{Scheme: "aws", Pattern: "aws:[PROFILE]", Help: "every S3 bucket of an AWS account; aws:org goes through the accounts of the organisation", Options: orgOptions()},
			{Scheme: "s3", Pattern: "s3://BUCKET", Help: "one S3 bucket, also where listing buckets is not allowed", Options: targetOptions()},
		},
		Requires: []string{"s3:ListAllMyBuckets", accessPointListing().permission, multiRegionListing().permission},
		NotCovered: []string{
			"S3 directory buckets (Express One Zone)", "S3 table buckets", "S3 vector buckets", "S3 Glacier vaults",
			"S3 on Outposts", "S3 Object Lambda access points", "S3 Access Grants",
			"access points that other accounts made for a bucket",
			"object ACLs and signed links beyond the sample of --objects", "identity policies and roles of the accounts",
			"VPC endpoint policies", "CloudFront distributions and other fronts",
		},
	}
	for _, f := range s.buckets {
		if (f.name == "bucket.objects" || f.name == "bucket.names") && s.rt.Objects == 0 {
			continue // without a sample nobody would ever settle it
		}
		if f.name == "bucket.links" && (s.rt.Objects == 0 || s.rt.Links == nil) {
			continue
		}
		supply := scanners.Supply{Fact: f.name, Permissions: []string{f.op.permission}}
		switch f.name {
		case "bucket.aws.access_points":
			supply.Permissions = append(supply.Permissions, accessPointRead().permission, accessPointPolicy().permission,
				multiRegionListing().permission, multiRegionPolicy().permission)
		case "bucket.objects":
			supply.Permissions = append(supply.Permissions, objectACL().permission)
		case "bucket.links":
			supply.Permissions = append(supply.Permissions, objectListing().permission)
		}
		d.Supplies = append(d.Supplies, supply)
	}
	d.Supplies = append(d.Supplies,
		scanners.Supply{Fact: "scope.aws.public_access_block", Permissions: []string{accountBlock().permission}},
		scanners.Supply{Fact: "scope.aws.organization_block", Permissions: []string{organizationBlock().permission}},
		scanners.Supply{Fact: "scope.aws.organization", Permissions: []string{organizationRead().permission, "organizations:ListParents"}},
		scanners.Supply{Fact: "scope.aws.resource_control_policies", Permissions: abovePermissions()},
		scanners.Supply{Fact: "scope.aws.service_control_policies", Permissions: abovePermissions()},
		scanners.Supply{Fact: "endpoint.aws.access_point", Permissions: []string{accessPointListing().permission, multiRegionListing().permission}},
		scanners.Supply{Fact: "endpoint.aws.policy", Permissions: []string{accessPointPolicy().permission, multiRegionPolicy().permission}},
		scanners.Supply{Fact: "endpoint.aws.public_access_block", Permissions: []string{accessPointRead().permission, multiRegionListing().permission}},
	)
	return d
}

func abovePermissions() []string {
	return []string{organizationPolicies().permission, "organizations:DescribePolicy", "organizations:ListParents"}
}
