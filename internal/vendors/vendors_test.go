package vendors

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestMatchEndpoint(t *testing.T) {
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	account := strings.Repeat("ab12", 8)
	for _, tc := range []struct {
		host string
		want Match
	}{
		{account + ".r2.cloudflarestorage.com", Match{Vendor: "cloudflare_r2", Account: account, Style: PathStyle}},
		{"Photos." + account + ".r2.cloudflarestorage.com", Match{Vendor: "cloudflare_r2", Bucket: "photos", Account: account, Style: VirtualStyle}},
		{account + ".eu.r2.cloudflarestorage.com", Match{Vendor: "cloudflare_r2", Account: account, Style: PathStyle}},
		{"s3.ap-northeast-1.wasabisys.com", Match{Vendor: "wasabi", Region: "ap-northeast-1", Style: PathStyle}},
		{"a.b.s3.wasabisys.com", Match{Vendor: "wasabi", Bucket: "a.b", Style: VirtualStyle}},
		{"acme.nyc3.digitaloceanspaces.com", Match{Vendor: "digitalocean", Bucket: "acme", Region: "nyc3", Style: VirtualStyle}},
		{"s3.us-west-004.backblazeb2.com", Match{Vendor: "backblaze", Region: "us-west-004", Style: PathStyle}},
		{"acme.s3.fr-par.scw.cloud", Match{Vendor: "scaleway", Bucket: "acme", Region: "fr-par", Style: VirtualStyle}},
		{"acme.fsn1.your-objectstorage.com", Match{Vendor: "hetzner", Bucket: "acme", Region: "fsn1", Style: VirtualStyle}},
		{"acme.oss-cn-hangzhou.aliyuncs.com", Match{Vendor: "alibaba", Bucket: "acme", Region: "cn-hangzhou", Style: VirtualStyle}},
	} {
		got, ok := set.MatchEndpoint(tc.host)
		if !ok {
			t.Errorf("%s: no vendor", tc.host)
			continue
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.host, diff)
		}
	}
	for _, host := range []string{"r2.cloudflarestorage.com", "wasabisys.com", "s3.amazonaws.com", "evil-digitaloceanspaces.com", ".s3.wasabisys.com", ""} {
		if m, ok := set.MatchEndpoint(host); ok {
			t.Errorf("%q was taken for %+v", host, m)
		}
	}
}

func TestByCredential(t *testing.T) {
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ key, region, want string }{
		{strings.Repeat("0f", 16), "auto", "cloudflare_r2"},
		{"DO00ABCDEFGH23456789", "nyc3", "digitalocean"},
		{"0040123456789ab0000000001", "us-west-004", "backblaze"},
		{"SCW0123456789ABCDEFG", "fr-par", "scaleway"},
		{"LTAI5tABCDEFGHIJKLMN", "cn-hangzhou", "alibaba"},
		{"ops", "fr-par", "scaleway"},
		{"ops", "us-east-1", ""},
	} {
		got, _ := set.ByCredential(tc.key, tc.region)
		if got != tc.want {
			t.Errorf("ByCredential(%q, %q) = %q, want %q", tc.key, tc.region, got, tc.want)
		}
	}
}

func TestCanIsUnknownWhereTheFileIsSilent(t *testing.T) {
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	minio, ok := set.Named("minio")
	if !ok {
		t.Fatal("no minio")
	}
	if got := minio.Can("policy"); got != Supported {
		t.Errorf("minio policy: %s", got)
	}
	if got := minio.Can("notification"); got != Unknown {
		t.Errorf("minio notification: %s, want unknown", got)
	}
}

func TestLoadIsStrict(t *testing.T) {
	var rest []string
	for _, api := range APIs() {
		if api != "policy" {
			rest = append(rest, string(api))
		}
	}
	good := "name: acme\ntitle: Acme\ndocs: [x]\nendpoints:\n  - {form: \"s3.acme.example\", style: path, source: x}\n" +
		"api:\n  - {source: x, supported: [policy]}\nunconfirmed: [" + strings.Join(rest, ", ") + "]\n"
	for _, tc := range []struct{ name, file, want string }{
		{"misspelt key", good + "enpoints: []\n", "enpoints"},
		{"unknown api", strings.Replace(good, "[policy]", "[policy, polciy]", 1), "polciy"},
		{"unknown support", strings.Replace(good, "supported:", "maybe:", 1), "maybe"},
		{"api twice", strings.Replace(good, "unconfirmed: [", "unconfirmed: [policy, ", 1), "twice"},
		{"api left out", strings.Replace(good, "acl, ", "", 1), "neither stated"},
		{"source of a statement", strings.Replace(good, "source: x, supported", "source: y, supported", 1), "\"y\" is not among"},
		{"source of a host", strings.Replace(good, "path, source: x", "path", 1), "\"\" is not among"},
		{"source of a pattern", good + "server: {like: Acme}\n", "\"\" is not among"},
		{"what READ opens", good + "acl_read: {opens: [everything], source: x}\n", "everything"},
		{"root of nothing", good + "roots: [{api: polciy, name: Y, source: x}]\n", "polciy"},
		{"other name", strings.Replace(good, "name: acme", "name: other", 1), "other"},
		{"open brace", strings.Replace(good, "s3.acme.example", "{region.acme.example", 1), "brace"},
		{"unknown part", strings.Replace(good, "s3.acme.example", "{zone}.acme.example", 1), "zone"},
		{"style without bucket", strings.Replace(good, "style: path", "style: virtual", 1), "virtual"},
		{"fits everything", strings.Replace(good, "s3.acme.example", "{region}", 1), "literal"},
		{"bad expression", good + "key_id: {like: \"[\", source: x}\n", "key_id"},
		{"no docs", "name: acme\ntitle: Acme\n", "docs"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"acme.yaml": {Data: []byte(tc.file)}})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error about %q", err, tc.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{"acme.yaml": {Data: []byte(good)}}); err != nil {
		t.Errorf("good file: %v", err)
	}
}

// Every statement has a source that a reader can go to; what has none says so.
func TestSourcesArePagesOrMeasurements(t *testing.T) {
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range set.All() {
		for _, doc := range v.Docs {
			if !strings.HasPrefix(doc, "https://") && !strings.HasPrefix(doc, "measured: ") && !strings.HasPrefix(doc, "unconfirmed: ") {
				t.Errorf("%s: source %q", v.Name, doc)
			}
		}
		for _, s := range v.API {
			if strings.HasPrefix(s.Source, "unconfirmed: ") {
				t.Errorf("%s: states APIs without a source; list them as unconfirmed", v.Name)
			}
		}
	}
}

func TestByServer(t *testing.T) {
	set, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"VERSITYGW": "versitygw", "MinIO": "minio", "MinIO Enterprise/MinIO": "minio", "Ceph Object Gateway (squid)": "ceph",
		"": "", "nginx": "", "AmazonS3": "", "not MinIO": "",
	} {
		if got, ok := set.ByServer(header); got.Name != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", header, got.Name, want)
		}
	}
}
