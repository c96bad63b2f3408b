// Phrases for settings: where they stand, what they are set to, what they did.

package text

func settingPhrases() []Phrase {
	return []Phrase{
		// Where something stands.
		{"bucket policy", "バケットポリシー"},
		{"bucket ACL", "バケットの ACL"},
		{"object {0}", "オブジェクト {0}"},
		{"access point {0}", "アクセスポイント {0}"},
		{"container {0}", "コンテナー {0}"},
		{"storage account {0}", "ストレージアカウント {0}"},
		{"managed folder {0}", "管理対象フォルダー {0}"},
		{"resource control policy {0}", "リソースコントロールポリシー {0}"},
		{"service control policy {0}", "サービスコントロールポリシー {0}"},
		{"deny policy {0}", "拒否ポリシー {0}"},
		{"deny policy {0} rule {1}", "拒否ポリシー {0} のルール {1}"},
		{"stored access policy {0}", "保存されたアクセスポリシー {0}"},
		{"account", "アカウント"},
		{"bucket", "バケット"},
		{"container", "コンテナー"},
		{"project", "プロジェクト"},
		{"folder", "フォルダー"},
		{"object", "オブジェクト"},
		{"policy", "ポリシー"},
		{"service", "サービス"},
		{"token", "トークン"},
		{"above the bucket", "バケットより上位"},

		// Who and what a grant names, where that is no name of the provider's.
		{"anyone", "誰でも"},
		{"its bearer", "持っている人"},
		{"static website", "静的ウェブサイト"},
		{"publicAccess {0}", "publicAccess {0}"},
		{"[0] by stored access policy {1}", "[0]（保存されたアクセスポリシー {1} による）"},

		// Settings that have no name of the provider's.
		{"deny policy", "拒否ポリシー"},
		{"anonymous requests", "匿名の要求"},
		{"network security perimeter", "ネットワークセキュリティ境界"},
		{"default encryption", "既定の暗号化"},
		{"object encryption or storage class", "オブジェクトの暗号化またはストレージクラス"},

		// States.
		{"off", "オフ"},
		{"on", "オン"},
		{"not set", "未設定"},
		{"unknown", "不明"},
		{"does not apply", "適用されません"},
		{"enforced", "強制"},
		{"read only", "読み取りのみ"},
		{"missing", "存在しません"},
		{"open", "開放"},

		// Why a setting did not hold, or what it stopped.
		{"object ownership is {0}", "オブジェクト所有権は {0} です"},
		{"object ownership is not set: ACLs count", "オブジェクト所有権が未設定のため、ACL が有効です"},
		{"the policy is not public in the provider's sense", "プロバイダーの定義ではポリシーが「公開」に当たりません"},
		{"does not refuse this request", "この要求は拒否しません"},
		{"refuses what a grant allows", "許可された要求を拒否します"},
		{"refuses writes without rights on the key", "鍵の権限を持たない書き込みを拒否します"},
		{"the request asks for another encryption", "要求が別の暗号化を指定しています"},
		{"a bucket policy opens only objects that the bucket's owner owns", "バケットポリシーが開くのは、バケット所有者のオブジェクトだけです"},
		{"takes out keys {0}", "{0} に一致するオブジェクトを除外します"},
		{"no object can be read without a key or a restore", "どのオブジェクトも、鍵または復元なしには読めません"},
		{"locked: it cannot be turned off any more", "ロック済みで、もう無効にはできません"},
		{"names no public network", "パブリックなネットワークを含んでいません"},
		{"lets in every public address", "すべてのパブリック IP アドレスを許可しています"},
		{"no public address is let in", "パブリック IP アドレスは許可されていません"},
		{"the address rules together let in every public address", "IP アドレスの規則を合わせると、すべてのパブリック IP アドレスを許可しています"},
		{"lets in some public addresses", "一部のパブリック IP アドレスを許可しています"},
		{"only private endpoints are served", "プライベートエンドポイントにだけ応答します"},
		{"every network may connect; rule lists have no effect", "どのネットワークからも接続でき、規則の一覧は効きません"},
		{"an account on which it was never set allows anonymous access", "一度も設定されていないアカウントは、匿名アクセスを許可します"},
		{"closes every container whatever its level", "コンテナーのアクセスレベルにかかわらず、すべて閉じます"},
		{"Azure accepts no anonymous write or delete", "Azure は匿名での書き込み・削除を受け付けません"},
		{"Azure accepts no anonymous change of a container's level or policies", "Azure は匿名でのアクセスレベルやポリシーの変更を受け付けません"},
		{"the token is for another account", "別のアカウント用のトークンです"},
		{"the token is for another container", "別のコンテナー用のトークンです"},
		{"the token does not allow it", "トークンがその操作を許可していません"},
		{"a token without an expiry is refused", "期限のないトークンは拒否されます"},
		{"expired at {0}", "{0} に期限切れになりました"},
		{"begins at {0}", "{0} から有効です"},
		{"refuses every SAS that an account key signed", "アカウントキーで署名された SAS をすべて拒否します"},
		{"refuses a SAS that lives longer than {0} or names no start", "有効期間が {0} を超える SAS や、開始日時のない SAS を拒否します"},
		{"a token that names no existing policy is refused", "存在しないポリシーを指すトークンは拒否されます"},
	}
}
