package robots_test

import (
	"bytes"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/tojimari/tojimari/internal/robots"
)

// Each file of testdata/robots holds a robots.txt and a table of decisions in both dialects.
func TestDecisions(t *testing.T) {
	paths, err := filepath.Glob("../../testdata/robots/*.txtar")
	if err != nil || len(paths) < 15 {
		t.Fatalf("found %d case files, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) != 2 {
				t.Fatalf("want robots.txt and decisions, got %d files", len(archive.Files))
			}
			for _, ending := range []string{"\n", "\r\n", "\r"} {
				text := bytes.ReplaceAll(archive.Files[0].Data, []byte("\n"), []byte(ending))
				decide(t, robots.Parse(text), string(archive.Files[1].Data), fmt.Sprintf("lines ending in %q", ending))
			}
		})
	}
}

func decide(t *testing.T, file *robots.File, table, how string) {
	t.Helper()
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			t.Fatalf("bad line %q", line)
		}
		for _, want := range fields[2:] {
			reading, answer, _ := strings.Cut(want, "=")
			ds, ok := map[string][]robots.Dialect{
				"google": {robots.Google}, "rfc": {robots.RFC9309}, "both": {robots.Google, robots.RFC9309},
			}[reading]
			if !ok {
				t.Fatalf("bad line %q", line)
			}
			for _, d := range ds {
				if got := file.Decide(d, fields[0], fields[1]); string(got.Answer) != answer {
					t.Errorf("%s: %v: %s asks for %q: %s by %+v, want %s", how, d, fields[0], fields[1], got.Answer, got.Rule, answer)
				}
			}
		}
	}
}

func TestDecisionNamesItsRule(t *testing.T) {
	file := robots.Parse([]byte("User-agent: *\nDisallow: /a\n\nAllow: /a/ツ*\n"))
	for _, d := range []robots.Dialect{robots.Google, robots.RFC9309} {
		got := file.Decide(d, "bot", "/a/%E3%83%84.pdf")
		want := robots.Decision{Answer: robots.Allowed, Rule: robots.Rule{Allow: true, Pattern: "/a/ツ*", Line: 4}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", d, diff)
		}
	}
}

func TestMentions(t *testing.T) {
	file := robots.Parse([]byte("User-agent: Slurp\nDisallow: /\nDisallow: *.pdf\nUser-agent: *\nAllow: /\nDisallow: /backup/\nDisallow: /名簿*\nDisallow: /end$\n"))
	for url, line := range map[string]int{
		"https://h/backup/db.sql": 6, "https://h/%E5%90%8D%E7%B0%BF/1": 7, "https://h/end": 8, "https://h/": 0, "https://h/a.pdf": 0, "https://h/back": 0,
	} {
		if r, ok := file.Mentions(url); r.Line != line || ok != (line > 0) {
			t.Errorf("%s: %+v, want line %d", url, r, line)
		}
	}
	if _, ok := (*robots.File)(nil).Mentions("https://h/backup/"); ok {
		t.Error("no file mentions something")
	}
}

func TestAgentsInOrder(t *testing.T) {
	file := robots.Parse([]byte("User-agent: googlebot\nDisallow: /g\nUser-agent: *\nDisallow: /s\n"))
	image := []string{"Googlebot-Image", "Googlebot"}
	if got := file.DecideFirst(robots.Google, image, "/g"); got.Answer != robots.Blocked {
		t.Errorf("falls back to the wider token: %+v", got)
	}
	if got := file.DecideFirst(robots.Google, image, "/s"); got.Answer != robots.Allowed {
		t.Errorf("the star group is not for it: %+v", got)
	}
}

