package cli

// Pretend clouds behind the hosts of the real ones, for sessions: the command finds them through the proxy and the
// certificates that its environment names, as it would find the real ones from inside a company.

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	storage "google.golang.org/api/storage/v1"

	"github.com/tojimari/tojimari/internal/lab"
)

// worlds are what a session can start: clouds WORLD.
func worlds() map[string]func() lab.World {
	return map[string]func() lab.World{"organisation": organisation, "delegated": delegated, "nobody": nobody, "elsewhere": elsewhere, "project": project,
		"azure": azureTenant, "azure-china": azureChina, "azure-elsewhere": azureElsewhere}
}

const (
	everybodyReads = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}]}`
	// onlyOurs is the usual resource control policy of a data perimeter.
	onlyOurs = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-acme"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}`
	// nobodyReads is a deny policy of Google's for everybody.
	nobodyReads = `[{"denyRule":{"deniedPrincipals":["principalSet://goog/public:all"],"deniedPermissions":["storage.googleapis.com/objects.get","storage.googleapis.com/objects.list"]}}]`
)

func openBucket(name, region string) lab.Bucket {
	return lab.Bucket{Tags: []lab.Tag{{Key: "team", Value: "web"}}, Name: name, Region: region, Policy: strings.ReplaceAll(everybodyReads, "BUCKET", name), PolicyPublic: true, Ownership: "BucketOwnerEnforced"}
}

func closedBucket(name, region string) lab.Bucket {
	return lab.Bucket{Name: name, Region: region, Block: lab.BlockAll(), Ownership: "BucketOwnerEnforced"}
}

// organisation is one whose guards close what its accounts and projects leave open. One account has no role to enter.
func organisation() lab.World {
	role := []string{"OrganizationAccountAccessRole"}
	return lab.World{
		Accounts: []lab.Account{
			{ID: "111122223333", Name: "management", Buckets: []lab.Bucket{closedBucket("acme-billing", "us-east-1")}},
			{ID: "444455556666", Name: "web", Roles: role, Buckets: []lab.Bucket{openBucket("acme-files", "us-east-1"), closedBucket("acme-private", "eu-west-1")}},
			{ID: "777788889999", Name: "acquired", Buckets: []lab.Bucket{closedBucket("acme-acquired", "us-east-1")}},
			{ID: "888899990000", Name: "left", State: "SUSPENDED", Roles: role},
		},
		Organization: &lab.Organization{ID: "o-acme", Root: "r-acme", Unit: "ou-acme-1", Policies: []lab.OrganizationPolicy{
			{ID: "p-perimeter", Name: "perimeter", Type: "RESOURCE_CONTROL_POLICY", Content: onlyOurs},
		}},
		Google: google(),
	}
}

func google() *lab.Google {
	uniform := &storage.BucketIamConfiguration{UniformBucketLevelAccess: &storage.BucketIamConfigurationUniformBucketLevelAccess{Enabled: true}, PublicAccessPrevention: "inherited"}
	return &lab.Google{
		Folders: []lab.GoogleFolder{{Name: "folders/7", Parent: "organizations/42"}},
		Projects: []lab.GoogleProject{{ID: "acme-web", Number: 1001, Parent: "folders/7", Buckets: []lab.GoogleBucket{{
			Resource: storage.Bucket{Name: "acme-gcs-files", IamConfiguration: uniform},
			Policy:   storage.Policy{Version: 1, Bindings: []*storage.PolicyBindings{lab.Binding("roles/storage.objectViewer", "allUsers")}},
		}}}},
		Denies: map[string][]lab.GoogleDeny{"organizations/42": {{ID: "nobody", Rules: nobodyReads}}},
	}
}

// project is the same to somebody who may not look above a project.
func project() lab.World {
	return lab.World{Google: google(), Faults: []lab.Fault{{Kind: lab.Deny, Operation: "iam.policies.listPolicies"}}}
}

