// The network security perimeter of raw Azure input.

package explain

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tojimari/tojimari/scanners"
)

// azurePerimeter reads an account's perimeter configuration: as Network Security Perimeter Configurations prints it
// (with resourceAssociation and profile, alone or in a list), or the deciding parts alone.
func azurePerimeter(raw json.RawMessage) (scanners.Perimeter, bool, error) {
	items, err := listOf(unwrap(raw, "value"))
	if err != nil {
		return scanners.Perimeter{}, false, err
	}
	switch len(items) {
	case 0:
		return scanners.Perimeter{}, false, nil
	case 1:
	default:
		return scanners.Perimeter{}, false, fmt.Errorf("%d configurations are given; an account is in one perimeter at most", len(items))
	}
	doc, err := azureFlat(items[0])
	if err != nil {
		return scanners.Perimeter{}, false, err
	}
	for _, part := range []string{"resourceassociation", "profile"} {
		inner, ok := doc[part]
		if !ok {
			continue
		}
		nested, err := azureFlat(inner)
		if err != nil {
			return scanners.Perimeter{}, false, fmt.Errorf("%s: %w", part, err)
		}
		for key, value := range nested {
			if _, both := doc[key]; !both {
				doc[key] = value
			}
		}
	}
	v := scanners.Perimeter{Associated: true}
	if word, ok := doc["associated"]; ok {
		if v.Associated, err = asBool(word); err != nil {
			return v, false, fmt.Errorf("associated: %w", err)
		}
	}
	for _, key := range []string{"accessmode", "mode"} {
		if text, err := doc.text(key); err != nil {
			return v, false, err
		} else if text != "" {
			v.Mode = canonical(text, "Learning", "Enforced", "Audit", "Transition")
		}
	}
	for _, key := range []string{"inboundips", "addressprefixes", "inboundaddressprefixes"} {
		if list, ok := doc[key]; ok {
			if err := json.Unmarshal(list, &v.InboundIPs); err != nil {
				return v, false, fmt.Errorf("%s: %w", key, err)
			}
		}
	}
	for _, key := range []string{"accessrules", "inboundrules"} {
		if list, ok := doc[key]; ok {
			prefixes, err := azureInbound(list)
			if err != nil {
				return v, false, fmt.Errorf("%s: %w", key, err)
			}
			v.InboundIPs = append(v.InboundIPs, prefixes...)
		}
	}
	return v, true, nil
}

// azureInbound gives the address prefixes of inbound access rules. Rules by subscription or perimeter admit callers with
// an identity alone.
func azureInbound(raw json.RawMessage) ([]string, error) {
	items, err := listOf(raw)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, item := range items {
		rule, err := azureFlat(item)
		if err != nil {
			return nil, err
		}
		if direction, _ := rule.text("direction"); direction != "" && !strings.EqualFold(direction, "Inbound") {
			continue
		}
		var prefixes []string
		if raw, ok := rule["addressprefixes"]; ok {
			if err := json.Unmarshal(raw, &prefixes); err != nil {
				return nil, fmt.Errorf("addressPrefixes: %w", err)
			}
		}
		out = append(out, prefixes...)
	}
	return out, nil
}
