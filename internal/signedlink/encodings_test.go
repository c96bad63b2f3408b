package signedlink

// Encodings: every link of the corpus, put inside every kind of text, must read the same.

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// encoding puts a link into text; line is where the link must be found.
type encoding struct {
	name string
	line int64
	put  func(string) string
}

func jsonString(v string) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func wrapAt(s string, n int, joint string) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), joint)
}

func quotedPrintable(s string) string {
	var out strings.Builder
	w := quotedprintable.NewWriter(&out)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return out.String()
}

func utf16Bytes(s string, big, mark bool) string {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var out []byte
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func encodings() []encoding {
	embed := func(u string) string { return "https://proxy.acme.jp/go?to=" + url.QueryEscape(u) + "&ref=mail" }
	return []encoding{
		{"plain", 1, func(u string) string { return u }},
		{"prose", 3, func(u string) string { return "Hello,\nhere it is:\n\"see " + u + "\", thanks.\nBye\n" }},
		{"sentence end", 1, func(u string) string { return "Fetch " + u + ". Then go." }},
		{"parentheses", 1, func(u string) string { return "(" + u + ")," }},
		{"angle brackets", 1, func(u string) string { return "<" + u + ">" }},
		{"markdown", 2, func(u string) string { return "# T\n* [the file](" + u + ") and more" }},
		{"markdown twice", 1, func(u string) string { return "[" + u + "](" + u + ")" }},
		{"markdown bold", 1, func(u string) string { return "**" + u + "**" }},
		{"markdown table", 1, func(u string) string { return "|file|" + u + "|10|" }},
		{"html attribute", 2, func(u string) string { return "<p>\n<a href=\"" + html.EscapeString(u) + "\">x</a>" }},
		{"html numeric", 1, func(u string) string {
			return "<img src='" + strings.NewReplacer("&", "&#38;", "=", "&#x3D;", "/", "&#47;").Replace(u) + "'>"
		}},
		{"html twice", 1, func(u string) string { return html.EscapeString(`<a href="` + html.EscapeString(u) + `">`) }},
		{"json", 2, func(u string) string { return "{\n \"url\":" + jsonString(u) + ",\"n\":1}" }},
		{"json slashes", 1, func(u string) string { return `{"u":"` + strings.ReplaceAll(u, "/", `\/`) + `"}` }},
		{"json all escaped", 1, func(u string) string {
			return `{"u":"` + strings.NewReplacer("&", `\u0026`, "=", `\u003d`, "/", `\/`, "+", `\u002b`).Replace(u) + `"}`
		}},
		{"json in json", 1, func(u string) string { return `{"body":` + jsonString(`{"u":`+jsonString(u)+`,"k":2}`) + `}` }},
		{"json in json in json", 1, func(u string) string {
			return jsonString(`{"body":` + jsonString(`{"u":`+jsonString(u)+`}`) + `}`)
		}},
		{"javascript hex", 1, func(u string) string {
			return `var u='` + strings.NewReplacer("&", `\x26`, "=", `\x3d`).Replace(u) + `';`
		}},
		{"json in html attribute", 1, func(u string) string {
			return `<div data-props="` + html.EscapeString(`{"u":`+jsonString(u)+`}`) + `">`
		}},
		{"percent once", 1, embed},
		{"percent twice", 1, func(u string) string { return embed(embed(u)) }},
		{"percent three times", 1, func(u string) string { return embed(embed(embed(u))) }},
		{"ampersands percent-encoded alone", 1, func(u string) string { return "https://share.acme.jp/?u=" + strings.ReplaceAll(u, "&", "%26") + "&t=x" }},
		{"html ampersands percent-encoded", 1, func(u string) string { return strings.ReplaceAll(u, "&", "%26amp;") }},
		{"percent in html", 1, func(u string) string { return `<a href="` + html.EscapeString(embed(u)) + `">` }},
		{"percent in json", 1, func(u string) string { return jsonString(embed(u)) }},
		{"proxy with plain link", 1, func(u string) string { return "https://proxy.acme.jp/?url=" + u }},
		{"wrapped", 2, func(u string) string { return "Subject: x\n" + wrapAt(u, 64, "\n") + "\n\nBye" }},
		{"wrapped crlf", 2, func(u string) string { return "Subject: x\r\n" + wrapAt(u, 71, "\r\n") + "\r\n\r\nBye" }},
		{"wrapped and indented", 2, func(u string) string { return "  url: >-\n    " + wrapAt(u, 60, "\n    ") + "\n  other: 1\n" }},
		{"quoted mail", 1, func(u string) string { return "> " + wrapAt(u, 66, "\n> ") + "\n> \n> bye" }},
		{"one parameter per line", 2, func(u string) string { return "GET\n" + strings.ReplaceAll(u, "&", "\n  &") + "\n\n" }},
		{"parameter per line, mark at the end", 1, func(u string) string { return strings.ReplaceAll(u, "&", "&\n    ") + "\n\n" }},
		{"shell continuation", 2, func(u string) string { return "curl -O \\\n" + strings.ReplaceAll(u, "&", "\\\n&") + "\n\necho" }},
		{"shell", 1, func(u string) string { return "curl -sL '" + u + "' -o x" }},
		{"windows command line", 1, func(u string) string { return "curl -o x " + strings.ReplaceAll(u, "&", "^&") + "\r\n" }},
		{"shell escapes", 1, func(u string) string {
			return "curl -o x " + strings.NewReplacer("&", `\&`, "?", `\?`, "=", `\=`).Replace(u) + "\n"
		}},
		{"quoted-printable", 3, func(u string) string { return quotedPrintable("Hello\nWorld\n" + u + "\nregards") }},
		{"quoted-printable html", 1, func(u string) string {
			return quotedPrintable(`<html><body><a href="` + html.EscapeString(u) + `">the file</a>`)
		}},
		{"source concatenation", 1, func(u string) string {
			return "url := \"" + wrapAt(u, 70, "\" +\n\t\t\"") + "\"\nreturn url"
		}},
		{"python literals", 2, func(u string) string { return "URL = (\n    \"" + wrapAt(u, 50, "\"\n    \"") + "\"\n)" }},
		{"env", 2, func(u string) string { return "A=1\nFILE_URL=" + u + "\nOTHER=foo\n" }},
		{"env quoted", 1, func(u string) string { return "export FILE_URL=\"" + u + "\"\nOTHER=foo\n" }},
		{"yaml", 2, func(u string) string { return "spec:\n  url: " + u + "\n  name: x\n" }},
		{"yaml list", 2, func(u string) string { return "urls:\n- " + u + "\n- https://other.acme.jp/x?y=1\n" }},
		{"toml", 1, func(u string) string { return "url = '''" + u + "'''\n" }},
		{"csv", 2, func(u string) string { return "id,url,size\n7," + u + ",12\n" }},
		{"sql", 1, func(u string) string { return "INSERT INTO f VALUES (1,'" + u + "',NULL),(2,'x');" }},
		{"xml", 1, func(u string) string { return "<Url>" + strings.ReplaceAll(u, "&", "&amp;") + "</Url>" }},
		{"diff", 3, func(u string) string { return "@@ -1 +1,2 @@\n keep\n+url: " + u + "\n+next: 1\n" }},
		{"diff wrapped", 2, func(u string) string { return " keep\n+" + wrapAt(u, 70, "\n+") + "\n \n" }},
		{"har", 1, func(u string) string {
			return `{"log":{"entries":[{"request":{"method":"POST","url":` + jsonString(u) + `,"headers":[{"name":"Referer","value":` + jsonString(u) + `}]}}]}}`
		}},
		{"ansi", 1, func(u string) string { return "\x1b[36m" + u + "\x1b[0m" }},
		{"utf-16 le", 2, func(u string) string { return utf16Bytes("戸締まり\r\nurl: "+u+" 終わり\r\n", false, true) }},
		{"utf-16 be", 2, func(u string) string { return utf16Bytes("戸締まり\r\nurl: "+u+" 終わり\r\n", true, true) }},
		{"utf-16 in a binary", 1, func(u string) string {
			return "MZ\x90\x00\x03\x00\x00\x00" + utf16Bytes(u, false, false) + "\x00\x00\xff\xfe"
		}},
		{"utf-16 json", 1, func(u string) string { return utf16Bytes(jsonString(u), false, true) }},
		{"long line before", 1, func(u string) string { return strings.Repeat("abc,", 100_000) + `"` + u + `"` }},
		{"japanese around", 1, func(u string) string { return "こちら「 " + u + " 」です" }},
	}
}

func TestEveryEncodingReadsTheSame(t *testing.T) {
	d := New(embedded(t))
	for _, s := range corpus(t) {
		plain := d.ScanBytes([]byte(s.url), Options{})
		if len(plain) != 1 {
			t.Fatalf("%s: %d links", s.name, len(plain))
		}
		for _, e := range encodings() {
			t.Run(s.name+"/"+e.name, func(t *testing.T) {
				in := e.put(s.url)
				links := d.ScanBytes([]byte(in), Options{All: true})
				if len(links) != 1 {
					t.Fatalf("%d links in\n%s\n%+v", len(links), in, links)
				}
				l := links[0]
				if diff := cmp.Diff(s.want, said(l), exact); diff != "" {
					t.Errorf("(-want +got):\n%s\nin %s", diff, in)
				}
				if l.Fingerprint != plain[0].Fingerprint || !l.ValidSyntax {
					t.Errorf("fingerprint %s, plain %s, syntax %v", l.Fingerprint, plain[0].Fingerprint, l.ValidSyntax)
				}
				if l.Line != e.line {
					t.Errorf("line %d, want %d", l.Line, e.line)
				}
			})
		}
	}
}

// The offset is where the link begins, in bytes of the source, whatever has been undone to read it.
func TestOffsetPointsAtTheLink(t *testing.T) {
	d := New(embedded(t))
	s := corpus(t)[0]
	for _, e := range encodings() {
		in := e.put(s.url)
		links := d.ScanBytes([]byte(in), Options{})
		if len(links) == 0 {
			t.Errorf("%s: no link", e.name)
			continue
		}
		begin := in[links[0].Offset:]
		if !strings.HasPrefix(begin, "http") && !strings.HasPrefix(begin, "h\x00t") && !strings.HasPrefix(begin, "\x00h\x00t") {
			t.Errorf("%s: offset points at %q", e.name, begin[:min(len(begin), 40)])
		}
	}
}

// No border of blocks or reads hides a link, and its place doesn't depend on them.
func TestBordersDontMatter(t *testing.T) {
	d := New(embedded(t))
	all := corpus(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "link")
		before := rapid.IntRange(0, 3*(blockSize+2*side)).Draw(t, "before")
		unit := rapid.SampledFrom([]string{"x", "word ", "line\n", "\x00", "戸"}).Draw(t, "unit")
		pad := strings.Repeat(unit, before/len(unit)) + "\n"
		in := pad + s.url + "\n" + strings.Repeat(unit, rapid.IntRange(0, 2*blockSize).Draw(t, "after")/len(unit))
		n := 0
		for l, err := range d.Scan(t.Context(), iotest.OneByteReader(strings.NewReader(in[:min(len(in), 4096)])), Options{}) {
			_, _ = l, err
		}
		for l, err := range d.Scan(t.Context(), iotest.HalfReader(strings.NewReader(in)), Options{EveryOccurrence: true}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			if l.Offset != int64(len(pad)) || l.Line != int64(strings.Count(pad, "\n"))+1 {
				t.Fatalf("at %d line %d, want %d line %d", l.Offset, l.Line, len(pad), strings.Count(pad, "\n")+1)
			}
		}
		if n != 1 {
			t.Fatalf("%d links", n)
		}
	})
}

