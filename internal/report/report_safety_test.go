// Secrets stay out, names are redacted on request, and what is meant to be pasted is safe to paste.

package report

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

func TestSecretsAreTakenOut(t *testing.T) {
	const secretText = "c2VjcmV0c2lnbmF0dXJl"
	link := "https://acme.blob.core.windows.net/c/k?sv=2024&sp=r&sig=" + secretText + "&se=2030"
	sigv4 := "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA/x&X-Amz-Signature=" + secretText + "&X-Amz-Security-Token=" + secretText
	results := sampleResults()[:1]
	r := &results[0]
	r.Text = map[string]string{"en": link}
	r.Resource.Name, r.Key, r.Response = link, sigv4, sigv4
	r.Resource.ID = "page:" + sigv4
	r.Evidence = []result.Evidence{{Fact: "link.signed", Value: quoted(link)}, {Fact: "x", Value: quoted("AccountName=a;AccountKey=" + secretText + "==;")}}
	r.Missing = []result.Missing{{Detail: sigv4}}
	p := *r.Proof
	p.Curl = "curl '" + sigv4 + "'"
	p.Needs = []string{link}
	p.Grants = []verdict.Grant{{Text: sigv4, What: link}}
	p.Witness = &verdict.Request{URL: sigv4, Headers: [][2]string{{"Authorization", "AWS4 " + secretText}, {"Referer", link}}, Context: []string{link}}
	r.Proof = &p
	run := sampleRun()
	run.Targets = []string{link}
	run.Trouble[0].Detail = sigv4
	for _, format := range Formats() {
		out := render(t, format, results, run, Options{})
		if strings.Contains(out, secretText) {
			t.Errorf("%s shows a secret:\n%s", format, out)
		}
		if !strings.Contains(out, redacted) {
			t.Errorf("%s shows nothing at all of it", format)
		}
	}
}

func TestKeysAreRedactedOnRequest(t *testing.T) {
	const key = "identity/山田 太郎.jpg"
	results := sampleResults()
	p := *results[1].Proof
	p.Witness = &verdict.Request{URL: "https://b/identity/%E5%B1%B1%E7%94%B0%20%E5%A4%AA%E9%83%8E.jpg", Key: key, KeyKnown: true, Context: []string{"key=" + key}}
	p.Curl = "curl 'https://b/identity/%E5%B1%B1%E7%94%B0%20%E5%A4%AA%E9%83%8E.jpg'"
	p.Grants = []verdict.Grant{{Kind: verdict.GrantObject, Where: "object " + key, Text: key}}
	results[1].Proof = &p
	results[1].Evidence = []result.Evidence{{Fact: "bucket.objects", Value: quoted(key)}}
	results[1].Response = key
	results = append(results, finish(result.Result{Rule: "TJ1002", Outcome: result.Fail, Severity: result.High, Text: map[string]string{"en": key},
		Resource: result.Resource{ID: "aws:s3:bucket/b#" + key, Kind: scanners.KindObject, Provider: scanners.AWS, Name: key}}))
	results = append(results, finish(result.Result{Rule: "TJ1002", Outcome: result.Fail, Severity: result.High, Key: key, Text: map[string]string{"en": key},
		Resource: bucket("b", ""), Evidence: []result.Evidence{{Fact: "bucket.names", Value: quoted(key)}}}))
	before, err := json.Marshal(results)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats() {
		open, closed := render(t, format, results, sampleRun(), Options{}), render(t, format, results, sampleRun(), Options{RedactKeys: true})
		shows := func(s string) bool { return strings.Contains(s, "太郎") || strings.Contains(s, "%E5%A4%AA") }
		if !shows(open) {
			t.Errorf("%s does not show the key even without redaction: this test checks nothing", format)
		}
		if shows(closed) {
			t.Errorf("%s shows a redacted key:\n%s", format, closed)
		}
		if format == "jsonl" && !strings.Contains(closed, results[1].Fingerprint) {
			t.Error("redaction changed the fingerprint")
		}
	}
	after, err := json.Marshal(results)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("redaction changed the caller's results")
	}
}

