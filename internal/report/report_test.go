package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

func TestParseDestination(t *testing.T) {
	for _, c := range []struct {
		word string
		want Destination
		ok   bool
	}{
		{"json", Destination{Format: "json"}, true},
		{"json=a=b.json", Destination{Format: "json", File: "a=b.json"}, true},
		{"sarif=-", Destination{Format: "sarif"}, true},
		{"snapshot=x", Destination{Format: "snapshot", File: "x"}, true},
		{"json=", Destination{}, false},
		{"xml", Destination{}, false},
		{"", Destination{}, false},
	} {
		got, err := ParseDestination(c.word, "snapshot")
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%q: got %+v, %v", c.word, got, err)
		}
		if err != nil && !errors.Is(err, ErrBadDestination) {
			t.Errorf("%q: %v is not ErrBadDestination", c.word, err)
		}
	}
}

func TestTwoOutputsInOnePlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	for _, list := range [][]Destination{
		{{Format: "json"}, {Format: "sarif"}},
		{{Format: "json", File: file}, {Format: "sarif", File: filepath.Dir(file) + "/./x"}},
	} {
		if _, err := Open(list, &bytes.Buffer{}, Options{}); !errors.Is(err, ErrBadDestination) {
			t.Errorf("%v: %v", list, err)
		}
	}
}

func TestSeveralOutputsAtOnce(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	file := filepath.Join(dir, "r.sarif")
	if err := os.WriteFile(file, []byte(strings.Repeat("old report ", 100_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	list := []Destination{{Format: "jsonl"}, {Format: "json", File: filepath.Join(dir, "r.json")}, {Format: "sarif", File: file}, {Format: "terminal", File: filepath.Join(dir, "r.txt")}}
	r, err := Open(list, &out, Options{Rules: sampleRules(), Lang: "en", FailOn: result.High, Colour: true})
	if err != nil {
		t.Fatal(err)
	}
	if at, _ := os.Stat(file); at.Size() == 0 {
		t.Error("the last report is gone before this one has begun")
	}
	for _, res := range sampleResults() {
		if err := r.Result(res); err != nil {
			t.Fatal(err)
		}
	}
	run := sampleRun()
	run.Counts = r.Counts()
	if err := r.End(run); err != nil {
		t.Fatal(err)
	}
	for name, format := range map[string]string{"r.json": "json", "r.sarif": "sarif", "r.txt": "terminal"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if want := render(t, format, sampleResults(), sampleRun(), Options{}); string(got) != want {
			t.Errorf("%s (-want +got):\n%s", name, cmp.Diff(want, string(got)))
		}
		if at, _ := os.Stat(filepath.Join(dir, name)); at.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v: what is open is nobody else's business", name, at.Mode())
		}
	}
	if out.String() != render(t, "jsonl", sampleResults(), sampleRun(), Options{}) {
		t.Error("standard output differs")
	}
}

// broken fails after some bytes, like a full disk.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

func TestAnOutputThatFailsCostsOnlyItself(t *testing.T) {
	for _, format := range Formats() {
		file := filepath.Join(t.TempDir(), "r.json")
		r, err := Open([]Destination{{Format: format}, {Format: "json", File: file}}, &broken{left: 10}, Options{Lang: "en", Rules: sampleRules()})
		if err != nil {
			t.Fatal(err)
		}
		for _, res := range sampleResults() {
			if err := r.Result(res); err != nil {
				t.Fatal(err)
			}
		}
		run := sampleRun()
		run.Counts = r.Counts()
		err = r.End(run)
		if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), format) {
			t.Errorf("%s: %v", format, err)
		}
		got, _ := os.ReadFile(file)
		if string(got) != render(t, "json", sampleResults(), sampleRun(), Options{}) {
			t.Errorf("beside a broken %s the json file is not whole", format)
		}
	}
}

func TestFindingsAreFlushedAtOnce(t *testing.T) {
	var out bytes.Buffer
	r, err := Open([]Destination{{Format: "jsonl"}}, &out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Result(sampleResults()[0]); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "}\n") {
		t.Error("a finding waits in a buffer")
	}
	if err := r.End(sampleRun()); err != nil {
		t.Fatal(err)
	}
}

