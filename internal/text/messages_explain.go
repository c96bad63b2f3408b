// What is said of one access verdict, in findings and by `tojimari explain`.

package text

// Keys of the sentences about access.
const (
	WhoAnonymous Key = 3000 + iota
	WhoAnyAWS
	WhoAnyGCP
	WhoAnyAzure
	WhoAnyOther
	WhoNamed
	WhoNeeds
	WhoBearer
	NeedsAnd

	NeedHeader
	NeedHTTPS
	NeedHTTP
	NeedPrefix
	NeedDelimiter
	NeedMaxKeys
	NeedVersion
	NeedSomeVersion
	NeedService
	NeedEndpoint
	NeedTLS
	NeedProject
	NeedPayer
	NeedThing
	NeedOther

	CanList
	CanListSome
	CanExcept
	CanRead
	CanReadSome
	CanReadThose
	CanWrite
	CanWriteSome
	CanWriteThose
	CanPermissions
	PatternsAnd

	SayYes
	SayConditional
	SayNo
	SayNoClosed
	SayNoStopped
	NotGiven
	SaySame
	LabelStoppedBy
	SayUnknown
	DependsOn
	ChangesAt

	VerbList
	VerbRead
	VerbWrite
	VerbPermissions
	ActPermissions

	HeadingWitness
	PublicYes
	PublicNo
	PublicUnknown
	LatentHeading
	LatentLine
	AssumedHeading
	PublishedVia
	NamedHeading
	Trusted
	GrantNumber
	Labelled
	Bracketed
	ReasonsAnd
	LevelOrganization
	LevelAccessPoint
	PermissionMissing
	SignedRequest
)

