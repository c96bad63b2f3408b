//go:build servers && oracles && unix

// The same comparison with LocalEmu, which evaluates more of the policy language than the gateways and puts less into the
// request: it has no referer, no parameters of a listing, no ACLs and no block flags. Its scenes are put together from what
// it evaluates.

package servertest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

func TestOracleLocalEmuGivesWhatAccessSays(t *testing.T) {
	plain, secure := servers.LocalEmu(t, servers.VersitygwAccessKey)
	st := stageOf(t, plain, secure)
	st.clients[verdict.AnyAccount] = &http.Client{
		Transport:     signingAs{st.transport, localemuUser(t, plain)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	st.complete = func(_ scene, record *scanners.Record) {
		// It stores ACLs and block flags of new buckets as AWS sets them, and acts on neither.
		record.Bucket.AWS.PublicAccessBlock = scanners.AbsentFact[scanners.PublicAccessBlock](scanners.Origin{Call: "set by the test"})
	}
	st.enforce(t, plain, localemuScenes(t, 20261122, 120))
}

// localemuUser makes a user whom no policy names and who has none of their own.
func localemuUser(t *testing.T, server *servers.Server) accessKey {
	t.Helper()
	owner := &http.Client{Transport: signingAs{servers.Transport(server), accessKey{servers.VersitygwAccessKey, servers.VersitygwSecretKey}}}
	call := func(query string) []byte {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/", strings.NewReader(query+"&Version=2010-05-08"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("X-Signing-Service", "iam")
		resp, err := owner.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %q %v", query, resp.Status, body, err)
		}
		return body
	}
	call("Action=CreateUser&UserName=outsider")
	var out struct {
		Result struct {
			AccessKey struct {
				ID     string `xml:"AccessKeyId"`
				Secret string `xml:"SecretAccessKey"`
			}
		} `xml:"CreateAccessKeyResult"`
	}
	if err := xml.Unmarshal(call("Action=CreateAccessKey&UserName=outsider"), &out); err != nil {
		t.Fatal(err)
	}
	return accessKey{out.Result.AccessKey.ID, out.Result.AccessKey.Secret}
}

// signingAs signs each request with a key, whatever its body.
type signingAs struct {
	via http.RoundTripper
	key accessKey
}

func (s signingAs) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	service := "s3"
	if other := req.Header.Get("X-Signing-Service"); other != "" {
		service = other
		req.Header.Del("X-Signing-Service")
	}
	req.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	key := aws.Credentials{AccessKeyID: s.key.ID, SecretAccessKey: s.key.Secret}
	once := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
	if err := v4.NewSigner().SignHTTP(req.Context(), key, req, "UNSIGNED-PAYLOAD", service, "us-east-1", time.Now(), once); err != nil {
		return nil, err
	}
	return s.via.RoundTrip(req)
}

// localemuScenes puts n scenes together. The same seed gives the same scenes.
func localemuScenes(t *testing.T, seed uint64, n int) []scene {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, seed))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var out []scene
	for i := range n {
		var statements []string
		for range 1 + random.IntN(3) {
			statements = append(statements, localemuStatement(random, pick))
		}
		s := scene{name: fmt.Sprintf("random %d", i), policy: policy(statements...)}
		if !json.Valid([]byte(s.policy)) {
			t.Fatalf("not JSON: %s", s.policy)
		}
		out = append(out, s)
	}
	return out
}

// localemuStatement draws from what LocalEmu puts into a request and evaluates. It knows no version of an object but the
// last one and no stranger who is in an organisation or brings a second factor, so statements speak of neither.
func localemuStatement(random *rand.Rand, pick func(...string) string) string {
	effect := pick("Allow", "Allow", "Allow", "Deny")
	principal := pick(anybody, anybody, anybodyAWS, `"Principal":{"AWS":["*"]}`, `"Principal":{"AWS":"arn:aws:iam::210987654321:root"}`,
		`"NotPrincipal":{"AWS":"arn:aws:iam::210987654321:root"}`)
	action := `"Action":` + pick(`"s3:GetObject*"`, `"s3:Get*"`, `"S3:getobject*"`, `"s3:PutObject"`, `["s3:GetObject*","s3:PutObject"]`, `"s3:P?tObject"`)
	resource := `"Resource":` + pick(objectsARN, `"arn:aws:s3:::BUCKET/dir/*"`, `"arn:aws:s3:::BUCKET/pub/?.jpg"`, `["arn:aws:s3:::BUCKET/o.txt","arn:aws:s3:::BUCKET/*/q.txt"]`)
	switch random.IntN(6) {
	case 0:
		action, resource = `"Action":`+pick(`"s3:ListBucket"`, `"s3:ListBucket*"`), `"Resource":`+bucketARN
	case 1:
		action, resource = `"Action":"s3:*"`, `"Resource":`+bothARN
	case 2:
		action, resource = `"NotAction":`+pick(`"s3:Delete*"`, `["s3:Get*","s3:Delete*"]`), `"Resource":`+objectsARN
	case 3:
		resource = `"NotResource":` + pick(`"arn:aws:s3:::BUCKET/dir/*"`, `["arn:aws:s3:::BUCKET/o.txt","arn:aws:s3:::BUCKET/pub/*"]`)
	}
	condition := ""
	if random.IntN(3) > 0 {
		condition = `,"Condition":` + pick(
			`{"Bool":{"aws:SecureTransport":"true"}}`,
			`{"Bool":{"aws:SecureTransport":"false"}}`,
			`{"StringEquals":{"aws:UserAgent":["App/1.0","App/2.0"]}}`,
			`{"StringLike":{"aws:UserAgent":"App/?.*"}}`,
			`{"StringEqualsIgnoreCase":{"aws:UserAgent":"APP"}}`,
			`{"StringLike":{"aws:UserAgent":"App*"},"Bool":{"aws:SecureTransport":"true"}}`,
			`{"StringNotEquals":{"aws:UserAgent":"App/1.0"}}`,
			`{"DateGreaterThan":{"aws:CurrentTime":"2021-06-01T00:00:00Z"}}`,
			`{"DateLessThan":{"aws:CurrentTime":"2021-06-01T00:00:00Z"}}`,
			`{"NumericGreaterThan":{"aws:EpochTime":"1577836800"}}`,
			`{"NumericLessThanEquals":{"aws:EpochTime":"1577836800"}}`,
			`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`,
			`{"StringEquals":{"aws:PrincipalType":"Anonymous"}}`,
			`{"StringEquals":{"aws:PrincipalOrgID":"o-acme000001"}}`,
			`{"Null":{"aws:SourceArn":"true"}}`,
			`{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}`,
			`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-acme000001/*"}}`,
			`{"StringNotEquals":{"aws:PrincipalOrgID":"o-acme000001"}}`,
			`{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-acme000001/*"}}`,
		)
	}
	return fmt.Sprintf(`{"Effect":%q,%s,%s,%s%s}`, effect, principal, action, resource, condition)
}
