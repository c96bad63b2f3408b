// Words: what ids of machine outputs are called before a person.

package text

import (
	"strings"
	"sync"
)

// Word says an id of ours (deactivate_access_key) in the language; an id without an entry has its underscores read as
// spaces.
func (l Lang) Word(id string) string {
	if m, ok := wordBook()[id]; ok {
		return m.in(l)
	}
	return strings.ReplaceAll(id, "_", " ")
}

// Words is Word for each of a list.
func (l Lang) Words(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = l.Word(id)
	}
	return out
}

// wordBook is built once and never changed.
var wordBook = sync.OnceValue(func() map[string]Message {
	return map[string]Message{
		// Kinds of signed links.
		"aws_sigv4":                 {"presigned S3 URL (SigV4)", "S3 の署名付き URL（SigV4）"},
		"aws_sigv4a":                {"presigned S3 URL (SigV4A)", "S3 の署名付き URL（SigV4A）"},
		"aws_sigv2":                 {"presigned S3 URL (SigV2)", "S3 の署名付き URL（SigV2）"},
		"cloudfront_canned":         {"CloudFront signed URL (canned policy)", "CloudFront の署名付き URL（既定ポリシー）"},
		"cloudfront_custom":         {"CloudFront signed URL (custom policy)", "CloudFront の署名付き URL（カスタムポリシー）"},
		"gcs_v4":                    {"Cloud Storage signed URL (V4)", "Cloud Storage の署名付き URL（V4）"},
		"gcs_v4_hmac":               {"Cloud Storage signed URL (V4, HMAC)", "Cloud Storage の署名付き URL（V4、HMAC）"},
		"gcs_v2":                    {"Cloud Storage signed URL (V2)", "Cloud Storage の署名付き URL（V2）"},
		"azure_account_sas":         {"Azure account SAS", "Azure のアカウント SAS"},
		"azure_service_sas":         {"Azure service SAS", "Azure のサービス SAS"},
		"azure_user_delegation_sas": {"Azure user delegation SAS", "Azure のユーザー委任 SAS"},

		// How to make a link dead.
		"deactivate_access_key":       {"deactivating the access key that signed it", "署名に使われたアクセスキーの無効化"},
		"revoke_role_sessions":        {"revoking the role's sessions", "ロールのセッションの取り消し"},
		"remove_key_from_key_group":   {"removing the public key from the key group", "キーグループからの公開鍵の削除"},
		"delete_service_account_key":  {"deleting the service account's key", "サービスアカウントキーの削除"},
		"deactivate_hmac_key":         {"deactivating the HMAC key", "HMAC キーの無効化"},
		"rotate_account_key":          {"regenerating the account key", "アカウントキーの再生成"},
		"change_stored_access_policy": {"changing or deleting the stored access policy", "保存されたアクセスポリシーの変更または削除"},
		"revoke_user_delegation_keys": {"revoking the user delegation keys", "ユーザー委任キーの取り消し"},

		// What only looks like a link.
		"documentation_example": {"an example from documentation", "文書の例"},
		"placeholder":           {"a placeholder", "プレースホルダー"},
		"masked_signature":      {"a link whose signature is masked", "署名が伏せられたリンク"},
		"cut_signature":         {"a link whose signature is cut off", "署名が途中で切れたリンク"},
		"emulator":              {"a link to an emulator", "エミュレーターのリンク"},
		"other_service":         {"a link to another service", "別のサービスのリンク"},
		"incomplete":            {"incomplete: a part that every such link has is missing", "不完全（必須の部分が欠けています）"},

		// How much a link opens.
		"object":       {"one object", "オブジェクト 1 個"},
		"prefix":       {"everything under a prefix", "プレフィックス以下すべて"},
		"container":    {"a whole bucket or container", "バケットまたはコンテナ全体"},
		"account":      {"a whole account", "アカウント全体"},
		"distribution": {"a whole distribution", "ディストリビューション全体"},

		// What the service said of it.
		"live":    {"it works", "有効"},
		"expired": {"it has expired", "期限切れ"},
		"revoked": {"it was revoked", "失効済み"},
		"refused": {"it is refused, for now or from here", "拒否（現時点またはこの場所から）"},
		"unknown": {"not known", "不明"},

		// What a link allows.
		"read":             {"read", "読み取り"},
		"write":            {"write", "書き込み"},
		"list":             {"list", "一覧"},
		"add":              {"add", "追加"},
		"create":           {"create", "作成"},
		"update":           {"update", "更新"},
		"delete":           {"delete", "削除"},
		"delete_version":   {"delete versions", "バージョンの削除"},
		"permanent_delete": {"delete for good", "完全な削除"},
		"process":          {"process", "処理"},
		"tags":             {"tags", "タグ"},
		"filter":           {"find by tags", "タグによる検索"},
		"move":             {"move", "移動"},
		"execute":          {"execute", "実行"},
		"ownership":        {"change the owner", "所有者の変更"},
		"permissions":      {"change permissions", "権限の変更"},
		"immutability":     {"change immutability", "不変性の変更"},
	}
})
