// Raw S3 input: a bare bucket policy, or an object with what the S3 API and CLI print.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// s3Keys are the keys of a raw S3 object, beside "id" and "provider".
var s3Keys = []string{"bucket", "account", "region", "partition", "at", "policy", "acl", "public_access_block",
	"account_public_access_block", "organization_public_access_block", "ownership", "website", "versioning",
	"request_payment", "encryption", "access_points", "objects", "organization_id", "organization_path",
	"resource_control_policies", "service_control_policies"}

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
	return b, s3Organization(b, in)
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

func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
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

// s3ACL accepts what GetBucketAcl and GetObjectAcl print, in the API's or the CLI's words.
func s3ACL(raw json.RawMessage) (scanners.ACL, bool, error) {
	raw = unwrap(raw, "AccessControlPolicy", "AccessControlList")
	v := scanners.ACL{Grants: []scanners.ACLGrant{}}
	if canned := ""; json.Unmarshal(raw, &canned) == nil {
		grants, err := cannedACL(canned)
		v.Grants = grants
		return v, true, err
	}
	type grant struct {
		Grantee struct {
			Type, URI, ID, DisplayName, EmailAddress, XSIType string
			XMLType                                           string `json:"xsi:type"`
		}
		Permission string
	}
	var doc struct {
		Owner            struct{ ID, DisplayName string }
		Grants           []grant
		Grant            []grant
		ResponseMetadata json.RawMessage
		RequestCharged   string
	}
	if bytesStart(raw) == '[' {
		if err := strict(raw, &doc.Grants); err != nil {
			return v, false, err
		}
	} else if err := strict(raw, &doc); err != nil {
		return v, false, err
	}
	v.Owner = doc.Owner.ID
	for i, g := range append(doc.Grants, doc.Grant...) {
		kind := g.Grantee.Type
		if kind == "" {
			kind = g.Grantee.XSIType + g.Grantee.XMLType
		}
		out := scanners.ACLGrant{Kind: kind, Permission: g.Permission}
		switch {
		case g.Grantee.URI != "":
			out.Grantee, out.Kind = g.Grantee.URI, "Group"
		case g.Grantee.ID != "":
			out.Grantee, out.Kind = g.Grantee.ID, "CanonicalUser"
		case g.Grantee.EmailAddress != "":
			out.Grantee, out.Kind = g.Grantee.EmailAddress, "AmazonCustomerByEmail"
		default:
			return v, false, fmt.Errorf("grant %d names no grantee (URI, ID or EmailAddress)", i+1)
		}
		if !slices.Contains([]string{"FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"}, out.Permission) {
			return v, false, fmt.Errorf("grant %d has permission %q, which S3 does not know", i+1, out.Permission)
		}
		v.Grants = append(v.Grants, out)
	}
	return v, true, nil
}

// cannedACL writes a canned ACL out. S3 User Guide, "Canned ACL".
func cannedACL(name string) ([]scanners.ACLGrant, error) {
	const groups = "http://acs.amazonaws.com/groups/"
	group := func(g string, permissions ...string) []scanners.ACLGrant {
		out := []scanners.ACLGrant{}
		for _, p := range permissions {
			out = append(out, scanners.ACLGrant{Grantee: groups + g, Kind: "Group", Permission: p})
		}
		return out
	}
	switch name {
	case "private", "bucket-owner-read", "bucket-owner-full-control":
		return []scanners.ACLGrant{}, nil
	case "public-read":
		return group("global/AllUsers", "READ"), nil
	case "public-read-write":
		return group("global/AllUsers", "READ", "WRITE"), nil
	case "authenticated-read":
		return group("global/AuthenticatedUsers", "READ"), nil
	case "log-delivery-write":
		return group("s3/LogDelivery", "WRITE", "READ_ACP"), nil
	default:
		return nil, fmt.Errorf("canned ACL %q is not one that S3 documents", name)
	}
}

func s3Objects(raw json.RawMessage) (scanners.ObjectSample, bool, error) {
	raw = unwrap(raw, "Contents", "Objects")
	items, err := listOf(raw)
	if err != nil {
		return scanners.ObjectSample{}, false, err
	}
	out := scanners.ObjectSample{Objects: []scanners.SampledObject{}}
	for i, item := range items {
		o, err := s3Object(item)
		if err != nil {
			return out, false, fmt.Errorf("object %d: %w", i+1, err)
		}
		out.Objects = append(out.Objects, o)
	}
	return out, true, nil
}

