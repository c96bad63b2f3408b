// Phrases for what scanners do not look at.

package text

func uncoveredPhrases() []Phrase {
	return []Phrase{
		// S3-compatible services.
		{"{0}: kept by the service and not told through this API", "{0}（サービスは持っていますが、この API では答えません）"},

		// Amazon S3.
		{"S3 directory buckets (Express One Zone)", "S3 ディレクトリバケット（Express One Zone）"},
		{"S3 table buckets", "S3 テーブルバケット"},
		{"S3 vector buckets", "S3 ベクトルバケット"},
		{"S3 Glacier vaults", "S3 Glacier のボールト"},
		{"S3 on Outposts", "S3 on Outposts"},
		{"S3 Object Lambda access points", "S3 Object Lambda アクセスポイント"},
		{"S3 Access Grants", "S3 Access Grants"},
		{"access points that other accounts made for a bucket", "別アカウントがバケットに作成したアクセスポイント"},
		{"object ACLs and signed links beyond the sample of --objects", "--objects のサンプル以外のオブジェクト ACL と署名付きリンク"},
		{"identity policies and roles of the accounts", "アカウント内の ID ベースのポリシーとロール"},
		{"VPC endpoint policies", "VPC エンドポイントポリシー"},
		{"CloudFront distributions and other fronts", "CloudFront ディストリビューションなどの前段"},

		// Google Cloud Storage.
		{"Anywhere Cache", "Anywhere Cache"},
		{"what access levels of service perimeters ask for", "サービス境界のアクセスレベルが求める条件"},
		{"folders of buckets with a hierarchical namespace", "階層型名前空間のバケットのフォルダー"},
		{"allow policies of projects, folders and organisations", "プロジェクト・フォルダー・組織の許可ポリシー"},
		{"who belongs to groups and domains", "グループやドメインの構成員"},
		{"principal access boundary policies", "プリンシパルアクセス境界ポリシー"},
		{"Cloud CDN, load balancers and other fronts", "Cloud CDN やロードバランサーなどの前段"},
		{"data access audit logs", "データアクセス監査ログ"},
		{"Firebase rules", "Firebase のルール"},

		// Azure.
		{"Azure file shares, queues and tables", "Azure のファイル共有・キュー・テーブル"},
		{"POSIX access control lists of Data Lake Storage", "Data Lake Storage の POSIX アクセス制御リスト"},
		{"Azure role assignments of the accounts", "アカウントに対する Azure ロールの割り当て"},
		{"classic (Azure Service Management) storage accounts", "クラシック（Azure サービス管理）のストレージアカウント"},
		{"virtual networks and private DNS in effect", "有効な仮想ネットワークとプライベート DNS"},
		{"Azure Policy assignments", "Azure Policy の割り当て"},
		{"classic Storage Analytics logging ($logs)", "クラシックの Storage Analytics ログ（$logs）"},
		{"soft-deleted containers and accounts", "論理削除されたコンテナーとアカウント"},
		{"Front Door, CDN and other fronts", "Front Door や CDN などの前段"},
		{"encryption scopes", "暗号化スコープ"},
		{"shared access signatures that were given out", "発行済みの SAS（Shared Access Signature）"},

		// Pages and links.
		{"search engines themselves: nothing is asked of them", "検索エンジンそのもの（問い合わせは一切しません）"},
		{"sitemaps, unless a depth is given", "サイトマップ（depth の指定がない場合）"},
		{"pages that a script builds in the browser", "ブラウザー内のスクリプトが生成するページ"},
		{"links on other hosts", "別のホストへのリンク"},
		{"signed links in what is neither HTML, XML nor JSON, and beyond the first MiB of a page", "HTML・XML・JSON 以外と、ページの先頭 1 MiB より後ろの署名付きリンク"},
		{"signed links inside images, inside encrypted files, and inside what a program would have to be run to read", "画像や暗号化ファイルの中、プログラムを実行しないと読めないものの中の署名付きリンク"},
		{"text of PDF files in fonts with an encoding of their own", "独自エンコーディングのフォントを使う PDF の文字"},
		{"git objects that no reference leads to (dropped commits, stashes but the last), and histories of submodules and worktrees that are kept elsewhere", "どの参照からもたどれない git オブジェクト（捨てられたコミット、最新以外の stash）と、別の場所にあるサブモジュールやワークツリーの履歴"},
		{"upload forms signed for POST, and cookies set on lines of their own", "POST 用に署名されたアップロードフォームと、単独の行で設定される Cookie"},
	}
}
