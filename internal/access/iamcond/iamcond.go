// Package iamcond judges IAM Conditions on Cloud Storage resources: is there a request, now, that the condition
// lets through, and for which objects?
//
// IAM documentation, "Attribute reference for IAM Conditions": resource.name, resource.type, resource.service,
// request.time, resource tags. A condition is CEL.
package iamcond

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// Resource is what a condition is asked about.
type Resource struct {
	Bucket string
	// Object says that the permission is checked on an object, whose name the caller chooses; otherwise it is
	// checked on the bucket.
	Object bool
	// ObjectPrefix is what every object's name begins with, for managed folders.
	ObjectPrefix string
	// Tags are the resource tags in effect, by namespaced key ("ORG/KEY").
	Tags scanners.Fact[scanners.Labels]
}

// Answer is yes, no or unknown, never conditional: nothing in a condition is up to chance.
type Answer struct {
	Verdict   verdict.Answer
	ChangesAt *time.Time
	Patterns  []string // exposed objects, for Object with Verdict yes
	Reasons   []verdict.Reason
}

// costLimit bounds one evaluation in CEL cost units; conditions are short by the service's own limits.
const costLimit = 100_000

// maxLength is the longest condition that is read, in bytes.
const maxLength = 12 << 10

// Solve judges a condition at a moment.
func Solve(condition string, on Resource, at time.Time) Answer {
	c, err := compile(condition, on)
	if err != nil {
		return unknown(verdict.ReasonMalformed, "IAM condition: "+err.Error())
	}
	now := c.at(at)
	if now.Verdict == verdict.Unknown {
		return now
	}
	for _, moment := range c.moments(at) {
		if later := c.at(moment); later.Verdict != now.Verdict {
			now.ChangesAt = &moment
			break
		}
	}
	return now
}

func unknown(code verdict.ReasonCode, detail string) Answer {
	return Answer{Verdict: verdict.Unknown, Reasons: []verdict.Reason{{Code: code, Detail: detail}}}
}

type condition struct {
	on      Resource
	program cel.Program
	texts   []string    // string literals
	dates   []time.Time // timestamp literals
	clock   bool        // asks for parts of the time of day or the date
	opaque  bool        // uses operations on names that candidates may not exhaust
}

// names of functions that look at parts of a time.
var clockParts = []string{"getHours", "getMinutes", "getSeconds", "getMilliseconds", "getDayOfWeek", "getDayOfMonth", "getDate", "getDayOfYear", "getMonth", "getFullYear"}

func compile(text string, on Resource) (*condition, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("longer than %d bytes", maxLength)
	}
	env, err := cel.NewEnv(
		cel.Variable("resource.name", cel.StringType), cel.Variable("resource.type", cel.StringType),
		cel.Variable("resource.service", cel.StringType), cel.Variable("request.time", cel.TimestampType),
		cel.Macros(tagMacro("matchTag", 2), tagMacro("matchTagId", 2), tagMacro("hasTagKey", 1), tagMacro("hasTagKeyId", 1), attributeMacro()),
		cel.Function("tag_matchTag", cel.Overload("tag_match", []*cel.Type{cel.StringType, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(func(key, value ref.Val) ref.Val { return on.tag(key, value) }))),
		cel.Function("tag_hasTagKey", cel.Overload("tag_has", []*cel.Type{cel.StringType}, cel.BoolType,
			cel.UnaryBinding(func(key ref.Val) ref.Val { return on.tag(key, nil) }))),
		cel.Function("tag_matchTagId", cel.Overload("tag_match_id", []*cel.Type{cel.StringType, cel.StringType}, cel.BoolType,
			cel.BinaryBinding(func(ref.Val, ref.Val) ref.Val { return types.NewUnknown(0, types.NewAttributeTrail(unknownTagIDs)) }))),
		cel.Function("tag_hasTagKeyId", cel.Overload("tag_has_id", []*cel.Type{cel.StringType}, cel.BoolType,
			cel.UnaryBinding(func(ref.Val) ref.Val { return types.NewUnknown(0, types.NewAttributeTrail(unknownTagIDs)) }))),
		cel.Function("api_getAttribute", cel.Overload("api_attribute", []*cel.Type{cel.StringType, cel.DynType}, cel.DynType,
			cel.BinaryBinding(func(ref.Val, ref.Val) ref.Val { return types.NewUnknown(0, types.NewAttributeTrail(unknownAttribute)) }))),
		cel.Function("extract", cel.MemberOverload("string_extract", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType,
			cel.BinaryBinding(extract))),
	)
	if err != nil {
		return nil, err
	}
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		// Without the excerpt of the text that stands behind each complaint.
		complaint, _, _ := strings.Cut(strings.Join(strings.Fields(issues.Err().Error()), " "), " | ")
		return nil, errors.New(strings.TrimPrefix(complaint, "ERROR: "))
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("gives %s instead of true or false", checked.OutputType())
	}
	program, err := env.Program(checked, cel.CostLimit(costLimit))
	if err != nil {
		return nil, err
	}
	c := &condition{on: on, program: program}
	c.collect(checked.NativeRep().Expr())
	return c, nil
}

