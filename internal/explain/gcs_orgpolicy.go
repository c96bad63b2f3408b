// The constraint storage.publicAccessPrevention in raw GCS input.

package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/internal/access/iamcond"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// enforcement is what one policy says of the constraint.
type enforcement uint8

const (
	silent enforcement = iota // it leaves the answer to its parents
	off
	on
	undecided // it depends on tags that are not given
)

// orgPolicy is one policy on the constraint, by how near to the bucket it is set.
type orgPolicy struct {
	level int // 0 project, 1 folder, 2 organisation, 3 not said
	says  enforcement
}

// gcsOrgPolicy reads constraints/storage.publicAccessPrevention: as the v2 API prints it (spec.rules[].enforce), as the
// v1 API does (booleanPolicy.enforced), as a bare boolean, or as a list of policies of several levels, of which the
// nearest that says anything decides. Organization Policy documentation, "Understanding hierarchy evaluation".
func gcsOrgPolicy(b *built, in fields) error {
	into := &b.record.Scope.GCP.PublicAccessPrevention
	raw, ok := in["org_policy"]
	if !ok || isNull(raw) {
		b.assume("org_policy")
		*into = scanners.AbsentFact[scanners.PublicAccessPrevention](givenOrigin("org_policy"))
		return nil
	}
	policies, err := orgPolicies(raw, b.record.Bucket.GCP.EffectiveTags, b.at)
	if err != nil {
		return fmt.Errorf("org_policy: %w", err)
	}
	slices.SortStableFunc(policies, func(a, b orgPolicy) int { return a.level - b.level })
	policies = slices.DeleteFunc(policies, func(p orgPolicy) bool { return p.says == silent })
	from := givenOrigin("org_policy")
	if len(policies) == 0 {
		*into = scanners.AbsentFact[scanners.PublicAccessPrevention](from)
		return nil
	}
	nearest := policies[0]
	// Which of several folders is the nearer one, their names do not tell.
	for _, p := range policies[1:] {
		if p.level == nearest.level && p.says != nearest.says {
			nearest.says = undecided
		}
	}
	switch nearest.says {
	case undecided:
		*into = scanners.UnknownFact[scanners.PublicAccessPrevention](scanners.Reason{Code: scanners.Partial, Detail: "it hangs on tags or on an order of folders that are not given"}, from)
	default:
		*into = scanners.KnownFact(scanners.PublicAccessPrevention{Enforced: nearest.says == on, Source: "organization"}, from)
	}
	return nil
}

func orgPolicies(raw json.RawMessage, tags scanners.Fact[scanners.Labels], at time.Time) ([]orgPolicy, error) {
	if enforced, err := asBool(raw); err == nil {
		return []orgPolicy{{says: says(enforced)}}, nil
	}
	items, err := listOf(unwrap(raw, "policies"))
	if err != nil {
		return nil, err
	}
	var out []orgPolicy
	for i, item := range items {
		doc, err := object(item)
		if err != nil {
			return nil, fmt.Errorf("policy %d: %w", i+1, err)
		}
		for _, key := range []string{"storage.publicAccessPrevention", "constraints/storage.publicAccessPrevention"} {
			inner, ok := doc[key]
			if !ok {
				continue
			}
			if enforced, err := asBool(inner); err == nil {
				out = append(out, orgPolicy{says: says(enforced)})
				item, doc = nil, nil
				break
			}
			item = inner
			if doc, err = object(inner); err != nil {
				return nil, fmt.Errorf("policy %d: %w", i+1, err)
			}
		}
		if item == nil {
			continue
		}
		name, _ := doc.text("name")
		constraint, _ := doc.text("constraint")
		if which := name + constraint; which != "" && !strings.HasSuffix(which, "storage.publicAccessPrevention") {
			continue
		}
		verdict, err := orgPolicySays(item, tags, at)
		if err != nil {
			return nil, fmt.Errorf("policy %d: %w", i+1, err)
		}
		out = append(out, orgPolicy{level: orgPolicyLevel(name), says: verdict})
	}
	return out, nil
}

func says(enforced bool) enforcement {
	if enforced {
		return on
	}
	return off
}

func orgPolicyLevel(name string) int {
	for level, prefix := range []string{"projects/", "folders/", "organizations/"} {
		if strings.HasPrefix(name, prefix) {
			return level
		}
	}
	return 3
}

type orgPolicyRule struct {
	Enforce   json.RawMessage
	Condition *struct{ Expression string }
}

// orgPolicySays reads one policy in any of the forms in which it is printed.
func orgPolicySays(raw json.RawMessage, tags scanners.Fact[scanners.Labels], at time.Time) (enforcement, error) {
	var p struct {
		BooleanPolicy *struct{ Enforced bool }
		Enforced      *bool
		Enforce       *bool
		Spec          *struct {
			Rules             []orgPolicyRule
			InheritFromParent bool
			Reset             bool
		}
		Rules          []orgPolicyRule
		RestoreDefault json.RawMessage
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return silent, err
	}
	rules := p.Rules
	if p.Spec != nil {
		rules = append(rules, p.Spec.Rules...)
	}
	switch {
	case p.BooleanPolicy != nil:
		return says(p.BooleanPolicy.Enforced), nil
	case p.Enforced != nil:
		return says(*p.Enforced), nil
	case p.Enforce != nil:
		return says(*p.Enforce), nil
	case p.Spec != nil && p.Spec.Reset, p.RestoreDefault != nil:
		return off, nil // the constraint's default: not enforced
	case len(rules) == 0:
		return silent, nil
	}
	return rulesSay(rules, tags, at)
}

// rulesSay weighs the rules of a policy: those with a condition that holds for the bucket's tags come before the one
// without. Organization Policy documentation, "Setting an organization policy with tags".
func rulesSay(rules []orgPolicyRule, tags scanners.Fact[scanners.Labels], at time.Time) (enforcement, error) {
	plain, met, open := silent, silent, silent
	join := func(into *enforcement, v enforcement) {
		switch *into {
		case silent, v:
			*into = v
		default:
			*into = undecided
		}
	}
	for _, r := range rules {
		enforced, err := asBool(r.Enforce)
		if err != nil {
			return silent, fmt.Errorf("enforce: %w", err)
		}
		if r.Condition == nil || r.Condition.Expression == "" {
			join(&plain, says(enforced))
			continue
		}
		switch iamcond.Solve(r.Condition.Expression, iamcond.Resource{Tags: tags}, at).Verdict {
		case verdict.Yes:
			join(&met, says(enforced))
		case verdict.Unknown:
			join(&open, says(enforced))
		}
	}
	out := plain
	if met != silent {
		out = met
	}
	if open != silent && open != out {
		return undecided, nil
	}
	return out, nil
}
