// What the report says of findings.

package text

// Keys of the report's sentences.
const (
	SeverityCritical Key = 1000 + iota
	SeverityHigh
	SeverityMedium
	SeverityLow
	SeverityInfo

	LabelWho
	LabelCan
	LabelOpenedBy
	LabelNotHeld
	LabelHeldBackBy
	LabelSeeIt
	LabelRequest
	LabelFix
	LabelTerraform
	LabelValue
	LabelUntil
	LabelProving
	LabelPlace
	LabelWhy

	ProvingConfirmed
	ProvingRefused
	ProvingNotTried

	Also
	Minor
	ShowRule
	SameFix
	FixesByRule
	FixHeading
	StandInKey
	NeverSent
	NotShowable
	Account
	AccountProject
	AccountSubscription
	WithoutIt
	Passed
	UnknownResults
	MoreItems
	MoreResources
	ColumnSeverity
	ColumnResource
	ColumnFinding
	ColumnRule

	StoryReached
	StoryFound
	StoryAllowed
	StoryIndexed
	StoryTrap
	StoryStop
	StoryAsk
)

func reportMessages() map[Key]Message {
	return map[Key]Message{
		SeverityCritical: {"CRITICAL", "緊急"},
		SeverityHigh:     {"HIGH", "高"},
		SeverityMedium:   {"MEDIUM", "中"},
		SeverityLow:      {"LOW", "低"},
		SeverityInfo:     {"INFO", "情報"},

		StoryReached: {"reached", "到達"},
		StoryFound:   {"found by", "見つけ方"},
		StoryAllowed: {"allowed by", "許可"},
		StoryIndexed: {"indexed because", "索引の理由"},
		StoryTrap:    {"trap", "落とし穴"},
		StoryStop:    {"stop it by", "止め方"},
		StoryAsk:     {"ask a search engine", "検索エンジンで確認"},

		LabelWho:        {"who", "誰が"},
		LabelCan:        {"can", "できること"},
		LabelOpenedBy:   {"opened by", "許可の元"},
		LabelNotHeld:    {"not stopped by", "止めなかった設定"},
		LabelHeldBackBy: {"held back by", "今は止めている設定"},
		LabelSeeIt:      {"see for yourself", "確かめるには"},
		LabelRequest:    {"the request", "その要求"},
		LabelFix:        {"fix", "直し方"},
		LabelTerraform:  {"Terraform", "Terraform"},
		LabelValue:      {"read as", "読み取った値"},
		LabelUntil:      {"changes at", "変わる日時"},
		LabelProving:    {"proof sent", "実際の確認"},
		LabelWhy:        {"why", "なぜ"},
		LabelPlace:      {"where", "場所"},

		ProvingConfirmed: {"confirmed: the server answered a stranger", "確認済み：サーバーは見知らぬ相手に応答しました"},
		ProvingRefused:   {"refused: the server did not answer a stranger", "拒否：サーバーは見知らぬ相手に応答しませんでした"},
		ProvingNotTried:  {"not tried", "未実施"},

		Also:                {"also", "ほかに"},
		Minor:               {"remarks: {0} ({1})", "参考：{0} 件（{1}）"},
		SameFix:             {"as above", "上と同じ"},
		ShowRule:            {"'tojimari rules show RULE' has the reasons, Terraform and references of each rule", "「tojimari rules show ルール」で、各ルールの理由・Terraform・参考資料を見られます"},
		FixesByRule:         {"FIXES FOR THE REST, BY RULE", "そのほかの直し方（ルール別）"},
		FixHeading:          {"{0} ×{2}  {1}", "{0}（{2} 件） {1}"},
		StandInKey:          {"the object name in this line is a stand-in: no real one is known", "この行のオブジェクト名は仮のものです。実在の名前は分かっていません"},
		NeverSent:           {"would change something: shown for understanding, never sent by tojimari", "変更を伴う要求です。説明のためのもので、tojimari が送ることはありません"},
		NotShowable:         {"the request holds characters that can't be shown here; -o jsonl has it whole", "表示できない文字を含む要求です。-o jsonl には全体があります"},
		Account:             {"account {0}", "アカウント {0}"},
		AccountProject:      {"project {0}", "プロジェクト {0}"},
		AccountSubscription: {"subscription {0}", "サブスクリプション {0}"},
		WithoutIt:           {"; without it {0} could {1}", "。外れると、{0}次のことができます：{1}"},
		Passed:              {"PASSED", "合格"},
		UnknownResults:      {"UNKNOWN, ONE BY ONE", "不明の一覧"},
		ColumnSeverity:      {"severity", "重大度"},
		ColumnResource:      {"resource", "対象"},
		ColumnFinding:       {"finding", "検出内容"},
		ColumnRule:          {"rule", "ルール"},
		MoreItems:           {"and {0} more", "ほか {0} 件"},
		MoreResources:       {"and {0} more resources with findings, the worst of them {1}; -o json and -o csv have all", "ほかに {0} 件のリソースに検出があります（最も重いものは「{1}」）。-o json、-o csv にはすべて含まれます"},
	}
}
