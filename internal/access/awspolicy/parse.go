package awspolicy

// This file turns policy JSON into statements. What the JSON leaves unclear is kept as a mark on the statement, never
// guessed; what AWS would refuse to store is named as a problem.

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotPolicy says that the text is no policy document at all: no JSON object, or one without statements.
var ErrNotPolicy = errors.New("not a policy document")

// Effect of a statement.
type Effect uint8

// The effects. EffectUnclear stands for text that is neither.
const (
	EffectUnclear Effect = iota
	EffectAllow
	EffectDeny
)

// Problem is something in the text that AWS documents otherwise.
type Problem struct {
	// Statement is the statement's index, -1 for the document itself.
	Statement int
	// Offset is the byte position in the text.
	Offset int
	Detail string
}

// Policy is a parsed policy document. It is immutable and safe for concurrent use.
type Policy struct {
	// Version is the language version as written, empty when absent.
	Version    string
	Statements []Statement
	Problems   []Problem
	literals   int
	actions    []action
}

// Statement is one statement.
type Statement struct {
	// Index is the position in the document, from 0.
	Index  int
	Sid    string
	Effect Effect
	// Offset and End delimit the statement in the text given to Parse.
	Offset, End int
	// Text is the statement as written, at most maxStatementText bytes.
	Text string
	// Unclear says why the statement has no decided meaning, one entry per cause.
	Unclear []string

	who       principals
	actions   uint64 // bit i: actions()[i] matches
	wildcards bool   // an Action entry has a wildcard, or NotAction is used
	resources *literal
	conds     []*literal
}

// principals is a Principal or NotPrincipal element.
type principals struct {
	any       bool
	neg       bool
	unclear   bool // matching is not decided
	aws       []string
	canonical []string
	federated []string
	service   []string
}

const maxStatementText = 2048

// Parse reads a policy document. It fails only where there is no JSON object with statements; anything else that is
// wrong is kept in Problems and in the statements' Unclear.
func Parse(text []byte) (*Policy, error) {
	root, err := readJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotPolicy, err)
	}
	if root.kind != objectNode {
		return nil, fmt.Errorf("%w: it is a JSON %s", ErrNotPolicy, root.kind)
	}
	r := &reader{policy: &Policy{actions: actions()}, text: text}
	if len(text) >= 3 && text[0] == 0xEF {
		r.text = text[3:]
	}
	return r.document(root)
}

type reader struct {
	policy *Policy
	text   []byte
	// global holds reasons that make every statement unclear.
	global    []string
	variables bool
}

func (r *reader) problem(statement, offset int, format string, args ...any) string {
	p := Problem{Statement: statement, Offset: offset, Detail: fmt.Sprintf(format, args...)}
	if len(r.policy.Problems) < 1000 {
		r.policy.Problems = append(r.policy.Problems, p)
	}
	return p.Detail
}

func (r *reader) document(root node) (*Policy, error) {
	var lists []*node // more than one where the name is repeated: any of them may be the one that counts
	for i := range root.members {
		m := &root.members[i]
		if m.repeated {
			r.global = append(r.global, r.problem(-1, m.value.off, "element %s is written twice", quote(m.name)))
		}
		switch m.name {
		case "Version":
			r.policy.Version = m.value.text
			if m.value.kind != stringNode || m.value.text != "2012-10-17" && m.value.text != "2008-10-17" {
				r.global = append(r.global, r.problem(-1, m.value.off, "Version %s is not a version of the policy language", quote(m.value.text)))
			}
		case "Statement":
			lists = append(lists, &m.value)
		case "Id":
		default:
			r.global = append(r.global, r.problem(-1, m.value.off, "unknown element %s", quote(m.name)))
		}
	}
	if len(lists) == 0 {
		return nil, fmt.Errorf("%w: it has no Statement", ErrNotPolicy)
	}
	r.variables = r.policy.Version == "2012-10-17"
	for _, list := range lists {
		switch list.kind {
		case objectNode:
			r.statement(*list)
		case arrayNode:
			for _, s := range list.items {
				r.statement(s)
			}
		default:
			return nil, fmt.Errorf("%w: Statement is a %s", ErrNotPolicy, list.kind)
		}
	}
	return r.policy, nil
}

