// A rule's expressions, compiled and type-checked together.

package judge

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/result"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// elementName is the variable for the element of a rule's `each`.
const elementName = "it"

// code is a rule that is ready to run. It is not changed once it is made.
type code struct {
	rule     *Rule
	when     *program
	each     *program
	key      *program
	fails    *program
	evidence *program
	severity []severityCode
	title    map[string]string // shared by all results without an element
	question *exposureQuestion // the verdict it is about, nil for rules on settings
}

type severityCode struct {
	when *program // nil: always
	is   result.Severity
}

func compileRule(env *environment, r *Rule) (*code, yamlfile.Problems) {
	var problems yamlfile.Problems
	with := env.cel
	extend := func(v ...cel.EnvOption) {
		if len(v) == 0 {
			return
		}
		wider, err := with.Extend(v...)
		if err != nil {
			problems = append(problems, &yamlfile.Problem{File: r.File, Text: err.Error()})
			return
		}
		with = wider
	}
	var params []cel.EnvOption
	for _, name := range sortedKeys(r.Params) {
		if !wordForm.MatchString(name) {
			problems = append(problems, &yamlfile.Problem{File: r.File, Field: "params." + name, Text: "want lower-case words joined by _"})
			continue
		}
		params = append(params, cel.Variable("params."+name, paramType(r.Params[name].Type)))
	}
	extend(params...)
	compile := func(field string, e Expr, want *types.Type) *program {
		p, found := env.compile(r, field, e, with, want)
		problems = append(problems, found...)
		return p
	}
	heading := r.Heading()
	c := &code{rule: r, title: map[string]string{"en": heading.EN, "ja": heading.JA}}
	if r.Each.Text != "" {
		c.each = compile("each", r.Each, nil)
		if c.each == nil {
			return c, problems
		}
		element := listElement(c.each.typ)
		if element == nil || element.Kind() == types.DynKind {
			line, column := r.Each.place(0, 0)
			return c, append(problems, &yamlfile.Problem{File: r.File, Line: line, Column: column, Field: "each", Text: "want a list, this gives " + c.each.typ.String()})
		}
		extend(cel.Variable(elementName, element))
	}
	c.when = compile("when", r.When, types.BoolType)
	c.fails = compile("fails_when", r.FailsWhen, types.BoolType)
	c.key = compile("key", r.Key, types.StringType)
	c.evidence = compile("evidence", r.Evidence, nil)
	for _, s := range r.Severity.Cases {
		c.severity = append(c.severity, severityCode{when: compile("severity", s.If, types.BoolType), is: s.Is})
	}
	problems = append(problems, checkReach(env, c)...)
	c.question = questionOf(c)
	return c, problems
}

func paramType(t ParamType) *types.Type {
	switch t {
	case ParamInt:
		return types.IntType
	case ParamBool:
		return types.BoolType
	case ParamStrings:
		return types.NewListType(types.StringType)
	}
	return types.StringType
}

// programs lists the rule's programs, those that decide the outcome first.
func (c *code) programs() []*program {
	all := []*program{c.when, c.each, c.fails, c.key, c.evidence}
	for _, s := range c.severity {
		all = append(all, s.when)
	}
	return slices.DeleteFunc(all, func(p *program) bool { return p == nil })
}

// above are the kinds whose facts a record of a kind holds besides its own.
var above = map[scanners.Kind][]scanners.Kind{
	scanners.KindStore:    {scanners.KindScope},
	scanners.KindBucket:   {scanners.KindScope, scanners.KindStore},
	scanners.KindPrefix:   {scanners.KindScope, scanners.KindBucket},
	scanners.KindEndpoint: {scanners.KindScope, scanners.KindBucket},
	scanners.KindObject:   {scanners.KindScope, scanners.KindStore, scanners.KindBucket},
}

// checkReach refuses facts that no record of the kinds that a rule applies to can hold: it would be unknown for ever.
func checkReach(env *environment, c *code) yamlfile.Problems {
	var out yamlfile.Problems
	for _, p := range c.programs() {
		for _, name := range p.vars {
			v := env.vars[name]
			if name == "exception" && !slices.Equal(c.rule.Applies, []scanners.Kind{KindConfig}) {
				out = append(out, &yamlfile.Problem{File: c.rule.File, Line: p.expr.Line, Column: p.expr.Column, Field: p.field, Text: "exception is there for rules that apply to config"})
			}
			if name == "probe" && !slices.Equal(c.rule.Applies, []scanners.Kind{KindProbe}) {
				out = append(out, &yamlfile.Problem{File: c.rule.File, Line: p.expr.Line, Column: p.expr.Column, Field: p.field, Text: "probe is there for rules that apply to probe"})
			}
			if v.asked == nil {
				continue
			}
			reached := slices.ContainsFunc(c.rule.Applies, func(k scanners.Kind) bool {
				fact := v.asked(k)
				return fact != "" && (fact.Kind() == k || slices.Contains(above[k], fact.Kind()))
			})
			if !reached {
				out = append(out, &yamlfile.Problem{
					File: c.rule.File, Line: p.expr.Line, Column: p.expr.Column, Field: p.field,
					Text: name + " is not part of a record of kind " + joinWords(c.rule.Applies),
				})
			}
		}
	}
	return out
}

// questionOf finds the verdict that a rule is about: the only one that its evidence, or else its condition, reads.
func questionOf(c *code) *exposureQuestion {
	for _, p := range []*program{c.evidence, c.fails} {
		if p == nil {
			continue
		}
		var found []exposureQuestion
		for _, name := range p.vars {
			parts := strings.Split(name, ".")
			if len(parts) == 3 && parts[0] == "exposure" {
				found = append(found, exposureQuestion{verdict.Audience(parts[1]), verdict.Verb(parts[2])})
			}
		}
		if len(found) == 1 {
			return &found[0]
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// cutName splits a variable's name into at most three words.
func cutName(name string) (first, second, third string) {
	first, rest, _ := strings.Cut(name, ".")
	second, third, _ = strings.Cut(rest, ".")
	return first, second, third
}
