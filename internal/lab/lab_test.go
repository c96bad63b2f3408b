package lab

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func begin(t *testing.T, world World) *Lab {
	t.Helper()
	l, err := Start(world)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// ask sends one request, signed as an account where one is given. It returns the status and the body.
func (l *Lab) ask(t *testing.T, method, url, account string) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if account != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=LAB"+account+"/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	}
	response, err := l.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}

func TestHosts(t *testing.T) {
	for name, want := range map[string]host{
		"s3.us-east-1.amazonaws.com":                      {service: serviceS3, region: "us-east-1"},
		"s3.amazonaws.com":                                {service: serviceS3, region: "us-east-1"},
		"acme.s3.eu-west-1.amazonaws.com":                 {service: serviceS3, region: "eu-west-1", bucket: "acme"},
		"a.b.s3.eu-west-1.amazonaws.com":                  {service: serviceS3, region: "eu-west-1", bucket: "a.b"},
		"acme.s3.cn-north-1.amazonaws.com.cn":             {service: serviceS3, region: "cn-north-1", bucket: "acme"},
		"111122223333.s3-control.eu-west-1.amazonaws.com": {service: serviceControl, region: "eu-west-1", account: "111122223333"},
		"sts.eu-west-1.amazonaws.com":                     {service: serviceSTS, region: "eu-west-1"},
		"sts.amazonaws.com":                               {service: serviceSTS, region: "us-east-1"},
		"organizations.us-east-1.amazonaws.com":           {service: serviceOrgs, region: "us-east-1"},
		"acme.s3-website-us-east-1.amazonaws.com":         {service: serviceS3, region: "us-east-1", bucket: "acme", website: true},
		"acme.s3-website.eu-central-1.amazonaws.com":      {service: serviceS3, region: "eu-central-1", bucket: "acme", website: true},
		"127.0.0.1:4711":                                  {service: serviceAny, region: "us-east-1"},
	} {
		got, ok := serviceOf(name)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(host{})); !ok || diff != "" {
			t.Errorf("%s: %v\n%s", name, ok, diff)
		}
	}
	for _, name := range []string{"example.com", "amazonaws.com.evil.example", "ec2.us-east-1.amazonaws.com", "10.0.0.1", ""} {
		if got, ok := serviceOf(name); ok {
			t.Errorf("%q was taken for %+v", name, got)
		}
	}
}

func TestNothingLeavesTheMachine(t *testing.T) {
	l := begin(t, DemoWorld())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := l.Transport().RoundTrip(r); err == nil {
		response.Body.Close()
		t.Error("a host outside the world was reached")
	}
}

// TestWireForm compares answers with the examples of the S3 API Reference, byte by byte.
func TestWireForm(t *testing.T) {
	world := World{Accounts: []Account{{ID: "111122223333", Buckets: []Bucket{{Name: "acme", Region: "us-east-1", Block: BlockAll(), Versioning: "Enabled", PolicyPublic: true, Policy: "{}",
		Created: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)}}}}}
	l := begin(t, world)
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	const space = ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
	owner := CanonicalID("111122223333")
	for query, want := range map[string]string{
		"?versioning":   `<VersioningConfiguration` + space + `><Status>Enabled</Status></VersioningConfiguration>`,
		"?policyStatus": `<PolicyStatus` + space + `><IsPublic>true</IsPublic></PolicyStatus>`,
		"?publicAccessBlock": `<PublicAccessBlockConfiguration` + space + `><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>` +
			`<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`,
		"?acl": `<AccessControlPolicy` + space + `><Owner><ID>` + owner + `</ID></Owner><AccessControlList><Grant>` +
			`<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>` + owner + `</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`,
		"?cors":     `<Error><Code>NoSuchCORSConfiguration</Code><Message>The CORS configuration does not exist</Message><BucketName>acme</BucketName></Error>`,
		"?logging":  `<BucketLoggingStatus` + space + `></BucketLoggingStatus>`,
		"?location": `<LocationConstraint` + space + `></LocationConstraint>`,
	} {
		if _, got, _ := l.ask(t, http.MethodGet, "https://acme.s3.us-east-1.amazonaws.com/"+query, "111122223333"); got != head+want {
			t.Errorf("%s:\n got %s\nwant %s", query, got, head+want)
		}
	}
	list := func(query string) string {
		_, got, _ := l.ask(t, http.MethodGet, "https://s3.us-east-1.amazonaws.com/"+query, "111122223333")
		return got
	}
	plain := `<Bucket><Name>acme</Name><CreationDate>2020-01-02T03:04:05.000Z</CreationDate><BucketRegion>`
	if got := list("?max-buckets=5"); !strings.Contains(got, plain+"us-east-1</BucketRegion>") {
		t.Errorf("paged listing without a region: %s", got)
	}
	if got := list(""); strings.Contains(got, "us-east-1") {
		t.Errorf("plain listing with a region: %s", got)
	}
}

