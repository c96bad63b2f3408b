// What commands say around their product.

package text

// Keys of the commands.
const (
	RuleWhy Key = 5000 + iota
	RuleFix
	DemoIntro
	DemoExit
	DemoNext
	LinkOpens
	LinkMay
	LinkUntil
	LinkRevoke
	LinkIs
	LinkText
	LinkNotSaid
	LinkExpired
	LinkLife
	LinkLifeOf
	LinkLeft
	LinkKey
	LinkKeyLong
	LinkKeyShort
	LinkKeyUnclear
	LinkLimits
	LinkLive
)

func commandMessages() map[Key]Message {
	return map[Key]Message{
		RuleWhy: {"Why it matters", "なぜ問題か"},
		RuleFix: {"Fix", "直し方"},
		DemoIntro: {
			"These are pretend clouds on this machine, shaped like real incidents. A real scan prints the same.",
			"これはこのマシン上の擬似クラウドで、実際の事故に似せてあります。本物のスキャンも同じ形で表示します。",
		},
		DemoExit: {
			"A real scan with this result would have ended with exit code {0}; the demo ends with 0.",
			"本物のスキャンならこの結果の終了コードは {0} です。デモは 0 で終わります。",
		},
		DemoNext: {
			"To scan your own account: {0}",
			"自分のアカウントを調べるには：{0}",
		},
		LinkOpens:   {"opens", "対象"},
		LinkMay:     {"allows", "権限"},
		LinkUntil:   {"until", "期限"},
		LinkRevoke:  {"revoke by", "失効方法"},
		LinkIs:      {"is", "種別"},
		LinkText:    {"link", "リンク"},
		LinkNotSaid: {"the text does not say", "リンクの文面からは分かりません"},
		LinkExpired: {"expired at {0}", "{0} に期限切れ"},
		LinkLife:    {"life", "期間"},
		LinkLifeOf:  {"{0} in all", "全体で {0}"},
		LinkLeft:    {"{0} left", "残り {0}"},
		LinkKey:     {"key", "鍵"},
		LinkKeyLong: {"long-lived: the link dies with its time or with the key", "長期の鍵：期限か鍵の失効まで有効です"},
		LinkKeyShort: {
			"short-lived: the link may die earlier than it says",
			"短期の鍵：記載された期限より早く切れることがあります",
		},
		LinkKeyUnclear: {"the text does not say whether it is long-lived", "長期の鍵かどうかはリンクの文面からは分かりません"},
		LinkLimits:     {"only", "制限"},
		LinkLive:       {"asked", "確認"},
	}
}
