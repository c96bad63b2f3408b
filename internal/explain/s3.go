// Raw S3 input: a bare bucket policy, or an object with what the S3 API and CLI print.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// s3Keys are the keys of a raw S3 object, beside "id" and "provider".
var s3Keys = []string{"bucket", "account", "region", "partition", "at", "policy", "acl", "public_access_block",
	"account_public_access_block", "organization_public_access_block", "ownership", "website", "versioning",
	"request_payment", "encryption", "access_points", "objects", "organization_id", "organization_path",
	"resource_control_policies", "service_control_policies", "policy_status", "abac", "tags"}

// s3Record builds a record from raw S3 input. What is not given becomes absent and is listed as assumed.
func s3Record(in fields) (*built, error) {
	if err := in.onlyKeys(append([]string{"id", "provider"}, s3Keys...)); err != nil {
		return nil, err
	}
	b := &built{}
	head := scanners.Head{Kind: scanners.KindBucket, Provider: scanners.AWS}
	var err error
	if head.Name, err = in.text("bucket"); err != nil {
		return nil, err
	}
	if head.Account, err = in.text("account"); err != nil {
		return nil, err
	}
	if head.Region, err = in.text("region"); err != nil {
		return nil, err
	}
	if head.Partition, err = in.text("partition"); err != nil {
		return nil, err
	}
	if b.at, err = in.time("at"); err != nil {
		return nil, err
	}
	if head.Partition == "" {
		head.Partition = partitionOf(head.Region)
	}
	head.ID = scanners.S3BucketID("", head.Name)
	rec := scanners.NewRecord(head)
	rec.Scope = &scanners.Scope{}
	b.record = rec
	a, scope := &rec.Bucket.AWS, &rec.Scope.AWS

	if err := give(b, in, "policy", &a.Policy, policyText); err != nil {
		return nil, err
	}
	if err := give(b, in, "acl", &a.ACL, s3ACL); err != nil {
		return nil, err
	}
	if err := give(b, in, "public_access_block", &a.PublicAccessBlock, publicAccessBlock); err != nil {
		return nil, err
	}
	if err := give(b, in, "account_public_access_block", &scope.PublicAccessBlock, publicAccessBlock); err != nil {
		return nil, err
	}
	if err := give(b, in, "organization_public_access_block", &scope.OrganizationBlock, publicAccessBlock); err != nil {
		return nil, err
	}
	if err := give(b, in, "ownership", &a.Ownership, ownership); err != nil {
		return nil, err
	}
	if err := give(b, in, "website", &rec.Bucket.Website, s3Website); err != nil {
		return nil, err
	}
	if err := give(b, in, "versioning", &rec.Bucket.Versioning, s3Versioning); err != nil {
		return nil, err
	}
	if err := give(b, in, "request_payment", &rec.Bucket.RequesterPays, requestPayment); err != nil {
		return nil, err
	}
	if err := give(b, in, "encryption", &rec.Bucket.Encryption, s3Encryption); err != nil {
		return nil, err
	}
	if err := give(b, in, "access_points", &a.AccessPoints, s3AccessPoints); err != nil {
		return nil, err
	}
	if err := give(b, in, "objects", &rec.Bucket.Objects, s3Objects); err != nil {
		return nil, err
	}
	if err := give(b, in, "resource_control_policies", &scope.ResourcePolicies, policyList); err != nil {
		return nil, err
	}
	if err := give(b, in, "service_control_policies", &scope.ServicePolicies, policyList); err != nil {
		return nil, err
	}
	for _, ap := range a.AccessPoints.Value.List {
		if ap.Policy.State == scanners.Absent {
			b.assume("access_points[" + ap.Name + "].policy")
		}
	}
	if in["policy_status"] != nil {
		if err := give(b, in, "policy_status", &a.PolicyStatus, s3PolicyStatus); err != nil {
			return nil, err
		}
	}
	// Tags that are not given, and whether they count, stay unknown: a condition on them has no answer without them.
	if in["abac"] != nil {
		if err := give(b, in, "abac", &a.ABAC, s3ABAC); err != nil {
			return nil, err
		}
	}
	if in["tags"] != nil {
		if err := give(b, in, "tags", &rec.Bucket.Labels, s3Tags); err != nil {
			return nil, err
		}
	}
	return b, s3Organization(b, in)
}

// s3ABAC accepts what GetBucketAbac prints, the status alone, or a boolean.
func s3ABAC(raw json.RawMessage) (scanners.ABAC, bool, error) {
	raw = unwrap(raw, "AbacStatus", "Status")
	if on, err := asBool(raw); err == nil {
		return scanners.ABAC{Enabled: on}, true, nil
	}
	var status string
	if err := json.Unmarshal(raw, &status); err != nil || status != "Enabled" && status != "Disabled" {
		return scanners.ABAC{}, false, fmt.Errorf("status %s is not Enabled or Disabled", snippet(raw))
	}
	return scanners.ABAC{Enabled: status == "Enabled"}, true, nil
}

