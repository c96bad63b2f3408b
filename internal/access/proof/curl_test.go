//go:build !windows

package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// stubCurl writes a "curl" that prints its arguments, NUL-separated, and returns a PATH that finds only it.
func stubCurl(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\000' \"$a\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run gives the line to a shell as a person would and returns the arguments that curl got.
func run(t interface{ Fatalf(string, ...any) }, dir, line string) []string {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatalf("no sh: %v", err)
	}
	cmd := exec.Command(sh, "-c", line)
	cmd.Env = []string{"PATH=" + dir, "AWS_ACCESS_KEY_ID=AK", "AWS_SECRET_ACCESS_KEY=S K", "AWS_SESSION_TOKEN=T"}
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sh -c %q: %v", line, err)
	}
	parts := strings.Split(string(out), "\x00")
	return parts[:len(parts)-1]
}

func TestCurlLines(t *testing.T) {
	dir := stubCurl(t)
	tests := map[string]struct {
		request verdict.Request
		want    []string
	}{
		"listing": {
			verdict.Request{Method: "GET", URL: "https://b.s3.eu-west-1.amazonaws.com/?list-type=2"},
			[]string{"--globoff", "--path-as-is", "https://b.s3.eu-west-1.amazonaws.com/?list-type=2"},
		},
		"read of one byte with a referer": {
			verdict.Request{Method: "GET", URL: "https://b.s3.amazonaws.com/k", Key: "k", Headers: [][2]string{{"Referer", "it's $(id) `id`"}}},
			[]string{"--globoff", "--path-as-is", "--include", "--range", "0-0", "--header", "Referer: it's $(id) `id`", "https://b.s3.amazonaws.com/k"},
		},
		"empty header": {
			verdict.Request{Method: "GET", URL: "u", Headers: [][2]string{{"Referer", ""}}},
			[]string{"--globoff", "--path-as-is", "--header", "Referer;", "u"},
		},
		"write": {
			verdict.Request{Method: "PUT", URL: "https://b.s3.amazonaws.com/k", Key: "k"},
			[]string{"--globoff", "--path-as-is", "--request", "PUT", "--data-raw", "written by tojimari as a proof", "https://b.s3.amazonaws.com/k"},
		},
		"signed": {
			verdict.Request{Method: "GET", URL: "u", Signed: true, Region: "eu-west-1"},
			[]string{
				"--globoff", "--path-as-is", "--aws-sigv4", "aws:amz:eu-west-1:s3", "--user", "AK:S K",
				"--header", "x-amz-security-token: T", "u",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, run(t, dir, Curl(test.request))); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever strangers put into key, header and bucket, the shell hands curl the same words and runs nothing else.
func TestCurlIsSafeToPaste(t *testing.T) {
	dir := stubCurl(t)
	rapid.Check(t, func(t *rapid.T) {
		hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			"'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "a\nb", "@/etc/passwd", "-o", "{a,b}[1-3]", "\x1b[31m", "../../x", `\`, `'\''`, "",
		}))
		key, header := hostile.Draw(t, "key"), hostile.Draw(t, "header")
		where := S3{Bucket: hostile.Draw(t, "bucket"), Region: "eu-west-1"}
		request := verdict.Request{
			Method: rapid.SampledFrom([]string{"GET", "PUT", "HEAD"}).Draw(t, "method"), Key: key,
			URL: where.URL("https", key, "prefix="+EscapeQuery(key)), Headers: [][2]string{{"Referer", header}},
		}
		args := run(t, dir, Curl(request))
		if got := args[len(args)-1]; got != request.URL {
			t.Fatalf("URL %q reached curl as %q", request.URL, got)
		}
		if strings.ContainsAny(request.URL, "\n\r\x1b '\"`$\\{}[]<>|") {
			t.Fatalf("URL %q holds characters that a URL may not", request.URL)
		}
		for _, a := range args {
			if strings.HasPrefix(a, "@") {
				t.Fatalf("argument %q would make curl read a file", a)
			}
		}
		if files, _ := os.ReadDir(dir); len(files) != 1 {
			t.Fatalf("the line left files behind: %v", files)
		}
	})
}

func TestS3URL(t *testing.T) {
	tests := map[string]struct {
		where S3
		key   string
		want  string
	}{
		"virtual-hosted":    {S3{Bucket: "acme", Region: "eu-west-1"}, "a b/ü", "https://acme.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC"},
		"dots go in path":   {S3{Bucket: "www.acme.com", Region: "eu-west-1"}, "k", "https://s3.eu-west-1.amazonaws.com/www.acme.com/k"},
		"capitals go there": {S3{Bucket: "Acme", Region: "us-east-1"}, "k", "https://s3.us-east-1.amazonaws.com/Acme/k"},
		"china":             {S3{Bucket: "acme", Region: "cn-north-1", Partition: "aws-cn"}, "", "https://acme.s3.cn-north-1.amazonaws.com.cn/"},
		"region not known":  {S3{Bucket: "acme"}, "", "https://acme.s3.amazonaws.com/"},
		"own endpoint":      {S3{Bucket: "acme", BaseURL: "http://127.0.0.1:7070/"}, "k", "http://127.0.0.1:7070/acme/k"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.where.URL("https", test.key, ""); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
