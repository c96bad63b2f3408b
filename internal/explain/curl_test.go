//go:build !windows

package explain

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// proofInputs are raw inputs in which everybody may do everything that the provider lets everybody do, with names and
// conditions that strangers chose.
func proofInputs(t *rapid.T) map[string]map[string]any {
	hostile := func(label string) string {
		return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "a\nb", "@/etc/passwd", "-o", "{a,b}[1-3]", "\x1b[31m", "../../x", `\`, `'\''`, "%0a", "*",
		})).Draw(t, label)
	}
	key := "k" + hostile("key")
	referer := hostile("referer")
	bucket := rapid.SampledFrom([]string{"acme-data", "www.acme.com", "Acme", "a'b", "a b"}).Draw(t, "bucket")
	partition := rapid.SampledFrom([][2]string{{"eu-west-1", "aws"}, {"cn-north-1", "aws-cn"}, {"us-gov-west-1", "aws-us-gov"}, {"eusc-de-east-1", "aws-eusc"}, {"", "aws"}}).Draw(t, "partition")
	arn := "arn:" + partition[1] + ":s3:::" + bucket
	return map[string]map[string]any{
		"s3": {
			"bucket": bucket, "account": "111122223333", "region": partition[0], "partition": partition[1], "objects": []any{map[string]any{"Key": key}},
			"request_payment": rapid.SampledFrom([]string{"Requester", "BucketOwner"}).Draw(t, "payer"),
			"policy": map[string]any{"Version": "2008-10-17", "Statement": []any{map[string]any{
				"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": []string{arn, arn + "/*"},
				"Condition": map[string]any{"StringEquals": map[string]any{"aws:Referer": referer}},
			}}},
		},
		"gcs": {
			"bucket": map[string]any{"name": bucket, "billing": map[string]any{"requesterPays": rapid.Bool().Draw(t, "pays")}}, "objects": []any{map[string]any{"name": key}},
			"iam_policy": map[string]any{"bindings": []any{map[string]any{"role": "roles/storage.admin", "members": []string{"allUsers"}}}},
		},
		"gcs folder": {
			"bucket":          map[string]any{"name": bucket, "iamConfiguration": map[string]any{"uniformBucketLevelAccess": map[string]any{"enabled": true}}},
			"managed_folders": []any{map[string]any{"name": key, "iam_policy": map[string]any{"bindings": []any{map[string]any{"role": "roles/storage.admin", "members": []string{"allUsers"}}}}}},
		},
		"azure": {
			"account": map[string]any{"name": "acme", "allowBlobPublicAccess": true}, "blobs": []any{map[string]any{"name": key}},
			"containers": []any{map[string]any{"name": rapid.SampledFrom([]string{"docs", "$root", "$web", "a'b"}).Draw(t, "container"), "publicAccess": "container"}},
		},
	}
}

// Every line of a proof, of every provider and verb, hands curl the request as it was solved and runs nothing else.
func TestProofLinesAreSafeToPaste(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\000' \"$a\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for name, input := range proofInputs(rt) {
			line, err := json.Marshal(input)
			if err != nil {
				rt.Fatal(err)
			}
			a, _ := answerOf(item{text: line, line: 1}, at)
			if a.Err != nil {
				rt.Fatalf("%s: %v\n%s", name, a.Err, line)
			}
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				for _, verb := range verdict.Verbs() {
					v := a.Access.Of(who, verb)
					if v.Curl == "" {
						continue
					}
					seen[name+" "+string(who)+" "+string(verb)]++
					cmd := exec.Command(sh, "-c", v.Curl)
					cmd.Env = []string{"PATH=" + dir, "AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=S", "AWS_SESSION_TOKEN=T", "ACCESS_TOKEN=O", "PROJECT=P"}
					cmd.Dir = dir
					out, err := cmd.Output()
					if err != nil {
						rt.Fatalf("%s %s %s: %v\n%s", name, who, verb, err, v.Curl)
					}
					checkArguments(rt, v, strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"))
					if files, _ := os.ReadDir(dir); len(files) != 1 {
						rt.Fatalf("the line left files behind: %v\n%s", files, v.Curl)
					}
				}
			}
		}
	})
	for _, want := range []string{
		"s3 anonymous list", "s3 anonymous read", "s3 anonymous write", "s3 anonymous permissions",
		"s3 any_account list", "s3 any_account read", "s3 any_account write", "s3 any_account permissions",
		"gcs anonymous list", "gcs anonymous read", "gcs anonymous write", "gcs anonymous permissions", "gcs any_account read",
		"gcs folder anonymous list", "gcs folder anonymous read", "gcs folder anonymous permissions",
		"azure anonymous list", "azure anonymous read",
	} {
		if seen[want] == 0 {
			t.Errorf("no line for %s", want)
		}
	}
}

// checkArguments compares what curl gets with the request.
func checkArguments(t *rapid.T, v verdict.Verdict, args []string) {
	r := v.Witness
	if r == nil || args[len(args)-1] != r.URL {
		t.Fatalf("curl gets %q for %+v", args, r)
	}
	if strings.ContainsAny(r.URL, "\n\r\x1b '\"`\\{}[]<>|") {
		t.Fatalf("%q is no URL", r.URL)
	}
	if method := slices.Index(args, "--request"); r.Method != "GET" && r.Method != "HEAD" && (method < 0 || args[method+1] != r.Method) {
		t.Fatalf("curl gets %q for method %s", args, r.Method)
	}
	headers := 0
	for i, arg := range args[:len(args)-1] {
		switch {
		case strings.HasPrefix(arg, "@"):
			t.Fatalf("argument %q would make curl read a file", arg)
		case arg == "--header":
			headers++
			if strings.ContainsAny(args[i+1], "\n\r") || strings.HasPrefix(args[i+1], "@") {
				t.Fatalf("header %q", args[i+1])
			}
		}
	}
	want := len(r.Headers)
	if r.Signed {
		want++ // the session token
	}
	if headers != want {
		t.Fatalf("curl gets %d headers of %d: %q", headers, want, args)
	}
}
