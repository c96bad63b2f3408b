package names

// The words, as data. Latin words are compared with whole words of the key; Japanese ones, which are written without
// blanks, with any part of it.

// latin lists English words, romanised Japanese ones, and names of well-known files. A blank separates words; in a
// key they may be separated by anything, or written together.
func latin() map[Category][]string {
	return map[Category][]string{
		Identity: {
			"passport", "passports", "driver license", "drivers license", "driver licence", "drivers licence",
			"driving license", "driving licence", "id card", "id cards", "id front", "id back", "id photo",
			"identity card", "identity document", "identity documents", "national id", "photo id", "kyc", "ssn",
			"social security", "social security number", "residence card", "residence permit", "birth certificate",
			"id verification", "identity verification", "aadhaar", "green card", "mynumber", "my number",
			"mynumber card", "menkyo", "menkyosho", "unten menkyo", "hokensho", "hoken sho", "zairyu card",
			"zairyu", "juminhyo", "koseki", "honnin kakunin", "ekyc", "selfie id", "health insurance card",
			"voter id", "proof of identity", "license photo", "licence photo", "license front", "license back", "dl front", "dl back",
			"passport copy", "visa copy",
		},
		Medical: {
			"medical", "medical record", "medical records", "patient", "patients", "prescription", "prescriptions",
			"diagnosis", "diagnoses", "lab result", "lab results", "blood test", "health record", "health records",
			"health check", "vaccination", "dicom", "radiology", "denshi karte", "shinryo karte", "shindansho", "kenko shindan", "mri scan",
			"ct scan", "pcr test", "covid test", "discharge summary",
		},
		Resume: {
			"resume", "resumes", "curriculum vitae", "cv", "cvs", "cover letter", "job application", "applicant",
			"applicants", "job applications", "lebenslauf", "candidate list", "candidate resume", "rirekisho", "shokumu keirekisho", "keirekisho",
		},
		Financial: {
			"bank statement", "bank statements", "bank account", "bank accounts", "credit card", "credit cards",
			"payslip", "payslips", "pay slip", "paystub", "payroll", "salary", "salaries", "invoice", "invoices",
			"tax return", "tax returns", "w2 form", "form w2", "w9 form", "form w9", "form 1099", "1099 form", "gensen", "gensen choshu", "kyuyo", "kyuyo meisai",
			"seikyusho", "koza", "furikomi", "passbook", "remittance", "receipt", "receipts", "ryoshusho",
		},
		Personal: {
			"customer list", "customers", "customer data", "client list", "user list", "users", "member list",
			"members", "employee", "employees", "employee list", "address book", "address list", "contact list",
			"contacts", "mailing list", "subscribers", "email list", "emails", "user emails", "phone list", "phone numbers",
			"attendees", "attendee list", "participants", "participant list", "student records", "leads", "pii", "personal data", "personal information", "kokyaku",
			"kokyaku meibo", "meibo", "kojin joho", "shain meibo", "kaiin", "student list", "students",
		},
		Contract: {
			"contract", "contracts", "nda", "confidential", "agreement", "agreements", "internal only",
			"top secret", "keiyaku", "keiyakusho", "kimitsu", "shagaihi", "legal hold", "lawsuit",
		},
		Secret: {
			"id rsa", "id dsa", "id ecdsa", "id ed25519", "private key", "privatekey", "secret", "secrets",
			"secret key", "credential", "credentials", "password", "passwords", "passwd", "htpasswd", "shadow",
			"api key", "api keys", "apikey", "apikeys", "access key", "access keys", "accesskeys", "rootkey",
			"service account key", "wp config", "terraform tfstate", "tfstate", "kubeconfig", "dockercfg",
			"npmrc", "pypirc", "netrc", "git credentials", "keystore", "master key", "vault pass", "wallet dat",
			"recovery codes", "server key", "client key", "ssl key", "tls key", "rsa key", "ca key", "database yml", "authorized keys", "service account",
			"firebase adminsdk", "signing key", "pgpass", "appsettings production", "connection string", "connection strings", "token json", "keepass",
		},
		Export: {
			"dump", "dumps", "mysqldump", "pg dump", "pgdump", "db dump", "database dump", "sql dump", "db export",
			"database export", "data export", "user export", "users export", "customer export", "full export",
			"export", "exports", "heapdump", "coredump", "memory dump",
		},
		Backup: {
			"backup", "backups", "bak", "db backup", "full backup", "daily backup", "weekly backup", "snapshot",
			"snapshots", "disk image", "bakkuappu", "bkup", "mybackup", "webbackup", "oldbackup", "site backup", "mongobackup",
		},
		Recording: {
			"call recording", "call recordings", "voicemail", "cctv", "surveillance", "security camera",
			"meeting recording", "meeting recordings", "interview recording", "interview recordings", "screen recording", "tsuwa rokuon", "rokuon",
		},
	}
}

