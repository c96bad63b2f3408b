package signedlink

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	aSig   = "bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"
	aHex   = "a56b06892c8efd7bc9d09187f5122572da69092ee6c0d493f80e3f8cd40a9cd6"
	aQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAQNZGKIQY56JQ7WML%2F20261101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261101T000000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=" + aHex
)

func one(t *testing.T, in string) Link {
	t.Helper()
	links := New(embedded(t)).ScanBytes([]byte(in), Options{All: true})
	if len(links) != 1 || links[0].LookAlike != "" {
		t.Fatalf("want one link in %s, got %+v", in, links)
	}
	return links[0]
}

func TestPlaces(t *testing.T) {
	sas := "?sv=2022-11-02&se=2030-01-01&sr=c&sp=rl&sig=" + aSig
	for _, tc := range []struct{ in, provider, account, container, object string }{
		{"https://b.s3.eu-west-1.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://my.dotted.bucket.s3.amazonaws.com/k/l?" + aQuery, "aws", ownAccount, "my.dotted.bucket", "k/l"},
		{"https://s3.eu-west-1.amazonaws.com/b/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://s3-eu-west-1.amazonaws.com/b/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://b.s3.dualstack.eu-west-1.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://s3-foo.s3-fips.us-east-1.amazonaws.com/k?" + aQuery, "aws", ownAccount, "s3-foo", "k"},
		{"https://b.s3-accelerate.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://b.s3.cn-north-1.amazonaws.com.cn/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://files.acme.jp/k/l.pdf?" + aQuery, "aws", ownAccount, "files.acme.jp", "k/l.pdf"},
		{"b.s3.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"//b.s3.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{`"GET /b/k?` + aQuery + ` HTTP/1.1" 200`, "aws", ownAccount, "", "b/k"},
		{aQuery, "aws", ownAccount, "", ""},
		{"https://app.acme.jp/#/view?" + aQuery, "aws", ownAccount, "app.acme.jp", ""},
		{"https://user:secret@b.s3.amazonaws.com/k?" + aQuery, "aws", ownAccount, "b", "k"},
		{"https://acme-secondary.blob.core.windows.net/c" + sas, "azure", "acme", "c", ""},
		{"https://acme.z12.blob.storage.azure.net/c" + sas, "azure", "acme", "c", ""},
		{"https://acme.blob.core.chinacloudapi.cn/c" + sas, "azure", "acme", "c", ""},
		{"https://files.acme.jp/c" + sas, "azure", "", "c", ""},
		{"https://acme.blob.core.windows.net/one.txt" + strings.Replace(sas, "sr=c", "sr=b", 1), "azure", "acme", "$root", "one.txt"},
		{"SAS_TOKEN=" + sas[1:], "azure", "", "", ""},
		{"sas: " + sas, "azure", "", "", ""},
		{"BlobEndpoint=https://acme.blob.core.windows.net/;QueueEndpoint=https://acme.queue.core.windows.net/;SharedAccessSignature=sv=2022-11-02&ss=b&srt=sco&sp=rl&se=2030-01-01T00:00:00Z&sig=" + aSig, "azure", "acme", "", ""},
	} {
		l := one(t, tc.in)
		got := said(l)
		if diff := cmp.Diff([]string{tc.provider, tc.account, tc.container, tc.object}, []string{got.provider, got.account, got.container, got.object}); diff != "" {
			t.Errorf("%s\n%s", tc.in, diff)
		}
		if strings.Contains(l.Text, "secret") || strings.Contains(l.Text, aHex[:16]) || strings.Contains(l.Text, aSig[:16]) {
			t.Errorf("text tells too much: %s", l.Text)
		}
	}
}

// Links that a service would refuse as they stand are reported, and said to be malformed.
func TestMalformedButReported(t *testing.T) {
	good := "https://b.s3.us-east-1.amazonaws.com/k?" + aQuery
	goodSAS := "https://acme.blob.core.windows.net/c?sv=2022-11-02&se=2030-01-01&sr=c&sp=rl&sig=" + aSig
	if !one(t, good).ValidSyntax || !one(t, goodSAS).ValidSyntax {
		t.Fatal("the patterns themselves are malformed")
	}
	at := time.Date(2026, 11, 1, 0, 30, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, in string
		live     Liveness
	}{
		{"lower-cased log", strings.ToLower(good), Unclear},
		{"too long", strings.Replace(good, "=3600", "=604801", 1), Dead},
		{"no life", strings.Replace(good, "=3600", "=0", 1), Dead},
		{"negative", strings.Replace(good, "=3600", "=-5", 1), Dead},
		{"life that isn't a number", strings.Replace(good, "=3600", "=1h", 1), Unclear},
		{"other day", strings.Replace(good, "%2F20261101", "%2F20261102", 1), Unclear},
		{"host not signed", strings.Replace(good, "Headers=host", "Headers=range", 1), Unclear},
		{"upper-case signature", strings.Replace(good, aHex, strings.ToUpper(aHex), 1), Unclear},
		{"sas without padding", strings.Replace(goodSAS, "%3D", "", 1), Unclear},
		{"sas with a strange letter", strings.Replace(goodSAS, "sp=rl", "sp=rl9", 1), Unclear},
		{"sas with a strange end", strings.Replace(goodSAS, "2030-01-01", "never", 1), Unclear},
		{"expiry in milliseconds", "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAQNZGKIQY56JQ7WML&Expires=-1&Signature=v64RnvRZAXwO8zp0W1T2YUaVPMk%3D", Unclear},
	} {
		l := one(t, tc.in)
		if l.ValidSyntax {
			t.Errorf("%s: called valid: %s", tc.name, l.Text)
		}
		if got := l.Liveness(at); got != tc.live {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.live)
		}
	}
	if a, b := one(t, good), one(t, strings.ToLower(good)); a.Fingerprint != b.Fingerprint || *b.Account != ownAccount {
		t.Error("the lower-cased link isn't known to be the same")
	}
}

