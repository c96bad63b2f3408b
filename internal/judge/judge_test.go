package judge

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// opened answers that anybody may do the verbs, by one grant and past one guard.
func opened(who verdict.Audience, verbs ...verdict.Verb) func(*scanners.Record, time.Time) access.Judged {
	return func(rec *scanners.Record, at time.Time) access.Judged {
		j := fixed(rec, at)
		table := map[verdict.Verb]verdict.Verdict{}
		for _, v := range verdict.Verbs() {
			table[v] = verdict.Verdict{Verdict: verdict.No}
		}
		for _, v := range verbs {
			table[v] = verdict.Verdict{
				Verdict: verdict.Yes,
				Grants:  []verdict.Grant{{Kind: verdict.GrantPolicy, Where: "bucket policy", Who: "*"}},
				Guards:  []verdict.Guard{{Name: "RestrictPublicBuckets", Level: "bucket", State: "off"}},
				Curl:    "curl --globoff 'https://b.s3.amazonaws.com/'",
			}
		}
		if who == verdict.Anonymous {
			j.Anonymous = table
		}
		j.AnyAccount = table
		return j
	}
}

func shippedJudge(t testing.TB, opts Options) *Judge {
	t.Helper()
	j, err := New(shipped(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func named(results []result.Result, name string) []result.Result {
	var out []result.Result
	for _, r := range results {
		if r.Name == name {
			out = append(out, r)
		}
	}
	return out
}

func only(t *testing.T, results []result.Result, name string) result.Result {
	t.Helper()
	found := named(results, name)
	if len(found) != 1 {
		t.Fatalf("%d results of %s", len(found), name)
	}
	return found[0]
}

func failing(results []result.Result) []string {
	var out []string
	for _, r := range results {
		if r.Outcome == result.Fail {
			out = append(out, r.Name)
		}
	}
	return out
}

func TestWellKeptBucketHasNoFindingThatMatters(t *testing.T) {
	j := shippedJudge(t, Options{})
	for _, r := range j.Judge(wellKept("acme"), testTime).Results {
		if r.Outcome == result.Fail && r.Severity.AtLeast(result.Low) {
			t.Errorf("%s %s: %s", r.Severity, r.Name, r.Text["en"])
		}
		if r.Outcome == result.Unknown {
			t.Errorf("unknown %s: %+v", r.Name, r.Missing)
		}
	}
}

func TestOpenBucketIsFoundOncePerVerb(t *testing.T) {
	j := shippedJudge(t, Options{})
	judged := j.Judge(open("acme"), testTime)
	got := failing(judged.Results)
	for _, want := range []string{"public-list", "public-read"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is missing in %v", want, got)
		}
	}
	for _, never := range []string{"any-account-list", "any-account-read", "bucket-block-incomplete", "public-write", "latent-exposure", "provider-disagrees"} {
		if slices.Contains(got, never) {
			t.Errorf("%s says again what is said: %v", never, got)
		}
	}
	r := only(t, judged.Results, "public-list")
	if r.Proof == nil || len(r.Proof.Grants) == 0 || r.Proof.Curl == "" || r.Cause == "" {
		t.Errorf("without proof: %+v", r.Proof)
	}
	if r.Audience != verdict.Anonymous || r.Verb != verdict.List || r.Severity != result.High {
		t.Errorf("audience %q, verb %q, severity %q", r.Audience, r.Verb, r.Severity)
	}
	if want := result.Fingerprint("TJ1001", "aws:s3:bucket/acme", verdict.Anonymous, verdict.List, ""); r.Fingerprint != want {
		t.Errorf("fingerprint %s, want %s", r.Fingerprint, want)
	}
	if len(judged.Woes) > 0 {
		t.Error(judged.Woes)
	}
}

func TestIntentSilencesJustItsVerb(t *testing.T) {
	j := shippedJudge(t, Options{
		Access: opened(verdict.Anonymous, verdict.List, verdict.Read),
		Settings: Settings{Intents: []Intent{{
			Resource: NewPattern("s3://www-*"),
			Allowed:  map[verdict.Audience][]verdict.Verb{verdict.Anonymous: {verdict.Read}},
		}}},
	})
	outcome := func(bucket, rule string) result.Outcome {
		return only(t, j.Judge(wellKept(bucket), testTime).Results, rule).Outcome
	}
	got := []result.Outcome{outcome("www-acme", "public-read"), outcome("www-acme", "public-list"), outcome("acme", "public-read")}
	if diff := cmp.Diff([]result.Outcome{result.NotApplicable, result.Fail, result.Fail}, got); diff != "" {
		t.Error(diff)
	}
	// What anybody may do is not told again for those with an account.
	if got := outcome("www-acme", "any-account-read"); got != result.NotApplicable {
		t.Errorf("any-account-read: %s", got)
	}
}

func TestYielding(t *testing.T) {
	first := ruleText("id: ACME0001", "name: first", "fails_when: bucket.versioning.enabled")
	second := ruleText("id: ACME0002", "name: second", "fails_when: bucket.logging.enabled", "yields_to: [first]")
	third := ruleText("id: ACME0003", "name: third", "yields_to: [second]")
	j := judgeOf(t, Options{}, first, second, third)
	outcomes := func(edit func(*scanners.Record)) []result.Outcome {
		rec := wellKept("b")
		edit(rec)
		var out []result.Outcome
		for _, r := range j.Judge(rec, testTime).Results {
			out = append(out, r.Outcome)
		}
		return out
	}
	unread := scanners.Reason{Code: scanners.Denied}
	tests := []struct {
		name string
		edit func(*scanners.Record)
		want []result.Outcome
	}{
		{"all fail: each yields, along the chain", func(*scanners.Record) {}, []result.Outcome{result.Fail, result.NotApplicable, result.NotApplicable}},
		{"the better one passes", func(r *scanners.Record) { r.Bucket.Versioning.Value.Enabled = false },
			[]result.Outcome{result.Pass, result.Fail, result.NotApplicable}},
		{"the better one is unknown: a failure stands", func(r *scanners.Record) {
			r.Bucket.Versioning = scanners.UnknownFact[scanners.Versioning](unread, scanners.Origin{})
		}, []result.Outcome{result.Unknown, result.Fail, result.NotApplicable}},
		{"both unknown: one says so", func(r *scanners.Record) {
			r.Bucket.Versioning = scanners.UnknownFact[scanners.Versioning](unread, scanners.Origin{})
			r.Bucket.Logging = scanners.UnknownFact[scanners.Logging](unread, scanners.Origin{})
		}, []result.Outcome{result.Unknown, result.NotApplicable, result.Fail}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, outcomes(tt.edit)); diff != "" {
				t.Error(diff)
			}
		})
	}
	alone := judgeOf(t, Options{Selection: Selection{Skip: []string{"first"}}}, first, second, third)
	if got := alone.Judge(wellKept("b"), testTime).Results[0].Outcome; got != result.Fail {
		t.Errorf("without the better rule it has to speak itself, got %s", got)
	}
}

