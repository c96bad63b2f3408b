// Reading targets: which credentials, which endpoint, and what to look at.

package awss3

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// connection is everything that decides which credentials are used and where requests go.
type connection struct {
	profile, region, roleARN, externalID string
	endpoint                             string // base URL of another service than Amazon's
	door                                 string // base URL of Amazon S3 itself: an interface endpoint, FIPS
	vendor                               string // description of that other service, where the user names it
}

// view is what a target asks to look at.
type view struct {
	connection
	bucket  string // one bucket only
	org     bool   // every account of the organisation
	orgRole string
}

const defaultOrgRole = "OrganizationAccountAccessRole"

var (
	regionName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	// bucketName takes the names of before 2018 too: upper case, underscores, up to 255 characters.
	bucketName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`)
	roleARN       = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)
	accountNumber = regexp.MustCompile(`^[0-9]{12}$`)
	roleName      = regexp.MustCompile(`^[\w+=,.@/-]+$`)
)

// CheckTarget refuses what is no target of this scanner; it asks nobody.
func (s *Scanner) CheckTarget(target scanners.Target) error {
	_, err := readTarget(target, s.rt)
	return err
}

// readTarget checks a target and its options; every error wraps scanners.ErrBadTarget.
func readTarget(t scanners.Target, rt scanners.Runtime) (view, error) {
	v := view{connection: connection{
		profile:    t.Option(rt, "profile"),
		region:     t.Option(rt, "region"),
		roleARN:    t.Option(rt, "role-arn"),
		externalID: t.Option(rt, "external-id"),
		endpoint:   strings.TrimSuffix(t.Option(rt, "endpoint-url"), "/"),
		vendor:     t.Option(rt, "vendor"),
	}, orgRole: t.Option(rt, "org-role")}
	if v.orgRole == "" {
		v.orgRole = defaultOrgRole
	}
	for name := range t.Options {
		if !knownOption(name) {
			return view{}, bad(t, "option %q is not one of %s", name, strings.Join(optionNames(), ", "))
		}
	}
	switch {
	case v.region != "" && !regionName.MatchString(v.region):
		return view{}, bad(t, "region %q is not a region name", v.region)
	case v.roleARN != "" && !roleARN.MatchString(v.roleARN):
		return view{}, bad(t, "%q is not the ARN of a role", v.roleARN)
	case !roleName.MatchString(v.orgRole):
		return view{}, bad(t, "%q is not the name of a role", v.orgRole)
	}
	if v.endpoint != "" {
		u, err := url.Parse(v.endpoint)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.RawQuery != "" {
			return view{}, scanners.WithHint(bad(t, "endpoint is not an http or https URL with a host"),
				"write it as --endpoint-url https://minio.example.org:9000")
		}
		if isAmazon(v.endpoint) {
			v.endpoint, v.door = "", v.endpoint
		}
	}
	switch t.Scheme {
	case "s3":
		v.bucket = t.Name
		if strings.HasSuffix(v.bucket, "--x-s3") {
			return view{}, bad(t, "directory buckets are not looked at")
		}
		if !bucketName.MatchString(v.bucket) {
			return view{}, scanners.WithHint(bad(t, "%q is not the name of a bucket", v.bucket), "name a whole bucket, without keys: s3://BUCKET")
		}
	case "aws":
		switch {
		case t.Name == "org":
			v.org = true
		case t.Name != "":
			v.profile = t.Name
		}
	default:
		return view{}, bad(t, "scheme %q is not read here", t.Scheme)
	}
	return v, nil
}

// isAmazon reports whether a base URL is Amazon's own: then it is S3's alone, and accounts are asked for
// where they always are.
func isAmazon(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
}

// bad words a refusal. The endpoint is left out: it may hold a password, which is one reason to refuse it.
func bad(t scanners.Target, format string, args ...any) error {
	if _, ok := t.Options["endpoint-url"]; ok {
		t.Options = maps.Clone(t.Options)
		delete(t.Options, "endpoint-url")
	}
	return fmt.Errorf("target %q: %s: %w", t.String(), fmt.Sprintf(format, args...), scanners.ErrBadTarget)
}

func targetOptions() []scanners.Option {
	return []scanners.Option{
		{Name: "profile", Help: "profile of the AWS configuration files", Program: true},
		{Name: "region", Help: "region to ask first; cn-... and us-gov-... choose their partition"},
		{Name: "role-arn", Help: "role to assume before anything is read"},
		{Name: "external-id", Help: "external id that the role asks for"},
		{Name: "endpoint-url", Help: "URL of an S3-compatible service; buckets are named in the path", Program: true},
		{Name: "vendor", Help: "what the service at --endpoint-url is, where neither its host nor its answers tell: ceph, minio, ..."},
	}
}

func orgOptions() []scanners.Option {
	return append(targetOptions(), scanners.Option{Name: "org-role", Help: "role to assume in each account (default " + defaultOrgRole + ")"})
}

func optionNames() []string {
	var out []string
	for _, o := range orgOptions() {
		out = append(out, o.Name)
	}
	return out
}

func knownOption(name string) bool {
	for _, o := range orgOptions() {
		if o.Name == name {
			return true
		}
	}
	return false
}
