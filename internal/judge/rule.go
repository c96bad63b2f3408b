// Package judge decides what rules say of records: it loads rule files, compiles their CEL expressions against
// the typed facts of package scanners and the verdicts of internal/access, and turns records into results.
//
// It calls no provider and reads no clock: the time of judging is a parameter.
package judge

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/scanners"
)

// Text is a text for people in every language that the tool speaks.
type Text struct {
	EN string `yaml:"en,required" json:"en"`
	JA string `yaml:"ja,required" json:"ja"`
}

// In returns the text in a language, English for those it does not speak.
func (t Text) In(lang string) string {
	if lang == "ja" {
		return t.JA
	}
	return t.EN
}

// Steps say how to put one provider right. At least one of them is given.
type Steps struct {
	CLI       string `yaml:"cli" json:"cli,omitempty"`
	Terraform string `yaml:"terraform" json:"terraform,omitempty"`
	// Note is for what no command can do.
	Note *Text `yaml:"note" json:"note,omitempty"`
}

// Fix is how to put things right, by provider; Any stands for all of them.
type Fix struct {
	AWS   *Steps `yaml:"aws" json:"aws,omitempty"`
	GCP   *Steps `yaml:"gcp" json:"gcp,omitempty"`
	Azure *Steps `yaml:"azure" json:"azure,omitempty"`
	Any   *Steps `yaml:"any" json:"any,omitempty"`
}

// For returns the steps for a provider, nil where the rule has none.
func (f Fix) For(p scanners.Provider) *Steps {
	own := map[scanners.Provider]*Steps{scanners.AWS: f.AWS, scanners.GCP: f.GCP, scanners.Azure: f.Azure}[p]
	if own == nil {
		return f.Any
	}
	return own
}

// Mapping names a control of a framework, and the public text that says so.
type Mapping struct {
	ID     string `yaml:"id,required" json:"id"`
	Source string `yaml:"source,required" json:"source"`
}

// Heading is the title without the element, for what is said of the rule or of all elements at once.
func (r *Rule) Heading() Text {
	cut := func(s string) string { return strings.ReplaceAll(strings.TrimSuffix(s, ": {key}"), "{key}", "…") }
	return Text{cut(r.Title.EN), cut(r.Title.JA)}
}

// KindConfig is the kind that rules about the configuration's own exceptions apply to.
const KindConfig scanners.Kind = "config"

// KindProbe is the kind that rules about requests sent from outside apply to: what came back, beside what the settings
// say. Their results are about the resource that was asked.
const KindProbe scanners.Kind = "probe"

// pseudoKinds are the kinds of which there are no records.
func pseudoKinds() []scanners.Kind { return []scanners.Kind{KindConfig, KindProbe} }

func isPseudo(k scanners.Kind) bool { return k == KindConfig || k == KindProbe }

// Rule is one rule as it was loaded. It is not changed afterwards.
type Rule struct {
	ID      string   `yaml:"id,required" json:"id"`
	Name    string   `yaml:"name,required" json:"name"`
	Aliases []string `yaml:"aliases" json:"aliases,omitempty"` // former names
	Since   string   `yaml:"since,required" json:"since"`      // the first version that has it
	Title   Text     `yaml:"title,required" json:"title"`      // {key} stands for the element of an `each` rule
	// Applies are the kinds of resources it judges.
	Applies []scanners.Kind `yaml:"applies,required" json:"applies"`
	// Providers narrows it to some clouds; empty means all that have its facts.
	Providers []scanners.Provider `yaml:"providers" json:"providers,omitempty"`
	Tags      []string            `yaml:"tags" json:"tags,omitempty"`
	// When, FailsWhen, Evidence and Each are CEL; docs/rules-writing.md says how to write them.
	When      Expr     `yaml:"when" json:"when,omitempty"`
	Each      Expr     `yaml:"each" json:"each,omitempty"` // a list; `it` is the element in all other expressions
	Key       Expr     `yaml:"key" json:"key,omitempty"`   // text that tells elements apart for good
	FailsWhen Expr     `yaml:"fails_when,required" json:"fails_when"`
	Evidence  Expr     `yaml:"evidence" json:"evidence,omitempty"`
	Severity  Severity `yaml:"severity,required" json:"severity"`
	// Params are the settings that the config file may change.
	Params map[string]Param `yaml:"params" json:"params,omitempty"`
	// YieldsTo names rules that say the same thing better: where one of them fails, this one is silent.
	YieldsTo  []string             `yaml:"yields_to" json:"yields_to,omitempty"`
	Why       Text                 `yaml:"why,required" json:"why"`
	Fix       Fix                  `yaml:"fix,required" json:"fix"`
	Refs      []string             `yaml:"refs,required" json:"refs"`
	Maps      map[string][]Mapping `yaml:"maps" json:"maps,omitempty"`
	Incidents []string             `yaml:"incidents" json:"incidents,omitempty"`
	Examples  Examples             `yaml:"examples,required" json:"-"`

	// File is where it was loaded from.
	File string `yaml:"-" json:"-"`
	// Family is the folder of its root cause: "exposure", "links", ...
	Family string `yaml:"-" json:"family"`

	user bool // from a user's folder: its evaluation is limited
}

// Severity gives the severity of a failure: the first case whose condition holds.
type Severity struct {
	Cases []SeverityCase
}

// SeverityCase is one case; the last one of a rule has no condition.
type SeverityCase struct {
	If Expr            `yaml:"if" json:"if,omitempty"`
	Is result.Severity `yaml:"is,required" json:"is"`
}

// Worst returns the worst severity that the rule can have.
func (s Severity) Worst() result.Severity {
	worst := result.Info
	for _, c := range s.Cases {
		if c.Is.AtLeast(worst) {
			worst = c.Is
		}
	}
	return worst
}

// Base returns the severity that holds where no condition does.
func (s Severity) Base() result.Severity { return s.Cases[len(s.Cases)-1].Is }

// ParamType is the type of a parameter.
type ParamType string

// The types of parameters.
const (
	ParamInt     ParamType = "int"
	ParamString  ParamType = "string"
	ParamBool    ParamType = "bool"
	ParamStrings ParamType = "strings"
)

// Param is a setting of a rule.
type Param struct {
	Type    ParamType
	Default any // int64, string, bool or []string
	Help    Text
}

// exposureQuestion is the verdict that a rule is about.
type exposureQuestion struct {
	who  verdict.Audience
	verb verdict.Verb
}

// appliesTo reports whether the rule judges resources of the kind and provider at all.
func (r *Rule) appliesTo(provider scanners.Provider, kind scanners.Kind) bool {
	return slices.Contains(r.Applies, kind) && (len(r.Providers) == 0 || slices.Contains(r.Providers, provider))
}

// called reports whether name is the rule's id, name or a former name.
func (r *Rule) called(name string) bool {
	return r.ID == name || r.Name == name || slices.Contains(r.Aliases, name)
}

// MarshalJSON writes one word, or the list of cases.
func (s Severity) MarshalJSON() ([]byte, error) {
	if len(s.Cases) == 1 {
		return json.Marshal(s.Cases[0].Is)
	}
	return json.Marshal(s.Cases)
}

// MarshalJSON writes {type, default, help}.
func (p Param) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type    ParamType `json:"type"`
		Default any       `json:"default"`
		Help    Text      `json:"help"`
	}{p.Type, p.Default, p.Help})
}
