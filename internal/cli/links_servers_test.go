//go:build servers && unix

package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/servers"
)

// behindProxy lets the program itself, as a process of its own, reach the servers under their vendors' names: by a proxy
// and a certificate authority of the environment, as it would be on a machine behind one.
func behindProxy(t *testing.T, list ...*servers.Server) (env []string) {
	t.Helper()
	var routes []servers.Route
	var roots []byte
	for _, s := range list {
		routes = append(routes, s.Routes()...)
		if a := s.Authority(); a != nil {
			roots = append(roots, a.PEM()...)
		}
	}
	dial := servers.Dial(routes...)
	plain := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, Transport: &http.Transport{DialContext: dial, DisableCompression: true}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			plain.ServeHTTP(w, r)
			return
		}
		there, err := dial(r.Context(), "tcp", r.Host)
		if err != nil {
			http.Error(w, "no such server", http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(there, buffered)
			_ = there.(interface{ CloseWrite() error }).CloseWrite()
		}()
		_, _ = io.Copy(here, there)
	}))
	t.Cleanup(proxy.Close)
	path := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(path, roots, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"HTTPS_PROXY=" + proxy.URL, "HTTP_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + path, "SSL_CERT_DIR=" + t.TempDir(), "LANG=C", "HOME=" + t.TempDir(), "NO_PROXY=", "PATH=" + os.Getenv("PATH")}
}

// tojimari runs the program with a text on its standard input.
func tojimari(t *testing.T, env []string, in string, args ...string) (out string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "tojimari") // the test's program is tojimari when it is called so
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin, cmd.Dir = env, strings.NewReader(in), t.TempDir()
	var said bytes.Buffer
	cmd.Stderr = &said
	raw, err := cmd.Output()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if said.Len() > 0 {
		t.Logf("stderr: %s", said.Bytes())
	}
	return string(raw), cmd.ProcessState.ExitCode()
}