func (r *reader) statement(n node) {
	s := Statement{Index: len(r.policy.Statements), Offset: n.off, End: n.end, Text: excerpt(r.text[n.off:n.end])}
	s.Unclear = append(s.Unclear, r.global...)
	unclear := func(off int, format string, args ...any) {
		s.Unclear = append(s.Unclear, r.problem(s.Index, off, format, args...))
	}
	if n.kind != objectNode {
		unclear(n.off, "statement is a %s", n.kind)
		s.who.unclear, s.actions = true, ^uint64(0)
		r.policy.Statements = append(r.policy.Statements, s)
		return
	}
	// An element that is written twice counts as unreadable: it then excludes nothing.
	elements := make(map[string]*node, len(n.members))
	twice := make(map[string]bool)
	for i := range n.members {
		m := &n.members[i]
		switch m.name {
		case "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition":
		default:
			unclear(m.value.off, "unknown element %s", quote(m.name))
			continue
		}
		if m.repeated {
			twice[m.name] = true
		}
		elements[m.name] = &m.value
	}
	for _, name := range [...]string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"} {
		if twice[name] {
			unclear(elements[name].off, "element %s is written twice", quote(name))
		}
	}
	if e := elements["Sid"]; e != nil {
		if e.kind != stringNode {
			unclear(e.off, "Sid is a %s", e.kind)
		}
		s.Sid = e.text
	}
	s.Effect = EffectUnclear
	switch e := elements["Effect"]; {
	case e == nil:
		unclear(n.off, "statement has no Effect")
	case twice["Effect"]:
	case e.kind == stringNode && e.text == "Allow":
		s.Effect = EffectAllow
	case e.kind == stringNode && e.text == "Deny":
		s.Effect = EffectDeny
	default:
		unclear(e.off, "Effect %s is neither Allow nor Deny", quote(e.text))
	}
	pair := func(name string) (*node, bool, bool) {
		yes, no := elements[name], elements["Not"+name]
		switch {
		case yes != nil && no != nil:
			unclear(yes.off, "%s and Not%s stand together", name, name)
			return nil, false, false
		case yes == nil && no == nil:
			unclear(n.off, "statement has no %s", name)
			return nil, false, false
		case twice[name] || twice["Not"+name]:
			return nil, false, false
		case yes != nil:
			return yes, false, true
		}
		return no, true, true
	}
	if e, neg, ok := pair("Principal"); ok {
		s.who = r.principals(e, neg, unclear)
	} else {
		s.who.unclear = true
	}
	s.actions = ^uint64(0)
	if e, neg, ok := pair("Action"); ok {
		if list, ok := r.strings(e, "Action", unclear); ok {
			s.actions = r.actionBits(list, neg)
			s.wildcards = neg || strings.ContainsAny(strings.Join(list, ","), "*?")
		}
	}
	if e, neg, ok := pair("Resource"); ok {
		if list, ok := r.strings(e, "Resource", unclear); ok {
			s.resources = r.resource(list, neg)
		}
	}
	if e := elements["Condition"]; e != nil && !twice["Condition"] {
		s.conds = r.conditions(e, unclear)
	}
	r.policy.Statements = append(r.policy.Statements, s)
}

// excerpt shortens a statement's text to something that can be shown.
func excerpt(b []byte) string {
	if len(b) > maxStatementText {
		return strings.ToValidUTF8(string(b[:maxStatementText-3]), "\uFFFD") + "..."
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func (r *reader) strings(n *node, what string, unclear func(int, string, ...any)) ([]string, bool) {
	if n.kind == stringNode {
		return []string{n.text}, true
	}
	if n.kind != arrayNode || len(n.items) == 0 {
		unclear(n.off, "%s is neither a string nor a list of strings", what)
		return nil, false
	}
	out := make([]string, 0, len(n.items))
	for _, i := range n.items {
		if i.kind != stringNode {
			unclear(i.off, "%s holds a %s", what, i.kind)
			return nil, false
		}
		out = append(out, i.text)
	}
	return out, true
}

func (r *reader) actionBits(list []string, neg bool) uint64 {
	var bits uint64
	for _, s := range list {
		p := globPattern(lower(s), false)
		for i := range r.policy.actions {
			if p.match(r.policy.actions[i].low) {
				bits |= 1 << i
			}
		}
	}
	if neg {
		bits = ^bits
	}
	return bits
}

func (r *reader) literal(l literal) *literal {
	l.slot = r.policy.literals
	r.policy.literals++
	return &l
}

func (r *reader) resource(list []string, neg bool) *literal {
	l := literal{name: "Resource", opName: "Resource", op: operator{kind: opResource, form: formGlob, neg: neg}, values: list}
	for _, v := range list {
		t := parseTemplate(v, formGlob, r.variables)
		if t.broken != "" {
			l.unclear = t.broken
			continue
		}
		l.linked = l.linked || t.ready == nil
		l.texts = append(l.texts, t)
	}
	return r.literal(l)
}

func (r *reader) principals(n *node, neg bool, unclear func(int, string, ...any)) principals {
	who := principals{neg: neg}
	if n.kind == stringNode {
		who.any = n.text == "*"
		if !who.any {
			unclear(n.off, "Principal %s is a string other than *", quote(n.text))
			who.unclear = true
		}
		return who
	}
	if n.kind != objectNode || len(n.members) == 0 {
		unclear(n.off, "Principal is neither * nor an object with principals")
		who.unclear = true
		return who
	}
	for i := range n.members {
		m := &n.members[i]
		if m.repeated {
			unclear(m.value.off, "principal type %s is written twice", quote(m.name))
			who.unclear = true
		}
		list, ok := r.strings(&m.value, "Principal "+quote(m.name), unclear)
		if !ok {
			who.unclear = true
			continue
		}
		for _, v := range list {
			star := strings.ContainsAny(v, "*?")
			switch {
			case m.name == "AWS" && v == "*":
				who.any = true
			case m.name == "AWS":
				who.aws = append(who.aws, v)
			case m.name == "CanonicalUser":
				who.canonical = append(who.canonical, v)
			case m.name == "Federated":
				who.federated = append(who.federated, v)
				star = false
			case m.name == "Service":
				who.service = append(who.service, v)
				star = false
			default:
				unclear(m.value.off, "unknown principal type %s", quote(m.name))
				who.unclear = true
			}
			if star && v != "*" || star && m.name == "CanonicalUser" {
				unclear(m.value.off, "principal %s has a wildcard, which is not accepted there", quote(v))
				who.unclear = true
			}
		}
	}
	return who
}
