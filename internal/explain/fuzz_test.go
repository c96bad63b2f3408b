package explain

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// judgeLimit is far beyond what any input of a few kilobytes may take: the search has a limit of work.
const judgeLimit = 20 * time.Second

// fuzzField feeds foreign text under a key of raw input: there is an error or a verdict, soon, and never a panic.
func fuzzField(f *testing.F, before, after string, seeds ...string) {
	f.Helper()
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Add(`{`)
	f.Add(`null`)
	f.Add(`"\ud800"`)
	f.Add(`[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]`)
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		for a, err := range Answers(context.Background(), bytes.NewReader([]byte(before+text+after)), at) {
			switch {
			case err != nil:
				t.Fatal(err)
			case (a.Err == nil) == (a.Access == nil):
				t.Fatalf("neither an error nor a verdict, or both: %+v", a)
			case a.Access == nil:
				continue
			}
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				for _, verb := range verdict.Verbs() {
					checkVerdict(t, a.Access.Of(who, verb))
				}
			}
			if err := NewLineWriter(&bytes.Buffer{}).Write(a); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > judgeLimit {
			t.Fatalf("took %s", took)
		}
	})
}

// checkVerdict holds what is true of every verdict: an answer of the four, an unknown with its reason, a request only
// where something is open.
func checkVerdict(t *testing.T, v verdict.Verdict) {
	t.Helper()
	switch v.Verdict {
	case verdict.Yes, verdict.Conditional:
	case verdict.Unknown:
		if len(v.Reasons) == 0 {
			t.Fatalf("unknown without a reason: %+v", v)
		}
	case verdict.No:
		if v.Witness != nil || v.Curl != "" {
			t.Fatalf("a request for what is closed: %+v", v)
		}
	default:
		t.Fatalf("answer %q", v.Verdict)
	}
}

func FuzzS3Policy(f *testing.F) {
	fuzzField(f, `{"bucket":"acme-data","account":"111122223333","policy":`, `}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringLike":{"aws:Referer":"a*"}}}]}`,
		`"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"*\"]},\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::acme-data/${aws:username}*\"}}"`)
}

func FuzzS3ACL(f *testing.F) {
	fuzzField(f, `{"bucket":"acme-data","objects":[{"Key":"a","ACL":"public-read"}],"acl":`, `}`,
		`"public-read-write"`, `{"Owner":{"ID":"o"},"Grants":[{"Grantee":{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AllUsers"},"Permission":"READ"}]}`,
		`{"AccessControlPolicy":{"AccessControlList":{"Grant":[{"Grantee":{"xsi:type":"CanonicalUser","ID":"x"},"Permission":"FULL_CONTROL"}]}}}`)
}

func FuzzS3AccessPoints(f *testing.F) {
	fuzzField(f, `{"bucket":"acme-data","account":"111122223333","region":"eu-west-1","policy":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}}]},"access_points":`, `}`,
		`[{"Name":"a","AccessPointArn":"arn:aws:s3:eu-west-1:111122223333:accesspoint/a","Policy":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}}]`,
		`{"AccessPoints":[{"Name":"m","Alias":"x.mrap","MultiRegion":true,"VpcConfiguration":{"VpcId":"vpc-1"}}]}`)
}

func FuzzGCSBucket(f *testing.F) {
	fuzzField(f, `{"iam_policy":{"bindings":[{"role":"roles/storage.admin","members":["allUsers"]}]},"bucket":`, `}`,
		`{"name":"b","iamConfiguration":{"publicAccessPrevention":"inherited","uniformBucketLevelAccess":{"enabled":true,"lockedTime":"2026-01-01T00:00:00Z"}},"acl":[{"entity":"allUsers","role":"READER"}],"ipFilter":{"mode":"Enabled","publicNetworkSource":{"allowedIpCidrRanges":["20.0.0.0/8"]}},"billing":{"requesterPays":true}}`,
		`{"name":"b","public_access_prevention":"enforced","uniform_bucket_level_access":true}`, `"b"`)
}

func FuzzGCSIAMPolicy(f *testing.F) {
	fuzzField(f, `{"bucket":{"name":"b"},"effective_tags":{"1/env":"x"},"iam_policy":`, `}`,
		`{"version":3,"bindings":[{"role":"roles/storage.objectViewer","members":["allUsers"],"condition":{"expression":"resource.name.startsWith('projects/_/buckets/b/objects/p') && request.time.getHours('UTC') < 9"}}]}`,
		`{"bindings":[{"role":"projects/p/roles/r","members":["allAuthenticatedUsers","deleted:user:a"],"condition":{"expression":"resource.name.extract('/objects/{x}/') == 'a' || resource.matchTag('1/env', 'x')"}}]}`)
}