// japanese lists what is looked for anywhere in a key.
func japanese() map[Category][]string {
	return map[Category][]string{
		Identity: {
			"免許証", "パスポート", "旅券", "マイナンバー", "個人番号", "通知カード", "在留カード", "健康保険証", "保険証",
			"身分証", "本人確認", "住民票", "戸籍", "住基カード", "年金手帳", "学生証", "印鑑証明", "印鑑登録", "特別永住",
		},
		Medical: {
			"診断書", "カルテ", "診療", "健康診断", "健診", "処方箋", "処方せん", "検査結果", "病歴", "患者", "レセプト", "紹介状",
			"既往歴", "お薬手帳", "接種証明", "ワクチン接種",
		},
		Resume: {
			"履歴書", "職務経歴", "エントリーシート", "応募者", "応募書類", "採用選考", "面接評価", "志望動機", "内定者",
		},
		Financial: {
			"給与明細", "給料明細", "賞与", "源泉徴収", "確定申告", "通帳", "口座", "請求書", "振込", "クレジットカード", "年末調整",
			"課税証明", "納税", "領収書", "給与台帳", "賃金台帳", "扶養控除",
		},
		Personal: {
			"名簿", "顧客", "会員一覧", "会員情報", "会員データ", "社員一覧", "従業員", "住所録", "連絡先", "個人情報", "利用者一覧",
			"受講者", "参加者", "申込者", "メールアドレス", "連絡網", "アンケート回答", "問い合わせ一覧",
		},
		Contract: {
			"契約書", "秘密保持", "機密", "極秘", "社外秘", "部外秘", "取扱注意", "覚書", "誓約書", "稟議",
		},
		Secret:    {"秘密鍵", "パスワード", "暗証番号", "認証情報", "アクセスキー", "シークレット"},
		Export:    {"ダンプ", "エクスポート", "全件", "データ抽出"},
		Backup:    {"バックアップ", "退避", "複製データ"},
		Recording: {"通話録音", "録音データ", "防犯カメラ", "監視カメラ", "会議録画", "録画データ"},
	}
}

// extensions are telling by themselves.
func extensions() map[string]Category {
	return map[string]Category{
		"pem": Secret, "pfx": Secret, "p12": Secret, "jks": Secret, "kdbx": Secret, "ppk": Secret,
		"p8": Secret, "env": Secret, "tfstate": Secret, "tfvars": Secret, "keystore": Secret, "ovpn": Secret, "htpasswd": Secret,
		"sql": Export, "dump": Export, "dmp": Export, "hprof": Export, "mdb": Export, "accdb": Export, "sqlite": Export,
		"sqlite3": Export, "bson": Export, "rdb": Export, "db": Export, "db3": Export, "ldf": Export, "mdf": Export,
		"bak": Backup, "bkp": Backup, "backup": Backup, "vmdk": Backup, "vhd": Backup, "vhdx": Backup, "qcow2": Backup,
		"ova": Backup, "vbk": Backup, "vib": Backup, "bkf": Backup, "tib": Backup, "gho": Backup,
		"dcm": Medical,
		"pst": Personal, "ost": Personal, "mbox": Personal, "vcf": Personal,
	}
}