// tagMacro turns resource.NAME(...) into a call that this package binds.
func tagMacro(name string, args int) cel.Macro {
	return cel.ReceiverMacro(name, args, func(f cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		if target.Kind() != ast.IdentKind || target.AsIdent() != "resource" {
			return nil, f.NewError(target.ID(), name+" is a function of resource")
		}
		return f.NewCall("tag_"+name, args...), nil
	})
}

func attributeMacro() cel.Macro {
	return cel.ReceiverMacro("getAttribute", 2, func(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		return f.NewCall("api_getAttribute", args...), nil
	})
}

// tag answers matchTag and, with a nil value, hasTagKey.
func (on Resource) tag(key, value ref.Val) ref.Val {
	if on.Tags.State == scanners.Unknown {
		return types.NewUnknown(0, types.NewAttributeTrail(unknownTags))
	}
	held, ok := on.Tags.Value.Values[fmt.Sprint(key.Value())]
	if value == nil {
		return types.Bool(ok)
	}
	return types.Bool(ok && held == fmt.Sprint(value.Value()))
}

// extract implements the template function of IAM conditions: what stands where the one {name} of the template
// does, empty when the template does not fit. IAM documentation, "extract()".
func extract(text, template ref.Val) ref.Val {
	s, t := fmt.Sprint(text.Value()), fmt.Sprint(template.Value())
	open := strings.IndexByte(t, '{')
	end := strings.IndexByte(t, '}')
	if open < 0 || end < open {
		return types.NewErr("extract: template %q has no {name}", t)
	}
	before, after := t[:open], t[end+1:]
	at := strings.Index(s, before)
	if at < 0 {
		return types.String("")
	}
	rest := s[at+len(before):]
	if after == "" {
		return types.String(rest)
	}
	stop := strings.Index(rest, after)
	if stop < 0 {
		return types.String("")
	}
	return types.String(rest[:stop])
}

// collect notes the literals from which candidates are made.
func (c *condition) collect(root ast.Expr) {
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.LiteralKind:
			if s, ok := e.AsLiteral().Value().(string); ok {
				c.texts = append(c.texts, s)
				if at, err := time.Parse(time.RFC3339, s); err == nil {
					c.dates = append(c.dates, at)
				}
			}
		case ast.CallKind:
			name := e.AsCall().FunctionName()
			c.clock = c.clock || slices.Contains(clockParts, name) || name == operators.Add || name == operators.Subtract
			c.opaque = c.opaque || slices.Contains([]string{"matches", "extract", "size", "lowerAscii", "split", operators.Index, operators.Add}, name)
		}
	}))
}

// at judges the condition at a moment: for an object, whether some name meets it.
func (c *condition) at(moment time.Time) Answer {
	name := "projects/_/buckets/" + c.on.Bucket
	if !c.on.Object {
		return c.eval(name, "storage.googleapis.com/Bucket", moment)
	}
	var undecided *Answer
	for _, object := range c.candidates(name + "/objects/") {
		a := c.eval(name+"/objects/"+object.name, "storage.googleapis.com/Object", moment)
		switch a.Verdict {
		case verdict.Yes:
			a.Patterns = []string{object.pattern}
			if c.opaque && object.pattern != c.on.ObjectPrefix+"*" && !c.holdsFor(name+"/objects/", object, moment) {
				a.Patterns = []string{object.name}
			}
			return a
		case verdict.Unknown:
			undecided = &a
		}
	}
	if undecided != nil {
		return *undecided
	}
	if c.opaque {
		return unknown(verdict.ReasonLimit, "IAM condition: no object name was found that meets it, and its operations on names are not searched exhaustively")
	}
	return Answer{Verdict: verdict.No}
}

