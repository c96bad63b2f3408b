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
func (r RuleInfo) titleFor(lang text.Lang) string {
	return strings.ReplaceAll(text.Pick(r.Title, lang), "{key}", "…")
}

// For fills in the resource for the words that stand for it in rule files: BUCKET, CONTAINER, ACCOUNT (on Azure
// the storage account) and REGION. In command lines a value that is not plain is put between single quotes; in
// Terraform such a value leaves the word, since that text is to be adapted anyway.
func (f Fix) For(res result.Resource) Fix {
	values := map[string]string{"ACCOUNT": res.Account, "REGION": res.Region}
	if res.Kind == scanners.KindBucket {
		values["BUCKET"], values["CONTAINER"] = res.Name, res.Name
	}
	if res.Provider == scanners.Azure {
		store, container, _ := strings.Cut(strings.TrimPrefix(res.ID, "azure:"), "/")
		values = map[string]string{"ACCOUNT": store, "CONTAINER": container, "REGION": res.Region}
	}
	fill := func(pattern string, quote bool) string {
		return placeholder.ReplaceAllStringFunc(pattern, func(token string) string {
			value := values[token]
			switch {
			case value == "", !text.IsClean(value):
				// What can't be shown as it is would make a command about something else.
				return token
			case plainWord.MatchString(value):
				return value
			case quote:
				return shellQuote(value)
			default:
				return token
			}
		})
	}
	return Fix{Note: f.Note, CLI: fill(f.CLI, true), Terraform: fill(f.Terraform, false)}
}

var (
	placeholder = regexp.MustCompile(`\b(BUCKET|CONTAINER|ACCOUNT|REGION)\b`)
	plainWord   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/:-]*$`)
)

// shellQuote puts s between single quotes, in which a POSIX shell changes nothing.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