func TestPermissionsFromHints(t *testing.T) {
	u := "https://b.s3.us-east-1.amazonaws.com/k?" + aQuery
	signed := func(h string) string { return strings.Replace(u, "Headers=host", "Headers="+h, 1) }
	for _, tc := range []struct{ in, want string }{
		{u, ""},
		{"GET " + u, "read"},
		{"curl -X PUT '" + u + "'", "write"},
		{"curl -X DELETE " + u, "delete"},
		{"WIDGET " + u, ""},
		{u + "&x-id=GetObject", "read"},
		{u + "&x-id=PutObjectAcl", "permissions"},
		{u + "&x-id=UploadPart&uploadId=z&partNumber=1", "write"},
		{u + "&response-content-disposition=attachment%3B%20filename%3Dx", "read"},
		{signed("content-type;host"), "write"},
		{signed("content-md5%3Bhost"), "write"},
		{signed("host;x-amz-acl"), "write"},
		{u + "&uploadId=z&partNumber=1", "write"},
		{strings.Replace(u, "/k?", "/?list-type=2&prefix=in%2F&", 1), "list"},
		{"GET " + strings.Replace(u, "/k?", "/?", 1), "list"},
	} {
		if got := strings.Join(one(t, tc.in).Permissions, ","); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.in, got, tc.want)
		}
	}
	if l := one(t, strings.Replace(u, "/k?", "/?list-type=2&prefix=in%2F&", 1)); *l.Scope != ScopePrefix {
		t.Errorf("a listing under a prefix has scope %s", *l.Scope)
	}
}