func TestExceptionsAndTheirLapses(t *testing.T) {
	exception := func(resource string, expires time.Time) Exception {
		return Exception{
			Rule: "TJ1002", Resource: NewPattern(resource), Verb: verdict.Read, Reason: "open data", Owner: "data@acme.example",
			Expires: expires, File: "tojimari.yaml", Line: 7,
		}
	}
	later := testTime.AddDate(0, 1, 0)
	opts := Options{
		Access: opened(verdict.Anonymous, verdict.Read),
		Settings: Settings{Exceptions: []Exception{
			exception("data", later), exception("old", testTime), exception("gone-*", later),
		}},
	}
	j := shippedJudge(t, opts)
	r := only(t, j.Judge(wellKept("data"), testTime).Results, "public-read")
	want := &result.Suppression{Kind: result.ByException, Reason: "open data", Owner: "data@acme.example", Expires: &later}
	if diff := cmp.Diff(want, r.Suppressed); diff != "" || r.Outcome != result.Fail || r.Finding() {
		t.Errorf("outcome %s %s", r.Outcome, diff)
	}
	if r := only(t, j.Judge(wellKept("old"), testTime).Results, "public-read"); !r.Finding() {
		t.Error("an expired exception still exempts")
	}
	if r := only(t, j.Judge(wellKept("other"), testTime).Results, "public-read"); !r.Finding() {
		t.Error("another bucket is exempted")
	}
	judged, lapses := j.Lapses(testTime, true)
	wantLapses := []result.Lapse{
		{Kind: "expired", What: "TJ1002 on old for read", File: "tojimari.yaml", Line: 7},
		{Kind: "unused", What: "TJ1002 on gone-* for read", File: "tojimari.yaml", Line: 7},
	}
	if diff := cmp.Diff(wantLapses, lapses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"exception-expired", "exception-unused"}, failing(judged.Results)); diff != "" {
		t.Error(diff)
	}
	if place := judged.Results[0].Place; place.File != "tojimari.yaml" || place.Line != 7 {
		t.Errorf("place %+v", place)
	}
	if _, lapses := j.Lapses(testTime, false); len(lapses) != 1 {
		t.Errorf("after a partial scan nothing can be called unused: %v", lapses)
	}
}