// s3Tags accepts what GetBucketTagging prints, or an object of key and value.
func s3Tags(raw json.RawMessage) (scanners.Labels, bool, error) {
	raw = unwrap(raw, "TagSet", "Tagging")
	out := scanners.Labels{Values: map[string]string{}}
	if json.Unmarshal(raw, &out.Values) == nil {
		return out, true, nil
	}
	out.Values = map[string]string{}
	var list []struct{ Key, Value string }
	if err := strict(raw, &list); err != nil {
		return out, false, err
	}
	for _, t := range list {
		out.Values[t.Key] = t.Value
	}
	return out, true, nil
}

// s3PolicyStatus accepts what GetBucketPolicyStatus prints.
func s3PolicyStatus(raw json.RawMessage) (scanners.PolicyStatus, bool, error) {
	raw = unwrap(raw, "PolicyStatus")
	if on, err := asBool(raw); err == nil {
		return scanners.PolicyStatus{Public: on}, true, nil
	}
	var doc struct{ IsPublic bool }
	err := strict(raw, &doc)
	return scanners.PolicyStatus{Public: doc.IsPublic}, true, err
}

func s3Organization(b *built, in fields) error {
	id, err := in.text("organization_id")
	if err != nil {
		return err
	}
	path, err := in.text("organization_path")
	if err != nil {
		return err
	}
	org := &b.record.Scope.AWS.Organization
	if id == "" && path == "" {
		b.assume("organization_id")
		*org = scanners.AbsentFact[scanners.Organization](givenOrigin("organization_id"))
		return nil
	}
	*org = scanners.KnownFact(scanners.Organization{ID: id, Path: path}, givenOrigin("organization_id"))
	return nil
}

// partitionOf follows the SDKs' table of partitions.
func partitionOf(region string) string {
	for _, p := range [][2]string{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"},
		{"us-isob-", "aws-iso-b"}, {"us-isof-", "aws-iso-f"}, {"eu-isoe-", "aws-iso-e"}, {"us-iso-", "aws-iso"},
	} {
		if strings.HasPrefix(region, p[0]) {
			return p[1]
		}
	}
	return "aws"
}

// policyText accepts a policy as a JSON object or as a string of JSON, bare or as {"Policy": ...}.
func policyText(raw json.RawMessage) (scanners.PolicyText, bool, error) {
	raw = unwrap(raw, "Policy")
	text, isText, err := textOrJSON(raw)
	if err != nil {
		return scanners.PolicyText{}, false, err
	}
	if isText && strings.TrimSpace(text) == "" {
		return scanners.PolicyText{}, false, nil
	}
	return scanners.PolicyText{Text: text}, true, nil
}

// policyList accepts one policy or a list of them, each as policyText reads it, or with a name and "Content"
// as the Organizations API prints them.
func policyList(raw json.RawMessage) (scanners.Policies, bool, error) {
	raw = unwrap(raw, "Policies")
	items, err := listOf(raw)
	if err != nil {
		return scanners.Policies{}, false, err
	}
	out := scanners.Policies{List: []scanners.PolicyText{}}
	for i, item := range items {
		var named struct {
			Content       json.RawMessage
			Policy        json.RawMessage
			PolicySummary struct{ ID, Name string }
		}
		if json.Unmarshal(item, &named) == nil && named.Policy != nil && named.Content == nil {
			_ = json.Unmarshal(named.Policy, &named)
		}
		if named.Content != nil {
			item = named.Content
		}
		text, ok, err := policyText(item)
		if err != nil {
			return scanners.Policies{}, false, fmt.Errorf("policy %d: %w", i+1, err)
		}
		if ok {
			text.ID, text.Name = named.PolicySummary.ID, named.PolicySummary.Name
			out.List = append(out.List, text)
		}
	}
	return out, true, nil
}

func publicAccessBlock(raw json.RawMessage) (scanners.PublicAccessBlock, bool, error) {
	raw = unwrap(raw, "PublicAccessBlockConfiguration", "PublicAccessBlock")
	var v scanners.PublicAccessBlock
	flags, err := object(raw)
	if err != nil {
		return v, false, err
	}
	err = flags.each(map[string]func(json.RawMessage) error{
		"blockpublicacls":       boolInto(&v.BlockPublicAcls),
		"ignorepublicacls":      boolInto(&v.IgnorePublicAcls),
		"blockpublicpolicy":     boolInto(&v.BlockPublicPolicy),
		"restrictpublicbuckets": boolInto(&v.RestrictPublicBuckets),
	})
	return v, true, err
}