func TestSizeEncodingAndMarks(t *testing.T) {
	filler := strings.Repeat("# filler filler filler\n", robots.MaxBytes/23)
	long := "/x/" + strings.Repeat("a", 17000)
	utf16 := []byte{0xFF, 0xFE}
	for _, r := range "User-agent: *\nDisallow: /\n" {
		utf16 = append(utf16, byte(r), 0)
	}
	cases := []struct {
		name        string
		text        []byte
		path        string
		google, rfc robots.Answer
		truncated   bool
		wrong, html bool
	}{
		{name: "byte order mark", text: []byte("\xEF\xBB\xBFUser-agent: *\nDisallow: /\n"), path: "/", google: "blocked", rfc: "blocked"},
		{name: "part of a byte order mark", text: []byte("\xEF\xBBUser-agent: *\nDisallow: /\n"), path: "/", google: "blocked", rfc: "blocked"},
		{name: "mark in a later line spoils it", text: []byte("User-agent: *\n\xEF\xBB\xBFDisallow: /\n"), path: "/", google: "allowed", rfc: "allowed"},
		{name: "UTF-16", text: utf16, path: "/", google: "allowed", rfc: "allowed", wrong: true},
		{name: "rule after 500 KiB", text: []byte("User-agent: *\nDisallow: /a\n" + filler + "Disallow: /b\n"), path: "/b", google: "allowed", rfc: "allowed", truncated: true},
		{name: "rule before 500 KiB", text: []byte("User-agent: *\nDisallow: /a\n" + filler + "Disallow: /b\n"), path: "/a", google: "blocked", rfc: "blocked", truncated: true},
		{name: "page", text: []byte("\n<!DOCTYPE HTML><title>x</title>"), path: "/", google: "allowed", rfc: "allowed", html: true},
		{name: "long line is cut by Google", text: []byte("User-agent: *\nDisallow: " + long + "\n"), path: long[:16700], google: "blocked", rfc: "allowed"},
		{name: "long line in full", text: []byte("User-agent: *\nDisallow: " + long + "\n"), path: long, google: "blocked", rfc: "blocked"},
		{name: "zero byte ends a line", text: []byte("User-agent: *\nDisallow: /a\x00/b\n"), path: "/a/c", google: "blocked", rfc: "blocked"},
		{name: "no line end at the end", text: []byte("User-agent: *\nDisallow: /"), path: "/", google: "blocked", rfc: "blocked"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := robots.Parse(c.text)
			if got := f.Decide(robots.Google, "bot", c.path).Answer; got != c.google {
				t.Errorf("Google: %s, want %s", got, c.google)
			}
			if got := f.Decide(robots.RFC9309, "bot", c.path).Answer; got != c.rfc {
				t.Errorf("RFC 9309: %s, want %s", got, c.rfc)
			}
			if f.Truncated != c.truncated || f.WrongEncoding != c.wrong || f.HTML != c.html {
				t.Errorf("truncated %v, wrong encoding %v, html %v", f.Truncated, f.WrongEncoding, f.HTML)
			}
		})
	}
}

func TestSitemaps(t *testing.T) {
	f := robots.Parse([]byte("Sitemap: https://a.example/s.xml\nuser-agent: *\nsite-map: /relative.xml\nSITEMAP:https://b.example/ # note\n" +
		strings.Repeat("sitemap: https://c.example/\n", 200)))
	if diff := cmp.Diff([]string{"https://a.example/s.xml", "/relative.xml", "https://b.example/"}, f.Sitemaps[:3]); diff != "" {
		t.Error(diff)
	}
	if len(f.Sitemaps) != 100 {
		t.Errorf("kept %d sitemap lines, want 100", len(f.Sitemaps))
	}
}