func TestCounts(t *testing.T) {
	r, err := Open(nil, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range sampleResults() {
		if err := r.Result(res); err != nil {
			t.Fatal(err)
		}
	}
	want := result.Counts{
		Outcomes:   map[result.Outcome]int64{result.Fail: 7, result.Pass: 1, result.Unknown: 2, result.NotApplicable: 1},
		Findings:   map[result.Severity]int64{result.Critical: 2, result.High: 1, result.Medium: 2, result.Low: 1},
		Suppressed: 1,
	}
	if diff := cmp.Diff(want, r.Counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := r.End(result.Run{}); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownsAreGroupedByWhatIsMissing(t *testing.T) {
	tally := newTally()
	for i, name := range []string{"a", "a", "b", "c", "d"} {
		tally.add(result.Result{
			Rule: []string{"TJ1001", "TJ1002"}[i%2], Outcome: result.Unknown, Severity: []result.Severity{result.Medium, result.Critical}[i%2],
			Resource: bucket(name, ""),
			Missing: []result.Missing{
				{Fact: "bucket.aws.policy", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketPolicy"},
				{Fact: "bucket.aws.policy_status", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketPolicy"},
			},
		})
	}
	got := tally.unknowns()
	want := []UnknownGroup{{
		Code: verdict.ReasonUnread, Reason: scanners.Denied, Permission: "s3:GetBucketPolicy",
		Facts: []scanners.FactName{"bucket.aws.policy", "bucket.aws.policy_status"}, Severity: result.Critical,
		Rules: []string{"TJ1001", "TJ1002"}, Results: 5, Resources: 4,
		Examples: []string{"aws:s3:bucket/a", "aws:s3:bucket/b", "aws:s3:bucket/c"},
	}}
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".last" }, cmp.Ignore())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 3 * maxUnknownGroups {
		tally.add(result.Result{Outcome: result.Unknown, Resource: bucket("x", ""), Missing: []result.Missing{{Code: verdict.ReasonOpen, Detail: strings.Repeat("x", i)}}})
	}
	groups := tally.unknowns()
	if len(groups) != maxUnknownGroups+1 || !groups[len(groups)-1].Others {
		t.Errorf("%d groups: memory grows with what strangers write", len(groups))
	}
}

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

func TestUseColour(t *testing.T) {
	env := func(kv ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(kv); i += 2 {
				if kv[i] == name {
					return kv[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		mode     string
		terminal bool
		env      func(string) string
		want     bool
	}{
		{"auto", true, env("TERM", "xterm"), true},
		{"auto", false, env("TERM", "xterm"), false},
		{"auto", true, env("NO_COLOR", "1"), false},
		{"auto", true, env("NO_COLOR", ""), true},
		{"auto", true, env("TERM", "dumb"), false},
		{"always", false, env("NO_COLOR", "1"), true},
		{"never", true, env(), false},
	} {
		if got := UseColour(c.mode, c.terminal, c.env); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// TestLinesFitTheWindow: but for what is to be copied, nothing is wider than the window.
func TestLinesFitTheWindow(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for _, lang := range []string{"en", "ja"} {
			out := render(t, "terminal", sampleResults(), sampleRun(), Options{Width: width, Lang: text.Lang(lang)})
			for _, line := range strings.Split(out, "\n") {
				if got := text.Width(line); got > width && !strings.HasPrefix(line, "      ") {
					t.Errorf("%s, %d columns: %d in %q", lang, width, got, line)
				}
			}
			for _, r := range sampleResults() {
				if r.Proof != nil && r.Outcome == result.Fail && r.Proof.Curl != "" && !strings.Contains(out, r.Proof.Curl+"\n") {
					t.Errorf("%s, %d columns: the curl line was broken: %s", lang, width, r.Proof.Curl)
				}
			}
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

// TestTroubleIsBounded: ten thousand refused buckets do not bury the findings.
func TestTroubleIsBounded(t *testing.T) {
	run := sampleRun()
	for range 10_000 {
		run.Trouble = append(run.Trouble, run.Trouble[0])
		run.RuleErrors = append(run.RuleErrors, run.RuleErrors[0])
		run.Coverage.Scopes = append(run.Coverage.Scopes, result.ScopeCoverage{ID: "aws:account/1"})
	}
	out := render(t, "terminal", nil, run, Options{})
	if lines := strings.Count(out, "\n"); lines > 150 {
		t.Errorf("%d lines", lines)
	}
	for _, want := range []string{"and 9981 more\n", "and 9991 more scopes not read to the end\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("nobody says %q:\n%s", want, out)
		}
	}
}

// TestShowAdds: what is asked for comes beside what is shown anyway.
func TestShowAdds(t *testing.T) {
	count := func(format string, show ...result.Outcome) int {
		return strings.Count(render(t, format, sampleResults(), sampleRun(), Options{Show: show}), `"outcome":"`)
	}
	for _, c := range []struct {
		format string
		show   []result.Outcome
		want   int
	}{
		{"jsonl", nil, 10}, {"jsonl", []result.Outcome{result.NotApplicable}, 11}, {"jsonl", []result.Outcome{result.Pass}, 10},
		{"json", nil, 7}, {"json", []result.Outcome{result.Pass}, 8}, {"json", []result.Outcome{result.Unknown, result.Pass}, 10},
	} {
		if got := count(c.format, c.show...); got != c.want {
			t.Errorf("%s with --show %v: %d results, want %d", c.format, c.show, got, c.want)
		}
	}
}

// TestTheSummaryNamesTheOpenDoors: the last lines, which a person sees first, say what is open and how.
func TestTheSummaryNamesTheOpenDoors(t *testing.T) {
	var results []result.Result
	for i := range maxDoors + 3 {
		for _, r := range sampleResults()[:2] {
			r.Resource = bucket(fmt.Sprintf("b%02d", i), "")
			results = append(results, finish(r))
		}
	}
	out := render(t, "terminal", results, sampleRun(), Options{})
	_, summary, _ := strings.Cut(out, "\nSUMMARY\n")
	for _, want := range []string{"open to anyone on the internet: 13\n", "    s3://b00  list, read\n", "    s3://b09  list, read\n    and 3 more\n"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, summary)
		}
	}
}
