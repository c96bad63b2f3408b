//go:build servers && unix

package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/servers"
)

// A whole scan with --prove against moto, which lets anybody list what nobody may: what the settings close and the
// outside reads is a finding that shows both sides, in every format. Of the bucket that is open nothing is said, since
// moto does not tell whether the organisation blocks it.
func TestProveWhereServerAndSettingsDisagree(t *testing.T) {
	moto := servers.Moto(t, servers.TLS())
	client := s3.New(s3.Options{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "SECRETTEST", ""), HTTPClient: moto.Client()})
	for name, principal := range map[string]string{"open": `"*"`, "one-account": `{"AWS":"arn:aws:iam::999988887777:root"}`, "closed": ""} {
		if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
		off := &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(false), IgnorePublicAcls: aws.Bool(false), BlockPublicPolicy: aws.Bool(false), RestrictPublicBuckets: aws.Bool(false)}
		if _, err := client.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{Bucket: &name, PublicAccessBlockConfiguration: off}); err != nil {
			t.Fatal(err)
		}
		if principal == "" {
			continue
		}
		policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"s3:ListBucket","Resource":"arn:aws:s3:::%s"}]}`, principal, name)
		if _, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy}); err != nil {
			t.Fatal(err)
		}
	}
	env := append(behindProxy(t, moto), "AWS_ACCESS_KEY_ID=AKIDTEST", "AWS_SECRET_ACCESS_KEY=SECRETTEST", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true")
	texts := map[string][]string{
		"terminal": {"the settings say", "from outside", "confirmed", "TJ9005"}, "markdown": {"the settings say", "from outside"},
		"sarif": {"the settings say", "from outside"}, "junit": {"the settings say", "from outside"}, "csv": {"TJ9005", "confirmed"}, "jsonl": {`"agreement":"disagrees"`},
		"json": {`"agreement":"disagrees"`},
	}
	folder := t.TempDir()
	args := []string{"scan", "aws", "--prove", "--rule", "public-list", "--rule", "outside-disagrees"}
	for format := range texts {
		args = append(args, "-o", format+"="+filepath.Join(folder, format))
	}
	if _, code := tojimari(t, env, "", args...); code != 1 {
		t.Errorf("exit code %d", code)
	}
	scanned := func(format string) string {
		out, err := os.ReadFile(filepath.Join(folder, format))
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	var report struct {
		Findings []struct {
			Rule, Resource, Verb string
			Proving              result.Proving
			Probe                *result.Probe
			Proof                *struct{ Verdict string }
		}
	}
	if err := json.Unmarshal([]byte(scanned("json")), &report); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range report.Findings {
		if f.Probe == nil || f.Proof == nil {
			t.Fatalf("a side is missing: %+v", f)
		}
		got[f.Rule+" "+f.Resource] = fmt.Sprintf("%s %s %s %d", f.Proof.Verdict, f.Proving, f.Probe.Agreement, f.Probe.Status)
		if f.Probe.Vantage.Proxy == "" {
			t.Errorf("the proxy is not in the vantage: %+v", f.Probe)
		}
	}
	want := map[string]string{
		"TJ9005 aws:s3:bucket/closed":      "no confirmed disagrees 200",
		"TJ9005 aws:s3:bucket/one-account": "no confirmed disagrees 200",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for format, want := range texts {
		out := scanned(format)
		for _, text := range want {
			if !strings.Contains(out, text) {
				t.Errorf("%s: no %q in\n%s", format, text, out)
			}
		}
	}
}
