package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestPhrase(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"whole", "not set", "未設定"},
		{"a foreign part stays", "object ownership is ObjectWriter", "オブジェクト所有権は ObjectWriter です"},
		{"a foreign part that is itself a phrase stays", "managed folder not set", "管理対象フォルダー not set"},
		{"a phrase inside", "the owner's account id is not known, and aws:PrincipalAccount depends on it", "所有者のアカウント ID が分かりません。aws:PrincipalAccount はこれに左右されます"},
		{"joined", "denied: Access Denied", "拒否：Access Denied"},
		{"joined twice", "throttled: no answer in time; 3 of the resources found were not read", "流量制限：時間内に応答がありませんでした。見つかったリソースのうち 3 件を読み取れませんでした"},
		{"the one that says most decides", "deny policy p: cannot be read, assumed to deny nothing", "拒否ポリシー p：解釈できないため、何も拒否しないものとみなしました"},
		{"two slots", "value \"x\" is not a number", "値 \"x\" は数値ではありません"},
		{"an answer of a server", "AccessDenied: User is not authorized to perform: s3:ListBucket", "AccessDenied: User is not authorized to perform: s3:ListBucket"},
		{"how to stop a page", "make_private: effective: yes; the only stop for personal data: what answers 401, 403 or 404 drops out once it is crawled again; set in the access settings of the bucket",
			"非公開にする（効果：はい）：個人情報にはこれしかありません。401・403・404 を返すようになれば、次のクロールで検索結果から消えます。設定場所：バケットのアクセス設定"},
		{"who lets crawlers in", "https://b.example/robots.txt, set by owner; Google: blocked by line 2 (Disallow: /docs/); RFC 9309: allowed (client_error)",
			"https://b.example/robots.txt（設定者：所有者）。Google の解釈：禁止（2 行目の Disallow: /docs/）。RFC 9309 の解釈：許可（robots.txt が 4xx のため制限なし）"},
		{"a trap", "robots_hides_noindex: Google never reads the noindex, because robots.txt keeps it out; the address can still be listed",
			"robots.txt が noindex を隠している：robots.txt で締め出しているため Google は noindex を読めず、URL は検索結果に載りえます"},
		{"where an address was found", "listing: the page is itself an open listing", "一覧：このページ自体が公開された一覧です"},
		{"slots in foreign text are text", "object {1} [0] {0}", "オブジェクト {1} [0] {0}"},
		{"a slot is never empty", "object ", "object "},
		{"nothing", "", ""},
		{"too long to be ours", "object " + strings.Repeat("x", maxPhraseBytes), "object " + strings.Repeat("x", maxPhraseBytes)},
	} {
		if got := JA.Phrase(c.in); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.name, c.in, got, c.want)
		}
		if got := EN.Phrase(c.in); got != c.in {
			t.Errorf("%s: English changed to %q", c.name, got)
		}
	}
}

func TestCondition(t *testing.T) {
	for in, want := range map[string]string{
		"source_ip in 203.0.113.0/24":            "送信元 IP アドレスが 203.0.113.0/24 の範囲内",
		"vpc_source_ip in 10.0.0.0/8, 192.0.2.1": "vpc_source_ip が 10.0.0.0/8, 192.0.2.1 の範囲内",
		"existing_object_tag/public is yes or 1": "existing_object_tag/public が yes or 1",
		"source_vpce is not vpce-1":              "source_vpce が vpce-1 ではない",
		"source_vpc is present":                  "source_vpc がある",
		"the caller's account id":                "呼び出し元のアカウント ID",
		"something new":                          "something new",
	} {
		if got := JA.Condition(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
		if got := EN.Condition(in); got != in {
			t.Errorf("English changed to %q", got)
		}
	}
}

func TestPhrasesAreWhole(t *testing.T) {
	anySlot := regexp.MustCompile(`\{\d\}|\[\d\]`)
	seen := map[string]bool{}
	for _, p := range slices.Concat(Phrases(), conditionPhrases()) {
		if seen[anySlot.ReplaceAllString(p.EN, "{}")] {
			t.Errorf("%q is there twice", p.EN)
		}
		seen[anySlot.ReplaceAllString(p.EN, "{}")] = true
		english, japanese := anySlot.FindAllString(p.EN, -1), anySlot.FindAllString(p.JA, -1)
		for i, slot := range english {
			if int(slot[1]-'0') != i {
				t.Errorf("%q: slots are counted from 0, in order", p.EN)
			}
		}
		slices.Sort(english)
		slices.Sort(japanese)
		if !slices.Equal(english, japanese) {
			t.Errorf("%q and %q have other slots", p.EN, p.JA)
		}
		if strings.HasSuffix(p.JA, "。") || strings.HasSuffix(p.EN, ".") && !strings.HasSuffix(p.EN, "...") {
			t.Errorf("%q ends in a full stop: phrases stand inside sentences", p.EN)
		}
		if strings.Contains(p.JA, ", ") || strings.ContainsAny(p.JA, "､，．") {
			t.Errorf("%q: punctuation is 、 and 。", p.JA)
		}
		words := anySlot.ReplaceAllString(p.JA, "")
		if strings.ContainsFunc(p.EN, unicode.IsLetter) && p.JA == p.EN && strings.ToLower(p.EN) == p.EN && strings.Contains(words, " ") {
			t.Errorf("%q is not translated", p.EN)
		}
	}
	if len(seen) < 300 {
		t.Errorf("only %d phrases", len(seen))
	}
}

// TestPhraseOnForeignText holds that whatever is asked, the answer is text, is the same again, and is not much longer
// than what was asked.
func TestPhraseOnForeignText(t *testing.T) {
	list := Phrases()
	rapid.Check(t, func(t *rapid.T) {
		var in strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "parts") {
			if rapid.Bool().Draw(t, "phrase") {
				in.WriteString(rapid.SampledFrom(list).Draw(t, "of").EN)
			} else {
				in.WriteString(rapid.StringOf(rapid.RuneFrom([]rune("ab: ;,{0}[1]あ\x1b"))).Draw(t, "text"))
			}
		}
		got := JA.Phrase(in.String())
		if !utf8.ValidString(got) || got != JA.Phrase(in.String()) {
			t.Fatalf("%q became %q", in.String(), got)
		}
		if len(got) > 4*in.Len()+100 {
			t.Fatalf("%q became %d bytes: %q", in.String(), len(got), got)
		}
	})
}

func FuzzPhrase(f *testing.F) {
	f.Add("IAM condition: the owner's account id is not known, and x depends on it")
	f.Add("[0]: effective: [1]; [2]; set in [3]")
	f.Fuzz(func(t *testing.T, in string) {
		if got := JA.Phrase(in); utf8.ValidString(in) && !utf8.ValidString(got) {
			t.Fatalf("%q became %q", in, got)
		}
		_ = JA.Condition(in)
	})
}

func BenchmarkPhrase(b *testing.B) {
	for b.Loop() {
		JA.Phrase("AccessDenied: User is not authorized to perform: s3:ListBucket on resource arn:aws:s3:::b")
	}
}
