// Package config reads tojimari.yaml: which rules are on, their parameters and severities, what the user declares
// to be intended, whom they trust, and exceptions.
//
// Reading is strict: an unknown key or a wrong value is an error that names file, line and field. Nothing that
// starts a program or chooses where to connect is ever taken from this file.
package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/judge"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
)

// Name is the file that is looked for in the working directory.
const Name = "tojimari.yaml"

// File is a configuration as written.
type File struct {
	FailOn       Severity           `yaml:"fail-on" doc:"Findings at least this bad make the exit code 1. The default is high."`
	AllowUnknown []RuleName         `yaml:"allow-unknown" doc:"Rules whose unknown outcomes do not set exit code 3."`
	Rules        map[string]Setting `yaml:"rules" doc:"Settings of single rules, by id or name."`
	Trusted      Trusted            `yaml:"trusted" doc:"Outsiders whose access is no finding."`
	Expect       []Expectation      `yaml:"expect" doc:"What is meant to be open. It silences just the verbs that it names."`
	Exceptions   []Exception        `yaml:"exceptions" doc:"Findings that are known and accepted for a time. They stay in the output as suppressed."`

	name   string
	digest string
}

// Trusted are outsiders that the user trusts.
type Trusted struct {
	Accounts      []string `yaml:"accounts" doc:"AWS account ids (in quotes), projects, tenants, or principals as the policy writes them."`
	Organizations []string `yaml:"organizations" doc:"Ids of organisations: o-..., or a domain."`
}

// Setting changes one rule.
type Setting struct {
	Enabled  *bool
	Severity Severity
	Params   map[string]*yaml.Node
	at       *yaml.Node
}

// Expectation declares that an audience may do something to some resources.
type Expectation struct {
	Resource   Pattern        `yaml:"resource,required" doc:"Pattern (*, ?) of a name, a target (s3://www-*) or a resource id."`
	Anonymous  []verdict.Verb `yaml:"anonymous" doc:"What anybody on the internet may do: list, read, write, permissions."`
	AnyAccount []verdict.Verb `yaml:"any_account" doc:"What any account of the provider may do."`
	Reason     string         `yaml:"reason" doc:"Why; for readers of this file."`
	at         *yaml.Node
}

// Exception exempts findings until a day.
type Exception struct {
	Rule     RuleName     `yaml:"rule,required" doc:"Id or name of the rule."`
	Resource Pattern      `yaml:"resource,required" doc:"Pattern (*, ?) of a name, a target (s3://www-*) or a resource id."`
	Verb     verdict.Verb `yaml:"verb" doc:"Only findings about this verb."`
	Key      Pattern      `yaml:"key" doc:"Only findings about elements whose key matches this pattern."`
	Reason   string       `yaml:"reason,required" doc:"Why the finding is accepted."`
	Owner    string       `yaml:"owner,required" doc:"Who answers for it."`
	Expires  Day          `yaml:"expires,required" doc:"Last day on which it holds (2026-12-31, UTC), or a moment."`
}

// Severity is a severity word.
type Severity result.Severity

// RuleName is a rule's id, name or former name, with the place where it stands.
type RuleName struct {
	Text string
	at   *yaml.Node
}

// Pattern is text with * and ?.
type Pattern string

// Day is the last day, or the moment, until which something holds.
type Day struct{ End time.Time }

// Load reads a file's text. name stands in its errors, which are yamlfile.Problems.
func Load(name string, text []byte) (*File, error) {
	f := &File{name: name}
	d := &yamlfile.Decoder{File: name}
	// A file of comments alone is a config that changes nothing.
	if !yamlfile.Blank(text) {
		d.Document(text, &document{f})
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	f.digest = hex.EncodeToString(sum[:16])
	return f, nil
}

// commandLineOnly are keys that people look for here and that must never be read from a file.
var commandLineOnly = []string{
	"program", "programs", "program-arg", "endpoint", "endpoints", "endpoint-url", "rules-dir", "rule-folders",
	"notify", "notifiers", "webhook", "profile", "role-arn", "proxy", "targets", "target",
}

// document reads a File, with better words for keys that belong on the command line.
type document struct{ file *File }

// ReadNode reads the whole file.
func (doc *document) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	rest := *n
	if n.Kind == yaml.MappingNode {
		rest.Content = nil
		for i := 0; i+1 < len(n.Content); i += 2 {
			if slices.Contains(commandLineOnly, n.Content[i].Value) {
				d.Fail(n.Content[i], n.Content[i].Value, "is taken from the command line only, never from a file")
				continue
			}
			rest.Content = append(rest.Content, n.Content[i], n.Content[i+1])
		}
	}
	d.Into(&rest, doc.file, field)
}

