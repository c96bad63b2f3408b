//go:build servers && unix

package web_test

// The scanner against servers that others wrote, under their real host names: versitygw as S3, Azurite as Azure Blob,
// nginx as a web server and as what stands in front of a bucket.

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/fetch/fetchtest"
	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/web"
)

// at puts servers into a pretend internet under names and gives a scanner that lives there.
func at(t *testing.T, hosts map[string]*servers.Server) *web.Scanner {
	t.Helper()
	world, n := fetchtest.New(t), 0
	pool := x509.NewCertPool()
	addresses := map[*servers.Server]string{}
	for host, server := range hosts {
		if addresses[server] == "" {
			n++
			addresses[server] = fmt.Sprintf("52.10.0.%d", n)
			port := ":80"
			if a := server.Authority(); a != nil {
				port = ":443"
				// The pools cannot be joined; each test has one server with TLS.
				pool = a.Pool
			}
			world.Listen(addresses[server]+port, server.Address)
		}
		world.Name(host, []string{addresses[server]})
	}
	known, err := vendors.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	w := web.New(scanners.Runtime{Now: time.Now, UserAgent: "tojimari/test", Options: map[string]string{}},
		web.Options{Vendors: known, Resolver: world, Dial: world.Dial, RootCAs: pool, Timeout: 20 * time.Second})
	t.Cleanup(w.Close)
	return w
}

// look scans one address and gives its page.
func look(t *testing.T, w *web.Scanner, address string) *scanners.Page {
	t.Helper()
	records := scan(t, w, address)
	if len(records) != 1 {
		t.Fatalf("%s: %d records", address, len(records))
	}
	return records[0].Page
}

// kinds are the categories of the names that a page shows.
func kinds(p *scanners.Page) []string {
	var out []string
	for _, k := range p.Names.Value.Kinds {
		out = append(out, k.Kind)
	}
	return out
}

func has(list []string, code string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, code) })
}

const s3Host = "s3.us-east-1.amazonaws.com"

// bucket makes a bucket on versitygw with objects, and a policy where statements are given.
func bucket(t *testing.T, server *servers.Server, name string, objects map[string]string, actions ...string) {
	t.Helper()
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("https://" + s3Host), UsePathStyle: true, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, ""),
	})
	ctx := t.Context()
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	for key, body := range objects {
		if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(body), ContentType: aws.String("text/plain")}); err != nil {
			t.Fatal(err)
		}
	}
	var statements []string
	for _, action := range actions {
		resource := "arn:aws:s3:::" + name
		if action == "s3:GetObject" {
			resource += "/*"
		}
		statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Principal":"*","Action":%q,"Resource":%q}`, action, resource))
	}
	if len(statements) == 0 {
		return
	}
	policy := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	if _, err := client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
}

