package oracle

// This file reads a policy document.

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Document is a policy. It remembers what it has matched, so it serves one goroutine at a time.
type Document struct {
	modern     bool
	statements []statement
	texts      map[textKey][]token
}

type textKey struct {
	text      string
	wildcards bool
}

type statement struct {
	allow        bool
	principal    any
	notPrincipal any
	action       []string
	notAction    []string
	resource     []string
	notResource  []string
	conditions   []condition
	acts         map[string]bool // actionMatches by action
	who          map[[3]string]bool
	where        map[string]Truth // resourceMatches by resource
	varies       bool             // the resources have variables
}

type condition struct {
	operator string // base name, lower-case, without Not
	negated  bool
	ifExists bool
	all, any bool
	key      string
	values   []string
}

// Read reads a well-formed policy. It is not a validator.
func Read(text []byte) (*Document, error) {
	var raw struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	list := []json.RawMessage{raw.Statement}
	if strings.HasPrefix(strings.TrimSpace(string(raw.Statement)), "[") {
		list = nil
		if err := json.Unmarshal(raw.Statement, &list); err != nil {
			return nil, err
		}
	}
	d := &Document{modern: raw.Version == "2012-10-17", texts: map[textKey][]token{}}
	for _, one := range list {
		var s struct {
			Effect                  string
			Principal, NotPrincipal any
			Action, NotAction       any
			Resource, NotResource   any
			Condition               map[string]map[string]any
		}
		if err := json.Unmarshal(one, &s); err != nil {
			return nil, err
		}
		st := statement{
			acts: map[string]bool{}, who: map[[3]string]bool{}, where: map[string]Truth{},
			allow: s.Effect == "Allow", principal: s.Principal, notPrincipal: s.NotPrincipal,
			action: flat(s.Action), notAction: flat(s.NotAction), resource: flat(s.Resource), notResource: flat(s.NotResource),
		}
		for _, v := range append(flat(s.Resource), flat(s.NotResource)...) {
			st.varies = st.varies || d.modern && strings.Contains(v, "${")
		}
		for op, keys := range s.Condition {
			for key, values := range keys {
				c := condition{key: strings.ToLower(key), values: flat(values)}
				name := strings.ToLower(op)
				if strings.HasPrefix(name, "forallvalues:") {
					c.all, name = true, name[len("forallvalues:"):]
				}
				if strings.HasPrefix(name, "foranyvalue:") {
					c.any, name = true, name[len("foranyvalue:"):]
				}
				if strings.HasSuffix(name, "ifexists") {
					c.ifExists, name = true, name[:len(name)-len("ifexists")]
				}
				if i := strings.Index(name, "not"); i >= 0 {
					c.negated, name = true, name[:i]+name[i+len("not"):]
				}
				c.operator = name
				st.conditions = append(st.conditions, c)
			}
		}
		d.statements = append(d.statements, st)
	}
	return d, nil
}

func flat(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case bool:
		return []string{strconv.FormatBool(x)}
	case float64:
		return []string{strconv.FormatFloat(x, 'f', -1, 64)}
	case []any:
		var out []string
		for _, i := range x {
			out = append(out, flat(i)...)
		}
		return out
	}
	return nil
}