func TestRedirects(t *testing.T) {
	l := begin(t, World{Accounts: []Account{{ID: "111122223333", Buckets: []Bucket{{Name: "acme", Region: "eu-west-1"}}}}})
	status, body, header := l.ask(t, http.MethodGet, "https://acme.s3.us-east-1.amazonaws.com/?acl", "111122223333")
	if status != http.StatusMovedPermanently || header.Get("x-amz-bucket-region") != "eu-west-1" || !strings.Contains(body, "<Code>PermanentRedirect</Code>") {
		t.Errorf("%d %v %s", status, header, body)
	}
}

func TestStrangers(t *testing.T) {
	l := begin(t, DemoWorld())
	for _, tc := range []struct {
		url  string
		want int
		part string
	}{
		{"https://acme-hr-documents.s3.ap-northeast-1.amazonaws.com/?list-type=2&max-keys=1", 200, "<IsTruncated>true</IsTruncated>"},
		{"https://acme-hr-documents.s3.ap-northeast-1.amazonaws.com/?acl", 403, "AccessDenied"},
		{"https://acme-db-backups.s3.us-east-1.amazonaws.com/", 403, "AccessDenied"},
		{"http://acme-www.s3-website-us-east-1.amazonaws.com/", 200, "Welcome"},
		{"http://acme-www.s3-website-us-east-1.amazonaws.com/students/list.html", 200, "Student A"},
		{"https://no-such-bucket.s3.us-east-1.amazonaws.com/", 404, "NoSuchBucket"},
		{"https://s3.us-east-1.amazonaws.com/", 403, "AccessDenied"},
	} {
		if status, body, _ := l.ask(t, http.MethodGet, tc.url, ""); status != tc.want || !strings.Contains(body, tc.part) {
			t.Errorf("%s: %d %s", tc.url, status, body)
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	l := begin(t, DemoWorld())
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPost, http.MethodPatch} {
		if status, _, _ := l.ask(t, method, "https://acme-www.s3.us-east-1.amazonaws.com/index.html", demoAccount); status < 400 {
			t.Errorf("%s: %d", method, status)
		}
	}
}

func TestFaultsGoByWhatIsAsked(t *testing.T) {
	world := World{Accounts: []Account{{ID: "111122223333", Buckets: []Bucket{{Name: "acme", Region: "us-east-1"}, {Name: "other", Region: "us-east-1"}}}},
		Faults: []Fault{{Kind: Throttle, Operation: "GetBucketAcl", Resource: "acme", Times: 2}, {Kind: Deny, Operation: "GetBucketLogging", Share: 2}}}
	l := begin(t, world)
	statuses := func(url string, n int) []int {
		var out []int
		for range n {
			status, _, _ := l.ask(t, http.MethodGet, url, "111122223333")
			out = append(out, status)
		}
		return out
	}
	if diff := cmp.Diff([]int{503, 503, 200, 200}, statuses("https://acme.s3.us-east-1.amazonaws.com/?acl", 4)); diff != "" {
		t.Errorf("each identity is spoilt twice (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{200}, statuses("https://other.s3.us-east-1.amazonaws.com/?acl", 1)); diff != "" {
		t.Errorf("another bucket (-want +got):\n%s", diff)
	}
	for _, bucket := range []string{"acme", "other"} {
		got := statuses("https://"+bucket+".s3.us-east-1.amazonaws.com/?logging", 3)
		if got[0] != got[1] || got[1] != got[2] {
			t.Errorf("a share changes its mind: %v", got)
		}
	}
}

func TestAHungRequestEndsWithItsClient(t *testing.T) {
	l := begin(t, World{Accounts: []Account{{ID: "111122223333"}}, Faults: []Fault{{Kind: Hang}}})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://s3.us-east-1.amazonaws.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		response, err := l.Transport().RoundTrip(r)
		if err == nil {
			response.Body.Close()
		}
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestDemoPoliciesAreJSON(t *testing.T) {
	world := DemoWorld()
	names := map[string]bool{}
	for _, b := range world.Accounts[0].Buckets {
		if names[b.Name] {
			t.Errorf("two buckets are called %q", b.Name)
		}
		names[b.Name] = true
		if b.Policy != "" && !json.Valid([]byte(b.Policy)) {
			t.Errorf("policy of %q: %s", b.Name, b.Policy)
		}
	}
	for _, p := range world.Accounts[0].Points {
		if p.Policy != "" && !json.Valid([]byte(p.Policy)) {
			t.Errorf("policy of access point %q: %s", p.Name, p.Policy)
		}
		if !names[p.Bucket] {
			t.Errorf("access point %q leads nowhere", p.Name)
		}
	}
	for _, p := range world.Google.Projects {
		for _, b := range p.Buckets {
			if names[b.Resource.Name] {
				t.Errorf("two buckets are called %q", b.Resource.Name)
			}
			names[b.Resource.Name] = true
		}
	}
	for _, sub := range world.Azure.Subscriptions {
		for _, a := range sub.Accounts {
			names[a.Name] = true
			for _, c := range a.Containers {
				if names[a.Name+"/"+c.Name] {
					t.Errorf("two containers are called %q", a.Name+"/"+c.Name)
				}
				names[a.Name+"/"+c.Name] = true
			}
		}
	}
	for _, f := range world.Faults {
		if f.Resource != "" && !names[f.Resource] {
			t.Errorf("fault for %q, which is not there", f.Resource)
		}
	}
}

func TestAWorldNeedsAnAccount(t *testing.T) {
	if _, err := Start(World{}); err == nil {
		t.Error("started without one")
	}
}

func FuzzServe(f *testing.F) {
	f.Add("GET", "acme-www.s3.us-east-1.amazonaws.com", "/?acl", "AWS4-HMAC-SHA256 Credential=LAB111122223333/20261122/us-east-1/s3/aws4_request,")
	f.Add("GET", "1.s3-control.us-east-1.amazonaws.com", "/v20180820/mrap/instances/policy", "Credential=LAB111122223333/")
	f.Add("GET", "management.azure.com", "/subscriptions/"+DemoSubscription+"/resourceGroups/rg-acmewww/providers/Microsoft.Storage/storageAccounts/acmewww/blobServices/default/containers?$skiptoken=-1", "Bearer x")
	f.Add("GET", "acmewww.blob.core.windows.net", "/$web?restype=container&comp=list&marker=9&maxresults=-1", "")
	f.Add("GET", "s3.amazonaws.com", "/?continuation-token=after--1&max-buckets=-3", "Credential=LAB111122223333/")
	l, err := Start(DemoWorld())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(l.Close)
	f.Fuzz(func(t *testing.T, method, host, target, authorization string) {
		r, err := http.NewRequest(method, "http://127.0.0.1"+target, nil)
		if err != nil {
			return
		}
		r.Host, r.Body = host, http.NoBody
		r.Header.Set("Authorization", authorization)
		l.ServeHTTP(httptest.NewRecorder(), r)
	})
}
