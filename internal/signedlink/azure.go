package signedlink

// Azure shared access signatures ("Create an account SAS", "... a service SAS", "... a user delegation SAS").

import (
	"slices"
	"strings"
	"time"
)

func readSAS(c *candidate) reading {
	r := reading{Link: Link{Kind: AzureServiceSAS, Provider: providerAzure, LongLivedKey: ptr(true), Revoke: RevokeAccountKey, ValidSyntax: true}}
	switch {
	case c.has("skoid") || c.has("sktid") || c.has("ske"):
		r.Kind, r.LongLivedKey, r.Revoke = AzureUserDelegationSAS, ptr(false), RevokeDelegationKeys
		r.credential = strings.ToLower(c.get("skoid") + "/" + c.get("sktid"))
	case c.has("ss") || c.has("srt"):
		r.Kind = AzureAccountSAS
	}
	raw := signatureText(c, "sig")
	sig, exact := base64Signature(raw)
	r.signature = sig
	_, svErr := time.Parse(time.DateOnly, c.get("sv"))
	r.ValidSyntax = exact && svErr == nil && exactNames(c, func(folded string) string {
		if knownName(folded) && !strings.Contains(folded, "-") && len(folded) <= 7 {
			return folded
		}
		return ""
	})
	if r.Kind == AzureAccountSAS && c.has("sr") || c.has("skoid") && (c.has("ss") || c.has("srt")) {
		r.ValidSyntax = false // no signature covers both
	}
	service := placeAzure(c, &r)
	r.Scope = sasScope(c, &r)
	if letters := c.get("sp"); letters != "" {
		p, ok := sasPermissions(letters, r.Kind == AzureAccountSAS || service == "queue")
		r.Permissions = p
		r.ValidSyntax = r.ValidSyntax && ok
	}
	readWindow(c, &r)
	readSASLimits(c, &r)

	var complete bool
	switch r.Kind {
	case AzureAccountSAS:
		complete = c.get("ss") != "" && c.get("srt") != "" && c.get("sp") != "" && c.get("se") != ""
	case AzureUserDelegationSAS:
		complete = c.get("sp") != "" && c.get("se") != "" && c.get("sr") != ""
	default:
		complete = c.get("si") != "" || c.get("sp") != "" && c.get("se") != ""
	}
	r.LookAlike = firstOf(
		otherServiceIf(otherSAS(c, svErr != nil)),
		maskedText(raw), emulatorHost(c), exampleAccount(r.Account),
		incompleteIf(!complete),
		cutIf(len(sig) != 32),
		placeholderIf(patterned(decode(raw))),
	)
	return r
}

// otherSAS knows the shared access signatures of Microsoft services that aren't storage, and links that happen to
// have sv and sig.
func otherSAS(c *candidate, strangeVersion bool) bool {
	switch {
	case c.has("skn"): // Service Bus, Event Hubs, IoT Hub
		return true
	case strings.HasPrefix(c.get("sp"), "/"): // Logic Apps: sp=/triggers/...
		return true
	case strings.Contains(c.get("sr"), "/"): // a URI: Service Bus
		return true
	default:
		return strangeVersion && len(c.get("sv")) != len(time.DateOnly)
	}
}

// readWindow reads st and se. A user delegation SAS works only while its key does: its end is the earlier of the two.
func readWindow(c *candidate, r *reading) {
	r.StartsAt = sasTime(r, c.get("st"))
	r.ExpiresAt = sasTime(r, c.get("se"))
	if r.Kind != AzureUserDelegationSAS {
		return
	}
	if end := sasTime(r, c.get("ske")); end != nil && (r.ExpiresAt == nil || end.Before(*r.ExpiresAt)) {
		r.ExpiresAt = end
	}
	if start := sasTime(r, c.get("skt")); start != nil && r.StartsAt != nil && start.After(*r.StartsAt) {
		r.StartsAt = start
	}
}

// sasTime reads the ISO 8601 forms that the service takes: seconds and fractions, minutes, or a date alone.
func sasTime(r *reading, value string) *time.Time {
	if value == "" {
		return nil
	}
	if strings.Contains(value, "%") {
		value = decode(value)
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return ptr(t.UTC())
		}
	}
	// Lower-cased text, and a zone whose plus sign was written as a blank or lost.
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(value)); err == nil {
		r.ValidSyntax = false
		return ptr(t.UTC())
	}
	r.ValidSyntax = false
	return nil
}

