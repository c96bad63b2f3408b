// What is said of requests sent from outside and of pages.

package text

// Keys of sentences about what was seen from outside.
const (
	LabelInside Key = 6000 + iota
	LabelOutside
	LabelSeenFrom
	LabelAssumed
	LabelAnswer
	LabelRedirected
	LabelAliasOf

	ProbeNeverSent
	ProbeNeedsCredentials
	ProbeNoKey
	ProbeMethod
	ProbeHost
	ProbeUnusable
	ProbeNotFound
	ProbeNoAnswer
	ProbeRedirected
	ProbeUnexpected
	ProbeNotService
	VantageSource
	VantageRemote
	VantageProxy
	VantagePrivate

	PagesHeading
	PagesMore
	PageAnswer
	PageIndexable
	PageURLOnly
	PageNotIndexable
	PageUnknown
	PageNoAnswer
)

func outsideMessages() map[Key]Message {
	return map[Key]Message{
		LabelInside:     {"the settings say", "設定上は"},
		LabelOutside:    {"from outside", "外部からは"},
		LabelSeenFrom:   {"seen from", "確認元"},
		LabelAssumed:    {"assumed", "前提"},
		LabelAnswer:     {"answered", "応答"},
		LabelRedirected: {"led to", "転送先"},
		LabelAliasOf:    {"alias of", "別名の先"},

		ProbeNeverSent:        {"a request that changes something is never sent", "変更を伴う要求は送りません"},
		ProbeNeedsCredentials: {"the request would need credentials of another account", "別アカウントの認証情報が必要です"},
		ProbeNoKey:            {"no object name is known (--objects N looks for some)", "オブジェクト名が分かりません（--objects N で調べられます）"},
		ProbeMethod:           {"not a GET or HEAD", "GET でも HEAD でもありません"},
		ProbeHost:             {"the host is neither a provider's nor an endpoint that was named", "プロバイダーのホストでも指定したエンドポイントでもありません"},
		ProbeUnusable:         {"no request can be made of it", "送れる要求になりません"},
		ProbeNotFound:         {"404: there is nothing, which is not a refusal", "404：存在しないだけで、拒否ではありません"},
		ProbeNoAnswer:         {"no answer that lasts (network, time limit, 429 or 5xx)", "確かな応答がありません（ネットワーク、時間切れ、429、5xx）"},
		ProbeRedirected:       {"answered with a redirect, which is not followed", "リダイレクトが返りました（追いません）"},
		ProbeUnexpected:       {"neither what was asked for nor a refusal", "求めた内容でも拒否でもない応答でした"},
		ProbeNotService:       {"the answer is not the storage service's", "ストレージサービス自身の応答ではありません"},
		VantageSource:         {"from {0}", "{0} から"},
		VantageRemote:         {"to {0}", "{0} へ"},
		VantageProxy:          {"by proxy {0}", "プロキシ {0} 経由"},
		VantagePrivate:        {"the name led to a private address", "名前解決の結果がプライベートアドレスでした"},

		PagesHeading:     {"PAGES, AS A STRANGER AND A SEARCH ENGINE SEE THEM", "ページごとの見え方（第三者と検索エンジンから）"},
		PagesMore:        {"and {0} more pages; -o json has them all", "ほか {0} ページ（-o json にすべてあります）"},
		PageAnswer:       {"answered {0}", "応答 {0}"},
		PageIndexable:    {"can be indexed", "検索結果に載り得る"},
		PageURLOnly:      {"content stays out, the address can be listed", "内容は載らないが URL は載り得る"},
		PageNotIndexable: {"not indexable", "検索結果に載らない"},
		PageUnknown:      {"cannot be told", "判断できない"},
		PageNoAnswer:     {"no answer", "応答なし"},
	}
}
