package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tojimari/tojimari/internal/engine"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/rules"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/all"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// imitation stands in for a service: what its description says that it lacks, or does not tell, is refused, and so
// is what nobody could confirm. Everything else answers as S3 does.
type imitation struct {
	vendor vendors.Vendor
	host   string
	lab    *lab.Lab

	mu    sync.Mutex
	asked map[vendors.API]bool
}

// apiOf maps the query key of a bucket's sub-resource to its name in the descriptions.
func apiOf(r *http.Request, objectKey string) vendors.API {
	for key, api := range map[string]vendors.API{
		"acl": "acl", "policyStatus": "policy_status", "policy": "policy", "publicAccessBlock": "public_access_block",
		"ownershipControls": "ownership", "website": "website", "cors": "cors", "versioning": "versioning", "logging": "logging",
		"encryption": "encryption", "lifecycle": "lifecycle", "object-lock": "object_lock", "replication": "replication",
		"requestPayment": "request_payment", "tagging": "tagging", "notification": "notification", "accelerate": "accelerate", "abac": "abac",
	} {
		if r.URL.Query().Has(key) {
			if api == "acl" && objectKey != "" {
				return "object_acl"
			}
			return api
		}
	}
	return ""
}

func (m *imitation) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if bucket, ok := strings.CutSuffix(r.URL.Host, "."+m.host); ok {
		sent.URL.Path = "/" + bucket + sent.URL.Path
	}
	_, key, _ := strings.Cut(strings.TrimPrefix(sent.URL.Path, "/"), "/")
	api := apiOf(r, key)
	if api != "" {
		m.mu.Lock()
		m.asked[api] = true
		m.mu.Unlock()
	}
	support := m.vendor.Can(api)
	if api != "" && support != vendors.Supported && support != vendors.Partial || r.Method == http.MethodPost || strings.HasPrefix(r.URL.Path, "/v20180820/") {
		text := `<?xml version="1.0"?><Error><Code>NotImplemented</Code><Message>not here</Message></Error>`
		return &http.Response{StatusCode: http.StatusNotImplemented, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
	}
	sent.URL.Scheme, sent.URL.Host = "http", strings.TrimPrefix(m.lab.URL(), "http://")
	sent.Host = sent.URL.Host
	response, err := m.lab.Transport().RoundTrip(sent)
	if err != nil || m.vendor.Root(api) == "" || response.StatusCode != http.StatusOK {
		return response, err
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	text = bytes.ReplaceAll(text, []byte("PublicAccessBlockConfiguration"), []byte(m.vendor.Root(api)))
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	response.Header.Del("Content-Length")
	return response, nil
}

// endpointOf fills in a host that takes a vendor's requests.
func endpointOf(v vendors.Vendor) string {
	for _, f := range v.Endpoints {
		if f.Style == vendors.PathStyle && strings.HasPrefix(f.Form, "s3.") || f.Style == vendors.PathStyle && !slices.ContainsFunc(v.Endpoints, func(o vendors.HostForm) bool {
			return strings.HasPrefix(o.Form, "s3.")
		}) {
			return strings.NewReplacer("{region}", "eu-1", "{account}", strings.Repeat("ab12", 8)).Replace(f.Form)
		}
	}
	return "localhost:9000"
}

// scanned is what came of scanning an imitation with every rule.
type scanned struct {
	code     int
	outcomes map[string]map[result.Outcome]int // by rule
	unknown  []result.Result
	record   *scanners.Record // of the bucket
}

func scanImitation(t *testing.T, m *imitation, world lab.World) scanned {
	t.Helper()
	clouds, err := lab.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	defer clouds.Close()
	m.lab, m.host, m.asked = clouds, endpointOf(m.vendor), map[vendors.API]bool{}
	target, err := scanners.ParseTarget("aws:?endpoint-url=https://" + m.host + "&vendor=" + m.vendor.Name)
	if err != nil {
		t.Fatal(err)
	}
	book, err := judge.Load(judge.Source{FS: rules.Files, Name: "rules"})
	if err != nil {
		t.Fatal(err)
	}
	j, err := judge.New(book, judge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rt := scanners.Runtime{Transport: m, Now: time.Now, Options: map[string]string{"region": "us-east-1"}, Objects: 5}
	registry, err := all.New(rt, all.Config{AWS: []awss3.Option{
		awss3.WithCredentials(lab.Credentials(world)), awss3.WithSleep(func(ctx context.Context, _ time.Duration) error { return ctx.Err() }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	out := scanned{outcomes: map[string]map[result.Outcome]int{}}
	tally := judge.Tally{FailOn: result.High}
	failures, resources := 0, int64(0)
	_, err = engine.Run(context.Background(), engine.Config{
		Registry: registry, Targets: []scanners.Target{target}, Needs: needs{j, nil},
		Emit: func(e engine.Event) error {
			if e.Failed != nil {
				t.Logf("%+v", *e.Failed)
				failures++
			}
			if e.Record == nil {
				return nil
			}
			resources++
			if e.Record.Kind == scanners.KindBucket {
				out.record = e.Record
			}
			for _, r := range j.Append(nil, e.Record, time.Now()).Results {
				if out.outcomes[r.Name] == nil {
					out.outcomes[r.Name] = map[result.Outcome]int{}
				}
				out.outcomes[r.Name][r.Outcome]++
				if r.Outcome == result.Unknown {
					out.unknown = append(out.unknown, r)
				}
				tally.Add(&r)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out.code = tally.Code(judge.Ending{Resources: resources, Failures: failures})
	return out
}

// What a service lacks, or keeps to itself, ends in rules that do not apply: no pass, and no exit code 3 that nothing
// the user could do would end.
func TestScanOfEveryVendorEnds(t *testing.T) {
	set, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	const open = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::acme","arn:aws:s3:::acme/*"]}]}`
	for _, v := range set.All() {
		for _, tc := range []struct {
			name   string
			bucket lab.Bucket
		}{
			{"closed", lab.Bucket{}},
			{"open by policy", lab.Bucket{Policy: open, PolicyPublic: true}},
			{"open by ACL", lab.Bucket{Grants: []lab.Grant{{URI: lab.AllUsers, Permission: "READ"}}}},
		} {
			t.Run(v.Name+"/"+tc.name, func(t *testing.T) {
				tc.bucket.Name, tc.bucket.Region = "acme", "us-east-1"
				m := &imitation{vendor: v}
				got := scanImitation(t, m, lab.World{Accounts: []lab.Account{{ID: "111122223333", Buckets: []lab.Bucket{tc.bucket}}}})
				if got.code != judge.ExitClean && got.code != judge.ExitFindings {
					t.Errorf("exit code %d", got.code)
					for _, r := range got.unknown {
						t.Logf("%s: %+v", r.Name, r.Missing)
					}
				}
				if got.record == nil || got.record.Vendor != v.Name {
					t.Fatalf("the bucket's record is %+v", got.record)
				}
				for api := range m.asked {
					if s := v.Can(api); s == vendors.Unsupported || s == vendors.Hidden {
						t.Errorf("%s was asked for, which is %s", api, s)
					}
				}
				told := v.Can("policy") != vendors.Hidden && v.Can("acl") != vendors.Hidden
				expect := map[string]result.Outcome{"public-list": result.Pass, "public-read": result.Pass}
				byPolicy := tc.bucket.Policy != "" && (v.Can("policy") == vendors.Supported || v.Can("policy") == vendors.Partial)
				byACL := tc.bucket.Grants != nil && (v.Can("acl") == vendors.Supported || v.Can("acl") == vendors.Partial)
				opens := v.ACLRead.Opens
				if opens == nil {
					opens = []string{"list"}
				}
				if !told {
					expect["public-list"], expect["public-read"] = result.NotApplicable, result.NotApplicable
				}
				if byPolicy || byACL && slices.Contains(opens, "list") {
					expect["public-list"] = result.Fail
				}
				if byPolicy || byACL && slices.Contains(opens, "objects") {
					expect["public-read"] = result.Fail
				}
				for rule, want := range expect {
					if got.outcomes[rule][want] != 1 {
						t.Errorf("%s: %v, want %s", rule, got.outcomes[rule], want)
					}
				}
			})
		}
	}
}

// A clean result says what the service kept to itself.
func TestWhatIsKeptBackIsSaid(t *testing.T) {
	got := coverageOf(engine.Summary{Unread: []engine.Unread{
		{Fact: "bucket.aws.acl", Code: scanners.Hidden, Count: 3}, {Fact: "bucket.aws.policy", Code: scanners.Denied, Count: 1}, {Fact: "bucket.logging", Code: scanners.Hidden, Count: 3},
	}}, scan{}).NotCovered
	if want := "bucket.aws.acl, bucket.logging: kept by the service and not told through this API"; !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
	if got := coverageOf(engine.Summary{}, scan{}).NotCovered; len(got) != 0 {
		t.Errorf("%q", got)
	}
}