func TestExemptedUnknownDoesNotCount(t *testing.T) {
	j := judgeOf(t, Options{Settings: Settings{Exceptions: []Exception{{Rule: "ACME0001", Resource: NewPattern("*"), Reason: "r"}}}},
		ruleText("fails_when: bucket.cors.configured"))
	rec := wellKept("b")
	rec.Bucket.CORS = scanners.DeniedFact[scanners.CORS]("s3:GetBucketCORS", scanners.Origin{})
	var tally Tally
	judged := j.Judge(rec, testTime)
	tally.Add(&judged.Results[0])
	if code := tally.Code(Ending{Resources: 1}); judged.Results[0].Outcome != result.Unknown || code != ExitClean {
		t.Errorf("%s, code %d", judged.Results[0].Outcome, code)
	}
}

func TestEachGivesOneResultPerElement(t *testing.T) {
	j := judgeOf(t, Options{}, ruleText("title: {en: 'rule {key}', ja: 'ルール {key}'}", "each: bucket.lifecycle.rules", "key: it.id",
		"when: it.enabled", "fails_when: it.expire_days > params.most", "params: {most: {type: int, default: 10, help: {en: h, ja: h}}}",
		"severity: [{if: it.expire_days > 100, is: high}, {is: low}]"))
	rec := wellKept("b")
	rec.Bucket.Lifecycle.Value.Rules = []scanners.LifecycleRule{
		{ID: "a", Enabled: true, ExpireDays: 11}, {ID: "b", Enabled: true, ExpireDays: 10},
		{ID: "c", ExpireDays: 99}, {ID: "", Enabled: true, ExpireDays: 101}, {ID: "a", Enabled: true, ExpireDays: 12},
	}
	var got []string
	seen := map[string]bool{}
	for _, r := range j.Judge(rec, testTime).Results {
		got = append(got, strings.Join([]string{r.Key, string(r.Outcome), string(r.Severity), r.Text["en"]}, " "))
		if seen[r.Fingerprint] {
			t.Errorf("%q has the fingerprint of another", r.Key)
		}
		seen[r.Fingerprint] = true
	}
	want := []string{"a fail low rule a", "b pass low rule b", "c not_applicable low rule c", "3 fail high rule 3", "a#2 fail low rule a#2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	long := strings.Repeat("長", 2000)
	rec.Bucket.Lifecycle.Value.Rules = []scanners.LifecycleRule{{ID: long + "a"}, {ID: long + "b"}}
	keys := j.Judge(rec, testTime).Results
	if a, b := keys[0].Key, keys[1].Key; a == b || len(a) > maxKey || !utf8.ValidString(a) {
		t.Errorf("keys of %d bytes, equal: %v", len(a), a == b)
	}
	rec.Bucket.Lifecycle.Value.Rules = make([]scanners.LifecycleRule, maxElements+5)
	judged := j.Judge(rec, testTime)
	if len(judged.Results) != maxElements+1 || len(judged.Woes) != 1 {
		t.Errorf("%d results, woes %v", len(judged.Results), judged.Woes)
	}
}

func TestNoTitleHoldsThePlaceOfAnElement(t *testing.T) {
	rec := wellKept("b")
	rec.Bucket.Lifecycle = scanners.DeniedFact[scanners.Lifecycle]("s3:GetLifecycleConfiguration", scanners.Origin{})
	for title, want := range map[string]string{"it grows: {key}": "it grows", "rule {key} grows": "rule … grows", "it grows": "it grows", "外部から: {key}": "外部から"} {
		j := judgeOf(t, Options{}, ruleText("title: {en: '"+title+"', ja: '"+title+"'}", "each: bucket.lifecycle.rules", "key: it.id", "fails_when: it.expire_days > 10"))
		results := j.Judge(rec, testTime).Results
		if len(results) != 1 || results[0].Outcome != result.Unknown {
			t.Fatalf("%q: %+v", title, results)
		}
		if diff := cmp.Diff(map[string]string{"en": want, "ja": want}, results[0].Text); diff != "" {
			t.Error(diff)
		}
	}
}

func TestUnknownNamesWhatIsMissing(t *testing.T) {
	j := judgeOf(t, Options{}, ruleText("fails_when: bucket.cors.configured || bucket.website.configured && bucket.logging.configured"))
	rec := wellKept("b")
	rec.Bucket.CORS = scanners.DeniedFact[scanners.CORS]("s3:GetBucketCORS", scanners.Origin{})
	rec.Bucket.Website = scanners.UnknownFact[scanners.Website](scanners.Reason{Code: scanners.Malformed, Detail: "bad XML"}, scanners.Origin{})
	want := []result.Missing{
		{Fact: "bucket.cors", Code: verdict.ReasonUnread, Reason: "denied", Permission: "s3:GetBucketCORS"},
		{Fact: "bucket.website", Code: verdict.ReasonMalformed, Reason: "malformed", Detail: "bad XML"},
	}
	if diff := cmp.Diff(want, j.Judge(rec, testTime).Results[0].Missing); diff != "" {
		t.Error(diff)
	}
}

func TestEvidenceIsTheFactAsRead(t *testing.T) {
	j := judgeOf(t, Options{}, ruleText("fails_when: bucket.logging.target == 'acme-logs' && !bucket.website.configured"))
	rec := wellKept("b")
	rec.Bucket.Logging.Origin = scanners.Origin{Call: "s3:GetBucketLogging"}
	got := j.Judge(rec, testTime).Results[0].Evidence
	value, err := json.Marshal(rec.Bucket.Logging.Value)
	if err != nil {
		t.Fatal(err)
	}
	want := []result.Evidence{
		{Fact: "bucket.logging", Value: value, Origin: scanners.Origin{Call: "s3:GetBucketLogging"}},
		{Fact: "bucket.website", Value: json.RawMessage("null"), Origin: scanners.Origin{Call: "test"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	rec.Bucket.Logging.Value.Prefix = strings.Repeat("x", maxEvidence)
	if got := j.Judge(rec, testTime).Results[0].Evidence[0].Value; len(got) > 100 {
		t.Errorf("%d bytes of evidence", len(got))
	}
}

func TestSettingsChangeRules(t *testing.T) {
	j := shippedJudge(t, Options{Settings: Settings{
		Off:        map[string]bool{"TJ6001": true},
		Severities: map[string]result.Severity{"TJ7001": result.Critical},
		Params:     map[string]map[string]any{"TJ7001": {"required": []string{"owner", "data"}}},
	}})
	judged := j.Judge(wellKept("b"), testTime)
	if len(named(judged.Results, "versioning-off")) != 0 {
		t.Error("a rule that is off speaks")
	}
	var got []string
	for _, r := range named(judged.Results, "labels-missing") {
		got = append(got, r.Key+" "+string(r.Outcome)+" "+string(r.Severity))
	}
	if diff := cmp.Diff([]string{"owner pass critical", "data fail critical"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTrustedOutsiders(t *testing.T) {
	j := shippedJudge(t, Options{
		Settings: Settings{TrustedAccounts: []string{"222233334444"}},
		Access: func(rec *scanners.Record, at time.Time) access.Judged {
			out := fixed(rec, at)
			open := map[verdict.Verb]verdict.Verdict{verdict.Write: {Verdict: verdict.Yes}, verdict.Read: {Verdict: verdict.Yes}}
			out.Named = []verdict.NamedGrant{
				{Principal: "arn:aws:iam::222233334444:root", Account: "222233334444", Verdict: open},
				{Principal: "arn:aws:iam::555566667777:role/x", Account: "555566667777", Verdict: open},
			}
			return out
		},
	})
	var got []string
	for _, r := range named(j.Judge(wellKept("b"), testTime).Results, "cross-account-access") {
		got = append(got, r.Key+" "+string(r.Outcome))
		if r.Outcome == result.Fail && (r.Audience != verdict.Named || r.Verb != verdict.Read || !strings.Contains(string(r.Evidence[0].Value), `"verbs":["read","write"]`)) {
			t.Errorf("%s %s %s", r.Audience, r.Verb, r.Evidence[0].Value)
		}
	}
	want := []string{"arn:aws:iam::222233334444:root not_applicable", "arn:aws:iam::555566667777:role/x fail"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSameResultsConcurrently(t *testing.T) {
	j := shippedJudge(t, Options{})
	want := j.Judge(open("acme"), testTime).Results
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				j.Judge(wellKept("other"), testTime)
				if diff := cmp.Diff(want, j.Judge(open("acme"), testTime).Results); diff != "" {
					t.Error(diff)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "anything", true}, {"a*", "abc", true}, {"a*", "ba", false},
		{"*c", "abc", true}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"a*b*c", "aXbYc", true}, {"a*b*c", "aXcYb", false},
		{"s3://www-*", "s3://www-acme", true}, {"[a]", "a", false}, {"a**b", "ab", true},
	}
	for _, tt := range tests {
		if got := NewPattern(tt.pattern).Matches(tt.text); got != tt.want {
			t.Errorf("%q on %q: %v", tt.pattern, tt.text, got)
		}
	}
	// The classic trap of backtracking: many stars on a long text that does not match.
	if NewPattern(strings.Repeat("a*", 50) + "b").Matches(strings.Repeat("a", 20000)) {
		t.Error("matches")
	}
}

func TestLinksOfCloudsThatNoRuleNames(t *testing.T) {
	j := shippedJudge(t, Options{})
	rec := scanners.NewRecord(scanners.Head{ID: "link:1", Name: "1", Kind: scanners.KindLink, Provider: "cloudflare_r2"})
	rec.Link.Signed = scanners.KnownFact(scanners.SignedLink{
		ExpiresAt: testTime.AddDate(0, 0, 3), LongLivedKey: "true", PermsKnown: true, Permissions: []string{"read"}, Scope: "object",
	}, scanners.Origin{})
	rec.Link.Place = scanners.KnownFact(scanners.LinkPlace{Public: true}, scanners.Origin{})
	want := []string{"link-where-others-read", "link-lives-long", "link-by-long-lived-key"}
	if diff := cmp.Diff(want, failing(j.Judge(rec, testTime).Results)); diff != "" {
		t.Error(diff)
	}
}
