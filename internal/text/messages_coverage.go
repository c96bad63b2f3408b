// What the report says of what was looked at, what was not, and of the end.

package text

// Keys of the sentences about coverage and the end of a run.
const (
	NotKnown Key = 2000 + iota
	NotKnownMissing
	NotKnownDenied
	NotKnownFailed
	NotKnownMalformed
	NotKnownComputed
	NotKnownPartial
	NotKnownNotInspected
	NotKnownOpen
	NotKnownLimit
	NotKnownUnsampled
	NotKnownOther
	NotKnownWhere
	NotKnownRules
	NotKnownGrant
	NotRead
	LookedAt
	Resources
	ScopeNotWhole
	MoreScopesNotWhole
	FilteredOut
	NotLookedAt
	NotLookedAtAnd
	Suppressed
	Lapsed
	LapseExpired
	LapseUnused
	RuleFailed
	CutOff
	Summary
	SummaryOpen
	SummaryFindings
	SummaryUnknown
	SummaryNone
	ExitClean
	ExitFindings
	ExitUsage
	ExitUnread
	ExitNothing
	ExitInterrupted
	ExitOther
	Hint
	TooManyForGitHub
	KindScope
	KindStore
	KindBucket
	KindPrefix
	KindEndpoint
	KindObject
	KindLink
	KindPage
)

func coverageMessages() map[Key]Message {
	return map[Key]Message{
		NotKnown:             {"NOT KNOWN", "不明"},
		NotKnownMissing:      {"permission {0} is missing", "権限 {0} がありません"},
		NotKnownDenied:       {"{0}: reading it was denied", "{0}：読み取りが拒否されました"},
		NotKnownFailed:       {"{0}: reading it failed", "{0}：読み取りに失敗しました"},
		NotKnownMalformed:    {"{0}: the configuration can't be understood", "{0}：設定を解釈できません"},
		NotKnownComputed:     {"{0}: known only after apply", "{0}：適用するまで分かりません"},
		NotKnownPartial:      {"{0}: only part of it was read", "{0}：一部しか読み取れませんでした"},
		NotKnownNotInspected: {"{0}: not read", "{0}：読み取っていません"},
		NotKnownOpen:         {"the provider's documentation does not settle it: {0}", "プロバイダーの文書からは決められません：{0}"},
		NotKnownLimit:        {"too much to work through: {0}", "計算量の上限に達しました：{0}"},
		NotKnownUnsampled:    {"objects that were not looked at could change the answer: {0}", "見ていないオブジェクト次第で答えが変わります：{0}"},
		NotKnownOther:        {"other reasons", "その他の理由"},
		NotKnownWhere:        {"resources: {0} ({1})", "対象 {0} 件（{1}）"},
		NotKnownRules:        {"undecided rules: {0}", "判定できなかったルール：{0}"},
		NotKnownGrant:        {"the read-only permissions to grant: {0}", "付与すべき読み取り専用の権限を表示するには：{0}"},
		NotRead:              {"COULD NOT BE READ", "読み取れなかったもの"},
		LookedAt:             {"LOOKED AT", "調べたもの"},
		Resources:            {"{0}: {1}", "{0}：{1} 件"},
		ScopeNotWhole:        {"not read to the end: {0}", "最後まで読めていません：{0}"},
		MoreScopesNotWhole:   {"and {0} more scopes not read to the end", "ほか {0} 件も最後まで読めていません"},
		FilteredOut:          {"left out by --include or --exclude: {0}", "--include／--exclude による除外：{0} 件"},
		NotLookedAt:          {"tojimari does not look at: {0}", "tojimari が調べないもの：{0}"},
		NotLookedAtAnd:       {"; ", "／"},
		Suppressed:           {"suppressed by your configuration: {0}", "設定により抑制：{0} 件"},
		Lapsed:               {"EXCEPTIONS TO REVIEW", "見直すべき例外"},
		LapseExpired:         {"expired: {0}", "期限切れ：{0}"},
		LapseUnused:          {"matches nothing any more: {0}", "もう何にも一致しません：{0}"},
		RuleFailed:           {"RULES THAT FAILED TO RUN", "実行できなかったルール"},
		CutOff:               {"Interrupted: this is what was found until then.", "中断されました。以下はそれまでに分かったことです。"},
		Summary:              {"SUMMARY", "まとめ"},
		SummaryOpen:          {"open to anyone on the internet: {0}", "インターネット上の誰にでも開いているもの：{0} 件"},
		SummaryFindings:      {"findings: {0} ({1})", "検出：{0} 件（{1}）"},
		SummaryUnknown:       {"undecided: {0}", "判定できず：{0} 件"},
		SummaryNone:          {"findings: 0", "検出：0 件"},
		ExitClean:            {"exit code 0: nothing at \"{0}\" or over", "終了コード 0：「{0}」以上の検出はありません"},
		ExitFindings:         {"exit code 1: findings at \"{0}\" or over", "終了コード 1：「{0}」以上の検出があります"},
		ExitUsage:            {"exit code 2: wrong use, or an error in a rule or the configuration", "終了コード 2：使い方、ルールまたは設定の誤りです"},
		ExitUnread:           {"exit code 3: something that could change the result was not read", "終了コード 3：結果を左右しうるものを読み取れませんでした"},
		ExitNothing:          {"exit code 4: nothing could be scanned", "終了コード 4：何も調べられませんでした"},
		ExitInterrupted:      {"exit code {0}: interrupted", "終了コード {0}：中断されました"},
		ExitOther:            {"exit code {0}", "終了コード {0}"},
		TooManyForGitHub:     {"the worst {1} of {0} results are here, since GitHub refuses a run with more; -o json has all", "全 {0} 件のうち重いものから {1} 件だけを含みます（GitHub はこれより多い結果を受け付けません）。-o json にはすべて含まれます"},
		KindScope:            {"accounts and projects", "アカウント・プロジェクト"},
		KindStore:            {"storage accounts", "ストレージアカウント"},
		KindBucket:           {"buckets", "バケット"},
		KindPrefix:           {"managed folders", "管理対象フォルダー"},
		KindEndpoint:         {"access points", "アクセスポイント"},
		KindObject:           {"objects", "オブジェクト"},
		KindLink:             {"signed links", "署名付きリンク"},
		KindPage:             {"pages", "ページ"},
		Hint:                 {"hint: {0}", "ヒント：{0}"},
	}
}
