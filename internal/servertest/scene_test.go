//go:build servers && unix

// A scene is what is set up on one bucket: ownership, canned ACL, policy.

package servertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// scene is one configuration of a bucket. In policy, BUCKET stands for the bucket's name.
type scene struct {
	name      string
	ownership string // empty leaves the server's default, BucketOwnerEnforced
	acl       string // canned; empty leaves it private
	policy    string // empty leaves it unset
	// What only some servers have.
	objectACL string   // canned, of the object o.txt
	block     []string // names of public access block flags that are on
}

// policyDocument is as much of a policy as finding its constructs takes.
type policyDocument struct {
	Statement []map[string]json.RawMessage
}

// constructs lists what a scene is made of: "acl:public-read", "effect:Deny", "Deny s3:GetObject", "Allow NotPrincipal",
// "operator:StringLike", "key:aws:referer", "qualifier:ForAnyValue", "suffix:IfExists", ... Exclusions name these.
func (s scene) constructs(t *testing.T) []string {
	t.Helper()
	set := map[string]bool{}
	if s.acl != "" {
		set["acl:"+s.acl] = true
	}
	if s.objectACL != "" {
		set["object acl:"+s.objectACL] = true
	}
	for _, flag := range s.block {
		set["block:"+flag] = true
	}
	if s.ownership != "" {
		set["ownership:"+s.ownership] = true
	}
	if s.policy != "" {
		set["policy"] = true
		var document policyDocument
		if err := json.Unmarshal([]byte(s.policy), &document); err != nil {
			t.Fatalf("scene %s: %v", s.name, err)
		}
		for _, statement := range document.Statement {
			statementConstructs(t, statement, set)
		}
	}
	var out []string
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func statementConstructs(t *testing.T, statement map[string]json.RawMessage, set map[string]bool) {
	t.Helper()
	effect := strings.Trim(string(statement["Effect"]), `"`)
	set["effect:"+effect] = true
	for _, element := range []string{"NotPrincipal", "NotAction", "NotResource"} {
		if _, ok := statement[element]; ok {
			set[element] = true
			set[effect+" "+element] = true
		}
	}
	if principal := statement["Principal"]; len(principal) > 0 && !strings.Contains(string(principal), `"*"`) {
		set["principal:named"] = true
	}
	for _, element := range []string{"Action", "NotAction"} {
		for _, action := range oneOrMore(t, statement[element]) {
			set["action:"+action] = true
			set[effect+" "+action] = true
			if action != strings.TrimSpace(action) || !strings.HasPrefix(action, "s3:") {
				set["action spelling"] = true
			}
		}
	}
	for _, element := range []string{"Resource", "NotResource"} {
		for _, resource := range oneOrMore(t, statement[element]) {
			if strings.Contains(resource, "${") {
				set["variable"] = true
			}
			if resource == "*" {
				set["resource:*"] = true
			}
		}
	}
	var conditions map[string]map[string]json.RawMessage
	if raw := statement["Condition"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &conditions); err != nil {
			t.Fatal(err)
		}
	}
	for operator, keys := range conditions {
		if qualifier, rest, ok := strings.Cut(operator, ":"); ok {
			set["qualifier:"+qualifier] = true
			operator = rest
		}
		if base, ok := strings.CutSuffix(operator, "IfExists"); ok {
			set["suffix:IfExists"] = true
			operator = base
		}
		set["operator:"+operator] = true
		for key := range keys {
			set["key:"+strings.ToLower(key)] = true
			set[effect+" "+operator+" "+strings.ToLower(key)] = true
		}
	}
}

// oneOrMore reads a string or a list of strings; nothing for nothing.
func oneOrMore(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var one string
	if err := json.Unmarshal(raw, &one); err != nil {
		t.Fatalf("neither a string nor strings: %s", raw)
	}
	return []string{one}
}

// conditionValues returns the values that a policy compares a key with, with wildcards filled in, sorted.
func (s scene) conditionValues(t *testing.T, key string) []string {
	t.Helper()
	if s.policy == "" {
		return nil
	}
	var document policyDocument
	if err := json.Unmarshal([]byte(s.policy), &document); err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, statement := range document.Statement {
		var conditions map[string]map[string]any
		if raw := statement["Condition"]; len(raw) > 0 {
			if err := json.Unmarshal(raw, &conditions); err != nil {
				t.Fatal(err)
			}
		}
		for _, keys := range conditions {
			for name, value := range keys {
				if strings.EqualFold(name, key) {
					for _, v := range values(value) {
						set[strings.NewReplacer("*", "x", "?", "y").Replace(v)] = true
					}
				}
			}
		}
	}
	var out []string
	for v := range set {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

func values(v any) []string {
	if list, ok := v.([]any); ok {
		var out []string
		for _, one := range list {
			out = append(out, values(one)...)
		}
		return out
	}
	return []string{fmt.Sprint(v)}
}