func FuzzGCSRolesAndDenies(f *testing.F) {
	fuzzField(f, `{"bucket":{"name":"b"},"iam_policy":{"bindings":[{"role":"projects/p/roles/r","members":["allUsers"]}]},`, `}`,
		`"custom_roles":[{"name":"projects/p/roles/r","includedPermissions":["storage.objects.get"]}]`,
		`"custom_roles":{"projects/p/roles/r":["storage.objects.list"]},"deny_policies":[{"rules":[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["storage.googleapis.com/*.*"],"denialCondition":{"expression":"resource.matchTag('a/b','c')"}}}]}]`,
		`"org_policy":[{"name":"projects/p/policies/storage.publicAccessPrevention","spec":{"rules":[{"enforce":true,"condition":{"expression":"resource.matchTag('a/b','c')"}},{"enforce":false}]}}]`,
		`"managed_folders":{"items":[{"name":"a/","iamPolicy":{"bindings":[]}}]}`)
}

func FuzzAzureAccount(f *testing.F) {
	fuzzField(f, `{"containers":[{"name":"$web","properties":{"publicAccess":"Container"}}],"service_properties":{"staticWebsite":{"enabled":true}},"account":`, `}`,
		`{"name":"a","properties":{"allowBlobPublicAccess":true,"publicNetworkAccess":"Enabled","networkAcls":{"defaultAction":"Deny","ipRules":[{"value":"20.1.2.3"}]},"primaryEndpoints":{"web":"https://a.z1.web.core.windows.net/"},"sasPolicy":{"sasExpirationPeriod":"1.00:00:00","expirationAction":"Block"}}}`,
		`{"name":"a","networkRuleSet":{"defaultAction":"Allow","ipv6Rules":[{"ipAddressOrRange":"::/0"}]},"allowSharedKeyAccess":"False"}`, `"a"`)
}

func FuzzAzureContainer(f *testing.F) {
	fuzzField(f, `{"account":{"name":"a","allowBlobPublicAccess":true,"isHnsEnabled":true},"at":"2026-11-21T00:00:00Z",`, `}`,
		`"container":{"name":"c","publicAccess":"Blob"}`, `"containers":{"value":[{"name":"c","properties":{"publicAccess":"Container","deleted":true}}]}`,
		`"container":"c","sas":"sv=2022-11-02&sr=c&sp=rwl&sip=20.0.0.0-21.0.0.0&se=2026-12-01T00:00:00Z&sig=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG%3D"`,
		`"container":"c","sas":["sv=2022-11-02&si=p&sr=c&sig=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG%3D"],"stored_access_policies":[{"id":"p","accessPolicy":{"expiry":"2027-01-01","permission":"rl"}}]`,
		`"container":"c","network_security_perimeter":{"value":[{"properties":{"resourceAssociation":{"accessMode":"Enforced"},"profile":{"accessRules":[{"properties":{"direction":"Inbound","addressPrefixes":["20.0.0.0/8"]}}]}}}]}`,
		`"container":"c","blobs":[{"name":"b","properties":{"accessTier":"Archive"}}]`)
}

// The curl line and the keys of raw input survive any name that JSON can spell.
func TestNamesOfStrangers(t *testing.T) {
	for _, name := range []string{"a'b", "$(id)", "`id`", "a\nb", "\x1b[31m", "../../x", "-o", "@/etc/passwd", "{a,b}[1-3]", "*", "?", "a b", "ü", "\u200b", ""} {
		key, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, input := range []string{
			`{"bucket":"acme-data","acl":"private","objects":[{"Key":` + string(key) + `,"ACL":"public-read"}]}`,
			`{"bucket":{"name":"b"},"objects":[{"name":` + string(key) + `,"acl":[{"entity":"allUsers","role":"READER"}]}]}`,
			`{"account":{"name":"a","allowBlobPublicAccess":true},"containers":[{"name":"c","publicAccess":"Blob"}],"blobs":[{"name":` + string(key) + `}]}`,
		} {
			for a, err := range Answers(context.Background(), bytes.NewReader([]byte(input)), time.Time{}) {
				switch {
				case err != nil:
					t.Fatal(err)
				case name == "":
					if a.Err == nil {
						t.Errorf("%s: a nameless object is taken", input)
					}
				case a.Err != nil:
					t.Errorf("%s: %v", input, a.Err)
				default:
					w := a.Access.Anonymous[verdict.Read].Witness
					if w == nil || w.Key != name || !w.KeyKnown {
						t.Errorf("%s: the request is %+v", input, w)
					}
				}
			}
		}
	}
}