func s3Object(raw json.RawMessage) (scanners.SampledObject, error) {
	var o scanners.SampledObject
	if json.Unmarshal(raw, &o.Key) == nil {
		return o, nil
	}
	in, err := object(raw)
	if err != nil {
		return o, err
	}
	readACL := func(raw json.RawMessage) error {
		acl, _, err := s3ACL(raw)
		o.ACLRead, o.Grants = err == nil, acl.Grants
		if o.Owner == "" {
			o.Owner = acl.Owner
		}
		return err
	}
	err = in.each(map[string]func(json.RawMessage) error{
		"key":                  textInto(&o.Key),
		"versionid":            textInto(&o.VersionID),
		"acl":                  readACL,
		"storageclass":         textInto(&o.StorageClass),
		"encryption":           textInto(&o.Encryption),
		"serversideencryption": textInto(&o.Encryption),
		"size":                 func(r json.RawMessage) error { return strict(r, &o.Size) },
		"etag":                 func(json.RawMessage) error { return nil },
		"tags":                 func(json.RawMessage) error { return nil },
		"lastmodified":         func(r json.RawMessage) error { return timeInto(&o.Modified)(r) },
		"owner": func(r json.RawMessage) error {
			var doc struct{ ID, DisplayName string }
			if json.Unmarshal(r, &o.Owner) == nil {
				return nil
			}
			err := strict(r, &doc)
			o.Owner = doc.ID
			return err
		},
	})
	if err == nil && o.Key == "" {
		err = fmt.Errorf("no key")
	}
	return o, err
}

func s3AccessPoints(raw json.RawMessage) (scanners.AccessPoints, bool, error) {
	raw = unwrap(raw, "AccessPointList", "AccessPoints")
	items, err := listOf(raw)
	if err != nil {
		return scanners.AccessPoints{}, false, err
	}
	out := scanners.AccessPoints{List: []scanners.AccessPoint{}}
	for i, item := range items {
		ap, err := s3AccessPoint(item)
		if err != nil {
			return out, false, fmt.Errorf("access point %d: %w", i+1, err)
		}
		out.List = append(out.List, ap)
	}
	return out, true, nil
}

func s3AccessPoint(raw json.RawMessage) (scanners.AccessPoint, error) {
	ap := scanners.AccessPoint{NetworkOrigin: "Internet"}
	in, err := object(raw)
	if err != nil {
		return ap, err
	}
	from := givenOrigin("access_points")
	ap.Policy = scanners.AbsentFact[scanners.PolicyText](from)
	ap.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](from)
	ignore := func(json.RawMessage) error { return nil }
	err = in.each(map[string]func(json.RawMessage) error{
		"name":            textInto(&ap.Name),
		"arn":             textInto(&ap.ARN),
		"accesspointarn":  textInto(&ap.ARN),
		"alias":           textInto(&ap.Alias),
		"account":         textInto(&ap.Account),
		"accountid":       textInto(&ap.Account),
		"bucketaccountid": textInto(&ap.BucketAccount),
		"networkorigin":   textInto(&ap.NetworkOrigin),
		"multiregion":     boolInto(&ap.MultiRegion),
		"bucket":          ignore, "creationdate": ignore, "endpoints": ignore, "region": ignore, "status": ignore,
		"vpcid": textInto(&ap.VPC),
		"vpc":   textInto(&ap.VPC),
		"vpcconfiguration": func(r json.RawMessage) error {
			var doc struct{ VpcID string }
			err := strict(r, &doc)
			ap.VPC = doc.VpcID
			return err
		},
		"policy": func(r json.RawMessage) error {
			p, ok, err := policyText(r)
			if ok {
				ap.Policy = scanners.KnownFact(p, from)
			}
			return err
		},
		"publicaccessblock":              func(r json.RawMessage) error { return accessPointBlock(&ap, r) },
		"publicaccessblockconfiguration": func(r json.RawMessage) error { return accessPointBlock(&ap, r) },
	})
	if ap.VPC != "" {
		ap.NetworkOrigin = "VPC"
	}
	return ap, err
}

func accessPointBlock(ap *scanners.AccessPoint, raw json.RawMessage) error {
	v, _, err := publicAccessBlock(raw)
	if err == nil {
		ap.PublicAccessBlock = scanners.KnownFact(v, givenOrigin("access_points"))
	}
	return err
}

var _ = time.RFC3339
