// Phrases that say what to do next after a failure.

package text

func hintPhrases() []Phrase {
	return []Phrase{
		// Amazon Web Services.
		{"'aws configure list-profiles' lists those that are; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE choose the files", "「aws configure list-profiles」で一覧できます。ファイルは AWS_CONFIG_FILE と AWS_SHARED_CREDENTIALS_FILE で選べます"},
		{"'aws sts get-caller-identity' shows whether the AWS configuration works", "「aws sts get-caller-identity」で AWS の設定が有効か確かめられます"},
		{"check the role's ARN, its trust policy and the external id, and that the credentials may call sts:AssumeRole", "ロールの ARN、信頼ポリシー、外部 ID と、認証情報に sts:AssumeRole の権限があることを確認してください"},
		{"get a session first, for example with 'aws sts get-session-token --serial-number ARN --token-code CODE', and hand it over in the environment", "先に「aws sts get-session-token --serial-number ARN --token-code CODE」などでセッションを取得し、環境変数で渡してください"},
		{"run 'aws sso login' and scan again", "「aws sso login」を実行してから、もう一度スキャンしてください"},
		{"log in ('aws sso login', 'aws configure'), name a profile (aws:PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; 'tojimari demo' needs none", "ログインする（「aws sso login」「aws configure」）か、プロファイルを指定する（aws:PROFILE）か、AWS_ACCESS_KEY_ID と AWS_SECRET_ACCESS_KEY を設定してください。「tojimari demo」には不要です"},
		{"log in again ('aws sso login', or new session credentials) and scan again; with --resume nothing that is whole is read twice", "もう一度ログインし（「aws sso login」または新しいセッションの認証情報）、スキャンし直してください。--resume を使えば、読み取り済みのものは二度読みません"},
		{"check the access key; for accounts in China or GovCloud add --region cn-north-1 or --region us-gov-west-1", "アクセスキーを確認してください。中国や GovCloud のアカウントでは --region cn-north-1 または --region us-gov-west-1 を付けてください"},
		{"set this machine's clock: AWS refuses requests that are more than 15 minutes off", "このマシンの時計を合わせてください。AWS は 15 分を超えてずれた要求を拒否します"},
		{"check the network, the proxy (HTTPS_PROXY) and --endpoint-url", "ネットワーク、プロキシ（HTTPS_PROXY）、--endpoint-url を確認してください"},
		{"check the network, the proxy (HTTPS_PROXY) and the region's name", "ネットワーク、プロキシ（HTTPS_PROXY）、リージョン名を確認してください"},
		{"scan again later, or with a lower --concurrency", "時間をおくか、--concurrency を下げてスキャンし直してください"},
		{"grant s3:ListAllMyBuckets, or name the buckets: s3://BUCKET s3://BUCKET ...", "s3:ListAllMyBuckets を付与するか、バケットを指定してください：s3://BUCKET s3://BUCKET ..."},
		{"check the bucket's name, and --endpoint-url where it is not at Amazon", "バケット名を確認してください。Amazon 以外なら --endpoint-url も確認してください"},
		{"--org-role names the role that the organisation's accounts share; its trust policy must name this account", "--org-role には組織の各アカウントに共通のロールを指定します。その信頼ポリシーにこのアカウントが必要です"},
		{"aws:org needs organizations:ListAccounts in the management account or a delegated administrator's; 'aws' scans one account", "aws:org には、管理アカウントまたは委任管理者アカウントでの organizations:ListAccounts が必要です。「aws」なら一つのアカウントを調べます"},
		{"write it as --endpoint-url https://minio.example.org:9000", "--endpoint-url https://minio.example.org:9000 のように書いてください"},
		{"known are {0}", "使えるのは {0} です"},
		{"name a whole bucket, without keys: s3://BUCKET", "オブジェクト名を付けず、バケットを指定してください：s3://BUCKET"},

		// Google Cloud.
		{"log in with 'gcloud auth application-default login', or name a key file in GOOGLE_APPLICATION_CREDENTIALS", "「gcloud auth application-default login」でログインするか、GOOGLE_APPLICATION_CREDENTIALS に鍵ファイルを指定してください"},
		{"log in again with 'gcloud auth application-default login'; --resume continues from a snapshot", "「gcloud auth application-default login」でもう一度ログインしてください。--resume でスナップショットから続けられます"},
		{"name it: gcp:PROJECT ('gcloud projects list' shows them)", "gcp:PROJECT と指定してください（「gcloud projects list」で一覧できます）"},
		{"grant storage.buckets.list ('tojimari permissions gcp' prints a role), or name the buckets: gs://BUCKET gs://BUCKET ...", "storage.buckets.list を付与する（「tojimari permissions gcp」がロールを表示します）か、バケットを指定してください：gs://BUCKET gs://BUCKET ..."},
		{"check the name; 'gcloud projects list' shows the ids of projects", "名前を確認してください。プロジェクトの ID は「gcloud projects list」で分かります"},
		{"enable the API, or name a project that has it: --quota-project PROJECT", "API を有効にするか、有効なプロジェクトを指定してください：--quota-project PROJECT"},
		{"check the bucket's name", "バケット名を確認してください"},
		{"grant {0} on it (roles/browser has it), or name the projects: gcp:PROJECT gcp:PROJECT ...", "{0} を付与する（roles/browser に含まれます）か、プロジェクトを指定してください：gcp:PROJECT gcp:PROJECT ..."},
		{"name a whole bucket, without objects: gs://BUCKET", "オブジェクト名を付けず、バケットを指定してください：gs://BUCKET"},
		{"'gcloud projects list' shows the ids of projects, 'gcloud organizations list' the number of the organisation", "プロジェクトの ID は「gcloud projects list」、組織の番号は「gcloud organizations list」で分かります"},

		// Azure.
		{"log in with 'az login', or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or a certificate, or a federated token); on Azure a managed identity is found by itself; 'tojimari demo' needs none", "「az login」でログインするか、AZURE_TENANT_ID、AZURE_CLIENT_ID、AZURE_CLIENT_SECRET（または証明書、フェデレーショントークン）を設定してください。Azure 上ではマネージド ID が自動で使われます。「tojimari demo」には不要です"},
		{"log in again with 'az login' and scan again; with --resume nothing that is whole is read twice", "「az login」でもう一度ログインし、スキャンし直してください。--resume を使えば、読み取り済みのものは二度読みません"},
		{"grant {0}; the built-in role Reader has it, and 'tojimari permissions azure' prints a narrower one", "{0} を付与してください。組み込みロールの「閲覧者」に含まれます。より狭いロールは「tojimari permissions azure」が表示します"},
		{"check the name, and the tenant that you are logged in to ('az account show')", "名前と、ログイン中のテナント（「az account show」）を確認してください"},
		{"check the network and the proxy (HTTPS_PROXY)", "ネットワークとプロキシ（HTTPS_PROXY）を確認してください"},
		{"check the client id and its secret or certificate, the tenant (--tenant) and the cloud (--cloud public, china or usgov)", "クライアント ID とそのシークレットまたは証明書、テナント（--tenant）、クラウド（--cloud public、china、usgov）を確認してください"},
		{"check the name and the cloud (--cloud public, china or usgov)", "名前とクラウド（--cloud public、china、usgov）を確認してください"},
		{"grant Storage Blob Data Reader on the account for its containers, and Reader for its settings ('tojimari permissions azure' prints a narrower role); 'az account list' names the subscriptions that you can see", "コンテナーにはアカウントに対する「ストレージ BLOB データ閲覧者」、設定には「閲覧者」を付与してください（より狭いロールは「tojimari permissions azure」が表示します）。見えるサブスクリプションは「az account list」で一覧できます"},
		{"name one by its id", "ID で指定してください"},
		{"'az account list' names those that you can see", "見えるものは「az account list」で一覧できます"},
		{"grant the role Reader, or a narrower one ('tojimari permissions azure'), on a subscription", "サブスクリプションにロール「閲覧者」、またはより狭いロール（「tojimari permissions azure」）を付与してください"},
		{"check the name and the tenant; 'az account list' names the subscriptions that you can see", "名前とテナントを確認してください。見えるサブスクリプションは「az account list」で一覧できます"},
		{"name an account and perhaps one of its containers: az://ACCOUNT/CONTAINER", "アカウントと、必要ならコンテナーを指定してください：az://ACCOUNT/CONTAINER"},
		{"name a whole container, without blobs: az://ACCOUNT/CONTAINER", "BLOB 名を付けず、コンテナーを指定してください：az://ACCOUNT/CONTAINER"},

		// Snapshots, programs, pages.
		{"it was written by another version of tojimari; scan again with this one", "別のバージョンの tojimari が書いたものです。このバージョンでスキャンし直してください"},
		{"a snapshot has at least a header line", "スナップショットには少なくともヘッダー行があります"},
		{"continue that scan with --resume, or scan again", "--resume でそのスキャンを続けるか、スキャンし直してください"},
		{"write one with: tojimari scan TARGET -o snapshot=FILE", "「tojimari scan 対象 -o snapshot=ファイル」で作れます"},
		{"remove the .part files of runs that were killed", "強制終了した実行の .part ファイルを削除してください"},
		{"a snapshot of this run can be continued with --resume", "この実行のスナップショットは --resume で続けられます"},
		{"renew the credentials and continue from a snapshot with --resume", "認証情報を更新し、--resume でスナップショットから続けてください"},
		{"--resume reads the snapshot twice, so it has to be a file", "--resume はスナップショットを二度読むため、ファイルでなければなりません"},
		{"--resume takes a file that -o snapshot=FILE wrote", "--resume には -o snapshot=FILE が書いたファイルを指定します"},
		{"name the same targets, or scan without --resume", "同じ対象を指定するか、--resume なしでスキャンしてください"},
		{"give the same --include and --exclude, or scan without --resume", "同じ --include と --exclude を指定するか、--resume なしでスキャンしてください"},
		{"this is a fault in tojimari; please report it with this message", "tojimari の不具合です。このメッセージを添えてご報告ください"},
		{"--program NAME=PATH needs the path of an executable file", "--program NAME=PATH には実行ファイルのパスが必要です"},
		{"split what it collects over several programs", "収集を複数のプログラムに分けてください"},
		{"say which program it is with --program {0}=PATH", "どのプログラムかを --program {0}=PATH で指定してください"},
		{"say which program it is with --program {0}=PATH; named so far: {1}", "どのプログラムかを --program {0}=PATH で指定してください（指定済み：{1}）"},
		{"for example --program inventory=./collect.sh", "例：--program inventory=./collect.sh"},
		{"leave out the user name and password: this target looks at what anybody gets", "ユーザー名とパスワードは付けないでください。誰でも得られるものを調べる対象です"},

		// The command line.
		{"name a target such as aws, s3://BUCKET, gcp:PROJECT, azure:SUBSCRIPTION, snapshot:FILE; 'tojimari scan --help' lists them", "aws、s3://BUCKET、gcp:PROJECT、azure:SUBSCRIPTION、snapshot:FILE などの対象を指定してください。一覧は「tojimari scan --help」にあります"},
		{"targets here start with {0}", "対象の先頭は次のいずれかです：{0}"},
		{"'{0} --help' lists the flags", "フラグの一覧は「{0} --help」にあります"},
		{"for example 'tojimari scan aws'; 'tojimari demo' needs nothing set up", "例：「tojimari scan aws」。「tojimari demo」なら準備は不要です"},
		{"for example https://minio.example.com:9000", "例：https://minio.example.com:9000"},
		{"give the folder that holds the rule files", "ルールファイルのあるフォルダーを指定してください"},
		{"--rules takes a folder of .yaml files", "--rules には .yaml ファイルのフォルダーを指定します"},
		{"give the snapshot of a scan of the whole organisation, as -o snapshot=FILE writes it", "-o snapshot=FILE が書いた、組織全体のスキャンのスナップショットを指定してください"},
	}
}