// What the status of /robots.txt means, by Google's table of status codes and RFC 9309 section 2.3.1.
func TestJudge(t *testing.T) {
	body := []byte("User-agent: *\nDisallow: /\n")
	cases := []struct {
		name        string
		fetch       robots.Fetch
		google, rfc robots.Answer
		reason      robots.Reason
	}{
		{"nobody asked", robots.Fetch{}, "unknown", "unknown", robots.ReasonNotFetched},
		{"200", robots.Fetch{Status: 200, Body: body}, "blocked", "blocked", ""},
		{"200 empty", robots.Fetch{Status: 200}, "allowed", "allowed", ""},
		{"204", robots.Fetch{Status: 204}, "allowed", "allowed", ""},
		{"200 after five redirects", robots.Fetch{Status: 200, Hops: 5, Body: body}, "blocked", "blocked", ""},
		{"six redirects", robots.Fetch{Status: 302, Hops: 6}, "allowed", "allowed", robots.ReasonRedirects},
		{"loop", robots.Fetch{Status: 301, Hops: 2, Loop: true}, "allowed", "allowed", robots.ReasonRedirects},
		{"304 or a redirect without address", robots.Fetch{Status: 304}, "unknown", "unknown", robots.ReasonOddStatus},
		{"400", robots.Fetch{Status: 400, Body: body}, "allowed", "allowed", robots.ReasonClientError},
		{"401", robots.Fetch{Status: 401, Body: body}, "allowed", "allowed", robots.ReasonClientError},
		{"403 of a bucket that may not be listed", robots.Fetch{Status: 403, Body: body}, "allowed", "allowed", robots.ReasonClientError},
		{"404", robots.Fetch{Status: 404, Body: body}, "allowed", "allowed", robots.ReasonClientError},
		{"410", robots.Fetch{Status: 410}, "allowed", "allowed", robots.ReasonClientError},
		{"429", robots.Fetch{Status: 429}, "unknown", "allowed", robots.ReasonTooMany},
		{"500", robots.Fetch{Status: 500, Body: body}, "unknown", "blocked", robots.ReasonServerError},
		{"503", robots.Fetch{Status: 503}, "unknown", "blocked", robots.ReasonServerError},
		{"599", robots.Fetch{Status: 599}, "unknown", "blocked", robots.ReasonServerError},
		{"999", robots.Fetch{Status: 999}, "unknown", "unknown", robots.ReasonOddStatus},
		{"no answer", robots.Fetch{Failed: true}, "unknown", "blocked", robots.ReasonUnreachable},
		{"broken body", robots.Fetch{Status: 200, Failed: true, Body: body}, "unknown", "blocked", robots.ReasonUnreachable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := robots.Judge(c.fetch)
			google, rfc := p.Decide(robots.Google, []string{"bot"}, "/x"), p.Decide(robots.RFC9309, []string{"bot"}, "/x")
			if google.Answer != c.google || rfc.Answer != c.rfc || google.Reason != c.reason {
				t.Errorf("Google %+v, RFC %+v, want %s and %s for %q", google, rfc, c.google, c.rfc, c.reason)
			}
		})
	}
	if got := (robots.Policy{}).Decide(robots.Google, []string{"bot"}, "/"); got.Answer != robots.Unknown {
		t.Errorf("the zero policy says %+v", got)
	}
}

func TestURLOfRobots(t *testing.T) {
	for page, want := range map[string]string{
		"https://b.s3.eu-west-1.amazonaws.com/k?x=1": "https://b.s3.eu-west-1.amazonaws.com/robots.txt",
		"http://Example.COM:80/a":                    "http://example.com/robots.txt",
		"https://example.com:443":                    "https://example.com/robots.txt",
		"http://example.com:443/":                    "http://example.com:443/robots.txt",
		"http://[::1]:9000/b/k":                      "http://[::1]:9000/robots.txt",
		"http://[::1]/b":                             "http://[::1]/robots.txt",
		"https://user:pw@example.com/":               "https://example.com/robots.txt",
		"ftp://example.com/x":                        "",
		"/only/path":                                 "",
	} {
		u, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		if got := robots.URL(u); got != want {
			t.Errorf("URL(%q) = %q, want %q", page, got, want)
		}
	}
}