func TestVersitygw(t *testing.T) {
	server := servers.Versitygw(t, servers.TLS())
	objects := map[string]string{"uploads/8812/passport front.jpg": "x", "履歴書_田中.pdf": "x", "robots.txt": "User-agent: *\nDisallow: /uploads/\n"}
	bucket(t, server, "open", objects, "s3:ListBucket", "s3:GetObject")
	bucket(t, server, "readable", objects, "s3:GetObject")
	bucket(t, server, "closed", objects)
	w := at(t, map[string]*servers.Server{s3Host: server, "open." + s3Host: server, "readable." + s3Host: server, "closed." + s3Host: server})

	for _, address := range []string{"https://open." + s3Host + "/", "https://" + s3Host + "/open"} {
		p := look(t, w, address)
		if !p.Response.Value.Listing || strings.Join(kinds(p), " ") != "identity resume" || p.Names.Value.Sampled != 3 {
			t.Errorf("%s: %+v %+v", address, p.Response.Value, p.Names.Value)
		}
		if p.Storage.Value.Bucket != "open" || p.Storage.Value.Provider != "aws" {
			t.Errorf("%s: %+v", address, p.Storage.Value)
		}
	}
	// The same object at two hosts: the bucket's robots.txt governs one of them.
	own := look(t, w, "https://open."+s3Host+"/uploads/8812/passport%20front.jpg").Indexability.Value
	if own.Verdict != "url_only" || own.Crawlable != "blocked" || !has(own.Traps, "blocked_url_can_be_listed") {
		t.Errorf("virtual host: %+v", own)
	}
	shared := look(t, w, "https://"+s3Host+"/open/uploads/8812/passport%20front.jpg").Indexability.Value
	if shared.Verdict != "indexable" || shared.Crawlable != "allowed" || !has(shared.Traps, "robots_txt_not_yours") {
		t.Errorf("path style: %+v", shared)
	}
	if p := look(t, w, "https://closed."+s3Host+"/"); p.Response.Value.Status != 403 || p.Response.Value.Code != "AccessDenied" || p.Indexability.Value.Reachable != "no" {
		t.Errorf("closed: %+v", p.Response.Value)
	}

	read := func(bucket, key string) *verdict.Request {
		return &verdict.Request{Method: "GET", URL: "https://" + bucket + "." + s3Host + "/" + key, Key: key, KeyKnown: true}
	}
	list := func(bucket string) *verdict.Request {
		return &verdict.Request{Method: "GET", URL: "https://" + bucket + "." + s3Host + "/?list-type=2&max-keys=1000"}
	}
	for _, c := range []struct {
		verb    verdict.Verb
		witness *verdict.Request
		want    web.Outcome
		why     web.Why
		status  int
	}{
		{verdict.List, list("open"), web.Confirmed, "", 200},
		{verdict.Read, read("open", "robots.txt"), web.Confirmed, "", 206},
		{verdict.Read, read("open", "no-such-key"), web.NotTried, web.WhyNotFound, 404},
		{verdict.List, list("readable"), web.Refused, "", 403},
		{verdict.Read, read("readable", "robots.txt"), web.Confirmed, "", 206},
		{verdict.List, list("closed"), web.Refused, "", 403},
		{verdict.Read, read("closed", "robots.txt"), web.Refused, "", 403},
	} {
		if p := w.Prove(context.Background(), c.verb, c.witness); p.Outcome != c.want || p.Why != c.why || p.Status != c.status {
			t.Errorf("%s %s: %+v", c.verb, c.witness.URL, p)
		}
	}
}

