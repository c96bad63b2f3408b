package signedlink

// CloudFront signed URLs and cookies ("Create a signed URL using a canned policy", "... a custom policy").

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// cloudFrontPolicy is the part of a policy statement that CloudFront reads.
type cloudFrontPolicy struct {
	Statement []struct {
		Resource  string
		Condition struct {
			DateLessThan    map[string]json.Number
			DateGreaterThan map[string]json.Number
			IpAddress       map[string]string //nolint:revive // the provider's spelling
		}
	}
}

func readCloudFront(c *candidate) reading {
	r := reading{Link: Link{Kind: CloudFrontCanned, Provider: providerAWS, Permissions: []string{"read"}, LongLivedKey: ptr(true), Revoke: RevokeSigner}}
	id := c.get("key-pair-id")
	raw := signatureText(c, "signature")
	sig, exact := base64Signature(standardAlphabet(decode(raw)))
	r.signature, r.credential = sig, id
	r.Object = named(decode(c.path))
	r.Scope = ptr(ScopeObject)
	r.ValidSyntax = exact && exactNames(c, func(folded string) string {
		switch folded {
		case "key-pair-id":
			return "Key-Pair-Id"
		case "expires":
			return "Expires"
		case "policy":
			return "Policy"
		case "signature":
			return "Signature"
		default:
			return ""
		}
	})
	missing := false
	switch {
	case c.has("policy"):
		r.Kind = CloudFrontCustom
		missing = !readPolicy(&r, c.get("policy"))
	case c.get("expires") != "":
		readExpires(&r, c.get("expires"))
	default:
		missing = true
	}
	r.LookAlike = firstOf(
		maskedText(raw), maskedText(c.get("policy")), exampleCredential(id), documentedKeyPair(id),
		maskedText(id), emulatorHost(c), incompleteIf(missing || id == ""),
		cutIf(!signatureSize(len(sig))),
		placeholderIf(patterned(raw)),
	)
	return r
}

// signatureSize knows the signatures that CloudFront takes: RSA of 2048 bits and ECDSA P-256 in DER ("Specify signers that
// can create signed URLs").
func signatureSize(n int) bool { return n == 256 || 68 <= n && n <= 72 }

// standardAlphabet turns CloudFront's base64 alphabet back.
func standardAlphabet(s string) string {
	return strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(s)
}

func readPolicy(r *reading, value string) bool {
	text, err := base64.StdEncoding.DecodeString(standardAlphabet(value))
	if err != nil {
		if text, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(standardAlphabet(value), "=")); err != nil {
			return false
		}
		r.ValidSyntax = false
	}
	var p cloudFrontPolicy
	if json.Unmarshal(text, &p) != nil || len(p.Statement) == 0 {
		return false
	}
	s := p.Statement[0]
	if end, ok := epoch(s.Condition.DateLessThan); ok {
		r.ExpiresAt = instant(end)
	} else {
		r.ValidSyntax = false
	}
	if start, ok := epoch(s.Condition.DateGreaterThan); ok {
		r.StartsAt = instant(start)
	}
	for name, address := range s.Condition.IpAddress {
		// The whole internet is no restriction.
		if strings.EqualFold(name, "AWS:SourceIp") && address != "0.0.0.0/0" {
			r.Limits.Network = append(r.Limits.Network, address)
		}
	}
	r.Limits.Network = words(r.Limits.Network)
	r.Limits.Resource = s.Resource
	r.Scope = ptr(policyScope(s.Resource))
	return true
}

func epoch(condition map[string]json.Number) (int64, bool) {
	for name, n := range condition {
		if strings.EqualFold(name, "AWS:EpochTime") {
			seconds, err := strconv.ParseInt(n.String(), 10, 64)
			return seconds, err == nil && seconds >= 0
		}
	}
	return 0, false
}

// policyScope says how much a resource pattern covers. A policy without a resource covers every URL that the
// key pair may sign for, as does "*".
func policyScope(resource string) Scope {
	_, rest, ok := strings.Cut(resource, "://")
	if !ok {
		rest = resource
	}
	host, path, _ := strings.Cut(rest, "/")
	// A wildcard after the query mark varies only the query.
	object, _, _ := strings.Cut(path, "?")
	switch {
	case resource == "" || strings.Contains(host, "*") || path == "*" || path == "":
		return ScopeDistribution
	case strings.Contains(object, "*") || strings.Contains(path, "?") && strings.Contains(object, "*"):
		return ScopePrefix
	default:
		return ScopeObject
	}
}
