package awss3_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
)

const (
	mine   = "111122223333"
	theirs = "444455556666"
)

func organisation() lab.World {
	return lab.World{
		Accounts: []lab.Account{
			{ID: mine, Name: "management", Buckets: []lab.Bucket{{Name: "acme", Region: "us-east-1"}}},
			{ID: theirs, Name: "member", Roles: []string{"OrganizationAccountAccessRole"}, Block: lab.BlockAll(),
				Buckets: []lab.Bucket{{Name: "member-bucket", Region: "eu-west-1", Versioning: "Enabled"}}},
			{ID: "777788889999", Name: "closed to us"},
			{ID: "222233334444", Name: "gone", State: "SUSPENDED"},
		},
		Organization: &lab.Organization{ID: "o-acme000001", Root: "r-0001", Unit: "ou-0001-11111111", BlockPolicy: "all",
			Policies: []lab.OrganizationPolicy{
				{ID: "p-rcp", Name: "perimeter", Type: "RESOURCE_CONTROL_POLICY", Content: `{"Statement":[]}`},
				{ID: "p-scp", Name: "guardrail", Type: "SERVICE_CONTROL_POLICY", Content: `{"Statement":[{}]}`},
			}},
	}
}

func TestAccountFacts(t *testing.T) {
	all := scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
	world := organisation()
	world.Accounts[0].Block = lab.BlockAll()
	b := start(t, world, scanners.Runtime{})
	rec := b.inspect(b.ref("aws", "aws:account/"+mine), allFacts(b.scanner, scanners.KindScope)...)
	at := func(call string) scanners.Origin { return scanners.Origin{Call: call} }
	want := scanners.ScopeAWS{
		PublicAccessBlock: scanners.KnownFact(all, at("s3control:GetPublicAccessBlock")),
		OrganizationBlock: scanners.KnownFact(all, at("organizations:DescribeEffectivePolicy")),
		Organization:      scanners.KnownFact(scanners.Organization{ID: "o-acme000001", ManagementAccount: mine, Path: "o-acme000001/r-0001/"}, at("organizations:DescribeOrganization")),
		ResourcePolicies: scanners.KnownFact(scanners.Policies{List: []scanners.PolicyText{{Text: `{"Statement":[]}`, ID: "p-rcp", Name: "perimeter", AttachedTo: "r-0001"}}},
			at("organizations:ListPoliciesForTarget")),
		ServicePolicies: scanners.KnownFact(scanners.Policies{List: []scanners.PolicyText{{Text: `{"Statement":[{}]}`, ID: "p-scp", Name: "guardrail", AttachedTo: "r-0001"}}},
			at("organizations:ListPoliciesForTarget")),
	}
	if diff := cmp.Diff(want, rec.Scope.AWS); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAccountOutsideAnyOrganisation(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	rec := b.inspect(b.ref("aws", "aws:account/"+mine), allFacts(b.scanner, scanners.KindScope)...)
	for name, status := range rec.Facts() {
		if name.Kind() == scanners.KindScope && strings.HasPrefix(string(name), "scope.aws") && status.State != scanners.Absent {
			t.Errorf("%s: %+v, want absent", name, status)
		}
	}
}

func TestAccountFactsDenied(t *testing.T) {
	for _, tc := range []struct {
		name            scanners.FactName
		operation, want string
	}{
		{"scope.aws.public_access_block", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock"},
		{"scope.aws.organization_block", "DescribeEffectivePolicy", "organizations:DescribeEffectivePolicy"},
		{"scope.aws.organization", "DescribeOrganization", "organizations:DescribeOrganization"},
		{"scope.aws.resource_control_policies", "ListPoliciesForTarget", "organizations:ListPoliciesForTarget"},
	} {
		world := organisation()
		world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: tc.operation, Resource: mine}}
		b := start(t, world, scanners.Runtime{})
		rec := b.inspect(b.ref("aws", "aws:account/"+mine), allFacts(b.scanner, scanners.KindScope)...)
		if got := rec.Status(tc.name); got.Reason.Code != scanners.Denied || got.Reason.Permission != tc.want {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

func TestMemberMayNotReadPoliciesAbove(t *testing.T) {
	world := organisation()
	world.Accounts[0], world.Accounts[1] = world.Accounts[1], world.Accounts[0]
	world.Organization.Policies = nil
	// The lab's management account is the first; sign as the second instead.
	b := start(t, world, scanners.Runtime{Options: map[string]string{}}, signedAs(mine))
	rec := b.inspect(b.ref("aws", "aws:account/"+mine), "scope.aws.resource_control_policies", "scope.aws.organization")
	if got := rec.Scope.AWS.ResourcePolicies.Reason; got.Code != scanners.Denied {
		t.Errorf("policies: %+v", got)
	}
	if rec.Scope.AWS.Organization.State != scanners.Known || rec.Scope.AWS.Organization.Value.Path != "" {
		t.Errorf("organisation: %+v", rec.Scope.AWS.Organization)
	}
}

func TestOrganisation(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	got := b.discover("aws:org")
	want := []string{"aws:account/" + mine, "aws:s3:bucket/acme", "aws:account/" + theirs, "aws:s3:bucket/member-bucket"}
	if diff := cmp.Diff(want, got.ids()); diff != "" {
		t.Errorf("refs (-want +got):\n%s", diff)
	}
	if len(got.errs) != 2 || !errors.Is(got.errs[0], scanners.ErrDenied) || !strings.Contains(got.errs[0].Error(), "777788889999") || !strings.Contains(hintOf(got.errs[0]), "--org-role") ||
		!strings.Contains(got.errs[1].Error(), "suspended") {
		t.Errorf("errors: %v", got.errs)
	}
	rec := b.inspect(got.refs[3], "bucket.versioning", "bucket.aws.access_points")
	if !rec.Bucket.Versioning.Value.Enabled || rec.Account != theirs || rec.Bucket.AWS.AccessPoints.State != scanners.Known {
		t.Errorf("member's bucket: %+v", rec.Bucket)
	}
	scope := b.inspect(got.refs[2], allFacts(b.scanner, scanners.KindScope)...)
	if got := scope.Scope.AWS.Organization.Value.Path; got != "o-acme000001/r-0001/ou-0001-11111111/" {
		t.Errorf("path %q", got)
	}
	if !scope.Scope.AWS.PublicAccessBlock.Value.RestrictPublicBuckets || len(scope.Scope.AWS.ResourcePolicies.Value.List) != 1 {
		t.Errorf("member's scope: %+v", scope.Scope.AWS)
	}
}

func TestOrganisationFailuresCarryTheirScope(t *testing.T) {
	b := start(t, organisation(), scanners.Runtime{})
	for ref, err := range b.scanner.Discover(t.Context(), target(t, "aws:org")) {
		if err != nil && ref.Scope == "" {
			t.Errorf("error without a scope: %v", err)
		}
	}
}

func TestNoOrganisation(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	got := b.discover("aws:org")
	if len(got.errs) != 1 || !strings.Contains(hintOf(got.errs[0]), "organizations:ListAccounts") {
		t.Errorf("%v, hint %q", got.errs, hintOf(got.errs[0]))
	}
}

func TestRoleIsAssumed(t *testing.T) {
	world := organisation()
	world.Accounts[1].ExternalID = "x"
	b := start(t, world, scanners.Runtime{Options: map[string]string{"role-arn": "arn:aws:iam::" + theirs + ":role/OrganizationAccountAccessRole", "external-id": "x"}})
	if diff := cmp.Diff([]string{"aws:account/" + theirs, "aws:s3:bucket/member-bucket"}, b.mustDiscover("aws").ids()); diff != "" {
		t.Error(diff)
	}
	refused := start(t, organisation(), scanners.Runtime{Options: map[string]string{"role-arn": "arn:aws:iam::" + theirs + ":role/other"}})
	got := refused.discover("aws")
	if len(got.errs) != 1 || !errors.Is(got.errs[0], scanners.ErrDenied) || !strings.Contains(hintOf(got.errs[0]), "sts:AssumeRole") {
		t.Errorf("%v, hint %q", got.errs, hintOf(got.errs[0]))
	}
}

func withPoints() lab.World {
	world := oneBucket(lab.Bucket{Region: "us-west-2"})
	world.Accounts[0].Buckets = append(world.Accounts[0].Buckets, lab.Bucket{Name: "bare", Region: "us-west-2"}, lab.Bucket{Name: "elsewhere", Region: "eu-west-1"})
	world.Accounts[0].Points = []lab.AccessPoint{
		{Name: "share", Region: "us-west-2", Bucket: "acme", Policy: `{"Statement":[]}`, Block: &lab.PublicAccessBlock{}},
		{Name: "inner", Region: "us-west-2", Bucket: "acme", VPC: "vpc-1", Block: lab.BlockAll()},
		{Name: "foreign", Region: "us-west-2", Bucket: "not-ours", BucketAccount: theirs},
	}
	world.Accounts[0].Multi = []lab.MultiRegionAccessPoint{{Name: "everywhere", Alias: "m1.mrap", Policy: `{"Statement":[{}]}`, Block: lab.BlockAll(), Buckets: []string{"acme", "elsewhere"}}}
	return world
}

func TestAccessPointsOfABucket(t *testing.T) {
	b := start(t, withPoints(), scanners.Runtime{})
	rec := b.inspect(b.ref("aws", acme), "bucket.aws.access_points")
	all := scanners.PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true}
	policyFrom, blockFrom := scanners.Origin{Call: "s3control:GetAccessPointPolicy"}, scanners.Origin{Call: "s3control:GetAccessPoint"}
	want := scanners.AccessPoints{List: []scanners.AccessPoint{
		{Name: "inner", ARN: "arn:aws:s3:us-west-2:" + mine + ":accesspoint/inner", Alias: "inner-lab-s3alias", Account: mine, BucketAccount: mine,
			NetworkOrigin: "VPC", VPC: "vpc-1", Policy: scanners.AbsentFact[scanners.PolicyText](policyFrom), PublicAccessBlock: scanners.KnownFact(all, blockFrom)},
		{Name: "share", ARN: "arn:aws:s3:us-west-2:" + mine + ":accesspoint/share", Alias: "share-lab-s3alias", Account: mine, BucketAccount: mine,
			NetworkOrigin: "Internet", Policy: scanners.KnownFact(scanners.PolicyText{Text: `{"Statement":[]}`}, policyFrom),
			PublicAccessBlock: scanners.KnownFact(scanners.PublicAccessBlock{}, blockFrom)},
		{Name: "everywhere", ARN: "arn:aws:s3::" + mine + ":accesspoint/m1.mrap", Alias: "m1.mrap", Account: mine, BucketAccount: mine, NetworkOrigin: "Internet", MultiRegion: true,
			Policy:            scanners.KnownFact(scanners.PolicyText{Text: `{"Statement":[{}]}`}, scanners.Origin{Call: "s3control:GetMultiRegionAccessPointPolicy"}),
			PublicAccessBlock: scanners.KnownFact(all, scanners.Origin{Call: "s3control:ListMultiRegionAccessPoints"})},
	}}
	if diff := cmp.Diff(scanners.KnownFact(want, scanners.Origin{Call: "s3control:ListAccessPoints"}), rec.Bucket.AWS.AccessPoints); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAccessPointsAreListedOncePerRegion(t *testing.T) {
	b := start(t, withPoints(), scanners.Runtime{})
	for _, ref := range b.mustDiscover("aws").refs {
		if ref.Kind == scanners.KindBucket {
			b.inspect(ref, "bucket.aws.access_points")
		}
	}
	calls := b.lab.Calls()
	if calls["s3control:ListAccessPoints"] != 2 || calls["s3control:ListMultiRegionAccessPoints"] != 1 {
		t.Errorf("%v", calls)
	}
}

func TestAccessPointsAsEndpoints(t *testing.T) {
	b := start(t, withPoints(), scanners.Runtime{})
	got := b.mustDiscover("aws")
	var ids, parents []string
	for _, ref := range got.refs {
		if ref.Kind == scanners.KindEndpoint {
			ids, parents = append(ids, ref.ID), append(parents, ref.Parent)
		}
	}
	prefix := "aws:s3:accesspoint/" + mine + "/us-west-2/"
	if diff := cmp.Diff([]string{prefix + "foreign", prefix + "inner", prefix + "share", "aws:s3:mrap/" + mine + "/everywhere"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"aws:account/" + mine, acme, acme, "aws:account/" + mine}, parents); diff != "" {
		t.Errorf("parents (-want +got):\n%s", diff)
	}
	for _, ref := range got.refs {
		if ref.Kind != scanners.KindEndpoint {
			continue
		}
		rec := b.inspect(ref, allFacts(b.scanner, scanners.KindEndpoint)...)
		for name, status := range rec.Facts() {
			if status.State == scanners.Unknown {
				t.Errorf("%s of %s: %+v", name, ref.Name, status)
			}
		}
	}
}

func TestAccessPointPartsDenied(t *testing.T) {
	world := withPoints()
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "GetAccessPointPolicy", Resource: "share"}, {Kind: lab.Deny, Operation: "GetAccessPoint", Resource: "share"}}
	b := start(t, world, scanners.Runtime{})
	rec := b.inspect(b.ref("aws", acme), "bucket.aws.access_points")
	share := rec.Bucket.AWS.AccessPoints.Value.List[1]
	if share.Policy.Reason.Permission != "s3:GetAccessPointPolicy" || share.PublicAccessBlock.Reason.Permission != "s3:GetAccessPoint" {
		t.Errorf("%+v", share)
	}

	world = withPoints()
	world.Faults = []lab.Fault{{Kind: lab.Deny, Operation: "ListAccessPoints"}}
	b = start(t, world, scanners.Runtime{})
	rec = b.inspect(b.ref("aws", acme), "bucket.aws.access_points")
	if got := rec.Bucket.AWS.AccessPoints.Reason; got.Permission != "s3:ListAccessPoints" {
		t.Errorf("%+v", got)
	}
}

// TestAnotherAccountsRef: a Ref saved by a scan with other credentials tells nothing about this account.
func TestAnotherAccountsRef(t *testing.T) {
	world := organisation()
	world.Accounts[0].Block = lab.BlockAll()
	b := start(t, world, scanners.Runtime{})
	ref := b.ref("aws", "aws:account/"+mine)
	ref.Account = theirs
	rec := b.inspect(ref, "scope.aws.public_access_block")
	if got := rec.Scope.AWS.PublicAccessBlock; got.Reason.Code != scanners.Denied {
		t.Errorf("%+v", got)
	}
}
