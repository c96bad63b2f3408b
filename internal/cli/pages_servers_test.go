//go:build servers && unix

package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/servers"
)

// Pages as a user scans them: nginx with TLS as a web server and before buckets of versitygw, under their names.
func TestPagesAgainstServers(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("robots.txt", "User-agent: *\nDisallow: /hidden/\nDisallow: /backup/\n")
	write("index.html", "<html><head><title>Home</title></head><body></body></html>")
	write("hidden/a.html", "<html><head><title>Hidden</title></head><body></body></html>")
	write("noindex/a.html", `<html><head><meta name="robots" content="noindex"></head></html>`)
	write("files/passport_1.jpg", "x")
	plain := servers.Versitygw(t)
	store := servers.Versitygw(t, servers.TLS(), servers.Over(plain))
	site := servers.Nginx(t, fmt.Sprintf("root %s; autoindex on; charset utf-8;\nlocation /cdn/ { proxy_pass http://%s/; proxy_set_header Host gone.s3.us-east-1.amazonaws.com; }", root, plain.Address),
		servers.TLS(), servers.Hosts("www.example.org"))
	client := s3.New(s3.Options{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, ""), HTTPClient: store.Client()})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("open")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("open"), Key: aws.String("backup/db.sql"), Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("open"),
		Policy: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::open","arn:aws:s3:::open/*"]}]}`)}); err != nil {
		t.Fatal(err)
	}
	env := behindProxy(t, site, store)
	jsonFile := filepath.Join(t.TempDir(), "report.json")
	const open = "https://open.s3.us-east-1.amazonaws.com/"
	terminal, code := tojimari(t, env, "", "scan", "https://www.example.org/", "https://www.example.org/hidden/a.html", "https://www.example.org/noindex/a.html",
		"https://www.example.org/files/", "https://www.example.org/cdn/", open, "-o", "terminal", "-o", "json="+jsonFile)
	if code != 1 {
		t.Errorf("exit code %d", code)
	}
	raw, err := os.ReadFile(jsonFile)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Findings []struct{ Rule, Resource string }
		Pages    []result.Page
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	rules := map[string][]string{}
	for _, f := range report.Findings {
		address := strings.TrimPrefix(f.Resource, "page:")
		rules[address] = append(rules[address], f.Rule)
	}
	for _, list := range rules {
		slices.Sort(list)
	}
	wantRules := map[string][]string{
		"https://www.example.org/":              {"TJ3016"},
		"https://www.example.org/hidden/a.html": {"TJ3014"},
		"https://www.example.org/files/":        {"TJ3010", "TJ3011"},
		"https://www.example.org/cdn/":          {"TJ1041"},
		open:                                    {"TJ3010", "TJ3011"},
	}
	if diff := cmp.Diff(wantRules, rules); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	verdicts := map[string]string{}
	for _, p := range report.Pages {
		if p.Story == nil {
			t.Errorf("%s has no story: %s", p.URL, p.Missing)
			continue
		}
		verdicts[p.URL] = p.Story.Verdict
		if len(p.Story.SiteQueries) == 0 {
			t.Errorf("%s: no query for its owner", p.URL)
		}
	}
	if diff := cmp.Diff(map[string]string{
		"https://www.example.org/": "indexable", "https://www.example.org/hidden/a.html": "url_only", "https://www.example.org/noindex/a.html": "not_indexable",
		"https://www.example.org/files/": "indexable", "https://www.example.org/cdn/": "not_indexable", open: "indexable",
	}, verdicts); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	for _, want := range []string{"PAGES", "the address can be listed", "not indexable", "identity 1", "backup 1, export 1", "404 NoSuchBucket"} {
		if !strings.Contains(terminal, want) {
			t.Errorf("no %q in\n%s", want, terminal)
		}
	}
}

// A bucket's website as a user scans it, and the names of those that are none.
func TestWebsitesAgainstVersitygw(t *testing.T) {
	store := servers.Versitygw(t, servers.TLS())
	client := s3.New(s3.Options{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, ""), HTTPClient: store.Client()})
	for _, name := range []string{"site", "unset"} {
		if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: aws.String("index.html"), Body: strings.NewReader("<html><title>Members</title></html>"), ContentType: aws.String("text/html")}); err != nil {
			t.Fatal(err)
		}
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::` + name + `/*"}]}`
		if _, err := client.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: aws.String("site"), WebsiteConfiguration: &types.WebsiteConfiguration{
		IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")},
	}}); err != nil {
		t.Fatal(err)
	}
	env := behindProxy(t, store, servers.VersitygwWebsite(t, store))
	address := func(name string) string { return "http://" + name + "." + servers.VersitygwWebsiteHost + "/" }
	jsonFile := filepath.Join(t.TempDir(), "report.json")
	terminal, _ := tojimari(t, env, "", "scan", address("site"), address("unset"), address("gone"), "-o", "terminal", "-o", "json="+jsonFile)
	raw, err := os.ReadFile(jsonFile)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Findings []struct{ Rule, Resource string }
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range report.Findings {
		found[f.Resource] += f.Rule + " "
	}
	if diff := cmp.Diff(map[string]string{"page:" + address("gone"): "TJ1041 ", "page:" + address("site"): "TJ3012 "}, found); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	// The story of each, in its order.
	_, rest, _ := strings.Cut(terminal, "PAGES, AS A STRANGER")
	for _, want := range []string{
		address("gone"), "not indexable · answered 404 NoSuchBucket", "found by         unknown",
		address("site"), "can be indexed · answered 200", "reached          yes", "found by         yes", "the front page of a website endpoint",
		"allowed by       allowed", "indexed because  yes", "stop it by       make_private: effective: yes", "noindex_header: effective: no",
		address("unset"), "not indexable · answered 404 NoSuchWebsiteConfiguration", "found by         unknown",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q, or not in its place, in\n%s", want, terminal)
		}
		rest = after
	}
}