func explainMessages() map[Key]Message {
	return map[Key]Message{
		WhoAnonymous: {"anyone on the internet", "インターネット上の誰でも"},
		WhoAnyAWS:    {"anyone with an AWS account of their own", "自分の AWS アカウントを持つ人なら誰でも"},
		WhoAnyGCP:    {"anyone with a Google account of their own", "自分の Google アカウントを持つ人なら誰でも"},
		WhoAnyAzure:  {"anyone with a Microsoft account of their own", "自分の Microsoft アカウントを持つ人なら誰でも"},
		WhoAnyOther:  {"anyone with an account of their own at the provider", "そのプロバイダーのアカウントを持つ人なら誰でも"},
		WhoNamed:     {"{0}", "{0} が"},
		WhoNeeds:     {"{0} who {1}", "{1}だけで、{0}"},
		WhoBearer:    {"anyone who holds a signed link or key", "署名付きリンクまたは鍵を手にした人なら誰でも"},
		NeedsAnd:     {" and ", "、かつ "},

		NeedHeader:      {"sends the header {0}: {1}", "ヘッダー {0}: {1} を送る"},
		NeedHTTPS:       {"uses https", "https を使う"},
		NeedHTTP:        {"uses plain http", "暗号化なしの http を使う"},
		NeedPrefix:      {"asks for the prefix {0}", "プレフィックス {0} を指定する"},
		NeedDelimiter:   {"asks with the delimiter {0}", "区切り文字 {0} を指定する"},
		NeedMaxKeys:     {"asks for {0} names at a time", "一度に {0} 件を指定する"},
		NeedVersion:     {"asks for the version {0}", "バージョン {0} を指定する"},
		NeedSomeVersion: {"names a version of an object", "オブジェクトのバージョンを指定する"},
		NeedService:     {"goes through an AWS service that acts for a resource of their own", "自分のリソースとして動く AWS サービスを経由する"},
		NeedEndpoint:    {"comes through a VPC endpoint of their own", "自分の VPC エンドポイントを経由する"},
		NeedTLS:         {"uses TLS {0}", "TLS {0} を使う"},
		NeedProject:     {"names a project of their own that pays", "支払い元として自分のプロジェクトを指定する"},
		NeedPayer:       {"agrees to pay for the request", "要求の料金を負担する"},
		NeedThing:       {"has {0}", "{0} を用意する"},
		NeedOther:       {"sends {0}", "{0} を付けて要求する"},

		CanList:        {"list the names of all objects", "すべてのオブジェクト名の一覧を取得できます"},
		CanListSome:    {"list the names of objects matching {0}", "{0} に一致するオブジェクト名の一覧を取得できます"},
		CanExcept:      {"{0}, except {1}", "{0}（{1} を除く）"},
		CanRead:        {"read every object", "すべてのオブジェクトを読めます"},
		CanReadSome:    {"read objects matching {0}", "{0} に一致するオブジェクトを読めます"},
		CanReadThose:   {"read the objects it was made for", "その対象のオブジェクトを読めます"},
		CanWrite:       {"create, replace or delete objects", "オブジェクトを作成・上書き・削除できます"},
		CanWriteSome:   {"create, replace or delete objects matching {0}", "{0} に一致するオブジェクトを作成・上書き・削除できます"},
		CanWriteThose:  {"create, replace or delete the objects it was made for", "その対象のオブジェクトを作成・上書き・削除できます"},
		CanPermissions: {"change who has access", "アクセス権そのものを変更できます"},
		PatternsAnd:    {", ", "、"},

		SayYes:         {"{0} can {1}.", "{0}、{1}。"},
		SayConditional: {"{0} can {1}, if something holds that they can't choose: {2}", "相手が選べない条件がそろえば、{0}、{1}。条件：{2}"},
		SayNo:          {"no: nothing grants it", "いいえ：許可するものがありません"},
		SayNoClosed:    {"no: granted, but stopped by {0}", "いいえ：許可はありますが、次の設定で止まっています：{0}"},
		SayNoStopped:   {"no: stopped by {0}", "いいえ：次の設定で止まっています：{0}"},
		NotGiven:       {"not given, taken as not set: {0}", "指定がないため未設定とみなしたもの：{0}"},
		SaySame:        {"the same as above, in the same way", "上と同じです（同じ方法で可能）"},
		LabelStoppedBy: {"stopped by", "止めている設定"},
		SayUnknown:     {"unknown: {0}", "不明：{0}"},
		DependsOn:      {"depends on", "条件"},
		ChangesAt:      {"this answer changes by itself at {0}", "この答えは {0} に自動的に変わります"},

		VerbList:        {"list", "一覧"},
		VerbRead:        {"read", "読み取り"},
		VerbWrite:       {"write", "書き込み"},
		VerbPermissions: {"permissions", "権限変更"},

		ActPermissions: {"change permissions", "権限変更"},

		HeadingWitness:    {"a request that shows it", "それを示す要求"},
		PublicYes:         {"The provider itself calls this public.", "プロバイダー自身の定義では「公開」です。"},
		PublicNo:          {"The provider itself does not call this public.", "プロバイダー自身の定義では「公開」ではありません。"},
		PublicUnknown:     {"Whether the provider calls this public is unknown.", "プロバイダー自身の定義で「公開」かどうかは不明です。"},
		LatentHeading:     {"Held back by one setting only", "一つの設定だけで止まっているもの"},
		LatentLine:        {"without {0}, {1} could {2}", "次の設定が外れると、{1}、{2}：{0}"},
		AssumedHeading:    {"Assumed", "前提としたこと"},
		PublishedVia:      {"may also be published through", "次を通じて公開されている可能性があります"},
		NamedHeading:      {"Outsiders named in the configuration", "設定に名前のある外部の相手"},
		Trusted:           {"trusted by your configuration", "設定で信頼済み"},
		GrantNumber:       {"{0}, entry {1}", "{0}（{1} 番目）"},
		Labelled:          {"{0}: {1}", "{0}：{1}"},
		Bracketed:         {"{0} ({1})", "{0}（{1}）"},
		ReasonsAnd:        {"; ", "。"},
		LevelOrganization: {"organisation", "組織"},
		LevelAccessPoint:  {"access point", "アクセスポイント"},
		PermissionMissing: {"permission {0} is missing", "権限 {0} がありません"},
		SignedRequest:     {"signed with credentials of the caller's own account", "相手自身のアカウントの認証情報で署名"},
	}
}