func ownership(raw json.RawMessage) (scanners.Ownership, bool, error) {
	raw = unwrap(raw, "OwnershipControls")
	var v scanners.Ownership
	if json.Unmarshal(raw, &v.Mode) != nil {
		var doc struct {
			Rules           []struct{ ObjectOwnership string }
			ObjectOwnership string
		}
		if err := strict(raw, &doc); err != nil {
			return v, false, err
		}
		v.Mode = doc.ObjectOwnership
		if len(doc.Rules) > 0 {
			v.Mode = doc.Rules[0].ObjectOwnership
		}
	}
	if !slices.Contains([]string{"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}, v.Mode) {
		return v, false, fmt.Errorf("object ownership %q is not BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter", v.Mode)
	}
	return v, true, nil
}

func s3Website(raw json.RawMessage) (scanners.Website, bool, error) {
	raw = unwrap(raw, "WebsiteConfiguration")
	if on, err := asBool(raw); err == nil {
		return scanners.Website{Enabled: on}, on, nil
	}
	var doc struct {
		IndexDocument         *struct{ Suffix string }
		ErrorDocument         *struct{ Key string }
		RedirectAllRequestsTo *struct{ HostName, Protocol string }
		RoutingRules          json.RawMessage
		ResponseMetadata      json.RawMessage
	}
	if err := strict(raw, &doc); err != nil {
		return scanners.Website{}, false, err
	}
	v := scanners.Website{Enabled: true}
	if doc.IndexDocument != nil {
		v.Index = doc.IndexDocument.Suffix
	}
	if doc.ErrorDocument != nil {
		v.Error = doc.ErrorDocument.Key
	}
	if doc.RedirectAllRequestsTo != nil {
		v.RedirectHost = doc.RedirectAllRequestsTo.HostName
	}
	if v.Index == "" && v.RedirectHost == "" {
		return scanners.Website{}, false, nil
	}
	return v, true, nil
}

func s3Versioning(raw json.RawMessage) (scanners.Versioning, bool, error) {
	raw = unwrap(raw, "VersioningConfiguration")
	var status string
	var v scanners.Versioning
	if json.Unmarshal(raw, &status) != nil {
		var doc struct{ Status, MFADelete, MfaDelete string }
		if err := strict(raw, &doc); err != nil {
			return v, false, err
		}
		status = doc.Status
		v.MFADelete = doc.MFADelete == "Enabled" || doc.MfaDelete == "Enabled"
	}
	v.Enabled, v.Suspended = status == "Enabled", status == "Suspended"
	if status != "" && !v.Enabled && !v.Suspended {
		return v, false, fmt.Errorf("versioning status %q is not Enabled or Suspended", status)
	}
	return v, status != "", nil
}

func requestPayment(raw json.RawMessage) (scanners.RequesterPays, bool, error) {
	raw = unwrap(raw, "RequestPaymentConfiguration")
	payer := ""
	if json.Unmarshal(raw, &payer) != nil {
		var doc struct{ Payer string }
		if err := strict(raw, &doc); err != nil {
			return scanners.RequesterPays{}, false, err
		}
		payer = doc.Payer
	}
	if payer != "Requester" && payer != "BucketOwner" {
		return scanners.RequesterPays{}, false, fmt.Errorf("payer %q is not Requester or BucketOwner", payer)
	}
	return scanners.RequesterPays{Enabled: payer == "Requester"}, true, nil
}

func s3Encryption(raw json.RawMessage) (scanners.Encryption, bool, error) {
	raw = unwrap(raw, "ServerSideEncryptionConfiguration")
	var v scanners.Encryption
	if json.Unmarshal(raw, &v.Algorithm) == nil {
		v.CustomerManaged = false
		return v, v.Algorithm != "", nil
	}
	type rule struct {
		ApplyServerSideEncryptionByDefault struct{ SSEAlgorithm, KMSMasterKeyID string }
		BucketKeyEnabled                   bool
		BlockedEncryptionTypes             json.RawMessage
	}
	var doc struct {
		Rules        []rule
		Rule         []rule
		SSEAlgorithm string
	}
	if err := strict(raw, &doc); err != nil {
		return v, false, err
	}
	v.Algorithm = doc.SSEAlgorithm
	for _, r := range append(doc.Rules, doc.Rule...) {
		v.Algorithm = r.ApplyServerSideEncryptionByDefault.SSEAlgorithm
		v.KeyID = r.ApplyServerSideEncryptionByDefault.KMSMasterKeyID
		v.BucketKey = r.BucketKeyEnabled
	}
	v.CustomerManaged = v.KeyID != "" && !strings.HasSuffix(v.KeyID, "alias/aws/s3")
	return v, v.Algorithm != "", nil
}