// The fast matcher against a literal one that tries every position.
func TestMatcherAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("ab/*$")), 0, 8, -1).Draw(t, "pattern")
		path := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("ab/$")), 0, 10, -1).Draw(t, "path")
		file := robots.Parse([]byte("User-agent: *\nDisallow: " + pattern + "\n"))
		got := file.Decide(robots.Google, "bot", "http://h"+path).Answer == robots.Blocked
		if want := literal(pattern, path); got != want {
			t.Fatalf("pattern %q, path %q: blocked %v, want %v", pattern, path, got, want)
		}
	})
}

func literal(pattern, path string) bool {
	switch {
	case pattern == "":
		return true
	case pattern == "$":
		return path == ""
	case pattern[0] == '*':
		for i := 0; i <= len(path); i++ {
			if literal(pattern[1:], path[i:]) {
				return true
			}
		}
		return false
	default:
		return path != "" && path[0] == pattern[0] && literal(pattern[1:], path[1:])
	}
}

// Adding a disallow line to the end of a file never allows more, adding an allow line never blocks more.
func TestAddingRulesIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.Custom(func(t *rapid.T) string {
			return rapid.SampledFrom([]string{"Allow: /", "Disallow: /"}).Draw(t, "kind") +
				rapid.StringOfN(rapid.SampledFrom([]rune("ab/*$%")), 0, 6, -1).Draw(t, "pattern") + "\n"
		})
		text := "User-agent: *\n" + strings.Join(rapid.SliceOfN(rule, 0, 5).Draw(t, "rules"), "")
		extra := rule.Draw(t, "extra")
		path := "/" + rapid.StringOfN(rapid.SampledFrom([]rune("ab/$%")), 0, 8, -1).Draw(t, "path")
		for _, d := range []robots.Dialect{robots.Google, robots.RFC9309} {
			before := robots.Parse([]byte(text)).Decide(d, "bot", "http://h"+path).Answer
			after := robots.Parse([]byte(text+extra)).Decide(d, "bot", "http://h"+path).Answer
			if before != after && (after == robots.Allowed) != strings.HasPrefix(extra, "Allow") {
				t.Fatalf("%v: %q + %q: %q goes from %s to %s", d, text, extra, path, before, after)
			}
		}
	})
}

func FuzzDecide(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a*b$\nAllow: /index.html\n"), "bot", "http://h/aab?x#y")
	f.Add([]byte("\xEF\xBB\xBFuser-agent bot\r\ndisallow /%e3%zz\x00\r"), "bot", "//?;")
	f.Fuzz(func(t *testing.T, text []byte, agent, url string) {
		file := robots.Parse(text)
		for _, d := range []robots.Dialect{robots.Google, robots.RFC9309} {
			got := file.Decide(d, agent, url)
			if got.Answer != robots.Allowed && got.Answer != robots.Blocked {
				t.Fatalf("%v: %+v", d, got)
			}
			if got.Answer == robots.Blocked && (got.Rule.Line == 0 || got.Rule.Allow) {
				t.Fatalf("%v: blocked by %+v", d, got.Rule)
			}
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	file := robots.Parse([]byte(`User-agent: *
Disallow: /search
Allow: /search/about
Disallow: /*.csv$
Disallow: /private/
Disallow: /exports/*/raw
Allow: /exports/public
Disallow: /*?sessionid=
Sitemap: https://files.example.com/sitemap.xml
User-agent: Googlebot
User-agent: bingbot
Disallow: /backup/
Disallow: /tmp*
Allow: /documents/
Disallow: /*/draft$
Allow: /index.html
Disallow: /archive/2019/
Disallow: /archive/2020/
`))
	urls := []string{
		"https://files.example.com/documents/2026/annual-report.pdf",
		"https://files.example.com/backup/2026-01-01.sql.gz",
		"https://files.example.com/exports/7/raw/x.csv",
		"https://files.example.com/images/logo.png?v=3",
	}
	agents := []string{"Googlebot", "OtherBot"}
	for _, d := range []robots.Dialect{robots.Google, robots.RFC9309} {
		b.Run(d.String(), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				file.Decide(d, agents[i&1], urls[i>>1&3])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}