// Any order of parameters is the same link.
func TestOrderDoesntMatter(t *testing.T) {
	d := New(embedded(t))
	all := corpus(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "link")
		base, query, _ := strings.Cut(s.url, "?")
		params := rapid.Permutation(strings.Split(query, "&")).Draw(t, "order")
		in := base + "?" + strings.Join(params, "&")
		links := d.ScanBytes([]byte(in), Options{})
		if len(links) != 1 {
			t.Fatalf("%d links in %s", len(links), in)
		}
		if diff := cmp.Diff(s.want, said(links[0]), exact); diff != "" {
			t.Fatalf("%s\n%s", in, diff)
		}
	})
}

// Two encodings inside one another still read the same.
func TestNestedEncodings(t *testing.T) {
	d := New(embedded(t))
	all := corpus(t)
	layers := []struct {
		name string
		put  func(string) string
	}{
		{"json", func(s string) string { return `{"a":` + jsonString(s) + `}` }},
		{"html", func(s string) string { return `<a title="` + html.EscapeString(s) + `">` }},
		{"percent", func(s string) string { return "https://t.acme.jp/c?u=" + url.QueryEscape(s) + "&x=1" }},
		{"quotes", func(s string) string { return "see '" + s + "' there" }},
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "link")
		in := s.url
		var names []string
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(layers)-1), 1, 2).Draw(t, "layers") {
			in = layers[i].put(in)
			names = append(names, layers[i].name)
		}
		links := d.ScanBytes([]byte(in), Options{})
		if len(links) != 1 {
			t.Fatalf("%d links, %v, in %s", len(links), names, in)
		}
		if diff := cmp.Diff(s.want, said(links[0]), exact); diff != "" {
			t.Fatalf("%v: %s\n%s", names, in, diff)
		}
	})
}

// No signature, token or policy is in any field of any link, however it is encoded.
func TestNothingSecretIsShown(t *testing.T) {
	d := New(embedded(t))
	for _, s := range corpus(t) {
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range encodings() {
			for _, l := range d.ScanBytes([]byte(e.put(s.url)), Options{All: true}) {
				out := strings.ToLower(fmt.Sprintf("%s %+v", jsonString(must[string](t)(marshal(l))), l))
				for _, name := range []string{"X-Amz-Signature", "X-Goog-Signature", "Signature", "sig", "Policy", "X-Amz-Security-Token"} {
					v := strings.ToLower(strings.ReplaceAll(u.Query().Get(name), " ", "+"))
					if len(v) < 12 {
						continue
					}
					for _, piece := range []string{v[:12], v[len(v)-12:]} {
						if strings.Contains(out, piece) {
							t.Fatalf("%s/%s: %q of %s is in %s", s.name, e.name, piece, name, out)
						}
					}
				}
			}
		}
	}
}

func marshal(l Link) (string, error) {
	b, err := json.Marshal(l)
	return string(b), err
}
