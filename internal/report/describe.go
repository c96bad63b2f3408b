// Verdicts in words: who, can do what, at what price, or why not. The terminal and explain share them.

package report

import (
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

const (
	// mentionColumns bounds a foreign name inside a sentence; machine formats have it whole.
	mentionColumns = 160
	maxMentions    = 6
)

// words describes in one language, for one provider.
type words struct {
	lang     text.Lang
	provider scanners.Provider
}

func (w words) say(key text.Key, args ...any) string { return w.lang.Say(key, args...) }

// mention prepares foreign text for the inside of a sentence: visible, bounded, and between quotes where its
// ends would not be seen.
func mention(s string) string {
	s = text.Short(s, mentionColumns)
	if s == "" || strings.ContainsAny(s, " ,\u3000") {
		return `"` + s + `"`
	}
	return s
}

// phrase says a phrase of ours, which may have foreign parts.
func (w words) phrase(s string) string { return text.Short(w.lang.Phrase(s), mentionColumns) }

// conditions joins what an answer depends on.
func (w words) conditions(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = text.Short(w.lang.Condition(s), mentionColumns)
	}
	return strings.Join(parts, w.say(text.PatternsAnd))
}

// mentions joins a bounded list.
func (w words) mentions(list []string) string {
	var parts []string
	for i, s := range list {
		if i == maxMentions {
			parts = append(parts, w.say(text.MoreItems, len(list)-i))
			break
		}
		parts = append(parts, mention(s))
	}
	return strings.Join(parts, w.say(text.PatternsAnd))
}

// audience names a class of clients; name is the outsider's for verdict.Named.
func (w words) audience(who verdict.Audience, name string) string {
	switch who {
	case verdict.Anonymous:
		return w.say(text.WhoAnonymous)
	case verdict.AnyAccount:
		switch w.provider {
		case scanners.AWS:
			return w.say(text.WhoAnyAWS)
		case scanners.GCP:
			return w.say(text.WhoAnyGCP)
		case scanners.Azure:
			return w.say(text.WhoAnyAzure)
		default:
			return w.say(text.WhoAnyOther)
		}
	default:
		return w.say(text.WhoNamed, mention(name))
	}
}

// who is the audience with what it must know or send.
func (w words) who(who verdict.Audience, name string, needs []string) string {
	return w.withNeeds(w.audience(who, name), needs)
}

func (w words) withNeeds(audience string, needs []string) string {
	if len(needs) == 0 {
		return audience
	}
	parts := make([]string, 0, len(needs))
	for _, n := range needs {
		parts = append(parts, w.need(n))
	}
	return w.say(text.WhoNeeds, audience, strings.Join(parts, w.say(text.NeedsAnd)))
}

// need words one "name=value" of a verdict. The names are condition keys and request parts, with or without
// their service prefix.
func (w words) need(need string) string {
	name, value, found := strings.Cut(need, "=")
	if !found {
		switch need {
		case "version_id of an object":
			return w.say(text.NeedSomeVersion)
		case "an AWS service that acts for the caller's own resource":
			return w.say(text.NeedService)
		case "a VPC endpoint of the caller's own":
			return w.say(text.NeedEndpoint)
		default:
			return w.say(text.NeedThing, w.phrase(need))
		}
	}
	bare, header := name, false
	for _, prefix := range []string{"aws:", "s3:", "header:", "query:"} {
		if len(bare) > len(prefix) && strings.EqualFold(bare[:len(prefix)], prefix) {
			bare = bare[len(prefix):]
			header = header || prefix == "header:"
		}
	}
	short := strings.ToLower(bare)
	plainName := strings.NewReplacer("_", "", "-", "").Replace(short)
	shown := mention(value)
	switch {
	case plainName == "referer":
		return w.say(text.NeedHeader, "Referer", shown)
	case plainName == "useragent":
		return w.say(text.NeedHeader, "User-Agent", shown)
	case plainName == "securetransport" && value == "true", plainName == "scheme" && value == "https":
		return w.say(text.NeedHTTPS)
	case plainName == "securetransport" && value == "false", plainName == "scheme" && value == "http":
		return w.say(text.NeedHTTP)
	case plainName == "prefix":
		return w.say(text.NeedPrefix, shown)
	case plainName == "delimiter":
		return w.say(text.NeedDelimiter, shown)
	case plainName == "maxkeys":
		return w.say(text.NeedMaxKeys, shown)
	case plainName == "versionid":
		return w.say(text.NeedVersion, shown)
	case plainName == "tlsversion":
		return w.say(text.NeedTLS, shown)
	case plainName == "userproject":
		return w.say(text.NeedProject)
	case plainName == "xamzrequestpayer":
		return w.say(text.NeedPayer)
	case header, strings.HasPrefix(short, "x-amz-"), strings.HasPrefix(short, "x-goog-"), strings.HasPrefix(short, "x-ms-"):
		return w.say(text.NeedHeader, mention(bare), shown)
	default:
		return w.say(text.NeedOther, mention(need))
	}
}

