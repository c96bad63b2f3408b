// What a report needs to know of a rule. The judge fills it; this package does not know the judge.

package report

import (
	"regexp"
	"strings"

	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/text"
	"github.com/tojimari/tojimari/scanners"
)

// RuleInfo is what a rule says of itself.
type RuleInfo struct {
	ID       string               `json:"id"`
	Name     string               `json:"name"`
	Severity result.Severity      `json:"severity"` // the worst it can give
	Title    map[string]string    `json:"title"`    // by language
	Why      map[string]string    `json:"why,omitempty"`
	Fix      map[string]Fix       `json:"fix,omitempty"` // by provider: "aws", "gcp", "azure", or "any"
	Refs     []string             `json:"refs,omitempty"`
	Since    string               `json:"since,omitempty"`
	Tags     []string             `json:"tags,omitempty"`
	Maps     map[string][]Mapping `json:"maps,omitempty"` // by framework
}

// Fix says how to mend it. Placeholders: see Fix.For.
type Fix struct {
	Note      map[string]string `json:"note,omitempty"` // by language
	CLI       string            `json:"cli,omitempty"`
	Terraform string            `json:"terraform,omitempty"`
}

// Mapping is a control of a framework, with the public source that states the mapping.
type Mapping struct {
	ID     string `json:"id"`
	Source string `json:"source,omitempty"`
}

// Catalogue answers for the rules that are in force.
type Catalogue interface {
	Rule(id string) (RuleInfo, bool)
	// Rules returns all of them, sorted by id.
	Rules() []RuleInfo
}

// NoRules is an empty Catalogue: results are then shown with what they carry themselves.
type NoRules struct{}

// Rule knows none.
func (NoRules) Rule(string) (RuleInfo, bool) { return RuleInfo{}, false }

// Rules returns none.
func (NoRules) Rules() []RuleInfo { return nil }

// fixOf returns the fix for the resource's provider, else the one for any. S3-compatibles are mended with the
// AWS CLI.
func (r RuleInfo) fixOf(provider scanners.Provider) Fix {
	if fix, ok := r.Fix[string(provider)]; ok {
		return fix
	}
	return r.Fix["any"]
}

// titleFor is the rule's title for a heading that stands for all elements.
func (r RuleInfo) titleFor(lang text.Lang) string { return text.Pick(r.Title, lang) }

// For fills in the resource for the words that stand for it in rule files: BUCKET, CONTAINER, ACCOUNT (on Azure
// the storage account), REGION, and on Azure GROUP and SUBSCRIPTION. A value that is more than a plain word goes between single quotes where it is
// a shell word of its own, and nowhere else: inside quotes, and in Terraform, the placeholder stays.
func (f Fix) For(res result.Resource) Fix {
	values := map[string]string{"ACCOUNT": res.Account, "REGION": res.Region}
	if res.Kind == scanners.KindBucket {
		values["BUCKET"], values["CONTAINER"] = res.Name, res.Name
	}
	if res.Provider == scanners.Azure && res.Kind != scanners.KindLink {
		store, container, _ := strings.Cut(strings.TrimPrefix(res.ID, "azure:"), "/")
		values = map[string]string{"ACCOUNT": store, "CONTAINER": container, "REGION": res.Region, "GROUP": res.ResourceGroup, "SUBSCRIPTION": res.Account}
	}
	for word, value := range values {
		// What can't be shown as it is would make a command about something else.
		if value == "" || !text.IsClean(value) {
			delete(values, word)
		}
	}
	return Fix{Note: f.Note, CLI: fillCommand(f.CLI, values), Terraform: fillPlain(f.Terraform, values)}
}

var (
	placeholder = regexp.MustCompile(`\b(BUCKET|CONTAINER|ACCOUNT|REGION|GROUP|SUBSCRIPTION)\b`)
	plainWord   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/:-]*$`)
)

func fillPlain(pattern string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(pattern, func(word string) string {
		if value, ok := values[word]; ok && plainWord.MatchString(value) {
			return value
		}
		return word
	})
}

// fillCommand fills in a command line. It follows the quotes of the pattern (POSIX shell, 2.2) to know where a
// quoted value may stand.
func fillCommand(pattern string, values map[string]string) string {
	var b strings.Builder
	quote, comment := byte(0), false
	at := 0
	for _, span := range placeholder.FindAllStringIndex(pattern, -1) {
		quote, comment = shellState(pattern[at:span[0]], quote, comment, at == 0)
		b.WriteString(pattern[at:span[0]])
		at = span[1]
		word := pattern[span[0]:span[1]]
		value, ok := values[word]
		before := span[0] == 0 || strings.ContainsRune(" \n=", rune(pattern[span[0]-1]))
		after := span[1] == len(pattern) || strings.ContainsRune(" \n", rune(pattern[span[1]]))
		switch {
		case !ok:
			b.WriteString(word)
		case plainWord.MatchString(value):
			b.WriteString(value)
		case quote == 0 && !comment && before && after:
			b.WriteString(shellQuote(value))
		default:
			b.WriteString(word)
		}
	}
	b.WriteString(pattern[at:])
	return b.String()
}

// shellState says, behind a piece of shell text, which quote is open and whether a comment is.
func shellState(piece string, quote byte, comment, wordStart bool) (byte, bool) {
	for i := 0; i < len(piece); i++ {
		c := piece[i]
		switch {
		case comment:
			comment = c != '\n'
		case quote == '\'':
			if c == '\'' {
				quote = 0
			}
		case c == '\\':
			i++
		case quote == '"':
			if c == '"' {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '#' && wordStart:
			comment = true
		}
		wordStart = c == ' ' || c == '\n'
	}
	return quote, comment
}

// shellQuote puts s between single quotes, in which a POSIX shell changes nothing.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
