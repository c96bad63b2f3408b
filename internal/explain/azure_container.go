// Containers, blobs, stored access policies and tokens of raw Azure input.

package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tojimari/tojimari/scanners"
)

// azureContainer finds the container that is asked about and its level.
func azureContainer(b *built, in fields) error {
	var asked string
	raw, ok := in["container"]
	if ok && !isNull(raw) && bytesStart(raw) != '{' {
		if err := textInto(&asked)(raw); err != nil {
			return fmt.Errorf("container: %w", err)
		}
		raw = nil
	}
	list := []json.RawMessage{}
	if all, ok := in["containers"]; ok && !isNull(all) {
		items, err := listOf(unwrap(all, "value"))
		if err != nil {
			return fmt.Errorf("containers: %w", err)
		}
		list = items
	}
	if raw != nil && !isNull(raw) {
		list = []json.RawMessage{raw}
	}
	if asked == "" && len(list) > 1 {
		return fmt.Errorf("%d containers are given and \"container\" does not say which one is asked about", len(list))
	}
	from := givenOrigin("containers")
	level := &b.record.Bucket.Azure.Level
	for _, item := range list {
		doc, err := azureFlat(item)
		if err != nil {
			return fmt.Errorf("containers: %w", err)
		}
		name, err := doc.text("name")
		if err != nil {
			return fmt.Errorf("containers: %w", err)
		}
		if asked != "" && name != asked {
			continue
		}
		b.record.Name = name
		word, err := doc.text("publicaccess")
		if err != nil {
			return fmt.Errorf("container %q: %w", name, err)
		}
		word = strings.ToLower(word)
		if word == "" || word == "off" {
			word = "none"
		}
		// A deleted container that is kept for a while answers nobody.
		if gone, err := asBool(doc["deleted"]); err == nil && gone {
			word = "none"
		}
		*level = scanners.KnownFact(scanners.ContainerLevel{Level: word}, from)
		return nil
	}
	if len(list) > 0 {
		return fmt.Errorf("container %q is not among the containers given", asked)
	}
	b.record.Name = asked
	b.assume("containers")
	*level = scanners.AbsentFact[scanners.ContainerLevel](from)
	return nil
}

func azureBlobs(raw json.RawMessage) (scanners.ObjectSample, bool, error) {
	items, err := listOf(unwrap(raw, "value", "blobs"))
	if err != nil {
		return scanners.ObjectSample{}, false, err
	}
	out := scanners.ObjectSample{Objects: []scanners.SampledObject{}}
	for i, item := range items {
		var o scanners.SampledObject
		if json.Unmarshal(item, &o.Key) != nil {
			doc, err := azureFlat(item)
			if err != nil {
				return out, false, fmt.Errorf("blob %d: %w", i+1, err)
			}
			if o.Key, err = doc.text("name"); err != nil || o.Key == "" {
				return out, false, fmt.Errorf("blob %d has no name", i+1)
			}
			for _, key := range []string{"accesstier", "blobtier"} {
				if tier, _ := doc.text(key); tier != "" {
					o.StorageClass = tier
				}
			}
			for _, key := range []string{"customerprovidedkeysha256", "encryptionkeysha256"} {
				if sum, _ := doc.text(key); sum != "" {
					o.Encryption = "CPK"
				}
			}
		}
		out.Objects = append(out.Objects, o)
	}
	return out, true, nil
}

// azureStoredPolicies accepts the list of the REST API or the CLI's map from id to policy.
func azureStoredPolicies(raw json.RawMessage) (scanners.StoredPolicies, bool, error) {
	raw = unwrap(raw, "value", "signedIdentifiers", "SignedIdentifiers")
	byID := map[string]json.RawMessage{}
	if bytesStart(raw) == '{' {
		doc, err := object(raw)
		if err != nil {
			return scanners.StoredPolicies{}, false, err
		}
		byID = doc
	} else {
		items, err := listOf(raw)
		if err != nil {
			return scanners.StoredPolicies{}, false, err
		}
		for i, item := range items {
			doc, err := azureFlat(item)
			if err != nil {
				return scanners.StoredPolicies{}, false, fmt.Errorf("policy %d: %w", i+1, err)
			}
			id, err := doc.text("id")
			if err != nil {
				return scanners.StoredPolicies{}, false, fmt.Errorf("policy %d: %w", i+1, err)
			}
			byID[id] = item
			if inner, ok := doc["accesspolicy"]; ok {
				byID[id] = inner
			}
		}
	}
	out := scanners.StoredPolicies{List: []scanners.StoredPolicy{}}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		p := scanners.StoredPolicy{ID: id}
		doc, err := azureFlat(byID[id])
		if err != nil {
			return out, false, fmt.Errorf("policy %q: %w", id, err)
		}
		for _, key := range []string{"permission", "permissions"} {
			if text, _ := doc.text(key); text != "" {
				p.Permissions = text
			}
		}
		for keys, into := range map[string]*time.Time{"start starttime startson": &p.StartsAt, "expiry expirytime expireson": &p.ExpiresAt} {
			for key := range strings.FieldsSeq(keys) {
				if raw, ok := doc[key]; ok {
					if *into, err = azureTime(raw); err != nil {
						return out, false, fmt.Errorf("policy %q: %s: %w", id, key, err)
					}
				}
			}
		}
		out.List = append(out.List, p)
	}
	return out, true, nil
}

// azureTime accepts the forms of ISO 8601 that the service accepts: with seconds, minutes only, date only.
func azureTime(raw json.RawMessage) (time.Time, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return time.Time{}, fmt.Errorf("want a time, got %s", snippet(raw))
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", text)
}

// azureTokens accepts one SAS or a list, each a query string or a whole URL.
func azureTokens(raw json.RawMessage) (scanners.Tokens, bool, error) {
	items, err := listOf(raw)
	if err != nil {
		return scanners.Tokens{}, false, err
	}
	out := scanners.Tokens{List: []string{}}
	for i, item := range items {
		var text string
		if err := json.Unmarshal(item, &text); err != nil {
			return out, false, fmt.Errorf("sas %d: want a string, got %s", i+1, snippet(item))
		}
		out.List = append(out.List, text)
	}
	return out, true, nil
}
