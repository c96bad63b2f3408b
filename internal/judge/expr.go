// One CEL expression of a rule: where it stands in the file, compiling it, and what came of evaluating it.

package judge

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"go.yaml.in/yaml/v4"

	"github.com/tojimari/tojimari/internal/yamlfile"
)

// maxExpr is the longest expression, in bytes.
const maxExpr = 8 << 10

// userCostLimit stops an expression of a user's rule, in CEL cost units: about five milliseconds.
const userCostLimit = 100_000

// Expr is the text of an expression and where it begins.
type Expr struct {
	Text   string
	Line   int // of its first character, from 1
	Column int // from 1
	indent int // of a block's lines
	block  bool
}

// ReadNode reads one line, or a `|` block: in other styles positions inside the text could not be told.
func (e *Expr) ReadNode(d *yamlfile.Decoder, n *yaml.Node, field string) {
	if n.Kind != yaml.ScalarNode {
		d.Fail(n, field, "want an expression")
		return
	}
	e.Text, e.Line, e.Column = strings.TrimRight(n.Value, "\n"), n.Line, n.Column
	if e.block = n.Style&yaml.LiteralStyle != 0; e.block {
		e.Line, e.indent = n.Line+1, d.Indent(n.Line+1)
		e.Column = e.indent + 1
	}
	switch {
	case strings.TrimSpace(e.Text) == "":
		d.Fail(n, field, "the expression is empty")
	case len(e.Text) > maxExpr:
		d.Fail(n, field, "longer than %d bytes", maxExpr)
	case n.Style&yaml.FoldedStyle != 0, strings.Contains(e.Text, "\n") && !e.block:
		d.Fail(n, field, "write an expression on one line or as a block after |")
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		e.Column++
	}
}

// MarshalText gives the expression itself.
func (e Expr) MarshalText() ([]byte, error) { return []byte(e.Text), nil }

// place turns a position inside the expression (both from 0) into one in the file.
func (e Expr) place(line, column int) (int, int) {
	if e.block {
		return e.Line + line, e.indent + column + 1
	}
	return e.Line, e.Column + column
}

// program is one compiled expression.
type program struct {
	expr  Expr
	field string
	prg   cel.Program
	typ   *types.Type
	vars  []string // the declared variables that it reads once constants are folded, sorted
}

// compile checks an expression and makes it ready to run. want is the type that it has to have, nil for any.
func (env *environment) compile(r *Rule, field string, e Expr, with *cel.Env, want *types.Type) (*program, yamlfile.Problems) {
	if e.Text == "" {
		return nil, nil
	}
	fail := func(line, column int, text string) (*program, yamlfile.Problems) {
		line, column = e.place(line, column)
		return nil, yamlfile.Problems{{File: r.File, Line: line, Column: column, Field: field, Text: text}}
	}
	ast, issues := with.Compile(e.Text)
	if issues.Err() != nil {
		var out yamlfile.Problems
		for _, found := range issues.Errors() {
			_, p := fail(found.Location.Line()-1, found.Location.Column(), found.Message)
			out = append(out, p...)
		}
		return nil, out
	}
	if want != nil && !ast.OutputType().IsExactType(want) {
		return fail(0, 0, fmt.Sprintf("want a %s, this gives %s", want, ast.OutputType()))
	}
	if want == nil && ast.OutputType().Kind() == types.DynKind {
		return fail(0, 0, "the type of this cannot be told before it runs")
	}
	folder, err := cel.NewConstantFoldingOptimizer()
	if err != nil {
		return fail(0, 0, err.Error())
	}
	optimizer, err := cel.NewStaticOptimizer(folder)
	if err != nil {
		return fail(0, 0, err.Error())
	}
	folded, issues := optimizer.Optimize(with, ast)
	if issues.Err() != nil {
		// Folding runs what is constant: an error in it is one that every evaluation would meet.
		return fail(0, 0, issues.Err().Error())
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if r.user {
		options = append(options, cel.CostLimit(userCostLimit))
	}
	prg, err := with.Program(folded, options...)
	if err != nil {
		return fail(0, 0, err.Error())
	}
	out := &program{expr: e, field: field, prg: prg, typ: ast.OutputType()}
	for _, found := range folded.NativeRep().ReferenceMap() {
		if _, ok := env.vars[found.Name]; ok && !slices.Contains(out.vars, found.Name) {
			out.vars = append(out.vars, found.Name)
		}
	}
	slices.Sort(out.vars)
	return out, nil
}

// kind of what came of an evaluation.
type kind uint8

const (
	isValue        kind = iota
	isUnknown           // depends on facts that were not read
	isInapplicable      // needs a setting that the provider does not have
	isBroken            // failed: a mistake in the rule, or its cost limit
)

// answer is what came of an evaluation.
type answer struct {
	kind  kind
	value ref.Val
	lacks []string // variables, sorted, for isUnknown
	err   error    // for isBroken
}

func (a answer) is(b types.Bool) bool { return a.kind == isValue && a.value == b }

// run evaluates the program.
func (p *program) run(a *activation) answer {
	value, _, err := p.prg.Eval(a)
	if err == nil {
		if bad, ok := value.(*types.Err); ok {
			err = bad
		}
	}
	if err != nil {
		if errors.Is(err, errUnsupported) {
			return answer{kind: isInapplicable}
		}
		return answer{kind: isBroken, err: fmt.Errorf("%s: %w", p.field, err)}
	}
	if unknown, ok := value.(*types.Unknown); ok {
		return answer{kind: isUnknown, lacks: trails(unknown)}
	}
	if p.typ == types.BoolType {
		if _, ok := value.(types.Bool); !ok {
			return answer{kind: isBroken, err: fmt.Errorf("%s: gave %v instead of true or false", p.field, value.Type())}
		}
	}
	return answer{value: value}
}

func trails(u *types.Unknown) []string {
	var out []string
	for _, id := range u.IDs() {
		found, _ := u.GetAttributeTrails(id)
		for _, t := range found {
			if !slices.Contains(out, t.Variable()) {
				out = append(out, t.Variable())
			}
		}
	}
	slices.Sort(out)
	return out
}

// listElement returns the element type of a list type, nil for other types.
func listElement(t *types.Type) *types.Type {
	if t.Kind() != types.ListKind || len(t.Parameters()) != 1 {
		return nil
	}
	return t.Parameters()[0]
}
