package oracle

// This file generates policies from the grammar, and notes the productions taken, so that a test can ask that all of them
// occur.

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
)

type generator struct {
	r    *rand.Rand
	used map[string]bool
}

func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) take(p string) { g.used[p] = true }

func pick[T any](g *generator, list []T) T { return list[g.r.IntN(len(list))] }

// Generate makes a policy from a seed and tells which productions it took.
func Generate(seed uint64) ([]byte, map[string]bool) {
	g := &generator{r: rand.New(rand.NewPCG(seed, 0x70_6a)), used: map[string]bool{}}
	doc := map[string]any{}
	switch n := g.r.IntN(20); {
	case n < 16:
		g.take("version:2012")
		doc["Version"] = "2012-10-17"
	case n < 18:
		g.take("version:2008")
		doc["Version"] = "2008-10-17"
	default:
		g.take("version:none")
	}
	specs := keySpecs()
	palette := make([]keySpec, 1+g.r.IntN(3))
	for i := range palette {
		palette[i] = pick(g, specs)
		if g.chance(7) { // ARN operators have few keys
			palette[i] = pick(g, slices.DeleteFunc(keySpecs(), func(k keySpec) bool { return k.kind != "arn" }))
		}
	}
	n := 1 + g.r.IntN(3)
	verb := g.r.IntN(4)
	var list []any
	for i := range n {
		list = append(list, g.statement(palette, verb, i == 0))
	}
	if n == 1 && g.chance(40) {
		g.take("statement:object")
		doc["Statement"] = list[0]
	} else {
		g.take("statement:list")
		doc["Statement"] = list
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err) // maps of strings always encode
	}
	return b, g.used
}

func (g *generator) statement(palette []keySpec, verb int, first bool) map[string]any {
	s := map[string]any{}
	if first || g.chance(45) {
		g.take("effect:Allow")
		s["Effect"] = "Allow"
	} else {
		g.take("effect:Deny")
		s["Effect"] = "Deny"
	}
	g.principal(s)
	g.action(s, verb)
	g.resource(s, verb)
	conditions := map[string]any{}
	for range g.r.IntN(3) {
		g.condition(conditions, pick(g, palette))
	}
	if len(conditions) > 0 || g.chance(5) {
		if len(conditions) == 0 {
			g.take("condition:empty")
		}
		s["Condition"] = conditions
	}
	return s
}

func (g *generator) principal(s map[string]any) {
	switch n := g.r.IntN(40); {
	case n < 22:
		g.take("principal:*")
		s["Principal"] = "*"
	case n < 28:
		g.take("principal:AWS*")
		s["Principal"] = map[string]any{"AWS": "*"}
	case n < 32:
		g.take("principal:AWS[*]")
		s["Principal"] = map[string]any{"AWS": []string{"arn:aws:iam::111122223333:root", "*"}}
	case n < 34:
		g.take("principal:account")
		s["Principal"] = map[string]any{"AWS": pick(g, []string{"111122223333", "arn:aws:iam::111122223333:role/a"})}
	case n < 35:
		g.take("principal:service")
		s["Principal"] = map[string]any{"Service": "cloudtrail.amazonaws.com"}
	case n < 37:
		g.take("NotPrincipal")
		s["NotPrincipal"] = g.nobody()
	case n < 38:
		g.take("NotPrincipal")
		s["NotPrincipal"] = map[string]any{"AWS": []string{"arn:aws:iam::111122223333:role/a", "111122223333"}}
	default:
		s["Principal"] = g.nobody()
	}
}