// sasPermissions turns the letters of sp into words. process tells that p means process (queues, account SAS).
func sasPermissions(letters string, process bool) (list []string, ok bool) {
	ok = true
	for _, l := range letters {
		word := ""
		switch l {
		case 'r':
			word = "read"
		case 'a':
			word = "add"
		case 'c':
			word = "create"
		case 'w':
			word = "write"
		case 'd':
			word = "delete"
		case 'x':
			word = "delete_version"
		case 'y':
			word = "permanent_delete"
		case 'l':
			word = "list"
		case 't':
			word = "tags"
		case 'f':
			word = "filter"
		case 'm':
			word = "move"
		case 'e':
			word = "execute"
		case 'o':
			word = "ownership"
		case 'p':
			word = "permissions"
			if process {
				word = "process"
			}
		case 'i':
			word = "immutability"
		case 'u':
			word = "update"
		default:
			ok = false
			continue
		}
		list = append(list, word)
	}
	return words(list), ok
}

func readSASLimits(c *candidate, r *reading) {
	if ip := c.get("sip"); ip != "" {
		r.Limits.Network = []string{ip}
	}
	for _, p := range strings.Split(c.get("spr"), ",") {
		if p = strings.ToLower(p); p == "http" || p == "https" {
			r.Limits.Protocols = append(r.Limits.Protocols, p)
		}
	}
	r.Limits.Protocols = words(r.Limits.Protocols)
	for _, name := range []string{"spk", "srk", "epk", "erk"} {
		if c.has(name) {
			r.Limits.Rows = append(r.Limits.Rows, name+"="+c.get(name))
		}
	}
	r.Limits.EncryptionScope = c.get("ses")
	r.Limits.User = c.get("sduoid")
	if r.Kind == AzureAccountSAS {
		r.Limits.Services = lettered(c.get("ss"), map[rune]string{'b': "blob", 'q': "queue", 't': "table", 'f': "file"})
		r.Limits.ResourceTypes = lettered(c.get("srt"), map[rune]string{'s': "service", 'c': "container", 'o': "object"})
	}
	if r.Kind == AzureServiceSAS && c.get("si") != "" {
		r.Limits.StoredPolicy = c.get("si")
		r.Revoke = RevokeStoredPolicy
	}
}

func lettered(letters string, names map[rune]string) []string {
	var list []string
	for _, l := range letters {
		if name, ok := names[l]; ok {
			list = append(list, name)
		}
	}
	return words(list)
}

func sasScope(c *candidate, r *reading) *Scope {
	if r.Kind == AzureAccountSAS {
		return ptr(ScopeAccount)
	}
	switch strings.ToLower(c.get("sr")) {
	case "b", "bs", "bv", "f":
		return ptr(ScopeObject)
	case "c", "s":
		return ptr(ScopeContainer)
	case "d":
		return ptr(ScopePrefix)
	case "":
		return ptr(ScopeContainer) // queues and tables
	default:
		r.ValidSyntax = false
		return nil
	}
}

// placeAzure reads account, container and blob, and returns the service that the host names.
func placeAzure(c *candidate, r *reading) (service string) {
	host, path := c.hostname(), c.path
	if host == "" && c.endpoints != "" {
		host = endpointHost(c.endpoints)
		path = ""
	}
	account, service, ok := accountOfAzureHost(host)
	if ok {
		r.Account = named(account)
	}
	if service == "table" || c.has("tn") {
		r.Container = named(c.get("tn"))
		if r.Container == nil {
			first, _ := segments(path)
			first, _, _ = strings.Cut(first, "(")
			r.Container = named(first)
		}
		return "table"
	}
	first, rest := segments(path)
	if service == "queue" {
		r.Container = named(first)
		return service
	}
	blob := slices.Contains([]string{"b", "bs", "bv"}, c.get("sr"))
	if rest == "" && first != "" && blob && ok {
		// A blob without a container stands in $root.
		r.Container, r.Object = named("$root"), named(first)
		return service
	}
	r.Container, r.Object = named(first), named(rest)
	return service
}

// endpointHost takes the host of the first endpoint in a connection string.
func endpointHost(endpoints string) string {
	if _, after, ok := strings.Cut(endpoints, "://"); ok {
		if i := strings.IndexAny(after, "/;?"); i >= 0 {
			after = after[:i]
		}
		return strings.ToLower(after)
	}
	return ""
}

// accountOfAzureHost reads A.blob.core.windows.net, its sovereign clouds, the secondary of a geo-redundant account and
// the zone endpoints A.zNN.blob.storage.azure.net.
func accountOfAzureHost(host string) (account, service string, ok bool) {
	labels := strings.Split(host, ".")
	if len(labels) < 5 {
		return "", "", false
	}
	i := 1
	if strings.HasPrefix(labels[1], "z") && digits(labels[1][1:], 2) {
		i = 2
	}
	service = labels[i]
	switch service {
	case "blob", "file", "queue", "table", "dfs", "web":
	default:
		return "", "", false
	}
	switch strings.Join(labels[i+1:], ".") {
	case "core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn", "core.cloudapi.de", "storage.azure.net":
		return strings.TrimSuffix(labels[0], "-secondary"), service, true
	default:
		return "", "", false
	}
}
