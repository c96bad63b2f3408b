// URLs of Amazon S3 and S3-compatibles.

package proof

import (
	"regexp"
	"strings"
)

// S3 says where a bucket answers.
type S3 struct {
	Bucket    string
	Region    string // empty: the global host, which redirects
	Partition string // "aws", "aws-cn", "aws-us-gov", "aws-eusc"..., or empty for aws
	BaseURL   string // of an S3-compatible: path style below it
}

// hostLabel matches bucket names that can stand in front of the service host under its TLS certificate: no
// dots (a wildcard covers one label), no capitals. S3 User Guide, "Bucket naming rules".
var hostLabel = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// URL returns the address of a key (empty for the bucket itself) in the REST endpoint's style that works for
// the bucket's name. The query is appended as given, without '?'.
func (s S3) URL(scheme, key, query string) string {
	var base string
	switch {
	case s.BaseURL != "":
		base = strings.TrimSuffix(s.BaseURL, "/") + "/" + EscapePath(s.Bucket) + "/"
	case hostLabel.MatchString(s.Bucket):
		base = scheme + "://" + s.Bucket + "." + s.host() + "/"
	default:
		base = scheme + "://" + s.host() + "/" + EscapePath(s.Bucket) + "/"
	}
	return withQuery(base+EscapePath(key), query)
}

// AccessPointURL returns the address of a key through an access point's own host.
// S3 User Guide, "Using Amazon S3 access points".
func (s S3) AccessPointURL(name, account, key, query string) string {
	host := EscapePath(name) + "-" + EscapePath(account) + ".s3-accesspoint." + s.Region + s.suffix()
	return withQuery("https://"+host+"/"+EscapePath(key), query)
}

// MultiRegionURL returns the address of a key through a multi-region access point's alias.
func (s S3) MultiRegionURL(alias, key, query string) string {
	return withQuery("https://"+EscapePath(alias)+".accesspoint.s3-global"+s.suffix()+"/"+EscapePath(key), query)
}

func (s S3) host() string {
	if s.Region == "" {
		return "s3" + s.suffix()
	}
	return "s3." + s.Region + s.suffix()
}

// suffix is the domain of the partition, by the SDKs' table of partitions.
func (s S3) suffix() string {
	switch s.Partition {
	case "aws-cn":
		return ".amazonaws.com.cn"
	case "aws-eusc":
		return ".amazonaws.eu"
	case "aws-iso":
		return ".c2s.ic.gov"
	case "aws-iso-b":
		return ".sc2s.sgov.gov"
	case "aws-iso-e":
		return ".cloud.adc-e.uk"
	case "aws-iso-f":
		return ".csp.hci.ic.gov"
	default:
		return ".amazonaws.com"
	}
}

func withQuery(address, query string) string {
	if query == "" {
		return address
	}
	return address + "?" + query
}