// delegated is the organisation with a member account that may look at all of it.
func delegated() lab.World {
	w := organisation()
	w.Organization.Delegated = []string{"444455556666"}
	return w
}

// nobody is an organisation whose listing of accounts is empty, which no listing ever is.
func nobody() lab.World {
	w := organisation()
	w.Faults = []lab.Fault{{Kind: lab.Empty, Operation: "ListAccounts"}}
	return w
}

// elsewhere is the account of the organisation after it has moved to another.
func elsewhere() lab.World {
	w := organisation()
	w.Organization = &lab.Organization{ID: "o-other", Root: "r-other", Unit: "ou-other-1"}
	return w
}

// cmdClouds starts pretend clouds until the session ends: clouds WORLD [ACCOUNT]. ACCOUNT is whose key signs.
func cmdClouds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || worlds()[args[0]] == nil {
		ts.Fatalf("usage: clouds WORLD [ACCOUNT]")
	}
	world := worlds()[args[0]]()
	clouds, err := lab.Start(world)
	ts.Check(err)
	ts.Defer(clouds.Close)
	authority, issue := newAuthority(ts)
	proxy := httptest.NewServer(interceptor{via: clouds.Transport(), issue: issue})
	ts.Defer(proxy.Close)
	bundle, key := ts.MkAbs("ca.pem"), ts.MkAbs("google.json")
	ts.Check(os.WriteFile(bundle, authority, 0o600))
	google, err := json.Marshal(map[string]string{"type": "authorized_user", "client_id": "lab", "client_secret": "lab", "refresh_token": "lab"})
	ts.Check(err)
	ts.Check(os.WriteFile(key, google, 0o600))
	account := "111122223333"
	if len(args) == 2 {
		account = args[1]
	}
	for name, value := range map[string]string{
		"HTTPS_PROXY": proxy.URL, "HTTP_PROXY": proxy.URL, "AWS_CA_BUNDLE": bundle, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "LAB" + account, "AWS_SECRET_ACCESS_KEY": "not-a-secret", "GOOGLE_APPLICATION_CREDENTIALS": key,
		"AZURE_TENANT_ID": "00000000-0000-4000-8000-0000000000ff", "AZURE_CLIENT_ID": "lab", "AZURE_CLIENT_SECRET": "lab",
	} {
		ts.Setenv(name, value)
	}
}

// interceptor is a proxy that ends TLS itself.
type interceptor struct {
	via   http.RoundTripper
	issue func(host string) (*tls.Certificate, error)
}

func (p interceptor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hijacker, ok := w.(http.Hijacker)
	if r.Method != http.MethodConnect || !ok {
		p.pass(w, r)
		return
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	secure := tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		return p.issue(hello.ServerName)
	}})
	in := bufio.NewReader(secure)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		// All of it is taken first: a server may answer before it has read the body, and what is left would be read as the
		// next request.
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		request.URL.Scheme, request.URL.Host, request.RequestURI = "https", request.Host, ""
		response, err := p.via.RoundTrip(request)
		if err != nil {
			return
		}
		err = response.Write(secure)
		response.Body.Close()
		if err != nil {
			return
		}
	}
}

// pass hands on a request that came in clear.
func (p interceptor) pass(w http.ResponseWriter, r *http.Request) {
	r.RequestURI = ""
	response, err := p.via.RoundTrip(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}

// newAuthority makes a certificate authority and what issues in its name.
func newAuthority(ts *testscript.TestScript) (bundle []byte, issue func(host string) (*tls.Certificate, error)) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	now := time.Now()
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pretend clouds"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	ts.Check(err)
	issue = func(host string) (*tls.Certificate, error) {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "pretend"}, DNSNames: []string{host},
			NotBefore: root.NotBefore, NotAfter: root.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		raw, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, key)
		if err != nil {
			return nil, err
		}
		return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), issue
}