// ReadNode reads `off`, `on`, or {enabled, severity, params}.
func (s *Setting) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	s.at = n
	if n.Kind == yaml.ScalarNode {
		on := n.Value == "on" || n.Value == "true"
		if !on && n.Value != "off" && n.Value != "false" {
			d.Fail(n, field, "want on, off, or {enabled, severity, params}, got %q", n.Value)
		}
		s.Enabled = &on
		return
	}
	var file settingFile
	d.Into(n, &file, field)
	s.Enabled, s.Severity, s.Params = file.Enabled, file.Severity, file.Params.nodes
}

type settingFile struct {
	Enabled  *bool    `yaml:"enabled" doc:"false switches the rule off."`
	Severity Severity `yaml:"severity" doc:"Severity of its findings, instead of the rule's own."`
	Params   rawTable `yaml:"params" doc:"Values of the rule's parameters."`
}

// rawTable keeps values until the types of the parameters are known.
type rawTable struct{ nodes map[string]*yaml.Node }

// ReadNode keeps the values.
func (t *rawTable) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	t.nodes = map[string]*yaml.Node{}
	for key, value := range d.Keys(n, field) {
		t.nodes[key.Value] = value
	}
}

// ReadNode reads a severity word.
func (s *Severity) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	if n.Kind != yaml.ScalarNode || !slices.Contains(result.Severities(), result.Severity(n.Value)) {
		words := severityWords()
		d.Fail(n, field, "want one of %s, got %q%s", strings.Join(words, ", "), n.Value, yamlfile.Hint(n.Value, words))
		return
	}
	*s = Severity(n.Value)
}

func severityWords() []string {
	var out []string
	for _, s := range result.Severities() {
		out = append(out, string(s))
	}
	return out
}

// ReadNode reads a rule's name.
func (r *RuleName) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	d.Into(n, &r.Text, field)
	r.at = n
}

// ReadNode reads a pattern; an empty one would match nothing.
func (p *Pattern) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	var text string
	d.Into(n, &text, field)
	switch {
	case text == "" && n.Kind == yaml.ScalarNode:
		d.Fail(n, field, "the pattern is empty; * stands for everything")
	case len(text) > 2048:
		d.Fail(n, field, "longer than 2048 bytes")
	}
	*p = Pattern(text)
}

// ReadNode reads a day or a moment.
func (day *Day) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	var t time.Time
	d.Into(n, &t, field)
	if t.IsZero() {
		return
	}
	if _, err := time.Parse(time.DateOnly, n.Value); err == nil {
		t = t.AddDate(0, 0, 1) // it holds to the end of the day
	}
	day.End = t
}

// ReadNode reads an expectation, which has to allow something.
func (e *Expectation) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	type plain Expectation
	d.Into(n, (*plain)(e), field)
	e.at = n
	if n.Kind == yaml.MappingNode && len(e.Anonymous)+len(e.AnyAccount) == 0 {
		d.Fail(n, field, "say what is expected: anonymous: [read]")
	}
	for _, verb := range slices.Concat(e.Anonymous, e.AnyAccount) {
		checkVerb(d, n, field, verb)
	}
}

// ReadNode reads an exception.
func (e *Exception) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	type plain Exception
	d.Into(n, (*plain)(e), field)
	e.Rule.at = n
	if e.Verb != "" {
		checkVerb(d, n, field+".verb", e.Verb)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		if (key == "reason" || key == "owner") && strings.TrimSpace(value.Value) == "" {
			d.Fail(value, field+"."+key, "empty: every exception says why, and who answers for it")
		}
	}
}

