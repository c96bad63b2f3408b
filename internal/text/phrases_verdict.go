// Phrases of verdicts: what a client needs, what an answer depends on, what is assumed, why it is unknown.

package text

func verdictPhrases() []Phrase {
	return []Phrase{
		// What a verdict depends on, that the client cannot choose.
		{"source_ip in {0}", "送信元 IP アドレスが {0} の範囲内"},
		{"the caller's account id", "呼び出し元のアカウント ID"},
		{"a request through a VPC endpoint", "VPC エンドポイント経由の要求"},
		{"a token of Entra user {0}", "Entra ユーザー {0} のトークン"},
		{"an object that is neither encrypted with KMS nor archived", "KMS で暗号化もアーカイブもされていないオブジェクト"},
		{"an object that is not encrypted with a customer-supplied key", "顧客指定の暗号鍵で暗号化されていないオブジェクト"},
		{"an object stored without KMS: the bucket's default is {0}, which refuses [1]", "KMS を使わずに保存されたオブジェクト（バケットの既定の {0} は、[1]を拒否します）"},
		{"an object that the bucket's owner owns: the policy opens no others", "バケット所有者が所有するオブジェクト（ポリシーはほかを開きません）"},
		{"a blob that is neither archived nor encrypted with a key of its writer's", "アーカイブも、書き込んだ人の鍵による暗号化もされていない BLOB"},
		{"unsigned readers", "署名のない読み取り"},
		{"readers without rights on the key", "鍵の権限を持たない読み取り"},

		// What the client must have, beyond what stands as name=value.
		{"version_id of an object", "オブジェクトのバージョン ID"},
		{"an AWS service that acts for the caller's own resource", "相手自身のリソースとして動く AWS サービス"},
		{"a VPC endpoint of the caller's own", "相手自身の VPC エンドポイント"},

		// What was assumed.
		{"{0}: not given, assumed unset", "{0}：指定がないため、未設定とみなしました"},
		{"{0}: not read, assumed unset", "{0}：読み取っていないため、未設定とみなしました"},
		{"{0}: not told by the service, assumed off", "{0}：サービスが答えないため、オフとみなしました"},
		{"{0}: not told by the service, assumed unset", "{0}：サービスが答えないため、未設定とみなしました"},
		{"[0]: not told by the service, assumed to deny nothing", "[0]：サービスが答えないため、何も拒否しないものとみなしました"},
		{"{0}: not read, assumed not enforced", "{0}：読み取っていないため、強制されていないものとみなしました"},
		{"[0]: not read, assumed to deny nothing", "[0]：読み取っていないため、何も拒否しないものとみなしました"},
		{"[0]: cannot be read, assumed to deny nothing", "[0]：解釈できないため、何も拒否しないものとみなしました"},
		{"{0}: not sampled, assumed that no object's own ACL opens it", "{0}：サンプルを取っていないため、オブジェクト単位の ACL による公開はないものとみなしました"},
		{"{0}: not read, assumed that no VPC Service Controls perimeter holds the project", "{0}：読み取っていないため、プロジェクトは VPC Service Controls の境界の外にあるものとみなしました"},
		{"{0}: not read, assumed that no enforced network security perimeter holds the account", "{0}：読み取っていないため、アカウントは強制されたネットワークセキュリティ境界の外にあるものとみなしました"},
		{"[0]: the public access block of account {1}, which owns it, is not read, assumed unset", "[0]：所有アカウント {1} の公開アクセスのブロックは読み取っていないため、未設定とみなしました"},
		{"sas: the signatures cannot be checked, assumed that the keys behind them still stand and that signers with an identity still hold their roles", "sas：署名は検証できないため、署名に使われた鍵が今も有効で、ID で署名した人が今もロールを持つものとみなしました"},
		{"{0}: not set (null), which counts as allowed on accounts made before the default changed", "{0}：未設定（null）です。既定値が変わる前に作られたアカウントでは許可とみなされます"},

		// Service perimeters of VPC Service Controls.
		{"coming from inside the service perimeter, or being let in by it", "サービス境界の内側からの要求か、境界が許可した要求であること"},
		{"access level {0}", "アクセスレベル {0}"},
		{"an ingress rule of the perimeter: from {0}, for {1}", "境界の上り（内向き）ルール：{0} から、{1} に対して"},
		{"whether any identity of an ingress rule means callers without one is not documented", "上り（内向き）ルールの「任意の ID」が ID のない呼び出し元を含むかどうかは、公開文書に書かれていません"},

		{"userProject=PROJECT (a project of the caller's own pays)", "userProject=プロジェクト（相手自身のプロジェクトが料金を負担）"},

		// Services in front.
		{"cloudfront (any distribution)", "CloudFront（任意のディストリビューション）"},
		{"cloudfront origin access identity {0}", "CloudFront のオリジンアクセスアイデンティティ {0}"},

		// Why a fact is not known.
		{"not judged", "判定していません"},
		{"not inspected", "調べていません"},
		{"denied", "拒否"},
		{"failed", "失敗"},
		{"malformed", "形式の誤り"},
		{"computed", "適用後に決まる値"},
		{"partial", "一部のみ"},
		{"part of it was not read", "一部を読み取れませんでした"},
		{"this scan did not look at everything that {0} stands for", "このスキャンでは {0} に当たるもののすべては見ていません"},
		{"the rule failed: {0}", "ルールの実行に失敗しました：{0}"},
		{"it hangs on tags or on an order of folders that are not given", "渡されていないタグやフォルダーの順序に左右されます"},
		{"it is not among the roles that could be listed", "一覧できたロールの中にありません"},
		{"what custom role {0} includes is not known: [1]", "カスタムロール {0} に含まれる権限が分かりません：[1]"},
		{"what predefined role {0} includes is not in this version's table", "事前定義ロール {0} の権限は、このバージョンの表にありません"},
		{"{0} of the tokens given cannot be read as a SAS", "渡されたトークンのうち {0} 件は SAS として解釈できません"},
		{"an object that the anonymous user owns was sampled without its ACL", "匿名ユーザーが所有するオブジェクトが、ACL なしでサンプルに含まれています"},
		{"address range {0} cannot be read", "IP アドレスの範囲 {0} を解釈できません"},
		{"access level {0} is not none, blob or container", "アクセスレベル {0} は none、blob、container のいずれでもありません"},

		// What the provider's documentation leaves open.
		{"whether system container {0} honours an anonymous access level is not documented", "システムコンテナー {0} に匿名アクセスレベルが効くかどうかは文書にありません"},
		{"what a network security perimeter in audit mode lets in is not documented", "監査モードのネットワークセキュリティ境界が何を許可するかは文書にありません"},
		{"whether a blocking SAS expiration policy covers user delegation SAS is not documented", "SAS 有効期限ポリシー（ブロック）がユーザー委任 SAS にも効くかどうかは文書にありません"},
		{"[0]: whether the member is among the exceptions is not in the configuration", "[0]：そのメンバーが例外に含まれるかどうかは、設定からは分かりません"},
		{"whether a deny policy overrides a grant made by ACL is not documented", "拒否ポリシーが ACL による許可より優先されるかどうかは文書にありません"},
		{"whether an organisation's S3 policy that blocks nothing takes the place of the account's own {0} is not documented", "何もブロックしない組織の S3 ポリシーが、アカウント自身の {0} に取って代わるかどうかは文書にありません"},
		{"whether IgnorePublicAcls covers a grant to the canonical id of the anonymous user is not documented", "匿名ユーザーの正規 ID への許可に IgnorePublicAcls が効くかどうかは文書にありません"},

		// IAM conditions.
		{"IAM condition: [0]", "IAM の条件：[0]"},
		{"IAM condition: no object name was found that meets it, and its operations on names are not searched exhaustively", "IAM の条件：満たすオブジェクト名が見つかりませんでしたが、名前に対する演算は全探索していません"},
		{"IAM condition: api.getAttribute speaks of downscoped credentials; what it gives for a public member is not documented", "IAM の条件：api.getAttribute は権限を絞った認証情報のためのもので、公開のメンバーに何を返すかは文書にありません"},
		{"IAM condition: it asks for tags by their ids, and only their names are read", "IAM の条件：タグを ID で参照していますが、読み取るのは名前だけです"},
		{"the condition asks for resource tags that are not known", "条件が、分かっていないリソースタグを参照しています"},
		{"gives {0} instead of true or false", "結果が true・false ではなく {0} です"},
		{"{0} is a function of resource", "{0} は resource の関数です"},
		{"extract: template {0} has no {name}", "extract：テンプレート {0} に {name} がありません"},
	}
}

// conditionPhrases say what a key has to be for a verdict to hold. They say so little themselves that they are only
// looked for where a condition stands.
func conditionPhrases() []Phrase {
	return []Phrase{
		{"{0} in {1}", "{0} が {1} の範囲内"},
		{"{0} is present", "{0} がある"},
		{"{0} is absent", "{0} がない"},
		{"{0} is not {1}", "{0} が {1} ではない"},
		{"{0} is {1}", "{0} が {1}"},
	}
}