// nobody names principals that no stranger is.
func (g *generator) nobody() map[string]any {
	switch g.r.IntN(3) {
	case 0:
		g.take("principal:canonical")
		return map[string]any{"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}
	case 1:
		g.take("principal:federated")
		return map[string]any{"Federated": "cognito-identity.amazonaws.com"}
	}
	g.take("principal:deleted")
	return map[string]any{"AWS": "AIDACKCEVSQ6C2EXAMPLE"}
}

func (g *generator) action(s map[string]any, verb int) {
	sets := [][]string{
		{"s3:ListBucket", "s3:List*", "s3:listbucketversions", "s3:ListBucketMultipartUploads"},
		{"s3:GetObject", "s3:Get*", "S3:GetObjectVersion", "s3:GetObject?ersion"},
		{"s3:PutObject", "s3:Delete*", "s3:PutObjectTagging", "s3:Put*", "s3:DeleteObjectVersion"},
		{"s3:PutBucketAcl", "s3:PutObjectAcl", "s3:Put*Acl", "s3:PutObjectVersionAcl"},
	}
	list := []string{pick(g, sets[verb])}
	if g.chance(40) {
		list = append(list, pick(g, sets[verb]))
	}
	if g.chance(20) {
		list = []string{pick(g, []string{"s3:*", "*"})}
	}
	if g.chance(8) {
		g.take("NotAction")
		s["NotAction"] = pick(g, sets[verb])
		return
	}
	g.take("Action")
	if len(list) == 1 {
		s["Action"] = list[0]
		return
	}
	s["Action"] = list
}

func (g *generator) resource(s map[string]any, verb int) {
	keys := []string{"*", "a/*", "a*", "?", "*b", "a/b", "b/*"}
	one := func() string {
		switch n := g.r.IntN(20); {
		case n < 3:
			return "*"
		case n < 5:
			return "arn:aws:s3:::*"
		case n < 6 || verb == 0 && n < 15:
			return "arn:aws:s3:::b"
		case n < 17:
			return "arn:aws:s3:::b/" + pick(g, keys)
		}
		return "arn:aws:s3:::b/" + g.withVariable(pick(g, []string{"", "a/"}), pick(g, []string{"", "/*", "*"}))
	}
	list := []string{one()}
	if g.chance(40) {
		list = append(list, one())
	}
	var v any = list
	if len(list) == 1 && g.chance(50) {
		v = list[0]
	}
	if g.chance(8) {
		g.take("NotResource")
		s["NotResource"] = v
		return
	}
	g.take("Resource")
	s["Resource"] = v
}

func (g *generator) withVariable(before, after string) string {
	v := pick(g, Variables())
	g.take("var:" + v)
	return before + v + after
}

// operator picks an operator that fits the kind, or any.
func (g *generator) operator(kind string) string {
	if g.chance(4) {
		g.take("condition:mismatch")
		if g.chance(25) {
			return "BinaryEquals"
		}
		return pick(g, Operators())
	}
	ops := Operators()
	switch kind {
	case "ip":
		return pick(g, []string{"IpAddress", "NotIpAddress"})
	case "bool":
		return pick(g, []string{"Bool", "Bool", "StringEquals", "StringNotEquals"})
	case "number":
		return pick(g, ops[15:21])
	case "date":
		return pick(g, ops[21:27])
	case "epoch":
		return pick(g, ops[15:27])
	case "arn":
		return pick(g, append(ops[6:10:10], "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike", "StringEquals", "StringNotEquals"))
	}
	return pick(g, ops[:6])
}

func (g *generator) condition(into map[string]any, spec keySpec) {
	name := spec.name
	if g.chance(15) {
		g.take("key:case")
		name = pick(g, []string{strings.ToLower(name), strings.ToUpper(name[:5]) + name[5:]})
	}
	op := g.operator(spec.kind)
	values := spec.values
	switch {
	case g.chance(6):
		op, values = "Null", []string{"true", "false"}
	case op == "Bool" || op == "Null":
		values = []string{"true", "false"}
	case strings.Contains(op, "IpAddress") && spec.kind != "ip":
		values = []string{"8.8.8.8/32"}
	case strings.HasPrefix(op, "Date") && spec.kind != "date" && spec.kind != "epoch":
		values = []string{"2026-06-01T00:00:00Z"}
	case strings.HasPrefix(op, "Numeric") && spec.kind != "number" && spec.kind != "epoch":
		values = []string{"10"}
	case strings.HasPrefix(op, "Arn") && spec.kind != "arn":
		values = []string{"arn:aws:s3:::a", "*"}
	case spec.kind == "bool":
		values = []string{"true", "false"}
	}
	g.take("op:" + op)
	g.take("key:" + strings.ToLower(spec.name))
	full := op
	if op != "Null" {
		switch n := g.r.IntN(20); {
		case spec.kind == "multi" && n < 18, n < 4:
			if g.chance(50) {
				g.take("ForAllValues")
				full = "ForAllValues:" + full
			} else {
				g.take("ForAnyValue")
				full = "ForAnyValue:" + full
			}
		}
		if g.chance(15) {
			g.take("IfExists")
			full += "IfExists"
		}
	}
	if g.chance(5) {
		g.take("operator:case")
		full = strings.ToLower(full)
	}
	v := pick(g, values)
	if (strings.HasPrefix(op, "String")) && g.chance(8) {
		v = g.withVariable(pick(g, []string{"", "a"}), "")
	}
	var value any = v
	if g.chance(35) {
		g.take("condition:list")
		value = []string{v, pick(g, values)}
	} else {
		g.take("condition:scalar")
		if json.Valid([]byte(v)) && g.chance(20) { // a number, true or false without quotation marks
			g.take("value:raw")
			value = json.RawMessage(v)
		}
	}
	keys, _ := into[full].(map[string]any)
	if keys == nil {
		keys = map[string]any{}
		into[full] = keys
	}
	keys[name] = value
}
