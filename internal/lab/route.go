// From a request to the operation it asks for.

package lab

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

type service string

const (
	serviceS3      service = "s3"
	serviceControl service = "s3control"
	serviceSTS     service = "sts"
	serviceOrgs    service = "organizations"
	serviceAny     service = "any" // the lab's own address: told apart by the request
)

// host is what a host name says.
type host struct {
	service service
	region  string
	bucket  string // virtual-hosted style
	account string // S3 Control
	website bool
}

// serviceOf reads the host names of AWS (General Reference, "Service endpoints"), and loopback addresses.
func serviceOf(name string) (host, bool) {
	if bare, _, err := net.SplitHostPort(name); err == nil {
		name = bare
	}
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return host{service: serviceAny, region: "us-east-1"}, true
	}
	rest, ok := strings.CutSuffix(name, ".amazonaws.com")
	if !ok {
		if rest, ok = strings.CutSuffix(name, ".amazonaws.com.cn"); !ok {
			return host{}, false
		}
	}
	labels := strings.Split(rest, ".")
	last := len(labels) - 1
	switch {
	case labels[0] == "sts":
		return host{service: serviceSTS, region: regionOr(labels, 1)}, true
	case labels[0] == "organizations":
		return host{service: serviceOrgs, region: regionOr(labels, 1)}, true
	case len(labels) == 3 && labels[1] == "s3-control":
		return host{service: serviceControl, account: labels[0], region: labels[2]}, true
	case last >= 1 && labels[last-1] == "s3":
		return host{service: serviceS3, region: labels[last], bucket: strings.Join(labels[:last-1], ".")}, true
	case labels[last] == "s3":
		return host{service: serviceS3, region: "us-east-1", bucket: strings.Join(labels[:last], ".")}, true
	case last >= 1 && strings.HasPrefix(labels[last], "s3-website-"):
		return host{service: serviceS3, region: strings.TrimPrefix(labels[last], "s3-website-"), bucket: strings.Join(labels[:last], "."), website: true}, true
	case last >= 2 && labels[last-1] == "s3-website":
		return host{service: serviceS3, region: labels[last], bucket: strings.Join(labels[:last-1], "."), website: true}, true
	}
	return host{}, false
}

func regionOr(labels []string, at int) string {
	if len(labels) > at {
		return labels[at]
	}
	return "us-east-1"
}

// request is what is asked for.
type request struct {
	service   service
	operation string // "GetBucketAcl"
	region    string // of the host that was asked
	bucket    string
	key       string
	account   string // of the caller; empty for unsigned requests
	owner     string // the bucket's owner that the caller expects, if it says
	query     url.Values
	website   bool

	externalID string // for AssumeRole
}

// resource is what the request is about, for faults.
func (r request) resource() string {
	if r.bucket != "" {
		return r.bucket
	}
	return r.account
}

// identity is what makes two requests the same request.
func (r request) identity() string {
	return strings.Join([]string{string(r.service), r.operation, r.account, r.bucket, r.key, r.query.Encode()}, "\x00")
}

// subresources maps the query key of a bucket GET to its operation (S3 API Reference, "Operations").
var subresources = []struct{ key, operation string }{
	{"acl", "GetBucketAcl"}, {"policyStatus", "GetBucketPolicyStatus"}, {"policy", "GetBucketPolicy"},
	{"publicAccessBlock", "GetPublicAccessBlock"}, {"ownershipControls", "GetBucketOwnershipControls"},
	{"website", "GetBucketWebsite"}, {"cors", "GetBucketCors"}, {"versioning", "GetBucketVersioning"},
	{"logging", "GetBucketLogging"}, {"encryption", "GetBucketEncryption"},
	{"lifecycle", "GetBucketLifecycleConfiguration"}, {"object-lock", "GetObjectLockConfiguration"},
	{"replication", "GetBucketReplication"}, {"requestPayment", "GetBucketRequestPayment"},
	{"tagging", "GetBucketTagging"}, {"notification", "GetBucketNotificationConfiguration"},
	{"accelerate", "GetBucketAccelerateConfiguration"}, {"location", "GetBucketLocation"}, {"abac", "GetBucketAbac"},
	{"versions", "ListObjectVersions"}, {"uploads", "ListMultipartUploads"},
}

// read works out the operation. form holds the parameters of a POST.
func read(r *http.Request, at host, form url.Values) request {
	q := request{service: at.service, region: at.region, bucket: at.bucket, website: at.website, query: r.URL.Query(), account: callerAccount(r), owner: r.Header.Get("X-Amz-Expected-Bucket-Owner")}
	if q.service == serviceAny {
		q.service = guessService(r)
	}
	switch q.service {
	case serviceSTS:
		q.operation = form.Get("Action")
		if q.operation == "AssumeRole" {
			q.key, q.externalID = form.Get("RoleArn"), form.Get("ExternalId")
		}
	case serviceOrgs:
		_, q.operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		q.key = form.Get("body")
	case serviceControl:
		readControl(&q, r)
	default:
		readS3(&q, r)
	}
	return q
}

func guessService(r *http.Request) service {
	scope := credentialScope(r)
	switch {
	case strings.HasPrefix(r.URL.Path, "/v20180820/"):
		return serviceControl
	case r.Header.Get("X-Amz-Target") != "":
		return serviceOrgs
	case len(scope) > 3 && scope[3] == "sts":
		return serviceSTS
	}
	return serviceS3
}

// credentialScope splits the credential of a signature, version 4: key id, date, region, service.
func credentialScope(r *http.Request) []string {
	_, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return nil
	}
	scope, _, _ := strings.Cut(rest, ",")
	return strings.Split(scope, "/")
}

// callerAccount reads the account out of a lab key id; empty for unsigned requests.
func callerAccount(r *http.Request) string {
	scope := credentialScope(r)
	if len(scope) == 0 {
		return ""
	}
	return strings.TrimPrefix(scope[0], "LAB")
}

func readControl(q *request, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v20180820/")
	if !ok || r.Method != http.MethodGet {
		return
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "configuration/publicAccessBlock":
		q.operation = "GetPublicAccessBlock"
	case path == "accesspoint":
		q.operation = "ListAccessPoints"
	case parts[0] == "accesspoint" && len(parts) == 2:
		q.operation, q.bucket = "GetAccessPoint", parts[1]
	case parts[0] == "accesspoint" && len(parts) == 3 && parts[2] == "policy":
		q.operation, q.bucket = "GetAccessPointPolicy", parts[1]
	case path == "mrap/instances":
		q.operation = "ListMultiRegionAccessPoints"
	case strings.HasPrefix(path, "mrap/instances/") && parts[len(parts)-1] == "policy":
		q.operation, q.bucket = "GetMultiRegionAccessPointPolicy", strings.Join(parts[2:len(parts)-1], "/")
	}
}

func readS3(q *request, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if q.bucket == "" {
		q.bucket, path, _ = strings.Cut(path, "/")
	}
	q.key = path
	switch {
	case r.Method == http.MethodHead && q.key == "":
		q.operation = "HeadBucket"
	case r.Method == http.MethodHead:
		q.operation = "HeadObject"
	case r.Method != http.MethodGet:
		q.operation = r.Method // not served, but counted under a name that no test expects
	case q.bucket == "":
		q.operation = "ListBuckets"
	case q.key != "" && q.query.Has("acl"):
		q.operation = "GetObjectAcl"
	case q.key != "" || q.website:
		q.operation = "GetObject"
	default:
		q.operation = "ListObjectsV2"
		for _, s := range subresources {
			if q.query.Has(s.key) {
				q.operation = s.operation
				break
			}
		}
	}
}