func checkVerb(d *yamlfile.Decoder, n *yaml.Node, field string, verb verdict.Verb) {
	words := make([]string, 0, 4)
	for _, v := range verdict.Verbs() {
		words = append(words, string(v))
	}
	if !slices.Contains(words, string(verb)) {
		d.Fail(n, field, "unknown verb %q; verbs are %s%s", string(verb), strings.Join(words, ", "), yamlfile.Hint(string(verb), words))
	}
}

// Settings checks the file against the rules of a book and turns it into what the judge takes. A nil file gives
// the zero value. Its error is yamlfile.Problems.
func (f *File) Settings(book *judge.Book) (judge.Settings, error) {
	if f == nil {
		return judge.Settings{}, nil
	}
	d := &yamlfile.Decoder{File: f.name}
	s := judge.Settings{
		Off: map[string]bool{}, Severities: map[string]result.Severity{}, Params: map[string]map[string]any{},
		TrustedAccounts: f.Trusted.Accounts, TrustedOrganizations: f.Trusted.Organizations, Digest: f.digest,
	}
	f.ruleSettings(d, book, &s)
	for _, e := range f.Expect {
		s.Intents = append(s.Intents, judge.Intent{
			Resource: judge.NewPattern(string(e.Resource)),
			Allowed:  map[verdict.Audience][]verdict.Verb{verdict.Anonymous: e.Anonymous, verdict.AnyAccount: e.AnyAccount},
		})
	}
	for i, e := range f.Exceptions {
		rule := lookup(d, book, e.Rule.at, fmt.Sprintf("exceptions[%d].rule", i), e.Rule.Text)
		if rule == nil {
			continue
		}
		s.Exceptions = append(s.Exceptions, judge.Exception{
			Rule: rule.ID, Resource: judge.NewPattern(string(e.Resource)), Verb: e.Verb, Key: judge.NewPattern(string(e.Key)),
			Reason: e.Reason, Owner: e.Owner, Expires: e.Expires.End, File: f.name, Line: e.Rule.at.Line,
		})
	}
	for i, name := range f.AllowUnknown {
		lookup(d, book, name.at, fmt.Sprintf("allow-unknown[%d]", i), name.Text)
	}
	return s, d.Err()
}

func (f *File) ruleSettings(d *yamlfile.Decoder, book *judge.Book, s *judge.Settings) {
	names := make([]string, 0, len(f.Rules))
	for name := range f.Rules {
		names = append(names, name)
	}
	slices.Sort(names)
	seen := map[string]string{}
	for _, name := range names {
		set, field := f.Rules[name], "rules."+name
		rule := lookup(d, book, set.at, field, name)
		if rule == nil {
			continue
		}
		if other, twice := seen[rule.ID]; twice {
			d.Fail(set.at, field, "is the same rule as %q", other)
			continue
		}
		seen[rule.ID] = name
		if set.Enabled != nil && !*set.Enabled {
			s.Off[rule.ID] = true
		}
		if set.Severity != "" {
			s.Severities[rule.ID] = result.Severity(set.Severity)
		}
		for _, param := range sortedKeys(set.Params) {
			p, ok := rule.Params[param]
			if !ok {
				d.Fail(set.Params[param], field+".params."+param, "the rule has no such parameter%s", yamlfile.Hint(param, sortedKeys(rule.Params)))
				continue
			}
			if s.Params[rule.ID] == nil {
				s.Params[rule.ID] = map[string]any{}
			}
			s.Params[rule.ID][param] = p.Read(d, set.Params[param], field+".params."+param)
		}
	}
}

func lookup(d *yamlfile.Decoder, book *judge.Book, at *yaml.Node, field, name string) *judge.Rule {
	rule, ok := book.Rule(name)
	if !ok {
		d.Fail(at, field, "there is no rule %q%s", name, yamlfile.Hint(name, book.Names()))
		return nil
	}
	return rule
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