// holdsFor tries other names of the pattern: with operations on names that are not searched, one name that meets the
// condition says little of its neighbours.
func (c *condition) holdsFor(base string, object candidate, moment time.Time) bool {
	for _, filler := range []string{"", "x", "a/b", "0.bin"} {
		if c.eval(base+strings.ReplaceAll(object.pattern, "*", filler), "storage.googleapis.com/Object", moment).Verdict != verdict.Yes {
			return false
		}
	}
	return true
}

type candidate struct{ name, pattern string }

// candidates are object names of which one meets the condition if any does, for conditions that compare names by
// equality, prefix, suffix and part: every combination of a prefix, a part and a suffix from the literals.
func (c *condition) candidates(base string) []candidate {
	const most = 4096
	starts, parts := []string{c.on.ObjectPrefix}, []string{""}
	out := []candidate{{c.on.ObjectPrefix + "KEY", c.on.ObjectPrefix + "*"}}
	for _, text := range c.texts {
		rest, whole := strings.CutPrefix(text, base)
		if whole && strings.HasPrefix(rest, c.on.ObjectPrefix) {
			starts = append(starts, rest)
			// The wider pattern first: "pub/" alone is a poor answer for startsWith(".../pub/").
			out = append(out, candidate{rest + "KEY", rest + "*"}, candidate{rest, rest})
		}
		if !whole {
			parts = append(parts, text)
			if c.opaque {
				// What extract() or split() cuts out of a name is a folder as a rule.
				folder := c.on.ObjectPrefix + text + "/"
				out = append(out, candidate{folder + "KEY", folder + "*"})
			}
		}
	}
	for _, s := range starts {
		for _, mid := range parts {
			for _, end := range parts {
				if len(out) >= most {
					return out
				}
				if mid == "" && end == "" {
					continue
				}
				pattern := s + "*"
				if mid != "" {
					pattern += mid + "*"
				}
				out = append(out, candidate{s + "KEY" + mid + end, pattern + end}, candidate{s + mid + end, pattern + end})
			}
		}
	}
	return out
}

func (c *condition) eval(name, kind string, moment time.Time) Answer {
	value, _, err := c.program.Eval(map[string]any{
		"resource.name": name, "resource.type": kind, "resource.service": "storage.googleapis.com", "request.time": moment,
	})
	switch {
	case types.IsUnknown(value):
		return Answer{Verdict: verdict.Unknown, Reasons: undecided(value)}
	case err != nil:
		// IAM treats a condition that cannot be evaluated as not met ("Overview of IAM Conditions").
		return Answer{Verdict: verdict.No}
	case value == types.True:
		return Answer{Verdict: verdict.Yes}
	default:
		return Answer{Verdict: verdict.No}
	}
}

// What a condition can ask for and is not known.
const (
	unknownTags      = "bucket.gcp.effective_tags"
	unknownTagIDs    = "tag ids"
	unknownAttribute = "api attribute"
)

// undecided says what an evaluation was missing.
func undecided(value ref.Val) []verdict.Reason {
	missing := map[string]bool{}
	if u, ok := value.(*types.Unknown); ok {
		for _, id := range u.IDs() {
			trails, _ := u.GetAttributeTrails(id)
			for _, t := range trails {
				missing[t.Variable()] = true
			}
		}
	}
	var out []verdict.Reason
	if missing[unknownAttribute] {
		out = append(out, verdict.Reason{Code: verdict.ReasonOpen, Detail: "IAM condition: api.getAttribute speaks of downscoped credentials; what it gives for a public member is not documented"})
	}
	if missing[unknownTagIDs] {
		out = append(out, verdict.Reason{Code: verdict.ReasonOpen, Detail: "IAM condition: it asks for tags by their ids, and only their names are read"})
	}
	if missing[unknownTags] || len(out) == 0 {
		out = append(out, verdict.Reason{Code: verdict.ReasonUnread, Fact: unknownTags, Detail: "the condition asks for resource tags that are not known"})
	}
	return out
}

// moments are when time alone could change the answer, in order: the dates that the condition names, and for
// conditions on the time of day every quarter of an hour of the coming eight days.
func (c *condition) moments(from time.Time) []time.Time {
	var out []time.Time
	for _, d := range c.dates {
		for _, m := range []time.Time{d, d.Add(time.Nanosecond)} {
			if m.After(from) {
				out = append(out, m)
			}
		}
	}
	if c.clock {
		const step = 15 * time.Minute
		for m, i := from.Truncate(step).Add(step), 0; i < 8*24*4; m, i = m.Add(step), i+1 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}
