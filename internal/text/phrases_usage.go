// Phrases about mistakes on the command line.

package text

func usagePhrases() []Phrase {
	return []Phrase{
		{"no target named", "対象が指定されていません"},
		{"{0} of {1} lines could not be read; each has an error object in the output", "{1} 行のうち {0} 行を読めませんでした。それぞれエラーとして出力に含まれます"},
		{"{0} {1}: {2} is not name, region or tag:KEY", "{0} {1}：{2} は name、region、tag:KEY のいずれでもありません"},
		{"{0} {1}: the pattern is empty", "{0} {1}：パターンが空です"},
		{"--allow-unknown: there is no rule {0}", "--allow-unknown：ルール {0} はありません"},
		{"there is no rule {0}", "ルール {0} はありません"},
		{"there is no rule {0} (did you mean {1}?)", "ルール {0} はありません（{1} のことですか）"},
		{"there is no tag {0}", "タグ {0} はありません"},
		{"there is no severity {0}", "重大度 {0} はありません"},
		{"there is no severity {0} (did you mean {1}?)", "重大度 {0} はありません（{1} のことですか）"},
		{"--at {0} is not an RFC 3339 time such as 2026-01-31T09:00:00Z", "--at {0} は RFC 3339 の時刻（例：2026-01-31T09:00:00Z）ではありません"},
		{"--color {0} is not auto, always or never", "--color {0} は auto、always、never のいずれでもありません"},
		{"--concurrency must be at least 1 and --objects at least 0", "--concurrency は 1 以上、--objects は 0 以上にしてください"},
		{"--endpoint-url says who may be asked with --live, which is not given", "--endpoint-url は --live で問い合わせてよい相手を示すものですが、--live が指定されていません"},
		{"--fail-on {0} is not critical, high, medium, low or info", "--fail-on {0} は critical、high、medium、low、info のいずれでもありません"},
		{"--lang {0} is not en or ja", "--lang {0} は en でも ja でもありません"},
		{"--log-level {0} is not debug, info, warn or error", "--log-level {0} は debug、info、warn、error のいずれでもありません"},
		{"--partition {0} is not aws, aws-cn or aws-us-gov", "--partition {0} は aws、aws-cn、aws-us-gov のいずれでもありません"},
		{"--program {0} is not NAME=PATH", "--program {0} は NAME=PATH の形ではありません"},
		{"--program names {0} twice", "--program に {0} が二度あります"},
		{"--show {0} is not fail, pass, unknown or not_applicable", "--show {0} は fail、pass、unknown、not_applicable のいずれでもありません"},
		{"-o {0}: explain writes terminal or jsonl", "-o {0}：explain が出力できるのは terminal と jsonl です"},
		{"-o {0}: links writes terminal or jsonl", "-o {0}：links が出力できるのは terminal と jsonl です"},
		{"-o {0}: rules list writes terminal or json", "-o {0}：rules list が出力できるのは terminal と json です"},
		{"bad output: [0]", "出力の指定が正しくありません：[0]"},
		{"no format {0}; there are {1}", "形式 {0} はありません（使えるのは {1}）"},
		{"nothing to explain: the input is empty", "入力が空です"},
		{"permissions for {0} are not known here; there are aws, aws:org, gcp and azure", "{0} の権限は分かりません。指定できるのは aws、aws:org、gcp、azure です"},
		{"reading the input: {0}", "入力の読み取り：{0}"},
		{"unknown flag: {0}", "不明なフラグ {0} です"},
		{"unknown command {0} for {1}", "{1} にコマンド {0} はありません"},
		{"{0} is not a folder", "{0} はフォルダーではありません"},
		{"{0} is a directory", "{0} はディレクトリです"},
	}
}
