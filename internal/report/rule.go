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
	Fix      map[string]Fix       `json:"fix,omitempty"` // by provider: "aws", "gcp", "azure"
	Refs     []string             `json:"refs,omitempty"`
	Since    string               `json:"since,omitempty"`
	Tags     []string             `json:"tags,omitempty"`
	Maps     map[string][]Mapping `json:"maps,omitempty"` // by framework
}

// Fix says how to mend it. Placeholders: see Fix.For.
type Fix struct {
	CLI       string `json:"cli,omitempty"`
	Terraform string `json:"terraform,omitempty"`
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

// fixOf returns the fix for the resource's provider. S3-compatibles are mended with the AWS CLI.
func (r RuleInfo) fixOf(provider scanners.Provider) Fix { return r.Fix[string(provider)] }

// For fills in the resource: {name} (also {bucket}), {account}, {region}, {id} and, for an Azure container,
// {store}. In CLI lines a value that is not plain is put between single quotes; in Terraform a value that is
// not plain leaves the placeholder, since the text is to be adapted anyway.
func (f Fix) For(res result.Resource) Fix {
	values := map[string]string{
		"name": res.Name, "bucket": res.Name, "container": res.Name, "account": res.Account, "region": res.Region, "id": res.ID,
	}
	if res.Provider == scanners.Azure {
		if store, container, ok := strings.Cut(strings.TrimPrefix(res.ID, "azure:"), "/"); ok {
			values["store"] = store
			values["container"] = container
		}
	}
	fill := func(pattern string, quote bool) string {
		return placeholder.ReplaceAllStringFunc(pattern, func(token string) string {
			value := values[strings.Trim(token, "{}")]
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
	return Fix{CLI: fill(f.CLI, true), Terraform: fill(f.Terraform, false)}
}

var (
	placeholder = regexp.MustCompile(`\{(name|bucket|container|store|account|region|id)\}`)
	plainWord   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/:-]*$`)
)

// shellQuote puts s between single quotes, in which a POSIX shell changes nothing.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
