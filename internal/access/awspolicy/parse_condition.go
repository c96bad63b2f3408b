package awspolicy

// This file reads Condition blocks.

import (
	"strings"
)

func (r *reader) conditions(n *node, unclear func(int, string, ...any)) []*literal {
	if n.kind != objectNode {
		unclear(n.off, "Condition is a %s", n.kind)
		return nil
	}
	var out []*literal
	for i := range n.members {
		m := &n.members[i]
		op, quant, ifExists, ok := parseOperator(m.name)
		if !ok {
			unclear(m.value.off, "unknown condition operator %s", quote(m.name))
			continue
		}
		if m.repeated {
			unclear(m.value.off, "condition operator %s is written twice", quote(m.name))
			continue
		}
		if m.value.kind != objectNode {
			unclear(m.value.off, "condition operator %s holds a %s", quote(m.name), m.value.kind)
			continue
		}
		for j := range m.value.members {
			k := &m.value.members[j]
			l := literal{
				key: strings.ToLower(k.name), name: k.name, opName: m.name,
				op: op, quant: quant, ifExists: ifExists,
			}
			if k.repeated {
				unclear(k.value.off, "condition key %s is written twice", quote(k.name))
				continue
			}
			l.values, ok = scalars(&k.value)
			if !ok {
				unclear(k.value.off, "values of condition key %s are neither scalars nor a list of them", quote(k.name))
				continue
			}
			l.read(r.variables)
			if l.unclear != "" {
				r.problem(len(r.policy.Statements), k.value.off, "%s", l.unclear)
			}
			out = append(out, r.literal(l))
		}
	}
	return out
}

// scalars reads condition values; numbers and booleans may stand without quotes.
func scalars(n *node) ([]string, bool) {
	list := n.items
	if n.kind != arrayNode {
		list = []node{*n}
	}
	out := make([]string, 0, len(list))
	for _, i := range list {
		if i.kind != stringNode && i.kind != numberNode && i.kind != boolNode {
			return nil, false
		}
		out = append(out, i.text)
	}
	return out, true
}