func TestLimitsAndTimes(t *testing.T) {
	base := "https://acme.blob.core.windows.net/c/b?sv=2025-07-05&sr=b&sp=r&sig=" + aSig
	ud := base + "&skoid=8f1c2d3e-0a1b-4c5d-9e8f-7a6b5c4d3e2f&sktid=1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d&skt=2026-11-01T00%3A00%3A00Z&ske=2026-11-05T00%3A00%3A00Z&sks=b&skv=2025-07-05"
	for _, tc := range []struct {
		name, in, starts, expires string
		limits                    Limits
	}{
		{"date only", base + "&se=2030-01-01", "", "2030-01-01T00:00:00Z", Limits{}},
		{"minutes", base + "&st=2029-01-01T10:30Z&se=2030-01-01T15%3A30Z", "2029-01-01T10:30:00Z", "2030-01-01T15:30:00Z", Limits{}},
		{"offset", base + "&se=2030-01-01T00:00:00%2B09:00", "", "2029-12-31T15:00:00Z", Limits{}},
		{"fraction", base + "&se=2030-01-01T00:00:00.0000000Z", "", "2030-01-01T00:00:00Z", Limits{}},
		{"key before token", ud + "&st=2026-11-01T00:00:00Z&se=2026-11-30T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-05T00:00:00Z", Limits{}},
		{"token before key", ud + "&se=2026-11-02T00:00:00Z", "", "2026-11-02T00:00:00Z", Limits{}},
		{"bound to a user", ud + "&se=2026-11-02T00:00:00Z&sduoid=0e1f2a3b&skdutid=1a2b", "", "2026-11-02T00:00:00Z", Limits{User: "0e1f2a3b"}},
		{"network", base + "&se=2030-01-01&sip=203.0.113.0-203.0.113.9&spr=https", "", "2030-01-01T00:00:00Z", Limits{Network: []string{"203.0.113.0-203.0.113.9"}, Protocols: []string{"https"}}},
		{"encryption scope", base + "&se=2030-01-01&ses=hr", "", "2030-01-01T00:00:00Z", Limits{EncryptionScope: "hr"}},
		{"far future", "https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIAQNZGKIQY56JQ7WML&Expires=99999999999999&Signature=v64RnvRZAXwO8zp0W1T2YUaVPMk%3D", "", "9999-12-31T23:59:59Z", Limits{}},
	} {
		got := said(one(t, tc.in))
		if diff := cmp.Diff([]any{tc.starts, tc.expires, tc.limits}, []any{got.starts, got.expires, got.limits}); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

func TestSeveralLinks(t *testing.T) {
	d := New(embedded(t))
	first := "https://b.s3.us-east-1.amazonaws.com/k?" + aQuery
	second := strings.Replace(first, aHex, strings.Repeat(aHex[32:], 1)+aHex[:32], 1)
	for _, tc := range []struct {
		name, in string
		lines    []int64
	}{
		{"lines", first + "\n" + second + "\n", []int64{1, 2}},
		{"same line", first + " " + second, []int64{1, 1}},
		{"commas", first + "," + second, []int64{1, 1}},
		{"list", "- " + first + "\n- " + second + "\n", []int64{1, 2}},
		{"double", first + "\n\n" + first + "\n", []int64{1}},
		{"one in the other", "https://p.s3.us-east-1.amazonaws.com/go?to=" + strings.NewReplacer(":", "%3A", "/", "%2F", "?", "%3F", "&", "%26", "=", "%3D", "%", "%25").Replace(second) + "&" + aQuery, []int64{1, 1}},
		{"value of its own", strings.Replace(first, "/k?", "/k?redirect=https://acme.jp/a&", 1), []int64{1}},
	} {
		var lines []int64
		for _, l := range d.ScanBytes([]byte(tc.in), Options{}) {
			lines = append(lines, l.Line)
		}
		if !slices.Equal(lines, tc.lines) {
			t.Errorf("%s: lines %v, want %v", tc.name, lines, tc.lines)
		}
	}
	if n := len(d.ScanBytes([]byte(first+"\n\n"+first+"\n"), Options{EveryOccurrence: true})); n != 2 {
		t.Errorf("%d occurrences, want 2", n)
	}
}

func TestCookies(t *testing.T) {
	for _, s := range cloudFrontSpecimens(t) {
		if s.want.kind != CloudFrontCustom {
			continue
		}
		_, query, _ := strings.Cut(s.url, "?")
		var cookies []string
		for _, pair := range strings.Split(query, "&") {
			cookies = append(cookies, "CloudFront-"+pair)
		}
		l := one(t, `{"name":"Cookie","value":"lang=ja; `+strings.Join(cookies, "; ")+`; theme=x"}`)
		if l.Kind != CloudFrontCustom || *l.Scope != s.want.scope || l.Limits.Resource != s.want.limits.Resource {
			t.Errorf("%+v", l)
		}
	}
}

func TestLiveness(t *testing.T) {
	l := one(t, "https://b.s3.us-east-1.amazonaws.com/k?"+aQuery) // 2026-11-01, one hour
	at := func(h, m, s int) time.Time { return time.Date(2026, 11, 1, h, m, s, 0, time.UTC) }
	for _, tc := range []struct {
		at   time.Time
		want Liveness
	}{
		{at(0, 0, 0).Add(-time.Hour), LiveLooking}, {at(0, 59, 59), LiveLooking}, {at(1, 0, 0), Dead}, {at(2, 0, 0), Dead},
	} {
		if got := l.Liveness(tc.at); got != tc.want || l.CountsAsLive(tc.at) != (tc.want != Dead) {
			t.Errorf("at %s: %s, want %s", tc.at, got, tc.want)
		}
	}
	stored := one(t, "https://acme.blob.core.windows.net/c?sv=2022-11-02&sr=c&si=partners&sig="+aSig)
	if got := stored.Liveness(at(0, 0, 0)); got != Unclear || !stored.CountsAsLive(at(0, 0, 0)) || stored.Revoke != RevokeStoredPolicy {
		t.Errorf("stored policy: %s, revoke %s", got, stored.Revoke)
	}
}

func TestAccountOfKey(t *testing.T) {
	for _, tc := range []struct{ id, want string }{
		{"ASIAQNZGKIQY56JQ7WML", "029608264753"}, // published example
		{"akiaqnzgkiqy56jq7wml", "029608264753"},
		{"AKIAIOSFODNN7EXAMPLE", ""}, // an id from before account numbers were in ids
		{"AKIA1111111111111111", ""}, // no base32
		{"DO00Q7WMLXZ9K3TBV4R2", ""},
		{"", ""},
	} {
		if got, ok := accountOfKey(tc.id); got != tc.want || ok != (tc.want != "") {
			t.Errorf("%s: %q %v", tc.id, got, ok)
		}
	}
}

func TestRemainingAndRedactedPaths(t *testing.T) {
	opt := Options{Source: "f.txt", Now: time.Date(2026, 11, 1, 0, 15, 0, 0, time.UTC), RedactPaths: true}
	links := New(embedded(t)).ScanBytes([]byte("https://b.s3.amazonaws.com/license/yamada-taro.jpg?"+aQuery), opt)
	if len(links) != 1 {
		t.Fatal(links)
	}
	l := links[0]
	if *l.RemainingSeconds != 2700 || l.Source != "f.txt" || *l.Object != "REDACTED" || strings.Contains(l.Text, "yamada") {
		t.Errorf("%+v %s", l, l.Text)
	}
}

func TestReaderErrorsComeAfterWhatWasFound(t *testing.T) {
	broken := errors.New("disk gone")
	in := io.MultiReader(strings.NewReader("https://b.s3.amazonaws.com/k?"+aQuery+"\n"+strings.Repeat(" ", 2*blockSize)), iotest.ErrReader(broken))
	n, failed := 0, error(nil)
	for _, err := range New(nil).Scan(t.Context(), in, Options{Source: "x"}) {
		if err != nil {
			failed = err
			continue
		}
		n++
	}
	if n != 1 || !errors.Is(failed, broken) {
		t.Errorf("%d links, error %v", n, failed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range New(nil).Scan(ctx, strings.NewReader("x"), Options{}) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// endless yields the same block over and over.
type endless struct {
	block []byte
	left  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(copy(p, e.block), e.left)
	e.left -= n
	return n, nil
}

// Hostile input costs time in proportion to its size and no memory.
func TestHostileInputIsLinear(t *testing.T) {
	d := New(embedded(t))
	for name, unit := range map[string]string{
		"gates":        "sig=",
		"words":        "signature=",
		"company":      "sv=sig=&",
		"schemes":      "https://",
		"both":         "https://sv=sig=",
		"queries":      "https://a?sv=1&sig=",
		"escapes":      `\\\\u0026sig=sv`,
		"percent":      "%2525253Dsig%3Dsv",
		"references":   "&amp;amp;sig=sv",
		"wraps":        "sv&sig=\n",
		"literals":     "sv&sig=\"+\n\"",
		"wide":         "s\x00i\x00g\x00=\x00s\x00v\x00",
		"quoted":       "sig=3Dsv=\n",
		"long values":  "https://a?sv=1&sig=abcdefghijklmnopqrstuvwxyz0123456789abcdefgh",
		"whole tokens": "https://acme.blob.core.windows.net/c?sv=2022-11-02&sr=c&sp=r&se=2030-01-01&sig=bad&",
	} {
		t.Run(name, func(t *testing.T) {
			run := func(size int) time.Duration {
				best := time.Hour
				for range 2 {
					begin := time.Now()
					for range d.Scan(t.Context(), &endless{[]byte(strings.Repeat(unit, 4096)), size}, Options{}) {
						continue
					}
					best = min(best, time.Since(begin))
				}
				return best
			}
			small, large := run(128<<10), run(1<<20)
			// Eight times the input; a quadratic reader would need 64 times the time. The rest is for a busy machine.
			if large > 24*small+2*time.Second {
				t.Errorf("128 KiB took %s, 1 MiB %s", small, large)
			}
		})
	}
}

func TestMemoryDoesntGrow(t *testing.T) {
	d := New(embedded(t))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range d.Scan(t.Context(), &endless{[]byte(strings.Repeat("all quiet, nothing signed here\n", 5000)), 256 << 20}, Options{}) {
		t.Fatal("found something")
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
		t.Errorf("allocated %d bytes for 256 MiB", grown)
	}
}