func TestFixNamesTheResource(t *testing.T) {
	fix := Fix{CLI: "x --bucket BUCKET --account ACCOUNT --other OTHER MY_BUCKET REGION", Terraform: `bucket = "BUCKET" {`}
	for _, c := range []struct {
		res       result.Resource
		cli, code string
	}{
		{result.Resource{Kind: scanners.KindBucket, Name: "acme", Account: "1", Region: "r"}, "x --bucket acme --account 1 --other OTHER MY_BUCKET r", `bucket = "acme" {`},
		{result.Resource{Kind: scanners.KindBucket, Name: "a'; rm -rf /"}, `x --bucket 'a'\''; rm -rf /' --account ACCOUNT --other OTHER MY_BUCKET REGION`, `bucket = "BUCKET" {`},
		{result.Resource{Kind: scanners.KindBucket, Name: "-rf"}, `x --bucket '-rf' --account ACCOUNT --other OTHER MY_BUCKET REGION`, `bucket = "BUCKET" {`},
		{result.Resource{Kind: scanners.KindBucket, Name: "a\nb"}, "x --bucket BUCKET --account ACCOUNT --other OTHER MY_BUCKET REGION", `bucket = "BUCKET" {`},
		{result.Resource{Kind: scanners.KindEndpoint, Name: "ap"}, "x --bucket BUCKET --account ACCOUNT --other OTHER MY_BUCKET REGION", `bucket = "BUCKET" {`},
		{result.Resource{Kind: scanners.KindStore, Provider: scanners.Azure, ID: "azure:acme", Account: "subscription"}, "x --bucket BUCKET --account acme --other OTHER MY_BUCKET REGION", `bucket = "BUCKET" {`},
	} {
		got := fix.For(c.res)
		if got.CLI != c.cli || got.Terraform != c.code {
			t.Errorf("%q: got %+v", c.res.Name, got)
		}
	}
	store := result.Resource{Kind: scanners.KindStore, Provider: scanners.Azure, ID: "azure:acme", Account: "00000000-0000-4000-8000-00000000000a", ResourceGroup: "rg-acme"}
	at := Fix{CLI: "az x --name ACCOUNT --resource-group GROUP --subscription SUBSCRIPTION --ids /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Storage/storageAccounts/ACCOUNT MY_GROUP"}
	want := "az x --name acme --resource-group rg-acme --subscription 00000000-0000-4000-8000-00000000000a --ids /subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/rg-acme/providers/Microsoft.Storage/storageAccounts/acme MY_GROUP"
	if got := at.For(store).CLI; got != want {
		t.Errorf("storage account:\n%s\nwant\n%s", got, want)
	}
	store.ResourceGroup = "rg (old)"
	if got, want := (Fix{CLI: "az x --resource-group GROUP --ids /resourceGroups/GROUP/x"}).For(store).CLI, "az x --resource-group 'rg (old)' --ids /resourceGroups/GROUP/x"; got != want {
		t.Errorf("a group that is no plain word: %s, want %s", got, want)
	}
	container := Fix{CLI: "ACCOUNT CONTAINER"}.For(result.Resource{Kind: scanners.KindBucket, Provider: scanners.Azure, ID: "azure:acme/$web", Name: "$web"})
	if container.CLI != "acme '$web'" {
		t.Errorf("container: %q", container.CLI)
	}
}

// TestFixIsSafeInAShell: whatever a bucket is called, the shell sees it as one argument or not at all.
func TestFixIsSafeInAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal("this test needs sh, as every command that is printed does")
	}
	pattern := `stub 'x BUCKET y' "x BUCKET y" BUCKET --name=BUCKET '{"a":"BUCKET/"}' "BUCKET" it\'s BUCKET # don't BUCKET
stub 'BUCKET' BUCKET/x "\"BUCKET" # 'BUCKET`
	names := []string{"acme", "a b", "$(echo evil)", "`echo evil`", "';echo evil;'", "\";echo evil;\"", "a\\", "$web", "日本", "*", "~", "-rf", "#x", "!x", "a=b"}
	for _, name := range names {
		line := Fix{CLI: pattern}.For(result.Resource{Kind: scanners.KindBucket, Name: name}).CLI
		out, err := exec.CommandContext(t.Context(), sh, "-c", "stub() { for a in \"$@\"; do printf '<%s>' \"$a\"; done; }\n"+line).CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v: %s\n%s", name, err, out, line)
		}
		inside := "BUCKET"
		if name == "acme" {
			inside = name
		}
		want := "<x " + inside + " y><x " + inside + " y><" + name + "><--name=" + name + `><{"a":"` + inside + `/"}><` + inside + "><it's><" + name + "><" + inside + "><" + inside + `/x><"` + inside + ">"
		if string(out) != want {
			t.Errorf("%q: the shell sees\n%s\nwant\n%s\nfrom\n%s", name, out, want, line)
		}
	}
}

// TestEverySecretIsLookedFor: the cheap look lets none of the names pass that the costly one knows.
func TestEverySecretIsLookedFor(t *testing.T) {
	for _, name := range []string{"sig", "SIG", "Signature", "X-Amz-Signature", "x-amz-security-token", "X-Goog-Signature", "AccountKey", "SharedAccessKey", "aws_secret_access_key", "AWS_SESSION_TOKEN"} {
		for _, sign := range []string{"=", "%3D", "%3d"} {
			if got := scrubText("https://h/?a=b&" + name + sign + "c2VjcmV0"); strings.Contains(got, "c2VjcmV0") {
				t.Errorf("%s%s: %q", name, sign, got)
			}
		}
	}
	if got := scrubText("design=1&prefix=a"); got != "design=1&prefix=a" {
		t.Errorf("what is no secret was taken out: %q", got)
	}
}
