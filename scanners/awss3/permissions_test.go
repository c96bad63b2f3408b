package awss3_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// actions maps every operation that the scanner may call to the IAM action it needs (Service Authorization
// Reference). An operation that is not here must not be called at all.
var actions = map[string]string{
	"sts:GetCallerIdentity": "", // needs none
	"s3:ListBuckets":        "s3:ListAllMyBuckets",
	"s3:HeadBucket":         "s3:ListBucket",
	"s3:ListObjectsV2":      "s3:ListBucket",
	"s3:GetObjectAcl":       "s3:GetObjectAcl",

	"s3:GetPublicAccessBlock":               "s3:GetBucketPublicAccessBlock",
	"s3:GetBucketAcl":                       "s3:GetBucketAcl",
	"s3:GetBucketPolicy":                    "s3:GetBucketPolicy",
	"s3:GetBucketPolicyStatus":              "s3:GetBucketPolicyStatus",
	"s3:GetBucketOwnershipControls":         "s3:GetBucketOwnershipControls",
	"s3:GetBucketWebsite":                   "s3:GetBucketWebsite",
	"s3:GetBucketCors":                      "s3:GetBucketCORS",
	"s3:GetBucketVersioning":                "s3:GetBucketVersioning",
	"s3:GetBucketLogging":                   "s3:GetBucketLogging",
	"s3:GetBucketEncryption":                "s3:GetEncryptionConfiguration",
	"s3:GetBucketLifecycleConfiguration":    "s3:GetLifecycleConfiguration",
	"s3:GetObjectLockConfiguration":         "s3:GetBucketObjectLockConfiguration",
	"s3:GetBucketReplication":               "s3:GetReplicationConfiguration",
	"s3:GetBucketRequestPayment":            "s3:GetBucketRequestPayment",
	"s3:GetBucketTagging":                   "s3:GetBucketTagging",
	"s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
	"s3:GetBucketAccelerateConfiguration":   "s3:GetAccelerateConfiguration",
	"s3:GetBucketAbac":                      "s3:GetBucketAbac",

	"s3control:GetPublicAccessBlock":            "s3:GetAccountPublicAccessBlock",
	"s3control:ListAccessPoints":                "s3:ListAccessPoints",
	"s3control:GetAccessPoint":                  "s3:GetAccessPoint",
	"s3control:GetAccessPointPolicy":            "s3:GetAccessPointPolicy",
	"s3control:ListMultiRegionAccessPoints":     "s3:ListMultiRegionAccessPoints",
	"s3control:GetMultiRegionAccessPointPolicy": "s3:GetMultiRegionAccessPointPolicy",

	"organizations:DescribeOrganization":    "organizations:DescribeOrganization",
	"organizations:DescribeEffectivePolicy": "organizations:DescribeEffectivePolicy",
	"organizations:ListPoliciesForTarget":   "organizations:ListPoliciesForTarget",
	"organizations:ListParents":             "organizations:ListParents",
	"organizations:DescribePolicy":          "organizations:DescribePolicy",
}

// TestEveryCallIsDeclared scans a full account and holds the calls it made against Describe, fact by fact.
func TestEveryCallIsDeclared(t *testing.T) {
	world := lab.DemoWorld()
	world.Organization = organisation().Organization
	world.Accounts[0].Multi = []lab.MultiRegionAccessPoint{{Name: "m", Alias: "m.mrap", Buckets: []string{"acme-lake"}}}
	b := start(t, world, scanners.Runtime{Objects: 1})
	description := b.scanner.Describe()

	discovery := []string{"s3:ListBucket"} // looking for a named bucket; going without is fine
	discovery = append(discovery, description.Requires...)
	refs := append(b.mustDiscover("aws").refs, b.mustDiscover("s3://acme-lake").refs...)
	b.declared(map[string]int{}, b.lab.Calls(), discovery)

	for _, supply := range description.Supplies {
		allowed := append(slices.Clone(supply.Permissions), description.Requires...)
		for _, ref := range refs {
			if ref.Kind != supply.Fact.Kind() {
				continue
			}
			before := b.lab.Calls()
			b.inspect(ref, supply.Fact)
			b.declared(before, b.lab.Calls(), allowed)
		}
	}
	called := b.lab.Calls()
	for operation := range actions {
		if called[operation] == 0 && operation != "s3:HeadBucket" {
			t.Errorf("%s was never called: the test no longer covers it", operation)
		}
	}
}

// declared checks the calls between two counts against the permissions allowed for them.
func (b bench) declared(before, after map[string]int, allowed []string) {
	b.Helper()
	for _, operation := range slices.Sorted(maps.Keys(after)) {
		if after[operation] == before[operation] {
			continue
		}
		action, known := actions[operation]
		if !known {
			b.Errorf("%s was called, which the scanner may not", operation)
			continue
		}
		if action != "" && !slices.Contains(allowed, action) {
			b.Errorf("%s was called, which needs %s; declared are %q", operation, action, allowed)
		}
	}
}

// TestOnlyReads looks at every request on its way out.
func TestOnlyReads(t *testing.T) {
	l, err := lab.Start(lab.DemoWorld())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	watch := roundTrip(func(r *http.Request) (*http.Response, error) {
		read := r.Method == http.MethodGet || r.Method == http.MethodHead || strings.HasPrefix(r.URL.Host, "sts.") || strings.HasPrefix(r.URL.Host, "organizations.")
		if !read || !strings.HasSuffix(r.URL.Host, ".amazonaws.com") {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if !strings.Contains(r.Header.Get("User-Agent"), "tojimari/") {
			t.Errorf("user agent %q", r.Header.Get("User-Agent"))
		}
		return l.Transport().RoundTrip(r)
	})
	s := awss3.New(scanners.Runtime{Transport: watch, UserAgent: "tojimari/1.2.3", Objects: 1, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
	for ref, err := range s.Discover(t.Context(), target(t, "aws")) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Inspect(t.Context(), ref, s.Describe().Facts().OfKind(ref.Kind), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestDescription(t *testing.T) {
	s := awss3.New(scanners.Runtime{})
	d := s.Describe()
	seen := map[scanners.FactName]bool{}
	for _, supply := range d.Supplies {
		if _, ok := scanners.LookupFactField(supply.Fact); !ok {
			t.Errorf("%s is not in the schema", supply.Fact)
		}
		if seen[supply.Fact] {
			t.Errorf("%s is supplied twice", supply.Fact)
		}
		seen[supply.Fact] = true
		for _, permission := range supply.Permissions {
			if !slices.Contains(slices.Collect(maps.Values(actions)), permission) {
				t.Errorf("%s needs %s, which no operation does", supply.Fact, permission)
			}
		}
	}
	var missing []scanners.FactName
	for _, f := range scanners.FactFields() {
		name := string(f.Name)
		if (strings.HasPrefix(name, "bucket.aws.") || strings.HasPrefix(name, "scope.aws.") || strings.HasPrefix(name, "endpoint.aws.")) && !seen[f.Name] {
			missing = append(missing, f.Name)
		}
	}
	if diff := cmp.Diff([]scanners.FactName(nil), missing); diff != "" {
		t.Errorf("facts of AWS that nobody supplies:\n%s", diff)
	}
}
