// Objects, access points and ACLs of raw S3 input.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tojimari/tojimari/scanners"
)

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
	// A listing that says it ended, and of which nothing was left out, is all there is.
	var listing struct {
		IsTruncated        *bool
		Prefix, StartAfter string
	}
	_ = json.Unmarshal(raw, &listing)
	raw = unwrap(raw, "Contents", "Objects")
	items, err := listOf(raw)
	if err != nil {
		return scanners.ObjectSample{}, false, err
	}
	out := scanners.ObjectSample{Objects: []scanners.SampledObject{}}
	out.Complete = listing.IsTruncated != nil && !*listing.IsTruncated && listing.Prefix+listing.StartAfter == ""
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
		"checksumalgorithm":    func(json.RawMessage) error { return nil },
		"checksumtype":         func(json.RawMessage) error { return nil },
		"restorestatus":        func(json.RawMessage) error { return nil },
		"islatest":             func(json.RawMessage) error { return nil },
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
		"datasourceid": ignore, "datasourcetype": ignore, "regions": ignore, "createdat": ignore,
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
