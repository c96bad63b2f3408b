package names_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/internal/names"
)

func TestClassify(t *testing.T) {
	c := names.New()
	for key, want := range map[string]string{
		// Papers about people.
		"uploads/8812/passport.jpg":                         "identity",
		"uploads/DriversLicense_front.png":                  "identity",
		"drivers-license/8812/front.jpg":                    "identity",
		"kyc/2024/8812_id-card.pdf":                         "identity",
		"mynumber/tanaka.jpg":                               "identity",
		"運転免許証/田中太郎_表.jpg":                                  "identity",
		"%E9%81%8B%E8%BB%A2%E5%85%8D%E8%A8%B1%E8%A8%BC.jpg": "identity",
		"user/パスポート写し.pdf":                                  "identity",
		"user/ハ\u309aスホ\u309aート.pdf":                        "identity", // decomposed, as a Mac stores it
		"user/ﾊﾟｽﾎﾟｰﾄ.pdf":                                  "identity", // half width
		"menkyosho_01.jpeg":                                 "identity",
		"在留カード.heic":                                        "identity",
		"resume_taro_yamada.docx":                           "resume",
		"cv/2024-05.pdf":                                    "resume",
		"応募者/履歴書_佐藤.xlsx":                                   "resume",
		"patients/records.csv":                              "medical",
		"scan/0001.dcm":                                     "medical",
		"健康診断結果2023.pdf":                                    "medical",
		"payroll/2024-04.xlsx":                              "financial",
		"源泉徴収票.pdf":                                         "financial",
		"customer_list.csv":                                 "personal",
		"顧客名簿2024.xls":                                      "personal",
		"contracts/acme-nda.pdf":                            "contract",
		"社外秘/稟議.pdf":                                        "contract",
		// Keys and copies of systems.
		"deploy/id_rsa":                "secret",
		".env":                         "secret",
		"app/.env.production":          "secret",
		"terraform.tfstate":            "secret",
		"certs/server.pem":             "secret",
		"aws/credentials":              "secret",
		"wp-config.php":                "secret",
		"dump.sql.gz":                  "export",
		"db/prod-2024-01-01.sql":       "export",
		"mysqldump-users.gz":           "personal export",
		"site.tar.gz.bak":              "backup",
		"backup/2024.tar":              "backup",
		"バックアップ/全体.zip":                "backup",
		"sites/backup/db.sql":          "export backup",
		"call-recording/2024/0001.mp3": "recording",
		// What looks like it and is not.
		"camera/snapshot_2024.jpg":       "",
		"photos/IMG_1099.jpg":            "",
		"img/shadow.png":                 "",
		"stadtplan/karte.pdf":            "",
		"assets/passport-icon.png":       "",
		"build/contracts/Ledger.json":    "",
		"releases/candidate.zip":         "",
		"team/members.jpg":               "",
		"node_modules/passport/index.js": "",
		"assets/passport.css":            "",
		"images/resume-icon.svg":         "",
		"static/js/backup.js":            "",
		"src/contract_test.go":           "",
		"css/credit-card.min.css":        "",
		"index.html":                     "",
		"discovery/document.pdf":         "",
		"reports/q3-2024.pdf":            "",
		"keyboard.png":                   "",
		"monkeys.jpg":                    "",
		"photos/curved.jpg":              "",
		"secretary.pdf":                  "",
		"運転手順.pdf":                       "",
		"":                               "",
		"/":                              "",
		"\xff\xfe\x00":                   "",
	} {
		var got []string
		for _, m := range c.Classify(key) {
			got = append(got, string(m.Category))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %q, want %q", key, s, want)
		}
	}
}