// can says what a verb means for the objects that a verdict covers.
func (w words) can(verb verdict.Verb, v verdict.Verdict) string {
	all := len(v.Patterns) == 0
	for _, p := range v.Patterns {
		all = all || p == "*" || p == "**"
	}
	var whole, some text.Key
	switch verb {
	case verdict.List:
		whole, some = text.CanList, text.CanListSome
	case verdict.Read:
		whole, some = text.CanRead, text.CanReadSome
	case verdict.Write:
		whole, some = text.CanWrite, text.CanWriteSome
	default:
		return w.say(text.CanPermissions)
	}
	said := w.say(whole)
	switch {
	case len(v.Patterns) == 0 && verb == verdict.Read: // a link that does not tell its object
		said = w.say(text.CanReadThose)
	case len(v.Patterns) == 0 && verb == verdict.Write:
		said = w.say(text.CanWriteThose)
	case !all:
		said = w.say(some, w.mentions(v.Patterns))
	}
	if len(v.Except) > 0 {
		said = w.say(text.CanExcept, said, w.mentions(v.Except))
	}
	return said
}

// verb names a verb.
func (w words) verb(v verdict.Verb) string {
	switch v {
	case verdict.List:
		return w.say(text.VerbList)
	case verdict.Read:
		return w.say(text.VerbRead)
	case verdict.Write:
		return w.say(text.VerbWrite)
	default:
		return w.say(text.VerbPermissions)
	}
}

// act is a verb for the inside of a sentence.
func (w words) act(v verdict.Verb) string {
	if v == verdict.Permissions {
		return w.say(text.ActPermissions)
	}
	return w.verb(v)
}

// reason says why something is unknown.
func (w words) reason(r verdict.Reason) string {
	detail := w.phrase(r.Detail)
	switch r.Code {
	case verdict.ReasonUnread:
		var parts []string
		if r.Fact != "" {
			parts = append(parts, w.say(text.NotKnownNotInspected, mention(r.Fact)))
		}
		if r.Permission != "" {
			parts = append(parts, w.say(text.PermissionMissing, mention(r.Permission)))
		}
		if detail != "" && (r.Detail != "not inspected" || len(parts) == 0) { // the fact is named as not read already
			parts = append(parts, detail)
		}
		return strings.Join(parts, w.say(text.PatternsAnd))
	case verdict.ReasonOpen:
		return w.say(text.NotKnownOpen, detail)
	case verdict.ReasonLimit:
		return w.say(text.NotKnownLimit, detail)
	case verdict.ReasonUnsampled:
		return w.say(text.NotKnownUnsampled, detail)
	case verdict.ReasonMalformed:
		return w.say(text.NotKnownMalformed, orDash(detail))
	default:
		return orDash(detail)
	}
}

// verdictSentence says a verdict about a subject that audience has worded, and how it is drawn.
func verdictSentence(w words, subject string, verb verdict.Verb, v verdict.Verdict) (style, string) {
	switch v.Verdict {
	case verdict.Yes:
		return red, w.say(text.SayYes, w.withNeeds(subject, v.Needs), w.can(verb, v))
	case verdict.Conditional:
		return yellow, w.say(text.SayConditional, w.withNeeds(subject, v.Needs), w.can(verb, v),
			text.Clip(w.conditions(v.DependsOn), 4*mentionColumns))
	case verdict.No:
		if len(v.ClosedBy) == 0 {
			return green, w.say(text.SayNo)
		}
		var by []string
		for _, g := range v.ClosedBy {
			by = append(by, w.guardName(g))
		}
		if len(v.Grants) == 0 {
			return green, w.say(text.SayNoStopped, strings.Join(by, w.say(text.PatternsAnd)))
		}
		return green, w.say(text.SayNoClosed, strings.Join(by, w.say(text.PatternsAnd)))
	default:
		var why []string
		for i, r := range v.Reasons {
			if i == maxMentions {
				why = append(why, w.say(text.MoreItems, len(v.Reasons)-i))
				break
			}
			why = append(why, w.reason(r))
		}
		if len(why) == 0 {
			why = []string{w.say(text.NotKnownOther)}
		}
		return yellow, w.say(text.SayUnknown, strings.Join(why, w.say(text.ReasonsAnd)))
	}
}

// curlOf returns the line to paste. One that would not survive cleaning is not shown: altered it would be
// another request.
func curlOf(v verdict.Verdict) (line string, showable bool) {
	return v.Curl, text.IsClean(v.Curl)
}

func timeText(v verdict.Verdict) string {
	if v.ChangesAt == nil {
		return ""
	}
	return v.ChangesAt.UTC().Format("2006-01-02 15:04:05 UTC")
}

func count(n int64) string { return fmt.Sprintf("%d", n) }
