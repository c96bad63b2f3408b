//go:build servers && unix

package web_test

// Buckets as websites: versitygw's website endpoint under S3's host names.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/servers"
)

func TestVersitygwWebsite(t *testing.T) {
	store := servers.Versitygw(t, servers.TLS())
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("https://" + s3Host), UsePathStyle: true, HTTPClient: store.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, ""),
	})
	home := `<html><head><title>Members</title></head><body><a href="/draft.html">draft</a></body></html>`
	objects := map[string]string{"index.html": home, "oops.html": "<html><title>Oops</title></html>", "docs/index.html": home, "backup/db.sql": "x",
		"draft.html": `<html><head><meta name="robots" content="noindex"></head></html>`, "private/draft.html": `<html><head><meta name="robots" content="noindex"></head></html>`,
		"robots.txt": "User-agent: *\nDisallow: /private/\n"}
	for name, actions := range map[string][]string{"site": {"s3:GetObject", "s3:ListBucket"}, "unset": {"s3:GetObject"}, "closed": nil} {
		bucket(t, store, name, nil, actions...)
		for key, body := range objects {
			kind := "text/plain"
			if strings.HasSuffix(key, ".html") {
				kind = "text/html; charset=utf-8"
			}
			if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(body), ContentType: &kind}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"site", "closed"} {
		if _, err := client.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: &name, WebsiteConfiguration: &types.WebsiteConfiguration{
			IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("oops.html")},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	website := servers.VersitygwWebsite(t, store)
	hosts := map[string]*servers.Server{}
	for _, name := range []string{"site", "unset", "closed", "gone"} {
		hosts[name+"."+servers.VersitygwWebsiteHost] = website
	}
	w := at(t, hosts)
	type story struct{ Code, Reachable, FoundBy, Crawlable, Indexable, Verdict string }
	for address, want := range map[string]story{
		"site/":      {"200 ", "yes", "index_document: the front page of a website endpoint", "allowed", "yes", "indexable"},
		"site/docs/": {"200 ", "yes", "", "allowed", "yes", "indexable"}, // the index document of a folder
		// REST lists this bucket to anyone; a website has no listing, whatever is asked of it.
		"site/?list-type=2":       {"200 ", "yes", "index_document: the front page of a website endpoint", "allowed", "yes", "indexable"},
		"site/backup/":            {"404 ", "no", "", "allowed", "no", "not_indexable"},
		"site/none.html":          {"404 ", "no", "", "allowed", "no", "not_indexable"}, // the error document
		"site/draft.html":         {"200 ", "yes", "", "allowed", "no", "not_indexable"},
		"site/private/draft.html": {"200 ", "yes", "robots_txt: robots.txt spells it out in line 2: /private/", "blocked", "no", "url_only"},
		"closed/":                 {"403 AccessDenied", "no", "", "allowed", "no", "not_indexable"},
		"unset/":                  {"404 NoSuchWebsiteConfiguration", "no", "", "allowed", "no", "not_indexable"},
		"gone/":                   {"404 NoSuchBucket", "no", "", "allowed", "no", "not_indexable"},
	} {
		name, path, _ := strings.Cut(address, "/")
		p := look(t, w, "http://"+name+"."+servers.VersitygwWebsiteHost+"/"+path)
		r, v := p.Response.Value, p.Indexability.Value
		got := story{fmt.Sprintf("%d %s", r.Status, r.Code), v.Reachable, strings.Join(v.FoundBy, "; "), v.Crawlable, v.Indexable, v.Verdict}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
		if s := p.Storage.Value; s.Provider != "aws" || s.Bucket != name || s.Style != "website" || r.Listing || r.BucketMissing != (name == "gone") || r.Dangling != "" {
			t.Errorf("%s: %+v %+v", address, s, r)
		}
		if stops := strings.Join(v.StopBy, "\n"); v.Reachable == "yes" && (!strings.Contains(stops, "noindex_header: effective: no") ||
			strings.Contains(stops, "noindex_meta: effective: yes") != (v.Crawlable == "allowed")) || v.Reachable != "yes" && stops != "" {
			t.Errorf("%s: stop it by %s", address, stops)
		}
		if (v.Verdict == "url_only") != has(v.Traps, "robots_hides_noindex") {
			t.Errorf("%s: traps %q", address, v.Traps)
		}
	}
}
