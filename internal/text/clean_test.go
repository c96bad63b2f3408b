package text

import (
	"runtime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", `a-b_c/d e\n`, `a-b_c/d e\n`},
		{"escape sequence", "a\x1b[31mb", `a\x1b[31mb`},
		{"eight-bit CSI", "a\u009b31mb", `a\x9b31mb`},
		{"line ends", "a\r\nb\tc", `a\r\nb\tc`},
		{"delete and null", "\x00\x7f", `\x00\x7f`},
		{"bidirectional", "a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`},
		{"zero width", "a\u200bb\u200dc\ufeff", `a\u200bb\u200dc\ufeff`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"no-break space", "a\u00a0b", `a\xa0b`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"private use", "a\ue000", `a\ue000`},
		{"not UTF-8", "a\xff\xc3b", `a\xff\xc3b`},
		{"a real replacement character", "a\ufffdb", "a\ufffdb"},
		{"Hangul filler", "a\u3164b", `a\u3164b`},
		{"Braille blank", "a\u2800b", `a\u2800b`},
		{"variation selector", "渡\U000e0100", `渡\U000e0100`},
		{"order to a pipeline", "a ##vso[x]y ##[z] ###[w]", `a #\x23vso[x]y #\x23[z] ##\x23[w]`},
		{"headings are none", "## Issue 2 [x]", "## Issue 2 [x]"},
		{"Japanese", "顧客　名簿（最終）.xlsx", "顧客　名簿（最終）.xlsx"},
		{"accents as marks", "e\u0301", "e\u0301"},
		{"a pile of marks", "z" + strings.Repeat("\u0301", 6), "z" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// checkClean holds what every user of Clean relies on.
func checkClean(t interface{ Fatalf(string, ...any) }, in string) {
	out := Clean(in)
	if !utf8.ValidString(out) {
		t.Fatalf("%q gives invalid UTF-8 %q", in, out)
	}
	for _, r := range out {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || unicode.Is(unicode.Co, r) {
			t.Fatalf("%q gives %q, which holds %U", in, out, r)
		}
	}
	if again := Clean(out); again != out {
		t.Fatalf("cleaned twice %q differs from once %q", again, out)
	}
	if !IsClean(out) || IsClean(in) != (in == out) {
		t.Fatalf("IsClean disagrees with Clean on %q", in)
	}
}

func TestCleanProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkClean(t, rapid.String().Draw(t, "text")) })
	rapid.Check(t, func(t *rapid.T) { checkClean(t, string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))) })
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b]0;x\x07\u202e\u200b\xff")
	f.Fuzz(func(t *testing.T, in string) {
		checkClean(t, in)
		checkWrap(t, Clean(in), 20)
	})
}

func TestClipAndWidth(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
		want    string
	}{
		{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"abcdef", 0, ""},
		{"日本語", 6, "日本語"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"e\u0301e\u0301e", 2, "e\u0301…"},
	} {
		got := Clip(c.in, c.columns)
		if got != c.want || Width(got) > c.columns {
			t.Errorf("Clip(%q, %d) = %q (%d columns), want %q", c.in, c.columns, got, Width(got), c.want)
		}
	}
	if got := Pad("日本", 6); got != "日本  " {
		t.Errorf("Pad: %q", got)
	}
}

func TestShort(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
	}{
		{"abc", 5}, {"abcdef", 5}, {"日本語日本語", 5}, {"a\x1bb\x1bc", 5}, {"", 5}, {"abc", 0}, {"abc", -1},
		{strings.Repeat("日", 100), 5}, {strings.Repeat("a", 1000), 5}, {strings.Repeat("\u0301", 1000), 9}, {strings.Repeat("\xff", 1000), 9},
	} {
		if got, want := Short(c.in, c.columns), Clip(Clean(c.in), c.columns); got != want {
			t.Errorf("Short(%.20q, %d) = %q, want %q", c.in, c.columns, got, want)
		}
	}
	long := strings.Repeat("é日\x1b", 1<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Short(long, 80)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated for 80 columns of a text of %d", n, len(long))
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		width    int
		want     []string
	}{
		{"fits", "one two", 10, []string{"one two"}},
		{"words", "one two three four", 9, []string{"one two", "three", "four"}},
		{"own line ends", "one\ntwo", 10, []string{"one", "two"}},
		{"long word", "abcdefghijklmnop", 8, []string{"abcdefgh", "ijklmnop"}},
		{"Japanese breaks anywhere but before a full stop", "あいうえ。かきくけ", 8, []string{"あいう", "え。かき", "くけ"}},
		{"a flag stays whole", "see -o json and -o csv", 17, []string{"see -o json and", "-o csv"}},
		{"an address goes to the next line whole", "the page https://a.example/b/c is", 24, []string{"the page", "https://a.example/b/c is"}},
		{"unless it is longer than a line", "the page https://a.example/b/c is", 16, []string{"the page", "https://", "a.example/b/c is"}},
		{"Latin in Japanese", "これは aws:PrincipalOrgID/x の値", 20, []string{"これは", "aws:PrincipalOrgID/x", "の値"}},
		{"nothing", "", 10, []string{""}},
	} {
		if diff := cmp.Diff(c.want, Wrap(c.in, c.width)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// checkWrap: no line is too wide and nothing but spaces at line ends is lost.
func checkWrap(t interface{ Fatalf(string, ...any) }, in string, width int) {
	lines := Wrap(in, width)
	for _, l := range lines {
		if Width(l) > width {
			t.Fatalf("%q is wider than %d", l, width)
		}
	}
	squeeze := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "\n", "") }
	if got := squeeze(strings.Join(lines, "")); got != squeeze(in) {
		t.Fatalf("wrapping lost text: %q became %q", in, lines)
	}
}

func TestWrapProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringOf(rapid.RuneFrom([]rune("ab  -/日本語、。e\u0301（)\n"))).Draw(t, "text")
		checkWrap(t, in, rapid.IntRange(8, 30).Draw(t, "width"))
	})
}
