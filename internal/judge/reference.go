// The rules reference, generated from the rules themselves.

package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
)

// familyTitles name the folders in the order of their numbers.
var familyTitles = []struct {
	name string
	text Text
}{
	{"exposure", Text{"Exposure", "公開範囲"}},
	{"links", Text{"Signed links", "署名付きリンク"}},
	{"index", Text{"Search engines", "検索エンジン"}},
	{"transport", Text{"Transport and encryption", "通信と暗号化"}},
	{"detection", Text{"Detection and logging", "検知と記録"}},
	{"recovery", Text{"Recovery", "復旧"}},
	{"hygiene", Text{"Hygiene", "整理整頓"}},
	{"scan", Text{"The scan itself", "スキャン自体"}},
}

// reference words of the page, by what they stand for.
var referenceWords = map[string]Text{
	"title":    {"# Rules", "# ルール一覧"},
	"made":     {"Generated from the rule files by `go generate ./internal/judge`; do not edit.", "`go generate ./internal/judge` がルールファイルから生成します。直接編集しないでください。"},
	"columns":  {"| rule | name | severity | what it finds |", "| ルール | 名前 | 重大度 | 検出内容 |"},
	"severity": {"Severity", "重大度"},
	"applies":  {"Applies to", "対象"},
	"when":     {"Where", "適用条件"},
	"fails":    {"Fails when", "不合格の条件"},
	"each":     {"For each of", "繰り返しの単位"},
	"params":   {"Parameters", "パラメーター"},
	"yields":   {"Silent where one of these fails", "次のルールが不合格なら報告しません"},
	"maps":     {"Mapped to", "対応する基準"},
	"why":      {"Why", "理由"},
	"fix":      {"Fix", "対処"},
	"since":    {"Since", "導入バージョン"},
}

// Reference writes the page about all rules in a language, as Markdown.
func (b *Book) Reference(lang string) string {
	w := func(key string) string { return referenceWords[key].In(lang) }
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n<!-- %s -->\n", w("title"), w("made"))
	for _, family := range familyTitles {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n|---|---|---|---|\n", family.text.In(lang), w("columns"))
		for _, r := range b.rules {
			if r.Family == family.name {
				fmt.Fprintf(&out, "| [%s](#%s) | `%s` | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Name, severityRange(r.Severity), cell(r.Heading().In(lang)))
			}
		}
	}
	for _, r := range b.rules {
		b.referenceOf(&out, r, lang, w)
	}
	return out.String()
}

func (b *Book) referenceOf(out *strings.Builder, r *Rule, lang string, w func(string) string) {
	fmt.Fprintf(out, "\n<a id=\"%s\"></a>\n\n### %s `%s`\n\n**%s**\n\n%s\n\n", strings.ToLower(r.ID), r.ID, r.Name, r.Heading().In(lang), r.Why.In(lang))
	applies := joinWords(r.Applies)
	if len(r.Providers) > 0 {
		applies += " (" + joinWords(r.Providers) + ")"
	}
	fmt.Fprintf(out, "- %s: %s\n", w("applies"), applies)
	expr := func(key string, e Expr) {
		if e.Text != "" {
			fmt.Fprintf(out, "- %s: `%s`\n", w(key), strings.Join(strings.Fields(e.Text), " "))
		}
	}
	expr("when", r.When)
	expr("each", r.Each)
	expr("fails", r.FailsWhen)
	for i, c := range r.Severity.Cases {
		if i == 0 {
			fmt.Fprintf(out, "- %s: ", w("severity"))
		} else {
			out.WriteString("; ")
		}
		if c.If.Text == "" {
			fmt.Fprintf(out, "%s\n", c.Is)
			break
		}
		fmt.Fprintf(out, "%s: `%s`", c.Is, strings.Join(strings.Fields(c.If.Text), " "))
	}
	for _, name := range sortedKeys(r.Params) {
		p := r.Params[name]
		fmt.Fprintf(out, "- %s: `%s` (%s, `%v`): %s\n", w("params"), name, p.Type, p.Default, p.Help.In(lang))
	}
	if len(r.YieldsTo) > 0 {
		fmt.Fprintf(out, "- %s: `%s`\n", w("yields"), strings.Join(r.YieldsTo, "`, `"))
	}
	for _, framework := range sortedKeys(r.Maps) {
		var ids []string
		for _, m := range r.Maps[framework] {
			ids = append(ids, m.ID)
		}
		fmt.Fprintf(out, "- %s: %s [%s](%s)\n", w("maps"), framework, strings.Join(ids, ", "), r.Maps[framework][0].Source)
	}
	fmt.Fprintf(out, "- %s: %s\n", w("since"), r.Since)
	fmt.Fprintf(out, "\n%s:\n", w("fix"))
	for _, f := range []struct {
		name  string
		steps *Steps
	}{{"AWS", r.Fix.AWS}, {"Google Cloud", r.Fix.GCP}, {"Azure", r.Fix.Azure}, {"", r.Fix.Any}} {
		if f.steps == nil {
			continue
		}
		if f.name != "" {
			fmt.Fprintf(out, "\n%s:\n", f.name)
		}
		if f.steps.Note != nil {
			fmt.Fprintf(out, "\n%s\n", f.steps.Note.In(lang))
		}
		if f.steps.CLI != "" {
			fmt.Fprintf(out, "\n```sh\n%s```\n", closed(f.steps.CLI))
		}
		if f.steps.Terraform != "" {
			fmt.Fprintf(out, "\n```hcl\n%s```\n", closed(f.steps.Terraform))
		}
	}
	out.WriteString("\n")
	for _, ref := range r.Refs {
		fmt.Fprintf(out, "- <%s>\n", ref)
	}
}

// severityRange names the severities that a rule can have, worst first.
func severityRange(s Severity) string {
	var all []string
	for _, word := range result.Severities() {
		if slices.ContainsFunc(s.Cases, func(c SeverityCase) bool { return c.Is == word }) {
			all = append(all, string(word))
		}
	}
	return strings.Join(all, " / ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func closed(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
