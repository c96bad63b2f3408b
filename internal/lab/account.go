// S3 Control, STS and Organizations: what is kept per account.

package lab

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (l *Lab) control(q request) answer {
	caller := l.caller(q)
	if caller == nil {
		return q.refuse(Deny)
	}
	switch q.operation {
	case "GetPublicAccessBlock":
		if caller.Block == nil {
			return q.notFound("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
		}
		return xmlAnswer(*caller.Block)
	case "ListAccessPoints":
		return l.listPoints(q, caller)
	case "ListMultiRegionAccessPoints":
		return l.listMulti(caller)
	case "GetMultiRegionAccessPointPolicy":
		for _, m := range caller.Multi {
			if m.Name == q.bucket {
				return multiPolicy(m)
			}
		}
		return q.notFound("NoSuchMultiRegionAccessPoint", "The specified Multi-Region Access Point does not exist")
	}
	for i := range caller.Points {
		p := &caller.Points[i]
		if p.Name != q.bucket || p.Region != q.region {
			continue
		}
		switch {
		case q.operation == "GetAccessPoint":
			return pointAnswer(p, caller)
		case q.operation == "GetAccessPointPolicy" && p.Policy == "":
			return q.notFound("NoSuchAccessPointPolicy", "The specified accesspoint policy does not exist")
		case q.operation == "GetAccessPointPolicy":
			return xmlAnswer(struct {
				XMLName xml.Name `xml:"GetAccessPointPolicyResult"`
				Policy  string
			}{Policy: p.Policy})
		}
	}
	return q.notFound("NoSuchAccessPoint", "The specified accesspoint does not exist")
}

type pointXML struct {
	Name, NetworkOrigin string
	VPC                 string `xml:"VpcConfiguration>VpcId,omitempty"`
	Bucket              string
	AccessPointArn      string
	Alias               string
	BucketAccountId     string //nolint:revive // the element's name
}

func pointOf(p *AccessPoint, a *Account) pointXML {
	out := pointXML{Name: p.Name, NetworkOrigin: "Internet", VPC: p.VPC, Bucket: p.Bucket, Alias: p.Name + "-lab-s3alias",
		BucketAccountId: or(p.BucketAccount, a.ID),
		AccessPointArn:  "arn:" + a.partition() + ":s3:" + p.Region + ":" + a.ID + ":accesspoint/" + p.Name}
	if p.VPC != "" {
		out.NetworkOrigin = "VPC"
	}
	return out
}

func (l *Lab) listPoints(q request, a *Account) answer {
	out := struct {
		XMLName xml.Name   `xml:"ListAccessPointsResult"`
		List    []pointXML `xml:"AccessPointList>AccessPoint"`
	}{}
	for i := range a.Points {
		p := &a.Points[i]
		if p.Region == q.region && (q.query.Get("bucket") == "" || q.query.Get("bucket") == p.Bucket) {
			out.List = append(out.List, pointOf(p, a))
		}
	}
	return xmlAnswer(out)
}

func pointAnswer(p *AccessPoint, a *Account) answer {
	block := p.Block
	if block == nil {
		block = &PublicAccessBlock{}
	}
	listed := pointOf(p, a)
	return xmlAnswer(struct {
		XMLName         xml.Name `xml:"GetAccessPointResult"`
		Name            string
		Bucket          string
		NetworkOrigin   string
		VPC             string `xml:"VpcConfiguration>VpcId,omitempty"`
		Block           *PublicAccessBlock
		Alias           string
		AccessPointArn  string
		BucketAccountId string //nolint:revive // the element's name
	}{Name: p.Name, Bucket: p.Bucket, NetworkOrigin: listed.NetworkOrigin, VPC: p.VPC, Block: block, Alias: listed.Alias,
		AccessPointArn: listed.AccessPointArn, BucketAccountId: listed.BucketAccountId})
}

func (l *Lab) listMulti(a *Account) answer {
	type region struct {
		Bucket, Region, BucketAccountId string //nolint:revive // the element's name
	}
	type flags struct {
		BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
	}
	type point struct {
		Name, Alias       string
		PublicAccessBlock *flags   `xml:",omitempty"`
		Regions           []region `xml:"Regions>Region"`
		Status            string
	}
	out := struct {
		XMLName xml.Name `xml:"ListMultiRegionAccessPointsResult"`
		List    []point  `xml:"AccessPoints>AccessPoint"`
	}{}
	for _, m := range a.Multi {
		p := point{Name: m.Name, Alias: m.Alias, Status: "READY"}
		if m.Block != nil {
			p.PublicAccessBlock = &flags{m.Block.BlockPublicAcls, m.Block.IgnorePublicAcls, m.Block.BlockPublicPolicy, m.Block.RestrictPublicBuckets}
		}
		for _, name := range m.Buckets {
			r := region{Bucket: name, BucketAccountId: a.ID}
			if at, ok := l.byBucket[name]; ok {
				r.Region, r.BucketAccountId = at.bucket.Region, at.account.ID
			}
			p.Regions = append(p.Regions, r)
		}
		out.List = append(out.List, p)
	}
	return xmlAnswer(out)
}

func multiPolicy(m MultiRegionAccessPoint) answer {
	type text struct{ Policy string }
	type policy struct {
		Established *text `xml:",omitempty"`
	}
	out := struct {
		XMLName xml.Name `xml:"GetMultiRegionAccessPointPolicyResult"`
		Policy  policy
	}{}
	if m.Policy != "" {
		out.Policy.Established = &text{m.Policy}
	}
	return xmlAnswer(out)
}

func (l *Lab) sts(q request) answer {
	caller := l.caller(q)
	if caller == nil {
		return q.failure(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	type metadata struct{ RequestId string } //nolint:revive // the element's name
	switch q.operation {
	case "GetCallerIdentity":
		type result struct{ Arn, UserId, Account string } //nolint:revive // the element's name
		return xmlAnswer(struct {
			XMLName  xml.Name `xml:"GetCallerIdentityResponse"`
			Result   result   `xml:"GetCallerIdentityResult"`
			Metadata metadata `xml:"ResponseMetadata"`
		}{Result: result{"arn:" + caller.partition() + ":iam::" + caller.ID + ":user/lab", "AIDALAB", caller.ID}, Metadata: metadata{"lab"}})
	case "AssumeRole":
		account, role := roleOf(q.key)
		for _, a := range l.world.Accounts {
			if a.ID != account || a.ExternalID != "" && a.ExternalID != q.externalID {
				continue
			}
			for _, name := range a.Roles {
				if name == role {
					return assumed(account, q.key)
				}
			}
		}
		return q.failure(http.StatusForbidden, "AccessDenied", "User is not authorized to perform: sts:AssumeRole on resource: "+q.key)
	}
	return q.failure(http.StatusBadRequest, "InvalidAction", "Could not find operation")
}

func roleOf(arn string) (account, role string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	return parts[4], strings.TrimPrefix(parts[5], "role/")
}

func assumed(account, role string) answer {
	type credentials struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string } //nolint:revive // the elements' names
	type user struct{ AssumedRoleId, Arn string }                                            //nolint:revive // the element's name
	type result struct {
		Credentials     credentials
		AssumedRoleUser user
	}
	return xmlAnswer(struct {
		XMLName xml.Name `xml:"AssumeRoleResponse"`
		Result  result   `xml:"AssumeRoleResult"`
	}{Result: result{credentials{"LAB" + account, "not-a-secret", "not-a-token", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)},
		user{"AROALAB:tojimari", role + "/tojimari"}}})
}

// organizations answers in JSON, protocol 1.1.
func (l *Lab) organizations(q request) answer {
	caller, org := l.caller(q), l.world.Organization
	if caller == nil {
		return q.failure(http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if org == nil {
		return q.failure(http.StatusBadRequest, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
	}
	management := l.world.Accounts[0].ID
	switch q.operation {
	case "DescribeOrganization":
		return jsonAnswer(map[string]any{"Organization": map[string]any{"Id": org.ID, "MasterAccountId": management, "FeatureSet": "ALL"}})
	case "DescribeEffectivePolicy":
		if org.BlockPolicy == "" {
			return q.failure(http.StatusBadRequest, "EffectivePolicyNotFoundException", "No effective policy of this type was found.")
		}
		return jsonAnswer(map[string]any{"EffectivePolicy": map[string]any{"PolicyType": "S3_POLICY", "TargetId": caller.ID,
			"PolicyContent": `{"s3_attributes":{"public_access_block_configuration":"` + org.BlockPolicy + `"}}`}})
	}
	if caller.ID != management && !slices.Contains(org.Delegated, caller.ID) {
		return q.failure(http.StatusBadRequest, "AccessDeniedException", "You don't have permissions to access this resource.")
	}
	var in struct{ TargetId, ChildId, Filter, PolicyId, NextToken string } //nolint:revive // the members' names
	if err := json.Unmarshal([]byte(or(q.key, "{}")), &in); err != nil {
		return q.failure(http.StatusBadRequest, "SerializationException", "")
	}
	switch q.operation {
	case "ListAccounts":
		return l.listAccounts(in.NextToken)
	case "ListParents":
		parent := org.Unit
		if in.ChildId == org.Unit || in.ChildId == management {
			parent = org.Root
		}
		return jsonAnswer(map[string]any{"Parents": []map[string]any{{"Id": parent, "Type": "ROOT"}}})
	case "ListPoliciesForTarget":
		list := []map[string]any{}
		for _, p := range org.Policies {
			if in.TargetId == org.Root && p.Type == in.Filter {
				list = append(list, map[string]any{"Id": p.ID, "Name": p.Name, "Type": p.Type})
			}
		}
		return jsonAnswer(map[string]any{"Policies": list})
	case "DescribePolicy":
		for _, p := range org.Policies {
			if p.ID == in.PolicyId {
				return jsonAnswer(map[string]any{"Policy": map[string]any{"Content": p.Content, "PolicySummary": map[string]any{"Id": p.ID, "Name": p.Name}}})
			}
		}
	}
	return q.failure(http.StatusBadRequest, "InvalidInputException", "no such thing in this world")
}

// accountsPerPage is the most that a page of accounts holds (Organizations API Reference, "ListAccounts").
const accountsPerPage = 20

func (l *Lab) listAccounts(token string) answer {
	all := l.world.Accounts
	from, _ := strconv.Atoi(token) // none is the start
	from = min(max(from, 0), len(all))
	end := min(from+accountsPerPage, len(all))
	var list []map[string]any
	for _, a := range all[from:end] {
		list = append(list, map[string]any{"Id": a.ID, "Name": a.Name, "State": or(a.State, "ACTIVE"), "Status": or(a.State, "ACTIVE")})
	}
	out := map[string]any{"Accounts": list}
	if end < len(all) {
		out["NextToken"] = strconv.Itoa(end)
	}
	return jsonAnswer(out)
}

func jsonAnswer(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: http.StatusOK, body: body, header: map[string]string{"Content-Type": "application/x-amz-json-1.1"}}
}