func TestTally(t *testing.T) {
	tally := names.NewTally(names.New(), names.Options{Samples: 2, Redact: true})
	for _, key := range []string{
		"users/tanaka-taro/passport_1234.jpg", "users/sato/passport_2.jpg", "users/suzuki/免許証.jpg",
		"logo.png", "db/\x1b[31mdump.sql", "<b>backup</b>.zip",
	} {
		tally.Add(key)
	}
	want := []names.Kind{
		{Category: names.Identity, Count: 3, Words: []string{"passport", "免許証"}, Samples: []string{"*/*-*/passport_*.jpg", "*/*/passport_*.jpg"}},
		{Category: names.Export, Count: 1, Words: []string{".sql"}, Samples: []string{"*/ *.sql"}},
		{Category: names.Backup, Count: 1, Words: []string{"backup"}, Samples: []string{"*backup*/*.zip"}},
	}
	if diff := cmp.Diff(want, tally.Kinds()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if tally.Keys() != 6 {
		t.Errorf("%d keys", tally.Keys())
	}
}

func TestRedactionHidesNames(t *testing.T) {
	c := names.New()
	for _, key := range []string{"users/Tanaka Taro/passport-Tanaka.jpg", "履歴書/田中太郎.pdf", "tanaka%40example.com/dump.sql"} {
		got := names.Redact(key, c.Classify(key))
		for _, private := range []string{"anaka", "田中", "太郎", "example"} {
			if strings.Contains(got, private) {
				t.Errorf("%q is redacted to %q", key, got)
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain/ファイル.txt":         "plain/ファイル.txt",
		"\x1b[31mred\x07":        "\uFFFD[31mred\uFFFD",
		"gpj.\u202Etxt":          "gpj.\uFFFDtxt",
		"a\nb\tc\u0085d":         "a\uFFFDb\uFFFDc\uFFFDd",
		"zero\u200Bwidth\uFEFF":  "zero\uFFFDwidth\uFFFD",
		"bad\xffbyte":            "bad\uFFFDbyte",
		strings.Repeat("鍵", 200): strings.Repeat("鍵", 100) + "…",
	} {
		if got := names.Printable(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Every word in the tables is found in a key that is just that word.
func TestEveryCategoryHasWordsInBothLanguages(t *testing.T) {
	c := names.New()
	seen := map[names.Category][2]bool{}
	for _, key := range []string{"passport", "患者", "patients", "免許証", "resume", "履歴書", "payroll", "給与明細", "members", "名簿", "nda", "契約書",
		"passwords", "秘密鍵", "dumps", "ダンプ", "backup", "バックアップ", "cctv", "通話録音"} {
		matches := c.Classify(key)
		if len(matches) == 0 {
			t.Errorf("%q says nothing", key)
			continue
		}
		languages := seen[matches[0].Category]
		languages[map[bool]int{true: 0, false: 1}[key[0] < 0x80]] = true
		seen[matches[0].Category] = languages
	}
	for _, category := range names.Categories() {
		if seen[category] != [2]bool{true, true} {
			t.Errorf("%s: English and Japanese %v", category, seen[category])
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, key := range []string{"users/passport.jpg", "%E9%81%8B", "\xff\xfe.sql", "İPASSPORT.pdf", "ｐａｓｓｐｏｒｔ.pdf", "\u0600\u0601"} {
		f.Add(key)
	}
	c := names.New()
	f.Fuzz(func(t *testing.T, key string) {
		matches := c.Classify(key)
		if !slices.IsSortedFunc(matches, func(a, b names.Match) int {
			return slices.Index(names.Categories(), a.Category) - slices.Index(names.Categories(), b.Category)
		}) {
			t.Fatal("out of order", matches)
		}
		for _, s := range []string{names.Printable(key), names.Redact(key, matches)} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) }) {
				t.Fatalf("not printable: %q", s)
			}
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	c := names.New()
	keys := []string{"users/8812/passport_front.jpg", "2024/05/01/access-log-000123.gz", "顧客/運転免許証/田中太郎.jpg", "assets/img/products/large/000123.webp"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Classify(keys[i&3])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "keys/s")
}

func ExampleClassifier_Classify() {
	for _, m := range names.New().Classify("uploads/8812/passport_front.jpg") {
		fmt.Println(m.Category, m.Text)
	}
	// Output: identity passport
}