func TestAzurite(t *testing.T) {
	server := servers.Azurite(t, servers.TLS())
	const host = servers.AzuriteAccount + ".blob.core.windows.net"
	key, err := azblob.NewSharedKeyCredential(servers.AzuriteAccount, servers.AzuriteKey)
	if err != nil {
		t.Fatal(err)
	}
	client, err := azblob.NewClientWithSharedKeyCredential("https://"+host+"/", key, &azblob.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: server.Client()}})
	if err != nil {
		t.Fatal(err)
	}
	level := func(l container.PublicAccessType) *azblob.CreateContainerOptions {
		return &azblob.CreateContainerOptions{Access: &l}
	}
	for name, options := range map[string]*azblob.CreateContainerOptions{
		"listed": level(container.PublicAccessTypeContainer), "readable": level(container.PublicAccessTypeBlob), "closed": nil, "$root": level(container.PublicAccessTypeBlob),
	} {
		if _, err := client.CreateContainer(t.Context(), name, options); err != nil {
			t.Fatal(err)
		}
		if _, err := client.UploadBuffer(t.Context(), name, "dump.sql", []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
	}
	w := at(t, map[string]*servers.Server{host: server})
	listing := func(name string) string { return "https://" + host + "/" + name + "?restype=container&comp=list" }

	// Azurite answers 400 to a path without a container, where Azure would look into $root; for robots.txt that is a client
	// error like any other, which restricts nothing.
	if v := look(t, w, "https://"+host+"/readable/dump.sql").Indexability.Value; v.Crawlable != "allowed" || !strings.Contains(strings.Join(v.StopBy, "\n"), "$root") {
		t.Errorf("%+v", v)
	}
	if p := look(t, w, "https://"+host+"/$root/dump.sql"); p.Response.Value.Status != 200 || p.Storage.Value.Bucket != servers.AzuriteAccount+"/$root" {
		t.Errorf("%+v %+v", p.Response.Value, p.Storage.Value)
	}

	open := look(t, w, listing("listed"))
	if !open.Response.Value.Listing || strings.Join(kinds(open), " ") != "export" || open.Storage.Value.Bucket != servers.AzuriteAccount+"/listed" {
		t.Errorf("%+v %+v", open.Response.Value, open.Storage.Value)
	}
	for name, want := range map[string][2]web.Outcome{
		"listed": {web.Confirmed, web.Confirmed}, "readable": {"", web.Confirmed}, "closed": {"", ""},
	} {
		list := w.Prove(context.Background(), verdict.List, &verdict.Request{Method: "GET", URL: listing(name)})
		read := w.Prove(context.Background(), verdict.Read, &verdict.Request{Method: "GET", URL: "https://" + host + "/" + name + "/dump.sql", KeyKnown: true})
		for i, p := range []web.Proof{list, read} {
			// What is closed is refused, or not found, by Azure's own choice; it is never confirmed.
			if (want[i] == web.Confirmed) != (p.Outcome == web.Confirmed) || p.Status == 0 {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

func TestNginx(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("robots.txt", "User-agent: *\nDisallow: /hidden/\n")
	write("index.html", `<html><head><title>Home</title></head><body><a href="/files/">files</a></body></html>`)
	write("files/backup/db 1.sql", "x")
	write("files/名簿 <b>.csv", "x")
	write("files/id_rsa", "x")
	write("hidden/page.html", `<html><head><meta name="robots" content="noindex"></head></html>`)
	write("draft/page.html", `<html><head><meta name="robots" content="noindex"></head></html>`)
	write("report.pdf", "%PDF")
	server := servers.Nginx(t, fmt.Sprintf(`root %s; autoindex on; charset utf-8;
		location /moved { return 302 http://127.0.0.1/; }
		location = /report.pdf { add_header X-Robots-Tag "googlebot: noindex"; }`, root), servers.TLS(), servers.Hosts("www.example.org"))
	w := at(t, map[string]*servers.Server{"www.example.org": server})

	p := look(t, w, "https://www.example.org/files/")
	if !p.Response.Value.Listing || strings.Join(kinds(p), " ") != "backup personal secret" || p.Names.Value.Sampled != 3 {
		t.Errorf("%+v", p.Names.Value)
	}
	for path, want := range map[string]string{"": "indexable", "hidden/page.html": "url_only", "draft/page.html": "not_indexable", "report.pdf": "indexable", "nothing": "not_indexable", "moved": "unknown"} {
		if v := look(t, w, "https://www.example.org/"+path).Indexability.Value; v.Verdict != want {
			t.Errorf("/%s: %+v, want %s", path, v, want)
		}
	}
	if v := look(t, w, "https://www.example.org/hidden/page.html").Indexability.Value; !has(v.Traps, "robots_hides_noindex") {
		t.Errorf("%+v", v)
	}
	if r := look(t, w, "https://www.example.org/moved").Response.Value; r.Code != "address_not_allowed" {
		t.Errorf("%+v", r)
	}
	if found := look(t, w, "https://www.example.org/").Indexability.Value.FoundBy; !has(found, "own_domain") {
		t.Errorf("%q", found)
	}
}

// nginx in front of a bucket adds a noindex; the bucket's own host serves the same without it.
func TestNginxInFrontOfABucket(t *testing.T) {
	store := servers.Versitygw(t)
	tls := servers.Versitygw(t, servers.TLS(), servers.Over(store))
	bucket(t, tls, "site", map[string]string{"members.txt": "x"}, "s3:GetObject", "s3:ListBucket")
	front := servers.Nginx(t, fmt.Sprintf(`location / { proxy_pass http://%s; proxy_set_header Host site.%s; add_header X-Robots-Tag noindex always; }`, store.Address, s3Host),
		servers.TLS(), servers.Hosts("files.example.org"))

	w := at(t, map[string]*servers.Server{"files.example.org": front})
	p := look(t, w, "https://files.example.org/")
	if s := p.Storage.Value; !p.Response.Value.Listing || s.Bucket != "site" || s.Provider != "aws" || s.Style != "bound" {
		t.Errorf("%+v %+v", p.Response.Value, s)
	}
	if v := p.Indexability.Value; v.Verdict != "not_indexable" || !has(v.Traps, "noindex_only_at_front") {
		t.Errorf("%+v", v)
	}
	w = at(t, map[string]*servers.Server{"site." + s3Host: tls})
	if v := look(t, w, "https://site."+s3Host+"/members.txt").Indexability.Value; v.Verdict != "indexable" {
		t.Errorf("%+v", v)
	}
}
