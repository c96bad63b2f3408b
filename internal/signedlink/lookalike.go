package signedlink

// Look-alikes: what has the shape of a signed link and opens nothing. Each test is narrow, because a link that is
// suppressed wrongly is one that nobody revokes.

import (
	"net/netip"
	"strings"
)

func firstOf(reasons ...LookAlike) LookAlike {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}

func incompleteIf(b bool) LookAlike   { return when(b, Incomplete) }
func otherServiceIf(b bool) LookAlike { return when(b, OtherService) }
func cutIf(b bool) LookAlike          { return when(b, CutSignature) }
func placeholderIf(b bool) LookAlike  { return when(b, Placeholder) }

func when(b bool, l LookAlike) LookAlike {
	if b {
		return l
	}
	return ""
}

// maskedText judges a signature, token or policy by what people write over one.
func maskedText(s string) LookAlike {
	if s == "" {
		return ""
	}
	upper := strings.ToUpper(decode(s))
	switch {
	case strings.ContainsAny(upper, "<>{}$[]"):
		return Placeholder
	case strings.Contains(s, "EXAMPLE"):
		return DocumentationExample
	case strings.ContainsAny(upper, "*…•█") || strings.Contains(upper, "...") || strings.Contains(upper, "REDACT") ||
		strings.Contains(upper, "XXXXXX") || strings.Contains(upper, "MASKED") || strings.Contains(upper, "FILTERED") ||
		strings.Contains(upper, "HIDDEN") || strings.Contains(upper, "REMOVED") || strings.Contains(upper, "SANITIZED"):
		return MaskedSignature
	case strings.Contains(upper, "SIGNATURE") || strings.Contains(upper, "PLACEHOLDER") || strings.HasPrefix(upper, "YOUR"):
		return Placeholder
	default:
		return ""
	}
}

// exampleCredential judges a key id by what documentation and templates write for one.
func exampleCredential(id string) LookAlike {
	upper := strings.ToUpper(id)
	switch {
	case strings.Contains(upper, "EXAMPLE") && !strings.Contains(id, "@"):
		return DocumentationExample
	case strings.ContainsAny(upper, "<>{}$[]") || strings.HasPrefix(upper, "YOUR") || strings.Contains(upper, "PLACEHOLDER") ||
		strings.Contains(upper, "ACCESS_KEY") || strings.Contains(upper, "ACCESS-KEY") || strings.Contains(upper, "KEY_ID"):
		return Placeholder
	case strings.ContainsAny(upper, "*…•") || strings.Contains(upper, "...") || strings.Contains(upper, "XXXXXX") ||
		strings.Contains(upper, "REDACT"):
		return MaskedSignature
	case len(id) >= 16 && patterned(id[4:]):
		return Placeholder
	default:
		return ""
	}
}

// documentedKeyPair knows the CloudFront key pair of Amazon's own pages.
func documentedKeyPair(id string) LookAlike {
	return when(id == "K2JCJMDEHXQW5F", DocumentationExample)
}

// exampleProject knows the service accounts of Google's own pages.
func exampleProject(id string) LookAlike {
	_, domain, _ := strings.Cut(strings.ToLower(id), "@")
	project, _, _ := strings.Cut(domain, ".")
	switch project {
	case "example-project", "example", "your-project", "your-project-id", "project-id", "project_id":
		return DocumentationExample
	default:
		return ""
	}
}

// exampleAccount knows the storage accounts of Microsoft's own pages.
func exampleAccount(account *string) LookAlike {
	if account == nil {
		return ""
	}
	switch strings.ToLower(*account) {
	case "myaccount", "mystorageaccount", "youraccount", "yourstorageaccount", "storageaccountname", "accountname", "youraccountname":
		return DocumentationExample
	default:
		return when(strings.ContainsAny(*account, "<>{}$*"), Placeholder)
	}
}

// emulatorKey knows the key ids that local servers and test doubles are given.
func emulatorKey(id string) LookAlike {
	switch strings.ToLower(id) {
	case "test", "testing", "dummy", "fake", "foo", "foobar", "mock", "local", "localstack", "accesskey", "access_key",
		"s3rver", "devstoreaccount1", "accesskey1", "foobarkey":
		return Emulator
	}
	return when(strings.HasPrefix(id, "LKIA") || strings.HasPrefix(id, "LSIA"), Emulator)
}

// emulatorHost knows loopback, the names that containers give to test doubles, and Azurite's account.
func emulatorHost(c *candidate) LookAlike {
	host := c.hostname()
	if host == "" && c.endpoints != "" {
		host = endpointHost(c.endpoints)
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			host = host[:i]
		}
	}
	if addr, err := netip.ParseAddr(host); err == nil && (addr.IsLoopback() || addr.IsUnspecified()) {
		return Emulator
	}
	switch host {
	case "localhost", "localstack", "azurite", "moto", "fake-gcs-server", "gcs-emulator", "s3mock", "host.docker.internal":
		return Emulator
	}
	for _, suffix := range []string{".localhost", ".localstack.cloud", ".localhost.localdomain", ".invalid"} {
		if strings.HasSuffix(host, suffix) {
			return Emulator
		}
	}
	for _, suffix := range []string{"example.com", "example.org", "example.net"} {
		if host == suffix {
			return DocumentationExample
		}
	}
	first, _, _ := strings.Cut(c.path, "/")
	return when(strings.HasPrefix(host, "devstoreaccount1") || first == "devstoreaccount1" || strings.Contains(c.endpoints, "devstoreaccount1"), Emulator)
}

// patterned reports whether text that ought to be random was typed or generated: few different characters, a
// short piece repeated, or long runs in the order of the alphabet. A random signature of 27 characters or more
// fails each of these with a probability below 2^-40.
func patterned(s string) bool {
	s = strings.TrimRight(s, "=")
	if len(s) < 12 {
		return false
	}
	var seen [256]bool
	different := 0
	for i := range len(s) {
		if !seen[s[i]] {
			seen[s[i]] = true
			different++
		}
	}
	if different <= 4 || len(s) >= 40 && different <= 6 {
		return true
	}
	for period := 1; period <= 16 && period*2 <= len(s); period++ {
		same := 0
		for i := period; i < len(s); i++ {
			if s[i] == s[i-period] {
				same++
			}
		}
		if same == len(s)-period {
			return true
		}
	}
	steps := 0
	for i := 1; i < len(s); i++ {
		if s[i] == s[i-1]+1 || s[i] == '0' && s[i-1] == '9' || s[i] == 'a' && s[i-1] == 'z' || s[i] == '0' && s[i-1] == 'z' ||
			s[i] == '0' && s[i-1] == 'Z' || s[i] == 'A' && s[i-1] == 'z' {
			steps++
		}
	}
	return steps*10 >= len(s)*7
}