// paper is what documents about people come as; a word of those categories in the name of anything else (a
// stylesheet, an icon, a script) means nothing.
func paper() map[string]bool {
	return set("pdf", "jpg", "jpeg", "png", "heic", "heif", "tif", "tiff", "webp", "bmp", "gif", "doc", "docx", "xls",
		"xlsx", "xlsm", "csv", "tsv", "ppt", "pptx", "odt", "ods", "rtf", "txt", "zip", "7z", "rar", "lzh", "tar", "gz",
		"tgz", "json", "jsonl", "ndjson", "xml", "parquet", "avro", "eml", "msg", "dcm", "mp3", "wav", "mp4", "m4a", "mov",
		"pages", "numbers", "dat", "gpg", "enc", "sql", "dump", "bak", "xdw", "jtd")
}

// web is what sites are built of; in such a file only telling extensions and secrets count.
func web() map[string]bool {
	return set("js", "mjs", "cjs", "ts", "tsx", "jsx", "css", "scss", "less", "map", "html", "htm", "php", "svg", "woff",
		"woff2", "ttf", "otf", "eot", "ico", "go", "py", "rb", "java", "class", "jar", "c", "h", "cpp", "rs", "md", "vue",
		"swift", "kt", "sol", "snap", "scala", "pyc", "dll", "so", "exe", "wasm", "ejs", "erb", "hbs", "tf", "mdx", "rst", "po", "mo")
}

// media is what pictures, sound and film come as: a snapshot there is no backup, and a shadow no password file.
func media() map[string]bool {
	return set("png", "jpg", "jpeg", "gif", "webp", "avif", "heic", "heif", "bmp", "tif", "tiff", "mp3", "wav", "m4a", "ogg", "flac",
		"mp4", "mov", "avi", "mkv", "webm", "m4v", "epub", "mobi", "ai", "psd", "sketch", "fig")
}

// decor are words of what decorates a site; a name that has one is no document, whatever else it says.
func decor() map[string]bool {
	return set("icon", "icons", "logo", "logos", "banner", "sprite", "sprites", "placeholder", "thumbnail", "emoji", "favicon",
		"button", "btn", "screenshot", "screen", "mockup", "illustration", "infographic", "hero", "stock")
}

// furnished are directories of what belongs to a site or program that others wrote; words in them mean nothing.
func furnished() map[string]bool {
	return set("node_modules", "bower_components", "site-packages", "dist-packages", "__snapshots__", "__pycache__", "emoji", "icons",
		"themes", "wp-includes")
}

// programs are files that describe a program, whatever directory they are in.
func programs() map[string]bool {
	return set("package.json", "package-lock.json", "composer.json", "tsconfig.json", "manifest.json", "bower.json", "thumbs.db")
}

// places are whole ends of paths that are telling by themselves.
func places() map[string]Category {
	return map[string]Category{
		".kube/config": Secret, ".docker/config.json": Secret, ".aws/config": Secret, "web.config": Secret, ".s3cfg": Secret,
		".boto": Secret, ".my.cnf": Secret, ".bash_history": Secret, ".zsh_history": Secret,
	}
}

// faint are words that say little about a picture: every clinic has one of a patient.
func faint() map[string]bool { return set("medical", "patient", "patients", "koza") }

// harmless are phrases that take a word's meaning away.
func harmless() map[string]bool { return set("passportcontrol", "shadowbox") }

// keyWords are words beside which the extension .key is that of a private key and not of a presentation.
func keyWords() map[string]bool {
	return set("ssl", "tls", "cert", "certs", "certificate", "key", "keys", "private", "privkey", "pki", "server", "client", "ca", "https", "nginx",
		"apache", "domain", "host", "rsa", "ecdsa")
}

func set(words ...string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}