func TestLinksLiveAgainstServers(t *testing.T) {
	gw, az := servers.Versitygw(t, servers.TLS()), servers.Azurite(t, servers.TLS())
	env := behindProxy(t, gw, az)
	now := time.Now().UTC().Truncate(time.Second)

	client := s3.New(s3.Options{Region: "us-east-1", HTTPClient: gw.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, "")})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-cli")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("acme-cli"), Key: aws.String("a.txt"), Body: strings.NewReader("secret")}); err != nil {
		t.Fatal(err)
	}
	presign := func(c *s3.Client) string {
		made, err := s3.NewPresignClient(c).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("acme-cli"), Key: aws.String("a.txt")})
		if err != nil {
			t.Fatal(err)
		}
		return made.URL
	}
	gone := s3.New(s3.Options{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDGONE", "x", "")})

	cred, err := service.NewSharedKeyCredential(servers.AzuriteAccount, servers.AzuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := service.NewClientWithSharedKeyCredential("https://"+servers.AzuriteAccount+".blob.core.windows.net/", cred,
		&service.ClientOptions{ClientOptions: policy.ClientOptions{Transport: az.Client()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blobs.CreateContainer(t.Context(), "ids", nil); err != nil {
		t.Fatal(err)
	}
	signed, err := sas.BlobSignatureValues{ContainerName: "ids", Permissions: "l", ExpiryTime: now.Add(time.Hour)}.SignWithSharedKey(cred)
	if err != nil {
		t.Fatal(err)
	}
	// Azurite's account is an emulator's, which gives no line. --all shows it, and that nobody asks about it.
	azurite := "https://" + servers.AzuriteAccount + ".blob.core.windows.net/ids?" + signed.Encode()

	for _, tc := range []struct {
		name, link, state string
		args              []string
		code              int
	}{
		{"live", presign(client), "live", nil, 1},
		{"revoked", presign(gone), "revoked", nil, 0},
		{"an emulator", azurite, "unknown", []string{"--all"}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, code := tojimari(t, env, "see "+tc.link+"\n", append([]string{"links", "--live", "-o", "jsonl"}, tc.args...)...)
			var line struct {
				Live struct{ State, Response string }
				Text string
			}
			if err := json.Unmarshal([]byte(out), &line); err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			if line.Live.State != tc.state || code != tc.code {
				t.Errorf("%+v, exit %d", line, code)
			}
			servers.Report(t, "tojimari links --live, "+tc.name+": "+line.Live.State+", "+line.Live.Response)
		})
	}
	if _, code := tojimari(t, env, presign(gone), "links"); code != 1 {
		t.Errorf("without asking, a link of a key that is gone looks live: exit %d", code)
	}
}

// A link in an object that anybody may read is found, and told as standing where others read it; one in a private
// object is told by what it opens alone.
func TestScanLooksForLinksInObjects(t *testing.T) {
	gw := servers.Versitygw(t, servers.TLS(), servers.Hosts("s3.acme.jp"))
	env := append(behindProxy(t, gw), "AWS_ACCESS_KEY_ID="+servers.VersitygwAccessKey, "AWS_SECRET_ACCESS_KEY="+servers.VersitygwSecretKey, "AWS_EC2_METADATA_DISABLED=true")
	client := s3.New(s3.Options{Region: "us-east-1", HTTPClient: gw.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, "")})
	bucket := aws.String("acme-objects")
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	const sas = "https://acme.blob.core.windows.net/c/x.csv?sv=2022-11-02&se=2126-01-01&sr=b&sp=r&sig="
	open, private := sas+"bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D", sas+"chY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"
	for key, body := range map[string]string{"open/build.log": open, "private/build.log": private} {
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String(key), Body: strings.NewReader("uploaded to " + body)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-objects/open/*"}]}`)}); err != nil {
		t.Fatal(err)
	}
	// The private link again: where the bucket is scanned after the first, and in the first one behind a private object.
	later := aws.String("acme-objects-later")
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: later}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: later, Key: aws.String("build.log"), Body: strings.NewReader("uploaded to " + private)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: aws.String("a/build.log"), Body: strings.NewReader("uploaded to " + open)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: later, Policy: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-objects-later/*"}]}`)}); err != nil {
		t.Fatal(err)
	}
	found := func(args ...string) map[string][]string {
		out, code := tojimari(t, env, "", append([]string{"scan", "--tag", "signed-links", "-o", "jsonl"}, args...)...)
		rules := map[string][]string{}
		for line := range strings.Lines(out) {
			var r struct{ Type, Rule, Outcome, Resource string }
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatalf("%v in %q (exit %d)", err, line, code)
			}
			if strings.HasPrefix(r.Resource, "link:") && r.Outcome == "fail" {
				rules[r.Rule] = append(rules[r.Rule], r.Resource)
			}
		}
		return rules
	}
	at := []string{"--endpoint-url", "https://s3.acme.jp", "--region", "us-east-1"}
	with := found(append(at, "s3://acme-objects", "--objects", "10")...)
	if len(with["TJ2001"]) != 1 || len(with["TJ2002"]) != 2 {
		t.Errorf("%v", with)
	}
	// Where the private one stands in the open as well, that is told, and so it is when the saved scan is judged.
	saved := filepath.Join(t.TempDir(), "saved.jsonl")
	both := found(append(at, "s3://acme-objects", "s3://acme-objects-later", "--objects", "10", "-o", "snapshot="+saved)...)
	if len(both["TJ2001"]) != 2 || len(both["TJ2002"]) != 3 {
		t.Errorf("%v", both)
	}
	if again := found("snapshot:" + saved); !maps.EqualFunc(again, both, slices.Equal) {
		t.Errorf("saved: %v, live: %v", again, both)
	}
	if without := found(append(at, "s3://acme-objects")...); len(without) != 0 {
		t.Errorf("objects were read unasked: %v", without)
	}
}
